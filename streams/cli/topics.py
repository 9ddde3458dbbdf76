import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from streams.cli.trouble import Exit, Trouble

if TYPE_CHECKING:
    from schemas.policy import Policy
    from streams.kafka.plan_shown import Change
    from streams.kafka.planning import Plan
    from streams.settings import Settings

app = typer.Typer(help="Make and check the topics that the policy needs.", no_args_is_help=True)

Kafka = Annotated[
    str | None,
    typer.Option("--kafka", metavar="HOST:PORT", help="Kafka's bootstrap servers; beats THROUGHLINE_KAFKA.", show_default="localhost:9092"),
]
PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE", help="The policy file; beats THROUGHLINE_POLICY.", show_default="deploy/policy.yaml"),
]
Application = Annotated[
    str | None,
    typer.Option("--application", metavar="NAME", help="Whose journeys; beats THROUGHLINE_APPLICATION.", show_default="throughline"),
]
Partitions = Annotated[
    int | None,
    typer.Option(
        "--partitions",
        min=1,
        metavar="N",
        help="Of every channel and the journeys; beats THROUGHLINE_PARTITIONS. It cannot be changed later.",
        show_default="what the topics have, else 12",
    ),
]
Replication = Annotated[
    int | None,
    typer.Option(
        "--replication", min=1, metavar="N", help="On how many brokers each topic lies.", show_default="3, or as many as there are brokers"
    ),
]


def _duration(text: str) -> int:
    from schemas.instant import parse_duration

    if text == "forever":
        return -1
    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} {error}, or forever") from None


Retention = Annotated[
    int | None,
    typer.Option(
        "--retention",
        metavar="DURATION",
        parser=_duration,
        help="How long channels are kept at least: P14D, or forever (history that is loaded).",
        show_default="P7D",
    ),
]


class _Asked:
    """What was asked for, and the plan that follows from it."""

    def __init__(
        self,
        kafka: str | None,
        policy: Path | None,
        application: str | None,
        partitions: int | None,
        replication: int | None,
        retention: int | None,
    ) -> None:
        from schemas.instant import format_duration
        from streams.kafka.catalogue import RETENTION
        from streams.kafka.planning import create_command
        from streams.kafka.planning import plan as planned
        from streams.policy_file import load_policy
        from streams.settings import load_settings

        self.settings: Settings = load_settings(kafka=kafka, policy=policy, application=application, partitions=partitions)
        self.policy: Policy = load_policy(self.settings.policy)
        kept = RETENTION if retention is None else retention
        self.plan: Plan = planned(
            self.settings.kafka,
            self.policy,
            self.settings.application,
            partitions=self.settings.partitions,
            replication=replication,
            retention=kept,
        )
        self.create = create_command(
            self.settings.kafka,
            self.settings.policy,
            self.settings.application,
            self.settings.partitions,
            replication=replication,
            retention=None if retention is None else "forever" if retention < 0 else format_duration(retention),
        )


@app.callback()
def topics() -> None:
    pass


@app.command()
def create(
    kafka: Kafka = None,
    policy: PolicyFile = None,
    application: Application = None,
    partitions: Partitions = None,
    replication: Replication = None,
    retention: Retention = None,
) -> None:
    """Make the topics that are missing, and set what is otherwise and may be changed.

    Says each thing that it does; what is better than needed is left alone. Ends with 1 where something is left that no setting mends (a
    number of partitions, replicas) or that the broker refused.

    [dim]Examples:[/dim]

      throughline topics create --kafka localhost:9092 --policy deploy/policy.yaml

      throughline topics create --partitions 96 --retention P14D
    """
    from streams.kafka.creating import Created, Left, Refused, Set
    from streams.kafka.creating import create as created
    from streams.kafka.difference import Differs, said
    from streams.kafka.plan_shown import shown, with_unit

    asked = _Asked(kafka, policy, application, partitions, replication, retention)
    plan = asked.plan
    if plan.cluster.embedded:
        raise Trouble(
            f"the broker at {plan.kafka} is the embedded one: it makes topics when they are first used, and knows no settings. "
            "Topics are created on a real Kafka"
        )
    _say_numbers(plan)
    left = 0
    for done in created(plan.kafka, plan.deviations):
        match done:
            case Created(topic):
                sys.stdout.write(f"created {topic.name}: {topic.partitions} partitions, {topic.replication} replicas\n")
            case Set(differs):
                config = differs.config
                sys.stdout.write(
                    f"set {differs.topic.name}: {config.name} {with_unit(config.name, differs.found)}"
                    f" → {with_unit(config.name, str(config.value))}\n"
                )
            case Refused(deviation, why):
                left += 1
                what = f"{deviation.config.name} {shown(deviation.config)}" if isinstance(deviation, Differs) else said(deviation)
                sys.stdout.write(f"refused {deviation.topic.name}: {what}: {why}\n")
            case Left(deviation):
                left += 1
                what, mend = plan.of(deviation, asked.create)
                sys.stdout.write(f"left {deviation.topic.name}: it {what}\n    mend: {mend}\n")
        sys.stdout.flush()
    if left:
        sys.stderr.write(f"{left} thing{'s are' if left > 1 else ' is'} left to be mended by hand\n")
        raise typer.Exit(Exit.FAILED)
    sys.stderr.write(f"{len(plan.topics)} topics are as they should be\n")


@app.command()
def check(
    kafka: Kafka = None,
    policy: PolicyFile = None,
    application: Application = None,
    partitions: Partitions = None,
    replication: Replication = None,
    retention: Retention = None,
) -> None:
    """Name each topic and setting that is not as it should be, with what mends it.

    Ends with 1 if there is one, also one that a worker would work with.

    [dim]Example:[/dim]

      throughline topics check --kafka localhost:9092 --policy deploy/policy.yaml
    """
    asked = _Asked(kafka, policy, application, partitions, replication, retention)
    plan = asked.plan
    mended: dict[str, list[str]] = {}
    for deviation in plan.deviations:
        what, mend = plan.of(deviation, asked.create)
        mended.setdefault(mend, []).append(f"{deviation.topic.name} {what}")
    for mend, lines in mended.items():
        sys.stdout.write("".join(f"{line}\n" for line in lines) + f"    mend: {mend}\n")
    sys.stdout.flush()
    if plan.cluster.embedded:
        sys.stderr.write("this is the embedded broker, which knows no settings: only names and numbers of partitions were checked\n")
    if mended:
        sys.stderr.write(f"{len(plan.deviations)} of what should be is otherwise\n")
        raise typer.Exit(Exit.FAILED)
    sys.stderr.write(
        f"{len(plan.topics)} topics are as they should be, with {plan.partitions} partitions and {plan.replication} replicas\n"
    )


@app.command()
def plan(
    kafka: Kafka = None,
    policy: PolicyFile = None,
    application: Application = None,
    partitions: Partitions = None,
    replication: Replication = None,
    retention: Retention = None,
    role: Annotated[
        Literal["worker", "channel", "subscriber", "operator"] | None,
        typer.Option(help="Whose ACLs to show.", show_default="everybody's"),
    ] = None,
    principal: Annotated[
        str | None, typer.Option(metavar="User:NAME", help="Who gets them.", show_default="one named after each role")
    ] = None,
    format_: Annotated[Literal["table", "json"], typer.Option("--format", help="table for people, json for programs.")] = "table",
) -> None:
    """Show what `create` would do and why, and the ACLs that each kind of user needs. Changes nothing.

    The ACLs are lines for kafka-acls.sh; where your cluster is secured, add --command-config to each.

    [dim]Examples:[/dim]

      throughline topics plan --kafka localhost:9092

      throughline topics plan --role channel --format json

      throughline topics plan --role worker --principal User:throughline
    """
    from streams.kafka.acls import Role, commands, needs
    from streams.kafka.plan_shown import as_json, changes

    asked = _Asked(kafka, policy, application, partitions, replication, retention)
    roles = [Role(role)] if role else list(Role)
    needed = [each for one in roles for each in needs(one, asked.policy, asked.settings.application, principal)]
    if format_ == "json":
        import msgspec

        sys.stdout.write(msgspec.json.format(msgspec.json.encode(as_json(asked.plan, asked.create, needed))).decode() + "\n")
        return
    _say_numbers(asked.plan)
    if asked.plan.cluster.embedded:
        sys.stderr.write("this is the embedded broker: it makes topics when they are first used, and knows no settings and no ACLs\n")
    _table(changes(asked.plan.deviations), asked.create)
    for each in needed:
        sys.stdout.write(f"\n# {each.role} ({each.principal})\n")
        for grant, command in zip(each.grants, commands(each, asked.plan.kafka), strict=True):
            sys.stdout.write(f"# {grant.why}\n{command}\n")


def _say_numbers(plan: "Plan") -> None:
    sys.stderr.write(
        f"{plan.partitions} partitions, which {plan.partitions_from}; {plan.replication} replica{'s' * (plan.replication != 1)}, "
        f"{plan.replication_from}\n"
    )


def _table(changes: "list[Change]", create: str) -> None:
    from rich.table import Table

    from streams.cli.screen import out

    if not changes:
        sys.stdout.write("every topic is as it should be\n")
        return
    table = Table("topics", "setting", "now", "should be", "why", title="What is to be done", title_justify="left")
    before: tuple[str, ...] | None = None
    for change in changes:
        if change.topics != before:
            table.add_section()
        names = "\n".join(change.topics) if change.topics != before else ""
        setting = change.setting if change.does != "by hand" else f"{change.setting} (by hand)"
        table.add_row(names, setting, change.now, change.should_be, change.why)
        before = change.topics
    out.print(table)
    sys.stdout.write(f"to do it: {create}\n")
