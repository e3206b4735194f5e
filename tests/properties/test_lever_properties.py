"""Levers and commitments in random worlds: exact identities, and promises that are kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tradewar.equilibrium import Policy, PurchaseCommitment, solve
from tradewar.world import World
from worlds import Recipe, recipes, toy

FEW = settings(max_examples=12, deadline=None, derandomize=True)


def foreign(world: World, seed: int, highest: float) -> np.ndarray:
    """Random numbers off the diagonal."""
    array = np.random.default_rng(seed).uniform(0, highest, world.trade_value.shape)
    array[np.eye(world.n_countries, dtype=bool)] = 0.0
    return array


@FEW
@given(recipes(), st.integers(0, 2**16))
def test_a_ban_is_its_iceberg_cost(recipe: Recipe, seed: int) -> None:
    world = recipe.world()
    banned = foreign(world, seed, 0.9)
    by_ban = solve(world, Policy(banned_share=banned), tolerance=1e-12)
    cost = (1 - banned) ** (-1 / world.trade_elasticity)
    by_cost = solve(world, Policy(iceberg_hat=cost), tolerance=1e-12)
    assert_allclose(by_ban.real_income_hat, by_cost.real_income_hat, rtol=1e-10)


@FEW
@given(recipes(max_countries=4, max_sectors=3), st.floats(0.5, 1.5))
def test_purchases_are_kept_at_the_smallest_wedge(recipe: Recipe, part: float) -> None:
    world = recipe.world()
    before = float(world.trade_value[0, 1, 0])
    promise = PurchaseCommitment(world.countries[0], (world.countries[1],), (world.sectors[0],), target=part * before)
    outcome = solve(world, Policy(commitments=[promise]))
    (kept,) = outcome.commitments
    assert kept.value >= kept.target * (1 - 1e-8)
    if part <= 1:
        assert kept.wedge == 0
        assert_allclose(outcome.real_income_hat, solve(world).real_income_hat, rtol=1e-10)
    else:
        assert kept.value == pytest.approx(kept.target, rel=1e-7)
        assert kept.fiscal_cost >= 0


def test_autarky_costs_what_the_own_share_says() -> None:
    world = solve(toy(), closure="balanced").baseline
    banned = np.zeros(world.trade_value.shape)
    banned[0, 1:], banned[1:, 0] = 1.0, 1.0
    alone = solve(world, Policy(banned_share=banned), closure="balanced")
    own = world.expenditure_share[0, 0]
    expected = np.prod(own ** (world.consumption_share[0] / world.trade_elasticity))
    assert alone.real_income_hat[0] == pytest.approx(expected, rel=1e-9)
