"""Which partition a key belongs to: what Java's default partitioner and librdkafka's `murmur2_random` say."""

from functools import lru_cache

_SEED = 0x9747B28C
_MIX = 0x5BD1E995
_WORD = 0xFFFFFFFF
_SIGN = 0x7FFFFFFF
_CACHED = 256
"""Bytes; longer keys are worked out each time, so that the cache stays small whatever is sent."""


def murmur2(key: bytes) -> int:
    """The 32-bit hash of `org.apache.kafka.common.utils.Utils.murmur2`, as an unsigned number."""
    length = len(key)
    tail = length & 3
    whole = length - tail
    h = _SEED ^ length
    for at in range(0, whole, 4):
        k = int.from_bytes(key[at : at + 4], "little") * _MIX & _WORD
        k = (k ^ k >> 24) * _MIX & _WORD
        h = (h * _MIX & _WORD) ^ k
    if tail:
        h = (h ^ int.from_bytes(key[whole:], "little")) * _MIX & _WORD
    h = (h ^ h >> 13) * _MIX & _WORD
    return h ^ h >> 15


def _partition_for(key: bytes, partitions: int) -> int:
    return (murmur2(key) & _SIGN) % partitions


_remembered = lru_cache(maxsize=65_536)(_partition_for)


def partition_for(key: bytes, partitions: int) -> int:
    """The number, from 0, of the partition that holds everything keyed so, in a topic of so many partitions."""
    return _remembered(key, partitions) if len(key) <= _CACHED else _partition_for(key, partitions)
