"""What is promised: the data model of an accord.

| kind | instrument in the economy | measure of compliance |
|---|---|---|
| tariff ceiling | upper bound on a tariff | applied tariff (public) |
| purchases | non-negative buying wedge with a target on f.o.b. trade value | shipments against target |
| market opening | lower trade cost or fewer varieties barred | import share, licences |
| subsidy discipline | ceiling on an output subsidy | budget data, noisy |
| hacking truce | flow of theft | incidents, very noisy |
| surplus target | common wedge on all goods | customs data |

Cells of a scope are (importer, exporter, sector); `*` stands for every one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from tradewar.errors import AccordError, Problem
from tradewar.io.serialize import Document

Cell = tuple[str, str, str]
"""(importer, exporter, sector)."""


class CommitmentKind(StrEnum):
    """The kinds of promise."""

    TARIFF_CEILING = "tariff ceiling"
    PURCHASES = "purchases"
    MARKET_OPENING = "market opening"
    SUBSIDY_DISCIPLINE = "subsidy discipline"
    HACKING_TRUCE = "hacking truce"
    SURPLUS_TARGET = "surplus target"


NEEDS_TARGET = {CommitmentKind.TARIFF_CEILING, CommitmentKind.PURCHASES, CommitmentKind.SURPLUS_TARGET}
"""Kinds that mean nothing without a number."""


@dataclass(frozen=True)
class Commitment(Document, told="... sentence"):
    """One promise."""

    kind: CommitmentKind
    country: str
    """Who promises."""
    scope: tuple[Cell, ...]
    start: date
    until: date | None
    """None = without end."""
    target: float | None
    """In the unit of the measure: a rate for a ceiling, money f.o.b. for purchases."""
    measure: str
    """Which data decide."""
    checks_per_year: float
    consequence: str
    """What happens if it is broken, in words."""
    name: str = ""

    @property
    def sentence(self) -> str:
        """The promise in words."""
        promise = self.name or self.kind.value
        if self.target is not None:
            ceiling = self.kind is CommitmentKind.TARIFF_CEILING
            promise += f" ({self.target:.1%})" if ceiling else f" ({self.target:,.0f})"
        return (
            f"The deal obliges {self.country} to {promise}; it is checked {_frequency(self.checks_per_year)} by "
            f"{self.measure}; if broken, {self.consequence}."
        )


@dataclass(frozen=True)
class Accord:
    """A deal as a list of promises."""

    name: str
    parties: tuple[str, ...]
    commitments: tuple[Commitment, ...]

    def of(self, country: str) -> tuple[Commitment, ...]:
        """What one party promised."""
        return tuple(item for item in self.commitments if item.country == country)


def build_accord(name: str, parties: Sequence[str], commitments: Sequence[Commitment]) -> Accord:
    """A checked accord.

    Raises:
        AccordError: listing every commitment by a country that is no party, without scope or target where one is
            needed, with a ceiling that looks like a percentage, or that ends before it starts.
    """
    problems = [
        problem for number, item in enumerate(commitments, start=1) for problem in _problems(number, item, parties)
    ]
    if len(set(parties)) != len(parties) or len(parties) < 2:
        problems.append(Problem("parties", f"are {', '.join(parties)}", "Name at least two different countries"))
    if not commitments:
        problems.append(Problem("commitments", "are missing", "An accord needs at least one"))
    if problems:
        raise AccordError(problems)
    return Accord(name, tuple(parties), tuple(commitments))


def _frequency(per_year: float) -> str:
    names = {1.0: "every year", 2.0: "every half-year", 4.0: "every quarter", 12.0: "every month"}
    return names.get(per_year, f"{per_year:g} times a year")


def _problems(number: int, item: Commitment, parties: Sequence[str]) -> Iterable[Problem]:
    where = item.name or f"commitment {number} ({item.kind.value})"
    if item.country not in parties:
        yield Problem(where, f"{item.country!r} is no party", f"Use one of {', '.join(parties)}")
    if not item.scope and item.kind is not CommitmentKind.HACKING_TRUCE:
        yield Problem(where, "has no scope", "Give (importer, exporter, sector) cells; * stands for every one")
    if item.until is not None and item.until < item.start:
        yield Problem(where, f"ends on {item.until}, before it starts on {item.start}", "Check the dates")
    if not 0.0 < item.checks_per_year < np.inf:
        yield Problem(where, f"is checked {item.checks_per_year:g} times a year", "Give 1, 4 or 12")
    if item.kind in NEEDS_TARGET and item.target is None:
        yield Problem(where, "has no target", f"Give the number that decides, by {item.measure}")
    if item.target is not None:
        if not np.isfinite(item.target):
            yield Problem(where, "has a target that is not a number", "Give a finite number")
        elif item.kind is CommitmentKind.TARIFF_CEILING and not -1.0 < item.target <= 10.0:
            yield Problem(where, f"has a ceiling of {item.target:g}", "Ceilings are rates: 0.25 for 25 percent")
        elif item.kind is CommitmentKind.PURCHASES and item.target < 0.0:
            yield Problem(where, f"has a target of {item.target:g}", "Give money f.o.b., >= 0")
