"""Observed series and the commitments they are held against. Plain frozen objects; numbers in arrays.

The meaning of a date is part of every series: a disclosure is not an operation. Counts of different `date_meaning`
are never added or put in one test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Num
from numpy import ndarray as Array

from tradewar.errors import EvidenceError, Problem
from tradewar.io.nearest import some
from tradewar.io.registers import dates
from tradewar.monitoring.checks import counts_of, require

DateMeaning = Literal[
    "public_disclosure", "operation_start", "event_or_report", "government_statement", "first_attribution"
]
DATE_MEANINGS: tuple[DateMeaning, ...] = (
    "public_disclosure",
    "operation_start",
    "event_or_report",
    "government_statement",
    "first_attribution",
)
COLLECTION: Mapping[str, str] = {
    "public_disclosure": "press",
    "first_attribution": "press",
    "event_or_report": "press",
    "operation_start": "operation start",
    "government_statement": "government",
}
"""How the dates come about. Two series of the same collection count as one source."""
Window = tuple[str, str]
"""First and last month, both included, as `YYYY-MM`."""


def month_number(month: str) -> int:
    """Months since January 1970 of a `YYYY-MM`.

    Raises:
        EvidenceError: where the text is not a month.
    """
    period = dates.parse_period(month)
    if period is None or period.precision != "month":
        raise EvidenceError(Problem("month", f"{month!r} is not a month", "Write YYYY-MM"))
    return 12 * (period.first.year - 1970) + period.first.month - 1


def month_text(number: int) -> str:
    """`YYYY-MM` of a month number."""
    return f"{1970 + number // 12:04d}-{number % 12 + 1:02d}"


def span_of(text: str) -> tuple[int, int] | None:
    """First and last year of `2019` or `2017-2019`; None where the text is neither."""
    first, _, last = text.partition("-")
    years = [part for part in (first, last or first) if len(part) == 4 and part.isascii() and part.isdigit()]
    return (int(years[0]), int(years[1])) if len(years) == 2 and years[0] <= years[1] else None


def missing_months(months: Sequence[int]) -> str:
    """The months that are missing between the first and the last, in words; nothing where none is."""
    gaps = sorted(set(range(min(months), max(months))) - set(months))
    return f"{some(map(month_text, gaps), 3)} missing inside the series" if gaps else ""


def day_of(day: str | date) -> date:
    """A day written as `YYYY-MM-DD`, as a date.

    Raises:
        EvidenceError: where the text is not a day.
    """
    found = day if isinstance(day, date) else dates.parse_day(day)
    if found is None:
        raise EvidenceError(Problem("day", *dates.day_fault(str(day))))
    return found


def last_full_month(day: str | date) -> int:
    """Number of the last month that had ended on the evening of a day, `YYYY-MM-DD`.

    Raises:
        EvidenceError: where the text is not a day.
    """
    tomorrow = day_of(day) + timedelta(days=1)
    return month_number(f"{tomorrow:%Y-%m}") - 1


def _frozen(values: Any, where: str) -> Array:
    array = counts_of(values, where).copy()
    array.flags.writeable = False
    return array


@dataclass(frozen=True, eq=False)
class IncidentSeries:
    """Counts of one sponsor in one data set, with those of its controls."""

    dataset: str
    date_meaning: DateMeaning
    sponsor: str
    first_month: str
    """`YYYY-MM` of the first period (January for yearly counts)."""
    counts: Num[Array, " period"]
    controls: Mapping[str, Num[Array, ...]] = field(default_factory=dict[str, Any])
    """Other sponsors in the same data set, by name."""
    months_per_period: int = 1
    """1, or 12 for yearly counts."""
    completeness: Float[Array, " period"] | None = None
    """q, share of the final count already reported; None = complete."""
    exposure: Float[Array, " period"] | None = None
    """e, reporting effort; None = constant."""
    without_profiles: IncidentSeries | None = None
    """The same series without entries that describe a group rather than an event, where the data set has such."""
    vintage: str = ""
    source: str = ""
    undated: int = 0
    """Events without a date, which no count includes."""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        where = f"series {self.dataset}/{self.sponsor}"
        known = self.date_meaning in COLLECTION
        require(known, where, f"has date meaning {self.date_meaning!r}", f"Use one of {', '.join(COLLECTION)}")
        require(self.months_per_period in (1, 12), where, "is neither monthly nor yearly", "Give 1 or 12")
        month_number(self.first_month)
        object.__setattr__(self, "counts", _frozen(self.counts, where))
        object.__setattr__(self, "controls", {k: _frozen(v, f"{where}: {k}") for k, v in self.controls.items()})
        optional = ("completeness", "exposure")
        for name in optional:
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _frozen(getattr(self, name), f"{where}: {name}"))
        arrays = [*self.controls.items(), *((name, getattr(self, name)) for name in optional)]
        for name, array in arrays:
            fits = array is None or len(array) == len(self.counts)
            require(fits, where, f"{name} has another length than the counts", "Give one value per period")

    @property
    def collection(self) -> str:
        """Collection method; see `COLLECTION`."""
        return COLLECTION[self.date_meaning]

    @property
    def observed_exposure(self) -> Float[Array, " period"]:
        """e q times the months of a period."""
        ones = np.ones(len(self.counts))
        effort = ones if self.exposure is None else self.exposure
        share = ones if self.completeness is None else self.completeness
        return effort * share * self.months_per_period

    def months(self) -> list[str]:
        """First month of every period."""
        start = month_number(self.first_month)
        return [month_text(start + k * self.months_per_period) for k in range(len(self.counts))]

    def until(self, day: str) -> IncidentSeries:
        """The series as far as its periods had ended by a day, `YYYY-MM-DD`."""
        ended = (last_full_month(day) + 1 - month_number(self.first_month)) // self.months_per_period
        if ended >= len(self.counts):
            return self
        cut = slice(0, max(ended, 0))
        return replace(
            self,
            counts=self.counts[cut],
            controls={name: array[cut] for name, array in self.controls.items()},
            completeness=None if self.completeness is None else self.completeness[cut],
            exposure=None if self.exposure is None else self.exposure[cut],
            without_profiles=None if self.without_profiles is None else self.without_profiles.until(day),
        )

    def by_years(self) -> IncidentSeries:
        """Calendar years instead of months, the incomplete ones at either end left out.

        Raises:
            EvidenceError: a series that does not hold one full year.
        """
        if self.months_per_period != 1:
            return self
        start = month_number(self.first_month)
        skip = -start % 12
        years = (len(self.counts) - skip) // 12
        require(years > 0, f"series {self.dataset}/{self.sponsor}", "holds no full year", "Give a longer series")

        def total(values: Array) -> Array:
            return np.asarray(values[skip : skip + 12 * years]).reshape(years, 12).sum(axis=1)

        return replace(
            self,
            first_month=month_text(start + skip),
            months_per_period=12,
            counts=total(self.counts),
            controls={name: total(array) for name, array in self.controls.items()},
            completeness=None if self.completeness is None else total(self.completeness) / 12,
            exposure=None if self.exposure is None else total(self.exposure) / 12,
            without_profiles=None if self.without_profiles is None else self.without_profiles.by_years(),
        )

    def span(self, part: slice) -> Window:
        """First and last month of a slice of periods."""
        start = month_number(self.first_month)
        last = start + part.stop * self.months_per_period - 1
        return month_text(start + part.start * self.months_per_period), month_text(last)

    def window(self, window: Window) -> slice:
        """The periods of a window.

        Yearly counts take the calendar years of which more than half lies in the window. Periods that the series does
        not reach are left out, so that the slice may be shorter than asked, or empty.
        """
        first, last = month_number(window[0]), month_number(window[1])
        require(first <= last, "window", f"{window[0]} is after {window[1]}", "Give first and last month")
        start = month_number(self.first_month) + self.months_per_period * np.arange(len(self.counts))
        inside = np.minimum(start + self.months_per_period, last + 1) - np.maximum(start, first)
        chosen = np.flatnonzero(2 * inside > self.months_per_period)
        return slice(int(chosen[0]), int(chosen[-1]) + 1) if len(chosen) else slice(0, 0)


@dataclass(frozen=True)
class TruceCommitment:
    """A sponsor's promise to keep a hostile activity at or below a share of its former level."""

    name: str
    sponsor: str
    baseline: Window
    """Before the promise."""
    reviews: tuple[Window, ...]
    """Windows in which it is judged, in order; the first starts with the promise. A later one is also compared with
    the first, which is the window that a reversal rises from."""
    allowed_ratio: float = 0.5
    """ρ, share of the base rate allowed."""
    measured_on: str = ""
    """The data set that leads, where several are known; the first given where this is empty or not known yet."""
    known_from: str = ""
    """Day on which the promise became known, `YYYY-MM-DD`."""
    source: str = ""


@dataclass(frozen=True, eq=False)
class DeliverySeries:
    """Monthly deliveries of one group of products on one partner's statistics."""

    group: str
    reporter: str
    """Whose statistics: numerator and target must share them."""
    first_month: str
    values: Num[Array, " month"]
    controls: Mapping[str, Num[Array, ...]] = field(default_factory=dict[str, Any])
    """Sales of products, or to partners, that the promise does not cover."""
    unit: str = "USD bn"
    vintage: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        where = f"series {self.group}/{self.reporter}"
        month_number(self.first_month)
        object.__setattr__(self, "values", _frozen(self.values, where))
        object.__setattr__(self, "controls", {k: _frozen(v, f"{where}: {k}") for k, v in self.controls.items()})
        for name, array in self.controls.items():
            fits = len(array) == len(self.values)
            require(fits, where, f"{name} has another length than the deliveries", "Give one value per month")

    def year(self, year: int, control: str | None = None, years: int = 1) -> Float[Array, " month"]:
        """Months of one calendar year or several, fewer where the series starts or ends in them."""
        values = self.values if control is None else self.controls[control]
        start = month_number(f"{year}-01") - month_number(self.first_month)
        return np.asarray(values[max(start, 0) : max(start + 12 * years, 0)], dtype=float)


@dataclass(frozen=True)
class PurchaseCommitment:
    """A promise to buy at least a target within one calendar year or several, on one partner's statistics."""

    name: str
    group: str
    reporter: str
    target: float
    """Q, in the unit of the series."""
    year: int
    """The year, or the first of several."""
    base_years: tuple[int, ...]
    """Complete years from which the season is taken; the last is the year the target is counted from."""
    tolerance: float = 0.0
    """d: a breach is delivery below (1 − d) Q."""
    known_from: str = ""
    source: str = ""
    force_majeure: str = ""
    """What else happened within the horizon. Printed; never part of the probability."""
    by_year: tuple[float, ...] = ()
    """Targets of the years of the horizon, which sum to Q; empty for one year. One for several is spread evenly."""
    stated: str = ""
    """The amount as promised, where it is not in the unit of the series, with the rate at which it is counted."""
    elsewhere: tuple[PurchaseCommitment, ...] = ()
    """The same promise on the statistics of other partners."""

    @property
    def years(self) -> int:
        """How many years it runs."""
        return max(len(self.by_year), 1)

    @property
    def when(self) -> str:
        """`2021`, or `2020 to 2021`."""
        return str(self.year) if self.years == 1 else f"{self.year} to {self.year + self.years - 1}"
