"""The applied rate: which duties apply to a product, and why the others do not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from tradewar.io.registers import products
from tradewar.tariffs import duties, units
from tradewar.tariffs.answer import AppliedRate, Component, NotApplied, Part
from tradewar.tariffs.areas import members
from tradewar.tariffs.evaluate import ADDS, Claim, Duties, evaluate
from tradewar.tariffs.instants import write_day, write_instant
from tradewar.tariffs.lines import Field
from tradewar.tariffs.model import BASE_AUTHORITY, Book, Measure
from tradewar.tariffs.parts import Mixture
from tradewar.tariffs.question import NEEDS, NEEDS_DIGITS, NEEDS_MEMBER, NEEDS_UNIT_VALUE, Asked, RateQuestion, ask

SAME = 1e-12
"""Rates that differ by less are one rate."""


def rate(book: Book, question: RateQuestion) -> AppliedRate:
    """The rate that applies to a product entered at a time, as known on a day, and why.

    Raises:
        BookError: if a name, a day, a number or the product is not right.
    """
    asked = ask(book, question)
    product = products.normal(question.product)
    if not book.covers(asked.day):
        return _outside(asked)
    found = units.units_of(book, asked.importer, [product], asked.instant, asked.known, question.edition)
    if not len(found.code):
        raise units.unknown(book, asked.importer, product, question.edition)
    real = units.lines_of(book, found.lines.codes[found.real].tolist())
    lines = real.at(book, units.schedules_of(book, asked.importer), asked.instant, asked.known)
    partners = partners_of(asked)
    answers = [_Answer(asked.of(partner), lines) for partner in partners]
    codes = real.codes[lines.line].tolist()
    return _combined(asked, answers, partners, codes, mapped=bool(found.mapped[0]))


def partners_of(asked: Asked) -> list[str]:
    """The exporters that a question is about: the members of an area, or the country itself."""
    areas = asked.book.areas
    if asked.exporter not in areas:
        return [asked.exporter]
    return sorted(members(asked.exporter, asked.instant, asked.known, areas)) or [asked.exporter]


class _Answer:
    """What is said of one exporter, line by line."""

    def __init__(self, asked: Asked, lines: Field):
        self.asked, self.lines, self.found = asked, lines, evaluate(asked, lines)
        self.mixture: Mixture = self.found.mixture()
        self.low, self.usual, self.high = ends_of(self.found, self.mixture, asked)


def ends_of(found: Duties, mixture: Mixture, asked: Asked, *, base: bool = True) -> tuple[Any, Any, Any]:
    """Low, usual and high duty of each profile; a line without a row in a schedule of general duties has none known."""
    ends = mixture.low, mixture.usual, mixture.high
    if not base or not units.expects_base(asked.book, asked.importer):
        return ends
    low, usual, high = (np.where(found.has_base, end, np.nan) for end in ends)
    return low, usual, high


def _combined(
    asked: Asked, answers: list[_Answer], partners: list[str], codes: list[str], *, mapped: bool
) -> AppliedRate:
    """One answer for all lines under the code, and all members of an area."""
    head = answers[0]
    low, high = (np.stack([getattr(answer, end) for answer in answers]) for end in ("low", "high"))
    usual = np.stack([answer.usual for answer in answers])
    refused = np.stack([answer.mixture.refused for answer in answers])
    needs = _needs(answers, low, high, refused)
    known = low[~refused]
    unknown = bool(np.isnan(known).any()) and NEEDS_UNIT_VALUE not in needs
    decided = bool(known.size) and not np.isnan(known).any() and float(high[~refused].max() - known.min()) <= SAME
    decided = decided and not needs
    status = "refused" if refused.all() else "unknown" if unknown else needs[0] if needs else "applied"
    if status == "unknown" and _not_expressible(answers):
        status = "not_expressible"
    if mapped and status in ("applied", NEEDS_DIGITS):
        status = "mapped"
    single = usual.size == 1 or decided
    default = None if np.isnan(usual[0, 0]) or refused.all() else float(usual[0, 0])
    components = _components(head)
    amounts = [part.amount for part in components if part.amount is not None]
    names = codes if len(codes) > 1 else partners
    rates = usual[0] if len(codes) > 1 else usual[:, 0]
    return AppliedRate(
        importer=asked.importer,
        exporter=asked.exporter,
        product=asked.question.product,
        on=write_instant(asked.instant) if asked.convention == "instant" else write_day(asked.day),
        known=asked.known_text,
        convention=asked.convention,
        reading=asked.question.reading,
        rate=round(float(known.min()), 12) if decided else None,
        interval=None if decided or unknown or refused.all() else _interval(low[~refused], high[~refused]),
        default=round(default, 12) if default is not None and single and not decided and needs else None,
        status=status,
        needs=tuple(needs),
        digits=max(map(len, codes)) if NEEDS_DIGITS in needs else None,
        components=components,
        not_applied=tuple(_not_applied(head, codes[0])),
        lines=tuple((name, None if r != r else round(float(r), 12)) for name, r in zip(names, rates, strict=True))
        if len(names) > 1
        else (),
        parts=_parts(head),
        rule_set=head.found.rule_set,
        duty=sum(amounts, Decimal(0)) if amounts and decided else None,
    )


def _needs(answers: list[_Answer], low: Any, high: Any, refused: Any) -> list[str]:
    """What would decide the rate: digits and members where lines and members differ, then what open facts need."""
    found = {need for answer in answers for need, where in answer.mixture.needs.items() if where.any()}

    def differ(axis: int) -> bool:
        ends = [np.nan_to_num(np.where(refused, -2.0, end), nan=-1.0, posinf=1e9) for end in (low, high)]
        return any(bool((np.ptp(end, axis=axis) > SAME).any()) for end in ends)

    found |= {NEEDS_DIGITS} if differ(1) else set()
    found |= {NEEDS_MEMBER} if differ(0) else set()
    return [need for need in NEEDS if need in found]


def _interval(low: Any, high: Any) -> tuple[float | None, float | None] | None:
    if np.isnan(low).all():
        return None
    top = float(np.nanmax(high)) if not np.isnan(high).any() else np.inf
    return round(float(np.nanmin(low)), 12), None if top == np.inf else round(top, 12)


def _not_expressible(answers: list[_Answer]) -> bool:
    kinds = {
        duties.RATE_KINDS[int(kind)]
        for answer in answers
        for claim in answer.found.claims
        if len(claim.index) and np.isnan(claim.rate).any()
        for kind in claim.duty.kind
    }
    return kinds == {"not_expressible"}


def _shares(answer: _Answer) -> Any:
    """The usual share of each part of the first line; NaN where nothing is usual."""
    parts = answer.found.parts
    group = next(group for group in parts.groups if 0 in group.profiles)
    share = np.ones(1)
    for family in group.families:
        own = np.repeat(family.usual[0], 2) / 2 if family.prices else family.usual[0]
        share = np.multiply.outer(share, own).reshape(-1)
    return share


def _parts(answer: _Answer) -> tuple[Part, ...]:
    """The parts of the first line, where there are several."""
    parts = answer.found.parts
    group = next(group for group in parts.groups if 0 in group.profiles)
    first, count = int(parts.first[0]), int(parts.count[0])
    if count == 1 or any(family.prices for family in group.families):
        return ()
    found: list[Part] = []
    for k, share in enumerate(_shares(answer).tolist()):
        facts: list[str] = []
        for family in group.families:
            fact = int(parts.fact[family.name][first + k])
            facts.append(family.facts[fact] or f"no {' or '.join(filter(None, family.facts))}")
        total = float(answer.found.total[first + k])
        out = total != total or bool(answer.found.refused[first + k])
        if share > 0 or share != share:
            rate = None if out else round(total, 12)
            found.append(Part(None if share != share else round(share, 12), tuple(facts), rate))
    return tuple(found) if len(found) > 1 else ()


def _components(answer: _Answer) -> tuple[Component, ...]:
    """What each duty adds to the usual rate of the first line, the general duty first."""
    book = answer.asked.book
    claims = [claim for claim in answer.found.claims if claim.measure.effect in ADDS and _there(answer, claim)]
    claims.sort(key=lambda claim: book.authorities[claim.measure.programme] != BASE_AUTHORITY)
    parts: list[Component] = []
    so_far: float | None = 0.0
    for claim in claims:
        value = float(answer.found.part_of(claim)[0])
        own = None if value != value else value
        after = None if so_far is None or own is None else so_far + own
        parts.append(_component(answer, claim, own, so_far, after))
        so_far = after
    return tuple(parts)


def _there(answer: _Answer, claim: Claim) -> bool:
    """Whether a claim falls on a usual part of the first line."""
    first = int(answer.found.parts.first[0])
    share = np.nan_to_num(_shares(answer), nan=1.0)
    mine = claim.index[(claim.index >= first) & (claim.index < first + len(share))] - first
    return bool((share[mine] > 0).any())


def _component(
    answer: _Answer, claim: Claim, own: float | None, before: float | None, after: float | None
) -> Component:
    measure, value = claim.measure, answer.asked.question.customs_value
    why = claim.term.why
    if measure.value_base:
        why += f"; on the {measure.value_base} share of customs value"
    why = "; ".join([why, *claim.lost])
    return Component(
        measure=measure.measure_id,
        authority=answer.asked.book.authorities[measure.programme],
        programme=measure.programme,
        duty=claim.duty.text(int(np.argmin(claim.profiles))),
        rate=own,
        valid_from=write_instant(claim.term.start) if claim.term.start else "",
        known_from=write_day(measure.known_from) if measure.known_from else "",
        source=measure.source,
        instrument=measure.instrument,
        verified=measure.verified,
        why=why,
        before=before,
        after=after,
        amount=None if value is None or own is None else duties.money(value, own),
    )


def _not_applied(answer: _Answer, code: str) -> list[NotApplied]:
    """Measures that cover the first line but give nothing, in the order of the book."""
    asked, book, law = answer.asked, answer.asked.book, answer.asked.law
    reasons: list[tuple[Measure, str]] = [(m, why) for m, why in law.never if _covers(answer, m)]
    reached, _ = law.reach(asked.exporter, asked.instant)
    for term in law.terms:
        if not _covers(answer, term.measure):
            continue
        if not reached[term.place]:
            reasons.append((term.measure, f"does not reach {asked.exporter} (applies to {term.measure.exporter_area})"))
        elif asked.instant < term.start and not _other_term(answer, term):
            reasons.append((term.measure, f"starts {write_instant(term.start)}"))
        elif asked.instant >= term.end and not _other_term(answer, term):
            reasons.append((term.measure, f"ended {write_instant(term.end)}"))
    reasons += [(m, why) for m, why in answer.found.rejected if _covers(answer, m)]
    for claim in answer.found.claims:
        if claim.profiles.size and 0 in claim.profiles:
            reasons += _idle(answer, claim)
    order = {id(measure): k for k, measure in enumerate(book.measures)}
    reasons.sort(key=lambda item: order[id(item[0])])
    return [NotApplied(m.measure_id, book.authorities[m.programme], why, m.verified) for m, why in reasons]


def _other_term(answer: _Answer, term: Any) -> bool:
    """Whether another stretch of the same row says more."""
    return any(
        other is not term and other.measure is term.measure and other.start <= answer.asked.instant
        for other in answer.asked.law.terms
    )


def _covers(answer: _Answer, measure: Measure) -> bool:
    """Whether the first line is in the scope of a measure; schedules are left out: they name every line."""
    if measure.rate_kind == "schedule":
        return False
    members_ = answer.lines.of(measure.scope)
    return members_ is not None and bool((members_.index == 0).any())


def _idle(answer: _Answer, claim: Claim) -> list[tuple[Measure, str]]:
    measure = claim.measure
    if measure.effect == "exempt":
        return (
            [(measure, f"exempts from {measure.programme}: {claim.term.why}")]
            if _there(answer, claim)
            else [_lost(claim)]
        )
    if measure.effect == "refuse":
        return [(measure, f"entry refused: {claim.term.why}")] if _there(answer, claim) else [_lost(claim)]
    return [] if _there(answer, claim) else [_lost(claim)]


def _lost(claim: Claim) -> tuple[Measure, str]:
    return claim.measure, "; ".join({**claim.unmet, **claim.lost}) or "contributes nothing"


def _outside(asked: Asked) -> AppliedRate:
    book = asked.book
    last = write_day(book.last_day) or "open"
    why = f"the book covers {write_day(book.first_day) if book.first_day else 'any day'} to {last}"
    return AppliedRate(
        importer=asked.importer,
        exporter=asked.exporter,
        product=asked.question.product,
        on=write_day(asked.day),
        known=asked.known_text,
        convention=asked.convention,
        reading=asked.question.reading,
        rate=None,
        interval=None,
        default=None,
        status="outside_book",
        needs=(),
        digits=None,
        components=(),
        not_applied=(NotApplied("", "", why, None),),
        lines=(),
        parts=(),
        rule_set="",
    )
