"""What is taxed: average tariffs through time, what is planned, the trade that is covered, and the products at stake.

Everything is read from the tariff book as known on the day of the brief. Averages cover all duties, the general rate
included, over the codes of a named weight set whose rate is known; what is planned is the book with every open step
that has a day carried out on it (no deal). Coverage and stake count duties on top of the general rate.

For a product group g, with v_c the trade in code c of the weight set and λ_c the share of the lines of c that a step
changes, the trade at stake is Σ v_c λ_c over the codes of g, and its rates are averages over the lines that change.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.disputes import steps as stepping
from tradewar.disputes.material import Material
from tradewar.disputes.schema import Book, Weights
from tradewar.disputes.steps import OpenStep
from tradewar.io.serialize import Document

if TYPE_CHECKING:
    from tradewar.tariffs.averages import AverageTariff
    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.question import Question

PRODUCTS = 10
"""How many products are listed."""
GROUP = 4
"""Digits of a listed product group."""
NO_DEAL = {"deal": "no"}


@dataclass(frozen=True)
class RatePoint:
    """An average tariff from a day on."""

    on: dt.date
    rate: float
    """Fraction."""
    covered_share: float
    """Part of the weights whose rate is known, fraction."""


@dataclass(frozen=True)
class PairTaxes:
    """What one party charges on the goods of the other."""

    importer: str
    exporter: str
    weight_set: str
    weight_digest: str
    weight_year: str
    weight_source: str
    unit: str
    """Money of the weight set."""
    total: float
    """Trade of the weight set, money."""
    base_rate: float
    """Average on the base day of the book, fraction."""
    rate: float
    """Average on the day of the brief, fraction."""
    covered_share: float
    """Part of the weights on which that average rests, fraction."""
    past: tuple[RatePoint, ...]
    """Each change up to the day of the brief."""
    planned: tuple[RatePoint, ...]
    """The day of the brief, then each change after it if what is planned is carried out; empty where nothing is."""
    covered_value: float
    """Trade on which some duty on top of the general rate is in force, money."""
    covered_part: float
    """The same as a part of the total, fraction."""
    covered_lines: int
    lines_without_weight: int
    """Covered codes for which the weight set has no trade: unknown, not zero."""
    unverified_points: float
    """Percentage points of the average that rest on lines of the book that were not checked."""
    unverified_value: float
    """Trade on which such lines are in force, money."""


@dataclass(frozen=True)
class Product:
    """A product group with the trade that the step changes, or on which an added duty is in force."""

    importer: str
    exporter: str
    code: str
    """Heading of the Harmonized System."""
    sector: str
    """Sector of the world that takes most of it; blank where the concordance has none."""
    sector_name: str
    value: float
    """Trade at stake, money of the weight set."""
    rate_before: float
    rate_after: float
    duty: float
    """The difference on the trade of the weight set, money; no account is taken of trade that falls."""


@dataclass(frozen=True)
class Stake:
    """What the next step changes, or, where no step is due, what is charged now."""

    kind: str
    """`step` or `in-force`."""
    on: dt.date
    steps: tuple[str, ...]
    """Names of the steps."""
    values: tuple[tuple[str, str, float], ...]
    """(importer, exporter, trade), money of the weight set."""
    products: tuple[Product, ...]
    """Most trade first."""


@dataclass(frozen=True)
class UnverifiedLine:
    """A line of the book in force between the parties that nobody checked."""

    measure: str
    importer: str
    source: str
    note: str


@dataclass(frozen=True)
class Taxed(Document):
    """The part of the findings that answers what is taxed, since when, and until when."""

    book: str
    book_title: str
    base_day: dt.date
    pairs: tuple[PairTaxes, ...]
    stake: Stake
    unverified: tuple[UnverifiedLine, ...]


def find(material: Material) -> Taxed | None:
    """What is taxed on the day of a dossier; None where it has no tariff book."""
    settings, book = material.dossier.book, material.book
    if settings is None or book is None:
        return None
    as_of, steps = material.dossier.as_of, material.stated.steps
    dated = tuple(step for step in steps if step.planned_from)
    last = max((step.planned_from for step in dated if step.planned_from), default=as_of)
    ahead = stepping.carried_out(book, dated, last, as_of) if _proposals(dated) else book
    pairs = [_pair(book, ahead, row, settings.base_day, as_of, last) for row in settings.weights]
    return Taxed(
        book=book.name,
        book_title=book.title,
        base_day=settings.base_day,
        pairs=tuple(pair for pair, _ in pairs),
        stake=_stake(book, settings, as_of, stepping.next_steps(steps), material),
        unverified=tuple(line for _, lines in pairs for line in lines),
    )


def _proposals(steps: tuple[OpenStep, ...]) -> bool:
    return any(step.status == "proposed" for step in steps)


# ---------------------------------------------------------------- through time


def _pair(
    book: TariffBook, ahead: TariffBook, row: Weights, base: dt.date, as_of: dt.date, last: dt.date
) -> tuple[PairTaxes, list[UnverifiedLine]]:
    from tradewar.tariffs.timeline import average_timeline

    pair, named = (row.importer, row.exporter), row.weight_set
    known: dict[str, Any] = {"known_on": as_of}
    start = min(base, as_of)
    past = [_point(item) for item in average_timeline(book, *pair, start, as_of, named, **known).points]
    today = book.average(*pair, as_of, named, **known)
    planned: list[RatePoint] = []
    if last > as_of:
        outcomes = ahead.branch(as_of, **NO_DEAL) if _hangs_on_a_deal(ahead) else None
        future = average_timeline(ahead, *pair, as_of, last, named, branch=outcomes, **known)
        planned = [_point(item) for item in future.points]
    covered = book.coverage(*pair, as_of, named, **known)
    points, value, lines = _unverified(book, pair, named, as_of)
    chosen = book.weight_sets[named]
    found = PairTaxes(
        importer=row.importer,
        exporter=row.exporter,
        weight_set=named,
        weight_digest=chosen.digest,
        weight_year=chosen.year,
        weight_source=chosen.source,
        unit=chosen.unit,
        total=chosen.total,
        base_rate=past[0].rate,
        rate=_rate(today),
        covered_share=today.covered_share,
        past=tuple(past),
        planned=tuple(planned) if len(planned) > 1 else (),
        covered_value=covered.value,
        covered_part=covered.share,
        covered_lines=covered.lines,
        lines_without_weight=len(covered.codes_without_weight),
        unverified_points=points,
        unverified_value=value,
    )
    return found, lines


def _hangs_on_a_deal(book: TariffBook) -> bool:
    return any(change.trigger in NO_DEAL for change in book.changes_planned)


def _point(item: AverageTariff) -> RatePoint:
    return RatePoint(dt.date.fromisoformat(item.on), _rate(item), item.covered_share)


def _rate(item: AverageTariff) -> float:
    return float("nan") if item.rate is None else item.rate


def _unverified(
    book: TariffBook, pair: tuple[str, str], named: str, as_of: dt.date
) -> tuple[float, float, list[UnverifiedLine]]:
    """Points of the average, trade, and lines that rest on figures nobody checked."""
    from tradewar.tariffs import averages
    from tradewar.tariffs.coverage import special_programmes
    from tradewar.tariffs.question import ask

    question = ask(book, *pair, as_of, known_on=as_of)
    line = averages.line_set(book, question)
    evaluation, _ = averages.evaluated(book, question, line, special_programmes(book, pair[0]))
    doubtful = {step.measure_id for step in book.steps(as_of) if step.status == "in_force" and not step.verified}
    rate, touched = np.zeros(len(line.codes)), np.zeros(len(line.codes))
    lines: dict[str, UnverifiedLine] = {}
    for claim in evaluation.applied:
        measure = claim.measure
        if (measure.verified and measure.measure_id not in doubtful) or not np.nansum(claim.rate):
            continue
        rate[claim.index] += np.nan_to_num(claim.rate)
        touched[claim.index] = np.maximum(touched[claim.index], claim.weight)
        lines.setdefault(measure.measure_id, UnverifiedLine(measure.measure_id, pair[0], measure.source, measure.note))
    chosen = book.weight_sets[named]
    mean = averages.matched(_by_code(line.array, rate, chosen.digits), chosen.codes)
    share = averages.matched(_by_code(line.array, touched, chosen.digits), chosen.codes)
    known = ~np.isnan(mean)
    points = 100 * float((chosen.value[known] * mean[known]).sum() / chosen.value[known].sum())
    return points, float((chosen.value[known] * share[known]).sum()), list(lines.values())


def _by_code(codes: Any, value: Float[Array, " line"], digits: int) -> Any:
    """Simple means of a value over the lines of each code."""
    from tradewar.tariffs.averages import CodeRates

    names, place = np.unique(codes.astype(f"<U{digits}"), return_inverse=True)
    count = np.bincount(place, minlength=len(names))
    return CodeRates(names, np.bincount(place, weights=value, minlength=len(names)) / count, count, (), ())


# ---------------------------------------------------------------- what is at stake


@dataclass(frozen=True, eq=False)
class _Lines:
    """L lines of one importer before and after."""

    codes: Any
    before: Float[Array, " line"]
    after: Float[Array, " line"]
    changed: Bool[Array, " line"]


def _stake(book: TariffBook, settings: Book, as_of: dt.date, due: tuple[OpenStep, ...], material: Material) -> Stake:
    day = next((step.planned_from for step in due if step.planned_from), None)
    names = dict(zip(material.world.sectors, material.world.sector_names, strict=True))
    found: list[Product] = []
    values: list[tuple[str, str, float]] = []
    after = book
    if day is not None and _proposals(due):
        after = stepping.carried_out(book, due, day, as_of)
    for row in settings.weights:
        lines = _in_force(book, row, as_of) if day is None else _changing(book, after, row, as_of, day)
        products, value = _products(book, row, settings.sector_set, lines, names)
        found += products
        values.append((row.importer, row.exporter, value))
    found.sort(key=lambda item: (-item.value, item.importer, item.code))
    return Stake(
        kind="in-force" if day is None else "step",
        on=day or as_of,
        steps=tuple(step.name for step in due),
        values=tuple(values),
        products=tuple(found[:PRODUCTS]),
    )


def _changing(book: TariffBook, after: TariffBook, row: Weights, as_of: dt.date, day: dt.date) -> _Lines:
    """Lines whose added duty the steps of a day change, on the lines in force on the day of knowledge."""
    from tradewar.tariffs.question import ask

    pair = (row.importer, row.exporter)
    outcomes = after.branch(as_of, **NO_DEAL) if _hangs_on_a_deal(after) else None
    now = ask(book, *pair, as_of, known_on=as_of)
    then = ask(after, *pair, day, known_on=as_of, branch=outcomes)
    codes, total, added = _duties(book, now, now.instant)
    same, total_then, added_then = _duties(after, then, now.instant)
    assert np.array_equal(codes, same)
    return _Lines(codes, total, total_then, np.abs(np.nan_to_num(added_then - added)) > 1e-12)


def _in_force(book: TariffBook, row: Weights, as_of: dt.date) -> _Lines:
    """Lines on which an added duty is in force, compared with the general rate alone."""
    from tradewar.tariffs.question import ask

    now = ask(book, row.importer, row.exporter, as_of, known_on=as_of)
    codes, total, added = _duties(book, now, now.instant)
    return _Lines(codes, total - added, total, np.nan_to_num(added) > 1e-12)


def _duties(book: TariffBook, question: Question, lines_on: int) -> tuple[Any, Any, Any]:
    """Codes of the lines of a day, their total rates, and what is added to the general rate."""
    from tradewar.tariffs import averages
    from tradewar.tariffs.coverage import special_programmes

    line = averages.line_set(book, question, lines_on)
    rates: list[Any] = []
    for programmes in (None, special_programmes(book, question.importer)):
        evaluation, _ = averages.evaluated(book, question, line, programmes)
        rates.append(averages.known_rates(book, evaluation, question.importer, programmes))
    return line.array, rates[0], rates[1]


def _products(
    book: TariffBook, row: Weights, sector_set: str, lines: _Lines, names: dict[str, str]
) -> tuple[list[Product], float]:
    """Product groups by trade at stake, and the sum over all of them."""
    from tradewar.tariffs import averages

    chosen = book.weight_sets[row.weight_set]
    share = averages.matched(_by_code(lines.codes, lines.changed.astype(float), chosen.digits), chosen.codes)
    stake = chosen.value * np.nan_to_num(share)
    known = lines.changed & ~np.isnan(lines.before) & ~np.isnan(lines.after)
    if not known.any():
        return [], float(stake.sum())
    before, after = (
        averages.matched(_by_code(lines.codes[known], rate[known], chosen.digits), chosen.codes)
        for rate in (lines.before, lines.after)
    )
    rated = np.where(np.isnan(before), 0.0, stake)
    headings, place = np.unique(chosen.codes.astype(f"<U{GROUP}"), return_inverse=True)
    value = np.bincount(place, weights=stake, minlength=len(headings))
    weight, old, new = (
        np.bincount(place, weights=rated * np.nan_to_num(rate), minlength=len(headings))
        for rate in (np.ones(len(stake)), before, after)
    )
    sector = _largest_sector(book, row.weight_set, sector_set, place, len(headings))
    largest = [k for k in np.argsort(-value, kind="stable")[:PRODUCTS] if weight[k] > 0]
    products = [
        Product(
            importer=row.importer,
            exporter=row.exporter,
            code=str(headings[k]),
            sector=sector[k],
            sector_name=names.get(sector[k], ""),
            value=float(value[k]),
            rate_before=float(old[k] / weight[k]),
            rate_after=float(new[k] / weight[k]),
            duty=float(new[k] - old[k]),
        )
        for k in largest
    ]
    return products, float(stake.sum())


def _largest_sector(book: TariffBook, named: str, sector_set: str, place: Any, count: int) -> list[str]:
    """The sector that takes most of the trade of each group; blank where the concordance has none."""
    from tradewar.tariffs import bridge

    laid = bridge.lay(book, book.weight_sets[named], sector_set)
    value = np.zeros((count, len(laid.sectors)))
    np.add.at(value, (place[laid.code], laid.sector), laid.value)
    best = value.argmax(axis=1)
    return [laid.sectors[b] if value[k, b] > 0 else "" for k, b in enumerate(best)]
