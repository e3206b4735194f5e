"""What a path must do whatever its numbers, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tradewar.equilibrium.horizon import DEFAULT_CURVE
from tradewar.errors import PathError
from tradewar.paths import (
    Anticipation,
    DirectedBuying,
    PathAssumptions,
    PathRanges,
    TariffStep,
    both_outcomes,
    decompose,
    fit_elasticity_curve,
    landmarks,
    log_effect_of_steps,
    monthly_path,
    path_draws,
    reacted_share,
    stocks_term,
)
from tradewar.paths.monthly import check_anticipations

STEP = TariffStep(6.0, 1.10, 1.25, awaited=True)
HURRY = Anticipation(3, 6, 0.5, 1.10, 1.25, storable_share=0.5)
BASE = PathAssumptions(24, (STEP,), (HURRY,))


def test_stocks_run_down_whether_or_not_the_tariff_comes() -> None:
    outcomes = both_outcomes(BASE)
    assert outcomes.if_not.trade_index[:6] == pytest.approx(outcomes.if_it_comes.trade_index[:6])
    assert outcomes.if_not.trade_index[6] == pytest.approx(0.5)
    assert outcomes.if_not.use_index == pytest.approx(np.ones(24))
    assert outcomes.if_not.trade_index.sum() == pytest.approx(24.0)
    assert (outcomes.if_it_comes.trade_index[6:] < outcomes.if_not.trade_index[6:]).all()


def test_a_postponed_date_keeps_the_stock_until_the_new_date() -> None:
    later = replace(HURRY, announced_month=5, effective_month=9)
    path = monthly_path(PathAssumptions(24, (), (HURRY, later)))
    # two of three months of the first ramp are done, then the rest is spread over the four months to the new date
    assert path.extra_stock[3:9] == pytest.approx([1 / 3, 2 / 3, 0.75, 5 / 6, 11 / 12, 1.0])
    assert path.extra_stock[9:11] == pytest.approx([0.5, 0.0])
    assert abs(path.conservation_gap) < 1e-12


def test_a_lapsed_threat_lets_stocks_run_down_before_the_next() -> None:
    later = replace(HURRY, announced_month=10, effective_month=12)
    path = monthly_path(PathAssumptions(24, (), (HURRY, later)))
    assert path.extra_stock[7:10] == pytest.approx([0.0, 0.0, 0.0])
    assert path.extra_stock[11] == pytest.approx(1.0)


def test_announced_after_the_fact_nothing_is_bought_ahead() -> None:
    late = replace(HURRY, announced_month=8)
    path = monthly_path(PathAssumptions(24, (STEP,), (late,)))
    assert path.trade_index == pytest.approx(path.use_index)
    assert any("nothing is bought ahead" in note for note in path.notes)


def test_one_month_of_notice_puts_everything_in_one_month() -> None:
    path = monthly_path(PathAssumptions(24, (), (replace(HURRY, announced_month=5),)))
    assert path.trade_index[5] == pytest.approx(2.0)


def test_a_path_that_starts_inside_the_window_still_reaches_its_target() -> None:
    path = monthly_path(PathAssumptions(24, (), (replace(HURRY, announced_month=-3),)))
    assert path.extra_stock[5] == pytest.approx(1.0)
    assert abs(path.conservation_gap) < 1e-12


def test_removal_is_limited_by_what_buyers_can_put_off() -> None:
    removal = Anticipation(3, 4, 1.0, 2.0, 1.0, storable_share=0.4, normal_inventory=5.0)
    path = monthly_path(PathAssumptions(24, (), (removal,)))
    assert path.trade_index[3] == pytest.approx(0.6)
    assert (path.trade_index > 0).all()


def test_directed_buying_is_a_wedge_and_not_a_tariff_effect() -> None:
    order = DirectedBuying(8, 0.25, end_month=12)
    path = monthly_path(replace(BASE, directed=(order,)))
    plain = monthly_path(BASE)
    assert path.substitution == pytest.approx(plain.substitution)
    assert path.directed[7:13] == pytest.approx([0.0, -0.25, -0.25, -0.25, -0.25, 0.0])
    assert np.log(path.trade_index) == pytest.approx(path.substitution + path.directed + path.stocks)


def test_general_equilibrium_change_replaces_the_partial_one() -> None:
    step = TariffStep(0.0, 1.10, 1.25, long_run_log_change=-0.5)
    effect = log_effect_of_steps([step], DEFAULT_CURVE, np.array([12.0, 12.0 * 300]))
    assert effect[0] == pytest.approx(-0.5 * reacted_share(DEFAULT_CURVE, 1.0))
    assert effect[1] == pytest.approx(-0.5)


def test_coverage_by_levels_averages_levels() -> None:
    steps = [TariffStep(0.0, 1.0, 1.10, 0.4), TariffStep(6.0, 1.10, 1.25, 0.4)]
    full = [replace(step, covered_share=1.0) for step in steps]
    when = np.array([3.0, 12.0, 60.0])
    covered = np.exp(log_effect_of_steps(full, DEFAULT_CURVE, when))
    mixed = log_effect_of_steps(steps, DEFAULT_CURVE, when, "levels")
    assert np.exp(mixed) == pytest.approx(0.4 * covered + 0.6)
    path = monthly_path(PathAssumptions(60, tuple(steps), coverage="levels"))
    assert path.trade_index[-1] == pytest.approx(
        np.exp(log_effect_of_steps(steps, DEFAULT_CURVE, np.array([59.5]), "levels"))[0]
    )
    assert landmarks(path).long_run_index == pytest.approx(0.4 * 1.25**-2 + 0.6)


def test_landmarks_of_the_base_path() -> None:
    marks = landmarks(monthly_path(BASE))
    assert (marks.peak_month, marks.trough_month, marks.return_month) == (3, 7, 9)
    assert marks.long_run_index == pytest.approx((1.25 / 1.10) ** -2)


def test_decomposition_of_a_simulated_fall_leaves_no_residual() -> None:
    order = DirectedBuying(8, 0.25)
    path = monthly_path(replace(BASE, directed=(order,)))
    parts = decompose(float(path.trade_index[8]), [STEP], 8.5, directed_wedge=0.25, stocks=stocks_term(path, [8]))
    assert parts.residual.log_points == pytest.approx(0.0, abs=1e-12)
    percents = [part.percent_of_fall or 0.0 for part in parts.parts.values()]
    assert sum(percents) == pytest.approx(100 * (path.trade_index[8] - 1))
    assert "tariffs explain about" in parts.sentence


def test_a_base_month_of_buying_ahead_makes_the_fall_look_larger() -> None:
    path = monthly_path(BASE)
    assert stocks_term(path, [17], [5]) < stocks_term(path, [17]) - 0.2


def test_a_flow_that_did_not_change_has_no_shares() -> None:
    parts = decompose(1.0, [STEP], 12.0)
    assert parts.substitution.share_of_total is None
    assert parts.residual.log_points == pytest.approx(-parts.substitution.log_points)
    assert parts.sentence == "The flow did not change."


def test_draws_lie_around_the_central_path() -> None:
    ranges = PathRanges((1.6, 2.4), (0.6, 0.9), (1.3, 1.5), (0.2, 0.8), (0.02, 0.03), (0.3, 0.7))
    low, high = np.quantile(path_draws(BASE, ranges, draws=300)[0], (0.05, 0.95), axis=0)
    central = monthly_path(BASE).trade_index
    # around the date the central path may leave the band, where all draws agree on stocks that it has used up
    late = slice(14, None)
    assert (low[late] < central[late]).all()
    assert (high[late] > central[late]).all()
    assert high[10] > low[10]


def test_draws_without_ranges_are_the_path() -> None:
    bought, _, stock = path_draws(replace(BASE, directed=(DirectedBuying(2, 0.1),)), PathRanges(), draws=3)
    central = monthly_path(replace(BASE, directed=(DirectedBuying(2, 0.1),)))
    assert bought == pytest.approx(np.tile(central.trade_index, (3, 1)))
    assert stock == pytest.approx(np.tile(central.extra_stock, (3, 1)))


def test_the_same_seed_gives_the_same_draws() -> None:
    ranges = PathRanges(probability=(0.1, 0.9))
    first, again = path_draws(BASE, ranges, draws=50, seed=7), path_draws(BASE, ranges, draws=50, seed=7)
    assert (first[0] == again[0]).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fit_elasticity_curve(1.0), "Give long run > second point"),
        (lambda: fit_elasticity_curve(2.0, (10.0, 0.76), (1.0, 1.9)), "earlier horizon first"),
        (lambda: monthly_path(replace(BASE, steps=(replace(STEP, power_after=25.0),))), "was a percentage meant"),
        (lambda: monthly_path(replace(BASE, steps=(replace(STEP, power_before=0.0),))), "must be > 0"),
        (lambda: monthly_path(replace(BASE, steps=(replace(STEP, covered_share=1.2),))), "between 0 and 1"),
        (lambda: monthly_path(replace(BASE, steps=(replace(STEP, month=np.inf),))), "month of the step"),
        (lambda: monthly_path(replace(BASE, months=0)), "at least 1"),
        (lambda: monthly_path(replace(BASE, directed=(DirectedBuying(1, np.nan),))), "log points"),
        (lambda: check_anticipations([replace(HURRY, carrying_cost=0.0)]), "must be > 0"),
        (lambda: check_anticipations([replace(HURRY, probability=1.5)]), r"must lie in \[0, 1\]"),
        (lambda: check_anticipations([replace(HURRY, power_after=0.0)]), "Give 1 . tariff"),
        (lambda: check_anticipations([replace(HURRY, cap_months=-1.0)]), "months of use"),
        (lambda: both_outcomes(replace(BASE, steps=(replace(STEP, awaited=False),))), "awaited=True"),
        (lambda: decompose(0.0, [], 6.0), "positive ratio"),
        (lambda: stocks_term(monthly_path(BASE), [99]), "months 0 to 23"),
        (lambda: path_draws(BASE, PathRanges(probability=(0.5, 1.5))), "probability"),
        (lambda: path_draws(BASE, PathRanges(long_run=(1.0, 2.0))), "only part"),
        (lambda: path_draws(BASE, PathRanges((1.5, 2.0), (0.6, 0.9), (1.4, 1.7))), "overlap"),
        (lambda: path_draws(BASE, PathRanges(), draws=0), "at least 1"),
        (
            lambda: log_effect_of_steps(
                [STEP, replace(STEP, covered_share=0.5)], DEFAULT_CURVE, np.array([1.0]), "levels"
            ),
            "different coverage",
        ),
        (
            lambda: log_effect_of_steps(
                [replace(STEP, long_run_log_change=-0.1)], DEFAULT_CURVE, np.array([1.0]), "levels"
            ),
            "already concerns the whole flow",
        ),
    ],
)
def test_refusals_say_what_to_do(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(PathError, match=message):
        call()


def test_a_refusal_lists_every_fault() -> None:
    with pytest.raises(PathError) as caught:
        check_anticipations([replace(HURRY, carrying_cost=-1.0, probability=2.0, storable_share=-0.1)])
    assert len(caught.value.problems) == 3
