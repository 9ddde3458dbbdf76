"""The demo: a broker in memory, a real worker, customers who live in fast motion, and a judgement of what was found."""

from streams.demo.play import run

__all__ = ["run"]
