"""What a probe proves, and what it does not."""

from schemas.instant import NEVER, SECOND
from streams.detection.progress import SKEW
from streams.engine.progress import found
from tests.engine.holding import held

SENT = 1_700_000_000_000


def test_a_topic_read_to_its_end_was_so_when_the_probe_was_sent() -> None:
    mine = held(admitted={"chat": 7})
    found(mine, "chat", 7, 7, SENT)
    assert mine.progress.read("chat") == SENT - SKEW


def test_a_record_unread_lets_time_stand_still() -> None:
    mine = held(admitted={"chat": 6})
    found(mine, "chat", 7, 7, SENT)
    assert mine.progress.read("chat") == -NEVER
    assert list(mine.lagging()) == ["chat"]
    assert mine.unread() == 1


def test_a_probe_never_sets_time_back() -> None:
    mine = held(admitted={"chat": 7})
    mine.progress.delivered("chat", SENT + 10 * SECOND)
    found(mine, "chat", 7, 7, SENT)
    assert mine.progress.read("chat") == SENT + 10 * SECOND - SKEW


def test_what_an_open_transaction_holds_is_not_unread_and_lets_time_stand_still() -> None:
    mine = held(admitted={"chat": 6})
    found(mine, "chat", 9, 6, SENT)
    assert mine.progress.read("chat") == -NEVER
    assert list(mine.lagging()) == []
    assert mine.unread() == 0
    assert mine.unfinished == {"chat"}
    mine.admitted["chat"] = 9
    found(mine, "chat", 9, 9, SENT + SECOND)
    assert mine.progress.read("chat") == SENT + SECOND - SKEW
    assert mine.unfinished == frozenset()


def test_without_an_answer_time_stands_still_and_what_was_known_stays() -> None:
    mine = held(admitted={"chat": 7}, ends={"chat": 8})
    found(mine, "chat", None, None, SENT)
    assert mine.progress.read("chat") == -NEVER
    assert mine.unread() == 1


def test_time_goes_on_where_only_the_last_stable_offset_cannot_be_had() -> None:
    mine = held(admitted={"chat": 7}, ends={"chat": 7})
    found(mine, "chat", 7, None, SENT)
    assert mine.progress.read("chat") == SENT - SKEW
