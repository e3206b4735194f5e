"""Properties of enforcement that hold for any numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accords.linear_model import gain_and_stake, grim_tariff
from accords.simulated_play import simulate_play
from tradewar.accords.imperfect_monitoring import critical_hazard, suspension, truce
from tradewar.accords.incentives import incentive
from tradewar.accords.terms import AccordStatus

modest = settings(deadline=None, derandomize=True, max_examples=60)
few = settings(deadline=None, derandomize=True, max_examples=20)
amounts = st.floats(0.001, 1.0)
factors = st.floats(0.05, 0.99)
chances = st.floats(0.0, 1.0)


@modest
@given(amounts, amounts, factors, st.integers(1, 4), st.floats(0.01, 100.0))
def test_the_verdict_does_not_depend_on_the_unit(
    gain: float, stake: float, discount: float, lag: int, unit: float
) -> None:
    first = incentive("A", gain, stake, discount=discount, war="w", lag=lag)
    second = incentive("A", unit * gain, unit * stake, discount=discount, war="w", lag=lag)
    assert first.critical_discount == pytest.approx(second.critical_discount)
    assert first.margin * unit == pytest.approx(second.margin, rel=1e-9, abs=1e-12)


@modest
@given(amounts, amounts, factors, st.integers(1, 4))
def test_the_deal_holds_exactly_above_the_critical_factor(gain: float, stake: float, discount: float, lag: int) -> None:
    kept = incentive("A", gain, stake, discount=discount, war="w", lag=lag)
    assert kept.critical_discount is not None
    assume(abs(discount - kept.critical_discount) > 1e-9)
    assert (kept.status is AccordStatus.SUSTAINABLE) == (discount > kept.critical_discount)
    assert (kept.margin > 0) == (discount > kept.critical_discount)


@modest
@given(amounts, st.floats(-1.0, 1.0), factors)
def test_the_side_payment_is_just_enough(gain: float, stake: float, discount: float) -> None:
    kept = incentive("A", gain, stake, discount=discount, war="w")
    if kept.side_payment is not None:
        paid = incentive("A", gain, stake + kept.side_payment, discount=discount, war="w")
        assert paid.margin == pytest.approx(0.0, abs=1e-9)
        assert kept.side_payment > 0


@few
@given(amounts, amounts, st.floats(0.3, 0.95))
def test_the_shortest_war_deters_in_play(gain: float, stake: float, discount: float) -> None:
    found = suspension(gain, stake, discount=discount, false_alarm=0.0, detection=1.0)
    if found.periods is None or np.isinf(found.periods):
        played = simulate_play(gain, stake, discount=discount, suspension_periods=np.inf, runs=1)
        assert played.profit > -1e-9
    else:
        enough = simulate_play(gain, stake, discount=discount, suspension_periods=float(found.periods), runs=1)
        assert enough.profit <= 1e-9
        short = simulate_play(gain, stake, discount=discount, suspension_periods=found.periods - 1.0, runs=1)
        assert short.profit > -1e-9


@modest
@given(amounts, amounts, factors, chances, chances)
def test_the_suspension_meets_the_incentive_constraint(
    gain: float, stake: float, discount: float, alarm: float, detection: float
) -> None:
    found = suspension(gain, stake, discount=discount, false_alarm=alarm, detection=detection)
    if found.periods is None:
        # then not even an endless war deters
        right = discount * (detection - alarm) * stake / (1 - discount + discount * alarm)
        assert gain > right * (1 - 1e-9)
        return

    def deterred(periods: float) -> float:
        share = 1.0 - discount**periods
        return discount * (detection - alarm) * share * stake / (1 - discount + discount * alarm * share)

    assert gain <= deterred(found.periods) * (1 + 1e-8)
    if 1 < found.periods < np.inf:
        assert gain > deterred(found.periods - 1) * (1 - 1e-8)
    assert found.path_cost is not None and found.value is not None
    assert found.path_cost + found.value == pytest.approx(stake)
    assert found.critical_discount is not None
    assert found.critical_discount <= discount + 1e-9


@modest
@given(amounts, factors, st.floats(0.0, 0.9), st.floats(0.1, 1.0), st.floats(0.0, 0.09), st.floats(0.0, 0.5))
def test_the_critical_hazard_is_where_theft_breaks_even(
    stake: float, discount: float, hazard: float, detection: float, alarm: float, gain: float
) -> None:
    limit = truce(
        stake, discount=discount, hazard=hazard, detection=detection, false_alarm=alarm, tariff_gain=gain
    ).break_even_theft
    assume(limit > 1e-6)
    found = critical_hazard(
        limit, stake, discount=discount, detection=detection, false_alarm=alarm, tariff_gain=gain
    ).hazard
    # at h = h̄ a hazard of q is just bearable
    assert (found if found is not None else 0.0) == pytest.approx(hazard, abs=1e-9)


@modest
@given(st.floats(0.05, 0.58))
def test_the_grim_tariff_is_where_the_linear_constraint_binds(discount: float) -> None:
    gain, stake = gain_and_stake(grim_tariff(discount))
    assert gain * (1 - discount) == pytest.approx(discount * stake, abs=1e-12)
