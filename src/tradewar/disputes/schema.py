"""What `dispute.toml` may hold. Unknown keys are refused; every fault names file, key, value and fix.

| table | keys | needed |
|---|---|---|
| top | `name` (of the folder), `title`, `as_of` (day for which it was written), `world` | yes |
| top | `closure` (default `share-of-world`) | no |
| `[[parties]]` | `country` (code in the world), `name` | two |
| `[[actors]]` | `country`, `name`: others that the chronicle names | no |
| `[[deadlines]]` | `what`, `condition`, `known_from`, `source`, `may_be_postponed`, [`date`] | no |
| `[[policies]]` | `name`, `title`, `short_title`, `what`, `stands_for`, `known_from`, `kind` | one or more |
| kind `scaled-increases` | `schedule`, `figures_known_from`, `approximation`, `[[policies.increases]]` | yes |
| kind `tariff-file` | `file`: as `tradewar solve --tariffs` reads it, beside `dispute.toml` | yes |

`world` is a built-in world, or a tidy folder relative to the dossier. For increases see `Increase`.
Each deadline is the plan as it was known from a day on; each policy is compared with the one before it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tradewar.errors import Problem
from tradewar.world.identities import nearest

Text = Annotated[str, Field(min_length=1, strict=True)]
Country = Annotated[str, Field(min_length=2, max_length=12, pattern=r"^[A-Z0-9_]+$")]
Day = Annotated[dt.date, Field(strict=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Party(_Strict):
    """A side of the dispute."""

    country: Country
    name: Text


class Deadline(_Strict):
    """What is planned, as it was known from a day on. The latest row known is the plan."""

    date: Day | None = None
    """None where the plan has no date any more."""
    what: Text
    condition: Text
    may_be_postponed: bool
    known_from: Day
    source: Text


class Increase(_Strict):
    """Increases of one importer on one exporter: a schedule by sector, in full or scaled to an average."""

    importer: Country
    exporter: Country
    average_increase: Annotated[float, Field(ge=0, le=5)] | None = None
    """Average over the world's baseline flows in tradable sectors, fraction; the schedule is scaled to it."""
    share_of_schedule: Annotated[float, Field(ge=0, le=5)] | None = None
    """Or: the factor itself."""
    reason: Text
    source: Text

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.average_increase is None) == (self.share_of_schedule is None):
            raise ValueError("give either average_increase or share_of_schedule")
        return self


class _NamedPolicy(_Strict):
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Text
    short_title: Text
    what: Text
    stands_for: Text
    """The day or the schedule for which the figures stand."""
    known_from: Day
    """From which day on the policy could be described."""


class ScaledIncreases(_NamedPolicy):
    """Percentage-point increases by sector on top of the baseline, scaled from one schedule."""

    kind: Literal["scaled-increases"]
    schedule: Text
    """Built-in world with which the schedule is shipped."""
    figures_known_from: Day
    """From which day on the figures themselves were known: where it is after the day of a brief, the brief says so."""
    approximation: Text
    increases: Annotated[tuple[Increase, ...], Field(min_length=1)]


class TariffFile(_NamedPolicy):
    """New rates, or increases in percentage points, in the format of `tradewar solve --tariffs`."""

    kind: Literal["tariff-file"]
    file: Text


PolicySource = Annotated[ScaledIncreases | TariffFile, Field(discriminator="kind")]


class DisputeFile(_Strict):
    """The content of `dispute.toml`."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Text
    as_of: Day
    world: Text
    closure: Text = "share-of-world"
    parties: Annotated[tuple[Party, ...], Field(min_length=2, max_length=2)]
    actors: tuple[Party, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    policies: Annotated[tuple[PolicySource, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [policy.name for policy in self.policies]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"policy name {name!r} is used more than once")
        if self.parties[0].country == self.parties[1].country:
            raise ValueError(f"both parties are {self.parties[0].country}")
        return self


_MODELS: tuple[type[BaseModel], ...] = (DisputeFile, Party, Deadline, Increase, ScaledIncreases, TariffFile)
_KINDS = ("scaled-increases", "tariff-file")


def problems_of(error: ValidationError, file: str) -> list[Problem]:
    """Each fault that pydantic found, as file, key path, value and fix."""
    return [_problem(fault, file) for fault in error.errors()]


def _problem(fault: Mapping[str, Any], file: str) -> Problem:
    # the tag of a discriminated union is part of pydantic's path but not of the file's
    path = [part for part in fault["loc"] if part not in _KINDS]
    where = f"{file}: {_key_path(path)}" if path else file
    key = str(path[-1]) if path else ""
    match fault["type"]:
        case "extra_forbidden":
            known = sorted({name for model in _MODELS for name in model.model_fields})
            return Problem(where, f"unknown key {key!r}{nearest(key, known)}", "Remove or rename it")
        case "missing":
            return Problem(where, "is missing", f"Give {key}")
        case "union_tag_not_found":
            return Problem(f"{where}.kind", "is missing", f"Give kind as one of {', '.join(_KINDS)}")
        case "union_tag_invalid":
            tag = str(fault["ctx"]["tag"])
            return Problem(f"{where}.kind", f"{tag!r} is unknown{nearest(tag, _KINDS)}", f"Use {' or '.join(_KINDS)}")
        case "value_error":
            return Problem(where, str(fault["ctx"]["error"]), "Correct the entry")
        case "date_type":
            return Problem(where, f"{fault['input']!r} is not a date", "Write it without quotes, such as 2019-02-20")
        case _:
            said = str(fault["msg"])
            return Problem(where, f"{_shown(fault['input'])}: {said[:1].lower()}{said[1:]}", "Correct the value")


def _key_path(path: Sequence[object]) -> str:
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
