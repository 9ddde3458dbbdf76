"""A real Kafka for as long as a block lasts, and never longer than the process that started it."""

import base64
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from types import MappingProxyType, TracebackType
from typing import Self

from deploy.kafka.configuration import CLIENTS, HOST, properties
from deploy.kafka.jars import KafkaUnavailable
from deploy.kafka.node import Node
from deploy.kafka.ports import free_ports
from deploy.kafka.ready import use_internal_topics, wait_until_ready

PATIENCE_S = 180.0
"""For a start; it takes 5 s for one broker and 10 s for three where two cores have nothing else to do."""

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Cluster:
    """A real Kafka of KRaft nodes on loopback (combined broker,controller); ends with the block, and with this process however that ends.

    >>> with Cluster(tmp_path, brokers=3) as kafka:
    ...     connect(kafka.bootstrap)
    ...     kafka.kill(0)

    Brokers are numbered from 0, in the metadata too. The first listener is plain text and always there: of the brokers among
    themselves and of whoever waits for them. A secured cluster has others beside it, and where an authorizer is set,
    `super.users=User:ANONYMOUS` keeps the first one working.
    """

    def __init__(
        self,
        folder: Path,
        brokers: int = 1,
        *,
        properties: Mapping[str, str] = _NOTHING,
        ports: Sequence[int] | None = None,
        format_arguments: Sequence[str] = (),
        listeners: Mapping[str, str] = _NOTHING,
    ) -> None:
        """`properties`: added to, or instead of, those of configuration.py. `ports`: of the first listener, a broker each; None
        for free ones. `format_arguments`: for `kafka-storage format`, such as `--add-scram`. `listeners`: further ones, by name with
        their security protocol ({"SECURED": "SASL_SSL"}); `bootstraps` has their addresses.
        """
        names = {CLIENTS: "PLAINTEXT"} | dict(listeners)
        chosen = {name: free_ports(brokers) for name in names}
        if ports is not None:
            chosen[CLIENTS] = list(ports)
        self.bootstraps = {name: ",".join(f"{HOST}:{port}" for port in chosen[name]) for name in names}
        self.bootstrap = self.bootstraps[CLIENTS]
        self._format_arguments = format_arguments
        self._nodes = nodes(folder, chosen, names, properties, free_ports(brokers))
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._frozen: set[int] = set()
        self._guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        # Reads its standard input, which ends with this process, and then kills its group, in which the brokers are. The group is
        # not the terminal's: Ctrl-C is for this process, whose workers still have a last checkpoint to write.
        self._guard = subprocess.Popen(["/bin/sh", "-c", "read -r _; kill -KILL 0"], stdin=subprocess.PIPE, process_group=0)
        try:
            format_all(self._nodes, self._format_arguments)
            for node in self._nodes:
                self._begin(node)
            self._wait()
            use_internal_topics(self.bootstrap, PATIENCE_S, lambda: self._check(self._responding()))
            self._wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """At once: SIGKILL for all."""
        guard, self._guard = self._guard, None
        if guard is None:
            return
        assert guard.stdin is not None  # noqa: S101 -- asked for at its start
        guard.stdin.close()
        for process in (guard, *self._processes.values()):
            process.wait()
        self._processes.clear()
        self._frozen.clear()

    def kill(self, broker: int) -> None:
        """SIGKILL."""
        self._processes[broker].kill()
        self._ended(broker)

    def terminate(self, broker: int) -> None:
        """SIGTERM; waits until its leaderships are handed over, and it has ended. SIGKILL where that takes for ever, as where no majority
        is left to hand over to."""
        self._processes[broker].terminate()
        try:
            self._processes[broker].wait(20)
        except subprocess.TimeoutExpired:
            self._processes[broker].kill()
        self._ended(broker)

    def restart(self, broker: int) -> None:
        """Starts it again on its data; returns when it is registered, and where all run when all replicas are in sync. While they are no
        majority it returns at once: none could be registered. A killed broker is taken back once its session of 9 s is over."""
        if self.alive(broker):
            raise RuntimeError(f"broker {broker} is running")
        self._begin(self._nodes[broker])
        if len(self._responding()) * 2 > len(self._nodes):
            self._wait()

    def freeze(self, broker: int) -> None:
        """SIGSTOP."""
        self._processes[broker].send_signal(SIGSTOP)
        self._frozen.add(broker)

    def thaw(self, broker: int) -> None:
        """SIGCONT."""
        self._processes[broker].send_signal(SIGCONT)
        self._frozen.discard(broker)

    def alive(self, broker: int) -> bool:
        """Frozen or not."""
        return broker in self._processes and self._processes[broker].poll() is None

    def _begin(self, node: Node) -> None:
        assert self._guard is not None  # noqa: S101 -- or the cluster has not been started
        self._processes[node.number] = node.start(process_group=self._guard.pid)

    def _ended(self, broker: int) -> None:
        self._processes[broker].wait()
        self._frozen.discard(broker)

    def _responding(self) -> set[int]:
        return {number for number in self._processes if self.alive(number)} - self._frozen

    def _wait(self) -> None:
        wanted = self._responding()
        reachable = ",".join(address for number, address in enumerate(self.bootstrap.split(",")) if number in wanted)
        wait_until_ready(reachable, [self._nodes[number] for number in wanted], PATIENCE_S, lambda: self._check(wanted))

    def _check(self, wanted: set[int]) -> None:
        for number in wanted:
            if not self.alive(number):
                raise KafkaUnavailable(f"broker {number} ended by itself; its last words:\n{self._nodes[number].last_words()}")


def nodes(
    folder: Path,
    ports: Mapping[str, Sequence[int]],
    protocols: Mapping[str, str],
    given: Mapping[str, str],
    controllers: Sequence[int],
) -> list[Node]:
    """`ports`: by listener, a broker each; `protocols`: by listener; `given`: settings that come before ours; `controllers`: ports."""
    made = []
    for number in range(len(controllers)):
        own = folder.absolute() / f"broker-{number}"
        listeners = {name: chosen[number] for name, chosen in ports.items()}
        made.append(Node(number, own, properties(number, str(own / "data"), listeners, protocols, controllers) | dict(given)))
    return made


def format_all(made: Sequence[Node], arguments: Sequence[str]) -> None:
    """Those that have no data yet, all at once."""
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_")  # it may not look like an option
    formatting = [(node, process) for node in made if (process := node.format(cluster, arguments))]
    failed = [node for node, process in formatting if process.wait() != 0]
    for node in failed:
        raise KafkaUnavailable(f"the folder of broker {node.number} could not be formatted:\n{node.last_words()}")
