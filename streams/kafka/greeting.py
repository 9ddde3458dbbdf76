"""One look at each server before anything else: whether it lets us in, and if not, why. Clients only say that nobody answers."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaError
from aiokafka.protocol.admin import SaslHandShakeRequest
from aiokafka.protocol.metadata import MetadataRequest

from streams.exits import MISCONFIGURED
from streams.kafka.access import variable
from streams.kafka.refusal import Refusal, of_connection
from streams.kafka.security import Security

ANSWER_WITHIN_S = 10.0
"""What a server has for one look."""
CLOSED_WITHIN_S = 0.2

_FAILED = (OSError, KafkaError, TimeoutError)
_NOBODY_THERE = (ConnectionRefusedError, socket.gaierror, TimeoutError)


async def greet(servers: str, security: Security) -> Refusal | None:
    """None if one of the servers, and one of those that they advertise, lets us in; else why not."""
    found = await _first(servers.split(","), security)
    if isinstance(found, Refusal):
        return found
    advertised = [server for server in found if server not in servers.split(",")] if found.isdisjoint(servers.split(",")) else []
    further = await _first(advertised, security) if advertised else None
    if isinstance(further, Refusal):
        return Refusal(f"{servers} names {', '.join(sorted(advertised))} as where the brokers are, and {further.why}", further.code)
    return None


async def _first(servers: Iterable[str], security: Security) -> set[str] | Refusal:
    """What the first server that lets us in advertises. What is to be mended must be so at every server: another may yet come."""
    refusals = []
    for server in servers:
        found = await _look(server, security)
        if not isinstance(found, Refusal):
            return found
        refusals.append(found)
    return next((refusal for refusal in refusals if refusal.code is None), refusals[0])


async def _look(server: str, security: Security) -> set[str] | Refusal:
    try:
        async with _connected(server, security) as connection:
            answer = await connection.send(MetadataRequest([]))
    except _FAILED as error:
        refusal = of_connection(error, server, security)
        if refusal.code is not None or isinstance(error, _NOBODY_THERE):
            return refusal
        return await _other_protocol(server, security) or refusal
    return {f"{host}:{port}" for _, host, port, *_ in answer.brokers}


@asynccontextmanager
async def _connected(server: str, security: Security) -> AsyncIterator[AIOKafkaConnection]:
    reached = {name: value for name, value in security.aiokafka(server).items() if name != "bootstrap_servers"}
    connection = AIOKafkaConnection(*_address(server), request_timeout_ms=int(ANSWER_WITHIN_S * 1000), **reached)
    try:
        await connection.connect()
        yield connection
    finally:
        closed = connection.close()
        if closed is not None:  # there may be nothing that could ever be closed
            await asyncio.wait((closed,), timeout=CLOSED_WITHIN_S)


def _address(server: str) -> tuple[str, int]:
    host, _, port = server.rpartition(":")
    return host.strip("[]"), int(port)


async def _other_protocol(server: str, security: Security) -> Refusal | None:
    """Whether the server hung up because it speaks something else than the settings say."""
    said = f"{variable('security_protocol')} is {security.access.security_protocol}"
    tls = await _speaks_tls(server)
    if tls != security.access.tls:
        return Refusal(f"{server} speaks {'TLS' if tls else 'no TLS'}, but {said}", MISCONFIGURED)
    mechanisms = [] if security.access.sasl else await _mechanisms(server, security)
    if mechanisms:
        return Refusal(f"{server} wants SASL ({', '.join(mechanisms)}), but {said}", MISCONFIGURED)
    return None


async def _speaks_tls(server: str) -> bool:
    """Nothing is shown to it, and nothing believed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            _, writer = await asyncio.open_connection(*_address(server), ssl=context)
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()
    except (OSError, TimeoutError):
        return False
    return True


async def _mechanisms(server: str, security: Security) -> list[str]:
    """Of SASL, that it offers."""
    try:
        async with _connected(server, security) as connection:
            answer = await connection.send(SaslHandShakeRequest("PLAIN"))
    except _FAILED:
        return []
    return sorted(answer.enabled_mechanisms)
