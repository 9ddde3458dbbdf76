"""Faust as its documentation teaches it: an agent, a table in memory with its changelog topic, JSON by its own codecs."""

from typing import Any

import faust

from tests.bench.jobs.given import ALERTS, COMMIT_S, FOLDER, KAFKA, RUN, SESSION_MS
from tests.bench.jobs.rule import PARTITIONS, TOPICS, channel_of, new_journey, observe

app = faust.App(
    RUN,
    broker=f"kafka://{KAFKA}",
    datadir=FOLDER,
    topic_partitions=PARTITIONS,
    broker_commit_interval=COMMIT_S,
    broker_session_timeout=SESSION_MS / 1000,
    web_enabled=False,
)
touchpoints = app.topic(*TOPICS, value_serializer="json")
alerts = app.topic(ALERTS, value_serializer="json")
journeys = app.Table("journeys", default=new_journey, partitions=PARTITIONS)


async def watch(stream: faust.StreamT[Any]) -> None:
    async for event in stream.events():
        customer = event.value["customerid"]
        journey = journeys[customer]
        alert = observe(journey, channel_of(event.message.topic), event.value)
        journeys[customer] = journey
        if alert is not None:
            await alerts.send(key=customer, value=alert)


app.agent(touchpoints)(watch)


if __name__ == "__main__":
    app.main()
