"""What happened and what was said, as known on the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from tradewar.brief.charts import Drawing, colours
from tradewar.brief.lanes import MOST_WORDS, Dated, Lane, Shape, lanes_chart
from tradewar.brief.section import Section, Words
from tradewar.brief.tables import Table, table
from tradewar.disputes.chronicle import Event
from tradewar.disputes.findings import Findings

SHAPES: dict[str, Shape] = {
    "measure": "full square",
    "deadline": "open square",
    **dict.fromkeys(("talks", "accord", "offer", "demand", "position"), "full circle"),
}
"""Mark of each kind of event; every other kind is something said."""
GREY = "#5F5F5F"
"""Of those who are not parties: darker than in other charts, since numbers stand in it."""
_SEVERAL, _OTHERS = "", "*"


def _sentences(findings: Findings) -> Words:
    return {}


def _drawings(findings: Findings) -> Sequence[Drawing]:
    events = findings.chronicle
    if not events:
        return ()
    title = "What happened, by side"
    below = [
        "Square: a measure; open square: a deadline",
        "Circle: talks, offers, demands; open circle: said or reported",
        "Numbers: the table below; line: month or year, the day is not known",
    ]
    lanes = _lanes(findings)
    first = _first_day(events, findings.as_of)
    specification = lanes_chart(title, below, lanes, first, findings.as_of)
    measures = sum(event.kind == "measure" for event in events)
    known = "1 event" if len(events) == 1 else f"{len(events)} events"
    counted = "; ".join(f"{lane.label}: {len(lane.events)}" for lane in lanes if lane.events)
    description = f"{known} known on the day, {measures} of them measures. By side, {counted}. The table lists each."
    return (Drawing("chronicle", title, "; ".join(below) + ".", description, specification),)


def _lanes(findings: Findings) -> tuple[Lane, ...]:
    """A lane for each party, one for what several did together, and one for all others."""
    names, own = dict(findings.names), colours(findings)
    first, second = (party.country for party in findings.parties)
    keys = (first, _SEVERAL, second, _OTHERS)
    found: dict[str, list[Dated]] = {key: [] for key in keys}
    for number, event in enumerate(findings.chronicle, start=1):
        actor, *more = event.actors
        key = _SEVERAL if more else actor if actor in own else _OTHERS
        words = event.short
        if key == _OTHERS:
            who = names.get(actor, actor)
            # who it was matters more than what, and the table has both
            words = f"{who}: {words}" if words and len(f"{who}: {words}") <= MOST_WORDS else who[:MOST_WORDS]
        begins, ends = event.span
        found[key].append(Dated(number, begins, ends, SHAPES.get(event.kind, "open circle"), words))
    labels = {_SEVERAL: "Several together", _OTHERS: "Others"}
    return tuple(Lane(labels.get(key) or names[key], own.get(key, GREY), tuple(found[key])) for key in keys)


def _first_day(events: Sequence[Event], as_of: dt.date) -> dt.date:
    """The first day of the month of the first measure; without any, of the first event."""
    starts = [event.span[0] for event in events if event.kind == "measure"] or [event.span[0] for event in events]
    return min(*starts, as_of).replace(day=1)


def _tables(findings: Findings) -> Sequence[Table]:
    return (_chronicle(findings),)


def _chronicle(findings: Findings) -> Table:
    columns = (
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
    rows = [
        (
            event.date,
            event.date_precision,
            event.known_from.isoformat(),
            ";".join(event.actors),
            event.kind,
            event.what,
            event.figure,
            event.unit,
            event.source,
            event.verified,
        )
        for event in findings.chronicle
    ]
    return table("chronicle", "What happened and what was said", columns, rows)


SECTION = Section("chronicle", _sentences, _drawings, tables=_tables)
