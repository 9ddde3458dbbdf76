"""Number n of every topic goes to one worker; evenly, and with as few changes of hand as that allows."""

from aiokafka.cluster import ClusterMetadata
from aiokafka.coordinator.protocol import ConsumerProtocol
from hypothesis import given
from hypothesis import strategies as st

from streams.engine.assignor import ByPartitionNumber, held_by, share

members = st.dictionaries(st.sampled_from("abcdef"), st.frozensets(st.integers(0, 15)), min_size=1)


@given(st.integers(0, 16), members)
def test_each_number_goes_to_one_worker_and_none_is_left(count: int, held: dict[str, frozenset[int]]) -> None:
    shared = share(count, held)
    assert sorted(number for numbers in shared.values() for number in numbers) == list(range(count))


@given(st.integers(0, 16), members)
def test_no_worker_has_two_more_than_another(count: int, held: dict[str, frozenset[int]]) -> None:
    sizes = [len(numbers) for numbers in share(count, held).values()]
    assert max(sizes) - min(sizes) <= 1


@given(st.integers(0, 16), st.sets(st.sampled_from("abcdef"), min_size=1))
def test_sharing_again_changes_no_hands(count: int, names: set[str]) -> None:
    first = share(count, dict.fromkeys(names, frozenset()))
    assert share(count, {name: frozenset(numbers) for name, numbers in first.items()}) == first


def test_a_third_worker_takes_only_its_share_from_the_two() -> None:
    before = {"a": frozenset({0, 1, 2}), "b": frozenset({3, 4, 5})}
    after = share(6, {**before, "c": frozenset()})
    assert [len(before[name] & set(after[name])) for name in before] == [2, 2]
    assert len(after["c"]) == 2


def test_the_others_take_what_a_dead_worker_held_and_keep_their_own() -> None:
    after = share(6, {"b": frozenset({2, 3}), "c": frozenset({4, 5})})
    assert {2, 3} <= set(after["b"])
    assert {4, 5} <= set(after["c"])


def test_a_number_claimed_twice_is_nobodys_claim() -> None:
    assert share(2, {"a": frozenset({0}), "b": frozenset({0, 1})}) == {"a": [0], "b": [1]}


def cluster(**partitions: int) -> ClusterMetadata:
    known = ClusterMetadata()
    known._partitions = {topic: dict.fromkeys(range(count)) for topic, count in partitions.items()}
    return known


def test_the_topics_of_one_number_go_together_over_kafkas_own_wire_format() -> None:
    mine, other = ByPartitionNumber(), ByPartitionNumber()
    joined = {
        name: ConsumerProtocol.METADATA.decode(assignor.metadata({"chat", "shop"}).encode())
        for name, assignor in (("m", mine), ("o", other))
    }
    assigned = mine.assign(cluster(chat=4, shop=4), joined)
    mine.on_assignment(ConsumerProtocol.ASSIGNMENT.decode(assigned["m"].encode()))
    numbers = {topic: set(found) for topic, found in assigned["m"].assignment}
    assert numbers["chat"] == numbers["shop"] == mine.numbers
    assert held_by(mine.metadata({"chat"})) == mine.numbers
    assert len(mine.numbers) == 2
