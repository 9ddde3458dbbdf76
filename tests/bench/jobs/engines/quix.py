"""Quix Streams as its documentation teaches it: dataframes of three topics concatenated, state in RocksDB with its changelog topic."""

from collections.abc import Callable
from typing import Any

from quixstreams import Application, State

from tests.bench.jobs.given import ALERTS, COMMIT_S, FOLDER, KAFKA, RUN, SESSION_MS
from tests.bench.jobs.rule import CHANNELS, Alert, new_journey, observe


def named(channel: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda event: event | {"channel": channel}


def watch(event: dict[str, Any], state: State) -> list[Alert]:
    journey = state.get("journey") or new_journey()
    alert = observe(journey, event["channel"], event)
    state.set("journey", journey)
    return [] if alert is None else [alert]


def main() -> None:
    app = Application(
        broker_address=KAFKA,
        consumer_group=RUN,
        auto_offset_reset="earliest",
        commit_interval=COMMIT_S,
        state_dir=FOLDER,
        consumer_extra_config={"session.timeout.ms": SESSION_MS},
    )
    first, *others = (app.dataframe(app.topic(f"touchpoints.{channel}")).apply(named(channel)) for channel in CHANNELS)
    touchpoints = first
    for other in others:
        touchpoints = touchpoints.concat(other)
    touchpoints.apply(watch, stateful=True, expand=True).to_topic(app.topic(ALERTS))
    app.run()


if __name__ == "__main__":
    main()
