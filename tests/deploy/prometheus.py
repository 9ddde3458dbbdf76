"""A real Prometheus with this repository's own rules, asking a worker that runs on this machine."""

import json
import math
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from ruamel.yaml import YAML

from tests.deploy.rules import FOLDER

WORKER = "worker-1:9469"
"""What its worker is called, wherever it really is."""


class Refused(Exception):
    """Prometheus does not take the query; the message is its own."""


class Range(NamedTuple):
    labels: dict[str, str]
    points: list[tuple[float, float]]
    """Unix seconds and value."""


class Prometheus:
    """Ends with the block."""

    def __init__(self, folder: Path, target: str, scrape_s: int = 1) -> None:
        """`target`: the worker's host:port. It is asked every second, so that a test need not wait for what a minute shows."""
        configuration = YAML(typ="safe").load(FOLDER / "prometheus.yml")
        configuration["global"] = {"scrape_interval": f"{scrape_s}s", "scrape_timeout": "1s", "evaluation_interval": f"{scrape_s}s"}
        configuration["rule_files"] = [str(FOLDER / pattern) for pattern in configuration["rule_files"]]
        configuration["scrape_configs"] = [job for job in configuration["scrape_configs"] if job["job_name"] == "throughline"]
        configuration["scrape_configs"][0]["static_configs"] = [{"targets": [target], "labels": {"instance": WORKER}}]
        del configuration["alerting"]
        self._file = folder / "prometheus.yml"
        YAML(typ="safe").dump(configuration, self._file)
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._address = f"127.0.0.1:{free.getsockname()[1]}"

    def __enter__(self) -> Self:
        with (self._folder / "prometheus.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    "prometheus",
                    f"--config.file={self._file}",
                    f"--storage.tsdb.path={self._folder / 'data'}",
                    f"--web.listen-address={self._address}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()  # its data is of no use to anybody
        self._process.wait()

    def values(self, query: str) -> list[float]:
        """What it answers now, one number a series; those that are none (0 / 0) are left out. Nothing while it is starting."""
        found = self._ask("query", query=query)
        return [value for sample in found["result"] if not math.isnan(value := float(sample["value"][1]))] if found else []

    def instants(self, query: str, at: float) -> list[Range]:
        """As `ranges`, of one moment, and in the order of the answer."""
        found = self._ask("query", query=query, time=str(at))
        return [Range(series["metric"], [(at, float(series["value"][1]))]) for series in (found["result"] if found else [])]

    def ranges(self, query: str, start: float, end: float, step: int) -> list[Range]:
        """What a graph of it shows from `start` to `end` (Unix seconds), a point every `step` seconds."""
        found = self._ask("query_range", query=query, start=str(start), end=str(end), step=str(step))
        return [
            Range(series["metric"], [(at, number) for at, value in series["values"] if not math.isnan(number := float(value))])
            for series in (found["result"] if found else [])
        ]

    def rules(self) -> list[dict[str, Any]]:
        found = self._ask("rules")
        return [rule for group in found["groups"] for rule in group["rules"]] if found else []

    def _ask(self, what: str, **given: str) -> Any:
        assert self._process.poll() is None, (self._folder / "prometheus.log").read_text()
        try:
            with urllib.request.urlopen(f"http://{self._address}/api/v1/{what}?{urllib.parse.urlencode(given)}", timeout=5) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as refused:
            if refused.code == 503:
                return None
            raise Refused(json.load(refused)["error"]) from None
        except urllib.error.URLError:
            return None
