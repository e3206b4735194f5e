"""Steps that one side may take, as they stand on a day: what is due, since when it is known, and on what it hangs.

A dossier names its steps in words and points at lines of its tariff book: scheduled changes, or measures that start by
themselves on their day. Their day, status and condition are never written twice: they are read from the book on the
day asked, so that a brief, the talks and the deadline all speak of the same step.

| status | meaning |
|---|---|
| proposed | announced, not ordered |
| planned | ordered, and its day has not come |
| postponed | ordered, without a day |

Steps in force, cancelled, or not yet known are not open and not listed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tradewar.disputes.schema import Step
from tradewar.tariffs.areas import reaches
from tradewar.tariffs.instants import MINUTES

if TYPE_CHECKING:
    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.model import Measure, ScheduledChange

OPEN = ("proposed", "planned", "postponed")


@dataclass(frozen=True)
class Branch:
    """What becomes of a step when the open question on which it hangs is settled."""

    outcome: str
    """`yes` or `no`."""
    what: str
    """`not carried out` or `carried out`."""


@dataclass(frozen=True)
class OpenStep:
    """A step that is known and not yet taken on the day of knowledge."""

    name: str
    title: str
    short_title: str
    actor: str
    """Code of the side that takes it."""
    status: str
    """`proposed`, `planned` or `postponed`."""
    planned_from: dt.date | None
    """None where it has no day."""
    trigger: str
    """The open question, such as `deal`; blank where the step is unconditional."""
    condition: str
    """As announced: `unless there is a deal`."""
    branches: tuple[Branch, ...]
    """Empty where the step is unconditional."""
    known_from: dt.date
    """Since when this version of the step is known."""
    versions: int
    """How many versions were known by the day: 2 means that it was changed once."""
    verified: bool | None
    """False where a line of the book behind it was not checked, None where the book does not say of one."""
    changes: tuple[str, ...]
    """`change_id` of scheduled changes of the book."""
    measures: tuple[str, ...]
    """`measure_id` of measures of the book that start by themselves."""


def open_steps(book: TariffBook, steps: Sequence[Step], known_on: dt.date) -> tuple[OpenStep, ...]:
    """The steps that are known on a day and not taken by its end, the earliest first, those without a day last."""
    found = (_open(book, step, known_on) for step in steps)
    return tuple(
        sorted((step for step in found if step), key=lambda step: (step.planned_from or dt.date.max, step.name))
    )


def next_steps(steps: Sequence[OpenStep]) -> tuple[OpenStep, ...]:
    """The steps of the first day on which any is due."""
    first = min((step.planned_from for step in steps if step.planned_from), default=None)
    return tuple(step for step in steps if step.planned_from == first and first is not None)


def carried_out(book: TariffBook, steps: Iterable[OpenStep], day: dt.date, known_on: dt.date) -> TariffBook:
    """A copy of the book in which the given steps are in force on a day, whatever their status.

    A step that has a day keeps it; one without a day starts on the given one. The book itself is never written to.
    """
    wanted = {name for step in steps for name in step.changes}
    current = {name: _current(book, name, known_on) for name in wanted}
    at = day.toordinal() * MINUTES

    def ordered(change: ScheduledChange) -> ScheduledChange:
        if change is not current.get(change.change_id) or change.status not in OPEN:
            return change
        starts = at if change.planned_from is None else change.planned_from
        return replace(change, status="planned", planned_from=starts, trigger="")

    return replace(book, changes_planned=tuple(map(ordered, book.changes_planned)))


def measures_of(book: TariffBook, steps: Iterable[OpenStep]) -> tuple[Measure, ...]:
    """The measures that steps start or change, in the order of the book."""
    chosen = tuple(steps)
    changes = {name for step in chosen for name in step.changes}
    names = {change.measure_id for change in book.changes_planned if change.change_id in changes}
    names |= {name for step in chosen for name in step.measures}
    return tuple(measure for measure in book.measures if measure.measure_id in names and not measure.hs_exclude)


def partners_hit(
    book: TariffBook, measure: Measure, named: Iterable[str], countries: Iterable[str], day: dt.date
) -> set[str]:
    """Of the countries that a dossier names those that a measure reaches on a day, of others those that it names."""
    at, known = day.toordinal() * MINUTES, day.toordinal()
    own = {part.strip() for part in measure.exporter_area.split(";")}
    return {
        country
        for country in {*named, *own.intersection(countries)}
        if reaches(measure.exporter_area, country, at, known, book.areas)
    }


def unknown_lines(book: TariffBook, step: Step) -> tuple[str, ...]:
    """Names of a step that the book does not have."""
    changes = {change.change_id for change in book.changes_planned}
    measures = {measure.measure_id for measure in book.measures}
    lost = [name for name in step.changes if not _matching([name], changes)]
    return (*lost, *(name for name in step.measures if not _matching([name], measures)))


def _open(book: TariffBook, step: Step, known_on: dt.date) -> OpenStep | None:
    """The step as the book has it on the day; None where nothing of it is open."""
    known = known_on.toordinal()
    changes = [
        change
        for name in _matching(step.changes, {change.change_id for change in book.changes_planned})
        if (change := _current(book, name, known_on)) is not None and _is_open(change, known)
    ]
    measures = [
        measure
        for measure in book.measures
        if _matching(step.measures, {measure.measure_id})
        and measure.visible(known)
        and measure.valid_from is not None
        and measure.valid_from // MINUTES > known
    ]
    if not changes and not measures:
        return None
    lines: list[ScheduledChange | Measure] = [*changes, *measures]
    instants = [change.planned_from for change in changes] + [measure.valid_from for measure in measures]
    days = [dt.date.fromordinal(instant // MINUTES) for instant in instants if instant is not None]
    statuses = {change.status for change in changes} or {"planned"}
    trigger = next((change.trigger for change in changes if change.trigger), "")
    names = tuple(dict.fromkeys(change.change_id for change in changes))
    versions = [change for change in book.changes_planned if change.change_id in names and change.visible(known)]
    return OpenStep(
        name=step.name,
        title=step.title,
        short_title=step.short_title,
        actor=step.actor,
        status=next(status for status in OPEN if status in statuses),
        planned_from=min(days, default=None),
        trigger=trigger,
        condition=next((change.condition_text for change in changes if change.condition_text), ""),
        branches=(Branch("yes", "not carried out"), Branch("no", "carried out")) if trigger else (),
        known_from=dt.date.fromordinal(max(line.known_from for line in lines)),
        versions=max(1, len(versions) // max(1, len(names))),
        verified=_verified(line.verified for line in lines),
        changes=names,
        measures=tuple(dict.fromkeys(measure.measure_id for measure in measures)),
    )


def _verified(marks: Iterable[bool | None]) -> bool | None:
    """The weakest of several marks."""
    known = set(marks)
    return False if False in known else None if None in known else True


def _current(book: TariffBook, change_id: str, known_on: dt.date) -> ScheduledChange | None:
    """The version of a scheduled change that became known last."""
    known = known_on.toordinal()
    visible = [change for change in book.changes_planned if change.change_id == change_id and change.visible(known)]
    return max(visible, key=lambda change: change.known_from, default=None)


def _is_open(change: ScheduledChange, known: int) -> bool:
    if change.status not in OPEN:
        return False
    return change.planned_from is None or change.planned_from // MINUTES > known


def _matching(patterns: Sequence[str], names: Iterable[str]) -> tuple[str, ...]:
    """Names that are named, or that begin with a pattern that ends in `*`."""
    stems = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))
    return tuple(sorted(name for name in names if name in patterns or (stems and name.startswith(stems))))


def words_of(steps: Sequence[OpenStep]) -> tuple[str, str]:
    """Titles and short titles of several steps, for a sentence."""
    return _listed([step.title for step in steps]), _listed([step.short_title for step in steps])


def _listed(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def dated(day: dt.date) -> str:
    """`2 March 2019`."""
    return f"{day.day} {day:%B %Y}"
