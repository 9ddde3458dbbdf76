"""A real Kafka of one broker with the topics of one application, for as long as a block lasts: every measurement begins on a new one."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from confluent_kafka import Consumer, KafkaException, TopicPartition
from msgspec import Struct

from deploy.kafka.cluster import Cluster
from schemas.policy import Policy
from schemas.touchpoint import TOPIC_PREFIX
from streams.kafka.catalogue import STAMPED, Config, Kind, Topic
from streams.kafka.client import KafkaTrouble, client
from streams.kafka.creating import Created, create
from streams.kafka.difference import Deviation, Missing
from streams.kafka.offsets import Topics, Where
from streams.kafka.planning import plan
from streams.policy_file import load_policy

APPLICATION = "bench"
BUILD = Path(__file__).parents[3] / "build" / "bench-worker"
FOR_EVER = -1
ATTEMPTS, ANSWER_S = 5, 10.0
TOGETHER_MS = 6_000


class Ground(Struct, frozen=True):
    kafka: str
    folder: Path
    policy_file: Path
    policy: Policy
    partitions: int

    def topics(self) -> Topics:
        return Topics(self.kafka)

    def channels(self, topics: Topics) -> list[Where]:
        """Every topic partition that touchpoints lie on."""
        return [where for channel in self.policy.channels for where in topics.of(TOPIC_PREFIX + channel)]


class Committed:
    """How many touchpoints the workers' checkpoints hold, asked over and over. Of a consumer that never joins the group: librdkafka's
    admin client crashed when a starved broker let so many questions time out."""

    def __init__(self, on: Ground) -> None:
        self._asking = Consumer(client(on.kafka) | {"group.id": APPLICATION, "enable.auto.commit": False})
        self._wheres = [TopicPartition(*where) for where in on.channels(on.topics())]

    def count(self) -> int:
        """A broker that has too little of its core is asked again."""
        for _ in range(ATTEMPTS):
            try:
                found = self._asking.committed(self._wheres, timeout=ANSWER_S)
            except KafkaException as error:
                last = error
            else:
                return sum(tp.offset for tp in found if tp.offset >= 0)
        raise KafkaTrouble(f"Kafka does not tell how far the workers are: {last.args[0].str()}")


@contextmanager
def ground(policy_file: Path, *, partitions: int = 12, history: bool = True, workers: int = 1) -> Iterator[Ground]:
    """`history`: the channels keep the timestamps of what is loaded into them; else the broker stamps what arrives. `workers`: where there
    are several, the group waits for all before it gives anything out, or the first would have done half of the work alone."""
    BUILD.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=BUILD))
    try:
        delay = {"group.initial.rebalance.delay.ms": str(TOGETHER_MS)} if workers > 1 else {}
        with Cluster(folder / "kafka", properties=delay) as cluster:
            policy = load_policy(policy_file)
            planned = plan(cluster.bootstrap, policy, APPLICATION, partitions=partitions, retention=FOR_EVER)
            wanted = [_stamped_by_producer(each) if history else each for each in planned.deviations]
            for done in create(cluster.bootstrap, wanted):
                if not isinstance(done, Created):
                    raise TypeError(f"not as it should be: {done}")
            yield Ground(cluster.bootstrap, folder, policy_file, policy, partitions)
    finally:
        shutil.rmtree(folder)


def _stamped_by_producer(deviation: Deviation) -> Deviation:
    match deviation:
        case Missing(Topic(kind=Kind.CHANNEL) as topic):
            kept = Config(STAMPED, "CreateTime", "history is loaded with the times at which it arrived")
            configs = tuple(kept if config.name == STAMPED else config for config in topic.configs)
            return Missing(msgspec.structs.replace(topic, configs=configs))
        case _:
            return deviation
