"""Settling in small portions settles the same."""

from schemas.instant import DAY
from schemas.touchpoints.conversation import ConversationOpened
from streams.detection.change import AlertChange, Change
from streams.detection.detectors import load
from streams.detection.partition import Partition
from tests.detection.cases import after, chat, policy_of, run, touchpoint

ASKS = [chat(f"0:{second:02}", ConversationOpened(conversation_id="A"), customer=f"c:{second}") for second in range(20)]
POLICY = policy_of(["first_response"])
END = ASKS[-1].arrived + 400 * DAY


def events(changes: list[Change]) -> list[str]:
    return sorted(change.event().model_dump_json() for change in changes if isinstance(change, AlertChange))


def test_a_few_journeys_at_a_time_are_told_what_all_at_once_are() -> None:
    partition = Partition(0, POLICY, load(POLICY))
    for offset, ask in enumerate(ASKS):
        partition.admit(touchpoint(ask, offset, offset + 1))
    changes: list[Change] = []
    portions = 0
    while partition.behind(END):
        changes += partition.advance(END, at_most=3)
        portions += 1
    assert portions > len(ASKS) // 3
    assert events(changes) == events(run(POLICY, ASKS))


def test_what_is_settled_is_not_behind() -> None:
    partition = Partition(0, POLICY, load(POLICY))
    partition.admit(touchpoint(ASKS[0], 0, 1))
    assert partition.behind(after("1:00"))
    list(partition.advance(after("1:00")))
    assert not partition.behind(after("1:00"))
