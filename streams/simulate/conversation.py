"""A conversation inside a story: chat, call, e-mail thread."""

from typing import Any

from schemas.instant import MINUTE, format_instant
from streams.simulate.channels import Channel
from streams.simulate.story import Sent, Story
from streams.simulate.truth import Step, Subject, taken_back

_PREFIXES = {"chat": "CH", "voice": "CALL", "email": "MAIL", "social": "DM", "store": "DESK"}

_ON_THE_LINE = 5 * MINUTE
"""Nobody is kept waiting for longer on the phone, whatever the policy would allow."""


class Conversation:
    """`matter` is what the ask is about where that is more than this conversation, an order say; `case` is the number that the
    company has given to it, in every channel."""

    def __init__(
        self, story: Story, channel: Channel, *, theme: str | None = None, matter: str | None = None, case: str | None = None
    ) -> None:
        self._story = story
        self.channel = channel
        self.id = story.name(_PREFIXES[channel])
        self.theme = theme
        self.matter = matter
        self.case = case
        self._waits_since: int | None = None
        """Since when the customer waits for a solution that the policy alone gives a target."""

    @property
    def subject(self) -> Subject:
        return Subject("conversation", self.id)

    @property
    def target(self) -> int:
        """Milliseconds that the company has for its first response here."""
        return self._story.targets.respond(self.channel, self._story.customer.tier, self.theme)

    @property
    def patience(self) -> int:
        """Whoever answers within this, a few times, is prompt in every respect: nothing is ever at risk."""
        targets, solution = self._story.targets, self._solution
        answer = int(self.target * targets.first_response_at_risk)
        if self.channel == "voice":
            answer = min(answer, round(_ON_THE_LINE * targets.pace))
        return answer if solution is None else min(answer, int(solution * targets.resolution_at_risk) // 6)

    @property
    def _solution(self) -> int | None:
        return self._story.targets.resolve(self.channel, self._story.customer.tier, self.theme)

    def opened(self, by: str = "customer", *, due_at: int | None = None) -> Sent:
        due = None if due_at is None else format_instant(due_at)
        opened = self._tells("conversation.opened", by=by, theme=self.theme, about=self.matter, due_at=due)
        if by == "customer" and due_at is None:
            self._waits_since = opened.occurred
            self._story.afterwards(self._never_solved)
        return opened

    def customer(self, *, question: bool = False, gives: list[str] | None = None) -> Sent:
        return self._tells("message.sent", author="customer", question=question, about=self.matter, gives=gives)

    def agent(self, *, internal: bool = False, asks: list[str] | None = None, arrives: int | None = None) -> Sent:
        return self._tells("message.sent", arrives=arrives, author="agent", internal=internal, about=self.matter, asks=asks)

    def bot(self) -> Sent:
        return self._tells("message.sent", author="bot")

    def handed_over(self) -> Sent:
        return self._tells("conversation.handed_over", to="agent", with_context=True)

    def waiting(self, on: str) -> Sent:
        return self._tells("conversation.waiting", on=on)

    def queued(self, type_: str) -> Sent:
        return self._tells(type_, queue=self.theme or "general")

    def resolved(self, *, arrives: int | None = None) -> Sent:
        resolved = self._tells("conversation.resolved", arrives=arrives)
        self._solved(resolved)
        return resolved

    def reopened(self) -> Sent:
        return self._tells("conversation.reopened")

    def _tells(self, type_: str, *, arrives: int | None = None, **data: Any) -> Sent:
        return self._story.tells(self.channel, type_, case=self.case, arrives=arrives, conversation_id=self.id, **data)

    # Whoever answers late also solves late, by a policy that has targets for both.
    def _solved(self, resolved: Sent) -> None:
        steps = [step for step in self._slow() if step.at < resolved.place]
        self._waits_since = None
        truly = sum(step.at < resolved.occurred for step in steps)
        if steps and truly == len(steps):
            self._plant(*steps, Step("resolved", resolved.place, ("met", "met_late")[truly - 1]))
        elif steps:
            self._plant(*taken_back(steps, resolved.place))

    def _never_solved(self) -> None:
        if steps := self._slow():
            self._plant(*steps)

    def _slow(self) -> list[Step]:
        solution, since = self._solution, self._waits_since
        if solution is None or since is None:
            return []
        at_risk = since + int(solution * self._story.targets.resolution_at_risk)
        return [Step("opened", at_risk, "at_risk"), Step("updated", since + solution, "breached")]

    def _plant(self, *told: Step) -> None:
        self._story.plant("resolution", self.subject, *told, scope="first")
