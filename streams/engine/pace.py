"""How much may be admitted between two checkpoints: what one settles of a partition number, nothing else can interrupt."""

import asyncio


class Pace:
    def __init__(self, limit: int) -> None:
        """`limit` in records."""
        self._limit = limit
        self._admitted = 0
        self._go = asyncio.Event()
        self._go.set()
        self.hurry = asyncio.Event()
        """Set when the agents wait for the next checkpoint."""

    def admitted(self, records: int) -> None:
        self._admitted += records
        if self._admitted >= self._limit:
            self._go.clear()
            self.hurry.set()

    def settled(self) -> None:
        """All that was admitted has its place in a checkpoint."""
        self._admitted = 0
        self._go.set()
        self.hurry.clear()

    def behind(self) -> None:
        """A checkpoint could not settle all that was due: the next comes at once, and before it nothing more is admitted."""
        self._go.clear()
        self.hurry.set()

    async def go(self) -> None:
        """Returns when more may be admitted."""
        await self._go.wait()
