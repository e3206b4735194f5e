"""On which facts about goods the terms of a law hang, and what a question and a book know of them.

A question may decide a fact (the export day, the fill of a quota, a price). What it leaves open becomes a family of
`tradewar.tariffs.parts`: shares come from the question, else from the `shares` of the book by line and partner, else
from the default of the condition, else they are unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray as Array

from tradewar.errors import BookError
from tradewar.io.registers import units
from tradewar.tariffs.areas import reaches, width
from tradewar.tariffs.instants import MINUTES, local, write_instant
from tradewar.tariffs.law import Term
from tradewar.tariffs.lines import Field
from tradewar.tariffs.model import Condition, Quota, Share
from tradewar.tariffs.parts import PRICE, Family
from tradewar.tariffs.question import (
    NEEDS_CONDITION,
    NEEDS_DIGITS,
    NEEDS_EXPORT_DATE,
    NEEDS_FIRM,
    NEEDS_QUANTITY,
    NEEDS_UNIT_VALUE,
    Asked,
)

VALUE = "value"
"""The family of shares of value: a unit of value is of one metal, or of none."""
FIRM = "firm"
EXPORT = "export"
PART = "part of the line"
"""Families of the parts of a line that lists mean, one for each programme."""


@dataclass(frozen=True, eq=False)
class Literal:
    """A fact that must hold, or must not, for a term to apply."""

    family: str
    fact: object
    """Key of the fact; for `PRICE` and `EXPORT` the limit that it compares with."""
    wanted: bool
    why: str
    """What is said where it does not hold."""
    where: Bool[Array, " profile"] | None = None
    """Profiles for which it matters; None is all."""


@dataclass
class _Draft:
    need: str
    facts: list[object] = field(default_factory=list[object])
    usual: list[float] = field(default_factory=list[float])
    """Share of each fact where nothing is known of it."""
    default: list[float | None] = field(default_factory=list["float | None"])
    """Share of each fact that the book takes as known."""
    relevant: Bool[Array, " profile"] | None = None


class Facts:
    """Collects the facts of one question about P profiles."""

    def __init__(self, asked: Asked, lines: Field):
        self.asked, self.lines = asked, lines
        self.count = len(lines.line)
        self.drafts: dict[str, _Draft] = {}

    # ---------------------------------------------------------------- what a term hangs on

    def of(self, term: Term) -> list[Literal] | str:
        """What must hold for a term; a sentence where the question already decides that it does not apply."""
        found: list[Literal] = []
        for literals in (self._liability(term), self._quota(term), self._conditions(term), self._goods(term)):
            if isinstance(literals, str):
                return literals
            found += literals
        return found

    def _liability(self, term: Term) -> list[Literal] | str:
        """The dual-date rule: entry decides, and for some measures export too."""
        rule = term.measure.liability_rule
        if rule == "entry":
            return []
        before = rule.startswith("exported_before:")
        zone = self.asked.book.zones.get(self.asked.importer, "")
        limit = (local(rule.partition(":")[2], zone) or 0) if before else term.start
        why = f"exported {'on or after' if before else 'before'} {write_instant(limit)}"
        left = self.asked.exported
        if left is None and self.asked.instant >= limit:
            return [self._literal(EXPORT, limit, before, why, NEEDS_EXPORT_DATE)]
        early = left is None or left < limit
        return [] if early == before else why

    def _quota(self, term: Term) -> list[Literal] | str:
        """Which side of a quota: the last unit of the entry decides."""
        asked, name = self.asked, term.measure.measure_id
        tied = asked.law.quotas.get(name, ())
        if not tied:
            return []
        now = [quota for quota in tied if quota.period_start <= asked.instant < quota.period_end]
        areas = asked.book.areas
        mine = [q for q in now if reaches(q.allocation, asked.exporter, asked.instant, asked.known, areas)]
        if not mine:
            over = any(quota.over_measure == name for quota in now)
            # others have the quota: whoever has no part of it is beyond it
            return (
                []
                if over
                else f"{asked.exporter} has no part of the quota"
                if now
                else "no quota period covers the day"
            )
        quota = min(mine, key=lambda q: width(q.allocation, asked.instant, asked.known, areas))
        over_side = quota.over_measure == name
        why = f"the quota of {quota.amount:,.10g} {quota.unit} is {'not filled' if over_side else 'filled'}"
        return self._side(quota, over_side, why)

    def _side(self, quota: Quota, over_side: bool, why: str) -> list[Literal] | str:
        quantity = self.asked.question.quantity
        if quantity is None or quota.amount != quota.amount:
            return [self._literal(f"quota {quota.quota_id}", "over", over_side, why, NEEDS_QUANTITY)]
        return [] if (quantity > quota.amount) == over_side else why

    def _conditions(self, term: Term) -> list[Literal] | str:
        found: list[Literal] = []
        for name, wanted in term.measure.conditions:
            condition = self.asked.book.conditions[name]
            why = f"condition {'' if wanted else 'not:'}{name} is not met"
            if condition.kind == "price_threshold" and name not in self.asked.question.shares:
                literal = self._price(condition, wanted, why)
            else:
                default = None if condition.default != condition.default else condition.default
                literal = self._property(name, wanted, why, default)
            if isinstance(literal, str):
                return literal
            found += literal
        return found

    def _price(self, condition: Condition, wanted: bool, why: str) -> list[Literal] | str:
        limit = condition.parameter
        price = self.price_in(condition.currency, condition.unit)
        below = condition.operator.startswith("<")
        if price is None:
            return [self._literal(PRICE, limit, below == wanted, why, NEEDS_UNIT_VALUE)]
        met = {"<": price < limit, "<=": price <= limit, ">": price > limit, ">=": price >= limit}[condition.operator]
        return [] if met == wanted else why

    def _goods(self, term: Term) -> list[Literal] | str:
        measure = term.measure
        found: list[Literal] = []
        if measure.value_base:
            why = f"no part of the value is {measure.value_base}"
            if self.asked.question.shares.get(measure.value_base) == 0:
                return why
            found.append(self._literal(VALUE, measure.value_base, True, why, NEEDS_CONDITION, usual=1.0))
        if measure.firm and self.asked.question.firm:
            return found if measure.firm == self.asked.question.firm else f"is for the goods of {measure.firm}"
        if measure.firm:
            found.append(self._literal(FIRM, measure.firm, True, f"is for the goods of {measure.firm}", NEEDS_FIRM))
        return found

    def _property(self, name: str, wanted: bool, why: str, default: float | None = None) -> list[Literal] | str:
        """A fact that goods have or have not; shares of 0 and 1 decide it."""
        share = self.asked.question.shares.get(name, None if self._has_table(name) else default)
        if share in (0.0, 1.0):
            return [] if (share == 1.0) == wanted else why
        return [self._literal(name, name, wanted, why, NEEDS_CONDITION, default=default)]

    def _literal(
        self,
        family: str,
        fact: object,
        wanted: bool,
        why: str,
        need: str,
        *,
        usual: float = 0.0,
        default: float | None = None,
    ) -> Literal:
        draft = self.drafts.setdefault(family, _Draft(need))
        if fact not in draft.facts:
            draft.facts.append(fact)
            draft.usual.append(usual)
            draft.default.append(default)
        return Literal(family, fact, wanted, why)

    def part_of_line(self, programme: str, scope: str, where: Bool[Array, " profile"]) -> Literal:
        """A part of a line that a list means: lists of one programme mean different parts."""
        why = "the product is not in the part of the line that is listed"
        found = self._literal(f"{PART} {programme}", scope, True, why, NEEDS_DIGITS)
        return replace(found, where=where)

    def not_excluded(
        self, measure_id: str, name: str, share: float, why: str, where: Bool[Array, " profile"]
    ) -> Literal:
        """Goods that an exclusion does not describe; exclusions of one measure describe different goods."""
        default = None if share != share else share
        found = self._literal(f"exclusions of {measure_id}", name, False, why, NEEDS_CONDITION, default=default)
        return replace(found, where=where)

    def needs_price(self) -> None:
        """A duty hangs on the unit value."""
        self.drafts.setdefault(PRICE, _Draft(NEEDS_UNIT_VALUE))

    def concern(self, family: str, profiles: Array) -> None:
        """Profiles whose duty hangs on a family."""
        draft = self.drafts[family]
        if draft.relevant is None:
            draft.relevant = np.zeros(self.count, dtype=bool)
        draft.relevant[profiles] = True

    # ---------------------------------------------------------------- prices

    def price_in(self, currency: str, unit: str) -> float | None:
        """The unit value in the money and unit of a duty; None where the question gives none.

        Raises:
            BookError: if it cannot be converted.
        """
        if self.asked.unit_value is None:
            return None
        price, own_currency, own_unit = self.asked.unit_value
        if not own_unit:
            return price
        if not unit:
            what = f"the book compares the price with a number that has no currency, and {own_currency} is given"
            raise BookError.at("unit_value", what, "Give the conditions of the book their currency and unit")
        return price * self._exchange(own_currency, currency) * self._convert(unit, own_unit)

    def _convert(self, unit: str, own: str) -> float:
        """How many of one unit another holds: a price per hectolitre is a hundred times one per litre."""
        factor = units.convert(1.0, unit, own)
        if factor is None:
            what = f"a price per {own} says nothing of a duty per {unit}"
            raise BookError.at("unit_value", what, f"Give the unit value per {unit}")
        return factor

    def _exchange(self, have: str, want: str) -> float:
        if have == want:
            return 1.0
        rows = [
            r for r in self.asked.book.exchange if r.visible(self.asked.known) and r.valid_from <= self.asked.instant
        ]
        for row in sorted(rows, key=lambda row: -row.valid_from):
            if (row.currency, row.against) == (have, want):
                return row.rate
            if (row.currency, row.against) == (want, have) and row.rate > 0:
                return 1.0 / row.rate
        fix = f"Give the unit value in {want}, or the rate in the table `exchange` of the book"
        raise BookError.at("unit_value", f"the book has no rate of exchange from {have} to {want}", fix)

    # ---------------------------------------------------------------- families

    def families(self) -> list[Family]:
        """The families that matter."""
        makers: dict[str, Callable[[str, _Draft], Family]] = {PRICE: self._prices, EXPORT: self._exports}
        return [
            makers.get(name, self._shares)(name, draft)
            for name, draft in self.drafts.items()
            if draft.relevant is not None and draft.relevant.any()
        ]

    def holds(self, literal: Literal, fact: Int[Array, " part"]) -> Bool[Array, " part"]:
        """Whether a literal holds in parts, given the number of the fact that each has."""
        facts = self.drafts[literal.family].facts
        if literal.family in (PRICE, EXPORT):
            # the facts of a chain lie between its limits in order, the rest above the last
            place = sorted(facts).index(literal.fact)  # type: ignore[type-var]
            true = (fact >= 1) & (fact <= place + 1)
        else:
            true = fact == facts.index(literal.fact) + 1
        return true == literal.wanted

    def _prices(self, name: str, draft: _Draft) -> Family:
        limits = sorted(draft.facts)  # type: ignore[type-var]
        ends = [0.0, *limits, np.inf]
        ranges = [(low, high) for low, high in pairwise(ends)]
        return self._chain(name, draft, len(ranges), None, (ranges[-1], *ranges[:-1]))

    def _exports(self, name: str, draft: _Draft) -> Family:
        limits = np.array(sorted(draft.facts))  # type: ignore[type-var]
        assumed = self.asked.instant - self.asked.question.transit_days * MINUTES
        place = int(np.searchsorted(limits, assumed, side="right"))
        return self._chain(name, draft, len(limits) + 1, 0 if place == len(limits) else place + 1)

    def _chain(
        self, name: str, draft: _Draft, count: int, usual: int | None, prices: tuple[tuple[float, float], ...] = ()
    ) -> Family:
        """Facts in order of a limit, of which one holds and nothing says which."""
        shape = (self.count, count)
        share = (
            np.full(shape, np.nan) if usual is None else np.broadcast_to(np.arange(count) == usual, shape).astype(float)
        )
        assert draft.relevant is not None
        facts = tuple(map(str, range(count)))
        return Family(name, draft.need, facts, np.zeros(shape), share, np.ones(shape), draft.relevant, prices)

    def _shares(self, name: str, draft: _Draft) -> Family:
        low, usual, high = (np.zeros((self.count, len(draft.facts) + 1)) for _ in range(3))
        open_ = np.zeros((self.count, len(draft.facts) + 1), dtype=bool)
        for k, fact in enumerate(draft.facts, start=1):
            found = self._known(str(fact), draft.default[k - 1])
            for target, source in zip((low, usual, high), found, strict=True):
                target[:, k] = source
            if name.startswith(PART):
                low[:, k], usual[:, k], high[:, k] = self._listed(str(fact))
            open_[:, k] = np.isnan(usual[:, k])
        # what is left after the shares that are known is split evenly over those that are not
        known = np.nansum(usual[:, 1:], axis=1)
        each = np.clip(1.0 - known, 0.0, 1.0) / np.maximum(open_.sum(axis=1), 1)
        for k, share in enumerate(draft.usual, start=1):
            usual[:, k] = np.where(open_[:, k], share * each, usual[:, k])
        self._check(name, draft, low)
        total = usual[:, 1:].sum(axis=1)
        usual[:, 1:] /= np.maximum(total, 1.0)[:, None]
        usual[:, 0] = 1.0 - usual[:, 1:].sum(axis=1)
        low[:, 0], high[:, 0] = (
            np.clip(1.0 - high[:, 1:].sum(axis=1), 0.0, 1.0),
            np.clip(1.0 - low[:, 1:].sum(axis=1), 0.0, 1.0),
        )
        assert draft.relevant is not None
        return Family(name, draft.need, ("", *map(str, draft.facts)), low, usual, high, draft.relevant)

    def _check(self, name: str, draft: _Draft, low: Array) -> None:
        most = float(low[:, 1:].sum(axis=1).max(initial=0.0))
        if most > 1 + 1e-9 and not name.startswith(PART):
            what = f"the shares of {', '.join(map(str, draft.facts))} sum to {most:.6g}"
            raise BookError.at("shares", what, "They are shares of one whole: correct them")

    def _listed(self, scope: str) -> tuple[Array, Array, Array]:
        """The part of each line that a list means: it may be any of the goods asked for."""
        members = self.lines.of(scope)
        share = np.zeros(self.count)
        if members is not None:
            share[members.index] = np.where(members.share < 1, members.share, 0.0)
        return np.zeros(self.count), share, (share > 0).astype(float)

    def _known(self, name: str, default: float | None) -> tuple[Array, Array, Array]:
        """Low, usual and high share of a fact in each profile; the usual one is NaN where nothing is known."""
        low, usual, high = np.zeros(self.count), np.full(self.count, np.nan), np.ones(self.count)
        given = self.asked.question.shares.get(name, default)
        if given is not None:
            low[:], usual[:], high[:] = given, given, given
        if name in self.asked.question.shares:
            return low, usual, high
        rows = self.asked.law.shares_at(self.asked.exporter, self.asked.instant).get(name, ())
        key = (name, given, tuple(row.row for row in rows), self.asked.law.area_epoch(self.asked.instant))
        if key not in self.lines.shares:
            self._read(rows, low, usual, high)
            self.lines.shares[key] = low, usual, high
        return self.lines.shares[key]

    def _read(self, rows: Sequence[Share], low: Array, usual: Array, high: Array) -> None:
        """Put the shares of a table on the lines: the narrowest area first, then the longest code."""
        rank = np.full(self.count, -1.0)
        areas = self.asked.book.areas
        widths = {
            text: width(text, self.asked.instant, self.asked.known, areas)
            for text in {row.exporter_area for row in rows}
        }
        for row in rows:
            members = self.lines.of(row.scope)
            if members is None:
                continue
            own = members.length - 100.0 * widths[row.exporter_area] + 1e6
            better = own > rank[members.index]
            index = members.index[better]
            rank[index], low[index], usual[index], high[index] = own[better], row.low, row.share, row.high

    def _has_table(self, name: str) -> bool:
        return name in self.asked.law.shares_at(self.asked.exporter, self.asked.instant)
