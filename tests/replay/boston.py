"""The City of Boston's service requests of January to June 2015 as a log: a real city's channels, customers and deadlines.

A place is the customer, the way a request came in the channel, the case the conversation, with the deadline that the city gave it.
`python -m tests.replay.boston CSV LOG` writes the log.
"""

import csv
import gzip
import os
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from schemas.instant import format_instant
from schemas.policy import Channel, Policy
from streams.logs.file import LogRecord, write_log

LOCAL = ZoneInfo("America/New_York")
FILE = "boston311_2015_h1.csv.gz"
_BESIDE = Path(__file__).parents[3] / "shared" / "data"


class Case(Struct, frozen=True):
    id: str
    place: str | None
    channel: str
    theme: str
    opened: int
    target: int | None
    closed: int | None
    verdict: str
    """The city's own, when the data was extracted: ONTIME, OVERDUE, or empty."""

    def missed_its_target(self, until: int) -> bool:
        """Closed after it, or open past it."""
        return self.target is not None and self.target < (until if self.closed is None else self.closed)


def csv_file() -> Path | None:
    """Where the data is, if it is: THROUGHLINE_DATA, else beside the checkout."""
    file = Path(os.environ.get("THROUGHLINE_DATA", _BESIDE)) / FILE
    return file if file.is_file() else None


def local(text: str) -> int:
    """Milliseconds since the epoch of a local time as the city writes it."""
    return int(datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=LOCAL).timestamp()) * 1000


EXTRACTED = local("01/12/2016 10:53:54 PM")


def cases(file: Path) -> list[Case]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as rows:
        return [_case(row) for row in csv.DictReader(rows)]


def _case(row: dict[str, str]) -> Case:
    return Case(
        id=row["CASE_ENQUIRY_ID"],
        place=row["Property_ID"].removesuffix(".0") or None,
        channel=re.sub(r"[^a-z0-9]+", "-", row["Source"].lower()),
        theme=row["TYPE"],
        opened=local(row["OPEN_DT"]),
        target=local(row["TARGET_DT"]) if row["TARGET_DT"] else None,
        closed=local(row["CLOSED_DT"]) if row["CLOSED_DT"] else None,
        verdict=row["OnTime_Status"],
    )


def log(all_cases: list[Case]) -> list[LogRecord]:
    """As it came, each touchpoint arriving when it occurred."""
    return sorted((record for case in all_cases for record in _records(case)), key=lambda record: record.timestamp)


def _records(case: Case) -> Iterator[LogRecord]:
    data: dict[str, Any] = {"conversation_id": case.id, "theme": case.theme}
    if case.target is not None:
        data["due_at"] = format_instant(case.target)
    yield _record(case, "conversation.opened", case.opened, data)
    if case.closed is not None:
        yield _record(case, "conversation.resolved", case.closed, {"conversation_id": case.id})


def _record(case: Case, kind: str, at: int, data: dict[str, Any]) -> LogRecord:
    who = {"customerid": case.place} if case.place else {"anonymousid": f"case-{case.id}"}
    event = {
        "specversion": "1.0",
        "id": f"{case.id}/{kind}",
        "source": "urn:boston:311",
        "type": f"io.throughline.{kind}.v1",
        "time": format_instant(at),
        **who,
        "data": data,
    }
    (identity,) = who.values()
    return LogRecord(f"touchpoints.{case.channel}", 0, 0, at, identity.encode(), msgspec.json.encode(event))


def policy(all_cases: list[Case], **detectors: dict[str, Any]) -> Policy:
    return Policy(version="boston", channels={case.channel: Channel() for case in all_cases}, detectors=detectors)


if __name__ == "__main__":
    write_log(sys.argv[2], log(cases(Path(sys.argv[1]))), placed=False)
