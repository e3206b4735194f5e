"""Wars of small worlds against values computed independently, and by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import ndarray as Array

from games_worlds import open_toy, open_toy_io, two_countries
from tradewar.games import War, best_response, war
from tradewar.games.instruments import STARTS, closed_form, closed_form_rates
from tradewar.games.objectives import real_incomes
from tradewar.games.setup import Options, setup
from tradewar.games.stage import settle
from worlds import CN, GOODS, RW, SOY, US, toy

QUICK = {"starts": ["closed-form"], "corners": False}
"""For tests of something other than the search."""


def percent(found: War) -> Array:
    return 100.0 * (found.real_income_hat - 1.0)


def test_two_countries_one_sector_unilateral_optimum() -> None:
    found = best_response(two_countries(), "HOME")
    assert found.certified
    assert found.tariff_rate[0, 1, 0] == pytest.approx(0.2860286, abs=1e-6)
    assert found.real_income_hat[0] == pytest.approx(1.0119888, abs=1e-6)


def test_two_countries_one_sector_nash() -> None:
    found = war(two_countries())
    assert found.certified
    assert found.tariff_rate[[0, 1], [1, 0], 0] == pytest.approx(0.2689926, abs=1e-6)
    assert found.real_income_hat == pytest.approx(0.9861350, abs=1e-6)


def test_a_grid_finds_no_better_tariff_than_the_unilateral_optimum() -> None:
    ready = setup(two_countries(), ["HOME"], Options())
    stage, own = ready.game.stage, ready.game.instruments

    def payoff(rate: float) -> float:
        position = settle(stage, own.place(np.log1p(np.array([rate])), stage.log_power))
        return float(real_incomes(stage, position)[0])

    grid = np.linspace(0.0, 1.0, 201)
    best = grid[np.argmax([payoff(rate) for rate in grid])]
    assert best == pytest.approx(best_response(two_countries(), "HOME").tariff_rate[0, 1, 0], abs=0.005)


@pytest.mark.parametrize("scale", [1e3, 1e5])
def test_a_small_country_gains_only_by_its_monopoly_over_its_own_variety(scale: float) -> None:
    # Gros (1987): t = 1/(θ x own share of the partner), which tends to 1/θ as the own size tends to zero
    found = best_response(two_countries(scale=scale), "HOME")
    assert found.tariff_rate[0, 1, 0] == pytest.approx(0.25, abs=0.5 / scale)


def test_toy_nash_in_all_sectors() -> None:
    found = war(open_toy(), starts=["closed-form"])
    assert found.certified
    assert percent(found) == pytest.approx([-0.724259, -0.543609, -0.205412], abs=1e-5)
    expected = {(US, CN): 0.267260, (US, RW): 0.251276, (CN, US): 0.254227, (CN, RW): 0.263581}
    expected |= {(RW, US): 0.298876, (RW, CN): 0.250860}
    for (importer, exporter), rate in expected.items():
        # labour is the only cost: the optimal tariff does not vary over sectors
        assert found.tariff_rate[importer, exporter] == pytest.approx(rate, abs=1e-5)
        assert np.ptp(found.tariff_rate[importer, exporter]) < 1e-6


def test_toy_war_between_two_in_two_sectors() -> None:
    found = war(toy(), ["US", "CN"], goods=["soy", "goods"], between=True)
    assert found.certified
    assert percent(found) == pytest.approx([-0.003962, -0.116610, 0.011340], abs=1e-5)
    assert found.tariff_rate[US, CN, [SOY, GOODS]] == pytest.approx([0.152949, 0.116089], abs=1e-5)
    assert found.tariff_rate[CN, US, [SOY, GOODS]] == pytest.approx([0.064117, 0.110161], abs=1e-5)
    untouched = ~found.chosen
    assert (found.tariff_rate[untouched] == found.tariff_rate_in_force[untouched]).all()


def test_toy_with_inputs_nash_in_all_sectors() -> None:
    found = war(open_toy_io(), starts=["closed-form"])
    assert found.certified
    assert percent(found) == pytest.approx([-1.349036, -1.419170, -0.452383], abs=1e-5)
    expected = {
        (US, CN): [0.261287, 0.264541, 0.268342],
        (US, RW): [0.250800, 0.250095, 0.253015],
        (CN, US): [0.259245, 0.257442, 0.263649],
        (CN, RW): [0.267233, 0.265679, 0.269584],
        (RW, US): [0.306663, 0.300823, 0.318606],
        (RW, CN): [0.254155, 0.253756, 0.263597],
    }
    for (importer, exporter), rates in expected.items():
        assert found.tariff_rate[importer, exporter] == pytest.approx(rates, abs=1e-5)


def test_the_closed_form_iterated() -> None:
    ready = setup(open_toy(), None, Options())
    level, position = closed_form(ready.game.stage, ready.game.instruments, ready.factual)
    rates = np.expm1(ready.game.instruments.place(level, ready.game.stage.log_power))
    assert [rates[US, CN, 0], rates[CN, US, 0], rates[RW, US, 0]] == pytest.approx(
        [0.255313, 0.261748, 0.276261], abs=1e-5
    )
    stage = ready.game.stage
    change = 100 * np.expm1(real_incomes(stage, position) - real_incomes(stage, ready.factual))
    assert change == pytest.approx([-0.676099, -0.579775, -0.208205], abs=1e-5)


def test_the_closed_form_is_exact_for_two_countries_and_one_sector_at_fob_shares() -> None:
    # Gros (1987): t = 1/(θ x the partner's own share at f.o.b. values); at buyers' prices it is .2741
    found = war(two_countries(), **QUICK)
    value = found.found.trade_value
    free_on_board = value / value.sum(axis=1, keepdims=True)
    rates = closed_form_rates(value, free_on_board, found.baseline.trade_elasticity)
    assert rates == pytest.approx(found.tariff_rate[[0, 1], [1, 0], 0], abs=1e-9)


@pytest.mark.parametrize("build", [open_toy, open_toy_io])
def test_random_deviations_never_gain(build) -> None:
    found = war(build(), **QUICK)
    ready = setup(build(), None, Options())
    stage, draws = ready.game.stage, np.random.default_rng(7)
    claimed = np.log1p(found.tariff_rate)
    payoffs = real_incomes(stage, settle(stage, claimed))
    for player in range(3):
        for _ in range(10):
            moved = claimed.copy()
            cells = found.chosen[player]
            moved[player][cells] += 0.05 * draws.standard_normal(int(cells.sum()))
            assert real_incomes(stage, settle(stage, moved))[player] < payoffs[player]


def test_one_rate_per_sector_gives_no_more_than_one_per_partner() -> None:
    free = best_response(open_toy_io(), "US", **QUICK)
    tied = best_response(open_toy_io(), "US", mfn=True, **QUICK)
    single = best_response(open_toy_io(), "US", regime="overall", **QUICK)
    assert free.real_income_hat[US] >= tied.real_income_hat[US] >= single.real_income_hat[US] > 1.0
    rates = tied.tariff_rate[US]
    assert rates[CN] == pytest.approx(rates[RW], abs=0)
    assert np.ptp(single.tariff_rate[US][[CN, RW]]) == 0.0


def test_one_rate_per_partner() -> None:
    found = war(open_toy_io(), regime="partner", **QUICK)
    assert found.certified
    assert np.ptp(found.tariff_rate, axis=2).max() == 0.0


def test_an_exempt_partner_keeps_its_rates() -> None:
    found = best_response(open_toy_io(), "US", exempt=[("US", "RW")], **QUICK)
    assert found.certified
    assert (found.tariff_rate[US, RW] == found.tariff_rate_in_force[US, RW]).all()
    assert not found.chosen[US, RW].any()


def test_an_upper_bound_binds_and_is_counted() -> None:
    found = best_response(open_toy(), "US", max_rate=0.1)
    assert found.certified
    assert found.certificate.at_upper_bound == int(found.chosen.sum()) == 6
    assert found.tariff_rate[found.chosen] == pytest.approx(0.1, abs=1e-15)


def test_different_starts_reach_the_same_war() -> None:
    found = war(open_toy(), starts=STARTS, corners=False)
    assert len(found.found.found_from) == 5
    assert found.others == ()
    assert found.uniqueness == "the only one found from 5 starts"


def test_a_policy_in_force_is_where_hats_and_passive_tariffs_start() -> None:
    from tradewar.equilibrium.policy import Policy

    world = toy()
    rates = world.tariff_rate.copy()
    rates[RW, US, GOODS] = 0.2
    found = best_response(world, "US", policy=Policy(tariff_rate=rates), **QUICK)
    assert found.tariff_rate[RW, US, GOODS] == 0.2
    ready = setup(world, ["US"], Options(policy=Policy(tariff_rate=rates)))
    position = settle(ready.game.stage, np.log1p(found.tariff_rate))
    change = real_incomes(ready.game.stage, position) - real_incomes(ready.game.stage, ready.factual)
    assert np.log(found.real_income_hat) == pytest.approx(change, abs=1e-11)
