"""What a probe proves, and what it does not."""

from schemas.instant import NEVER, SECOND
from streams.broker import EmbeddedBroker
from streams.detection.progress import SKEW
from streams.engine.connections import Connections
from streams.engine.ends import End
from streams.engine.progress import Probe, found
from streams.settings import Settings
from tests.engine.holding import held

SENT = 1_700_000_000_000


def test_a_topic_read_to_its_end_was_so_when_the_probe_was_sent() -> None:
    mine = held(admitted={"chat": 7})
    found(mine, "chat", End(7, 7), SENT)
    assert mine.progress.read("chat") == SENT - SKEW


def test_a_record_unread_lets_time_stand_still() -> None:
    mine = held(admitted={"chat": 6})
    found(mine, "chat", End(7, 7), SENT)
    assert mine.progress.read("chat") == -NEVER
    assert list(mine.lagging()) == ["chat"]
    assert mine.unread() == 1


def test_a_probe_never_sets_time_back() -> None:
    mine = held(admitted={"chat": 7})
    mine.progress.delivered("chat", SENT + 10 * SECOND)
    found(mine, "chat", End(7, 7), SENT)
    assert mine.progress.read("chat") == SENT + 10 * SECOND - SKEW


def test_what_cannot_be_read_yet_is_not_unread_and_lets_time_stand_still() -> None:
    mine = held(admitted={"chat": 6})
    found(mine, "chat", End(9, 6), SENT)
    assert mine.progress.read("chat") == -NEVER
    assert list(mine.lagging()) == []
    assert mine.unread() == 0
    assert mine.hidden("chat")
    mine.admitted["chat"] = 9
    found(mine, "chat", End(9, 9), SENT + SECOND)
    assert mine.progress.read("chat") == SENT + SECOND - SKEW
    assert not mine.hidden("chat")


def test_what_was_hidden_when_it_was_asked_and_has_been_read_since_is_not_hidden() -> None:
    mine = held(admitted={"chat": 9})
    found(mine, "chat", End(9, 6), SENT)
    assert mine.progress.read("chat") == SENT - SKEW
    assert not mine.hidden("chat")


async def test_without_an_answer_time_stands_still_and_what_was_known_stays() -> None:
    topics = {"touchpoints.chat": 1, "touchpoints.shop": 1}
    mine = held(admitted={"chat": 0}, ends={"chat": 1})
    with EmbeddedBroker(topics) as broker:
        reader = Connections(Settings(kafka=broker.address), embedded=True).reader(topics)
        await reader.start()
        await reader._client.force_metadata_update()
    try:
        probe = Probe({mine.number: mine}, reader, lambda: SENT)
        probe.answered = True
        await probe.ask()
        assert not probe.answered
        assert (mine.progress.read("chat"), mine.progress.read("shop")) == (-NEVER, -NEVER)
        assert mine.unread() == 1
    finally:
        await reader.stop()
