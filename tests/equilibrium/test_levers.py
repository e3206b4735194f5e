"""Every array lever through the public `Policy`: figures of the toy worlds and the exact identities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium import Outcome, Policy, solve
from tradewar.errors import PolicyError
from tradewar.world import World
from worlds import CN, GOODS, RW, SOY, US, toy, toy_io

SHAPE = (3, 3, 3)


def percent(outcome: Outcome) -> np.ndarray:
    return 100 * (outcome.real_income_hat - 1)


def one(value: float, *cell: int, shape: tuple[int, ...] = SHAPE, rest: float = 0.0) -> np.ndarray:
    array = np.full(shape, rest)
    array[cell] = value
    return array


def subsidy(value: float = 0.10) -> np.ndarray:
    return one(value, CN, GOODS, shape=(3, 3))


def all_traded(world: World) -> World:
    """The world with tariffs allowed on services too."""
    return world.replace(tradable=np.ones(3, dtype=bool))


@pytest.mark.parametrize(
    ("world", "levers", "expected"),
    [
        (toy(), {"banned_share": one(0.5, US, CN, GOODS)}, [-0.23348, -0.26771, 0.02395]),
        (toy_io(), {"banned_share": one(0.5, US, CN, GOODS)}, [-0.44759, -0.72517, 0.05163]),
        (toy(), {"banned_share": one(0.3, CN, US, GOODS)}, [-0.02543, -0.03744, 0.00161]),
        (toy(), {"banned_share": one(1.0, CN, US, SOY)}, [-0.00811, -0.01515, 0.00168]),
        (toy(), {"output_subsidy": subsidy()}, [0.06876, -0.36165, 0.02908]),
        (toy_io(), {"output_subsidy": subsidy()}, [0.23701, -1.97856, 0.14143]),
        (
            toy(),
            {"output_subsidy": subsidy(), "tariff_rate": one(0.10, US, CN, GOODS)},
            [0.12886, -0.54645, 0.04404],
        ),
        (toy(), {"export_tax": one(0.10, US, CN, GOODS)}, [-0.14110, 0.11235, 0.01396]),
    ],
    ids=["ban", "ban with inputs", "small ban", "embargo", "subsidy", "subsidy with inputs", "countervailed", "VER"],
)
def test_real_income_of_each_lever(world: World, levers: dict[str, Any], expected: list[float]) -> None:
    assert_allclose(percent(solve(world, Policy(**levers))), expected, atol=1.1e-5)


def test_flows_prices_and_output_of_the_levers() -> None:
    ban = solve(toy(), Policy(banned_share=one(0.5, US, CN, GOODS)))
    assert ban.trade_value_hat[US, CN, GOODS] == pytest.approx(0.616239, abs=1e-6)
    with_inputs = solve(toy_io(), Policy(banned_share=one(0.5, US, CN, GOODS)))
    assert with_inputs.trade_value_hat[US, CN, GOODS] == pytest.approx(0.617305, abs=1e-6)
    small = solve(toy(), Policy(banned_share=one(0.3, CN, US, GOODS)))
    assert small.trade_value_hat[CN, US, GOODS] == pytest.approx(0.722343, abs=1e-6)
    embargo = solve(toy(), Policy(banned_share=one(1.0, CN, US, SOY)))
    assert embargo.price_hat[CN, SOY] == pytest.approx(1.049775, abs=1e-6)
    assert embargo.trade_value[CN, US, SOY] == 0.0
    restraint = solve(toy(), Policy(export_tax=one(0.10, US, CN, GOODS)))
    assert restraint.trade_value_hat[US, CN, GOODS] == pytest.approx(0.774159, abs=1e-6)
    tax = 0.1 / 1.1 * restraint.trade_value[US, CN, GOODS]
    assert_allclose(restraint.export_tax_revenue, [0, tax, 0], rtol=1e-12)


def test_a_duty_against_a_subsidy_restores_the_price_and_not_the_output() -> None:
    alone = solve(toy(), Policy(output_subsidy=subsidy()))
    assert alone.output_hat[US, GOODS] == pytest.approx(0.975955, abs=1e-6)
    assert alone.subsidy_cost[CN] == pytest.approx(0.1 / 1.1 * alone.gross_output[CN, GOODS])
    assert_allclose(alone.subsidy_cost[[US, RW]], 0)
    countered = solve(toy(), Policy(one(0.10, US, CN, GOODS), output_subsidy=subsidy()))
    assert countered.output_hat[US, GOODS] == pytest.approx(0.988783, abs=1e-6)
    restored = solve(toy(), Policy(one(0.192613, US, CN, GOODS), output_subsidy=subsidy()))
    assert restored.output_hat[US, GOODS] == pytest.approx(1, abs=1e-6)
    with_inputs = solve(toy_io(), Policy(output_subsidy=subsidy()))
    assert with_inputs.output_hat[US, GOODS] == pytest.approx(0.959612, abs=1e-6)


@pytest.mark.parametrize("world", [toy(), toy_io()], ids=["toy", "toy-IO"])
def test_a_ban_is_exactly_its_iceberg_cost(world: World) -> None:
    banned = np.zeros(SHAPE)
    banned[US, CN], banned[CN, US, SOY] = 0.5, 0.2
    cost = (1 - banned) ** (-1 / world.trade_elasticity)
    by_ban = solve(world, Policy(banned_share=banned), tolerance=1e-13)
    by_cost = solve(world, Policy(iceberg_hat=cost), tolerance=1e-13)
    assert_allclose(by_ban.trade_value, by_cost.trade_value, rtol=1e-11)
    assert_allclose(by_ban.real_income_hat, by_cost.real_income_hat, rtol=1e-12)


@pytest.mark.parametrize(
    ("world", "expected", "tolerance"),
    [(toy(), [0.99842, 1.00450, 0.99871], 6e-6), (toy_io(), [0.996675, 1.007688, 0.997044], 6e-7)],
    ids=["toy", "toy-IO"],
)
def test_lerner_symmetry(world: World, expected: list[float], tolerance: float) -> None:
    world = all_traded(world)
    rates, tax = world.tariff_rate.copy(), np.zeros(SHAPE)
    for partner in (US, RW):
        rates[CN, partner] = 1.2 * (1 + rates[CN, partner]) - 1
        tax[partner, CN] = 0.2
    by_tariff = solve(world, Policy(rates), closure="balanced", tolerance=1e-12)
    by_export_tax = solve(world, Policy(export_tax=tax), closure="balanced", tolerance=1e-12)
    assert_allclose(by_tariff.real_income_hat, expected, atol=tolerance)
    assert_allclose(by_tariff.real_income_hat, by_export_tax.real_income_hat, rtol=1e-9)
    # and only when trade is balanced
    kept = [solve(world, policy).real_income_hat for policy in (Policy(rates), Policy(export_tax=tax))]
    assert np.abs(kept[0] - kept[1]).max() > 1e-4


def test_a_uniform_subsidy_is_neutral_only_when_balanced_and_without_inputs() -> None:
    everywhere = Policy(output_subsidy=one(0.1, CN, shape=(3, 3)))
    neutral = solve(toy(), everywhere, closure="balanced")
    assert_allclose(neutral.real_income_hat, 1, atol=1e-10)
    assert_allclose(percent(solve(toy(), everywhere)), [0.03292, -0.06731, 0.00392], atol=1.1e-5)
    with_inputs = solve(toy_io(), everywhere, closure="balanced")
    assert np.abs(percent(with_inputs)).max() > 0.01


def monopolistic(world: World) -> World:
    return world.replace(market="monopolistic")


def test_levers_that_a_market_does_not_have_are_refused_with_the_reason() -> None:
    policy = Policy(output_subsidy=subsidy(), export_tax=one(0.1, US, CN, GOODS))
    with pytest.raises(PolicyError) as refused:
        solve(monopolistic(toy()), policy)
    said = str(refused.value)
    assert "output_subsidy: is defined for the competitive market only" in said
    assert "export_tax" in said
    assert "no subsidy and no rent" in said
    assert "market competitive" in said


def test_bans_work_under_monopolistic_competition() -> None:
    world = monopolistic(toy())
    ban = solve(world, Policy(banned_share=one(0.5, US, CN, GOODS)))
    cost = solve(world, Policy(iceberg_hat=one(0.5 ** (-1 / 4), US, CN, GOODS, rest=1.0)))
    assert_allclose(ban.trade_value, cost.trade_value, rtol=1e-9)


@pytest.mark.parametrize(
    ("levers", "said"),
    [
        ({"banned_share": one(1.2, US, CN, GOODS)}, r"banned_share: is outside \[0, 1\] at US/CN/goods = 1.2"),
        ({"banned_share": one(0.2, US, US, GOODS)}, "a ban on own sales"),
        ({"banned_share": one(np.nan, US, CN, GOODS)}, "is not a number"),
        ({"output_subsidy": one(-1.0, CN, GOODS, shape=(3, 3))}, "is at or below -1 at CN/goods"),
        ({"output_subsidy": one(25.0, CN, GOODS, shape=(3, 3))}, "was 0.25 meant"),
        ({"output_subsidy": np.zeros((2, 3))}, "exporter, sector"),
        ({"export_tax": one(25.0, US, CN, GOODS)}, "was 0.25 meant"),
        ({"export_tax": one(0.1, CN, CN, GOODS)}, "on own sales"),
        ({"export_tax": one(0.1, US, CN, 2)}, "not tradable"),
        ({"banned_share": np.zeros((2, 3, 3))}, "has shape"),
    ],
)
def test_values_outside_their_limits_are_refused(levers: dict[str, Any], said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        solve(toy(), Policy(**levers))


def test_a_ban_of_every_supplier_is_refused() -> None:
    world = toy()
    flows = world.trade_value.copy()
    flows[US, US, SOY] = 0.0
    stripped = world.replace(trade_value=flows, consumption_share=None)
    banned = np.zeros(SHAPE)
    banned[US, CN:, SOY] = 1.0
    with pytest.raises(PolicyError, match="no supplier to US/soy"):
        solve(stripped, Policy(banned_share=banned))
