"""Segmented regression of counts on steps, in closed form: what a Poisson and an NB2 regression report, without one.

    log μ_t = a + Σ_j g_j 1[t ≥ T_j] + log(e_t)

With steps alone the segments have nothing in common, so the Poisson estimate of a segment's rate is its count over its
exposure, and the variance of a log ratio is the sum of the two segments' variances:

| errors | variance of a segment's log rate |
|---|---|
| Poisson | 1 / Σ y |
| NB2, variance μ + α μ² | 1 / Σ μ (1 + α y) / (1 + α μ)², the observed information |
| HAC | Newey and West (1987) with Bartlett weights on the scores y − μ, which reach across segments |

The rates of NB2 solve Σ (y − μ)/(1 + α μ) = 0 in each segment; α is found by one search on its profile likelihood.
`segmented.segmented_regression` fits the same by iteration with statsmodels, and also takes a trend.

Sources: Cameron and Trivedi (2013, Regression Analysis of Count Data, sections 3.2 and 3.3); Newey and West (1987,
Econometrica 55(3)).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, cast

import numpy as np
from jaxtyping import Float, Num
from numpy import ndarray as Array

from tradewar.errors import NoSolutionError
from tradewar.monitoring.checks import counts_of, require
from tradewar.monitoring.segmented import HAC_LAGS, SegmentedFit

_LARGEST_OVERDISPERSION = 100.0


def segmented_steps(
    counts: Num[Array, " period"], changes: Sequence[int], exposure: Float[Array, " period"] | None = None
) -> SegmentedFit:
    """Fit the model of the module.

    Args:
        counts: events per period.
        changes: first period of each later segment, increasing.
        exposure: e q, effort times completeness; 1 by default.

    Raises:
        EvidenceError: changes outside the series, or a segment without events.
        NoSolutionError: the NB2 likelihood has no maximum below α = 100.
    """
    y = counts_of(counts)
    e = np.ones(len(y)) if exposure is None else np.asarray(exposure, dtype=float)
    edges = (0, *changes, len(y))
    require(all(a < b for a, b in pairwise(edges)), "changes", "do not increase inside the series", "Sort them")
    empty = [k for k, (a, b) in enumerate(pairwise(edges)) if y[a:b].sum() == 0]
    require(not empty, "counts", f"segment {empty} has no events, so its rate ratio is 0", "Use window_test instead")
    segment = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
    n = len(edges) - 1
    events = np.bincount(segment, y, n)
    rate = events / np.bincount(segment, e, n)
    mean = rate[segment] * e
    dispersion = float(((y - mean) ** 2 / mean).sum() / (len(y) - n))
    poisson_p = _p_values(np.log(rate), np.diag(1 / events))
    hac_p = _p_values(np.log(rate), _hac_covariance(y - mean, segment, events))
    if dispersion <= 1:
        return SegmentedFit(_ratios(rate), poisson_p, hac_p, dispersion, _ratios(rate), poisson_p, 0.0)
    alpha = _overdispersion(y, e, segment, rate)
    rate_nb = _rates(y, e, segment, rate, alpha)
    mean_nb = rate_nb[segment] * e
    information = np.bincount(segment, mean_nb * (1 + alpha * y) / (1 + alpha * mean_nb) ** 2, n)
    nb_p = _p_values(np.log(rate_nb), np.diag(1 / information))
    return SegmentedFit(_ratios(rate), poisson_p, hac_p, dispersion, _ratios(rate_nb), nb_p, alpha)


def _ratios(rate: Float[Array, " segment"]) -> Float[Array, " change"]:
    return rate[1:] / rate[:-1]


def _p_values(log_rate: Float[Array, " segment"], covariance: Float[Array, "segment segment"]) -> Array:
    """Two-sided, normal, of each difference of neighbouring log rates."""
    from scipy.special import ndtr

    contrast = np.diff(np.eye(len(log_rate)), axis=0)
    error = np.sqrt(np.diag(contrast @ covariance @ contrast.T))
    return 2 * ndtr(-np.abs(contrast @ log_rate) / error)


def _hac_covariance(score: Float[Array, " period"], segment: Array, events: Float[Array, " segment"]) -> Array:
    """Sandwich of the log rates: the information of a segment is its count."""
    design = np.eye(len(events))[segment] * score[:, None]
    middle = design.T @ design
    for lag in range(1, HAC_LAGS + 1):
        across = design[lag:].T @ design[:-lag]
        middle += (1 - lag / (HAC_LAGS + 1)) * (across + across.T)
    return middle / np.outer(events, events)


def _rates(y: Array, e: Array, segment: Array, rate: Array, alpha: float) -> Array:
    """NB2 rates at a given α, by Newton's steps on the log rate; under equal exposure they are the Poisson's."""
    log_rate = np.log(rate)
    for _ in range(50):
        mean = np.exp(log_rate)[segment] * e
        gradient = np.bincount(segment, (y - mean) / (1 + alpha * mean), len(rate))
        information = np.bincount(segment, mean * (1 + alpha * y) / (1 + alpha * mean) ** 2, len(rate))
        step = gradient / information
        log_rate = log_rate + step
        if np.abs(step).max() < 1e-12:
            break
    return np.exp(log_rate)


def _overdispersion(y: Array, e: Array, segment: Array, rate: Array) -> float:
    from scipy.optimize import minimize_scalar
    from scipy.special import gammaln, xlogy

    def minus_likelihood(log_alpha: float) -> float:
        alpha = float(np.exp(log_alpha))
        mean = _rates(y, e, segment, rate, alpha)[segment] * e
        terms = gammaln(y + 1 / alpha) - gammaln(1 / alpha) - (y + 1 / alpha) * np.log1p(alpha * mean)
        return -float((terms + xlogy(y, alpha * mean)).sum())

    limits = (-12.0, float(np.log(_LARGEST_OVERDISPERSION)))
    found = cast(Any, minimize_scalar(minus_likelihood, bounds=limits, method="bounded", options={"xatol": 1e-9}))
    alpha = float(np.exp(found.x))
    if alpha > 0.99 * _LARGEST_OVERDISPERSION:
        raise NoSolutionError(f"negative binomial likelihood has no maximum below overdispersion {alpha:.0f}")
    return alpha
