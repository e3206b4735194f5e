"""One kind of chart: gains and losses by row and column, shaded by size, each with its figure."""

from __future__ import annotations

from collections.abc import Sequence

from tradewar.brief.charts import INK, TOTAL, finished, title_of
from tradewar.brief.numbers import plain
from tradewar.brief.statements import UNDECIDED
from tradewar.brief.vega import TEXT, Json, either, fixed, layered, marks, nominal, quantitative, silent_axis

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
    values: Sequence[tuple[str, str, float | None]],
    decimals: int,
) -> Json:
    """The specification. `values` are (row, column, value); one that is not there stays empty, None is shown as ±."""
    labels = round(_CHARACTER * max(map(len, rows)) + 8)
    largest = max((abs(value) for _, _, value in values if value is not None), default=0.0) or 1.0
    cells = [
        {
            "row": row,
            "column": column,
            "value": value or 0.0,
            "text": UNDECIDED if value is None else plain(value, decimals),
            "dark": value is not None and abs(value) > _DARK * largest,
        }
        for row, column, value in values
    ]
    rows_axis = silent_axis(minExtent=labels, labelLimit=labels, labelPadding=6)
    columns_axis = silent_axis(
        orient="top", labelAngle=-50, labelAlign="left", labelPadding=4, labelFontSize=11, labelLimit=120,
        labelOverlap=False,
    )  # fmt: skip
    y = nominal("row", sort=list(rows), scale={"domain": list(rows), "padding": 0.06}, axis=rows_axis)
    x = nominal("column", sort=list(columns), scale={"domain": list(columns), "padding": 0.04}, axis=columns_axis)
    # through white in equal steps: other ways between colours turn small values into strong ones
    scale = {"domain": [-largest, 0, largest], "range": list(SHADES), "interpolate": "rgb"}
    tiles = marks("rect", cells, {"x": x, "y": y, "color": quantitative("value", scale=scale, legend=None)})
    width = TOTAL - labels - _OVERHANG
    size = min(10.5, width / max(1, len(columns)) / _WIDEST)
    ink = either("datum.dark", "white", fixed(INK))
    written = marks("text", cells, {"x": x, "y": y, "text": TEXT, "color": ink}, fontSize=size)
    height = _CELL_HEIGHT * len(rows)
    return finished(layered([tiles, written], width=width, height=height, title=title_of(title, subtitles)))
