"""Elasticities by horizon: the theory of labour and time, D1 and check L18."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tradewar.equilibrium import Item, Policy, prepare, solve, solve_batch, solve_prepared
from tradewar.equilibrium.horizon import LONG_RUN, NODES, Horizon, by_horizon
from tradewar.errors import PolicyError
from tradewar.world import World, read_world
from worlds import CN, GOODS, US, random_rates, toy, toy_io, war_rates

FOUR = np.full(3, 4.0)


@pytest.mark.parametrize(("years", "theta"), [(0.0, -0.10065), (1.0, 0.9), (10.0, 3.75), (np.inf, 4.0), (None, 4.0)])
def test_elasticities_of_trade_without_the_duty_fall_with_sigma(years: float | None, theta: float) -> None:
    assert_allclose(Horizon.of(years).elasticities(FOUR), theta, atol=1e-4)


def test_blp_has_their_own_long_run() -> None:
    horizon = Horizon.of(1.0, "blp")
    assert_allclose(horizon.elasticities(horizon.level_of(FOUR)), -0.24)
    assert_allclose(Horizon.of(level="blp").level_of(FOUR), 1.0)
    assert_allclose(horizon.long_run(np.array([-0.24])), 1.0)


def test_without_a_horizon_nothing_changes() -> None:
    policy = Policy(war_rates(toy_io()))
    plain, long_run = solve(toy_io(), policy), solve(toy_io(), policy, horizon=np.inf)
    assert_array_equal(plain.trade_value, long_run.trade_value)
    assert plain.horizon == LONG_RUN
    world = toy_io()
    assert prepare(world).baseline is world


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"horizon": -1.0}, "horizon: is -1 years"),
        ({"horizon": float("nan")}, "horizon: is nan years"),
        ({"level": "world-2017"}, "level: there is no level 'world-2017'. Use one of world, blp"),
        ({"horizon": 1.0, "market": "monopolistic"}, "not defined for the monopolistic market"),
    ],
)
def test_what_is_no_horizon_is_refused(options: dict, said: str) -> None:
    with pytest.raises(PolicyError) as caught:
        solve(toy(), **options)
    assert said in str(caught.value)


def test_an_elasticity_of_substitution_of_one_is_refused() -> None:
    with pytest.raises(PolicyError, match="elasticity of substitution of 1 at 2 years"):
        Horizon(2.0).elasticities(np.array([1.0 / Horizon(2.0).share - 1.0]))


def test_complements_know_no_bans() -> None:
    banned = np.zeros((3, 3, 3))
    banned[US, CN, GOODS] = 0.5
    with pytest.raises(PolicyError, match="bans varieties in goods, which are complements at this horizon"):
        solve(toy(), Policy(banned_share=banned), horizon=0.0)
    assert solve(toy(), Policy(banned_share=banned), horizon=1.0).certificate.holds


def test_the_purge_of_deficits_is_long_past() -> None:
    """A balanced baseline is that of the long run at every horizon: what years pass since is the policy."""
    early, late = (solve(toy_io(), Policy(war_rates(toy_io())), closure="balanced", horizon=y) for y in (1.0, None))
    assert_array_equal(early.baseline.trade_value, late.baseline.trade_value)
    assert_allclose(early.baseline.trade_elasticity, 0.38 * (1 + late.baseline.trade_elasticity) - 1)


def test_every_output_has_its_horizon() -> None:
    facts = solve(toy_io(), Policy(war_rates(toy_io())), horizon=1.0).to_dict()["horizon"]
    assert (facts["years"], facts["name"], facts["level"]) == (1.0, "1 year after the change", "world")
    assert facts["share_of_long_run"] == pytest.approx(0.38)
    assert facts["trade_elasticity"]["goods"] == pytest.approx(0.9)
    assert facts["long_run_trade_elasticity"] == pytest.approx({"soy": 5.0, "goods": 4.0, "services": 4.0})
    assert "0.9 to 1.28 by sector; 38 percent of the long-run reaction" in facts["sentence"]
    plain = solve(toy_io()).to_dict()["horizon"]
    assert plain["years"] is None and plain["sentence"] == "Trade elasticities, long run: 4 to 5 by sector."


def test_a_batch_keeps_its_horizon_under_other_elasticities() -> None:
    policy = Policy(war_rates(toy_io()))
    prepared = prepare(toy_io(), horizon=Horizon.of(2.0), compiled=True)
    found = solve_batch(prepared, [Item(policy), Item(policy, np.array([6.0, 3.0, 3.0]))])
    assert_allclose(found.real_income_hat[0], solve(toy_io(), policy, horizon=2.0).real_income_hat, rtol=1e-9)
    other = toy_io().with_trade_elasticity(np.array([6.0, 3.0, 3.0]))
    assert_allclose(found.real_income_hat[1], solve(other, policy, horizon=2.0).real_income_hat, rtol=1e-9)


def test_between_horizons_it_goes_straight_in_logs_along_the_share() -> None:
    world, policy = toy_io(), Policy(random_rates(toy_io(), 1, 0.5))
    found = by_horizon(world, policy)
    assert [outcome.horizon.years for outcome in found.outcomes] == list(NODES)
    for years, outcome in zip(NODES, found.outcomes, strict=True):
        assert_array_equal(found.trade_value_hat(years), outcome.trade_value_hat)
        alone = solve(world, policy, horizon=None if np.isinf(years) else years)
        assert_allclose(outcome.trade_value_hat, alone.trade_value_hat, rtol=1e-8)
    share = Horizon(3.0).share
    weight = (share - Horizon(2.0).share) / (Horizon(5.0).share - Horizon(2.0).share)
    expected = (1 - weight) * np.log(found.trade_value_hat(2.0)) + weight * np.log(found.trade_value_hat(5.0))
    assert_allclose(np.log(found.trade_value_hat(3.0)), expected, rtol=1e-12)
    exact = solve(world, policy, horizon=3.0)
    assert_allclose(found.real_income_hat(3.0), exact.real_income_hat, atol=3e-4)
    with pytest.raises(PolicyError, match=r"years: is 0.5.*Give 1 or more"):
        by_horizon(world, policy, (1.0, 2.0)).real_income_hat(0.5)


def test_a_horizon_starts_from_the_next_longer_one() -> None:
    prepared = [prepare(toy_io(), horizon=Horizon.of(years)) for years in (1.0, 0.9)]
    policy = Policy(war_rates(toy_io()))
    longer = solve_prepared(prepared[0], policy)
    warm = solve_prepared(prepared[1], policy, start=longer)
    assert warm.certificate.iterations < solve_prepared(prepared[1], policy).certificate.iterations


@pytest.mark.reference
def test_the_tariffs_of_2018_and_2019_by_horizon(reference_data: Path) -> None:
    folder = reference_data / "worlds" / "world-2017"
    world = read_world(folder)
    usa, china, mexico = (world.country_index(code) for code in ("USA", "CHN", "MEX"))
    found = by_horizon(world, Policy(escalated(world, folder)), (np.inf, 10.0, 1.0, 0.5, 0.0))
    flows = [outcome.diversion("USA", "CHN").hat[china] for outcome in found.outcomes]
    assert_allclose(flows, [0.51344, 0.52956, 0.76161, 0.80903, 0.86796], atol=1e-5)
    income = 100 * (found.real_income_hat(1.0)[[usa, china, mexico]] - 1)
    assert_allclose(income, [0.0776, -0.3400, 0.1405], atol=1e-4)


def escalated(world: World, folder: Path) -> np.ndarray:
    rates = world.tariff_rate.copy()
    usa, china = world.country_index("USA"), world.country_index("CHN")
    for row in pd.read_csv(folder / "tariff_increases_2018_2019.csv").itertuples():
        sector = world.sector_index(row.sector)
        rates[usa, china, sector] += row.us_on_china_increase
        rates[china, usa, sector] += row.china_on_us_increase
    return rates
