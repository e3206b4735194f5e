"""What a reader wants to see behind a truce: the monthly series with its nowcast, and every retrospective test.

Computed for the lead source alone, where it is kept by month. Change points at unknown dates are sought from two
years before the baseline to the end of the last review, with costs divided by the overdispersion of the announced
windows, so that single busy months are not split off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import EvidenceError, NoSolutionError
from tradewar.monitoring.change_points import partition, split_profile
from tradewar.monitoring.delay import nowcast
from tradewar.monitoring.dispersion import segment_dispersion
from tradewar.monitoring.retrospective import ShareTest, WindowTest, controls_left_out, placebo_dates, window_test
from tradewar.monitoring.series import IncidentSeries, TruceCommitment, month_number, month_text
from tradewar.monitoring.steps import segmented_steps

MONTHS_BEFORE_BASELINE = 24
PLACEBO_WINDOW = 24


@dataclass(frozen=True)
class ChangePoint:
    """A change of rate at a date that nobody announced."""

    month: str
    """First month of the later segment."""
    first: str
    last: str
    """Dates within two log-likelihood units of the best: draw them as a band."""
    rate_before: float
    rate_after: float
    """Events per month."""


@dataclass(frozen=True)
class Step:
    """One announced date in the segmented regression."""

    month: str
    rate_ratio: float
    p_value: float
    hac_p_value: float
    negative_binomial_p_value: float


@dataclass(frozen=True)
class TruceBackground:
    """The lead series by month, and the tests of its announced dates."""

    dataset: str
    date_meaning: str
    months: tuple[str, ...]
    counts: tuple[float, ...]
    nowcast_mean: tuple[float, ...]
    nowcast_low: tuple[float, ...]
    nowcast_high: tuple[float, ...]
    """Final counts expected, with 95 percent intervals; equal to the counts where nothing is outstanding."""
    controls: dict[str, tuple[float, ...]]
    announced: tuple[str, ...]
    """First month of each review."""
    dispersion: float
    change_points: tuple[ChangePoint, ...]
    """By BIC, costs divided by `dispersion`."""
    first_window: WindowTest | None
    """The first review against the baseline; its tipping point says what change of detection would explain it."""
    placebo_rank: int | None
    """Rank of the promise's date among all dates by the ratio of the windows after and before, 1 = largest fall."""
    placebo_dates: int
    """Dates compared."""
    placebo_sponsors: dict[str, WindowTest]
    """The first window test for each control."""
    left_out: dict[str, ShareTest]
    """The share test of the first review without each control."""
    steps: tuple[Step, ...]
    """Segmented regression on the announced dates; empty where a segment has no events."""


def truce_background(commitment: TruceCommitment, series: IncidentSeries) -> TruceBackground | None:
    """The background of a truce on its lead series; None where that is not kept by month or does not reach it."""
    baseline, first = series.window(commitment.baseline), series.window(commitment.reviews[0])
    if series.months_per_period != 1 or not (baseline.stop and first.stop):
        return None
    horizon = max(series.window(review).stop for review in commitment.reviews)
    shown = slice(max(baseline.start - MONTHS_BEFORE_BASELINE, 0), horizon)
    announced = tuple(
        part.start for review in commitment.reviews if (part := series.window(review)).stop and part.start < shown.stop
    )
    counts = np.asarray(series.counts[shown], dtype=float)
    changes = tuple(start - shown.start for start in announced)
    phi = max(float(segment_dispersion(counts, changes)), 1.0)
    share = np.ones(len(counts)) if series.completeness is None else np.asarray(series.completeness[shown])
    expected = nowcast(counts, share)
    position, placebos = _placebo(series, first.start)
    return TruceBackground(
        dataset=series.dataset,
        date_meaning=series.date_meaning,
        months=tuple(series.months()[shown]),
        counts=tuple(map(float, counts)),
        nowcast_mean=tuple(map(float, expected.mean)),
        nowcast_low=tuple(map(float, expected.low)),
        nowcast_high=tuple(map(float, expected.high)),
        controls={name: tuple(map(float, array[shown])) for name, array in series.controls.items()},
        announced=tuple(series.months()[start] for start in announced),
        dispersion=phi,
        change_points=_change_points(counts, series.months()[shown.start], phi),
        first_window=_window(series.counts, series, baseline, first),
        placebo_rank=position,
        placebo_dates=placebos,
        placebo_sponsors={
            name: found
            for name, array in series.controls.items()
            if (found := _window(array, series, baseline, first)) is not None
        },
        left_out=_left_out(series, baseline, first),
        steps=_steps(counts, changes, series.months()[shown.start], share),
    )


def _window(counts: Array, series: IncidentSeries, baseline: slice, review: slice) -> WindowTest | None:
    before, after = (round(float(counts[part].sum())) for part in (baseline, review))
    exposure = [float(series.observed_exposure[part].sum()) for part in (baseline, review)]
    return window_test(before, after, exposure[0], exposure[1]) if before + after else None


def _placebo(series: IncidentSeries, start: int) -> tuple[int | None, int]:
    """Rank of the date and number of dates; None where the date itself has no full window after it."""
    try:
        found = placebo_dates(series.counts, PLACEBO_WINDOW)
    except EvidenceError:
        return None, 0
    return (found.rank(start) if start in found.position else None), len(found.position)


def _left_out(series: IncidentSeries, baseline: slice, review: slice) -> dict[str, ShareTest]:
    def pair(counts: Array) -> tuple[int, int]:
        return int(counts[baseline].sum()), int(counts[review].sum())

    if len(series.controls) < 2 or sum(pair(series.counts)) == 0:
        return {}
    return controls_left_out(pair(series.counts), {name: pair(array) for name, array in series.controls.items()})


def _change_points(counts: Float[Array, " period"], first_month: str, phi: float) -> tuple[ChangePoint, ...]:
    found, start = partition(counts, dispersion=phi), month_number(first_month)
    edges = (0, *found.changes, len(counts))
    points: list[ChangePoint] = []
    for k, change in enumerate(found.changes):
        low, high = split_profile(counts, change, (edges[k], edges[k + 2]), phi)
        month, first, last = (month_text(start + place) for place in (change, low, high))
        points.append(ChangePoint(month, first, last, float(found.rates[k]), float(found.rates[k + 1])))
    return tuple(points)


def _steps(
    counts: Float[Array, " period"], changes: tuple[int, ...], first_month: str, exposure: Float[Array, " period"]
) -> tuple[Step, ...]:
    try:
        fit = segmented_steps(counts, changes, exposure)
    except (EvidenceError, NoSolutionError):
        # a segment without events: the exact window tests stand on their own
        return ()
    start = month_number(first_month)
    return tuple(
        Step(
            month_text(start + change),
            float(fit.rate_ratio[k]),
            float(fit.p_value[k]),
            float(fit.hac_p_value[k]),
            float(fit.negative_binomial_p_value[k]),
        )
        for k, change in enumerate(changes)
    )
