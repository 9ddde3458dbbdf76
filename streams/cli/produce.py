import sys
from typing import Annotated

import typer

from streams.cli.options import Kafka, Logs
from streams.cli.trouble import Exit


def produce(
    logs: Logs,
    kafka: Kafka = "localhost:9092",
    rate: Annotated[
        float | None,
        typer.Option(min=0.001, metavar="N", help="Records a second. Without it: as fast as Kafka takes them.", show_default=False),
    ] = None,
) -> None:
    """Send a log file to its topics.

    Keys, values, headers, timestamps and named partitions stay as they are; the topics must be there. History needs topics with
    message.timestamp.type=CreateTime and retention.ms=-1, or Kafka stamps it anew, or throws it away. Ends with 1 if a record was not
    acknowledged.

    [dim]Examples:[/dim]

      throughline produce day.jsonl.zst --kafka localhost:9092

      throughline simulate --customers 100 --days 1 | throughline produce - --rate 200
    """
    from streams.cli.screen import bar
    from streams.kafka.produce import produce as send
    from streams.logs.file import read_lines

    with bar("sending", None) as shown:
        produced = send(read_lines(logs), kafka, rate=rate, progress=lambda so_far: shown.at(so_far.acknowledged))
    sys.stderr.write(f"{produced.acknowledged:,} of {produced.sent:,} records were acknowledged\n")
    for reason, number in sorted(produced.failed.items()):
        sys.stderr.write(f"  {number:,} were not: {reason}\n")
    if not produced.complete:
        raise typer.Exit(Exit.FAILED)
