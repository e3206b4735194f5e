"""Words for Vega-Lite specifications: plain dictionaries with the names of the grammar.

A specification is data. Objects of a charting library around it cost more time than all the figures of a brief
together, and what they would check is checked when the chart is drawn. Reference: Vega-Lite (Satyanarayan et al.,
2017), https://vega.github.io/vega-lite/docs/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = dict[str, Any]
Rows = Iterable[Mapping[str, Any]]

TEXT: Json = {"field": "text", "type": "nominal"}
"""Channel: words from the field `text`."""
OWN_COLOUR: Json = {"field": "colour", "type": "nominal", "scale": None}
"""Channel: every row says its colour in the field `colour`."""


def marks(kind: str, rows: Rows, channels: Json, **style: Any) -> Json:
    """One mark per row (`bar`, `point`, `rect`, `rule`, `text`), or one through all of them (`line`, `area`).

    Args:
        kind: of mark.
        rows: records; their fields are what the channels name.
        channels: `x`, `y`, `x2`, `color` and so on.
        style: properties of the mark that are the same for every row; sizes in pixels.
    """
    return {"data": {"values": list(rows)}, "mark": {"type": kind, **style}, "encoding": channels}


def quantitative(field: str, **options: Any) -> Json:
    """Channel: a quantity on a scale."""
    return {"field": field, "type": "quantitative", **options}


def nominal(field: str, **options: Any) -> Json:
    """Channel: a name; `sort` gives the order."""
    return {"field": field, "type": "nominal", **options}


def up_to(field: str) -> Json:
    """Channel `x2` or `y2`: where a mark ends, on the scale of the channel that it goes with."""
    return {"field": field}


def fixed(value: Any) -> Json:
    """Channel: the same for every row; a place in pixels or a colour."""
    return {"value": value}


def either(test: str, value: Any, otherwise: Json) -> Json:
    """Channel: a fixed value where a test of a row holds, otherwise another channel."""
    return {"condition": {"test": test, "value": value}, **otherwise}


def between(low: float, high: float) -> Json:
    """Scale with these ends, not rounded."""
    return {"domain": [low, high], "nice": False}


def silent_axis(**options: Any) -> Json:
    """Axis without title, line and ticks: labels only."""
    return {"title": None, "domain": False, "ticks": False, **options}


def layered(layers: Sequence[Json], **properties: Any) -> Json:
    """Layers over each other, on common scales."""
    return {"layer": list(layers), **properties}


def stacked(panels: Sequence[Json], spacing: int, **properties: Any) -> Json:
    """Panels below each other, pixels apart."""
    return {"vconcat": list(panels), "spacing": spacing, **properties}


def abreast(panels: Sequence[Json], spacing: int) -> Json:
    """Panels beside each other, pixels apart."""
    return {"hconcat": list(panels), "spacing": spacing}


def heading(text: str, below: Sequence[str] | str = (), **style: Any) -> Json:
    """A title at the left, with lines below it."""
    lines: Json = {"subtitle": below if isinstance(below, str) else list(below)} if below else {}
    return {"text": text, "anchor": "start", **lines, **style}
