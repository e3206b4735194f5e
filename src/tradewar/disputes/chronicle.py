"""`chronicle.csv`: what happened and what was said, dated, with actor, kind and source.

Two times belong to each row. `date` is when it happened, as exactly as it is known (`2018`, `2018-07`, `2018-07-06`).
`known_from` is the day from which on it could be known; where only a month or a year is given, the last day of it
counts, so that nothing is ever visible too early.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tradewar.disputes.formats import CHRONICLE
from tradewar.errors import Problem
from tradewar.io.registers.dates import parse_period
from tradewar.io.tables import parse

LONGEST_SHORT = 32
"""Characters of the few words that stand on the timeline."""


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
        period = parse_period(self.date)
        assert period is not None  # checked when it was read
        return period.first, period.last


def read_chronicle(file: str, data: bytes, problems: list[Problem]) -> tuple[Event, ...]:
    """The rows of a chronicle in the order of their dates; faults are added to the problems."""
    table = parse(CHRONICLE, file, data, problems)
    if table is None:
        return ()
    events: list[Event] = []
    for row, cells in enumerate(table.rows()):
        faults = list(_faults(cells))
        problems.extend(Problem(table.where(row), what, fix) for what, fix in faults)
        known = parse_period(cells["known_from"])
        if not faults and known is not None:
            events.append(_event(cells, known.last))
    return tuple(sorted(events, key=lambda event: (event.span[1], event.known_from)))


def _event(cells: Mapping[str, Any], known_from: dt.date) -> Event:
    same = ("date", "date_precision", "kind", "what", "unit", "source", "verified", "short")
    figure = None if cells["figure"] != cells["figure"] else float(cells["figure"])
    actors = tuple(actor.strip() for actor in cells["actor"].split(";"))
    return Event(known_from=known_from, actors=actors, figure=figure, **{name: cells[name] for name in same})


def _faults(cells: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong between the cells of a row."""
    period, precision = parse_period(cells["date"]), cells["date_precision"]
    if period is not None and period.precision != ("day" if precision == "week" else precision):
        what = f"date = {cells['date']!r} does not have the precision of a {precision}"
        yield what, "Give as much of the date as date_precision says"
    if len(cells["short"]) > LONGEST_SHORT:
        what = f"short has {len(cells['short'])} characters, at most {LONGEST_SHORT} fit on the timeline"
        yield what, "Say it in fewer words, or leave it empty"
    has_figure = cells["figure"] == cells["figure"]
    if cells["unit"] and not has_figure:
        yield "unit has no figure", "Give the figure, or leave both empty"
    if has_figure and not cells["unit"]:
        yield "figure has no unit", "Give its unit, such as percent"
