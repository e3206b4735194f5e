"""What `dispute.toml` may hold. Unknown keys are refused; every fault names file, key, value and fix.

| table | keys | needed |
|---|---|---|
| top | `name` (of the folder), `title`, `as_of` (day for which it was written), `world` | yes |
| top | `closure` (default `share-of-world`), `horizon` (years; default the long run), `level` (`world` or `blp`) | no |
| `[[parties]]` | `country` (code in the world), `name` | two |
| `[[actors]]` | `country`, `name`: others that the chronicle names | no |
| `[book]` | `folder`, `base_day`, `sector_set`, `[[book.weights]]`: the tariff book of the dispute | for kind `book` |
| `[[steps]]` | `name`, `title`, `short_title`, `actor`, `changes`, `measures`: steps of the book in words | no |
| `[[deadlines]]` | `what`, `condition`, `known_from`, `source`, `may_be_postponed`, [`date`], [`step`] | no |
| `[[policies]]` | `name`, `title`, `short_title`, `what`, `stands_for`, `known_from`, `kind` | one or more |
| kind `book` | `day`, [`known_on`], [`branch`], [`counts`]: rates of the book by sector of the world | yes |
| `[talks]`, `[accord]` | what is assumed about the talks and about keeping a deal: see `deal_schema` | no |
| kind `tariff-file` | `file`: as `tradewar solve --tariffs` reads it, beside `dispute.toml` | yes |

`world` is a built-in world, or a tidy folder relative to the dossier. For the book and its steps see `Book`, `Step` and
`BookPolicy`. Each deadline is the plan as it was known from a day on; each policy is compared with the one before it.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from tradewar.disputes.deal_schema import AccordTable, TalksTable
from tradewar.io.strict import Country, Day, Strict, Text

DAY_RULES = ("as-of", "next-step", "every-step")
PLACEHOLDERS: tuple[str, ...] = ("day", "known", "short_day", "steps", "short_steps")


class Party(Strict):
    """A side of the dispute."""

    country: Country
    name: Text


class Deadline(Strict):
    """What is planned, as it was known from a day on. The latest row known is the plan."""

    date: Day | None = None
    """None where the plan has no date any more."""
    what: Text
    condition: Text
    may_be_postponed: bool
    known_from: Day
    source: Text
    step: Text | None = None
    """The step of the book that is due."""


class Weights(Strict):
    """The weight set of the book with which one pair is averaged and weighted into sectors."""

    importer: Country
    exporter: Country
    weight_set: Text


class Book(Strict):
    """The tariff book of a dispute."""

    folder: Text
    """Folder of the book beside `dispute.toml`."""
    base_day: Day | None = None
    """Changes are taken against the duties of this day and added to the world's own tariffs."""
    sector_set: Text
    """The concordance of the book whose sectors are those of the world."""
    weights: Annotated[tuple[Weights, ...], Field(min_length=1)]
    base_rates: Literal["book", "world"] = "book"
    """Whose tariffs the parties levy on each other on the base day: the book's, where it has general rates, or the
    world's."""
    aggregation: Literal["consistent", "trade-weighted"] = "consistent"
    """How rates that differ within a sector reach the model: keeping prices and revenue of the lines, or averaged."""


class Step(Strict):
    """A step of the book in words: what one side may do, by which lines of the book.

    The day, the status and the condition are those of the book on the day asked. Deadlines name a step, so that what
    is said of a deadline and what the book does on it cannot drift apart.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Text
    short_title: Text
    actor: Country
    changes: tuple[Text, ...] = ()
    """`change_id` of scheduled changes; a trailing `*` stands for all that begin so."""
    measures: tuple[Text, ...] = ()
    """`measure_id` of measures that start by themselves on their day; likewise."""

    @model_validator(mode="after")
    def _names_lines(self) -> Self:
        if not self.changes and not self.measures:
            raise ValueError("give the changes or the measures of the book that make up the step")
        return self


class _NamedPolicy(Strict):
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Text
    short_title: Text
    what: Text
    stands_for: Text
    """The day or the schedule for which the figures stand."""
    known_from: Day
    """From which day on the policy could be described."""


class BookPolicy(_NamedPolicy):
    """Rates of the book on a day, as known on a day, weighted into the sectors of the world.

    The words may hold `{day}` and `{short_day}` (the day for which the rates stand), `{known}` (the day of knowledge),
    `{steps}` and `{short_steps}` (the steps carried out). A policy whose step does not exist on the day of a brief is
    left out, and the brief says so.
    """

    kind: Literal["book"]
    day: Day | Literal["as-of", "next-step", "every-step"]
    """A day; the day of the brief; the first day on which a known step is due; or every known step carried out, also
    those that are only proposed or postponed without a date."""
    known_on: Day | None = None
    """Read the book as known on this day, where it is later than the day of the brief. That is hindsight, and said."""
    branch: dict[str, Literal["yes", "no"]] = Field(default_factory=dict)
    """Outcomes of open questions, such as `deal = "no"`, which carries out what hangs on it."""
    counts: Literal["additional", "all"] = "additional"
    """`additional`: duties on top of the general rate. `all`: the general rate too, though its cuts reach everyone."""

    @field_validator("title", "short_title", "what", "stands_for")
    @classmethod
    def _holds_known_placeholders(cls, value: str) -> str:
        try:
            value.format_map(dict.fromkeys(PLACEHOLDERS, ""))
        except (KeyError, ValueError, IndexError) as error:
            listed = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise ValueError(f"{value!r} holds a placeholder other than {listed}") from error
        return value

    @field_validator("day", mode="before")
    @classmethod
    def _is_a_day_or_a_rule(cls, value: object) -> object:
        if isinstance(value, dt.date) or value in DAY_RULES:
            return value
        raise ValueError(f"{value!r} is neither a date without quotes nor one of {', '.join(DAY_RULES)}")


class TariffFile(_NamedPolicy):
    """New rates, or increases in percentage points, in the format of `tradewar solve --tariffs`."""

    kind: Literal["tariff-file"]
    file: Text


PolicySource = Annotated[BookPolicy | TariffFile, Field(discriminator="kind")]


class DisputeFile(Strict):
    """The content of `dispute.toml`."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Text
    as_of: Day
    world: Text
    closure: Text = "share-of-world"
    horizon: Annotated[float, Field(ge=0)] | None = None
    """Years after the change at which effects are told; None for the long run."""
    level: Literal["world", "blp"] = "world"
    """Whose long-run trade elasticities: see `tradewar.equilibrium.horizon`."""
    parties: Annotated[tuple[Party, ...], Field(min_length=2, max_length=2)]
    actors: tuple[Party, ...] = ()
    book: Book | None = None
    steps: tuple[Step, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    policies: Annotated[tuple[PolicySource, ...], Field(min_length=1)]
    talks: TalksTable | None = None
    accord: AccordTable | None = None

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for what, rows in (("policy", self.policies), ("step", self.steps)):
            names = [row.name for row in rows]
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"{what} name {name!r} is used more than once")
        if self.parties[0].country == self.parties[1].country:
            raise ValueError(f"both parties are {self.parties[0].country}")
        return self
