"""Worlds small enough to be checked by hand, against results that two independent solvers agree on."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium import Outcome, Policy, solve
from tradewar.world import World
from worlds import CN, GOODS, RW, SOY, US, toy, toy_io, war_rates

PERCENTAGE_POINTS = 1.1e-5


def welfare(outcome: Outcome) -> np.ndarray:
    return 100 * (outcome.real_income_hat - 1)


@pytest.mark.parametrize("world", [toy(), toy_io()], ids=lambda world: world.name)
def test_no_change_leaves_every_hat_at_one(world: World) -> None:
    outcome = solve(world)
    assert outcome.baseline is world
    for hat in (outcome.wage_hat, outcome.unit_cost_hat, outcome.price_hat, outcome.real_income_hat):
        assert_allclose(hat, 1, rtol=0, atol=1e-12)
    assert_allclose(outcome.trade_value, world.trade_value, rtol=1e-11)


def test_accounts_of_the_worlds() -> None:
    assert_allclose(toy().income, [20192.5, 12976, 53107])
    assert_allclose(toy().trade_deficit, [374.5, -495.5, 121])
    assert_allclose(toy_io().income, [11827.1, 5309.45, 28819], atol=0.05)
    assert_allclose(toy_io().value_added, [11419.6, 5755.75, 28625], atol=0.05)
    assert_allclose(toy_io().tariff_revenue, [33, 49.2, 73], atol=0.05)


def test_war_without_inputs() -> None:
    outcome = solve(toy(), Policy(war_rates(toy())))
    assert_allclose(welfare(outcome), [-0.04337, -0.37161, 0.03334], atol=PERCENTAGE_POINTS)
    assert_allclose(outcome.wage_hat, [1.011763, 0.974072, 1.002192], atol=1e-6)
    assert_allclose(outcome.tariff_revenue, [52.493, 9.3161, 0], atol=1e-3)
    hat = outcome.trade_value_hat
    assert hat[CN, US, SOY] == pytest.approx(0.268303, abs=1e-6)
    assert hat[CN, RW, SOY] == pytest.approx(1.073311, abs=1e-6)
    assert hat[US, CN, GOODS] == pytest.approx(0.419621, abs=1e-6)


def test_war_with_inputs() -> None:
    outcome = solve(toy_io(), Policy(war_rates(toy_io())))
    assert_allclose(welfare(outcome), [-0.11545, -1.06864, 0.06416], atol=PERCENTAGE_POINTS)
    assert_allclose(outcome.wage_hat, [1.006444, 0.969522, 1.003558], atol=1e-6)
    assert_allclose(outcome.tariff_revenue, [80.7263, 48.1424, 76.328], atol=1e-3)
    hat = outcome.trade_value_hat
    assert hat[CN, US, SOY] == pytest.approx(0.300096, abs=1e-6)
    assert hat[CN, RW, SOY] == pytest.approx(1.083753, abs=1e-6)
    assert hat[US, CN, GOODS] == pytest.approx(0.429123, abs=1e-6)


def test_uneven_tariffs_with_inputs() -> None:
    world = toy_io()
    rates = world.tariff_rate.copy()
    rates[US, CN, :2] += 0.10
    rates[CN, US, :2] += 0.08
    outcome = solve(world, Policy(rates))
    assert_allclose(welfare(outcome), [0.02663, -0.50491, 0.02899], atol=PERCENTAGE_POINTS)
    assert_allclose(outcome.wage_hat, [1.003778, 0.984386, 1.001632], atol=1e-6)


@pytest.mark.parametrize(
    ("closure", "expected", "numeraire"),
    [
        ("share-of-world", [-0.115445, -1.068636, 0.064161], "world value added"),
        ("fixed:world", [-0.115445, -1.068636, 0.064161], "world value added"),
        ("fixed:US", [-0.090410, -1.143851, 0.067678], "wage of US"),
        ("fixed:CN", [-0.222709, -0.746922, 0.049132], "wage of CN"),
        ("balanced", [-0.163932, -0.716815, 0.034801], "world value added"),
    ],
)
def test_closures_and_their_numeraire_change_real_results(closure: str, expected: list[float], numeraire: str) -> None:
    outcome = solve(toy_io(), Policy(war_rates(toy_io())), closure=closure)
    assert_allclose(welfare(outcome), expected, atol=2e-6)
    assert outcome.numeraire == numeraire
    assert outcome.to_dict()["closure"] == closure


def test_purge_of_deficits() -> None:
    outcome = solve(toy_io(), closure="balanced")
    assert_allclose(outcome.baseline.value_added, [11063.039, 6075.895, 28661.416], atol=1e-3)
    assert_allclose(outcome.baseline.trade_deficit, 0, atol=1e-7)
    wages = outcome.baseline.value_added / toy_io().value_added
    assert_allclose(wages, [0.968776, 1.055622, 1.001272], atol=1e-6)
    assert_allclose(outcome.wage_hat, 1, atol=1e-11)


def test_decomposition_integrates_to_the_exact_change() -> None:
    parts = solve(toy_io(), Policy(war_rates(toy_io()))).decomposition(steps=16)
    # the published figures are trapezoid sums without extrapolation, within 1e-4 of the limit
    assert_allclose(100 * parts.terms_of_trade, [0.180487, -0.688831, 0.050289], atol=2e-4)
    assert_allclose(100 * parts.volume_of_trade, [-0.295762, -0.385415, 0.013852], atol=5e-4)
    assert_allclose(100 * parts.exact, [-0.115512, -1.074387, 0.064141], atol=1e-5)
    assert_allclose(parts.remaining_error, 0, atol=2e-8)
    assert_allclose(parts.trade_cost, 0)
    assert_allclose(parts.profit, 0)


def test_trapezoid_sums_before_extrapolation() -> None:
    from tradewar.equilibrium import welfare as formulas
    from tradewar.equilibrium import welfare as path
    from tradewar.equilibrium.levers import Levers, part_way
    from tradewar.equilibrium.prepared import prepare, solve_levers

    prepared = prepare(toy_io())
    end = Levers(war_rates(toy_io()))
    points = [
        path._point(solve_levers(prepared, part_way(end, toy_io().tariff_rate, k / 16), tolerance=1e-12))
        for k in range(17)
    ]
    parts = 100 * formulas.path_parts(points)
    assert_allclose(parts[0], [0.180487, -0.688831, 0.050289], atol=1e-5)
    assert_allclose(parts[1], [-0.295762, -0.385415, 0.013852], atol=1e-5)


def test_decomposition_of_trade_costs() -> None:
    world = toy_io()
    costs = np.ones(world.trade_value.shape)
    costs[US, CN] = 1.2
    parts = solve(world, Policy(war_rates(world), iceberg_hat=costs)).decomposition()
    assert parts.trade_cost[US] < -1e-4
    assert parts.trade_cost[CN] == pytest.approx(0, abs=1e-15)
    assert_allclose(parts.remaining_error, 0, atol=1e-6)


def test_decomposition_wants_an_even_number_of_steps() -> None:
    from tradewar.errors import PolicyError

    with pytest.raises(PolicyError, match="even number"):
        solve(toy()).decomposition(steps=3)
