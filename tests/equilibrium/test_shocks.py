"""Random tariff shocks of up to 300 percent on every world: each is certified, or says that it is not solved.

Here 500 in a fixed mix. `python -m benchmarks` runs a longer series.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tradewar.equilibrium import Policy, Prepared, prepare, solve_prepared
from tradewar.errors import NoSolutionError
from tradewar.world import World, read_world
from worlds import random_rates, random_world, toy, toy_io

CLOSURES = ("share-of-world", "balanced")


def rates_of(world: World, seed: int) -> np.ndarray:
    """Four kinds: every tariff, one importer, a tenth of the tariffs, one rate per importer."""
    draw = np.random.default_rng(seed)
    everything = random_rates(world, seed)
    kind = seed % 4
    if kind == 0:
        return everything
    if kind == 1:
        chosen = (np.arange(world.n_countries) == draw.integers(world.n_countries))[:, None, None]
    elif kind == 2:
        chosen = draw.uniform(size=everything.shape) < 0.1
    else:
        can = everything != world.tariff_rate
        return np.where(can, draw.uniform(0, 3, size=(world.n_countries, 1, 1)), world.tariff_rate)
    return np.where(chosen, everything, world.tariff_rate)


def count_solved(prepared: Prepared, seeds: range) -> int:
    solved = 0
    for seed in seeds:
        try:
            outcome = solve_prepared(prepared, Policy(rates_of(prepared.baseline, seed)))
        except NoSolutionError as error:
            assert "residual" in str(error)
            continue
        assert outcome.certificate.max_residual <= 1e-9
        assert np.isfinite(outcome.real_income_hat).all()
        assert (outcome.trade_value >= 0).all()
        solved += 1
    return solved


@pytest.mark.parametrize("closure", CLOSURES)
def test_small_worlds(closure: str) -> None:
    for world in (toy(), toy_io(), random_world(1, 6, 5), random_world(2, 3, 8)):
        assert count_solved(prepare(world, closure), range(25)) == 25
    assert count_solved(prepare(toy(), closure, market="monopolistic"), range(25)) == 25


@pytest.mark.slow
@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "count"),
    [("world-2017", 40), ("us-china-2017", 30), ("caliendo-parro-1993", 25), ("ossa-2007", 30)],
)
@pytest.mark.parametrize("closure", CLOSURES)
def test_published_worlds(reference_data: Path, name: str, count: int, closure: str) -> None:
    prepared = prepare(read_world(reference_data / "worlds" / name), closure)
    assert count_solved(prepared, range(count)) == count
