"""What /readyz says of a worker."""

from schemas.instant import SECOND
from streams.engine.ends import End
from streams.engine.held import Held
from streams.engine.status import readiness
from streams.readiness import Phase
from tests.engine.holding import held

NOW = 1_700_000_000_000


def read_at(chat: int, shop: int) -> Held:
    mine = held(3)
    mine.progress.caught_up("chat", chat)
    mine.progress.caught_up("shop", shop)
    return mine


def phase(*mine: Held, assigned: bool = True, working: bool = True, stopping: bool = False) -> tuple[Phase, str]:
    found = readiness(mine, NOW, 60 * SECOND, assigned=assigned, working=working, stopping=stopping)
    return found.phase, found.why


def test_it_waits_for_its_group_then_recovers_then_works() -> None:
    assert phase(assigned=False, working=False)[0] is Phase.STARTING
    assert phase(working=False)[0] is Phase.RECOVERING
    assert phase(read_at(NOW, NOW)) == (Phase.READY, "1 partition numbers, 0.0 s behind at most")


def test_more_workers_than_partition_numbers_are_well_and_idle() -> None:
    assert phase()[0] is Phase.STANDBY


def test_behind_names_the_topic_and_the_partition_number() -> None:
    assert phase(read_at(NOW, NOW - 60 * SECOND))[0] is Phase.READY
    assert phase(read_at(NOW, NOW - 61 * SECOND)) == (Phase.BEHIND, "touchpoints.shop is read 61 s behind on partition number 3")


def test_a_topic_that_has_not_been_read_is_named() -> None:
    assert phase(held(3))[1] == "touchpoints.chat has not been read yet on partition number 3"


def test_what_has_arrived_and_cannot_be_read_yet_is_said() -> None:
    mine = read_at(NOW, NOW - 61 * SECOND)
    mine.ends["shop"] = End(log=1, stable=0)
    why = "an open transaction of a producer, or a replica that is behind, holds touchpoints.shop up on partition number 3"
    assert phase(mine) == (Phase.BEHIND, why)


def test_what_is_read_and_not_settled_is_behind_too() -> None:
    mine = read_at(NOW, NOW)
    mine.settled = mine.due_until() - 60 * SECOND
    assert phase(mine)[0] is Phase.READY
    mine.settled -= SECOND
    assert phase(mine) == (Phase.BEHIND, "61 s of what has been read on partition number 3 are not settled yet")


def test_told_to_stop_it_is_not_ready() -> None:
    assert phase(read_at(NOW, NOW), stopping=True)[0] is Phase.STOPPING
