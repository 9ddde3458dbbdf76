"""A member of the consumer group: aiokafka's consumer, which waits longer for a rebalance than for any other answer.

It has one patience for all. A frozen coordinator must be found out within a session, and a rebalance may take that long: it waits
for the last session of a worker that died.
"""

from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.client import ConnectionGroup
from aiokafka.conn import CloseReason
from aiokafka.errors import NodeNotReadyError, RequestTimedOutError
from aiokafka.protocol.group import JoinGroupRequest

from streams.engine.patience import ANSWER_MS, hurry


class Member(AIOKafkaConsumer):
    def __init__(self, *topics: str, session_timeout_ms: int, **options: Any) -> None:
        super().__init__(*topics, session_timeout_ms=session_timeout_ms, **options)  # type: ignore[no-untyped-call]
        hurry(self._client)
        self._rebalance_s = (session_timeout_ms + ANSWER_MS) / 1000
        self._send: Any = self._client.send
        self._client.send = self._patient  # type: ignore[method-assign]

    async def _patient(self, node_id: Any, request: Any, *, group: ConnectionGroup = ConnectionGroup.DEFAULT) -> Any:
        if not isinstance(request, JoinGroupRequest):
            return await self._send(node_id, request, group=group)
        if not await self._client.ready(node_id, group=group):
            raise NodeNotReadyError(f"no connection to broker {node_id}")
        connection: Any = self._client._conns[node_id, group]  # noqa: SLF001 -- nowhere public
        usual = connection._request_timeout  # noqa: SLF001
        connection._request_timeout = self._rebalance_s  # noqa: SLF001 -- it is looked at when a request is sent
        try:
            answer = connection.send(request)
        finally:
            connection._request_timeout = usual  # noqa: SLF001
        try:
            return await answer
        except TimeoutError as error:
            connection.close(reason=CloseReason.CONNECTION_TIMEOUT)
            raise RequestTimedOutError from error
