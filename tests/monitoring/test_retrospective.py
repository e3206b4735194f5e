"""Windows, shares and placebos of the truce (checks M1 to M6, M30, M38)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tradewar.errors import EvidenceError
from tradewar.monitoring.activity import series_of
from tradewar.monitoring.incident_files import read_incidents
from tradewar.monitoring.retrospective import (
    controls_left_out,
    garwood_limits,
    placebo_dates,
    share_test,
    window_test,
)
from tradewar.monitoring.series import IncidentSeries, month_number

Months = Callable[[str, str], slice]
WINDOWS = (("2013-10", "2015-09"), ("2015-10", "2017-09"), ("2017-10", "2019-09"))


def test_m1_yearly_counts(cfr: IncidentSeries, months: Months) -> None:
    found = [int(cfr.counts[months(f"{year}-01", f"{year}-12")].sum()) for year in range(2013, 2020)]
    assert found == [11, 17, 13, 5, 6, 20, 29]


def test_m1_from_the_events_themselves(incident_data: Path) -> None:
    read = read_incidents(incident_data / "cfr" / "events.csv")
    assert (len(read.incidents), len(read.refused), read.undated) == (768, 0, 15)
    series = series_of(read.incidents, "CHN", "2013-01", "2019-12", ("RUS", "IRN", "PRK"))
    assert series.by_years().counts.tolist() == [11, 17, 13, 5, 6, 20, 29]
    assert series.without_profiles is not None
    assert [int(series.without_profiles.counts[series.window(w)].sum()) for w in WINDOWS] == [16, 7, 30]


def test_m2_windows(cfr: IncidentSeries) -> None:
    assert [int(cfr.counts[cfr.window(w)].sum()) for w in WINDOWS] == [29, 10, 40]
    controls = {name: [int(array[cfr.window(w)].sum()) for w in WINDOWS] for name, array in cfr.controls.items()}
    assert controls == {"RUS": [13, 27, 35], "IRN": [5, 10, 12], "PRK": [1, 8, 14]}
    assert cfr.without_profiles is not None
    assert [int(cfr.without_profiles.counts[cfr.window(w)].sum()) for w in WINDOWS] == [16, 7, 30]


def test_m3_rate_ratio() -> None:
    found = window_test(29, 10)
    assert found.ratio == pytest.approx(0.344828, abs=1e-5)
    assert found.p_value == pytest.approx(0.003378, abs=1e-5)
    assert (found.low, found.high) == (pytest.approx(0.149923, abs=1e-5), pytest.approx(0.727933, abs=1e-5))
    assert found.tipping_point == found.ratio
    # a fall of detection to 73 percent suffices to make it insignificant
    assert found.insignificance_point == pytest.approx(0.73, abs=0.005)


def test_exposure_shifts_the_ratio_and_its_interval() -> None:
    plain, longer = window_test(29, 10), window_test(29, 10, 24.0, 12.0)
    assert longer.ratio == pytest.approx(2 * plain.ratio)
    assert longer.high == pytest.approx(2 * plain.high)
    assert window_test(5, 5).insignificance_point == 1
    assert window_test(0, 4).ratio == np.inf and window_test(4, 0).low == 0
    with pytest.raises(EvidenceError, match="no events"):
        window_test(0, 0)


def test_m4_share_test() -> None:
    found = share_test((29, 10), (19, 45))
    assert found.odds_ratio == pytest.approx(0.145594, abs=1e-5)
    assert found.p_value == pytest.approx(1.4235e-5, rel=0.01)


def test_m5_controls_left_out() -> None:
    found = controls_left_out((29, 10), {"RUS": (13, 27), "others": (6, 18)})
    assert found["RUS"].odds_ratio == pytest.approx(0.114943, abs=1e-5)
    assert found["others"].odds_ratio == pytest.approx(0.166028, abs=1e-5)


def test_m6_placebo_dates(cfr: IncidentSeries) -> None:
    # the embedded series begins in 2008, which gives the 124 splits of the published check
    found = placebo_dates(cfr.counts[: 12 * 15])
    split = {month: month_number(month) - month_number(cfr.first_month) for month in ("2010-02", "2015-09", "2015-10")}
    assert cfr.first_month == "2008-01"
    best = int(found.ratio.argmin())
    assert (found.before[best], found.after[best], found.position[best]) == (31, 10, split["2015-09"])
    assert found.rank(split["2015-09"]) == 1 and found.rank(split["2015-10"]) == 2
    assert found.position[0] == split["2010-02"]
    with pytest.raises(EvidenceError, match="placebo"):
        found.rank(0)


def test_m6_all_splits(incident_data: Path) -> None:
    """From 2008 on there are 124 splits; the whole series from 2005 has 145, with the same minimum and ranks."""
    read = read_incidents(incident_data / "cfr" / "events.csv")
    for first, expected in (("2008-01", 124), ("2005-01", 145)):
        series = series_of(read.incidents, "CHN", first, "2022-12")
        found = placebo_dates(series.counts)
        position = month_number("2015-10") - month_number(first)
        assert (len(found.position), found.rank(position)) == (expected, 2)
        assert found.ratio.min() == pytest.approx(10 / 31)


def test_placebo_sponsors(cfr: IncidentSeries) -> None:
    ratios = {
        name: window_test(int(array[cfr.window(WINDOWS[0])].sum()), int(array[cfr.window(WINDOWS[1])].sum())).ratio
        for name, array in cfr.controls.items()
    }
    assert all(ratio > 1 for ratio in ratios.values())


def test_m30_garwood() -> None:
    low, high = garwood_limits(29, 24)
    assert (low, high) == (pytest.approx(0.809240, abs=1e-6), pytest.approx(1.735368, abs=1e-6))
    assert garwood_limits(0, 24)[0] == 0


def test_garwood_limits_hold_their_level() -> None:
    counts = np.random.default_rng(2).poisson(29, 4000)
    limits = np.array([garwood_limits(int(count), 24.0, 0.025) for count in np.unique(counts)])
    by_count = dict(zip(np.unique(counts), limits, strict=True))
    missed = np.array([(by_count[c][0] > 29 / 24, by_count[c][1] < 29 / 24) for c in counts]).mean(axis=0)
    assert (missed <= 0.03).all()


def test_m38_detection_of_all_sponsors_leaves_the_share_test_alone() -> None:
    thinned = share_test((58, 20), (38, 90))
    assert thinned.odds_ratio == pytest.approx(share_test((29, 10), (19, 45)).odds_ratio)
    assert share_test((29, 58), (19, 38)).odds_ratio == pytest.approx(1.0)


def test_exact_p_values_are_those_of_scipy() -> None:
    from scipy.stats import binomtest, fisher_exact

    random = np.random.default_rng(5)
    for _ in range(60):
        (a, b, c, d), exposure = random.integers(1, 60, 4), random.uniform(0.3, 3)
        found = window_test(int(a), int(b), 1.0, float(exposure)).p_value
        assert found == pytest.approx(binomtest(int(b), int(a + b), exposure / (1 + exposure)).pvalue, rel=1e-9)
        expected = fisher_exact([[a, b], [c, d]]).pvalue
        assert share_test((int(a), int(b)), (int(c), int(d))).p_value == pytest.approx(expected, rel=1e-9)
