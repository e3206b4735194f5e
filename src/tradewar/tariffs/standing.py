"""Whether one measure stands for a question: known, reaching the exporter, valid, not suspended, its conditions met.

Everything here concerns the measure as a whole; which lines it covers is in `tradewar.tariffs.scopes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.tariffs import planned
from tradewar.tariffs.areas import reaches
from tradewar.tariffs.instants import MINUTES, local, write_day, write_instant
from tradewar.tariffs.question import NEEDS_CONDITION, NEEDS_EXPORT_DATE, NEEDS_QUANTITY, Decisions, Question

if TYPE_CHECKING:
    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.model import Condition, Exclusion, Measure, ScheduledChange, Suspension
    from tradewar.tariffs.scopes import Lines

UNDECIDED_BASE = 1.0
"""Share of the value that is dutiable where the question does not give it: all of it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a question makes of a measure."""

    weight: float
    """0: it does not apply; 1: it does; between: to that share."""
    why: str
    rate: float
    """Rate that replaces the measure's own after a scheduled change; NaN where none does."""
    since: int
    base_share: float = 1.0
    """Dutiable share of customs value."""


def _no(why: str) -> Standing:
    return Standing(0.0, why, float("nan"), 0)


def stands(book: TariffBook, measure: Measure, question: Question, decisions: Decisions) -> Standing:
    """Whether, since when and at which rate a measure stands."""
    if measure.known_from > question.known:
        return _no(f"not yet known: published {write_day(measure.known_from)}")
    if measure.superseded_from <= question.known:
        return _no(f"superseded by what was published {write_day(measure.superseded_from)}")
    if not reaches(measure.exporter_area, question.exporter, question.instant, question.known, book.areas):
        return _no(f"does not reach {question.exporter} (applies to {measure.exporter_area})")
    changes = [c for c in planned.standing(book, measure.measure_id, question) if c.kind == "rate"]
    begun = [change for change in changes if planned.in_force(change, question.instant)]
    start = measure.valid_from
    if start is None:
        if not begun:
            return _no(_not_begun(changes))
        start = begun[0].planned_from or 0
    if question.instant < start:
        return _no(f"starts {write_instant(start)}")
    if question.instant >= measure.valid_until:
        return _no(f"ended {write_instant(measure.valid_until)}")
    weight, why = _liability(measure, start, question, decisions)
    for share, reason in (_quota(book, measure, question, decisions), _condition(book, measure, question, decisions)):
        weight *= share
        why = why or reason if share == 0 else why
    if weight == 0:
        return _no(why)
    base = _base_share(measure, question, decisions)
    rate = begun[-1].new_rate if begun else float("nan")
    return Standing(weight, _since(measure, start, begun), rate, start, base)


def _not_begun(changes: list[ScheduledChange]) -> str:
    if not changes:
        return "has not started: no start is known"
    change = changes[0]
    day = "without a date" if change.planned_from is None else f"for {write_instant(change.planned_from)}"
    return f"never started: {change.status} {day}" + (f" ({change.note})" if change.note else "")


def _since(measure: Measure, start: int, begun: list[ScheduledChange]) -> str:
    text = f"in force since {write_instant(start)}" if start else "in force"
    if begun:
        last = begun[-1]
        text += f"; {last.change_id} brought {100 * last.new_rate:.10g}% on {write_instant(last.planned_from or 0)}"
        text += f" (known {write_day(last.known_from)})"
    return f"{text}; {measure.note}" if measure.note else text


def _liability(measure: Measure, start: int, question: Question, decisions: Decisions) -> tuple[float, str]:
    """The dual-date rule: entry decides, and for some measures export too."""
    rule = measure.liability_rule
    if rule == "entry":
        return 1.0, ""
    before = rule.startswith("exported_before:")
    limit = (local(rule.removeprefix("exported_before:")) or 0) if before else start
    if question.exported is not None:
        early = float(question.exported < limit)
    elif question.instant < limit:
        early = 1.0
    else:
        assumed = question.instant - question.transit_days * MINUTES
        name = f"exported before {write_instant(limit)}"
        early = decisions.decide(name, NEEDS_EXPORT_DATE, float(assumed < limit))
    if before:
        return early, f"exported on or after {write_instant(limit)}"
    return 1.0 - early, f"exported before {write_instant(limit)}"


def _quota(book: TariffBook, measure: Measure, question: Question, decisions: Decisions) -> tuple[float, str]:
    """Which side of a quota: the last unit of the entry decides."""
    tied = [quota for quota in book.quotas if measure.measure_id in (quota.in_measure, quota.over_measure)]
    if not tied:
        return 1.0, ""
    open_now = [q for q in tied if q.visible(question.known) and q.period_start <= question.instant < q.period_end]
    for quota in open_now:
        over_side = measure.measure_id == quota.over_measure
        if reaches(quota.allocation, question.exporter, question.instant, question.known, book.areas):
            name = f"over quota {quota.quota_id}"
            if question.quantity is None or quota.amount != quota.amount:
                over = decisions.decide(name, NEEDS_QUANTITY, 0.0)
            else:
                over = float(question.quantity > quota.amount)
            side = f"the quota of {quota.amount:,.10g} {quota.unit} is {'not filled' if over_side else 'filled'}"
            return (over if over_side else 1.0 - over), side
    if open_now:
        # others have the quota: whoever has no part of it is beyond it
        over_side = measure.measure_id == open_now[0].over_measure
        return float(over_side), f"{question.exporter} has no part of the quota"
    return 0.0, "no quota period covers the day"


def _condition(book: TariffBook, measure: Measure, question: Question, decisions: Decisions) -> tuple[float, str]:
    if not measure.condition:
        return 1.0, ""
    name = measure.condition.removeprefix("not:")
    share = _share(book.conditions[name], question, decisions)
    wanted = 1.0 - share if measure.condition.startswith("not:") else share
    return wanted, f"condition {measure.condition} is not met"


def _share(condition: Condition, question: Question, decisions: Decisions) -> float:
    """The share of the goods that meet a condition."""
    if condition.condition_id in question.shares:
        return question.shares[condition.condition_id]
    if condition.kind == "price_threshold" and question.unit_value is not None:
        price, limit = question.unit_value, condition.parameter
        answers = {"<": price < limit, "<=": price <= limit, ">": price > limit, ">=": price >= limit}
        return float(answers[condition.operator])
    if condition.default == condition.default:
        return condition.default
    return decisions.decide(condition.condition_id, NEEDS_CONDITION, 0.0)


def _base_share(measure: Measure, question: Question, decisions: Decisions) -> float:
    if not measure.value_base:
        return 1.0
    if measure.value_base in question.shares:
        return question.shares[measure.value_base]
    return decisions.decide(measure.value_base, NEEDS_CONDITION, UNDECIDED_BASE)


def held_back(
    book: TariffBook, measure: Measure, question: Question, decisions: Decisions, lines: Lines
) -> tuple[Float[Array, " line"], str]:
    """The share of each line on which a measure is suspended or excluded, and why."""
    share, reasons = np.zeros(len(lines.codes)), list[str]()
    for item in book.suspensions:
        if _names(item.measure_id, measure.measure_id) and _suspends(book, item, question):
            if lines.of(item.scope) is None:
                continue
            _raise_to(share, lines, item.scope, 1.0)
            reasons.append(f"suspended since {write_instant(item.valid_from)} ({item.suspension_id})")
    for item in book.exclusions:
        if _names(item.measure_id, measure.measure_id) and _excludes(item, question):
            if lines.of(item.scope) is None:
                continue
            part = _excluded_share(item, decisions)
            _raise_to(share, lines, item.scope, part)
            back = " with refund of duty paid" if item.refundable and item.retroactive_from is not None else ""
            limited = " for the goods described" if item.description_limited else ""
            reasons.append(f"excluded since {write_instant(item.starts)}{limited}{back} ({item.exclusion_id})")
    return share, "; ".join(reasons)


def _names(pattern: str, measure_id: str) -> bool:
    return measure_id.startswith(pattern[:-1]) if pattern.endswith("*") else measure_id == pattern


def _suspends(book: TariffBook, item: Suspension, question: Question) -> bool:
    if not item.visible(question.known) or not item.valid_from <= question.instant < item.valid_until:
        return False
    changes = planned.standing(book, item.suspension_id, question)
    return not any(change.kind == "resume" and planned.in_force(change, question.instant) for change in changes)


def _excludes(item: Exclusion, question: Question) -> bool:
    return item.visible(question.known) and item.starts <= question.instant < item.valid_until


def _excluded_share(item: Exclusion, decisions: Decisions) -> float:
    if item.share == item.share:
        return item.share
    if not item.description_limited:
        return 1.0
    return decisions.decide(f"share excluded by {item.exclusion_id}", NEEDS_CONDITION, 0.0)


def _raise_to(share: Float[Array, " line"], lines: Lines, scope: str, value: float) -> None:
    members = lines.of(scope)
    if members is not None:
        # a line is suspended as far as the part of it that is listed
        share[members.index] = np.maximum(share[members.index], value * members.share)
