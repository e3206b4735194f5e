"""Is a truce kept? Every source in every review window, and one grade over them.

Three statements are kept apart, each with its baseline: the rate is above the cap, above that of the truce window
(the first review), above that before the deal. A later review is compared with the truce window, the first with the
baseline. The alarm has a promised rate of false rings and enters the grade; the standing watch has a run length only,
is shown beside it and enters none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tradewar.monitoring.alarm import log_shiryaev_roberts
from tradewar.monitoring.background import truce_background
from tradewar.monitoring.checks import require
from tradewar.monitoring.delay import PRIOR_SHAPE
from tradewar.monitoring.dispersion import segment_dispersion
from tradewar.monitoring.evidence import Alarm, Evidence, SourceReview, TruceReview, Watch
from tradewar.monitoring.grades import SourceEvidence, robust_grade, source_grade
from tradewar.monitoring.posterior import truce_breach_probability
from tradewar.monitoring.quality import DetectionQuality, ring_share, truce_review
from tradewar.monitoring.retrospective import ShareTest, share_test, window_test
from tradewar.monitoring.series import IncidentSeries, TruceCommitment
from tradewar.monitoring.truce_counts import ALARM_ALPHA, Weighed, Windows, weigh

WATCH_ALPHA = 0.05
REVIEW_MONTHS = 12
REVIEW_FALSE_ALARM_LIMIT = 0.1
"""The yearly review alarms at the fewest events whose false-alarm rate is at most this."""
MAX_THRESHOLD = 10_000
SPREAD_MARGIN = 4 / 3


@dataclass(frozen=True, eq=False)
class _Source:
    """One series in one review."""

    promise: TruceCommitment
    series: IncidentSeries
    windows: Windows
    weighed: Weighed

    @classmethod
    def of(cls, promise: TruceCommitment, series: IncidentSeries, windows: Windows) -> _Source:
        monthly = series.months_per_period == 1
        weighed = weigh(series.counts, series.observed_exposure, windows, promise.allowed_ratio, monthly)
        return cls(promise, series, windows, weighed)

    @property
    def share(self) -> ShareTest | None:
        """The sponsor against its controls, review against reference."""
        return _share(self.series, self.windows.reference, self.windows.review)

    def evidence(self, breach_probability: float | None = None) -> SourceEvidence:
        """Reduced to what a grade needs."""
        share, weighed = self.share, self.weighed
        completeness = self.series.completeness
        return SourceEvidence(
            source=self.series.dataset,
            collection=self.series.collection,
            breach_probability=float(weighed.breach) if breach_probability is None else breach_probability,
            e_value=float(weighed.e_value),
            baseline_events=float(weighed.before),
            baseline_window=self.series.span(self.windows.baseline),
            mean_completeness=1.0 if completeness is None else float(completeness[self.windows.review].mean()),
            controls_agree=None if share is None else share.odds_ratio > 1,
            controls_p_value=float("nan") if share is None else share.p_value,
        )


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
    latest, review = reviews[-1], yearly_review(commitment, known[0])
    return Evidence(
        commitment=commitment.name,
        kind="truce",
        as_of=as_of,
        grade=latest.verdict.grade,
        reasons=latest.verdict.reasons,
        breach_probability=latest.lead.breach_probability,
        quality=None if review is None else review[1],
        truce=reviews,
        background=truce_background(commitment, known[0]),
        sources=tuple(dict.fromkeys(item.source for item in known if item.source)),
        notes=tuple(dict.fromkeys(note for item in known for note in item.notes)),
    )


def _review(commitment: TruceCommitment, series: Sequence[IncidentSeries], number: int) -> TruceReview | None:
    usable = [
        _Source.of(commitment, item, found)
        for item in series
        if (found := _windows(commitment, item, number)) is not None
    ]
    if not usable or usable[0].series is not series[0]:
        return None
    lead, evidence, variants = usable[0], [source.evidence() for source in usable], _variants(usable[0])
    silent = [replace(item, e_value=1.0) for item in evidence]
    unheard = {name: replace(item, e_value=1.0) for name, item in variants.items()}
    return TruceReview(
        window=commitment.reviews[number],
        baseline=lead.series.span(lead.windows.baseline),
        sources=tuple(_source_review(source) for source in usable),
        lead=evidence[0],
        verdict=robust_grade(evidence[0], evidence[1:], variants),
        without_alarm=robust_grade(silent[0], silent[1:], unheard).grade,
    )


def _windows(commitment: TruceCommitment, series: IncidentSeries, number: int) -> Windows | None:
    baseline, truce, review = (
        series.window(w) for w in (commitment.baseline, commitment.reviews[0], commitment.reviews[number])
    )
    if not (baseline.stop and truce.stop and review.stop):
        return None
    return Windows(baseline, truce, review)


# ---------------------------------------------------------------- one source


def _source_review(source: _Source) -> SourceReview:
    series, windows, weighed, evidence = source.series, source.windows, source.weighed, source.evidence()
    after, reference = (_sums(series, part) for part in (windows.review, windows.reference))
    before = _sums(series, windows.baseline)
    return SourceReview(
        dataset=series.dataset,
        date_meaning=series.date_meaning,
        vintage=series.vintage,
        source=series.source,
        baseline_window=series.span(windows.baseline),
        window=series.span(windows.review),
        baseline_count=before[0],
        count=after[0],
        baseline_exposure=before[1],
        exposure=after[1],
        breach_probability=evidence.breach_probability,
        above_truce_window=None if windows.first_review else _above(reference, after),
        above_baseline=_above(before, after),
        dispersed_breach_probability=float(weighed.dispersed),
        exact_breach_probability=float(weighed.exact),
        dispersion=float(weighed.dispersion),
        alarm=_alarm(source),
        watch=_watch(source),
        share_reference="..".join(series.span(windows.reference)),
        share=source.share,
        window_test=None
        if reference[0] + after[0] == 0
        else window_test(round(reference[0]), round(after[0]), reference[1], after[1]),
        verdict=source_grade(evidence),
        without_alarm=source_grade(replace(evidence, e_value=1.0)).grade,
    )


def _variants(lead: _Source) -> dict[str, SourceEvidence]:
    """The lead source recomputed in every way the grade must survive; the alarm already allows for both the first."""
    series, windows = lead.series, lead.windows
    variants = {
        "under overdispersion": lead.evidence(float(lead.weighed.dispersed)),
        "by the exact test, in which no prior has a part": lead.evidence(float(lead.weighed.exact)),
    }
    if series.without_profiles is not None:
        variants["without actor profiles"] = _Source.of(lead.promise, series.without_profiles, windows).evidence()
    if len(series.controls) > 1:
        for name in series.controls:
            rest = {other: counts for other, counts in series.controls.items() if other != name}
            fewer = replace(lead, series=replace(series, controls=rest))
            variants[f"leaving out the control {name}"] = fewer.evidence()
    if not windows.first_review:
        share = _share(series, windows.baseline, windows.review)
        if share is not None:
            stated = f"against the window before the deal (odds ratio {share.odds_ratio:.2f}, p = {share.p_value:.3f})"
            # the share before the deal must not point the other way; it need not be significant
            own = lead.evidence()
            variants[stated] = replace(own, controls_agree=bool(own.controls_agree) and share.odds_ratio > 1)
    return variants


def _sums(series: IncidentSeries, part: slice) -> tuple[float, float]:
    return float(series.counts[part].sum()), float(series.observed_exposure[part].sum())


def _above(before: tuple[float, float], after: tuple[float, float]) -> float:
    return truce_breach_probability(before[0], after[0], before[1], after[1], 1.0)


def _share(series: IncidentSeries, reference: slice, review: slice) -> ShareTest | None:
    if not series.controls:
        return None
    controls = np.sum(list(series.controls.values()), axis=0)
    table = [(int(counts[reference].sum()), int(counts[review].sum())) for counts in (series.counts, controls)]
    return share_test(table[0], table[1]) if min(map(sum, table)) > 0 else None


# ---------------------------------------------------------------- alarm and watch


def _alarm(source: _Source) -> Alarm | None:
    """The alarm within the review; None where the counts are yearly."""
    series, review, weighed = source.series, source.windows.review, source.weighed
    if series.months_per_period != 1:
        return None
    first = int(weighed.alarm)
    cap = source.promise.allowed_ratio * float(weighed.before) / weighed.base_exposure
    return Alarm(
        month="" if first < 0 else series.months()[review.start + first],
        events=float(series.counts[review.start + first]) if first >= 0 else 0.0,
        e_value=float(weighed.e_value),
        false_alarm_rate=ALARM_ALPHA,
        variance_ratio=1.0 + float(weighed.overdispersion) * cap,
    )


def _watch(source: _Source) -> Watch | None:
    """The watch kept since the promise, as far as this review; None where it cannot be kept."""
    series, windows, weighed = source.series, source.windows, source.weighed
    if series.months_per_period != 1 or weighed.before == 0:
        return None
    watched = slice(windows.truce.start, windows.review.stop)
    rate = source.promise.allowed_ratio * float(weighed.before) / weighed.base_exposure
    cap, a = rate * series.observed_exposure[watched], float(weighed.overdispersion)
    path = log_shiryaev_roberts(series.counts[watched], cap, overdispersion=a)
    offset = windows.review.start - watched.start
    above = np.flatnonzero(path[offset:] >= -np.log(WATCH_ALPHA))
    months = watched.stop - watched.start
    if not len(above):
        return Watch("", months, 1 / WATCH_ALPHA, None)
    rings = ring_share(float(cap.mean()), months, WATCH_ALPHA, a)
    return Watch(series.months()[windows.review.start + int(above[0])], months, 1 / WATCH_ALPHA, rings)


def yearly_review(commitment: TruceCommitment, lead: IncidentSeries) -> tuple[int, DetectionQuality] | None:
    """A yearly review: the fewest events that keep the false-alarm rate within its limit, and what it promises.

    The base rate is as uncertain as its own period leaves it, λ₀ ~ Gamma(k + S₀/φ, X₀/φ), so that the year's total at
    the cap is negative binomial even where counts are Poisson; the excess of φ over 1, which few months leave badly
    known, is raised by `SPREAD_MARGIN`.
    """
    baseline = lead.window(commitment.baseline)
    count, exposure = _sums(lead, baseline)
    if count == 0:
        return None
    monthly = lead.months_per_period == 1
    spread = float(segment_dispersion(lead.counts[baseline])) if monthly else 1.0
    phi = 1.0 + SPREAD_MARGIN * max(spread - 1.0, 0.0)
    shape = PRIOR_SHAPE + count / phi
    cap = commitment.allowed_ratio * shape * phi / exposure
    a = (phi - 1.0) / (cap * REVIEW_MONTHS) + 1.0 / shape
    for threshold in range(1, MAX_THRESHOLD):
        found = truce_review(cap, threshold, months=REVIEW_MONTHS, overdispersion=a)
        if found.false_alarm_rate <= REVIEW_FALSE_ALARM_LIMIT:
            return threshold, found
    return None
