"""Invariances of bargaining and of the talks clock."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talks.cases import BASE
from talks.closed_forms import attrition_with_deadline
from talks.models import curve, curve_talks
from tradewar.talks import ClockTerms, Solution, Talks, bargain, run_clock
from tradewar.talks.escalation import escalation_ladder

modest = settings(deadline=None, derandomize=True, max_examples=40)
few = settings(deadline=None, derandomize=True, max_examples=15)
flows = st.floats(-1.0, 1.0)
rates = st.floats(0.01, 0.3)
chances = st.floats(0.0, 1.0)
noises = st.floats(0.005, 0.2)
clocks = st.tuples(
    st.tuples(flows, flows, flows, flows, flows, flows),
    st.tuples(rates, rates),
    st.tuples(st.integers(0, 5), st.integers(1, 4), st.integers(0, 3), st.integers(0, 3)),
    st.tuples(chances, chances),
    st.tuples(st.floats(0.0, 0.3), st.floats(0.0, 1.0), st.floats(0.0, 0.2), st.floats(-0.1, 0.1)),
    st.tuples(noises, noises, noises),
)


def terms_of(case: tuple) -> ClockTerms:  # type: ignore[type-arg]
    flow, rate, calendar, progress, costs, noise = case
    return ClockTerms(flow[:2], flow[2:4], flow[4:], rate, *calendar, *progress, *costs, *noise)


@modest
@given(clocks)
def test_probabilities_of_the_clock_sum_to_one(case: tuple) -> None:  # type: ignore[type-arg]
    clock = run_clock(terms_of(case))
    assert clock.p_deal + clock.p_escalate == pytest.approx(1.0, abs=1e-12)
    assert (clock.by_month >= 0).all()
    assert clock.solution.deadline_probability.sum(axis=-1) == pytest.approx(1.0, abs=1e-12)


@modest
@given(clocks, st.floats(-2.0, 2.0), st.sampled_from([0, 1]))
def test_adding_a_constant_flow_shifts_values_only(case: tuple, constant: float, side: int) -> None:  # type: ignore[type-arg]
    terms = terms_of(case)
    shift = (constant, 0.0) if side == 0 else (0.0, constant)

    def moved(flow: tuple[float, float]) -> tuple[float, float]:
        return flow[0] + shift[0], flow[1] + shift[1]

    before = run_clock(terms)
    after = run_clock(replace(terms, now=moved(terms.now), escalation=moved(terms.escalation), deal=moved(terms.deal)))
    assert after.by_month == pytest.approx(before.by_month, abs=1e-9)
    expected = np.array(before.value) + np.array(shift) / np.array(terms.discount_rate)
    assert after.value == pytest.approx(expected, abs=1e-9)


@modest
@given(flows, flows, rates, noises, st.integers(0, 4), st.integers(1, 4), st.integers(1, 3))
def test_an_extension_of_nothing_is_worth_nothing(
    one: float, two: float, rate: float, noise: float, months: int, length: int, extensions: int
) -> None:
    same = (one, two)
    terms = ClockTerms(
        same,
        same,
        same,
        (rate, rate),
        months,
        length,
        extensions,
        2,
        0.0,
        0.0,
        0.0,
        0.25,
        0.0,
        0.0,
        noise,
        noise,
        noise,
    )
    postponing = run_clock(terms).value_of_postponing
    assert postponing == pytest.approx((0.0, 0.0), abs=1e-10)


@modest
@given(st.floats(0.01, 1.0))
def test_a_costlier_war_makes_extensions_more_likely(harm: float) -> None:
    worse = replace(BASE, escalation=(BASE.escalation[0] - harm, BASE.escalation[1]))
    before, after = run_clock(BASE), run_clock(worse)
    assert after.expected_extensions >= before.expected_extensions - 1e-12
    assert after.p_deal >= before.p_deal - 1e-12


@few
@given(
    st.floats(0.2, 5.0),
    st.floats(0.2, 5.0),
    st.floats(-3.0, 3.0),
    st.floats(-3.0, 3.0),
    st.sampled_from([Solution.ASYMMETRIC_NASH, Solution.KALAI_SMORODINSKY]),
)
def test_rescaling_a_payoff_does_not_move_the_deal(a: float, b: float, c: float, d: float, solution: Solution) -> None:
    factor, shift = np.array([a, b]), np.array([c, d])
    plain = curve_talks((0.2, 0.1))

    def rescaled(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        value, jacobian = curve()(x)
        return factor * value + shift, factor[:, None] * jacobian

    talks = replace(plain, payoff=rescaled, disagreement=factor * plain.disagreement + shift)
    first, second = bargain(plain, solution), bargain(talks, solution)
    assert first.instruments is not None
    assert second.instruments is not None
    assert second.instruments == pytest.approx(first.instruments, abs=2e-6)


@few
@given(st.floats(0.0, 0.4), st.floats(0.0, 0.4), st.floats(0.01, 0.2), st.sampled_from([0, 1]))
def test_a_better_walk_away_point_never_hurts_its_owner(one: float, two: float, more: float, side: int) -> None:
    raised = (one + more, two) if side == 0 else (one, two + more)
    before, after = bargain(curve_talks((one, two))), bargain(curve_talks(raised))
    assert after.payoff[side] >= before.payoff[side] - 1e-6


@few
@given(st.floats(0.1, 0.9), st.floats(0.5, 20.0))
def test_only_the_ratio_of_weights_counts(weight: float, factor: float) -> None:
    weights = np.array([weight, 1.0 - weight])
    first = bargain(curve_talks((0.1, 0.1)), weights=weights)
    second = bargain(curve_talks((0.1, 0.1)), weights=factor * weights)
    assert first.payoff == pytest.approx(second.payoff, abs=1e-9)
    assert first.weights.sum() == pytest.approx(1.0)


@few
@given(st.floats(0.1, 0.9), st.floats(0.0, 0.4), st.floats(0.0, 0.4))
def test_deals_are_efficient_and_better_for_both(weight: float, one: float, two: float) -> None:
    deal = bargain(curve_talks((one, two)), weights=np.array([weight, 1.0 - weight]))
    assert (deal.gain > 0).all()
    assert deal.payoff[1] == pytest.approx(1.0 - deal.payoff[0] ** 2, abs=1e-9)


@modest
@given(st.floats(0.01, 1.0), st.floats(0.01, 1.0), st.floats(0.01, 1.0), rates, st.floats(0.1, 10.0))
def test_attrition_probabilities_sum_to_one(top: float, gain: float, loss: float, rate: float, years: float) -> None:
    war = attrition_with_deadline(
        if_conceded_to=top + gain,
        if_conceding=gain,
        now=0.0,
        after_deadline=gain - loss,
        discount_rate=rate,
        years=years,
    )
    probabilities = np.array([war.p_before, war.p_at, war.p_escalate])
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-12)
    assert (probabilities >= -1e-15).all()
    if war.silent_years < years:
        assert war.waiting_value == pytest.approx(gain, rel=1e-9)


@few
@given(st.lists(flows, min_size=8, max_size=8), st.floats(0.0, 0.6), st.floats(-2.0, 2.0))
def test_a_constant_does_not_change_where_escalation_leads(
    table: list[float], discount: float, constant: float
) -> None:
    payoff = np.array(table).reshape(2, 2, 2)
    first = escalation_ladder(payoff, [0.0, 0.1], [0.0, 0.1], discount=discount, noise_path=(0.5, 0.3))
    second = escalation_ladder(payoff + constant, [0.0, 0.1], [0.0, 0.1], discount=discount, noise_path=(0.5, 0.3))
    assert first.long_run.sum() == pytest.approx(1.0, abs=1e-12)
    assert second.long_run == pytest.approx(first.long_run, abs=1e-8)


def test_egalitarian_depends_on_the_unit() -> None:
    first, second = (bargain(curve_talks((0.0, 0.0), scale), Solution.EGALITARIAN) for scale in (1.0, 2.0))
    assert abs(first.payoff[0] - second.payoff[0]) > 0.1
    assert isinstance(curve_talks((0.0, 0.0)), Talks)
