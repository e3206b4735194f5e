"""What all visitors of a server share: threads for sliders, places for heavy work, and built-in economies."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from tradewar.web.economies import Economy
from tradewar.web.jobs import Pool

Kind = TypeVar("Kind")
MAX_DISPUTES = 16
"""Days of disputes that are kept."""


class Shared:
    """One for each server."""

    def __init__(self) -> None:
        cores = os.cpu_count() or 2
        self.pool = Pool(places=max(2, cores - 1))
        # solving lets go of the interpreter while it runs
        self._threads = ThreadPoolExecutor(max_workers=max(2, cores), thread_name_prefix="slider")
        self._worlds: dict[str, Economy] = {}
        self._disputes: dict[tuple[str, dt.date | None], Economy] = {}

    async def in_thread(self, work: Callable[..., Kind], *arguments: Any) -> Kind:
        """Light work beside the event loop, which serves everybody."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*arguments))

    async def world(self, name: str, read: Callable[[str], Economy]) -> Economy:
        """A built-in world, read once."""
        if name not in self._worlds:
            self._worlds[name] = await self.in_thread(read, name)
        return self._worlds[name]

    def dispute(self, name: str, day: dt.date | None) -> Economy | None:
        """A dispute that was read before."""
        return self._disputes.get((name, day))

    def keep_dispute(self, name: str, day: dt.date | None, economy: Economy) -> None:
        """Keep what a job has read, under the day asked and the day it is."""
        while len(self._disputes) >= MAX_DISPUTES:
            self._disputes.pop(next(iter(self._disputes)))
        self._disputes[name, day] = self._disputes[name, economy.day] = economy

    def close(self) -> None:
        """End every job."""
        self.pool.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
