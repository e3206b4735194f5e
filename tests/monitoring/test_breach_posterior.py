"""Posteriors of breach (checks M8 to M16) against closed forms, simulation and the Phase One purchases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tradewar.errors import EvidenceError
from tradewar.monitoring.posterior import (
    Season,
    forecast_fan,
    purchase_posterior,
    rate_ratio_quantiles,
    season_of,
    truce_breach_probability,
    uniform_season,
)
from tradewar.monitoring.series import DeliverySeries
from tradewar.monitoring.tables import read_deliveries, read_published_figures

AFTER_ALL = "2026-12-31"
"""A day on which every embedded table is known."""

BASE_YEARS = range(2013, 2018)
EXAMPLE = np.array([0.07, 0.06, 0.07, 0.07, 0.07, 0.07, 0.07, 0.08, 0.09, 0.11, 0.12, 0.12])


@pytest.fixture(scope="module")
def deliveries(evidence: Path) -> dict[str, DeliverySeries]:
    return {item.group: item for item in read_deliveries(evidence, AFTER_ALL)}


def base(series: DeliverySeries) -> np.ndarray:
    return np.array([series.year(year) for year in BASE_YEARS])


# ---------------------------------------------------------------- truce


def test_m8_truce() -> None:
    assert truce_breach_probability(29, 10, 24, 24, 0.5) == pytest.approx(0.153805, abs=1e-6)
    assert truce_breach_probability(29, 10, 24, 24, 1.0) == pytest.approx(0.00096357, abs=1e-8)


def test_m9_completeness() -> None:
    assert truce_breach_probability(29, 10, 24, 19.2, 0.5) == pytest.approx(0.351007, abs=1e-6)


def test_m10_quasi_poisson() -> None:
    assert truce_breach_probability(29, 10, 24, 24, 0.5, dispersion=1.68) == pytest.approx(0.219093, abs=1e-6)
    assert truce_breach_probability(29, 10, 24, 24, dispersion=0.4) == truce_breach_probability(29, 10, 24, 24)


def test_m11_quantiles_of_the_ratio() -> None:
    found = rate_ratio_quantiles(29, 10, 1.0, 1.0)
    np.testing.assert_allclose(found, [0.162959, 0.348636, 0.687307], atol=1e-5)


def test_the_posterior_is_that_of_two_gammas() -> None:
    generator = np.random.default_rng(11)
    before = generator.gamma(29.5, 1 / 24, 400_000)
    after = generator.gamma(10.5, 1 / 19.2, 400_000)
    expected = (after > 0.5 * before).mean()
    assert truce_breach_probability(29, 10, 24, 19.2) == pytest.approx(expected, abs=0.003)


@pytest.mark.parametrize(
    "arguments", [(-1, 2, 24, 24), (1, 2, 0, 24), (1, 2, 24, -3), (1, 2, 24, 24, 0.0), (1, 2, 24, 24, 0.5, 0.5, 0.0)]
)
def test_impossible_counts_and_exposures_are_refused(arguments: tuple[float, ...]) -> None:
    with pytest.raises(EvidenceError):
        truce_breach_probability(*arguments)


# ---------------------------------------------------------------- purchases


def test_m12_uniform_season() -> None:
    season = uniform_season(60.0)
    assert purchase_posterior(50, 100, 6, season).breach_probability == pytest.approx(0.5, abs=1e-6)
    found = purchase_posterior(40, 100, 6, season)
    assert found.breach_probability == pytest.approx(0.940448, abs=1e-6)
    assert (found.pace, found.required_rest) == (pytest.approx(80), pytest.approx(120))


def test_m13_seasonal() -> None:
    found = purchase_posterior(40, 100, 6, Season(EXAMPLE, 60.0, 5))
    assert found.cumulative_share == pytest.approx(0.41)
    assert found.breach_probability == pytest.approx(0.556241, abs=1e-5)
    assert found.pace == pytest.approx(97.561, abs=1e-3)


def test_m14_two_year_total(evidence: Path) -> None:
    figures = {
        row["item"]: float(row["value"])
        for row in read_published_figures(evidence, AFTER_ALL)
        if row["unit"] == "USD bn"
    }
    ratio = figures["goods and services delivered"] / figures["goods and services promised"]
    assert ratio == pytest.approx(0.574841, abs=1e-6)


def test_m15_phase_one_all_goods(deliveries: dict[str, DeliverySeries]) -> None:
    series = deliveries["All covered goods"]
    season = season_of(base(series))
    assert season.concentration == pytest.approx(655.8, abs=0.5)
    target = series.year(2017).sum() + 63.9
    assert target == pytest.approx(158.935, abs=1e-3)
    september = purchase_posterior(float(series.year(2020)[:9].sum()), target, 9, season)
    assert september.delivered == pytest.approx(58.857, abs=1e-3)
    assert september.cumulative_share == pytest.approx(0.68281, abs=1e-5)
    assert september.attainment == pytest.approx(0.54235, abs=1e-4)
    assert september.prorated_target == pytest.approx(108.52, abs=0.01)
    assert september.pace == pytest.approx(86.20, abs=0.01)
    assert september.concentration == 200
    assert purchase_posterior(58.857, target, 9, uniform_season(200.0)).attainment == pytest.approx(0.4938, abs=1e-4)
    year = purchase_posterior(float(series.year(2020).sum()), target, 12, season)
    assert year.attainment == pytest.approx(0.589245, abs=1e-4)
    assert year.breach_probability == 1 and np.isinf(year.required_rest)


@pytest.mark.parametrize(("months", "expected"), [(1, (1.000, 0.997, 0.920, 0.768)), (3, (1.000, 1.000, 0.997, 0.951))])
def test_the_verdict_of_phase_one_hardly_depends_on_the_concentration(
    deliveries: dict[str, DeliverySeries], months: int, expected: tuple[float, ...]
) -> None:
    series = deliveries["All covered goods"]
    season, delivered = season_of(base(series)), float(series.year(2020)[:months].sum())
    found = [
        purchase_posterior(delivered, 158.935, months, season, kappa).breach_probability
        for kappa in (656.0, 164.0, 50.0, 20.0)
    ]
    np.testing.assert_allclose(found, expected, atol=6e-4)


def test_m16_manufactures(deliveries: dict[str, DeliverySeries]) -> None:
    series = deliveries["Manufactures"]
    target = series.year(2017).sum() + 32.9
    assert series.year(2020).sum() / target == pytest.approx(0.569676, abs=1e-4)
    assert season_of(base(series)).concentration == pytest.approx(1495, abs=1)


def test_the_fan_ends_where_the_posterior_puts_the_year() -> None:
    season = Season(EXAMPLE, 60.0, 5)
    probability = purchase_posterior(40, 100, 6, season).breach_probability
    fan = forecast_fan(40.0, 6, season, levels=(probability,))
    assert fan.shape == (1, 6)
    assert fan[0, -1] == pytest.approx(100.0, rel=1e-8)


def test_the_concentration_is_recovered_from_many_years() -> None:
    generator = np.random.default_rng(3)
    years = generator.dirichlet(60.0 * EXAMPLE, 3000)
    assert season_of(years).concentration == pytest.approx(60.0, rel=0.05)


def test_the_target_is_met_once_delivered_and_tolerance_lowers_it() -> None:
    season = uniform_season(60.0)
    assert purchase_posterior(100, 100, 3, season).breach_probability == 0
    assert purchase_posterior(95, 100, 12, season).breach_probability == 1
    assert purchase_posterior(95, 100, 12, season, tolerance=0.1).breach_probability == 0


def test_impossible_purchases_are_refused() -> None:
    season = uniform_season(60.0)
    for months, delivered, target in ((0, 1.0, 2.0), (13, 1.0, 2.0), (3, -1.0, 2.0), (3, 1.0, 0.0)):
        with pytest.raises(EvidenceError):
            purchase_posterior(delivered, target, months, season)
    with pytest.raises(EvidenceError, match="at least two"):
        season_of(np.ones((1, 12)))
    with pytest.raises(EvidenceError, match="months"):
        season_of(np.ones((3, 11)))
