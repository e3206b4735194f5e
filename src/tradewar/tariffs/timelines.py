"""Rates and averages through time, evaluated only on days on which something can change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tradewar.errors import BookError
from tradewar.io.serialize import Document
from tradewar.tariffs import averages, units, weights
from tradewar.tariffs.answer import AppliedRate
from tradewar.tariffs.applied import rate
from tradewar.tariffs.areas import ever
from tradewar.tariffs.averages import Averager, AverageTariff
from tradewar.tariffs.instants import FOREVER, MINUTES, day_of, local, write_day
from tradewar.tariffs.law import knowledge
from tradewar.tariffs.lines import listing
from tradewar.tariffs.model import Book
from tradewar.tariffs.question import RateQuestion, ask
from tradewar.tariffs.weights import WeightSet

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RateChange(
    Document, told="point.on point.rate point.status point.interval point.default", optional="interval default"
):
    """The rate of a product from a day on."""

    point: AppliedRate


@dataclass(frozen=True)
class Timeline(Document, told="importer exporter product weights points=changes"):
    """The rate of one product at each day on which it changes."""

    importer: str
    exporter: str
    product: str
    points: tuple[AppliedRate, ...]

    @property
    def weights(self) -> None:
        """A product has none; an average has."""
        return None

    @property
    def changes(self) -> tuple[RateChange, ...]:
        """One per change."""
        return tuple(map(RateChange, self.points))

    def to_frame(self) -> pd.DataFrame:
        """One row per change."""
        import pandas as pd

        return pd.DataFrame(self.to_dict()["points"])


@dataclass(frozen=True)
class AverageTimeline(Document):
    """An average on some days, such as those on which it changes."""

    importer: str
    exporter: str
    weights: str
    points: tuple[AverageTariff, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per change."""
        return averages.to_frame(self.points)


def timeline(book: Book, question: RateQuestion, start: date | str, end: date | str) -> Timeline:
    """The rate of a product from `start` (included) to `end` (included), at each day on which it changes.

    Raises:
        BookError: if the product or a fact of the question is not right, or the period is empty.
    """
    found: list[AppliedRate] = []
    for day in days(book, question, start, end):
        point = rate(book, question.at(on=write_day(day)))
        if not found or _facts(point) != _facts(found[-1]):
            found.append(point)
    return Timeline(question.importer, question.exporter, question.product, tuple(found))


def _facts(point: AppliedRate) -> tuple[Any, ...]:
    return point.rate, point.interval, point.status, point.default


def average_timeline(
    book: Book,
    question: RateQuestion,
    start: date | str,
    end: date | str,
    weight_set: str | WeightSet = weights.SIMPLE,
    *,
    known_each_day: bool = False,
    level: int | None = None,
    programmes: Sequence[str] | None = None,
    lines_on: date | str | None = None,
) -> AverageTimeline:
    """An average from `start` to `end` (both included) at each day on which it changes.

    Args:
        known_each_day: read the book on each day as it was known that day: what was paid, not what was owed.

    Raises:
        BookError: if the weight set or a fact of the question is not right, or the period is empty.
    """
    chosen = days(book, question, start, end, knowledge=known_each_day)
    averager = Averager(book, question, weight_set, level, programmes, lines_on)
    asked = ask(book, question.at(on=write_day(chosen[0])))
    offset = asked.instant - chosen[0] * MINUTES
    found: list[AverageTariff] = []
    for day in chosen:
        point = averager.at(asked.on(day * MINUTES + offset, day if known_each_day else None))
        if not found or _moved(point, found[-1]):
            found.append(point)
    name = weight_set if isinstance(weight_set, str) else weight_set.name
    return AverageTimeline(question.importer, question.exporter, name, tuple(found))


def _moved(point: AverageTariff, before: AverageTariff) -> bool:
    pairs = ((getattr(point, end), getattr(before, end)) for end in ("rate", "low", "high"))
    return any((a is None) != (b is None) or abs((a or 0.0) - (b or 0.0)) > averages.SAME for a, b in pairs)


def days(
    book: Book, question: RateQuestion, start: date | str, end: date | str, *, knowledge: bool = False
) -> list[int]:
    """Days of a period on which something of a pair can change, the first day included.

    Args:
        knowledge: add the days on which something became known.

    Raises:
        BookError: if the period is empty.
    """
    first, last = day_of(start, "start"), day_of(end, "end")
    if last < first:
        raise BookError.at("end", f"{write_day(last)} is before {write_day(first)}", "Give the days in order")
    found = set(breaks(book, question.importer, question.exporter)) | (_published(book) if knowledge else set[int]())
    # with goods under way for some days a limit of export bites as many days later
    found |= {day + question.transit_days for day in _limits(book, question.importer)}
    return [first, *sorted(day for day in found if first < day <= last)]


def _published(book: Book) -> set[int]:
    return set(knowledge(book))


@lru_cache(maxsize=16)
def _limits(book: Book, importer: str) -> tuple[int, ...]:
    """Days on which the day of export begins to matter."""
    zone = book.zones.get(importer, "")
    rules = (m.liability_rule.partition(":")[2] for m in book.measures_of(importer))
    limits = {(local(day, zone) or 0) // MINUTES for day in rules if day}
    starts = {(m.valid_from or 0) // MINUTES for m in book.measures_of(importer) if m.liability_rule == "export"}
    return tuple(sorted(limits | starts))


BOUNDS = (
    "valid_from",
    "valid_until",
    "collected_until",
    "retroactive_from",
    "period_start",
    "period_end",
    "planned_from",
)


@lru_cache(maxsize=256)
def breaks(book: Book, importer: str, exporter: str) -> tuple[int, ...]:
    """Every day on which a duty of an importer on goods of an exporter can change."""
    partners = ever(exporter, book.areas) | {exporter}

    def concerns(expression: str) -> bool:
        """Whether it can reach the exporter on some day."""
        parts = {part.strip() for part in expression.split(";")}
        return "*" in parts or any(partners & ({part} | ever(part, book.areas)) for part in parts)

    areas = {m.exporter_area for m in book.measures_of(importer)} | {row.exporter_area for row in book.shares}
    near = {text for text in areas if concerns(text)}
    measures = [m for m in book.measures_of(importer) if m.exporter_area in near]
    ids = {m.measure_id for m in measures}
    items: Iterable[object] = (
        *(*measures, *book.suspensions, *book.exclusions, *book.quotas, *book.exchange),
        *(change for change in book.changes_planned if change.kind == "resume" or change.measure_id in ids),
        *(rule for rule in book.stacking if rule.importer == importer),
        *(row for row in book.shares if row.exporter_area in near),
        *(entry for members in book.areas.values() for entry in members),
    )
    found: set[int] = {getattr(item, name, None) or 0 for item in items for name in BOUNDS}
    for schedule in units.schedules_of(book, importer):
        found |= set(schedule.bounds[0].tolist())
    found |= set(listing(book).instants)
    found = {instant for instant in found if 0 < instant < FOREVER}
    # an instant within a day shows at its end, and at the start of the next day
    shown = {i // MINUTES for i in found} | {i // MINUTES + 1 for i in found if i % MINUTES}
    return tuple(sorted(shown | set(_limits(book, importer))))
