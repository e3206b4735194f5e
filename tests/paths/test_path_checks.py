"""The figures of the theory of paths: published calibrations and worked cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tradewar.paths import (
    DEFAULT_CURVE,
    Anticipation,
    PathAssumptions,
    TariffStep,
    decompose,
    elasticity_at,
    fit_elasticity_curve,
    log_effect_of_steps,
    monthly_path,
)

STEP = TariffStep(6.0, 1.10, 1.25, awaited=True)
HURRY = Anticipation(3, 6, 0.5, 1.10, 1.25, storable_share=0.5, cap_months=np.inf)


def base_path(cap: float = np.inf) -> PathAssumptions:
    return PathAssumptions(18, (STEP,), (replace(HURRY, cap_months=cap),))


def test_default_curve_goes_through_its_points() -> None:
    curve = fit_elasticity_curve()
    assert curve.speed == pytest.approx(0.279744, abs=1e-6)
    assert curve.gap == pytest.approx(1.640261, abs=1e-6)
    horizons = np.array([0.5, 1.0, 2.0, 5.0, 7.0, 10.0])
    expected = [0.573843, 0.76, 1.062588, 1.594999, 1.768541, 1.9]
    assert elasticity_at(curve, horizons) == pytest.approx(expected, abs=1e-6)
    assert elasticity_at(curve, 0.0) == pytest.approx(0.3597, abs=1e-4)


@pytest.mark.parametrize(
    ("months", "percent"),
    [(12.0, -9.2583), (6.0, -7.0730)],
)
def test_rise_from_10_to_25_percent(months: float, percent: float) -> None:
    effect = log_effect_of_steps([TariffStep(0.0, 1.10, 1.25)], DEFAULT_CURVE, np.array([months]))
    assert 100 * np.expm1(effect[0]) == pytest.approx(percent, abs=1e-3)


def test_long_run_of_single_steps() -> None:
    far = np.array([12.0 * 200])
    small = log_effect_of_steps([TariffStep(0.0, 1.10, 1.25)], DEFAULT_CURVE, far)
    large = log_effect_of_steps([TariffStep(0.0, 1.00, 1.25)], DEFAULT_CURVE, far)
    first_year = log_effect_of_steps([TariffStep(0.0, 1.00, 1.25)], DEFAULT_CURVE, np.array([12.0]))
    assert 100 * np.expm1(small[0]) == pytest.approx(-22.56, abs=1e-3)
    assert 100 * np.expm1(large[0]) == pytest.approx(-36.0, abs=1e-3)
    assert 100 * np.expm1(first_year[0]) == pytest.approx(-15.599, abs=1e-3)


def test_two_steps_are_convolved() -> None:
    steps = [TariffStep(0.0, 1.00, 1.10), TariffStep(8.0, 1.10, 1.25)]
    effect = log_effect_of_steps(steps, DEFAULT_CURVE, np.array([6.0, 12.0, 24.0]))
    assert effect == pytest.approx([-0.054693, -0.137091, -0.212542], abs=1e-6)


def test_step_up_then_cut() -> None:
    steps = [TariffStep(0.0, 1.00, 1.25), TariffStep(12.0, 1.25, 1.10)]
    effect = log_effect_of_steps(steps, DEFAULT_CURVE, np.array([18.0]))
    assert effect[0] == pytest.approx(-0.132350, abs=1e-6)


@pytest.mark.parametrize(
    ("probability", "cost", "months"),
    [(0.5, 0.025, 2.556667), (0.3, 0.04, 0.958750)],
)
def test_months_bought_ahead(probability: float, cost: float, months: float) -> None:
    hurry = replace(HURRY, probability=probability, carrying_cost=cost)
    path = monthly_path(PathAssumptions(18, (STEP,), (hurry,)))
    assert path.extra_stock[5] == pytest.approx(0.5 * months, abs=1e-6)


def test_path_without_a_cap() -> None:
    path = monthly_path(base_path())
    assert path.trade_index[:3] == pytest.approx([1.0, 1.0, 1.0], abs=1e-12)
    assert path.trade_index[3:9] == pytest.approx([1.426111] * 3 + [0.476368, 0.474099, 0.615918], abs=1e-5)
    assert path.trade_index[[9, 17]] == pytest.approx([0.939492, 0.909105], abs=1e-5)
    assert path.extra_stock[5] == pytest.approx(1.278334, abs=1e-5)


def test_path_with_a_cap_of_two_months() -> None:
    path = monthly_path(base_path(cap=2.0))
    assert path.trade_index[[3, 4, 5]] == pytest.approx([1.333333] * 3, abs=1e-5)
    assert path.trade_index[[6, 8]] == pytest.approx([0.476368, 0.894252], abs=1e-5)
    assert path.extra_stock[5] == pytest.approx(0.5 * 2.0)


def test_calibration_of_alessandria_khan_and_khederlarian() -> None:
    rise = Anticipation(0, 3, 0.032, 1.0, float(np.exp(0.31)), storable_share=0.7, cap_months=np.inf)
    held = monthly_path(PathAssumptions(12, (), (rise,))).extra_stock[2]
    assert held == pytest.approx(0.27776, abs=1e-5)
    assert np.log((1 + held / 3) / (1 - held / 3)) / 0.31 == pytest.approx(0.599049, abs=1e-5)


def test_waiting_for_a_removal() -> None:
    removal = Anticipation(3, 6, 0.6, 1.25, 1.10, storable_share=0.5, normal_inventory=1.0)
    path = monthly_path(PathAssumptions(12, (TariffStep(6.0, 1.25, 1.10),), (removal,)))
    expected = [1.0, 1.0, 1.0, 0.833333, 0.833333, 0.833333, 1.549608, 1.054632]
    assert path.trade_index[:8] == pytest.approx(expected, abs=1e-5)
    assert abs(path.conservation_gap) < 1e-12


@pytest.mark.parametrize(
    ("share", "power", "substitution", "rest"),
    [(0.6, 1.15, -0.048121, -0.462705), (1.0, 1.25, -0.128049, -0.382776)],
)
def test_a_fall_of_40_percent_after_half_a_year(share: float, power: float, substitution: float, rest: float) -> None:
    parts = decompose(0.60, [TariffStep(0.0, 1.0, power, share)], 6.0)
    assert parts.substitution.log_points == pytest.approx(substitution, abs=1e-6)
    assert parts.residual.log_points == pytest.approx(rest, abs=1e-6)
