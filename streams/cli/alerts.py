import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.operating import AsFormat, Format, moment, printable, say
from streams.cli.options import Kafka
from streams.cli.trouble import Exit, Trouble

if TYPE_CHECKING:
    from collections.abc import Collection

    from schemas.alert import Family
    from streams.kafka.alerts import Wanted

app = typer.Typer(help="See what was found: as it is told, or what is open now.", no_args_is_help=True)

SEVERITIES = ("info", "warning", "critical")

Detectors = Annotated[list[str] | None, typer.Option("--detector", metavar="NAME", help="Only of this detector; more than once: any.")]
Severities = Annotated[
    list[str] | None, typer.Option("--severity", metavar="LEVEL", help="Only info, warning or critical; more than once: any.")
]
Customers = Annotated[
    list[str] | None, typer.Option("--customer", metavar="ID", help="Only of this customer or visitor; more than once: any.")
]


@app.callback()
def alerts() -> None:
    pass


@app.command()
def tail(
    kafka: Kafka = "localhost:9092",
    families: Annotated[
        list[str] | None,
        typer.Option("--family", metavar="NAME", help="Only inconsistency, slow-response or abandonment-risk; more than once: any."),
    ] = None,
    detectors: Detectors = None,
    severities: Severities = None,
    customers: Customers = None,
    since: Annotated[
        int | None,
        typer.Option("--since", metavar="TIME", parser=moment, help="Also what was told since: an instant, or 15m, 2h, 1d ago."),
    ] = None,
    form: AsFormat = Format.TABLE,
) -> None:
    """Follow the alerts, a line each, until Ctrl-C.

    When its evidence was complete, what happened to it, severity, detector and state, customer, subject, and one sentence. Only what
    was committed; json gives each alert as subscribers get it.

    [dim]Examples:[/dim]

      throughline alerts tail --kafka localhost:9092

      throughline alerts tail --since 1h --severity critical --family slow-response

      throughline alerts tail --since 1d --customer c-17 --format json | jq .data.summary
    """
    from streams.cli.alerts_shown import line
    from streams.cli.interrupt import interruptible
    from streams.kafka.alerts import Alert, Foreign
    from streams.kafka.alerts import tail as follow

    wanted, chosen = _wanted(detectors, severities, customers), _families(families)
    with suppress(KeyboardInterrupt), interruptible() as interrupted:
        for found in follow(kafka, chosen, wanted, since):
            match found:
                case Alert():
                    sys.stdout.write((found.value.decode() if form is Format.JSON else line(found)) + "\n")
                case Foreign(place=place):
                    say(f"{place} is no alert of ours, and passed over")
                case None:
                    sys.stdout.flush()
            if interrupted():
                break
    sys.stdout.flush()


@app.command()
def active(
    kafka: Kafka = "localhost:9092",
    detectors: Detectors = None,
    severities: Severities = None,
    customers: Customers = None,
    each: Annotated[bool, typer.Option("--each", help="A line for each alert, the longest open first, instead of how many.")] = False,
    form: AsFormat = Format.TABLE,
) -> None:
    """Say what is open now: how many alerts by detector and severity, and since when.

    With --each or --format json every one of them.

    [dim]Examples:[/dim]

      throughline alerts active --kafka localhost:9092

      throughline alerts active --each --severity critical

      throughline alerts active --format json | jq -r .data.customer | sort -u
    """
    from streams.cli.alerts_shown import line, summary
    from streams.cli.screen import out
    from streams.kafka.alerts import Alert
    from streams.kafka.alerts import active as ask

    found = list(ask(kafka, _wanted(detectors, severities, customers)))
    still = sorted((one for one in found if isinstance(one, Alert)), key=lambda alert: alert.event.data.opened_at)
    if len(still) < len(found):
        say(f"{len(found) - len(still):,} records are no alerts of ours, and passed over")
    if form is Format.JSON:
        sys.stdout.writelines(alert.value.decode() + "\n" for alert in still)
    elif each:
        sys.stdout.writelines(line(alert) + "\n" for alert in still)
    else:
        out.print(summary(still))


def _wanted(detectors: list[str] | None, severities: list[str] | None, customers: list[str] | None) -> "Wanted":
    from streams.detection.detectors import DETECTORS
    from streams.kafka.alerts import Wanted

    _check("detector", detectors, DETECTORS)
    _check("severity", severities, SEVERITIES)
    return Wanted(detectors or (), severities or (), customers or ())


def _families(names: list[str] | None) -> "list[Family]":
    from schemas.alert import Family

    _check("family", names, [family.value for family in Family])
    return [family for family in Family if not names or family.value in names]


def _check(what: str, given: list[str] | None, known: "Collection[str]") -> None:
    for name in given or ():
        if name not in known:
            raise Trouble(f"there is no {what} {printable(name)!r}: it is one of {', '.join(sorted(set(known)))}", Exit.USAGE)
