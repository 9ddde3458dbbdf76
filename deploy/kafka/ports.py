"""Ports that are free now and that no outgoing connection takes meanwhile: a killed broker finds its own again."""

import random
import socket

from deploy.kafka.configuration import HOST

_BELOW_THE_EPHEMERAL = range(20_000, 32_000)


def free_ports(count: int) -> list[int]:
    chance = random.SystemRandom()
    found: list[int] = []
    while len(found) < count:
        port = chance.choice(_BELOW_THE_EPHEMERAL)
        if port not in found and is_free(port):
            found.append(port)
    return found


def is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Kafka does: what a closed connection left does not count
        try:
            tried.bind((HOST, port))
        except OSError:
            return False
    return True
