"""The same log and policy give the same bytes, whatever the circumstances in which they are read."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.alert import AlertEvent
from schemas.instant import MINUTE
from schemas.partitioner import partition_for
from streams.logs.file import LogRecord
from streams.logs.line import write_line
from streams.replay import replay
from tests.replay.traffic import NINE, PARTITIONS, POLICY, logs

END = NINE + 12 * 60 * MINUTE
law = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def told(log: Sequence[LogRecord], *, settle_every: int = 5_000, partitions: int = PARTITIONS, until: int | None = END) -> bytes:
    """All that a replay writes: the alerts' log and the dead letters'."""
    replayed = replay(log, POLICY, partitions, until, settle_every=settle_every)
    records = [alert.record() for alert in replayed.alerts] + [dead.record() for dead in replayed.dead]
    return b"".join(write_line(record, placed=False) for record in records)


@law
@given(log=logs(), settle_every=st.integers(1, 7))
def test_how_often_time_is_advanced_changes_nothing(log: list[LogRecord], settle_every: int) -> None:
    assert told(log, settle_every=settle_every) == told(log)
    assert told(log, settle_every=settle_every, until=None) == told(log, until=None)


@law
@given(log=logs(), settle_every=st.integers(1, 7))
def test_forgetting_changes_nothing(log: list[LogRecord], settle_every: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streams.replay.replaying.CROWD", 0)
        forgetful = told(log, settle_every=settle_every)
    assert forgetful == told(log)


@law
@given(log=logs(), seed=st.integers(0, 1_000))
def test_the_order_in_which_topics_were_polled_changes_nothing(log: list[LogRecord], seed: int) -> None:
    shuffled = Random(seed).sample(log, len(log))
    assert told(shuffled) == told(log)


@law
@given(log=logs(), cut=st.integers(0, 25))
def test_a_log_in_several_overlapping_files_is_the_log(log: list[LogRecord], cut: int) -> None:
    assert told([*log[:cut], *log[max(0, cut - 3) :]]) == told(log)


@law
@given(log=logs(), customer=st.sampled_from((b"c-1", b"c-2")))
def test_customers_do_not_influence_each_other(log: list[LogRecord], customer: bytes) -> None:
    """But for the offsets that misrouted touchpoints get: behind all others of their partition."""
    own = [record for record in log if record.key == customer]
    alone = replay(own, POLICY, PARTITIONS, END).events()
    together = [event for event in replay(log, POLICY, PARTITIONS, END).events() if event.data.customer == customer.decode()]
    assert list(map(without_offsets, alone)) == list(map(without_offsets, together))


@law
@given(log=logs(), until=st.integers(0, 90).map(lambda minutes: NINE + minutes * MINUTE))
def test_until_cuts_the_story_and_does_not_change_it(log: list[LogRecord], until: int) -> None:
    whole = replay(log, POLICY, PARTITIONS, END)
    cut = replay(log, POLICY, PARTITIONS, until)
    assert [alert.value for alert in cut.alerts] == [alert.value for alert in whole.alerts if alert.event.time < until]


def test_a_copy_does_not_count_though_the_end_lies_before_the_first_one_and_a_clock_stepped_back() -> None:
    """Found by the law above, once in thousands."""
    opened = b'{"specversion":"1.0","id":"e","source":"s","type":"io.throughline.conversation.opened.v1","time":"%s","customerid":"c-1",'
    data = b'"data":{"conversation_id":"k"}}'
    first, copy = (opened % time + data for time in (b"2026-03-01T09:00:30Z", b"2026-03-01T08:55:27Z"))
    number = partition_for(b"c-1", PARTITIONS)
    log = [
        LogRecord("touchpoints.voice", number, 0, NINE + 30_000, b"c-1", first),
        LogRecord("touchpoints.voice", number, 1, NINE + 27_000, b"c-1", copy),
    ]
    assert told(log, until=NINE) == b""


def without_offsets(event: AlertEvent) -> AlertEvent:
    evidence = tuple(proof.model_copy(update={"offset": 0}) for proof in event.data.evidence)
    return event.model_copy(update={"data": event.data.model_copy(update={"evidence": evidence})})
