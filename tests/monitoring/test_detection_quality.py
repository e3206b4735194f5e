"""What a monitor promises an enforcement mechanism, and what that is worth (checks M31 to M35)."""

from __future__ import annotations

import numpy as np
import pytest

from tradewar.errors import EvidenceError
from tradewar.monitoring.enforcement import best_threshold, trigger_strategy, truce_curve
from tradewar.monitoring.posterior import uniform_season
from tradewar.monitoring.quality import count_tail, purchase_review, simulate_counts, standing_watch, truce_review

CAP = 29 / 48


def test_m31_truce_power() -> None:
    full, partial = truce_review(CAP, 12), truce_review(CAP, 8, completeness=0.6)
    assert full.false_alarm_rate == pytest.approx(0.065460, abs=1e-6)
    assert full.detection_power == pytest.approx(0.779869, abs=1e-6)
    assert partial.false_alarm_rate == pytest.approx(0.074748, abs=1e-6)
    assert partial.detection_power == pytest.approx(0.639819, abs=1e-6)


def test_m32_purchase_power() -> None:
    found = purchase_review(uniform_season(60.0), 6)
    assert found.false_alarm_rate == pytest.approx(0.059552, abs=1e-6)
    assert found.detection_power == pytest.approx(0.5, abs=1e-6)


def test_overdispersed_tails_are_those_of_simulated_counts() -> None:
    counts = simulate_counts(7.25, 0.3, (200_000,), np.random.default_rng(9))
    assert count_tail(7.25, 12, 0.3) == pytest.approx((counts >= 12).mean(), abs=0.003)
    assert count_tail(7.25, 12, 1e-9) == pytest.approx(count_tail(7.25, 12), rel=1e-5)
    assert count_tail(7.25, 0) == 1


def test_m33_trigger() -> None:
    found = trigger_strategy(0.05, 0.5, 0.9, cheat=1.5)
    assert found is not None
    assert found.minimum_share == pytest.approx(0.130719, abs=1e-6)
    assert found.periods == 2
    assert found.value == pytest.approx(9.212345, abs=1e-6)


def test_m34_no_punishment_deters() -> None:
    assert trigger_strategy(0.05, 0.2, 0.9, cheat=3.0) is None


def test_m35_value_of_monitoring() -> None:
    values = []
    for threshold, completeness in ((12, 1.0), (8, 0.6)):
        review = truce_review(CAP, threshold, completeness=completeness)
        found = trigger_strategy(review.false_alarm_rate, review.detection_power, 0.9, cheat=1.5)
        assert found is not None
        values.append(found.value)
    np.testing.assert_allclose(values, [9.443638, 8.866670], atol=1e-5)


def test_the_strategy_makes_cheating_unprofitable() -> None:
    """The value of keeping is at least that of cheating once, computed from the recursion itself."""
    a, b, delta, cheat = 0.05, 0.5, 0.9, 1.5
    found = trigger_strategy(a, b, delta, cheat)
    assert found is not None
    after = delta**found.periods * found.value
    kept = 1 + delta * ((1 - a) * found.value + a * after)
    cheated = cheat + delta * ((1 - b) * found.value + b * after)
    assert kept == pytest.approx(found.value)
    assert cheated <= kept


def test_the_best_threshold_is_on_the_curve() -> None:
    curve = truce_curve(CAP, range(6, 20))
    best = best_threshold(curve, 0.9, cheat=1.5)
    assert best is not None
    values = [trigger_strategy(q.false_alarm_rate, q.detection_power, 0.9, 1.5) for _, q in curve]
    assert best[2].value == max(found.value for found in values if found is not None)
    assert best_threshold(curve, 0.9, cheat=50.0) is None


def test_rates_are_converted_to_the_period_of_the_game() -> None:
    monthly = truce_review(CAP, 4, months=1.0)
    yearly = monthly.over(12.0)
    assert yearly.false_alarm_rate == pytest.approx(1 - (1 - monthly.false_alarm_rate) ** 12)
    assert (yearly.review_months, yearly.detection_delay) == (12.0, monthly.detection_delay)


def test_the_standing_watch_keeps_its_rate_and_finds_a_breach() -> None:
    found = standing_watch(CAP, alpha=0.01, multiple=4.0, runs=1000)
    assert found.false_alarm_rate <= 12 * 0.01
    assert found.detection_power > 0.8
    assert found.detection_delay < 12


@pytest.mark.parametrize("arguments", [(1.2, 0.5, 0.9, 1.5), (0.1, 0.5, 1.0, 1.5), (0.1, 0.5, 0.9, 0.5)])
def test_impossible_games_are_refused(arguments: tuple[float, float, float, float]) -> None:
    with pytest.raises(EvidenceError):
        trigger_strategy(*arguments)
