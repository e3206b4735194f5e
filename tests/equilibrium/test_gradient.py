"""Gradients of any objective by the adjoint, against differences of solved equilibria."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tradewar.equilibrium import (
    Levers,
    Policy,
    Prepared,
    Seeds,
    Solution,
    competitive_adjoint,
    gradient,
    multipliers,
    prepare,
    solve,
    solve_levers,
)
from tradewar.equilibrium.kernels import Economy
from tradewar.equilibrium.objectives import real_income_seeds
from tradewar.equilibrium.welfare import consumer_price
from tradewar.errors import WorldError
from tradewar.world import World
from worlds import CN, GOODS, RW, SOY, US, random_rates, random_world, toy, toy_io, war_rates

STEP = 1e-4
Objective = Callable[[Solution], np.ndarray]


def difference(prepared: Prepared, levers: Levers, cell: tuple[int, ...], objective: Objective) -> np.ndarray:
    """Fourth-order central difference in log(1+t), so that its own error is far below 1e-6 relative."""

    def at(step: float) -> np.ndarray:
        rates = levers.tariff_rate.copy()
        rates[cell] = (1 + rates[cell]) * np.exp(step) - 1
        return objective(solve_levers(prepared, replace(levers, tariff_rate=rates), tolerance=1e-13))

    near, far = at(10 * STEP) - at(-10 * STEP), at(20 * STEP) - at(-20 * STEP)
    return (8 * near - far) / (120 * STEP)


def log_real_income(prepared: Prepared) -> Objective:
    world = prepared.baseline

    def objective(solution: Solution) -> np.ndarray:
        return np.log(solution.income / consumer_price(solution.price_hat, world.consumption_share))

    return objective


def cells(world: World, seed: int, count: int = 4) -> list[tuple[int, int, int]]:
    draw = np.random.default_rng(seed)
    n, s = world.n_countries, world.n_sectors
    return [
        (int((i + 1 + draw.integers(n - 1)) % n), int(i), int(draw.integers(s))) for i in draw.integers(n, size=count)
    ]


def test_the_war_point() -> None:
    outcome = solve(toy_io(), Policy(war_rates(toy_io())), tolerance=1e-12)
    found = gradient(outcome)
    expected = {
        (US, CN, GOODS): (-0.0121760, -0.0329357, 0.0026963),
        (CN, US, SOY): (-0.00027827, -0.00078342, 0.00003537),
        (US, RW, GOODS): (0.0414907, 0.0071593, -0.0179793),
        (CN, US, GOODS): (-0.0026778, -0.0054497, -0.0001654),
    }
    for cell, values in expected.items():
        assert_allclose(found[(slice(None), *cell)], values, atol=1e-7)


@pytest.mark.parametrize("closure", ["share-of-world", "balanced", "fixed:C01"])
@pytest.mark.parametrize("market", ["competitive", "monopolistic"])
def test_real_income_of_every_country(market: str, closure: str) -> None:
    world = random_world(11, 4, 3, with_inputs=market == "competitive")
    prepared = prepare(world, closure, market=market)
    levers = Levers(random_rates(prepared.baseline, 2, 0.6))
    solution = solve_levers(prepared, levers, tolerance=1e-13)
    seeds = real_income_seeds(prepared, solution, range(4))
    found = multipliers(prepared, solution, seeds).tariff_gradient(prepared, solution)
    for cell in cells(world, 3):
        expected = difference(prepared, levers, cell, log_real_income(prepared))
        assert_allclose(found[(slice(None), *cell)], expected, rtol=1e-6, atol=1e-11)


def test_subsidies_export_taxes_bans_and_trade_costs_are_in_the_gradient() -> None:
    world = random_world(12, 4, 3)
    draw = np.random.default_rng(1)
    n, s = 4, 3
    levers = Levers(
        random_rates(world, 4, 0.6),
        iceberg_hat=draw.uniform(1, 1.5, (n, n, s)),
        banned_share=draw.uniform(0, 0.5, (n, n, s)),
        output_subsidy=draw.uniform(0, 0.2, (n, s)),
        export_tax=draw.uniform(0, 0.3, (n, n, s)) * (1 - np.eye(n))[:, :, None],
    )
    prepared = prepare(world)
    solution = solve_levers(prepared, levers, tolerance=1e-13)
    seeds = real_income_seeds(prepared, solution, range(n))
    found = multipliers(prepared, solution, seeds).tariff_gradient(prepared, solution)
    for cell in cells(world, 5):
        expected = difference(prepared, levers, cell, log_real_income(prepared))
        assert_allclose(found[(slice(None), *cell)], expected, rtol=1e-6, atol=1e-11)


@pytest.mark.parametrize("market", ["competitive", "monopolistic"])
def test_trade_costs(market: str) -> None:
    world = random_world(13, 3, 2, with_inputs=market == "competitive")
    prepared = prepare(world, market=market)
    costs = np.ones(world.trade_value.shape)
    solution = solve_levers(prepared, Levers(world.tariff_rate), tolerance=1e-13)
    seeds = real_income_seeds(prepared, solution, range(3))
    found = multipliers(prepared, solution, seeds).iceberg_gradient(prepared, solution)
    value = []
    for step in (1e-3, -1e-3):
        costs[0, 1, 0] = np.exp(step)
        changed = solve_levers(prepared, Levers(world.tariff_rate, iceberg_hat=costs.copy()), tolerance=1e-13)
        value.append(log_real_income(prepared)(changed))
    assert_allclose(found[:, 0, 1, 0], (value[0] - value[1]) / 2e-3, rtol=1e-5, atol=1e-9)


def political(prepared: Prepared, solution: Solution, country: int, weights: np.ndarray) -> tuple[Seeds, Objective]:
    """log Σ_s λ_s [v_s Y_s + δ_s TR] − Σ α log P with δ the shares of employment."""
    world = prepared.baseline
    if prepared.market == "monopolistic":
        earned = np.ones(world.n_sectors)
        labour = 1 - 1 / world.substitution_elasticity
    else:
        earned = labour = world.value_added_share[country]

    def payoff(found: Solution) -> float:
        output = found.gross_output[country]
        employed = labour * output / (labour * output).sum()
        people = earned * output + employed * found.tariff_revenue[country]
        return float(np.log(weights @ people) - world.consumption_share[country] @ np.log(found.price_hat[country]))

    output, revenue = solution.gross_output[country], solution.tariff_revenue[country]
    employed = labour * output / (labour * output).sum()
    mean = weights @ employed
    total = weights @ (earned * output + employed * revenue)
    n, s = world.n_countries, world.n_sectors
    by_output, by_revenue, by_price = np.zeros((1, n, s)), np.zeros((1, n)), np.zeros((1, n, s))
    by_output[0, country] = (weights * earned + revenue * labour * (weights - mean) / (labour @ output)) / total
    by_revenue[0, country] = mean / total
    by_price[0, country] = -world.consumption_share[country]
    seeds = Seeds(gross_output=by_output, tariff_revenue=by_revenue, price=by_price)
    return seeds, lambda found: np.array([payoff(found)])


@pytest.mark.parametrize("market", ["competitive", "monopolistic"])
def test_political_weights(market: str) -> None:
    world = random_world(14, 4, 3, with_inputs=market == "competitive")
    prepared = prepare(world, "balanced", market=market)
    levers = Levers(random_rates(prepared.baseline, 6, 0.5))
    solution = solve_levers(prepared, levers, tolerance=1e-13)
    seeds, objective = political(prepared, solution, 1, np.array([0.4, 1.9, 0.7]))
    found = multipliers(prepared, solution, seeds).tariff_gradient(prepared, solution)
    for cell in [(1, 0, 0), (0, 1, 1), (2, 3, 1)]:
        expected = difference(prepared, levers, cell, objective)
        assert_allclose(found[(slice(None), *cell)], expected, rtol=1e-6, atol=1e-11)


@pytest.mark.parametrize("market", ["competitive", "monopolistic"])
def test_any_function_of_outcomes(market: str) -> None:
    world = random_world(15, 3, 2, with_inputs=market == "competitive")
    prepared = prepare(world, market=market)
    levers = Levers(random_rates(world, 7, 0.5))
    solution = solve_levers(prepared, levers, tolerance=1e-13)
    draw = np.random.default_rng(8)
    n, s = 3, 2
    weight = {
        "wage": draw.normal(size=(1, n)),
        "price": draw.normal(size=(1, n, s)),
        "income": draw.normal(size=(1, n)),
        "tariff_revenue": draw.normal(size=(1, n)),
        "gross_output": draw.normal(size=(1, n, s)),
        "expenditure": draw.normal(size=(1, n, s)),
        "trade_value": draw.normal(size=(1, n, n, s)),
    }

    def objective(found: Solution) -> np.ndarray:
        values = {"wage": np.log(found.wage_hat), "price": np.log(found.price_hat)}
        total = sum((w[0] * values.get(name, getattr(found, name, None))).sum() for name, w in weight.items())
        return np.array([total])

    found = multipliers(prepared, solution, Seeds(**weight)).tariff_gradient(prepared, solution)
    for cell in cells(world, 9):
        expected = difference(prepared, levers, cell, objective)
        assert_allclose(found[(slice(None), *cell)], expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("market", ["competitive", "monopolistic"])
def test_multipliers_of_a_sum_are_the_sum_of_multipliers(market: str) -> None:
    outcome = solve(toy(), Policy(war_rates(toy())), market=market)
    everyone = multipliers(
        outcome.prepared, outcome.solution, real_income_seeds(outcome.prepared, outcome.solution, [0, 1, 2])
    )
    weights = np.array([0.2, 0.5, 0.3])
    both = everyone.combined(weights)
    expected = np.tensordot(weights, gradient(outcome), axes=1)
    assert_allclose(both.tariff_gradient(outcome.prepared, outcome.solution)[0], expected, atol=1e-12)
    assert_allclose(everyone.of_importer(2), everyone.psi[:, 2])
    assert_allclose(both.phi, np.tensordot(weights, everyone.phi, axes=1)[None])


def test_phi_without_inputs_is_the_budget_share_and_what_prices_divert() -> None:
    outcome = solve(toy(), Policy(war_rates(toy())), tolerance=1e-12)
    found = multipliers(outcome.prepared, outcome.solution, real_income_seeds(outcome.prepared, outcome.solution, [CN]))
    diverted = toy().trade_elasticity * (found.psi[0] * outcome.trade_value).sum(axis=1)
    own = np.where(np.arange(3)[:, None] == CN, toy().consumption_share, 0)
    assert_allclose(found.phi[0], own + diverted, atol=1e-9)


def test_some_countries_only_in_their_order() -> None:
    outcome = solve(toy_io(), Policy(war_rates(toy_io())))
    assert_allclose(gradient(outcome, ["RW", "US"]), gradient(outcome)[[RW, US]], atol=1e-9)
    with pytest.raises(WorldError, match="has no country 'XX'"):
        gradient(outcome, ["XX"])


def test_all_tariffs_cost_no_more_than_one_and_a_half_solves(monkeypatch: pytest.MonkeyPatch) -> None:
    world = random_world(16, 8, 6)
    outcome = solve(world, Policy(random_rates(world, 10, 0.5)))
    passes = 0
    inner = competitive_adjoint._transposed

    def counted(*arguments: object) -> object:
        nonlocal passes
        passes += 1
        return inner(*arguments)

    monkeypatch.setattr(competitive_adjoint, "_transposed", counted)
    gradient(outcome, ["C00"])
    assert passes <= 1.5 * outcome.certificate.iterations


def test_a_gradient_that_does_not_converge_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from tradewar.errors import NoSolutionError

    outcome = solve(toy_io())
    monkeypatch.setattr(competitive_adjoint, "PASS_LIMIT", 2)
    with pytest.raises(NoSolutionError, match="gradient did not converge: residual"):
        gradient(outcome)


def test_the_transposed_pass_works_on_contiguous_matrices() -> None:
    # large enough for NumPy to put a product into the memory, and the order, of a temporary factor
    world = random_world(16, 31, 40)
    prepared = prepare(world)
    assert isinstance(prepared.economy, Economy)
    levers = Levers(random_rates(world, 10, 0.5), export_tax=np.full_like(world.tariff_rate, 0.1))
    point = competitive_adjoint._point(prepared.economy, solve_levers(prepared, levers))
    for matrix in (point.share, point.before_duty, point.net):
        assert matrix is not None
        assert matrix.flags.c_contiguous


def test_one_sector_and_nothing_is_written_over() -> None:
    world = random_world(18, 4, 1)
    prepared = prepare(world)
    levers = Levers(random_rates(world, 12, 0.5))
    solution = solve_levers(prepared, levers, tolerance=1e-13)
    before = solution.trade_value.copy(), levers.tariff_rate.copy()
    seeds = real_income_seeds(prepared, solution, range(4))
    found = multipliers(prepared, solution, seeds).tariff_gradient(prepared, solution)
    assert_array_equal(solution.trade_value, before[0])
    assert_array_equal(levers.tariff_rate, before[1])
    for cell in cells(world, 3):
        expected = difference(prepared, levers, cell, log_real_income(prepared))
        assert_allclose(found[(slice(None), *cell)], expected, rtol=1e-6, atol=1e-11)
