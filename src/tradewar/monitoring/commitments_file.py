"""What `commitments.toml` may hold. Unknown keys are refused; every fault names file, key, value and fix.

| table | keys | needed |
|---|---|---|
| `[[truce]]` | `name`, `sponsor`, `baseline`, `reviews`, `known_from`, `source` | yes |
| `[[truce]]` | `allowed_ratio` (share of the base rate that is allowed; 0.5) | no |
| `[[truce]]` | `measured_on` (the data set that leads; the first by name that is known on the day) | no |
| `[[purchase]]` | `name`, `group`, `reporter`, `base_year`, `base_years`, `known_from`, `source` | yes |
| `[[purchase]]` | `addition` and `year`, or `amounts` by year or years (`{ 2020 = "EUR 9 billion" }`) | one of them |
| `[[purchase]]` | `counted` (`additional` to the base year, the default, or `absolute`) | no |
| `[[purchase]]` | `exchange_rate` (units of the deliveries' money per unit of the promise's) | where they differ |
| `[[purchase]]` | `tolerance` (0), `force_majeure` (what else happened; never part of the probability) | no |

Windows are a first and a last month, both included, as "2013-10". Reviews stand in order and do not overlap. The target
of a purchase is its amount over deliveries of the base year; `addition` is in the unit of the deliveries. Several
amounts are judged each and together; one amount for several years is judged over all of them, spread evenly. Two
entries of one group, horizon and `source` that differ in `reporter` are one promise on the statistics of two partners.
Days are written as text or as TOML dates.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from tradewar.errors import Problem
from tradewar.io import toml
from tradewar.io.registers import dates, units
from tradewar.io.registers.countries import misspelt_country
from tradewar.io.registers.units import Amount
from tradewar.io.strict import Strict, Text
from tradewar.monitoring.series import span_of

COMMITMENTS_FILE = "commitments.toml"


def _day(value: object) -> object:
    """A TOML date, or the same as text."""
    if not isinstance(value, str):
        return value
    found = dates.parse_day(value)
    if found is None:
        what, fix = dates.day_fault(value)
        raise ValueError(f"{what}: {fix[:1].lower()}{fix[1:]}")
    return found


def _month(value: str) -> str:
    if dates.parse_month(value) is None:
        raise ValueError(f"{value!r} is not a month as 2013-10")
    return value


def _code(value: str) -> str:
    fault = misspelt_country(value)
    if fault is not None:
        raise ValueError(f"{fault[0]}: {fault[1][:1].lower()}{fault[1][1:]}")
    return value


def _amount(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(f'{value!r} is no amount: write for example "USD 63.9 billion" or "25 million t"')
    found = units.parse_amount(value)
    if not isinstance(found, units.Amount):
        raise ValueError(f"{found[0]}: {found[1][:1].lower()}{found[1][1:]}")
    return found


Quantity = Annotated[Amount, BeforeValidator(_amount)]
Day = Annotated[dt.date, Field(strict=True), BeforeValidator(_day)]
Month = Annotated[str, Field(strict=True), AfterValidator(_month)]
Year = Annotated[int, Field(ge=1900, le=2200, strict=True)]
Months = Annotated[tuple[Month, ...], Field(min_length=2, max_length=2)]
Code = Annotated[str, Field(strict=True), AfterValidator(_code)]


class _Promise(Strict):
    name: Text
    known_from: Day
    source: Text


class TruceEntry(_Promise):
    """A sponsor keeps a hostile activity at or below a share of its former level."""

    sponsor: Code
    baseline: Months
    reviews: Annotated[tuple[Months, ...], Field(min_length=1)]
    allowed_ratio: Annotated[float, Field(gt=0, le=1)] = 0.5
    measured_on: str = ""

    @model_validator(mode="after")
    def _windows_in_order(self) -> Self:
        windows = (self.baseline, *self.reviews)
        for first, last in windows:
            if first > last:
                raise ValueError(f"the window {first} to {last} ends before it begins")
        for earlier, later in pairwise(windows):
            if later[0] <= earlier[1]:
                raise ValueError(f"the window from {later[0]} overlaps the one that ends in {earlier[1]}")
        return self


class PurchaseEntry(_Promise):
    """A buyer takes at least the base year's deliveries plus an amount, in one calendar year or each of several."""

    group: Text
    reporter: Code
    base_year: Year
    base_years: Annotated[tuple[Year, ...], Field(min_length=2)]
    year: Year | None = None
    addition: Annotated[float, Field(ge=0)] | None = None
    amounts: dict[str, Quantity] = Field(default_factory=dict[str, Amount])
    counted: Literal["additional", "absolute"] = "additional"
    exchange_rate: Annotated[float, Field(gt=0)] | None = None
    tolerance: Annotated[float, Field(ge=0, lt=1)] = 0.0
    force_majeure: str = ""

    @property
    def horizon(self) -> tuple[int, ...]:
        """The years, in order."""
        return tuple(year for first, last in self.spans for year in range(first, last + 1))

    @property
    def spans(self) -> dict[tuple[int, int], Amount | None]:
        """First and last year of each amount, in order; without an amount for an addition."""
        if self.year is not None:
            return {(self.year, self.year): None}
        found = {span_of(years): amount for years, amount in self.amounts.items()}
        return {span: found[span] for span in sorted(span for span in found if span is not None)}

    @model_validator(mode="after")
    def _one_way_to_say_how_much(self) -> Self:
        single = (self.addition is not None, self.year is not None)
        if any(single) == bool(self.amounts) or (any(single) and not all(single)):
            raise ValueError("how much is promised must be said by addition and year, or by amounts of years")
        strange = [years for years in self.amounts if span_of(years) is None]
        if strange:
            raise ValueError(f"amounts: {strange[0]!r} is neither a year as 2020 nor years as 2020-2022")
        if len({amount.unit for amount in self.amounts.values()}) > 1:
            raise ValueError("amounts are in several units")
        if self.addition is not None and (self.counted != "additional" or self.exchange_rate is not None):
            raise ValueError(
                "counted and exchange_rate belong to amounts; an addition is in the unit of the deliveries"
            )
        return self

    @model_validator(mode="after")
    def _years_in_order(self) -> Self:
        if not all(a < b for a, b in pairwise(self.base_years)):
            raise ValueError("base_years do not increase")
        if self.base_years[-1] != self.base_year:
            raise ValueError(f"the last of base_years is {self.base_years[-1]}, base_year is {self.base_year}")
        years = self.horizon
        if years and years[0] <= self.base_year:
            raise ValueError(f"year {years[0]} is not after base_year {self.base_year}")
        twice = [year for year, following in pairwise(sorted(years)) if year == following]
        if twice:
            raise ValueError(f"amounts give {twice[0]} twice")
        if list(years) != list(range(years[0], years[0] + len(years))):
            raise ValueError(f"amounts leave out a year between {years[0]} and {years[-1]}")
        return self


class CommitmentsFile(Strict):
    """The content of `commitments.toml`."""

    truce: tuple[TruceEntry, ...] = ()
    purchase: tuple[PurchaseEntry, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [entry.name.casefold() for entry in (*self.truce, *self.purchase)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the name {twice[0]!r} is used more than once")
        return self


def parse_commitments(data: bytes, problems: list[Problem], file: str = COMMITMENTS_FILE) -> CommitmentsFile | None:
    """The commitments of a file; None, and a problem for every fault with its line, where it is not right."""
    return toml.parse(file, data, CommitmentsFile, problems)
