"""Dead letters on their way out: every byte of the record, unless their topic cannot take so many.

A record that just fits into a channel's topic does not fit, with the headers that say what is wrong with it, into another with
the same limit; and a channel may send compressed what is larger than any limit. It must not stop the stream.
"""

from msgspec.structs import replace

from schemas.dead_letter import DEAD_LETTER_TOPIC, HEADER_PREFIX, dead_letter
from schemas.touchpoint import Record, Refused
from streams.engine.sending import Outgoing
from streams.version import VERSION

_REASON = HEADER_PREFIX + "reason"
_FRAME = 1_024
"""Bytes: more than a batch of one record needs beside the record's own."""


class Letters:
    def __init__(self, partitions: int, largest: int) -> None:
        """`partitions` of the topic, and the `largest` batch it takes, in bytes."""
        self._partitions = partitions
        self._largest = largest

    def of(self, record: Record, refused: Refused) -> Outgoing:
        letter = dead_letter(record, refused, VERSION)
        whole = Outgoing(DEAD_LETTER_TOPIC, record.partition % self._partitions, letter.key, letter.value, letter.timestamp, letter.headers)
        return whole if _bytes(whole) + _FRAME <= self._largest else _without_bytes(whole, refused.reason)


def _without_bytes(letter: Outgoing, reason: str) -> Outgoing:
    errors = [(name, text) for name, text in letter.headers if name.startswith(HEADER_PREFIX)]
    said = f"{reason}; its {_bytes(letter)} bytes are too many for this topic, and lie where it was sent"
    return replace(letter, key=None, value=None, headers=[*errors, (_REASON, said.encode())])


def _bytes(letter: Outgoing) -> int:
    return len(letter.key or b"") + len(letter.value or b"") + sum(len(name.encode()) + len(text or b"") for name, text in letter.headers)
