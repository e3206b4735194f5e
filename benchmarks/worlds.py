"""Worlds to measure on: random ones of any size, and published ones where the reference data are present.

Arrays are `[importer, exporter, sector]`; inputs `[country, supplying_sector, using_sector]`.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy import ndarray as Array

from tradewar.world import World, accounts

REFERENCE_VARIABLE = "TRADEWAR_REFERENCE_DATA"


def reference_data() -> Path | None:
    """The optional folder of published worlds and tables, or None where it is not present."""
    named = os.environ.get(REFERENCE_VARIABLE)
    return Path(named) if named and Path(named).is_dir() else None


def missing(what: str) -> str:
    """Why a benchmark that needs reference data was skipped."""
    return f"{what} is not present; set {REFERENCE_VARIABLE} to the folder of the reference data"


def random_world(countries: int, sectors: int, seed: int, imbalance: float = 0.0, highest_theta: float = 12.0) -> World:
    """A seeded world whose books balance: its baseline is an equilibrium of the model.

    Sizes are log-normal, flows follow gravity with home bias and a tenth of foreign cells are zero, two thirds of
    the sectors are goods with tariffs of up to 20 percent, elasticities lie between 2 and 12. Between 30 and 60
    percent of what a country buys of each sector is bought as material; what remains is final use, so that final
    use is positive and consumption shares are derived exactly. `imbalance` is the standard deviation of the logs by
    which exports of each country are multiplied: at 1 some deficits are as large as income.
    """
    draw = np.random.default_rng(seed)
    tradable = np.arange(sectors) < max(1, round(sectors * 2 / 3))
    flows = _flows(draw, countries, sectors, tradable)
    if imbalance > 0.0:
        foreign = ~np.eye(countries, dtype=bool)[:, :, None]
        flows = np.where(foreign, flows * np.exp(imbalance * draw.normal(size=(1, countries, 1))), flows)
    rates = draw.uniform(0.0, 0.2, size=flows.shape) * tradable
    rates[np.arange(countries), np.arange(countries)] = 0.0
    value_added_share, input_share = _production(draw, flows, rates)
    return World.build(
        name=f"random {countries} x {sectors}, seed {seed}",
        year=2017,
        money_unit="USD million",
        source="random numbers",
        terms="none",
        countries=tuple(f"C{k:03d}" for k in range(countries)),
        country_names=tuple(f"Country {k}" for k in range(countries)),
        aggregates=(),
        sectors=tuple(f"S{k:02d}" for k in range(sectors)),
        sector_names=tuple(f"Sector {k}" for k in range(sectors)),
        tradable=tradable,
        trade_value=flows,
        tariff_rate=rates,
        value_added_share=value_added_share,
        input_share=input_share,
        consumption_share=None,
        trade_elasticity=draw.uniform(2.0, highest_theta, size=sectors),
    )


def _flows(draw: np.random.Generator, countries: int, sectors: int, tradable: Array) -> Array:
    size = np.exp(draw.normal(size=countries)) * 1e5
    ability = np.exp(draw.normal(scale=0.6, size=(countries, sectors)))
    place = draw.uniform(size=(countries, 2))
    distance = 0.05 + np.linalg.norm(place[:, None] - place[None], axis=2)
    pull = size[:, None] * size[None] / size.sum() / distance
    flows = pull[:, :, None] * ability[None] * np.exp(draw.normal(scale=0.5, size=(countries, countries, sectors)))
    flows *= np.where(tradable, 0.1, 0.01) / sectors
    flows[draw.uniform(size=flows.shape) < 0.1] = 0.0
    own = np.arange(countries)
    flows[own, own] = size[:, None] * np.exp(draw.normal(scale=0.3, size=(countries, sectors))) / sectors
    return flows


def _production(draw: np.random.Generator, flows: Array, rates: Array) -> tuple[Array, Array]:
    """Value-added and input shares such that materials take a given part of what each country buys."""
    output = accounts.gross_output(flows)
    absorption = accounts.expenditure(flows, rates)
    for_materials = absorption * draw.uniform(0.3, 0.6, size=absorption.shape)
    recipe = output[:, None, :] * draw.gamma(4.0, size=(*output.shape, output.shape[1]))
    bought = for_materials[:, :, None] * recipe / recipe.sum(axis=2, keepdims=True)
    # a sector may buy no more than 90 percent of its output; the rest goes to final use
    bought *= np.minimum(1.0, 0.9 * output / bought.sum(axis=1))[:, None, :]
    materials = bought.sum(axis=1)
    return 1.0 - materials / output, bought / materials[:, None, :]


def largest_country(world: World) -> int:
    """Position of the country with the largest value added."""
    return int(world.value_added.argmax())


def tariff_of(world: World, importer: int, points: float) -> Array:
    """Tariff rates after one importer adds `points` (0.10) to every rate on foreign goods."""
    rates = np.array(world.tariff_rate)
    foreign = np.arange(world.n_countries) != importer
    rates[importer] += points * foreign[:, None] * world.tradable[None, :]
    return rates
