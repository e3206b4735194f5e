"""Labels beside the ends of lines: kept from touching, and inside the plot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise


def apart(places: Sequence[float], least: float, height: float) -> list[float]:
    """Positions from top to bottom, pushed apart to a least distance and kept inside a plot of a height; pixels."""
    order = sorted(range(len(places)), key=lambda k: places[k])
    moved = [min(max(place, least / 2), height - least / 2) for place in places]
    for before, k in pairwise(order):
        moved[k] = max(moved[k], moved[before] + least)
    spill = max(0.0, max(moved) - (height - least / 2))
    return [place - spill for place in moved]
