"""What must hold of games in every world."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy import ndarray as Array

from tradewar.games import best_response, cooperate, war
from tradewar.games.nash import alone, examine, look
from tradewar.games.setup import Options, setup
from tradewar.world import World
from worlds import random_world

QUICK = {"starts": ["closed-form"], "corners": False}
few = settings(max_examples=3, derandomize=True, deadline=None)
seeds = st.integers(0, 2**31)


def drawn(seed: int, inputs: bool, countries: int = 3, sectors: int = 2) -> World:
    return random_world(seed, countries, sectors, with_inputs=inputs)


@few
@given(seeds, st.booleans())
def test_a_nash_war_is_certified_and_its_first_order_conditions_hold(seed: int, inputs: bool) -> None:
    found = war(drawn(seed, inputs), **QUICK)
    assert found.certified
    assert found.certificate.first_order_residual < 1e-9
    assert found.certificate.largest_gain_from_deviating_pct < 1e-6


@few
@given(seeds, st.booleans())
def test_passive_tariffs_stay_bit_for_bit(seed: int, inputs: bool) -> None:
    world = drawn(seed, inputs)
    found = war(world, ["C00", "C02"], goods=["S00"], **QUICK)
    assert (found.tariff_rate[~found.chosen] == world.tariff_rate[~found.chosen]).all()
    assert not found.chosen[1].any()


@few
@given(seeds)
def test_optimal_tariffs_do_not_vary_over_sectors_where_labour_is_the_only_cost(seed: int) -> None:
    world = drawn(seed, inputs=False).replace(tradable=np.ones(2, dtype=bool))
    found = best_response(world, "C00", **QUICK)
    assert np.ptp(found.tariff_rate[0, 1:], axis=1).max() < 1e-6


@settings(max_examples=2, derandomize=True, deadline=None)
@given(seeds, st.permutations(range(3)))
def test_relabelling_countries_permutes_the_war(seed: int, order: list[int]) -> None:
    world = drawn(seed, inputs=True)
    found, mixed = war(world, **QUICK), war(relabelled(world, order), **QUICK)
    assert np.abs(found.tariff_rate[np.ix_(order, order)] - mixed.tariff_rate).max() < 1e-7
    assert np.abs(found.real_income_hat[order] - mixed.real_income_hat).max() < 1e-9


def relabelled(world: World, order: list[int]) -> World:
    def of(array: Array) -> Array:
        return array[order]

    both = np.ix_(order, order)
    return world.replace(
        countries=tuple(world.countries[k] for k in order),
        country_names=tuple(world.country_names[k] for k in order),
        trade_value=world.trade_value[both],
        tariff_rate=world.tariff_rate[both],
        value_added_share=of(world.value_added_share),
        input_share=of(world.input_share),
        consumption_share=of(world.consumption_share),
    )


@few
@given(seeds, st.booleans())
def test_one_rate_for_all_partners_gives_no_more(seed: int, inputs: bool) -> None:
    world = drawn(seed, inputs)
    free, tied = best_response(world, "C01", **QUICK), best_response(world, "C01", mfn=True, **QUICK)
    assert free.real_income_hat[1] >= tied.real_income_hat[1] - 1e-12
    assert free.real_income_hat[1] >= 1.0


@few
@given(seeds, st.booleans(), st.sampled_from(["bilateral", "mfn", "partner", "overall"]))
def test_a_small_rule_step_raises_the_payoff(seed: int, inputs: bool, regime: str) -> None:
    ready = setup(drawn(seed, inputs), ["C00"], Options(regime=regime))
    game, _ = alone(ready.game, 0)
    level = np.random.default_rng(seed).uniform(0.0, 0.8, game.instruments.count)
    point = look(game, game.stage.log_power, level, None)
    assert point is not None
    assert (np.sign(point.step) * point.slope >= -1e-12).all()
    near = look(game, game.stage.log_power, level + 1e-3 * point.step, None)
    assert near is not None
    assert near.log_payoff >= point.log_payoff


@few
@given(seeds, st.booleans())
def test_a_planted_false_equilibrium_is_rejected(seed: int, inputs: bool) -> None:
    from tradewar.games.certificate import certify

    world = drawn(seed, inputs)
    found = war(world, **QUICK)
    ready = setup(world, None, Options())
    rates = found.tariff_rate.copy()
    rates[0] *= 0.5
    point, _ = examine(ready.game, ready.game.instruments.read(np.log1p(rates)), None)
    certificate, searches = certify(ready.game, point, corners=False)
    assert not certificate.certified
    assert searches[0].gain > 1e-6


@few
@given(seeds)
def test_talks_between_two_reach_the_efficient_set(seed: int) -> None:
    # Mayer (1981): with one good of each country, efficiency asks only that (1 + t_1)(1 + t_2) = 1
    flows = np.random.default_rng(seed).uniform(5.0, 15.0, size=2)
    from games_worlds import two_countries

    world = two_countries(own=60.0 + flows[0], partner=flows[1])
    start = war(world, **QUICK)
    agreed = cooperate(world, start=start, min_rate=-0.5)
    power = 1.0 + agreed.tariff_rate
    assert abs(power[0, 1, 0] * power[1, 0, 0] - 1.0) < 1e-4
    assert agreed.gain_pct > 0
    assert agreed.spread < 1e-8
