"""Segmented regression and change points at unknown dates (checks M20, M21, M22)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from tradewar.errors import EvidenceError
from tradewar.monitoring.change_points import partition, segment_costs, split_profile
from tradewar.monitoring.dispersion import segment_dispersion, segment_overdispersion
from tradewar.monitoring.segmented import segmented_regression, segmented_share
from tradewar.monitoring.series import IncidentSeries
from tradewar.monitoring.steps import segmented_steps

Months = Callable[[str, str], slice]
STEPS = (45, 72)
"""October 2015 and January 2018 in a series that begins in January 2012."""


@pytest.fixture(scope="module")
def decade(cfr: IncidentSeries, months: Months) -> np.ndarray:
    return np.asarray(cfr.counts[months("2012-01", "2019-12")])


def test_m20_segmented_regression(decade: np.ndarray) -> None:
    found = segmented_regression(decade, STEPS)
    np.testing.assert_allclose(found.rate_ratio, [0.542636, 3.9375], atol=1e-4)
    np.testing.assert_allclose(found.p_value, [0.047, 6e-6], rtol=0.02)
    assert found.dispersion == pytest.approx(1.68317, abs=1e-4)
    np.testing.assert_allclose(found.negative_binomial_ratio, [0.542636, 3.9375], atol=1e-4)
    assert found.overdispersion == pytest.approx(0.389326, abs=1e-4)
    assert found.negative_binomial_p_value[0] == pytest.approx(0.0748, abs=1e-3)
    assert found.negative_binomial_p_value[1] == pytest.approx(9e-5, rel=0.01)


@pytest.mark.parametrize("last_share", [1.0, 0.5])
def test_the_closed_forms_are_those_of_the_regression(decade: np.ndarray, last_share: float) -> None:
    """The brief uses the closed forms: it must not depend on an optional package."""
    exposure = np.linspace(1.0, last_share, len(decade))
    own, other = segmented_steps(decade, STEPS, exposure), segmented_regression(decade, STEPS, exposure)
    for name in ("rate_ratio", "p_value", "hac_p_value", "dispersion"):
        np.testing.assert_allclose(getattr(own, name), getattr(other, name), rtol=1e-6)
    # the other one stops its iteration earlier
    for name in ("negative_binomial_ratio", "negative_binomial_p_value", "overdispersion"):
        np.testing.assert_allclose(getattr(own, name), getattr(other, name), rtol=3e-3)


def test_the_closed_forms_need_neither_overdispersion_nor_empty_segments(decade: np.ndarray) -> None:
    calm = segmented_steps(np.tile([1.0, 2.0], 20), (20,))
    assert calm.dispersion < 1
    assert calm.overdispersion == 0
    np.testing.assert_array_equal(calm.negative_binomial_p_value, calm.p_value)
    with pytest.raises(EvidenceError, match="no events"):
        segmented_steps(np.array([1.0, 2.0, 0.0, 0.0]), (2,))
    with pytest.raises(EvidenceError, match="do not increase"):
        segmented_steps(decade, (72, 45))


def test_ratios_are_those_of_the_segment_means(decade: np.ndarray) -> None:
    means = [part.mean() for part in np.split(decade, STEPS)]
    found = segmented_regression(decade, STEPS)
    np.testing.assert_allclose(found.rate_ratio, [means[1] / means[0], means[2] / means[1]], rtol=1e-8)
    halved = segmented_regression(decade, STEPS, exposure=np.where(np.arange(96) < 72, 1.0, 0.5))
    assert halved.rate_ratio[1] == pytest.approx(2 * found.rate_ratio[1])


def test_dispersion_has_the_closed_form_of_the_regression(decade: np.ndarray) -> None:
    assert segment_dispersion(decade, STEPS) == pytest.approx(segmented_regression(decade, STEPS).dispersion)
    assert segment_dispersion(np.zeros(10)) == 1
    assert segment_overdispersion(np.array([1.0, 1.0, 1.0, 2.0])) == 0


def test_overdispersion_is_recovered() -> None:
    counts = np.random.default_rng(4).negative_binomial(1 / 0.5, 1 / (1 + 0.5 * 3.0), 20_000)
    assert segment_overdispersion(counts) == pytest.approx(0.5, abs=0.03)


def test_a_share_that_moves_with_its_controls_shows_no_step(cfr: IncidentSeries, months: Months) -> None:
    window = months("2012-01", "2019-12")
    controls = np.sum(list(cfr.controls.values()), axis=0)[window]
    found = segmented_share(cfr.counts[window], controls, STEPS)
    assert found.odds_ratio[0] < 0.35 and found.p_value[0] < 0.01
    busier = np.random.default_rng(12).poisson(np.repeat([4.0, 9.0, 20.0], [45, 27, 24]))
    own = np.random.default_rng(13).binomial(busier, 0.6)
    flat = segmented_share(own, busier - own, STEPS)
    assert (flat.p_value > 0.05).all()


def test_segments_without_events_are_refused() -> None:
    with pytest.raises(EvidenceError, match="no events"):
        segmented_regression(np.array([1.0, 2, 1, 0, 0, 0]), [3])
    with pytest.raises(EvidenceError, match="increase"):
        segmented_regression(np.ones(6), [4, 2])


def test_m21_partition(decade: np.ndarray) -> None:
    plain = partition(decade)
    np.testing.assert_allclose(plain.bic, [195.5571, 174.2817, 173.8071, 170.7020], atol=0.001)
    scaled = partition(decade, dispersion=1.683171)
    np.testing.assert_allclose(scaled.bic, [118.04, 109.10, 112.52, 114.39], atol=0.01)
    # 77 months after January 2012 is June 2018; the slowdown of 2015 is not found as an unknown date
    assert scaled.changes == (77,)
    np.testing.assert_allclose(scaled.rates, [0.779, 2.421], atol=1e-3)


def test_m22_no_change_is_rarely_split() -> None:
    counts = np.random.default_rng(1).poisson(1.2, (1000, 96))
    whole = sum(partition(series, max_segments=2).n_segments == 1 for series in counts)
    assert whole >= 900


def test_the_search_agrees_with_ruptures(decade: np.ndarray) -> None:
    import ruptures

    class PoissonCost(ruptures.base.BaseCost):
        model = "poisson"
        min_size = 3

        def fit(self, signal: np.ndarray) -> PoissonCost:
            self.signal = signal
            self.costs = segment_costs(signal.ravel(), 3)
            return self

        def error(self, start: int, end: int) -> float:
            return float(self.costs[start, end])

    search = ruptures.Dynp(custom_cost=PoissonCost(), min_size=3, jump=1).fit(decade[:60, None])
    ours = partition(decade[:60], max_segments=3)
    for segments in (2, 3):
        theirs = search.predict(n_bkps=segments - 1)
        edges = [0, *theirs]
        cost = sum(segment_costs(decade[:60])[a, b] for a, b in pairwise(edges))
        assert ours.bic[segments - 1] == pytest.approx(2 * cost + (2 * segments - 1) * np.log(60))


def test_a_sharp_change_is_found_and_its_band_is_narrow() -> None:
    counts = np.r_[np.full(40, 2.0), np.full(40, 9.0)]
    found = partition(counts)
    assert found.changes == (40,)
    assert split_profile(counts, 40, (0, 80)) == (40, 40)
    blurred = np.random.default_rng(8).poisson(np.r_[np.full(40, 2.0), np.full(40, 3.0)])
    first, last = split_profile(blurred, 40, (0, 80))
    assert last - first > 5


def test_short_series_are_refused() -> None:
    with pytest.raises(EvidenceError, match="periods"):
        partition(np.array([1.0, 2.0]))
