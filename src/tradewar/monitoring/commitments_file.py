"""What `commitments.toml` may hold. Unknown keys are refused; every fault names file, key, value and fix.

| table | keys | needed |
|---|---|---|
| `[[truce]]` | `name`, `sponsor`, `baseline`, `reviews`, `known_from`, `source` | yes |
| `[[truce]]` | `allowed_ratio` (share of the base rate that is allowed; 0.5) | no |
| `[[purchase]]` | `name`, `group`, `reporter`, `addition`, `base_year`, `year`, `base_years` | yes |
| `[[purchase]]` | `known_from`, `source` | yes |
| `[[purchase]]` | `tolerance` (0), `force_majeure` (what else happened; never part of the probability) | no |

Windows are a first and a last month, both included, as "2013-10". Reviews stand in order and do not overlap. The target
of a purchase is its addition over deliveries of the base year. Days are written as text or as TOML dates.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from tradewar.errors import EvidenceError, Problem
from tradewar.world.identities import nearest

COMMITMENTS_FILE = "commitments.toml"


def _day(value: object) -> object:
    """A TOML date or the same as text."""
    return value.isoformat() if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else value


_FORMS = {
    r"^\d{4}-\d{2}-\d{2}$": "a day as 2015-09-25",
    r"^\d{4}-(0[1-9]|1[0-2])$": "a month as 2013-10",
    r"^[A-Z]{3}$": "a country as CHN",
}
"""What a text must look like, in words."""
_DAY, _MONTH, _CODE = _FORMS

Text = Annotated[str, Field(min_length=1, strict=True)]
Day = Annotated[str, BeforeValidator(_day), Field(pattern=_DAY, strict=True)]
Month = Annotated[str, Field(pattern=_MONTH, strict=True)]
Year = Annotated[int, Field(ge=1900, le=2200, strict=True)]
Months = Annotated[tuple[Month, ...], Field(min_length=2, max_length=2)]
Code = Annotated[str, Field(pattern=_CODE, strict=True)]


class _Promise(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: Text
    known_from: Day
    source: Text

    @model_validator(mode="after")
    def _a_day_of_the_calendar(self) -> Self:
        try:
            dt.date.fromisoformat(self.known_from)
        except ValueError:
            raise ValueError(f"known_from {self.known_from!r} is not a day") from None
        return self


class TruceEntry(_Promise):
    """A sponsor keeps a hostile activity at or below a share of its former level."""

    sponsor: Code
    baseline: Months
    reviews: Annotated[tuple[Months, ...], Field(min_length=1)]
    allowed_ratio: Annotated[float, Field(gt=0, le=1)] = 0.5

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


class CommitmentsFile(BaseModel):
    """The content of `commitments.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    truce: tuple[TruceEntry, ...] = ()
    purchase: tuple[PurchaseEntry, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [entry.name for entry in (*self.truce, *self.purchase)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the name {twice[0]!r} is used more than once")
        return self


_MODELS: tuple[type[BaseModel], ...] = (CommitmentsFile, TruceEntry, PurchaseEntry)


def parse_commitments(text: str, where: str = COMMITMENTS_FILE) -> CommitmentsFile:
    """The commitments of a file.

    Raises:
        EvidenceError: text that is not TOML, or every entry with a key missing, unknown or out of its range.
    """
    try:
        return CommitmentsFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        raise EvidenceError(Problem(where, f"is not TOML ({fault})", "Correct the line")) from None
    except ValidationError as error:
        raise EvidenceError([_problem(fault, where) for fault in error.errors()]) from None


def _problem(fault: Mapping[str, Any], file: str) -> Problem:
    path: Sequence[object] = fault["loc"]
    parts = [f"{part + 1}" if isinstance(part, int) else str(part) for part in path]
    where = f"{file}: {' '.join(parts)}" if parts else file
    key = parts[-1] if parts else ""
    match fault["type"]:
        case "extra_forbidden":
            known = sorted({name for model in _MODELS for name in model.model_fields})
            return Problem(where, f"unknown key {key!r}{nearest(key, known)}", "Remove or rename it")
        case "missing":
            return Problem(where, "is missing", f"Give {key}")
        case "value_error":
            return Problem(where, str(fault["ctx"]["error"]), "Correct the entry")
        case "string_pattern_mismatch":
            form = _FORMS[fault["ctx"]["pattern"]]
            return Problem(where, f"{fault['input']!r} is not {form}", f"Write {form}")
        case _:
            said = str(fault["msg"])
            return Problem(where, f"{fault['input']!r}: {said[:1].lower()}{said[1:]}", "Correct the value")
