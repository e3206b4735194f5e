"""Ladder, bargain and frontier of the toy world, solved by the engine."""

from __future__ import annotations

import numpy as np
import pytest

from talks.cases import CN as CHINA
from talks.cases import RATES
from talks.cases import US as AMERICA
from talks.models import with_finite_differences
from talks.toy_world import all_payoffs, nash, payoffs, solve_rung, talks_from
from tradewar.talks import BargainStatus, bargain, efficient_frontier
from tradewar.talks.bargaining import without_subsidies
from tradewar.talks.escalation import escalation_ladder
from tradewar.talks.ladder import build_ladder, judge_threat


@pytest.fixture(scope="module")
def war() -> np.ndarray:
    """Nash tariffs of the two."""
    return nash()


def test_the_ladder_of_the_toy_world() -> None:
    ladder = build_ladder(solve_rung, ("US", "CN", "RW"), ("US", "CN"), RATES, RATES)
    assert ladder.of_side(1) == pytest.approx(AMERICA, abs=5e-5)
    assert ladder.of_side(2) == pytest.approx(CHINA, abs=5e-5)
    assert ladder.residual.max() < 1e-9
    # the third country gains from every step, and China's soy comes from it instead
    assert (ladder.payoff[2].ravel()[1:] > 0).all()
    assert (np.diff(ladder.trade_value["soy to China"], axis=1) < 0).all()
    assert ladder.nash_rungs == ((1, 1),)
    assert not judge_threat(ladder, 1, 1, 2, 1).best_reply
    drift = escalation_ladder(ladder.sides_payoff, RATES, RATES, discount=0.6)
    assert drift.long_run[1, 1] > 0.5


def test_the_gradient_that_bargaining_uses() -> None:
    at = np.array([0.05, 0.1])
    exact, differences = payoffs(at)[1], with_finite_differences(lambda x: payoffs(x)[0], 1e-5)(at)[1]
    assert exact == pytest.approx(differences, rel=1e-6, abs=1e-6)


def test_the_nash_war_of_the_toy_world(war: np.ndarray) -> None:
    assert war == pytest.approx([0.118808, 0.126836], abs=2e-6)
    assert payoffs(war)[0] == pytest.approx([0.01672, -0.20042], abs=1e-5)


def test_the_bargain_of_the_toy_world(war: np.ndarray) -> None:
    talks = talks_from(payoffs(war)[0])
    free, no_subsidy = map(bargain, (talks, without_subsidies(talks)))
    assert free.instruments == pytest.approx([0.00852, -0.08626], abs=2e-4)
    assert free.payoff == pytest.approx([0.05913, -0.10807], abs=2e-4)
    assert no_subsidy.instruments == pytest.approx([0.05042, 0.0], abs=2e-4)
    assert no_subsidy.payoff == pytest.approx([0.04170, -0.10935], abs=2e-4)
    assert no_subsidy.active_bounds == ("tariff of CN at its lower bound",)
    assert free.stationarity == pytest.approx(0.0, abs=1e-5)
    # what the deals do to the third country: free sign as a change from zero tariffs
    for deal, third in ((free, -0.00147), (no_subsidy, 0.00735)):
        assert deal.instruments is not None
        assert all_payoffs(deal.instruments)[0][2] == pytest.approx(third, abs=2e-4)


@pytest.mark.slow
def test_the_frontier_of_the_toy_world_holds_the_bargain(war: np.ndarray) -> None:
    talks = talks_from(payoffs(war)[0])
    frontier, deal = efficient_frontier(talks, points=6), bargain(talks)
    at = np.interp(deal.payoff[1], frontier.payoff[:, 1], frontier.payoff[:, 0])
    assert deal.payoff[0] == pytest.approx(at, abs=4e-3)
    assert frontier.stationarity.max() < 1e-4
    assert (frontier.exchange_rate < 0).all()


def test_a_side_that_would_rather_have_the_war_is_named(war: np.ndarray) -> None:
    # with the whole world at stake no tariff pair gives the United States half a percent
    deal = bargain(talks_from(np.array([0.5, -0.2])))
    assert deal.status is BargainStatus.NO_DEAL
    assert "US" in deal.binding
    assert deal.gap < 0
