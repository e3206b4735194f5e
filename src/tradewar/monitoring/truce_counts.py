"""What the counts of one review say: probabilities of a breach, and the alarm. Leading axes are separate series.

The same code judges a promise and, thousands of series at once, shows what its grade and its alarm promise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Num
from numpy import ndarray as Array

from tradewar.monitoring.alarm import LEVELS, alarm_levels
from tradewar.monitoring.delay import PRIOR_SHAPE
from tradewar.monitoring.dispersion import segment_dispersion, segment_overdispersion
from tradewar.monitoring.posterior import probability_above

ALARM_ALPHA = 0.05
"""What the alarm promises: at most this share of kept truces rings in a review."""


@dataclass(frozen=True)
class Windows:
    """The periods of one review, of the first review and of the baseline."""

    baseline: slice
    truce: slice
    review: slice

    @property
    def first_review(self) -> bool:
        """Whether this is the first review, which is compared with the baseline."""
        return self.review == self.truce

    @property
    def reference(self) -> slice:
        """What the review is compared with."""
        return self.baseline if self.first_review else self.truce


@dataclass(frozen=True, eq=False)
class Weighed:
    """What the counts of a review say. All arrays have the shape of the leading axes of the counts."""

    before: Float[Array, "*series"]
    """S₀."""
    after: Float[Array, "*series"]
    """S₁."""
    base_exposure: float
    exposure: float
    dispersion: Float[Array, "*series"]
    """φ around one rate per window, at least 1; 1 where it cannot be estimated (yearly counts)."""
    overdispersion: Float[Array, "*series"]
    """a of NB2 around the same rates."""
    breach: Float[Array, "*series"]
    """P(rate above the cap)."""
    dispersed: Float[Array, "*series"]
    """The same, counts divided by φ."""
    exact: Float[Array, "*series"]
    """One minus the p-value of the exact test, counts divided by φ: what remains where no prior helps."""
    e_value: Float[Array, "*series"]
    """Largest e-value of the alarm within the review; 1 where the counts are yearly."""
    alarm: Int[Array, "*series"]
    """Period of the review in which the alarm of level `ALARM_ALPHA` first rings; −1 where it does not."""


def weigh(
    counts: Num[Array, "*series period"],
    exposure: Float[Array, " period"],
    windows: Windows,
    allowed_ratio: float,
    monthly: bool = True,
    levels: Sequence[float] = LEVELS,
) -> Weighed:
    """Weigh the counts of one review.

    Args:
        counts: events per period.
        exposure: e q times the months of a period.
        windows: periods of baseline, first review and review.
        allowed_ratio: ρ.
        monthly: whether periods are months; spread and alarm need them.
        levels: of the alarm, `ALARM_ALPHA` among them.
    """
    y = np.asarray(counts, dtype=float)
    before, after = (y[..., part].sum(axis=-1) for part in (windows.baseline, windows.review))
    base_exposure, seen = (float(exposure[part].sum()) for part in (windows.baseline, windows.review))
    odds = allowed_ratio * seen / base_exposure
    phi, a = np.ones(y.shape[:-1]), np.zeros(y.shape[:-1])
    e_value, first = np.ones(y.shape[:-1]), np.full(y.shape[:-1], -1)
    if monthly:
        start = windows.baseline.start
        changes = tuple(sorted({windows.truce.start - start, windows.review.start - start} - {0}))
        judged = y[..., start : windows.review.stop]
        phi = np.maximum(segment_dispersion(judged, changes), 1.0)
        a = np.asarray(segment_overdispersion(judged, changes))
        allowed = allowed_ratio * exposure[windows.review]
        found = alarm_levels(y[..., windows.review], before / phi, base_exposure / phi, allowed, a, levels)
        e_value, first = found.e_value, found.first[..., list(levels).index(ALARM_ALPHA)]
    k = PRIOR_SHAPE
    return Weighed(
        before=np.asarray(before),
        after=np.asarray(after),
        base_exposure=base_exposure,
        exposure=seen,
        dispersion=np.asarray(phi),
        overdispersion=a,
        breach=np.asarray(probability_above(k + before, k + after, odds)),
        dispersed=np.asarray(probability_above(k + before / phi, k + after / phi, odds)),
        exact=np.asarray(probability_above(1 + before / phi, after / phi, odds)),
        e_value=np.asarray(e_value),
        alarm=np.asarray(first),
    )
