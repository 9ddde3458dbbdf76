"""How long a broker may take. aiokafka has one number for connecting and for every answer, and connects to one broker after the other.

A broker that is frozen (or behind a network that swallows everything) takes connections and never says a word. Its controller gives
its leaderships away after 9 s by default; until a client has heard of it, each attempt to reach it holds up all others. Without a pause
between two of them heartbeats came too late for a session: 17 s passed until a worker had found its coordinator again, and was shut out.
"""

import time
from asyncio import Lock
from collections import defaultdict
from typing import Any

from aiokafka.client import AIOKafkaClient, ConnectionGroup

CONNECT_MS = 2_500
"""For a connection, its handshakes included."""
RECONNECT_S = 1.0
"""Between two attempts to reach one broker; whoever asks in between hears at once that it is not ready. As `reconnect.backoff.max.ms` of
Kafka's own client."""
ANSWER_MS = 5_000
"""For an answer. What is asked again is not done twice: producers number their batches."""


def hurry(client: AIOKafkaClient, answer_ms: int = ANSWER_MS) -> None:
    """Of a producer or a consumer that has not been started."""
    client._request_timeout_ms = CONNECT_MS  # noqa: SLF001 -- what a connection begins with; nowhere public
    connect: Any = client._get_conn  # noqa: SLF001
    again: defaultdict[Any, float] = defaultdict(float)
    attempt: defaultdict[Any, Lock] = defaultdict(Lock)

    async def connected(node_id: Any, *, group: ConnectionGroup = ConnectionGroup.DEFAULT, no_hint: bool = False) -> Any:
        connection: Any = client._conns.get((node_id, group))  # noqa: SLF001
        if connection is None or not connection.connected():
            async with attempt[node_id]:  # who waits for an attempt that fails does not make the next one
                if time.monotonic() < again[node_id]:
                    return None
                connection = await connect(node_id, group=group, no_hint=no_hint)
                if connection is None:
                    again[node_id] = time.monotonic() + RECONNECT_S
                    return None
        connection._request_timeout = answer_ms / 1000  # noqa: SLF001
        return connection

    client._get_conn = connected  # type: ignore[method-assign]  # noqa: SLF001
