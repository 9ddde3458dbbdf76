"""What commands read before they begin."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.policy import Policy
    from streams.logs.file import LogRecord


def read(logs: list[str], partitions: int | None) -> "tuple[list[LogRecord], int]":
    """The log, and of how many partitions each topic is."""
    from streams.cli.screen import err
    from streams.logs.file import partitions_of, placed, read_lines

    with err.status("reading") if err.is_terminal else nullcontext():
        lines = list(read_lines(logs))
        count = partitions or partitions_of(lines)
        return list(placed(lines, count)), count


def policy_for(file: Path | None, log: "list[LogRecord]") -> "Policy":
    from streams.cli.trouble import Exit, Trouble
    from streams.policy_file import load_policy
    from streams.replay.default_policy import channels_of, default_policy

    if file is not None:
        return load_policy(file)
    if not channels_of(log):
        raise Trouble("the log holds no record of a topic touchpoints.<channel>: there is nothing to read", Exit.USAGE)
    return default_policy(log)
