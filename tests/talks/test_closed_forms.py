"""Splits, alternating offers, attrition, deal content and the escalation ladder against their figures."""

from __future__ import annotations

import numpy as np
import pytest

from talks.cases import BASE, CN, RATES, US, toy_ladder
from talks.closed_forms import (
    attrition_with_deadline,
    attrition_with_reputation,
    deal_content,
    finite_offers,
    rubinstein_share,
    split_pie,
    split_with_inside_options,
    split_with_outside_options,
)
from tradewar.errors import NoSolutionError, TalksError
from tradewar.talks import run_clock
from tradewar.talks.clock import Basis, walk_away_point
from tradewar.talks.escalation import escalation_ladder
from tradewar.talks.ladder import RungOutcome, build_ladder, judge_threat, ladder_from_table

# ---------------------------------------------------------------- splits and offers


@pytest.mark.parametrize(("weight", "share"), [(0.5, 0.55), (0.7, 0.69)])
def test_splitting_a_pie(weight: float, share: float) -> None:
    split = split_pie(1.0, (0.2, 0.1), (weight, 1.0 - weight))
    assert split is not None
    assert split[0] == pytest.approx(share, abs=1e-12)
    assert sum(split) == pytest.approx(1.0, abs=1e-12)


def test_nothing_to_split() -> None:
    assert split_pie(1.0, (0.7, 0.6)) is None
    # outside options that are worth less change nothing
    assert split_with_outside_options(1.0, (0.1, 0.2), None) is None


def test_inside_options_count_in_full() -> None:
    assert split_with_inside_options(1.0, (0.2, 0.0), (0.05, 0.05))[0] == pytest.approx(0.6, abs=1e-12)
    assert split_with_inside_options(1.0, (0.0, 0.0), (0.02, 0.08))[0] == pytest.approx(0.8, abs=1e-12)


@pytest.mark.parametrize(("outside", "share"), [(0.2, 0.5), (0.5, 0.5), (0.7, 0.7)])
def test_outside_options_are_only_a_floor(outside: float, share: float) -> None:
    split = split_with_outside_options(1.0, (outside, 0.0), split_pie(1.0, (0.0, 0.0)))
    assert split[0] == pytest.approx(share, abs=1e-12)


def test_outside_options_bind_for_the_second_side_too_and_can_exclude_a_deal() -> None:
    equal = split_pie(1.0, (0.0, 0.0))
    assert split_with_outside_options(1.0, (0.0, 0.8), equal) == pytest.approx((0.2, 0.8))
    assert split_with_outside_options(1.0, (0.6, 0.8), equal) is None


@pytest.mark.parametrize(("factors", "share"), [((0.9, 0.9), 0.526316), ((0.95, 0.9), 0.689655)])
def test_rubinstein(factors: tuple[float, float], share: float) -> None:
    assert rubinstein_share(factors) == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize(("offers", "share"), [(1, 1.0), (2, 0.1), (3, 0.91), (4, 0.181), (50, 0.523604)])
def test_stahl(offers: int, share: float) -> None:
    first = finite_offers(1.0, (0.9, 0.9), (0.0, 0.0), offers)[0]
    assert first == pytest.approx(share, abs=1e-6)
    assert first == pytest.approx((1 - (-0.9) ** offers) / 1.9, abs=1e-12)


def test_offers_before_a_breakdown() -> None:
    assert finite_offers(1.0, (0.9, 0.9), (-0.3, -0.5), 4) == pytest.approx((-0.01583, 1.01583), abs=1e-6)


def test_no_offer_is_accepted_where_breakdown_is_better() -> None:
    assert finite_offers(1.0, (0.9, 0.9), (2.0, 2.0), 1) == pytest.approx((1.8, 1.8))


def test_deal_content_by_months_left() -> None:
    value, flow = deal_content(
        BASE.now,
        BASE.escalation,
        BASE.deal,
        surplus=-0.03,
        weights=(0.5, 0.5),
        rate=0.05,
        settlement_rate=0.25,
        months=3,
    )
    assert value[0] == pytest.approx([0.966667, -1.566667], abs=1e-6)
    assert flow[3] == pytest.approx([0.048727, -0.078727], abs=1e-6)


def test_a_node_waits_where_walking_away_is_worth_more() -> None:
    value, flow = deal_content(
        (0.5, 0.5),
        (0.5, 0.5),
        (0.5, 0.5),
        surplus=0.2,
        weights=(0.5, 0.5),
        rate=0.05,
        settlement_rate=0.0,
        months=2,
    )
    assert np.isnan(flow).all()
    assert value == pytest.approx(np.full((3, 2), 10.0))


def test_walk_away_points() -> None:
    now, war = (-0.06, -0.25), (-0.14, -0.55)
    margins = run_clock(BASE).threat_margin
    assert walk_away_point(now, war, None).basis is Basis.WHILE_TALKING
    assert walk_away_point(now, war, float(margins[1, 0])).point == war
    empty = walk_away_point(now, war, float(margins[1, 1]))
    assert (empty.basis, empty.point) == (Basis.EMPTY_THREAT, now)
    assert walk_away_point(now, war, float(margins[0, 0])).basis is Basis.AUTOMATIC


# ---------------------------------------------------------------- attrition


def test_reputation() -> None:
    hazard, years, at_start = attrition_with_reputation((0.6, 0.6), (0.1, 0.1), (0.1, 0.05))
    assert hazard == pytest.approx((0.2, 0.2), abs=1e-4)
    assert years == pytest.approx((11.5129, 14.9787), abs=1e-4)
    assert at_start == pytest.approx((0.0, 0.5), abs=1e-4)


def test_equal_reputations_make_nobody_give_in_at_once() -> None:
    assert attrition_with_reputation((0.6, 0.6), (0.1, 0.1), (0.1, 0.1))[2] == pytest.approx((0.0, 0.0), abs=1e-12)


def test_hazard_of_one_side_comes_from_the_other() -> None:
    hazard = attrition_with_reputation((0.7, 0.6), (0.1, 0.2), (0.1, 0.1))[0]
    # side 1's concession keeps side 2 indifferent: r_2 (1 − a_1)/(a_2 − (1 − a_1))
    assert hazard[0] == pytest.approx(0.2 * 0.3 / 0.3)
    assert hazard[1] == pytest.approx(0.1 * 0.4 / 0.3)


@pytest.mark.parametrize(
    ("after", "concede", "silent", "escalate"),
    [(-0.4, 0.888889, 4.013414, 0.012346), (-0.05, 0.818182, 3.722046, 0.033058)],
)
def test_attrition_with_a_near_deadline(after: float, concede: float, silent: float, escalate: float) -> None:
    war = attrition_with_deadline(
        if_conceded_to=0.6, if_conceding=0.4, now=0.0, after_deadline=after, discount_rate=0.05, years=0.25
    )
    assert war.deadline_concession_probability == pytest.approx(concede, abs=1e-5)
    assert war.silent_years == pytest.approx(silent, abs=1e-5)
    assert (war.p_before, war.p_at, war.p_escalate) == pytest.approx((0.0, 1 - escalate, escalate), abs=1e-5)


LONG = {"if_conceded_to": 0.9, "if_conceding": 0.3, "now": 0.0, "after_deadline": -0.1, "discount_rate": 0.2}


def test_attrition_with_a_far_deadline() -> None:
    war = attrition_with_deadline(**LONG, years=5.0)
    assert war.hazard == pytest.approx(0.1, abs=1e-5)
    assert war.deadline_concession_probability == pytest.approx(0.571429, abs=1e-5)
    assert war.silent_years == pytest.approx(2.259926, abs=1e-5)
    assert (war.p_before, war.p_at, war.p_escalate) == pytest.approx((0.421904, 0.471915, 0.106181), abs=1e-5)
    assert war.waiting_value == pytest.approx(0.3, abs=1e-4)


def test_value_of_waiting_by_simulation() -> None:
    war = attrition_with_deadline(**LONG, years=5.0)
    generator = np.random.default_rng(11)
    conceded = generator.exponential(1.0 / war.hazard, size=400_000)
    before = conceded < 5.0 - war.silent_years
    last = generator.random(400_000) < war.deadline_concession_probability
    # at the deadline the waiting side concedes or not with equal value: take not conceding
    end = np.where(last, 0.9, -0.1)
    received = np.where(before, np.exp(-0.2 * conceded) * 0.9, np.exp(-0.2 * 5.0) * end)
    assert received.mean() == pytest.approx(0.3, abs=4 * received.std() / np.sqrt(400_000))


# ---------------------------------------------------------------- the ladder


def test_toy_ladder() -> None:
    ladder = toy_ladder()
    # the United States answers any rung with 10 percent, China too: neither side wants to leave 10/10
    assert ladder.best_reply_1 == (1, 1, 1)
    assert ladder.best_reply_2 == (1, 1, 1)
    assert ladder.nash_rungs == ((1, 1),)
    assert ladder.sentence == "Neither side wants to leave 10%/10%."


def test_the_threat_of_25_percent_is_no_best_reply() -> None:
    threat = judge_threat(toy_ladder(), 1, 1, 2, 1)
    assert threat.cost_to_self == pytest.approx(0.0223 + 0.0168, abs=1e-9)
    assert threat.cost_to_other == pytest.approx(0.3628 - 0.1712, abs=1e-9)
    assert not threat.best_reply
    assert judge_threat(toy_ladder(), 1, 0, 1, 0).best_reply
    china = judge_threat(toy_ladder(), 2, 1, 2, 1)
    assert china.cost_to_self == pytest.approx(-0.1712 + 0.1826, abs=1e-9)


def test_matching_pennies_has_no_pure_equilibrium() -> None:
    one = np.array([[1.0, -1.0], [-1.0, 1.0]])
    ladder = ladder_from_table(np.stack([one, -one]), ("A", "B"), ("A", "B"), (0.0, 0.1), (0.0, 0.1))
    assert ladder.nash_rungs == ()
    assert "no pair" in ladder.sentence


def test_the_ladder_is_built_from_a_solver_with_warm_starts_and_failures() -> None:
    seen: list[tuple[float, float, object]] = []
    done: list[tuple[int, int]] = []

    def solver(one: float, two: float, warm: object) -> RungOutcome:
        seen.append((one, two, warm))
        if (one, two) == (0.25, 0.10):
            raise NoSolutionError("no")
        a, b = RATES.index(one), RATES.index(two)
        payoff = np.array([US[a, b], CN[a, b]])
        return RungOutcome(payoff, 1e-12, {"soy": 10.0 * a + b}, payoff * 2, warm_start=(one, two))

    names = ("USA", "CHN")
    ladder = build_ladder(solver, names, names, RATES, RATES, progress=lambda *at: done.append(at))
    assert done[-1] == (9, 9)
    assert seen[0][2] is None
    assert seen[1][2] == (0.0, 0.0)
    # the rungs are walked in a snake, so that each pair neighbours the one before
    assert [row[:2] for row in seen[2:5]] == [(0.0, 0.25), (0.10, 0.25), (0.10, 0.10)]
    assert np.isnan(ladder.payoff[:, 2, 1]).all()
    assert not ladder.solved[2, 1]
    assert ladder.solved.sum() == 8
    assert ladder.best_reply_1 == (1, None, 1)
    assert ladder.best_reply_2 == (1, 1, None)
    assert ladder.nash_rungs == ()
    assert ladder.trade_value["soy"][1, 2] == 12.0
    assert ladder.tariff_revenue is not None
    assert ladder.tariff_revenue[0, 0, 1] == pytest.approx(-0.0714)
    assert "1 of 9 pairs are not solved" in ladder.sentence
    with pytest.raises(TalksError, match="not solved"):
        judge_threat(ladder, 1, 1, 2, 1)


def test_ladders_refuse_wrong_axes() -> None:
    def fails(one: float, two: float, warm: object) -> RungOutcome:
        raise NoSolutionError("diverged")

    names = ("USA", "CHN")
    with pytest.raises(NoSolutionError, match="diverged"):
        build_ladder(fails, names, names, RATES, RATES)
    with pytest.raises(TalksError, match="is not a country"):
        build_ladder(fails, names, ("USA", "EUR"), RATES, RATES)
    with pytest.raises(TalksError, match="both are"):
        build_ladder(fails, names, ("USA", "USA"), RATES, RATES)
    with pytest.raises(TalksError, match="rising rates"):
        build_ladder(fails, names, names, (0.1, 0.0), RATES)
    with pytest.raises(TalksError, match="25 percent"):
        build_ladder(fails, names, names, RATES, (0.0, 25.0))
    with pytest.raises(TalksError, match="shape"):
        ladder_from_table(np.zeros((2, 2, 3)), names, names, RATES, RATES)
    with pytest.raises(TalksError, match="rungs of the ladder"):
        judge_threat(toy_ladder(), 1, 0, 3, 0)


# ---------------------------------------------------------------- escalation


def linear_payoffs() -> np.ndarray:
    rates = np.array([0.0, 0.025, 0.05])
    own, other = 3 * rates - 30 * rates**2, -(3 * rates - 9 * rates**2)
    return np.stack([own[:, None] + other[None, :], other[:, None] + own[None, :]])


def test_escalation_on_the_linear_model_goes_to_mutual_nash() -> None:
    rates = [0.0, 0.025, 0.05]
    drift = escalation_ladder(linear_payoffs(), rates, rates, discount=0.6)
    assert drift.long_run[2, 2] == pytest.approx(0.995061, abs=1e-5)
    assert drift.long_run[1, 2] == pytest.approx(0.002467, abs=1e-5)
    assert drift.long_run[2, 1] == pytest.approx(0.002467, abs=1e-5)
    assert drift.long_run.sum() == pytest.approx(1.0, abs=1e-12)
    assert drift.residual < 1e-10
    assert drift.expected_rates[0] == pytest.approx([0.05, 0.0], abs=1e-3)


def test_steps_of_one_rung_take_longer() -> None:
    rates = [0.0, 0.025, 0.05]
    drift = escalation_ladder(linear_payoffs(), rates, rates, discount=0.6, step=1, first_mover=2)
    assert drift.policy_1[0, 0, 2] == 0.0
    assert drift.expected_rates[0, 1] < 0.026
    assert drift.expected_rates[0, 0] == 0.0
    assert drift.long_run[2, 2] > 0.99


@pytest.mark.parametrize("discount", [0.3, 0.9])
def test_the_ladder_settles_at_the_same_point_without_acceleration(
    discount: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = escalation_ladder(toy_ladder().sides_payoff, RATES, RATES, discount=discount)
    monkeypatch.setattr("tradewar.talks.escalation.PASS_LIMIT", 1)
    slow = escalation_ladder(toy_ladder().sides_payoff, RATES, RATES, discount=discount)
    assert quick.long_run == pytest.approx(slow.long_run, abs=1e-9)
    assert quick.policy_1 == pytest.approx(slow.policy_1, abs=1e-9)
    assert max(quick.residual, slow.residual) < 1e-12


def test_escalation_on_a_ladder_with_unequal_numbers_of_rungs() -> None:
    rates_1, rates_2 = [0.0, 0.05], [0.0, 0.025, 0.05]
    payoff = linear_payoffs()[:, [0, 2], :]
    drift = escalation_ladder(payoff, rates_1, rates_2, discount=0.6)
    assert drift.long_run.shape == (2, 3)
    assert drift.long_run[1, 2] > 0.99
    assert drift.policy_2.sum(axis=2) == pytest.approx(np.ones((2, 3)))


def test_escalation_refuses_what_it_cannot_judge() -> None:
    rates = [0.0, 0.025, 0.05]
    payoff = linear_payoffs()
    payoff[0, 1, 1] = np.nan
    with pytest.raises(TalksError, match="1 cells are not solved"):
        escalation_ladder(payoff, rates, rates, discount=0.6)
    with pytest.raises(TalksError) as caught:
        escalation_ladder(
            linear_payoffs()[:, :2], rates, rates, discount=1.0, start=(3, 0), first_mover=0, step=0, noise_path=()
        )
    assert len(caught.value.problems) == 6
