"""The live alarm: likelihood-ratio schemes whose false-alarm rate is guaranteed.

Periods run along the last axis; leading axes are separate series, so that thousands of simulated series go through at
once. Null: the mean of a period is at or below its cap μ₀ = c e q. Alternatives: μ₁ = m μ₀, m > 1, mixed with equal
weights. With m < 1 the null is "at or above" and the scheme proves a slowdown. Per period

    Poisson   L = m^y exp(−(m − 1) μ₀)
    NB2       L = ((1 + a μ₀)/(1 + a μ₁))^(y + 1/a) m^y        variance μ + a μ²

and E[L] ≤ 1 at every rate of the null.

| scheme | recursion | guarantee |
|---|---|---|
| e-process, the *alarm* of one deal | E = Σ_j w_j Π_s L_s | P(sup E ≥ 1/α) ≤ α at any stopping time (Ville) |
| standing *watch*: Shiryaev-Roberts | M ← (1 + M) L, averaged over m | mean run to a false ring ≥ 1/α periods |
| CUSUM | W ← max(0, W + y − k), alarm at W ≥ h | run length by a Markov chain |

The watch is no alarm of rate α: at the cap it rings within two years in 37 to 47 of 100 series.

Two things break the guarantee: overdispersion (use NB2) and a cap from an estimated base rate. Against the second,
`alarm_levels` splits α: half for the alarm, half for the upper limit of the base rate (`retrospective.garwood_upper`)
that stands in for its estimate, so that the two together ring falsely with probability at most α.

Sources: Page (1954, Biometrika 41); Lucas (1985, Technometrics 27); Brook and Evans (1972, Biometrika 59); Ramdas,
Grünwald, Vovk and Shafer (2023, Statistical Science 38); Shin, Ramdas and Rinaldo (2024, NEJSDS 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Num
from numpy import ndarray as Array
from scipy.special import gammaln

from tradewar.monitoring.checks import counts_of, positive, probability, require
from tradewar.monitoring.retrospective import garwood_upper

RISE = (1.5, 2.0, 3.0, 4.0)
"""Multiples m of the cap against which a rise is tested."""
FALL = (0.2, 0.35, 0.5, 0.7)
"""Multiples m of the base rate against which a slowdown is proved."""
LEVELS = (*(10 ** (-k / 10) for k in range(61)), 0.05, 0.01)
"""Levels at which an alarm is read: an e-value is told to within a quarter."""


def log_likelihood_ratio(
    counts: Num[Array, "*#series period"],
    cap: float | Float[Array, "*#series #period"],
    multiple: float,
    overdispersion: float | Float[Array, "*#series"] = 0.0,
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
    y, mu0, a = counts_of(counts), np.asarray(cap, dtype=float), np.asarray(overdispersion, dtype=float)[..., None]
    require(bool((mu0 > 0).all()), "cap", "is not above 0", "Give the mean allowed per period")
    require(multiple > 0 and multiple != 1, "multiple", f"is {multiple:g}", "Give a positive multiple other than 1")
    require(bool((a >= 0).all()), "overdispersion", f"is {a.min():g}", "Give a >= 0; 0 is Poisson")
    if not a.any():
        return y * np.log(multiple) - (multiple - 1.0) * mu0
    spread = np.where(a > 0, a, 1.0)
    dispersed = (y + 1.0 / spread) * (np.log1p(spread * mu0) - np.log1p(spread * multiple * mu0))
    return y * np.log(multiple) + np.where(a > 0, dispersed, -(multiple - 1.0) * mu0)


def log_e_process(
    counts: Num[Array, "*#series period"],
    cap: float | Float[Array, "*#series #period"],
    multiples: Sequence[float] = RISE,
    overdispersion: float | Float[Array, "*#series"] = 0.0,
) -> Float[Array, "*series period"]:
    """log E, the equal-weight mixture of likelihood-ratio products. Alarm where E ≥ 1/α, at any time."""
    paths = [np.cumsum(log_likelihood_ratio(counts, cap, m, overdispersion), axis=-1) for m in _one_sided(multiples)]
    return np.logaddexp.reduce(paths, axis=0) - np.log(len(paths))


def log_shiryaev_roberts(
    counts: Num[Array, "*#series period"],
    cap: float | Float[Array, "*#series #period"],
    multiples: Sequence[float] = RISE,
    overdispersion: float | Float[Array, "*#series"] = 0.0,
) -> Float[Array, "*series period"]:
    """log M, the mean over multiples of the Shiryaev-Roberts statistics. Alarm where M ≥ 1/α."""
    ratios = np.stack([log_likelihood_ratio(counts, cap, m, overdispersion) for m in _one_sided(multiples)])
    path = np.empty_like(ratios)
    level = np.full(ratios.shape[:-1], -np.inf)
    for t in range(ratios.shape[-1]):
        level = np.logaddexp(0.0, level) + ratios[..., t]
        path[..., t] = level
    return np.logaddexp.reduce(path, axis=0) - np.log(len(path))


@dataclass(frozen=True, eq=False)
class AlarmLevels:
    """The alarm of each series at every level."""

    e_value: Float[Array, "*series"]
    """1/α of the smallest level at which it has rung; 1 where at none. P(e_value ≥ 1/α) ≤ α at or below the cap."""
    first: Int[Array, "*series level"]
    """First period in which it rings at each level; −1 where it never does."""


def alarm_levels(
    counts: Num[Array, "*series period"],
    base_count: float | Float[Array, "*series"],
    base_exposure: float | Float[Array, "*series"],
    allowed: float | Float[Array, " period"],
    overdispersion: float | Float[Array, "*series"] = 0.0,
    levels: Sequence[float] = LEVELS,
) -> AlarmLevels:
    """The alarm against a cap that is a share of an estimated base rate.

    Args:
        counts: y of the review.
        base_count, base_exposure: S₀ and X₀ of the base period, both divided by φ where counts are overdispersed.
        allowed: ρ e q, so that the cap of a period is `allowed` times the base rate.
        overdispersion: a of NB2.
        levels: α, between 0 and 1.
    """
    alpha = np.asarray(levels, dtype=float)
    upper = np.asarray(
        garwood_upper(np.asarray(base_count)[..., None], np.asarray(base_exposure)[..., None], alpha / 2)
    )
    cap = upper[..., None] * np.asarray(allowed)
    y, a = counts_of(counts)[..., None, :], np.asarray(overdispersion, dtype=float)[..., None]
    rung = log_e_process(y, cap, overdispersion=a) >= np.log(2 / alpha)[:, None]
    ever = rung.any(axis=-1)
    e_value = np.asarray(np.where(ever, 1 / alpha, 1.0).max(axis=-1))
    return AlarmLevels(e_value, np.where(ever, rung.argmax(axis=-1), -1))


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
