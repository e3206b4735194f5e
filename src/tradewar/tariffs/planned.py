"""Scheduled changes: "0.10 now, 0.25 on 2 March unless there is a deal".

A change has versions in order of knowledge; the latest version known stands. Its status on a day of knowledge:

| status | meaning |
|---|---|
| proposed | announced, not ordered: shown, never applied |
| planned | ordered with a day that has not come |
| in_force | ordered, and the day has come |
| postponed | put off: without a date it is shown and never applied |
| cancelled | dropped, by the authority or by a branch |
| superseded | a later version is known |

A branch fixes outcomes of open questions. For a change that hangs on `deal`, `deal=yes` cancels it, on any day, and
`deal=no` carries it out. A branch never writes to the book.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from tradewar.tariffs.instants import EVERYTHING, MINUTES, day_of, write_day, write_instant
from tradewar.tariffs.model import Book, ScheduledChange, Step


def in_force(change: ScheduledChange, instant: int) -> bool:
    """Whether an ordered change has taken effect."""
    return change.ordered and change.planned_from is not None and change.planned_from <= instant


def steps(book: Book, known_on: date | str | None = None, on: date | str | None = None) -> tuple[Step, ...]:
    """Every version of every scheduled change known on a day, with its status on the day `on` (default: the same day).

    Raises:
        BookError: if a day is no day.
    """

    known = EVERYTHING if known_on is None else day_of(known_on, "known_on")
    day = day_of(on, "on") if on is not None else known
    instant = min(day, EVERYTHING) * MINUTES + MINUTES - 1
    versions: dict[Any, list[ScheduledChange]] = {}
    for change in book.changes_planned:
        if change.visible(known):
            versions.setdefault(change.subject, []).append(change)
    found: list[Step] = []
    for items in versions.values():
        found += [_step(change, later, instant) for change, later in zip(items, [*items[1:], None], strict=True)]
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
