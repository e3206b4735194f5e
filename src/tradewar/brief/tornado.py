"""A tornado chart: how far each uncertain parameter alone moves a result, widest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tradewar.brief.charts import (
    INK,
    PARTY_COLOURS,
    Drawing,
    figure_column,
    finished,
    label_axis,
    plot_width,
    signed_axis,
    title_of,
)
from tradewar.brief.numbers import plain
from tradewar.brief.vega import OWN_COLOUR, Json, between, layered, marks, nominal, quantitative

_ROW, _FIGURES = 21, 58
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


def tornado_drawing(name: str, title: str, subtitle: str, bars: Sequence[Bar], decimals: int) -> Drawing:
    """The chart; bars are ranked by width, the figure of each is its width.

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
    return Drawing(name, title, caption, f"{subtitle}. {words}.", specification)


def _specification(title: str, below: Sequence[str], bars: Sequence[Bar], decimals: int) -> Json:
    order = [bar.label for bar in bars]
    plot = plot_width(order, _FIGURES)
    y = nominal("label", sort=order, axis=label_axis(plot, _FIGURES))
    ends = [end for bar in bars for end in (bar.low, bar.high)] + [0.0]
    margin = 0.03 * (max(ends) - min(ends)) or 1.0
    scale = between(min(ends) - margin, max(ends) + margin)
    halves = [
        {"label": bar.label, "end": end, "colour": colour}
        for bar in bars
        for end, colour in ((bar.low, LOW_COLOUR), (bar.high, HIGH_COLOUR))
    ]
    figures = [{"label": bar.label, "text": plain(bar.width, decimals)} for bar in bars]
    x = quantitative("end", scale=scale, axis=signed_axis(), stack=None)
    layers = [
        marks("bar", halves, {"y": y, "x": x, "color": OWN_COLOUR}, height=13, opacity=0.9),
        marks("rule", [{"end": 0}], {"x": quantitative("end")}, color=INK, strokeWidth=1),
        figure_column(figures, y, plot, _FIGURES),
    ]
    return finished(layered(layers, width=plot, height=_ROW * len(order), title=title_of(title, below)))
