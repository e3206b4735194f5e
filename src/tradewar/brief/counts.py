"""One kind of chart: events by month, with announced windows, change points found, and other sponsors below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradewar.brief.charts import INK, TOTAL, finished, title_of

_AXIS, _HEIGHT, _BELOW = 26, 150, 84
"""Room for the axis at the left, height of the plots; pixels."""
BAND = "#F0E442"


@dataclass(frozen=True)
class Window:
    """A span of months with its mean."""

    first: str
    last: str
    """Months, `YYYY-MM`."""
    rate: float
    """Events per month."""
    lines: tuple[str, ...]
    """Words above the plot; none where there is no room."""


@dataclass(frozen=True)
class Change:
    """A change of rate at a date that nobody announced, with the dates that are as good."""

    month: str
    first: str
    last: str


@dataclass(frozen=True)
class Counted:
    """Events of one sponsor, or of several together, by month."""

    label: str
    colour: str
    counts: tuple[float, ...]
    expected: tuple[float, ...]
    """With what is not yet reported; equal to the counts where nothing is outstanding."""
    windows: tuple[Window, ...]


def counts_chart(
    title: str,
    subtitles: Sequence[str],
    months: Sequence[str],
    upper: Counted,
    lower: Counted | None,
    announced: Sequence[str],
    changes: Sequence[Change],
) -> dict[str, Any]:
    """The specification: bars by month, hollow where expected and not yet reported, means as lines."""
    import altair as alt

    width = TOTAL - _AXIS
    panels = [_panel(months, upper, announced, changes, width, _HEIGHT, words=True)]
    if lower is not None:
        panels.append(_panel(months, lower, announced, (), width, _BELOW, words=False))
    return finished(alt.vconcat(*panels, spacing=20).properties(title=title_of(title, subtitles, offset=10)))


def _panel(
    months: Sequence[str],
    item: Counted,
    announced: Sequence[str],
    changes: Sequence[Change],
    width: int,
    height: int,
    *,
    words: bool,
) -> Any:
    import altair as alt

    place = {month: k for k, month in enumerate(months)}
    top = 1.08 * max(*item.expected, *item.counts, 1.0)
    januaries = {k: month[:4] for month, k in place.items() if month.endswith("-01")}
    label = "{" + ", ".join(f"'{k}': '{year}'" for k, year in januaries.items()) + "}[datum.value]"
    axis = alt.Axis(title=None, values=list(januaries), labelExpr=label, grid=False, labelAlign="left", tickSize=6)
    x = alt.X("month:Q", scale=alt.Scale(domain=[0, len(months)], nice=False), axis=axis)
    y_axis = alt.Axis(title=None, tickCount=3, domain=False, ticks=False, format="d")
    y = alt.Y("value:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=y_axis)
    layers: list[Any] = []
    for change in changes:
        rows = [{"month": place[change.first], "end": place[change.last] + 1, "value": 0, "top": top}]
        band = alt.Chart(alt.Data(values=rows)).mark_rect(color=BAND, opacity=0.55)
        layers.append(band.encode(x=x, x2="end:Q", y=y, y2="top:Q"))
        best = alt.Chart(alt.Data(values=[{"month": place[change.month]}])).mark_rule(color=INK, strokeWidth=1)
        layers.append(best.encode(x=x))
    layers += _bars(item, x, y)
    starts = alt.Data(values=[{"month": place[month]} for month in announced if month in place])
    layers.append(alt.Chart(starts).mark_rule(color=INK, strokeDash=[4, 3]).encode(x=x))
    for window in item.windows:
        rows = [{"month": place[window.first], "end": place[window.last] + 1, "value": window.rate}]
        mean = alt.Chart(alt.Data(values=rows)).mark_rule(color=INK, strokeWidth=2.4)
        layers.append(mean.encode(x=x, x2="end:Q", y=y))
        layers += _words(window, place, x) if words else []
    # above the plot, where it crosses neither bars nor rules; before the first window there is room at the left
    name = alt.Chart(alt.Data(values=[{"text": item.label}])).mark_text(
        align="left", baseline="middle", fontSize=12, fontWeight="bold", color=item.colour
    )
    layers.append(name.encode(x=alt.value(0), y=alt.value(-30 if words else -9), text="text:N"))
    return alt.layer(*layers).properties(width=width, height=height)


def _bars(item: Counted, x: Any, y: Any) -> list[Any]:
    import altair as alt

    reported = [{"month": k + 0.1, "end": k + 0.9, "value": n, "zero": 0} for k, n in enumerate(item.counts) if n]
    bars = alt.Chart(alt.Data(values=reported)).mark_rect(color=item.colour)
    layers = [bars.encode(x=x, x2="end:Q", y=y, y2="zero:Q")]
    outstanding = [
        {"month": k + 0.1, "end": k + 0.9, "value": more, "zero": n}
        for k, (n, more) in enumerate(zip(item.counts, item.expected, strict=True))
        if more > n
    ]
    if outstanding:
        caps = alt.Chart(alt.Data(values=outstanding)).mark_rect(fill="white", stroke=item.colour, strokeWidth=1)
        layers.append(caps.encode(x=x, x2="end:Q", y=y, y2="zero:Q"))
    return layers


def _words(window: Window, place: dict[str, int], x: Any) -> list[Any]:
    import altair as alt

    middle = (place[window.first] + place[window.last] + 1) / 2
    marks: list[Any] = []
    for k, text in enumerate(window.lines):
        data = alt.Data(values=[{"month": middle, "text": text}])
        mark = alt.Chart(data).mark_text(
            align="center", baseline="middle", fontSize=12, color=INK, fontWeight="normal" if k else "bold"
        )
        marks.append(mark.encode(x=x, y=alt.value(15 * k - 15 * len(window.lines)), text="text:N"))
    return marks
