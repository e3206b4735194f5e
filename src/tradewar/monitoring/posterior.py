"""Posterior probability that a commitment is broken, in closed form.

**Truce** (a rate must stay at or below a share ρ of its former level). With y ~ Poisson(λ e q), S = Σ y, X = Σ e q and
the prior Gamma(k, 0), λ | data ~ Gamma(k + S, X), hence

    P(λ₁ > ρ λ₀ | data) = 1 − I_x(k + S₁, k + S₀),    x = ρ X₁ / (ρ X₁ + X₀),

I the regularised incomplete beta function.

**Purchases** (at least Q delivered over a year). Monthly shares of the year are Dirichlet(κ s), s the mean season of
the base years, Π_t = s₁ + … + s_t. The share F_t delivered by month t is Beta(κ Π_t, κ(1 − Π_t)), the annual total is
A = C_t / F_t, and

    P(A < Q | C_t) = [B(R C_t/Q) − B(C_t/Q)] / [B(R C_t/Q) − B(C_t/(R Q))],    B = BetaCDF(·; κ Π_t, κ(1 − Π_t)),

a flat prior on log A between Q/R and Q R, R = `TOTAL_RANGE`, so that a start of the season that carries hardly any
share of it proves nothing. The bounds move the probability only there: without them it is 1 − BetaCDF(C_t / Q; same).
The probability is about delivery, not about fault.

Source: Jeffreys prior and conditional binomial, Przyborowski and Wilenski (1940, Biometrika 31); the Dirichlet season
is the conjugate of a multinomial split of the year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Num
from numpy import ndarray as Array
from scipy.special import betainc, betaincc, betaincinv

from tradewar.monitoring.checks import counts_of, positive, probability, require
from tradewar.monitoring.delay import PRIOR_SHAPE

CONCENTRATION_LIMIT = 200.0
"""κ estimated from a few base years is badly known and often far too large; it is capped here by default."""
MONTHS = 12
TOTAL_RANGE = 100.0
"""R: the total lies between the target over R and R times the target."""


def truce_breach_probability(
    count_before: float,
    count_after: float,
    exposure_before: float,
    exposure_after: float,
    allowed_ratio: float = 0.5,
    prior_shape: float = PRIOR_SHAPE,
    dispersion: float = 1.0,
) -> float:
    """P(λ₁ > ρ λ₀ | data), the first display of the module.

    Args:
        count_before, count_after: S₀ and S₁.
        exposure_before, exposure_after: X = Σ e q of the two windows, in periods.
        allowed_ratio: ρ; 1 asks whether there was no slowdown at all.
        prior_shape: k.
        dispersion: φ, Pearson χ²/df of the segmented model; above 1 both counts are divided by it (quasi-Poisson).

    Raises:
        EvidenceError: a negative count, or an exposure, ratio or dispersion that is not positive.
    """
    first, second = _gamma_shapes(count_before, count_after, prior_shape, dispersion)
    for name, value in (("exposure_before", exposure_before), ("exposure_after", exposure_after)):
        positive(value, name)
    positive(allowed_ratio, "allowed_ratio")
    return float(probability_above(first, second, allowed_ratio * exposure_after / exposure_before))


def probability_above(
    shape_before: float | Float[Array, ...],
    shape_after: float | Float[Array, ...],
    odds: float | Float[Array, ...],
) -> Float[Array, ...] | float:
    """P(λ₁ > ρ λ₀) for λ₀ ~ Gamma(shape_before, X₀) and λ₁ ~ Gamma(shape_after, X₁), element by element; odds ρ X₁/X₀.

    Shapes k + S are the posterior. Shapes 1 + S₀ and S₁ give one minus the p-value of the exact test of "at or below
    the cap" (Przyborowski and Wilenski 1940), which no prior has a part in: 0 where nothing happened after.
    """
    after = np.asarray(shape_after, dtype=float)
    found = betainc(shape_before, np.where(after > 0, after, 1.0), 1.0 / (1.0 + np.asarray(odds)))
    return np.where(after > 0, found, 0.0)[()]


def rate_ratio_quantiles(
    count_before: float,
    count_after: float,
    exposure_before: float,
    exposure_after: float,
    levels: Sequence[float] = (0.025, 0.5, 0.975),
    prior_shape: float = PRIOR_SHAPE,
    dispersion: float = 1.0,
) -> Float[Array, " level"]:
    """Quantiles of λ₁/λ₀: b ~ Beta(k + S₁, k + S₀), ratio (b/(1 − b)) X₀/X₁. Arguments as above."""
    first, second = _gamma_shapes(count_before, count_after, prior_shape, dispersion)
    b = np.asarray(betaincinv(second, first, np.asarray(levels, dtype=float)))
    return b / (1.0 - b) * exposure_before / exposure_after


def _gamma_shapes(before: float, after: float, prior_shape: float, dispersion: float) -> tuple[float, float]:
    counts_of([before, after], "count_before, count_after")
    positive(dispersion, "dispersion")
    positive(prior_shape, "prior_shape")
    scale = max(dispersion, 1.0)
    return prior_shape + before / scale, prior_shape + after / scale


# ---------------------------------------------------------------- purchases


@dataclass(frozen=True, eq=False)
class Season:
    """How a year's deliveries, or those of several years, spread over their months."""

    shares: Float[Array, " month"]
    """s, sums to 1."""
    concentration: float
    """κ by moments from the base years; infinite where their cumulative shares do not vary."""
    base_years: int

    @property
    def cumulative(self) -> Float[Array, " month"]:
        """Π_t; exactly 1 from the last month that takes a share."""
        total = np.cumsum(self.shares)
        total[np.flatnonzero(self.shares)[-1] :] = 1.0
        return total

    def over_years(self, weights: Sequence[float]) -> Season:
        """The season of several years, of which each takes a share of the whole; weights sum to 1."""
        return Season(np.outer(weights, self.shares).ravel(), self.concentration, self.base_years)

    def capped(self, limit: float = CONCENTRATION_LIMIT) -> float:
        """κ, at most `limit`."""
        return min(self.concentration, limit)


def season_of(base: Num[Array, "year month"]) -> Season:
    """Mean season and its concentration: κ = Σ Π(1 − Π) / Σ s² − 1 over months 1 to 11, s² with divisor n − 1.

    Args:
        base: deliveries of complete base years, in any money unit.

    Raises:
        EvidenceError: fewer than two years, not twelve months, or a year without deliveries.
    """
    base = counts_of(base, "base years")
    require(base.shape[1] == MONTHS, "base years", f"have {base.shape[1]} months", "Give twelve columns")
    require(len(base) >= 2, "base years", f"are {len(base)}", "Give at least two: the season's spread is estimated")
    totals = base.sum(axis=1, keepdims=True)
    require(bool((totals > 0).all()), "base years", "one has no deliveries", "Leave that year out")
    by_year = base / totals
    shares = by_year.mean(axis=0)
    cumulative = np.cumsum(shares)[:-1]
    spread = np.cumsum(by_year, axis=1)[:, :-1].var(axis=0, ddof=1).sum()
    with np.errstate(divide="ignore"):
        concentration = float((cumulative * (1 - cumulative)).sum() / spread - 1.0)
    return Season(shares, concentration, len(base))


def uniform_season(concentration: float) -> Season:
    """A season of twelve equal months."""
    positive(concentration, "concentration")
    return Season(np.full(MONTHS, 1.0 / MONTHS), concentration, 0)


def _breach_probability(ratio: float, share: float, kappa: float) -> float:
    """P(A < Q) at C_t / Q = `ratio` below 1 and Π_t = `share` below 1 (second display of the module)."""
    before, after = kappa * share, kappa * (1 - share)
    if before <= 0:
        return float("nan")
    least = 1.0 / TOTAL_RANGE
    found = _between_bounds(ratio, before, after)
    # below this ratio the bounds could make more deliveries look worse
    return max(found, _between_bounds(least, before, after)) if ratio < least else found


def _between_bounds(ratio: float, before: float, after: float) -> float:
    """The display itself, in that of B and 1 − B which keeps its digits."""
    x = np.minimum([TOTAL_RANGE * ratio, ratio, ratio / TOTAL_RANGE], 1.0)
    top, here, bottom = betainc(before, after, x)
    if top > 0.5:
        top, here, bottom = -betaincc(before, after, x)
    if top <= bottom:
        # so little is delivered that only the power of x at 0 is left
        return 1.0 / (1.0 + TOTAL_RANGE**-before)
    return float((top - here) / (top - bottom))


@dataclass(frozen=True)
class PurchasePosterior:
    """Where a purchase commitment stands after some months. Money in the unit of the target."""

    delivered: float
    """C_t."""
    target: float
    """Q."""
    months: int
    cumulative_share: float
    """Π_t."""
    concentration: float
    breach_probability: float
    """P(A < (1 − d) Q); 0 once that amount is delivered, a comparison (0 or 1) once the season has ended, NaN before it
    has begun."""
    prorated_target: float
    """Q Π_t."""
    attainment: float
    """C_t / (Q Π_t); NaN before the season has begun."""
    pace: float
    """C_t / Π_t, the total if the season holds; NaN before it has begun."""
    required_rest: float
    """(Q − C_t)/(1 − Π_t): annual rate needed in the rest of the year; 0 where Q is delivered, infinite after the
    season."""


def purchase_posterior(
    delivered: float,
    target: float,
    months: int,
    season: Season,
    concentration: float | None = None,
    tolerance: float = 0.0,
) -> PurchasePosterior:
    """The posterior of breach after `months` of the year (second display of the module).

    Args:
        delivered: C_t, delivered since January.
        target: Q for the year.
        months: t, from 1 to the months of the season.
        season: the mean season.
        concentration: κ; by default that of the season, capped at `CONCENTRATION_LIMIT`.
        tolerance: d; a breach is delivery below (1 − d) Q.

    Raises:
        EvidenceError: a negative delivery, a target or concentration that is not positive, months outside the season.
    """
    counts_of([delivered], "delivered")
    positive(target, "target")
    horizon = len(season.shares)
    require(1 <= months <= horizon, "months", f"is {months}", f"Give 1 to {horizon} months")
    require(0 <= tolerance < 1, "tolerance", f"is {tolerance:g}, must be in [0, 1)", "Give a fraction such as 0.1")
    kappa = season.capped() if concentration is None else concentration
    positive(kappa, "concentration")
    share = float(season.cumulative[months - 1])
    floor = (1.0 - tolerance) * target
    if delivered >= floor:
        breach = 0.0
    elif share >= 1:
        breach = 1.0
    else:
        breach = _breach_probability(delivered / floor, share, kappa)
    missing = max(target - delivered, 0.0)
    rest = missing / (1 - share) if share < 1 else (np.inf if missing else 0.0)
    prorated = target * share
    attainment, pace = (delivered / prorated, delivered / share) if share > 0 else (float("nan"),) * 2
    return PurchasePosterior(delivered, target, months, share, kappa, breach, prorated, attainment, pace, float(rest))


def forecast_fan(
    delivered: float,
    months: int,
    season: Season,
    levels: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95),
    concentration: float | None = None,
) -> Float[Array, "level month"]:
    """Quantiles of cumulative deliveries in the months after t, given C_t.

    By aggregation of the Dirichlet, C_t / C_u ~ Beta(κ Π_t, κ(Π_u − Π_t)) for u > t.

    Returns:
        One column per remaining month, in the unit of `delivered`; the last is the total. No column where nothing has
        been delivered yet, or no share of the season has passed: there is no pace to go by.
    """
    for level in levels:
        probability(level, "levels")
    kappa = season.capped() if concentration is None else concentration
    cumulative = season.cumulative
    reached, later = cumulative[months - 1], cumulative[months:]
    if reached <= 0 or delivered <= 0:
        return np.empty((len(levels), 0))
    # a month without a share of the season adds nothing
    steps = np.maximum(kappa * (later - reached)[None, :], 1e-9)
    ratio = betaincinv(kappa * reached, steps, 1.0 - np.asarray(levels)[:, None])
    return delivered / np.asarray(ratio)
