"""The reference optimiser of the benchmark of games solves the same problem as the product."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import sqp
from tradewar.equilibrium.prepared import prepare
from tradewar.games import best_response
from worlds import random_world


def test_both_forms_reach_the_optimum_of_the_product() -> None:
    world = prepare(random_world(11, 3, 2, with_inputs=False), "balanced", market="monopolistic").baseline
    world = world.replace(tradable=np.ones(2, dtype=bool))
    found = best_response(world, "C00", mfn=True, starts=["inverse-elasticity"], corners=False)
    rates = found.tariff_rate[0, 1]
    for solver in (sqp.nested, sqp.with_constraints):
        reached = solver(world, 0, np.full(2, 0.3))
        assert reached.converged
        assert reached.rates == pytest.approx(rates, abs=2e-3)
        assert reached.payoff_hat == pytest.approx(found.real_income_hat[0], abs=1e-7)
