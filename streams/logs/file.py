"""Log files: JSON Lines, one Kafka record a line, plain or compressed by gzip or Zstandard; `-` is standard input or output."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from msgspec import Struct
from zstandard import ZstdCompressor, ZstdDecompressor, ZstdError

from schemas.partitioner import partition_for
from schemas.touchpoint import Record
from streams.logs.line import Header, Line, read_line, write_line

STANDARD = "-"
PARTITIONS = 12
"""Of a channel's topic, where nothing says otherwise."""

_MOST_PARTITIONS = 1_024
_CHUNK = 1 << 17
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class LogBroken(ValueError):
    """A file that is no log: its user's mistake, told by file and line; never a dead letter."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file = file
        self.line = line


class LogRecord(Struct, frozen=True, gc=False):
    """A schemas.touchpoint.Record, and where it was read."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...] = ()
    file: str = ""
    line: int = 0


class Found(Struct, frozen=True, gc=False):
    """A line and where it stands."""

    says: Line
    file: str
    line: int


def read_lines(files: Iterable[str | Path]) -> Iterator[Found]:
    """In the order of the files and of their lines. OSError where a file cannot be opened, LogBroken where it is no log."""
    for file in files:
        name = str(file)
        number = 0
        with _opened(name) as lines:
            try:
                for number, line in enumerate(lines, start=1):
                    if not line.isspace():
                        yield Found(read_line(line), name, number)
            except (EOFError, zlib.error, gzip.BadGzipFile, ZstdError):
                raise LogBroken(name, number + 1, "the compressed file is damaged or ends too early") from None
            except ValueError as error:
                raise LogBroken(name, number, str(error)) from None


def placed(lines: Iterable[Found], partitions: int) -> Iterator[LogRecord]:
    """Every line as the record that it is in topics of so many partitions; without a key or a partition: in partition 0."""
    ends: dict[tuple[str, int], int] = {}
    for found in lines:
        says = found.says
        partition = says.partition
        if partition is None:
            partition = 0 if says.key is None else partition_for(says.key, partitions)
        where = (says.topic, partition)
        offset = ends.get(where, 0) if says.offset is None else says.offset
        ends[where] = offset + 1
        yield LogRecord(says.topic, partition, offset, says.timestamp, says.key, says.value, says.headers, found.file, found.line)


def read_log(files: Iterable[str | Path], partitions: int | None = None) -> list[LogRecord]:
    """The whole log. Without `partitions` it is worked out from what the lines say."""
    lines = list(read_lines(files))
    return list(placed(lines, partitions or partitions_of(lines)))


def partitions_of(lines: Iterable[Found]) -> int:
    """How many partitions the topics have, by the lines that name one: the fewest with which every key lies where murmur2 puts it.

    Where no number fits (a producer partitions otherwise): as many as are named.
    """
    named: set[int] = set()
    keyed: set[tuple[bytes, int]] = set()
    for found in lines:
        if found.says.partition is not None:
            named.add(found.says.partition)
            if found.says.key is not None:
                keyed.add((found.says.key, found.says.partition))
    if not named:
        return PARTITIONS
    fewest = max(named) + 1
    fitting = (n for n in range(fewest, _MOST_PARTITIONS + 1) if all(partition_for(key, n) == partition for key, partition in keyed))
    return next(fitting, fewest)


class Out(Protocol):
    def write(self, content: bytes, /) -> object: ...
    def flush(self) -> object: ...


class LogWriter:
    def __init__(self, out: Out) -> None:
        self._out = out
        self.records = 0

    def write(self, record: Record, *, placed: bool = True) -> None:
        self._out.write(write_line(record, placed=placed))
        self.records += 1


@contextmanager
def writing(file: str | Path) -> Iterator[LogWriter]:
    with opened_for_writing(file) as out:
        yield LogWriter(out)


@contextmanager
def opened_for_writing(file: str | Path) -> Iterator[Out]:
    """The suffix decides: `.gz` and `.zst` are compressed, the same content to the same bytes."""
    name = str(file)
    if name == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with Path(name).open("wb") as raw:
        if name.endswith(".gz"):
            with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as out:
                yield out
        elif name.endswith(".zst"):
            with ZstdCompressor().stream_writer(raw, closefd=False) as out:
                yield out
        else:
            yield raw


def write_log(file: str | Path, records: Iterable[Record], *, placed: bool = True) -> None:
    with writing(file) as log:
        for record in records:
            log.write(record, placed=placed)


@contextmanager
def _opened(name: str) -> Iterator[Iterable[bytes]]:
    """By its first bytes, not by its name: standard input has none."""
    with io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False)) if name == STANDARD else Path(name).open("rb") as raw:
        start = raw.peek(4)[:4]
        if start.startswith(_GZIP):
            with gzip.GzipFile(fileobj=raw) as lines:
                yield lines
        elif start == _ZSTD:
            yield _zstandard(raw)
        else:
            yield raw


def _zstandard(raw: IO[bytes]) -> Iterator[bytes]:
    """Lines of frame after frame. EOFError where the last one is not whole: the library's own reader would call that the end."""
    decompressor = ZstdDecompressor()
    frame = decompressor.decompressobj()
    begun: list[bytes] = []
    while chunk := raw.read(_CHUNK):
        while chunk:
            if frame.eof:
                frame = decompressor.decompressobj()
            *whole, rest = frame.decompress(chunk).split(b"\n")
            chunk = frame.unused_data
            for line in whole:
                yield b"".join((*begun, line, b"\n"))
                begun.clear()
            begun.append(rest)
    if not frame.eof:
        raise EOFError
    if any(begun):
        yield b"".join(begun)
