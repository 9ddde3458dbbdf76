"""How many records wait in memory between the broker and the agents; not how many chunks, which differ in size.

A large record counts as several: else a channel that sends megabytes would fill the memory long before the limit."""

import asyncio


class ReadAhead:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._room = asyncio.Event()
        self._room.set()
        self.records = 0

    def queued(self, records: int) -> None:
        self.records += records
        self._tell()

    def taken(self, records: int) -> None:
        self.records -= records
        self._tell()

    def dropped(self) -> None:
        """All that was queued has been thrown away."""
        self.records = 0
        self._tell()

    async def room(self) -> None:
        await self._room.wait()

    def _tell(self) -> None:
        if self.records < self._limit:
            self._room.set()
        else:
            self._room.clear()
