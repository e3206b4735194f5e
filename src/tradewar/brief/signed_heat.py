"""One kind of chart: gains and losses by row and column, shaded by size, each with its figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradewar.brief.charts import INK, TOTAL, finished, title_of
from tradewar.brief.numbers import plain

_CHARACTER, _CELL_HEIGHT, _OVERHANG, _WIDEST = 6.2, 20, 12, 3.6
"""Width of a character of a label, height of a cell, room for the last heading, pixels; width of a figure per size of
its type."""
SHADES = ("#8E4B9E", "#FFFFFF", "#2E8B57")
"""Loss, nothing, gain: neither is a colour of a party."""
_DARK = 0.6
"""Part of the largest size from which figures are written in white."""


def signed_heat(
    title: str,
    subtitles: Sequence[str],
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[tuple[str, str, float]],
    decimals: int,
) -> dict[str, Any]:
    """The specification. `values` are (row, column, value); a pair that is not there stays empty."""
    import altair as alt

    labels = round(_CHARACTER * max(map(len, rows)) + 8)
    largest = max((abs(value) for _, _, value in values), default=0.0) or 1.0
    data = alt.Data(
        values=[
            {
                "row": row,
                "column": column,
                "value": value,
                "text": plain(value, decimals),
                "dark": abs(value) > _DARK * largest,
            }
            for row, column, value in values
        ]
    )
    rows_axis = alt.Axis(title=None, domain=False, ticks=False, minExtent=labels, labelLimit=labels, labelPadding=6)
    columns_axis = alt.Axis(
        title=None, domain=False, ticks=False, orient="top", labelAngle=-50, labelAlign="left", labelPadding=4,
        labelFontSize=11, labelLimit=120, labelOverlap=False,
    )  # fmt: skip
    y = alt.Y("row:N", sort=list(rows), scale=alt.Scale(domain=list(rows), padding=0.06), axis=rows_axis)
    x = alt.X(
        "column:N", sort=list(columns), scale=alt.Scale(domain=list(columns), padding=0.04), axis=columns_axis
    )  # fmt: skip
    # through white in equal steps: other ways between colours turn small values into strong ones
    scale = alt.Scale(domain=[-largest, 0, largest], range=list(SHADES), interpolate="rgb")
    shade = alt.Color("value:Q", scale=scale, legend=None)
    tiles = alt.Chart(data).mark_rect().encode(x=x, y=y, color=shade)
    ink = alt.condition("datum.dark", alt.value("white"), alt.value(INK))
    width = TOTAL - labels - _OVERHANG
    size = min(10.5, width / max(1, len(columns)) / _WIDEST)
    written = alt.Chart(data).mark_text(fontSize=size).encode(x=x, y=y, text="text:N", color=ink)
    chart = alt.layer(tiles, written).properties(width=width, height=_CELL_HEIGHT * len(rows))
    return finished(chart.properties(title=title_of(title, subtitles)))
