"""One round: fresh topics, workers, customers, faults one after the other, silence, and the judgement."""

import time
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from msgspec import Struct, field

from deploy.kafka.cluster import Cluster
from schemas.instant import HOUR, SECOND
from schemas.touchpoint import TOPIC_PREFIX
from streams.kafka.client import KafkaTrouble
from tests.faults import traffic
from tests.faults.clocks import PROGRESS_S, Clocks
from tests.faults.crew import Crew
from tests.faults.exits import Exit
from tests.faults.fault import Fault
from tests.faults.inflicting import Scene, inflict, mend
from tests.faults.judging import Verdict, judge
from tests.faults.kafka import OF_BROKER, STAMP, Operator
from tests.faults.plan import Round
from tests.faults.said import Said
from tests.faults.sending import Acknowledged, Channels
from tests.faults.watch import InVain, now, until

WARM_UP_S = 4.0
"""Of peaceful traffic, so that the first fault strikes at work."""
TAIL = 4 * SECOND
"""Settled beyond the last touchpoint: some deadlines come to their end, and others stay open."""
BACKLOG = HOUR

Tell = Callable[[str], object]


class Struck(Struct):
    fault: Fault
    progress: float
    """Seconds from its beginning to the first moment at which everything before it, and it, was settled."""


class Played(Struct):
    plan: Round
    folder: Path
    struck: list[Struck] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    touchpoints: int = 0
    alerts: int = 0
    letters: int = 0
    given_up: int = 0
    """Records that the producer gave up."""
    seconds: float = 0
    failed: str | None = None
    """Why there is no verdict."""

    @property
    def good(self) -> bool:
        return self.failed is None and not self.verdict.wrong


def play(plan: Round, cluster: Cluster, folder: Path, tell: Tell, *, sabotage: str | None = None) -> Played:
    began = time.monotonic()
    played = Played(plan, folder)
    try:
        _play(played, cluster, tell, sabotage)
    except InVain as nothing:
        played.failed = str(nothing)
    except Exception as error:  # noqa: BLE001 -- this round has failed, and is told; the next may find something else
        played.failed = f"{type(error).__name__}: {error}"
        (folder / "traceback.txt").write_text(traceback.format_exc())
    mend(cluster)
    if played.failed is not None:
        _keep_what_there_is(plan, cluster, folder)
    played.verdict.blame("exits", (f"{one.name}: {one.wrong}" for one in played.exits if one.wrong))
    played.seconds = time.monotonic() - began
    return played


def _play(played: Played, cluster: Cluster, tell: Tell, sabotage: str | None) -> None:
    plan, folder = played.plan, played.folder
    application = _application(plan)
    operator = Operator(cluster.bootstrap)
    until(operator.whole, "all replicas in sync", PROGRESS_S)
    backlog = [TOPIC_PREFIX + plan.backlog.channel] if plan.backlog else []
    operator.make(application, stamped_by_producer=backlog)
    acknowledged = _load(plan, cluster, operator, tell)
    channels = Channels(cluster.bootstrap, traffic.live(plan.traffic, now()))
    crew = Crew(cluster.bootstrap, folder, application, static=plan.static, sabotage=sabotage)
    played.exits = crew.exits  # which grow from here on
    try:
        with closing(Clocks(cluster.bootstrap, application)) as clocks:
            channels.start()
            for _ in range(plan.workers):
                crew.join()
            _strike(played, Scene(cluster, operator, crew, channels), clocks, tell)
            channels.end()
            _settle(cluster, clocks)
        crew.stop()
    finally:
        crew.destroy()
        channels.stop()
    acknowledged += channels.acknowledged
    said = Said.on(cluster.bootstrap, application)
    said.keep(folder)
    played.given_up = sum(channels.failed.values())
    played.touchpoints, played.alerts, played.letters = len(said.log), len(said.alerts), len(said.letters)
    played.verdict = judge(said, acknowledged)
    played.verdict.redelivered = crew.counted("throughline_redelivered_total")
    played.verdict.repaired = crew.counted("throughline_order_repaired_total")


def _keep_what_there_is(plan: Round, cluster: Cluster, folder: Path) -> None:
    """Of a round that has come to no judgement; the topics may be missing, or Kafka itself."""
    try:
        Said.on(cluster.bootstrap, _application(plan)).keep(folder)
    except KafkaTrouble as trouble:
        (folder / "no-dump.txt").write_text(f"{trouble}\n")


def _application(plan: Round) -> str:
    """A round's own: groups and transactions of earlier rounds mean nothing to it."""
    return f"faults-{plan.seed}-{plan.number}"


def _load(plan: Round, cluster: Cluster, operator: Operator, tell: Tell) -> list[Acknowledged]:
    """An hour of one channel, with the times at which it arrived; from then on the broker stamps it as it does the others."""
    if plan.backlog is None:
        return []
    channel = plan.backlog.channel
    feed = Channels(cluster.bootstrap, traffic.history(plan.traffic, channel, now() - BACKLOG - SECOND, BACKLOG))
    count = feed.load()
    operator.configure(TOPIC_PREFIX + channel, {STAMP: OF_BROKER})
    tell(f"{count:,} records of an hour lie in {channel}")
    return feed.acknowledged


def _strike(played: Played, scene: Scene, clocks: Clocks, tell: Tell) -> None:
    began = now()
    if played.plan.backlog is None:
        clocks.past(began + round(WARM_UP_S * SECOND), "the workers at work")
    for fault in played.plan.faults:
        if played.struck:
            time.sleep(fault.after)  # peace, as planned
        at = now()
        inflict(fault, scene)
        gone = now()
        reached = clocks.past(at, f"progress after: {fault.kind}")
        played.struck.append(Struck(fault, (reached - at) / SECOND))
        tell(f"{fault.kind}: progress after {played.struck[-1].progress:.1f} s")
        clocks.past(gone, f"progress once this was over: {fault.kind}")


def _settle(cluster: Cluster, clocks: Clocks) -> None:
    """Nobody tells anything more; heartbeats let everything come to its end."""
    beats = Beats(cluster.bootstrap)
    try:
        clocks.past(now() + TAIL, "everything settled", meanwhile=beats.beat)
        # What strayed was forwarded by then, and lies where it belongs; what lies there is settled when this is over.
        clocks.past(now(), "what was forwarded settled", meanwhile=beats.beat)
    finally:
        beats.channels.stop()


class Beats:
    """Signs of life of every channel, on every partition, a second apart."""

    def __init__(self, kafka: str) -> None:
        self.channels = Channels(kafka, ())
        self._last = 0

    def beat(self) -> None:
        if now() - self._last < SECOND:
            return
        self._last = now()
        for sending in traffic.heartbeats(self._last):
            self.channels.send(sending)
