"""Worlds that only the tests of games need."""

from __future__ import annotations

import numpy as np

from tradewar.world import World
from worlds import toy, toy_io


def two_countries(own: float = 80.0, partner: float = 20.0, scale: float = 1.0, theta: float = 4.0) -> World:
    """Two countries that trade one good, without tariffs; the second is `1/scale` times the size of the first."""
    flows = np.zeros((2, 2, 1))
    flows[0, 0, 0], flows[0, 1, 0] = own, partner
    flows[1, 0, 0], flows[1, 1, 0] = partner, (own + partner) * scale - partner
    return World.build(
        name="two countries",
        year=2000,
        money_unit="money",
        source="invented",
        terms="none",
        countries=("HOME", "AWAY"),
        country_names=("Home", "Away"),
        aggregates=(),
        sectors=("good",),
        sector_names=("The good",),
        tradable=np.array([True]),
        trade_value=flows,
        tariff_rate=np.zeros((2, 2, 1)),
        value_added_share=np.ones((2, 1)),
        input_share=np.zeros((2, 1, 1)),
        consumption_share=None,
        trade_elasticity=np.array([theta]),
    )


def open_toy() -> World:
    """`toy` with services that may be taxed too."""
    return toy().replace(tradable=np.ones(3, dtype=bool))


def open_toy_io() -> World:
    """`toy_io` with services that may be taxed too."""
    return toy_io().replace(tradable=np.ones(3, dtype=bool))
