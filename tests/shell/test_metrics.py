"""The catalogue holds everything, in base units; no value from outside can make a series."""

import re
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from schemas.instant import MINUTE
from schemas.policy import Policy
from schemas.touchpoint import Touchpoint
from schemas.touchpoints.conversation import ConversationOpened
from streams.detection.change import AlertChange
from streams.detection.detector import Measured
from streams.detection.detectors import load
from streams.detection.partition import Partition
from streams.fenced import OTHER, Fenced, FencedGauge
from streams.histogram import Histogram
from streams.metrics import Metrics
from streams.readiness import Phase, Readiness

POLICY = Policy.model_validate({"version": "v7", "channels": {"chat": {}, "email": {}}})


class Worker:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry, POLICY, ["first_response", "resolution"], ["first_response"])

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"throughline_{name}", labels)

    def series(self) -> dict[str, set[frozenset[tuple[str, str]]]]:
        """By metric family the label sets there are, a histogram's buckets aside."""
        return {
            family.name: {frozenset((name, value) for name, value in sample.labels.items() if name != "le") for sample in family.samples}
            for family in text_string_to_metric_families(generate_latest(self.registry).decode())
            if family.name.startswith("throughline_")
        }


@pytest.fixture
def worker() -> Worker:
    return Worker()


def test_the_catalogue_is_what_a_scrape_shows(worker: Worker) -> None:
    shown = {
        (family.name + ("_total" if family.type == "counter" else ""), family.type, family.documentation)
        for family in text_string_to_metric_families(generate_latest(worker.registry).decode())
        if family.name.startswith("throughline_")
    }
    assert shown == {(described.name, described.kind, described.help) for described in worker.metrics.catalogue}


def test_names_tell_their_unit_and_helps_are_sentences(worker: Worker) -> None:
    for described in worker.metrics.catalogue:
        assert re.fullmatch(r"throughline_[a-z]+(_[a-z]+)*", described.name)
        assert described.name.endswith(described.unit)
        assert described.name.endswith("_total") == (described.kind == "counter")
        assert described.help.endswith((".", ")."))
        assert not re.search(r"_(ms|millis|minutes|hours|kb|mb)(_|$)", described.name)


FLOODED = Worker()
FENCED = {name: metric for name, metric in vars(FLOODED.metrics).items() if isinstance(metric, Fenced)}
LISTED = {value for metric in FENCED.values() for allowed in metric._allowed for value in allowed} | {OTHER}


@given(st.sampled_from(sorted(FENCED)), st.lists(st.text() | st.sampled_from(sorted(LISTED)), min_size=3, max_size=3))
def test_whatever_the_world_sends_makes_no_series_beyond_the_lists(name: str, sent: list[str]) -> None:
    FENCED[name].labels(**dict(zip(FENCED[name]._names, sent, strict=False)))
    family = FENCED[name]._metric.collect()
    assert {value for metric in family for sample in metric.samples for label, value in sample.labels.items() if label != "le"} <= LISTED


def test_a_flood_of_made_up_values_is_one_series(worker: Worker) -> None:
    for number in range(1_000):
        worker.metrics.touchpoints.labels(channel=f"channel-{number}", type=f"type-{number}").inc()
        worker.metrics.response_time.labels(clock=f"clock-{number}", channel="chat").observe(1)
    assert worker.value("touchpoints_total", channel=OTHER, type=OTHER) == 1_000
    assert worker.value("response_time_seconds_count", clock=OTHER, channel="chat") == 1_000
    for metric in (worker.metrics.touchpoints, worker.metrics.response_time):
        assert len(metric._children) <= metric.most_series


def test_counters_begin_at_nought_so_that_their_first_increase_is_seen(worker: Worker) -> None:
    assert worker.value("touchpoints_total", channel="email", type="claim.made") == 0
    assert worker.value("refused_total", channel="chat", error_class="detector_failed") == 0
    assert worker.value("alerts_total", detector="resolution", severity="critical", event="retracted") == 0
    assert worker.value("touchpoints_total", channel=OTHER, type="claim.made") is None


def test_labels_are_taken_by_name_and_all_of_them(worker: Worker) -> None:
    with pytest.raises(TypeError, match="takes the labels channel, type"):
        worker.metrics.touchpoints.labels(channel="chat")
    with pytest.raises(KeyError):
        worker.metrics.touchpoints.labels(channel="chat", kind="x")


def test_what_is_shown_of_a_gauge_replaces_what_was_shown(worker: Worker) -> None:
    worker.metrics.open_alerts.show({("resolution", "critical"): 3, ("resolution", "info"): 1})
    worker.metrics.open_alerts.show({("resolution", "info"): 2})
    assert worker.value("open_alerts", detector="resolution", severity="critical") == 0
    assert worker.value("open_alerts", detector="resolution", severity="info") == 2
    worker.metrics.settled_lag.show({("3",): 1.5, ("4",): 2.5})
    worker.metrics.settled_lag.show({("4",): 0.5})
    assert worker.value("settled_lag_seconds", partition="3") is None
    assert worker.value("settled_lag_seconds", partition="4") == 0.5


def test_unknown_values_that_are_shown_add_up(worker: Worker) -> None:
    assert isinstance(worker.metrics.backlog, FencedGauge)
    worker.metrics.backlog.show({("fax",): 2, ("telex",): 3, ("chat",): 4})
    assert worker.value("backlog_records", channel=OTHER) == 5
    assert worker.value("backlog_records", channel="chat") == 4


@pytest.mark.parametrize(("margin", "missed"), [(0, 0), (1, 0), (-1, 1), (-7 * 86_400_000 - 1, 1), (60_000, 0), (None, None)])
def test_of_margins_exactly_the_missed_ones_lie_below_nought(worker: Worker, margin: int | None, missed: int | None) -> None:
    worker.metrics.measured([Measured("conversation 1", "first_response", "chat", 61_000, margin)])
    assert worker.value("margin_seconds_bucket", clock="first_response", channel="chat", le="-0.001") == missed
    assert worker.value("response_time_seconds_sum", clock="first_response", channel="chat") == 61.0
    assert worker.value("response_time_seconds_bucket", clock="first_response", channel="chat", le="60.0") == 0
    assert worker.value("response_time_seconds_bucket", clock="first_response", channel="chat", le="120.0") == 1


def test_buckets_rise_and_end_with_infinity(worker: Worker) -> None:
    worker.metrics.measured([Measured("1", "first_response", "chat", 1, 1)])
    for family in text_string_to_metric_families(generate_latest(worker.registry).decode()):
        bounds = [float(sample.labels["le"]) for sample in family.samples if sample.name.endswith("_bucket")]
        if bounds:
            assert bounds == sorted(set(bounds)), family.name
            assert bounds[-1] == inf


def unanswered(offset: int, asked: int) -> Touchpoint:
    opened = ConversationOpened(conversation_id=f"chat-{offset}")
    name = f"event-{offset}"
    return Touchpoint("chat", offset, name, asked, opened, journey="c:17", partition=0, source="/chat", arrived=asked)


def test_an_acknowledged_alert_is_counted_with_its_latency(worker: Worker) -> None:
    partition = Partition(0, POLICY, load(POLICY))
    asked = 1_770_000_000_000
    partition.admit(unanswered(0, asked))
    breached = asked + 5 * MINUTE
    changes = [change for change in partition.advance(breached + 1) if isinstance(change, AlertChange)]
    for change in changes:
        worker.metrics.acknowledged(change, change.time + 700)
    assert [(change.word, change.time) for change in changes] == [("opened", asked + 225_000), ("updated", breached)]
    levels = [change.level for change in changes]
    assert worker.value("alerts_total", detector="first_response", severity=levels[0], event="opened") == 1
    assert worker.value("alerts_total", detector="first_response", severity=levels[1], event="updated") == 1
    assert worker.value("alert_latency_seconds_sum", detector="first_response") == pytest.approx(1.4)


def test_one_phase_is_1_and_the_others_0(worker: Worker) -> None:
    worker.metrics.standing(Readiness(Phase.RECOVERING, "reads 12 partitions"))
    worker.metrics.standing(Readiness(Phase.READY, "keeps up"))
    assert {phase: worker.value("ready", phase=phase.value) for phase in Phase} == {phase: phase is Phase.READY for phase in Phase}


def test_build_and_policy_are_told(worker: Worker) -> None:
    assert worker.value("policy_info", version="v7") == 1
    assert len(worker.series()["throughline_build_info"]) == 1


def test_two_workers_in_one_process_do_not_share_a_count() -> None:
    one, other = Worker(), Worker()
    one.metrics.rebuilt.inc()
    assert (one.value("journeys_rebuilt_total"), other.value("journeys_rebuilt_total")) == (1, 0)


def test_many_observations_at_once_are_those_one_by_one() -> None:
    amounts = [0.0, 0.5, 0.5, 1.0, 1.0001, 7.0, 60.0, 61.0]
    together, singly = CollectorRegistry(), CollectorRegistry()
    many = Histogram("took", "How long.", registry=together, buckets=(0.5, 1.0, 60.0))
    one = Histogram("took", "How long.", registry=singly, buckets=(0.5, 1.0, 60.0))
    for part in (amounts[::2], [], amounts[1::2]):
        many.observe_all(part)
    for amount in amounts:
        one.observe(amount)
    assert generate_latest(together) == generate_latest(singly)
