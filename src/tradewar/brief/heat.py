"""One kind of chart: counts by row and column, one panel per data set. Few events are grey: nothing rests on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tradewar.brief.charts import INK, TOTAL, finished, title_of
from tradewar.brief.vega import (
    Json,
    abreast,
    either,
    fixed,
    heading,
    layered,
    marks,
    nominal,
    quantitative,
    silent_axis,
    stacked,
)

_CHARACTER, _CELL_HEIGHT, _ROW_OF_PANELS = 6.2, 20, 3
FEW_COLOUR = "#E4E4E4"
SHADES = ("#CFE3F2", "#0072B2")
"""From few events to many; the darker end is the blue of every chart."""


@dataclass(frozen=True)
class HeatPanel:
    """One data set: a count per row and column; a pair that is not there has none."""

    title: str
    columns: tuple[str, ...]
    cells: tuple[tuple[str, str, int, bool], ...]
    """(row, column, count, few)."""


def heat_map(title: str, subtitles: Sequence[str], rows: Sequence[str], panels: Sequence[HeatPanel]) -> Json:
    """The specification: panels side by side, three to a row, rows named at the left of each row of panels."""
    labels = round(_CHARACTER * max(map(len, rows)) + 8)
    side_by_side = min(len(panels), _ROW_OF_PANELS)
    width = (TOTAL - labels - 8 * (side_by_side - 1)) // side_by_side
    highest = max((n for panel in panels for _, _, n, few in panel.cells if not few), default=1)
    drawn = [
        _panel(panel, rows, width, labels if k % side_by_side == 0 else 0, highest) for k, panel in enumerate(panels)
    ]
    lines = [abreast(drawn[k : k + side_by_side], 8) for k in range(0, len(drawn), side_by_side)]
    return finished(stacked(lines, 16, title=title_of(title, subtitles)))


def _panel(panel: HeatPanel, rows: Sequence[str], width: int, labels: int, highest: int) -> Json:
    cells = [
        {"row": row, "column": column, "n": n, "few": few, "light": few or n < 0.55 * highest}
        for row, column, n, few in panel.cells
        if n and row in rows
    ]
    row_axis = silent_axis(minExtent=labels, labelLimit=labels, labelPadding=6) if labels else None
    column_axis = silent_axis(orient="top", labelAngle=0, labelFontSize=10, labelPadding=2)
    y = nominal("row", sort=list(rows), scale={"domain": list(rows), "padding": 0.06}, axis=row_axis)
    columns = list(panel.columns)
    x = nominal("column", sort=columns, scale={"domain": columns, "padding": 0.06}, axis=column_axis)
    shade = quantitative("n", scale={"domain": [1, highest], "range": list(SHADES)}, legend=None)
    tiles = marks("rect", cells, {"x": x, "y": y, "color": either("datum.few", FEW_COLOUR, shade)})
    grey = either("datum.few", "#555555", fixed(INK))
    light = [cell for cell in cells if cell["light"]]
    dark = [cell for cell in cells if not cell["light"]]
    written = {"x": x, "y": y, "text": quantitative("n")}
    layers = [
        tiles,
        marks("text", light, {**written, "color": grey}, fontSize=12),
        marks("text", dark, {**written, "color": fixed("white")}, fontSize=12),
    ]
    title = heading(panel.title, frame="group", fontSize=12, offset=2)
    return layered(layers, width=width, height=_CELL_HEIGHT * len(rows), title=title)
