"""One kind of chart: rates that stay until they change, with what is planned dashed and days marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from tradewar.brief.charts import INK, TOTAL, finished, title_of
from tradewar.brief.numbers import plain

_LABELS, _HEIGHT, _LINE = 118, 190, 15
"""Room for the labels at the right, height of the plot, height of a line of text; pixels."""


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


def timeline(title: str, subtitle: str, lines: Sequence[Line], marks: Sequence[Mark]) -> dict[str, Any]:
    """The specification: steps, planned ones dashed, labels at the right end in the colour of their line."""
    import altair as alt

    first = min(day for line in lines for day, _ in line.past)
    today = marks[0].on
    last = max([today, *(mark.on for mark in marks), *(day for line in lines for day, _ in line.planned)])
    last += dt.timedelta(days=max(20, (last - first).days // 20))
    highest = max(value for line in lines for _, value in (*line.past, *line.planned)) or 1.0
    plot = TOTAL - _LABELS
    x = alt.X(
        "day:Q", scale=alt.Scale(domain=[first.toordinal(), last.toordinal()], nice=False), axis=days_axis(first, last)
    )
    y = alt.Y("value:Q", scale=alt.Scale(domain=[0, 1.06 * highest], nice=False), axis=_percent_axis())
    layers: list[Any] = [_rule(mark, x) for mark in marks]
    for line in lines:
        ends = today if line.planned else last
        layers.append(_step(line.past, ends, line.colour, x, y, dashed=False))
        if line.planned:
            layers.append(_step(line.planned, last, line.colour, x, y, dashed=True))
    layers += _labels(lines, 1.06 * highest, plot)
    chart = alt.layer(*layers).properties(width=plot, height=_HEIGHT, title=title_of(title, [subtitle], offset=26))
    return finished(chart)


def _step(points: Sequence[tuple[dt.date, float]], ends: dt.date, colour: str, x: Any, y: Any, *, dashed: bool) -> Any:
    import altair as alt

    rows = [{"day": day.toordinal(), "value": value} for day, value in points]
    rows.append({"day": ends.toordinal(), "value": points[-1][1]})
    dash = [4, 3] if dashed else [1, 0]
    mark = alt.Chart(alt.Data(values=rows)).mark_line(interpolate="step-after", color=colour, strokeWidth=2.2)
    return mark.encode(x=x, y=y, strokeDash=alt.value(dash))


def _rule(mark: Mark, x: Any) -> Any:
    import altair as alt

    data = alt.Data(values=[{"day": mark.on.toordinal(), "text": f"{mark.text}, {mark.on.day} {mark.on:%b}"}])
    rule = alt.Chart(data).mark_rule(color=INK, strokeWidth=1, strokeDash=[2, 2]).encode(x=x)
    left = mark.side == "left"
    text = alt.Chart(data).mark_text(
        align="right" if left else "left", baseline="top", dx=-4 if left else 4, fontSize=12, color=INK
    )
    return alt.layer(rule, text.encode(x=x, y=alt.value(-16), text="text:N"))


def _labels(lines: Sequence[Line], top: float, plot: int) -> list[Any]:
    """Name and figures of each line beside its end, moved apart where they would touch."""
    import altair as alt

    ends = [(line.planned or line.past)[-1][1] for line in lines]
    places = _apart([_HEIGHT * (1 - value / top) for value in ends], 2 * _LINE + 6)
    found: list[Any] = []
    for line, place in zip(lines, places, strict=True):
        now = line.past[-1][1]
        figures = f"{plain(now, 1)}%"
        if line.planned:
            figures = f"{figures}, planned {plain(line.planned[-1][1], 1)}%"
        for k, text in enumerate((line.label, figures)):
            mark = alt.Chart(alt.Data(values=[{"text": text}])).mark_text(
                align="left",
                baseline="middle",
                dx=6,
                fontSize=12,
                color=line.colour,
                fontWeight="bold" if k == 0 else "normal",
            )
            at = place + (k - 0.5) * _LINE
            found.append(mark.encode(x=alt.value(plot), y=alt.value(at), text="text:N"))
    return found


def _apart(places: Sequence[float], least: float) -> list[float]:
    """Positions from top to bottom, pushed apart to a least distance and kept inside the plot."""
    order = sorted(range(len(places)), key=lambda k: places[k])
    moved = [min(max(place, least / 2), _HEIGHT - least / 2) for place in places]
    for before, k in pairwise(order):
        moved[k] = max(moved[k], moved[before] + least)
    spill = max(0.0, max(moved) - (_HEIGHT - least / 2))
    return [place - spill for place in moved]


def days_axis(first: dt.date, last: dt.date) -> Any:
    """An axis with every January and July: the year, and the month."""
    import altair as alt

    days = [dt.date(year, month, 1) for year in range(first.year, last.year + 1) for month in (1, 7)]
    shown = {day.toordinal(): f"{day.year}" if day.month == 1 else "July" for day in days if first <= day <= last}
    label = "{" + ", ".join(f"'{number}': '{text}'" for number, text in shown.items()) + "}[datum.value]"
    return alt.Axis(title=None, values=list(shown), labelExpr=label, grid=False)


def _percent_axis() -> Any:
    import altair as alt

    return alt.Axis(title=None, tickCount=4, format="~f", domain=False, ticks=False)
