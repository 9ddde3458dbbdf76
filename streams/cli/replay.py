from contextlib import ExitStack
from enum import StrEnum
from typing import Annotated

import typer

from streams.cli.options import Logs, Partitions, PolicyFile, Until


class Form(StrEnum):
    TABLE = "table"
    JSON = "json"
    NONE = "none"


def replay(
    logs: Logs,
    policy: PolicyFile = None,
    alerts: Annotated[
        str | None, typer.Option("--alerts", metavar="OUT", help="Write every alert event to this log file.", show_default=False)
    ] = None,
    dead_letters: Annotated[
        str | None, typer.Option("--dead-letters", metavar="OUT", help="Write what could not be used to this log file.", show_default=False)
    ] = None,
    until: Until = None,
    partitions: Partitions = None,
    summary: Annotated[Form, typer.Option(help="What to say at the end.")] = Form.TABLE,
) -> None:
    """Find what a worker would have found, from log files alone.

    No Kafka is needed. The same log and policy give the same alerts, to the byte. OUT may end in .gz or .zst; - is standard output.

    [dim]Examples:[/dim]

      throughline replay day.jsonl.zst --policy policy.yaml --alerts alerts.jsonl

      throughline replay web.jsonl chat.jsonl --until 2026-03-02T00:00:00Z --summary json

      throughline dump touchpoints.chat --kafka localhost:9092 | throughline replay - --alerts -
    """
    from streams.cli.inputs import policy_for, read
    from streams.cli.screen import bar, err, out
    from streams.cli.summary_table import show
    from streams.logs.file import writing
    from streams.replay import Replay
    from streams.replay.outcome import Alert, Dead
    from streams.replay.summary import Summary

    log, count = read(logs, partitions)
    run = Replay(log, policy_for(policy, log), count, until)
    log.clear()
    told = Summary()
    with ExitStack() as files:
        alert_log = files.enter_context(writing(alerts)) if alerts else None
        dead_log = files.enter_context(writing(dead_letters)) if dead_letters else None
        shown = files.enter_context(bar("replaying", len(run)))
        for outcome in run.run(progress=shown.at):
            told.add(outcome)
            match outcome:
                case Alert() if alert_log:
                    alert_log.write(outcome.record(), placed=False)
                case Dead() if dead_log:
                    dead_log.write(outcome.record(), placed=False)
                case _:
                    pass
    console = err if "-" in (alerts, dead_letters) else out
    if summary is Form.JSON:
        console.file.write(told.as_json(run) + "\n")
    elif summary is Form.TABLE:
        show(told, run, console)
