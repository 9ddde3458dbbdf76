"""A broker that takes connections and never says a word is asked rarely, however many ask for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.structs import BrokerMetadata

from streams.engine import patience

FROZEN = 1


class Silent:
    """A broker as a frozen one is seen: its machine takes connections, nobody reads what comes."""

    def __init__(self) -> None:
        self.connections = 0

    async def taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await reader.read()
        writer.close()


@asynccontextmanager
async def frozen() -> AsyncIterator[tuple[Silent, AIOKafkaClient]]:
    silent = Silent()
    server = await asyncio.start_server(silent.taken, "127.0.0.1", 0)
    client = AIOKafkaClient(bootstrap_servers="127.0.0.1:1")
    host, port = server.sockets[0].getsockname()
    client.cluster._brokers[FROZEN] = BrokerMetadata(FROZEN, host, port, None)
    patience.hurry(client)
    try:
        yield silent, client
    finally:
        await client.close()
        server.close()


async def ready(client: AIOKafkaClient) -> bool:
    return bool(await client.ready(FROZEN))


async def test_who_waits_for_an_attempt_that_fails_does_not_make_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "CONNECT_MS", 200)
    async with frozen() as (silent, client):
        assert await asyncio.gather(*(ready(client) for _ in range(20))) == [False] * 20
        assert silent.connections == 1
        assert not await ready(client)
        assert silent.connections == 1


async def test_it_is_asked_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "CONNECT_MS", 200)
    monkeypatch.setattr(patience, "RECONNECT_S", 0.1)
    async with frozen() as (silent, client):
        assert not await ready(client)
        await asyncio.sleep(0.11)
        assert not await ready(client)
        assert silent.connections == 2
