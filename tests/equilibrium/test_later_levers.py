"""Bans, subsidies and export taxes at the level of the kernels, where they already work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium import Levers, Prepared, Solution, certify, prepare, solve_levers
from tradewar.equilibrium.welfare import consumer_price
from tradewar.world import World
from worlds import CN, GOODS, RW, SOY, US, toy, toy_io

SHAPE = (3, 3, 3)


def solved(prepared: Prepared, **levers: Any) -> Solution:
    rates = levers.pop("tariff_rate", prepared.baseline.tariff_rate)
    solution = solve_levers(prepared, Levers(rates, **levers), tolerance=1e-12)
    assert certify(prepared, solution, tolerance=1e-12).converged
    return solution


def hat(prepared: Prepared, solution: Solution) -> np.ndarray:
    world = prepared.baseline
    return solution.income / world.income / consumer_price(solution.price_hat, world.consumption_share)


def percent(prepared: Prepared, solution: Solution) -> np.ndarray:
    return 100 * (hat(prepared, solution) - 1)


def one(value: float, *cell: int, shape: tuple[int, ...] = SHAPE, rest: float = 0.0) -> np.ndarray:
    array = np.full(shape, rest)
    array[cell] = value
    return array


@pytest.mark.parametrize(
    ("world", "expected", "flow"),
    [(toy(), [-0.23348, -0.26771, 0.02395], 0.616239), (toy_io(), [-0.44759, -0.72517, 0.05163], 0.617305)],
    ids=["toy", "toy-IO"],
)
def test_half_of_the_varieties_banned(world: World, expected: list[float], flow: float) -> None:
    prepared = prepare(world)
    banned = solved(prepared, banned_share=one(0.5, US, CN, GOODS))
    assert_allclose(percent(prepared, banned), expected, atol=1.1e-5)
    ratio = banned.trade_value / world.trade_value
    assert ratio[US, CN, GOODS] == pytest.approx(flow, abs=1e-6)
    costlier = solved(prepared, iceberg_hat=one(0.5 ** (-1 / 4), US, CN, GOODS, rest=1.0))
    assert_allclose(costlier.trade_value, banned.trade_value, rtol=1e-10)


def test_a_smaller_ban() -> None:
    prepared = prepare(toy())
    solution = solved(prepared, banned_share=one(0.3, CN, US, GOODS))
    assert_allclose(percent(prepared, solution), [-0.02543, -0.03744, 0.00161], atol=1.1e-5)
    ratio = solution.trade_value[CN, US, GOODS] / toy().trade_value[CN, US, GOODS]
    assert ratio == pytest.approx(0.722343, abs=1e-6)


def test_a_full_embargo_has_a_finite_price() -> None:
    prepared = prepare(toy())
    solution = solved(prepared, banned_share=one(1.0, CN, US, SOY))
    assert_allclose(percent(prepared, solution), [-0.00811, -0.01515, 0.00168], atol=1.1e-5)
    assert solution.price_hat[CN, SOY] == pytest.approx(1.049775, abs=1e-6)
    assert solution.trade_value[CN, US, SOY] == 0.0


def test_a_subsidy_and_duties_against_it() -> None:
    prepared = prepare(toy())
    subsidy = one(0.10, CN, GOODS, shape=(3, 3))

    def output(solution: Solution) -> float:
        return solution.gross_output[US, GOODS] / toy().gross_output[US, GOODS]

    alone = solved(prepared, output_subsidy=subsidy)
    assert_allclose(percent(prepared, alone), [0.06876, -0.36165, 0.02908], atol=1.1e-5)
    assert output(alone) == pytest.approx(0.975955, abs=1e-6)
    countered = solved(prepared, output_subsidy=subsidy, tariff_rate=one(0.10, US, CN, GOODS))
    assert_allclose(percent(prepared, countered), [0.12886, -0.54645, 0.04404], atol=1.1e-5)
    assert output(countered) == pytest.approx(0.988783, abs=1e-6)
    restored = solved(prepared, output_subsidy=subsidy, tariff_rate=one(0.192613, US, CN, GOODS))
    assert output(restored) == pytest.approx(1, abs=1e-6)


def test_a_subsidy_with_inputs() -> None:
    prepared = prepare(toy_io())
    solution = solved(prepared, output_subsidy=one(0.10, CN, GOODS, shape=(3, 3)))
    assert_allclose(percent(prepared, solution), [0.23701, -1.97856, 0.14143], atol=1.1e-5)
    ratio = solution.gross_output[US, GOODS] / toy_io().gross_output[US, GOODS]
    assert ratio == pytest.approx(0.959612, abs=1e-6)


def test_a_voluntary_export_restraint_pays_the_exporter() -> None:
    prepared = prepare(toy())
    solution = solved(prepared, export_tax=one(0.10, US, CN, GOODS))
    assert_allclose(percent(prepared, solution), [-0.14110, 0.11235, 0.01396], atol=1.1e-5)
    ratio = solution.trade_value[US, CN, GOODS] / toy().trade_value[US, CN, GOODS]
    assert ratio == pytest.approx(0.774159, abs=1e-6)


@pytest.mark.parametrize(
    ("world", "expected", "tolerance"),
    [(toy(), [0.99842, 1.00450, 0.99871], 6e-6), (toy_io(), [0.996675, 1.007688, 0.997044], 6e-7)],
    ids=["toy", "toy-IO"],
)
def test_lerner_symmetry(world: World, expected: list[float], tolerance: float) -> None:
    prepared = prepare(world, "balanced")
    baseline = prepared.baseline.tariff_rate
    rates, tax = baseline.copy(), np.zeros(SHAPE)
    for partner in (US, RW):
        rates[CN, partner] = 1.2 * (1 + rates[CN, partner]) - 1
        tax[partner, CN] = 0.2
    by_import_tax, by_export_tax = solved(prepared, tariff_rate=rates), solved(prepared, export_tax=tax)
    assert_allclose(hat(prepared, by_import_tax), expected, atol=tolerance)
    assert_allclose(hat(prepared, by_import_tax), hat(prepared, by_export_tax), rtol=1e-9)


def test_a_uniform_subsidy_is_neutral_without_inputs_and_deficits() -> None:
    subsidy = np.zeros((3, 3))
    subsidy[CN] = 0.1
    balanced = prepare(toy(), "balanced")
    assert_allclose(hat(balanced, solved(balanced, output_subsidy=subsidy)), 1, atol=1e-10)
    kept = prepare(toy())
    expected = [0.03292, -0.06731, 0.00392]
    assert_allclose(percent(kept, solved(kept, output_subsidy=subsidy)), expected, atol=1.1e-5)
