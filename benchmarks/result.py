"""What a benchmark returns: measures, whether the goal is met, and what was compared."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Options:
    """What the caller of the benchmarks may choose."""

    pairs: int = 5
    """Interleaved pairs per comparison, or runs per time."""
    shocks: int = 10000
    """Random shocks of the robustness run, over all worlds together."""
    draws: int | None = None
    """Draws of each sweep; None = as many as its goal names."""
    inputs: int = 10_000
    """Broken inputs to read."""
    seed: int = 2019


@dataclass(frozen=True)
class Measure:
    """One quantity measured several times."""

    label: str
    unit: str
    minimum: float
    median: float
    maximum: float
    count: int

    @classmethod
    def of(cls, label: str, unit: str, values: Sequence[float]) -> Measure:
        """Minimum, median and maximum of repeated values."""
        return cls(label, unit, min(values), statistics.median(values), max(values), len(values))

    @classmethod
    def single(cls, label: str, unit: str, value: float) -> Measure:
        """A quantity that repetition does not change, such as a count or a residual."""
        return cls(label, unit, value, value, value, 1)


@dataclass(frozen=True)
class Result:
    """The outcome of one benchmark."""

    name: str
    title: str
    method: str
    """What was compared with what, and how, in sentences."""
    measures: tuple[Measure, ...]
    goal: str = ""
    met: bool | None = None
    """None where the benchmark was skipped or has no goal."""
    cells: tuple[str, ...] = ()
    """Lines of a Markdown table that goes below the measures."""
    skipped: str = ""
    """Why it was not run; empty if it was."""
    curve: tuple[dict[str, float | str], ...] = field(default=())
    """Points for the chart of growth: `cells`, `seconds` and `size`."""

    @classmethod
    def skip(cls, name: str, title: str, why: str) -> Result:
        """A benchmark that cannot run here, with the reason."""
        return cls(name, title, "", (), skipped=why)
