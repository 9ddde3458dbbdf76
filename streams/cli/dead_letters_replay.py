import sys
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.dead_letters import Channels, Classes, Since, Until, place_of, wanted
from streams.cli.operating import Application, now, printable, say
from streams.cli.options import Kafka
from streams.cli.trouble import Exit, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.replayed import LetterPlace
    from streams.kafka.dead_letters import DeadLetters, Letter, Wanted
    from streams.kafka.letter_verdicts import Left, Ready
    from streams.kafka.replaying import Replaying
    from streams.logs.line import Line


def replay(
    places: Annotated[list[str] | None, typer.Argument(metavar="[LETTER]...", help="PARTITION/OFFSET of each.", show_default=False)] = None,
    mended: Annotated[
        list[str] | None,
        typer.Option("--mended", metavar="FILE", help="Send what this file says, as list --out wrote it.", show_default=False),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that would be accepted today.")] = False,
    classes: Classes = None,
    channels: Channels = None,
    since: Since = None,
    until: Until = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent and what would be refused again; send nothing.")
    ] = False,
    at_least_once: Annotated[
        bool, typer.Option("--at-least-once", help="Where transactions are forbidden: a crash may send some twice.")
    ] = False,
    kafka: Kafka = "localhost:9092",
    application: Application = "throughline",
) -> None:
    """Send letters back to their topics: once each, mended or as they are.

    What this version would refuse again is named and left. A letter that was sent stays, marked, and is not sent a second time,
    whatever happens in between: record and mark are one transaction. The record arrives anew: what happened longer ago than the policy's
    window counts as from its edge. Ends with 1 if any was refused again.

    [dim]Examples:[/dim]

      throughline dead-letters replay --class type_unknown --dry-run --kafka localhost:9092   # after an upgrade

      throughline dead-letters list --class schema_violation --out letters.jsonl; $EDITOR letters.jsonl

      throughline dead-letters replay --mended letters.jsonl
    """
    from streams.kafka.dead_letters import DeadLetters
    from streams.kafka.letter_verdicts import Left, Ready, verdict
    from streams.kafka.offsets import Topics
    from streams.kafka.replaying import Replaying

    chosen = wanted(classes, channels, since, until)
    filtered = bool(classes or channels or since is not None or until is not None)
    if [bool(places), bool(mended), everything or filtered].count(True) != 1:
        raise typer.BadParameter("say which: LETTERs, --mended FILE, or --all or any of --class, --channel, --since, --until")
    lines = _mended(mended or [])
    replaying = None if dry_run else Replaying(kafka, application, transactions=not at_least_once)
    topics = Topics(kafka)
    letters = DeadLetters(topics)  # not before: what an earlier replay has written must lie before this end
    sent_back = letters.sent_back()
    named = [*map(place_of, places or ()), *lines]
    ready: list[Ready] = []
    left: list[Left] = []
    at = now()
    for letter in _letters(letters, named, chosen):
        match verdict(letter, lines.get(letter.place), sent_back, topics.counts, at):
            case Ready() as one:
                ready.append(one)
            case Left() as one:
                left.append(one)
    _say_left(left, already=bool(named))
    _say_old(ready, at)
    if replaying is None:
        say(f"{len(ready):,} would be sent, {len(left):,} would be left (nothing was sent)")
    else:
        _send(replaying, ready, len(left))
    if any(not one.already for one in left):
        raise typer.Exit(Exit.FAILED)


def _letters(letters: "DeadLetters", named: "list[LetterPlace]", chosen: "Wanted") -> "Iterator[Letter]":
    if named:
        yield from (letters.letter(place) for place in dict.fromkeys(named))
    else:
        yield from letters.letters(chosen)


def _mended(files: list[str]) -> "dict[LetterPlace, Line]":
    from schemas.dead_letter import DEAD_LETTER_TOPIC
    from schemas.replayed import LetterPlace
    from streams.logs.file import LogBroken, read_lines

    lines: dict[LetterPlace, Line] = {}
    for found in read_lines(files):
        says = found.says
        if says.topic != DEAD_LETTER_TOPIC or says.partition is None or says.offset is None:
            raise LogBroken(found.file, found.line, "names no letter: keep the topic, partition and offset that list --out wrote")
        place = LetterPlace(says.partition, says.offset)
        if place in lines:
            raise LogBroken(found.file, found.line, f"is the letter {place} a second time")
        lines[place] = says
    if files and not lines:
        raise Trouble(f"{', '.join(files)}: there is no letter in it", Exit.USAGE)
    return lines


def _say_left(left: "list[Left]", *, already: bool) -> None:
    """`already`: also which were sent before, where somebody asked for them by name."""
    for one in left:
        if one.already and not already:
            continue
        sys.stdout.write(f"{one.letter}: {printable(one.why)}\n")
    sys.stdout.flush()


def _say_old(ready: "list[Ready]", at: int) -> None:
    from streams.kafka.letter_verdicts import LONG_AGO

    old = sum(one.occurred is not None and one.occurred < at - LONG_AGO for one in ready)
    if old:
        say(f"{old:,} happened more than a day ago: under a policy whose window is a day they count as from a day ago")


def _send(replaying: "Replaying", ready: "list[Ready]", left: int) -> None:
    from streams.cli.screen import bar
    from streams.kafka.replaying import at_once

    sent = 0
    with bar("sending", len(ready)) as shown:
        try:
            for some in at_once(ready):
                for mark in replaying.send(some):
                    sys.stdout.write(f"{mark.letter}: sent, and lies at {mark.to}\n")
                    sent += 1
                shown.at(sent)
        finally:
            sys.stdout.flush()
            say(f"{sent:,} sent, {left:,} left" + (f", {len(ready) - sent:,} not reached" if sent < len(ready) else ""))
