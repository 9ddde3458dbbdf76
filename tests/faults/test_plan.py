from itertools import islice

from tests.faults.fault import COSTS, Kind
from tests.faults.plan import FEWEST, MOST, ROUND_S, rounds


def test_the_same_seed_plans_the_same_faults_and_another_seed_others() -> None:
    assert list(islice(rounds(7), 20)) == list(islice(rounds(7), 20))
    assert list(islice(rounds(7), 20)) != list(islice(rounds(8), 20))


def test_the_short_form_holds_each_kind_of_fault_whatever_the_seed() -> None:
    # who joins where there is no room leaves instead, and the other way round: one of the two is always there
    either = {Kind.WORKER_JOINED, Kind.WORKER_LEFT}
    for seed in range(50):
        kinds = [fault.kind for one in rounds(seed, short=True) for fault in one.faults]
        assert set(kinds) | either == set(Kind)
        assert len(kinds) == len(Kind)


def test_the_long_form_tries_every_kind_before_long_and_fills_its_rounds() -> None:
    for seed in range(20):
        planned = list(islice(rounds(seed), 30))
        kinds = [fault.kind for one in planned for fault in one.faults]
        assert set(kinds) == set(Kind)
        assert len(kinds) >= 130
        for one in planned:
            assert 0 < sum(COSTS[fault.kind].takes for fault in one.faults) <= ROUND_S + 1  # a worker that joins takes a second more


def test_there_is_always_a_worker_left() -> None:
    for seed in range(50):
        for one in islice(rounds(seed), 20):
            workers = one.workers
            for fault in one.faults:
                workers += {Kind.WORKER_JOINED: 1, Kind.WORKER_LEFT: -1}.get(fault.kind, 0)
                assert FEWEST <= workers <= MOST


def test_a_backlog_is_there_first_and_once() -> None:
    for seed in range(50):
        for one in islice(rounds(seed), 20):
            kinds = [fault.kind for fault in one.faults]
            assert Kind.BACKLOG not in kinds[1:]
