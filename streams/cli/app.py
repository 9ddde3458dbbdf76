"""The commands, and how each of them ends."""

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from streams.cli import (
    alerts,
    dead_letters,
    dead_letters_replay,
    demo,
    dump,
    journey,
    lag,
    policy,
    produce,
    replay,
    schemas,
    score,
    simulate,
    topics,
    validate,
    worker,
)
from streams.cli.trouble import trouble_of

ENDS = "Exit codes: 0 done; 1 something was found, or could not be finished; 2 nothing was done: an option, a file or a policy is wrong."
KAFKA_ENDS = (
    f"{ENDS} 77 (EX_NOPERM) Kafka does not let us in, or an ACL is missing; 78 (EX_CONFIG) the settings and what Kafka speaks do not fit."
)
WORKER_ENDS = (
    "Exit codes: 0 stopped when told to; 2 an option, a setting or the policy is wrong; 70 (EX_SOFTWARE) something that must be true was "
    "not: start it again, it goes on from the last checkpoint; 75 (EX_TEMPFAIL) another worker has taken over: start it again; 77 "
    "(EX_NOPERM) Kafka does not let it in, or an ACL is missing; 78 (EX_CONFIG) topics, an address or how Kafka is reached must be mended "
    "first. After 77 and 78 starting again helps nothing."
)


class Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        """What is the user's to mend is said in one line; a bug ends in a traceback."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            sys.stderr.write(f"throughline: {trouble}\n")
            raise typer.Exit(trouble.code) from None


app = typer.Typer(
    cls=Commands,
    help="Joins every touchpoint of every customer, and says where the journey breaks.",
    epilog=f"{KAFKA_ENDS} Of the worker also 70 and 75: see throughline worker --help.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from streams.version import VERSION

        sys.stdout.write(f"throughline {VERSION}\n")
        raise typer.Exit


@app.callback()
def throughline(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is, and end.")
    ] = False,
) -> None:
    pass


app.command("demo", epilog=ENDS)(demo.demo)
app.command("worker", epilog=WORKER_ENDS)(worker.worker)
app.command("replay", epilog=ENDS)(replay.replay)
app.command("journey", epilog=KAFKA_ENDS)(journey.journey)
app.command("validate", epilog=ENDS)(validate.validate)
app.add_typer(policy.app, name="policy", epilog=ENDS)
app.add_typer(schemas.app, name="schemas", epilog=ENDS)
app.add_typer(topics.app, name="topics", epilog=KAFKA_ENDS)
dead_letters.app.command("replay", epilog=KAFKA_ENDS)(dead_letters_replay.replay)
app.command("lag", epilog=KAFKA_ENDS)(lag.lag)
app.add_typer(alerts.app, name="alerts", epilog=KAFKA_ENDS)
app.add_typer(dead_letters.app, name="dead-letters", epilog=KAFKA_ENDS)
app.command("produce", epilog=KAFKA_ENDS)(produce.produce)
app.command("dump", epilog=KAFKA_ENDS)(dump.dump)
app.command("simulate", epilog=ENDS)(simulate.simulate)
app.command("score", epilog=ENDS)(score.score)
