"""How much trade the measures in force cover: lines, matched value, and lines to which no trade could be matched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewar.io.serialize import Document
from tradewar.tariffs import averages, weights
from tradewar.tariffs.evaluate import BASE_AUTHORITY
from tradewar.tariffs.instants import write_day
from tradewar.tariffs.question import ask
from tradewar.tariffs.weights import WeightSet

if TYPE_CHECKING:
    from tradewar.tariffs.book import TariffBook


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
    book: TariffBook,
    importer: str,
    exporter: str,
    on: date | str,
    weight_set: str | WeightSet,
    *,
    programmes: Sequence[str] | None = None,
    lines_on: date | str | None = None,
    **options: Any,
) -> Coverage:
    """Trade covered on a day by some programmes, by default all but the base.

    Raises:
        BookError: if the weight set, a programme or an option is not right.
    """
    question = ask(book, importer, exporter, on, **options)
    chosen = weights.find(book, weight_set, exporter)
    named = tuple(programmes) if programmes is not None else special_programmes(book, importer)
    edition_day = None if lines_on is None else ask(book, importer, exporter, lines_on).instant
    line = averages.line_set(book, question, edition_day)
    evaluation, _ = averages.evaluated(book, question, line, named)
    by_programme: dict[str, Any] = {}
    for claim in evaluation.applied:
        # parts of a line on several lists of a programme add up; a suspended or exempted part has no weight left
        part = by_programme.setdefault(claim.measure.programme, np.zeros(len(line.codes)))
        part[claim.index] += np.where(claim.rate != 0, claim.weight, 0.0)
    share = np.minimum(1.0, np.max([np.zeros(len(line.codes)), *by_programme.values()], axis=0))
    codes, place = np.unique(line.array.astype(f"<U{chosen.digits}"), return_inverse=True)
    by_code = np.bincount(place, weights=share, minlength=len(codes)) / np.bincount(place, minlength=len(codes))
    covered = by_code > 0
    position = np.searchsorted(chosen.codes, codes).clip(max=len(chosen.codes) - 1)
    found = chosen.codes[position] == codes
    value = np.where(found, chosen.value[position], 0.0)
    return Coverage(
        importer=importer,
        exporter=exporter,
        on=write_day(question.day),
        known=question.known_text,
        programmes=named,
        weight_set=chosen.name,
        weight_digest=chosen.digest,
        unit=chosen.unit,
        lines=int((share > 0).sum()),
        codes=int(covered.sum()),
        value=float((value * by_code).sum()),
        touched_value=float(value[covered].sum()),
        total=chosen.total,
        codes_without_weight=tuple(codes[covered & ~found].tolist()),
        ten_largest=averages.largest(codes, value * by_code, covered & found),
    )


def special_programmes(book: TariffBook, importer: str) -> tuple[str, ...]:
    """Programmes of an importer other than the base."""
    names = {measure.programme for measure in book.measures_of(importer)}
    return tuple(sorted(name for name in names if book.authorities[name] != BASE_AUTHORITY))
