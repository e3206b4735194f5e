"""Observed falls of a flow, taken apart with what was known and assumed on a day.

Which falls are looked at, where the data known on the day allow it:

1. each figure that somebody reported for a month, against a year before;
2. the same month in the observed series, and the three months around it, against a year before;
3. the last three known months, against the same months of the base year.

Stocks are ln(M/C) of the path with expected rises only; waiting for a deal is what expected removals add to it. The
residual is what is left, and is never forced to zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tradewar.disputes.path_file import Directed
from tradewar.disputes.series import ObservedTrade, months_between, year_before
from tradewar.io.serialize import Document
from tradewar.paths import (
    Anticipation,
    Decomposition,
    ElasticityCurve,
    PathAssumptions,
    PathRanges,
    TariffStep,
    decompose,
    log_effect_of_steps,
    monthly_path,
    step_effect_draws,
    stocks_term,
)
from tradewar.world.ranges import Range, vary

MakePath = Callable[["PathInputs", float], PathAssumptions]

COVERAGE, OVER = 0.9, "draws of the elasticities by horizon"
SMALLEST_SHARED = 0.05
"""Changes below so many log points are not divided into shares."""


@dataclass(frozen=True)
class PathInputs:
    """All that was known of one flow on the day, and what is assumed."""

    start: str
    months: int
    base_year: int
    flow: str
    steps: tuple[TariffStep, ...]
    anticipations: tuple[Anticipation, ...]
    curve: ElasticityCurve
    directed: Directed | None
    observed: ObservedTrade
    ranges: PathRanges | None = None
    """Ranges of the elasticities; None where the dossier gives none."""


@dataclass(frozen=True)
class Fall(Document, told="... decomposition.observed_ratio decomposition.total decomposition.parts sentence"):
    """One observed change, taken apart."""

    title: str
    months: tuple[str, ...]
    base_months: tuple[str, ...]
    basis: str
    """On which statistics it stands."""
    reported: bool
    """True for a stated figure without a series behind it."""
    decomposition: Decomposition
    how_directed: str
    """Where the wedge of directed buying comes from."""
    substitution_range: Range | None
    """What tariffs explain under draws of the elasticities, in percent of the base like `percent_of_fall`; None where
    the dossier gives no ranges."""

    @property
    def sentence(self) -> str:
        """What a reader is told; a change too small to be shared out is said to be that."""
        found = self.decomposition
        if abs(found.total.log_points) >= SMALLEST_SHARED:
            return found.sentence
        return (
            f"Trade changed by {100 * (found.observed_ratio - 1):+.1f} percent, too little to be shared out; tariffs "
            f"alone would have changed it by {100 * float(np.expm1(found.substitution.log_points)):+.1f} percent."
        )


@dataclass(frozen=True)
class Wedge:
    """Directed buying in log points, and how it was found."""

    value: float
    sentence: str


def directed_wedge(inputs: PathInputs, target: tuple[str, ...] = (), years: int = 1) -> Wedge:
    """ψ of the directed groups: for the months `target` against some years before, or (none) for the path as a whole.

    The groups' ratio r is that of the target months where these are known, else of the last `window` known months;
    for the path it is that of all known months since the order.
    """
    spec, observed = inputs.directed, inputs.observed
    if spec is None:
        return Wedge(0.0, "none assumed")
    groups = [observed.get(inputs.flow, group) for group in spec.groups]
    known = tuple(month for month in groups[0].months if month >= spec.start)
    if not known:
        return Wedge(0.0, "no month since the order is known yet")
    seen = target and all(series.total(target) is not None for series in groups)
    window = target if seen else known[-spec.window :] if target else known
    base = tuple(year_before(month, years if seen else _years(inputs, month)) for month in window)
    now = sum(series.total(window) or 0.0 for series in groups)
    before = sum(series.total(base) or 0.0 for series in groups)
    share_months = tuple(year_before(month, years) for month in target) or base
    total = observed.get(inputs.flow).total(share_months)
    share = sum(series.total(share_months) or 0.0 for series in groups) / total if total else 0.0
    ratio = now / before if before else 1.0
    reaction = float(np.exp(_tariff_effect(inputs, _middle(inputs, window))))
    value = float(-np.log(1.0 - share * max(0.0, 1.0 - ratio / reaction)))
    sentence = (
        f"{' and '.join(spec.groups)} were {share:.0%} of trade in {_span(share_months)}; in {_span(window)} they "
        f"stood at {ratio:.0%} of {_span(base)}, where tariffs alone would leave {reaction:.0%}"
    )
    return Wedge(value, sentence)


def falls(inputs: PathInputs, make_path: MakePath) -> tuple[Fall, ...]:
    """Every fall that can be looked at with what was known on the day."""
    found: list[Fall] = []
    series, flow = inputs.observed.get(inputs.flow), inputs.observed.flow(inputs.flow)
    for row in inputs.observed.reported:
        if row.flow != inputs.flow:
            continue
        basis = f"{row.basis}. Source: {row.source}"
        found.append(_fall(inputs, make_path, row.what, (row.month,), row.ratio_to_year_before, basis, reported=True))
        for months in ((row.month,), _around(row.month)):
            now, base = series.total(months), series.total([year_before(month) for month in months])
            if now is not None and base:
                title = f"{flow.title} in {_span(months)}, against a year before"
                found.append(_fall(inputs, make_path, title, months, now / base, f"{flow.source}; {flow.valuation}"))
    last = tuple(month for month in series.months if month > f"{inputs.base_year}-12")[-3:]
    if len(last) == 3 and last not in [fall.months for fall in found]:
        years = _years(inputs, last[-1])
        now, base = series.total(last), series.total([year_before(month, years) for month in last])
        if now is not None and base:
            title = f"{flow.title} in {_span(last)}, against the same months {years} year{'s' * (years > 1)} before"
            basis = f"{flow.source}; {flow.valuation}"
            found.append(_fall(inputs, make_path, title, last, now / base, basis, years=years))
    return tuple(found)


def _fall(
    inputs: PathInputs,
    make_path: MakePath,
    title: str,
    months: tuple[str, ...],
    ratio: float,
    basis: str,
    *,
    reported: bool = False,
    years: int = 1,
) -> Fall:
    wedge = directed_wedge(inputs, months, years)
    rises = tuple(event for event in inputs.anticipations if event.power_after >= event.power_before)
    places = [place for place in _places(inputs, months) if 0 <= place < inputs.months]
    stocks = _stocks(replace(inputs, anticipations=rises), make_path, places)
    base = tuple(year_before(month, years) for month in months)
    # a step that had not happened has no effect yet; one that is awaited is not part of what was observed
    steps = [step for step in inputs.steps if not step.awaited]
    found = decompose(
        ratio,
        steps,
        _middle(inputs, months),
        directed_wedge=wedge.value,
        stocks=stocks,
        waiting=_stocks(inputs, make_path, places) - stocks,
        curve=inputs.curve,
        base_month=_middle(inputs, base),
    )
    band = _substitution_range(inputs, steps, found, _middle(inputs, months), _middle(inputs, base))
    return Fall(title, months, base, basis, reported, found, wedge.sentence, band)


def _substitution_range(
    inputs: PathInputs, steps: Sequence[TariffStep], found: Decomposition, month: float, base_month: float
) -> Range | None:
    total, percent = found.total.log_points, found.total.percent_of_fall
    if inputs.ranges is None or percent is None or found.substitution.percent_of_fall is None:
        return None
    drawn = step_effect_draws(steps, inputs.ranges, month, base_month)
    # shares of log points, as for every component
    values = drawn / total * percent
    return vary(found.substitution.percent_of_fall, values, over=OVER, coverage=COVERAGE)


def _stocks(inputs: PathInputs, make_path: MakePath, places: Sequence[int]) -> float:
    if not places or not inputs.anticipations:
        return 0.0
    return stocks_term(monthly_path(make_path(inputs, 0.0)), places)


def _tariff_effect(inputs: PathInputs, middle: float) -> float:
    steps = [step for step in inputs.steps if not step.awaited]
    return float(log_effect_of_steps(steps, inputs.curve, np.array([middle]))[0])


def _years(inputs: PathInputs, month: str) -> int:
    """How many years a month lies after the base year, at least one."""
    return max(1, int(month[:4]) - inputs.base_year)


def _around(month: str) -> tuple[str, ...]:
    number = 12 * int(month[:4]) + int(month[5:]) - 2
    return months_between(f"{number // 12:04d}-{number % 12 + 1:02d}", 3)


def _places(inputs: PathInputs, months: Sequence[str]) -> list[int]:
    first = 12 * int(inputs.start[:4]) + int(inputs.start[5:])
    return [12 * int(month[:4]) + int(month[5:]) - first for month in months]


def _middle(inputs: PathInputs, months: Sequence[str]) -> float:
    """Mid-point of the months, in months since the start of the path."""
    return float(np.mean(_places(inputs, months))) + 0.5


def _span(months: Sequence[str]) -> str:
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"
