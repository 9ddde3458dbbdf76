"""From a command to an exit code."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry
from structlog.stdlib import get_logger

from schemas.policy import Policy
from streams import broker
from streams.detection import detectors
from streams.detection.detectors import PolicyMistake
from streams.engine import topics
from streams.engine.app import create_app, now
from streams.engine.broken import broken, bug, end_if_refused, failed
from streams.engine.connections import Connections
from streams.engine.status import Gauges, readiness
from streams.engine.web import AddressUnavailable, Web
from streams.engine.worker import Worker
from streams.exits import MISCONFIGURED
from streams.kafka.refusal import Refusal
from streams.kafka.security import security_of
from streams.metrics import Metrics
from streams.readiness import Phase, Readiness
from streams.settings import Settings

STOPPED = 0
LOOK_S = 1.0
TOPICS_S = 5.0
"""Between two looks at which topics there are."""
ASK_WHY_S = 10.0

_log = get_logger(__name__)


def run(settings: Settings, policy: Policy) -> int:
    """Works until SIGTERM or SIGINT; the process's exit code. PolicyMistake where a detector's section is wrong."""
    with asyncio.Runner() as runner:
        try:
            return runner.run(_run(settings, policy))
        except PolicyMistake:
            raise
        except Exception as error:  # noqa: BLE001 -- Faust's threads would keep a process alive that has lost its way
            bug(error, "the worker failed")


async def _run(settings: Settings, policy: Policy) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    standing = Standing(settings)
    registry = CollectorRegistry()
    watching = detectors.load(policy)
    metrics = Metrics(
        registry,
        policy,
        detectors=[detector.name for detector in watching],
        clocks=[clock for detector in watching for clock in detector.clocks],
    )
    web = Web(registry, standing.readiness, host=settings.metrics_host, port=settings.metrics_port)
    try:
        _log.info("metrics and health", url=await web.start())
    except AddressUnavailable as unavailable:
        _log.error(str(unavailable))
        return MISCONFIGURED
    try:
        return await _connect_and_work(settings, policy, metrics, standing, stop)
    finally:
        await web.stop()


class Standing:
    """Whether the worker does its work, from its first moment on."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.worker: Worker | None = None
        self.stopping = False

    def readiness(self) -> Readiness:
        worker = self.worker
        if worker is None:
            return Readiness(Phase.STARTING, f"waits for Kafka at {self._settings.kafka}")
        return readiness(
            worker.held.values(), now(), self._settings.behind_ms, assigned=worker.assigned, working=worker.working, stopping=self.stopping
        )


async def _connect_and_work(settings: Settings, policy: Policy, metrics: Metrics, standing: Standing, stop: asyncio.Event) -> int:
    cluster = await Connections(settings).awaited_cluster(topics.needed(policy, settings.application), stop)
    if cluster is None:
        return STOPPED
    if isinstance(cluster, Refusal):
        _log.error(cluster.why)
        return cluster.code or MISCONFIGURED
    found = topics.findings(policy, settings, cluster.found, f"User:{security_of(settings).known_as}" if settings.sasl else topics.UNKNOWN)
    for finding in found:
        (_log.warning if finding.exit_code is None else _log.error)(finding.says, mend=finding.mend)
    if (code := topics.verdict(found)) is not None:
        return code
    if cluster.embedded:
        _log.warning(broker.NOTICE)
    connections = Connections(settings, embedded=cluster.embedded)
    worker = create_app(settings, policy, connections, cluster, metrics)
    standing.worker = worker
    gauges = Gauges(metrics)

    async def look() -> None:
        await worker.look()
        show()

    def show() -> None:
        worker.tell()
        gauges.show(worker.held.values(), now(), queued=worker.in_memory, held_up=worker.held_up(), standing=standing.readiness())

    async def ask_why() -> None:
        if worker.working and not worker.answered:  # a password may have been changed; the successor reads the new one
            end_if_refused(await connections.refused(stop), "Kafka does not let this worker in any more")

    watch = topics.Watch(cluster.topics, topics.partitioned(policy, settings.application))

    async def look_at_topics() -> None:
        try:
            changes = watch.look(await connections.partition_counts())
        except (KafkaError, OSError):  # the probe says that nobody answers
            return
        if changes:
            end_if_refused(Refusal("; ".join(changes), MISCONFIGURED), "the topics are no longer those that this worker began with")

    starting = asyncio.create_task(_started(worker))  # it ends with the first assignment, which may be long in coming
    at_work = asyncio.gather(
        _every(settings.checkpoint_ms / 1000, worker.checkpoint, stop, sooner=worker.pace.hurry),
        _every(settings.probe_ms / 1000, worker.probe, stop),
        _every(LOOK_S, look, stop),
        _every(ASK_WHY_S, ask_why, stop),
        _every(TOPICS_S, look_at_topics, stop),
    )
    await stop.wait()
    standing.stopping = True
    show()
    _log.info("stopping: the last checkpoint")
    ending = asyncio.create_task(_ended(at_work, worker))
    await asyncio.wait((ending,), timeout=settings.stop_ms / 1000)
    if not ending.done():
        broken("the worker could not stop in time", milliseconds=settings.stop_ms)
    await ending
    starting.cancel()
    _log.info("stopped")
    return STOPPED


async def _ended(at_work: Awaitable[Any], worker: Worker) -> None:
    await at_work  # a checkpoint may be under way, and its broker gone
    await worker.stop()


async def _started(worker: Worker) -> None:
    try:
        await worker.start()
    except KafkaError as error:
        failed(error, "the worker could not start")
    except Exception as error:  # noqa: BLE001 -- nobody waits for this task
        bug(error, "the worker could not start")


async def _every(seconds: float, do: Callable[[], Awaitable[Any]], stop: asyncio.Event, sooner: asyncio.Event | None = None) -> None:
    """Until told to stop; what is under way is finished."""
    stopped = asyncio.create_task(stop.wait())
    while not stop.is_set():
        try:
            await do()
        except Exception as error:  # noqa: BLE001 -- here and now: on its way up other tasks would go on
            bug(error, "the worker failed")
        called = asyncio.create_task((sooner or stop).wait())
        await asyncio.wait((stopped, called), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        called.cancel()
