from itertools import islice
from typing import get_args

import pytest

from schemas.decode import decode
from schemas.instant import HOUR
from schemas.touchpoint import Refused, RefusedClass, Touchpoint
from streams.logs.file import LogRecord
from tests.faults.poison import POISONS, with_clock_off
from tests.faults.sending import STRUCTURED
from tests.faults.traffic import Sending, history, live

START = 1_800_000_000_000
MANY = list(islice(live(5, START), 8_000))


def record(sending: Sending) -> LogRecord:
    return LogRecord(sending.topic, sending.partition, 0, sending.at, sending.key, sending.value, STRUCTURED)


def test_there_is_a_poison_for_every_class_of_refusal_and_the_traffic_holds_each() -> None:
    assert POISONS.keys() == set(get_args(RefusedClass))
    assert {sending.refused for sending in MANY} == POISONS.keys() | {None}


@pytest.mark.parametrize("refused", POISONS.keys() - {"detector_failed"})
def test_each_poison_is_refused_as_what_it_is(refused: RefusedClass) -> None:
    for sending in MANY:
        if sending.refused == refused:
            found = decode(record(sending))
            assert isinstance(found, Refused)
            assert found.error_class == refused


def test_whatever_else_is_sent_is_sound_and_so_is_what_only_a_detector_cannot_bear() -> None:
    for sending in MANY:
        if sending.refused in {None, "detector_failed"}:
            assert not isinstance(decode(record(sending)), Refused)


def test_a_clock_that_is_hours_ahead_is_refused_and_one_behind_is_late_evidence() -> None:
    sound = next(sending for sending in MANY if sending.key and not sending.refused)
    ahead = decode(record(sound._replace(value=with_clock_off(sound.value or b"", 3 * HOUR, sound.at))))
    behind = decode(record(sound._replace(value=with_clock_off(sound.value or b"", -3 * HOUR, sound.at))))
    assert isinstance(ahead, Refused)
    assert ahead.error_class == "time_invalid"
    assert isinstance(behind, Touchpoint)
    assert behind.occurred == sound.at - 3 * HOUR


def test_the_same_seed_sends_the_same_in_order_of_time() -> None:
    assert MANY[:500] == list(islice(live(5, START), 500))
    assert [sending.at for sending in MANY] == sorted(sending.at for sending in MANY)
    hour = list(history(5, "chat", START, HOUR))
    assert {sending.topic for sending in hour} == {"touchpoints.chat"}
    assert [sending.at for sending in hour] == sorted(sending.at for sending in hour)
