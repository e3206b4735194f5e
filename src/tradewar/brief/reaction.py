"""One kind of chart: what serves each of two sides best, given the other, with points marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tradewar.brief.charts import INK, TOTAL, finished, title_of
from tradewar.brief.numbers import plain
from tradewar.brief.vega import TEXT, Json, between, layered, marks, quantitative

_LEFT, _RIGHT, _HEIGHT = 34, 12, 300
"""Room at the left and at the right of the plot, and its height; pixels."""
_TOUCH = 0.5
"""A point nearer than this to the steep line, in percentage points, lies on it."""


@dataclass(frozen=True)
class Reaction:
    """Best answers of one side, as points of the plane."""

    label: tuple[str, str]
    """Two lines."""
    colour: str
    points: tuple[tuple[float, float], ...]
    """(average of the first side, average of the second side), percent."""


@dataclass(frozen=True)
class Spot:
    """A point that is marked."""

    text: str
    shape: str
    at: tuple[float, float]
    """Percent."""


def reaction_chart(title: str, axes: tuple[str, str], curves: Sequence[Reaction], spots: Sequence[Spot]) -> Json:
    """The specification: a line per side with its name along it, and the spots with their figures."""
    places = [point for curve in curves for point in curve.points] + [spot.at for spot in spots]
    scale = between(0, 1.04 * max(max(place) for place in places))
    axis = {"title": None, "tickCount": 5, "format": "~f", "ticks": False}
    below = {**axis, "title": axes[0], "titleFontSize": 12, "titleFontWeight": "normal"}
    x, y = quantitative("x", scale=scale, axis=below), quantitative("y", scale=scale, axis=axis)
    layers: list[Json] = []
    for curve in curves:
        layers += [_line(curve, x, y), _name(curve, x, y)]
    divide = max((curve for curve in curves if _steep(curve)), key=_rise, default=None)
    layers += [part for spot in spots for part in _spot(spot, divide, x, y)]
    above = title_of(title, [f"Vertical: {axes[1][:1].lower()}{axes[1][1:]}"])
    return finished(layered(layers, width=TOTAL - _LEFT - _RIGHT, height=_HEIGHT, title=above))


def _rise(curve: Reaction) -> float:
    return abs(curve.points[-1][1] - curve.points[0][1])


def _steep(curve: Reaction) -> bool:
    return _rise(curve) > abs(curve.points[-1][0] - curve.points[0][0])


def _line(curve: Reaction, x: Json, y: Json) -> Json:
    rows = [{"x": a, "y": b, "order": k} for k, (a, b) in enumerate(curve.points)]
    return marks("line", rows, {"x": x, "y": y, "order": quantitative("order")}, color=curve.colour, strokeWidth=2.4)


def _name(curve: Reaction, x: Json, y: Json) -> Json:
    """The name of a line: above its left end if it is flat, to the right of its lower end if it is steep."""
    a, b = curve.points[0]
    row = {"x": a, "y": b, "text": "\n".join(curve.label)}
    return marks(
        "text", [row], {"x": x, "y": y, "text": TEXT}, align="left", baseline="bottom", dx=8,
        dy=-22 if _steep(curve) else -20, fontSize=12, color=curve.colour, fontWeight="bold", lineBreak="\n",
        lineHeight=14,
    )  # fmt: skip


def _spot(spot: Spot, divide: Reaction | None, x: Json, y: Json) -> list[Json]:
    """A point with its figures: on its side away from the steep line, and below it where it lies on the line."""
    gap = spot.at[0] - (_at_height(divide, spot.at[1]) if divide else 0.0)
    left, crossing = gap < -_TOUCH, abs(gap) <= _TOUCH
    text = f"{spot.text}: {plain(spot.at[0], 1)} and {plain(spot.at[1], 1)}"
    rows = [{"x": spot.at[0], "y": spot.at[1], "text": text}]
    solid = {"fill": INK, "stroke": "white", "strokeWidth": 1, "opacity": 1, "filled": True}
    words = {"align": "right" if left else "left", "dx": -9 if left else 9, "dy": 15 if crossing else 1}
    return [
        marks("point", rows, {"x": x, "y": y}, shape=spot.shape, size=80, **solid),
        marks("text", rows, {"x": x, "y": y, "text": TEXT}, **words, fontSize=12, color=INK),
    ]


def _at_height(curve: Reaction, height: float) -> float:
    """Where a line is at a height, by its ends."""
    (a, b), (c, d) = curve.points[0], curve.points[-1]
    return a + (c - a) * (height - b) / (d - b)
