"""What is called an alarm rings falsely as rarely as it says, and a grade is as rarely wrong: simulated truces.

Truces that are kept exactly at the cap are the hardest case of the null. `benchmarks.alarms` prints all cells.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from benchmarks.alarms import (
    BASE_MONTHS,
    CAPS,
    FOUND_PROMISE,
    MONTHS,
    SUSPECTED_PROMISE,
    TITLE,
    VARIANCES,
    kept_truces,
    looked_at,
    on_its_own,
    rates,
    strong,
    suspected,
    watched,
)
from benchmarks.result import Options

from tradewar.monitoring import Grade, IncidentSeries, TruceCommitment, monitor_truce
from tradewar.monitoring.alarm import alarm_levels, log_e_process
from tradewar.monitoring.dispersion import segment_dispersion, segment_overdispersion
from tradewar.monitoring.quality import count_tail, simulate_counts
from tradewar.monitoring.series import month_number, month_text
from tradewar.monitoring.truce import yearly_review
from tradewar.monitoring.truce_counts import ALARM_ALPHA

RUNS = 10_000
CELLS = [
    (cap, variance, MONTHS[(i + j) % len(MONTHS)]) for i, cap in enumerate(CAPS) for j, variance in enumerate(VARIANCES)
]
"""Cap in events a month, variance over mean, months of the review: each pair of the printed table, months in turn."""
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


@pytest.mark.parametrize(("cap", "variance", "months"), CELLS)
def test_alarm_and_grade_are_wrong_no_more_often_than_promised(cap: float, variance: float, months: int) -> None:
    draw = np.random.default_rng(16)
    one, two = (looked_at(kept_truces(cap, variance, months, RUNS, draw), months) for _ in range(2))
    assert (one.alarm >= 0).mean() <= ALARM_ALPHA
    assert suspected(one).mean() <= SUSPECTED_PROMISE
    assert (strong(one) & on_its_own(two)).mean() <= FOUND_PROMISE


def test_every_cell_of_the_printed_table_keeps_the_promise() -> None:
    """The table of the page has every cell, none above what is promised, and near what the code gives."""
    section = PAGE.read_text(encoding="utf-8").partition(TITLE)[2].partition("Goal:")[0]
    cells = [list(map(float, row.split("|"))) for row in re.findall(r"^\| ([0-9].*) \|$", section, re.M)]
    printed = {tuple(cell[:3]): cell[3:] for cell in cells}
    assert set(printed) == {(cap, ratio, months) for cap in CAPS for ratio in VARIANCES for months in MONTHS}
    for alarm, doubt, found, _ in printed.values():
        assert (alarm <= 100 * ALARM_ALPHA, doubt <= 100 * SUSPECTED_PROMISE, found <= 100 * FOUND_PROMISE) == (
            True,
        ) * 3
    (again,) = rates(0.6, 1.5, (12,), RUNS, Options().seed)
    now = [100 * share for share in (again.alarm, again.suspected, again.found, again.watch)]
    assert printed[0.6, 1.5, 12] == pytest.approx(now, abs=1.2)


def test_looking_every_month_keeps_the_promise_of_the_alarm() -> None:
    (found,) = rates(1.5, 2.5, (18,), 2_000, 7)
    assert found.alarm <= ALARM_ALPHA
    # the watch makes no such promise, and is not called an alarm
    assert found.watch > 4 * ALARM_ALPHA


def test_the_watch_rings_in_four_of_ten_kept_truces_within_two_years() -> None:
    counts = kept_truces(29 / 48, 1.0, 24, RUNS, np.random.default_rng(8))
    assert 0.37 <= watched(counts, 24) <= 0.47


@pytest.mark.parametrize("variance", [1.0, 1.78])
def test_with_the_cap_known_and_the_spread_estimated(variance: float) -> None:
    """The page of one promise for forty months: the e-process keeps its rate with the variance that is estimated."""
    cap = 29 / 48
    counts = simulate_counts(cap, (variance - 1) / cap, (RUNS, 40), np.random.default_rng(0))
    path = log_e_process(counts, cap, overdispersion=np.asarray(segment_overdispersion(counts)))
    assert (path.max(axis=1) >= np.log(20)).mean() <= 0.05


def test_at_a_breach_the_alarm_is_heard() -> None:
    draw = np.random.default_rng(3)
    for cap, multiple, least in ((0.6, 4.0, 0.6), (5.0, 2.0, 0.9)):
        counts = np.hstack([draw.poisson(2 * cap, (2_000, 24)), draw.poisson(multiple * cap, (2_000, 24))]).astype(
            float
        )
        assert (looked_at(counts, 24).alarm >= 0).mean() > least


def test_series_at_once_are_judged_like_one_promise() -> None:
    truce = TruceCommitment("t", "CHN", ("2013-10", "2015-09"), (("2015-10", "2017-09"),))
    draw = np.random.default_rng(5)
    for cap, variance, multiple in ((0.6, 1.0, 1.0), (0.6, 2.0, 1.6), (1.0, 1.0, 4.0)):
        counts = kept_truces(cap, variance, 24, 12, draw)
        counts[:, BASE_MONTHS:] = np.round(multiple * counts[:, BASE_MONTHS:])
        seen = looked_at(counts, 24)
        for k, y in enumerate(counts):
            controls = {"RUS": np.ones(48), "IRN": np.ones(48)}
            series = IncidentSeries("x", "public_disclosure", "CHN", "2013-10", y, controls)
            found = monitor_truce(truce, [series], "2017-10-05")
            assert (found.grade in (Grade.SUSPECTED, Grade.BREACH_FOUND)) == suspected(seen)[k]
            alarm = found.truce[0].sources[0].alarm
            assert alarm is not None
            rung = seen.alarm[k] >= 0
            assert alarm.month == (month_text(month_number("2015-10") + int(seen.alarm[k])) if rung else "")
            assert (alarm.e_value >= 20) == rung


def test_one_promise_told_with_and_without_its_alarm() -> None:
    """A burst in the last month of an otherwise quiet review: the alarm decides, its month is told."""
    quiet = np.r_[np.tile([3.0, 2.0], 12), np.zeros(11), 14.0, np.zeros(12)]
    series = IncidentSeries("x", "operation_start", "CHN", "2013-10", quiet, {"RUS": np.ones(48)})
    truce = TruceCommitment("t", "CHN", ("2013-10", "2015-09"), (("2015-10", "2017-09"),))
    (source,) = monitor_truce(truce, [series], "2017-10-05").truce[0].sources
    assert source.alarm is not None
    assert source.alarm.false_alarm_rate == ALARM_ALPHA
    # so large a spread makes one busy month no evidence
    assert source.alarm.month == "" and source.alarm.variance_ratio > 2
    steady = np.r_[np.tile([3.0, 2.0], 12), np.tile([3.0, 2.0], 12)]
    (source,) = (
        monitor_truce(truce, [IncidentSeries("x", "operation_start", "CHN", "2013-10", steady)], "2017-10-05")
        .truce[0]
        .sources
    )
    assert source.alarm is not None
    assert "2015-10" < source.alarm.month < "2017-09" and source.alarm.events in (2, 3)
    assert source.without_alarm is Grade.SUSPECTED
    assert (source.baseline_window, source.window) == (("2013-10", "2015-09"), ("2015-10", "2017-09"))


@pytest.mark.parametrize(("rate", "overdispersion"), [(1.2, 0.0), (1.2, 0.8), (5.0, 0.3)])
def test_the_yearly_review_keeps_the_rate_that_it_states(rate: float, overdispersion: float) -> None:
    """The threshold is chosen on an estimated base rate; the true rate of false alarms is on average below it."""
    truce = TruceCommitment("t", "CHN", ("2013-10", "2015-09"), (("2015-10", "2017-09"),))
    draw = np.random.default_rng(12)
    stated: list[float] = []
    true: list[float] = []
    for y in simulate_counts(rate, overdispersion, (300, 24), draw):
        series = IncidentSeries("x", "public_disclosure", "CHN", "2013-10", np.r_[y, np.zeros(24)])
        quality = yearly_review(truce, series)
        assert quality is not None
        threshold, found = quality
        stated.append(found.false_alarm_rate)
        true.append(count_tail(6 * rate, threshold, overdispersion / 12))
    assert np.mean(true) <= np.mean(stated) <= 0.1


def test_e_values_are_read_at_levels() -> None:
    draw = np.random.default_rng(9)
    counts = draw.poisson(2.0, (500, 24)).astype(float)
    found = alarm_levels(counts, np.full(500, 29.0), np.full(500, 24.0), np.full(24, 0.5), levels=(0.05, 0.01, 0.2))
    for k, alpha in enumerate((0.05, 0.01, 0.2)):
        np.testing.assert_array_equal(found.e_value >= 1 / alpha, found.first[:, k] >= 0)
    one = alarm_levels(counts[0], 29.0, 24.0, np.full(24, 0.5))
    assert 1 <= one.e_value <= 1e6 and one.first.shape == (63,)


def test_spread_of_many_series_is_that_of_each() -> None:
    counts = simulate_counts(1.2, 0.8, (40, 48), np.random.default_rng(2))
    counts[0] = 0.0
    for found in (segment_dispersion, segment_overdispersion):
        together = np.asarray(found(counts, (24,)))
        np.testing.assert_allclose(together, [found(y, (24,)) for y in counts], rtol=1e-9)
        assert together[0] == (1.0 if found is segment_dispersion else 0.0)
