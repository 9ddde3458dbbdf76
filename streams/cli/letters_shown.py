"""Dead letters for people, and as lines for programs; what customers wrote only where it was asked for."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from schemas.dead_letter import HEADER_PREFIX
from schemas.instant import format_instant
from schemas.replayed import LetterPlace
from schemas.touchpoint import TOPIC_PREFIX
from streams.cli.operating import clock, printable, say
from streams.cli.screen import out
from streams.kafka.dead_letters import Letter
from streams.kafka.letter_verdicts import Left, Ready


def show_counts(counts: Counter[tuple[str, str, bool]], title: str = "Dead letters") -> None:
    table = Table("class", "channel", title=title)
    for column in ("letters", "sent again"):
        table.add_column(column, justify="right")
    for error_class, channel in sorted({(error_class, channel) for error_class, channel, _ in counts}):
        sent = counts[error_class, channel, True]
        letters = counts[error_class, channel, False] + sent
        table.add_row(error_class, Text(printable(channel)), f"{letters:,}", f"{sent:,}" if sent else "")
    if not table.rows:
        table.add_row("none", "", "", "")
    out.print(table)


def show_letters(letters: Sequence[Letter], sent_back: Mapping[LetterPlace, str], total: int) -> None:
    if not letters:
        return
    table = Table()
    for column in ("letter", "arrived (UTC)", "channel"):
        table.add_column(column, no_wrap=True)
    table.add_column("what is wrong", min_width=24)
    again = any(letter.place in sent_back for letter in letters)
    if again:
        table.add_column("sent again to", overflow="fold")
    for letter in letters:
        table.add_row(
            str(letter.place),
            clock(letter.record.timestamp),
            Text(printable(letter.channel)),
            Text(f"{letter.error.error_class}: {wrong(letter)}"),
            *([Text(printable(sent_back.get(letter.place, "").removeprefix(TOPIC_PREFIX)))] if again else []),
        )
    out.print(table)
    if len(letters) < total:
        say(f"the latest {len(letters):,} of {total:,}: --limit 0 shows all, --class, --channel, --since and --until choose")


def wrong(letter: Letter) -> str:
    error = letter.error
    return printable(f"{error.field}: {error.reason}" if error.field else error.reason)


def as_json(letter: Letter, sent_to: str | None) -> str:
    error = letter.error
    return json.dumps(
        {
            "letter": str(letter.place),
            "arrived": format_instant(letter.record.timestamp),
            "class": error.error_class,
            "stage": error.stage,
            "field": error.field,
            "reason": error.reason,
            "recoverable": error.recoverable,
            "version": error.version,
            "topic": error.topic,
            "partition": error.partition,
            "offset": error.offset,
            "replayed": sent_to,
        }
    )


def show_letter(letter: Letter, today: Ready | Left, *, value: bool) -> None:
    record, error = letter.record, letter.error
    table = Table(show_header=False, title=f"Dead letter {letter.place}")
    rows = {
        "class": error.error_class,
        "what is wrong": wrong(letter),
        "found": f"at {error.stage}, by version {error.version}" + ("; a later one may accept it" if error.recoverable else ""),
        "came from": f"{error.topic}[{error.partition}] at offset {error.offset}",
        "arrived": format_instant(record.timestamp),
        "key": _bytes(record.key),
        "headers": ", ".join(name for name, _ in record.headers if not name.startswith(HEADER_PREFIX)) or "none",
        "value": _bytes(record.value) if value else f"{len(record.value or b''):,} bytes (--value shows them)",
        "today": _today(today),
    }
    for name, text in rows.items():
        table.add_row(name, Text(printable(text)))
    out.print(table)


def _today(today: Ready | Left) -> str:
    match today:
        case Ready(record=record):
            return f"would be accepted, into {record.topic}[{record.partition}]"
        case Left(why=why):
            return why


def _bytes(content: bytes | None) -> str:
    if content is None:
        return "none"
    try:
        return content.decode()
    except UnicodeDecodeError:
        return repr(content)[2:-1]
