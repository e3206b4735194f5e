"""One kind of chart: a monthly index with its band, what was observed, and what is still to come dashed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradewar.brief.charts import INK, MINUS_LABEL, TOTAL, end_labels, finished, outlined, title_of
from tradewar.brief.labels import apart
from tradewar.brief.timeline import day_rule, days_axis
from tradewar.brief.vega import (
    TEXT,
    Json,
    between,
    fixed,
    heading,
    layered,
    marks,
    quantitative,
    silent_axis,
    stacked,
    up_to,
)

_LABELS, _HEIGHT, _LINE = 104, 230, 15
"""Room for the labels at the right, height of the plot, height of a line of text; pixels."""
SOFT = "#777777"
_STOCK_HEIGHT, _ROOM = 44, dt.timedelta(days=80)


@dataclass(frozen=True)
class PathPoint:
    """One month, at its middle. All values are in percent of normal."""

    on: dt.date
    index: float
    without: float | None
    """If the planned steps do not come; None where none is planned."""
    band: tuple[float, float] | None
    observed: float | None
    observed_three: float | None
    """Average over three months, this one in the middle."""


@dataclass(frozen=True)
class Note:
    """Words above or below a point of the path."""

    on: dt.date
    value: float
    text: str
    above: bool


@dataclass(frozen=True)
class End:
    """A label at the right end, at a height, in one or two lines."""

    value: float
    lines: tuple[str, ...]
    colour: str


def path_chart(
    title: str,
    subtitles: Sequence[str],
    points: Sequence[PathPoint],
    colour: str,
    today: dt.date,
    steps: Sequence[dt.date],
    notes: Sequence[Note],
    long_run: float,
    ends: Sequence[End],
    stock: Sequence[tuple[dt.date, float]],
) -> Json:
    """The specification: band, path (dashed after the day of knowledge), observed months, tariff steps below.

    `stock` is in months of normal use; where there is some, it stands in a panel below.
    """
    first, last = points[0].on.replace(day=1), points[-1].on + dt.timedelta(days=18)
    low, high = _limits(points, long_run)
    plot = TOTAL - _LABELS
    x = quantitative("day", scale=between(first.toordinal(), last.toordinal()), axis=days_axis(first, last))
    y = quantitative("value", scale=between(low, high), axis=silent_axis(tickCount=6, format="~f"))

    def line(rows: Sequence[tuple[dt.date, float]], **style: Any) -> Json:
        values = [{"day": on.toordinal(), "value": value} for on, value in rows]
        return marks("line", values, {"x": x, "y": y}, **style)

    layers = _band(points, colour, x, y)
    layers.append(line([(first, long_run), (last, long_run)], color=colour, strokeWidth=1.2, strokeDash=[1, 3]))
    without = [(p.on, p.without) for p in points if p.without is not None and p.on >= today]
    if without:
        layers.append(line(without, color=SOFT, strokeWidth=1.6, strokeDash=[2, 3]))
    past = [(p.on, p.index) for p in points if p.on < today]
    future = [(p.on, p.index) for p in points if p.on >= today]
    layers.append(line(past, color=colour, strokeWidth=2.4))
    if future:
        layers.append(line([*past[-1:], *future], color=colour, strokeWidth=2.4, strokeDash=[5, 3]))
    layers += [*_observed(points, x, y), *_steps(steps, first, last, x)]
    if first < today < last:
        words = f"day of the brief, {today.day} {today:%b}"
        layers.append(day_rule(today, words, x, align="center"))
    layers += [_note(note, today, x, y) for note in notes]
    layers += _ends(ends, low, high, plot)
    panels = [layered(layers, width=plot, height=_HEIGHT)]
    if any(value for _, value in stock):
        panels.append(_stock_panel(stock, x, plot))
    return finished(stacked(panels, 8, title=title_of(title, subtitles, offset=24)))


def _limits(points: Sequence[PathPoint], long_run: float) -> tuple[float, float]:
    values = [long_run]
    for p in points:
        values += [p.index, *(p.band or ()), *(v for v in (p.without, p.observed, p.observed_three) if v is not None)]
    margin = 0.08 * (max(values) - min(values)) or 1.0
    return min(values) - 2 * margin, max(values) + margin


def _band(points: Sequence[PathPoint], colour: str, x: Json, y: Json) -> list[Json]:
    rows = [{"day": p.on.toordinal(), "low": p.band[0], "value": p.band[1]} for p in points if p.band is not None]
    return [marks("area", rows, {"x": x, "y": y, "y2": up_to("low")}, color=colour, opacity=0.2)] if rows else []


def _observed(points: Sequence[PathPoint], x: Json, y: Json) -> list[Json]:
    single = [{"day": p.on.toordinal(), "value": p.observed} for p in points if p.observed is not None]
    three = [{"day": p.on.toordinal(), "value": p.observed_three} for p in points if p.observed_three is not None]
    found: list[Json] = []
    if three:
        found.append(marks("line", three, {"x": x, "y": y}, color=INK, strokeWidth=1.4))
    if single:
        found.append(marks("point", single, {"x": x, "y": y}, size=30, **outlined("white")))
    return found


def _steps(steps: Sequence[dt.date], first: dt.date, last: dt.date, x: Json) -> list[Json]:
    rows = [{"day": on.toordinal()} for on in steps if first <= on <= last]
    style = {"shape": "triangle-up", "size": 42, "color": INK, "filled": True, "opacity": 1}
    return [marks("point", rows, {"x": x, "y": fixed(_HEIGHT - 5)}, **style)] if rows else []


def _stock_panel(stock: Sequence[tuple[dt.date, float]], x: Json, plot: int) -> Json:
    rows = [{"day": on.toordinal(), "value": value} for on, value in stock]
    axis = silent_axis(tickCount=3, format="~f", labelExpr=MINUS_LABEL)
    bars = marks("bar", rows, {"x": x, "y": quantitative("value", axis=axis)}, width=8, color=SOFT)
    title = heading("Extra stock, months of use", frame="group", fontSize=12, offset=2, fontWeight="normal")
    return {**bars, "width": plot, "height": _STOCK_HEIGHT, "title": title}


def _note(note: Note, today: dt.date, x: Json, y: Json) -> Json:
    """Words on their side of the day of knowledge, so that its line does not cross them."""
    past = note.on < today
    at = min(note.on + _ROOM, today) if past else max(note.on - _ROOM / 4, today)
    row = {"day": at.toordinal(), "value": note.value, "text": note.text}
    return marks(
        "text", [row], {"x": x, "y": y, "text": TEXT}, align="right" if past else "left",
        baseline="bottom" if note.above else "top", dx=-4 if past else 4, dy=-6 if note.above else 6, fontSize=12,
        color=INK, fontStyle="italic",
    )  # fmt: skip


def _ends(ends: Sequence[End], low: float, high: float, plot: int) -> list[Json]:
    """Labels beside the ends of the lines, moved apart where they would touch."""
    places = apart([_HEIGHT * (high - item.value) / (high - low) for item in ends], 2 * _LINE + 4, _HEIGHT)
    return end_labels([(item.lines, item.colour, place) for item, place in zip(ends, places, strict=True)], plot, _LINE)
