"""One kind of chart: what serves each of two sides best, given the other, with points marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradewar.brief.charts import INK, TOTAL, finished
from tradewar.brief.numbers import plain

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


def reaction_chart(
    title: str, axes: tuple[str, str], curves: Sequence[Reaction], spots: Sequence[Spot]
) -> dict[str, Any]:
    """The specification: a line per side with its name along it, and the spots with their figures."""
    import altair as alt

    places = [point for curve in curves for point in curve.points] + [spot.at for spot in spots]
    end = 1.04 * max(max(place) for place in places)
    width = TOTAL - _LEFT - _RIGHT
    scale = alt.Scale(domain=[0, end], nice=False)
    axis = alt.Axis(title=None, tickCount=5, format="~f", ticks=False)
    below = alt.Axis(title=axes[0], tickCount=5, format="~f", ticks=False, titleFontSize=12, titleFontWeight="normal")
    x, y = alt.X("x:Q", scale=scale, axis=below), alt.Y("y:Q", scale=scale, axis=axis)
    layers: list[Any] = []
    for curve in curves:
        layers += [_line(curve, x, y), _name(curve, x, y)]
    divide = max((curve for curve in curves if _steep(curve)), key=_rise, default=None)
    layers += [part for spot in spots for part in _spot(spot, divide, x, y)]
    heading = alt.TitleParams(
        title, subtitle=[f"Vertical: {axes[1][:1].lower()}{axes[1][1:]}"], anchor="start", frame="bounds", fontSize=14,
        subtitleFontSize=12, offset=12,
    )  # fmt: skip
    return finished(alt.layer(*layers).properties(width=width, height=_HEIGHT, title=heading))


def _rise(curve: Reaction) -> float:
    return abs(curve.points[-1][1] - curve.points[0][1])


def _steep(curve: Reaction) -> bool:
    return _rise(curve) > abs(curve.points[-1][0] - curve.points[0][0])


def _line(curve: Reaction, x: Any, y: Any) -> Any:
    import altair as alt

    rows = [{"x": a, "y": b, "order": k} for k, (a, b) in enumerate(curve.points)]
    mark = alt.Chart(alt.Data(values=rows)).mark_line(color=curve.colour, strokeWidth=2.4)
    return mark.encode(x=x, y=y, order="order:Q")


def _name(curve: Reaction, x: Any, y: Any) -> Any:
    """The name of a line: above its left end if it is flat, to the right of its lower end if it is steep."""
    import altair as alt

    a, b = curve.points[0]
    data = alt.Data(values=[{"x": a, "y": b, "text": "\n".join(curve.label)}])
    mark = alt.Chart(data).mark_text(
        align="left", baseline="bottom", dx=8, dy=-22 if _steep(curve) else -20, fontSize=12, color=curve.colour,
        fontWeight="bold", lineBreak="\n", lineHeight=14,
    )  # fmt: skip
    return mark.encode(x=x, y=y, text="text:N")


def _spot(spot: Spot, divide: Reaction | None, x: Any, y: Any) -> list[Any]:
    """A point with its figures: on its side away from the steep line, and below it where it lies on the line."""
    import altair as alt

    gap = spot.at[0] - (_at_height(divide, spot.at[1]) if divide else 0.0)
    left, crossing = gap < -_TOUCH, abs(gap) <= _TOUCH
    text = f"{spot.text}: {plain(spot.at[0], 1)} and {plain(spot.at[1], 1)}"
    data = alt.Data(values=[{"x": spot.at[0], "y": spot.at[1], "text": text}])
    point = alt.Chart(data).mark_point(
        shape=spot.shape, size=80, fill=INK, stroke="white", strokeWidth=1, opacity=1, filled=True
    )
    label = alt.Chart(data).mark_text(
        align="right" if left else "left", dx=-9 if left else 9, dy=15 if crossing else 1, fontSize=12, color=INK
    )
    return [point.encode(x=x, y=y), label.encode(x=x, y=y, text="text:N")]


def _at_height(curve: Reaction, height: float) -> float:
    """Where a line is at a height, by its ends."""
    (a, b), (c, d) = curve.points[0], curve.points[-1]
    return a + (c - a) * (height - b) / (d - b)
