"""One kind of chart: what was promised by the year and arrives by the month, with the forecast of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradewar.brief.charts import INK, TOTAL, end_labels, finished, title_of
from tradewar.brief.labels import apart
from tradewar.brief.numbers import plain
from tradewar.brief.vega import (
    Json,
    abreast,
    between,
    heading,
    layered,
    marks,
    quantitative,
    silent_axis,
    stacked,
    up_to,
)

_LABELS, _HEIGHT, _SMALL_HEIGHT, _LINE = 132, 210, 96, 15
"""Room for the labels at the right, heights of the plots, height of a line of text; pixels."""
_GAP = 18
MONTHS = ("Jan", "", "Mar", "", "", "Jun", "", "", "Sep", "", "", "Dec")
TARGET_COLOUR = INK


@dataclass(frozen=True)
class Deliveries:
    """One promise through its year. All amounts are cumulative, in one unit."""

    label: str
    colour: str
    delivered: tuple[float, ...]
    """By month, as far as known."""
    seasonal: tuple[float, ...]
    """Promised, twelve months, spread like the base years."""
    low: tuple[float, ...]
    middle: tuple[float, ...]
    high: tuple[float, ...]
    """Forecast of the months that are left; empty at the end of the year."""
    attainment: float
    """Delivered over the seasonal target so far."""


def cumulative_chart(title: str, subtitles: Sequence[str], lead: Deliveries, others: Sequence[Deliveries]) -> Json:
    """The specification: the lead promise large with labels at its lines, the others small below, two to a row."""
    large = _panel(lead, TOTAL - _LABELS, _HEIGHT, labels=True)
    width = (TOTAL - 2 * _GAP - 30) // 2
    small = [_small(item, width) for item in others]
    rows = [abreast(small[k : k + 2], _GAP) for k in range(0, len(small), 2)]
    return finished(stacked([large, *rows], 14, title=title_of(title, subtitles)))


def _small(item: Deliveries, width: int) -> Json:
    share = plain(100 * item.attainment, 0)
    figures = f"{plain(item.delivered[-1], 1)} of {plain(item.seasonal[-1], 1)}: {share}% of the pace"
    if len(item.delivered) == len(item.seasonal):
        figures = f"{plain(item.delivered[-1], 1)} of {plain(item.seasonal[-1], 1)}: {share}%"
    title = heading(item.label, figures, frame="group", fontSize=12, subtitleFontSize=11.5, offset=4)
    return {**_panel(item, width, _SMALL_HEIGHT, labels=False), "title": title}


def _panel(item: Deliveries, width: int, height: int, *, labels: bool) -> Json:
    highest = 1.06 * max(*item.seasonal, *item.delivered, *item.high, 0.0)
    months = list(range(1, 13))
    shown = {"values": _shown(labels), "labelExpr": _month_labels(), "labelOverlap": False}
    x_axis = {"title": None, "grid": False, **shown}
    x = quantitative("month", scale=between(0, 12), axis=x_axis)
    y = quantitative("value", scale=between(0, highest), axis=silent_axis(tickCount=4 if labels else 2, format="~f"))
    last = len(item.delivered)

    def line(values: Sequence[float], start: int, **style: Any) -> Json:
        rows = [{"month": start + k, "value": value} for k, value in enumerate(values)]
        return marks("line", rows, {"x": x, "y": y}, **style)

    layers: list[Json] = []
    if item.high:
        now = item.delivered[-1]
        band = [
            {"month": last + k, "value": high, "low": low}
            for k, (low, high) in enumerate(zip((now, *item.low), (now, *item.high), strict=True))
        ]
        layers.append(marks("area", band, {"x": x, "y": y, "y2": up_to("low")}, color=item.colour, opacity=0.22))
        layers.append(line((now, *item.middle), last, color=item.colour, strokeWidth=1.6, strokeDash=[4, 3]))
    uniform = [item.seasonal[-1] * month / 12 for month in (0, *months)]
    layers.append(line(uniform, 0, color="#777777", strokeWidth=1.2, strokeDash=[2, 3]))
    layers.append(line((0.0, *item.seasonal), 0, color=TARGET_COLOUR, strokeWidth=1.6))
    layers.append(line((0.0, *item.delivered), 0, color=item.colour, strokeWidth=2.6))
    if labels:
        layers += _labels(item, highest, width, height)
    return layered(layers, width=width, height=height)


def _shown(large: bool) -> list[int]:
    return [k + 1 for k, name in enumerate(MONTHS) if name and (large or name in ("Jun", "Dec"))]


def _month_labels() -> str:
    return "{" + ", ".join(f"'{k + 1}': '{name}'" for k, name in enumerate(MONTHS) if name) + "}[datum.value]"


def _labels(item: Deliveries, top: float, width: int, height: int) -> list[Json]:
    """Words beside the ends of the lines, moved apart where they would touch."""
    delivered = item.middle[-1] if item.middle else item.delivered[-1]
    words = [(item.seasonal[-1], INK, ("Promised", plain(item.seasonal[-1], 1)))]
    if item.middle:
        span = f"{plain(item.middle[-1], 1)} ({plain(item.low[-1], 0)} to {plain(item.high[-1], 0)})"
        words.append((delivered, item.colour, ("Year at this pace", span)))
    else:
        words.append((delivered, item.colour, ("Delivered", plain(item.delivered[-1], 1))))
    places = apart([height * (1 - value / top) for value, _, _ in words], 2 * _LINE + 6, height)
    ends = [(lines, colour, place) for (_, colour, lines), place in zip(words, places, strict=True)]
    return end_labels(ends, width, _LINE)
