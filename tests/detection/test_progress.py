"""How far a partition number has been read: never further than every channel has, and never back."""

from schemas.instant import NEVER, SECOND
from streams.detection.progress import SKEW, Progress

LATENESS = {"chat": 2 * SECOND, "email": 60 * SECOND}


def test_nothing_is_settled_before_every_channel_has_been_heard_of() -> None:
    progress = Progress(LATENESS)
    progress.delivered("chat", 1_000 * SECOND)
    assert progress.settled() < -NEVER // 2
    assert progress.holding_back() == "email"


def test_settled_is_the_least_over_the_channels_less_their_lateness_and_the_skew() -> None:
    progress = Progress(LATENESS)
    progress.delivered("chat", 100 * SECOND)
    progress.caught_up("email", 159 * SECOND)
    assert progress.settled() == 97 * SECOND == 100 * SECOND - SKEW - LATENESS["chat"]
    assert progress.holding_back() == "chat"
    progress.delivered("chat", 200 * SECOND)
    assert progress.settled() == 98 * SECOND == 159 * SECOND - SKEW - LATENESS["email"]
    assert progress.holding_back() == "email"


def test_it_never_goes_back() -> None:
    progress = Progress({"chat": 0})
    progress.caught_up("chat", 100 * SECOND)
    progress.delivered("chat", 50 * SECOND)
    progress.caught_up("chat", 60 * SECOND)
    assert progress.read("chat") == 99 * SECOND
