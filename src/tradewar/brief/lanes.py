"""One kind of chart: dated events in lanes, one lane for each side, each event with its number and a few words.

Everything is laid out in pixels: an event takes the first row of its lane that has room for its mark and its words, so
that no two touch however many fall on one day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tradewar.brief.charts import INK, TOTAL, finished, title_of
from tradewar.brief.vega import (
    OWN_COLOUR,
    TEXT,
    Json,
    between,
    fixed,
    layered,
    marks,
    nominal,
    quantitative,
    up_to,
)

Shape = Literal["full square", "open square", "full circle", "open circle"]
SHAPES: dict[Shape, tuple[str, bool]] = {
    "full square": ("square", True),
    "open square": ("square", False),
    "full circle": ("circle", True),
    "open circle": ("circle", False),
}
"""Marks: form, and whether it is filled. Open ones are told from full ones in black and white too."""

_ROW, _HEADING, _BELOW = 19, 20, 5
"""Height of a row, of the heading of a lane, and room below a lane; pixels."""
_MARK, _CHARACTER, _GAP = 17, 6.2, 5
"""Side of a mark, width of a character of words, room between two events in a row; pixels."""
MOST_WORDS = 32
"""Characters that have room on one side or the other of a mark in the middle."""
_STRIP = 48
"""Width of the strip for what happened before the first day of the axis; pixels."""
_MOST_TICKS = 8
_SIZES = {"square": 260, "circle": 300}
"""Sizes of the marks, so that both look equally large."""


@dataclass(frozen=True)
class Dated:
    """An event: when it may have been, and how it is shown."""

    number: int
    first: dt.date
    last: dt.date
    shape: Shape
    words: str
    """A few, at most `MOST_WORDS` characters; none where it has only its number."""


@dataclass(frozen=True)
class Lane:
    """A side with its events, in the order of their numbers."""

    label: str
    colour: str
    events: tuple[Dated, ...]


@dataclass(frozen=True)
class _Days:
    """The axis: from days to pixels."""

    first: dt.date
    last: dt.date
    start: float

    def at(self, day: dt.date) -> float:
        """Pixels from the left; what is before the first day stands in the strip."""
        if day < self.first:
            return _MARK / 2 + 1
        return self.start + (TOTAL - self.start) * (day - self.first).days / (self.last - self.first).days


def lanes_chart(title: str, below: Sequence[str], lanes: Sequence[Lane], first: dt.date, today: dt.date) -> Json:
    """The specification.

    Args:
        title: of the chart.
        below: lines under the title: how to read it.
        lanes: from top to bottom; those without events are left out.
        first: first day of the axis; events that were over before it stand in a strip at the left.
        today: day that is marked.
    """
    events = [event for lane in lanes for event in lane.events]
    last = max([today, *(event.last for event in events)])
    last += dt.timedelta(days=max(6, (last - first).days // 40))
    days = _Days(first, last, float(_STRIP) if any(event.last < first for event in events) else 0.0)
    rows: list[Json] = []
    headings: list[Json] = []
    top = 0
    for lane in lanes:
        if not lane.events:
            continue
        headings.append({"y": top, "middle": top + _HEADING / 2 + 1, "text": lane.label, "colour": lane.colour})
        placed = _placed(lane, days)
        top += _HEADING
        rows += [row | {"y": top + _ROW * (row["row"] + 0.5), "colour": lane.colour} for row in placed]
        top += _ROW * (1 + max(row["row"] for row in placed)) + _BELOW
    x = quantitative("x", scale=between(0, TOTAL), axis=_axis(days))
    y = quantitative("y", scale={**between(0, top), "reverse": True}, axis=None)
    names = {"x": fixed(0), "y": {**y, "field": "middle"}, "text": TEXT, "color": OWN_COLOUR}
    layers = [
        marks("rule", headings[1:], {"y": y}, color="#D5D5D5"),
        *_words(headings, names, align="left", fontWeight="bold"),
        *_today(days.at(today), today, x),
        *_drawn(rows, x, y),
    ]  # fmt: skip
    if days.start:
        layers.insert(0, marks("rule", [{"x": days.start}], {"x": x}, color="#BBBBBB", strokeDash=[2, 3]))
    return finished(layered(layers, width=TOTAL, height=top, title=title_of(title, below, offset=26)))


def _placed(lane: Lane, days: _Days) -> list[Json]:
    """A record per event: its mark, its words at the right or, where there is no room, at the left, and its row."""
    taken: list[list[tuple[float, float]]] = []
    placed: list[Json] = []
    for event in lane.events:
        low, high = days.at(event.first), days.at(event.last)
        x = min(max((low + high) / 2, _MARK / 2), TOTAL - _MARK / 2)
        room = _MARK / 2 + _CHARACTER * len(event.words) + 4 if event.words else _MARK / 2
        left = x + room > TOTAL and x > TOTAL / 2
        words = x + (-1 if left else 1) * (_MARK / 2 + 4)
        wide = high - low > _MARK
        ends = (x - (room if left else _MARK / 2), x + (_MARK / 2 if left else room))
        reach = (min(ends[0], low) - _GAP, max(ends[1], high) + _GAP) if wide else (ends[0] - _GAP, ends[1] + _GAP)
        row = next((k for k, spans in enumerate(taken) if all(_apart(reach, span) for span in spans)), len(taken))
        if row == len(taken):
            taken.append([])
        taken[row].append(reach)
        placed.append(
            {
                "x": x, "low": low, "high": high, "wide": wide, "row": row, "left": left, "words": words,
                "shape": event.shape, "number": str(event.number), "text": event.words,
            }
        )  # fmt: skip
    return placed


def _apart(one: tuple[float, float], two: tuple[float, float]) -> bool:
    return one[1] <= two[0] or two[1] <= one[0]


def _drawn(rows: Sequence[Json], x: Json, y: Json) -> list[Json]:
    """Spans, marks of each shape, numbers in them, and words on either side."""
    # a span runs below its mark and words, so that it is seen whole
    reach = {"x": {**x, "field": "low"}, "x2": up_to("high"), "y": y, "color": OWN_COLOUR}
    layers = [marks("rule", [row for row in rows if row["wide"]], reach, strokeWidth=1.6, yOffset=_ROW / 2 - 0.5)]
    for shape, (form, full) in SHAPES.items():
        some = [row for row in rows if row["shape"] == shape]
        style = {"shape": form, "size": _SIZES[form], "opacity": 1, "filled": full}
        paint = {"color": OWN_COLOUR} if full else {"stroke": OWN_COLOUR}
        open_style = {} if full else {"fill": "white", "strokeWidth": 1.4}
        layers.append(marks("point", some, {"x": x, "y": y, **paint}, **style, **open_style))
        number = {"x": x, "y": y, "text": nominal("number")}
        ink = "white" if full else INK
        layers.append(marks("text", some, number, align="center", baseline="middle", fontSize=11, color=ink))
    for left, align in ((True, "right"), (False, "left")):
        some = [row for row in rows if row["left"] is left and row["text"]]
        layers += _words(some, {"x": {**x, "field": "words"}, "y": y, "text": TEXT}, align=align)
    return layers


def _words(rows: Sequence[Json], channels: Json, **style: Any) -> list[Json]:
    """Words on a white edge, so that lines behind them do not cross them."""
    style = {"baseline": "middle", "fontSize": 12, **style}
    edge = {key: value for key, value in channels.items() if key != "color"}
    ink = {} if "color" in channels else {"color": INK}
    return [
        marks("text", rows, edge, **style, color="white", stroke="white", strokeWidth=4, strokeJoin="round"),
        marks("text", rows, channels, **style, **ink),
    ]


def _today(place: float, today: dt.date, x: Json) -> list[Json]:
    """A dotted line at the day, its words above the plot and inside its width."""
    words = f"day of the brief, {today.day} {today:%b}"
    half = _CHARACTER * len(words) / 2
    middle = min(max(place, half), TOTAL - half)
    return [
        marks("rule", [{"x": place}], {"x": x}, color=INK, strokeWidth=1, strokeDash=[2, 2]),
        marks("text", [{"x": middle, "text": words}], {"x": x, "y": fixed(-16), "text": TEXT}, baseline="top",
              fontSize=12, color=INK),
    ]  # fmt: skip


def _axis(days: _Days) -> Json:
    """First days of months, as many as have room: the year in January, else the month."""
    months = [
        dt.date(year, month, 1)
        for year in range(days.first.year, days.last.year + 1)
        for month in range(1, 13)
        if days.first <= dt.date(year, month, 1) <= days.last
    ]
    step = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120) if len(months) <= step * _MOST_TICKS)
    shown = {
        round(days.at(day)): f"{day.year}" if day.month == 1 else f"{day:%b}"
        for day in months
        if (12 * day.year + day.month - 1) % step == 0
    }
    if days.start:
        shown = {0: "earlier", **shown}
    label = "{" + ", ".join(f"'{value}': '{text}'" for value, text in shown.items()) + "}[datum.value]"
    options = {"labelExpr": label, "labelAlign": "left", "labelOverlap": False, "tickSize": 4}
    return {"title": None, "values": list(shown), "grid": False, **options}
