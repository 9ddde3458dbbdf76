"""For tests marked `kafka`, which `make test-kafka` runs and `make test` leaves out.

`live(...)` of tests/engine/live.py gives a test the shared Kafka with topics of its own making; a test that breaks brokers or
configures them has a Cluster to itself:

    with Cluster(tmp_path, brokers=3) as own:
        own.kill(0)
"""

import os

import pytest

from tests.engine.live import REAL_KAFKA


@pytest.fixture(scope="session")
def kafka() -> str:
    """The address of the shared one."""
    return os.environ[REAL_KAFKA]
