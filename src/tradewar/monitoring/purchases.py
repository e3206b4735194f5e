"""Is a purchase commitment kept? Deliveries against the seasonal pace, on each partner's own statistics.

The promise is measured on the exporter's f.o.b. exports or the importer's c.i.f. imports, with different baselines:
numerator and target must come from the same reporter. A breach is found only where the statistics of two partners say
so. The comparison with controls asks whether sales that the promise does not cover grew more since the base year. A
promise over several years is judged for each and for all together, the years weighted by their targets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tradewar.monitoring.checks import require
from tradewar.monitoring.evidence import Evidence, PurchaseReview
from tradewar.monitoring.grades import Grade, SourceEvidence, Verdict, amount_text, robust_grade, source_grade
from tradewar.monitoring.posterior import MONTHS, Season, forecast_fan, purchase_posterior, season_of, uniform_season
from tradewar.monitoring.quality import DetectionQuality, purchase_review
from tradewar.monitoring.series import DeliverySeries, PurchaseCommitment, last_full_month, month_number, month_text

FAN_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
DISPERSED_SHARE = 0.25
"""The posterior is repeated at this share of the concentration, which few base years leave badly known."""
REVIEW_MONTH = 6


@dataclass(frozen=True, eq=False)
class _Measured:
    """A commitment with its own series, cut at the day asked."""

    commitment: PurchaseCommitment
    series: DeliverySeries
    review: PurchaseReview
    season: Season


def monitor_purchase(
    commitments: Sequence[PurchaseCommitment], series: Sequence[DeliverySeries], as_of: str
) -> Evidence:
    """The evidence on one promise on one day.

    Args:
        commitments: the promise on each partner's statistics; the first leads. Usually one or two entries.
        series: deliveries; each commitment takes the one of its group and reporter.
        as_of: `YYYY-MM-DD`. The series must already be cut to what was published by then; months that had not ended
            are not used in any case.

    Raises:
        EvidenceError: no commitment, a commitment without its series, or no month of the year delivered yet.
    """
    require(bool(commitments), "commitments", "are none", "Give at least one")
    measured = [_measure(item, series, as_of) for item in commitments]
    lead, verdict = measured[0], _verdict(measured)
    notes = [note for item in measured for note in item.series.notes]
    if lead.commitment.force_majeure:
        happened = lead.commitment.force_majeure
        notes.append(f"Within the horizon: {happened}. The probability is about delivery, not about fault.")
    notes += [f"Promised: {item.commitment.stated}." for item in measured if item.commitment.stated]
    return Evidence(
        commitment=lead.commitment.name,
        kind="purchase",
        as_of=as_of,
        grade=verdict.grade,
        reasons=verdict.reasons,
        breach_probability=lead.review.seasonal.breach_probability,
        quality=_quality(lead.season),
        purchase=lead.review,
        sources=tuple(dict.fromkeys(item.series.source for item in measured if item.series.source)),
        notes=tuple(dict.fromkeys(notes)),
    )


def _measure(commitment: PurchaseCommitment, series: Sequence[DeliverySeries], as_of: str) -> _Measured:
    key = (commitment.group, commitment.reporter)
    found = [item for item in series if (item.group, item.reporter) == key]
    have = ", ".join(sorted(f"{item.group}/{item.reporter}" for item in series)) or "none"
    what = f"needs one series of {key[0]}/{key[1]}, found {len(found)} (of {have})"
    require(len(found) == 1, commitment.name, what, "Numerator and target must come from the same reporter")
    deliveries = found[0]
    season = season_of(_base_years(commitment, deliveries))
    ended = last_full_month(as_of) + 1 - month_number(f"{commitment.year}-01")
    seen = deliveries.year(commitment.year, years=commitment.years)[: max(ended, 0)]
    require(len(seen) > 0, commitment.name, f"has no deliveries of {commitment.when} by {as_of}", "Ask a later day")
    return _Measured(commitment, deliveries, _review(commitment, deliveries, season, len(seen)), season)


def _base_years(commitment: PurchaseCommitment, series: DeliverySeries) -> np.ndarray:
    years = [series.year(year) for year in commitment.base_years]
    short = [str(y) for y, values in zip(commitment.base_years, years, strict=True) if len(values) != MONTHS]
    require(not short, commitment.name, f"base years {', '.join(short)} are not complete", "Leave them out")
    return np.array(years)


def _review(commitment: PurchaseCommitment, series: DeliverySeries, year: Season, months: int) -> PurchaseReview:
    weights = [part / commitment.target for part in commitment.by_year] or [1.0]
    season = year.over_years(weights)
    cumulative = np.cumsum(series.year(commitment.year, years=commitment.years)[:months])
    delivered, target, tolerance = float(cumulative[-1]), commitment.target, commitment.tolerance
    kappa = season.capped()
    even = uniform_season(kappa).over_years(weights)
    fan = forecast_fan(delivered, months, season, FAN_LEVELS, kappa)
    return PurchaseReview(
        unit=series.unit,
        seasonal=purchase_posterior(delivered, target, months, season, kappa, tolerance),
        dispersed=purchase_posterior(delivered, target, months, season, DISPERSED_SHARE * kappa, tolerance),
        uniform=purchase_posterior(delivered, target, months, even, kappa, tolerance),
        delivered=tuple(map(float, cumulative)),
        seasonal_target=tuple(map(float, target * season.cumulative)),
        fan_levels=FAN_LEVELS,
        fan=tuple(tuple(map(float, row)) for row in fan),
        growth=_growth(commitment, series, months, None),
        control_growth={name: _growth(commitment, series, months, name) for name in series.controls},
    )


def _growth(commitment: PurchaseCommitment, series: DeliverySeries, months: int, control: str | None) -> float:
    """Delivered so far over the same months of the base year, whole years of it repeated."""
    base = np.resize(series.year(commitment.base_years[-1], control), months).sum()
    now = float(series.year(commitment.year, control, commitment.years)[:months].sum())
    return now / float(base) if base > 0 else float("nan")


def _verdict(measured: Sequence[_Measured]) -> Verdict:
    lead = measured[0]
    evidence = [_source_evidence(item, item.review.seasonal.breach_probability) for item in measured]
    variants = {
        "at a quarter of the season's concentration": _source_evidence(lead, lead.review.dispersed.breach_probability),
        "with twelve equal months": _source_evidence(lead, lead.review.uniform.breach_probability),
    }
    if len(lead.review.control_growth) > 1:
        for name in lead.review.control_growth:
            rest = {k: v for k, v in lead.review.control_growth.items() if k != name}
            fewer = replace(lead, review=replace(lead.review, control_growth=rest))
            variants[f"leaving out the control {name}"] = _source_evidence(
                fewer, lead.review.seasonal.breach_probability
            )
    verdict = robust_grade(evidence[0], evidence[1:], variants)
    stands = [_stand(item) for item in measured]
    if len(measured) > 1:
        stands = [f"statistics of {m.series.reporter}: {stand}" for m, stand in zip(measured, stands, strict=True)]
    doubting = [item.source for item in evidence[1:] if source_grade(item).grade is Grade.SUSPECTED]
    if verdict.grade is Grade.KEPT and doubting:
        lowered = f"lowered from kept: the statistics of {', '.join(doubting)} say otherwise"
        verdict = Verdict(Grade.UNCLEAR, (*verdict.reasons, lowered))
    if lead.review.seasonal.cumulative_share <= 0 and lead.review.seasonal.breach_probability != 0:
        return Verdict(Grade.UNCLEAR, tuple(stands))
    verdict = Verdict(verdict.grade, (*stands, *verdict.reasons))
    if len(measured) == 1 and verdict.grade is Grade.SUSPECTED:
        # says which second source is wanted, in place of the general words for any series
        reasons = tuple(reason for reason in verdict.reasons if not reason.startswith("no second source"))
        only = f"known from the statistics of {lead.series.reporter} only: a breach must show in both partners' own"
        return Verdict(verdict.grade, (*reasons, only))
    return verdict


def _stand(measured: _Measured) -> str:
    stand, review = measured.review.seasonal, measured.review
    span = "1 month" if stand.months == 1 else f"{stand.months} months"
    amounts = f"{amount_text(stand.delivered, stand.target)} of {amount_text(stand.target, stand.target)}"
    delivered = f"{amounts} {review.unit} delivered in {span}"
    if stand.cumulative_share > 0:
        ended = stand.cumulative_share >= 1 and stand.months < len(review.seasonal_target)
        over = "; no share of the season is left" if ended else ""
        return f"{delivered}, {100 * stand.attainment:.0f} percent of the seasonal pace{over}"
    first = next(k for k, target in enumerate(review.seasonal_target) if target > 0)
    begins = month_text(month_number(f"{measured.commitment.year}-01") + first)
    return f"{delivered}: no share of the season has passed, and nothing can be said before {begins}"


def _source_evidence(measured: _Measured, breach_probability: float) -> SourceEvidence:
    growth = measured.review.growth
    controls = [control for control in measured.review.control_growth.values() if np.isfinite(control)]
    agree = all(growth < control for control in controls) if controls and np.isfinite(growth) else None
    # growth of totals has no sampling distribution here: the direction decides
    p_value = float("nan") if agree is None else 0.0 if agree else 1.0
    return SourceEvidence(
        source=measured.series.reporter,
        collection=f"customs statistics of {measured.series.reporter}",
        breach_probability=breach_probability,
        controls_agree=agree,
        controls_p_value=p_value,
    )


def _quality(season: Season) -> DetectionQuality:
    return purchase_review(season, REVIEW_MONTH)
