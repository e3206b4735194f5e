"""Refusals shared by the numerical modules: a wrong argument becomes an `EvidenceError` that names it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy import ndarray as Array

from tradewar.errors import EvidenceError, Problem


def require(condition: bool | np.bool_, where: str, what: str, fix: str) -> None:
    """Raise an `EvidenceError` with one problem unless the condition holds."""
    if not condition:
        raise EvidenceError(Problem(where, what, fix))


def counts_of(values: Array | Sequence[float] | Sequence[tuple[int, int]], where: str = "counts") -> Array:
    """The values as a float array, refused where one is missing, infinite or negative."""
    array = np.asarray(values, dtype=float)
    wrong = ~np.isfinite(array) | (array < 0)
    if wrong.any():
        places = ", ".join(str(tuple(map(int, place))) for place in np.argwhere(wrong)[:8])
        what = f"{int(wrong.sum())} values are missing, infinite or negative (at {places})"
        raise EvidenceError(Problem(where, what, "A month without events is 0; leave no gap"))
    return array


def probability(value: float, where: str) -> None:
    """Refuse a value outside the open interval (0, 1)."""
    require(
        0.0 < value < 1.0, where, f"is {value:g}, must lie strictly between 0 and 1", "Give a fraction such as 0.05"
    )


def positive(value: float, where: str) -> None:
    """Refuse a value that is not a finite number above 0."""
    require(bool(np.isfinite(value)) and value > 0, where, f"is {value:g}, must be above 0", "Give a positive number")
