"""Enforcement in the toy world, solved by the engine."""

from __future__ import annotations

import numpy as np
import pytest

from talks.toy_world import all_payoffs, best_response, nash, payoffs, talks_from
from tradewar.accords import AccordTerms, check_accord
from tradewar.accords.incentives import incentive
from tradewar.accords.retaliation import compare_rules, deterrence_factor, retaliation
from tradewar.accords.terms import AccordStatus
from tradewar.talks import bargain


@pytest.fixture(scope="module")
def war() -> np.ndarray:
    """Nash tariffs of the two."""
    return nash()


def terms_at(tariffs: np.ndarray, war: np.ndarray) -> AccordTerms:
    """The enforcement of a pair of tariffs, against the Nash war and the 25/25 war."""
    names = ("US", "CN")
    best = [payoffs(best_response(party, tariffs))[0][party] for party in (0, 1)]

    def named(values: np.ndarray | list[float]) -> dict[str, float]:
        return {name: float(value) for name, value in zip(names, values, strict=True)}

    wars = {"Nash war": named(payoffs(war)[0]), "25/25 war": named(payoffs(np.full(2, 0.25))[0])}
    return AccordTerms("tariffs", named(payoffs(tariffs)[0]), named(best), wars, 0.95)


def test_gradient_and_multipliers_at_zero_tariffs() -> None:
    slope = all_payoffs(np.zeros(2))[1] / 100.0
    assert slope[:2, 0] == pytest.approx([0.01142, -0.02370], abs=1e-5)
    assert slope[:2, 1] == pytest.approx([-0.00457, 0.00590], abs=1e-5)
    factor = deterrence_factor(detection=1.0, discount=0.9)
    deter_china = retaliation("CN", "US", float(slope[1, 1]), float(slope[1, 0]), factor)
    deter_america = retaliation("US", "CN", float(slope[0, 0]), float(slope[0, 1]), factor)
    assert deter_china.multiplier == pytest.approx(0.2764, abs=2e-3)
    assert deter_america.multiplier == pytest.approx(2.7800, abs=2e-3)


def test_at_the_efficient_bargain_an_equal_answer_deters_one_side_and_not_the_other() -> None:
    slope = payoffs(np.array([0.0085229, -0.0862612]))[1]
    factor = deterrence_factor(detection=1.0, discount=0.9)
    names = ("US", "CN")
    answers = [retaliation(names[k], names[1 - k], float(slope[k, k]), float(slope[k, 1 - k]), factor) for k in (0, 1)]
    multipliers = [answer.multiplier or 0.0 for answer in answers]
    assert np.prod(multipliers) == pytest.approx(factor**-2, rel=1e-5)
    assert multipliers == pytest.approx([1.4261 / 0.9, 0.7012 / 0.9], abs=1e-3)
    rules = [
        compare_rules(incentive(name, 0.1, 0.2, discount=0.9, war="w"), answer, path_cost_share=0.0)[0]
        for name, answer in zip(names, answers, strict=True)
    ]
    assert [rule.sustains_efficient_point for rule in rules] == [False, True]


def test_zero_tariffs_against_both_wars(war: np.ndarray) -> None:
    table = check_accord(terms_at(np.zeros(2), war))
    america, china = table.row("US", "Nash war"), table.row("CN", "Nash war")
    assert (america.gain, america.stake) == pytest.approx((0.05828, -0.01672), abs=2e-5)
    assert america.status is AccordStatus.NEEDS_SIDE_PAYMENT
    assert america.side_payment == pytest.approx(0.01979, abs=2e-5)
    assert (china.gain, china.stake) == pytest.approx((0.02934, 0.20042), abs=2e-5)
    assert china.critical_discount == pytest.approx(0.12769, abs=2e-4)
    america, china = table.row("US", "25/25 war"), table.row("CN", "25/25 war")
    assert (america.stake, china.stake) == pytest.approx((0.04337, 0.37161), abs=2e-5)
    assert america.critical_discount == pytest.approx(0.57333, abs=2e-4)
    assert china.critical_discount == pytest.approx(0.07317, abs=2e-4)


def test_the_bargain_is_enforceable_for_both(war: np.ndarray) -> None:
    deal = bargain(talks_from(payoffs(war)[0]))
    assert deal.instruments is not None
    table = check_accord(terms_at(deal.instruments, war))
    america, china = table.row("US", "Nash war"), table.row("CN", "Nash war")
    assert america.critical_discount == pytest.approx(0.53136, abs=1e-3)
    assert china.critical_discount == pytest.approx(0.55982, abs=1e-3)
