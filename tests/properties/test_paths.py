"""Properties of paths that hold for any numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewar.paths import (
    DEFAULT_CURVE,
    Anticipation,
    DirectedBuying,
    MonthlyPath,
    PathAssumptions,
    TariffStep,
    decompose,
    elasticity_at,
    fit_elasticity_curve,
    log_effect_of_steps,
    monthly_path,
)

powers = st.floats(1.0, 2.0)
shares = st.floats(0.0, 1.0)
steps = st.lists(st.tuples(st.floats(0.0, 20.0), powers, powers, shares), max_size=3)
events = st.lists(
    st.tuples(
        st.integers(-3, 20),
        st.integers(0, 24),
        shares,
        powers,
        powers,
        shares,
        st.floats(0.005, 0.1),
        st.floats(0.0, 6.0),
        st.floats(0.0, 4.0),
    ),
    max_size=3,
)
orders = st.lists(st.tuples(st.integers(0, 20), st.floats(-0.5, 0.5)), max_size=2)
cases = st.tuples(st.integers(1, 30), steps, events, orders)

modest = settings(deadline=None, derandomize=True, max_examples=60)


def path_of(case: tuple[Any, ...]) -> MonthlyPath:
    months, step_rows, event_rows, order_rows = case
    return monthly_path(
        PathAssumptions(
            months,
            tuple(TariffStep(*row) for row in step_rows),
            tuple(Anticipation(*row) for row in event_rows),
            tuple(DirectedBuying(*row) for row in order_rows),
        )
    )


@modest
@given(cases)
def test_stocks_are_conserved_and_imports_never_negative(case: tuple[Any, ...]) -> None:
    path = path_of(case)
    assert abs(path.conservation_gap) < 1e-12 * len(path.months) * max(1.0, path.use_index.max())
    assert (path.trade_index >= -1e-12).all()


@modest
@given(cases)
def test_components_sum_to_the_log_of_imports(case: tuple[Any, ...]) -> None:
    path = path_of(case)
    some = path.trade_index > 1e-9
    total = path.substitution + path.directed + path.stocks
    assert total[some] == pytest.approx(np.log(path.trade_index[some]), abs=1e-9)


@modest
@given(steps, steps)
def test_effects_of_steps_add_up(one: list[Any], other: list[Any]) -> None:
    first, second = ([TariffStep(*row) for row in rows] for rows in (one, other))
    months = np.arange(0.0, 30.0)
    together = log_effect_of_steps([*first, *second], DEFAULT_CURVE, months)
    apart = log_effect_of_steps(first, DEFAULT_CURVE, months) + log_effect_of_steps(second, DEFAULT_CURVE, months)
    assert together == pytest.approx(apart, abs=1e-12)


@modest
@given(st.floats(0.1, 1.0), st.floats(0.05, 1.0), st.floats(0.05, 2.0))
def test_fitted_curves_rise_through_their_points(first: float, more: float, rest: float) -> None:
    curve = fit_elasticity_curve(first + more + rest, (1.0, first), (10.0, first + more))
    assert elasticity_at(curve, np.array([1.0, 10.0])) == pytest.approx([first, first + more])
    assert (np.diff(elasticity_at(curve, np.linspace(0.0, 40.0, 50))) > -1e-12).all()


@modest
@given(st.floats(0.05, 3.0), shares, st.floats(-0.5, 0.5), st.floats(-0.5, 0.5), st.floats(0.0, 36.0))
def test_parts_of_a_change_sum_to_it(ratio: float, share: float, directed: float, stocks: float, month: float) -> None:
    parts = decompose(ratio, [TariffStep(0.0, 1.0, 1.25, share)], month, directed_wedge=directed, stocks=stocks)
    assert sum(part.log_points for part in parts.parts.values()) == pytest.approx(np.log(ratio), abs=1e-12)
    if ratio != 1.0:
        assert sum(part.share_of_total or 0.0 for part in parts.parts.values()) == pytest.approx(1.0, abs=1e-9)
