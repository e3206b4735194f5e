"""Is a truce kept? Every source in every review window, and one grade over them.

Three statements are kept apart, each with its baseline: the rate is above the cap, above that of the truce window
(the first review), above that before the deal. A later review is compared with the truce window, the first with the
baseline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.monitoring.alarm import log_e_process, log_shiryaev_roberts
from tradewar.monitoring.background import truce_background
from tradewar.monitoring.checks import require
from tradewar.monitoring.dispersion import segment_dispersion, segment_overdispersion
from tradewar.monitoring.evidence import Evidence, SourceReview, TruceReview
from tradewar.monitoring.grades import SourceEvidence, robust_grade, source_grade
from tradewar.monitoring.posterior import truce_breach_probability
from tradewar.monitoring.quality import DetectionQuality, truce_review
from tradewar.monitoring.retrospective import ShareTest, garwood_limits, share_test, window_test
from tradewar.monitoring.series import IncidentSeries, TruceCommitment

WATCH_ALPHA = 0.05
BASE_RATE_ALPHA = 0.025
REVIEW_MONTHS = 12
REVIEW_FALSE_ALARM_LIMIT = 0.1
"""The yearly review alarms at the fewest events whose false-alarm rate is at most this."""
MAX_THRESHOLD = 10_000


@dataclass(frozen=True, eq=False)
class _Windows:
    """Counts and exposures of one series in the windows of one review."""

    baseline: slice
    truce: slice
    review: slice
    first_review: bool

    @property
    def reference(self) -> slice:
        return self.baseline if self.first_review else self.truce


def monitor_truce(commitment: TruceCommitment, series: Sequence[IncidentSeries], as_of: str) -> Evidence:
    """The evidence on a truce on one day.

    Args:
        commitment: what was promised.
        series: the sponsor's counts; grades and quality refer to the one that the promise is measured on, else to the
            first.
        as_of: `YYYY-MM-DD`; periods that had not ended by then are not used.

    Raises:
        EvidenceError: no series, a series of another sponsor, or none that reaches the baseline and a review.
    """
    require(bool(series), commitment.name, "has no series", "Give at least one data set")
    others = sorted({item.sponsor for item in series} - {commitment.sponsor})
    require(not others, commitment.name, f"was given series of {', '.join(others)}", f"Give {commitment.sponsor}")
    known = [item.until(as_of) for item in sorted(series, key=lambda item: item.dataset != commitment.measured_on)]
    reviews = tuple(
        found for number in range(len(commitment.reviews)) if (found := _review(commitment, known, number)) is not None
    )
    what = f"no review has both a baseline and counts by {as_of}"
    require(bool(reviews), commitment.name, what, "Give longer series or a later day")
    latest = reviews[-1]
    return Evidence(
        commitment=commitment.name,
        kind="truce",
        as_of=as_of,
        grade=latest.verdict.grade,
        reasons=latest.verdict.reasons,
        breach_probability=latest.lead.breach_probability,
        quality=_quality(commitment, known[0]),
        truce=reviews,
        background=truce_background(commitment, known[0]),
        sources=tuple(dict.fromkeys(item.source for item in known if item.source)),
        notes=tuple(dict.fromkeys(note for item in known for note in item.notes)),
    )


def _review(commitment: TruceCommitment, series: Sequence[IncidentSeries], number: int) -> TruceReview | None:
    window = commitment.reviews[number]
    usable = [(item, found) for item in series if (found := _windows(commitment, item, number)) is not None]
    if not usable or usable[0][0] is not series[0]:
        return None
    sources = tuple(_source_review(commitment, item, found) for item, found in usable)
    evidence = [_source_evidence(commitment, item, found) for item, found in usable]
    variants = _variants(commitment, *usable[0])
    return TruceReview(window, sources, evidence[0], robust_grade(evidence[0], evidence[1:], variants))


def _windows(commitment: TruceCommitment, series: IncidentSeries, number: int) -> _Windows | None:
    baseline, truce, review = (
        series.window(w) for w in (commitment.baseline, commitment.reviews[0], commitment.reviews[number])
    )
    if not (baseline.stop and truce.stop and review.stop):
        return None
    return _Windows(baseline, truce, review, number == 0)


# ---------------------------------------------------------------- one source


def _source_review(commitment: TruceCommitment, series: IncidentSeries, windows: _Windows) -> SourceReview:
    before, after, truce = (_sums(series, part) for part in (windows.baseline, windows.review, windows.truce))
    phi = _dispersion(series, windows)
    evidence = _source_evidence(commitment, series, windows)
    watch = _watch(commitment, series, windows)
    reference = _sums(series, windows.reference)
    return SourceReview(
        dataset=series.dataset,
        date_meaning=series.date_meaning,
        vintage=series.vintage,
        source=series.source,
        window=series.span(windows.review),
        baseline_count=before[0],
        count=after[0],
        baseline_exposure=before[1],
        exposure=after[1],
        breach_probability=evidence.breach_probability,
        above_truce_window=None if windows.first_review else _above(truce, after, 1.0),
        above_baseline=_above(before, after, 1.0),
        dispersed_breach_probability=_above(before, after, commitment.allowed_ratio, phi),
        dispersion=phi,
        e_value=evidence.e_value,
        alarm_month="" if watch is None else series.months()[windows.review.start + watch],
        share_reference="..".join(series.span(windows.reference)),
        share=_share(series, windows.reference, windows.review),
        window_test=None
        if reference[0] + after[0] == 0
        else window_test(round(reference[0]), round(after[0]), reference[1], after[1]),
        verdict=source_grade(evidence),
    )


def _source_evidence(
    commitment: TruceCommitment,
    series: IncidentSeries,
    windows: _Windows,
    overdispersed: bool = False,
    base_rate_limit: bool = False,
) -> SourceEvidence:
    before, after = _sums(series, windows.baseline), _sums(series, windows.review)
    phi = _dispersion(series, windows) if overdispersed else 1.0
    share = _share(series, windows.reference, windows.review)
    completeness = 1.0 if series.completeness is None else float(series.completeness[windows.review].mean())
    return SourceEvidence(
        source=series.dataset,
        collection=series.collection,
        breach_probability=_above(before, after, commitment.allowed_ratio, phi),
        e_value=_e_value(commitment, series, windows, overdispersed, base_rate_limit),
        watch_alarm=_watch(commitment, series, windows, overdispersed, base_rate_limit) is not None,
        baseline_events=before[0],
        mean_completeness=completeness,
        controls_agree=None if share is None else share.odds_ratio > 1,
        controls_p_value=float("nan") if share is None else share.p_value,
    )


def _variants(commitment: TruceCommitment, series: IncidentSeries, windows: _Windows) -> dict[str, SourceEvidence]:
    """The lead source recomputed in every way the grade must survive."""
    lead = _source_evidence(commitment, series, windows)
    variants = {"under overdispersion": _source_evidence(commitment, series, windows, overdispersed=True)}
    limit = _source_evidence(commitment, series, windows, base_rate_limit=True)
    variants["with the limit of the base rate in place of its estimate"] = limit
    if series.without_profiles is not None:
        variants["without actor profiles"] = _source_evidence(commitment, series.without_profiles, windows)
    if len(series.controls) > 1:
        for name in series.controls:
            rest = {other: counts for other, counts in series.controls.items() if other != name}
            fewer = replace(series, controls=rest)
            variants[f"leaving out the control {name}"] = _source_evidence(commitment, fewer, windows)
    if not windows.first_review:
        share = _share(series, windows.baseline, windows.review)
        if share is not None:
            stated = f"against the window before the deal (odds ratio {share.odds_ratio:.2f}, p = {share.p_value:.3f})"
            # the share before the deal must not point the other way; it need not be significant
            variants[stated] = replace(lead, controls_agree=bool(lead.controls_agree) and share.odds_ratio > 1)
    return variants


def _sums(series: IncidentSeries, part: slice) -> tuple[float, float]:
    return float(series.counts[part].sum()), float(series.observed_exposure[part].sum())


def _above(before: tuple[float, float], after: tuple[float, float], ratio: float, phi: float = 1.0) -> float:
    return truce_breach_probability(before[0], after[0], before[1], after[1], ratio, dispersion=phi)


def _share(series: IncidentSeries, reference: slice, review: slice) -> ShareTest | None:
    if not series.controls:
        return None
    controls = np.sum(list(series.controls.values()), axis=0)
    table = [(int(counts[reference].sum()), int(counts[review].sum())) for counts in (series.counts, controls)]
    return share_test(table[0], table[1]) if min(map(sum, table)) > 0 else None


# ---------------------------------------------------------------- alarm


def _segments(windows: _Windows, series: IncidentSeries) -> tuple[Float[Array, " period"], tuple[int, ...]]:
    """The months from baseline to review, and the first month of each window but the first."""
    start = windows.baseline.start
    changes = sorted({windows.truce.start - start, windows.review.start - start} - {0})
    return np.asarray(series.counts[start : windows.review.stop], dtype=float), tuple(changes)


def _dispersion(series: IncidentSeries, windows: _Windows) -> float:
    if series.months_per_period != 1:
        return 1.0
    return max(segment_dispersion(*_segments(windows, series)), 1.0)


def _cap(
    commitment: TruceCommitment, series: IncidentSeries, windows: _Windows, part: slice, base_rate_limit: bool
) -> Float[Array, " period"]:
    count, exposure = _sums(series, windows.baseline)
    rate = garwood_limits(count, exposure, BASE_RATE_ALPHA)[1] if base_rate_limit else count / exposure
    return commitment.allowed_ratio * rate * series.observed_exposure[part]


def _can_watch(series: IncidentSeries, windows: _Windows) -> bool:
    return series.months_per_period == 1 and float(series.counts[windows.baseline].sum()) > 0


def _e_value(
    commitment: TruceCommitment,
    series: IncidentSeries,
    windows: _Windows,
    overdispersed: bool = False,
    base_rate_limit: bool = False,
) -> float:
    """Largest value within the review of the e-process that starts with it."""
    if not _can_watch(series, windows):
        return 0.0
    cap = _cap(commitment, series, windows, windows.review, base_rate_limit)
    a = segment_overdispersion(*_segments(windows, series)) if overdispersed else 0.0
    path = log_e_process(series.counts[windows.review], cap, overdispersion=a)
    return float(np.exp(min(path.max(), np.log(np.finfo(float).max))))


def _watch(
    commitment: TruceCommitment,
    series: IncidentSeries,
    windows: _Windows,
    overdispersed: bool = False,
    base_rate_limit: bool = False,
) -> int | None:
    """First month of the review in which the watch kept since the promise is above its threshold."""
    if not _can_watch(series, windows):
        return None
    watched = slice(windows.truce.start, windows.review.stop)
    cap = _cap(commitment, series, windows, watched, base_rate_limit)
    a = segment_overdispersion(*_segments(windows, series)) if overdispersed else 0.0
    path = log_shiryaev_roberts(series.counts[watched], cap, overdispersion=a)
    above = np.flatnonzero(path[windows.review.start - windows.truce.start :] >= -np.log(WATCH_ALPHA))
    return int(above[0]) if len(above) else None


def _quality(commitment: TruceCommitment, lead: IncidentSeries) -> DetectionQuality | None:
    """A yearly review on the lead source, at the fewest events that keep the false-alarm rate within its limit."""
    baseline = lead.window(commitment.baseline)
    count, exposure = _sums(lead, baseline)
    if count == 0:
        return None
    cap = commitment.allowed_ratio * count / exposure
    monthly = lead.months_per_period == 1
    # the total of n NB2 months with overdispersion a has overdispersion a / n
    a = segment_overdispersion(lead.counts[baseline]) / REVIEW_MONTHS if monthly else 0.0
    for threshold in range(1, MAX_THRESHOLD):
        found = truce_review(cap, threshold, months=REVIEW_MONTHS, overdispersion=a)
        if found.false_alarm_rate <= REVIEW_FALSE_ALARM_LIMIT:
            return found
    return None
