"""How much trade the measures in force cover, and how much of an average rests on what nobody checked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.io.serialize import Document
from tradewar.tariffs import averages, weights
from tradewar.tariffs.averages import special_programmes
from tradewar.tariffs.evaluate import ADDS
from tradewar.tariffs.instants import write_day
from tradewar.tariffs.model import Book, Measure
from tradewar.tariffs.question import RateQuestion, ask
from tradewar.tariffs.weights import WeightSet

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Coverage(
    Document,
    told=(
        "importer exporter on known weight_set unit lines codes value total programmes share touched_value "
        "codes_without_weight"
    ),
):
    """Trade covered by the additional duties in force on a day."""

    importer: str
    exporter: str
    on: str
    known: str
    programmes: tuple[str, ...]
    weight_set: str
    weight_digest: str
    unit: str
    lines: int
    """Lines of the schedule on which some duty is in force (suspended ones left out)."""
    codes: int
    """The same in codes of the weight set's level."""
    value: float
    """Value covered: of each code the share of its lines."""
    touched_value: float
    """Value of every code with a covered line: the upper end."""
    total: float
    codes_without_weight: tuple[str, ...]
    """Covered codes of which the weight set has no row: not zero, unknown."""
    ten_largest: tuple[tuple[str, float], ...]

    @property
    def share(self) -> float:
        """Covered share of the total."""
        return self.value / self.total if self.total else 0.0


def coverage(
    book: Book,
    question: RateQuestion,
    weight_set: str | WeightSet,
    *,
    programmes: Sequence[str] | None = None,
    lines_on: date | str | None = None,
) -> Coverage:
    """Trade covered on a day by programmes (default: all but the base), and lines for which there is no weight.

    Args:
        lines_on: take the lines of the edition of this day.

    Raises:
        BookError: if the weight set, a programme or a fact of the question is not right.
    """
    asked = ask(book, question)
    averages.check_programmes(book, question.importer, programmes)
    chosen = weights.find(book.weight_sets, weight_set, question.exporter)
    named = tuple(programmes) if programmes is not None else special_programmes(book, question.importer)
    # every code with a line counts, also those of which the weight set has no row
    instant = None if lines_on is None else ask(book, question.at(on=lines_on)).instant
    every = averages.codes_of(book, asked, None, chosen.digits, instant)
    codes = np.union1d(chosen.codes, every)
    found = averages.line_rates(asked, codes, lines_on=instant)
    share = np.mean([_covered(answer, named) for answer in found.duties], axis=0)
    by_line = found.spread(share)
    place, weight = found.units.code, found.units.weight
    by_code = np.bincount(place, weights=weight * by_line, minlength=len(codes))
    covered = by_code > 0
    position = np.searchsorted(chosen.codes, codes).clip(max=len(chosen.codes) - 1)
    having = chosen.codes[position] == codes
    value = np.where(having, chosen.value[position], 0.0)
    return Coverage(
        importer=question.importer,
        exporter=question.exporter,
        on=write_day(asked.day),
        known=asked.known_text,
        programmes=named,
        weight_set=chosen.name,
        weight_digest=chosen.digest,
        unit=chosen.unit,
        lines=int((by_line > 0).sum()),
        codes=int(covered.sum()),
        value=float((value * by_code).sum()),
        touched_value=float(value[covered].sum()),
        total=chosen.total,
        codes_without_weight=tuple(codes[covered & ~having].tolist()),
        ten_largest=averages.largest(codes, value * by_code, covered & having),
    )


def _covered(answer: Any, programmes: Sequence[str]) -> Any:
    """The share of each profile on which a duty of some programmes falls."""
    by_programme: dict[str, Any] = {}
    for claim in answer.claims:
        if claim.measure.programme in programmes and claim.measure.effect in ("add", "replace", "floor"):
            there = by_programme.setdefault(claim.measure.programme, np.zeros(len(answer.total)))
            there[claim.index[claim.rate != 0]] = 1.0
    shares = [answer.usual_of(there) for there in by_programme.values()]
    return np.max([np.zeros(len(answer.parts.first)), *shares], axis=0)


@dataclass(frozen=True)
class Unchecked:
    """What of an average rests on rows that are marked as not verified."""

    points: float
    """Percentage points of the average."""
    value: float
    """Trade on which such rows are in force, money of the weight set."""
    measures: tuple[Measure, ...]
    """In the order of the book."""


def unchecked(
    book: Book, question: RateQuestion, weight_set: str | WeightSet, doubtful: Collection[str] = ()
) -> Unchecked:
    """What of an average rests on duties, other than the general one, that nobody checked.

    Args:
        doubtful: measures to count whatever their own row says.

    Raises:
        BookError: if the weight set or a fact of the question is not right.
    """
    found, by_profile = _worth(book, question, weight_set)
    special = special_programmes(book, question.importer)
    points = value = 0.0
    measures: dict[int, Measure] = {}
    for answer in found.duties:
        there = np.zeros(len(answer.total))
        for claim in answer.claims:
            measure = claim.measure
            counts = measure.effect in ADDS and measure.programme in special and bool(np.nansum(claim.rate))
            if counts and (measure.verified is False or measure.measure_id in doubtful):
                there[claim.index] = 1.0
                points += 100 * float((by_profile * np.nan_to_num(answer.part_of(claim))).sum())
                measures[measure.row] = measure
        value += float((by_profile * np.nan_to_num(answer.usual_of(there))).sum())
    covered = float(by_profile.sum() * len(found.duties)) or 1.0
    return Unchecked(points / covered, value, tuple(measures[row] for row in sorted(measures)))


def _worth(
    book: Book, question: RateQuestion, weight_set: str | WeightSet
) -> tuple[averages.LineRates, Float[Array, " profile"]]:
    """The rates of the codes of a weight set, and the trade of each profile for each member of the exporter."""
    chosen = weights.find(book.weight_sets, weight_set, question.exporter)
    found = averages.line_rates(ask(book, question), chosen.codes)
    known, place = ~np.isnan(found.rate), found.units.code
    within = np.bincount(place, weights=np.where(known, found.units.weight, 0.0), minlength=len(chosen.codes))
    worth = np.where(known, chosen.value[place] * found.units.weight / np.where(within > 0, within, 1.0)[place], 0.0)
    by_profile = np.bincount(found.field.profile, weights=worth, minlength=len(found.field.line))
    return found, by_profile / len(found.duties)
