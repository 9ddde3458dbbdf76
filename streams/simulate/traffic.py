"""All customers' stories as one stream in order of arrival."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush, merge
from random import Random

from schemas.instant import SECOND
from streams.simulate import ordinary, planted
from streams.simulate.chance import chance
from streams.simulate.customers import Customer, mean_activity, meet
from streams.simulate.heartbeats import heartbeats
from streams.simulate.plan import Plan
from streams.simulate.rhythm import EVEN, WEEK, WEEKLY, Rhythm
from streams.simulate.story import Line, Story
from streams.simulate.truth import Planted

_STORIES_A_WEEK = 0.8
"""Of the least active customer."""
_TOUCHPOINTS_A_STORY = 6.3
"""About, without what follows much later: it turns a rate of touchpoints into one of stories."""

_LIVE_EVENNESS = 0.5
"""Live, the most active customers would never get to the end of a story: their activity counts by its square root."""

Item = Line | Planted


def simulate(plan: Plan) -> Iterator[Item]:
    """Lines in order of arrival; what is planted comes when its story begins, before any line of it.

    Memory holds the customers who have been seen and the touchpoints that are on their way.
    """
    return merge(_Company(plan).items(), heartbeats(plan), key=_when)


def _when(item: Item) -> int:
    return item.timestamp if isinstance(item, Line) else item.begins


class _Company:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._customers: dict[int, Customer] = {}
        self._plants = planted.plants(plan.targets.watched)
        self._visitors_plants = planted.visitors_plants(plan.targets.watched)
        self._rhythm: Rhythm = WEEKLY if plan.rate is None else EVEN
        self._evenness = 1.0 if plan.rate is None else _LIVE_EVENNESS
        self._per_week = _STORIES_A_WEEK
        if plan.rate is not None:
            stories_a_second = plan.rate / _TOUCHPOINTS_A_STORY
            self._per_week = stories_a_second * WEEK / SECOND / plan.customers / mean_activity(self._evenness)

    def items(self) -> Iterator[Item]:
        starts = [(self._first(number), number) for number in range(self._plan.customers)]
        starts = [(begins, number) for begins, number in starts if begins < self._plan.end]
        heapify(starts)
        under_way: list[tuple[int, int, Line]] = []
        count = 0
        while starts:
            begins, number = heappop(starts)
            while under_way and under_way[0][0] < begins:
                yield heappop(under_way)[2]
            story, rng = self._story(number, begins)
            yield from story.planted
            for line in story.lines:
                count += 1
                heappush(under_way, (line.timestamp, count, line))
            if not story.customer.gone and (following := self._next(story.customer, begins, story.ends, rng)) < self._plan.end:
                heappush(starts, (following, number))
        while under_way and under_way[0][0] < self._plan.end:
            yield heappop(under_way)[2]

    def _first(self, number: int) -> int:
        rng = chance("first", self._plan.seed, number)
        return self._next(meet(self._plan.seed, number), self._plan.start, self._plan.start, rng)

    def _next(self, customer: Customer, begun: int, free: int, rng: Random) -> int:
        """When the story after the one that began at `begun` begins: in the customer's rhythm, but not before he is free."""
        gap = rng.expovariate(self._per_week * customer.activity**self._evenness / WEEK)
        return max(self._rhythm.instant(self._rhythm.busy(begun) + gap), free + 1)

    def _story(self, number: int, begins: int) -> tuple[Story, Random]:
        plan = self._plan
        customer = self._customers.get(number)
        if customer is None:
            customer = self._customers[number] = meet(plan.seed, number)
        rng = chance("story", plan.seed, number, customer.stories)
        write = self._cast(customer, rng)
        story = Story(write.__name__, customer, begins, rng, plan.targets)
        if customer.stories == 0 and not customer.anonymous:
            _introduced(story)
        write(story)
        story.close()
        customer.stories += 1
        return story, rng

    def _cast(self, customer: Customer, rng: Random) -> ordinary.Written:
        plants = self._visitors_plants if customer.anonymous else self._plants
        if plants and rng.random() < self._plan.planted:
            return plants[(customer.number + customer.stories) % len(plants)]
        stories = ordinary.VISITORS if customer.anonymous else ordinary.STORIES
        return rng.choices(tuple(stories), weights=tuple(stories.values()))[0]


def _introduced(story: Story) -> None:
    """The first thing heard of a customer is who he is to the company."""
    who, rng = story.customer, story.rng
    value = {None: 90, "silver": 700, "gold": 2500}[who.tier] * rng.lognormvariate(0, 0.5)
    consents = {channel: rng.random() < 0.8 for channel in ("email", "app")}
    story.tells(who.shop, "customer.updated", tier=who.tier, value=f"{value:.2f}", consents=consents)
    story.wait(50)
