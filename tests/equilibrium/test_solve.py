"""The public verb: rebasing, elasticities, warm starts, and worlds with holes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium import Levers, Policy, prepare, solve, solve_levers, solve_prepared
from tradewar.errors import InputError, PolicyError, WorldError
from worlds import CN, GOODS, RW, SERVICES, SOY, US, random_rates, random_world, toy, toy_io, war_rates


def test_a_world_that_is_not_an_equilibrium_is_rebased_first() -> None:
    shares = toy_io().consumption_share.copy()
    shares[:, SOY] += 0.05
    world = toy_io().replace(consumption_share=shares / shares.sum(axis=1, keepdims=True))
    assert not world.consistent
    outcome = solve(world)
    assert outcome.baseline is not world
    assert outcome.baseline.consistent
    assert "Solved at baseline tariffs" in outcome.baseline.notes[-1]
    assert_allclose(outcome.real_income_hat, 1, atol=1e-12)
    assert_allclose(outcome.baseline.trade_deficit, world.trade_deficit, rtol=1e-8)
    assert_allclose(outcome.baseline.consumption_share, world.consumption_share, rtol=1e-9)


def test_a_consistent_world_is_taken_as_it_is() -> None:
    world = random_world(1)
    assert prepare(world).baseline is world
    assert not prepare(world).rebased
    assert prepare(world, "balanced").rebased
    balanced = prepare(world, "balanced").baseline
    assert_allclose(prepare(balanced, "balanced").baseline.trade_value, balanced.trade_value, rtol=1e-9)


def test_a_warm_start_gives_the_same_result_sooner() -> None:
    world = toy_io()
    prepared = prepare(world)
    cold = solve_prepared(prepared, Policy(war_rates(world)))
    near = war_rates(world)
    near[US, CN, GOODS] += 0.01
    first = solve_prepared(prepared, Policy(near))
    warm = solve_prepared(prepared, Policy(near), start=cold)
    assert_allclose(warm.real_income_hat, first.real_income_hat, rtol=1e-9)
    assert warm.certificate.iterations < first.certificate.iterations
    assert solve(world, Policy(war_rates(world)), start=cold).certificate.iterations <= 2


def test_a_start_from_another_world_is_refused() -> None:
    with pytest.raises(PolicyError, match="other countries or sectors"):
        solve(toy(), start=solve(random_world(1)))


def test_elasticity_sets() -> None:
    world = toy().replace(elasticity_sets={"low": np.array([2.0, 2.0, 2.0])})
    low = solve(world, Policy(war_rates(world)), elasticities="low")
    high = solve(world, Policy(war_rates(world)))
    assert low.trade_value_hat[US, CN, GOODS] > high.trade_value_hat[US, CN, GOODS]
    assert_allclose(low.baseline.trade_elasticity, 2)
    with pytest.raises(WorldError, match="no elasticity set 'lo'"):
        solve(world, elasticities="lo")


@pytest.mark.parametrize("tolerance", [0.0, -1.0, 0.5, float("nan")])
def test_tolerances_that_mean_nothing_are_refused(tolerance: float) -> None:
    with pytest.raises(InputError, match="tolerance"):
        solve(toy(), tolerance=tolerance)


def test_sectors_without_output_or_purchases() -> None:
    """CN neither makes nor buys soy, and RW makes none: nothing overflows, nothing is one where it is nothing."""
    flows = toy().trade_value.copy()
    flows[CN, :, SOY] = 0
    flows[:, CN, SOY] = 0
    flows[:, RW, SOY] = 0
    world = toy().replace(trade_value=flows, consumption_share=None, trade_elasticity=np.array([64.85, 4.0, 4.0]))
    outcome = solve(world, Policy(random_rates(world, 1)))
    assert outcome.certificate.converged
    assert outcome.price_hat[CN, SOY] == 1.0
    assert outcome.expenditure[CN, SOY] == 0.0
    assert np.isnan(outcome.output_hat[CN, SOY])
    assert np.isfinite(outcome.real_income_hat).all()
    monopolistic = solve(world, Policy(random_rates(world, 1)), market="monopolistic")
    assert monopolistic.certificate.converged
    assert monopolistic.price_hat[CN, SOY] == 1.0


def test_demand_for_what_nobody_sells_is_moved_and_noted() -> None:
    flows = toy_io().trade_value.copy()
    flows[CN, :, SOY] = 0
    world = toy_io().replace(trade_value=flows, consumption_share=None)
    outcome = solve(world, Policy(war_rates(world)))
    assert outcome.certificate.converged
    assert any("CN/soy" in note for note in outcome.baseline.notes)
    assert outcome.expenditure[CN, SOY] == 0.0
    assert_allclose(outcome.gross_output[CN].sum(), outcome.baseline.gross_output[CN].sum(), rtol=0.2)


def test_levers_leave_the_other_arrays_alone() -> None:
    prepared = prepare(toy())
    rates = war_rates(toy())
    before = rates.copy()
    solve_levers(prepared, Levers(rates))
    assert (rates == before).all()
    assert (prepared.baseline.tariff_rate == 0).all()


def test_services_may_be_traded_without_tariffs() -> None:
    outcome = solve(toy(), Policy(war_rates(toy())))
    assert (outcome.trade_value[:, :, SERVICES] > 0).all()
    assert (outcome.tariff_rate[:, :, SERVICES] == 0).all()
