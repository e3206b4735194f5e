"""The compiled loop finds what the NumPy loop finds, under every lever, and hands over to the same fallbacks."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tradewar.equilibrium import Policy, competitive_adjoint, compiled, kernels, machine_code, multipliers, solve
from tradewar.equilibrium.certificate import certify
from tradewar.equilibrium.competitive import economy_of
from tradewar.equilibrium.compile import compile_all
from tradewar.equilibrium.kernels import Economy
from tradewar.equilibrium.levers import Levers
from tradewar.equilibrium.objectives import Seeds, real_income_seeds
from tradewar.equilibrium.prepared import prepare, solve_levers
from tradewar.equilibrium.solution import Solution
from tradewar.equilibrium.solve import solve_prepared
from tradewar.errors import NoSolutionError
from tradewar.world import World
from worlds import random_rates, random_world, toy, toy_io, war_rates

HOW = ("levers", "passes", "residual", "method", "others", "kept", "reached", "doubtful")
ARRAYS = [item.name for item in fields(Solution) if item.name not in HOW]


def assert_same(found: Solution, expected: Solution) -> None:
    for name in ARRAYS:
        scale = float(np.abs(getattr(expected, name)).max())
        assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-9, atol=1e-9 * scale, err_msg=name)


def levers_of(world: World) -> dict[str, Levers]:
    n, s = world.n_countries, world.n_sectors
    draw = np.random.default_rng(7)
    rates = world.tariff_rate
    return {
        "nothing": Levers(rates),
        "tariffs": Levers(random_rates(world, 3)),
        "iceberg": Levers(rates, iceberg_hat=draw.uniform(0.9, 1.3, size=(n, n, s))),
        "ban": Levers(rates, banned_share=np.where(draw.uniform(size=(n, n, s)) < 0.1, 1.0, 0.0) * away(n)),
        "export tax": Levers(rates, export_tax=draw.uniform(0.0, 0.3, size=(n, n, s)) * away(n)),
        "subsidy": Levers(rates, output_subsidy=draw.uniform(0.0, 0.2, size=(n, s))),
        "all": Levers(
            random_rates(world, 4, 0.5),
            draw.uniform(0.9, 1.3, size=(n, n, s)),
            draw.uniform(0.0, 0.5, size=(n, n, s)) * away(n),
            draw.uniform(0.0, 0.2, size=(n, s)),
            draw.uniform(0.0, 0.3, size=(n, n, s)) * away(n),
        ),
    }


def away(n: int) -> np.ndarray:
    return ~np.eye(n, dtype=bool)[:, :, None]


@pytest.mark.parametrize("closure", ["balanced", "share-of-world", "fixed:C01"])
@pytest.mark.parametrize("lever", levers_of(toy()))
def test_every_lever_and_closure_agrees_with_numpy(lever: str, closure: str) -> None:
    world = random_world(5, 5, 4)
    levers = levers_of(world)[lever]
    slow, fast = prepare(world, closure), prepare(world, closure, compiled=True)
    expected, found = solve_levers(slow, levers), solve_levers(fast, levers)
    assert expected.converged
    assert_same(found, expected)
    assert certify(fast, found, tolerance=1e-10).converged


def test_without_materials() -> None:
    world = toy()
    levers = Levers(war_rates(world))
    assert_same(solve_levers(prepare(world, compiled=True), levers), solve_levers(prepare(world), levers))


def test_countries_that_sell_or_buy_nothing_in_a_sector() -> None:
    world = random_world(2, 4, 3)
    flows, rates = world.trade_value.copy(), world.tariff_rate.copy()
    flows[:, 1, 0], flows[2, :, 1] = 0.0, 0.0
    used = np.ones((4, 3), dtype=bool)
    used[2, 1] = False
    inputs = world.input_share * used[:, :, None]
    gappy = world.replace(
        trade_value=flows,
        tariff_rate=rates,
        input_share=inputs / inputs.sum(axis=1, keepdims=True),
        consumption_share=None,
    )
    prepared = prepare(gappy, compiled=True)
    assert isinstance(prepared.economy, Economy)
    assert prepared.economy.inactive is not None and prepared.economy.absent is not None
    levers = Levers(random_rates(gappy, 1, 0.5))
    assert_same(solve_levers(prepared, levers), solve_levers(prepare(gappy), levers))


@pytest.mark.parametrize("lever", levers_of(toy()))
def test_the_adjoint_agrees_with_numpy_under_every_lever(lever: str) -> None:
    world = random_world(5, 5, 4)
    slow, fast = prepare(world, "balanced"), prepare(world, "balanced", compiled=True)
    solution = solve_levers(slow, levers_of(world)[lever], tolerance=1e-12)
    chance = np.random.default_rng(3)
    seeds = Seeds(
        **{name: chance.normal(size=(3, 5)) for name in ("wage", "income", "tariff_revenue")},
        **{name: chance.normal(size=(3, 5, 4)) for name in ("price", "gross_output", "expenditure")},
        trade_value=chance.normal(size=(3, 5, 5, 4)),
    )
    expected, found = (multipliers(prepared, solution, seeds, 1e-12) for prepared in (slow, fast))
    for name in ("buyer_value", "seller_value", "price_effect"):
        scale = np.abs(getattr(expected, name)).max()
        assert_allclose(getattr(found, name), getattr(expected, name), rtol=0, atol=1e-9 * scale, err_msg=name)


def test_the_adjoint_without_materials() -> None:
    slow, fast = prepare(toy()), prepare(toy(), compiled=True)
    solution = solve_levers(slow, Levers(war_rates(toy())), tolerance=1e-12)
    seeds = real_income_seeds(slow, solution, [0, 1, 2])
    expected, found = (multipliers(prepared, solution, seeds, 1e-12) for prepared in (slow, fast))
    assert_allclose(found.psi, expected.psi, rtol=0, atol=1e-9 * np.abs(expected.psi).max())
    assert_allclose(found.phi, expected.phi, rtol=0, atol=1e-9 * np.abs(expected.phi).max())


def test_an_adjoint_that_does_not_converge_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = prepare(toy_io(), compiled=True)
    solution = solve_levers(prepared, Levers(war_rates(toy_io())))
    monkeypatch.setattr(competitive_adjoint, "PASS_LIMIT", 3)
    with pytest.raises(NoSolutionError, match=r"gradient did not converge: residual .* after 3 passes"):
        multipliers(prepared, solution, real_income_seeds(prepared, solution, [0]))


def test_a_warm_start_agrees_and_takes_fewer_passes() -> None:
    prepared = prepare(toy_io(), compiled=True)
    near = solve_levers(prepared, Levers(war_rates(toy_io()) * 0.98))
    levers = Levers(war_rates(toy_io()))
    cold, warm = solve_levers(prepared, levers), solve_levers(prepared, levers, near)
    assert_same(warm, cold)
    assert warm.passes < cold.passes


def test_one_pass_is_that_of_numpy() -> None:
    world = random_world(9, 5, 4)
    economy = economy_of(world, prepare(world).closure)
    policy = kernels.wedges(economy, levers_of(world)["all"])
    point = kernels.baseline_point(economy) + np.random.default_rng(1).normal(scale=0.1, size=5 * 9)
    image, residual = kernels.one_pass(economy, policy, point)
    problem = compiled.problem_of(economy, policy)
    # with a limit of one pass the first point is the best, and its residual that of the map
    first = compiled.accelerate(problem, point[None, :], tolerance=0.0, limit=1)
    assert_array_equal(first.point[0], point)
    assert_allclose(first.residual, residual, rtol=1e-12)
    # the second point is the image itself, because there is no history yet
    second = compiled.accelerate(problem, image[None, :], tolerance=0.0, limit=1)
    assert_allclose(second.residual, kernels.one_pass(economy, policy, image)[1], rtol=1e-9)


def test_a_point_that_is_not_finite_is_reported_not_returned() -> None:
    economy = economy_of(toy_io(), prepare(toy_io()).closure)
    problem = compiled.problem_of(economy, kernels.wedges(economy, Levers(war_rates(toy_io()))))
    start = kernels.baseline_point(economy)
    start[0] = np.nan
    found = compiled.accelerate(problem, start[None, :], tolerance=1e-10, limit=300)
    assert not found.converged
    assert found.passes < 10
    assert found.residual == np.inf


def test_newton_on_wages_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    from tradewar.equilibrium import competitive

    expected = solve(toy_io(), Policy(war_rates(toy_io())))
    monkeypatch.setattr(competitive, "PASS_LIMIT", 3)
    found = solve_prepared(prepare(toy_io(), compiled=True), Policy(war_rates(toy_io())))
    assert found.certificate.method == "newton"
    assert_allclose(found.real_income_hat, expected.real_income_hat, rtol=1e-9)


def test_one_signature_is_compiled_whatever_the_layout_of_the_arrays() -> None:
    compile_all()
    before: Any = len(machine_code.iterate.signatures)  # pyright: ignore[reportFunctionMemberAccess]
    economy = prepare(random_world(1), compiled=True).economy
    assert isinstance(economy, Economy)
    frozen = economy.value_added_share.copy()
    frozen.flags.writeable = False
    odd = replace(economy, value_added_share=frozen, consumption_share=np.asfortranarray(economy.consumption_share))
    compiled.accelerate(
        compiled.problem_of(odd, kernels.wedges(odd, Levers(odd.tariff_rate))),
        kernels.baseline_point(odd)[None, :], tolerance=1e-10, limit=300,
    )  # fmt: skip
    assert len(machine_code.iterate.signatures) == before == 1  # pyright: ignore[reportFunctionMemberAccess]
