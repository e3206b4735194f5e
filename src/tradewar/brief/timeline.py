"""One kind of chart: rates that stay until they change, with what is planned dashed and days marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tradewar.brief.charts import INK, TOTAL, end_labels, finished, title_of
from tradewar.brief.labels import apart
from tradewar.brief.numbers import plain
from tradewar.brief.vega import TEXT, Json, between, fixed, layered, marks, quantitative, silent_axis

_LABELS, _HEIGHT, _LINE = 118, 190, 15
"""Room for the labels at the right, height of the plot, height of a line of text; pixels."""
_AWAY: dict[Literal["left", "right"], Literal["left", "right"]] = {"left": "right", "right": "left"}
"""How text is aligned that stands on a side of a line."""


@dataclass(frozen=True)
class Line:
    """A rate through time. Each pair is a day and the value from that day on."""

    label: str
    colour: str
    past: tuple[tuple[dt.date, float], ...]
    planned: tuple[tuple[dt.date, float], ...]
    """From the day of knowledge on; empty where nothing is planned."""


@dataclass(frozen=True)
class Mark:
    """A day that is marked by a vertical line."""

    on: dt.date
    text: str
    side: Literal["left", "right"]
    """On which side of the line its text stands."""


def timeline(title: str, subtitle: str, lines: Sequence[Line], days: Sequence[Mark]) -> Json:
    """The specification: steps, planned ones dashed, labels at the right end in the colour of their line."""
    first = min(day for line in lines for day, _ in line.past)
    today = days[0].on
    last = max([today, *(mark.on for mark in days), *(day for line in lines for day, _ in line.planned)])
    last += dt.timedelta(days=max(20, (last - first).days // 20))
    highest = max(value for line in lines for _, value in (*line.past, *line.planned)) or 1.0
    plot = TOTAL - _LABELS
    x = quantitative("day", scale=between(first.toordinal(), last.toordinal()), axis=days_axis(first, last))
    y = quantitative("value", scale=between(0, 1.06 * highest), axis=silent_axis(tickCount=4, format="~f"))
    layers = [day_rule(mark.on, f"{mark.text}, {mark.on.day} {mark.on:%b}", x, align=_AWAY[mark.side]) for mark in days]
    for line in lines:
        ends = today if line.planned else last
        layers.append(_step(line.past, ends, line.colour, x, y, dashed=False))
        if line.planned:
            layers.append(_step(line.planned, last, line.colour, x, y, dashed=True))
    layers += _labels(lines, 1.06 * highest, plot)
    above = title_of(title, [subtitle], offset=26)
    return finished(layered(layers, width=plot, height=_HEIGHT, title=above))


def day_rule(on: dt.date, words: str, x: Json, align: Literal["left", "center", "right"]) -> Json:
    """A dotted vertical line at a day, with words above the plot that start, are centred or end there."""
    rows = [{"day": on.toordinal(), "text": words}]
    shift = {} if align == "center" else {"dx": -4 if align == "right" else 4}
    text = {"x": x, "y": fixed(-16), "text": TEXT}
    return layered(
        [
            marks("rule", rows, {"x": x}, color=INK, strokeWidth=1, strokeDash=[2, 2]),
            marks("text", rows, text, align=align, baseline="top", fontSize=12, color=INK, **shift),
        ]
    )


def days_axis(first: dt.date, last: dt.date) -> Json:
    """An axis with every January and July: the year, and the month."""
    days = [dt.date(year, month, 1) for year in range(first.year, last.year + 1) for month in (1, 7)]
    shown = {day.toordinal(): f"{day.year}" if day.month == 1 else "July" for day in days if first <= day <= last}
    label = "{" + ", ".join(f"'{number}': '{text}'" for number, text in shown.items()) + "}[datum.value]"
    return {"title": None, "values": list(shown), "labelExpr": label, "grid": False}


def _step(
    points: Sequence[tuple[dt.date, float]], ends: dt.date, colour: str, x: Json, y: Json, *, dashed: bool
) -> Json:
    rows = [{"day": day.toordinal(), "value": value} for day, value in points]
    rows.append({"day": ends.toordinal(), "value": points[-1][1]})
    channels = {"x": x, "y": y, "strokeDash": fixed([4, 3] if dashed else [1, 0])}
    return marks("line", rows, channels, interpolate="step-after", color=colour, strokeWidth=2.2)


def _labels(lines: Sequence[Line], top: float, plot: int) -> list[Json]:
    """Name and figures of each line beside its end, moved apart where they would touch."""
    ends = [(line.planned or line.past)[-1][1] for line in lines]
    places = apart([_HEIGHT * (1 - value / top) for value in ends], 2 * _LINE + 6, _HEIGHT)
    return end_labels(
        [((line.label, _figures(line)), line.colour, place) for line, place in zip(lines, places, strict=True)],
        plot,
        _LINE,
    )


def _figures(line: Line) -> str:
    figures = f"{plain(line.past[-1][1], 1)}%"
    return f"{figures}, planned {plain(line.planned[-1][1], 1)}%" if line.planned else figures
