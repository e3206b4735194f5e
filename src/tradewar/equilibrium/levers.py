"""Policy levers as the kernels see them: plain arrays, None where a lever is not used.

| lever | symbol | enters |
|---|---|---|
| `tariff_rate` | t' > −1, level | price ×(1+t')/(1+t); revenue to the importer |
| `iceberg_hat` | d > 0, ratio | price × d; no revenue |
| `banned_share` | κ in [0, 1] | share of varieties removed: factor (1−κ), the same as d = (1−κ)^(−1/θ) |
| `output_subsidy` | sub > −1 | price ÷(1+sub), producer revenue ×(1+sub), cost charged to the producer's country |
| `export_tax` | e > −1 | price ×(1+e), revenue to the exporter (with quota rents: a voluntary export restraint) |

Index order: `[importer, exporter, sector]`, subsidies `[exporter, sector]`. All are ratios to a baseline without
the lever, except the tariff, which is a level.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


@dataclass(frozen=True, eq=False)
class Composition:
    """What in the levers stands for tariffs that differ between the products of a sector (`product_tariffs`)."""

    iceberg_hat: Float[Array, "importer exporter sector"]
    """The part of `Levers.iceberg_hat` that carries the mix of products, and no real trade cost."""
    average_rate: Float[Array, "importer exporter sector"]
    """Tariffs weighted with baseline trade: what is told of them. `Levers.tariff_rate` is what the treasury collects
    of what still comes in."""


@dataclass(frozen=True, eq=False)
class Levers:
    """One setting of every lever. N importers, N exporters, S sectors."""

    tariff_rate: Float[Array, "importer exporter sector"]
    iceberg_hat: Float[Array, "importer exporter sector"] | None = None
    banned_share: Float[Array, "importer exporter sector"] | None = None
    output_subsidy: Float[Array, "exporter sector"] | None = None
    export_tax: Float[Array, "importer exporter sector"] | None = None
    composition: Composition | None = None

    @property
    def average_rate(self) -> Float[Array, "importer exporter sector"]:
        """Tariffs as they are told: product tariffs weighted with baseline trade."""
        return self.tariff_rate if self.composition is None else self.composition.average_rate

    def chosen_by_sector(self, tariff_rate: Float[Array, "importer exporter sector"], chosen: Array) -> Levers:
        """With other tariffs, which are the same on all products of the sector in the chosen cells."""
        if self.composition is None or self.iceberg_hat is None:
            return replace(self, tariff_rate=tariff_rate)
        uniform = self.iceberg_hat / self.composition.iceberg_hat
        return replace(self, tariff_rate=tariff_rate, iceberg_hat=np.where(chosen, uniform, self.iceberg_hat))

    @property
    def tariffs_only(self) -> bool:
        """True if no lever other than the tariff is used."""
        others = (self.iceberg_hat, self.banned_share, self.output_subsidy, self.export_tax)
        return all(lever is None for lever in others)


def attraction_factor(
    levers: Levers,
    baseline_tariff_rate: Float[Array, "importer exporter sector"],
    trade_elasticity: Float[Array, " sector"],
) -> Float[Array, "importer exporter sector"]:
    """(1−κ) [(1+t')/(1+t) · (1+e) · d / (1+sub)]^(−θ): by what the levers multiply a supplier's weight π."""
    power = 1.0 + levers.tariff_rate
    power /= 1.0 + baseline_tariff_rate
    log_wedge = np.log(power, out=power)
    if levers.iceberg_hat is not None:
        log_wedge += np.log(levers.iceberg_hat)
    if levers.export_tax is not None:
        log_wedge += np.log1p(levers.export_tax)
    if levers.output_subsidy is not None:
        log_wedge -= np.log1p(levers.output_subsidy)[None, :, :]
    log_wedge *= -trade_elasticity
    factor = np.exp(log_wedge, out=log_wedge)
    return factor if levers.banned_share is None else factor * (1.0 - levers.banned_share)


def part_way(levers: Levers, baseline_tariff_rate: Float[Array, "importer exporter sector"], share: float) -> Levers:
    """The levers a share of the way from the baseline, straight in the logs of prices (bans: in 1−κ)."""
    start, end = np.log1p(baseline_tariff_rate), np.log1p(levers.tariff_rate)

    def power(lever: Array | None) -> Array | None:
        return None if lever is None else np.expm1(share * np.log1p(lever))

    banned = levers.banned_share
    return Levers(
        tariff_rate=np.expm1((1.0 - share) * start + share * end),
        iceberg_hat=None if levers.iceberg_hat is None else levers.iceberg_hat**share,
        # in the log of 1−κ a full ban would be one from the first step
        banned_share=None if banned is None else share * banned,
        output_subsidy=power(levers.output_subsidy),
        export_tax=power(levers.export_tax),
        composition=levers.composition,
    )
