"""`series/path.toml`: what the month-by-month paths of a dossier assume. Unknown keys are refused.

| table | keys |
|---|---|
| top | `start` (first month), `months`, `base_year`, `base_reason` |
| `[curve]` | `long_run`, `at_one_year`, `at_ten_years`, `source`: the elasticity by horizon |
| `[ranges]` | (low, high) of the uncertain numbers, `reason`; none: no band |
| `[[flows]]` | `name` (a flow of series.toml), `weights` and `programmes` of the tariff book |
| `[flows.directed]` | `groups`, `start`, `window` (months), `known_from`, `reason`, `source`: orders from the state |
| `[[flows.anticipations]]` | `name`, `kind` (`rise`, `removal`), `announced`, `effective`, `known_from`, `reason`, |
| | `source`, `probability`, `storable_share`, `carrying_cost`; `power_before`, `power_after` for a rise |

The powers of a removal are read from the tariff book: the average in force when it was announced, and 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tradewar.disputes.series import SERIES_FOLDER, Month, Name
from tradewar.errors import DossierError, Problem
from tradewar.io import toml
from tradewar.io.strict import Day, Strict, Text

PATH_FILE = "path.toml"

Share = Annotated[float, Field(ge=0, le=1, strict=True)]
Positive = Annotated[float, Field(gt=0, strict=True)]
Range = tuple[float, float]


class Curve(Strict):
    """The elasticity by horizon."""

    long_run: Positive
    at_one_year: Positive
    at_ten_years: Positive
    source: Text


class Ranges(Strict):
    """Ranges of uniform draws."""

    long_run: Range | None = None
    at_one_year: Range | None = None
    at_ten_years: Range | None = None
    probability: Range | None = None
    carrying_cost: Range | None = None
    storable_share: Range | None = None
    reason: Text


class Directed(Strict):
    """Orders from the state to buy less of some groups."""

    groups: Annotated[tuple[Text, ...], Field(min_length=1)]
    start: Month
    window: Annotated[int, Field(ge=1, le=12, strict=True)]
    """The last so many known months tell how much less is bought."""
    known_from: Day
    reason: Text
    source: Text


class AnticipationRow(Strict):
    """A change of the tariff that buyers expect for a month."""

    name: Text
    kind: Literal["rise", "removal"]
    announced: Month
    effective: Month
    known_from: Day
    probability: Share
    storable_share: Share
    carrying_cost: Positive
    power_before: Positive | None = None
    power_after: Positive | None = None
    reason: Text
    source: Text

    @model_validator(mode="after")
    def _powers(self) -> Self:
        given = (self.power_before is not None) + (self.power_after is not None)
        if given != (2 if self.kind == "rise" else 0):
            raise ValueError("give power_before and power_after for a rise, neither for a removal")
        if self.effective <= self.announced:
            raise ValueError(f"effective = {self.effective} is not after announced = {self.announced}")
        return self


class FlowPath(Strict):
    """The path of one flow."""

    name: Name
    weights: Text
    programmes: tuple[Text, ...]
    directed: Directed | None = None
    anticipations: tuple[AnticipationRow, ...] = ()


class PathFile(Strict):
    """The content of `path.toml`."""

    start: Month
    months: Annotated[int, Field(ge=1, le=240, strict=True)]
    base_year: Annotated[int, Field(ge=1900, le=2200, strict=True)]
    base_reason: Text
    curve: Curve
    ranges: Ranges | None = None
    flows: Annotated[tuple[FlowPath, ...], Field(min_length=1)]


def read_path_file(dossier_folder: Path) -> PathFile:
    """The assumptions of a dossier.

    Raises:
        DossierError: listing every fault.
    """
    problems: list[Problem] = []
    content = toml.read(dossier_folder / SERIES_FOLDER / PATH_FILE, PathFile, problems, PATH_FILE)
    if content is None:
        raise DossierError(problems)
    return content
