"""The contract as JSON Schemas (draft 2020-12) and an AsyncAPI document, for those who do not write Python. Pure: names and texts."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from schemas.alert import AlertEvent
from schemas.asyncapi import asyncapi
from schemas.dead_letter import Error
from schemas.defined import model_of
from schemas.envelope import LONGEST
from schemas.identity import BLOCKED
from schemas.instant import format_duration
from schemas.policy import Policy
from schemas.touchpoint import TouchpointData
from schemas.touchpoints import TYPES
from schemas.touchpoints.channel import ChannelHeartbeat

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ALERT, DEAD_LETTER, POLICY, ASYNCAPI = "alert.v1.json", "dead-letter.v1.json", "policy.v1.json", "asyncapi.yaml"

Json = dict[str, Any]


class _Generator(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  pydantic asks of each field
        """The title would only be the field's name once more."""
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = super().default_schema(schema)
        if written.get("format") == "duration":
            written["default"] = format_duration(written["default"])
        return written

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        written = super().dict_schema(schema)
        if "patternProperties" in written:
            written["additionalProperties"] = False
        return written


def export(sections: Mapping[str, type[BaseModel]] | None = None) -> dict[str, str]:
    """Each file's name and content; `sections` are the detectors' parts of the policy file, by detector."""
    documents = {file_of(model): _touchpoint(name, model) for name, model in TYPES.items()}
    documents[ALERT] = _always_written(_model(AlertEvent, "serialization"))
    documents[DEAD_LETTER] = _headers(_model(Error, "validation"))
    documents[POLICY] = _policy(sections or {})
    files = {
        name: _text({"$schema": DIALECT, "$id": f"urn:throughline:{name.removesuffix('.json')}"} | content)
        for name, content in documents.items()
    }
    return files | {ASYNCAPI: asyncapi({name: file_of(model) for name, model in TYPES.items()}, ALERT, DEAD_LETTER)}


def file_of(model: type[TouchpointData]) -> str:
    return f"{model.TYPE}.v1.json"


def _text(document: Json) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _model(model: type[BaseModel], mode: JsonSchemaMode) -> Json:
    return model.model_json_schema(schema_generator=_Generator, mode=mode)


def _touchpoint(type_name: str, model: type[TouchpointData]) -> Json:
    """The whole CloudEvent in structured mode; in binary mode the attributes are headers `ce_<name>` and `data` is the value."""
    data = _model(model_of(model), "validation")
    definitions = data.pop("$defs", {})
    event: Json = {
        "title": model.TYPE,
        "type": "object",
        "properties": _attributes(type_name) | {"data": data},
        "required": ["specversion", "id", "source", "type", "time", *(["data"] if "required" in data else [])],
    }
    if description := data.pop("description", None):
        event["description"] = description
    if model is ChannelHeartbeat:
        for unjudged in ("customerid", "anonymousid"):
            event["properties"][unjudged].pop("not")
    else:
        event["anyOf"] = [{"required": ["customerid"]}, {"required": ["anonymousid"]}]
    return event | ({"$defs": definitions} if definitions else {})


def _attributes(type_name: str) -> Json:
    name = {"type": "string", "minLength": 1, "maxLength": LONGEST}
    identity = {"type": "string", "maxLength": LONGEST, "not": {"pattern": BLOCKED}}
    moment = {"type": "string", "format": "date-time"}
    return {
        "specversion": {"const": "1.0"},
        "id": name | {"description": "Unique per source; a retry has the same."},
        "source": name | {"description": "The system that tells."},
        "type": {"const": type_name},
        "time": moment | {"description": "When it happened, from 2000 on, at most 60 s ahead of the record's timestamp."},
        "subject": {"type": "string"},
        "datacontenttype": {"type": "string"},
        "dataschema": {"type": "string"},
        "customerid": identity | {"description": "Also the record's key."},
        "anonymousid": identity | {"description": "Also the record's key where there is no customerid."},
        "correlationid": {"type": "string", "maxLength": LONGEST, "description": "The matter, where the channels agree on a name for it."},
        "causationid": {"type": "string"},
        "recordedtime": moment,
        "traceparent": {"type": "string"},
    }


def _always_written(schema: Any) -> Any:
    """What is None is left out of what we write: such a field may be absent, and is never null. Fields may be added tomorrow."""
    if isinstance(schema, list):
        return [_always_written(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: _always_written(part) for name, part in schema.items() if (name, part) != ("additionalProperties", False)}
    written = [part for part in schema.get("anyOf", ()) if part != {"type": "null"}]
    if len(written) == 1 and len(schema["anyOf"]) == 2:
        del schema["anyOf"], schema["default"]
        return schema | written[0]
    fields = schema.get("properties", {})
    if required := [name for name, field in fields.items() if name in schema.get("required", ()) or "default" in field]:
        schema["required"] = required
    return schema


def _headers(schema: Json) -> Json:
    """Headers are texts, whatever they mean."""
    schema = _always_written(schema)
    for field in schema["properties"].values():
        if field["type"] == "integer":
            field |= {"type": "string", "pattern": "^[0-9]+$"}
        elif field["type"] == "boolean":
            field |= {"type": "string", "enum": ["false", "true"]}
    return schema


def _policy(sections: Mapping[str, type[BaseModel]]) -> Json:
    models = {"policy": Policy} | {f"section {name}": section for name, section in sections.items()}
    by_key, shared = TypeAdapter.json_schemas(
        [(key, "validation", TypeAdapter(model)) for key, model in models.items()], schema_generator=_Generator
    )
    definitions = shared["$defs"]
    schema: Json = definitions.pop("Policy")
    if sections:
        known = {name: by_key[f"section {name}", "validation"] for name in sections}
        schema["properties"]["detectors"] = {"type": "object", "default": {}, "properties": known, "additionalProperties": False}
    return schema | {"$defs": definitions}
