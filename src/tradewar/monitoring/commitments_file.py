"""What `commitments.toml` may hold. Unknown keys are refused; every fault names file, key, value and fix.

| table | keys | needed |
|---|---|---|
| `[[truce]]` | `name`, `sponsor`, `baseline`, `reviews`, `known_from`, `source` | yes |
| `[[truce]]` | `allowed_ratio` (share of the base rate that is allowed; 0.5) | no |
| `[[truce]]` | `measured_on` (the data set that leads; the first by name that is known on the day) | no |
| `[[purchase]]` | `name`, `group`, `reporter`, `addition`, `base_year`, `year`, `base_years` | yes |
| `[[purchase]]` | `known_from`, `source` | yes |
| `[[purchase]]` | `tolerance` (0), `force_majeure` (what else happened; never part of the probability) | no |

Windows are a first and a last month, both included, as "2013-10". Reviews stand in order and do not overlap. The target
of a purchase is its addition over deliveries of the base year. Days are written as text or as TOML dates.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from tradewar.errors import Problem
from tradewar.io import toml
from tradewar.io.registers import dates
from tradewar.io.registers.countries import misspelt_country
from tradewar.io.strict import Strict, Text

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
    """A buyer takes at least the base year's deliveries plus an addition, within one calendar year."""

    group: Text
    reporter: Code
    addition: Annotated[float, Field(ge=0)]
    base_year: Year
    year: Year
    base_years: Annotated[tuple[Year, ...], Field(min_length=2)]
    tolerance: Annotated[float, Field(ge=0, lt=1)] = 0.0
    force_majeure: str = ""

    @model_validator(mode="after")
    def _years_in_order(self) -> Self:
        if not all(a < b for a, b in pairwise(self.base_years)):
            raise ValueError("base_years do not increase")
        if self.base_years[-1] != self.base_year:
            raise ValueError(f"the last of base_years is {self.base_years[-1]}, base_year is {self.base_year}")
        if self.year <= self.base_year:
            raise ValueError(f"year {self.year} is not after base_year {self.base_year}")
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
