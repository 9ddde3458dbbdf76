"""One customer is one partition number in every topic only if we and every producer hash alike."""

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.partitioner import murmur2, partition_for

# Signed results of org.apache.kafka.common.utils.UtilsTest.testMurmur2.
KAFKA_OWN_VECTORS = [
    (b"21", -973932308),
    (b"foobar", -790332482),
    (b"a-little-bit-long-string", -985981536),
    (b"a-little-bit-longer-string", -1486304829),
    (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
    (b"abc", 479470107),
]


@pytest.mark.parametrize(("key", "signed"), KAFKA_OWN_VECTORS)
def test_murmur2_gives_what_kafka_tests_its_own_with(key: bytes, signed: int) -> None:
    assert murmur2(key) == signed % 2**32


@settings(deadline=None)  # a busy machine is no mistake
@given(st.binary(max_size=300), st.integers(1, 200))
@example(b"", 12)
@example(b"\xff" * 257, 12)
def test_every_key_goes_where_aiokafka_would_send_it(key: bytes, partitions: int) -> None:
    everywhere = list(range(partitions))
    assert partition_for(key, partitions) == DefaultPartitioner()(key, everywhere, everywhere)
    assert partition_for(key, partitions) == partition_for(key, partitions), "the remembered answer is the same"
