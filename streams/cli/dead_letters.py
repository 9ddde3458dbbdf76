import sys
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.operating import AsFormat, Format, moment, now, printable, say
from streams.cli.options import Kafka
from streams.cli.trouble import Exit, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from schemas.replayed import LetterPlace
    from streams.kafka.dead_letters import Letter, Wanted
    from streams.logs.file import LogWriter

app = typer.Typer(help="See what channels sent that could not be used, mend it, send it again.", no_args_is_help=True)

Classes = Annotated[
    list[str] | None, typer.Option("--class", metavar="CLASS", help="Only of this class, such as schema_violation; more than once: any.")
]
Channels = Annotated[list[str] | None, typer.Option("--channel", metavar="NAME", help="Only of this channel; more than once: any.")]
Since = Annotated[
    int | None,
    typer.Option("--since", metavar="TIME", parser=moment, help="That arrived then or later: an instant, or 15m, 2h, 1d ago."),
]
Until = Annotated[int | None, typer.Option("--until", metavar="TIME", parser=moment, help="That arrived before.")]
Place = Annotated[str, typer.Argument(metavar="LETTER", help="PARTITION/OFFSET, as list tells it.", show_default=False)]
OutFile = Annotated[
    str | None,
    typer.Option(
        "--out", metavar="FILE", help="Write them whole to this log file, to be mended: it holds customers' data.", show_default=False
    ),
]


@app.callback()
def dead_letters() -> None:
    pass


@app.command("list")
def list_letters(
    kafka: Kafka = "localhost:9092",
    classes: Classes = None,
    channels: Channels = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="Rows of the table at most, the latest; 0: all.")] = 50,
    out: OutFile = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say what could not be used, why, and whether it was sent again.

    Times are those at which the records arrived. No record's content is shown.

    [dim]Examples:[/dim]

      throughline dead-letters list --kafka localhost:9092 --class schema_violation --since 2h

      throughline dead-letters list --channel chat --out letters.jsonl

      throughline dead-letters list --format json | jq -r .reason | sort | uniq -c
    """
    from collections import Counter
    from contextlib import nullcontext
    from heapq import nlargest

    from streams.cli.letters_shown import as_json, show_counts, show_letters
    from streams.kafka.dead_letters import DeadLetters
    from streams.kafka.offsets import Topics

    letters = DeadLetters(Topics(kafka))
    sent_back = letters.sent_back()
    counts: Counter[tuple[str, str, bool]] = Counter()

    def found() -> "Iterator[Letter]":
        with _private(out) if out else nullcontext() as file:
            for letter in letters.letters(wanted(classes, channels, since, until)):
                counts[letter.error.error_class, letter.channel, letter.place in sent_back] += 1
                if file is not None:
                    file.write(letter.record)
                if form is Format.JSON:
                    sys.stdout.write(as_json(letter, sent_back.get(letter.place)) + "\n")
                else:
                    yield letter

    latest = nlargest(limit or sys.maxsize, found(), key=lambda letter: letter.record.timestamp)
    if letters.foreign:
        say(f"{letters.foreign:,} records of the topic are no letters of ours, and passed over")
    if form is Format.TABLE:
        show_counts(counts)
        show_letters(latest[::-1], sent_back, counts.total())
    if out is not None:
        say(f"{counts.total():,} letters are in {out}, with everything customers wrote in them")


@app.command()
def show(
    place: Place,
    kafka: Kafka = "localhost:9092",
    value: Annotated[bool, typer.Option("--value", help="Also what was sent: it may hold what a customer wrote.")] = False,
    out: OutFile = None,
) -> None:
    """Show one letter: what is wrong with it, where it came from, and what would become of it today.

    [dim]Examples:[/dim]

      throughline dead-letters show 3/1041 --kafka localhost:9092

      throughline dead-letters show 3/1041 --out letter.jsonl   # then mend its value, and replay --mended letter.jsonl
    """
    from streams.cli.letters_shown import show_letter
    from streams.kafka.dead_letters import DeadLetters
    from streams.kafka.letter_verdicts import verdict
    from streams.kafka.offsets import Topics

    topics = Topics(kafka)
    letters = DeadLetters(topics)
    where = place_of(place)
    letter = letters.letter(where)
    to = letters.sent_back_to(where)
    show_letter(letter, verdict(letter, None, {where: to} if to else {}, topics.counts, now()), value=value)
    if out is not None:
        with _private(out) as file:
            file.write(letter.record)
        say(f"the whole letter is in {out}: change its value, and its headers if they are wrong; keep partition and offset")


@app.command()
def purge(
    kafka: Kafka = "localhost:9092",
    before: Annotated[
        int | None,
        typer.Option("--before", metavar="TIME", parser=moment, help="What arrived before: an instant, or 30d ago.", show_default=False),
    ] = None,
    through: Annotated[
        list[str] | None,
        typer.Option("--through", metavar="LETTER", help="All of its partition up to this letter, and this one.", show_default=False),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without it, only say what would go.")] = False,
) -> None:
    """Delete letters for good, from the oldest on.

    Kafka deletes from the beginning of a partition only: what is older than TIME but lies behind a younger letter stays, and is counted.

    [dim]Examples:[/dim]

      throughline dead-letters purge --before 30d --kafka localhost:9092

      throughline dead-letters purge --through 3/1041 --yes
    """
    from streams.cli.letters_shown import show_counts
    from streams.kafka.dead_letters import DeadLetters
    from streams.kafka.offsets import Topics
    from streams.kafka.purging import Purge, delete

    if (before is None) == (not through):
        raise typer.BadParameter("name one: --before TIME or --through LETTER")
    topics = Topics(kafka)
    letters = DeadLetters(topics)
    going = Purge(letters, before=before, through=[place_of(text) for text in through or ()])
    show_counts(going.counts, title="Dead letters that go")
    if going.staying:
        say(f"{going.staying:,} more are as old, but lie behind younger ones: they stay")
    unsent = sum(number for (_, _, sent), number in going.counts.items() if not sent)
    if unsent:
        say(f"{unsent:,} of them were never sent again")
    if not going.ends:
        say("there is nothing to purge")
        return
    if not yes:
        say("nothing was purged: say --yes to do it")
        raise typer.Exit(Exit.USAGE)
    delete(topics, going.ends)
    say(f"purged {going.counts.total():,} letters")


def wanted(classes: list[str] | None, channels: list[str] | None, since: int | None, until: int | None) -> "Wanted":
    from typing import get_args

    from schemas.instant import NEVER
    from schemas.touchpoint import RefusedClass
    from streams.kafka.dead_letters import Wanted

    known = get_args(RefusedClass)
    for name in classes or ():
        if name not in known:
            raise Trouble(f"there is no class {printable(name)!r}: it is one of {', '.join(known)}", Exit.USAGE)
    return Wanted(classes or (), channels or (), -NEVER if since is None else since, NEVER if until is None else until)


def place_of(text: str) -> "LetterPlace":
    from schemas.replayed import read_place

    try:
        return read_place(text)
    except ValueError as error:
        raise Trouble(str(error), Exit.USAGE) from None


def _private(out: str) -> "AbstractContextManager[LogWriter]":
    from pathlib import Path

    from streams.logs.file import STANDARD, writing

    if out != STANDARD:
        Path(out).touch(mode=0o600)  # a new file is for its owner's eyes
    return writing(out)
