"""The direct adjoint against central differences and against the engine's iteration."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import ndarray as Array

from tradewar.equilibrium import competitive_adjoint, monopolistic_adjoint
from tradewar.equilibrium.monopolistic import FixedFirms
from tradewar.equilibrium.objectives import Seeds
from tradewar.equilibrium.solution import Solution
from tradewar.games import REAL_INCOME, political, weighted
from tradewar.games.multipliers import multipliers
from tradewar.games.objectives import derivatives, log_payoffs
from tradewar.games.setup import game_stage
from tradewar.games.stage import Stage, settle
from worlds import random_world, toy_io

KINDS = {
    "inputs": lambda: game_stage(random_world(5))[0],
    "labour only": lambda: game_stage(random_world(6, with_inputs=False))[0],
    "monopolistic": lambda: game_stage(random_world(7, with_inputs=False), market="monopolistic")[0],
}


def everything(solution: Solution, country: int) -> tuple[float, Seeds]:
    """An objective that depends on every outcome an objective may depend on."""
    draws = np.random.default_rng(country)
    n, s = solution.expenditure.shape
    weight = {name: draws.uniform(size=shape) for name, shape in (
        ("wage", n), ("price", (n, s)), ("income", n), ("tariff_revenue", n), ("gross_output", (n, s)),
        ("expenditure", (n, s)), ("trade_value", (n, n, s)),
    )}  # fmt: skip
    log = {"wage": np.log(solution.wage_hat), "price": np.log(solution.price_hat)}
    money = 1.0 / solution.income.sum()
    value = sum(float((weight[name] * log[name]).sum()) for name in log)
    for name in weight.keys() - log.keys():
        value += money * float((weight[name] * getattr(solution, name)).sum())
    # the scale is held fixed, as a user would who measures in money of the baseline
    seeds = {name: weight[name][None] * (1.0 if name in log else money) for name in weight}
    total = solution.income.sum()
    parts = sum(float((weight[name] * getattr(solution, name)).sum()) for name in weight.keys() - log.keys())
    seeds["income"] = seeds["income"] - parts / total**2
    return value, Seeds(**seeds)


def central_difference(stage: Stage, objective, level: Array, cell: tuple[int, int, int]) -> Array:
    up, down, size = level.copy(), level.copy(), 1e-4
    up[cell] += size
    down[cell] -= size
    return (log_payoffs(objective, stage, settle(stage, up)) - log_payoffs(objective, stage, settle(stage, down))) / (
        2.0 * size
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["real income", "political", "everything"])
def test_gradients_equal_central_differences(kind: str, name: str) -> None:
    stage = KINDS[kind]()
    world = stage.world
    weights = np.random.default_rng(1).uniform(0.5, 1.5, size=(world.n_countries, world.n_sectors))
    objective = {
        "real income": REAL_INCOME,
        "political": political(world, weights / weights.mean(axis=1, keepdims=True)),
        "everything": weighted("everything", everything),
    }[name]
    level = stage.log_power + 0.1 * stage.foreign
    position = settle(stage, level)
    found = multipliers(stage, position, derivatives(objective, stage, position, np.arange(world.n_countries)))
    sigma = 1.0 + stage.trade_elasticity
    slope = sigma * found.psi * position.border_value - found.phi[:, :, None, :] * position.share
    for cell in ((0, 1, 0), (2, 3, 1), (3, 0, 1)):
        expected = central_difference(stage, objective, level, cell)
        assert slope[(slice(None), *cell)] == pytest.approx(expected, abs=2e-6 * np.abs(expected).max() + 1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_direct_and_iterated_multipliers_agree(kind: str) -> None:
    stage = KINDS[kind]()
    position = settle(stage, stage.log_power + 0.1 * stage.foreign)
    seeds = derivatives(weighted("everything", everything), stage, position, np.arange(4))
    direct = multipliers(stage, position, seeds)
    if kind == "inputs":
        other = competitive_adjoint.multipliers(stage.economy, position.solution, seeds)
    elif kind == "monopolistic":
        assert isinstance(stage.economy, FixedFirms)
        other = monopolistic_adjoint.multipliers(stage.economy, position.solution, seeds)
    else:
        other = monopolistic_adjoint.multipliers(stage.economy, position.solution, seeds)
    assert direct.psi == pytest.approx(other.psi, rel=1e-7, abs=1e-9 * np.abs(other.psi).max())
    assert direct.phi == pytest.approx(other.phi, rel=1e-7, abs=1e-9 * np.abs(other.phi).max())


def test_gradient_at_the_toy_war() -> None:
    # toy-IO at +25 points between US and CN, closure share of world: reference of the equilibrium document
    from worlds import CN, GOODS, US, war_rates

    stage, notes = game_stage(toy_io(), closure="share-of-world")
    assert any("Deficits are left in" in note for note in notes)
    position = settle(stage, np.log1p(war_rates(toy_io())))
    found = multipliers(stage, position, derivatives(REAL_INCOME, stage, position, np.arange(3)))
    sigma = 1.0 + stage.trade_elasticity
    slope = sigma * found.psi * position.border_value - found.phi[:, :, None, :] * position.share
    assert slope[:, US, CN, GOODS] == pytest.approx([-0.0121760, -0.0329357, 0.0026963], abs=1e-6)
