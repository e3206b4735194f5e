"""`Evidence`: how likely a commitment is broken, how sure the alarm is, and everything it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tradewar.io.serialize import Document
from tradewar.monitoring.background import TruceBackground
from tradewar.monitoring.grades import Grade, SourceEvidence, Verdict
from tradewar.monitoring.posterior import PurchasePosterior
from tradewar.monitoring.quality import DetectionQuality
from tradewar.monitoring.retrospective import ShareTest, WindowTest

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Alarm:
    """The live alarm of one review: an e-process against the cap, with a promised rate of false rings."""

    month: str
    """The month that decides: the first in which it rings; empty where it has not rung."""
    events: float
    """Events of that month."""
    e_value: float
    """1/α of the smallest level at which it has rung, to within a quarter; 1 where at none."""
    false_alarm_rate: float
    """At most this share of truces that are kept at the cap rings in a review, the base rate being an estimate."""
    variance_ratio: float
    """How many times its mean a month's count may vary at the cap."""


@dataclass(frozen=True)
class Watch:
    """The standing watch: a run length, no promised rate; it enters no grade."""

    month: str
    """First month of the review in which it is above its threshold; empty where it is not."""
    months: int
    """Months watched, from the promise to the end of the review."""
    mean_run: float
    """At the cap it rings falsely once in at least so many months on average."""
    rings_at_cap: float | None
    """Share of series at the cap in which it rings within these months; None where it has not rung."""


@dataclass(frozen=True)
class SourceReview:
    """One series in one review window of a truce."""

    dataset: str
    date_meaning: str
    vintage: str
    source: str
    baseline_window: tuple[str, str]
    """First and last period of the baseline."""
    window: tuple[str, str]
    """First and last period used."""
    baseline_count: float
    count: float
    baseline_exposure: float
    exposure: float
    breach_probability: float
    """P(rate above the cap)."""
    above_truce_window: float | None
    """P(rate above that of the first review); None in the first review itself."""
    above_baseline: float
    """P(rate above that of the baseline)."""
    dispersed_breach_probability: float
    """As `breach_probability`, counts divided by φ."""
    exact_breach_probability: float
    """One minus the p-value of the exact test, counts divided by φ."""
    dispersion: float
    """φ; 1 where it cannot be estimated (yearly counts)."""
    alarm: Alarm | None
    """None where the counts are yearly."""
    watch: Watch | None
    """None where the counts are yearly, or nothing happened in the baseline."""
    share_reference: str
    """The window that the share test compares with."""
    share: ShareTest | None
    window_test: WindowTest | None
    """Rate against the reference window; its tipping point is the change of detection that would explain it."""
    verdict: Verdict
    without_alarm: Grade
    """The grade of the source if the alarm were not heard."""

    @property
    def alarm_month(self) -> str:
        """Month in which the alarm rang; empty where it did not."""
        return "" if self.alarm is None else self.alarm.month


@dataclass(frozen=True)
class TruceReview:
    """One review window: all sources, and the grade over them."""

    window: tuple[str, str]
    baseline: tuple[str, str]
    """First and last month of the baseline of the lead source."""
    sources: tuple[SourceReview, ...]
    lead: SourceEvidence
    verdict: Verdict
    without_alarm: Grade
    """The grade if the alarm were not heard."""


@dataclass(frozen=True)
class PurchaseReview:
    """A purchase commitment after some months."""

    unit: str
    """Of all sums, such as `USD bn`."""
    seasonal: PurchasePosterior
    dispersed: PurchasePosterior
    """The same at a quarter of the concentration."""
    uniform: PurchasePosterior
    """The same with twelve equal months; it disagrees where deliveries are seasonal."""
    delivered: tuple[float, ...]
    """Cumulative, by month."""
    seasonal_target: tuple[float, ...]
    """Cumulative prorated target, every month of the horizon."""
    fan_levels: tuple[float, ...]
    fan: tuple[tuple[float, ...], ...]
    """Quantiles of cumulative deliveries in the remaining months, one row per level; rows are empty at the end, and
    before anything was delivered."""
    growth: float
    """Delivered so far over the same months of the base year."""
    control_growth: dict[str, float]
    """The same for what the promise does not cover."""


@dataclass(frozen=True)
class Evidence(Document):
    """What is known about one commitment on one day."""

    commitment: str
    kind: str
    """`truce` or `purchase`."""
    as_of: str
    grade: Grade
    reasons: tuple[str, ...]
    breach_probability: float
    quality: DetectionQuality | None
    """False-alarm rate, power and delay for the enforcement of the accord."""
    truce: tuple[TruceReview, ...] = ()
    background: TruceBackground | None = None
    """Monthly series, change points and retrospective tests of the lead source of a truce."""
    purchase: PurchaseReview | None = None
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row per review and source (truce), or per month of the year (purchase)."""
        import pandas as pd

        if self.purchase is None:
            rows = [_source_row(self.commitment, source) for review in self.truce for source in review.sources]
            return pd.DataFrame(rows)
        purchase = self.purchase
        months = len(purchase.seasonal_target)
        observed = list(purchase.delivered) + [float("nan")] * (months - len(purchase.delivered))
        columns: dict[str, Any] = {
            "commitment": [self.commitment] * months,
            "month": list(range(1, months + 1)),
            "delivered": observed,
            "seasonal_target": list(purchase.seasonal_target),
            "uniform_target": [purchase.seasonal.target * (k + 1) / months for k in range(months)],
        }
        for level, row in zip(purchase.fan_levels, purchase.fan, strict=True):
            columns[f"quantile_{level:g}"] = [float("nan")] * (months - len(row)) + list(row)
        return pd.DataFrame(columns)


def _source_row(commitment: str, source: SourceReview) -> dict[str, Any]:
    return {
        "commitment": commitment,
        "dataset": source.dataset,
        "date_meaning": source.date_meaning,
        "first": source.window[0],
        "last": source.window[1],
        "baseline_first": source.baseline_window[0],
        "baseline_last": source.baseline_window[1],
        "baseline_count": source.baseline_count,
        "count": source.count,
        "above_cap": source.breach_probability,
        "above_truce_window": source.above_truce_window,
        "above_baseline": source.above_baseline,
        "share_odds_ratio": source.share.odds_ratio if source.share else None,
        "share_p_value": source.share.p_value if source.share else None,
        "alarm_month": source.alarm_month,
        "watch_month": "" if source.watch is None else source.watch.month,
        "grade_without_alarm": str(source.without_alarm),
        "grade": str(source.verdict.grade),
    }
