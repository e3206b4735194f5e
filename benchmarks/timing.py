"""Wall-clock times, taken in turn so that a drift of the machine falls on all sides of a comparison alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping

Task = Callable[[], object]


def seconds(task: Task, repetitions: int = 1) -> float:
    """Mean wall-clock seconds of a task over back-to-back repetitions, garbage collection held off."""
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        for _ in range(repetitions):
            task()
        return (time.perf_counter() - start) / repetitions
    finally:
        gc.enable()


def interleaved(tasks: Mapping[str, Task], rounds: int, shortest: float = 0.2) -> dict[str, list[float]]:
    """Seconds of each task, measured A B C A B C ... after one unmeasured call of each.

    Args:
        tasks: what to time, by name.
        rounds: measurements of each.
        shortest: a task that takes less than this many seconds is repeated to fill them.
    """
    repetitions = {name: max(1, round(shortest / max(seconds(task), 1e-6))) for name, task in tasks.items()}
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            times[name].append(seconds(task, repetitions[name]))
    return times


def ratios(slower: list[float], faster: list[float]) -> list[float]:
    """The ratio of each interleaved pair."""
    return [a / b for a, b in zip(slower, faster, strict=True)]
