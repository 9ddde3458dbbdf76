"""A record on another partition than its customer's is copied to the right one; the copy's header says where the original lies."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

FORWARDED_HEADER = "throughline.forwarded"

_ORIGIN = re.compile(rb"([0-9]{1,10})/([0-9]{1,19})")
"""`<partition>/<offset>`, no longer than Kafka's numbers can be."""


def origin_header(partition: int, offset: int) -> tuple[str, bytes]:
    """The header of the copy of the record that lies there."""
    return FORWARDED_HEADER, b"%d/%d" % (partition, offset)


def origins(headers: Iterable[tuple[str, Any]]) -> Iterator[tuple[int, int]]:
    """Partition and offset of what this record is a copy of, if it is one; a header that names no place is passed over."""
    for name, value in headers:
        if name == FORWARDED_HEADER and value is not None and (found := _ORIGIN.fullmatch(value)):
            yield int(found[1]), int(found[2])
