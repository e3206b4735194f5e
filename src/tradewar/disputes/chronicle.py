"""`chronicle.csv`: what happened and what was said, dated, with actor, kind and source.

Two times belong to each row. `date` is when it happened, as exactly as it is known (`2018`, `2018-07`, `2018-07-06`).
`known_from` is the day from which on it could be known; where only a month or a year is given, the last day of it
counts, so that nothing is ever visible too early.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tradewar.errors import Problem
from tradewar.world.table import Table, check_columns, parse_csv

COLUMNS = (
    "date",
    "date_precision",
    "known_from",
    "actor",
    "kind",
    "what",
    "figure",
    "unit",
    "source",
    "verified",
)
OPTIONAL_COLUMNS = ("short",)
LONGEST_SHORT = 32
"""Characters of the few words that stand on the timeline."""
PRECISIONS = ("day", "week", "month", "year")
_DATE = re.compile(r"^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$")
_LENGTH = {"day": 10, "week": 10, "month": 7, "year": 4}


@dataclass(frozen=True)
class Event:
    """One row of the chronicle."""

    date: str
    """As exactly as known: `2018`, `2018-07` or `2018-07-06`."""
    date_precision: str
    """`day`, `week` (the week that holds the date), `month` or `year`."""
    known_from: dt.date
    actors: tuple[str, ...]
    kind: str
    """`measure`, `deadline`, `talks`, `statement`, `demand`, `offer`, `claim`, ..."""
    what: str
    figure: float | None
    unit: str
    source: str
    verified: str
    """What stands behind the row."""
    short: str = ""
    """The event in a few words, for the timeline; may be empty."""

    @property
    def span(self) -> tuple[dt.date, dt.date]:
        """First and last day on which it may have happened; a week stands for the day that is given."""
        year, month, day = (int(part) if part else 0 for part in (self.date + "--").split("-")[:3])
        last = last_day(self.date)
        assert last is not None  # checked when it was read
        return dt.date(year, month or 1, day or 1), last


def read_chronicle(file: str, data: bytes, problems: list[Problem]) -> tuple[Event, ...]:
    """The rows of a chronicle in the order of their dates; faults are added to the problems."""
    table = parse_csv(file, data, problems)
    if table is None or not check_columns(table, COLUMNS, OPTIONAL_COLUMNS, problems=problems):
        return ()
    events = [_event(table, row, problems) for row in range(len(table))]
    return tuple(sorted((event for event in events if event is not None), key=_order))


def last_day(text: str) -> dt.date | None:
    """The last day of a year, month or day; None where the text is no date."""
    found = _DATE.match(text)
    if not found:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        month = month or 12
        return dt.date(year, month, day or calendar.monthrange(year, month)[1])
    except ValueError:
        return None


def _order(event: Event) -> tuple[dt.date, dt.date]:
    happened = last_day(event.date)
    return (happened or dt.date.max, event.known_from)


def _event(table: Table, row: int, problems: list[Problem]) -> Event | None:
    cells = {name: table.columns[name][row].strip() for name in (*COLUMNS, *OPTIONAL_COLUMNS) if name in table.columns}
    found = list(_faults(cells))
    problems.extend(Problem(table.where(row), what, fix) for what, fix in found)
    known = last_day(cells["known_from"])
    if found or known is None:
        return None
    return Event(
        date=cells["date"],
        date_precision=cells["date_precision"],
        known_from=known,
        actors=tuple(cells["actor"].split(";")),
        kind=cells["kind"],
        what=cells["what"],
        figure=float(cells["figure"]) if cells["figure"] else None,
        unit=cells["unit"],
        source=cells["source"],
        verified=cells["verified"],
        short=cells.get("short", ""),
    )


def _faults(cells: dict[str, str]) -> Sequence[tuple[str, str]]:
    faults = [
        (f"{name} = {cells[name]!r} is not a date", "Write 2019-02-20, 2019-02 or 2019")
        for name in ("date", "known_from")
        if last_day(cells[name]) is None
    ]
    precision = cells["date_precision"]
    if precision not in PRECISIONS:
        faults.append((f"date_precision = {precision!r} is unknown", f"Use one of {', '.join(PRECISIONS)}"))
    elif last_day(cells["date"]) is not None and len(cells["date"]) != _LENGTH[precision]:
        what = f"date = {cells['date']!r} does not have the precision of a {precision}"
        faults.append((what, "Give as much of the date as date_precision says"))
    faults += [(f"{name} is empty", f"Give {name}") for name in ("actor", "kind", "what", "source") if not cells[name]]
    if len(cells.get("short", "")) > LONGEST_SHORT:
        what = f"short has {len(cells['short'])} characters, at most {LONGEST_SHORT} fit on the timeline"
        faults.append((what, "Say it in fewer words, or leave it empty"))
    if cells["unit"] and not cells["figure"]:
        faults.append(("unit has no figure", "Give the figure, or leave both empty"))
    if cells["figure"]:
        try:
            float(cells["figure"])
        except ValueError:
            faults.append((f"figure = {cells['figure']!r} is not a number", "Write a number, or leave it empty"))
        if not cells["unit"]:
            faults.append(("figure has no unit", "Give its unit, such as percent"))
    return faults
