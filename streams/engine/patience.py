"""How long a broker may take. aiokafka has one number for connecting and for every answer, and connects to one broker after the other.

A broker that is frozen (or behind a network that swallows everything) takes connections and never says a word. Its controller gives
its leaderships away after 9 s by default; until a client has heard of it, each attempt to reach it holds up all others.
"""

from typing import Any

from aiokafka.client import AIOKafkaClient, ConnectionGroup

CONNECT_MS = 2_500
"""For a connection, its handshakes included."""
ANSWER_MS = 5_000
"""For an answer. What is asked again is not done twice: producers number their batches."""


def hurry(client: AIOKafkaClient, answer_ms: int = ANSWER_MS) -> None:
    """Of a producer or a consumer that has not been started."""
    client._request_timeout_ms = CONNECT_MS  # noqa: SLF001 -- what a connection begins with; nowhere public
    connect: Any = client._get_conn  # noqa: SLF001

    async def connected(node_id: Any, *, group: ConnectionGroup = ConnectionGroup.DEFAULT, no_hint: bool = False) -> Any:
        connection = await connect(node_id, group=group, no_hint=no_hint)
        if connection is not None:
            connection._request_timeout = answer_ms / 1000  # noqa: SLF001
        return connection

    client._get_conn = connected  # type: ignore[method-assign]  # noqa: SLF001
