"""The channel itself."""

from typing import ClassVar

from schemas.touchpoint import TouchpointData


class ChannelHeartbeat(TouchpointData, frozen=True):
    """Needs no customer, belongs to no journey, only says that the channel lives."""

    TYPE: ClassVar = "channel.heartbeat"
