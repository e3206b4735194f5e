"""The law of an importer as a reader of the official journal knew it on a day.

Everything that hangs on the day of knowledge, on the outcomes of open questions and on the reading of duties that were
struck down is settled here once; what is left (`Term`) is a measure at one rate for one stretch of time. Scheduled
changes cut a measure into stretches:

| reading | a duty that was struck down |
|---|---|
| owed | ends on the day of the ruling |
| paid | is collected until `collected_until` |
| refunded | was void from its start, if it is refunded |
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np
from jaxtyping import Int
from numpy import ndarray as Array

from tradewar.errors import BookError
from tradewar.io.nearest import nearest, some
from tradewar.tariffs.areas import reaches, width
from tradewar.tariffs.instants import FOREVER, MINUTES, day_of, local, write_day, write_instant
from tradewar.tariffs.model import Book, Exclusion, Measure, Quota, ScheduledChange, Share, StackingRule, Suspension

READINGS = ("owed", "paid", "refunded")


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A measure at one rate for one stretch of time."""

    measure: Measure
    start: int
    end: int
    rate: float
    """After a scheduled change; NaN: the measure's own."""
    change: ScheduledChange | None
    """The one that brought the rate."""
    place: int
    """Position of its area expression in `Law.expressions`."""

    @property
    def why(self) -> str:
        """Since when it stands, and what brought its rate."""
        start = self.measure.valid_from if self.measure.valid_from is not None else self.start
        text = f"in force since {write_instant(start)}" if start else "in force"
        if self.change is not None:
            day = write_instant(self.change.planned_from or 0)
            text += f"; {self.change.change_id} brought {100 * self.rate:.10g}% on {day}"
            text += f" (known {write_day(self.change.known_from)})"
        return f"{text}; {self.measure.note}" if self.measure.note else text


@dataclass(frozen=True, slots=True, eq=False)
class Hold:
    """What keeps measures from some products for some time: a suspension, or an exclusion."""

    item: Suspension | Exclusion
    start: int
    end: int
    share: float
    """Part of the trade of a line; NaN: not known."""

    @property
    def name(self) -> str:
        """Its id."""
        return self.item.exclusion_id if isinstance(self.item, Exclusion) else self.item.suspension_id

    @property
    def why(self) -> str:
        """Since when, and whether duty is refunded."""
        if isinstance(self.item, Suspension):
            return f"suspended since {write_instant(self.start)} ({self.name})"
        back = " with refund of duty paid" if self.item.refundable and self.item.retroactive_from is not None else ""
        limited = " for the goods described" if self.item.description_limited else ""
        return f"excluded since {write_instant(self.start)}{limited}{back} ({self.name})"

    def concerns(self, measure_id: str) -> bool:
        """Whether it holds a measure."""
        pattern = self.item.measure_id
        return measure_id.startswith(pattern[:-1]) if pattern.endswith("*") else measure_id == pattern


@dataclass(frozen=True, eq=False)
class Law:
    """T terms of one importer."""

    book: Book
    importer: str
    known: int
    terms: tuple[Term, ...]
    never: tuple[tuple[Measure, str], ...]
    """Measures that stand on no day, with the reason."""
    holds: tuple[Hold, ...]
    taken_out: Mapping[str, tuple[Measure, ...]]
    """Rows that take products out of a measure, by measure."""
    quotas: Mapping[str, tuple[Quota, ...]]
    """Quotas by measure."""
    rules: tuple[StackingRule, ...]
    expressions: tuple[str, ...]
    start: Int[Array, " term"]
    end: Int[Array, " term"]
    place: Int[Array, " term"]
    _facts: dict[tuple[str, int], tuple[tuple[object, ...], Mapping[str, tuple[Share, ...]]]] = field(
        default_factory=dict[tuple[str, int], tuple[tuple[object, ...], Mapping[str, "tuple[Share, ...]"]]]
    )
    _reach: dict[tuple[str, int], tuple[Array, Array]] = field(
        default_factory=dict[tuple[str, int], tuple[Array, Array]]
    )

    def reach(self, exporter: str, instant: int) -> tuple[Array, Array]:
        """Whether each expression reaches an exporter, and its width, shape (expression,) each."""
        epoch = self.area_epoch(instant)
        found = self._reach.get((exporter, epoch))
        if found is None:
            areas = self.book.areas
            reached = [reaches(text, exporter, instant, self.known, areas) for text in self.expressions]
            widths = [width(text, instant, self.known, areas) for text in self.expressions]
            found = self._reach[exporter, epoch] = np.array(reached, dtype=bool), np.array(widths, dtype=np.int64)
        return found

    def area_epoch(self, instant: int) -> int:
        """Instants between which no membership begins or ends have one number."""
        return bisect_right(_area_bounds(self.book), instant)

    def standing(self, exporter: str, instant: int) -> Int[Array, " standing"]:
        """Positions of the terms that reach an exporter at an instant."""
        reached, _ = self.reach(exporter, instant)
        return np.flatnonzero((self.start <= instant) & (instant < self.end) & reached[self.place])

    def facts_at(self, exporter: str, instant: int, transit_days: int) -> tuple[object, ...]:
        """What of the facts about goods hangs on the exporter and the time: quotas, shares, export days, exchange."""
        usual = instant - transit_days * MINUTES
        limits = tuple((instant >= limit, usual >= limit) for limit in self.limits)
        return self._rows_at(exporter, instant)[0], limits

    def shares_at(self, exporter: str, instant: int) -> Mapping[str, tuple[Share, ...]]:
        """The shares in force for an exporter at an instant, by name."""
        return self._rows_at(exporter, instant)[1]

    def _rows_at(self, exporter: str, instant: int) -> tuple[tuple[object, ...], Mapping[str, tuple[Share, ...]]]:
        """Lines of the quotas and shares in force and what of them reaches an exporter; the shares by name."""
        book, areas = self.book, self.book.areas
        key = exporter, bisect_right(_fact_bounds(book), instant)
        if key in self._facts:
            return self._facts[key]
        quotas = {q for items in self.quotas.values() for q in items if q.period_start <= instant < q.period_end}
        now = [r for r in book.shares if r.importer == self.importer and r.valid_from <= instant < r.valid_until]
        reached = {text: reaches(text, exporter, instant, self.known, areas) for text in {r.exporter_area for r in now}}
        mine = [row for row in now if row.visible(self.known) and reached[row.exporter_area]]
        shares = {name: tuple(row for row in mine if row.name == name) for name in {row.name for row in mine}}
        hangs = (
            self.area_epoch(instant),
            frozenset(q.row for q in quotas if reaches(q.allocation, exporter, instant, self.known, areas)),
            frozenset(q.row for q in quotas),
            tuple(row.row for row in mine),
            sum(row.valid_from <= instant for row in book.exchange),
        )
        self._facts[key] = hangs, shares
        return self._facts[key]

    @cached_property
    def limits(self) -> tuple[int, ...]:
        """Instants before or after which goods left, where a duty hangs on it."""
        found = set(self.start[[k for k, t in enumerate(self.terms) if t.measure.liability_rule == "export"]].tolist())
        zone = self.book.zones.get(self.importer, "")
        days = (term.measure.liability_rule.partition(":")[2] for term in self.terms)
        return tuple(sorted(found | {local(day, zone) or 0 for day in days if day}))

    def rules_at(self, instant: int, rule_set: str | None) -> tuple[StackingRule, ...]:
        """The rules of the set in force at an instant, or of the set named, in order."""
        if rule_set is not None:
            return tuple(rule for rule in self.rules if rule.rule_set == rule_set)
        return tuple(rule for rule in self.rules if rule.in_force(instant, self.known))


@lru_cache(maxsize=16)
def _area_bounds(book: Book) -> tuple[int, ...]:
    entries = (entry for members in book.areas.values() for entry in members)
    return tuple(sorted({bound for entry in entries for bound in (entry.valid_from, entry.valid_until)}))


@lru_cache(maxsize=16)
def _fact_bounds(book: Book) -> tuple[int, ...]:
    """Every instant at which a quota, a share, a rate of exchange or a membership begins or ends."""
    found = {bound for q in book.quotas for bound in (q.period_start, q.period_end)}
    found |= {bound for row in book.shares for bound in (row.valid_from, row.valid_until)}
    return tuple(sorted(found | {row.valid_from for row in book.exchange} | set(_area_bounds(book))))


@lru_cache(maxsize=16)
def knowledge(book: Book) -> tuple[int, ...]:
    """Every day on which a row of the book became known, or was superseded."""
    items: Iterable[object] = (
        *(*book.measures, *book.changes_planned, *book.suspensions, *book.exclusions, *book.quotas, *book.stacking),
        *(*book.shares, *book.exchange, *(entry for members in book.areas.values() for entry in members)),
    )
    names = ("known_from", "superseded_from", "until_known_from")
    days = {getattr(item, name, 0) for item in items for name in names}
    for schedule in book.schedules.values():
        days |= set(np.unique(schedule.known_from).tolist())
    lists = book.tables["lists"]
    days |= {day.toordinal() for name in ("known_from", "superseded_from") for day in lists.days(name) if day}
    return tuple(sorted(days - {0, FOREVER}))


def law_of(
    book: Book,
    importer: str,
    known: int,
    outcomes: Mapping[str, str] | None = None,
    reading: str = "owed",
    struck: tuple[str, ...] = (),
) -> Law:
    """The law of an importer as known on a day.

    Args:
        outcomes: of open questions (`{"deal": "no"}`).
        reading: one of `READINGS`.
        struck: authorities or programmes that do not apply, each from a day on where one is given (`IEEPA@2026-02-20`).

    Raises:
        BookError: if the book has no measures of the importer.
    """
    days = knowledge(book)
    place = bisect_right(days, known)
    # the last day on which anything became known stands for all days up to the next one
    return _law(
        book, importer, days[place - 1] if place else 0, tuple(sorted((outcomes or {}).items())), reading, struck
    )


@lru_cache(maxsize=64)
def _law(
    book: Book, importer: str, known: int, outcomes: tuple[tuple[str, str], ...], reading: str, struck: tuple[str, ...]
) -> Law:
    terms: list[Term] = []
    never: list[tuple[Measure, str]] = []
    taken_out: dict[str, list[Measure]] = {}
    expressions: dict[str, int] = {}
    ends = _struck(book, struck)
    for measure in book.measures_of(importer):
        if measure.hs_exclude:
            if measure.visible(known):
                taken_out.setdefault(measure.measure_id, []).append(measure)
            continue
        place = expressions.setdefault(measure.exporter_area, len(expressions))
        found = _terms(book, measure, known, dict(outcomes), reading, ends, place)
        if isinstance(found, str):
            never.append((measure, found))
        else:
            terms += found
    quotas: dict[str, list[Quota]] = {}
    for quota in book.quotas:
        for name in {quota.in_measure, quota.over_measure} - {""} if quota.visible(known) else ():
            quotas.setdefault(name, []).append(quota)
    return Law(
        book=book,
        importer=importer,
        known=known,
        terms=tuple(terms),
        never=tuple(never),
        holds=tuple(_holds(book, known, dict(outcomes))),
        taken_out={name: tuple(items) for name, items in taken_out.items()},
        quotas={name: tuple(items) for name, items in quotas.items()},
        rules=tuple(rule for rule in book.stacking if rule.importer == importer and rule.visible(known)),
        expressions=tuple(expressions),
        start=np.array([term.start for term in terms], dtype=np.int64),
        end=np.array([term.end for term in terms], dtype=np.int64),
        place=np.array([term.place for term in terms], dtype=np.int64),
    )


def _terms(
    book: Book,
    measure: Measure,
    known: int,
    outcomes: Mapping[str, str],
    reading: str,
    struck: Mapping[str, int],
    place: int,
) -> list[Term] | str:
    """The stretches of a measure, or why it never stands."""
    if measure.known_from > known:
        return f"not yet known: published {write_day(measure.known_from)}"
    if measure.superseded_from <= known:
        return f"superseded by what was published {write_day(measure.superseded_from)}"
    end = measure.valid_until if measure.until_known_from <= known else FOREVER
    ruled = measure.collected_until is not None and end < FOREVER
    if ruled and reading == "paid":
        end = max(end, measure.collected_until or 0)
    if ruled and reading == "refunded" and measure.refunded:
        return f"struck down {write_instant(measure.valid_until)}: void from its start, and refunded"
    end = min(end, struck.get(measure.programme, FOREVER))
    changes = [change for change in current(book, measure.measure_id, known, outcomes) if change.kind == "rate"]
    steps = [change for change in changes if change.ordered and change.planned_from is not None]
    starts = (
        measure.valid_from
        if measure.valid_from is not None
        else min((s.planned_from or 0 for s in steps), default=None)
    )
    if starts is None:
        return _not_begun(changes)
    if end <= starts:
        return f"ended {write_instant(end)}" if measure.programme not in struck else "set aside in this question"
    cuts: list[tuple[int, ScheduledChange | None]] = [(starts, None)]
    cuts += [(max(starts, step.planned_from or 0), step) for step in steps]
    found: list[Term] = []
    for (first, change), (last, _) in zip(cuts, [*cuts[1:], (end, None)], strict=True):
        if first < min(last, end):
            rate = float("nan") if change is None else change.new_rate
            found.append(Term(measure, first, min(last, end), rate, change, place))
    return found


def current(book: Book, measure_id: str, known: int, outcomes: Mapping[str, str]) -> list[ScheduledChange]:
    """The current version of every change of a measure or suspension that a branch leaves standing, in order of day."""
    latest: dict[str, ScheduledChange] = {}
    for change in book.changes_planned:
        if change.measure_id == measure_id and change.visible(known):
            latest[change.change_id] = change
    standing = [
        replace(change, status="cancelled") if change.ordered and outcomes.get(change.trigger) == "yes" else change
        for change in latest.values()
    ]
    return sorted(standing, key=lambda change: FOREVER if change.planned_from is None else change.planned_from)


def _not_begun(changes: list[ScheduledChange]) -> str:
    if not changes:
        return "has not started: no start is known"
    change = changes[0]
    day = "without a date" if change.planned_from is None else f"for {write_instant(change.planned_from)}"
    return f"never started: {change.status} {day}" + (f" ({change.note})" if change.note else "")


def _struck(book: Book, struck: tuple[str, ...]) -> dict[str, int]:
    """First instant at which each programme applies no more in this question."""
    table = book.tables["programmes"]
    parents = dict(zip(table.texts("programme"), table.texts("parent"), strict=True))
    found: dict[str, int] = {}
    for text in struck:
        name, _, day = text.partition("@")
        start = day_of(day, "struck") * MINUTES if day else 0
        named = [p for p, authority in book.authorities.items() if name in (p, authority, parents.get(p))]
        if not named:
            known = {*book.authorities, *book.authorities.values()}
            what = f"no authority or programme is called {name!r}{nearest(name, known)}"
            raise BookError.at("struck", what, f"This book has {some(sorted(known))}")
        found |= {programme: min(start, found.get(programme, FOREVER)) for programme in named}
    return found


def _holds(book: Book, known: int, outcomes: Mapping[str, str]) -> Iterable[Hold]:
    for item in book.suspensions:
        if item.visible(known):
            resumed = [
                c for c in current(book, item.suspension_id, known, outcomes) if c.kind == "resume" and c.ordered
            ]
            ends = [item.valid_until, *(c.planned_from for c in resumed if c.planned_from is not None)]
            yield Hold(item, item.valid_from, min(ends), 1.0)
    for item in book.exclusions:
        if item.visible(known):
            share = item.share if item.share == item.share or item.description_limited else 1.0
            yield Hold(item, item.starts, item.valid_until, share)
