"""Overdispersion of counts around one rate per segment, in closed form or by one root.

Poisson alarms on overdispersed counts break their promise, and Poisson p-values are too small; both φ (quasi-Poisson)
and a (NB2, variance μ + a μ²) are estimated from Pearson residuals.
"""

from __future__ import annotations

from typing import cast

import numpy as np
from jaxtyping import Float, Num
from numpy import ndarray as Array

from tradewar.monitoring.checks import counts_of, require


def segment_means(counts: Num[Array, " period"], changes: tuple[int, ...]) -> Float[Array, " period"]:
    """The mean of the segment in which each period lies.

    Args:
        counts: events per period.
        changes: first period of each segment but the first, increasing.

    Raises:
        EvidenceError: changes that do not increase inside the series, or no degree of freedom left.
    """
    y = counts_of(counts)
    edges = np.array([0, *changes, len(y)])
    require(bool((np.diff(edges) > 0).all()), "changes", "do not increase inside the series", "Sort them")
    require(len(y) > len(edges) - 1, "counts", "leave no degree of freedom", "Give a longer series")
    return np.repeat([segment.mean() for segment in np.split(y, changes)], np.diff(edges))


def segment_dispersion(counts: Num[Array, " period"], changes: tuple[int, ...] = ()) -> float:
    """φ = Pearson χ²/df of the Poisson model with one rate per segment, no trend, equal exposure; 1 without events.

    The closed form of what a Poisson regression on the same steps reports.
    """
    y, mean = counts_of(counts), segment_means(counts, changes)
    if not y.any():
        return 1.0
    return _pearson(y, mean, 0.0) / (len(y) - len(changes) - 1)


def segment_overdispersion(counts: Num[Array, " period"], changes: tuple[int, ...] = ()) -> float:
    """a of NB2 by moments: Σ (y − μ)²/(μ + a μ²) = df; 0 where the counts are not overdispersed.

    Source: Breslow (1984, Applied Statistics 33(1)).
    """
    from scipy.optimize import brentq

    y, mean = counts_of(counts), segment_means(counts, changes)
    freedom = len(y) - len(changes) - 1
    if not y.any() or _pearson(y, mean, 0.0) <= freedom:
        return 0.0
    upper = 1.0
    while _pearson(y, mean, upper) > freedom:
        upper *= 2.0

    def excess(a: float) -> float:
        return _pearson(y, mean, a) - freedom

    return float(cast(float, brentq(excess, 0.0, upper)))


def _pearson(y: Array, mean: Array, a: float) -> float:
    variance = mean + a * mean**2
    return float(np.divide((y - mean) ** 2, variance, out=np.zeros_like(y), where=mean > 0).sum())
