"""The tariff book: what is taxed, since when, until when, and why.

A book is read from the files of `tradewar.tariffs.formats`, checked as a whole when loaded, and never changed. Its
methods orchestrate; the rules are in the modules that they call.

    from tradewar.tariffs import TariffBook
    book = TariffBook.load("us-china-2019")
    book.rate("USA", "CHN", "73269086", "2019-05-20", exported="2019-05-05").rate    # 0.129
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tradewar.errors import BookError
from tradewar.tariffs import model

if TYPE_CHECKING:
    from datetime import date, datetime

    import pandas as pd

    from tradewar.tariffs.applied import AppliedRate
    from tradewar.tariffs.averages import AverageTariff
    from tradewar.tariffs.bridge import SectorRates
    from tradewar.tariffs.changes import BookChanges
    from tradewar.tariffs.coverage import Coverage
    from tradewar.tariffs.load import Tables
    from tradewar.tariffs.policies import PolicyRates
    from tradewar.tariffs.schedules import Schedule
    from tradewar.tariffs.timeline import Timeline
    from tradewar.tariffs.weights import WeightSet

Day = "date | datetime | str"


@dataclass(frozen=True, eq=False, repr=False)
class TariffBook:
    """Dated, layered duties of one or more importers. Use `TariffBook.load`."""

    name: str
    title: str
    tables: Tables
    """The files as read, by name; rates as fractions."""
    zones: Mapping[str, str]
    """IANA time zone of each importer, for instants."""
    first_day: int
    last_day: int
    """The day after the last on which the book answers; `FOREVER` is open."""
    gaps: tuple[str, ...]
    """What is known to be missing, as sentences."""
    source: str
    terms: str
    measures: tuple[model.Measure, ...]
    changes_planned: tuple[model.ScheduledChange, ...]
    suspensions: tuple[model.Suspension, ...]
    exclusions: tuple[model.Exclusion, ...]
    quotas: tuple[model.Quota, ...]
    conditions: Mapping[str, model.Condition]
    areas: Mapping[str, tuple[model.Membership, ...]]
    stacking: tuple[model.StackingRule, ...]
    editions: Mapping[str, model.Edition]
    schedules: Mapping[str, Schedule]
    weight_sets: Mapping[str, WeightSet]

    def __repr__(self) -> str:
        return f"TariffBook({self.name!r}, {len(self.measures)} measures of {', '.join(self.importers)})"

    # ---------------------------------------------------------------- reading and writing

    @classmethod
    def load(cls, book: str | Path) -> Self:
        """A book by the name of a built-in dispute, or from a folder or a CSV of measures.

        Raises:
            BookError: listing every fault with its row, the rule it breaks and the fix.
        """
        from tradewar.tariffs.load import read

        return cls(**read(book))

    def save(self, folder: str | Path) -> None:
        """Write the book as CSV files in canonical order; saving a saved book again gives the same bytes."""
        from tradewar.tariffs.save import save

        save(self, Path(folder))

    # ---------------------------------------------------------------- what it holds

    @cached_property
    def importers(self) -> tuple[str, ...]:
        """Importers with measures."""
        return tuple(sorted({measure.importer for measure in self.measures}))

    @cached_property
    def authorities(self) -> Mapping[str, str]:
        """Authority of each programme; the programme itself where none is named."""
        table = self.tables["programmes"]
        named = dict(zip(table.texts("programme"), table.texts("authority"), strict=True))
        return {measure.programme: named.get(measure.programme) or measure.programme for measure in self.measures}

    @cached_property
    def digest(self) -> str:
        """Hash of the content of every table."""
        from tradewar.tariffs.save import digest

        return digest(self.tables)

    def measures_of(self, importer: str) -> tuple[model.Measure, ...]:
        """Measures of one importer, scope exclusions left out.

        Raises:
            BookError: if the book has none; the message lists the importers it has.
        """
        found = tuple(item for item in self.measures if item.importer == importer and not item.hs_exclude)
        if not found:
            fix = f"This book has {', '.join(self.importers)}"
            raise BookError.at("importer", f"the book {self.name} has no measures of {importer!r}", fix)
        return found

    def unverified(self) -> pd.DataFrame:
        """Every line that rests on a figure nobody checked: table, row, id, note."""
        from tradewar.tariffs.changes import unverified

        return unverified(self)

    def covers(self, day: int) -> bool:
        """Whether a day lies inside the book."""
        return self.first_day <= day < self.last_day

    # ---------------------------------------------------------------- questions

    def rate(
        self, importer: str, exporter: str, product: str, on: date | datetime | str, **options: Any
    ) -> AppliedRate:
        """The rate that applies, and why. See `tradewar.tariffs.applied.rate`."""
        from tradewar.tariffs.applied import rate

        return rate(self, importer, exporter, product, on, **options)

    def timeline(
        self, importer: str, exporter: str, product: str, start: date | str, end: date | str, **options: Any
    ) -> Timeline:
        """The rate of a product at every day on which it changes. See `tradewar.tariffs.timeline.timeline`."""
        from tradewar.tariffs.timeline import timeline

        return timeline(self, importer, exporter, product, start, end, **options)

    def average(
        self,
        importer: str,
        exporter: str,
        on: date | datetime | str,
        weights: str | WeightSet = "simple",
        **options: Any,
    ) -> AverageTariff:
        """An average tariff with its weight set and coverage. See `tradewar.tariffs.averages.average`."""
        from tradewar.tariffs.averages import average

        return average(self, importer, exporter, on, weights, **options)

    def vector(
        self, importer: str, exporter: str, on: date | str, weights: str | WeightSet, **options: Any
    ) -> SectorRates:
        """Rates by sector with a report of what found none. See `tradewar.tariffs.bridge.vector`."""
        from tradewar.tariffs.bridge import vector

        return vector(self, importer, exporter, on, weights, **options)

    def coverage(
        self, importer: str, exporter: str, on: date | str, weights: str | WeightSet, **options: Any
    ) -> Coverage:
        """Lines and trade that the measures in force cover. See `tradewar.tariffs.coverage.coverage`."""
        from tradewar.tariffs.coverage import coverage

        return coverage(self, importer, exporter, on, weights, **options)

    def changes(self, known_a: date | str, known_b: date | str, **options: Any) -> BookChanges:
        """What became known after one day and by another. See `tradewar.tariffs.changes.changes`."""
        from tradewar.tariffs.changes import changes

        return changes(self, known_a, known_b, **options)

    def steps(self, known_on: date | str | None = None, on: date | str | None = None) -> tuple[model.Step, ...]:
        """Scheduled changes as they stand on a day of knowledge. See `tradewar.tariffs.changes_planned.steps`."""
        from tradewar.tariffs.planned import steps

        return steps(self, known_on, on)

    def branch(self, known_on: date | str, **outcomes: str) -> model.Branch:
        """Outcomes fixed for open questions, named and hashed: `book.branch("2019-02-20", deal="no")`."""
        from tradewar.tariffs.planned import branch

        return branch(self, known_on, outcomes)

    def policy_on(self, day: date | str, **options: Any) -> PolicyRates:
        """Both sides' rates by sector, as level and change. See `tradewar.tariffs.policies.policy_on`."""
        from tradewar.tariffs.policies import policy_on

        return policy_on(self, day, **options)
