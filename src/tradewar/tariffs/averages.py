"""Average tariffs: many lines, one number, the ends between which it lies, and what is needed to compute it again.

For rates r_i with weights w_i >= 0 the average is sum(w_i r_i) / sum(w_i) over codes where both are known. The path is:
lines of the schedule -> simple mean to the digits of the weight set -> weighted mean. With the weight set `simple` each
line (or every code of `level` digits) counts once. A code under which duties differ has the mean of its lines as its
usual rate, and the lowest and highest of them as ends: more digits would decide it. Any product that `rate` can answer
has a rate here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.errors import BookError
from tradewar.io.serialize import Document
from tradewar.tariffs import units, weights
from tradewar.tariffs.applied import ends_of, partners_of
from tradewar.tariffs.evaluate import Duties, evaluate, signature
from tradewar.tariffs.instants import MINUTES, day_of, write_day
from tradewar.tariffs.lines import Field
from tradewar.tariffs.model import BASE_AUTHORITY, Book
from tradewar.tariffs.question import Asked, RateQuestion, ask
from tradewar.tariffs.units import Units
from tradewar.tariffs.weights import WeightSet

if TYPE_CHECKING:
    import pandas as pd

COVERAGE_LIMIT = 0.95
"""Averages that cover a smaller share of the weights are flagged."""
LEVELS = (2, 4, 6, 8, 10)
SAME = 1e-12
"""Rates that differ by less are one rate."""


@dataclass(frozen=True, eq=False)
class CodeRates:
    """Rates of K codes. NaN where none is known."""

    codes: Any
    """(K,) text."""
    low: Float[Array, " code"]
    rate: Float[Array, " code"]
    """Mean over the lines of the code whose rate is known."""
    high: Float[Array, " code"]
    lines: Int[Array, " code"]
    """Number of lines."""
    unknown: tuple[str, ...]
    """Lines whose rate is not known."""
    assumed: tuple[str, ...]
    """Facts that the question leaves open, taken at their usual shares."""


@dataclass(frozen=True)
class AverageTariff(
    Document,
    told="on rate low high covered_share unmapped_value undecided_value flagged",
    digits={"rate": 12, "low": 12, "high": 12, "covered_share": 12, "unmapped_value": 6, "undecided_value": 6},
):
    """An average with its weight set, path and coverage."""

    importer: str
    exporter: str
    on: str
    known: str
    convention: str
    rate: float | None
    """Fraction; None where nothing is covered."""
    low: float | None
    high: float | None
    """Ends between which the average lies whatever the goods under each code are; None is unbounded."""
    weight_set: str
    weight_digest: str
    weight_unit: str
    level: int
    """Digits at which weights apply; 0 is the line itself."""
    path: str
    programmes: tuple[str, ...]
    """Programmes counted; empty means all."""
    covered_value: float
    total_value: float
    undecided_value: float
    """Weight of codes whose rate more digits, or open facts, would decide."""
    unmatched: tuple[tuple[str, float], ...]
    """Codes of the weight set without a rate and their weight, largest first."""
    unknown_lines: tuple[str, ...]
    """Lines whose rate is unknown, left out of the means."""
    assumed: tuple[str, ...]
    """Open facts taken at their usual shares."""
    flagged: bool
    """True where coverage is below the limit."""

    @property
    def covered_share(self) -> float:
        """Share of the weights for which a rate is known."""
        return self.covered_value / self.total_value if self.total_value else 0.0

    @property
    def unmapped_value(self) -> float:
        """Weight for which no rate is known."""
        return self.total_value - self.covered_value


# ---------------------------------------------------------------- lines of a question


@dataclass(frozen=True, eq=False)
class LineRates:
    """Rates of U lines that answer for K codes."""

    units: Units
    low: Float[Array, " line"]
    rate: Float[Array, " line"]
    high: Float[Array, " line"]
    duties: tuple[Duties, ...]
    """Of each member, where an area exports; else of the exporter."""
    field: Field
    answers: Mapping[Any, Any]
    """By all on which they hang."""

    @property
    def codes(self) -> Any:
        """(U,) text."""
        return self.units.lines.codes

    def spread(self, values: Float[Array, " profile"]) -> Float[Array, " line"]:
        """Values of profiles on the lines."""
        return values[self.field.profile]

    @property
    def assumed(self) -> tuple[str, ...]:
        """Facts left open, taken at their usual shares."""
        families = {f for found in self.duties for group in found.parts.groups for f in group.families if not f.decided}
        return tuple(sorted({family.name for family in families}))

    def by_code(self, codes: Any) -> CodeRates:
        """Means and ends by code."""
        count = len(codes)
        place, weight = self.units.code, self.units.weight
        known = ~np.isnan(self.rate)
        unknown = tuple(self.codes[~known].tolist())
        if self.units.alone:
            one = np.ones(count, dtype=np.int64)
            low, high = (np.where(known, end, np.nan) for end in (self.low, self.high))
            return CodeRates(codes, low, self.rate, high, one, unknown, self.assumed)
        total = np.bincount(place, weights=np.where(known, weight, 0.0), minlength=count)
        mean = np.bincount(place, weights=np.where(known, weight * np.nan_to_num(self.rate), 0.0), minlength=count)
        having = total > 0
        rate = np.divide(mean, total, out=np.full(count, np.nan), where=having)
        low, high = (np.full(count, end) for end in (np.inf, -np.inf))
        there = known & self.units.real
        np.minimum.at(low, place[there], self.low[there])
        np.maximum.at(high, place[there], self.high[there])
        return CodeRates(
            codes=codes,
            low=np.where(having, low, np.nan),
            rate=np.clip(rate, low, high),
            high=np.where(having, high, np.nan),
            lines=np.bincount(place, minlength=count),
            unknown=unknown,
            assumed=self.assumed,
        )


@dataclass(frozen=True, eq=False)
class Setting:
    """The lines that answer for some codes at one time, and all on which their duties hang."""

    asked: Asked
    units: Units
    field: Field
    keys: tuple[Any, ...]
    """One for each exporter: times with the same keys have the same rates."""


def setting_of(asked: Asked, codes: Any, lines_on: int | None = None) -> Setting:
    """Where the rates of some codes hang at the time of a question.

    Args:
        lines_on: take the lines of the edition of this instant.
    """
    book, instant = asked.book, asked.instant if lines_on is None else lines_on
    known = asked.known if lines_on is None else max(asked.known, lines_on // MINUTES)
    found = _units(book, asked.importer, _Key(codes), units.epochs(book, asked.importer, instant, known))
    field = found.lines.at(book, units.schedules_of(book, asked.importer), asked.instant, asked.known)
    keys = tuple((field, *signature(asked.of(partner))) for partner in partners_of(asked))
    return Setting(asked, found, field, keys)


def line_rates(
    asked: Asked,
    codes: Any,
    *,
    programmes: Sequence[str] | None = None,
    lines_on: int | None = None,
) -> LineRates:
    """Rates of the lines that answer for some codes.

    Args:
        lines_on: take the lines of the edition of this instant.
    """
    return rates_at(setting_of(asked, codes, lines_on), programmes)


def rates_at(
    setting: Setting, programmes: Sequence[str] | None = None, before: Mapping[Any, Any] | None = None
) -> LineRates:
    """Rates of the lines of a setting.

    Args:
        before: `LineRates.answers` of another time, used where nothing has changed since.
    """
    asked, field, known, found_by = setting.asked, setting.field, before or {}, dict[Any, Any]()
    for partner, key in zip(partners_of(asked), setting.keys, strict=True):
        if key not in found_by:
            found_by[key] = known.get(key) or _one(asked.of(partner), field, programmes)
    answers = [found_by[key] for key in setting.keys]
    low, usual, high = (np.stack([answer[k] for answer in answers]) for k in range(3))
    # members of an area count alike: no trade by member is known
    ends = (low.min(axis=0), usual.mean(axis=0), high.max(axis=0)) if len(answers) > 1 else (low[0], usual[0], high[0])
    low, usual, high = (end[field.profile] for end in ends)
    return LineRates(setting.units, low, usual, high, tuple(answer[3] for answer in answers), field, found_by)


def _one(asked: Asked, field: Field, programmes: Sequence[str] | None) -> tuple[Any, ...]:
    """Low, usual and high rate of each profile, and the duties behind them."""
    found = evaluate(asked, field)
    counted = found if programmes is None else found.of(programmes)
    ends = ends_of(counted, counted.mixture(), asked, base=_counts_base(asked.book, programmes))
    return (*ends, found)


def _counts_base(book: Book, programmes: Sequence[str] | None) -> bool:
    return programmes is None or any(book.authorities.get(name) == BASE_AUTHORITY for name in programmes)


class _Key:
    """An array as a key of a cache: the same object, kept alive so that no other takes its place."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def __hash__(self) -> int:
        return id(self.array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.array is other.array


@lru_cache(maxsize=64)
def _units(book: Book, importer: str, codes: _Key, epochs: tuple[tuple[int, int], ...]) -> Units:
    return units.units_at(book, importer, codes.array, epochs)


@lru_cache(maxsize=64)
def _every_line(book: Book, importer: str, epochs: tuple[tuple[int, int], ...], level: int) -> Any:
    lines = np.array(units.all_lines_at(book, importer, epochs), dtype=str)
    return np.unique(lines.astype(f"<U{level}")) if level else lines


def codes_of(book: Book, asked: Asked, chosen: WeightSet | None, level: int, lines_on: int | None) -> Any:
    """The codes that count: those of a weight set, or every line (or every code of a level) of the day."""
    if chosen is not None:
        return chosen.codes
    instant = asked.instant if lines_on is None else lines_on
    known = asked.known if lines_on is None else max(asked.known, lines_on // MINUTES)
    return _every_line(book, asked.importer, units.epochs(book, asked.importer, instant, known), level)


# ---------------------------------------------------------------- averages


def average(
    book: Book,
    question: RateQuestion,
    weight_set: str | WeightSet = weights.SIMPLE,
    *,
    level: int | None = None,
    programmes: Sequence[str] | None = None,
    lines_on: date | str | None = None,
    limit: float = COVERAGE_LIMIT,
) -> AverageTariff:
    """An average tariff on a day.

    Args:
        level: digits at which simple means count (default: the line); a weight set brings its own.
        programmes: those that count (`["s301"]` is the added duty).
        lines_on: take the lines of the edition of this day.
        limit: share of the weights below which the average is flagged.

    Raises:
        BookError: if the weight set, a programme or a fact of the question is not right.
    """
    return Averager(book, question, weight_set, level, programmes, lines_on, limit).at(ask(book, question))


class Averager:
    """Averages of one question at many times: what does not change between them is kept from one to the next."""

    def __init__(
        self,
        book: Book,
        question: RateQuestion,
        weight_set: str | WeightSet,
        level: int | None = None,
        programmes: Sequence[str] | None = None,
        lines_on: date | str | None = None,
        limit: float = COVERAGE_LIMIT,
    ):
        check_programmes(book, question.importer, programmes)
        self.book, self.programmes, self.limit = book, programmes, limit
        self.chosen = (
            None if weight_set == weights.SIMPLE else weights.find(book.weight_sets, weight_set, question.exporter)
        )
        self.level = self.chosen.digits if self.chosen else (level or 0)
        if self.level and self.level not in LEVELS:
            what = f"{self.level} is not a level"
            raise BookError.at("level", what, f"Use one of {', '.join(map(str, LEVELS))}")
        self.lines_on = None if lines_on is None else ask(book, question.at(on=lines_on)).instant
        self.last: tuple[tuple[Any, ...], Mapping[Any, Any], AverageTariff] | None = None
        """All on which the last average hung, its rates, and the average."""

    def at(self, asked: Asked) -> AverageTariff:
        """The average at the time of a question."""
        if not self.book.covers(asked.day):
            fix = f"It covers {write_day(self.book.first_day)} to {write_day(self.book.last_day) or 'open'}"
            raise BookError.at("on", f"{write_day(asked.day)} is outside the book {self.book.name}", fix)
        codes = codes_of(self.book, asked, self.chosen, self.level, self.lines_on)
        setting = setting_of(asked, codes, self.lines_on)
        keys, before, point = self.last or ((), {}, None)
        if point is not None and setting.keys == keys:
            return replace(point, on=write_day(asked.day), known=asked.known_text)
        found = rates_at(setting, self.programmes, before)
        point = self._record(asked, found.by_code(codes))
        self.last = setting.keys, found.answers, point
        return point

    def _record(self, asked: Asked, rates: CodeRates) -> AverageTariff:
        chosen = self.chosen
        value = np.ones(len(rates.codes)) if chosen is None else chosen.value
        known = ~np.isnan(rates.rate)
        covered, total = float(value[known].sum()), float(value.sum())

        def mean(of: Array) -> float | None:
            found = float((value[known] * of[known]).sum() / covered) if covered > 0 else np.nan
            return None if not np.isfinite(found) else found

        name = weights.SIMPLE if chosen is None else chosen.name
        step = "every line" if self.level == 0 else f"simple mean to HS{self.level}"
        open_ = known & ~(rates.high - rates.low <= SAME)
        return AverageTariff(
            importer=asked.importer,
            exporter=asked.exporter,
            on=write_day(asked.day),
            known=asked.known_text,
            convention=f"{asked.convention}; export = entry - {asked.question.transit_days} days",
            rate=mean(rates.rate),
            low=mean(rates.low),
            high=mean(rates.high),
            weight_set=name,
            weight_digest=name if chosen is None else chosen.digest,
            weight_unit="lines" if chosen is None else chosen.unit,
            level=self.level,
            path=f"lines of the schedule, {step}, weighted by {name}",
            programmes=tuple(self.programmes or ()),
            covered_value=covered,
            total_value=total,
            undecided_value=float(value[open_].sum()),
            unmatched=largest(rates.codes, value, ~known, count=None),
            unknown_lines=rates.unknown,
            assumed=rates.assumed,
            flagged=bool(covered < self.limit * total),
        )


def check_programmes(book: Book, importer: str, programmes: Sequence[str] | None) -> None:
    """Refuse a programme that the importer does not have.

    Raises:
        BookError: listing those that it has.
    """
    having = {measure.programme for measure in book.measures_of(importer)}
    for name in programmes or ():
        if name not in having:
            fix = f"{importer} has {', '.join(sorted(having))}"
            raise BookError.at("programmes", f"{importer} has no programme {name!r}", fix)


def special_programmes(book: Book, importer: str) -> tuple[str, ...]:
    """Programmes of an importer other than the base."""
    names = {measure.programme for measure in book.measures_of(importer)}
    return tuple(sorted(name for name in names if book.authorities[name] != BASE_AUTHORITY))


def largest(codes: Any, value: Any, where: Any, count: int | None = 10) -> tuple[tuple[str, float], ...]:
    """Codes and values where a mask holds, largest value first."""
    places = np.flatnonzero(where)
    order = places[np.argsort(-value[places], kind="stable")][:count]
    return tuple((str(codes[k]), float(value[k])) for k in order)


# ---------------------------------------------------------------- customs outcomes


def effective_rate(
    book: Book, importer: str, period: str, exporter: str | None = None, *, without: Sequence[str] = ()
) -> tuple[float, float]:
    """Calculated duties over imports in a month (`2019-06`) or year, and the imports: (rate, money).

    `exporter` None sums over all exporters of the period; aggregates beside their members must then be left out by
    naming one side in `without`.

    Raises:
        BookError: if there are no figures, or an aggregate stands beside its members.
    """
    table = book.tables["effective"]
    rows = [row for row in table.rows() if (row["importer"], row["period"]) == (importer, period)]
    rows = [row for row in rows if row["exporter"] not in without and exporter in (None, row["exporter"])]
    if not rows:
        what = f"no customs figures of {importer} for {period}" + (f" from {exporter}" if exporter else "")
        periods = sorted(set(table.texts("period")))
        raise BookError.at("effective", what, f"Periods: {', '.join(periods[-6:])} and others")
    if exporter is None:
        _refuse_aggregates(book, {row["exporter"] for row in rows}, period)
    imports, duties = (sum(row[name] for row in rows) for name in ("imports_usd", "duties_usd"))
    return duties / imports, imports


def _refuse_aggregates(book: Book, partners: set[str], period: str) -> None:
    """Refuse a sum over partners that counts some of them twice."""
    from tradewar.tariffs.areas import belongs
    from tradewar.tariffs.instants import EVERYTHING

    start = day_of(f"{period}-01-01"[:10] if len(period) == 4 else f"{period}-01", "period") * MINUTES
    for area in sorted(partners & (set(book.areas) | {"WLD"})):
        others = partners - {area}
        inside = {other for other in others if area == "WLD" or belongs(other, area, start, EVERYTHING, book.areas)}
        if inside:
            what = f"aggregate partner beside members: {area} and {', '.join(sorted(inside)[:5])}"
            raise BookError.at("effective", what, "Leave out one side with `without`, or ask for one exporter")


def to_frame(points: Iterable[AverageTariff]) -> pd.DataFrame:
    """Averages as rows, with the facts that make them reproducible."""
    import pandas as pd

    names = ("importer", "exporter", "on", "known", "rate", "low", "high", "weight_set", "weight_digest", "level")
    more = ("convention", "covered_value", "total_value", "flagged")
    return pd.DataFrame([{name: getattr(point, name) for name in (*names, *more)} for point in points])
