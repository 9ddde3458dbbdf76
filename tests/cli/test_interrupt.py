"""Ctrl-C is heard also where the exception that it raises is swallowed."""

import signal
from contextlib import suppress

import pytest

from streams.cli.interrupt import interruptible


def test_it_interrupts_as_ever() -> None:
    with pytest.raises(KeyboardInterrupt), interruptible():
        signal.raise_signal(signal.SIGINT)


def test_it_is_remembered_where_somebody_swallows_it() -> None:
    with interruptible() as interrupted:
        assert not interrupted()
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert interrupted()


def test_afterwards_everything_is_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruptible():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
