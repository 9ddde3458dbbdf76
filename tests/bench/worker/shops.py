"""The same customers in companies of fewer and more channels: policies, and the topics that their touchpoints come through."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec
from ruamel.yaml import YAML

from schemas.touchpoint import TOPIC_PREFIX
from streams.logs.file import Found

POLICY = Path("deploy/policy.yaml")
CHANNELS = 10
"""Of deploy/policy.yaml and of the simulated customers."""

_FOLDED = {
    "app": "web", "store": "web", "marketing": "web",
    "voice": "chat", "social": "chat",
    "fulfilment": "email", "billing": "email",
}  # fmt: skip
"""A company of three channels."""
_SPLIT = {"web": "kiosk", "app": "partner"}
"""A company of twelve: a third of the customers of these come through a channel of their own."""
_A_THIRD = 3
SHOPS: Mapping[int, Callable[[str, bytes], str]] = {
    3: lambda channel, _: _FOLDED.get(channel, channel),
    CHANNELS: lambda channel, _: channel,
    12: lambda channel, key: _SPLIT[channel] if channel in _SPLIT and crc32(key) % _A_THIRD == 0 else channel,
}
"""By how many channels there are: through which one a customer's touchpoint comes."""


def policy(channels: int, folder: Path) -> Path:
    """The file of deploy/policy.yaml, for so many channels."""
    held: dict[str, Any] = YAML(typ="safe").load(POLICY)
    settings = next(iter(held["channels"].values()))
    kept = [name for name in held["channels"] if channels >= CHANNELS or name not in _FOLDED]
    held["channels"] = dict.fromkeys([*kept, *(_SPLIT.values() if channels > CHANNELS else ())], settings)
    section = held["detectors"]["first_response"]
    section["targets"] = [rule for rule in section["targets"] if rule.get("channel", kept[0]) in kept]
    file = folder / f"policy-{channels}.yaml"
    file.write_bytes(msgspec.json.encode(held))  # JSON is YAML
    return file


def through(channels: int) -> Callable[[Iterable[Found]], Iterator[Found]]:
    """The same touchpoints, through so many channels."""

    def lines(found: Iterable[Found]) -> Iterator[Found]:
        for each in found:
            says = each.says
            yield Found(msgspec.structs.replace(says, topic=topic_of(says.topic, says.key, channels)), each.file, each.line)

    return lines


def topic_of(topic: str, key: bytes | None, channels: int) -> str:
    """Where a simulated touchpoint goes in a company of so many channels."""
    return TOPIC_PREFIX + SHOPS[channels](topic.removeprefix(TOPIC_PREFIX), key or b"")
