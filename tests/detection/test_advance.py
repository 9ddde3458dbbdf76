"""Which journeys are settled, and when: in small portions as all at once, and none for what is only forgotten."""

from decimal import Decimal

from schemas.instant import DAY
from schemas.policy import Policy
from schemas.touchpoints.conversation import ConversationOpened, MessageSent
from schemas.touchpoints.shopping import CartItem, CartUpdated, PaymentFailed, ProductViewed
from streams.detection.change import AlertChange, Change
from streams.detection.detectors import load
from streams.detection.partition import Partition
from tests.detection.cases import Touch, after, chat, policy_of, run, touchpoint, web

ASKS = [chat(f"0:{second:02}", ConversationOpened(conversation_id="A"), customer=f"c:{second}") for second in range(20)]
POLICY = policy_of(["first_response"])
END = ASKS[-1].arrived + 400 * DAY


def events(changes: list[Change]) -> list[str]:
    return sorted(change.event().model_dump_json() for change in changes if isinstance(change, AlertChange))


def admitted(policy: Policy, *touches: Touch) -> Partition:
    partition = Partition(0, policy, load(policy))
    for offset, touch in enumerate(touches):
        partition.admit(touchpoint(touch, offset, offset + 1))
    return partition


def test_a_few_journeys_at_a_time_are_told_what_all_at_once_are() -> None:
    partition = admitted(POLICY, *ASKS)
    changes: list[Change] = []
    portions = 0
    while partition.behind(END):
        changes += partition.advance(END, at_most=3)
        portions += 1
    assert portions > len(ASKS) // 3
    assert events(changes) == events(run(POLICY, ASKS))


def test_what_is_settled_is_not_behind() -> None:
    partition = admitted(POLICY, ASKS[0])
    assert partition.behind(after("1:00"))
    list(partition.advance(after("1:00")))
    assert not partition.behind(after("1:00"))


def test_nobody_looks_at_a_journey_only_to_forget_a_part_of_it() -> None:
    answer = MessageSent(conversation_id="A", author="agent")
    partition = admitted(POLICY, ASKS[0], chat("1:00", answer, customer=ASKS[0].customer))
    list(partition.advance(after("3:00:00:00")))
    assert not partition.behind(after("9:00:00:00"))  # the conversation is over after seven days
    list(partition.advance(after("9:00:02:00")))
    partition.changed()
    assert partition.forget({"chat": 2}) == [ASKS[0].customer]


def test_a_word_that_a_forgetting_brings_nearer_is_said_as_soon() -> None:
    """A cart whose payment may take two hours is forgotten, and the other one may lie for ten minutes only."""
    policy = policy_of(["purchase_abandonment"], {"cart": "PT10M", "payment": "PT2H", "lost_after": "P1D"})
    item = CartItem(sku="sku-1", quantity=Decimal(1), unit_price=Decimal(10))
    other = CartUpdated(cart_id="c-2", items=(item,), total=Decimal(10), currency="EUR")
    looks = [web(f"{hour}:50:00", ProductViewed(sku="sku-1")) for hour in range(24)]
    partition = admitted(policy, web("0:00", PaymentFailed(cart_id="c-1")), web("10:00", other), *looks)
    assert not list(partition.advance(after("23:51:00")))
    assert [told.time for told in partition.advance(after("24:00:01")) if isinstance(told, AlertChange)] == [after("24:00:00")]
