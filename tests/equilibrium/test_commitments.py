"""Purchases and bilateral balances: printed figures, complementarity, identities, and targets beyond reach."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium import BalanceTarget, Outcome, Policy, PurchaseCommitment, certify, solve
from tradewar.equilibrium.commitments import resolve
from tradewar.equilibrium.commitments_result import commitment_residual
from tradewar.equilibrium.commitments_solve import bracketed_root, fischer_burmeister
from tradewar.errors import InfeasibleError, PolicyError
from tradewar.world import World
from worlds import CN, GOODS, RW, SOY, US, toy, toy_io, war_rates


def percent(outcome: Outcome) -> np.ndarray:
    return 100 * (outcome.real_income_hat - 1)


def buys(*sectors: str, **amounts: float) -> PurchaseCommitment:
    return PurchaseCommitment("CN", ("US",), sectors, **amounts)  # pyright: ignore[reportArgumentType]


def surplus(instrument: str, target: float = 128.5) -> BalanceTarget:
    return BalanceTarget("CN", "US", ("soy", "goods"), target=target, instrument=instrument)


SOY_24 = buys("soy", target=24.0)


@pytest.mark.parametrize(
    ("world", "policy", "wedge", "expected"),
    [
        (toy(), Policy(commitments=[SOY_24]), 0.153054, [0.00827, -0.01495, -0.00127]),
        (toy(), Policy(commitments=[buys("soy", "goods", target=200.0)]), 0.095276, [0.05324, -0.09615, -0.00305]),
        (toy(), Policy(war_rates(toy()), commitments=[SOY_24]), 0.401258, [-0.02718, -0.39138, 0.03182]),
        (toy_io(), Policy(commitments=[SOY_24]), 0.157533, [0.01533, -0.03070, -0.00199]),
        (toy(), Policy(commitments=[surplus("importer-wedge")]), 0.287944, [0.24047, -0.68364, -0.00875]),
        (toy(), Policy(commitments=[surplus("partner-tariff")]), 0.172522, [0.04408, -0.32413, 0.02608]),
        (toy(), Policy(commitments=[surplus("export-restraint")]), 0.217122, [-0.27673, 0.09194, 0.03029]),
    ],
    ids=["soy", "soy and goods", "on top of war", "with inputs", "wedge", "tariff", "VER"],
)
def test_printed_wedges_and_real_incomes(world: World, policy: Policy, wedge: float, expected: list[float]) -> None:
    outcome = solve(world, policy)
    (kept,) = outcome.commitments
    assert kept.wedge == pytest.approx(wedge, abs=1.1e-6)
    assert_allclose(percent(outcome), expected, atol=1.1e-5)
    assert kept.binding
    assert kept.value == pytest.approx(kept.target, rel=1e-8)
    assert kept.residual < 1e-8
    assert outcome.certificate.converged
    assert outcome.certificate.residuals["commitments"] < 1e-9


def test_who_is_displaced_and_what_the_balance_does() -> None:
    world = toy()
    outcome = solve(world, Policy(commitments=[SOY_24]))
    (kept,) = outcome.commitments
    hat = outcome.trade_value_hat
    assert hat[CN, RW, SOY] == pytest.approx(0.802582, abs=1e-6)
    assert hat[CN, CN, SOY] == pytest.approx(0.804558, abs=1e-6)
    assert [row.supplier for row in kept.displaced] == ["RW", "CN"]
    assert kept.displaced[0].change == pytest.approx(24 * (0.802582 - 1), abs=1e-4)
    shift = kept.bilateral
    assert shift.surplus_before == pytest.approx(328.5)
    assert shift.surplus == pytest.approx(320.0629, abs=1e-4)
    assert shift.extra_purchases == pytest.approx(12, abs=1e-7)
    # the surplus falls by less than what is bought: 8.44 of 12
    assert shift.surplus_fall == pytest.approx(328.5 - 320.0629, abs=1e-4)
    assert shift.fall_per_unit < 1
    assert shift.other_commitments_change == 0
    parts = shift.extra_purchases + shift.other_purchases_change - shift.own_sales_change
    assert shift.surplus_fall == pytest.approx(parts, abs=1e-9)
    assert shift.surplus == pytest.approx(shift.surplus_before - shift.surplus_fall, abs=1e-9)


def test_implied_tariff_and_fiscal_cost() -> None:
    outcome = solve(toy(), Policy(war_rates(toy()), commitments=[SOY_24]))
    (kept,) = outcome.commitments
    assert kept.implied_rate == pytest.approx(-0.163154, abs=1e-6)
    assert kept.implied_rate_range == pytest.approx((kept.implied_rate, kept.implied_rate))
    # duties forgone and the subsidy on top, at the values traded
    assert kept.fiscal_cost == pytest.approx((0.25 + 0.163154) * 24, abs=1e-4)
    assert kept.payer == "CN"
    war_only = solve(toy(), Policy(war_rates(toy())))
    assert kept.before == pytest.approx(war_only.trade_value[CN, US, SOY], rel=1e-9)
    assert kept.baseline == 12.0


def test_the_unit_cost_of_buyers_under_orders() -> None:
    outcome = solve(toy(), Policy(commitments=[SOY_24]))
    (kept,) = outcome.commitments
    power = 1 + outcome.tariff_rate[CN, :, SOY]
    paid = outcome.trade_value[CN, :, SOY] * power
    shares = paid / paid.sum()
    true_over_shadow = np.array([np.exp(kept.wedge), 1, 1])
    assert kept.mandate_cost_pct["soy"] == pytest.approx(100 * (shares @ true_over_shadow - 1), rel=1e-9)


@pytest.mark.parametrize("world", [toy(), toy_io()], ids=["toy", "toy-IO"])
def test_a_slack_commitment_is_the_baseline(world: World) -> None:
    promises = [buys("soy", target=11.0), surplus("export-restraint", 400.0), buys("goods", additional=0.0)]
    kept, base = solve(world, Policy(commitments=promises)), solve(world)
    assert_allclose(kept.trade_value, base.trade_value, rtol=1e-10)
    assert_allclose(kept.real_income_hat, base.real_income_hat, atol=1e-12)
    assert [(row.wedge, row.binding, row.fiscal_cost) for row in kept.commitments] == [(0, False, 0)] * 3


def test_several_commitments_are_met_together() -> None:
    promises = [
        buys("soy", target=24.0),
        buys("goods", additional=30.0),
        PurchaseCommitment("CN", ("RW",), ("soy",), target=20.0, name="old supplier"),
        buys("services", target=40.0),
    ]
    world = toy_io()
    outcome = solve(world, Policy(commitments=promises))
    value = outcome.trade_value
    assert_allclose([value[CN, US, SOY], value[CN, US, GOODS], value[CN, RW, SOY]], [24, 150, 20], rtol=1e-8)
    wedges = [row.wedge for row in outcome.commitments]
    assert min(wedges[:3]) > 0.01
    assert wedges[3] == pytest.approx(0, abs=1e-9)
    assert value[CN, US, 2] > 40
    shift = outcome.commitments[0].bilateral
    assert shift.extra_purchases == pytest.approx(12, rel=1e-7)
    assert shift.other_commitments_change == pytest.approx(30 + value[CN, US, 2] - 50, rel=1e-6)
    assert shift.surplus_fall == pytest.approx(
        (value - world.trade_value)[CN, US].sum() - (value - world.trade_value)[US, CN].sum(), rel=1e-7
    )
    # one after the other gives the same as together
    alone = solve(toy_io(), Policy(commitments=promises[:3]))
    assert_allclose(alone.trade_value, value, rtol=1e-7)


def test_overlapping_promises_of_which_one_is_implied() -> None:
    outcome = solve(toy(), Policy(commitments=[buys("soy", target=24.0), buys("soy", "goods", target=140.0)]))
    first, second = outcome.commitments
    assert first.wedge == pytest.approx(0.144, abs=0.02)
    assert second.value >= 140.0 - 1e-6
    assert min(second.wedge, second.value - 140.0) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    "promise",
    [buys("soy", target=5000.0), surplus("partner-tariff", -700.0), buys("soy", target=100.0, cap=0.2)],
    ids=["more than China earns", "a surplus that only an embargo reaches", "above a low cap"],
)
def test_a_target_beyond_reach_names_the_best_attainable(promise: PurchaseCommitment | BalanceTarget) -> None:
    with pytest.raises(InfeasibleError, match="attainable value is") as refused:
        solve(toy(), Policy(commitments=[promise]))
    assert refused.value.exit_status == 3
    (best,) = refused.value.attainable.values()
    # what is said to be attainable is: a target a little short of it is met
    shorter = replace(promise, target=best + (0.01 * abs(best) if best < 0 else -0.01 * best))
    if isinstance(promise, BalanceTarget):
        shorter = replace(promise, target=best + 0.01 * abs(best))
    (kept,) = solve(toy(), Policy(commitments=[shorter])).commitments
    assert kept.binding


def test_one_of_several_beyond_reach() -> None:
    with pytest.raises(InfeasibleError, match="China buys soy") as refused:
        promises = [buys("goods", additional=30.0), buys("soy", target=100.0, cap=0.2)]
        solve(toy(), Policy(commitments=[promises[0], replace(promises[1], name="China buys soy")]))
    assert list(refused.value.attainable) == ["China buys soy"]
    assert 12 < refused.value.attainable["China buys soy"] < 100


def test_purchases_under_monopolistic_competition() -> None:
    world = toy().replace(market="monopolistic")
    outcome = solve(world, Policy(commitments=[SOY_24]))
    assert outcome.trade_value[CN, US, SOY] == pytest.approx(24, rel=1e-8)
    with pytest.raises(PolicyError, match=r"export-restraint.*competitive market only"):
        solve(world, Policy(commitments=[surplus("export-restraint")]))


def test_targets_refer_to_the_rebased_baseline() -> None:
    outcome = solve(toy(), Policy(commitments=[buys("soy", additional=12.0)]), closure="balanced")
    (kept,) = outcome.commitments
    assert kept.baseline == pytest.approx(outcome.baseline.trade_value[CN, US, SOY])
    assert kept.value == pytest.approx(kept.baseline + 12, rel=1e-8)


@pytest.mark.parametrize(
    ("promise", "said"),
    [
        (PurchaseCommitment("CHN", ("US",), ("soy",), target=1.0), "unknown country 'CHN'.*did you mean 'CN'"),
        (buys("soybeans", target=1.0), "unknown sector 'soybeans'.*Use one of soy"),
        (buys("soy"), "has neither target or additional"),
        (buys("soy", target=1.0, additional=1.0), "has both target or additional"),
        (buys("soy", additional=-1.0), "below 0"),
        (buys("soy", target=float("nan")), "target is nan"),
        (buys("soy", target=1.0, cap=0.0), "cap is 0"),
        (buys(target=1.0), "no exporter or no sector"),
        (PurchaseCommitment("CN", ("US", "CN"), ("soy",), target=1.0), "CN is on both sides"),
        (BalanceTarget("CN", "US", ("services",), target=1.0), "not tradable"),
        (surplus("quota"), "instrument 'quota' is unknown"),
    ],
)
def test_faults_of_commitments(promise: PurchaseCommitment | BalanceTarget, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        solve(toy(), Policy(commitments=[promise]))


def test_promises_that_no_wedge_can_tell_apart_or_start() -> None:
    with pytest.raises(PolicyError, match="same trade in the same way"):
        solve(toy(), Policy(commitments=[SOY_24, buys("soy", target=20.0)]))
    flows = toy().trade_value.copy()
    flows[CN, US, SOY] = 0.0
    with pytest.raises(PolicyError, match="no such trade in the baseline"):
        solve(toy().replace(trade_value=flows, consumption_share=None), Policy(commitments=[SOY_24]))


def test_the_certificate_fails_for_a_broken_promise_or_a_wasted_wedge() -> None:
    world = toy()
    outcome = solve(world, Policy(commitments=[SOY_24]))
    conditions, levers = resolve([SOY_24], world), Policy().levers(world)
    wedge = np.array([outcome.commitments[0].wedge])

    def holds(conditions: tuple, wedges: np.ndarray) -> bool:
        further = commitment_residual(world, levers, conditions, wedges, outcome.solution)
        return certify(outcome.prepared, outcome.solution, tolerance=1e-10, further=further).converged

    assert holds(conditions, wedge)
    assert not holds(resolve([buys("soy", target=24.01)], world), wedge)
    assert not holds(resolve([buys("soy", target=20.0)], world), wedge)
    assert not holds(conditions, wedge + 1e-6)


def test_json_of_commitments() -> None:
    facts = solve(toy(), Policy(war_rates(toy()), commitments=[SOY_24, surplus("export-restraint")])).to_dict()
    first, second = facts["commitments"]
    assert (first["kind"], second["kind"]) == ("purchases", "balance")
    assert second["instrument"] == "export-restraint"
    assert first["suppliers"][0].keys() == {"supplier", "sales_before", "sales", "change", "change_pct"}
    assert facts["levers"] == {"tariff_rate": 4}
    assert facts["certificate"]["residuals"]["commitments"] < 1e-9


def test_the_bracket_shrinks_around_a_root() -> None:
    assert bracketed_root(lambda z: z**3 - 2.0, 3.0, 1e-12) == pytest.approx(2 ** (1 / 3), abs=1e-10)
    assert bracketed_root(lambda z: z + 1.0, 3.0, 1e-12) == 0.0
    assert bracketed_root(lambda z: z - 5.0, 3.0, 1e-12) == 3.0
    # no equilibrium beyond 1: the best that was found
    assert 0.9 < bracketed_root(lambda z: z - 5.0 if z < 1 else float("nan"), 3.0, 1e-12) < 1.0


def test_fischer_burmeister_is_zero_exactly_at_complementarity() -> None:
    a, b = np.array([0.0, 2.0, 0.0, 1.0, -1.0]), np.array([3.0, 0.0, 0.0, 1.0, 0.0])
    assert_allclose(fischer_burmeister(a, b)[:3], 0, atol=1e-15)
    assert (fischer_burmeister(a, b)[3:] != 0).all()
