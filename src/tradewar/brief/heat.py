"""One kind of chart: counts by row and column, one panel per data set. Few events are grey: nothing rests on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradewar.brief.charts import INK, TOTAL, finished, title_of

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


def heat_map(title: str, subtitles: Sequence[str], rows: Sequence[str], panels: Sequence[HeatPanel]) -> dict[str, Any]:
    """The specification: panels side by side, three to a row, rows named at the left of each row of panels."""
    import altair as alt

    labels = round(_CHARACTER * max(map(len, rows)) + 8)
    side_by_side = min(len(panels), _ROW_OF_PANELS)
    width = (TOTAL - labels - 8 * (side_by_side - 1)) // side_by_side
    highest = max((n for panel in panels for _, _, n, few in panel.cells if not few), default=1)
    drawn = [
        _panel(panel, rows, width, labels if k % side_by_side == 0 else 0, highest) for k, panel in enumerate(panels)
    ]
    lines = [alt.hconcat(*drawn[k : k + side_by_side], spacing=8) for k in range(0, len(drawn), side_by_side)]
    return finished(alt.vconcat(*lines, spacing=16).properties(title=title_of(title, subtitles)))


def _panel(panel: HeatPanel, rows: Sequence[str], width: int, labels: int, highest: int) -> Any:
    import altair as alt

    data = alt.Data(
        values=[
            {"row": row, "column": column, "n": n, "few": few, "light": few or n < 0.55 * highest}
            for row, column, n, few in panel.cells
            if n and row in rows
        ]
    )
    row_axis = (
        alt.Axis(title=None, domain=False, ticks=False, minExtent=labels, labelLimit=labels, labelPadding=6)
        if labels
        else None
    )
    column_axis = alt.Axis(
        title=None, domain=False, ticks=False, orient="top", labelAngle=0, labelFontSize=10, labelPadding=2
    )
    y = alt.Y("row:N", sort=list(rows), scale=alt.Scale(domain=list(rows), padding=0.06), axis=row_axis)
    x = alt.X(
        "column:N",
        sort=list(panel.columns),
        scale=alt.Scale(domain=list(panel.columns), padding=0.06),
        axis=column_axis,
    )
    shade = alt.Color("n:Q", scale=alt.Scale(domain=[1, highest], range=list(SHADES)), legend=None)
    colour = alt.condition("datum.few", alt.value(FEW_COLOUR), shade)
    tiles = alt.Chart(data).mark_rect().encode(x=x, y=y, color=colour)
    grey = alt.condition("datum.few", alt.value("#555555"), alt.value(INK))
    written = alt.Chart(data).mark_text(fontSize=12).encode(x=x, y=y, text="n:Q")
    dark = written.transform_filter("datum.light").encode(color=grey)
    light = written.transform_filter("!datum.light").encode(color=alt.value("white"))
    title = alt.TitleParams(panel.title, anchor="start", frame="group", fontSize=12, offset=2)
    return alt.layer(tiles, dark, light).properties(width=width, height=_CELL_HEIGHT * len(rows), title=title)
