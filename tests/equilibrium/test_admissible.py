"""What is no equilibrium is refused in words, what hardly is one says so, and what is hard to reach is found."""

from __future__ import annotations

import json
import pickle
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy import ndarray as Array
from numpy.testing import assert_allclose

from tradewar.equilibrium import (
    Item,
    Levers,
    Policy,
    certify,
    prepare,
    solve,
    solve_batch,
    solve_levers,
    solve_prepared,
)
from tradewar.equilibrium.batch import Status
from tradewar.errors import InadmissibleError, NoSolutionError, PolicyError
from tradewar.games import war
from tradewar.world import World, load_world
from worlds import random_rates, toy, toy_io, war_rates

CASES = Path(__file__).parent / "cases"


def case(name: str) -> dict[str, Any]:
    return {
        key: value if key in ("countries", "sectors") else np.array(value)
        for key, value in json.loads((CASES / f"{name}.json").read_text(encoding="utf-8")).items()
    }


def world_of(parts: dict[str, Any], name: str = "case") -> World:
    countries, sectors = tuple(parts["countries"]), tuple(parts["sectors"])
    return World.build(
        name=name, year=2020, money_unit="USD", source="invented", terms="none", countries=countries,
        country_names=countries, aggregates=(), sectors=sectors, sector_names=sectors,
        tradable=np.ones(len(sectors), dtype=bool), trade_value=parts["flows"], tariff_rate=parts["tariff"],
        value_added_share=parts["value_added_share"], input_share=parts["input_share"], consumption_share=None,
        trade_elasticity=parts["trade_elasticity"],
    )  # fmt: skip


def one_sector(flows: list[list[float]], theta: float = 4.0) -> World:
    """Flows `[importer, exporter]`, no inputs, no tariffs."""
    n = len(flows)
    return world_of(
        {
            "countries": tuple("ABCDEF"[:n]), "sectors": ("all",), "flows": np.array(flows, dtype=float)[:, :, None],
            "tariff": np.zeros((n, n, 1)), "value_added_share": np.ones((n, 1)), "input_share": np.zeros((n, 1, 1)),
            "trade_elasticity": np.array([theta]),
        }
    )  # fmt: skip


LENDER = [[60, 5, 5], [50, 500, 10], [50, 10, 500]]
"""A sells 160 and lends 90 of them."""


def against_a(rate: float) -> Policy:
    rates = np.zeros((3, 3, 1))
    rates[1:, 0] = rate
    return Policy(tariff_rate=rates)


# ---------------------------------------------------------------- nobody can hand over more than it earns


def test_a_lender_without_income_is_refused_with_what_is_asked_of_it() -> None:
    """Theory of labour and time, check L23."""
    with pytest.raises(InadmissibleError) as caught:
        solve(one_sector(LENDER), against_a(1.0))
    said = str(caught.value)
    assert "A would have to lend 90 abroad out of 76.35 USD" in said
    assert "negative income of country A" in said
    assert "own-gdp or balanced" in said
    # its income reaches 0 at 73.16 percent; told is the last step before that was solved
    up_to = re.search(r"a tariff of ([\d.]+) percent where the policy has 100", said)
    assert up_to is not None and 71.0 < float(up_to[1]) < 73.16
    assert caught.value.certificate is not None
    assert caught.value.certificate["converged"] is True and caught.value.certificate["admissible"] is False


def test_the_nearest_solution_is_the_root_of_the_theory() -> None:
    from tradewar.equilibrium.prepared import nearest_solution

    prepared = prepare(one_sector(LENDER))
    levers = against_a(1.0).levers(prepared.baseline)
    found = nearest_solution(prepared, levers)
    assert not found.converged and not found.admissible
    assert_allclose(found.wage_hat, [0.477211, 1.081210, 1.081210], atol=1e-6)
    assert found.income[0] == pytest.approx(-13.646, abs=1e-3)
    certificate = certify(prepared, found, tolerance=1e-10)
    assert certificate.converged and not certificate.admissible and not certificate.holds
    assert certificate.signs["income"] == pytest.approx(-13.646 / 160, abs=1e-5)
    with pytest.raises(InadmissibleError, match="A would have to lend 90 abroad"):
        solve_levers(prepared, levers)


def test_up_to_70_percent_it_has_an_income() -> None:
    outcome = solve(one_sector(LENDER), against_a(0.7))
    assert outcome.income[0] == pytest.approx(1.8930, abs=1e-4)
    assert any("A keeps only 2.06 percent of what it earns" in note for note in outcome.notes)
    with pytest.raises(InadmissibleError):
        solve(one_sector(LENDER), against_a(0.8))


def test_own_gdp_leaves_it_an_income() -> None:
    outcome = solve(one_sector(LENDER), against_a(1.0), closure="own-gdp")
    assert_allclose(100 * (outcome.real_income_hat - 1), [-20.3300, 1.1142, 1.1142], atol=1e-4)
    assert outcome.income[0] == pytest.approx(30.8867, abs=1e-4)
    assert outcome.trade_deficit.sum() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("closure", ["share-of-world", "balanced"])
def test_who_pays_80_percent_of_all_imports_has_nothing_left(closure: str) -> None:
    world = load_world("world-2017")
    canada = world.country_index("CAN")
    with pytest.raises(
        InadmissibleError, match=r"CAN would have to .*spend 5,8\d\d,000 on import subsidies out of 1,0"
    ):
        solve(world, Policy(subsidised(world, canada, -0.8)), closure=closure)


def test_who_pays_30_percent_of_them_lives_on() -> None:
    world = load_world("world-2017")
    canada = world.country_index("CAN")
    outcome = solve(world, Policy(subsidised(world, canada, -0.3)))
    assert 100 * (outcome.real_income_hat[canada] - 1) == pytest.approx(-8.13, abs=0.01)
    assert outcome.notes == world.notes


def subsidised(world: World, importer: int, rate: float) -> Array:
    rates = world.tariff_rate.copy()
    foreign = np.arange(world.n_countries) != importer
    rates[importer] = np.where(foreign[:, None] & world.tradable, rate, rates[importer])
    return rates


def test_a_batch_has_a_status_for_it() -> None:
    prepared = prepare(one_sector(LENDER), compiled=True)
    found = solve_batch(prepared, [Item(against_a(rate)) for rate in (0.5, 1.0)])
    assert found.status == (Status.SOLVED, Status.INADMISSIBLE)
    assert "A would have to lend" in found.message[1]
    assert np.isnan(found.real_income_hat[1]).all()
    assert str(Status.INADMISSIBLE) == "inadmissible"


def test_its_errors_travel_between_processes() -> None:
    with pytest.raises(InadmissibleError) as caught:
        solve(one_sector(LENDER), against_a(1.0))
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.certificate) == (str(caught.value), caught.value.certificate)


@pytest.mark.parametrize("theta", [2.0, 4.0, 6.0])
@pytest.mark.parametrize("tolerance", [1e-9, 1e-11])
def test_who_sells_nothing_abroad_cannot_buy_there_with_balanced_trade(theta: float, tolerance: float) -> None:
    flows = np.ones((3, 3, 2))
    flows[np.arange(3), np.arange(3)] = 10
    flows[1:, 0] = 0
    flows[0, 0, 1] = 0
    parts = {
        "countries": ("AAA", "BBB", "CCC"), "sectors": ("S0", "S1"), "flows": flows, "tariff": np.zeros_like(flows),
        "value_added_share": np.ones((3, 2)), "input_share": np.zeros((3, 2, 2)),
        "trade_elasticity": np.full(2, theta),
    }  # fmt: skip
    rates = np.zeros_like(flows)
    rates[0, 1:] = 0.5
    with pytest.raises(InadmissibleError, match="AAA sells nothing abroad, so that what it buys"):
        solve(world_of(parts), Policy(rates), closure="balanced", tolerance=tolerance)
    # lent what it buys, it can
    assert solve(world_of(parts), Policy(rates), tolerance=tolerance).certificate.holds


def test_a_ban_on_all_that_a_lender_sells_is_refused() -> None:
    banned = np.zeros((3, 3, 1))
    banned[1:, 0] = 1.0
    with pytest.raises(InadmissibleError, match="A sells nothing abroad"):
        solve(one_sector(LENDER), Policy(banned_share=banned))


# ---------------------------------------------------------------- signs


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("wage_hat", "wage of country US"),
        ("unit_cost_hat", "unit cost of country US, sector soy"),
        ("price_hat", "price of country US, sector soy"),
        ("income", "income of country US"),
        ("expenditure", "expenditure of country US, sector soy"),
        ("gross_output", "output of country US, sector soy"),
        ("trade_value", "flow of importer US"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_wrong_sign_is_named_with_its_cell(field: str, name: str) -> None:
    prepared = prepare(toy_io())
    solution = solve_levers(prepared, Levers(war_rates(toy_io())))
    array = getattr(solution, field).copy()
    array.flat[0] *= -1
    changed: dict[str, Any] = {field: array}
    certificate = certify(prepared, replace(solution, **changed), tolerance=1e-10)
    assert not certificate.admissible
    assert certificate.wrong_sign == name
    assert certificate.to_dict()["signs"] is None


def test_rounding_below_zero_is_no_wrong_sign() -> None:
    prepared = prepare(toy_io())
    solution = solve_levers(prepared, Levers(war_rates(toy_io())))
    output = solution.gross_output.copy()
    output[0, 0] = -1e-13 * prepared.baseline.value_added[0]
    assert certify(prepared, replace(solution, gross_output=output), tolerance=1e-10).admissible


def test_a_country_with_little_left_is_judged_by_what_it_has() -> None:
    """Of what A still has, 2 percent of what it earns, the same error is a larger part than of what it had."""
    prepared = prepare(one_sector(LENDER))
    solution = solve_prepared(prepared, against_a(0.7)).solution
    income = solution.income.copy()
    income[0] += 1e-8 * prepared.baseline.value_added[0]
    wrong = certify(prepared, replace(solution, income=income), tolerance=1e-10)
    assert wrong.residuals["income"] == pytest.approx(1e-8 * 160 / income[0], rel=1e-3)


# ---------------------------------------------------------------- one answer whatever the start


def test_a_transfer_that_eats_nearly_all_income_has_one_answer_and_a_warning() -> None:
    parts = case("large_transfer")
    prepared = prepare(world_of(parts), "fixed:world")
    policy = Policy(parts["new_tariff"])
    answer = solve_prepared(prepared, policy)
    assert any("need not be the only one, because C004 keeps only" in note for note in answer.certificate.warnings)
    assert answer.to_dict()["certificate"]["warnings"] == list(answer.certificate.warnings)
    for seed in range(4):
        start = solve_prepared(
            prepared, Policy(prepared.baseline.tariff_rate * np.random.default_rng(seed).uniform(0, 1))
        )
        again = solve_prepared(prepared, policy, start=start)
        assert_allclose(again.real_income_hat, answer.real_income_hat, rtol=1e-7)
    with pytest.raises(InadmissibleError, match="C004 would have to lend"):
        solve_prepared(prepared, Policy(parts["other_tariff"]))


def test_who_trades_with_nobody_does_not_move_the_money_of_the_others() -> None:
    """Its wage is not determined, and deficits are a share of the value added of those who trade."""
    flows = np.zeros((4, 4))
    flows[:3, :3], flows[3, 3] = LENDER, 1e4
    alone, with_hermit = one_sector(LENDER), one_sector(flows.tolist())
    rates = np.zeros((4, 4, 1))
    rates[1:3, 0] = 0.5
    found = solve(with_hermit, Policy(rates))
    assert_allclose(found.real_income_hat[:3], solve(alone, against_a(0.5)).real_income_hat, rtol=1e-9)
    assert found.real_income_hat[3] == pytest.approx(1, abs=1e-9)


TWO_ROOTS = [[121, 6, 22], [100, 68, 10], [36, 31, 37]]


def test_of_two_roots_the_admissible_one_is_found_from_any_start() -> None:
    """Check L24: goods are complements; the other root has an income of -54.8."""
    prepared = prepare(one_sector(TWO_ROOTS, 1.0).with_trade_elasticity(np.array([-0.4])))
    policy = Policy(np.array([[0, 1, 1.1], [2, 0, 0], [0, 0.4, 0]])[:, :, None])
    answer = solve_prepared(prepared, policy)
    assert_allclose(answer.wage_hat, [0.555097, 2.229597, 0.785977], atol=1e-6)
    assert_allclose(answer.income, [40.606, 481.861, 102.084], atol=1e-3)
    assert_allclose(100 * (answer.real_income_hat - 1), [-64.0745, 49.9857, -16.4558], atol=1e-4)
    assert any("complements" in sentence for sentence in answer.certificate.warnings)
    for seed in range(3):
        rates = np.random.default_rng(seed).uniform(0, 1, size=(3, 3, 1)) * ~np.eye(3, dtype=bool)[:, :, None]
        start = solve_prepared(prepared, Policy(rates))
        assert_allclose(solve_prepared(prepared, policy, start=start).income, answer.income, rtol=1e-7)
    inadmissible = np.array([0.245322, 3.094743, 0.623251])
    wrong = replace(start.solution, wage_hat=inadmissible, unit_cost_hat=inadmissible[:, None])
    assert_allclose(solve_levers(prepared, policy.levers(prepared.baseline), wrong).income, answer.income, rtol=1e-7)


def test_further_equilibria_are_reported() -> None:
    """Complements at an elasticity of substitution of 0.2, and large tariffs: two roots have an income everywhere."""
    world = one_sector([[107, 34, 32], [55, 107, 15], [30, 63, 29]], 1.0).with_trade_elasticity(np.array([-0.8]))
    prepared = prepare(world)
    policy = Policy(np.array([[0, 0, 0], [0, 0, 1.0], [2, 2, 0]])[:, :, None])
    outcome = solve_prepared(prepared, policy)
    (other,) = outcome.solution.others
    assert certify(prepared, other, tolerance=1e-10).holds
    assert_allclose(outcome.income, [135.243, 239.397, 280.303], atol=1e-3)
    assert_allclose(other.income, [5.583, 418.878, 147.209], atol=1e-3)
    assert "the income of A is -95.9 percent away from the one shown" in outcome.certificate.warnings[1]
    from_there = solve_levers(prepared, policy.levers(prepared.baseline), other)
    assert_allclose(from_there.income, outcome.income, rtol=1e-7)


# ---------------------------------------------------------------- what is far is found


@pytest.mark.parametrize("compiled", [False, True])
def test_wages_that_rise_twentyfold_are_found(compiled: bool) -> None:
    """Trade elasticity 30, trade costs between 0.31 and 2.8 times what they were."""
    parts = case("far_wages")
    outcome = solve_prepared(prepare(world_of(parts), compiled=compiled), Policy(iceberg_hat=parts["iceberg"]))
    assert_allclose(100 * (outcome.real_income_hat - 1), parts["real_income_pct"], rtol=1e-6)
    assert_allclose(outcome.wage_hat, parts["wage_hat"], rtol=1e-7)


@pytest.mark.parametrize("cost", [1e3, 1e6, 1e9])
def test_costs_that_nearly_stop_trade_lead_to_autarky(cost: float) -> None:
    costs = np.ones((3, 3, 3))
    costs[~np.eye(3, dtype=bool)] = cost
    outcome = solve(toy(), Policy(iceberg_hat=costs), closure="balanced")
    world = outcome.baseline
    own = world.expenditure_share[np.arange(3), np.arange(3)]
    autarky = np.prod(own ** (world.consumption_share / world.trade_elasticity), axis=1)
    assert_allclose(outcome.real_income_hat, autarky, rtol=1e-7)
    assert outcome.certificate.residuals["trade balance"] <= 1e-9
    tight = solve(toy(), Policy(iceberg_hat=costs), closure="balanced", tolerance=1e-12)
    assert_allclose(outcome.wage_hat, tight.wage_hat, rtol=1e-6)


@pytest.mark.parametrize("tolerance", [1e-4, 1e-7, 1e-12])
def test_the_baseline_is_solved_as_tightly_as_the_policy_needs(tolerance: float) -> None:
    outcome = solve(toy_io(), Policy(war_rates(toy_io())), closure="balanced", tolerance=tolerance)
    assert_allclose(100 * (outcome.real_income_hat - 1), [-0.163932, -0.716815, 0.034801], atol=2e-6 + 300 * tolerance)
    at_rest = solve(toy_io(), closure="balanced", tolerance=tolerance)
    assert_allclose(at_rest.real_income_hat, 1, atol=max(tolerance, 1e-12))


@pytest.mark.parametrize("closure", ["share-of-world", "balanced", "own-gdp", "fixed:C000"])
def test_compiled_and_plain_give_the_same_statuses(closure: str) -> None:
    world = world_of(case("lent_away"))
    items = [Item(Policy(random_rates(world, seed, 3.0))) for seed in range(6)]
    plain, compiled = (solve_batch(prepare(world, closure, compiled=fast), items) for fast in (False, True))
    assert plain.status == compiled.status
    assert_allclose(compiled.real_income_hat, plain.real_income_hat, rtol=1e-7)


# ---------------------------------------------------------------- wars


def test_a_war_beside_a_lender_of_nearly_all_its_income_is_refused_in_words() -> None:
    with pytest.raises(NoSolutionError) as caught:
        war(world_of(case("lent_away")), ["C000", "C001"], closure="share-of-world", corners=False)
    said = str(caught.value)
    assert "C000, C001" in said and "from closed-form" in said and "C002 would be left without income" in said


def test_combinations_that_are_not_defined_are_refused() -> None:
    with pytest.raises(PolicyError, match=r"own-gdp: is not defined for the monopolistic market"):
        solve(toy(), closure="own-gdp", market="monopolistic")
