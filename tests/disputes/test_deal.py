"""The talks and the accord of the built-in dispute, from the dossier to the figures."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tradewar.accords.terms import AccordStatus
from tradewar.disputes.deal import Deal
from tradewar.disputes.deal_terms import FLOWS, flows_moved
from tradewar.disputes.dossier import LIBRARY, load_dispute
from tradewar.disputes.findings import Findings
from tradewar.disputes.hold import NASH, Hold
from tradewar.disputes.policies import Stated
from tradewar.errors import DossierError
from tradewar.io.serialize import json_text
from tradewar.talks import BargainStatus

DAY = dt.date(2019, 2, 20)


@pytest.fixture(scope="module")
def deal(findings: Findings) -> Deal:
    found = findings.part(Deal)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def hold(findings: Findings) -> Hold:
    found = findings.part(Hold)
    assert found is not None
    return found


@pytest.mark.slow
def test_the_ladder_has_25_rungs_against_one_baseline(deal: Deal, stated: Stated) -> None:
    assert deal.ladder.solved.shape == (5, 5)
    assert deal.ladder.solved.all()
    assert deal.ladder.residual.max() < 1e-9
    # today's rungs are the tariffs in force: the same payoffs as a solve of the day's policy in the same world
    from tradewar.equilibrium import solve_prepared

    today = next(item for item in stated.policies if item.in_force)
    outcome = solve_prepared(deal.setting.prepared, today.policy)
    expected = 100 * (outcome.real_income_hat - 1)
    assert deal.ladder.payoff[:, deal.today[0], deal.today[1]] == pytest.approx(expected, abs=1e-8)


@pytest.mark.slow
def test_every_rule_finds_a_deal_on_the_frontier(deal: Deal) -> None:
    frontier = deal.frontier
    assert len(frontier.payoff) == 30
    assert frontier.stationarity.max() < 1e-3
    for item in deal.bargains:
        assert item.bargain.status is BargainStatus.DEAL
        assert (item.bargain.gain > 0).all()
        if item.subsidies:
            at = np.interp(item.bargain.payoff[0], frontier.payoff[::-1, 0], frontier.payoff[::-1, 1])
            assert item.bargain.payoff[1] == pytest.approx(at, abs=2e-4)
    # without subsidies the deal can only be worse for one of the two
    free, plain = deal.bargains[0].bargain, next(item.bargain for item in deal.bargains if not item.subsidies)
    assert np.log(plain.gain).sum() < np.log(free.gain).sum()


@pytest.mark.slow
def test_the_nash_war_is_certified_and_a_best_reply(deal: Deal) -> None:
    from tradewar.accords.retaliation import best_reply

    assert deal.nash_war.certificate.startswith("certified")
    assert deal.nash.rates is not None
    setting, rates = deal.setting, np.array(deal.nash.rates)
    reply = best_reply(setting.payoff, setting.choice.owner, np.full(2, -0.4), np.full(2, 1.0))
    for party in (0, 1):
        assert reply(party, rates) == pytest.approx(rates, abs=1e-4)
    assert setting.payoff(rates)[0] == pytest.approx(deal.nash.payoff, abs=1e-6)


@pytest.mark.slow
def test_the_clock_and_its_spread(deal: Deal) -> None:
    clock, spread = deal.clock, deal.spread
    assert clock is not None
    assert spread is not None
    assert clock.p_deal + clock.p_escalate == pytest.approx(1, abs=1e-12)
    assert clock.terms.months_to_deadline == deal.months == 1
    assert spread.draws == 1000
    assert all(span.low <= spread.medians[name] <= span.high for name, span in spread.ranges.items())
    assert spread.ranges["p_deal"].base == pytest.approx(clock.p_deal)
    assert spread.ranges["p_deal"].coverage == 0.8
    # the flows of a side are wrong together: nothing is said about one of them alone
    assert {"flows_1", "flows_2"} <= {swing.term for swing in deal.swings("p_deal")}
    assert not {f"{name}_1" for name in FLOWS} & {swing.term for swing in deal.swings("p_deal")}
    moved = flows_moved(clock.terms, 2, 0.3)
    assert moved.now == pytest.approx((clock.terms.now[0], 1.3 * clock.terms.now[1]))
    assert (moved.deal[1] - moved.now[1]) == pytest.approx(1.3 * (clock.terms.deal[1] - clock.terms.now[1]))
    assert deal.swings("p_deal")[0].at_base == pytest.approx(clock.p_deal)
    # what each walks away to follows from whether the threat would be carried out
    margin = float(clock.threat_margin[-1, clock.terms.steps_done])
    assert deal.walk_away.point == (deal.now.payoff if margin < 0 else deal.escalation.payoff)


@pytest.mark.slow
def test_what_happens_without_a_signature(deal: Deal) -> None:
    # where the ladder leads is a pair of best replies, if patience is not decisive
    for drift in deal.drifts:
        assert 0 < drift.share <= 1
        pair = deal.ladder.rates_1.index(drift.rates[0]), deal.ladder.rates_2.index(drift.rates[1])
        assert drift.payoff == pytest.approx([float(deal.ladder.of_side(k)[pair]) for k in (1, 2)])
    nerves = deal.nerves
    assert nerves is not None
    assert nerves.p_before_deadline.low < nerves.p_before_deadline.base < nerves.p_before_deadline.high
    # each side gives in at the rate that makes the other wait: λ_j = r_i (B_i − d_i)/(A_i − B_i)
    for side, other in ((0, 1), (1, 0)):
        gap = nerves.if_conceded_to[side] - nerves.if_conceding[side]
        worth = 0.05 * (nerves.if_conceding[side] - deal.now.payoff[side]) / gap
        assert nerves.hazard[other] == pytest.approx(worth)
    assert nerves.p_before_deadline.base == pytest.approx(1 - np.exp(-sum(nerves.hazard) * deal.months / 12))


@pytest.mark.slow
def test_every_assumption_has_a_source_and_a_range(deal: Deal, hold: Hold) -> None:
    for row in (*deal.assumptions, *hold.assumptions):
        assert row.source
        assert row.note
        assert row.low <= row.value <= row.high
        assert row.ours == (row.source == "ours")


@pytest.mark.slow
def test_enforcement_names_the_war_and_what_moves_it(hold: Hold) -> None:
    assert {row.war for row in hold.check.rows} == set(hold.terms.wars)
    for row in hold.check.rows:
        assert row.gain >= 0
        assert (row.stake > 0) == (row.status is not AccordStatus.NEEDS_SIDE_PAYMENT)
    for country in hold.parties:
        swings = hold.swings_of(country, "margin")
        assert swings[0].at_base == pytest.approx(hold.check.row(country, NASH).margin)
        assert {swing.term for swing in swings} == {
            "discount_per_year", "false_alarm", "detection", "lag", "hazard", "war",
        }  # fmt: skip
    # the more likely that tariffs come anyway, the less theft a truce holds back
    limits = [row.break_even_theft for row in hold.truces if (row.country, row.war) == ("CHN", NASH)]
    assert limits == sorted(limits, key=lambda limit: -(limit or 0.0))
    # the surer a breach is seen, the less must be answered
    for answer, row in zip(hold.retaliation, hold.multiplier_swings, strict=True):
        swing = row.swing
        assert row.offender == answer.offender
        assert answer.multiplier is not None
        assert swing.at_base == answer.multiplier
        assert swing.at_low is not None
        assert swing.at_high is not None
        assert swing.at_low > answer.multiplier > swing.at_high
    for swing in hold.audit_swings:
        assert swing.at_base == (hold.audit.best.suspension.path_cost if hold.audit.best else None)
    # no country has been asked what theft brings: only the break-even is there
    assert hold.terms.theft_gain is None
    assert all(row.critical_hazard is None for row in hold.check.rows)


@pytest.mark.slow
def test_findings_and_frames(deal: Deal, hold: Hold) -> None:
    told = json.loads(json_text(deal.to_dict()))
    assert told["months_to_deadline"] == 1
    assert told["clock"]["by_month"]["deal"][-1] > 0
    assert {row["source"] for row in told["assumptions"]} == {"ours"}
    assert json.loads(json_text(hold.to_dict()))["check"]["rows"][0]["war"] == NASH
    assert len(deal.to_frame()) == 25 * 18
    assert len(hold.to_frame()) == 6
    assert len(told["frontier"]["payoff"]) == 30
    assert sum(sum(told["clock"]["by_month"][name]) for name in ("deal", "escalate")) == pytest.approx(1)


def test_there_are_talks_only_while_they_last() -> None:
    dossier = load_dispute("us-china-2019")
    assert dossier.known_on(dt.date(2018, 12, 18)).talks is None
    assert dossier.known_on(dt.date(2018, 12, 18)).accord is None
    during = dossier.known_on(DAY).talks
    assert during is not None
    # when they end is not known while they last
    assert during.until is None
    assert dossier.known_on(dt.date(2019, 5, 10)).talks is None


def test_news_do_not_leak_into_earlier_days() -> None:
    dossier = load_dispute("us-china-2019")
    before, after = dossier.known_on(dt.date(2019, 2, 14)), dossier.known_on(DAY)
    assert before.talks is not None
    assert after.talks is not None
    assert (before.talks.clock.steps_done.value, after.talks.clock.steps_done.value) == (0, 1)
    assert (before.talks.clock.extensions.value, after.talks.clock.extensions.value) == (1, 2)
    # what is assumed on a day says nothing of later days
    noted = [getattr(before.talks.clock, name).note for name in type(before.talks.clock).model_fields]
    assert not any("February" in note or "President" in note for note in noted)
    # what each side asked for was reported on 19 February
    assert before.accord is None
    assert after.accord is not None
    assert len(after.accord.commitments) == 5


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("settlement_rate = { value = 0.25, low = 0.1", "settlement_rate = { value = 0.25, low = 0.3", "not between"),
        ("effort_cost = {", "effort_price = {", "unknown key"),
        ("known_from = 2019-02-15, earlier = {", "other = {", "unknown key"),
        (", known_from = 2019-02-15, earlier =", ", earlier =", "belong together"),
        ('initiator = "USA"\nknown_from', 'initiator = "FRA"\nknown_from', "FRA has no ladder"),
        ('step = "us-list-3-rise"\nmonths', 'step = "us-list-9"\nmonths', "is no step"),
        ("escalated = 0.25", "escalated = 0.3", "none of the rates"),
        ('kind = "market opening"\ncountry = "CHN"', 'kind = "market opening"\ncountry = "EUN"', "EUN is no party"),
        ('kind = "hacking truce"', 'kind = "hacking"', "hacking truce"),
    ],
)
def test_faults_in_the_tables_of_the_talks(tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = tmp_path / "dossier"
    shutil.copytree(LIBRARY / "us-china-2019", folder)
    text = (folder / "dispute.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "dispute.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DossierError, match=said):
        load_dispute(folder)
