"""Commitments, statuses without numbers, the enforcement table, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tradewar.accords import AccordTerms, Commitment, CommitmentKind, build_accord, check_accord
from tradewar.accords.check import accord_sensitivity
from tradewar.accords.imperfect_monitoring import (
    audit_probabilities,
    audit_threshold,
    critical_hazard,
    suspension,
    truce,
)
from tradewar.accords.incentives import incentive, payer_can_afford
from tradewar.accords.retaliation import compare_rules, deterrence_factor, retaliation
from tradewar.accords.terms import AccordStatus, discount_per_period
from tradewar.errors import AccordError

SOY = Commitment(
    kind=CommitmentKind.PURCHASES,
    country="CHN",
    scope=(("CHN", "USA", "soy"),),
    start=date(2019, 3, 1),
    until=date(2021, 12, 31),
    target=24_000.0,
    measure="customs data",
    checks_per_year=4.0,
    consequence="tariffs return to 25 percent",
)
TRUCE = replace(
    SOY,
    kind=CommitmentKind.HACKING_TRUCE,
    scope=(),
    until=None,
    target=None,
    measure="attributed incidents",
    checks_per_year=12.0,
    name="refrain from stealing trade secrets",
)

# ---------------------------------------------------------------- commitments


def test_an_accord_is_a_list_of_promises() -> None:
    accord = build_accord("spring deal", ["USA", "CHN"], [SOY, TRUCE])
    assert accord.of("CHN") == (SOY, TRUCE)
    assert accord.of("USA") == ()


def test_promises_in_words() -> None:
    assert SOY.sentence == (
        "The deal obliges CHN to purchases (24,000); it is checked every quarter by customs data; if broken, tariffs "
        "return to 25 percent."
    )
    assert "every month by attributed incidents" in TRUCE.sentence
    ceiling = replace(SOY, kind=CommitmentKind.TARIFF_CEILING, target=0.1, checks_per_year=3.0)
    assert "(10.0%); it is checked 3 times a year" in ceiling.sentence


def test_wrong_commitments_are_all_listed() -> None:
    wrong = [
        replace(SOY, country="JPN"),
        replace(SOY, scope=()),
        replace(SOY, until=date(2018, 1, 1)),
        replace(SOY, checks_per_year=0.0),
        replace(SOY, target=None),
        replace(SOY, target=np.nan),
        replace(SOY, target=-1.0),
        replace(SOY, kind=CommitmentKind.TARIFF_CEILING, target=25.0),
    ]
    with pytest.raises(AccordError) as caught:
        build_accord("x", ["USA", "CHN"], wrong)
    assert len(caught.value.problems) == len(wrong)
    with pytest.raises(AccordError, match="two different countries"):
        build_accord("x", ["USA", "USA"], [replace(SOY, country="USA")])
    with pytest.raises(AccordError, match="at least one"):
        build_accord("x", ["USA", "CHN"], [])


# ---------------------------------------------------------------- statuses instead of numbers


def test_an_impatient_country_needs_patience_or_a_payment() -> None:
    kept = incentive("USA", 0.075, 0.0525, discount=0.5, war="Nash war")
    assert kept.status is AccordStatus.NOT_SUSTAINABLE
    assert kept.margin == pytest.approx(0.0525 - 0.075)
    assert kept.side_payment == pytest.approx(0.075 - 0.0525)
    paid = incentive("USA", 0.075, 0.0525 + 0.075 - 0.0525, discount=0.5, war="Nash war")
    assert paid.status is AccordStatus.SUSTAINABLE


def test_a_lag_makes_the_same_country_impatient() -> None:
    at = (0.075 / 0.1275) ** 0.5
    kept = [incentive("USA", 0.075, 0.0525, discount=at + shift, war="w", lag=2) for shift in (-0.001, 0.001)]
    assert [item.status for item in kept] == [AccordStatus.NOT_SUSTAINABLE, AccordStatus.SUSTAINABLE]


def test_the_payer_must_afford_the_payment() -> None:
    china = incentive("CHN", 0.02934, 0.20042, discount=0.95, war="Nash war")
    after = payer_can_afford(china, 0.01979, payer_income=13_000.0, receiver_income=20_000.0)
    assert after.stake == pytest.approx(0.20042 - 0.01979 * 20 / 13)
    assert after.status is AccordStatus.SUSTAINABLE
    assert payer_can_afford(china, 0.15, 13_000.0, 20_000.0).status is AccordStatus.NEEDS_SIDE_PAYMENT


def test_too_noisy_monitoring_has_no_suspension() -> None:
    noisy = suspension(0.075, 0.0525, discount=0.95, false_alarm=0.4, detection=0.8)
    assert noisy.status is AccordStatus.INFEASIBLE_ENFORCEMENT
    assert (noisy.periods, noisy.path_cost, noisy.critical_discount) == (None, None, None)
    assert "punished too often" in noisy.sentence
    assert noisy.failing is not None and "π/α" in noisy.failing


def test_a_suspension_that_would_have_to_be_longer_than_for_ever() -> None:
    short = suspension(0.075, 0.0525, discount=0.6, false_alarm=0.05, detection=0.8)
    assert short.status is AccordStatus.NOT_SUSTAINABLE
    assert short.periods is None
    assert short.critical_discount == pytest.approx(0.677966, abs=1e-6)


def test_permanent_war_at_the_critical_discount_factor() -> None:
    exact = suspension(0.075, 0.0525, discount=0.075 / 0.1275, false_alarm=0.0, detection=1.0)
    assert exact.status is AccordStatus.SUSTAINABLE
    assert exact.periods == np.inf
    assert exact.path_cost == pytest.approx(0.0)
    assert "for ever" in exact.sentence


def test_nothing_to_gain_and_nothing_to_lose() -> None:
    assert suspension(0.0, 0.05, discount=0.9, false_alarm=0.1, detection=0.5).periods == 0.0
    none = suspension(0.05, -0.01, discount=0.9, false_alarm=0.1, detection=0.5)
    assert none.status is AccordStatus.NEEDS_SIDE_PAYMENT


def test_an_audit_that_cannot_work() -> None:
    audit = audit_threshold(0.5, 0.01, discount=0.9, noise=0.5, shortfall=0.05)
    assert audit.status is AccordStatus.INFEASIBLE_ENFORCEMENT
    assert audit.best is None
    assert len(audit.curve) == 200


def test_retaliation_without_an_answer() -> None:
    none = retaliation("USA", "CHN", 0.01, 0.002, 0.9)
    assert (none.status, none.multiplier) == (AccordStatus.INFEASIBLE_ENFORCEMENT, None)
    unseen = retaliation("USA", "CHN", 0.01, -0.002, 0.0)
    assert "never answered in time" in unseen.sentence
    assert retaliation("USA", "CHN", -0.01, -0.002, 0.9).multiplier == 0.0


def test_ammunition_runs_out() -> None:
    # 20 of 120 imports are left, at most 25 points: 4.2 trade-weighted points against a breach of 10
    short = retaliation(
        "USA",
        "CHN",
        0.01142,
        -0.00457,
        0.9,
        imports_left=20.0,
        scope_imports=120.0,
        breach_points=0.1,
        largest_rate=0.25,
    )
    assert short.feasible_multiplier == pytest.approx(0.25 / 6 / 0.1)
    assert short.status is AccordStatus.INFEASIBLE_ENFORCEMENT
    assert "CHN has no answer" in short.sentence
    enough = retaliation(
        "CHN",
        "USA",
        0.0059,
        -0.0237,
        0.9,
        imports_left=400.0,
        scope_imports=500.0,
        breach_points=0.1,
        largest_rate=0.25,
    )
    assert enough.status is AccordStatus.SUSTAINABLE


def test_rules_of_retaliation_side_by_side() -> None:
    kept = incentive("USA", 0.05828, 0.04337, discount=0.95, war="25/25 war")
    equal, multiplied, snapback = compare_rules(
        kept, retaliation("USA", "CHN", 0.01142, -0.00457, 0.9), path_cost_share=0.02
    )
    assert not equal.sustains_efficient_point
    assert multiplied.sustains_efficient_point
    assert "2.78 points" in multiplied.sentence
    assert snapback.sustains_efficient_point
    assert snapback.cost_on_path == "2.0% of the stake"


def test_truces_that_fail_give_no_number() -> None:
    assert critical_hazard(0.4, 0.3, discount=0.9).hazard is None
    assert critical_hazard(0.1, 0.3, discount=0.9, detection=0.0, false_alarm=0.5).hazard is None
    assert truce(0.3, discount=0.9, detection=0.05, false_alarm=0.05).status is AccordStatus.INFEASIBLE_ENFORCEMENT


def test_cheating_on_both_can_be_the_tighter_limit() -> None:
    found = truce(0.3, discount=0.9, tariff_gain=0.5)
    assert found.binding == "theft and a tariff breach together"
    assert found.break_even_theft == pytest.approx(0.9 * 0.3 - 0.1 * 0.5)


# ---------------------------------------------------------------- the enforcement table

TOY = AccordTerms(
    commitment="zero tariffs",
    payoff={"USA": 0.0, "CHN": 0.0},
    deviation_payoff={"USA": 0.05828, "CHN": 0.02934},
    wars={
        "Nash war": {"USA": 0.01672, "CHN": -0.20042},
        "25/25 war": {"USA": -0.04337, "CHN": -0.37161},
    },
    discount_per_year=0.95,
)


def test_which_war_is_the_consequence_decides() -> None:
    table = check_accord(TOY)
    assert table.row("USA", "Nash war").status is AccordStatus.NEEDS_SIDE_PAYMENT
    assert table.row("USA", "Nash war").side_payment == pytest.approx(0.01979, abs=2e-5)
    assert table.row("USA", "25/25 war").critical_discount == pytest.approx(0.57333, abs=2e-4)
    assert table.row("CHN", "25/25 war").critical_discount == pytest.approx(0.07317, abs=2e-4)
    assert table.sentence == (
        "With a Nash war as the consequence the deal does not hold by itself: USA (needs side payment). "
        "With a 25/25 war as the consequence the deal keeps itself."
    )
    with pytest.raises(AccordError, match="there is none"):
        table.row("JPN", "Nash war")


def test_quarters_change_amounts_but_not_the_yearly_verdict() -> None:
    yearly, quarterly = check_accord(TOY), check_accord(replace(TOY, periods_per_year=4.0))
    one, other = yearly.row("CHN", "Nash war"), quarterly.row("CHN", "Nash war")
    assert other.gain == pytest.approx(one.gain / 4)
    assert other.critical_discount == pytest.approx(one.critical_discount)


def test_noise_theft_and_answers_enter_the_table() -> None:
    terms = replace(
        TOY,
        periods_per_year=4.0,
        false_alarm=0.02,
        detection=0.7,
        theft_gain={"CHN": 0.1},
        hazard=0.05,
        answers={"USA": retaliation("USA", "CHN", 0.01142, -0.00457, 0.9)},
    )
    table = check_accord(terms)
    china, america = table.row("CHN", "25/25 war"), table.row("USA", "25/25 war")
    discount = discount_per_period(0.95, 4.0)
    expected = truce(
        0.37161 / 4, discount=discount, hazard=0.05, detection=0.7, false_alarm=0.02, tariff_gain=0.02934 / 4
    )
    assert china.break_even_theft == pytest.approx(expected.break_even_theft)
    assert china.critical_hazard is not None and 0 < china.critical_hazard < 1
    assert america.break_even_theft is None
    assert america.multiplier == pytest.approx(2.7766, abs=1e-3)
    assert america.suspension_periods is not None and america.path_cost is not None
    assert america.path_cost > 0
    assert table.row("CHN", "Nash war").suspension_periods is not None


def test_noise_can_break_a_deal_that_perfect_monitoring_keeps() -> None:
    noisy = check_accord(replace(TOY, false_alarm=0.4, detection=0.5))
    assert noisy.row("USA", "25/25 war").status is AccordStatus.INFEASIBLE_ENFORCEMENT
    assert check_accord(TOY).row("USA", "25/25 war").status is AccordStatus.SUSTAINABLE


def test_sensitivity_to_patience_and_noise() -> None:
    tables = accord_sensitivity(replace(TOY, detection=0.8), (0.5, 0.95), (0.0, 0.05))
    assert [(table.terms.discount_per_year, table.terms.false_alarm) for table in tables] == [
        (0.5, 0.0),
        (0.5, 0.05),
        (0.95, 0.0),
        (0.95, 0.05),
    ]
    assert tables[0].row("USA", "25/25 war").status is AccordStatus.NOT_SUSTAINABLE
    assert tables[2].row("USA", "25/25 war").status is AccordStatus.SUSTAINABLE
    assert len(accord_sensitivity(TOY)) == 3


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: incentive("A", -0.1, 0.1, discount=0.9, war="w"), "must be >= 0"),
        (lambda: incentive("A", 0.1, 0.1, discount=1.0, war="w"), r"must lie in \(0, 1\)"),
        (lambda: incentive("A", 0.1, np.nan, discount=0.9, war="w"), "stake"),
        (lambda: incentive("A", 0.1, 0.1, discount=0.9, war="w", lag=0), "one period later"),
        (
            lambda: payer_can_afford(incentive("A", 0.1, 0.1, discount=0.9, war="w"), 0.1, 0.0, 1.0),
            "both incomes",
        ),
        (lambda: discount_per_period(1.2, 4.0), "discount factor per year"),
        (lambda: discount_per_period(0.9, 0.0), "Give 1, 4 or 12"),
        (lambda: suspension(0.1, 0.1, discount=0.9, false_alarm=1.2, detection=0.5), "false alarm"),
        (lambda: audit_probabilities(0.1, noise=0.0, shortfall=1.0), "threshold"),
        (lambda: deterrence_factor(detection=1.0, discount=0.9, lag=0), "one period later"),
        (lambda: retaliation("A", "B", 1.0, -1.0, 0.9, imports_left=1.0), "only partly given"),
        (
            lambda: retaliation(
                "A", "B", 1.0, -1.0, 0.9, imports_left=-1.0, scope_imports=0.0, breach_points=0.0, largest_rate=-1.0
            ),
            "imports_left",
        ),
        (lambda: critical_hazard(-0.1, 0.3, discount=0.9), "theft gain"),
        (lambda: check_accord(replace(TOY, deviation_payoff={"USA": 0.1})), "lacks CHN"),
        (lambda: check_accord(replace(TOY, deviation_payoff={"USA": -0.1, "CHN": 0.1})), "cannot be worse"),
        (lambda: check_accord(replace(TOY, wars={})), "no war"),
    ],
)
def test_refusals_say_what_to_do(call: Callable[[], object], message: str) -> None:
    with pytest.raises(AccordError, match=message):
        call()
