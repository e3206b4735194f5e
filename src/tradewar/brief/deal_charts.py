"""Two kinds of chart for talks: the win-win set of two sides, and what has happened by each month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tradewar.brief.charts import INK, TOTAL, finished, outlined, signed_axis, title_of
from tradewar.brief.vega import (
    OWN_COLOUR,
    TEXT,
    Json,
    between,
    layered,
    marks,
    nominal,
    quantitative,
    silent_axis,
    up_to,
)

_SIDE, _HEIGHT = 370, 300
SIGNED_COLOUR, RAISED_COLOUR, OPEN_COLOUR = "#009E73", "#7A2E00", "#D8D8D8"
_NEAR = 0.035
"""Points closer than this share of an axis carry one label."""


@dataclass(frozen=True)
class Spot:
    """A labelled point of the win-win set."""

    label: str
    first: float
    second: float
    kind: str
    """`state` or `deal`."""


def win_win(
    title: str,
    below: Sequence[str],
    frontier: Sequence[tuple[float, float]],
    spots: Sequence[Spot],
    walk_away: tuple[float, float],
    axes: tuple[str, str],
) -> Json:
    """The frontier as a line, the gain over walking away as a tinted area, states and deals as labelled points."""
    horizontal = [point[0] for point in frontier] + [spot.first for spot in spots]
    vertical = [point[1] for point in frontier] + [spot.second for spot in spots]
    x = quantitative("x", scale=_scale(horizontal), axis=_axis(axes[0]))
    y = quantitative("y", scale=_scale(vertical), axis=_axis(axes[1]))
    layers: list[Json] = []
    better = _better_for_both(frontier, walk_away)
    if better:
        rows = [{"x": one, "y": two, "low": walk_away[1], "order": k} for k, (one, two) in enumerate(better)]
        layers.append(marks("area", rows, {"x": x, "y": y, "y2": up_to("low")}, color="#E4F0EA"))
    line = [{"x": one, "y": two, "order": k} for k, (one, two) in enumerate(frontier)]
    layers.append(marks("line", line, {"x": x, "y": y, "order": quantitative("order")}, color=INK, strokeWidth=2))
    for kind, shape, fill in (("state", "circle", "white"), ("deal", "diamond", SIGNED_COLOUR)):
        rows = [{"x": spot.first, "y": spot.second} for spot in spots if spot.kind == kind]
        layers.append(marks("point", rows, {"x": x, "y": y}, shape=shape, size=70, **outlined(fill)))
    layers += _labels(spots, horizontal, vertical, x, y)
    return finished(layered(layers, width=_SIDE, height=_HEIGHT, title=title_of(title, below)))


def by_month(
    title: str,
    below: Sequence[str],
    rows: Sequence[tuple[str, float, float]],
) -> Json:
    """A bar per month: signed so far at the left, tariff raised so far at the right, still talking between them.

    Args:
        title: of the chart.
        below: lines under the title.
        rows: (month, signed by then, raised by then), probabilities.
    """
    bars: list[Json] = []
    for label, signed, raised in rows:
        for start, end, colour in (
            (0.0, signed, SIGNED_COLOUR),
            (signed, 1.0 - raised, OPEN_COLOUR),
            (1.0 - raised, 1.0, RAISED_COLOUR),
        ):
            bars.append({"month": label, "start": 100.0 * start, "end": 100.0 * end, "colour": colour})
    texts = [
        {"month": label, "at": 100.0 * at, "text": f"{100.0 * value:.0f}", "side": side}
        for label, signed, raised in rows
        for at, value, side in ((0.0, signed, "left"), (1.0, raised, "right"))
        if value >= 0.06
    ]
    y = nominal("month", sort=[row[0] for row in rows], axis=silent_axis(labelPadding=6))
    x = quantitative("start", scale=between(0, 100), axis={"title": None, "tickCount": 4, "format": "~f"})
    layers = [marks("bar", bars, {"y": y, "x": x, "x2": up_to("end"), "color": OWN_COLOUR}, height=17)]
    for side, shift in (("left", 5), ("right", -5)):
        written = [text for text in texts if text["side"] == side]
        style = {"align": side, "dx": shift, "baseline": "middle", "color": "white", "fontSize": 12}
        layers.append(marks("text", written, {"y": y, "x": quantitative("at"), "text": TEXT}, **style))
    return finished(layered(layers, width=TOTAL - 110, height=24 * len(rows), title=title_of(title, below)))


def _better_for_both(
    frontier: Sequence[tuple[float, float]], walk_away: tuple[float, float]
) -> list[tuple[float, float]]:
    """The part of the frontier that is better for both, cut off exactly at the walk-away point."""
    import numpy as np

    first, second = np.array(sorted(frontier)).reshape(-1, 2).T
    if not len(first):
        return []
    left = max(walk_away[0], float(first[0]))
    # the second falls along the frontier: read it backwards for a rising argument
    right = float(np.interp(walk_away[1], second[::-1], first[::-1]))
    if right <= left:
        return []
    inside = [float(value) for value in first if left < value < right]
    return [(value, float(np.interp(value, first, second))) for value in (left, *inside, right)]


def _labels(
    spots: Sequence[Spot], horizontal: Sequence[float], vertical: Sequence[float], x: Json, y: Json
) -> list[Json]:
    """One label per group of points that would cover each other; at the side where there is room."""
    width, height = (max(values) - min(values) or 1.0 for values in (horizontal, vertical))
    groups: list[list[Spot]] = []
    for spot in spots:
        near = [
            group
            for group in groups
            if abs(group[0].first - spot.first) < _NEAR * width and abs(group[0].second - spot.second) < _NEAR * height
        ]
        if near:
            near[0].append(spot)
        else:
            groups.append([spot])
    found: list[Json] = []
    for group in groups:
        left = group[0].first > min(horizontal) + 0.62 * width
        deal = group[0].kind == "deal"
        row = {"x": group[0].first, "y": group[0].second, "text": ", ".join(spot.label for spot in group)}
        style = {
            "align": "left" if deal or not left else "right",
            "baseline": "bottom" if deal else "middle",
            "dx": 7 if not left or deal else -9,
            "dy": -3 if deal else 0,
            "fontSize": 12,
            "color": INK,
            "fontWeight": "bold" if deal else "normal",
        }
        found.append(marks("text", [row], {"x": x, "y": y, "text": TEXT}, **style))
    return found


def _scale(values: Sequence[float]) -> Json:
    margin = 0.06 * (max(values) - min(values)) or 1.0
    return between(min(values) - margin, max(values) + margin)


def _axis(title: str) -> Json:
    return {**signed_axis(), "title": title, "titleFontSize": 12, "titleFontWeight": "normal", "tickCount": 5}
