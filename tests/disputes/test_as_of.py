"""The day asked moves everything, and nothing later leaks."""

from __future__ import annotations

import datetime as dt
import json
import re

import numpy as np
import pytest

import built_in
from small_books import vector_of
from tradewar.disputes.dossier import load_dispute
from tradewar.disputes.findings import Findings
from tradewar.disputes.policies import Stated, dispute_book, dispute_world
from tradewar.disputes.taxed import Taxed
from tradewar.io.serialize import json_text
from tradewar.tariffs import special_programmes

DAYS = [dt.date(2018, 8, 1), dt.date(2019, 2, 20), dt.date(2019, 6, 15), dt.date(2020, 3, 1)]


def taxed(findings: Findings) -> Taxed:
    """The part on what is taxed."""
    found = findings.part(Taxed)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("day", "policies"),
    [
        (dt.date(2018, 8, 1), ["today"]),
        (dt.date(2018, 6, 25), ["today", "rise"]),
        (dt.date(2019, 2, 20), ["today", "rise", "escalation"]),
        (dt.date(2019, 6, 15), ["today", "escalation"]),
        (dt.date(2020, 3, 1), ["today", "escalation"]),
    ],
)
def test_a_policy_whose_step_does_not_exist_is_left_out(day: dt.date, policies: list[str]) -> None:
    stated = built_in.stated(day)
    assert [item.source.name for item in stated.policies] == policies
    assert len(stated.left_out) == 3 - len(policies)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_brief_of_each_day_stands_on_its_day(day: dt.date) -> None:
    findings = built_in.findings(day)
    part = taxed(findings)
    assert findings.policies[0].day == day
    assert findings.policies[0].in_force
    assert all(point.on <= day for pair in part.pairs for point in pair.past)
    assert all(point.on >= day for pair in part.pairs for point in pair.planned)
    assert all(step.known_from <= day for step in findings.steps)
    assert all(step.planned_from is None or step.planned_from > day for step in findings.steps)
    assert len(part.stake.products) == 10
    hindsight = [policy for policy in findings.policies if policy.figures_known_from]
    # the lists of the last escalation were known on 30 August 2019
    seen = dt.date(2018, 9, 17) <= day < dt.date(2019, 8, 30)
    assert [policy.name for policy in hindsight] == (["escalation"] if seen else [])


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_no_day_after_the_day_is_told_unless_it_is_planned_or_hindsight(day: dt.date) -> None:
    findings = built_in.findings(day)
    planned = {step.planned_from.isoformat() for step in findings.steps if step.planned_from}
    planned |= {point.on.isoformat() for pair in taxed(findings).pairs for point in pair.planned}
    planned |= {findings.deadline.date.isoformat()} if findings.deadline and findings.deadline.date else set()
    content = json.loads(json_text(findings.to_dict()))
    content["policies"] = [row for row in content["policies"] if row["figures_known_from"] is None]
    for key in ("written_for", "world"):
        content.pop(key)
    # days inside the names of sources (`workbook of 2019-06-12`) are no facts of the dispute
    text = re.sub(r'"(?:source|weight_source|vintage)": "[^"]*"', "", json.dumps(content))
    # nor is the day on which a data set was copied, which the evidence names beside what it therefore cannot know
    text = re.sub(r"the earliest vintage kept is of \d{4}-\d\d-\d\d", "", text)
    chronicled = {event.date for event in findings.chronicle}
    later = {found for found in re.findall(r"\d{4}-\d\d-\d\d", text) if found > day.isoformat()}
    assert later <= planned | chronicled


def test_policies_are_the_sector_rates_of_the_book() -> None:
    """Change of the added duties in the book on top of the world's own rates, for each sector and both sides."""
    day = built_in.DAY
    dossier = load_dispute("us-china-2019").known_on(day)
    book = dispute_book(dossier)
    world = dispute_world(dossier, book)
    assert book is not None
    today, rise, _ = built_in.stated(day).policies
    weights = {("USA", "CHN"): "us_imports_from_china_hs6_2017", ("CHN", "USA"): "china_imports_from_us_hs8_2017"}
    for item, on, branch in ((today, "2019-02-20", None), (rise, "2019-03-02", {"deal": "no"})):
        assert item.policy.tariff_rate is not None
        added = item.policy.tariff_rate - world.tariff_rate
        for (importer, exporter), name in weights.items():
            programmes = special_programmes(book, importer)
            options = {"known_on": day, "branch": branch, "programmes": programmes, "not_tradable": ["SER"]}
            vector = vector_of(book, importer, exporter, on, name, sectors=world.sectors, **options)
            j, i = world.country_index(importer), world.country_index(exporter)
            for sector, expected in zip(vector.sectors, vector.rate, strict=True):
                found = added[j, i, world.sector_index(sector)]
                # nothing was added on the base day, so that the level in the book is the change
                assert found == pytest.approx(expected, abs=1e-12), (importer, sector)
            added[j, i] = 0.0
        assert not added.any()


def test_no_value_is_lost_on_the_way(stated: Stated) -> None:
    for item in stated.policies:
        assert len(item.mapping) == 2
        for row in item.mapping:
            found = row.report
            assert found.mapped + found.unmapped == pytest.approx(found.total, rel=1e-12)
            assert found.unmapped == pytest.approx(found.absent + found.incomplete)
            assert row.base_on == "2018-01-01"
    # theory of the tariff book, check C4
    assert stated.policies[0].mapping[0].report.mapped == pytest.approx(517.521e9, rel=1e-5)
    assert stated.policies[0].mapping[0].report.unmapped == pytest.approx(8.2437e9, rel=1e-4)


def test_escalation_rises_above_the_day() -> None:
    for day in DAYS[1:]:
        *_, before, last = built_in.stated(day).policies
        assert before.policy.tariff_rate is not None
        assert last.policy.tariff_rate is not None
        assert (last.policy.tariff_rate - before.policy.tariff_rate).min() > -1e-3
        assert np.abs(last.policy.tariff_rate - before.policy.tariff_rate).max() > 0.01


def test_averages_are_those_of_the_book(findings: Findings) -> None:
    """Theory of the tariff book, check C2, with China's own imports as weights; and the added duty of C1."""
    us, china = taxed(findings).pairs
    by_day = {point.on.isoformat(): 100 * point.rate for point in china.past}
    expected = {"2018-01-01": 5.9809, "2018-04-02": 6.4143, "2018-07-06": 11.0033, "2018-09-24": 15.8433}
    for day, percent in (expected | {"2019-01-01": 13.4547}).items():
        assert by_day[day] == pytest.approx(percent, abs=1e-3)
    assert us.base_rate < us.rate < us.planned[-1].rate
    assert us.planned[-1].on == dt.date(2019, 3, 2)
    assert china.planned[-1].on == dt.date(2019, 4, 1)
    assert us.covered_share == pytest.approx(0.9817, abs=1e-4)


def test_what_is_at_stake(findings: Findings) -> None:
    """The step is the rise of list 3; each product is charged 15 points more on the lines it changes."""
    stake = taxed(findings).stake
    assert (stake.kind, stake.steps, stake.on) == ("step", ("us-list-3-rise",), dt.date(2019, 3, 2))
    values = {(importer, exporter): value for importer, exporter, value in stake.values}
    assert 150e9 < values["USA", "CHN"] < 220e9
    assert values["CHN", "USA"] == 0
    assert [row.value for row in stake.products] == sorted((row.value for row in stake.products), reverse=True)
    for row in stake.products:
        assert row.duty == pytest.approx(row.value * (row.rate_after - row.rate_before), rel=1e-9)
        assert 0 < row.rate_after - row.rate_before <= 0.15 + 1e-12


def test_what_rests_on_unverified_lines_is_named(findings: Findings) -> None:
    part = taxed(findings)
    assert {"US-232-STEEL", "US-201-SOLAR"} <= {line.measure for line in part.unverified}
    assert part.pairs[0].unverified_points > 0
    assert part.pairs[1].unverified_points == 0
    later = taxed(built_in.findings(dt.date(2019, 6, 15)))
    # list 3 is charged at 25 percent by a change whose dates were not checked
    assert later.pairs[0].unverified_points > 5
