"""Month by month: the path of each observed flow of a dossier after its tariff steps, and its falls taken apart.

Three inputs meet here, each filtered by the day of knowledge: the tariff steps of the book (average added duty, with
the weights that the dossier names), the observed series, and the assumptions of `series/path.toml`. The mathematics is
that of `tradewar.paths`; nothing is estimated from the fall that is explained.

An observed index is the value of a month over that of the same month of the base year. Components are log points.
Directed buying ψ: with s the base share of the directed groups, r the observed ratio of their trade to the base and f
the reaction of trade to the average tariff, ψ = −ln(1 − s (1 − r/f)) where r < f, otherwise 0: an upper bound.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tradewar.disputes.dossier import Dossier
from tradewar.disputes.material import Material
from tradewar.disputes.observed_falls import Fall, PathInputs, directed_wedge, falls
from tradewar.disputes.path_file import PATH_FILE, FlowPath, PathFile, Ranges, read_path_file
from tradewar.disputes.policies import dispute_book, dispute_world
from tradewar.disputes.series import (
    SERIES_FOLDER,
    Flow,
    Missing,
    ObservedTrade,
    load_series,
    months_between,
    year_before,
)
from tradewar.errors import DossierError
from tradewar.io.serialize import Document
from tradewar.paths import (
    Anticipation,
    DirectedBuying,
    ElasticityCurve,
    PathAssumptions,
    PathRanges,
    TariffStep,
    both_outcomes,
    fit_elasticity_curve,
    landmarks,
    monthly_path,
    path_draws,
)
from tradewar.world.ranges import Range, vary

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.tariffs import TariffBook
    from tradewar.world.model import World

DRAWS, SEED, COVERAGE = 1000, 0, 0.9
BAND = "5 to 95 percent of draws"
OVER = "draws of the elasticities by horizon, and of what is assumed about dates and orders"
WEDGE_RANGE = (0.5, 1.0)
"""Directed buying is an upper bound: draws take this part of it."""
IN_FULL = "the path takes orders from the state in full, an upper bound; the draws take from half of them to all"


@dataclass(frozen=True)
class StepFact:
    """One step of the average added duty, from the tariff book."""

    on: dt.date
    rate_before: float
    """Average added duty, fraction."""
    rate_after: float
    planned: bool
    """True where it lies after the day of knowledge: it may not come."""


@dataclass(frozen=True)
class Assumption:
    """One number that is assumed, with its reason."""

    name: str
    value: str
    reason: str
    source: str


@dataclass(frozen=True)
class PathMonth:
    """One month of a path. Indices are 1 without the dispute; components are log points of the path as planned."""

    month: str
    index: float
    """Imports if every planned step comes."""
    index_without: float | None
    """If the planned steps do not come; None where none is planned."""
    use: float
    extra_stock: float
    """Months of normal use."""
    range: Range | None
    """Of `index`; None where the dossier gives no ranges."""
    substitution: float
    directed: float
    stocks: float
    observed: float | None
    """Observed value over that of the same month of the base year; None where it was not known."""
    observed_three_months: float | None
    """The same over this month and the two before it."""

    def cells(self) -> dict[str, Any]:
        """The month as one row of a table, with both ends of its range."""
        ends = {"low": self.range and self.range.low, "high": self.range and self.range.high}
        return {name: value for name, value in vars(self).items() if name != "range"} | ends


@dataclass(frozen=True)
class FlowFindings(Document, told="... flow falls"):
    """The path of one flow, what was observed, and its falls taken apart."""

    flow: Flow
    months: tuple[PathMonth, ...]
    steps: tuple[StepFact, ...]
    falls: tuple[Fall, ...]
    long_run_index: float
    """Where use ends when all steps have worked themselves out."""
    sentence: str
    band: str
    assumptions: tuple[Assumption, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class MonthlyFindings(Document):
    """The paths of a dossier as known on the day `as_of`."""

    dispute: str
    as_of: dt.date
    base_year: int
    flows: tuple[FlowFindings, ...]
    missing: tuple[Missing, ...]
    """Series that the data at hand lack, with the reason."""
    release_rule: str

    def flow(self, name: str) -> FlowFindings:
        """The findings of one flow.

        Raises:
            DossierError: if there is none of that name.
        """
        for found in self.flows:
            if found.flow.name == name:
                return found
        known = ", ".join(found.flow.name for found in self.flows)
        raise DossierError.at("path", f"there is no flow {name!r}", f"Use {known}")

    def to_frame(self) -> pd.DataFrame:
        """Long, for charts: one row per flow and month."""
        import pandas as pd

        return pd.DataFrame([{"flow": f.flow.name} | row.cells() for f in self.flows for row in f.months])

    def falls_frame(self) -> pd.DataFrame:
        """Long, for bars: one row per observed fall and component."""
        import pandas as pd

        rows = [
            {"flow": found.flow.name, "fall": fall.title, "component": name, "log_points": part.log_points}
            | {"percent_of_fall": part.percent_of_fall, "share_of_total": part.share_of_total}
            for found in self.flows
            for fall in found.falls
            for name, part in fall.decomposition.parts.items()
        ]
        return pd.DataFrame(rows)


def monthly_findings(
    dossier: Dossier, as_of: dt.date | None = None, book: TariffBook | None = None, world: World | None = None
) -> MonthlyFindings:
    """The path of every flow of a dossier.

    How fast trade reacts is that of the curve of the dossier. How far is that of the level of the dossier: at `world`,
    one plus the trade elasticity of its world, with which everything else is computed; at `blp`, the curve's own.

    Args:
        dossier: with `series/` and a tariff book.
        as_of: day of knowledge; by default the day for which the dossier was written.
        book: the tariff book, where it is loaded already.
        world: the world of the dossier, likewise.

    Raises:
        DossierError: if the series or the assumptions are wrong, or the dossier has no tariff book.
        BookError: if the tariff book is wrong.
    """
    day = as_of or dossier.as_of
    content = read_path_file(dossier.folder)
    _curve(content)
    observed = load_series(dossier.folder, day)
    loaded = dispute_book(dossier) if book is None else book
    if loaded is None:
        fix = "Name its folder in [book] of dispute.toml"
        raise DossierError.at("path", f"dossier {dossier.name!r} has no tariff book to read tariff steps from", fix)
    if dossier.horizon.level == "world":
        at = dispute_world(dossier, loaded) if world is None else world
        contents = [_at_level(content, at, observed.flow(flow.name)) for flow in content.flows]
    else:
        contents = [content] * len(content.flows)
    found = tuple(
        _flow_findings(own, flow, observed, loaded, day) for own, flow in zip(contents, content.flows, strict=True)
    )
    return MonthlyFindings(dossier.name, day, content.base_year, found, observed.missing, observed.release_rule)


def find(material: Material) -> MonthlyFindings | None:
    """The paths as a part of the findings; None where the dossier has no series or no tariff book."""
    dossier = material.dossier
    if material.book is None or not (dossier.folder / SERIES_FOLDER / PATH_FILE).is_file():
        return None
    return monthly_findings(dossier, dossier.as_of, material.book, material.world)


def tariff_steps(
    book: TariffBook, importer: str, exporter: str, spec: FlowPath, content: PathFile, known_on: dt.date
) -> tuple[StepFact, ...]:
    """Steps of the average added duty from the start of the path to its end, as known on a day."""
    from tradewar.tariffs import RateQuestion, average_timeline

    months = months_between(content.start, content.months)
    first, last = f"{months[0]}-01", f"{months[-1]}-28"
    question = RateQuestion(importer=importer, exporter=exporter, known_on=known_on)
    points = average_timeline(book, question, first, last, spec.weights, programmes=spec.programmes).points
    found: list[StepFact] = []
    before = 0.0
    for point in points:
        after = point.rate or 0.0
        on = dt.date.fromisoformat(str(point.on)[:10])
        if abs(after - before) > SMALLEST_STEP:
            found.append(StepFact(on, before, after, on > known_on))
            before = after
    return tuple(found)


SMALLEST_STEP = 5e-5
"""Changes of an average below half a hundredth of a point are changes of product codes, not of policy."""


def _flow_findings(
    content: PathFile, spec: FlowPath, observed: ObservedTrade, book: TariffBook, day: dt.date
) -> FlowFindings:
    flow = observed.flow(spec.name)
    facts = tariff_steps(book, flow.importer, flow.exporter, spec, content, day)
    inputs = _inputs(content, spec, observed, facts, day)
    wedge = directed_wedge(inputs)
    assumptions = path_assumptions(inputs, wedge.value)
    path = monthly_path(assumptions)
    planned = any(step.awaited for step in assumptions.steps)
    without = both_outcomes(assumptions).if_not if planned else None
    drawn = _drawn(assumptions, content.ranges, wedge.value)
    beyond = IN_FULL if assumptions.directed else ""
    series = observed.get(spec.name)
    months = months_between(content.start, content.months)
    rows = tuple(
        PathMonth(
            month=month,
            index=float(path.trade_index[m]),
            index_without=None if without is None else float(without.trade_index[m]),
            use=float(path.use_index[m]),
            extra_stock=float(path.extra_stock[m]),
            range=None
            if drawn is None
            else vary(float(path.trade_index[m]), drawn[:, m], over=OVER, coverage=COVERAGE, outside=beyond),
            substitution=float(path.substitution[m]),
            directed=float(path.directed[m]),
            stocks=float(path.stocks[m]),
            observed=_index(series, (month,), content.base_year),
            observed_three_months=_index(series, months_between(_shifted(month, -2), 3), content.base_year),
        )
        for m, month in enumerate(months)
    )
    marks = landmarks(path)
    return FlowFindings(
        flow=flow,
        months=rows,
        steps=facts,
        falls=falls(inputs, path_assumptions),
        long_run_index=marks.long_run_index,
        sentence=_sentence(
            months, marks.peak_month, marks.peak, marks.trough_month, marks.trough, marks.long_run_index
        ),
        band="" if drawn is None else f"{BAND}: {content.ranges.reason if content.ranges else ''}",
        assumptions=_named(content, spec, inputs, wedge.sentence),
        notes=(*path.notes, content.base_reason, flow.vintage),
    )


def _inputs(
    content: PathFile, spec: FlowPath, observed: ObservedTrade, facts: Sequence[StepFact], day: dt.date
) -> PathInputs:
    steps = tuple(
        TariffStep(
            month=position(content.start, fact.on),
            power_before=1.0 + fact.rate_before,
            power_after=1.0 + fact.rate_after,
            awaited=fact.planned,
            name=f"average added duty {100 * fact.rate_before:.1f} to {100 * fact.rate_after:.1f} percent on {fact.on}",
        )
        for fact in facts
    )
    known = tuple(row for row in spec.anticipations if row.known_from <= day)
    events = tuple(
        Anticipation(
            announced_month=_number(content.start, row.announced),
            effective_month=_number(content.start, row.effective),
            probability=row.probability,
            power_before=row.power_before or _power(facts, f"{row.announced}-28"),
            power_after=row.power_after or 1.0,
            storable_share=row.storable_share,
            carrying_cost=row.carrying_cost,
            name=row.name,
        )
        for row in known
    )
    directed = spec.directed if spec.directed is not None and spec.directed.known_from <= day else None
    return PathInputs(
        start=content.start,
        months=content.months,
        base_year=content.base_year,
        flow=spec.name,
        steps=steps,
        anticipations=events,
        curve=_curve(content),
        directed=directed,
        observed=observed,
        ranges=_curve_ranges(content.ranges),
    )


def _curve_ranges(ranges: Ranges | None) -> PathRanges | None:
    """The ranges of the elasticities alone; None where not all are given."""
    if ranges is None or not (ranges.long_run and ranges.at_one_year and ranges.at_ten_years):
        return None
    return PathRanges(ranges.long_run, ranges.at_one_year, ranges.at_ten_years)


def _at_level(content: PathFile, world: World, flow: Flow) -> PathFile:
    """The curve and its ranges in proportion, so that the long run is σ = 1 + θ of what is traded."""
    j, i = world.country_index(flow.importer), world.country_index(flow.exporter)
    traded = world.trade_value[j, i] * world.tradable
    sigma = 1.0 + float((traded * world.trade_elasticity).sum() / traded.sum())
    factor = sigma / content.curve.long_run
    names = ("long_run", "at_one_year", "at_ten_years")
    source = f"{content.curve.source}. Their shape; in the long run one plus the trade elasticity of {world.name}"
    curve = {name: factor * getattr(content.curve, name) for name in names}
    ranges = content.ranges
    if ranges is not None:
        given = {name: getattr(ranges, name) for name in names}
        scaled = {name: (factor * ends[0], factor * ends[1]) for name, ends in given.items() if ends is not None}
        ranges = ranges.model_copy(update=scaled)
    return content.model_copy(
        update={"curve": content.curve.model_copy(update=curve | {"source": source}), "ranges": ranges}
    )


def _curve(content: PathFile) -> ElasticityCurve:
    given = content.curve
    return fit_elasticity_curve(given.long_run, (1.0, given.at_one_year), (10.0, given.at_ten_years), given.source)


def path_assumptions(inputs: PathInputs, wedge: float) -> PathAssumptions:
    """All that makes the path of one flow, with a directed wedge."""
    orders: tuple[DirectedBuying, ...] = ()
    if inputs.directed is not None and wedge > 0.0:
        orders = (DirectedBuying(_number(inputs.start, inputs.directed.start), wedge, name="directed buying"),)
    return PathAssumptions(inputs.months, inputs.steps, inputs.anticipations, orders, inputs.curve, name=inputs.flow)


def position(start: str, day: dt.date) -> float:
    """A day in months since the start of the path, with its part of the month."""
    first_of_next = (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    length = (first_of_next - day.replace(day=1)).days
    return _number(start, f"{day:%Y-%m}") + (day.day - 1) / length


def _number(start: str, month: str) -> int:
    return 12 * (int(month[:4]) - int(start[:4])) + int(month[5:]) - int(start[5:])


def _shifted(month: str, by: int) -> str:
    return months_between(month, by + 1)[-1] if by >= 0 else _back(month, -by)


def _back(month: str, by: int) -> str:
    number = 12 * int(month[:4]) + int(month[5:]) - 1 - by
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _power(facts: Sequence[StepFact], day: str) -> float:
    """1 + average added duty in force on a day."""
    before = [fact for fact in facts if fact.on.isoformat() <= day]
    return 1.0 + (before[-1].rate_after if before else 0.0)


def _index(series: Any, months: Sequence[str], base_year: int) -> float | None:
    """Observed months over the same months of the base year ."""
    years = int(months[-1][:4]) - base_year
    now, base = series.total(months), series.total([year_before(month, years) for month in months])
    return None if now is None or not base else now / base


def _drawn(assumptions: PathAssumptions, ranges: Ranges | None, wedge: float) -> Any:
    if ranges is None:
        return None
    given = ranges.model_dump(exclude={"reason"}, exclude_none=True)
    if not assumptions.anticipations:
        given = {key: value for key, value in given.items() if key in ("long_run", "at_one_year", "at_ten_years")}
    if assumptions.directed:
        given["wedge"] = (WEDGE_RANGE[0] * wedge, WEDGE_RANGE[1] * wedge)
    return path_draws(assumptions, PathRanges(**given), DRAWS, SEED)[0]


def _sentence(
    months: Sequence[str], peak_month: int, peak: float, trough_month: int, trough: float, long_run: float
) -> str:
    return (
        f"If every planned step comes, trade is highest in {months[peak_month]} at {peak:.0%} of normal and lowest in "
        f"{months[trough_month]} at {trough:.0%}; in the long run it stands at {long_run:.0%}."
    )


def _named(content: PathFile, spec: FlowPath, inputs: PathInputs, how: str) -> tuple[Assumption, ...]:
    """What is assumed, as far as the day of knowledge allows."""
    curve = content.curve
    points = f"{curve.at_one_year:g} after one year, {curve.at_ten_years:g} after ten, {curve.long_run:g} in the end"
    why = "Percent less trade per percent of duty. A figure of method: its source may be later than the day"
    rows = [Assumption("elasticity by horizon", points, why, curve.source)]
    if inputs.directed is not None:
        rows.append(Assumption("directed buying", how, inputs.directed.reason, inputs.directed.source))
    names = {event.name for event in inputs.anticipations}
    for row in spec.anticipations:
        if row.name in names:
            value = (
                f"probability {row.probability:g}, storable share {row.storable_share:g}, carrying cost "
                f"{row.carrying_cost:g} a month, from {row.announced} to {row.effective}"
            )
            rows.append(Assumption(row.name, value, row.reason, row.source))
    return tuple(rows)
