"""Which broker the tests run on: the embedded one, or with `--brokers N` (`make test-kafka`) a real Kafka of its own."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from deploy.kafka.cluster import Cluster
from deploy.kafka.jars import KafkaUnavailable
from deploy.kafka.ready import NotReady
from tests.engine.live import REAL_KAFKA

settings.register_profile("default", deadline=None)  # a shared machine pauses; that is no failure
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("throughline")
    group.addoption("--brokers", type=int, default=0, metavar="N", help="run on a real Kafka of N brokers, started for this session")


def pytest_configure(config: pytest.Config) -> None:
    """Before the tests are collected: what they are skipped for depends on it. Each worker of pytest-xdist has a Kafka of its own, for the
    topics of two tests have the same names."""
    brokers = config.getoption("--brokers")
    hands_out = not hasattr(config, "workerinput") and config.getoption("numprocesses", None)
    if not brokers or hands_out:
        return
    folder = Path(tempfile.mkdtemp(prefix="throughline-kafka-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    cluster = Cluster(folder, brokers)
    try:
        cluster.start()
    except (KafkaUnavailable, NotReady) as trouble:
        raise pytest.UsageError(str(trouble)) from None
    config.add_cleanup(cluster.stop)
    os.environ[REAL_KAFKA] = cluster.bootstrap


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    real = REAL_KAFKA in os.environ
    for item in items:
        marker = item.get_closest_marker("kafka")
        if marker and not real:
            why = f" (the embedded broker {marker.kwargs['embedded']})" if marker.kwargs else ""
            item.add_marker(pytest.mark.skip(reason=f"needs a real Kafka: make test-kafka runs it{why}"))
