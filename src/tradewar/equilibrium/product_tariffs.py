"""From product tariffs to the levers of a sector, so that buyers, the treasury and the sector model agree.

One importer, one exporter, one sector at a time; g = product line. Buyers substitute between lines, between exporters
and between home and abroad with one elasticity 1 + θ, that of the sector model (flat nests). The baseline power 1 + t₀
is that of the world, one number for the sector; the lines give the *added* rate only:

    T̂_g = 1 + added_g / (1 + t₀)
    T^eff = (Σ_g w_g T̂_g^(−θ))^(−1/θ)                     what the tariff does to the price index of the exporter
    1 + t^R = (1 + t₀) Σ_g w_g T̂_g^(−θ) / Σ_g w_g T̂_g^(−θ−1)   what the treasury collects of what still comes in
    d = T^eff (1 + t₀) / (1 + t^R)                         the rest of the price: composition, no real trade cost

with w_g the share of line g in the baseline trade of exporter and sector. The sector model takes t^R as its tariff and
d as its iceberg factor, and then has the prices and the revenue of the lines. d may be below 1. A trade-weighted
average does neither: it can turn the sign of what a tariff does to the country that sets it (Bach and Martin 2001;
Anderson 2009). t^R and d hang on θ, so that a policy keeps its lines and makes them where the elasticities are known.
Index order: arrays over lines have shape (line,), over sectors (sector,).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array


@dataclass(frozen=True, eq=False)
class ProductTariffs:
    """What one importer adds to its baseline tariffs on one exporter, line by line. L lines, S sectors."""

    importer: str
    exporter: str
    value: Float[Array, " line"]
    """Baseline trade at the border, duty excluded; only shares within a sector matter."""
    added: Float[Array, " line"]
    """Added to the baseline rate, a fraction."""
    sector: Int[Array, " line"]
    """Position of the line's sector in the world; a line that belongs to several stands once for each."""
    average_rate: Float[Array, " sector"]
    """Trade-weighted levels for which the lines stand. In a sector where the tariff of a policy is another one, it was
    chosen for the sector and is the same on all lines."""

    def levers(self, base_rate: Float[Array, " sector"], trade_elasticity: Float[Array, " sector"]) -> SectorLevers:
        """Levers of every sector; see `flat`."""
        value, added, sector = self._alike
        return flat(value, added, sector, base_rate, trade_elasticity)

    @cached_property
    def _alike(self) -> tuple[Array, Array, Array]:
        """Lines of one sector and rate as one: a schedule of thousands has a few dozen, and is solved many times."""
        alike, place = np.unique(np.column_stack([self.sector, self.added]), axis=0, return_inverse=True)
        value = np.bincount(place.ravel(), weights=self.value, minlength=len(alike))
        return value, alike[:, 1], alike[:, 0].astype(np.int64)


@dataclass(frozen=True, eq=False)
class SectorLevers:
    """What the sector model takes for one importer and exporter. S sectors."""

    tariff_rate: Float[Array, " sector"]
    """t^R, a fraction: the rate after the change; the baseline rate where no line is mapped."""
    iceberg_hat: Float[Array, " sector"]
    """d; 1 where no line is mapped or all lines have one rate."""
    effective_power: Float[Array, " sector"]
    """T^eff; 1 where nothing changes."""


def flat(
    value: Float[Array, " line"],
    added: Float[Array, " line"],
    sector: Int[Array, " line"],
    base_rate: Float[Array, " sector"],
    trade_elasticity: Float[Array, " sector"],
) -> SectorLevers:
    """Levers of every sector from the added rates of its lines.

    Args:
        value: baseline trade of each line at the border, duty excluded; only its shares within a sector matter.
        added: rate added to the baseline, a fraction; above −(1 + t₀).
        sector: position of each line's sector; a line that belongs to several stands once for each.
        base_rate: t₀ by sector, a fraction.
        trade_elasticity: θ by sector, > −1 and not 0; below 0 lines are complements.

    Raises:
        ValueError: if a line's new rate is at or below −1, or a value is negative.
    """
    size = len(base_rate)
    ratio = 1.0 + added / (1.0 + base_rate[sector])
    if (ratio <= 0.0).any() or (value < 0.0).any():
        raise ValueError("a line has a rate at or below -1, or a negative value")
    theta = trade_elasticity[sector]
    total = np.bincount(sector, weights=value, minlength=size)
    share = np.divide(value, total[sector], out=np.zeros_like(value), where=total[sector] > 0.0)
    # logs with the smallest ratio of each sector taken out: θ = 2000 must not overflow
    log = np.log(ratio)
    least = np.full(size, np.inf)
    np.minimum.at(least, sector[value > 0.0], log[value > 0.0])
    shift = np.where(np.isfinite(least), least, 0.0)
    spending = share * np.exp(-theta * (log - shift[sector]))
    spent = np.bincount(sector, weights=spending, minlength=size)
    border = np.bincount(sector, weights=spending * np.exp(-(log - shift[sector])), minlength=size)
    mapped = total > 0.0
    log_effective = shift - np.log(np.where(mapped, spent, 1.0)) / trade_elasticity
    log_revenue = shift + np.log(np.where(mapped, spent, 1.0)) - np.log(np.where(mapped, border, 1.0))
    return SectorLevers(
        tariff_rate=(1.0 + base_rate) * np.exp(log_revenue) - 1.0,
        iceberg_hat=np.exp(log_effective - log_revenue),
        effective_power=np.exp(log_effective),
    )
