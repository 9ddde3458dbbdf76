"""A worker that comes back with another policy than it went with: what lies stored must not stop it."""

from schemas.instant import DAY, HOUR, MINUTE, SECOND
from schemas.policy import Severity
from tests.detection.laws.log import Event, log_of
from tests.detection.laws.policy import AT_LAST, policy
from tests.detection.laws.spoken import ask, cart, price, reply, viewed
from tests.detection.laws.touchpoints import ORIGIN
from tests.detection.laws.world import World

ALL = policy()
WITHOUT_CARTS = policy(purchase_abandonment={"enabled": False})
WITHOUT_CLAIMS = policy(conflicting_claims={"enabled": False})
EVENTS = [
    Event("chat", ask()),
    Event("web", cart(), SECOND),
    Event("web", price("100"), MINUTE),
    Event("email", price("120"), 2 * MINUTE),
]


def first_life(*more: Event) -> World:
    """Everything read and stored, three hours later: all that can be wrong is wrong."""
    world = World(log_of([*EVENTS, *more]), ORIGIN + 3 * HOUR, ALL)
    world.read_all()
    world.checkpoint()
    assert {alert.detector for alert in world.told.values()} >= {"first_response", "purchase_abandonment", "conflicting_claims"}
    return world


def test_a_detector_that_is_gone_says_nothing_more_and_its_alerts_are_not_counted() -> None:
    world = first_life()
    world.restart(WITHOUT_CARTS)
    assert {detector for detector, _ in world.partition.open_alerts()} == {"first_response", "conflicting_claims"}
    before = world.words("purchase_abandonment")
    world.finish(ORIGIN + AT_LAST)
    assert world.words("purchase_abandonment") == before


def test_late_evidence_is_replayed_over_touchpoints_that_nobody_wants_any_more() -> None:
    world = first_life(Event("email", reply(), MINUTE, delay=5 * HOUR))
    world.restart(WITHOUT_CLAIMS)
    world.finish(ORIGIN + AT_LAST)
    assert world.words("first_response")[-1][:2] == ("retracted", "breached")


def test_what_is_pending_may_be_wanted_by_nobody_either() -> None:
    world = World(log_of([*EVENTS, Event("email", price("110"), 3 * HOUR)]), ORIGIN + 3 * HOUR, ALL)
    world.read_all()
    world.checkpoint()
    world.restart(WITHOUT_CLAIMS)
    world.finish(ORIGIN + AT_LAST)
    assert world.partition.counts["order_repaired"] == 0


def test_a_detector_that_comes_back_counts_only_what_is_still_known_of_its_alerts() -> None:
    world = first_life(Event("chat", viewed(), 4 * HOUR))
    world.restart(WITHOUT_CLAIMS)
    world.wall += 2 * HOUR
    world.read_all()
    world.checkpoint()
    world.restart(ALL)
    assert ("conflicting_claims", "warning") not in world.partition.open_alerts()
    world.finish(ORIGIN + AT_LAST)
    for again in range(1, 4):
        world.finish(ORIGIN + AT_LAST + again * 30 * DAY)
    assert world.changelog == {}


def test_a_new_detector_begins_with_what_it_hears_from_then_on() -> None:
    log = log_of([*EVENTS, Event("web", cart("k-2"), 4 * HOUR)])
    world = World(log, ORIGIN + 3 * HOUR, WITHOUT_CARTS)
    world.read_all()
    world.checkpoint()
    world.restart(ALL)
    world.finish(ORIGIN + AT_LAST)
    assert {alert.subject for alert in world.told.values() if alert.detector == "purchase_abandonment"} == {("cart", "k-2")}


def test_with_a_shorter_window_what_is_stored_is_folded_all_the_same() -> None:
    world = first_life(Event("email", reply(), MINUTE, delay=5 * HOUR))
    world.restart(policy(window=2 * HOUR))
    world.finish(ORIGIN + AT_LAST)
    assert world.words("first_response")[-1][1] in ("met_late", "unanswered")


def test_with_a_longer_window_nothing_is_inserted_before_what_the_shorter_one_forgot() -> None:
    """The reply came in time, as is learned fourteen hours later: too late for the hour in which that could still be told."""
    busy = [Event("chat", viewed(), n * 10 * MINUTE) for n in range(80)]
    log = log_of([Event("chat", ask()), *busy, Event("email", reply(), MINUTE, delay=14 * HOUR)])
    world = World(log, ORIGIN, policy(window=HOUR))
    while world.wall < ORIGIN + 13 * HOUR:
        world.wall += 30 * MINUTE
        world.read_all()
        world.checkpoint()
    world.restart(policy(window=2 * DAY))
    world.finish(ORIGIN + AT_LAST)
    last = [alert for alert in world.told.values() if alert.detector == "first_response"][-1]
    assert (last.word, last.state) == ("resolved", "met_late")
    assert last.ended_at is not None
    assert last.ended_at > ORIGIN + 5 * MINUTE


def test_what_is_open_is_counted_at_the_levels_of_the_policy_that_counts() -> None:
    world = World(log_of([Event("chat", ask()), Event("chat", reply(), 6 * HOUR)]), ORIGIN + 3 * HOUR, ALL)
    world.read_all()
    world.checkpoint()
    assert world.partition.open_alerts()["first_response", "warning"] == 1
    stricter = Severity(warning=10, critical=20)
    world.restart(ALL.model_copy(update={"severity": stricter}))
    assert world.partition.open_alerts() == {("first_response", "critical"): 1}
    world.finish(ORIGIN + AT_LAST)
    assert set(world.partition.open_alerts().values()) == {0}


def test_a_deadline_that_lies_stored_is_that_of_the_policy_that_counts_now() -> None:
    world = World(log_of([Event("web", cart()), Event("email", price("100"), HOUR)]), ORIGIN + 5 * MINUTE, ALL)
    world.read_all()
    world.checkpoint()
    world.restart(policy(purchase_abandonment={"cart": "PT20M"}))
    world.finish(ORIGIN + AT_LAST)
    assert world.words("purchase_abandonment")[0] == ("opened", "risk", 10 * MINUTE)
