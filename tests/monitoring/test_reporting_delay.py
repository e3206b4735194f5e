"""Reporting delay: chain ladder and nowcast against their closed forms (checks M17, M18, M19)."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from tradewar.errors import EvidenceError
from tradewar.monitoring.delay import (
    chain_ladder,
    completeness_by_age,
    completeness_from_vintages,
    completeness_of_age,
    nowcast,
    share_reported_within,
)

TRIANGLE = np.array([[10, 5, 1], [20, 10, np.nan], [30, np.nan, np.nan]])


def test_m17_chain_ladder() -> None:
    found = chain_ladder(TRIANGLE)
    np.testing.assert_allclose(found.factors, [1.5, 1.0666667], atol=1e-6)
    np.testing.assert_allclose(found.ultimate, [16, 32, 48], atol=1e-6)
    np.testing.assert_allclose(found.completeness * found.ultimate, [16, 30, 30], atol=1e-9)


def test_factors_below_one_are_legal() -> None:
    found = chain_ladder(np.array([[7.0, 0.0, -1.0], [7.0, 0.0, np.nan]]))
    assert found.factors[1] == pytest.approx(6 / 7)
    assert found.completeness[1] == pytest.approx(7 / 6)


@pytest.mark.parametrize(
    "triangle",
    [
        [[np.nan, 1.0], [1.0, 1.0]],
        [[1.0, np.nan, 2.0], [1.0, 1.0, 1.0]],
        [[1.0, np.nan], [1.0, np.nan]],
        [[0.0, 3.0], [1.0, np.nan]],
    ],
)
def test_a_triangle_that_cannot_be_developed_is_refused(triangle: list[list[float]]) -> None:
    with pytest.raises(EvidenceError, match="reports"):
        chain_ladder(np.array(triangle))


def test_m18_nowcast() -> None:
    found = nowcast(np.array([12.0]), np.array([0.6]), prior_shape=0.5)
    assert found.mean[0] == pytest.approx(20.3333, abs=1e-4)
    assert found.standard_deviation[0] == pytest.approx(3.72678, abs=1e-4)
    assert (found.low[0], found.high[0]) == (14, 29)
    assert nowcast(np.array([12.0]), np.array([0.6]), prior_shape=0.0).mean[0] == 20


def test_a_complete_period_has_no_spread() -> None:
    found = nowcast(np.array([0.0, 7.0]), np.array([1.0, 1.0]))
    np.testing.assert_array_equal(found.low, [0, 7])
    np.testing.assert_array_equal(found.high, [0, 7])
    np.testing.assert_array_equal(found.standard_deviation, 0)


def test_the_nowcast_covers_what_is_still_unreported() -> None:
    generator = np.random.default_rng(5)
    rate = generator.gamma(20.0, 1.0, 4000)
    final = generator.poisson(rate)
    reported = generator.binomial(final, 0.6)
    found = nowcast(reported, np.full(4000, 0.6), prior_shape=1.0)
    assert 0.94 <= ((found.low <= final) & (final <= found.high)).mean() <= 0.98


@pytest.mark.parametrize("completeness", [0.0, -0.1, 1.2, np.nan])
def test_a_completeness_outside_its_range_is_refused(completeness: float) -> None:
    with pytest.raises(EvidenceError, match="completeness"):
        nowcast(np.array([3.0]), np.array([completeness]))


def test_completeness_from_vintages() -> None:
    found = completeness_from_vintages(np.array([[17, 18, 0], [17, 20, 0]]))
    np.testing.assert_allclose(found, [[1, 0.9, 1], [1, 1, 1]])


def test_completeness_by_age_is_pooled_and_handed_back_by_period() -> None:
    early = np.array([[4, 4, 3, 1], [2, 2, 1, 1]])
    late = np.array([[4, 4, 4, 4], [2, 2, 2, 2]])
    by_age = completeness_by_age(early, late, edges=(1, 2))
    np.testing.assert_allclose(by_age, [2 / 6, 4 / 6])
    np.testing.assert_allclose(completeness_of_age(by_age, 4, edges=(1, 2)), [1, 1, 4 / 6, 2 / 6])


def test_m19_attribution_delays(incident_data: Path) -> None:
    with (incident_data / "eurepoc" / "attribution_delays.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = ("delay_industry_days", "delay_political_days")
    delays = np.array([min((float(row[c]) for c in columns if row[c]), default=np.nan) for row in rows])
    assert share_reported_within(delays, 365) == (pytest.approx(0.6198, abs=1e-4), 647)
    assert share_reported_within(delays, 730)[0] == pytest.approx(0.7913, abs=1e-4)


def test_the_interval_is_that_of_the_negative_binomial_law() -> None:
    from scipy.stats import nbinom

    random = np.random.default_rng(6)
    counts, share = random.integers(0, 400, 200).astype(float), random.uniform(0.05, 0.99, 200)
    found = nowcast(counts, share)
    law = nbinom(counts + 0.5, share)
    np.testing.assert_array_equal(found.low, counts + law.ppf(0.025))
    np.testing.assert_array_equal(found.high, counts + law.ppf(0.975))
