"""The live alarm: likelihood-ratio schemes whose false-alarm rate is guaranteed.

Periods run along the last axis; leading axes are separate series, so that thousands of simulated series go through at
once. Null: the mean of a period is at or below its cap μ₀ = c e q. Alternatives: μ₁ = m μ₀, m > 1, mixed with equal
weights. With m < 1 the null is "at or above" and the scheme proves a slowdown. Per period

    Poisson   L = m^y exp(−(m − 1) μ₀)
    NB2       L = ((1 + a μ₀)/(1 + a μ₁))^(y + 1/a) m^y        variance μ + a μ²

and E[L] ≤ 1 at every rate of the null.

| scheme | recursion | guarantee |
|---|---|---|
| one deal, one horizon: e-process | E = Σ_j w_j Π_s L_s | P(sup E ≥ 1/α) ≤ α at any stopping time (Ville) |
| standing watch: Shiryaev-Roberts | M ← (1 + M) L, averaged over m | mean run to a false alarm ≥ 1/α periods |
| CUSUM | W ← max(0, W + y − k), alarm at W ≥ h | run length by a Markov chain |

Two things break the guarantee: overdispersion (use NB2) and a cap from an estimated base rate (use
`retrospective.garwood_limits`).

Sources: Page (1954, Biometrika 41); Lucas (1985, Technometrics 27); Brook and Evans (1972, Biometrika 59); Ramdas,
Grünwald, Vovk and Shafer (2023, Statistical Science 38); Shin, Ramdas and Rinaldo (2024, NEJSDS 2).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int, Num
from numpy import ndarray as Array
from scipy.special import gammaln

from tradewar.monitoring.checks import counts_of, positive, probability, require

RISE = (1.5, 2.0, 3.0, 4.0)
"""Multiples m of the cap against which a rise is tested."""
FALL = (0.2, 0.35, 0.5, 0.7)
"""Multiples m of the base rate against which a slowdown is proved."""


def log_likelihood_ratio(
    counts: Num[Array, "*series period"],
    cap: float | Float[Array, " period"],
    multiple: float,
    overdispersion: float = 0.0,
) -> Float[Array, "*series period"]:
    """log L of each period (first display of the module).

    Args:
        counts: y.
        cap: μ₀, the mean allowed in each period, completeness included.
        multiple: m, not 1.
        overdispersion: a of NB2; 0 is Poisson.

    Raises:
        EvidenceError: a cap or multiple that is not positive, a multiple of 1, a negative overdispersion.
    """
    y, mu0 = counts_of(counts), np.asarray(cap, dtype=float)
    require(bool((mu0 > 0).all()), "cap", "is not above 0", "Give the mean allowed per period")
    require(multiple > 0 and multiple != 1, "multiple", f"is {multiple:g}", "Give a positive multiple other than 1")
    require(overdispersion >= 0, "overdispersion", f"is {overdispersion:g}", "Give a >= 0; 0 is Poisson")
    if overdispersion == 0:
        return y * np.log(multiple) - (multiple - 1.0) * mu0
    a = overdispersion
    return y * np.log(multiple) + (y + 1.0 / a) * (np.log1p(a * mu0) - np.log1p(a * multiple * mu0))


def log_e_process(
    counts: Num[Array, "*series period"],
    cap: float | Float[Array, " period"],
    multiples: Sequence[float] = RISE,
    overdispersion: float = 0.0,
) -> Float[Array, "*series period"]:
    """log E, the equal-weight mixture of likelihood-ratio products. Alarm where E ≥ 1/α, at any time."""
    paths = [np.cumsum(log_likelihood_ratio(counts, cap, m, overdispersion), axis=-1) for m in _one_sided(multiples)]
    return np.logaddexp.reduce(paths, axis=0) - np.log(len(paths))


def log_shiryaev_roberts(
    counts: Num[Array, "*series period"],
    cap: float | Float[Array, " period"],
    multiples: Sequence[float] = RISE,
    overdispersion: float = 0.0,
) -> Float[Array, "*series period"]:
    """log M, the mean over multiples of the Shiryaev-Roberts statistics. Alarm where M ≥ 1/α."""
    ratios = np.stack([log_likelihood_ratio(counts, cap, m, overdispersion) for m in _one_sided(multiples)])
    path = np.empty_like(ratios)
    level = np.full(ratios.shape[:-1], -np.inf)
    for t in range(ratios.shape[-1]):
        level = np.logaddexp(0.0, level) + ratios[..., t]
        path[..., t] = level
    return np.logaddexp.reduce(path, axis=0) - np.log(len(path))


def _one_sided(multiples: Sequence[float]) -> Sequence[float]:
    sides = {m > 1 for m in multiples}
    fix = "Use multiples all above 1 (a rise) or all below 1 (a slowdown)"
    require(len(sides) == 1, "multiples", "lie on both sides of 1, or are none", fix)
    return multiples


def first_alarm(log_path: Float[Array, "*series period"], alpha: float) -> Int[Array, "*series"]:
    """First period at which the path reaches 1/α; −1 where it never does."""
    probability(alpha, "alpha")
    above = log_path >= -np.log(alpha)
    return np.where(above.any(axis=-1), above.argmax(axis=-1), -1)


def combine_e_values(e_values: Sequence[float], independent: bool) -> float:
    """One e-value from several: the product of independent ones, the mean of dependent ones.

    All trackers fed by the press are dependent.
    """
    values = counts_of(e_values, "e_values")
    require(values.size > 0, "e_values", "are none", "Give at least one")
    return float(values.prod() if independent else values.mean())


def poisson_divergence(cap: float, mean: float) -> float:
    """KL(mean ‖ cap) = μ₁ log(μ₁/μ₀) − μ₁ + μ₀, information per period."""
    positive(cap, "cap")
    positive(mean, "mean")
    return float(mean * np.log(mean / cap) - mean + cap)


def approximate_delay(alpha: float, cap: float, mean: float) -> float:
    """log(1/α)/KL periods from a rise to the alarm; an approximation, often a third too high."""
    probability(alpha, "alpha")
    return float(-np.log(alpha) / poisson_divergence(cap, mean))


def cusum_run_length(rate: float, reference: int, threshold: int) -> float:
    """Mean periods to alarm of the CUSUM W ← max(0, W + y − k), W ≥ h, for y ~ Poisson(rate).

    Args:
        rate: mean of y.
        reference: k, a whole number.
        threshold: h, a whole number >= 1.

    Source: Brook and Evans (1972): (I − P) L = 1 on the states 0 … h − 1; the answer is L[0].
    """
    positive(rate, "rate")
    require(threshold >= 1, "threshold", f"is {threshold}", "Give a whole number >= 1")
    state = np.arange(threshold)
    step = state[None, :] - state[:, None] + reference
    chain = np.where(step >= 0, _poisson_pmf(np.maximum(step, 0), rate), 0.0)
    # every outcome that would leave the walk at or below 0 puts it at 0
    chain[:, 0] = [_poisson_pmf(np.arange(reference - w + 1), rate).sum() for w in state]
    return float(np.linalg.solve(np.eye(threshold) - chain, np.ones(threshold))[0])


def _poisson_pmf(k: Int[Array, ...], rate: float) -> Float[Array, ...]:
    return np.exp(k * np.log(rate) - rate - gammaln(k + 1.0))
