from pathlib import Path
from typing import Annotated

import typer


def worker(
    kafka: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Kafka's bootstrap servers; beats THROUGHLINE_KAFKA.", show_default=False)
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The policy file; beats THROUGHLINE_POLICY.", show_default=False)
    ] = None,
) -> None:
    """Watch the topics of the policy's channels until told to stop.

    Workers of one application share the partitions. SIGTERM or Ctrl-C: a last checkpoint, then 0. Every other setting is a variable
    THROUGHLINE_...: the README lists them. Metrics and health are on http://127.0.0.1:9469.

    [dim]Examples:[/dim]

      throughline worker --kafka localhost:9092 --policy deploy/policy.yaml

      THROUGHLINE_METRICS_PORT=0 throughline worker
    """
    from structlog.stdlib import get_logger

    from streams.engine.run import run
    from streams.log import configure
    from streams.policy_file import load_policy
    from streams.settings import load_settings, unknown_variables

    settings = load_settings(kafka=kafka, policy=policy)
    configure(settings)
    for mistake in unknown_variables():
        get_logger(__name__).warning(mistake)
    raise typer.Exit(run(settings, load_policy(settings.policy)))
