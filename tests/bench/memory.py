"""What journeys cost in memory as they lie after a recovery: `python -m tests.bench.memory [JOURNEYS]`.

Journeys of simulated customers are taken from a run of the core: quiet ones (nothing in their window any more), and ones with
seven touchpoints in it. A fresh process restores so many of them, under as many names; its growth is what they cost.
"""

import gc
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from schemas.decode import decode
from schemas.instant import DAY, SECOND
from schemas.touchpoint import Touchpoint
from streams.detection.detectors import load
from streams.detection.fold import Folding
from streams.detection.journey import Journey
from streams.detection.partition import Partition
from streams.policy_file import load_policy
from tests.bench.replay_stages import as_records, simulated

POLICY = load_policy(Path("deploy/policy.yaml"))
SEVEN = 7
PAGE = 4096
_BATCH = 2_000


def samples(customers: int, days: float) -> dict[str, list[bytes]]:
    """Packed journeys by kind."""
    partition = Partition(0, POLICY, load(POLICY))
    known: dict[str, bytes] = {}
    now = 0
    for number, record in enumerate(as_records(simulated(customers, days), 0)):
        if isinstance(touchpoint := decode(record), Touchpoint):
            partition.admit(msgspec.structs.replace(touchpoint, offset=number))
            now = record.timestamp
        if number % _BATCH == 0:
            _settle(partition, now - 4 * SECOND, known)
    _settle(partition, now - 4 * SECOND, known)
    folding = Folding(POLICY, load(POLICY))
    sevens = [value for value in known.values() if Journey.unpack(value).past(folding).items == SEVEN]
    _settle(partition, now + 4 * DAY, known)
    return {"quiet": list(known.values()), "with seven touchpoints in the window": sevens}


def _settle(partition: Partition, to: int, known: dict[str, bytes]) -> None:
    for _ in partition.advance(to):
        pass
    known.update(partition.changed())
    for gone in partition.forget(dict.fromkeys(POLICY.channels, 1 << 40)):
        known.pop(gone, None)


def restored(file: Path, journeys: int) -> None:
    """In a process of its own: prints bytes a journey."""
    values: list[bytes] = msgspec.msgpack.decode(file.read_bytes())
    partition = Partition(0, POLICY, load(POLICY))
    gc.collect()
    before = _resident()
    for number in range(journeys):
        partition.restore(f"c:c-{number:07d}", bytes(memoryview(values[number % len(values)])))
    gc.collect()
    sys.stdout.write(f"{(_resident() - before) / journeys:.0f}")


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def main(journeys: int = 200_000) -> None:
    with TemporaryDirectory() as folder:
        for kind, values in samples(3_000, 2).items():
            file = Path(folder) / "values"
            file.write_bytes(msgspec.msgpack.encode(values))
            command = [sys.executable, "-m", "tests.bench.memory", str(file), str(journeys)]
            each = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            mean = sum(map(len, values)) / len(values)
            sys.stdout.write(
                f"{journeys:,} journeys {kind}: {each:,.0f} bytes resident each ({mean:,.0f} of them packed), "
                f"{each * journeys / 1e6:,.0f} MB in all; {len(values):,} different ones\n"
            )


def run(arguments: Sequence[str]) -> None:
    match arguments:
        case [file, journeys]:
            restored(Path(file), int(journeys))
        case [journeys]:
            main(int(journeys))
        case _:
            main()


if __name__ == "__main__":
    run(sys.argv[1:])
