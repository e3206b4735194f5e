"""Bargaining solutions on economies with known answers, and the cases without a deal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from talks.models import (
    best_tariff,
    curve_talks,
    exchange_economy,
    linear,
    linear_talks,
    nash_tariffs,
    with_finite_differences,
)
from tradewar.errors import NoSolutionError, TalksError
from tradewar.talks import BargainStatus, PairTalks, Solution, Talks, bargain, efficient_frontier, nash_in_nash
from tradewar.talks.bargaining import without_subsidies
from tradewar.talks.nash_in_nash import RoundsStatus

SYMMETRIC = np.array([[80.0, 20.0], [20.0, 80.0]])
ASYMMETRIC = np.array([[180.0, 20.0], [20.0, 80.0]])

# ---------------------------------------------------------------- the curve u2 = 1 − u1²


@pytest.mark.parametrize(("weight", "payoff"), [(0.5, (0.577350, 0.666667)), (0.7, (0.733799, 0.461538))])
def test_asymmetric_nash_on_the_curve(weight: float, payoff: tuple[float, float]) -> None:
    deal = bargain(curve_talks((0.0, 0.0)), weights=np.array([weight, 1 - weight]))
    assert deal.payoff == pytest.approx(payoff, abs=1e-5)
    assert deal.payoff[0] ** 2 == pytest.approx(weight / (2 - weight), abs=1e-6)
    assert deal.status is BargainStatus.DEAL


@pytest.mark.parametrize("solution", [Solution.KALAI_SMORODINSKY, Solution.EGALITARIAN])
def test_kalai_smorodinsky_and_egalitarian_on_the_curve(solution: Solution) -> None:
    deal = bargain(curve_talks((0.0, 0.0)), solution)
    assert deal.payoff == pytest.approx((0.618034, 0.618034), abs=1e-6)


@pytest.mark.parametrize(
    ("solution", "payoff"),
    [
        (Solution.ASYMMETRIC_NASH, (0.577350, 1.333333)),
        (Solution.KALAI_SMORODINSKY, (0.618034, 1.236068)),
        (Solution.EGALITARIAN, (0.780776, 0.780776)),
    ],
)
def test_a_payoff_in_another_unit(solution: Solution, payoff: tuple[float, float]) -> None:
    assert bargain(curve_talks((0.0, 0.0), scale=2.0), solution).payoff == pytest.approx(payoff, abs=1e-5)


@pytest.mark.parametrize(
    ("solution", "payoff"),
    [
        (Solution.ASYMMETRIC_NASH, (0.618432, 0.617542)),
        (Solution.KALAI_SMORODINSKY, (0.633799, 0.598298)),
        (Solution.EGALITARIAN, (0.661895, 0.561895)),
        (Solution.EQUAL_PERCENT, (0.780776, 0.390388)),
        (Solution.EQUAL_PROPORTIONAL, (0.780776, 0.390388)),
    ],
)
def test_with_walk_away_payoffs(solution: Solution, payoff: tuple[float, float]) -> None:
    deal = bargain(curve_talks((0.2, 0.1)), solution)
    assert deal.payoff == pytest.approx(payoff, abs=1e-5)
    assert deal.implied_weight is not None
    assert deal.implied_weight.sum() == pytest.approx(1.0)
    # on this frontier du1/du2 = −1/(2 u1): weights stand in the ratio 2 u1 to 1
    assert deal.implied_weight[0] / deal.implied_weight[1] == pytest.approx(2 * deal.payoff[0], abs=1e-4)


def test_the_ideal_point_is_reported() -> None:
    deal = bargain(curve_talks((0.2, 0.1)), Solution.KALAI_SMORODINSKY)
    assert deal.ideal == pytest.approx([np.sqrt(0.9), 0.96], abs=1e-6)


def test_no_deal_where_walking_away_is_efficient() -> None:
    deal = bargain(curve_talks((0.6, 0.64)))
    assert deal.status is BargainStatus.NO_DEAL
    assert deal.gap == pytest.approx(0.0, abs=1e-6)
    assert deal.payoff == pytest.approx([0.6, 0.64])
    assert deal.instruments is None
    assert "already efficient" in deal.sentence


def test_no_deal_says_by_how_much_and_whose_walk_away_point_binds() -> None:
    deal = bargain(curve_talks((0.9, 0.9)))
    assert deal.status is BargainStatus.NO_DEAL
    # the even loss leads to the egalitarian point of the curve
    assert deal.gap == pytest.approx(0.618034 - 0.9, abs=1e-6)
    assert deal.binding == ("one", "two")
    assert "would lose at least 0.282 " in deal.sentence


def test_a_deal_that_needs_a_payment() -> None:
    deal = bargain(curve_talks((1.05, -1.0)))
    assert deal.status is BargainStatus.NEEDS_SIDE_PAYMENT
    payment = deal.side_payment
    assert payment is not None
    assert payment.received == pytest.approx([0.05, -0.05], abs=1e-6)
    assert (payment.payers, payment.receivers) == (("two",), ("one",))
    assert deal.instruments is None


def test_payments_are_converted_by_income() -> None:
    talks = replace(curve_talks((1.05, -1.0)), income=np.array([200.0, 100.0]))
    payment = bargain(talks).side_payment
    assert payment is not None
    assert payment.money == pytest.approx(10.0, abs=1e-4)
    assert payment.received == pytest.approx([0.05, -0.10], abs=1e-6)


def test_equal_percent_of_nothing_is_refused() -> None:
    with pytest.raises(TalksError, match="near zero"):
        bargain(curve_talks((0.0, 0.0)), Solution.EQUAL_PERCENT)
    with pytest.raises(TalksError, match="level_of_zero"):
        bargain(curve_talks((0.0, 0.0)), Solution.EQUAL_PROPORTIONAL)


# ---------------------------------------------------------------- the linear model


def test_equal_weights_give_free_trade_in_the_linear_model() -> None:
    deal = bargain(linear_talks())
    assert deal.instruments == pytest.approx([0.0, 0.0], abs=2e-6)
    assert deal.gain == pytest.approx([0.0525, 0.0525], abs=1e-5)
    assert deal.stationarity == pytest.approx(0.0, abs=1e-6)


def test_unequal_weights_pay_by_an_import_subsidy() -> None:
    free, no_subsidy = (
        bargain(talks, weights=np.array([0.6, 0.4])) for talks in (linear_talks(), without_subsidies(linear_talks()))
    )
    assert free.instruments == pytest.approx([0.0016148, -0.0016856], abs=2e-6)
    assert free.gain == pytest.approx([0.062349, 0.042537], abs=1e-5)
    assert no_subsidy.instruments == pytest.approx([0.0031686, 0.0], abs=2e-6)
    assert no_subsidy.gain == pytest.approx([0.061705, 0.043085], abs=1e-5)
    assert no_subsidy.active_bounds == ("instrument 2 at its lower bound",)


# ---------------------------------------------------------------- two countries, one good each


def test_the_symmetric_exchange_economy_itself() -> None:
    payoff = exchange_economy(SYMMETRIC, 4.0)
    alone = best_tariff(payoff, 0, 0.0)
    assert alone == pytest.approx(0.2860286, abs=1e-5)
    assert payoff(np.array([alone, 0.0]))[0] == pytest.approx(1.011989, abs=1e-5)
    nash = nash_tariffs(payoff)
    assert nash == pytest.approx([0.2689926, 0.2689926], abs=1e-5)
    assert payoff(nash) == pytest.approx([0.986135, 0.986135], abs=1e-5)


def test_the_asymmetric_exchange_economy() -> None:
    payoff = exchange_economy(ASYMMETRIC, 4.0)
    nash = nash_tariffs(payoff)
    assert nash == pytest.approx([0.26874, 0.25891], abs=2e-5)
    walk_away = payoff(nash)
    assert walk_away == pytest.approx([0.99394, 0.98478], abs=1e-5)
    talks = Talks(
        ("large", "small"),
        with_finite_differences(payoff),
        walk_away,
        np.full(2, -0.3),
        np.full(2, 1.0),
        (np.full(2, 0.05),),
        level_of_zero=0.0,
    )
    deal = bargain(talks)
    assert deal.instruments is not None
    assert deal.instruments == pytest.approx([0.00713, -0.00708], abs=2e-5)
    assert deal.payoff == pytest.approx([1.00077, 0.99845], abs=1e-5)
    # the efficient set of Mayer (1981)
    assert np.prod(1.0 + deal.instruments) == pytest.approx(1.0, abs=1e-6)
    for solution in (Solution.EQUAL_PERCENT, Solution.EQUAL_PROPORTIONAL):
        equal = bargain(talks, solution)
        assert equal.instruments is not None
        assert equal.instruments == pytest.approx([0.02872, -0.02791], abs=2e-5)
        assert equal.payoff / walk_away == pytest.approx([1.00920, 1.00920], abs=1e-5)
        assert np.prod(1.0 + equal.instruments) == pytest.approx(1.0, abs=1e-6)


# ---------------------------------------------------------------- the frontier


def test_the_frontier_of_the_curve() -> None:
    frontier = efficient_frontier(curve_talks((0.2, 0.1)), points=12)
    assert frontier.payoff[:, 1] == pytest.approx(np.linspace(0.1, 0.96, 12), abs=1e-6)
    assert frontier.payoff[:, 0] == pytest.approx(np.sqrt(1 - frontier.payoff[:, 1]), abs=1e-6)
    assert frontier.exchange_rate == pytest.approx(-1 / (2 * frontier.payoff[:, 0]), abs=1e-4)


def test_the_frontier_of_the_linear_model_holds_the_deals() -> None:
    talks = linear_talks()
    frontier = efficient_frontier(talks, points=9)
    assert (np.diff(frontier.payoff[:, 0]) < 0).all()
    assert frontier.stationarity.max() < 1e-5
    deal = bargain(talks, weights=np.array([0.6, 0.4]))
    on_frontier = np.interp(deal.payoff[1], frontier.payoff[:, 1], frontier.payoff[:, 0])
    assert deal.payoff[0] == pytest.approx(on_frontier, abs=2e-3)
    # nothing feasible lies above it
    tried = np.random.default_rng(0).uniform(-0.1, 1 / 6, (500, 2))
    values = np.array([linear(row)[0] for row in tried])
    inside = (values[:, 1] >= frontier.payoff[0, 1]) & (values[:, 1] <= frontier.payoff[-1, 1])
    limit = np.interp(values[inside, 1], frontier.payoff[:, 1], frontier.payoff[:, 0])
    assert (values[inside, 0] <= limit + 2e-3).all()


def test_the_whole_frontier_goes_beyond_the_walk_away_points() -> None:
    frontier = efficient_frontier(curve_talks((0.2, 0.1)), points=5, within_walk_away=False)
    assert frontier.payoff[0] == pytest.approx([1.0, 0.0], abs=1e-6)
    assert frontier.payoff[-1] == pytest.approx([0.0, 1.0], abs=1e-6)


def test_no_frontier_without_a_deal() -> None:
    frontier = efficient_frontier(curve_talks((0.9, 0.9)), points=5)
    assert frontier.status is BargainStatus.NO_DEAL
    assert frontier.payoff.shape == (0, 2)


# ---------------------------------------------------------------- many parties


def three_countries(tariffs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Country 0 talks with 1 (tariffs 0, 1) and with 2 (tariffs 2, 3): two linear models, loosely joined."""
    first, slope_first = linear(tariffs[:2])
    second, slope_second = linear(tariffs[2:])
    joint = -2.0 * tariffs[0] * tariffs[2]
    value = np.array([first[0] + second[0] + joint, first[1], second[1]])
    jacobian = np.zeros((3, 4))
    jacobian[0, :2], jacobian[0, 2:] = slope_first[0], slope_second[0]
    jacobian[0, 0] -= 2.0 * tariffs[2]
    jacobian[0, 2] -= 2.0 * tariffs[0]
    jacobian[1, :2], jacobian[2, 2:] = slope_first[1], slope_second[1]
    return value, jacobian


def test_pairwise_talks_settle_at_mutual_best_bargains() -> None:
    pairs = [
        PairTalks((0, 1), np.array([0, 1]), np.full(2, 0.05), np.array([0.6, 0.4])),
        PairTalks((0, 2), np.array([2, 3]), np.full(2, 0.05), np.array([0.6, 0.4])),
    ]
    start = np.full(4, 0.02)
    many = nash_in_nash(three_countries, ("A", "B", "C"), pairs, np.full(4, -0.1), np.full(4, 1 / 6), start)
    assert many.status is RoundsStatus.SETTLED
    assert many.instruments[:2] == pytest.approx(many.instruments[2:], abs=1e-6)
    assert many.instruments[0] > 0 > many.instruments[1]
    assert [deal.status for deal in many.deals] == [BargainStatus.DEAL] * 2
    early = nash_in_nash(
        three_countries, ("A", "B", "C"), pairs, np.full(4, -0.1), np.full(4, 1 / 6), start, max_rounds=1
    )
    assert early.status is RoundsStatus.NOT_SETTLED
    assert "not an equilibrium" in early.sentence
    with pytest.raises(TalksError, match="share an instrument"):
        nash_in_nash(three_countries, ("A", "B", "C"), [pairs[0], pairs[0]], np.zeros(4), np.ones(4), start)
    with pytest.raises(TalksError, match="party that does not exist"):
        nash_in_nash(three_countries, ("A", "B"), pairs, np.zeros(4), np.ones(4), start)


# ---------------------------------------------------------------- what is refused


def test_a_solver_that_stops_short_is_not_shown_as_a_deal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradewar.talks.optimise.MAX_ITERATIONS", 1)
    talks = replace(linear_talks(), starts=(np.array([0.04, 0.01]),))
    with pytest.raises(NoSolutionError, match="misses efficiency"):
        bargain(talks, weights=np.array([0.6, 0.4]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"disagreement": np.zeros(3)}, "one finite payoff per party"),
        ({"lower": np.ones(1), "upper": np.zeros(1)}, "out of order"),
        ({"lower": np.full(1, -1.0)}, "above −1"),
        ({"starts": ()}, "at least one"),
        ({"income": np.zeros(2)}, "positive income"),
        ({"instruments": ("a", "b")}, "names 2 of 1"),
    ],
)
def test_wrong_talks_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(TalksError, match=message):
        bargain(replace(curve_talks((0.0, 0.0)), **changes))  # type: ignore[arg-type]


def test_wrong_weights_and_frontiers_are_refused() -> None:
    with pytest.raises(TalksError, match="positive weights"):
        bargain(curve_talks((0.0, 0.0)), weights=np.array([1.0, 0.0]))
    with pytest.raises(TalksError, match="at least two points"):
        efficient_frontier(curve_talks((0.0, 0.0)), points=1)
