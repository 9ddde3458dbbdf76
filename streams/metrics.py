"""The catalogue: everything that Throughline measures of the channels and of itself, each with its unit, labels and meaning.

No label carries customer data: its values come from the policy's lists and from ours; all others are counted as `other`.
"""

import platform
from collections import defaultdict
from collections.abc import Iterable
from typing import get_args

import prometheus_client
from prometheus_client import CollectorRegistry, ProcessCollector

from schemas.alert import Severity, Word
from schemas.instant import DAY, HOUR, MINUTE, SECOND
from schemas.policy import Policy
from schemas.touchpoint import RefusedClass
from schemas.touchpoints import TYPES
from streams.detection.change import AlertChange
from streams.detection.detector import Measured
from streams.fenced import Drafting, Lists
from streams.readiness import Phase, Readiness
from streams.version import VERSION

MOST_PARTITIONS = 1024
"""Partition numbers from here on share the label value `other`."""

LARGE_JOURNEY = 512 * 1024
"""Bytes: some five thousand touchpoints. One that outgrows the changelog's `max.message.bytes` (Kafka's own is 1 MiB) ends workers."""


def _seconds(*milliseconds: int) -> tuple[float, ...]:
    return tuple(instant / SECOND for instant in milliseconds)


_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_LATENESS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 600.0, 3_600.0, 21_600.0, 86_400.0)
_TIME = _seconds(
    *(5 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 2 * DAY, 7 * DAY, 30 * DAY),
)
_LEFT = _seconds(10 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY, 7 * DAY)
_MARGIN = (*(-left for left in reversed(_LEFT)), -0.001, *_LEFT)
"""An end exactly at the limit is in time, and times are whole milliseconds: `le="-0.001"` holds what was missed and nothing else."""


def label_values(policy: Policy, detectors: Iterable[str], clocks: Iterable[str]) -> Lists:
    return {
        "channel": tuple(policy.channels),
        "type": tuple(model.TYPE for model in TYPES.values()),
        "error_class": get_args(RefusedClass),
        "detector": tuple(detectors),
        "clock": tuple(clocks),
        "severity": get_args(Severity.model_fields["level"].annotation),
        "event": get_args(Word),
        "phase": tuple(Phase),
        "partition": frozenset(str(number) for number in range(MOST_PARTITIONS)),
    }


class Metrics:
    """Of one worker, in the registry it is given. Label names stand in the order in which `show` takes their values."""

    def __init__(self, registry: CollectorRegistry, policy: Policy, detectors: Iterable[str], clocks: Iterable[str]) -> None:
        # `_created` series double what is stored and are read by nobody; the library has this switch for the whole process only.
        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
        ProcessCollector(registry=registry)
        new = Drafting(registry, label_values(policy, detectors, clocks))

        # What the channels tell
        self.touchpoints = new.counter("touchpoints", "Touchpoints that joined a journey.", "channel", "type")
        self.heartbeats = new.counter("heartbeats", "Heartbeats of a channel.", "channel")
        self.refused = new.counter("refused", "Records that went to the dead letters, by what was wrong.", "channel", "error_class")
        self.misrouted = new.counter("misrouted", "Records on another partition than their key's, forwarded to the right one.", "channel")
        self.repeated = new.counter("repeated", "Touchpoints that the producer had sent before, left out.", "channel")
        self.redelivered = new.counter("redelivered", "Records that the broker delivered again after a crash, left out.", "channel")
        self.late = new.counter(
            "late", "Touchpoints that arrived later than the channel's lateness allows, counted where they occurred.", "channel"
        )
        self.lateness = new.histogram("lateness", "From a touchpoint's occurrence to its arrival in Kafka.", "channel", buckets=_LATENESS)
        self.order_repaired = new.plain_counter(
            "order_repaired", "Touchpoints placed before what was settled, because a broker's clock stepped back."
        )
        self.erased = new.plain_counter("erased", "Touchpoints from before their customer asked to be erased, left out.")
        self.rebuilt = new.plain_counter("journeys_rebuilt", "Journeys recomputed for late evidence.")
        self.replayed = new.plain_counter("touchpoints_replayed", "Touchpoints seen again by the detectors when a journey was recomputed.")

        # What is found
        self.alerts = new.counter("alerts", "Alert events that the broker acknowledged.", "detector", "severity", "event")
        self.open_alerts = new.gauge(
            "open_alerts", "Alerts open now, on the partitions of this worker.", "detector", "severity", announced=True
        )
        self.alert_latency = new.histogram(
            "alert_latency", "From complete evidence to the broker's acknowledgement of the alert.", "detector", buckets=_QUICK
        )
        self.response_time = new.histogram(
            "response_time", "How long customers waited until a clock ended, pauses left out.", "clock", "channel", buckets=_TIME
        )
        self.margin = new.histogram(
            "margin", 'Left of the target when a clock ended; missed ones are negative (le="-0.001").', "clock", "channel", buckets=_MARGIN
        )

        # How the worker keeps up
        self.lag = new.gauge(
            "lag", "How far behind the present a channel is read; the worst partition of this worker.", "channel", unit="seconds"
        )
        self.backlog = new.gauge(
            "backlog", "Records of a channel not yet admitted, on the partitions of this worker.", "channel", unit="records"
        )
        self.admitted_offset = new.gauge("admitted_offset", "The next offset that will be admitted.", "channel", "partition")
        self.settled_lag = new.gauge("settled_lag", "How far behind the present what is settled ends.", "partition", unit="seconds")
        self.paused = new.gauge("paused_partitions", "Topic partitions waiting for a slower channel to catch up.", "channel")
        self.queued = new.plain_gauge(
            "queued", "Records in memory between the broker and the detectors; a large one counts as several.", unit="records"
        )
        self.journeys = new.plain_gauge("journeys", "Journeys held.")
        self.assigned = new.plain_gauge("assigned_partitions", "Partition numbers that are this worker's.")

        # How it survives
        self.checkpoint = new.plain_histogram(
            "checkpoint", "One checkpoint: alerts, journeys and offsets in one transaction.", buckets=_QUICK
        )
        self.last_checkpoint = new.plain_gauge(
            "last_checkpoint_timestamp", "When Kafka last had everything that was due (Unix time).", unit="seconds"
        )
        self.large_journeys = new.plain_counter(
            "large_journeys", "Times that a journey of more than 512 KiB was written: some five thousand touchpoints."
        )
        self.recovery = new.plain_histogram("recovery", "From an assignment to the first touchpoint.", buckets=_QUICK)
        self.recovered = new.plain_counter("recovered_records", "Records of the changelog read to recover journeys.")
        self._ready = new.gauge(
            "ready", "1 for what the worker does now: ready and standby are well, the others say why not.", "phase", announced=True
        )

        new.info("build", "What runs.", version=VERSION, python=platform.python_version())
        new.info("policy", "Which policy is followed.", version=policy.version)
        self.catalogue = tuple(new.catalogue)

    def measured(self, finished: Iterable[Measured]) -> None:
        clocks = defaultdict[tuple[str, str], list[Measured]](list)
        for each in finished:
            clocks[each.clock, each.channel].append(each)
        for (clock, channel), those in clocks.items():
            self.response_time.labels(clock=clock, channel=channel).observe_all([each.took / SECOND for each in those])
            if margins := [each.margin / SECOND for each in those if each.margin is not None]:
                self.margin.labels(clock=clock, channel=channel).observe_all(margins)

    def acknowledged(self, change: AlertChange, now: int) -> None:
        """The broker has the alert since `now` (ms)."""
        detector = change.view.detector
        self.alerts.labels(detector=detector, severity=change.level, event=change.word).inc()
        self.alert_latency.labels(detector=detector).observe((now - change.time) / SECOND)

    def standing(self, readiness: Readiness) -> None:
        self._ready.show({(readiness.phase.value,): 1})
