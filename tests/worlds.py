"""Random worlds whose books balance, for tests."""

from __future__ import annotations

import numpy as np

from tradewar.world import World


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
