"""The tables `[talks]` and `[accord]` of a dossier: what is assumed about the talks and about keeping a deal.

| table | keys |
|---|---|
| `[talks]` | `initiator`, `known_from`, [`until`], `step`, `months_without_date`, `weight` |
| | [`instruments`], [`lowest_rate`], [`highest_rate`], [`elasticities`], [`frontier_points`], [`draws`] |
| `[[talks.rungs]]` | `country`, `rates`, `today`, `escalated`, [`pattern`], `source`, [`note`]: one for each party |
| `[talks.clock]` | an assumption for every term of the clock that is not solved |
| `[accord]` | `periods_per_year`, `discount_per_year`, `false_alarm`, `detection`, `lag`, `hazard` |
| | `shipment_noise`, `shortfall`, `longest_suspension`, [`theft_gain`] |
| `[[accord.commitments]]` | `kind`, `country`, `name`, `measure`, `checks_per_year`, `consequence`, `source` |
| | `known_from`, [`target`] |

An *assumption* is `{ value, low, high, source, note }`: `source` says where the value comes from, or is `ours` where it
is our own judgement, and `note` why. Every figure is shown with the assumption that moves it most between low and high.
Where it rests on news, `known_from` is their day, and `earlier` the assumption for days before. A promise, too, is
there only from its `known_from` on.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, model_validator

from tradewar.accords.commitments import CommitmentKind
from tradewar.io.strict import Country, Day, Strict, Text

Table = TypeVar("Table", bound=Strict)
OURS = "ours"
"""The source of an assumption that rests on nobody else."""


class Assumption(Strict):
    """A number that is assumed, with the range within which it might as well lie."""

    value: float
    low: float
    high: float
    source: Text
    """Where it comes from; `ours` for our own judgement."""
    note: Text
    """Why this value and this range."""
    known_from: Day | None = None
    """From which day on this could be assumed; None = from the beginning of the talks."""
    earlier: Assumption | None = None
    """What stood in its place before."""

    def known_on(self, day: dt.date) -> Assumption:
        """The assumption as it could be made on a day."""
        if self.known_from is None or self.earlier is None or self.known_from <= day:
            return self
        return self.earlier.known_on(day)

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if (self.known_from is None) != (self.earlier is None):
            raise ValueError("known_from and earlier belong together: what was assumed before that day?")
        return self

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"value {self.value:g} is not between low {self.low:g} and high {self.high:g}")
        return self


class Pattern(Strict):
    """The sectoral pattern of a rung: what the book changed from one day to another, called by the rate it brought."""

    before: Day
    after: Day
    rate: Annotated[float, Field(gt=0.0, le=10.0)]
    """The rate by which the change is called: 0.10 for a duty of 10 percent."""


class Rungs(Strict):
    """The ladder of one party."""

    country: Country
    rates: Annotated[tuple[float, ...], Field(min_length=2, max_length=12)]
    """Rising; 0 is the ladder's floor, not free trade."""
    today: float
    """The rung on which the party stands."""
    escalated: float
    """The rung to which it goes if the threat is carried out."""
    pattern: Pattern | None = None
    """None = the same points on all goods of the other party, on top of the tariffs of the world."""
    source: Text
    note: Text

    @model_validator(mode="after")
    def _on_the_ladder(self) -> Self:
        if list(self.rates) != sorted(set(self.rates)):
            raise ValueError(f"rates {list(self.rates)} must rise")
        for name in ("today", "escalated"):
            if getattr(self, name) not in self.rates:
                raise ValueError(f"{name} = {getattr(self, name):g} is none of the rates {list(self.rates)}")
        return self


class ClockTable(Strict):
    """What the clock needs besides the solved flows and the calendar."""

    discount_rate_1: Assumption
    """Of the initiator, per year."""
    discount_rate_2: Assumption
    extension_months: Assumption
    extensions: Assumption
    steps_to_text: Assumption
    steps_done: Assumption
    progress_idle: Assumption
    progress_effort: Assumption
    effort_cost: Assumption
    settlement_rate: Assumption
    audience_cost: Assumption
    carrying_out_bonus: Assumption
    noise_effort: Assumption
    noise_deadline: Assumption
    flow_range: Assumption
    """By what part of its size each solved flow might be off; `value` is 0."""


class TalksTable(Strict):
    """The talks of a dispute."""

    initiator: Country
    """Who set the deadline."""
    known_from: Day
    """From which day on there are talks with this deadline."""
    until: Day | None = None
    """The last day of the talks."""
    step: Text
    """The step of the book that the deadline brings."""
    months_without_date: Assumption
    """Months to the deadline where the step has no day any more."""
    weight: Assumption
    """Bargaining weight of the initiator; the responder has the rest."""
    instruments: Literal["party", "sector"] = "party"
    """Tariffs that a deal chooses: one rate on all goods per party, or one per sector."""
    lowest_rate: Annotated[float, Field(gt=-1.0, le=0.0)] = -0.4
    highest_rate: Annotated[float, Field(gt=0.0, le=10.0)] = 1.0
    elasticities: tuple[Text, ...] = ()
    """Other sets of trade elasticities of the world under which the deal is solved again."""
    frontier_points: Annotated[int, Field(ge=2, le=200)] = 30
    draws: Annotated[int, Field(ge=10, le=100_000)] = 1000
    """Settings of the assumptions that are drawn for the clock."""
    rungs: Annotated[tuple[Rungs, ...], Field(min_length=2, max_length=2)]
    clock: ClockTable

    def known_on(self, day: dt.date) -> TalksTable:
        """The table without what became known after the day; when the talks end is not known while they last."""
        clock = _assumed_on(self.clock, day)
        return _assumed_on(self, day).model_copy(update={"clock": clock, "until": None})

    def covers(self, day: dt.date) -> bool:
        """Whether the talks are under way on a day."""
        return self.known_from <= day and (self.until is None or day <= self.until)

    @model_validator(mode="after")
    def _sides(self) -> Self:
        countries = {row.country for row in self.rungs}
        if len(countries) != 2:
            raise ValueError("both ladders belong to the same country")
        if self.initiator not in countries:
            raise ValueError(f"initiator {self.initiator} has no ladder among {', '.join(sorted(countries))}")
        return self


class CommitmentRow(Strict):
    """A promise that the deal might hold."""

    kind: CommitmentKind
    country: Country
    name: Text
    measure: Text
    checks_per_year: Annotated[float, Field(gt=0.0)]
    consequence: Text
    source: Text
    """Who asked for it or offered it, and when."""
    known_from: Day
    target: float | None = None
    """None where the solved deal gives it (tariff ceilings, purchases), or where there is none."""


class AccordTable(Strict):
    """What is assumed about keeping a deal. All that is per period is per 1/`periods_per_year` of a year."""

    periods_per_year: Annotated[float, Field(gt=0.0, le=365.0)]
    discount_per_year: Assumption
    false_alarm: Assumption
    """Chance per period that an honest party is accused."""
    detection: Assumption
    """Chance per period that a breach is seen."""
    lag: Assumption
    """Periods until a breach is answered."""
    hazard: Assumption
    """Chance per period that tariffs come anyway, whatever is kept."""
    shipment_noise: Assumption
    """Standard deviation of log shipments around what was intended."""
    shortfall: Assumption
    """Part of a promised purchase that a cheat leaves out."""
    longest_suspension: Annotated[float, Field(ge=1.0)]
    theft_gain: Assumption | None = None
    """What theft brings the thief, percent of its income per year; without it only the break-even is shown."""
    commitments: Annotated[tuple[CommitmentRow, ...], Field(min_length=1)]

    def known_on(self, day: dt.date) -> AccordTable | None:
        """The table as of a day; None where nothing that might be promised was known yet."""
        promises = tuple(row for row in self.commitments if row.known_from <= day)
        return _assumed_on(self, day).model_copy(update={"commitments": promises}) if promises else None


def _assumed_on(table: Table, day: dt.date) -> Table:
    """A copy with each assumption as it could be made on a day."""
    found = {name: getattr(table, name) for name in type(table).model_fields}
    known = {name: item.known_on(day) for name, item in found.items() if isinstance(item, Assumption)}
    return table.model_copy(update=known)
