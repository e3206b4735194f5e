"""Tests of a change at a date announced beforehand, with controls.

Counts before and after are compared exactly (conditional binomial), and against other sponsors (share test), so that
whatever moves all sponsors alike, such as reporting effort, drops out. Placebo dates and sponsors show how unusual
the true date is. The tipping point says how large a change of detection would explain the result away.

Sources: Clopper and Pearson (1934, Biometrika 26); Fisher (1935, JRSS 98); Abadie, Diamond and Hainmueller (2010,
JASA 105) for placebo inference; Garwood (1936, Biometrika 28) for limits of a Poisson rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Num
from numpy import ndarray as Array
from scipy.special import betaincinv, chdtri, gammaln

from tradewar.monitoring.checks import counts_of, positive, probability, require


@dataclass(frozen=True)
class WindowTest:
    """Rate after over rate before, with an exact test of equality."""

    count_before: float
    count_after: float
    ratio: float
    """(S₁/X₁)/(S₀/X₀); infinite where nothing happened before."""
    p_value: float
    """Exact, two-sided."""
    low: float
    high: float
    """Clopper-Pearson interval at `level`."""
    level: float

    @property
    def tipping_point(self) -> float:
        """A change of detection by this factor alone explains the whole observed ratio."""
        return self.ratio

    @property
    def insignificance_point(self) -> float:
        """A change of detection to this factor suffices to make the result insignificant; 1 if it already is."""
        return float(self.high if self.high < 1 else self.low if self.low > 1 else 1.0)


def window_test(
    count_before: int, count_after: int, exposure_before: float = 1.0, exposure_after: float = 1.0, level: float = 0.95
) -> WindowTest:
    """Conditional on the total, S₁ ~ Binomial(S₀ + S₁, X₁/(X₀ + X₁)) under equal rates.

    Raises:
        EvidenceError: a negative count, no events at all, an exposure that is not positive.
    """
    counts_of([count_before, count_after], "count_before, count_after")
    positive(exposure_before, "exposure_before")
    positive(exposure_after, "exposure_after")
    probability(level, "level")
    total, after = int(count_before + count_after), int(count_after)
    require(total > 0, "counts", "hold no events in either window", "Choose longer windows")
    share = exposure_after / (exposure_before + exposure_after)
    tail, scale = (1 - level) / 2, exposure_before / exposure_after
    low = float(betaincinv(after, total - after + 1, tail)) if after else 0.0
    high = float(betaincinv(after + 1, total - after, 1 - tail)) if after < total else 1.0
    ratio = after / count_before * scale if count_before else np.inf
    events = np.arange(total + 1)
    p_value = _two_sided(
        _log_choose(total, events) + events * np.log(share) + (total - events) * np.log1p(-share), after
    )
    return WindowTest(count_before, count_after, float(ratio), p_value, _odds(low) * scale, _odds(high) * scale, level)


def _log_choose(n: int, k: Array) -> Array:
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


def _two_sided(log_weight: Float[Array, " outcome"], observed: int) -> float:
    """Probability of all outcomes that are at most as likely as the observed one; the weights need not sum to 1.

    Outcomes equal to it but for rounding count, as in R and scipy.
    """
    weight = np.exp(log_weight - log_weight.max())
    return float(min(1.0, weight[weight <= weight[observed] * (1 + 1e-7)].sum() / weight.sum()))


def _fisher(table: Array) -> float:
    """Fisher's exact test of a 2 x 2 table: hypergeometric given both margins."""
    (a, _), (c, _) = table
    first, second, column = int(table[0].sum()), int(table[1].sum()), int(a + c)
    outcomes = np.arange(max(0, column - second), min(first, column) + 1)
    return _two_sided(_log_choose(first, outcomes) + _log_choose(second, column - outcomes), int(a - outcomes[0]))


def _odds(p: float) -> float:
    return p / (1.0 - p) if p < 1 else np.inf


@dataclass(frozen=True)
class ShareTest:
    """Odds of the sponsor against its controls, after over before (a difference in differences of log counts)."""

    sponsor: tuple[int, int]
    """Counts of the sponsor before and after."""
    controls: tuple[int, int]
    """Counts of the controls before and after: a change in the controls themselves is not removed, so it is shown."""
    odds_ratio: float
    """NaN where a window of the controls, or the sponsor before, is empty on both sides."""
    p_value: float
    """Fisher's exact test, two-sided."""


def share_test(sponsor: tuple[int, int], controls: tuple[int, int]) -> ShareTest:
    """Fisher's exact test of (sponsor, controls) x (before, after).

    Any factor common to sponsor and controls cancels from the odds ratio.
    """
    table = counts_of([sponsor, controls], "sponsor, controls").astype(int)
    above, below = table[0, 1] * table[1, 0], table[0, 0] * table[1, 1]
    odds_ratio = above / below if below else (np.inf if above else np.nan)
    p_value = _fisher(table)
    return ShareTest(sponsor, controls, float(odds_ratio), p_value)


def controls_left_out(sponsor: tuple[int, int], controls: Mapping[str, tuple[int, int]]) -> dict[str, ShareTest]:
    """The share test repeated without each control in turn, by the name of the control left out."""
    totals = np.array(list(controls.values())).sum(axis=0)
    tests: dict[str, ShareTest] = {}
    for name, (before, after) in controls.items():
        rest = (int(totals[0] - before), int(totals[1] - after))
        if sum(rest):
            tests[name] = share_test(sponsor, rest)
    return tests


@dataclass(frozen=True, eq=False)
class PlaceboDates:
    """The window ratio at every date at which it could be computed."""

    position: Int[Array, " split"]
    """First period of the later window."""
    before: Float[Array, " split"]
    after: Float[Array, " split"]

    @property
    def ratio(self) -> Float[Array, " split"]:
        """After over before."""
        return self.after / self.before

    def rank(self, position: int) -> int:
        """Rank of a date among all, 1 = smallest ratio.

        Raises:
            EvidenceError: if the date is not among the splits.
        """
        place = np.flatnonzero(self.position == position)
        fix = "Choose a date with full windows on both sides and enough events before"
        require(len(place) == 1, "position", f"{position} is not among the placebo dates", fix)
        return 1 + int((self.ratio < self.ratio[place[0]]).sum())


def placebo_dates(counts: Num[Array, " period"], window: int = 24, minimum_before: int = 10) -> PlaceboDates:
    """Counts in the windows before and after every split with full windows and at least `minimum_before` events before.

    Raises:
        EvidenceError: a series shorter than two windows, or without any admissible split.
    """
    y = counts_of(counts)
    require(len(y) >= 2 * window, "counts", f"have {len(y)} periods", f"Give at least {2 * window}")
    running = np.concatenate([[0.0], np.cumsum(y)])
    split = np.arange(window, len(y) - window + 1)
    before = running[split] - running[split - window]
    after = running[split + window] - running[split]
    usable = before >= max(minimum_before, 1)
    require(bool(usable.any()), "counts", f"no split has {minimum_before} events before it", "Lower minimum_before")
    return PlaceboDates(split[usable], before[usable], after[usable])


def garwood_limits(count: float, exposure: float, alpha: float = 0.025) -> tuple[float, float]:
    """One-sided exact limits of a Poisson rate, each missed with probability at most alpha.

    Lower χ²(α; 2S)/(2X), upper χ²(1 − α; 2S + 2)/(2X). A cap set as a share of an *estimated* base rate keeps the
    alarm's guarantee only with the limit in place of the estimate; the total false-alarm probability is then at most
    that of the alarm plus alpha.
    """
    counts_of([count], "count")
    positive(exposure, "exposure")
    probability(alpha, "alpha")
    low = float(chdtri(2 * count, 1 - alpha)) / (2 * exposure) if count else 0.0
    return low, float(garwood_upper(count, exposure, alpha))


def garwood_upper(
    count: float | Float[Array, ...], exposure: float | Float[Array, ...], alpha: float | Float[Array, ...]
) -> Float[Array, ...] | float:
    """The upper of `garwood_limits`, element by element."""
    return chdtri(2 * np.asarray(count) + 2, alpha) / (2 * np.asarray(exposure))
