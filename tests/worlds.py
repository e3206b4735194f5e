"""Worlds for tests: two small ones with known results, and random ones whose books balance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy import ndarray as Array

from tradewar.equilibrium.anderson import FixedPoint
from tradewar.world import World

US, CN, RW = 0, 1, 2
SOY, GOODS, SERVICES = 0, 1, 2

TOY_FLOWS = np.array(
    [
        [[30, 12, 6], [0.5, 20, 1], [2, 24, 60]],
        [[1500, 120, 700], [500, 3500, 900], [900, 600, 9000]],
        [[17000, 50, 400], [10, 8500, 40], [250, 150, 42000]],
    ]
)
"""[sector, exporter, importer], as tables of trade are printed."""


def toy() -> World:
    """Three countries and sectors, no material inputs, no tariffs, deficits of 374.5, −495.5 and 121."""
    return _toy("toy", np.ones((3, 3)), np.zeros((3, 3, 3)), np.zeros((3, 3, 3)))


def toy_io() -> World:
    """The flows of `toy` with material inputs and tariffs on goods."""
    value_added = np.array([[0.45, 0.40, 0.60], [0.50, 0.30, 0.50], [0.50, 0.38, 0.58]])
    inputs = np.array([[0.20, 0.007, 0.0003], [0.40, 0.55, 0.12], [0.40, 0.443, 0.8797]])
    tariffs = np.zeros((3, 3, 3))
    tariffs[CN, US, SOY], tariffs[CN, US, GOODS] = 0.10, 0.08
    tariffs[CN, RW, SOY], tariffs[CN, RW, GOODS] = 0.10, 0.06
    tariffs[US, CN, GOODS], tariffs[US, RW, GOODS] = 0.03, 0.02
    tariffs[RW, CN, GOODS], tariffs[RW, US, GOODS] = 0.05, 0.04
    return _toy("toy-IO", value_added, np.repeat(inputs[None], 3, axis=0), tariffs)


def _toy(name: str, value_added: Array, inputs: Array, tariffs: Array) -> World:
    return World.build(
        name=name,
        year=2018,
        money_unit="USD billion",
        source="invented",
        terms="none",
        countries=("US", "CN", "RW"),
        country_names=("United States", "China", "Rest of the world"),
        aggregates=("RW",),
        sectors=("soy", "goods", "services"),
        sector_names=("Soy", "Other goods", "Services"),
        tradable=np.array([True, True, False]),
        trade_value=TOY_FLOWS.transpose(2, 1, 0),
        tariff_rate=tariffs,
        value_added_share=value_added,
        input_share=inputs,
        consumption_share=None,
        trade_elasticity=np.array([5.0, 4.0, 4.0]),
    )


def war_rates(world: World) -> Array:
    """Baseline tariffs plus 25 points between US and CN on soy and goods."""
    rates = world.tariff_rate.copy()
    rates[US, CN, :SERVICES] += 0.25
    rates[CN, US, :SERVICES] += 0.25
    return rates


@dataclass(frozen=True)
class Recipe:
    """What a random world is made from. Strategies draw recipes: worlds are checked when built, inside the test."""

    seed: int
    n_countries: int
    n_sectors: int
    with_inputs: bool

    def world(self) -> World:
        """The world."""
        return random_world(self.seed, self.n_countries, self.n_sectors, with_inputs=self.with_inputs)


def recipes(
    *, with_inputs: bool | None = None, max_countries: int = 5, max_sectors: int = 4
) -> st.SearchStrategy[Recipe]:
    """Random consistent worlds of 2 to `max_countries` countries; None draws whether they have material inputs."""
    inputs = st.booleans() if with_inputs is None else st.just(with_inputs)
    return st.builds(Recipe, st.integers(0, 2**31), st.integers(2, max_countries), st.integers(2, max_sectors), inputs)


def random_rates(world: World, seed: int, highest: float = 3.0) -> Array:
    """Every tariff that may change drawn uniformly between 0 and `highest`."""
    rates = np.random.default_rng(seed).uniform(0.0, highest, size=world.tariff_rate.shape)
    own = np.eye(world.n_countries, dtype=bool)[:, :, None]
    return np.where(~own & world.tradable, rates, world.tariff_rate)


def no_newton(economy: object, policy: object, start: Array, tolerance: float) -> FixedPoint:
    """In place of `wages.newton`: finds nothing."""
    return FixedPoint(start[None], np.array([np.inf]), 1, False, "newton")


def random_world(seed: int, n_countries: int = 4, n_sectors: int = 3, *, with_inputs: bool = True) -> World:
    """A consistent world with positive flows, tariffs up to 40 percent and, if wanted, material inputs.

    The last sector is not tradable. Value-added shares are at least 0.4 and own sales large, so that final use is
    positive nearly always; where it is not, materials are reduced until it is.
    """
    random = np.random.default_rng(seed)
    n, s = n_countries, n_sectors
    flows = random.lognormal(sigma=1.0, size=(n, n, s))
    flows[np.arange(n), np.arange(n)] += 3.0 * n * random.uniform(1.0, 2.0, size=(n, s))
    tariffs = random.uniform(0.0, 0.4, size=(n, n, s)) * (random.uniform(size=(n, n, s)) < 0.8)
    tariffs[np.arange(n), np.arange(n)] = 0.0
    tradable = np.arange(s) < s - 1
    tariffs[:, :, ~tradable] = 0.0
    value_added = random.uniform(0.4, 0.8, size=(n, s)) if with_inputs else np.ones((n, s))
    inputs = random.dirichlet(np.ones(s), size=(n, s)).transpose(0, 2, 1)
    expenditure, output = ((1 + tariffs) * flows).sum(axis=1), flows.sum(axis=0)
    for _ in range(60):
        used = np.einsum("jsr,jr->js", (1 - value_added)[:, None, :] * inputs, output)
        if (used < 0.95 * expenditure).all():
            break
        value_added = 1 - 0.8 * (1 - value_added)
    return World.build(
        name=f"random {seed}",
        year=2000,
        money_unit="money",
        source="random",
        terms="none",
        countries=tuple(f"C{k:02d}" for k in range(n)),
        country_names=tuple(f"Country {k}" for k in range(n)),
        aggregates=(),
        sectors=tuple(f"S{k:02d}" for k in range(s)),
        sector_names=tuple(f"Sector {k}" for k in range(s)),
        tradable=tradable,
        trade_value=flows,
        tariff_rate=tariffs,
        value_added_share=value_added,
        input_share=inputs if with_inputs else np.zeros((n, s, s)),
        consumption_share=None,
        trade_elasticity=random.uniform(2.0, 8.0, size=s),
    )
