"""Reporting delay: how complete the newest counts are, and what will still be reported.

Arrays are `[period, delay]`: period of the event, and how many periods later it was reported. Counts of the newest
periods are always too low, so a fall in them is the default appearance of a delayed series, not evidence.

A delay distribution taken from events that are already attributed is right-truncated and too short. Use cohorts old
enough to be complete, or the reporting triangle.

Sources: Lawless (1994, Canadian Journal of Statistics 22(1)); Kalbfleisch and Lawless (1991, Statistica Sinica 1);
Höhle and an der Heiden (2014, Biometrics 70(4)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Num
from numpy import ndarray as Array

from tradewar.monitoring.checks import counts_of, probability, require

PRIOR_SHAPE = 0.5
"""k of the Gamma(k, 0) prior on the rate: 1/2 is Jeffreys, 0 gives the plain ratio y / q, 1 is flat on the rate."""


@dataclass(frozen=True, eq=False)
class ChainLadder:
    """Development of reports with delay, estimated from a triangle."""

    factors: Float[Array, " step"]
    """f_d, growth of the cumulative count from delay d − 1 to d. Below 1 where reports were withdrawn."""
    ultimate: Float[Array, " period"]
    """Expected final count of each period."""
    completeness: Float[Array, " period"]
    """q, share of the final count already reported."""


def chain_ladder(reports: Num[Array, "period delay"]) -> ChainLadder:
    """Development factors f_d = Σ N[t, d] / Σ N[t, d−1] over the periods seen at both delays; q_t = 1 / Π f_d.

    Args:
        reports: newly reported events, NaN where the delay has not yet passed. Every row is observed from delay 0 to
            some last delay without a gap, and the first row completely.

    Raises:
        EvidenceError: a row with a gap, an incomplete first row, or a delay with no earlier reports to grow from.
    """
    reports = np.asarray(reports, dtype=float)
    seen = np.isfinite(reports)
    require(bool(seen[:, 0].all()), "reports", "some period has no report at delay 0", "Give at least one per row")
    gap = bool((seen[:, 1:] & ~seen[:, :-1]).any())
    require(not gap, "reports", "a row has a gap between two observed delays", "Fill it: a delay without reports is 0")
    require(bool(seen.any(axis=0).all()), "reports", "the longest delay is seen in no period", "Drop that column")
    cumulative = np.cumsum(np.where(seen, reports, 0.0), axis=1)
    both = seen[:, 1:]
    before = np.where(both, cumulative[:, :-1], 0.0).sum(axis=0)
    after = np.where(both, cumulative[:, 1:], 0.0).sum(axis=0)
    require(bool((before > 0).all()), "reports", "no events precede some delay", "Merge periods into longer ones")
    factors = after / before
    last = seen.sum(axis=1) - 1
    growth = np.array([np.prod(factors[k:]) for k in last])
    latest = cumulative[np.arange(len(last)), last]
    return ChainLadder(factors, latest * growth, 1.0 / growth)


def completeness_from_vintages(
    vintages: Num[Array, "vintage period"], final: int = -1
) -> Float[Array, "vintage period"]:
    """q = count in a vintage / count in the final vintage; 1 where the final count is 0.

    Values above 1 are legal: entries of a public tracker are sometimes withdrawn.
    """
    counts = counts_of(vintages, "vintages")
    last = np.broadcast_to(counts[final], counts.shape)
    return np.divide(counts, last, out=np.ones_like(counts), where=last > 0)


def completeness_by_age(
    early: Num[Array, "series period"], late: Num[Array, "series period"], edges: tuple[int, ...] = (6, 18)
) -> Float[Array, " bucket"]:
    """q by age of a period when the early vintage ended, pooled over series: n(early) / n(late).

    Args:
        early, late: counts of the same periods in two vintages; the last period is the newest of the early one.
        edges: first age (in periods, the newest has age 0) of each later bucket; periods older than the last edge are
            taken as complete.

    Returns:
        One value per bucket below the last edge, at most 1; 1 where the late vintage has no event in it.
    """
    first, second = counts_of(early, "early"), counts_of(late, "late")
    require(first.shape == second.shape, "early, late", "have different shapes", "Give the same periods")
    age = np.arange(first.shape[1])[::-1]
    bucket = np.searchsorted(edges, age, side="right")
    result = np.ones(len(edges))
    for k in range(len(edges)):
        seen, final = first[:, bucket == k].sum(), second[:, bucket == k].sum()
        result[k] = min(seen / final, 1.0) if final > 0 and seen > 0 else 1.0
    return result


def completeness_of_age(
    by_age: Float[Array, " bucket"], periods: int, edges: tuple[int, ...] = (6, 18)
) -> Float[Array, " period"]:
    """q of each period of a series whose newest period has age 0 (`completeness_by_age`)."""
    bucket = np.searchsorted(edges, np.arange(periods)[::-1], side="right")
    return np.append(by_age, 1.0)[bucket]


def share_reported_within(delay_days: Num[Array, " event"], days: float) -> tuple[float, int]:
    """Share of events reported within so many days, and the number of events it rests on.

    Negative and missing delays are left out (a report dated before the operation is a coding fault).
    """
    delays = np.asarray(delay_days, dtype=float)
    usable = delays[np.isfinite(delays) & (delays >= 0)]
    require(usable.size > 0, "delay_days", "holds no delay >= 0", "Give delays in days")
    return float((usable <= days).mean()), int(usable.size)


@dataclass(frozen=True, eq=False)
class Nowcast:
    """Final counts expected from what is reported so far. All arrays have the shape of the counts."""

    reported: Float[Array, ...]
    mean: Float[Array, ...]
    standard_deviation: Float[Array, ...]
    low: Float[Array, ...]
    high: Float[Array, ...]
    level: float


def nowcast(
    counts: Num[Array, " period"],
    completeness: Float[Array, " period"],
    prior_shape: float = PRIOR_SHAPE,
    level: float = 0.95,
) -> Nowcast:
    """Unreported events given y reported: NegBin(y + k, q), mean (y + k)(1 − q)/q, variance (y + k)(1 − q)/q².

    Args:
        counts: y, reported so far.
        completeness: q in (0, 1].
        prior_shape: k of the Gamma(k, 0) prior on the rate.
        level: probability of the interval, taken from the quantiles (1 ± level)/2.

    Raises:
        EvidenceError: a completeness outside (0, 1], a negative count.
    """
    y, q = counts_of(counts), np.asarray(completeness, dtype=float)
    require(bool(((q > 0) & (q <= 1)).all()), "completeness", "lies outside (0, 1]", "Give the share already reported")
    require(prior_shape >= 0, "prior_shape", f"is {prior_shape:g}, must be >= 0", "Use 0.5, 0 or 1")
    probability(level, "level")
    size = y + prior_shape
    mean = y + size * (1.0 - q) / q
    spread = np.sqrt(size * (1.0 - q)) / q
    random: Bool[Array, " period"] = (size > 0) & (q < 1)
    shape, share = np.where(random, size, 1.0), np.where(random, q, 0.5)
    tails = ((1 - level) / 2, (1 + level) / 2)
    low, high = (np.where(random, y + _negative_binomial_quantile(p, shape, share), y) for p in tails)
    return Nowcast(y, mean, spread, low, high, level)


def _negative_binomial_quantile(p: float, size: Float[Array, " period"], q: Float[Array, " period"]) -> Array:
    """Smallest k with P(K ≤ k) = I_q(size, k + 1) ≥ p, by doubling and halving."""
    from scipy.special import betainc

    low, high = np.full(len(size), -1.0), np.zeros(len(size))
    while (short := betainc(size, high + 1.0, q) < p).any():
        low, high = np.where(short, high, low), np.where(short, 2.0 * high + 1.0, high)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2.0)
        reached = betainc(size, middle + 1.0, q) >= p
        low, high = np.where(reached, low, middle), np.where(reached & (middle > low), middle, high)
    return high
