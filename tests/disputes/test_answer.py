"""What the other side will do, from the built-in dispute: answers, war, threat."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

import built_in
from tradewar.disputes.answer import Answer, Move
from tradewar.disputes.answer_ranges import ranges_of, under_sets
from tradewar.disputes.dossier import load_dispute
from tradewar.disputes.findings import Findings, run
from tradewar.disputes.parts import PARTS
from tradewar.disputes.policies import average_rate
from tradewar.equilibrium.solve import solve
from tradewar.errors import NoSolutionError
from tradewar.games import Options
from tradewar.games.escalation import answer as best_answer


@pytest.fixture(scope="module")
def answer(findings: Findings) -> Answer:
    found = findings.part(Answer)
    assert found is not None
    return found


def move(answer: Answer, name: str) -> Move:
    found = answer.move(name)
    assert found is not None
    return found


def test_parties_and_averages_are_those_of_the_other_parts(answer: Answer, findings: Findings) -> None:
    assert answer.parties == ("USA", "CHN")
    assert answer.against == "today"
    today, rise = findings.policies[:2]
    assert answer.today == (today.tariff("USA", "CHN").rate, today.tariff("CHN", "USA").rate)
    # the threat is what one side does: its own tariffs after the step, the other's as they are
    assert move(answer, "threat").averages == (rise.tariff("USA", "CHN").rate, today.tariff("CHN", "USA").rate)


def test_the_threat_is_judged_by_its_number(answer: Answer) -> None:
    verdict = answer.verdict
    assert verdict is not None
    assert (verdict.party, verdict.opponent, verdict.step) == ("USA", "CHN", "us-list-3-rise")
    threat, best = move(answer, "threat").real_income_pct[0], move(answer, "best-USA").real_income_pct[0]
    assert best > 0
    assert verdict.is_best_response is (threat >= best - 1e-4)
    assert verdict.short_of_best_pct == pytest.approx(best - threat, abs=1e-12)
    assert verdict.pays is (threat > 0)


def test_the_engine_agrees_with_the_threat(answer: Answer) -> None:
    """The threat unanswered, against the day, by the solver of policies under the same closure."""
    world, stated = built_in.world(), built_in.stated(built_in.DAY).policies
    today, rise = (item.policy for item in stated[:2])
    one, two = world.country_index("USA"), world.country_index("CHN")
    assert today.tariff_rate is not None
    assert rise.tariff_rate is not None
    rates = np.array(today.tariff_rate)
    rates[one] = rise.tariff_rate[one]
    products = [
        next(item for item in policy.products if item.importer == code)
        for policy, code in ((rise, "USA"), (today, "CHN"))
    ]
    alone = type(today)(tariff_rate=rates, products=products)
    hats = [solve(world, policy, closure="balanced").real_income_hat for policy in (today, alone)]
    change = 100.0 * (hats[1] / hats[0] - 1.0)
    assert move(answer, "threat").real_income_pct == pytest.approx((change[one], change[two]), abs=1e-7)


def test_nobody_does_better_than_by_its_best_answer(answer: Answer) -> None:
    first, second = move(answer, "best-USA"), move(answer, "best-CHN")
    assert first.averages[1] == pytest.approx(answer.today[1], abs=1e-15)
    assert second.averages[0] == pytest.approx(answer.today[0], abs=1e-15)
    assert first.real_income_pct[0] >= move(answer, "threat").real_income_pct[0]
    assert second.real_income_pct[1] > 0
    answered, threat = move(answer, "threat-answered"), move(answer, "threat")
    assert answered.real_income_pct[1] > threat.real_income_pct[1]
    assert answer.certificate.certified
    assert answer.certificate.games == 4
    assert answer.certificate.largest_gain_from_deviating_pct <= 1e-6


def test_reaction_curves_cross_at_the_war(answer: Answer) -> None:
    war = move(answer, "war").averages
    for curve, at, reached in zip(answer.curves, war, reversed(war), strict=True):
        assert curve.mover_average[0] == 0
        assert curve.mover_average[-1] >= max(*answer.today, *war)
        # straight to a hundredth of a point between its points
        assert np.interp(at, curve.mover_average, curve.answer_average) == pytest.approx(reached, abs=1e-4)
    assert [(curve.mover, curve.answerer) for curve in answer.curves] == [("USA", "CHN"), ("CHN", "USA")]


def test_countries_and_money(answer: Answer, findings: Findings) -> None:
    world = built_in.world()
    assert [row.country for row in answer.countries] == list(world.countries)
    for row, income in zip(answer.countries, world.income, strict=True):
        assert row.war_money == pytest.approx(row.war_pct * income / 100, rel=1e-12)
    third = sum(row.war_money for row in answer.countries if row.country not in answer.parties)
    assert answer.third_countries_money == pytest.approx(third, rel=1e-12)
    own = {row.country: row for row in answer.countries}
    war = move(answer, "war")
    assert war.real_income_pct == (own["USA"].war_pct, own["CHN"].war_pct)
    assert findings.to_dict()["answer"]["closure"] == answer.closure == "balanced"


@pytest.mark.slow
def test_the_best_answer_of_the_page_is_that_of_the_whole_search(answer: Answer) -> None:
    """The page searches from one start and leaves corners out; the whole search finds the same tariffs."""
    world = built_in.world()
    policy = built_in.stated(built_in.DAY).policies[0].policy
    found = best_answer(world, "CHN", "USA", Options(policy=policy))
    assert found.certified
    assert found.uniqueness == "the only one found from 3 starts"
    averages = move(answer, "best-CHN").averages
    assert average_rate(world, found.tariff_rate, "CHN", "USA") == pytest.approx(averages[1], abs=1e-8)


def test_ranges_hold_the_figures_and_are_those_of_the_sets(answer: Answer) -> None:
    ranges, world = answer.ranges, built_in.world()
    assert ranges is not None
    assert set(ranges.sets) == set(world.elasticity_sets)
    assert ranges.unsolved == ()
    assert ranges.sets_compared == 8
    for item in answer.moves:
        for value, spread in zip(item.real_income_pct, ranges.move(item.name), strict=True):
            assert spread.low <= value <= spread.high
            assert spread.low < spread.high
    for row, spread in zip(answer.countries, ranges.war, strict=True):
        assert spread.low <= row.war_pct <= spread.high
    # the ends, by the certified search under every set
    policy = built_in.stated(built_in.DAY).policies[0].policy
    options = Options(policy=policy, starts=["closed-form"], corners=False)
    gains = {
        name: 100.0 * (best_answer(world.with_elasticities(name), "CHN", "USA", options).real_income_hat - 1.0)
        for name in world.elasticity_sets
    }
    own = move(answer, "best-CHN").real_income_pct
    for code, value, spread in zip(answer.parties, own, ranges.move("best-CHN"), strict=True):
        found = [value, *(gain[world.country_index(code)] for gain in gains.values())]
        assert (spread.low, spread.high) == pytest.approx((min(found), max(found)), abs=1e-7)
    # no set makes the threat a best response
    assert ranges.best_response_in == 0


def test_a_world_with_one_set_of_elasticities_has_no_ranges(answer: Answer) -> None:
    own = {item.name: item.real_income_pct for item in answer.moves}
    war = [row.war_pct for row in answer.countries]
    assert ranges_of(built_in.world(), answer.parties, own, war, {}, None) is None


def test_a_set_without_a_solution_is_named_and_left_out(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    world = built_in.world()
    policy = built_in.stated(built_in.DAY).policies[0].policy
    one = replace(world, elasticity_sets={"shapiro_2016": world.elasticity_sets["shapiro_2016"]})
    found = under_sets(one, ("USA", "CHN"), policy, None)
    assert found["shapiro_2016"] is not None
    own = {
        item.name: item.real_income_pct for item in answer.moves if item.name.startswith("best") or item.name == "war"
    }
    war = [row.war_pct for row in answer.countries]
    ranges = ranges_of(one, answer.parties, own, war, {"broken": None} | found, None)
    assert ranges is not None
    assert ranges.unsolved == ("broken",)
    assert ranges.sets == ("shapiro_2016",)
    assert ranges.best_response_in is None

    def refuse(*_: object, **__: object) -> None:
        raise NoSolutionError("no first-order point")

    monkeypatch.setattr("tradewar.games.escalation_payoffs", refuse)
    assert under_sets(one, ("USA", "CHN"), policy, None) == {"shapiro_2016": None}


def test_without_a_deadline_nothing_is_judged() -> None:
    # the shared findings of other days leave this part out
    parts = [part for part in PARTS if part.name == "answer"]
    findings = run(load_dispute(built_in.DISPUTE), dt.date(2018, 8, 1), parts=parts)
    answer = findings.part(Answer)
    assert answer is not None
    assert findings.due is None
    assert answer.verdict is None
    assert answer.move("threat") is None
    assert [item.name for item in answer.moves] == ["best-USA", "best-CHN", "war"]
