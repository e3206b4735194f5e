"""The market of Ossa (2014): its Jacobian, its accounts, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium import Levers, Policy, monopolistic, prepare, solve, solve_levers
from tradewar.equilibrium.monopolistic import FixedFirms
from tradewar.errors import InputError, WorldError
from worlds import random_rates, random_world, toy, toy_io, war_rates


def test_jacobian() -> None:
    world = random_world(21, 4, 3, with_inputs=False)
    economy = prepare(world, "fixed:C02", market="monopolistic").economy
    assert isinstance(economy, FixedFirms)
    levers = Levers(random_rates(world, 1, 0.5))
    weight, power = monopolistic.attraction(economy, levers), 1 + levers.tariff_rate
    draw = np.random.default_rng(2)
    point = np.concatenate([draw.normal(scale=0.1, size=4), np.log(economy.expenditure)])

    def trade(z: np.ndarray) -> monopolistic.Trade:
        sigma = economy.substitution_elasticity
        return monopolistic.trade_at(weight, power, economy.consumption_share, sigma, z[:4], z[4:])

    def gaps(z: np.ndarray) -> np.ndarray:
        return monopolistic.gaps(economy, z[:4], z[4:], trade(z).value)

    found = monopolistic.jacobian(economy, point[:4], trade(point))
    steps = 1e-6 * np.eye(8)
    expected = np.array([(gaps(point + step) - gaps(point - step)) / 2e-6 for step in steps]).T
    assert_allclose(found, expected, atol=2e-8)


def test_labour_and_profits_add_up_to_sales() -> None:
    outcome = solve(toy(), Policy(war_rates(toy())), market="monopolistic")
    assert outcome.numeraire == "world labour income"
    sigma = toy().substitution_elasticity
    assert_allclose(outcome.labour_income, outcome.gross_output * (1 - 1 / sigma))
    profits = (outcome.gross_output / sigma).sum(axis=1)
    income = outcome.labour_income.sum(axis=1) + profits + outcome.tariff_revenue + outcome.trade_deficit
    assert_allclose(outcome.income, income, rtol=1e-9)
    assert_allclose(outcome.real_income_hat, outcome.income / toy().income / outcome.consumer_price_hat)


def test_decomposition_has_a_part_for_profits() -> None:
    world = random_world(22, 3, 3, with_inputs=False)
    outcome = solve(world, Policy(random_rates(world, 3, 0.5)), market="monopolistic")
    parts = outcome.decomposition()
    assert np.abs(parts.profit).max() > 1e-4
    assert_allclose(parts.remaining_error, 0, atol=1e-6)


def test_material_inputs_are_refused() -> None:
    with pytest.raises(WorldError, match=r"has material inputs .*Use the competitive market"):
        solve(toy_io(), market="monopolistic")


def test_subsidies_and_export_taxes_are_refused() -> None:
    prepared = prepare(toy(), market="monopolistic")
    with pytest.raises(InputError, match="competitive market only"):
        solve_levers(prepared, Levers(toy().tariff_rate, output_subsidy=np.zeros((3, 3))))


def test_an_unknown_market_is_refused() -> None:
    with pytest.raises(InputError, match=r"no market structure 'perfect'.*competitive, monopolistic"):
        solve(toy(), market="perfect")


def test_equal_elasticities_and_no_tariffs_make_both_markets_agree() -> None:
    """With one mark-up for all there are no profits to shift: hats are those of perfect competition."""
    world = toy().replace(trade_elasticity=np.full(3, 4.0))
    rates = Policy(war_rates(world))
    one, other = (solve(world, rates, market=market, closure="balanced") for market in ("competitive", "monopolistic"))
    assert_allclose(one.real_income_hat, other.real_income_hat, rtol=1e-8)
