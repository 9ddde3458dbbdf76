"""The play: raise the stage, let customers live for a minute, judge."""

import time
from collections.abc import Callable
from importlib.resources import as_file, files

from rich.console import Console
from rich.live import Live

from schemas.instant import SECOND
from streams.broker import NOTICE
from streams.demo.gauges import Gauges, read
from streams.demo.latency import latency
from streams.demo.stage import PARTITIONS, Stage, StageBroken
from streams.demo.subscriber import Subscriber
from streams.demo.traffic import Traffic
from streams.demo.view import line, picture
from streams.policy_file import load_policy
from streams.simulate.plan import Plan
from streams.simulate.score import Score, score
from streams.simulate.targets import Targets
from streams.simulate.verdict import mistakes, table

START_S = 40
"""How long the worker may take until it is ready."""
SETTLE_S = 30
"""How long it may take to settle what was sent last."""
INTERRUPTED = 130

_NEXT = """
How to go on
  throughline worker --kafka HOST:PORT --policy deploy/policy.yaml    the same worker on your Kafka
  throughline simulate --customers 500 --days 1 --out day.jsonl       a day of such customers as a log file
  throughline replay day.jsonl                                        the same detectors over a log, without Kafka
README.md tells how channels produce events and how to subscribe to alerts."""


def run(seconds: int = 45, rate: float = 150.0, customers: int = 400, seed: int = 1) -> int:
    """The exit code: 0 when all that was planted was found and nothing else, 1 if not, 130 after Ctrl-C."""
    console = Console()
    try:
        with as_file(files("streams.demo") / "policy.yaml") as policy_file:
            policy = load_policy(policy_file)
            console.print(f"[dim]{NOTICE}[/dim]", soft_wrap=True)
            with Stage(policy, policy_file) as stage:
                return _play(console, stage, seconds, lambda start: _plan(Targets.of(policy), start, seconds, rate, customers, seed))
    except KeyboardInterrupt:
        console.print("stopped; broker and worker are gone")
        return INTERRUPTED
    except StageBroken as broken:
        console.print(str(broken), style="red", soft_wrap=True, markup=False)
        return 1


def _plan(targets: Targets, start: int, seconds: int, rate: float, customers: int, seed: int) -> Plan:
    return Plan(
        customers=customers,
        start=start,
        length=seconds * SECOND,
        rate=rate,
        seed=seed,
        planted=0.25,
        heartbeat=5 * SECOND,
        partitions=PARTITIONS,
        targets=targets,
    )


def _play(console: Console, stage: Stage, seconds: int, plan_from: Callable[[int], Plan]) -> int:
    url = _ready(console, stage)
    plan = plan_from(_now())
    traffic, subscriber = Traffic(plan, stage.kafka), Subscriber(stage.kafka)
    subscriber.start()
    traffic.start()
    try:
        began = time.monotonic()
        with Live(console=console, refresh_per_second=4, transient=True) as live:
            shown = Showing(console, live, seconds)
            while not _over(traffic, plan, shown.gauges, began, seconds):
                stage.check()
                shown.update(read(url) or shown.gauges, subscriber, time.monotonic() - began)
                time.sleep(0.25)
        took = time.monotonic() - began
        stage.end_worker()  # with a last checkpoint: the subscriber can read all to its end
    finally:
        traffic.end()
        subscriber.end()
    result = score(traffic.truth, subscriber.events.values(), until=plan.settled)
    _tell(console, result, traffic, subscriber, shown.gauges, took)
    return 0 if convincing(result, traffic.failed) else 1


def convincing(result: Score, failed: str | None) -> bool:
    """Nothing missed, nothing invented, every record acknowledged; and where a detector had nothing to find, nothing is proven."""
    return result.perfect and failed is None and all(tally.planted for tally in result.detectors.values())


def _ready(console: Console, stage: Stage) -> str:
    deadline = time.monotonic() + START_S
    with console.status("a worker joins the broker"):
        while time.monotonic() < deadline:
            stage.check()
            if (url := stage.metrics_url()) and (gauges := read(url)) and gauges.ready:
                return url
            time.sleep(0.2)
    raise StageBroken(f"the worker was not ready within {START_S} s; its last words:\n{stage.last_words()}")


def _over(traffic: Traffic, plan: Plan, gauges: Gauges, began: float, seconds: int) -> bool:
    """All has been sent, and everything before the plan's settled instant is settled."""
    if traffic.is_alive() or _now() < plan.end:
        return False
    return _now() - gauges.settled_lag * SECOND > plan.settled + SECOND or time.monotonic() - began > seconds + SETTLE_S


class Showing:
    """A live picture on a terminal, a line for each alert elsewhere."""

    def __init__(self, console: Console, live: Live, seconds: int) -> None:
        self._console = console
        self._live = live
        self._seconds = seconds
        self._before = (0.0, dict[str, float]())
        self._printed = 0
        self.gauges = Gauges()

    def update(self, gauges: Gauges, subscriber: Subscriber, second: float) -> None:
        self.gauges = gauges
        if not self._console.is_terminal:
            for event in list(subscriber.events.values())[self._printed :]:
                self._console.print(line(event), soft_wrap=True)
                self._printed += 1
            return
        then, before = self._before
        rates = {channel: (count - before.get(channel, 0)) / max(second - then, 0.1) for channel, count in gauges.touchpoints.items()}
        if second - then > 1:
            self._before = (second, gauges.touchpoints)
        self._live.update(picture(int(second), self._seconds, gauges, rates, list(subscriber.latest), subscriber.open()))


def _tell(console: Console, result: Score, traffic: Traffic, subscriber: Subscriber, gauges: Gauges, took: float) -> None:
    console.print(table(result))
    for mistake in mistakes(result):
        console.print(mistake, style="red", soft_wrap=True, markup=False)
    read_in_all = sum(gauges.touchpoints.values())
    console.print(
        f"{traffic.sent:,} records sent, {read_in_all:,.0f} touchpoints joined in {gauges.journeys:,.0f} journeys, "
        f"{read_in_all / took:,.0f} a second (live: as fast as they happen)",
        soft_wrap=True,
    )
    console.print(latency(subscriber.latencies), soft_wrap=True)
    if traffic.failed:
        console.print(f"[red]records were not acknowledged: {traffic.failed}[/red]")
    console.print(f"[dim]{_NEXT}[/dim]", highlight=False, soft_wrap=True)


def _now() -> int:
    return time.time_ns() // 1_000_000
