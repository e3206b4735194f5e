"""Average tariffs: many lines, one number, and everything needed to compute it again.

For rates r_i with weights w_i >= 0 the average is sum(w_i r_i) / sum(w_i) over codes where both are known. The path is:
lines of the schedule -> simple mean to the digits of the weight set -> weighted mean. With the weight set `simple` each
line (or every code of `level` digits) counts once. An effective rate is calculated duty over imports, from customs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from tradewar.errors import BookError
from tradewar.io.serialize import Document
from tradewar.tariffs import editions, weights
from tradewar.tariffs.evaluate import BASE_AUTHORITY, Evaluation, evaluate
from tradewar.tariffs.instants import EVERYTHING, MINUTES, day_of, write_day
from tradewar.tariffs.question import Decisions, Question, ask
from tradewar.tariffs.scopes import Lines, Listing, known_codes, listing
from tradewar.tariffs.weights import WeightSet

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.schedules import Schedule

COVERAGE_LIMIT = 0.95
"""Averages that cover a smaller share of the weights are flagged."""
LEVELS = (2, 4, 6, 8, 10)


@dataclass(frozen=True, eq=False)
class CodeRates:
    """Mean rates by code of one level. K codes."""

    codes: Any
    """(K,) text, sorted."""
    rate: Float[Array, " code"]
    """Mean over the lines of the code whose rate is known; NaN where none is."""
    lines: Int[Array, " code"]
    """Number of lines."""
    unknown: tuple[str, ...]
    """Lines whose rate is not known."""
    assumed: tuple[str, ...]
    """Facts that the question leaves open, evaluated at their defaults."""


@dataclass(frozen=True)
class AverageTariff(
    Document,
    told="on rate covered_share unmapped_value flagged",
    digits={"rate": 12, "covered_share": 12, "unmapped_value": 6},
):
    """An average with its weight set, path and coverage."""

    importer: str
    exporter: str
    on: str
    known: str
    convention: str
    rate: float | None
    """Fraction; None where nothing is covered."""
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
    unmatched: tuple[tuple[str, float], ...]
    """Codes of the weight set without a rate and their weight, largest first."""
    unknown_lines: tuple[str, ...]
    """Lines whose rate is unknown, left out of the means."""
    assumed: tuple[str, ...]
    """Open facts taken at their defaults."""
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


def code_rates(
    book: TariffBook,
    question: Question,
    level: int,
    *,
    programmes: Sequence[str] | None = None,
    lines_on: int | None = None,
    rule_set: str | None = None,
) -> CodeRates:
    """Mean rates by code of `level` digits (0: the lines themselves)."""
    line = line_set(book, question, lines_on)
    evaluation, decisions = evaluated(book, question, line, programmes, rule_set)
    rate = known_rates(book, evaluation, question.importer, programmes)
    codes, place = _grouped(line, level)
    count = np.bincount(place, minlength=len(codes))
    known = ~np.isnan(rate)
    number = np.bincount(place, weights=known.astype(float), minlength=len(codes))
    total = np.bincount(place, weights=np.where(known, rate, 0.0), minlength=len(codes))
    mean = np.divide(total, number, out=np.full(len(codes), np.nan), where=number > 0)
    unknown = tuple(line.codes[k] for k in np.flatnonzero(~known))
    return CodeRates(codes, mean, count, unknown, tuple(sorted(decisions.asked)))


def evaluated(
    book: TariffBook, question: Question, line: Lines, programmes: Sequence[str] | None, rule_set: str | None = None
) -> tuple[Evaluation, Decisions]:
    """Duties on a set of lines with open facts at their defaults."""
    decisions = Decisions()
    chosen = None if programmes is None else tuple(programmes)
    _check_programmes(book, question.importer, chosen)
    return evaluate(book, question, line, decisions, programmes=chosen, rule_set=rule_set), decisions


def known_rates(
    book: TariffBook, evaluation: Evaluation, importer: str, programmes: Sequence[str] | None
) -> Float[Array, " line"]:
    """Totals, NaN where entry is refused, or where the base counts and the book has none for the line."""
    bases = {name for name, authority in book.authorities.items() if authority == BASE_AUTHORITY}
    counts_base = bool(editions.schedules_of(book, importer)) and (programmes is None or bases & set(programmes))
    missing = evaluation.refused | (~evaluation.has_base if counts_base else False)
    return np.where(missing, np.nan, evaluation.total)


def _check_programmes(book: TariffBook, importer: str, programmes: tuple[str, ...] | None) -> None:
    having = {measure.programme for measure in book.measures_of(importer)}
    for name in programmes or ():
        if name not in having:
            fix = f"{importer} has {', '.join(sorted(having))}"
            raise BookError.at("programmes", f"{importer} has no programme {name!r}", fix)


def line_set(book: TariffBook, question: Question, lines_on: int | None = None) -> Lines:
    """The lines in force on a day: those of the schedules; without any, the finest codes that measures name."""
    schedules = editions.schedules_of(book, question.importer)
    if not schedules:
        known = known_codes(book, question.importer)
        leaves = [code for k, code in enumerate(known) if not (k + 1 < len(known) and known[k + 1].startswith(code))]
        return _lines(listing(book), tuple(leaves))
    instant = question.instant if lines_on is None else lines_on
    known = question.known if lines_on is None else max(question.known, lines_on // 1440)
    rows = tuple(schedule.in_force(instant, known).tobytes() for schedule in schedules)
    return _lines_in_force(listing(book), schedules, rows)


@lru_cache(maxsize=64)
def _lines_in_force(lists: Listing, schedules: tuple[Schedule, ...], rows: tuple[bytes, ...]) -> Lines:
    """The lines of the rows in force; most days share them with the day before."""
    found: set[str] = set()
    for schedule, content in zip(schedules, rows, strict=True):
        found.update(schedule.codes[np.frombuffer(content, dtype=np.int64)].tolist())
    return _lines(lists, tuple(sorted(found)))


@lru_cache(maxsize=64)
def _lines(lists: Listing, codes: tuple[str, ...]) -> Lines:
    return lists.lines(codes)


@lru_cache(maxsize=128)
def _grouped(line: Lines, level: int) -> tuple[Any, Any]:
    """Codes of a level and the position of each line's code among them."""
    names = line.array if level == 0 else line.array.astype(f"<U{level}")
    return np.unique(names, return_inverse=True)


def average(
    book: TariffBook,
    importer: str,
    exporter: str,
    on: date | datetime | str,
    weight_set: str | WeightSet = weights.SIMPLE,
    *,
    level: int | None = None,
    programmes: Sequence[str] | None = None,
    lines_on: date | str | None = None,
    limit: float = COVERAGE_LIMIT,
    rule_set: str | None = None,
    **options: Any,
) -> AverageTariff:
    """An average tariff on a day.

    `level` is the number of digits at which simple means count (default: the line); a weight set brings its own.
    `programmes` limits the sum (`["s301"]` is the added duty). `lines_on` takes the lines of another day's edition.
    Other options are those of `tradewar.tariffs.question.ask`.

    Raises:
        BookError: if the weight set, a programme or an option is not right.
    """
    question = ask(book, importer, exporter, on, **options)
    _check_day(book, question)
    edition_day = None if lines_on is None else ask(book, importer, exporter, lines_on).instant
    chosen = None if weight_set == weights.SIMPLE else weights.find(book, weight_set, exporter)
    digits = chosen.digits if chosen else (level or 0)
    if digits and digits not in LEVELS:
        raise BookError.at("level", f"{digits} is not a level", f"Use one of {', '.join(map(str, LEVELS))}")
    rates = code_rates(book, question, digits, programmes=programmes, lines_on=edition_day, rule_set=rule_set)
    return _record(question, rates, chosen, digits, tuple(programmes or ()), limit)


def _check_day(book: TariffBook, question: Question) -> None:
    book.measures_of(question.importer)
    if not book.covers(question.day):
        fix = f"It covers {write_day(book.first_day)} to {write_day(book.last_day) or 'open'}"
        raise BookError.at("on", f"{write_day(question.day)} is outside the book {book.name}", fix)


def _record(
    question: Question,
    rates: CodeRates,
    chosen: WeightSet | None,
    level: int,
    programmes: tuple[str, ...],
    limit: float,
) -> AverageTariff:
    if chosen is None:
        codes, value = rates.codes, np.ones(len(rates.codes))
        found = rates.rate
    else:
        codes, value = chosen.codes, chosen.value
        found = matched(rates, codes)
    known = ~np.isnan(found)
    covered, total = float(value[known].sum()), float(value.sum())
    unmatched = largest(codes, value, ~known, count=None)
    rate = float((value[known] * found[known]).sum() / covered) if covered > 0 else None
    named = "every line" if level == 0 else f"simple mean to HS{level}"
    return AverageTariff(
        importer=question.importer,
        exporter=question.exporter,
        on=write_day(question.day),
        known=question.known_text,
        convention=f"{question.convention}; export = entry - {question.transit_days} days",
        rate=rate,
        weight_set=weights.SIMPLE if chosen is None else chosen.name,
        weight_digest=weights.SIMPLE if chosen is None else chosen.digest,
        weight_unit="lines" if chosen is None else chosen.unit,
        level=level,
        path=f"lines of the schedule, {named}, weighted by {weights.SIMPLE if chosen is None else chosen.name}",
        programmes=programmes,
        covered_value=covered,
        total_value=total,
        unmatched=unmatched,
        unknown_lines=rates.unknown,
        assumed=rates.assumed,
        flagged=bool(covered < limit * total),
    )


def matched(rates: CodeRates, codes: Any) -> Float[Array, " weight"]:
    """The rate of each code of a weight set; NaN where the book has none. One rate per code, never more."""
    if not len(rates.codes):
        return np.full(len(codes), np.nan)
    place, same = _places(_Key(rates.codes), _Key(codes))
    return np.where(same, rates.rate[place], np.nan)


class _Key:
    """An array as a key of a cache: the same object, kept alive so that no other takes its place."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def __hash__(self) -> int:
        return id(self.array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.array is other.array


@lru_cache(maxsize=64)
def _places(among: _Key, codes: _Key) -> tuple[Int[Array, " weight"], Bool[Array, " weight"]]:
    """Where each code stands among sorted ones, and whether it is there; a timeline asks the same on every day."""
    place = np.searchsorted(among.array, codes.array).clip(max=len(among.array) - 1)
    return place, among.array[place] == codes.array


def largest(
    codes: Any, value: Float[Array, " code"], where: Bool[Array, " code"], count: int | None = 10
) -> tuple[tuple[str, float], ...]:
    """Codes and values where a mask holds, largest value first."""
    places = np.flatnonzero(where)
    order = places[np.argsort(-value[places], kind="stable")][:count]
    return tuple((str(codes[k]), float(value[k])) for k in order)


def effective_rate(
    book: TariffBook, importer: str, period: str, exporter: str | None = None, *, without: Sequence[str] = ()
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
        refuse_aggregates(book, {row["exporter"] for row in rows}, period)
    imports, duties = (sum(row[name] for row in rows) for name in ("imports_usd", "duties_usd"))
    return duties / imports, imports


def refuse_aggregates(book: TariffBook, partners: set[str], period: str) -> None:
    """Refuse a sum over partners that counts some of them twice.

    Raises:
        BookError: if an area stands beside its members.
    """
    from tradewar.tariffs.areas import belongs

    start = day_of(f"{period}-01-01"[:10] if len(period) == 4 else f"{period}-01", "period") * MINUTES
    for area in sorted(partners & (set(book.areas) | {"WLD"})):
        others = partners - {area}
        inside = {other for other in others if area == "WLD" or belongs(other, area, start, EVERYTHING, book.areas)}
        if inside:
            what = f"aggregate partner beside members: {area} and {', '.join(sorted(inside)[:5])}"
            raise BookError.at("effective", what, "Leave out one side with `without`, or ask for one exporter")


def to_frame(points: Sequence[AverageTariff]) -> pd.DataFrame:
    """Averages as rows, with the facts that make them reproducible."""
    import pandas as pd

    names = ("importer", "exporter", "on", "known", "rate", "weight_set", "weight_digest", "level", "convention")
    more = ("covered_value", "total_value", "flagged")
    return pd.DataFrame([{name: getattr(point, name) for name in (*names, *more)} for point in points])
