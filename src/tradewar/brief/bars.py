"""One kind of chart: groups of bars on one scale, each with its figure at the right.

A bar may start elsewhere than at zero, so that parts of a whole stand one after the other, and may carry a range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradewar.brief.charts import INK, MINUS_LABEL, figure_column, finished, label_axis, plot_width, title_of

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
    range: tuple[float, float] | None = None


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
) -> dict[str, Any]:
    """The specification; `figures` is the width of the column at the right, pixels."""
    import altair as alt

    plot = plot_width([bar.label for group in groups for bar in group.bars], figures)
    domain = _domain(groups)
    panels = [
        _panel(group, domain, plot, figures, axis=axis and k == len(groups) - 1) for k, group in enumerate(groups)
    ]
    return finished(alt.vconcat(*panels, spacing=10).properties(title=title_of(title, subtitles)))


def _panel(group: Group, domain: list[float], plot: int, figures: int, *, axis: bool) -> Any:
    import altair as alt

    order = [bar.label for bar in group.bars]
    data = alt.Data(values=[{**vars(bar), "range": None} for bar in group.bars])
    y = alt.Y("label:N", sort=order, axis=label_axis(plot, figures))
    scale = alt.Scale(domain=domain, nice=False)
    below = alt.Axis(title=None, tickCount=4, format="~f", labelExpr=MINUS_LABEL)
    # grid lines in every panel, figures below the last one only
    silent = alt.Axis(title=None, tickCount=4, labels=False, ticks=False, domain=False)
    x = alt.X("start:Q", scale=scale, axis=below if axis else silent)
    bars = alt.Chart(data).mark_bar(height=12).encode(y=y, x=x, x2="end:Q", color=alt.Color("colour:N", scale=None))
    zero = alt.Chart(alt.Data(values=[{"start": 0}])).mark_rule(color=INK, strokeWidth=1).encode(x=x)
    layers: list[Any] = [bars, zero]
    reach = [{"label": bar.label, "low": bar.range[0], "high": bar.range[1]} for bar in group.bars if bar.range]
    if reach:
        line = alt.Chart(alt.Data(values=reach)).mark_rule(color=INK, strokeWidth=1.6)
        layers.append(line.encode(y=y, x=alt.X("low:Q", scale=scale), x2="high:Q"))
    layers.append(figure_column(alt.Chart(data), y, plot, figures))
    first, *more = group.title.split("\n")
    lines: dict[str, Any] = {"subtitle": more, "subtitleFontSize": 12} if more else {}
    heading = alt.TitleParams(
        first, anchor="start", frame="bounds", fontSize=12, offset=3, fontWeight="bold", **lines
    )  # fmt: skip
    return alt.layer(*layers).properties(width=plot, height=_ROW * len(order), title=heading)


def _domain(groups: Sequence[Group]) -> list[float]:
    values = [v for group in groups for bar in group.bars for v in (bar.start, bar.end, *(bar.range or ()))] + [0.0]
    margin = 0.03 * (max(values) - min(values)) or 1.0
    return [min(values) - margin, max(values) + margin]
