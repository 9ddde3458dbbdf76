"""What README.md tells to type works; what it and the other pages name is there."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from itertools import dropwhile, groupby, takewhile
from pathlib import Path

import pytest
import typer.main
from prometheus_client import CollectorRegistry
from typer.core import TyperCommand, TyperGroup

from schemas.alert import ACTIVE_TOPIC, Family
from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.policy import Policy
from streams.cli.app import app
from streams.detection.detectors import DETECTORS
from streams.metrics import Metrics
from streams.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
VARIABLE = re.compile(r"[A-Z_]+=")
TO_BE_WRITTEN = {"streams/detection/detectors/broken_promise.py"}
"""What CONTRIBUTING shows how to add."""


def typed(page: str) -> Iterator[list[str]]:
    """The commands of the console blocks, each of a pipeline for itself, without comments, variables before them and redirections."""
    for language, block in BLOCK.findall(page):
        if language == "console":
            for line in block.splitlines():
                words = shlex.split(line.removeprefix("$ "), comments=True)
                for piped, command in groupby(words, lambda word: word == "|"):
                    if not piped:
                        yield [*takewhile(lambda word: word not in {">", "&"}, dropwhile(VARIABLE.match, command))]


TYPED = [words for page in PAGES for words in typed(page.read_text())]
OURS = [words[1:] for words in TYPED if words[0] == ".venv/bin/throughline"]


def test_there_is_something_to_type() -> None:
    assert {words[0] for words in TYPED} == {"make", ".venv/bin/throughline", "kill", "echo"}
    assert {"policy", "topics", "worker", "validate", "simulate", "replay", "score", "journey", "produce", "dump"} <= {
        words[0] for words in OURS
    }


@pytest.mark.parametrize("arguments", OURS, ids=" ".join)
def test_every_command_shown_is_understood(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command, rest = typer.main.get_command(app), list(arguments)
    while isinstance(command, TyperGroup):
        command = command.commands[rest.pop(0)]
    assert isinstance(command, TyperCommand)
    with command.make_context(command.name, rest):
        pass  # parsed: a wrong option or a missing argument would have been refused


@pytest.mark.parametrize("target", sorted({words[1] for words in TYPED if words[0] == "make" and len(words) > 1}))
def test_every_make_target_shown_exists(target: str) -> None:
    assert re.search(rf"^{target}:.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.slow
def test_what_needs_no_kafka_does_what_it_says(tmp_path: Path) -> None:
    """In the order of the page, each in the folder that those before have left; a tenth of the customers will do."""
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    (example,) = (block for language, block in BLOCK.findall(README) if language == "json")
    line = '{"topic": "touchpoints.chat", "value": ' + example.replace("\n", " ") + "}\n"
    (tmp_path / "events.jsonl").write_text(line)
    ran = []
    for arguments in ([*words[1:]] for words in typed(README) if words[0].endswith("throughline") and "--kafka" not in words):
        told = subprocess.run(
            [sys.executable, "-m", "streams.cli", *("50" if word == "500" else word for word in arguments)],
            cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert told.returncode == 0, f"{arguments}\n{told.stdout}{told.stderr}"
        ran.append(arguments[0])
        if arguments[0] == "simulate":
            (until,) = re.findall(r"--until (\S+)", told.stderr)
            assert until.replace(".000", "") in README, "README names another instant than the simulation"
    assert ran == ["policy", "validate", "simulate", "replay", "score", "journey"]
    assert (tmp_path / "alerts.jsonl").stat().st_size > 0


def test_every_metric_named_is_in_the_catalogue() -> None:
    policy = Policy.model_validate({"version": "1", "channels": {"chat": {}}})
    catalogue = {described.name for described in Metrics(CollectorRegistry(), policy, [], []).catalogue}
    named = set(re.findall(r"\bthroughline_[a-z_]+\b", README))
    assert named, "README names no metric"
    assert named <= catalogue


def test_every_topic_setting_and_detector_named_exists() -> None:
    topics = {ACTIVE_TOPIC, *(family.topic for family in Family)}
    assert set(re.findall(r"`(alerts\.[a-z-]+)`", README)) == topics
    assert f"`{DEAD_LETTER_TOPIC}`" in README
    (settings,) = re.findall(r"`THROUGHLINE_\*` \((.*?)\)", README, re.DOTALL)
    assert {name.lower() for name in re.findall(r"`([A-Z_]+)`", settings)} <= set(Settings.model_fields)
    first_table = README.partition("## ")[0]
    assert set(re.findall(r"`(\w+)`", first_table)) == set(DETECTORS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_named_exists(page: Path) -> None:
    text = page.read_text()
    links = {page.parent / link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link}
    paths = {ROOT / path for path in re.findall(r"`((?:schemas|streams|tests|deploy|docs)/[\w./-]*)`", text) if path not in TO_BE_WRITTEN}
    assert [str(file) for file in sorted(links | paths) if not file.exists()] == []
