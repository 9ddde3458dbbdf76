"""A broker that takes connections and never says a word is asked rarely, however many ask for it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.structs import BrokerMetadata

from streams.engine import patience

FROZEN = 1


class Frozen:
    """As a stopped process is seen: its machine takes connections, and nobody ever reads what comes."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.listening.setblocking(False)
        self._taken: list[socket.socket] = []

    def connections(self) -> int:
        """How many there have been."""
        with suppress(BlockingIOError):
            while True:
                self._taken.append(self.listening.accept()[0])
        return len(self._taken)

    def close(self) -> None:
        for each in (self.listening, *self._taken):
            each.close()


@asynccontextmanager
async def frozen() -> AsyncIterator[tuple[Frozen, AIOKafkaClient]]:
    broker = Frozen()
    client = AIOKafkaClient(bootstrap_servers="127.0.0.1:1")
    host, port = broker.listening.getsockname()
    client.cluster._brokers[FROZEN] = BrokerMetadata(FROZEN, host, port, None)
    patience.hurry(client)
    try:
        yield broker, client
    finally:
        await client.close()
        broker.close()


async def ready(client: AIOKafkaClient) -> bool:
    return bool(await client.ready(FROZEN))


async def test_who_waits_for_an_attempt_that_fails_does_not_make_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "CONNECT_MS", 200)
    async with frozen() as (broker, client):
        assert await asyncio.gather(*(ready(client) for _ in range(20))) == [False] * 20
        assert broker.connections() == 1
        assert not await ready(client)
        assert broker.connections() == 1


async def test_it_is_asked_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "CONNECT_MS", 200)
    monkeypatch.setattr(patience, "RECONNECT_S", 0.1)
    async with frozen() as (broker, client):
        assert not await ready(client)
        await asyncio.sleep(0.11)
        assert not await ready(client)
        assert broker.connections() == 2
