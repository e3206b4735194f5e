"""From measures and lines to duties: the one computation behind single rates, timelines and averages.

For L lines and one question:

1. every measure of the importer that stands (`standing`) on lines in its scope (`scopes`) claims a rate there;
2. inside a programme, `replace` displaces `add`, and of one stacking group only the largest counts;
3. `exempt` takes a programme away; `floor` adds what the base (programmes of authority MFN) lacks; `refuse` bars entry;
4. the rule set in force weighs programmes against each other (`stacking`);
5. the tariff rate is the sum. A rate that is unknown stays unknown (NaN) in the sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from tradewar.tariffs import duties, stacking
from tradewar.tariffs.model import RATE_KINDS
from tradewar.tariffs.question import NEEDS_DIGITS, Decisions, Question
from tradewar.tariffs.scopes import Lines, taken_out
from tradewar.tariffs.standing import Standing, held_back, stands

if TYPE_CHECKING:
    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.model import Measure
    from tradewar.tariffs.schedules import Schedule

BASE_AUTHORITY = "MFN"
"""Authority whose programmes are the base that a floor looks at."""


@dataclass(frozen=True, eq=False)
class Claim:
    """What one measure asks of n of the lines."""

    measure: Measure
    index: Int[Array, " member"]
    weight: Float[Array, " member"]
    """Share of each line to which it applies."""
    rate: Float[Array, " member"]
    """Rate on the dutiable value, times that share; NaN is unknown."""
    duty: tuple[str, ...]
    """Text of the duty, where there is a single line."""
    kind: Int[Array, " member"]
    standing: Standing
    money: tuple[str, str] = ("", "")
    """Currency and unit of a specific duty, where there is a single line."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Duties on L lines."""

    total: Float[Array, " line"]
    base: Float[Array, " line"]
    refused: Bool[Array, " line"]
    has_base: Bool[Array, " line"]
    """Lines on which a base duty is in the book, known or not."""
    applied: tuple[Claim, ...]
    """Claims with their final rates."""
    rejected: tuple[tuple[Measure, str], ...]
    rule_set: str
    because: Mapping[str, str]


def evaluate(
    book: TariffBook,
    question: Question,
    lines: Lines,
    decisions: Decisions,
    *,
    programmes: tuple[str, ...] | None = None,
    rule_set: str | None = None,
) -> Evaluation:
    """Duties on every line. `programmes` limits the sum to some programmes; a floor still sees the base."""
    claims, rejected = _claims(book, question, lines, decisions)
    count = len(lines.codes)
    claims = _displaced(claims, count, rejected)
    has_base, base_rows = np.zeros(count, dtype=bool), [c for c in claims if _is_base(book, c) and _adds(c)]
    for claim in base_rows:
        has_base[claim.index] = True
    exempt = _exempted(claims, count)
    claims = [_taken(claim, exempt.get(claim.measure.programme)) for claim in claims]
    base = _sum([claim for claim in claims if _is_base(book, claim) and _adds(claim)], count)
    claims = [_floored(claim, base) for claim in claims]
    cover = _cover([claim for claim in claims if _adds(claim) or claim.measure.effect == "floor"], count)
    stacked = stacking.stack(cover, stacking.rules_in_force(book, question, rule_set), question, book)
    claims = [_taken(claim, stacked.factor.get(claim.measure.programme)) for claim in claims]
    refused = np.zeros(count, dtype=bool)
    for claim in claims:
        if claim.measure.effect == "refuse":
            refused[claim.index] |= claim.weight > 0
    counted = [c for c in claims if programmes is None or c.measure.programme in programmes]
    summed = [claim for claim in counted if _adds(claim) or claim.measure.effect == "floor"]
    total = _sum(summed, count)
    return Evaluation(
        total=total,
        base=base,
        refused=refused,
        has_base=has_base,
        applied=tuple(counted),
        rejected=tuple(rejected),
        rule_set=stacked.rule_set,
        because=stacked.because,
    )


def _claims(
    book: TariffBook, question: Question, lines: Lines, decisions: Decisions
) -> tuple[list[Claim], list[tuple[Measure, str]]]:
    claims: list[Claim] = []
    rejected: list[tuple[Measure, str]] = []
    for measure in book.measures_of(question.importer):
        if measure.rate_kind != "schedule" and lines.of(measure.scope) is None:
            continue
        standing = stands(book, measure, question, decisions)
        if standing.weight == 0:
            rejected.append((measure, standing.why))
            continue
        claim = _claim(book, measure, standing, question, lines, decisions)
        if claim is None:
            rejected.append((measure, "the product is not in its scope on that day"))
            continue
        held, why = held_back(book, measure, question, decisions, lines)
        if why:
            kept = 1.0 - held[claim.index]
            if not (kept > 0).any():
                rejected.append((measure, why))
                continue
            standing = replace(standing, why=f"{standing.why}; {why}")
            claim = replace(_weighted(claim, kept), standing=standing)
        claims.append(claim)
    return claims, rejected


def _claim(
    book: TariffBook, measure: Measure, standing: Standing, question: Question, lines: Lines, decisions: Decisions
) -> Claim | None:
    if measure.rate_kind == "schedule":
        return _scheduled(book, measure, standing, question, lines)
    members = lines.of(measure.scope)
    if members is None:
        return None
    index, share = members.index, members.share.copy()
    for code in taken_out(book).get(measure.measure_id, ()):
        # what is taken out wins at equal or greater length
        out = np.array([lines.codes[k].startswith(code) for k in index]) & (members.length <= len(code))
        index, share, members = index[~out], share[~out], _kept(members, ~out)
    if not len(index):
        return None
    partial = share < 1
    if partial.any() and len(lines.codes) == 1:
        share[partial] = decisions.decide(f"listed part of {lines.codes[0]}", NEEDS_DIGITS, float(share[0]))
        if share[0] == 0:
            return None
    override = standing.rate == standing.rate
    kind_name = "ad_valorem" if override else measure.rate_kind
    rate = standing.rate if override else measure.rate
    count = len(index)
    kind = np.full(count, RATE_KINDS.index(kind_name))
    amount = np.full(count, measure.specific_amount)
    full = duties.duty_rate(kind, np.full(count, rate), amount, question.unit_value, question.compound_lower_bound)
    if measure.effect in ("exempt", "refuse"):
        full = np.zeros(count)
    text = duties.duty_text(kind_name, rate, measure.specific_amount, measure.currency, measure.unit)
    weight = share * standing.weight
    rates = _times(full * standing.base_share, weight)
    money = measure.currency, measure.unit
    return Claim(measure, index, weight, rates, (text,), kind, standing, money)


def _kept(members: Any, keep: Bool[Array, " member"]) -> Any:
    return replace(members, index=members.index[keep], share=members.share[keep], length=members.length[keep])


def _scheduled(
    book: TariffBook, measure: Measure, standing: Standing, question: Question, lines: Lines
) -> Claim | None:
    """The row of the schedule in force on each line: that of the line itself, or of the longest code above it."""
    from tradewar.io.registers.products import prefixes

    schedule = book.schedules[measure.scope]
    if len(lines.codes) > 50:
        rows = _rows_of_many(schedule, lines, question)
    else:
        found = (
            _first(
                schedule.row_in_force(code, question.instant, question.known) for code in reversed(list(prefixes(c)))
            )
            for c in lines.codes
        )
        rows = np.array([-1 if row is None else row for row in found], dtype=np.int64)
    index = np.flatnonzero(rows >= 0)
    if not len(index):
        return None
    rows = rows[index]
    kind, amount = schedule.kind[rows], schedule.specific_amount[rows]
    lower = question.compound_lower_bound
    rate = duties.duty_rate(kind, schedule.rate[rows], amount, question.unit_value, lower) * standing.base_share
    texts: tuple[str, ...] = ()
    if len(lines.codes) <= 50:
        texts = tuple(
            duties.duty_text(RATE_KINDS[k], float(r), float(a), c, u)
            for k, r, a, c, u in zip(
                kind, schedule.rate[rows], amount, schedule.currency[rows], schedule.unit[rows], strict=True
            )
        )
    weight = np.full(len(index), standing.weight)
    money = str(schedule.currency[rows[0]]), str(schedule.unit[rows[0]])
    return Claim(measure, index, weight, _times(rate, weight), texts, kind, standing, money)


def _rows_of_many(schedule: Schedule, lines: Lines, question: Question) -> Int[Array, " line"]:
    """The row in force of each line, -1 where there is none; lines finer than the schedule take the line above."""
    return _rows_in_force(schedule, schedule.in_force(question.instant, question.known).tobytes(), lines)


@lru_cache(maxsize=128)
def _rows_in_force(schedule: Schedule, content: bytes, lines: Lines) -> Int[Array, " line"]:
    """Of the rows in force; most days share them with the day before."""
    now = np.frombuffer(content, dtype=np.int64)
    rows = np.full(len(lines.codes), -1, dtype=np.int64)
    if not len(now):
        return rows
    codes = schedule.codes[now]
    for length in (None, 10, 8, 6):
        names = lines.array if length is None else lines.array.astype(f"<U{length}")
        place = np.searchsorted(codes, names).clip(max=len(codes) - 1)
        hit = (rows < 0) & (codes[place] == names)
        rows[hit] = now[place[hit]]
        if (rows >= 0).all():
            break
    rows.flags.writeable = False
    return rows


def _first(rows: Any) -> int | None:
    return next((row for row in rows if row is not None), None)


def _times(rate: Float[Array, " member"], weight: Float[Array, " member"]) -> Float[Array, " member"]:
    """Rate times weight, where a weight of zero makes even an unknown rate irrelevant."""
    return np.where(weight == 0, 0.0, rate * weight)


def _weighted(claim: Claim, kept: Float[Array, " member"]) -> Claim:
    return replace(claim, weight=claim.weight * kept, rate=_times(claim.rate, kept))


def _adds(claim: Claim) -> bool:
    return claim.measure.effect in ("add", "replace")


def _is_base(book: TariffBook, claim: Claim) -> bool:
    return book.authorities[claim.measure.programme] == BASE_AUTHORITY


def _displaced(claims: list[Claim], count: int, rejected: list[tuple[Measure, str]]) -> list[Claim]:
    """Additions displaced by replacements, and by larger members of their stacking group."""
    kept: list[Claim] = []
    for claim in claims:
        if claim.measure.effect != "add":
            kept.append(claim)
            continue
        free, by = np.ones(count), ""
        for other in claims:
            same = other.measure.programme == claim.measure.programme
            if same and other.measure.effect == "replace":
                free[other.index] *= 1.0 - other.weight
                by = f"replaced by {other.measure.measure_id}" if (free[claim.index] < 1).any() else by
            elif same and claim.measure.stacking_group and _outranks(other, claim, count):
                free[other.index] = np.where(_larger(other, claim, count), 0.0, free[other.index])
                by = f"{other.measure.measure_id} is larger in stacking group {claim.measure.stacking_group}"
        left = free[claim.index]
        if (left == 0).all():
            rejected.append((claim.measure, by))
        else:
            kept.append(claim if (left == 1).all() else _weighted(claim, left))
    return kept


def _outranks(other: Claim, claim: Claim, count: int) -> bool:
    same = other is not claim and other.measure.stacking_group == claim.measure.stacking_group
    return same and other.measure.effect == "add" and bool(_larger(other, claim, count).any())


def _larger(other: Claim, claim: Claim, count: int) -> Bool[Array, " member"]:
    """Where the other claim is larger (or equal and written earlier)."""
    own = np.full(count, np.inf)
    own[claim.index] = claim.rate
    ties = other.measure.row < claim.measure.row
    return (other.rate > own[other.index]) | ((other.rate == own[other.index]) & ties)


def _exempted(claims: list[Claim], count: int) -> dict[str, Float[Array, " line"]]:
    """What exemptions leave of each programme."""
    left: dict[str, Float[Array, " line"]] = {}
    for claim in claims:
        if claim.measure.effect == "exempt":
            share = left.setdefault(claim.measure.programme, np.ones(count))
            share[claim.index] *= 1.0 - claim.weight
    return left


def _taken(claim: Claim, factor: Float[Array, " line"] | None) -> Claim:
    if factor is None or claim.measure.effect in ("exempt", "refuse") or (factor[claim.index] == 1).all():
        return claim
    return _weighted(claim, factor[claim.index])


def _floored(claim: Claim, base: Float[Array, " line"]) -> Claim:
    if claim.measure.effect != "floor":
        return claim
    lacking = duties.floor_rate(np.full(len(claim.index), _full_rate(claim)), base[claim.index])
    return replace(claim, rate=_times(lacking, claim.weight))


def _full_rate(claim: Claim) -> float:
    standing = claim.standing
    return standing.rate if standing.rate == standing.rate else claim.measure.rate


def _sum(claims: list[Claim], count: int) -> Float[Array, " line"]:
    total = np.zeros(count)
    for claim in claims:
        total[claim.index] += claim.rate
    return total


def _cover(claims: list[Claim], count: int) -> dict[str, stacking.Coverage]:
    found: dict[str, stacking.Coverage] = {}
    for claim in claims:
        name = claim.measure.programme
        if name not in found:
            found[name] = stacking.Coverage(np.zeros(count, dtype=bool), np.zeros(count))
        found[name].present[claim.index] |= claim.weight > 0
        found[name].share[claim.index] += claim.weight * claim.standing.base_share
    return found
