"""From the terms of a law to duties: the one computation behind single rates, timelines and averages.

For P profiles of lines and one question, inside each part (`tradewar.tariffs.parts`), where every fact is true or
false:

1. every term that stands claims a rate on the lines in its scope: not where a row takes them out, where it is suspended
   or excluded, or where a fact that it hangs on does not hold;
2. `exempt` takes a programme away;
3. inside a programme `replace` displaces the others, then the row for a firm, for the narrowest area, of the longest
   code and of the latest start goes first; of one stacking group only the largest counts;
4. the rules in force, in order, decide which programmes fall away beside others: `suppresses` on the whole article,
   `leaves_remainder` on the part of its value that the other is; a programme that fell away does nothing more;
5. a floor adds what its base (programmes of authority MFN, or those named) lacks, a ceiling takes off what is above it;
6. `refuse` bars entry; otherwise the duty of the part is the sum. A rate that is unknown stays unknown (NaN).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from tradewar.errors import BookError
from tradewar.tariffs import duties
from tradewar.tariffs.areas import reaches
from tradewar.tariffs.facts import VALUE, Facts, Literal
from tradewar.tariffs.law import Term
from tradewar.tariffs.lines import Field
from tradewar.tariffs.model import BASE_AUTHORITY, Measure, StackingRule
from tradewar.tariffs.parts import Family, Mixture, Parts, divide, mix
from tradewar.tariffs.question import Asked

ADDS = ("add", "replace", "floor", "ceiling")
ALL_IN = ("floor", "ceiling")
ADDITIVE_ALL = "additive_all"
"""The rule set under which every programme adds, whatever the book says."""


@dataclass(frozen=True, eq=False)
class Duty:
    """The duties of a claim on n members of its scope, before prices are known."""

    kind: Int[Array, " member"]
    rate: Float[Array, " member"]
    amount: Float[Array, " member"]
    money: Int[Array, " member"]
    """Positions in `monies`."""
    monies: tuple[tuple[str, str], ...]
    """Currency and unit."""

    def text(self, member: int) -> str:
        """As people write it."""
        kind = duties.RATE_KINDS[int(self.kind[member])]
        currency, unit = self.monies[int(self.money[member])]
        return duties.duty_text(kind, float(self.rate[member]), float(self.amount[member]), currency, unit)


@dataclass(eq=False)
class Claim:
    """What one term asks of n of the parts."""

    term: Term
    width: int
    """How many partners its row reaches."""
    profiles: Int[Array, " member"]
    """The profiles in its scope."""
    length: Int[Array, " member"]
    """Digits of the code that matched each."""
    duty: Duty
    literals: list[Literal]
    index: Int[Array, " claimed"] = field(default_factory=lambda: np.array([], dtype=np.int64))
    """The parts that it claims."""
    digits: Int[Array, " claimed"] = field(default_factory=lambda: np.array([], dtype=np.int64))
    rate: Float[Array, " claimed"] = field(default_factory=lambda: np.array([]))
    """Fraction of the value of each part; NaN is unknown."""
    unmet: dict[str, None] = field(default_factory=dict[str, None])
    """Facts that do not hold in some parts, in order."""
    lost: dict[str, None] = field(default_factory=dict[str, None])
    """What took parts away from it in which its facts hold, in order."""

    @property
    def measure(self) -> Measure:
        """The measure of the term."""
        return self.term.measure

    def keep(self, kept: Bool[Array, " claimed"], why: str = "") -> None:
        """Leave parts out, and remember why."""
        if not kept.all():
            self.index, self.digits, self.rate = self.index[kept], self.digits[kept], self.rate[kept]
            if why:
                self.lost[why] = None


@dataclass(frozen=True, eq=False)
class Duties:
    """Duties on P profiles, in A parts."""

    parts: Parts
    total: Float[Array, " part"]
    refused: Bool[Array, " part"]
    has_base: Bool[Array, " profile"]
    """Profiles on which a base duty is in the book, known or not."""
    claims: tuple[Claim, ...]
    """Everything that claims a rate on some profile, with what is left of it."""
    rejected: tuple[tuple[Measure, str], ...]
    """Measures that reach the exporter at the time and still do not apply, with the reason."""
    rule_set: str

    def mixture(self) -> Mixture:
        """The duty of each profile over its parts."""
        return mix(self.parts, self.total, self.refused)

    def of(self, programmes: Sequence[str]) -> Duties:
        """The same with the duties of some programmes only."""
        total = np.zeros(len(self.total))
        for claim in self.claims:
            if claim.measure.programme in programmes and claim.measure.effect in ADDS:
                total[claim.index] += claim.rate
        return replace(self, total=total)

    def share_of(self, claim: Claim) -> Float[Array, " profile"]:
        """The usual share of each profile on which a claim falls."""
        there = np.zeros(len(self.total))
        there[claim.index] = 1.0
        return self.usual_of(there)

    def part_of(self, claim: Claim) -> Float[Array, " profile"]:
        """What a claim adds to the usual duty of each profile."""
        added = np.zeros(len(self.total))
        added[claim.index] = claim.rate
        return self.usual_of(added)

    def usual_of(self, value: Float[Array, " part"]) -> Float[Array, " profile"]:
        """The usual mean of a value over the parts of each profile, entries that are refused left out."""
        return mix(self.parts, value, self.refused).usual


def evaluate(asked: Asked, lines: Field) -> Duties:
    """Duties on every profile.

    Raises:
        BookError: if a unit value cannot serve two duties, or shares sum to more than 1.
    """
    law = asked.law
    facts = Facts(asked, lines)
    rejected: list[tuple[Measure, str]] = []
    claims: list[Claim] = []
    _, widths = law.reach(asked.exporter, asked.instant)
    for position in law.standing(asked.exporter, asked.instant).tolist():
        term = law.terms[position]
        claim = _claim(asked, lines, facts, term, int(widths[term.place]))
        if isinstance(claim, Claim):
            claims.append(claim)
        elif claim:
            rejected.append((term.measure, claim))
    for claim in claims:
        _concern(facts, claim)
    families = {family.name: family for family in facts.families()}
    bare = np.nan if asked.unit_value is None else asked.unit_value[0]
    parts = divide(len(lines.line), list(families.values()), bare, VALUE)
    for claim in claims:
        _spread(claim, facts, families, parts)
    return _ruled(asked, parts, claims, rejected)


# ---------------------------------------------------------------- claims


def _claim(asked: Asked, lines: Field, facts: Facts, term: Term, width: int) -> Claim | str:
    """What a term asks of the profiles in its scope; why nothing, where it covers something."""
    measure = term.measure
    if measure.rate_kind == "schedule":
        rows = lines.rows[measure.scope]
        index = np.flatnonzero(rows >= 0)
        length, share = asked.book.schedules[measure.scope].lengths[rows[index]], np.ones(len(index))
    else:
        members = lines.of(measure.scope)
        if members is None:
            return ""
        index, length, share = members.index, members.length, members.share
    if not len(index):
        return ""
    literals = facts.of(term)
    if isinstance(literals, str):
        return literals
    kept = _not_taken_out(asked, lines, measure, index, length)
    if not kept.any():
        return "the product is not in its scope on that day"
    index, length, partly = index[kept], length[kept], np.zeros(len(lines.line), dtype=bool)
    partly[index] = share[kept] < 1
    if partly.any():
        literals.append(facts.part_of_line(measure.programme, measure.scope, partly))
    claim = Claim(term, width, index, length, _duty(asked, lines, term, index), literals)
    return _held(asked, lines, facts, claim)


def _not_taken_out(asked: Asked, lines: Field, measure: Measure, index: Array, length: Array) -> Array:
    """What is taken out wins at equal or greater length."""
    out = np.full(len(lines.line), -1)
    for row in asked.law.taken_out.get(measure.measure_id, ()):
        members = lines.of(row.scope)
        if members is None or not (row.valid_from or 0) <= asked.instant < row.valid_until:
            continue
        if reaches(row.exporter_area, asked.exporter, asked.instant, asked.known, asked.book.areas):
            out[members.index] = np.maximum(out[members.index], members.length)
    return out[index] < length


def _duty(asked: Asked, lines: Field, term: Term, index: Array) -> Duty:
    measure, count = term.measure, len(index)
    if measure.rate_kind == "schedule" and term.change is None:
        schedule = asked.book.schedules[measure.scope]
        rows = lines.rows[measure.scope][index]
        amounts, money = schedule.specific_amount[rows], schedule.money[rows]
        return Duty(schedule.kind[rows], schedule.rate[rows], amounts, money, schedule.monies)
    kind = "ad_valorem" if term.change is not None else measure.rate_kind
    rate = term.rate if term.change is not None else 0.0 if measure.effect in ("exempt", "refuse") else measure.rate
    kind = "free" if measure.effect in ("exempt", "refuse") else kind
    return Duty(
        np.full(count, duties.POSITION[kind]),
        np.full(count, rate),
        np.full(count, measure.specific_amount),
        np.zeros(count, dtype=np.int64),
        ((measure.currency, measure.unit),),
    )


def _held(asked: Asked, lines: Field, facts: Facts, claim: Claim) -> Claim | str:
    """Suspensions and exclusions: the whole line, or a part of its trade."""
    name = claim.measure.measure_id
    out = np.zeros(len(lines.line), dtype=bool)
    reasons: list[str] = []
    for hold in asked.law.holds:
        members = lines.of(hold.item.scope) if hold.start <= asked.instant < hold.end and hold.concerns(name) else None
        if members is None:
            continue
        reasons.append(hold.why)
        partly = np.zeros(len(lines.line), dtype=bool)
        partly[members.index] = members.share * (hold.share if hold.share == hold.share else 0.5) < 1
        out[members.index] |= ~partly[members.index]
        if partly.any():
            share = hold.share * float(members.share.min())
            claim.literals.append(facts.not_excluded(name, hold.name, share, hold.why, partly))
    kept = ~out[claim.profiles]
    if not kept.any():
        return "; ".join(reasons)
    claim.lost |= dict.fromkeys(reasons)
    if not kept.all():
        duty = claim.duty
        claim.duty = Duty(duty.kind[kept], duty.rate[kept], duty.amount[kept], duty.money[kept], duty.monies)
        claim.profiles, claim.length = claim.profiles[kept], claim.length[kept]
    return claim


def _concern(facts: Facts, claim: Claim) -> None:
    """Mark the profiles whose duty hangs on the facts of a claim."""
    for literal in claim.literals:
        where = claim.profiles if literal.where is None else claim.profiles[literal.where[claim.profiles]]
        if len(where):
            facts.concern(literal.family, where)
    if facts.asked.unit_value is None and not facts.asked.question.compound_lower_bound:
        specific = np.isin(claim.duty.kind, duties.SPECIFIC)
        if specific.any():
            facts.needs_price()
            facts.concern("price", claim.profiles[specific])


def _spread(claim: Claim, facts: Facts, families: Mapping[str, Family], parts: Parts) -> None:
    """The parts of its profiles in which all facts hold that a claim hangs on, and its rate on each."""
    index, place = parts.of(claim.profiles)
    kept = np.ones(len(index), dtype=bool)
    for literal in claim.literals:
        family = families.get(literal.family)
        fact = parts.fact[literal.family][index] if family is not None else np.zeros(len(index), dtype=np.int64)
        holds = facts.holds(literal, fact)
        if literal.where is not None:
            holds |= ~literal.where[claim.profiles][place]
        if not holds.all():
            claim.unmet[literal.why] = None
        kept &= holds
    if not kept.all():
        index, place = index[kept], place[kept]
    duty = claim.duty
    claim.index, claim.digits = index, claim.length[place]
    price = _prices(facts, duty, parts.price[index], place)
    terms = (duty.kind[place], duty.rate[place], duty.amount[place])
    claim.rate = duties.duty_rate(*terms, price, facts.asked.question.compound_lower_bound)


def _prices(facts: Facts, duty: Duty, price: Array, place: Array) -> Array:
    """The unit value of each part in the money and unit of the duty."""
    if facts.asked.unit_value is None or not facts.asked.unit_value[2]:
        return price
    specific = np.isin(duty.kind, duties.SPECIFIC)
    used = {int(k): facts.price_in(*duty.monies[k]) for k in np.unique(duty.money[specific])}
    return np.array([used.get(int(k), np.nan) for k in duty.money], dtype=float)[place]


# ---------------------------------------------------------------- rules inside a part


def _ruled(asked: Asked, parts: Parts, claims: list[Claim], rejected: list[tuple[Measure, str]]) -> Duties:
    size = len(parts.price)
    if asked.unit_value is not None and not asked.unit_value[2]:
        _one_unit(asked, claims, size)
    authorities = asked.book.authorities
    has_base = np.zeros(len(parts.first), dtype=bool)
    for claim in claims:
        if authorities[claim.measure.programme] == BASE_AUTHORITY and claim.measure.effect in ("add", "replace"):
            has_base[claim.profiles] = True
    _exempt(claims, size)
    for programme in {claim.measure.programme for claim in claims}:
        _narrowest([c for c in claims if c.measure.programme == programme and c.measure.effect in ADDS], size)
    rules = asked.law.rules_at(asked.instant, asked.question.rule_set)
    _stacked(asked, [claim for claim in claims if claim.measure.effect in ADDS], rules, parts)
    _all_in(claims, authorities, size)
    total, refused = np.zeros(size), np.zeros(size, dtype=bool)
    for claim in claims:
        if claim.measure.effect in ADDS:
            total[claim.index] += claim.rate
        elif claim.measure.effect == "refuse":
            refused[claim.index] = True
    names = sorted({rule.rule_set for rule in rules})
    return Duties(parts, total, refused, has_base, tuple(claims), tuple(rejected), ", ".join(names) or ADDITIVE_ALL)


def _one_unit(asked: Asked, claims: list[Claim], size: int) -> None:
    """A bare unit value serves one currency and one unit: 2 USD a litre is no price per hectolitre in EUR."""
    first: dict[int, tuple[str, str]] = {}
    for claim in claims:
        specific = np.isin(claim.duty.kind, duties.SPECIFIC)
        for profile, k in zip(claim.profiles[specific].tolist(), claim.duty.money[specific].tolist(), strict=True):
            money = "/".join(claim.duty.monies[k])
            other, name = first.setdefault(profile, (money, claim.measure.measure_id))
            if other != money:
                what = f"one unit value cannot serve {other} ({name}) and {money} ({claim.measure.measure_id})"
                raise BookError.at("unit_value", what, f'Give it with its money and unit: "2 {other}"')


def _exempt(claims: list[Claim], size: int) -> None:
    """Take programmes away where they are exempted."""
    for exemption in (claim for claim in claims if claim.measure.effect == "exempt"):
        out = np.zeros(size, dtype=bool)
        out[exemption.index] = True
        for claim in claims:
            same = claim.measure.programme == exemption.measure.programme
            if same and claim.measure.effect in ADDS:
                claim.keep(~out[claim.index], f"exempted by {exemption.measure.measure_id}")


def _narrowest(claims: list[Claim], size: int) -> None:
    """Inside a programme the narrower row goes before the wider; of one stacking group the largest counts."""
    if len(claims) < 2:
        return
    order = sorted(claims, key=lambda claim: claim.measure.row)
    keys = [_rank(claim) for claim in order]
    alone, grouped = (_best(order, keys, size, group) for group in (False, True))
    for claim, key in zip(order, keys, strict=True):
        beaten = alone[claim.index] > key
        if not claim.measure.stacking_group:
            beaten |= grouped[claim.index] > key
        if beaten.any():
            claim.keep(~beaten, _displaced_by(claim, key, order, keys))
    for group in {claim.measure.stacking_group for claim in order} - {""}:
        _largest([claim for claim in order if claim.measure.stacking_group == group], group, size)


def _rank(claim: Claim) -> Int[Array, " claimed"]:
    """Which of two rows goes first: replacements, firms, narrow areas, long codes, late starts; the larger wins."""
    measure = claim.measure
    fixed = (measure.effect == "replace") << 60 | bool(measure.firm) << 59 | (4095 - min(claim.width, 4095)) << 44
    return fixed + (claim.digits << 36) + min(claim.term.start, 2**36 - 1)


def _best(claims: list[Claim], keys: list[Array], size: int, grouped: bool) -> Array:
    found = np.full(size, -1, dtype=np.int64)
    for claim, key in zip(claims, keys, strict=True):
        if bool(claim.measure.stacking_group) == grouped:
            found[claim.index] = np.maximum(found[claim.index], key)
    return found


def _displaced_by(claim: Claim, key: Array, claims: list[Claim], keys: list[Array]) -> str:
    for other, rank in zip(claims, keys, strict=True):
        shared, mine, theirs = np.intersect1d(claim.index, other.index, return_indices=True)
        if len(shared) and (rank[theirs] > key[mine]).any():
            verb = "replaced by" if other.measure.effect == "replace" else "gives way to the narrower"
            return f"{verb} {other.measure.measure_id}"
    return ""


def _largest(claims: list[Claim], group: str, size: int) -> None:
    """Of one group the largest counts; the earlier row where two are equal."""
    best, owner = np.full(size, -np.inf), np.full(size, -1)
    for number, claim in enumerate(claims):
        rate = np.where(np.isnan(claim.rate), np.inf, claim.rate)
        larger = rate > best[claim.index]
        best[claim.index[larger]], owner[claim.index[larger]] = rate[larger], number
    for number, claim in enumerate(claims):
        mine = owner[claim.index] == number
        if not mine.all():
            other = claims[int(owner[claim.index[~mine][0]])].measure.measure_id
            claim.keep(mine, f"{other} is larger in stacking group {group}")


def _stacked(asked: Asked, claims: list[Claim], rules: Sequence[StackingRule], parts: Parts) -> None:
    """Programmes that fall away beside others."""
    for rule in rules:
        if rule.rule == "additive" or not _reaches(asked, rule):
            continue
        present = np.zeros(len(parts.price), dtype=bool)
        for claim in claims:
            if matches(rule.programme, claim.measure.programme):
                present[claim.index] = True
        if rule.rule == "suppresses":
            article = np.zeros(len(present), dtype=bool)
            article[parts.article[present]] = True
            present = article[parts.article]
        if not present.any():
            continue
        why = f"weighed by {rule.rule_set} rule {rule.order}: {rule.programme} {rule.rule} {rule.other}"
        for claim in claims:
            programme = claim.measure.programme
            if matches(rule.other, programme) and not matches(rule.programme, programme):
                claim.keep(~present[claim.index], why)


def _reaches(asked: Asked, rule: StackingRule) -> bool:
    return reaches(rule.exporter_area, asked.exporter, asked.instant, asked.known, asked.book.areas)


def matches(pattern: str, programme: str) -> bool:
    """Whether a programme is meant by a name that may end in `*`."""
    return programme.startswith(pattern[:-1]) if pattern.endswith("*") else programme == pattern


def _all_in(claims: list[Claim], authorities: Mapping[str, str], size: int) -> None:
    """Floors and ceilings, on a base that does not hang on their order."""
    for claim in claims:
        if claim.measure.effect not in ALL_IN:
            continue
        named = [name.strip() for name in claim.measure.all_in_base.split(";") if name.strip()]
        base = np.zeros(size)
        for other in claims:
            programme = other.measure.programme
            meant = any(matches(n, programme) for n in named) if named else authorities[programme] == BASE_AUTHORITY
            if meant and other is not claim and other.measure.effect in ("add", "replace"):
                base[other.index] += other.rate
        lacking = claim.rate - base[claim.index]
        claim.rate = np.maximum(0.0, lacking) if claim.measure.effect == "floor" else np.minimum(0.0, lacking)


def signature(asked: Asked) -> tuple[object, ...]:
    """All on which duties hang beside the lines and the question: times with one signature have one answer."""
    law, instant, areas = asked.law, asked.instant, asked.book.areas
    return (
        law,
        law.standing(asked.exporter, instant).tobytes(),
        tuple(k for k, hold in enumerate(law.holds) if hold.start <= instant < hold.end),
        tuple(
            (name, k)
            for name, rows in law.taken_out.items()
            for k, row in enumerate(rows)
            if (row.valid_from or 0) <= instant < row.valid_until
            and reaches(row.exporter_area, asked.exporter, instant, asked.known, areas)
        ),
        tuple(rule.row for rule in law.rules_at(instant, asked.question.rule_set) if _reaches(asked, rule)),
        law.facts_at(asked.exporter, instant, asked.question.transit_days),
    )
