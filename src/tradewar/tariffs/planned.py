"""Scheduled changes: "0.10 now, 0.25 on 2 March unless there is a deal".

A change has versions in order of knowledge; the latest version known stands. Its status on a day of knowledge:

| status | meaning |
|---|---|
| proposed | announced, not ordered: shown, never applied |
| planned | ordered with a day that has not come |
| in_force | ordered, and the day has come |
| postponed | without a date: shown, never applied |
| cancelled | dropped, by the authority or by a branch |
| superseded | a later version is known |

A branch fixes outcomes of open questions. For a change still to come that hangs on `deal`, `deal=yes` cancels it and
`deal=no` executes it. A branch never writes to the book.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tradewar.errors import BookError
from tradewar.tariffs.instants import EVERYTHING, FOREVER, MINUTES, day_of, write_day, write_instant
from tradewar.tariffs.model import Branch, ScheduledChange, Step

if TYPE_CHECKING:
    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.question import Question

OUTCOMES = ("yes", "no")


@lru_cache(maxsize=8)
def versions(book: TariffBook) -> Mapping[str, Mapping[str, tuple[ScheduledChange, ...]]]:
    """Versions of each change in order of knowledge, by the measure or suspension that it changes."""
    found: dict[str, dict[str, list[ScheduledChange]]] = {}
    for change in book.changes_planned:
        found.setdefault(change.measure_id, {}).setdefault(change.change_id, []).append(change)
    return {measure: {name: tuple(items) for name, items in changes.items()} for measure, changes in found.items()}


def standing(book: TariffBook, measure_id: str, question: Question) -> list[ScheduledChange]:
    """The current version of every change of a measure, branch outcomes applied, in order of day."""
    found: list[ScheduledChange] = []
    for items in versions(book).get(measure_id, {}).values():
        visible = [change for change in items if change.visible(question.known)]
        if visible:
            found.append(_with_outcome(visible[-1], question))
    return sorted(found, key=lambda change: FOREVER if change.planned_from is None else change.planned_from)


def _with_outcome(change: ScheduledChange, question: Question) -> ScheduledChange:
    outcome = question.outcomes.get(change.trigger) if change.trigger else None
    known = question.branch_known
    pending = change.planned_from is None or known is None or change.planned_from // MINUTES > known
    if outcome is None or not pending or not change.ordered:
        return change
    return replace(change, status="cancelled") if outcome == "yes" else change


def in_force(change: ScheduledChange, instant: int) -> bool:
    """Whether an ordered change has taken effect."""
    return change.ordered and change.planned_from is not None and change.planned_from <= instant


def steps(book: TariffBook, known_on: date | str | None = None, on: date | str | None = None) -> tuple[Step, ...]:
    """Every version of every scheduled change known on a day, with its status on the day `on` (default: the same day).

    Raises:
        BookError: if a day is no day.
    """

    known = EVERYTHING if known_on is None else day_of(known_on, "known_on")
    day = day_of(on, "on") if on is not None else known
    instant = min(day, EVERYTHING) * MINUTES + MINUTES - 1
    found: list[Step] = []
    for changes in versions(book).values():
        for items in changes.values():
            visible = [change for change in items if change.visible(known)]
            following = [*visible[1:], None][: len(visible)]
            found += [_step(change, later, instant) for change, later in zip(visible, following, strict=True)]
    return tuple(sorted(found, key=lambda step: (step.known_from, step.change_id)))


def _step(change: ScheduledChange, later: ScheduledChange | None, instant: int) -> Step:
    status: Any = change.status
    if later is not None:
        status = "superseded"
    elif in_force(change, instant):
        status = "in_force"
    return Step(
        change_id=change.change_id,
        measure_id=change.measure_id,
        new_rate=None if change.new_rate != change.new_rate else change.new_rate,
        planned_from="" if change.planned_from is None else write_instant(change.planned_from),
        status=status,
        trigger=change.trigger,
        condition_text=change.condition_text,
        known_from=write_day(change.known_from) if change.known_from else "",
        superseded_by="" if later is None else write_day(later.known_from),
        verified=change.verified,
        source=change.source,
    )


def branch(book: TariffBook, known_on: date | str, outcomes: Mapping[str, str]) -> Branch:
    """Outcomes fixed for open questions, named and hashed.

    Raises:
        BookError: if no scheduled change hangs on a question, or an outcome is neither yes nor no.
    """
    known = day_of(known_on, "known_on")
    triggers = {change.trigger for change in book.changes_planned if change.trigger}
    for question, outcome in outcomes.items():
        if question not in triggers:
            fix = f"Open questions of this book: {', '.join(sorted(triggers)) or 'none'}"
            raise BookError.at("branch", f"no scheduled change hangs on {question!r}", fix)
        if outcome not in OUTCOMES:
            raise BookError.at("branch", f"{question} = {outcome!r}", f"An outcome is one of {', '.join(OUTCOMES)}")
    fixed = tuple(sorted(outcomes.items()))
    name = ", ".join(f"{question}={outcome}" for question, outcome in fixed) or "as planned"
    return Branch(name, fixed, write_day(known), book)
