"""Which events lie on which topic, keyed by what: the AsyncAPI 3.0 document beside the JSON Schemas."""

from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from schemas.alert import ACTIVE_TOPIC, Family
from schemas.dead_letter import DEAD_LETTER_TOPIC
from schemas.touchpoint import TOPIC_PREFIX, TYPE_PREFIX

_CLOUDEVENT = "application/cloudevents+json"
_TEXT = {"type": "string"}


def asyncapi(touchpoints: Mapping[str, str], alert: str, dead_letter: str) -> str:
    """`touchpoints`: the schema file of each type; the other two are files as well, all in the document's own folder."""
    messages = {
        _message(name): {"name": name, "contentType": _CLOUDEVENT, "payload": _json_schema(file)} for name, file in touchpoints.items()
    }
    customer = _keyed("the customer's id, else the visitor's")
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Throughline",
            "version": "1",
            "description": "Touchpoints in, alerts and dead letters out. Kafka keys and Java's default partitioner (murmur2) everywhere.",
        },
        "defaultContentType": _CLOUDEVENT,
        "channels": {
            "touchpoints": {
                "address": f"{TOPIC_PREFIX}{{channel}}",
                "description": "One topic a channel; all have the same number of partitions.",
                "parameters": {"channel": {"description": "As the policy file names it: web, chat, voice, ..."}},
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            },
            "dead-letters": {
                "address": DEAD_LETTER_TOPIC,
                "description": "Touchpoints that could not be used, untouched, with headers that say why.",
                "messages": {"dead-letter": {"$ref": "#/components/messages/dead-letter"}},
            },
            **{
                f"alerts-{family}": {
                    "address": family.topic,
                    "description": "At least once; (alert_id, revision) is the idempotence key.",
                    "messages": {"alert": {"$ref": "#/components/messages/alert"}},
                }
                for family in Family
            },
            "alerts-active": {
                "address": ACTIVE_TOPIC,
                "description": "Compacted: the latest revision of each open alert; a tombstone when it ends.",
                "messages": {"alert": {"$ref": "#/components/messages/active-alert"}},
            },
        },
        "operations": {
            "read-touchpoints": {"action": "receive", "channel": {"$ref": "#/channels/touchpoints"}},
            "write-dead-letters": {"action": "send", "channel": {"$ref": "#/channels/dead-letters"}},
            **{f"write-alerts-{of}": {"action": "send", "channel": {"$ref": f"#/channels/alerts-{of}"}} for of in (*Family, "active")},
        },
        "components": {
            "messages": {
                **{name: message | customer for name, message in messages.items()},
                "dead-letter": {"name": "dead letter", "headers": _json_schema(dead_letter), "payload": {}}
                | _keyed("whatever the refused record had"),
                "alert": {"name": "alert", "contentType": _CLOUDEVENT, "payload": _json_schema(alert)} | customer,
                "active-alert": {"name": "active alert", "contentType": _CLOUDEVENT, "payload": _json_schema(alert)} | _keyed("alert_id"),
            }
        },
    }
    return _yaml(document)


def _message(type_name: str) -> str:
    return type_name.removeprefix(TYPE_PREFIX)


def _json_schema(file: str) -> dict[str, Any]:
    return {"schemaFormat": "application/schema+json;version=draft-2020-12", "schema": {"$ref": f"./{file}"}}


def _keyed(description: str) -> dict[str, Any]:
    return {"bindings": {"kafka": {"key": _TEXT | {"description": description}}}}


def _yaml(document: dict[str, Any]) -> str:
    writer = YAML()
    writer.width = 140
    writer.representer.ignore_aliases = lambda _: True  # what is the same is said again, for readers
    text = StringIO()
    writer.dump(document, text)
    return text.getvalue()
