"""Bytewax as its documentation teaches it: a dataflow with one stateful step. Its state is snapshots in SQLite on this machine's disk.

It runs by `python -m bytewax.run tests.bench.jobs.engines.bytewax_flow:flow`, with a recovery folder.
"""

import json
from typing import Any

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSinkMessage
from bytewax.connectors.kafka import operators as kop
from bytewax.dataflow import Dataflow

from tests.bench.jobs.given import ALERTS, KAFKA
from tests.bench.jobs.rule import TOPICS, Alert, Journey, channel_of, new_journey, observe


def by_customer(message: Any) -> tuple[str, tuple[str, dict[str, Any]]]:
    return message.key.decode(), (channel_of(message.topic), json.loads(message.value))


def watch(journey: Journey | None, seen: tuple[str, dict[str, Any]]) -> tuple[Journey, list[Alert]]:
    known = journey or new_journey()
    channel, event = seen
    alert = observe(known, channel, event)
    return known, [] if alert is None else [alert]


def told(alert: tuple[str, Alert]) -> Any:
    customer, content = alert
    return KafkaSinkMessage(customer.encode(), json.dumps(content).encode())


flow = Dataflow("reference-job")
touchpoints = kop.input("touchpoints", flow, brokers=[KAFKA], topics=list(TOPICS))
keyed = op.map("by-customer", touchpoints.oks, by_customer)
alerts = op.stateful_flat_map("watch", keyed, watch)
kop.output("alerts", op.map("told", alerts, told), brokers=[KAFKA], topic=ALERTS)
