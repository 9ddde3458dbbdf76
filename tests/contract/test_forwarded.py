"""The copy of a misrouted record says where the original lies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.forwarded import FORWARDED_HEADER, origin_header, origins


@given(st.integers(0, 2**31 - 1), st.integers(0, 2**63 - 1))
def test_the_place_that_is_written_is_read_back(partition: int, offset: int) -> None:
    assert list(origins([("other", b"1/2"), origin_header(partition, offset)])) == [(partition, offset)]


def test_a_copy_of_a_copy_names_both_places() -> None:
    assert list(origins([origin_header(1, 7), origin_header(2, 9)])) == [(1, 7), (2, 9)]


@pytest.mark.parametrize(
    "value", [None, b"", b"/", b"1", b"1/", b"/1", b"-1/2", b"1/2/3", b"a/b", b"1/2\n", b"\xff/1", "٣/٤".encode(), b"1/" + b"9" * 5000]
)
def test_a_header_that_names_no_place_is_passed_over(value: bytes | None) -> None:
    assert list(origins([(FORWARDED_HEADER, value)])) == []
