"""The embedded broker: Kafka's protocol on a loopback socket, in memory, with no Java and no container. For trying out only.

It is the mock cluster of librdkafka, which comes inside the confluent-kafka wheel: real requests on a real socket. It keeps
about 5 MB a partition, and it accepts transactions but neither isolates nor fences them.
"""

import argparse
import ctypes
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import confluent_kafka

NOTICE = (
    "The embedded broker is for trying out: it keeps everything in memory, about 5 MB a partition, and loses it when it ends. "
    "Exactly-once delivery needs a real Kafka."
)
DEFAULT_PARTITIONS = 4
_ERROR_BYTES = 512
_PRODUCER = 0
_REBALANCE_DELAY_MS = 300
"""A new group waits so long for further workers; the mock cluster's own 3 s are for tests of another kind."""


def _librdkafka() -> ctypes.CDLL:
    """The very library that confluent_kafka has loaded: its mock cluster has no Python interface."""
    (library,) = (Path(confluent_kafka.__file__).parents[1] / "confluent_kafka.libs").glob("librdkafka*")
    lib = ctypes.CDLL(str(library))
    lib.rd_kafka_conf_new.restype = ctypes.c_void_p
    lib.rd_kafka_conf_set.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]
    lib.rd_kafka_new.restype = ctypes.c_void_p
    lib.rd_kafka_new.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
    lib.rd_kafka_mock_cluster_new.restype = ctypes.c_void_p
    lib.rd_kafka_mock_cluster_new.argtypes = [ctypes.c_void_p, ctypes.c_int]
    lib.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    lib.rd_kafka_mock_cluster_bootstraps.argtypes = [ctypes.c_void_p]
    lib.rd_kafka_mock_group_initial_rebalance_delay_ms.restype = None
    lib.rd_kafka_mock_group_initial_rebalance_delay_ms.argtypes = [ctypes.c_void_p, ctypes.c_int32]
    lib.rd_kafka_mock_topic_create.restype = ctypes.c_int
    lib.rd_kafka_mock_topic_create.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_int]
    return lib


def serve(topics: Mapping[str, int]) -> None:
    """Says its address on standard output and serves until standard input ends: no parent, no broker."""
    lib = _librdkafka()
    error = ctypes.create_string_buffer(_ERROR_BYTES)
    quiet = lib.rd_kafka_conf_new()  # of that client alone, which has nothing to connect to
    lib.rd_kafka_conf_set(quiet, b"log_level", b"2", error, _ERROR_BYTES)
    client = lib.rd_kafka_new(_PRODUCER, quiet, error, _ERROR_BYTES)
    if not client:
        raise RuntimeError(f"librdkafka does not start: {error.value.decode()}")
    cluster = lib.rd_kafka_mock_cluster_new(client, 1)
    if not cluster:
        raise RuntimeError("librdkafka's mock cluster does not start")
    lib.rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, _REBALANCE_DELAY_MS)
    for topic, partitions in topics.items():
        code = lib.rd_kafka_mock_topic_create(cluster, topic.encode(), partitions, 1)
        if code != 0:
            raise RuntimeError(f"librdkafka refuses the topic {topic} of {partitions} partitions (error {code})")
    sys.stdout.write(lib.rd_kafka_mock_cluster_bootstraps(cluster).decode() + "\n")
    sys.stdout.flush()
    sys.stdin.read()


class EmbeddedBroker:
    """A broker in a child process; ends with the block, and with this process however that ends.

    >>> with EmbeddedBroker({"touchpoints.chat": 4}) as broker:
    ...     connect(broker.address)
    """

    def __init__(self, topics: Mapping[str, int]) -> None:
        self._command = [sys.executable, "-m", "streams.broker", *(f"{topic}:{partitions}" for topic, partitions in topics.items())]
        self.address = ""

    def __enter__(self) -> Self:
        # in a session of its own: Ctrl-C is for this process, whose workers still have a last checkpoint to write
        self._child = subprocess.Popen(  # noqa: S603 -- our own module
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self._child.stdout is not None  # noqa: S101 -- asked for in the line above
        self.address = self._child.stdout.readline().strip()
        if not self.address:
            self.__exit__(None, None, None)
            raise RuntimeError("the embedded broker did not start; its standard error says why")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._child.kill()  # it holds nothing that could be saved
        self._child.communicate()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m streams.broker", description=f"{__doc__}", epilog=NOTICE)
    parser.add_argument("topics", nargs="*", metavar="TOPIC[:PARTITIONS]", help="others are created when they are first asked for")
    parser.add_argument("--partitions", type=int, default=DEFAULT_PARTITIONS, help="of the topics that do not say (default: %(default)s)")
    given = parser.parse_args(arguments)
    serve({name: int(count) if count else given.partitions for name, _, count in (topic.partition(":") for topic in given.topics)})


if __name__ == "__main__":
    main()
