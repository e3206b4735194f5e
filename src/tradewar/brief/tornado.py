"""A tornado chart: how far each uncertain parameter alone moves a result, widest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradewar.brief.charts import INK, PARTY_COLOURS, TOTAL, Chart, Drawing, draw, finished, title_of
from tradewar.brief.numbers import plain

_ROW, _FIGURES, _CHARACTER, _LEAST_LABELS = 21, 58, 6.4, 70
LOW_COLOUR, HIGH_COLOUR = PARTY_COLOURS
MOST_BARS = 15
"""Wider lists are cut: what is left out moves the result less than what is shown."""


@dataclass(frozen=True)
class Bar:
    """One parameter."""

    label: str
    low: float
    """Change of the result where the parameter is low."""
    high: float
    """Change where it is high."""

    @property
    def width(self) -> float:
        """Distance between the two."""
        return abs(self.high - self.low)


def tornado_chart(name: str, title: str, subtitle: str, bars: Sequence[Bar], decimals: int) -> Chart:
    """The chart as SVG and PNG; bars are ranked by width, the figure of each is its width.

    Args:
        name: file name without ending.
        title: what moves.
        subtitle: unit and quantiles.
        bars: one per parameter, with finite ends.
        decimals: of the figures.
    """
    ranked = sorted(bars, key=lambda bar: -bar.width)[:MOST_BARS]
    words = "; ".join(
        f"{bar.label}: {plain(bar.low, decimals, sign=True)} if low, {plain(bar.high, decimals, sign=True)} if high"
        for bar in ranked
    )
    left_out = len(bars) - len(ranked)
    below = [subtitle, "Blue: low elasticity; orange: high elasticity; figure: distance between the two"]
    if left_out:
        below.append(f"{left_out} more move it less than what is shown")
    caption = f"Each bar moves one elasticity alone. {subtitle}."
    specification = _specification(title, below, ranked, decimals)
    return draw([Drawing(name, title, caption, f"{subtitle}. {words}.", specification)])[0]


def _specification(title: str, below: Sequence[str], bars: Sequence[Bar], decimals: int) -> dict[str, Any]:
    import altair as alt

    order = [bar.label for bar in bars]
    plot = round(TOTAL - _FIGURES - max(_LEAST_LABELS, _CHARACTER * max(map(len, order))))
    room = TOTAL - _FIGURES - plot
    axis = alt.Axis(title=None, labelLimit=room, minExtent=room, domain=False, ticks=False, labelPadding=6)
    y = alt.Y("label:N", sort=order, axis=axis)
    ends = [end for bar in bars for end in (bar.low, bar.high)] + [0.0]
    margin = 0.03 * (max(ends) - min(ends)) or 1.0
    scale = alt.Scale(domain=[min(ends) - margin, max(ends) + margin], nice=False)
    ticks = alt.Axis(title=None, tickCount=4, format="~f", labelExpr="replace(datum.label, '-', '−')")
    halves = [
        {"label": bar.label, "end": end, "colour": colour}
        for bar in bars
        for end, colour in ((bar.low, LOW_COLOUR), (bar.high, HIGH_COLOUR))
    ]
    figures = [{"label": bar.label, "text": plain(bar.width, decimals)} for bar in bars]
    drawn = alt.Chart(alt.Data(values=halves)).mark_bar(height=13, opacity=0.9)
    drawn = drawn.encode(
        y=y, x=alt.X("end:Q", scale=scale, axis=ticks, stack=None), color=alt.Color("colour:N", scale=None)
    )
    rule = alt.Chart(alt.Data(values=[{"end": 0}])).mark_rule(color=INK, strokeWidth=1).encode(x="end:Q")
    text = alt.Chart(alt.Data(values=figures)).mark_text(
        align="right", baseline="middle", dx=_FIGURES - 2, fontSize=12, color=INK
    )
    layers = alt.layer(drawn, rule, text.encode(y=y, x=alt.value(plot), text="text:N"))
    return finished(layers.properties(width=plot, height=_ROW * len(order), title=title_of(title, below)))
