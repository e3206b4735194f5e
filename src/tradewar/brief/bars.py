"""One kind of chart: groups of bars on one scale, each with its figure at the right.

A bar may start elsewhere than at zero, so that parts of a whole stand one after the other, and may carry a range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tradewar.brief.charts import (
    INK,
    figure_column,
    finished,
    label_axis,
    plot_width,
    range_lines,
    signed_axis,
    title_of,
)
from tradewar.brief.vega import (
    OWN_COLOUR,
    Json,
    between,
    heading,
    layered,
    marks,
    nominal,
    quantitative,
    silent_axis,
    stacked,
    up_to,
)
from tradewar.world.ranges import Range

_OUTLINED: Json = {"fill": {**OWN_COLOUR, "field": "inside"}, "stroke": OWN_COLOUR}
_ROW = 19
"""Height of a bar with its room; pixels."""


@dataclass(frozen=True)
class Bar:
    """From where to where it reaches, in the unit of the chart."""

    label: str
    colour: str
    end: float
    text: str
    """The figure at the right."""
    start: float = 0.0
    range: Range | None = None
    hollow: bool = False
    """Outlined: what is to come, beside what is."""


@dataclass(frozen=True)
class Group:
    """Bars under a title of their own."""

    title: str
    """Lines after the first are smaller."""
    bars: tuple[Bar, ...]


def cascade(parts: Sequence[tuple[str, str, float, str]], total: Bar) -> tuple[Bar, ...]:
    """Parts (label, colour, value, figure) one after the other, and the total from zero below them."""
    bars: list[Bar] = []
    reached = 0.0
    for label, colour, value, text in parts:
        bars.append(Bar(label, colour, reached + value, text, start=reached))
        reached += value
    return (*bars, total)


def bar_chart(
    title: str, subtitles: Sequence[str], groups: Sequence[Group], *, figures: int = 54, axis: bool = True
) -> Json:
    """The specification; `figures` is the width of the column at the right, pixels."""
    plot = plot_width([bar.label for group in groups for bar in group.bars], figures)
    scale = between(*_domain(groups))
    panels = [_panel(group, scale, plot, figures, axis=axis and k == len(groups) - 1) for k, group in enumerate(groups)]
    return finished(stacked(panels, 10, title=title_of(title, subtitles)))


def _panel(group: Group, scale: Json, plot: int, figures: int, *, axis: bool) -> Json:
    order = [bar.label for bar in group.bars]
    rows = [{**vars(bar), "range": None, "inside": "white" if bar.hollow else bar.colour} for bar in group.bars]
    y = nominal("label", sort=order, axis=label_axis(plot, figures))
    # grid lines in every panel, figures below the last one only
    below = signed_axis() if axis else silent_axis(tickCount=4, labels=False)
    x = quantitative("start", scale=scale, axis=below)
    layers = [
        marks("bar", rows, {"y": y, "x": x, "x2": up_to("end"), **_OUTLINED}, height=12, strokeWidth=1.5),
        marks("rule", [{"start": 0}], {"x": x}, color=INK, strokeWidth=1),
        *range_lines([(bar.label, bar.range) for bar in group.bars], y, scale),
        figure_column(rows, y, plot, figures),
    ]
    first, *more = group.title.split("\n")
    smaller = {"subtitleFontSize": 12} if more else {}
    title = heading(first, more, frame="bounds", fontSize=12, offset=3, fontWeight="bold", **smaller)
    return layered(layers, width=plot, height=_ROW * len(order), title=title)


def _domain(groups: Sequence[Group]) -> list[float]:
    bars = [bar for group in groups for bar in group.bars]
    values = [value for bar in bars for value in (bar.start, bar.end)] + [0.0]
    values += [end for bar in bars if bar.range for end in (bar.range.low, bar.range.high)]
    margin = 0.03 * (max(values) - min(values)) or 1.0
    return [min(values) - margin, max(values) + margin]
