"""One kind of chart: a monthly index with its band, what was observed, and what is still to come dashed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradewar.brief.charts import INK, MINUS_LABEL, TOTAL, finished, title_of
from tradewar.brief.labels import apart
from tradewar.brief.timeline import days_axis

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
) -> dict[str, Any]:
    """The specification: band, path (dashed after the day of knowledge), observed months, tariff steps below.

    `stock` is in months of normal use; where there is some, it stands in a panel below.
    """
    import altair as alt

    first, last = points[0].on.replace(day=1), points[-1].on + dt.timedelta(days=18)
    low, high = _limits(points, long_run)
    plot = TOTAL - _LABELS
    x = alt.X(
        "day:Q", scale=alt.Scale(domain=[first.toordinal(), last.toordinal()], nice=False), axis=days_axis(first, last)
    )
    axis = alt.Axis(title=None, tickCount=6, format="~f", domain=False, ticks=False)
    y = alt.Y("value:Q", scale=alt.Scale(domain=[low, high], nice=False), axis=axis)

    def line(rows: Sequence[tuple[dt.date, float]], **mark: Any) -> Any:
        values = [{"day": on.toordinal(), "value": value} for on, value in rows]
        return alt.Chart(alt.Data(values=values)).mark_line(**mark).encode(x=x, y=y)

    layers: list[Any] = [*_band(points, colour, x, y)]
    layers.append(line([(first, long_run), (last, long_run)], color=colour, strokeWidth=1.2, strokeDash=[1, 3]))
    without = [(p.on, p.without) for p in points if p.without is not None and p.on >= today]
    if without:
        layers.append(line(without, color=SOFT, strokeWidth=1.6, strokeDash=[2, 3]))
    past = [(p.on, p.index) for p in points if p.on < today]
    future = [(p.on, p.index) for p in points if p.on >= today]
    layers.append(line(past, color=colour, strokeWidth=2.4))
    if future:
        layers.append(line([*past[-1:], *future], color=colour, strokeWidth=2.4, strokeDash=[5, 3]))
    layers += [*_observed(points, x, y), *_steps(steps, first, last, low, x)]
    if first < today < last:
        layers.append(_today(today, x))
    layers += [_note(note, today, x, y) for note in notes]
    layers += _ends(ends, low, high, plot)
    chart = alt.layer(*layers).properties(width=plot, height=_HEIGHT)
    whole = [chart, _stock_panel(stock, x, plot)] if any(value for _, value in stock) else [chart]
    return finished(alt.vconcat(*whole, spacing=8).properties(title=title_of(title, subtitles, offset=24)))


def _limits(points: Sequence[PathPoint], long_run: float) -> tuple[float, float]:
    values = [long_run]
    for p in points:
        values += [p.index, *(p.band or ()), *(v for v in (p.without, p.observed, p.observed_three) if v is not None)]
    margin = 0.08 * (max(values) - min(values)) or 1.0
    return min(values) - 2 * margin, max(values) + margin


def _band(points: Sequence[PathPoint], colour: str, x: Any, y: Any) -> list[Any]:
    import altair as alt

    rows = [{"day": p.on.toordinal(), "low": p.band[0], "value": p.band[1]} for p in points if p.band is not None]
    if not rows:
        return []
    return [alt.Chart(alt.Data(values=rows)).mark_area(color=colour, opacity=0.2).encode(x=x, y=y, y2="low:Q")]


def _observed(points: Sequence[PathPoint], x: Any, y: Any) -> list[Any]:
    import altair as alt

    single = [{"day": p.on.toordinal(), "value": p.observed} for p in points if p.observed is not None]
    three = [{"day": p.on.toordinal(), "value": p.observed_three} for p in points if p.observed_three is not None]
    average = alt.Chart(alt.Data(values=three)).mark_line(color=INK, strokeWidth=1.4)
    marks = alt.Chart(alt.Data(values=single)).mark_point(
        size=30, fill="white", stroke=INK, strokeWidth=1.2, opacity=1, filled=False
    )
    return [layer.encode(x=x, y=y) for layer, rows in ((average, three), (marks, single)) if rows]


def _steps(steps: Sequence[dt.date], first: dt.date, last: dt.date, low: float, x: Any) -> list[Any]:
    import altair as alt

    rows = [{"day": on.toordinal()} for on in steps if first <= on <= last]
    if not rows:
        return []
    mark = alt.Chart(alt.Data(values=rows)).mark_point(shape="triangle-up", size=42, color=INK, filled=True, opacity=1)
    return [mark.encode(x=x, y=alt.value(_HEIGHT - 5))]


def _today(today: dt.date, x: Any) -> Any:
    import altair as alt

    data = alt.Data(values=[{"day": today.toordinal(), "text": f"day of the brief, {today.day} {today:%b}"}])
    rule = alt.Chart(data).mark_rule(color=INK, strokeWidth=1, strokeDash=[2, 2]).encode(x=x)
    text = alt.Chart(data).mark_text(align="center", baseline="top", fontSize=12, color=INK)
    return alt.layer(rule, text.encode(x=x, y=alt.value(-16), text="text:N"))


def _stock_panel(stock: Sequence[tuple[dt.date, float]], x: Any, plot: int) -> Any:
    import altair as alt

    data = alt.Data(values=[{"day": on.toordinal(), "value": value} for on, value in stock])
    axis = alt.Axis(title=None, tickCount=3, format="~f", domain=False, ticks=False, labelExpr=MINUS_LABEL)
    bars = alt.Chart(data).mark_bar(width=8, color=SOFT).encode(x=x, y=alt.Y("value:Q", axis=axis))
    title = alt.TitleParams(
        "Extra stock, months of use", anchor="start", frame="group", fontSize=12, offset=2, fontWeight="normal"
    )
    return bars.properties(width=plot, height=_STOCK_HEIGHT, title=title)


def _note(note: Note, today: dt.date, x: Any, y: Any) -> Any:
    """Words on their side of the day of knowledge, so that its line does not cross them."""
    import altair as alt

    past = note.on < today
    at = min(note.on + _ROOM, today) if past else max(note.on - _ROOM / 4, today)
    data = alt.Data(values=[{"day": at.toordinal(), "value": note.value, "text": note.text}])
    mark = alt.Chart(data).mark_text(
        align="right" if past else "left", baseline="bottom" if note.above else "top", dx=-4 if past else 4,
        dy=-6 if note.above else 6, fontSize=12, color=INK, fontStyle="italic",
    )  # fmt: skip
    return mark.encode(x=x, y=y, text="text:N")


def _ends(ends: Sequence[End], low: float, high: float, plot: int) -> list[Any]:
    """Labels beside the ends of the lines, moved apart where they would touch."""
    import altair as alt

    places = apart([_HEIGHT * (high - end.value) / (high - low) for end in ends], 2 * _LINE + 4, _HEIGHT)
    found: list[Any] = []
    for end, place in zip(ends, places, strict=True):
        for k, text in enumerate(end.lines):
            mark = alt.Chart(alt.Data(values=[{"text": text}])).mark_text(
                align="left", baseline="middle", dx=6, fontSize=12, color=end.colour,
                fontWeight="bold" if k == 0 else "normal",
            )  # fmt: skip
            at = place + (k - 0.5 * (len(end.lines) - 1)) * _LINE
            found.append(mark.encode(x=alt.value(plot), y=alt.value(at), text="text:N"))
    return found
