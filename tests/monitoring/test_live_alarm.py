"""The live alarm: values (checks M23 to M29), its promise under no change, its delay under change (M39)."""

from __future__ import annotations

import numpy as np
import pytest

from tradewar.errors import EvidenceError
from tradewar.monitoring.alarm import (
    FALL,
    RISE,
    approximate_delay,
    combine_e_values,
    cusum_run_length,
    first_alarm,
    log_e_process,
    log_likelihood_ratio,
    log_shiryaev_roberts,
)
from tradewar.monitoring.quality import run_lengths, simulate_counts
from tradewar.monitoring.retrospective import garwood_limits
from tradewar.monitoring.series import month_number, month_text

BASE = 29 / 24
CAP = BASE / 2
OVERDISPERSION = 0.389326
RUNS = 2000


def month_of(position: int) -> str:
    return month_text(month_number("2015-10") + position)


@pytest.mark.parametrize(
    ("rate", "reference", "threshold", "expected"),
    [(1.0, 2, 4, 537.698), (2.0, 2, 4, 14.0252), (1.0, 2, 5, 1903.543), (0.5, 1, 4, 632.669)],
)
def test_m23_cusum_run_length(rate: float, reference: int, threshold: int, expected: float) -> None:
    assert cusum_run_length(rate, reference, threshold) == pytest.approx(expected, rel=1e-4)


def test_the_run_length_of_the_cusum_is_that_of_simulated_walks() -> None:
    counts = np.random.default_rng(6).poisson(2.0, (4000, 200))
    walk, alarm = np.zeros(4000), np.full(4000, 200)
    for t in range(200):
        walk = np.maximum(walk + counts[:, t] - 2, 0)
        alarm = np.where((walk >= 4) & (alarm == 200), t + 1, alarm)
    assert alarm.mean() == pytest.approx(14.0252, abs=0.6)


def test_m24_run_lengths_of_the_standing_watch() -> None:
    kept = run_lengths(1.0, 1.0, 0.05, multiples=(2.0,), runs=20_000)
    broken = run_lengths(2.0, 1.0, 0.05, multiples=(2.0,), runs=20_000)
    assert kept.mean() == pytest.approx(36.3, abs=1.0)
    assert broken.mean() == pytest.approx(5.73, abs=0.1)
    # log(1/alpha)/KL is an approximation, high by about a third
    assert 1.2 < approximate_delay(0.05, 1.0, 2.0) / broken.mean() < 1.5


def test_m25_six_quiet_months() -> None:
    path = log_e_process(np.zeros(6), BASE, multiples=(0.35,))
    assert np.exp(path[-1]) == pytest.approx(111.330, abs=0.001)


def test_m26_slowdown_of_china(truce_watch: np.ndarray) -> None:
    path = log_e_process(truce_watch, BASE, FALL)
    found = {alpha: int(first_alarm(path, alpha)) for alpha in (0.05, 0.01)}
    assert {alpha: month_of(k) for alpha, k in found.items()} == {0.05: "2016-11", 0.01: "2017-03"}
    assert np.exp(path[found[0.05]]) == pytest.approx(24.505, abs=0.001)
    assert np.exp(path[found[0.01]]) == pytest.approx(162.174, abs=0.001)
    limit = garwood_limits(29, 24)[0]
    assert np.exp(log_e_process(truce_watch, limit, FALL)[23]) == pytest.approx(8.6610, abs=0.001)


@pytest.mark.parametrize(("overdispersion", "level"), [(0.0, 8801.66), (OVERDISPERSION, 869.97)])
def test_m27_m29_reversal_of_china(truce_watch: np.ndarray, overdispersion: float, level: float) -> None:
    path = log_shiryaev_roberts(truce_watch, CAP, overdispersion=overdispersion)
    for alpha in (0.05, 0.01):
        assert month_of(int(first_alarm(path, alpha))) == "2018-06"
    assert np.exp(path[int(first_alarm(path, 0.05))]) == pytest.approx(level, abs=0.1 if overdispersion == 0 else 0.05)


def test_the_alarm_survives_the_limit_of_the_base_rate(truce_watch: np.ndarray) -> None:
    path = log_shiryaev_roberts(truce_watch, 0.5 * garwood_limits(29, 24)[1])
    assert month_of(int(first_alarm(path, 0.05))) == "2018-06"


def test_the_e_process_is_late_after_quiet_months(truce_watch: np.ndarray) -> None:
    path = log_e_process(truce_watch, CAP)
    assert np.exp(path[23]) == pytest.approx(0.0104, abs=1e-4)
    assert month_of(int(first_alarm(path, 0.05))) == "2019-09"


def test_m28_ratio_under_overdispersion() -> None:
    y = np.array([3.0])
    assert np.exp(log_likelihood_ratio(y, CAP, 2.0, OVERDISPERSION))[0] == pytest.approx(3.03066, abs=1e-5)
    assert np.exp(log_likelihood_ratio(y, CAP, 2.0))[0] == pytest.approx(4.37224, abs=1e-5)


# ---------------------------------------------------------------- the promise


@pytest.mark.parametrize("overdispersion", [0.0, OVERDISPERSION])
@pytest.mark.parametrize("share_of_cap", [1.0, 0.7])
def test_m39_without_a_change_alarms_stay_at_or_below_the_promised_rate(
    overdispersion: float, share_of_cap: float
) -> None:
    generator = np.random.default_rng(39)
    counts = simulate_counts(share_of_cap * CAP, overdispersion, (RUNS, 60), generator)
    path = log_e_process(counts, CAP, RISE, overdispersion)
    assert (first_alarm(path, 0.05) >= 0).mean() <= 0.05
    assert (first_alarm(path, 0.01) >= 0).mean() <= 0.01


@pytest.mark.parametrize("overdispersion", [0.0, OVERDISPERSION])
def test_a_standing_watch_runs_at_least_as_long_as_promised(overdispersion: float) -> None:
    kept = run_lengths(CAP, CAP, 0.05, overdispersion, runs=RUNS)
    assert kept.mean() >= 20


def test_ignored_overdispersion_breaks_the_promise() -> None:
    counts = simulate_counts(4.0, 1.0, (RUNS, 60), np.random.default_rng(40))
    assert (first_alarm(log_e_process(counts, 4.0, RISE), 0.05) >= 0).mean() > 0.3
    assert (first_alarm(log_e_process(counts, 4.0, RISE, 1.0), 0.05) >= 0).mean() <= 0.05


@pytest.mark.parametrize(("overdispersion", "multiple"), [(0.0, 2.0), (0.0, 3.0), (0.2, 2.0)])
def test_with_a_change_the_median_delay_is_that_of_the_theory(overdispersion: float, multiple: float) -> None:
    cap = 3.0
    counts = simulate_counts(multiple * cap, overdispersion, (RUNS, 120), np.random.default_rng(41))
    alarm = first_alarm(log_e_process(counts, cap, (multiple,), overdispersion), 0.05)
    assert (alarm >= 0).all()
    drift = float(log_likelihood_ratio(counts, cap, multiple, overdispersion).mean())
    # log(1/alpha) over the information per period, and up to one period of overshoot
    expected = np.log(20) / drift
    assert expected - 1 <= np.median(alarm + 1) <= expected + 1
    if overdispersion == 0:
        assert approximate_delay(0.05, cap, multiple * cap) == pytest.approx(expected, rel=0.05)


def test_each_ratio_has_mean_at_most_one_everywhere_in_the_null() -> None:
    counts = np.arange(400)
    from scipy.stats import nbinom, poisson

    for multiple in RISE:
        for rate in (0.2, 0.8, 1.0):
            ratio = np.exp(log_likelihood_ratio(counts, 2.0, multiple))
            assert (ratio * poisson.pmf(counts, 2.0 * rate)).sum() <= 1 + 1e-9
            size = 1 / OVERDISPERSION
            dispersed = np.exp(log_likelihood_ratio(counts, 2.0, multiple, OVERDISPERSION))
            assert (dispersed * nbinom.pmf(counts, size, size / (size + 2.0 * rate))).sum() <= 1 + 1e-9


def test_e_values_of_dependent_sources_are_averaged() -> None:
    assert combine_e_values([4.0, 10.0], independent=False) == 7
    assert combine_e_values([4.0, 10.0], independent=True) == 40


def test_two_sided_mixtures_and_empty_caps_are_refused() -> None:
    for cap, multiples in ((0.0, RISE), (1.0, (0.5, 2.0)), (1.0, (1.0,)), (1.0, ())):
        with pytest.raises(EvidenceError):
            log_e_process(np.ones(3), cap, multiples)
    with pytest.raises(EvidenceError, match="alpha"):
        first_alarm(np.zeros(3), 1.5)
    with pytest.raises(EvidenceError, match="missing"):
        log_e_process(np.array([1.0, np.nan]), 1.0)
