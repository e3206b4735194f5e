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
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from tradewar.disputes import steps as stepping
from tradewar.disputes.material import Material
from tradewar.disputes.policies import base_days
from tradewar.disputes.schema import Book, Weights
from tradewar.disputes.steps import OpenStep
from tradewar.io.serialize import Document

if TYPE_CHECKING:
    from tradewar.tariffs.averages import AverageTariff
    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.question import RateQuestion
    from tradewar.tariffs.units import Units

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
    """The first day of the averages."""
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
    base = base_days(settings, material.world)
    pairs = [_pair(book, ahead, row, base[row.importer], as_of, last) for row in settings.weights]
    return Taxed(
        book=book.name,
        book_title=book.title,
        base_day=min(base.values()),
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
    from tradewar.tariffs import average, average_timeline, coverage, steps, unchecked

    named, question = row.weight_set, _question(row, as_of)
    past = [_point(item) for item in average_timeline(book, question, min(base, as_of), as_of, named).points]
    today = average(book, question, named)
    planned: list[RatePoint] = []
    if last > as_of:
        future = average_timeline(ahead, question.at(branch=_outcomes(ahead)), as_of, last, named)
        planned = [_point(item) for item in future.points]
    covered = coverage(book, question, named)
    doubtful = {step.measure_id for step in steps(book, as_of) if step.status == "in_force" and step.verified is False}
    doubt = unchecked(book, question, named, doubtful)
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
        unverified_points=doubt.points,
        unverified_value=doubt.value,
    )
    return found, [UnverifiedLine(m.measure_id, row.importer, m.source, m.note) for m in doubt.measures]


def _question(row: Weights, as_of: dt.date) -> RateQuestion:
    from tradewar.tariffs import RateQuestion

    return RateQuestion(importer=row.importer, exporter=row.exporter, on=as_of, known_on=as_of)


def _outcomes(book: TariffBook) -> dict[str, str] | None:
    """Open questions that change a step are answered: there is no deal."""
    hangs = any(change.trigger in NO_DEAL for change in book.changes_planned)
    return NO_DEAL if hangs else None


def _point(item: AverageTariff) -> RatePoint:
    return RatePoint(dt.date.fromisoformat(item.on), _rate(item), item.covered_share)


def _rate(item: AverageTariff) -> float:
    return float("nan") if item.rate is None else item.rate


# ---------------------------------------------------------------- what is at stake


@dataclass(frozen=True, eq=False)
class _Lines:
    """L lines under the codes of a weight set, before and after."""

    code: Int[Array, " line"]
    """Position of the code of each."""
    weight: Float[Array, " line"]
    """Share of each in its code."""
    before: Float[Array, " line"]
    after: Float[Array, " line"]
    changed: Bool[Array, " line"]

    def summed(self, value: Float[Array, " line"], count: int) -> Float[Array, " code"]:
        """Sums over the lines of each code."""
        return np.bincount(self.code, weights=self.weight * value, minlength=count)


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
    now = _question(row, as_of)
    units, total, added = _duties(book, now, row, as_of)
    same, total_then, added_then = _duties(after, now.at(on=day, branch=_outcomes(after)), row, as_of)
    assert np.array_equal(units.code, same.code)
    changed = np.abs(np.nan_to_num(added_then - added)) > 1e-12
    return _Lines(units.code, units.weight, total, total_then, changed)


def _in_force(book: TariffBook, row: Weights, as_of: dt.date) -> _Lines:
    """Lines on which an added duty is in force, compared with the general rate alone."""
    units, total, added = _duties(book, _question(row, as_of), row, as_of)
    return _Lines(units.code, units.weight, total - added, total, np.nan_to_num(added) > 1e-12)


def _duties(book: TariffBook, question: RateQuestion, row: Weights, lines_on: dt.date) -> tuple[Units, Any, Any]:
    """The lines of a day, their total rates, and what is added to the general rate."""
    from tradewar.tariffs import averages, special_programmes
    from tradewar.tariffs.question import ask

    asked, instant = ask(book, question), ask(book, question.at(on=lines_on)).instant
    codes = book.weight_sets[row.weight_set].codes
    every, added = (
        averages.line_rates(asked, codes, programmes=programmes, lines_on=instant)
        for programmes in (None, special_programmes(book, question.importer))
    )
    return every.units, every.rate, added.rate


def _products(
    book: TariffBook, row: Weights, sector_set: str, lines: _Lines, names: dict[str, str]
) -> tuple[list[Product], float]:
    """Product groups by trade at stake, and the sum over all of them."""
    chosen = book.weight_sets[row.weight_set]
    count = len(chosen.codes)
    stake = chosen.value * lines.summed(lines.changed.astype(float), count)
    known = lines.changed & ~np.isnan(lines.before) & ~np.isnan(lines.after)
    if not known.any():
        return [], float(stake.sum())
    part = lines.summed(known.astype(float), count)
    before, after = (
        lines.summed(np.where(known, rate, 0.0), count) / np.where(part > 0, part, 1.0)
        for rate in (lines.before, lines.after)
    )
    rated = np.where(part > 0, stake, 0.0)
    headings, place = np.unique(chosen.codes.astype(f"<U{GROUP}"), return_inverse=True)
    value = np.bincount(place, weights=stake, minlength=len(headings))
    weight, old, new = (
        np.bincount(place, weights=rated * rate, minlength=len(headings))
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
    from tradewar.tariffs import lay

    laid = lay(book, book.weight_sets[named], sector_set)
    value = np.zeros((count, len(laid.sectors)))
    np.add.at(value, (place[laid.code], laid.sector), laid.value)
    best = value.argmax(axis=1)
    return [laid.sectors[b] if value[k, b] > 0 else "" for k, b in enumerate(best)]
