"""The talks clock against its golden figures, its invariances at single points, and its simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from talks.cases import BASE
from talks.clock_simulation import simulate_clock
from tradewar.errors import TalksError
from tradewar.talks import clock_swings, random_terms, run_clock, sweep_clock
from tradewar.talks.clock import EVENTS
from tradewar.talks.clock_solution import ESCALATE, EXTEND, SIGN, logit_probabilities


def test_one_shot_logit() -> None:
    chosen = logit_probabilities(np.array([-0.10, -0.03]), np.array(0.05))
    assert chosen == pytest.approx([0.197816, 0.802184], abs=1e-6)


def test_base_clock() -> None:
    clock = run_clock(BASE)
    assert clock.value == pytest.approx((0.16500, -1.79146), abs=2e-5)
    assert clock.p_deal == pytest.approx(0.59299, abs=2e-5)
    assert clock.p_escalate == pytest.approx(0.40701, abs=2e-5)
    assert clock.expected_extensions == pytest.approx(0.83512, abs=2e-5)
    assert clock.expected_month_given_deal == pytest.approx(5.1004, abs=5e-4)
    assert clock.most_likely_month == 6
    assert clock.warnings == (
        "The noise of sign or wait (0.02) exceeds the initiator's monthly stake (0.00667): a finished text is put off "
        "by chance.",
    )


def test_base_clock_by_month() -> None:
    by_month = run_clock(BASE).by_month
    deal, escalate, extend = (by_month[EVENTS[name]] for name in ("deal", "escalate", "extend"))
    assert deal == pytest.approx([0, 0, 0, 0.104003, 0.038335, 0.144783, 0.305871], abs=2e-6)
    assert escalate == pytest.approx([0, 0, 0, 0.060874, 0, 0, 0.346134], abs=2e-6)
    assert extend == pytest.approx([0, 0, 0, 0.835123, 0, 0, 0], abs=2e-6)


def test_base_clock_at_the_first_deadline() -> None:
    clock = run_clock(BASE)
    choice = clock.solution.deadline_probability[0, 1]
    assert choice[:3, EXTEND] == pytest.approx([0.3360, 0.9989, 1.0], abs=1e-4)
    assert choice[3, [SIGN, EXTEND]] == pytest.approx([0.6255, 0.3745], abs=1e-4)
    assert choice[:3, SIGN] == pytest.approx([0.0, 0.0, 0.0])
    assert clock.threat_margin[1] == pytest.approx([0.013623, -0.136744, -0.384912, -0.503333], abs=1e-4)
    assert np.isposinf(clock.threat_margin[0, :3]).all()
    assert clock.progress_threshold == (3, 1)
    assert clock.solution.deadline_probability[0, 0, 0, ESCALATE] == 1.0


def test_more_and_fewer_extensions() -> None:
    none, one, two = (run_clock(replace(BASE, extensions=count)) for count in (0, 1, 2))
    assert none.p_deal == pytest.approx(0.16636, abs=2e-5)
    assert none.value == pytest.approx((-0.03426, -2.44460), abs=2e-5)
    assert two.p_deal == pytest.approx(0.84542, abs=2e-5)
    assert two.expected_extensions == pytest.approx(1.41803, abs=2e-5)
    assert one.value_of_postponing == pytest.approx((0.19926, 0.65315), abs=2e-5)
    assert none.value_of_postponing is None
    assert two.value_of_commitment_not_to_extend == pytest.approx(
        (none.value[0] - two.value[0], none.value[1] - two.value[1]), abs=1e-12
    )


def test_the_last_extension_is_the_difference_between_two_clocks() -> None:
    one, two = run_clock(BASE), run_clock(replace(BASE, extensions=2))
    assert two.value_of_postponing == pytest.approx(np.subtract(two.value, one.value), abs=1e-12)


def test_little_noise_barely_moves_the_result() -> None:
    clock = run_clock(replace(BASE, noise_sign=0.005, noise_effort=0.005, noise_deadline=0.005))
    assert clock.p_deal == pytest.approx(0.593127, abs=2e-5)
    assert clock.value == pytest.approx((0.166112, -1.788152), abs=2e-5)


@pytest.mark.parametrize(("extensions", "effort", "deal"), [(0, 0.9989, 0.57306), (1, 0.8938, 0.84889)])
def test_an_extension_at_hand_lowers_costly_effort(extensions: int, effort: float, deal: float) -> None:
    clock = run_clock(replace(BASE, steps_to_text=2, effort_cost=0.2, extensions=extensions))
    assert clock.first_month_effort == pytest.approx(effort, abs=1e-4)
    assert clock.p_deal == pytest.approx(deal, abs=1e-4)


def test_simulation_agrees_with_backward_induction() -> None:
    clock = run_clock(BASE)
    played = simulate_clock(clock, runs=100_000, seed=3)
    assert abs(played.p_deal - clock.p_deal) < 4 * played.p_deal_error
    assert abs(played.expected_extensions - clock.expected_extensions) < 4 * played.expected_extensions_error
    for side in (0, 1):
        assert abs(played.value[side] - clock.value[side]) < 4 * played.value_error[side]
    error = np.sqrt(clock.by_month * (1 - clock.by_month) / played.runs)
    assert (np.abs(played.by_month - clock.by_month) <= 4.5 * error + 1e-12).all()


def test_simulation_with_every_cost_and_two_extensions() -> None:
    terms = replace(
        BASE, extensions=2, extension_months=2, audience_cost=0.02, effort_cost=0.1, discount_rate=(0.03, 0.10)
    )
    clock = run_clock(terms)
    played = simulate_clock(clock, runs=100_000, seed=5)
    for side in (0, 1):
        assert abs(played.value[side] - clock.value[side]) < 4 * played.value_error[side]
    assert abs(played.p_deal - clock.p_deal) < 4 * played.p_deal_error


def test_a_finished_text_at_an_executing_deadline() -> None:
    clock = run_clock(replace(BASE, steps_to_text=0, months_to_deadline=0, extensions=0, carrying_out_bonus=0.0))
    assert clock.first_month_effort is None
    assert clock.p_deal == pytest.approx(1.0)
    assert clock.expected_month_given_deal == 0.0


def test_without_any_progress_there_is_no_deal() -> None:
    clock = run_clock(replace(BASE, progress_idle=0.0, progress_effort=0.0))
    assert clock.p_deal == 0.0
    assert clock.expected_month_given_deal is None
    assert clock.most_likely_month is None
    assert "Effort is useless" in clock.warnings[0]
    assert "no chance" in clock.sentences[0]


def test_war_for_ever_is_said() -> None:
    clock = run_clock(replace(BASE, settlement_rate=0.0))
    assert any("for ever" in warning for warning in clock.warnings)
    assert clock.p_deal > run_clock(BASE).p_deal


def test_default_noise_is_a_third_of_the_monthly_stake() -> None:
    derived, given = run_clock(replace(BASE, noise_sign=None)), run_clock(replace(BASE, noise_sign=0.08 / 36))
    assert derived.p_deal == pytest.approx(given.p_deal, abs=1e-14)
    assert derived.warnings == ()


def test_sentences_of_the_base_clock() -> None:
    assert run_clock(BASE).sentences == (
        "There is a 59% chance of a signature, most likely in month 6; a 41% chance that the tariff rises.",
        "At the first deadline, without visible progress the deadline is extended with 34%; with one finished chapter "
        "100%.",
        "One more extension is worth +0.20/+0.65 % of one year's GDP to the two sides.",
        "With no progress the threat would be carried out: carrying it out is worth 0.014 % of GDP more than the best "
        "alternative.",
    )


def test_a_sweep_equals_single_clocks() -> None:
    ranges = {
        "discount_rate_1": (0.02, 0.10),
        "effort_cost": (0.0, 0.2),
        "escalation_1": (-0.3, 0.0),
        "deal_1": (0.0, 0.05),
        "extensions": (0.0, 3.0),
        "months_to_deadline": (0.0, 4.0),
        "steps_done": (0.0, 2.0),
    }
    varied = random_terms(ranges, draws=40, seed=1)
    sweep = sweep_clock(replace(BASE, noise_sign=None), varied)
    assert {int(value) for value in varied["extensions"]} == {0, 1, 2, 3}
    for row in range(0, 40, 3):
        clock = run_clock(
            replace(
                BASE,
                noise_sign=None,
                discount_rate=(float(varied["discount_rate_1"][row]), 0.05),
                effort_cost=float(varied["effort_cost"][row]),
                escalation=(float(varied["escalation_1"][row]), -0.55),
                deal=(float(varied["deal_1"][row]), -0.05),
                extensions=int(varied["extensions"][row]),
                months_to_deadline=int(varied["months_to_deadline"][row]),
                steps_done=int(varied["steps_done"][row]),
            )
        )
        assert sweep.p_deal[row] == pytest.approx(clock.p_deal, abs=1e-13)
        assert sweep.value[row] == pytest.approx(clock.value, abs=1e-12)
        assert sweep.threat_margin[row] == pytest.approx(clock.threat_margin[-1, 0], abs=1e-12)
        if clock.value_of_postponing is not None:
            assert sweep.value_of_postponing[row] == pytest.approx(clock.value_of_postponing, abs=1e-12)


def test_a_sweep_of_a_thousand_points_sums_to_one() -> None:
    sweep = sweep_clock(BASE, random_terms({"discount_rate_2": (0.02, 0.2), "escalation_2": (-1.0, -0.3)}))
    assert sweep.p_deal + sweep.p_escalate == pytest.approx(np.ones(1000), abs=1e-12)
    assert (sweep.result("value_2") == sweep.value[:, 1]).all()


def test_a_latin_hypercube_covers_its_ranges_evenly() -> None:
    drawn = random_terms({"effort_cost": (0.0, 1.0)}, draws=10)["effort_cost"]
    assert np.floor(np.sort(drawn) * 10).astype(int).tolist() == list(range(10))


def test_swings_put_the_widest_first() -> None:
    swings = clock_swings(BASE, {"discount_rate_1": (0.02, 0.1), "extensions": (0.0, 2.0)}, "p_deal")
    assert [swing.term for swing in swings] == ["extensions", "discount_rate_1"]
    assert swings[0].at_low == pytest.approx(0.16636, abs=2e-5)
    assert swings[0].at_base == pytest.approx(0.59299, abs=2e-5)
    assert swings[0].at_high == pytest.approx(0.84542, abs=2e-5)
    assert clock_swings(BASE, {}, "p_deal") == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"discount_rate": (0.0, 0.05)}, "discount_rate of side 1: is 0, must be > 0"),
        ({"now": (np.nan, 0.0)}, "now of side 1"),
        ({"extension_months": 0}, "must be >= 1"),
        ({"extensions": -1}, "must be >= 0"),
        ({"steps_done": 4}, "more than the 3 steps"),
        ({"progress_effort": 1.5}, r"must lie in \[0, 1\]"),
        ({"effort_cost": -0.1}, "effort_cost"),
        ({"noise_effort": 0.0}, "noise_effort"),
        ({"carrying_out_bonus": np.inf}, "carrying_out_bonus"),
        ({"noise_sign": None, "deal": (-0.06, 0.0)}, "cannot be derived"),
        ({"extensions": 10_000, "months_to_deadline": 1000}, "nodes"),
    ],
)
def test_wrong_terms_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(TalksError, match=message):
        run_clock(replace(BASE, **changes))  # type: ignore[arg-type]


def test_sweeps_refuse_what_clocks_refuse() -> None:
    with pytest.raises(TalksError, match="must be > 0"):
        sweep_clock(BASE, {"discount_rate_1": np.array([0.05, 0.0])})
    with pytest.raises(TalksError, match="is not a term"):
        sweep_clock(BASE, {"patience": np.array([0.05])})
    with pytest.raises(TalksError, match="lengths"):
        sweep_clock(BASE, {"discount_rate_1": np.array([0.05]), "effort_cost": np.array([0.0, 0.1])})
    with pytest.raises(TalksError, match="is not a result"):
        sweep_clock(BASE, {"effort_cost": np.array([0.0])}).result("p_peace")
    with pytest.raises(TalksError, match="range"):
        random_terms({"effort_cost": (1.0, 0.0)})
