"""What is asked of a book, and the decisions that the question leaves open.

A rate can hang on facts that the question does not give: the day of export, the fill of a quota, the metal share, the
claim of a preference. Each open fact is a share between 0 and 1. It is evaluated at a stated default, and at both ends
to give the interval in which the rate lies; total duty is multilinear in the shares, so the ends bound it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from tradewar.errors import BookError, Problem
from tradewar.io.nearest import nearest, some
from tradewar.io.registers import countries
from tradewar.tariffs.instants import EVERYTHING, MINUTES, day_of, moment, write_day

if TYPE_CHECKING:
    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.model import Branch

NEEDS_EXPORT_DATE = "needs_export_date"
NEEDS_QUANTITY = "needs_quantity"
NEEDS_CONDITION = "needs_condition"
NEEDS_DIGITS = "needs_digits"
NEEDS_UNIT_VALUE = "needs_unit_value"


@dataclass(frozen=True)
class Question:
    """Who imports what from whom, when, as known on which day, and what else is known about the goods."""

    importer: str
    exporter: str
    instant: int
    """Entry, local time at the importer."""
    known: int
    exported: int | None = None
    """Instant of export; None: not given, entry less `transit_days` is assumed."""
    transit_days: int = 0
    unit_value: float | None = None
    """Money per unit of the duty's quantity."""
    quantity: float | None = None
    """Quantity entered so far in the quota period, this entry included."""
    shares: Mapping[str, float] = field(default_factory=dict[str, float])
    """Facts about the goods by name of condition or value base: `{"metal": 0.4, "usmca": 0}`."""
    outcomes: Mapping[str, str] = field(default_factory=dict[str, str])
    """Outcomes of open questions, from a branch."""
    branch_known: int | None = None
    compound_lower_bound: bool = False
    """Take the ad valorem part of compound duties where no unit value is given."""
    convention: str = "end of day"

    @property
    def day(self) -> int:
        """Day of entry."""
        return self.instant // MINUTES

    @property
    def known_text(self) -> str:
        """The day of knowledge, or `everything`."""
        return "everything" if self.known >= EVERYTHING else write_day(self.known)


@dataclass
class Decisions:
    """Open facts met while a rate is worked out: those fixed beforehand, and those asked for."""

    fixed: Mapping[str, float] = field(default_factory=dict[str, float])
    asked: dict[str, str] = field(default_factory=dict[str, str])
    """What each open fact needs, by name."""

    def decide(self, name: str, need: str, default: float) -> float:
        """The value of an open fact: as fixed, or the default, noted as asked."""
        if name in self.fixed:
            return self.fixed[name]
        self.asked[name] = need
        return default


def ask(
    book: TariffBook,
    importer: str,
    exporter: str,
    on: date | datetime | str,
    *,
    exported: date | datetime | str | None = None,
    known_on: date | str | None = None,
    start_of_day: bool = False,
    transit_days: int = 0,
    unit_value: float | None = None,
    quantity: float | None = None,
    shares: Mapping[str, float] | None = None,
    branch: Branch | None = None,
    compound_lower_bound: bool = False,
) -> Question:
    """A checked question.

    Raises:
        BookError: if a day is no day, export lies after entry, a share is outside [0, 1], a number is negative, or the
            exporter is an aggregate.
    """

    _check_names(book, importer, exporter, shares or {})
    zone = book.zones.get(importer, "")
    instant = moment(on, zone, start_of_day=start_of_day)
    left = None if exported is None else moment(exported, zone, "exported", start_of_day=True)
    if left is not None and left // MINUTES > instant // MINUTES:
        what = f"export on {write_day(left // MINUTES)} is after entry on {write_day(instant // MINUTES)}"
        raise BookError.at("exported", what, "Goods leave before they enter: correct one of the two days")
    if exporter == "WLD" or exporter in book.areas:
        fix = "Ask for one of its members; rates differ between them"
        raise BookError.at("exporter", f"{exporter} is an aggregate, not a country", fix)
    for name, share in (shares or {}).items():
        if not 0 <= share <= 1:
            raise BookError.at(f"share {name}", f"{share:g} is outside [0, 1]", "Write 0.4 for 40 percent")
    for name, number in (("unit_value", unit_value), ("quantity", quantity)):
        if number is not None and not number >= 0:
            raise BookError.at(name, f"{number:g} is negative", "Give a number that is not negative")
    known = EVERYTHING if known_on is None else day_of(known_on, "known_on")
    return Question(
        importer=importer,
        exporter=exporter,
        instant=instant,
        known=known,
        exported=left,
        transit_days=transit_days,
        unit_value=unit_value,
        quantity=quantity,
        shares=dict(shares or {}),
        outcomes=dict(branch.outcomes) if branch else {},
        branch_known=day_of(branch.known_on, "branch") if branch else None,
        compound_lower_bound=compound_lower_bound,
        convention=_convention(on, start_of_day),
    )


def _check_names(book: TariffBook, importer: str, exporter: str, shares: Mapping[str, float]) -> None:
    """Refuse a country or a fact that the book cannot know: a name in no list is not one that nothing concerns."""
    problems: list[Problem] = []
    if importer not in book.importers:
        what = f"the book {book.name} has no measures of {importer!r}{nearest(importer, book.importers)}"
        problems.append(Problem("importer", what, f"This book has {', '.join(book.importers)}"))
    elif exporter and (fault := _partner_fault(book, importer, exporter)):
        problems.append(Problem("exporter", *fault))
    facts = {*book.conditions, *(measure.value_base for measure in book.measures if measure.value_base)}
    for name in sorted(set(shares) - facts):
        what = f"no condition or value base is called {name!r}{nearest(name, facts)}"
        problems.append(Problem("share", what, f"This book has {some(sorted(facts)) or 'none'}"))
    if problems:
        raise BookError(problems)


def _partner_fault(book: TariffBook, importer: str, exporter: str) -> tuple[str, str] | None:
    """Partners are ISO3 codes or codes of the book; a book of countries that do not exist may leave some unnamed."""
    named = named_partners(book)
    if exporter in named:
        return None
    if not countries.is_iso3(importer):
        return countries.misspelt_country(exporter)
    fault = countries.unknown_country(exporter, countries.ISO3 | named)
    return (fault[0], f"Write an ISO3 code, or one that the book names: {some(sorted(named), 8)}") if fault else None


@lru_cache(maxsize=8)
def named_partners(book: TariffBook) -> frozenset[str]:
    """Codes of countries and areas that the book names."""
    named = {name.strip().removeprefix("-").strip() for m in book.measures for name in m.exporter_area.split(";")}
    named |= {item.member for members in book.areas.values() for item in members} | set(book.areas)
    for weights in book.weight_sets.values():
        named |= {weights.importer, weights.exporter, *weights.by_exporter}
    return frozenset(named | set(book.importers) | {"WLD"}) - {"", "*"}


def _convention(on: date | datetime | str, start_of_day: bool) -> str:
    timed = isinstance(on, datetime) or (isinstance(on, str) and len(on) > 10)
    return "instant" if timed else "start of day" if start_of_day else "end of day"
