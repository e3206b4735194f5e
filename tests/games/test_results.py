"""What a war looks like to programs and people; curves, escalation and the command."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import typer
from numpy import ndarray as Array
from typer.testing import CliRunner

from tradewar.cli.war import war as war_command
from tradewar.equilibrium.policy import Policy
from tradewar.equilibrium.solve import solve
from tradewar.games import War, best_response, cooperate, escalation, escalation_payoffs, reaction_curve, war
from tradewar.games.certificate import Deviation
from tradewar.games.setup import Options
from tradewar.world import write_world
from worlds import CN, US, toy, toy_io


@pytest.fixture(scope="module")
def found() -> War:
    return war(toy_io(), ["US", "CN"], between=True, starts=["closed-form"])


def test_json_has_what_is_promised(found: War) -> None:
    facts = json.loads(json.dumps(found.to_dict()))
    assert facts["players"] == ["US", "CN"]
    assert facts["objective"] == "real_income"
    assert (facts["mfn"], facts["market"], facts["closure"]) == (False, "competitive", "balanced")
    assert facts["certificate"]["converged"] is True
    promised = {"first_order_residual", "largest_gain_from_deviating_pct", "deviations_tried", "equilibrium_residual"}
    assert promised < facts["certificate"].keys()
    assert [row["country"] for row in facts["countries"]] == ["US", "CN", "RW"]
    columns = {"country", "player", "objective_pct", "real_income_pct", "real_wage_pct", "mean_tariff",
               "median_tariff", "trade_weighted_tariff"}  # fmt: skip
    assert facts["countries"][0].keys() == columns
    assert [row["player"] for row in facts["countries"]] == [True, True, False]
    assert len(facts["tariffs"]) == 4
    assert facts["tariffs"][0].keys() == {"exporter", "importer", "sector", "tariff"}


def test_the_engine_agrees_with_the_war(found: War) -> None:
    outcome = solve(toy_io(), found.policy, closure="balanced", tolerance=1e-12)
    assert outcome.real_income_hat == pytest.approx(found.real_income_hat, abs=1e-10)
    assert outcome.real_wage_hat == pytest.approx(found.found.real_wage_hat, abs=1e-10)
    assert outcome.trade_value == pytest.approx(found.found.trade_value, rel=1e-8)


def test_frames_and_html(found: War) -> None:
    frame = found.to_frame()
    assert list(frame.columns) == ["importer", "exporter", "sector", "tariff", "in_force", "baseline_value", "value"]
    assert len(frame) == 4
    assert (frame["tariff"] > 0).all()
    assert list(found.countries_frame()["country"]) == ["US", "CN", "RW"]
    page = found._repr_html_()
    assert "certified: no player found a better answer" in page
    assert page.count("<tr>") == 4
    assert repr(found) == "War(US, CN: certified: no player found a better answer)"


def test_one_player_is_the_unilateral_optimum() -> None:
    alone = best_response(toy_io(), "CN", starts=["factual"])
    assert alone.players == ("CN",)
    assert alone.certified
    assert alone.real_income_hat[CN] > 1.0


def average(war_found: War, importer: int, exporter: int) -> float:
    cells = war_found.chosen[importer, exporter]
    weights = war_found.baseline.trade_value[importer, exporter][cells]
    return float((war_found.tariff_rate[importer, exporter][cells] * weights).sum() / weights.sum())


def test_reaction_curves_cross_at_the_war(found: War) -> None:
    us, cn = average(found, US, CN), average(found, CN, US)
    curve = reaction_curve(toy_io(), "US", "CN", averages=[0.0, us, 0.5], pattern=found)
    assert curve.converged
    assert curve.mover_average == pytest.approx([0.0, us, 0.5], abs=1e-12)
    assert curve.answer_average[1] == pytest.approx(cn, abs=1e-8)
    assert curve.answerer_real_income_pct[1] == pytest.approx(100 * (found.real_income_hat[CN] - 1), abs=1e-8)
    assert (np.diff(curve.answerer_real_income_pct) < 0).all()
    back = reaction_curve(toy_io(), "CN", "US", averages=[cn], pattern=found)
    assert back.answer_average[0] == pytest.approx(us, abs=1e-8)
    assert list(curve.to_frame()["answer_average"]) == [point["answer_average"] for point in curve.to_dict()["points"]]


def threat_rates(points: float) -> Array:
    rates = toy_io().tariff_rate.copy()
    rates[US, CN, :2] += points
    return rates


def test_escalation_judges_a_threat() -> None:
    options = Options(starts=["closed-form"], corners=False)
    told = escalation(
        toy_io(), "US", "CN", threat=Policy(tariff_rate=threat_rates(0.5)), options=options, averages=(0.0, 0.2)
    )
    assert told.threat is not None
    # half the price is far above the optimal tariff
    assert not told.threat.is_best_response
    assert told.threat.best_payoff_pct > 0 > told.threat.payoff_pct
    assert not told.threat.pays
    assert told.threat.opponent_answered_pct >= told.threat.opponent_payoff_pct
    assert told.threat.sentence.startswith("Carrying out the threat is not a best response of US: ")
    assert f"{told.threat.best_payoff_pct:+.3f}" in told.threat.sentence
    assert told.best_answers[0].real_income_hat[US] > 1.0
    assert told.best_answers[1].real_income_hat[CN] > 1.0
    assert told.full_war.certified
    json.dumps(told.to_dict())


def test_the_best_answer_as_a_threat_is_a_best_response() -> None:
    options = Options(starts=["closed-form"], corners=False)
    best = best_response(toy_io(), "US", exempt=[("US", "RW")], starts=["closed-form"], corners=False)
    told = escalation(
        toy_io(), "US", "CN", threat=Policy(tariff_rate=best.tariff_rate), options=options, averages=(0.1,)
    )
    assert told.threat is not None
    assert told.threat.is_best_response
    assert told.threat.pays


@pytest.mark.parametrize("parties", [("US", "CN"), ("CN", "US")])
def test_payoffs_alone_are_those_of_the_whole_search(parties: tuple[str, str]) -> None:
    """Other code on the same first-order conditions: the search for deviations adds nothing to these figures."""
    rates = threat_rates(0.1) if parties[0] == "US" else toy_io().tariff_rate.copy()
    if parties[0] == "CN":
        rates[CN, US, :2] += 0.1
    threat, options = Policy(tariff_rate=rates), Options(starts=["closed-form"], corners=False)
    whole = escalation(toy_io(), *parties, threat=threat, options=options, averages=(0.1,))
    quick = escalation_payoffs(toy_io(), *parties, threat=threat)
    for played, payoff in zip(
        (*whole.best_answers, whole.full_war), (*quick.best_answers, quick.full_war), strict=True
    ):
        assert payoff == pytest.approx(100.0 * (played.real_income_hat - 1.0), abs=1e-7)
    one, two = (toy_io().country_index(code) for code in parties)
    judged = whole.threat
    assert judged is not None
    assert quick.threat is not None
    assert quick.threat_answered is not None
    assert quick.threat[[one, two]] == pytest.approx((judged.payoff_pct, judged.opponent_payoff_pct), abs=1e-7)
    answered = (judged.answered_payoff_pct, judged.opponent_answered_pct)
    assert quick.threat_answered[[one, two]] == pytest.approx(answered, abs=1e-7)
    assert quick.is_best_response is judged.is_best_response
    assert quick.first_order_residual <= 1e-9


def test_payoffs_alone_follow_the_elasticities() -> None:
    """Goods that are more alike leave less to gain by a tariff."""
    world = toy_io()
    easier = world.with_trade_elasticity(2.0 * world.trade_elasticity)
    first, second = (escalation_payoffs(item, "US", "CN").best_answers[0][US] for item in (world, easier))
    assert 0 < second < first
    assert escalation_payoffs(world, "US", "CN").threat is None


def test_talks_share_gains_equally() -> None:
    agreed = cooperate(toy_io(), start="factual", min_rate=-0.5)
    assert agreed.converged
    assert agreed.spread < 1e-8
    assert agreed.gain_pct > 0
    assert agreed.objective_hat == pytest.approx(agreed.objective_hat.mean(), abs=1e-8)
    assert agreed.weights.sum() == pytest.approx(1.0, abs=1e-9)
    assert len(agreed.to_frame()) == int(agreed.chosen.sum())
    json.dumps(agreed.to_dict())


@pytest.fixture
def command() -> typer.Typer:
    app = typer.Typer()
    app.command("war")(war_command)
    return app


def test_the_command_tells_and_prints_json(command: typer.Typer, tmp_path) -> None:
    write_world(toy(), tmp_path / "toy")
    arguments = [str(tmp_path / "toy"), "--players", "US,CN", "--goods", "soy,goods", "--between", "--no-corners"]
    told = CliRunner().invoke(command, arguments)
    assert told.exit_code == 0, told.output
    assert "Nash war of US, CN" in told.output
    assert "certified: no player found a better answer" in told.output
    printed = CliRunner().invoke(command, [*arguments, "--json"])
    facts = json.loads(printed.stdout)
    rates = {(row["importer"], row["exporter"], row["sector"]): row["tariff"] for row in facts["tariffs"]}
    assert rates["US", "CN", "soy"] == pytest.approx(0.152949, abs=1e-5)
    assert facts["certificate"]["converged"] is True


def test_a_failed_certificate_is_shown_as_failed(found: War) -> None:
    gain = Deviation("CN", 0.4, "soy at the upper bound", 7)
    failed = replace(found.certificate, certified=False, deviations=(gain,), largest_gain_from_deviating_pct=0.4)
    shown = replace(found, found=replace(found.found, certificate=failed))
    assert not shown.certified
    assert "not an equilibrium: CN gains 0.4 percent by deviating (found from soy at the upper bound)" in repr(shown)
    assert "War (not certified)" in shown._repr_html_()
    assert shown.to_dict()["certificate"]["converged"] is False
    assert shown.equilibria == ()
    assert shown.uniqueness == "no equilibrium found from 1 starts"
