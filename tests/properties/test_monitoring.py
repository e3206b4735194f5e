"""Properties of the monitoring methods that hold for every input."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewar.monitoring.alarm import log_e_process, log_shiryaev_roberts
from tradewar.monitoring.change_points import partition
from tradewar.monitoring.delay import nowcast
from tradewar.monitoring.posterior import (
    purchase_posterior,
    rate_ratio_quantiles,
    truce_breach_probability,
    uniform_season,
)
from tradewar.monitoring.retrospective import share_test, window_test

COUNT = st.integers(0, 60)
SERIES = st.lists(st.integers(0, 8), min_size=6, max_size=40)
GIVEN = settings(max_examples=60, deadline=None, derandomize=True)


@GIVEN
@given(COUNT, COUNT, st.floats(0.1, 4.0), st.floats(0.2, 3.0))
def test_the_breach_probability_falls_with_the_cap_and_mirrors_the_quantiles(
    before: int, after: int, ratio: float, exposure: float
) -> None:
    p = truce_breach_probability(before, after, 1.0, exposure, ratio)
    assert 0 <= p <= 1
    assert truce_breach_probability(before, after, 1.0, exposure, 1.1 * ratio) <= p + 1e-12
    assert truce_breach_probability(before, after + 1, 1.0, exposure, ratio) >= p - 1e-12
    if 1e-6 < p < 1 - 1e-6:
        (quantile,) = rate_ratio_quantiles(before, after, 1.0, exposure, (1 - p,))
        assert abs(quantile - ratio) <= 1e-6 * ratio + 1e-9


@GIVEN
@given(COUNT, COUNT, st.integers(1, 60), st.integers(1, 60), st.integers(2, 5))
def test_a_factor_common_to_all_sponsors_leaves_the_odds_ratio(a: int, b: int, c: int, d: int, factor: int) -> None:
    plain, scaled = share_test((a, b), (c, d)), share_test((factor * a, factor * b), (factor * c, factor * d))
    assert np.isclose(plain.odds_ratio, scaled.odds_ratio, equal_nan=True)
    after_only = share_test((a, factor * b), (c, factor * d))
    assert np.isclose(plain.odds_ratio, after_only.odds_ratio, equal_nan=True)


@GIVEN
@given(COUNT, st.integers(1, 60))
def test_the_interval_of_a_window_holds_its_ratio(after: int, before: int) -> None:
    found = window_test(before, after)
    assert found.low <= found.ratio <= found.high
    assert 0 <= found.p_value <= 1


@GIVEN
@given(st.floats(0.0, 200.0), st.integers(1, 11), st.floats(5.0, 300.0))
def test_more_deliveries_never_raise_the_breach_probability(delivered: float, months: int, kappa: float) -> None:
    season = uniform_season(kappa)
    low = purchase_posterior(delivered, 100.0, months, season, kappa).breach_probability
    high = purchase_posterior(delivered + 1.0, 100.0, months, season, kappa).breach_probability
    assert 0 <= high <= low <= 1


@GIVEN
@given(SERIES)
def test_alarms_read_one_period_at_a_time(counts: list[int]) -> None:
    """The past of a path does not depend on its future, so an alarm may be raised as the data arrive."""
    y = np.array(counts, dtype=float)
    for path in (log_e_process, log_shiryaev_roberts):
        np.testing.assert_allclose(path(y, 1.3)[: len(y) - 2], path(y[:-2], 1.3), rtol=1e-12, atol=1e-12)
    assert (log_shiryaev_roberts(y, 1.3) >= log_e_process(y, 1.3) - 1e-9).all()


@GIVEN
@given(SERIES, st.floats(1.0, 5.0))
def test_a_partition_never_costs_more_with_more_segments(counts: list[int], dispersion: float) -> None:
    y = np.array(counts, dtype=float)
    found = partition(y, max_segments=3, minimum_length=1, dispersion=dispersion)
    segments = np.arange(1, len(found.bic) + 1)
    cost = found.bic - (2 * segments - 1) * np.log(len(y))
    assert (np.diff(cost) <= 1e-9).all()
    edges = np.array([0, *found.changes, len(y)])
    assert (np.diff(edges) >= 1).all()
    assert np.isclose((found.rates * np.diff(edges)).sum(), y.sum())


@GIVEN
@given(st.integers(0, 40), st.floats(0.05, 1.0))
def test_a_nowcast_never_falls_below_what_is_reported(count: int, completeness: float) -> None:
    found = nowcast(np.array([float(count)]), np.array([completeness]))
    assert count <= found.low[0] <= found.high[0]
    assert found.mean[0] >= count
