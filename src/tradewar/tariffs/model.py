"""The nouns of a tariff book. Every one is a line of a file that an analyst can edit.

Rates are fractions (0.25), money is in the currency named, validity is half-open: `[valid_from, valid_until)`.
Two axes of time: when a rate applies (instants, minutes of local time at the importer), and from when a reader of the
official journal could know it (`known_from`, `superseded_from`: days). See `tradewar.tariffs.instants`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from tradewar.tariffs.instants import FOREVER

if TYPE_CHECKING:
    from tradewar.tariffs.book import TariffBook

Effect = Literal["add", "replace", "floor", "exempt", "refuse"]
EFFECTS: tuple[str, ...] = ("add", "replace", "floor", "exempt", "refuse")
RATE_KINDS: tuple[str, ...] = (
    "ad_valorem",
    "free",
    "specific",
    "compound",
    "greater_of",
    "lesser_of",
    "schedule",
    "unknown",
    "not_expressible",
)
CHANGE_STATUSES: tuple[str, ...] = ("proposed", "planned", "postponed", "cancelled")
CHANGE_KINDS: tuple[str, ...] = ("rate", "resume")
CONDITION_KINDS: tuple[str, ...] = ("end_use", "origin", "certificate", "metal_share", "price_threshold")
QUOTA_KINDS: tuple[str, ...] = ("tariff_quota", "absolute")
RULES: tuple[str, ...] = ("additive", "suppresses", "leaves_remainder")


@dataclass(frozen=True, slots=True)
class Known:
    """What every line has: when it was known, and where it comes from."""

    row: int
    """Line number in its file."""
    known_from: int
    superseded_from: int
    source: str
    verified: bool
    note: str

    def visible(self, known: int) -> bool:
        """Whether a reader could know it on a day, and it was not replaced by then."""
        return self.known_from <= known < self.superseded_from


@dataclass(frozen=True, slots=True)
class Measure(Known):
    """A duty, or the absence of one, by one authority on one scope: the unit of explanation."""

    measure_id: str
    importer: str
    exporter_area: str
    """`*`, countries or areas separated by `;`, each left out with a leading `-`: `*;-CAN;-EUN`."""
    programme: str
    effect: Effect
    scope: str
    """Key of the list, schedule or single code that it covers; `*` is every product."""
    hs_exclude: bool
    """True where the line takes its codes out of the scope of the measure."""
    rate_kind: str
    rate: float
    """Fraction; NaN is unknown."""
    specific_amount: float
    currency: str
    unit: str
    value_base: str
    """Blank: full customs value. Otherwise the name of the share of it that is dutiable (`repair`, `metal`)."""
    valid_from: int | None
    """None: it starts only by a scheduled change."""
    valid_until: int
    liability_rule: str
    """`entry`, `export`, or `exported_before:DAY`."""
    condition: str
    stacking_group: str
    instrument: str


@dataclass(frozen=True, slots=True)
class ScheduledChange(Known):
    """One announced version of a step: "0.25 from 2 March unless there is a deal"."""

    change_id: str
    kind: str
    """`rate`: the measure takes `new_rate`. `resume`: the suspension of that name ends."""
    measure_id: str
    new_rate: float
    planned_from: int | None
    """None: no date (proposed without one, postponed until further notice)."""
    status: str
    """As announced: proposed, planned, postponed or cancelled."""
    trigger: str
    """The open question it hangs on (`deal`); blank where it is unconditional."""
    condition_text: str


@dataclass(frozen=True, slots=True)
class Suspension(Known):
    """A measure, or a part of its scope, put on hold: it survives and can resume."""

    suspension_id: str
    measure_id: str
    """A trailing `*` stands for every measure that begins so."""
    scope: str
    valid_from: int
    valid_until: int


@dataclass(frozen=True, slots=True)
class Exclusion(Known):
    """Products taken out of a measure on request, often back to its start."""

    exclusion_id: str
    measure_id: str
    scope: str
    description_limited: bool
    """Only part of the line is meant: an interval, unless a share is known."""
    share: float
    valid_from: int
    valid_until: int
    retroactive_from: int | None
    refundable: bool

    @property
    def starts(self) -> int:
        """First instant at which it holds, backdating included."""
        return self.valid_from if self.retroactive_from is None else min(self.valid_from, self.retroactive_from)


@dataclass(frozen=True, slots=True)
class Quota(Known):
    """A quantity up to which one measure applies, and beyond which another, or no entry at all."""

    quota_id: str
    kind: str
    amount: float
    unit: str
    period_start: int
    period_end: int
    in_measure: str
    over_measure: str


@dataclass(frozen=True, slots=True)
class Membership:
    """A country or area that belongs to an area for some time."""

    area: str
    member: str
    valid_from: int
    valid_until: int
    known_from: int


@dataclass(frozen=True, slots=True)
class Condition:
    """Something about the goods that the code does not say."""

    condition_id: str
    kind: str
    parameter: float
    operator: str
    default: float
    """Share assumed where the question gives none; NaN: undecided."""


@dataclass(frozen=True, slots=True)
class StackingRule(Known):
    """One line of a rule set: how one programme bears on another."""

    rule_set: str
    importer: str
    valid_from: int
    valid_until: int
    retroactive_from: int | None
    order: int
    rule: str
    programme: str
    other: str
    exporter_area: str

    def in_force(self, instant: int, known: int) -> bool:
        """Whether the rule governs an entry at an instant, as known on a day."""
        starts = self.valid_from if self.retroactive_from is None else min(self.valid_from, self.retroactive_from)
        return self.visible(known) and starts <= instant < self.valid_until


@dataclass(frozen=True, slots=True)
class Edition:
    """A nomenclature edition. Codes keep their meaning inside a family, save where a successor is given."""

    edition: str
    owner: str
    family: str
    parent: str
    """The edition whose first six digits it shares."""
    digits_max: int


@dataclass(frozen=True)
class Branch:
    """Outcomes fixed for open questions (`{"deal": "yes"}`). It never writes to the book."""

    name: str
    outcomes: tuple[tuple[str, str], ...]
    known_on: str
    book: TariffBook = field(repr=False, compare=False)
    """The one whose questions these are."""

    @cached_property
    def digest(self) -> str:
        """Hash of the book, the day of knowledge and the outcomes."""
        text = "|".join([self.book.digest, self.known_on, self.name])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Step:
    """A scheduled change as it stands on a day of knowledge: what talks are about."""

    change_id: str
    measure_id: str
    new_rate: float | None
    planned_from: str
    """Blank: without a date."""
    status: Literal["proposed", "planned", "in_force", "postponed", "cancelled", "superseded"]
    trigger: str
    condition_text: str
    known_from: str
    superseded_by: str
    """`known_from` of the version that replaced it; blank for the current one."""
    verified: bool
    source: str


NEVER = FOREVER
"""`superseded_from` of what still stands."""
