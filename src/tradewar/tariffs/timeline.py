"""Rates and averages through time, evaluated only on days on which something can change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tradewar.errors import BookError
from tradewar.io.serialize import Document
from tradewar.tariffs import averages, editions, weights
from tradewar.tariffs.applied import AppliedRate, rate
from tradewar.tariffs.averages import AverageTariff
from tradewar.tariffs.instants import MINUTES, day_of, write_day
from tradewar.tariffs.weights import WeightSet

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.tariffs.book import TariffBook


@dataclass(frozen=True)
class RateChange(Document, told="point.on point.rate point.status point.interval", optional="interval"):
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


def timeline(
    book: TariffBook,
    importer: str,
    exporter: str,
    product: str,
    start: date | str,
    end: date | str,
    **options: Any,
) -> Timeline:
    """The rate of a product from `start` (included) to `end` (included), at each day on which it changes.

    Raises:
        BookError: if the product or an option is not right, or the period is empty.
    """
    found: list[AppliedRate] = []
    for day in days(book, importer, start, end):
        point = rate(book, importer, exporter, product, write_day(day), **options)
        if not found or _facts(point) != _facts(found[-1]):
            found.append(point)
    return Timeline(importer, exporter, product, tuple(found))


def _facts(point: AppliedRate) -> tuple[Any, ...]:
    return point.rate, point.interval, point.status


def average_timeline(
    book: TariffBook,
    importer: str,
    exporter: str,
    start: date | str,
    end: date | str,
    weight_set: str | WeightSet = weights.SIMPLE,
    *,
    known_each_day: bool = False,
    **options: Any,
) -> AverageTimeline:
    """An average from `start` to `end` (both included) at each day on which it changes.

    `known_each_day` reads the book on each day as it was known that day. Options are those of `average`.

    Raises:
        BookError: if the weight set or an option is not right, or the period is empty.
    """
    found: list[AverageTariff] = []
    for day in days(book, importer, start, end, knowledge=known_each_day):
        known: dict[str, Any] = {"known_on": write_day(day)} if known_each_day else {}
        point = averages.average(book, importer, exporter, write_day(day), weight_set, **(options | known))
        if not found or abs((point.rate or 0.0) - (found[-1].rate or 0.0)) > 1e-12:
            found.append(point)
    name = weight_set if isinstance(weight_set, str) else weight_set.name
    return AverageTimeline(importer, exporter, name, tuple(found))


def days(book: TariffBook, importer: str, start: date | str, end: date | str, *, knowledge: bool = False) -> list[int]:
    """Days of a period on which something of an importer can change, the first day included.

    `knowledge` adds the days on which something became known.

    Raises:
        BookError: if the period is empty.
    """
    first, last = day_of(start, "start"), day_of(end, "end")
    if last < first:
        raise BookError.at("end", f"{write_day(last)} is before {write_day(first)}", "Give the days in order")
    found = set(_breaks(book, importer)) | (_published(book) if knowledge else set())
    return [first, *sorted(day for day in found if first < day <= last)]


def _published(book: TariffBook) -> set[int]:
    items = (*book.measures, *book.changes_planned, *book.suspensions, *book.exclusions, *book.quotas, *book.stacking)
    return {day for item in items for day in (item.known_from, item.superseded_from)}


@lru_cache(maxsize=16)
def _breaks(book: TariffBook, importer: str) -> tuple[int, ...]:
    measures = book.measures_of(importer)
    ids = {measure.measure_id for measure in measures}
    found: set[int | None] = set()
    for measure in measures:
        found |= {measure.valid_from, measure.valid_until}
    for item in (*book.suspensions, *book.exclusions):
        found |= {item.valid_from, item.valid_until}
    for exclusion in book.exclusions:
        found.add(exclusion.retroactive_from)
    for change in book.changes_planned:
        found.add(change.planned_from)
    for quota in book.quotas:
        if {quota.in_measure, quota.over_measure} & ids:
            found |= {quota.period_start, quota.period_end}
    for members in book.areas.values():
        for member in members:
            found |= {member.valid_from, member.valid_until}
    for rule in book.stacking:
        if rule.importer == importer:
            found |= {rule.valid_from, rule.valid_until}
    for schedule in editions.schedules_of(book, importer):
        found |= set(schedule.breaks())
    day_numbers = {instant // MINUTES for instant in found if instant is not None and instant > 0}
    # an instant within a day shows at its end, and at the start of the next day
    extra = {instant // MINUTES + 1 for instant in found if instant is not None and instant % MINUTES}
    return tuple(sorted(day for day in day_numbers | extra if day < 4_000_000))
