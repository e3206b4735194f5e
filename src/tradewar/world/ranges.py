"""`Range`: low, base and high of a figure, over what, and how much of the doubt lies inside; `vary` makes every one.

    vary(base, draws, over="draws of the elasticities", coverage=0.9)    the middle 90 percent of draws
    vary(base, others, over="published sets of elasticities")             from the lowest to the highest, base included

A range of a difference is made from differences: take both sides under the same draw first. Sign convention: a range
with zero inside does not decide a sign, and nobody is then called a gainer or a loser.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from tradewar.io.serialize import Document

TAIL = 8
"""A quantile is named only if at least so many draws lie beyond it on average."""
OUTSIDE = "the base lies {side} this range: what is assumed is not the middle of what is drawn"
"""Why a base value may lie outside the quantiles of draws, where the maker of the range knows nothing closer."""


@dataclass(frozen=True)
class Range(Document, optional="coverage outside"):
    """How far a figure may lie from its base value; all in the unit of the figure."""

    low: float
    high: float
    base: float
    """The figure itself, under what is assumed."""
    over: str
    """What was varied, in words."""
    coverage: float | None = None
    """Share of the draws inside; None where it reaches from the lowest to the highest value."""
    outside: str | None = None
    """Why the base value does not lie inside; None where it does."""

    @property
    def decided(self) -> int:
        """Sign of the figure: 1 or −1 where all of the range has it, 0 where it is not identified."""
        return int(self.low > 0.0) - int(self.high < 0.0)

    @property
    def holds_base(self) -> bool:
        """Whether the base value lies inside; not where nothing is known."""
        return self.low <= self.base <= self.high

    @property
    def width(self) -> float:
        """High less low."""
        return self.high - self.low

    def times(self, factor: float) -> Range:
        """The same in another unit; `factor` > 0."""
        return replace(self, low=factor * self.low, high=factor * self.high, base=factor * self.base)


def enough(draws: int, coverage: float) -> bool:
    """Whether so many draws say where the tails outside `coverage` begin."""
    return draws * 0.5 * (1.0 - coverage) >= TAIL * (1.0 - 1e-9)


def vary(
    base: float,
    values: Iterable[float],
    *,
    over: str,
    coverage: float | None = None,
    outside: str = "",
) -> Range:
    """The range of a figure from what it is under other assumptions.

    Args:
        base: the figure under what is assumed.
        values: the same figure under each draw or named set; what is not finite is left out.
        over: what was varied, in words.
        coverage: share of the draws to hold, the same share beyond either end; None for the lowest to the highest of
            the values and the base.
        outside: why the base value may lie outside quantiles of draws, if the reader should be told more than that.

    Returns:
        The range; NaN at both ends where no value is finite.

    Raises:
        ValueError: if a coverage is not between 0 and 1, or there are too few draws for its tails.
    """
    known = np.fromiter(values, dtype=float)
    known = known[np.isfinite(known)]
    if coverage is None:
        known = np.append(known, base) if math.isfinite(base) else known
        low, high = (float(known.min()), float(known.max())) if len(known) else (math.nan, math.nan)
        return Range(low, high, base, over)
    if not 0.0 < coverage < 1.0:
        raise ValueError(f"a coverage of {coverage:g} is not between 0 and 1")
    if len(known) and not enough(len(known), coverage):
        raise ValueError(f"{len(known)} draws are too few for a range of {100 * coverage:g} percent")
    tail = 0.5 * (1.0 - coverage)
    low, high = map(float, np.quantile(known, (tail, 1.0 - tail))) if len(known) else (math.nan, math.nan)
    beyond = "above" if base > high else "below" if base < low else ""
    reason = (outside or OUTSIDE.format(side=beyond)) if beyond else None
    return Range(low, high, base, over, coverage, reason)
