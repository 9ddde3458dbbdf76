"""The topics of one partition number are read abreast while one of them lags."""

from faust.types import TP

from schemas.instant import MINUTE, SECOND
from streams.engine.alignment import fetchable, paused
from streams.engine.held import Held
from tests.engine.holding import held

START = 1_700_000_000_000


def read_to(chat: int, shop: int, *, unread: tuple[str, ...]) -> Held:
    """Both channels read up to these instants of arrival; records of the `unread` ones are waiting."""
    mine = held(ends=dict.fromkeys(unread, 1))
    mine.progress.delivered("chat", chat)
    mine.progress.delivered("shop", shop)
    return mine


def test_a_minute_ahead_of_the_slowest_is_still_abreast() -> None:
    assert paused(read_to(START, START + MINUTE, unread=("chat", "shop"))) == set()


def test_more_than_a_minute_ahead_waits() -> None:
    assert paused(read_to(START, START + MINUTE + 1, unread=("chat", "shop"))) == {"shop"}


def test_a_quiet_channel_that_has_been_read_holds_up_nobody() -> None:
    assert paused(read_to(START, START + 60 * MINUTE, unread=("shop",))) == set()


def test_a_channel_that_has_not_been_read_at_all_comes_first() -> None:
    mine = held(ends={"chat": 5, "shop": 5})
    assert paused(mine) == set()
    mine.progress.delivered("shop", START)
    assert paused(mine) == {"shop"}


def test_one_partition_number_does_not_hold_up_another() -> None:
    behind, abreast = read_to(START, START + 2 * MINUTE, unread=("chat",)), read_to(START, START + SECOND, unread=("chat",))
    tps = {TP(f"touchpoints.{channel}", number) for channel in ("chat", "shop") for number in (0, 1)}
    assert fetchable(tps, {0: behind, 1: abreast}) == tps - {TP("touchpoints.shop", 0)}


def test_what_is_not_held_is_not_read() -> None:
    assert fetchable({TP("touchpoints.chat", 3)}, {0: held()}) == set()
