"""The solved world as payoffs of tariffs, quadratic models between solves, and ladders along patterns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from talks.models import with_finite_differences
from tradewar.equilibrium import prepare
from tradewar.errors import TalksError
from tradewar.talks import bargain, efficient_frontier
from tradewar.talks.payoffs import models_of
from tradewar.talks.world_ladder import Climb, ladder_of_world, uniform_climb
from tradewar.talks.world_payoffs import (
    payoffs_of_world,
    policy_at,
    rates_placed,
    rates_under,
    talks_of_world,
    tariff_choice,
)
from worlds import CN, SERVICES, US, toy

PREPARED = prepare(toy(), "fixed:world", compiled=True)
PARTIES = ("US", "CN")
NASH = np.array([0.01672, -0.20042])


@pytest.mark.parametrize("by", ["party", "sector"])
def test_the_jacobian_is_that_of_the_solved_world(by: str) -> None:
    choice = tariff_choice(PREPARED.baseline, PARTIES, by=by)  # type: ignore[arg-type]
    payoff = payoffs_of_world(PREPARED, choice, PREPARED.baseline.countries, tolerance=1e-12)
    at = np.linspace(0.02, 0.1, choice.count)
    differences = with_finite_differences(lambda rates: payoff(rates)[0], 1e-5)(at)[1]
    assert payoff(at)[1] == pytest.approx(differences, rel=1e-6, abs=1e-6)


def test_instruments_are_placed_and_read_back() -> None:
    world = PREPARED.baseline
    choice = tariff_choice(world, PARTIES, by="sector")
    assert choice.instruments[0] == "tariff of US on CN soy"
    rates = np.array([0.1, 0.2, 0.3, 0.4])
    placed = rates_placed(choice, rates, world.tariff_rate)
    assert placed[US, CN, :SERVICES].tolist() == [0.1, 0.2]
    assert placed[CN, US, :SERVICES].tolist() == [0.3, 0.4]
    assert np.count_nonzero(placed) == 4
    assert rates_under(choice, world, placed) == pytest.approx(rates)
    assert policy_at(PREPARED, choice, rates, "x").name == "x"


@pytest.mark.parametrize(("parties", "goods"), [(("US", "XX"), None), (("US",), None), (("US", "CN"), ["services"])])
def test_unknown_parties_and_goods_are_refused(parties: tuple[str, ...], goods: list[str] | None) -> None:
    with pytest.raises(TalksError):
        tariff_choice(PREPARED.baseline, parties, goods=goods)


def test_models_give_the_printed_bargain_with_few_solves() -> None:
    choice = tariff_choice(PREPARED.baseline, PARTIES)
    solved = payoffs_of_world(PREPARED, choice)
    calls: list[np.ndarray] = []

    def counted(rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        calls.append(rates)
        return solved(rates)

    talks = talks_of_world(PREPARED, choice, NASH, lowest=-0.3, highest=0.5, payoff=counted)
    deal = bargain(talks)
    with_models = len(calls)
    # theory of talks, check T28
    assert deal.instruments == pytest.approx([0.00852, -0.08626], abs=2e-4)
    assert deal.payoff == pytest.approx([0.05913, -0.10807], abs=2e-5)
    assert with_models < 30
    direct = bargain(replace(talks, models=None, starts=(np.array([0.01, -0.08]),)))
    assert direct.instruments == pytest.approx(deal.instruments, abs=1e-4)


def test_the_frontier_by_models_is_the_frontier() -> None:
    choice = tariff_choice(PREPARED.baseline, PARTIES)
    talks = talks_of_world(PREPARED, choice, NASH, lowest=-0.3, highest=0.5)
    by_models = efficient_frontier(talks, points=4)
    direct = efficient_frontier(replace(talks, models=None), points=4)
    assert by_models.payoff == pytest.approx(direct.payoff, abs=1e-6)


def test_secant_updates_explain_the_change_of_gradients() -> None:
    def curved(point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.array([np.exp(point).sum()]), np.exp(point)[None, :]

    model_at = models_of(curved)
    first = model_at(np.zeros(3))
    second = model_at(np.array([0.1, -0.2, 0.05]))
    assert second.payoff(first.point)[1] == pytest.approx(first.jacobian, abs=1e-12)
    assert second.hessian == pytest.approx(second.hessian.transpose(0, 2, 1))
    assert model_at(second.point) is second


def test_rungs_follow_their_pattern() -> None:
    floor, step = np.array([0.01, 0.02, 0.0]), np.array([0.1, 0.25, 0.0])
    climb = Climb("US", (0.0, 0.1, 0.25), 0.25, floor, step)
    assert climb.tariffs(0.1) == pytest.approx(floor + 0.4 * step)
    ladder = ladder_of_world(PREPARED, (climb, uniform_climb(PREPARED, "CN", "US", (0.0, 0.1))))
    assert ladder.solved.all()
    assert ladder.tariff_revenue is not None
    assert (np.diff(ladder.trade_value["US from CN"], axis=0) < 0).all()


def test_patterns_that_do_not_fit_are_refused() -> None:
    good = uniform_climb(PREPARED, "CN", "US", (0.0, 0.1))
    for wrong in (
        replace(good, floor=np.zeros(2), step=np.zeros(2)),
        replace(good, full_rate=0.0),
        replace(good, country="XX"),
    ):
        with pytest.raises(TalksError):
            ladder_of_world(PREPARED, (uniform_climb(PREPARED, "US", "CN", (0.0, 0.1)), wrong))
