import sys
from typing import Annotated

import typer

from streams.cli.options import Kafka


def dump(
    topics: Annotated[list[str], typer.Argument(metavar="TOPIC", help="The topics to read.", show_default=False)],
    kafka: Kafka = "localhost:9092",
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="Where to write; .gz and .zst are compressed, - is standard output.")
    ] = "-",
    uncommitted: Annotated[
        bool, typer.Option("--uncommitted", help="Also what a transaction has not committed, or has taken back.")
    ] = False,
) -> None:
    """Write topics to a log file, merged by timestamp.

    Every record from the beginning up to the end that the topics have at the start; nothing is committed.

    [dim]Examples:[/dim]

      throughline dump touchpoints.chat touchpoints.web --kafka localhost:9092 --out day.jsonl.zst

      throughline dump alerts.slow-response | jq .value.data.summary
    """
    from streams.cli.screen import bar
    from streams.kafka.dump import dump as read
    from streams.logs.file import writing

    with bar("reading", None) as shown, writing(out) as log:
        for record in read(topics, kafka, committed_only=not uncommitted):
            log.write(record)
            if log.records % 1_000 == 0:
                shown.at(log.records)
    sys.stderr.write(f"{log.records:,} records of {len(topics)} topic{'s' * (len(topics) != 1)}\n")
