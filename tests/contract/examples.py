"""The examples under schemas/examples, as records: one file a touchpoint type, and `records.json` for what lies around an event."""

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from schemas.touchpoint import TYPE_PREFIX

FOLDER = Path(__file__).parents[2] / "schemas" / "examples"
ARRIVED = 1_772_355_601_000
"""2026-03-01T09:00:01Z, three quarters of a second after the examples happened."""


class Kept(NamedTuple):
    """A record as it lies in a log."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class Example(NamedTuple):
    of: str
    """The touchpoint type, `message.sent`; `records` for those of no type in particular."""
    says: str
    record: Kept
    event: Any
    """The CloudEvent as JSON, if it is one in structured mode and nothing but its content is at stake."""
    refused: dict[str, str] | None
    """`class` and `field`; None for a good one."""

    def __str__(self) -> str:
        return f"{self.of}: {self.says}"


def chat(value: bytes | None, *headers: tuple[str, bytes], topic: str = "touchpoints.chat", timestamp: int = ARRIVED) -> Kept:
    return Kept(topic, 3, 17, timestamp, b"c-000123", value, headers)


def as_bytes(value: Any) -> bytes | None:
    match value:
        case None:
            return None
        case str():
            return value.encode()
        case {"base64": text}:
            return b64decode(text)
        case _:
            return json.dumps(value).encode()


def _record(written: dict[str, Any]) -> Kept:
    headers = tuple((name, text.encode()) for name, text in written.get("headers", {}).items())
    return chat(as_bytes(written["value"]), *headers, topic=written["topic"], timestamp=written["timestamp"])


def _event_of(written: dict[str, Any]) -> Any:
    plain = isinstance(written["value"], dict) and "headers" not in written and written["topic"] == "touchpoints.chat"
    return written["value"] if plain else None


def examples() -> Iterator[Example]:
    for file in sorted(FOLDER.rglob("*.json")):
        content = json.loads(file.read_text())
        cases = [(says, case, None) for says, case in content["good"].items()]
        cases += [(says, case.get("event") or case["record"], case["refused"]) for says, case in content["bad"].items()]
        for says, case, refused in cases:
            if file.stem == "records":
                yield Example(file.stem, says, _record(case), _event_of(case), refused)
            else:
                yield Example(file.stem, says, chat(json.dumps(case).encode()), case, refused)


EXAMPLES = tuple(examples())
GOOD = tuple(example for example in EXAMPLES if example.refused is None)
BAD = tuple(example for example in EXAMPLES if example.refused is not None)


def type_of(example: Example) -> str:
    return f"{TYPE_PREFIX}{example.of}.v1"
