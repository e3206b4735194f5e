"""Product-level tariffs: how they reach the sectors of a world without losing what buyers pay or the treasury gets."""

from tradewar.products.aggregation import SectorLevers, flat

__all__ = ["SectorLevers", "flat"]
