"""Batches: the same bits whatever runs beside an item, a certificate for each, and a status for what fails."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tradewar.equilibrium import Item, Policy, prepare, solve, solve_batch
from tradewar.equilibrium.batch import PER_COUNTRY, BatchResult, Status, solve_item
from tradewar.errors import PolicyError
from worlds import no_newton, random_rates, random_world, toy_io, war_rates


def draws(count: int, seed: int = 1) -> list[Item]:
    world = toy_io()
    chance = np.random.default_rng(seed)
    policy = Policy(war_rates(world))
    return [Item(policy, world.trade_elasticity * chance.lognormal(sigma=0.3, size=3)) for _ in range(count)]


def assert_equal_bits(found: BatchResult, expected: BatchResult) -> None:
    assert found.status == expected.status
    for name in (*PER_COUNTRY, "max_residual", "iterations"):
        assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)


@pytest.mark.parametrize("closure", ["share-of-world", "balanced"])
def test_neither_size_nor_workers_change_a_bit(closure: str) -> None:
    prepared, items = prepare(toy_io(), closure, compiled=True), draws(12)
    expected = solve_batch(prepared, items)
    assert expected.solved.all()
    assert_equal_bits(solve_batch(prepared, items, workers=2), expected)
    assert_equal_bits(solve_batch(prepared, items, workers=5), expected)
    halves = [solve_batch(prepared, items[::-1][k : k + 4]) for k in range(0, 12, 4)]
    reversed_hats = np.concatenate([half.real_income_hat for half in halves])
    assert_array_equal(reversed_hats[::-1], expected.real_income_hat)


@pytest.mark.parametrize("closure", ["share-of-world", "balanced"])
def test_each_item_is_the_single_solve_under_its_elasticities(closure: str) -> None:
    items = draws(4)
    found = solve_batch(prepare(toy_io(), closure, compiled=True), items, workers=2)
    for k, item in enumerate(items):
        alone = solve(replace(toy_io(), trade_elasticity=item.trade_elasticity), item.policy, closure=closure)
        assert_allclose(found.real_income_hat[k], alone.real_income_hat, rtol=1e-9)
        assert_allclose(found.tariff_revenue[k], alone.tariff_revenue, rtol=1e-8)
        assert found.max_residual[k] <= 1e-9


def test_many_policies_under_the_elasticities_of_the_world() -> None:
    world = random_world(3)
    policies = [Policy(random_rates(world, seed, 0.5)) for seed in range(3)]
    found = solve_batch(prepare(world, compiled=True), [Item(policy) for policy in policies])
    for k, policy in enumerate(policies):
        assert_allclose(found.real_income_hat[k], solve(world, policy).real_income_hat, rtol=1e-9)


def test_the_monopolistic_market_has_batches_too() -> None:
    from worlds import toy

    prepared = prepare(toy(), market="monopolistic", compiled=True)
    found = solve_batch(prepared, [Item(Policy(war_rates(toy())), np.array([4.0, 3.0, 5.0]))])
    alone = solve(
        replace(toy(), trade_elasticity=np.array([4.0, 3.0, 5.0])), Policy(war_rates(toy())), market="monopolistic"
    )
    assert_array_equal(found.real_income_hat[0], alone.real_income_hat)


def test_what_fails_keeps_its_place_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    good = draws(1)[0]
    items = [
        good,
        Item(good.policy, np.array([4.0, -1.0, 4.0])),
        Item(Policy(np.zeros((2, 2, 2)))),
        Item(good.policy, np.array([4.0, 4.0])),
        good,
    ]
    found = solve_batch(prepare(toy_io(), compiled=True), items, workers=2)
    assert [str(status) for status in found.status] == ["solved", "refused", "refused", "refused", "solved"]
    assert_array_equal(found.solved, [True, False, False, False, True])
    assert "goods = -1" in found.message[1] and "has shape (2, 2, 2)" in found.message[2]
    assert np.isnan(found.real_income_hat[1:4]).all() and np.isnan(found.max_residual[1:4]).all()
    assert_array_equal(found.real_income_hat[0], found.real_income_hat[4])


def test_an_item_without_a_solution_is_not_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    from tradewar.equilibrium import competitive, wages

    prepared = prepare(toy_io(), compiled=True)
    monkeypatch.setattr(competitive, "PASS_LIMIT", 1)
    monkeypatch.setattr(wages, "newton", no_newton)
    found = solve_item(prepared, draws(1)[0])
    assert found.status is Status.NO_SOLUTION
    assert found.outcome is None
    assert "residual" in found.message


def test_workers_must_be_positive() -> None:
    with pytest.raises(PolicyError, match="workers: is 0"):
        solve_batch(prepare(toy_io()), [], workers=0)
