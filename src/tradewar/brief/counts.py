"""One kind of chart: events by month, with announced windows, change points found, and other sponsors below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tradewar.brief.charts import INK, TOTAL, finished, title_of
from tradewar.brief.vega import TEXT, Json, between, fixed, layered, marks, quantitative, silent_axis, stacked, up_to

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
) -> Json:
    """The specification: bars by month, hollow where expected and not yet reported, means as lines."""
    width = TOTAL - _AXIS
    panels = [_panel(months, upper, announced, changes, width, _HEIGHT, words=True)]
    if lower is not None:
        panels.append(_panel(months, lower, announced, (), width, _BELOW, words=False))
    return finished(stacked(panels, 20, title=title_of(title, subtitles, offset=10)))


def _panel(
    months: Sequence[str],
    item: Counted,
    announced: Sequence[str],
    changes: Sequence[Change],
    width: int,
    height: int,
    *,
    words: bool,
) -> Json:
    place = {month: k for k, month in enumerate(months)}
    top = 1.08 * max(*item.expected, *item.counts, 1.0)
    x = quantitative("month", scale=between(0, len(months)), axis=_years(place))
    y = quantitative("value", scale=between(0, top), axis=silent_axis(tickCount=3, format="d"))
    layers: list[Json] = []
    for change in changes:
        rows = [{"month": place[change.first], "end": place[change.last] + 1, "value": 0, "top": top}]
        box = {"x": x, "x2": up_to("end"), "y": y, "y2": up_to("top")}
        layers.append(marks("rect", rows, box, color=BAND, opacity=0.55))
        layers.append(marks("rule", [{"month": place[change.month]}], {"x": x}, color=INK, strokeWidth=1))
    layers += _bars(item, x, y)
    starts = [{"month": place[month]} for month in announced if month in place]
    layers.append(marks("rule", starts, {"x": x}, color=INK, strokeDash=[4, 3]))
    for window in item.windows:
        rows = [{"month": place[window.first], "end": place[window.last] + 1, "value": window.rate}]
        layers.append(marks("rule", rows, {"x": x, "x2": up_to("end"), "y": y}, color=INK, strokeWidth=2.4))
        layers += _words(window, place, x) if words else []
    # above the plot, where it crosses neither bars nor rules; before the first window there is room at the left
    at = {"x": fixed(0), "y": fixed(-30 if words else -9), "text": TEXT}
    style = {"align": "left", "baseline": "middle", "fontSize": 12, "fontWeight": "bold", "color": item.colour}
    layers.append(marks("text", [{"text": item.label}], at, **style))
    return layered(layers, width=width, height=height)


def _years(place: Mapping[str, int]) -> Json:
    """An axis with the year at every January."""
    januaries = {k: month[:4] for month, k in place.items() if month.endswith("-01")}
    label = "{" + ", ".join(f"'{k}': '{year}'" for k, year in januaries.items()) + "}[datum.value]"
    options = {"labelExpr": label, "labelAlign": "left", "tickSize": 6, "grid": False}
    return {"title": None, "values": list(januaries), **options}


def _bars(item: Counted, x: Json, y: Json) -> list[Json]:
    box = {"x": x, "x2": up_to("end"), "y": y, "y2": up_to("zero")}
    reported = [{"month": k + 0.1, "end": k + 0.9, "value": n, "zero": 0} for k, n in enumerate(item.counts) if n]
    layers = [marks("rect", reported, box, color=item.colour)]
    outstanding = [
        {"month": k + 0.1, "end": k + 0.9, "value": more, "zero": n}
        for k, (n, more) in enumerate(zip(item.counts, item.expected, strict=True))
        if more > n
    ]
    if outstanding:
        layers.append(marks("rect", outstanding, box, fill="white", stroke=item.colour, strokeWidth=1))
    return layers


def _words(window: Window, place: Mapping[str, int], x: Json) -> list[Json]:
    middle = (place[window.first] + place[window.last] + 1) / 2
    style = {"align": "center", "baseline": "middle", "fontSize": 12, "color": INK}
    return [
        marks(
            "text",
            [{"month": middle, "text": text}],
            {"x": x, "y": fixed(15 * k - 15 * len(window.lines)), "text": TEXT},
            fontWeight="normal" if k else "bold",
            **style,
        )
        for k, text in enumerate(window.lines)
    ]
