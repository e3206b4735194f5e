"""The nouns of a tariff book. Every one is a row of a file that an analyst can edit (`tradewar.tariffs.formats`); a
field has the name and the meaning of its column.

Rates are fractions (0.25), money is in the currency named, validity is half-open: `[valid_from, valid_until)`.
Two axes of time: when a rate applies (instants, minutes of local time at the importer), and from when a reader of the
official journal could know it (`known_from`, `superseded_from`: days). See `tradewar.tariffs.instants`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from tradewar.errors import BookError
from tradewar.io.nearest import nearest
from tradewar.tariffs.content import Tables, digest
from tradewar.tariffs.instants import FOREVER

if TYPE_CHECKING:
    from tradewar.tariffs.schedules import Schedule
    from tradewar.tariffs.weights import WeightSet

Effect = Literal["add", "replace", "floor", "ceiling", "exempt", "refuse"]
BASE_AUTHORITY = "MFN"
"""Authority whose programmes are the general duty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What every row has: when it was known, and where it comes from."""

    row: int
    """Line in its file."""
    known_from: int = 0
    superseded_from: int = FOREVER
    source: str = ""
    verified: bool | None = None
    """Whether somebody checked it against its source; None: not stated."""
    note: str = ""

    def visible(self, known: int) -> bool:
        """Whether a reader could know it on a day, and it was not replaced by then."""
        return self.known_from <= known < self.superseded_from

    @property
    def subject(self) -> Any:
        """What it is about: a later row on the same subject replaces it."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Known):
    """A duty, or the absence of one, by one authority on one scope: the unit of explanation."""

    measure_id: str
    importer: str
    exporter_area: str = "*"
    programme: str
    effect: Effect = "add"
    scope: str
    """Key of the list, schedule or single code that it covers; `*` is every product."""
    hs_edition: str = ""
    hs_exclude: bool = False
    rate_kind: str
    rate: float
    specific_amount: float
    currency: str
    unit: str
    value_base: str
    valid_from: int | None = None
    """None: it starts only by a scheduled change."""
    valid_until: int = FOREVER
    liability_rule: str = "entry"
    condition: str
    firm: str
    all_in_base: str
    stacking_group: str
    instrument: str
    until_known_from: int = 0
    collected_until: int | None = None
    """First instant at which a duty that was struck down was collected no more."""
    refunded: bool = False

    @property
    def conditions(self) -> tuple[tuple[str, bool], ...]:
        """The conditions that goods must all meet, and whether each must hold or must not."""
        texts = filter(None, (text.strip() for text in self.condition.split(";")))
        return tuple((text.removeprefix("not:"), not text.startswith("not:")) for text in texts)

    @property
    def subject(self) -> Any:
        terms = (self.measure_id, self.exporter_area, self.scope, self.hs_exclude, self.valid_from)
        return (*terms, self.liability_rule, self.condition, self.value_base)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledChange(Known):
    """One announced version of a step: "0.25 from 2 March unless there is a deal"."""

    change_id: str
    kind: str = "rate"
    """`rate`: the measure takes `new_rate`. `resume`: the suspension of that name ends."""
    measure_id: str
    new_rate: float
    planned_from: int | None = None
    """None: no date (proposed without one, postponed until further notice)."""
    status: str
    trigger: str
    condition_text: str

    @property
    def subject(self) -> Any:
        return self.change_id, self.measure_id

    @property
    def ordered(self) -> bool:
        """Whether it comes on its day, if it has one: planned, or postponed to another."""
        return self.status in ("planned", "postponed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension(Known):
    """A measure, or a part of its scope, put on hold: it survives and can resume."""

    suspension_id: str
    measure_id: str
    scope: str
    valid_from: int
    valid_until: int = FOREVER

    @property
    def subject(self) -> Any:
        return self.suspension_id, self.measure_id, self.scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion(Known):
    """Products taken out of a measure on request, often back to its start."""

    exclusion_id: str
    measure_id: str
    scope: str
    description_limited: bool = False
    share: float
    """Part of the trade of a line that is meant; NaN: all of it, or unknown where the description limits it."""
    valid_from: int
    valid_until: int = FOREVER
    retroactive_from: int | None = None
    refundable: bool = False

    @property
    def subject(self) -> Any:
        return self.exclusion_id, self.measure_id, self.scope

    @property
    def starts(self) -> int:
        """First instant at which it holds, backdating included."""
        return self.valid_from if self.retroactive_from is None else min(self.valid_from, self.retroactive_from)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota(Known):
    """A quantity up to which one measure applies, and beyond which another, or no entry at all."""

    quota_id: str
    kind: str
    amount: float
    unit: str
    period_start: int = 0
    period_end: int = FOREVER
    in_measure: str
    over_measure: str
    allocation: str = "*"

    @property
    def subject(self) -> Any:
        return self.quota_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Known):
    """A country or area that belongs to an area for some time."""

    area: str
    member: str
    valid_from: int = 0
    valid_until: int = FOREVER

    @property
    def subject(self) -> Any:
        return self.area, self.member, self.valid_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something about the goods that the code does not say."""

    condition_id: str
    kind: str
    parameter: float
    operator: str
    currency: str
    unit: str
    default: float
    """Share assumed where the question gives none; NaN: undecided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Known):
    """A fact about the goods of some lines and partners."""

    name: str
    importer: str
    exporter_area: str = "*"
    scope: str
    share: float
    low: float
    high: float
    valid_from: int = 0
    valid_until: int = FOREVER

    @property
    def subject(self) -> Any:
        return self.name, self.importer, self.exporter_area, self.scope, self.valid_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange(Known):
    """A rate of exchange from a day until the next."""

    currency: str
    against: str
    rate: float
    valid_from: int = 0

    @property
    def subject(self) -> Any:
        return self.currency, self.against, self.valid_from


@dataclass(frozen=True, slots=True, kw_only=True)
class StackingRule(Known):
    """One line of a rule set: how one programme bears on another."""

    rule_set: str
    importer: str
    valid_from: int = 0
    valid_until: int = FOREVER
    retroactive_from: int | None = None
    order: int = 0
    rule: str
    programme: str
    other: str
    exporter_area: str = "*"

    @property
    def subject(self) -> Any:
        return self.rule_set, self.importer, self.order, self.valid_from, self.programme, self.other

    def in_force(self, instant: int, known: int) -> bool:
        """Whether the rule governs an entry at an instant, as known on a day."""
        starts = self.valid_from if self.retroactive_from is None else min(self.valid_from, self.retroactive_from)
        return self.visible(known) and starts <= instant < self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A nomenclature edition. Codes keep their meaning inside a family, save where a successor is given."""

    edition: str
    owner: str
    family: str
    """Its own name where it has none."""
    parent: str
    """The edition whose first six digits it shares."""
    digits_max: int = 10


@dataclass(frozen=True)
class Branch:
    """Outcomes fixed for open questions (`{"deal": "yes"}`). It never writes to the book."""

    name: str
    outcomes: tuple[tuple[str, str], ...]
    known_on: str
    book_digest: str = field(repr=False)

    @property
    def digest(self) -> str:
        """Hash of the book, the day of knowledge and the outcomes."""
        text = "|".join([self.book_digest, self.known_on, self.name])
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
    verified: bool | None
    source: str


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Book:
    """Dated, layered duties of one or more importers: what the files say, nothing more.

    Questions are functions of it: `tradewar.tariffs.rate`, `average`, `timeline`, `policy_on` and others.
    """

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
    measures: tuple[Measure, ...]
    changes_planned: tuple[ScheduledChange, ...]
    triggers: frozenset[str]
    """Open questions on which changes hang, as the files have them."""
    suspensions: tuple[Suspension, ...]
    exclusions: tuple[Exclusion, ...]
    quotas: tuple[Quota, ...]
    conditions: Mapping[str, Condition]
    shares: tuple[Share, ...]
    exchange: tuple[Exchange, ...]
    areas: Mapping[str, tuple[Membership, ...]]
    stacking: tuple[StackingRule, ...]
    editions: Mapping[str, Edition]
    schedules: Mapping[str, Schedule]
    weight_sets: Mapping[str, WeightSet]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {len(self.measures)} measures of {', '.join(self.importers)})"

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
        return digest(self.tables)

    @cached_property
    def _by_importer(self) -> dict[str, tuple[Measure, ...]]:
        return {name: tuple(item for item in self.measures if item.importer == name) for name in self.importers}

    def measures_of(self, importer: str) -> tuple[Measure, ...]:
        """Measures of one importer, with the rows that take products out of them.

        Raises:
            BookError: if the book has none; the message lists the importers it has.
        """
        if importer not in self._by_importer:
            what = f"the book {self.name} has no measures of {importer!r}{nearest(importer, self.importers)}"
            raise BookError.at("importer", what, f"This book has {', '.join(self.importers)}")
        return self._by_importer[importer]

    def covers(self, day: int) -> bool:
        """Whether a day lies inside the book."""
        return self.first_day <= day < self.last_day
