"""Stopping a run at each of its operations on the file system, as a process that is killed there is stopped.

From the n-th operation on everything fails, so that nothing is put in order on the way out; of a write that fails, half
is written.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tradewar.io import writing

OPERATIONS = ("mkdir", "rename", "replace", "link", "unlink", "rmdir", "fsync", "write", "chmod", "chown")
Content = dict[str, bytes | str | None]


class Stopped(BaseException):
    """The process is gone."""


class Counter:
    """Operations so far, and the one from which on nothing works."""

    def __init__(self, stop: int | None) -> None:
        self.done, self._stop, self._lock = 0, stop, threading.Lock()

    def __call__(self, name: str, function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
        with self._lock:
            self.done += 1
            stopped = self._stop is not None and self.done >= self._stop
            first = self.done == self._stop
        if stopped:
            if name == "write" and first:
                function(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            raise Stopped
        return function(*arguments, **keywords)


@contextmanager
def stopping(stop: int | None) -> Iterator[Counter]:
    """Stop at an operation; None only counts them."""
    counter = Counter(stop)
    with pytest.MonkeyPatch.context() as patch:
        for name in OPERATIONS:
            # nobody pulls the plug here: what reaches the disk when is left to the system
            call = getattr(os, name) if name != "fsync" else (lambda number: None)
            patch.setattr(os, name, partial(counter, name, call))
        opened = os.open

        def opening(path: Any, flags: int, *rest: Any, **keywords: Any) -> int:
            # opening a file to read changes nothing
            run = partial(counter, "open") if flags & os.O_CREAT else (lambda call, *a, **k: call(*a, **k))
            return run(opened, path, flags, *rest, **keywords)

        patch.setattr(os, "open", opening)
        exchange = writing._exchanger()
        if exchange is not None:
            patch.setattr(writing, "_exchanger", lambda: partial(counter, "exchange", exchange))
        yield counter


def content(folder: Path) -> Content:
    """All that lies below a folder, temporary names aside: bytes of files, targets of links, None for a folder."""
    found: Content = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if ".tradewar-" not in name:
            linked = path.is_symlink()
            found[name] = str(path.readlink()) if linked else None if path.is_dir() else path.read_bytes()
    return found


def left_over(folder: Path) -> list[str]:
    """Temporary names below a folder."""
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if ".tradewar-" in path.name]


def check_every_stop(
    prepare: Callable[[], None],
    run: Callable[[], object],
    folder: Path,
    points: int = 50,
    between: Callable[[Content], bool] | None = None,
) -> int:
    """Run to the end, then stop at operation after operation: the folder holds the old or the new whole.

    Args:
        prepare: empties the folder and puts what is there before.
        run: what is stopped.
        folder: all that it writes to.
        points: how many operations at most; if there are more, some are chosen by a fixed seed.
        between: says of a folder that grows whether it may look so on its way.

    Returns:
        How many operations there were.
    """
    prepare()
    old = content(folder)
    with stopping(None) as counter:
        run()
    new, seen = content(folder), {"old": 0, "new": 0}
    assert left_over(folder) == []
    stops = range(1, counter.done + 1)
    for stop in sorted({*random.Random(14).sample(stops, min(points, counter.done)), counter.done}):
        with stopping(None):
            prepare()
        with pytest.raises(Stopped), stopping(stop):
            run()
        found = content(folder)
        if between is None:
            assert found in (old, new), (stop, found.keys() ^ old.keys(), found.keys() ^ new.keys())
            seen["old" if found == old else "new"] += 1
        else:
            assert between(found), (stop, found.keys())
        with stopping(None):
            run()
        assert content(folder) == new, stop
        assert left_over(folder) == [], stop
    assert between or (seen["old"] and seen["new"])
    return counter.done
