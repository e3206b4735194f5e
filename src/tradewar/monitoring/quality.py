"""What a monitor can promise an enforcement mechanism: false-alarm rate, power and delay per review.

| monitor | false-alarm rate | detection power at breach m or shortfall d |
|---|---|---|
| truce, fixed review, alarm at ≥ s events | P(Poisson(μ₀) ≥ s) | P(Poisson(m μ₀) ≥ s) |
| purchases, flag when C_t < c Q Π_t | BetaCDF(c Π_t; κ Π_t, κ(1 − Π_t)) | BetaCDF(c Π_t/(1 − d); same) |
| standing watch (Shiryaev-Roberts) | 1 / mean run length under the cap | alarm within the period, simulated |

The numbers belong to one commitment: detecting a shipment shortfall is not detecting hacking. They are per review
period; convert them with `DetectionQuality.over` before they meet a discount factor of another period.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array
from scipy.special import betainc, gammainc

from tradewar.monitoring.alarm import RISE, first_alarm, log_likelihood_ratio
from tradewar.monitoring.checks import positive, probability, require
from tradewar.monitoring.posterior import MONTHS, Season

SEED = 20190220
SIMULATED_RUNS = 4000


@dataclass(frozen=True)
class DetectionQuality:
    """How well one commitment is watched. The record that `accords` takes."""

    false_alarm_rate: float
    """Probability of an alarm per review period while the commitment is kept."""
    detection_power: float
    """Probability of an alarm per review period under a breach of the stated size."""
    detection_delay: float
    """Expected months from the start of the breach to the alarm, reporting delay included."""
    review_months: float
    """Length of the review period to which the two probabilities refer."""
    breach: str
    """The breach at which power and delay are stated."""

    def over(self, months: float) -> DetectionQuality:
        """The same monitor per period of another length: independent reviews, 1 − (1 − p)^(months/review_months).

        Reviews that share data are not independent; the result is then an upper bound of both rates.
        """
        positive(months, "months")
        reviews = months / self.review_months
        return replace(
            self,
            false_alarm_rate=1 - (1 - self.false_alarm_rate) ** reviews,
            detection_power=1 - (1 - self.detection_power) ** reviews,
            review_months=months,
        )


def count_tail(mean: float, threshold: int, overdispersion: float = 0.0) -> float:
    """P(y ≥ threshold) for Poisson(mean), or NB2 with variance μ + a μ²."""
    positive(mean, "mean")
    if threshold <= 0:
        return 1.0
    if overdispersion == 0:
        return float(gammainc(threshold, mean))
    size = 1.0 / overdispersion
    return float(betainc(threshold, size, mean / (mean + size)))


def truce_review(
    cap_per_month: float,
    threshold: int,
    multiple: float = 2.0,
    months: float = 12.0,
    completeness: float = 1.0,
    overdispersion: float = 0.0,
    reporting_delay: float = 0.0,
) -> DetectionQuality:
    """A review every `months` that alarms at `threshold` events or more.

    Args:
        cap_per_month: c, allowed events per month.
        threshold: s.
        multiple: m, size of the breach.
        months: length of the review.
        completeness: q, share of the events reported by the review.
        overdispersion: a of NB2 for the review total; 0 is Poisson.
        reporting_delay: months by which the data trail the review.
    """
    positive(completeness, "completeness")
    mean = cap_per_month * months * completeness
    power = count_tail(multiple * mean, threshold, overdispersion)
    return DetectionQuality(
        count_tail(mean, threshold, overdispersion),
        power,
        _review_delay(power, months) + reporting_delay,
        months,
        f"rate at {multiple:g} times the cap",
    )


def purchase_review(
    season: Season,
    month: int,
    flag_below: float = 0.8,
    shortfall: float = 0.2,
    concentration: float | None = None,
    reporting_delay: float = 0.0,
) -> DetectionQuality:
    """A yearly review at the end of `month` that flags deliveries below `flag_below` of the prorated target.

    Args:
        season: the season of the base years.
        month: 1 to 11.
        flag_below: c.
        shortfall: d, size of the breach: the year would end at (1 − d) Q.
        concentration: κ; by default that of the season, capped.
        reporting_delay: months by which the data trail the review.
    """
    require(1 <= month < MONTHS, "month", f"is {month}", "Give 1 to 11: at year end the answer is a comparison")
    probability(shortfall, "shortfall")
    positive(flag_below, "flag_below")
    kappa = season.capped() if concentration is None else concentration
    share = float(season.cumulative[month - 1])
    low, high = kappa * share, kappa * (1 - share)
    alarm = float(betainc(low, high, min(flag_below * share, 1.0)))
    power = float(betainc(low, high, min(flag_below * share / (1 - shortfall), 1.0)))
    delay = month + MONTHS * (1 - power) / power + reporting_delay
    return DetectionQuality(alarm, power, delay, float(MONTHS), f"year {100 * shortfall:g} percent short of the target")


def _review_delay(power: float, months: float) -> float:
    # a breach starts on average half a review before the first one; each review then detects with the same probability
    return months * (0.5 + (1 - power) / power) if power > 0 else np.inf


def standing_watch(
    cap_per_month: float,
    alpha: float = 0.05,
    multiple: float = 2.0,
    months: float = 12.0,
    overdispersion: float = 0.0,
    multiples: Sequence[float] = RISE,
    reporting_delay: float = 0.0,
    runs: int = SIMULATED_RUNS,
) -> DetectionQuality:
    """A monthly Shiryaev-Roberts watch, simulated with a fixed seed.

    The false-alarm rate is months / (mean run length at the cap), at most `months` x alpha; power is an alarm within
    `months` of the breach; delay is the mean run length under the breach.
    """
    at_cap = run_lengths(cap_per_month, cap_per_month, alpha, overdispersion, multiples, runs)
    breached = run_lengths(multiple * cap_per_month, cap_per_month, alpha, overdispersion, multiples, runs)
    return DetectionQuality(
        float(min(months / at_cap.mean(), 1.0)),
        float((breached <= months).mean()),
        float(breached.mean()) + reporting_delay,
        months,
        f"rate at {multiple:g} times the cap",
    )


@cache
def ring_share(
    cap_per_month: float, months: int, alpha: float, overdispersion: float = 0.0, runs: int = SIMULATED_RUNS
) -> float:
    """Share of simulated series at the cap in which a Shiryaev-Roberts watch rings within so many months."""
    lengths = run_lengths(cap_per_month, cap_per_month, alpha, overdispersion, runs=runs, horizon=months + 1)
    return float((lengths <= months).mean())


def run_lengths(
    rate: float,
    cap: float,
    alpha: float,
    overdispersion: float = 0.0,
    multiples: Sequence[float] = RISE,
    runs: int = SIMULATED_RUNS,
    horizon: int = 2400,
    seed: int = SEED,
) -> Float[Array, " run"]:
    """Periods to the first Shiryaev-Roberts alarm of simulated series; those without one are cut at `horizon`.

    Counts are Poisson, or NB2 with the same overdispersion that the scheme assumes.
    """
    positive(rate, "rate")
    generator = np.random.default_rng(seed)
    length = np.full(runs, float(horizon))
    open_runs = np.arange(runs)
    block, state, elapsed = 60, np.full((len(multiples), runs), -np.inf), 0
    while elapsed < horizon and len(open_runs):
        counts = simulate_counts(rate, overdispersion, (len(open_runs), block), generator)
        path, state = _resume(counts, cap, multiples, overdispersion, state)
        hit = first_alarm(path, alpha)
        found = hit >= 0
        length[open_runs[found]] = np.minimum(elapsed + hit[found] + 1, horizon)
        open_runs, state, elapsed = open_runs[~found], state[:, ~found], elapsed + block
    return length


def _resume(
    counts: Array, cap: float, multiples: Sequence[float], overdispersion: float, state: Array
) -> tuple[Array, Array]:
    """The Shiryaev-Roberts path continued from a state `(multiple, run)` of log M."""
    ratios = np.stack([log_likelihood_ratio(counts, cap, m, overdispersion) for m in multiples])
    path = np.empty(counts.shape)
    for t in range(counts.shape[-1]):
        state = np.logaddexp(0.0, state) + ratios[..., t]
        path[:, t] = np.logaddexp.reduce(state, axis=0) - np.log(len(multiples))
    return path, state


def simulate_counts(
    mean: float, overdispersion: float, shape: tuple[int, ...], generator: np.random.Generator
) -> Float[Array, ...]:
    """Poisson counts, or NB2 counts with variance μ + a μ²."""
    if overdispersion == 0:
        return generator.poisson(mean, shape).astype(float)
    size = 1.0 / overdispersion
    return generator.negative_binomial(size, size / (size + mean), shape).astype(float)
