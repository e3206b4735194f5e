"""The reference implementation of the published nested algorithm finds the equilibrium that ours finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.worlds import largest_country, random_world, tariff_of

from benchmarks import caliendo_parro as published
from benchmarks import nested
from tradewar.equilibrium import Policy, solve

NAFTA_EXACT = {"CAN": (-0.110104, 0.3228), "MEX": (0.007323, 1.7153), "USA": (0.074146, 0.1124)}
"""Real income (exact) and real wage in percent; the wages are Table 2 of Caliendo and Parro (2015) with more digits."""


def test_nested_and_ours_agree_on_a_small_world():
    world = random_world(5, 4, seed=7)
    rates = tariff_of(world, largest_country(world), 0.25)
    base, changed = published.balanced_exercise(world, rates)
    ours = solve(world, Policy(tariff_rate=rates), closure="balanced")

    assert base.converged and changed.converged
    # the published tolerance of 1e-7 on the step of wages leaves an error of that order
    np.testing.assert_allclose(published.real_income_hat(world, base, changed), ours.real_income_hat, rtol=2e-6)
    np.testing.assert_allclose(published.real_wage_hat(world, changed), ours.real_wage_hat, rtol=2e-6)
    assert np.abs(ours.real_income_hat - 1).max() > 1e-3


def test_nested_keeps_surpluses_where_they_are_given():
    world = random_world(4, 3, seed=3)
    rates = tariff_of(world, 0, 0.10)
    solution = published.solve(published.Economy.of(world, -world.trade_deficit), 1.0 + rates)
    ours = solve(world, Policy(tariff_rate=rates), closure="share-of-world")

    np.testing.assert_allclose(solution.wage_hat, ours.wage_hat, rtol=2e-6)
    np.testing.assert_allclose(solution.expenditure, ours.expenditure, rtol=2e-6)
    np.testing.assert_allclose(solution.income, ours.income, rtol=2e-6)


def test_the_expenditure_system_is_the_goods_market():
    """X = m Y + α I with the given shares, written out with loops."""
    world = random_world(3, 2, seed=5)
    economy = published.Economy.of(world, -world.trade_deficit)
    at_border = world.expenditure_share / (1.0 + world.tariff_rate)
    spent = published.expenditure(economy, at_border, np.ones(3))
    for n in range(3):
        revenue = sum(world.tariff_rate[n, i, k] * at_border[n, i, k] * spent[n, k] for i in range(3) for k in range(2))
        income = world.value_added[n] + world.trade_deficit[n] + revenue
        for s in range(2):
            materials = sum(
                world.material_share[n, s, r] * at_border[j, n, r] * spent[j, r] for j in range(3) for r in range(2)
            )
            assert spent[n, s] == pytest.approx(materials + world.consumption_share[n, s] * income, rel=1e-12)
    np.testing.assert_allclose(spent, world.expenditure, rtol=1e-9)
    twice = published.expenditure(economy, at_border, np.ones(3), two_inverses=True)
    np.testing.assert_allclose(twice, spent, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.reference
def test_nested_reproduces_nafta(reference_data: Path):
    world, rates = nested.nafta(reference_data / "worlds" / "caliendo-parro-1993")
    base, changed = published.balanced_exercise(world, rates)
    income = 100 * (published.real_income_hat(world, base, changed) - 1)
    wages = 100 * (published.real_wage_hat(world, changed) - 1)
    for code, (exact, real_wage) in NAFTA_EXACT.items():
        k = world.country_index(code)
        assert income[k] == pytest.approx(exact, abs=1e-5)
        assert wages[k] == pytest.approx(real_wage, abs=1e-4)
