"""What a node's server.properties holds: as a production cluster's where behaviour depends on it, and small where it does not."""

from collections.abc import Mapping, Sequence

HOST = "127.0.0.1"
CONTROLLER = "CONTROLLER"
CLIENTS = "PLAINTEXT"
"""The listener that is always there: of the brokers among themselves, and of whoever waits for them."""


def replication(brokers: int) -> int:
    """Of every topic: three where there are so many."""
    return min(3, brokers)


def in_sync(brokers: int) -> int:
    """min.insync.replicas: with three replicas one may be missing, and with fewer none is to spare."""
    return max(1, replication(brokers) - 1)


def properties(
    node: int, data: str, listeners: Mapping[str, int], protocols: Mapping[str, str], controllers: Sequence[int]
) -> dict[str, str]:
    """`listeners`: this node's ports by listener; `protocols`: by listener too; `controllers`: every node's controller port."""
    copies, fewest = str(replication(len(controllers))), str(in_sync(len(controllers)))
    ours = {**listeners, CONTROLLER: controllers[node]}
    return {
        "process.roles": "broker,controller",
        "node.id": str(node),
        "controller.quorum.voters": ",".join(f"{number}@{HOST}:{port}" for number, port in enumerate(controllers)),
        "listeners": ",".join(f"{name}://{HOST}:{port}" for name, port in ours.items()),
        "listener.security.protocol.map": ",".join(
            f"{name}:{protocol}" for name, protocol in {**protocols, CONTROLLER: "PLAINTEXT"}.items()
        ),
        "controller.listener.names": CONTROLLER,
        "inter.broker.listener.name": CLIENTS,
        "log.dirs": data,
        # a misspelt topic is an error, not a new topic
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": fewest,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": fewest,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": fewest,
        # 50 partitions each serve clusters of hundreds of groups, and take seconds to create
        "offsets.topic.num.partitions": "3",
        "transaction.state.log.num.partitions": "3",
        "share.coordinator.state.topic.num.partitions": "3",
        # the first worker need not wait 3 s for others
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        # a dead producer's transaction is over a second after its time, not ten
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
        # whoever started a broker decides how long it may take: by itself it ends after a minute in which controllers are still voting
        "initial.broker.registration.timeout.ms": "180000",
        # 128 MB by default, of the heap
        "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    }
