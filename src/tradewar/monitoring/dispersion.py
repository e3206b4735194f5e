"""Overdispersion of counts around one rate per segment, in closed form or by one root.

Poisson alarms on overdispersed counts break their promise, and Poisson p-values are too small; both φ (quasi-Poisson)
and a (NB2, variance μ + a μ²) are estimated from Pearson residuals. Periods run along the last axis.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Num
from numpy import ndarray as Array

from tradewar.monitoring.checks import counts_of, require

_STEPS = 100


def segment_means(counts: Num[Array, "*series period"], changes: tuple[int, ...]) -> Float[Array, "*series period"]:
    """The mean of the segment in which each period lies.

    Args:
        counts: events per period.
        changes: first period of each segment but the first, increasing.

    Raises:
        EvidenceError: changes that do not increase inside the series, or no degree of freedom left.
    """
    y = counts_of(counts)
    edges = np.array([0, *changes, y.shape[-1]])
    require(bool((np.diff(edges) > 0).all()), "changes", "do not increase inside the series", "Sort them")
    require(y.shape[-1] > len(edges) - 1, "counts", "leave no degree of freedom", "Give a longer series")
    parts = np.split(y, changes, axis=-1)
    return np.concatenate([np.broadcast_to(part.mean(-1, keepdims=True), part.shape) for part in parts], axis=-1)


def segment_dispersion(
    counts: Num[Array, "*series period"], changes: tuple[int, ...] = ()
) -> Float[Array, "*series"] | float:
    """φ = Pearson χ²/df of the Poisson model with one rate per segment, no trend, equal exposure; 1 without events.

    The closed form of what a Poisson regression on the same steps reports.
    """
    y, mean = counts_of(counts), segment_means(counts, changes)
    found, _ = _pearson(y, mean, np.zeros(y.shape[:-1]))
    return np.where(y.any(axis=-1), found / (y.shape[-1] - len(changes) - 1), 1.0)[()]


def segment_overdispersion(
    counts: Num[Array, "*series period"], changes: tuple[int, ...] = ()
) -> Float[Array, "*series"] | float:
    """a of NB2 by moments: Σ (y − μ)²/(μ + a μ²) = df; 0 where the counts are not overdispersed.

    Source: Breslow (1984, Applied Statistics 33(1)).
    """
    y, mean = counts_of(counts), segment_means(counts, changes)
    freedom, a = y.shape[-1] - len(changes) - 1, np.zeros(y.shape[:-1])
    for _ in range(_STEPS):
        # the sum is convex and falls in a, so that Newton's steps from 0 never pass the root
        found, slope = _pearson(y, mean, a)
        step = np.divide(found - freedom, slope, out=np.zeros_like(a), where=(slope > 0) & (found > freedom))
        a = np.asarray(a + step)
        if (step <= 1e-12 * a).all():
            break
    return a[()]


def _pearson(y: Array, mean: Array, a: Array) -> tuple[Array, Array]:
    """Σ (y − μ)²/(μ + a μ²), and by how much it falls with a."""
    variance = mean + a[..., None] * mean**2
    terms = np.divide((y - mean) ** 2, variance, out=np.zeros_like(y), where=mean > 0)
    slopes = np.divide(terms * mean**2, variance, out=np.zeros_like(y), where=mean > 0)
    return np.asarray(terms.sum(axis=-1)), np.asarray(slopes.sum(axis=-1))
