"""Matters with a due moment of their own: done in time, done late, never done, done again."""

from schemas.instant import HOUR
from streams.simulate.conversation import Conversation
from streams.simulate.ordinary.service import soon
from streams.simulate.story import Sent, Story
from streams.simulate.truth import Step, taken_back


class _Case:
    """Opened with a due moment, answered promptly; what is left is to be resolved."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.conversation = Conversation(story, story.contact())
        self.span = round(story.rng.uniform(0.5, 2) * HOUR * story.targets.pace)
        self.due = story.now + self.span
        opened = self.conversation.opened(due_at=self.due)
        self.begun = opened.occurred
        self.at_risk = Step("opened", self.begun + int(self.span * story.targets.resolution_at_risk), "at_risk")
        self.breached = Step("updated", self.due, "breached")
        soon(story, min((self.at_risk.at - self.begun) // 3, self.conversation.patience))
        self.conversation.agent()

    def calm(self, least: float, most: float) -> int:
        """An instant between the two shares of the time before it is at risk."""
        return self.begun + self.story.some(self.at_risk.at - self.begun, least, most)

    def resolved(self, at: int) -> Sent:
        self.story.wait_until(at)
        return self.conversation.resolved()

    def plant(self, *told: Step, scope: str = "first") -> None:
        self.story.plant("resolution", self.conversation.subject, *told, scope=scope)


def _resolved(story: Story, after: int) -> None:
    case = _Case(story)
    resolved = case.resolved(case.due + after)
    if after > 0:
        case.plant(case.at_risk, case.breached, Step("resolved", resolved.place, "met_late"))
    else:
        case.plant(case.at_risk, Step("resolved", resolved.place, "met"))


def resolved_one_second_late(story: Story) -> None:
    _resolved(story, story.near(story.targets.cart))


def resolved_one_second_in_time(story: Story) -> None:
    _resolved(story, -story.near(story.targets.cart))


def resolved_when_it_was_due(story: Story) -> None:
    _resolved(story, 0)


def resolved_long_after(story: Story) -> None:
    _resolved(story, story.some(story.targets.cart, 0.5, 3))


def resolved_before_it_was_at_risk(story: Story) -> None:
    case = _Case(story)
    case.resolved(case.at_risk.at - story.near(case.span))
    case.plant()


def never_resolved(story: Story) -> None:
    case = _Case(story)
    case.plant(case.at_risk, case.breached)


def _reopened(story: Story) -> _Case:
    """Resolved well before it was due, and soon not resolved after all."""
    case = _Case(story)
    case.resolved(case.calm(0.5, 0.6))
    story.wait_until(case.calm(0.61, 0.8))
    case.conversation.reopened()
    return case


def reopened_and_resolved_in_time(story: Story) -> None:
    case = _reopened(story)
    case.resolved(case.calm(0.81, 0.99))
    case.plant(scope="total")


def reopened_and_resolved_late(story: Story) -> None:
    """It was still due when it was due."""
    case = _reopened(story)
    resolved = case.resolved(case.due + story.some(case.span, 0.1, 1))
    case.plant(case.at_risk, case.breached, Step("resolved", resolved.place, "met_late"), scope="total")


def proof_of_the_resolution_came_late(story: Story) -> None:
    case = _Case(story)
    story.wait_until(case.due - story.some(case.span, 0.3, 0.6))
    resolved = case.conversation.resolved(arrives=story.long_after(case.due, story.targets.lateness[case.conversation.channel]))
    case.plant(*taken_back((case.at_risk, case.breached), resolved.place))


PLANTED = (
    resolved_one_second_late,
    resolved_one_second_in_time,
    resolved_when_it_was_due,
    resolved_long_after,
    resolved_before_it_was_at_risk,
    never_resolved,
    reopened_and_resolved_late,
    reopened_and_resolved_in_time,
    proof_of_the_resolution_came_late,
)
