"""Two answers where there are two, and no signature that a side would rather not give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from properties.test_talks import clocks, terms_of
from talks.cases import BASE, toy_ladder
from talks.clock_simulation import simulate_clock
from talks.models import curve_talks, linear_talks
from tradewar.talks import BargainStatus, ClockTerms, Solution, bargain, run_clock, sweep_clock
from tradewar.talks.clock import EVENTS
from tradewar.talks.clock_solution import ESCALATE, EXTEND, SIGN
from tradewar.talks.ladder import judge_threat, ladder_from_table

modest = settings(deadline=None, derandomize=True, max_examples=60)

# ---------------------------------------------------------------- ties


def tied_ladder(gap: float = 0.0, unsolved: bool = False) -> object:
    own = np.array([[0.0, -1.0], [gap, -1.0]])
    other = np.array([[0.0, -0.5], [-0.2, -0.7]])
    payoff = np.stack([own, other])
    if unsolved:
        payoff[:, 0, 0] = np.nan
    return ladder_from_table(payoff, ("USA", "CHN"), ("USA", "CHN"), (0.1, 0.25), (0.05, 0.1))


@pytest.mark.parametrize("gap", [0.0, 1e-9, -1e-9])
def test_a_tied_best_reply_is_a_best_reply(gap: float) -> None:
    ladder = tied_ladder(gap)
    assert ladder.nash_rungs == ((0, 0), (1, 0))  # type: ignore[attr-defined]
    assert ladder.best_reply_1 == (0, 0)  # type: ignore[attr-defined]
    assert ladder.best_replies(1).all()  # type: ignore[attr-defined]
    threat = judge_threat(ladder, 1, 0, 1, 0)  # type: ignore[arg-type]
    assert (threat.best_reply, threat.tied) == (True, True)
    assert threat.sentence == (
        "Going from 10% to 25% costs USA 0.0000 and takes 0.2000 from CHN (percent of baseline income per year): it is "
        "a best reply (tied)."
    )


@pytest.mark.parametrize("side", [1, 2])
def test_equilibria_and_verdicts_follow_one_definition(side: int) -> None:
    generator = np.random.default_rng(side)
    for _ in range(30):
        payoff = generator.integers(0, 3, (2, 3, 4)).astype(float)
        ladder = ladder_from_table(payoff, ("A", "B"), ("A", "B"), (0.0, 0.1, 0.2), (0.0, 0.1, 0.2, 0.3))
        both = ladder.best_replies(1) & ladder.best_replies(2)
        assert set(ladder.nash_rungs) == set(map(tuple, np.argwhere(both).tolist()))
        own = ladder.of_side(side) if side == 1 else ladder.of_side(side).T
        for other in range(own.shape[1]):
            for rung in range(own.shape[0]):
                threat = judge_threat(ladder, side, 0, rung, other)
                assert threat.best_reply == (own[rung, other] == own[:, other].max())
                assert threat.tied == (threat.best_reply and (own[:, other] == own[:, other].max()).sum() > 1)


def test_where_rungs_are_not_solved_a_best_reply_is_not_known() -> None:
    ladder = tied_ladder(unsolved=True)
    threat = judge_threat(ladder, 2, 0, 1, 1)  # type: ignore[arg-type]
    assert threat.best_reply is False
    payoff = np.stack([np.zeros((3, 1)), np.zeros((3, 1))])
    payoff[:, 2] = np.nan
    partly = ladder_from_table(payoff, ("A", "B"), ("A", "B"), (0.0, 0.1, 0.2), (0.0,))
    unknown = judge_threat(partly, 1, 0, 1, 0)
    assert (unknown.best_reply, unknown.tied) == (None, False)
    assert unknown.sentence.endswith("whether it is a best reply is not known.")
    assert partly.sentence.startswith("Of what is solved there is no pair")


def test_who_gives_and_who_takes() -> None:
    assert "takes 0.1916 from CHN" in judge_threat(toy_ladder(), 1, 1, 2, 1).sentence
    assert "gives 0.1916 to CHN" in judge_threat(toy_ladder(), 1, 2, 1, 1).sentence


# ---------------------------------------------------------------- two signatures


VETO = ClockTerms(
    now=(-0.1, 0.05),
    escalation=(-0.2, -0.1),
    deal=(0.05, -0.08),
    discount_rate=(0.05, 0.05),
    months_to_deadline=3,
    extension_months=2,
    extensions=2,
    steps_to_text=1,
    steps_done=1,
    progress_idle=0.9,
    progress_effort=0.9,
    effort_cost=0.0,
    settlement_rate=0.0,
)


def test_a_deal_that_one_side_would_rather_not_sign() -> None:
    clock = run_clock(VETO)
    rest = np.exp(-0.05 * 7 / 12)
    # the responder waits through both extensions and signs on the last day, where war is worse
    assert clock.by_month[EVENTS["deal"]] == pytest.approx([0, 0, 0, 0, 0, 0, 0, 1], abs=1e-12)
    assert clock.by_month[EVENTS["extend"]] == pytest.approx([0, 0, 0, 1, 0, 1, 0, 0], abs=1e-12)
    assert clock.value == pytest.approx((-2.0 * (1 - rest) + rest, 1 - rest - 1.6 * rest), abs=1e-6)
    assert clock.value == pytest.approx((0.914, -1.525), abs=5e-4)
    assert clock.prefers_text[:, 1].tolist() == [False] * 7 + [True]
    assert "The responder would rather wait than sign before month 7." in clock.sentences


def test_a_text_worse_than_war_is_never_signed() -> None:
    clock = run_clock(replace(VETO, deal=(0.05, -0.2)))
    assert clock.p_deal == 0.0
    assert clock.p_escalate == pytest.approx(1.0, abs=1e-12)
    assert clock.expected_month_given_deal is None
    assert any("would not sign this text in any month" in line for line in clock.sentences)
    assert (clock.solution.deadline_probability[..., SIGN] == 0.0).all()


def test_play_never_signs_what_the_responder_refuses() -> None:
    terms = replace(VETO, settlement_rate=0.3, steps_done=0, progress_idle=0.3, progress_effort=0.7, effort_cost=0.01)
    clock = run_clock(terms)
    played = simulate_clock(clock, runs=60_000, seed=2)
    refused = ~clock.prefers_text[:, 1]
    assert refused.any()
    assert (played.by_month[EVENTS["deal"]][refused] == 0.0).all()
    assert abs(played.p_deal - clock.p_deal) < 4 * played.p_deal_error + 1e-9
    for side in (0, 1):
        assert abs(played.value[side] - clock.value[side]) < 4 * played.value_error[side]


@modest
@given(clocks)
def test_no_text_is_signed_below_what_the_responder_has_without_it(case: tuple) -> None:  # type: ignore[type-arg]
    clock = run_clock(terms_of(case))
    terms, solution = clock.terms, clock.solution
    deal = terms.deal[1] / terms.discount_rate[1]
    factor = np.exp(-terms.discount_rate[1] / 12)
    month_of_now = terms.now[1] * (1 - factor) / terms.discount_rate[1]
    for extension in range(terms.extensions + 1):
        for month in range(1, solution.sign_probability.shape[2]):
            wait = month_of_now + factor * solution.value[0, extension, month - 1, -1, 1]
            if deal < wait - 1e-8:
                assert solution.sign_probability[0, extension, month] == 0.0
        # at a deadline the responder gets what the initiator's other choices leave it
        choice = solution.deadline_probability[0, extension, -1]
        if choice[SIGN] == 0.0 and choice[[ESCALATE, EXTEND]].sum() > 0:
            continue
        other = choice[[ESCALATE, EXTEND]]
        if other.sum() > 1e-9:
            without = (solution.value[0, extension, 0, -1, 1] - choice[SIGN] * deal) / other.sum()
            assert deal >= without - 1e-6


def one_signature(terms: ClockTerms) -> np.ndarray:
    """Values of both sides where the initiator signs alone, by a recursion written out here."""
    rate, b = np.array(terms.discount_rate), np.exp(-np.array(terms.discount_rate) / 12)
    deal, now = np.array(terms.deal) / rate, np.array(terms.now) * (1 - b) / rate
    war = (np.array(terms.escalation) + terms.settlement_rate * deal) / (rate + terms.settlement_rate)
    steps = terms.steps_to_text

    def chosen(options: list[np.ndarray], by: int, sigma: float) -> np.ndarray:
        own = np.array([option[by] for option in options])
        weight = np.exp((own - own.max()) / sigma)
        return weight / weight.sum() @ np.array(options)

    value: dict[tuple[int, int, int], np.ndarray] = {}
    for x in range(terms.extensions + 1):
        for k in range((terms.months_to_deadline if x == terms.extensions else terms.extension_months) + 1):
            for p in range(steps + 1):
                if k == 0:
                    options = [war + np.array([terms.carrying_out_bonus, 0.0])]
                    options += [deal] if p == steps else []
                    if x:
                        after = value[x - 1, terms.extension_months - 1, p]
                        options.append(now + b * after - np.array([terms.audience_cost, 0.0]))
                    found = chosen(options, 0, terms.noise_deadline)
                elif p == steps:
                    found = chosen([now + b * value[x, k - 1, p], deal], 0, terms.noise_sign or 0.0)
                else:
                    here, ahead = value[x, k - 1, p], value[x, k - 1, p + 1]
                    idle, effort = (
                        now + b * (chance * ahead + (1 - chance) * here) - np.array([0.0, cost])
                        for chance, cost in ((terms.progress_idle, 0.0), (terms.progress_effort, terms.effort_cost))
                    )
                    found = chosen([idle, effort], 1, terms.noise_effort)
                value[x, k, p] = found
    return value[terms.extensions, terms.months_to_deadline, terms.steps_done]


@modest
@given(clocks)
def test_where_both_prefer_the_text_the_numbers_are_those_of_one_signature(case: tuple) -> None:  # type: ignore[type-arg]
    clock = run_clock(terms_of(case))
    if clock.solution.prefers_text[0, ..., 1].all():
        assert clock.value == pytest.approx(one_signature(clock.terms), abs=1e-8)


def test_the_base_clock_has_two_willing_sides() -> None:
    clock = run_clock(BASE)
    assert clock.prefers_text.all()
    assert clock.p_signed_by_noise == 0.0
    assert one_signature(BASE) == pytest.approx((0.16500, -1.79146), abs=2e-5)


def test_a_text_that_only_noise_makes_the_initiator_sign_is_warned_about() -> None:
    clock = run_clock(replace(VETO, now=(0.05, -0.1), escalation=(-0.1, -0.2), deal=(-0.08, 0.05), settlement_rate=0.1))
    early = clock.by_month[EVENTS["deal"]][:7].sum()
    assert clock.p_signed_by_noise == pytest.approx(early)
    assert early > 0.1
    assert any("By the noise of its choice alone" in line for line in clock.warnings)


def test_a_sweep_refuses_where_the_clock_does() -> None:
    deals = np.array([-0.2, -0.08, 0.06])
    swept = sweep_clock(VETO, {"deal_2": deals})
    for row, deal in enumerate(deals):
        clock = run_clock(replace(VETO, deal=(0.05, float(deal))))
        assert swept.p_deal[row] == pytest.approx(clock.p_deal, abs=1e-12)
        assert swept.value[row] == pytest.approx(clock.value, abs=1e-12)


@modest
@given(clocks)
def test_every_chance_of_the_clock_lies_in_its_range(case: tuple) -> None:  # type: ignore[type-arg]
    clock = run_clock(terms_of(case))
    for chance in (clock.p_deal, clock.p_escalate, clock.p_signed_by_noise, clock.first_month_effort or 0.0):
        assert 0.0 <= chance <= 1.0
    assert clock.p_signed_by_noise <= clock.p_deal + 1e-12


# ---------------------------------------------------------------- what is assumed


def test_assumptions_that_move_the_clock_are_listed() -> None:
    clock = run_clock(BASE)
    moved = {item.name: item.moves for item in clock.assumptions}
    assert moved["discount_rate_1"] == ("value_1",)
    assert "p_deal" in moved["progress_effort"]
    # what moves nothing that is shown is not listed: noise that hardly matters, and the solved flows
    assert "noise_effort" not in moved
    assert not any(name.startswith(("now", "deal", "escalation")) for name in moved)
    free = run_clock(replace(BASE, progress_idle=0.55))
    assert "effort_cost" not in {item.name for item in free.assumptions if "p_deal" in item.moves}


def test_assumptions_behind_a_bargain_are_listed() -> None:
    weighted = bargain(linear_talks(0.0), weights=np.array([0.6, 0.4])).assumptions
    assert [item.name for item in weighted] == ["walk-away point", "weights", "bound"]
    assert [item.name for item in bargain(curve_talks((0.2, 0.1)), Solution.EGALITARIAN).assumptions] == [
        "walk-away point"
    ]
    none = bargain(curve_talks((0.9, 0.9)))
    assert none.status is BargainStatus.NO_DEAL
    assert none.assumptions[0].moves == ("gap",)
