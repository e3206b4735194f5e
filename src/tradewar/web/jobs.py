"""Heavy work in processes of its own: a bounded number at once, with progress, a time limit, and a way to stop it.

Each job has a process, so that it can be ended at any moment and cannot slow the sliders of anybody else: processes
run at a lower priority than the server. Jobs wait in line for a free place; a line that is full refuses.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Literal

from tradewar.errors import TradewarError

Work = Callable[..., Any]
"""A function of a module, whose last argument is told what is being done."""
State = Literal["waiting", "running", "done", "failed", "cancelled"]
SECONDS = 600.0
WAITING = 20
NICENESS = 10
_BEAT = 0.05
"""Seconds between looks at a running job."""


class Busy(TradewarError):
    """Every place is taken and the line is full."""


@dataclass(eq=False)
class Job:
    """One piece of heavy work, seen from the server."""

    title: str
    state: State = "waiting"
    said: str = ""
    """What is being done."""
    result: Any = None
    error: str = ""
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def finished(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ("done", "failed", "cancelled")

    def cancel(self) -> None:
        """End it, now or before it begins."""
        self._stop.set()


class Pool:
    """Places for jobs, shared by all visitors of a server."""

    def __init__(self, places: int, *, waiting: int = WAITING, seconds: float = SECONDS) -> None:
        self._free = threading.Semaphore(places)
        self._room = threading.Semaphore(places + waiting)
        self._seconds = seconds
        self._jobs: set[Job] = set()
        self._context = multiprocessing.get_context(_method())

    def start(self, title: str, work: Work, *arguments: Any) -> Job:
        """Begin a job as soon as there is a place.

        Raises:
            Busy: if the line is full.
        """
        if not self._room.acquire(blocking=False):
            raise Busy("The server is busy: too many runs are waiting. Try again in a few minutes.")
        job = Job(title, said="Waiting for a free place")
        self._jobs.add(job)
        threading.Thread(target=self._follow, args=(job, work, arguments), daemon=True).start()
        return job

    def close(self) -> None:
        """End every job."""
        for job in tuple(self._jobs):
            job.cancel()

    def _follow(self, job: Job, work: Work, arguments: tuple[Any, ...]) -> None:
        try:
            while not self._free.acquire(timeout=_BEAT):
                if job._stop.is_set():
                    job.state = "cancelled"
                    return
            try:
                self._run(job, work, arguments)
            finally:
                self._free.release()
        finally:
            self._jobs.discard(job)
            self._room.release()

    def _run(self, job: Job, work: Work, arguments: tuple[Any, ...]) -> None:
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_child, args=(theirs, work, arguments), daemon=True)
        process.start()
        theirs.close()
        job.said = job.title
        job.state = "running"
        try:
            _listen(job, ours, time.monotonic() + self._seconds)
        finally:
            ours.close()
            process.kill()
            process.join()
            process.close()


def _listen(job: Job, messages: Connection, until: float) -> None:
    """Take what a process tells until it ends, is stopped or runs out of time."""
    while True:
        if job._stop.is_set():
            job.state = "cancelled"
            return
        if time.monotonic() > until:
            job.error, job.state = "It took longer than the server allows, and was ended.", "failed"
            return
        if not messages.poll(_BEAT):
            continue
        try:
            kind, content = messages.recv()
        except (EOFError, OSError):
            job.error, job.state = "It ended without a result; the server may be short of memory.", "failed"
            return
        if kind == "said":
            job.said = content
        elif kind == "done":
            job.result, job.state = content, "done"
            return
        else:
            job.error, job.state = content, "failed"
            return


def _child(messages: Connection, work: Work, arguments: tuple[Any, ...]) -> None:
    """The life of a process: do the work, tell what is done, send the result or what went wrong."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICENESS)
    try:
        messages.send(("done", work(*arguments, lambda text: messages.send(("said", str(text))))))
    except TradewarError as error:
        messages.send(("failed", str(error)))
    except MemoryError:
        messages.send(("failed", "It needs more memory than there is."))
    except Exception as error:
        messages.send(("failed", f"This is a defect of tradewar, not of your input: {type(error).__name__}."))


def _method() -> str:
    """A server of forks, which has no threads and opens no sockets, where there is one; else a new interpreter."""
    methods = multiprocessing.get_all_start_methods()
    if "forkserver" not in methods:
        return "spawn"
    multiprocessing.set_forkserver_preload(["tradewar.web.work"])
    return "forkserver"
