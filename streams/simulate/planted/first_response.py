"""Answers too late, just in time, elsewhere, never, or proven long after."""

from streams.simulate.channels import Channel
from streams.simulate.conversation import Conversation
from streams.simulate.ordinary.service import soon
from streams.simulate.story import Sent, Story
from streams.simulate.truth import Step, taken_back


def _asks(story: Story, channel: Channel | None = None, **named: str) -> tuple[Conversation, Sent]:
    """The clock runs from the opening; a question follows at once."""
    conversation = Conversation(story, channel or story.contact(), **named)
    opened = conversation.opened()
    story.wait(20)
    conversation.customer(question=True)
    return conversation, opened


def _at_risk(story: Story, conversation: Conversation, asked: Sent) -> Step:
    return Step("opened", asked.occurred + int(conversation.target * story.targets.first_response_at_risk), "at_risk")


def _breached(conversation: Conversation, asked: Sent) -> Step:
    return Step("updated", asked.occurred + conversation.target, "breached")


def _plant(story: Story, conversation: Conversation, *told: Step) -> None:
    story.plant("first_response", conversation.subject, *told)


def _answered(story: Story, conversation: Conversation, asked: Sent, after: int) -> None:
    """`after` is measured from the target: 0 is exactly at the limit."""
    at_risk, breached = _at_risk(story, conversation, asked), _breached(conversation, asked)
    story.wait_until(breached.at + after)
    answer = conversation.agent()
    if after > 0:
        _plant(story, conversation, at_risk, breached, Step("resolved", answer.place, "met_late"))
    else:
        _plant(story, conversation, at_risk, Step("resolved", answer.place, "met"))
    story.pause()
    conversation.resolved()


def answered_one_second_late(story: Story) -> None:
    conversation, asked = _asks(story)
    _answered(story, conversation, asked, story.near(conversation.target))


def answered_one_second_in_time(story: Story) -> None:
    conversation, asked = _asks(story)
    _answered(story, conversation, asked, -story.near(conversation.target))


def answered_at_the_limit(story: Story) -> None:
    conversation, asked = _asks(story)
    _answered(story, conversation, asked, 0)


def answered_long_after(story: Story) -> None:
    conversation, asked = _asks(story)
    _answered(story, conversation, asked, story.some(conversation.target, 0.2, 2))


def answered_a_second_before_it_was_at_risk(story: Story) -> None:
    conversation, asked = _asks(story)
    story.wait_until(_at_risk(story, conversation, asked).at - story.near(conversation.target))
    conversation.agent()
    _plant(story, conversation)
    story.pause()
    conversation.resolved()


def never_answered(story: Story) -> None:
    conversation, asked = _asks(story)
    at_risk, breached = _at_risk(story, conversation, asked), _breached(conversation, asked)
    given_up = Step("resolved", breached.at + story.targets.unanswered, "unanswered")
    _plant(story, conversation, at_risk, breached, given_up)
    story.customer.gone = True


def closed_without_an_answer(story: Story) -> None:
    conversation, asked = _asks(story)
    at_risk, breached = _at_risk(story, conversation, asked), _breached(conversation, asked)
    story.wait_until(breached.at + story.some(conversation.target, 0.1, 1))
    closed = conversation.resolved()
    _plant(story, conversation, at_risk, breached, Step("resolved", closed.place, "unanswered"))


def only_a_bot_and_a_note_in_time(story: Story) -> None:
    """Neither is a person's public answer."""
    conversation, asked = _asks(story, "chat")
    at_risk, breached = _at_risk(story, conversation, asked), _breached(conversation, asked)
    story.wait(story.some(conversation.target, 0.01, 0.1))
    conversation.bot()
    story.wait(story.some(conversation.target, 0.1, 0.4))
    conversation.agent(internal=True)
    story.wait_until(breached.at + story.some(conversation.target, 0.1, 0.6))
    answer = conversation.agent()
    _plant(story, conversation, at_risk, breached, Step("resolved", answer.place, "met_late"))
    story.pause()
    conversation.resolved()


def _one_matter(story: Story) -> dict[str, str]:
    """What makes conversations one matter, in whatever channels: the order they are about, or the company's number for the case."""
    return story.rng.choice(({"matter": story.name("ORD")}, {"case": story.name("CASE")}))


def _answered_elsewhere(story: Story, *, late: bool) -> tuple[Conversation, Sent, Sent]:
    """A chat, answered by e-mail on the same matter."""
    named = _one_matter(story)
    chat, asked = _asks(story, "chat", **named)
    story.wait(story.some(chat.target, 1.1, 2) if late else story.some(chat.patience, 0.2, 0.9))
    answer = Conversation(story, "email", **named).agent()
    return chat, asked, answer


def answered_in_another_channel_in_time(story: Story) -> None:
    chat, _, _ = _answered_elsewhere(story, late=False)
    _plant(story, chat)


def answered_in_another_channel_late(story: Story) -> None:
    chat, asked, answer = _answered_elsewhere(story, late=True)
    _plant(story, chat, _at_risk(story, chat, asked), _breached(chat, asked), Step("resolved", answer.place, "met_late"))


def _reached_a_person(story: Story, *, late: bool) -> tuple[Conversation, Sent, Sent]:
    """Chats, gets no answer, and calls: whoever takes the call answers it all."""
    chat, asked = _asks(story, "chat")
    story.wait(story.some(chat.target, 1.1, 2) if late else story.some(chat.patience, 0.2, 0.8))
    call = Conversation(story, "voice")
    call.queued("queue.joined")
    story.wait(story.some(chat.patience, 0.01, 0.1))
    connected = call.queued("queue.connected")
    story.pause(60, 300)
    chat.resolved()
    return chat, asked, connected


def reached_a_person_by_phone_in_time(story: Story) -> None:
    chat, _, _ = _reached_a_person(story, late=False)
    _plant(story, chat)


def reached_a_person_by_phone_late(story: Story) -> None:
    chat, asked, connected = _reached_a_person(story, late=True)
    _plant(story, chat, _at_risk(story, chat, asked), _breached(chat, asked), Step("resolved", connected.place, "met_late"))


def asked_again_in_another_channel(story: Story) -> None:
    """One matter, one clock: it runs from the first ask, by the promise of the channel of the first ask."""
    named = _one_matter(story)
    chat, asked = _asks(story, "chat", **named)
    story.wait(story.some(chat.target, 0.1, 0.5))
    mail = Conversation(story, "email", **named)
    mail.customer(question=True)
    story.wait_until(asked.occurred + story.some(chat.target, 1.1, 2))
    answer = mail.agent()
    _plant(story, chat, _at_risk(story, chat, asked), _breached(chat, asked), Step("resolved", answer.place, "met_late"))


def proof_of_the_answer_came_late(story: Story) -> None:
    """Answered in time, but the record of it lay somewhere until the breach had been told."""
    chat, asked = _asks(story, "chat")
    at_risk, breached = _at_risk(story, chat, asked), _breached(chat, asked)
    soon(story, chat.patience)
    answer = chat.agent(arrives=story.long_after(breached.at, story.targets.lateness["chat"]))
    _plant(story, chat, *taken_back((at_risk, breached), answer.place))
    story.pause()
    chat.resolved(arrives=answer.line.timestamp + 5)


def ask_delivered_twice(story: Story) -> None:
    """The second copy comes when the first has been answered: it starts no clock."""
    conversation = Conversation(story, story.contact())
    opened = conversation.opened()
    story.wait(20)
    question = conversation.customer(question=True)
    soon(story, conversation.patience)
    answer = conversation.agent()
    for copy in (opened, question):
        story.again(copy, answer.line.timestamp - copy.line.timestamp + story.near(conversation.target))
    _plant(story, conversation)


def company_wrote_first(story: Story) -> None:
    """Nobody waits for an answer who has not said anything."""
    mail = Conversation(story, "email")
    mail.opened("agent")
    story.wait(20)
    mail.agent()
    _plant(story, mail)


PLANTED = (
    answered_one_second_late,
    answered_one_second_in_time,
    answered_at_the_limit,
    answered_long_after,
    answered_a_second_before_it_was_at_risk,
    never_answered,
    closed_without_an_answer,
    only_a_bot_and_a_note_in_time,
    answered_in_another_channel_in_time,
    answered_in_another_channel_late,
    reached_a_person_by_phone_in_time,
    reached_a_person_by_phone_late,
    asked_again_in_another_channel,
    proof_of_the_answer_came_late,
    ask_delivered_twice,
    company_wrote_first,
)
