"""A chunk that is in no queue is missed, and one that is only in Faust's hands is not."""

from collections import deque

from streams.engine.queued import Queued


class Queue:
    def __init__(self) -> None:
        self.chunks: deque[str] = deque()

    def qsize(self) -> int:
        return len(self.chunks)


def put(queued: Queued, queue: Queue, *chunks: str) -> None:
    for chunk in chunks:
        queued.put("touchpoints.chat", queue, chunk)
        queue.chunks.append(chunk)


def test_what_lies_in_its_queue_is_not_lost_however_long() -> None:
    queued, queue = Queued(), Queue()
    put(queued, queue, "a", "b")
    assert [queued.lost() for _ in range(3)] == [None, None, None]


def test_what_the_agent_has_is_nobody_elses_concern() -> None:
    queued, queue = Queued(), Queue()
    put(queued, queue, "a", "b")
    queue.chunks.popleft()
    queued.received("touchpoints.chat")
    assert [queued.lost() for _ in range(2)] == [None, None]


def test_one_on_its_way_from_the_queue_to_the_agent_is_given_a_moment() -> None:
    queued, queue = Queued(), Queue()
    put(queued, queue, "a", "b")
    queue.chunks.popleft()
    assert queued.lost() is None
    queued.received("touchpoints.chat")
    queue.chunks.popleft()
    assert queued.lost() is None  # another one is under way now


def test_the_last_chunk_of_a_topic_is_missed_although_nothing_comes_after_it() -> None:
    queued, queue = Queued(), Queue()
    put(queued, queue, "a")
    queue.chunks.clear()
    assert [queued.lost(), queued.lost()] == [None, "a"]


def test_what_an_assignment_leaves_behind_is_dropped_on_purpose() -> None:
    queued, queue = Queued(), Queue()
    put(queued, queue, "a")
    queue.chunks.clear()
    assert queued.lost() is None
    queued.clear()
    assert queued.lost() is None
