"""The figures of the theory of accords that need no solved world; where they do, its printed payoffs are the input."""

from __future__ import annotations

import numpy as np
import pytest

from accords.linear_model import (
    critical_discount,
    efficient_tariff,
    equal_retaliation_tariff,
    gain_and_stake,
    grim_tariff,
    nash_tariff,
    payoff_change,
    state_ceilings,
)
from accords.simulated_play import simulate_play
from talks.models import exchange_economy, with_finite_differences
from tradewar.accords.imperfect_monitoring import (
    audit_probabilities,
    audit_threshold,
    critical_hazard,
    suspension,
    truce,
)
from tradewar.accords.incentives import incentive
from tradewar.accords.retaliation import compare_rules, deterrence_factor, retaliation
from tradewar.accords.terms import AccordStatus, discount_per_period

# ---------------------------------------------------------------- the linear model


@pytest.mark.parametrize(
    ("weight", "nash", "efficient", "critical"), [(1.0, 0.05, 0.0, 0.588235), (1.2, 0.078767, 0.039604, 0.591093)]
)
def test_linear_tariffs(weight: float, nash: float, efficient: float, critical: float) -> None:
    assert nash_tariff(weight) == pytest.approx(nash, abs=1e-6)
    assert efficient_tariff(weight) == pytest.approx(efficient, abs=1e-6)
    assert critical_discount(*gain_and_stake(efficient_tariff(weight), weight)) == pytest.approx(critical, abs=1e-6)


def test_linear_gain_and_stake_at_free_trade() -> None:
    gain, stake = gain_and_stake(0.0)
    assert gain == pytest.approx(3 / 1960, abs=1e-12)
    assert stake == pytest.approx(3 / 2800, abs=1e-12)


@pytest.mark.parametrize("tariff", [0.0, 0.01, 0.03, 0.05, 0.1])
def test_linear_payoffs_follow_the_printed_polynomials(tariff: float) -> None:
    assert payoff_change(tariff, 0.0) == pytest.approx((3 * tariff - 30 * tariff**2) / 49, abs=1e-14)
    assert payoff_change(0.0, tariff) == pytest.approx(-(3 * tariff - 9 * tariff**2) / 49, abs=1e-14)
    gain, stake = gain_and_stake(tariff)
    assert gain == pytest.approx(30 / 49 * (0.05 - tariff) ** 2, abs=1e-14)
    assert stake == pytest.approx(21 / 49 * (0.05**2 - tariff**2), abs=1e-14)


@pytest.mark.parametrize(("discount", "tariff"), [(0.3, 0.0269231), (0.5, 0.0088235), (10 / 17, 0.0)])
def test_grim_tariff(discount: float, tariff: float) -> None:
    assert grim_tariff(discount) == pytest.approx(tariff, abs=1e-7)


@pytest.mark.parametrize(("discount", "tariff"), [(0.3, 0.0384615), (0.5, 0.0294118), (0.9, 0.0068493)])
def test_equal_retaliation(discount: float, tariff: float) -> None:
    assert equal_retaliation_tariff(discount) == pytest.approx(tariff, abs=1e-7)


def test_detection_lag() -> None:
    assert critical_discount(*gain_and_stake(0.0), lag=2) == pytest.approx(0.766965, abs=1e-6)


@pytest.mark.parametrize(("discount", "periods"), [(0.7, 3), (0.9, 2)])
def test_shortest_war(discount: float, periods: int) -> None:
    found = suspension(0.075, 0.0525, discount=discount, false_alarm=0.0, detection=1.0)
    assert found.periods == periods
    # by brute force
    sums = 0.0525 * np.cumsum(discount ** np.arange(1, 20))
    assert int(np.argmax(sums >= 0.075)) + 1 == periods


def test_ceilings_by_state() -> None:
    assert state_ceilings(0.5, (0.5, 1.5)) == pytest.approx([0.0, 0.0174388], abs=1e-6)
    assert state_ceilings(0.5, (1.0,)) == pytest.approx([grim_tariff(0.5)], abs=1e-6)


def test_autarky_as_the_consequence() -> None:
    assert critical_discount(0.075, 7 / 12) == pytest.approx(0.113924, abs=1e-6)


# ---------------------------------------------------------------- retaliation


@pytest.mark.parametrize(
    ("detection", "discount", "lag", "multiplier"),
    [(1.0, 0.9, 1, 1.1111), (0.5, 0.9, 1, 2.2222), (0.5, 0.9, 3, 2.7435)],
)
def test_multiplier_of_a_breach_made_once(detection: float, discount: float, lag: int, multiplier: float) -> None:
    factor = deterrence_factor(detection=detection, discount=discount, lag=lag)
    assert retaliation("i", "j", 1.0, -1.0, factor).multiplier == pytest.approx(multiplier, abs=1e-4)


@pytest.mark.parametrize(("detection", "discount", "multiplier"), [(0.5, 0.9, 1.2222), (0.1, 0.95, 1.5263)])
def test_multiplier_of_a_lasting_breach(detection: float, discount: float, multiplier: float) -> None:
    factor = deterrence_factor(detection=detection, discount=discount, breach="lasting")
    assert retaliation("i", "j", 1.0, -1.0, factor).multiplier == pytest.approx(multiplier, abs=1e-4)


@pytest.mark.parametrize("own", [(80.0, 80.0), (180.0, 80.0), (400.0, 50.0)])
def test_at_an_efficient_point_equal_answers_fail_for_one_side_at_least(
    own: tuple[float, float],
) -> None:
    payoff = with_finite_differences(exchange_economy(np.array([[own[0], 20.0], [20.0, own[1]]]), 4.0))
    slope = payoff(np.zeros(2))[1]
    factor = deterrence_factor(detection=0.9, discount=0.9)
    answers = [retaliation("i", "j", float(slope[i, i]), float(slope[i, 1 - i]), factor) for i in (0, 1)]
    multipliers = [answer.multiplier or 0.0 for answer in answers]
    # free trade is efficient: the gradients of the two stand in one proportion
    assert np.prod(multipliers) == pytest.approx(factor**-2, rel=1e-4)
    assert max(multipliers) > 1.0
    rules = [
        compare_rules(incentive(name, 0.1, 0.2, discount=0.9, war="w"), answer, path_cost_share=0.0)[0]
        for name, answer in zip("ij", answers, strict=True)
    ]
    assert [rule.sustains_efficient_point for rule in rules] == [multiplier <= 1.0 for multiplier in multipliers]
    assert not all(rule.sustains_efficient_point for rule in rules)


def test_toy_multipliers_from_printed_gradients() -> None:
    factor = deterrence_factor(detection=1.0, discount=0.9)
    deter_china = retaliation("CHN", "USA", 0.00590, -0.02370, factor).multiplier
    deter_america = retaliation("USA", "CHN", 0.01142, -0.00457, factor).multiplier
    assert deter_china == pytest.approx(0.2764, abs=2e-3)
    # the printed gradient carries three digits: its rounding alone moves the quotient by 3e-3
    assert deter_america == pytest.approx(2.7800, abs=5e-3)


# ---------------------------------------------------------------- toy world, printed payoffs


def test_toy_world_against_the_nash_war() -> None:
    america = incentive("USA", 0.05828, -0.01672, discount=0.95, war="Nash war")
    assert america.status is AccordStatus.NEEDS_SIDE_PAYMENT
    assert america.critical_discount is None
    assert america.side_payment == pytest.approx(0.01979, abs=2e-5)
    assert "would have to be paid" in america.sentence
    china = incentive("CHN", 0.02934, 0.20042, discount=0.95, war="Nash war")
    assert china.critical_discount == pytest.approx(0.12769, abs=2e-4)
    assert china.status is AccordStatus.SUSTAINABLE
    assert china.side_payment is None


@pytest.mark.parametrize(("gain", "stake", "critical"), [(0.05828, 0.04337, 0.57333), (0.02934, 0.37161, 0.07317)])
def test_toy_world_against_the_25_percent_war(gain: float, stake: float, critical: float) -> None:
    assert critical_discount(gain, stake) == pytest.approx(critical, abs=2e-4)


@pytest.mark.parametrize(("gain", "stake", "critical"), [(0.04808, 0.04240, 0.53136), (0.11745, 0.09235, 0.55982)])
def test_toy_bargain_is_enforceable(gain: float, stake: float, critical: float) -> None:
    assert critical_discount(gain, stake) == pytest.approx(critical, abs=1e-3)


# ---------------------------------------------------------------- monitoring


def test_suspension() -> None:
    found = suspension(0.075, 0.0525, discount=0.9, false_alarm=0.05, detection=0.8)
    assert found.punishment_share == pytest.approx(0.233918, abs=1e-5)
    assert found.periods == 3
    assert found.path_cost == pytest.approx(0.005706, abs=1e-5)
    assert found.path_cost_share == pytest.approx(0.10869, abs=1e-5)


@pytest.mark.parametrize(
    ("false_alarm", "detection", "critical"), [(0.0, 1.0, 0.588235), (0.0, 0.5, 0.740741), (0.05, 0.8, 0.677966)]
)
def test_critical_discount_under_noise(false_alarm: float, detection: float, critical: float) -> None:
    found = suspension(0.075, 0.0525, discount=0.9, false_alarm=false_alarm, detection=detection)
    assert found.critical_discount == pytest.approx(critical, abs=1e-5)


def test_value_by_solving_the_recursion() -> None:
    # states: accord, then 3, 2, 1 periods of war left; v = (1−δ) flow + δ P v
    discount, alarm = 0.9, 0.05
    moves = np.array([[1 - alarm, alarm, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0]])
    flow = np.array([0.0525, 0, 0, 0])
    value = np.linalg.solve(np.eye(4) - discount * moves, (1 - discount) * flow)[0]
    assert value == pytest.approx(0.04679353, abs=1e-8)
    found = suspension(0.075, 0.0525, discount=discount, false_alarm=alarm, detection=0.8)
    assert found.value == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(
    ("threshold", "alarm", "detection"), [(-0.10, 0.158655, 0.890920), (-0.15, 0.066807, 0.767743)]
)
def test_audit_probabilities(threshold: float, alarm: float, detection: float) -> None:
    found = audit_probabilities(threshold, noise=0.10, shortfall=0.2)
    assert found == pytest.approx((alarm, detection), abs=1e-5)


def test_period_conversion() -> None:
    assert discount_per_period(0.95, 4.0) == pytest.approx(0.987259, abs=1e-6)
    assert discount_per_period(0.95, 12.0) == pytest.approx(0.995735, abs=1e-6)


# ---------------------------------------------------------------- linkage


@pytest.mark.parametrize(
    ("tariff_gain", "hazard", "detection", "limit"),
    [(0.0, 0.0, 1.0, 0.27), (0.0, 0.3, 1.0, 0.189), (0.0, 0.0, 0.5, 0.245455)],
)
def test_break_even_theft(tariff_gain: float, hazard: float, detection: float, limit: float) -> None:
    found = truce(0.3, discount=0.9, tariff_gain=tariff_gain, hazard=hazard, detection=detection)
    assert found.break_even_theft == pytest.approx(limit, abs=1e-6)


def test_break_even_theft_with_false_alarms() -> None:
    found = truce(0.3, discount=0.9, hazard=0.2, detection=0.6, false_alarm=0.05)
    assert found.break_even_theft == pytest.approx(0.16685393, abs=1e-7)


@pytest.mark.parametrize(
    ("detection", "tariff_gain", "hazard"), [(1.0, 0.0, 0.629630), (0.5, 0.0, 0.444444), (1.0, 0.05, 0.523810)]
)
def test_critical_hazard(detection: float, tariff_gain: float, hazard: float) -> None:
    found = critical_hazard(0.10, 0.3, discount=0.9, detection=detection, tariff_gain=tariff_gain)
    assert found.hazard == pytest.approx(hazard, abs=1e-6)


@pytest.mark.parametrize(("theft", "share"), [(0.05, 0.814815), (0.10, 0.629630)])
def test_critical_damage(theft: float, share: float) -> None:
    # what is left of the stake just holds back the theft
    assert truce((1.0 - share) * 0.3, discount=0.9).break_even_theft == pytest.approx(theft, abs=1e-6)


@pytest.mark.parametrize(
    ("gains", "stakes", "critical"),
    [((0.075, 0.075), (0.0525, 0.0525), 0.588235), ((0.075, 0.02), (0.0525, 0.2), 0.273381)],
)
def test_pooling(gains: tuple[float, ...], stakes: tuple[float, ...], critical: float) -> None:
    # issues linked in one deal: cheat on all at once, lose all at once
    assert critical_discount(sum(gains), sum(stakes)) == pytest.approx(critical, abs=1e-6)


# ---------------------------------------------------------------- simulated play


@pytest.mark.parametrize("tariff", [0.0, 0.02])
def test_cheating_pays_below_the_critical_discount_factor_only(tariff: float) -> None:
    gain, stake = gain_and_stake(tariff)
    critical = critical_discount(gain, stake)
    assert critical is not None
    for shift, pays in ((-0.01, True), (0.01, False)):
        played = simulate_play(gain, stake, discount=critical + shift, suspension_periods=np.inf, runs=1)
        assert (played.profit > 0) is pays
    at = simulate_play(gain, stake, discount=critical, suspension_periods=np.inf, runs=1)
    assert at.profit == pytest.approx(0.0, abs=1e-10)


def test_the_shortest_war_deters_and_one_period_less_does_not() -> None:
    for discount, periods in ((0.7, 3), (0.9, 2)):
        enough = simulate_play(0.075, 0.0525, discount=discount, suspension_periods=float(periods), runs=1)
        short = simulate_play(0.075, 0.0525, discount=discount, suspension_periods=periods - 1.0, runs=1)
        assert enough.profit <= 1e-12
        assert short.profit > 0


def test_play_under_noise_has_the_value_of_the_closed_form() -> None:
    noise = {"false_alarm": 0.05, "detection": 0.8}
    played = simulate_play(0.075, 0.0525, discount=0.9, suspension_periods=3.0, runs=40_000, **noise)
    assert played.value_keeping == pytest.approx(0.04679353, abs=4 * played.value_keeping_error)
    assert played.profit + 3 * played.profit_error < 0
    short = simulate_play(0.075, 0.0525, discount=0.9, suspension_periods=2.0, runs=40_000, **noise)
    assert short.profit - 3 * short.profit_error > 0


def test_play_under_noise_around_its_critical_discount_factor() -> None:
    critical = 0.677966
    noise = {"false_alarm": 0.05, "detection": 0.8}
    for shift, pays in ((-0.03, True), (0.03, False)):
        played = simulate_play(
            0.075, 0.0525, discount=critical + shift, suspension_periods=np.inf, runs=40_000, **noise
        )
        assert abs(played.profit) > 3 * played.profit_error
        assert (played.profit > 0) is pays


@pytest.mark.parametrize("hazard", [0.0, 0.2])
def test_break_even_theft_by_the_value_recursion(hazard: float) -> None:
    stake, discount, alarm, detection = 0.3, 0.9, 0.05, 0.6
    limit = truce(stake, discount=discount, hazard=hazard, false_alarm=alarm, detection=detection).break_even_theft
    war = limit / (1 - discount)
    stays = discount * (1 - hazard)
    kept = (stake + discount * hazard * war + stays * alarm * war) / (1 - stays * (1 - alarm))
    stolen = (stake + limit + discount * hazard * war + stays * detection * war) / (1 - stays * (1 - detection))
    assert stolen == pytest.approx(kept, abs=1e-10)


def test_the_audit_prefers_the_cheapest_threshold_within_its_bound() -> None:
    audit = audit_threshold(0.05, 0.02, discount=discount_per_period(0.95, 4.0), noise=0.1, shortfall=0.2)
    assert audit.best is not None
    allowed = [point for point in audit.curve if point.suspension.periods is not None and point.suspension.periods <= 8]
    costs = [point.suspension.path_cost or 0.0 for point in allowed]
    assert audit.best.suspension.path_cost == min(costs)
    assert (audit.best.suspension.periods or 0.0) <= 8
    harsher = audit_threshold(0.05, 0.02, discount=0.987259, noise=0.1, shortfall=0.2, longest=100.0)
    assert harsher.best is not None
    assert harsher.best.threshold < audit.best.threshold
