"""docs/kafka.md tells to kill a worker and watch: its commands, typed as they stand there into one shell, on brokers of the test's own."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from deploy.kafka.cluster import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.kafka(embedded="has no topics to create, and no three brokers")]

ROOT = Path(__file__).parents[2]
ADDRESS = "localhost:9092"
SEEN = {
    "alerts tail": "grep -q ' opened ' seen.txt",
    "lag --kafka": f"grep working worker-2.log | tail -n 1 | grep -qF '{[*range(12)]}'",
}
"""When a person has seen what they were waiting for, and says Ctrl-C."""
PATIENCE_S = 240


def walk() -> list[str]:
    page = (ROOT / "docs" / "kafka.md").read_text()
    (section,) = re.findall(r"## Kill a worker and watch\n(.*?)\n## ", page, re.DOTALL)
    lines = [line for block in re.findall(r"```console\n(.*?)```", section, re.DOTALL) for line in block.splitlines()]
    return [line.removeprefix("$ ") for line in lines]


def typed(address: str) -> Iterator[str]:
    """`make kafka-up` and `kafka-down` have tests of their own: tests/kafka/test_launcher.py."""
    yield "set -m"  # jobs, as a person's shell has them
    for line in walk():
        command, _, _ = line.replace(ADDRESS, address).replace("METRICS_PORT=9470", "METRICS_PORT=0").partition("  #")
        seen = [said for words, said in SEEN.items() if words in command]
        if seen:
            yield f"{command} > seen.txt & watching=$!; until {seen[0]}; do sleep 0.2; done; kill -INT $watching; wait $watching || exit 1"
            yield "cat seen.txt"
        elif "dead-letters show" in command:
            yield f"until {command}; do sleep 0.2; done"  # a person types no faster than a checkpoint
        elif not command.startswith("make"):
            yield f"{command}\n[ $? = 0 ] || exit 1"
    yield "wait %2; [ $? = 0 ] || exit 2"


def end(shell: subprocess.Popen[str]) -> None:
    """With its jobs, which are process groups of their own in its session."""
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if os.getsid(process.pid) == shell.pid:
                process.kill()
    shell.wait()


def test_every_command_of_it_works(tmp_path: Path) -> None:
    for name in (".venv", "streams"):
        (tmp_path / name).symlink_to(ROOT / name)
    with Cluster(tmp_path / "kafka", 3) as kafka:
        script = tmp_path / "walk.sh"
        script.write_text("\n".join(typed(kafka.bootstrap)))
        shell = subprocess.Popen(
            ["bash", "-x", script], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            env=os.environ | {"THROUGHLINE_METRICS_PORT": "0", "COLUMNS": "200"},
        )  # fmt: skip
        try:
            said, _ = shell.communicate(timeout=PATIENCE_S)
        finally:
            end(shell)
    second = [json.loads(line) for line in (tmp_path / "worker-2.log").read_text().splitlines()]
    assert shell.returncode == 0, said
    assert [line["partitions"] for line in second if line["message"] == "working"][-1] == [*range(12)]
    assert "Journey of c-1000017" in said
    assert "not_json" in said
