"""A dossier run end to end: the policies as tariffs, and the figures that come out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import built_in
from faults import good_world
from tradewar.disputes.deal import Deal
from tradewar.disputes.dossier import LIBRARY, load_dispute
from tradewar.disputes.findings import Findings, PartPendingError, run
from tradewar.disputes.lever_ranges import OtherLevers
from tradewar.disputes.parts import PARTS
from tradewar.disputes.policies import Stated
from tradewar.disputes.ranges import Ranges
from tradewar.equilibrium import Policy, solve
from tradewar.errors import BookError, DossierError
from tradewar.io.serialize import json_text
from tradewar.world import write_world


def dossier_with(tmp_path: Path, replacements: dict[str, str]) -> Path:
    """A copy of the built-in dossier with some text replaced."""
    place = tmp_path / "dossier"
    shutil.copytree(LIBRARY / "us-china-2019", place)
    text = (place / "dispute.toml").read_text(encoding="utf-8")
    for old, new in replacements.items():
        assert old in text
        text = text.replace(old, new)
    (place / "dispute.toml").write_text(text, encoding="utf-8")
    return place


def test_findings_agree_with_a_solve_of_their_own(findings: Findings, stated: Stated) -> None:
    world, policy = built_in.world(), stated.policies[-1].policy
    outcome = solve(world, Policy(policy.tariff_rate, products=policy.products))
    last = findings.policies[-1]
    for k, code in enumerate(world.countries):
        row = last.country(code)
        assert row.real_income_pct == pytest.approx(100 * (outcome.real_income_hat[k] - 1), abs=1e-7)
        assert row.real_income_money == pytest.approx(row.real_income_pct / 100 * world.income[k], rel=1e-6)
        assert row.exports_pct == pytest.approx(100 * (outcome.exports_hat[k] - 1), abs=1e-7)
    usa = world.country_index("USA")
    volume = 100 * (outcome.output_hat / outcome.unit_cost_hat - 1)[usa]
    for row, percent in zip(last.output("USA"), volume, strict=True):
        assert row.volume_pct == pytest.approx(percent, abs=1e-7)


def test_steps_are_differences(findings: Findings) -> None:
    before, after = findings.policies[1:]
    assert all(row.step_points is None for row in findings.policies[0].countries)
    for old, new in zip(before.countries, after.countries, strict=True):
        assert new.step_points == pytest.approx(new.real_income_pct - old.real_income_pct, abs=1e-9)
        assert new.step_money == pytest.approx(new.real_income_money - old.real_income_money, rel=1e-6, abs=1e-6)


def test_markets_add_up(findings: Findings) -> None:
    for policy in findings.policies:
        assert policy.real_income_money == pytest.approx(sum(row.real_income_money for row in policy.countries))
        for party in findings.parties:
            rows = policy.market(party.country)
            shift = policy.shift(party.country)
            assert sum(row.market_share for row in rows) == pytest.approx(1)
            assert sum(row.import_share for row in rows if row.role != "own") == pytest.approx(1)
            parts = shift.exporter_change + shift.own_change + shift.third_change
            assert parts == pytest.approx(sum(row.change for row in rows))
            assert shift.substitution_share == pytest.approx(-shift.third_change / shift.exporter_change)


def test_every_policy_has_a_certificate_that_holds(findings: Findings) -> None:
    for policy in findings.policies:
        assert policy.certificate.converged
        assert max(policy.certificate.residuals.values()) <= 1e-9


def test_json_is_whole_and_repeatable(findings: Findings) -> None:
    text = json_text(findings.to_dict())
    content = json.loads(text)
    assert set(content) == {
        "dispute", "title", "as_of", "written_for", "parties", "names", "deadline", "chronicle", "world", "closure",
        "market", "numeraire", "policies", "left_out", "steps", "taxed", "ranges", "answer", "deal", "hold", "kept",
        "levers", "monthly", "options", "averages", "horizon",
    }  # fmt: skip
    assert set(content["policies"][0]) == {
        "name", "title", "short_title", "what", "stands_for", "known_from", "day", "in_force", "figures_known_from",
        "steps", "tariff_file", "mapping", "real_income_money",
        "countries", "sectors", "markets", "suppliers", "tariffs", "certificate",
    }  # fmt: skip
    assert content["as_of"] == "2019-02-20"
    said: list[str] = []
    assert json_text(run(load_dispute("us-china-2019"), progress=said.append).to_dict()) == text
    solved = [text.removeprefix("Solving: ") for text in said if text.startswith("Solving: ")]
    others = findings.part(OtherLevers)
    assert others is not None
    assert solved == [item.title for item in (*findings.policies, *others.table.levers)]
    assert "Solving the ladder: pair of rungs 25 of 25" in said
    assert "Tracing the frontier: point 29 of 30" in said


def test_frame_has_a_row_per_policy_and_country(findings: Findings) -> None:
    frame = findings.to_frame()
    assert len(frame) == 3 * 18
    assert frame.set_index(["policy", "country"]).index.is_unique


def test_a_world_without_a_party_is_refused(tmp_path: Path) -> None:
    world = good_world()
    countries = tuple("VNM" if code == "CHN" else code for code in world.countries)
    write_world(world.replace(countries=countries), tmp_path / "dossier-world")
    folder = dossier_with(tmp_path, {'world = "world-2017r"': f'world = "{tmp_path / "dossier-world"}"'})
    with pytest.raises(DossierError, match="CHN is not a country of the world") as caught:
        run(load_dispute(folder))
    assert "USA, VNM, ROW" in str(caught.value)


def test_a_world_without_the_sectors_of_the_book_is_refused(tmp_path: Path) -> None:
    write_world(good_world(), tmp_path / "world")
    folder = dossier_with(tmp_path, {'world = "world-2017r"': f'world = "{tmp_path / "world"}"'})
    with pytest.raises(BookError, match="which the axis lacks") as caught:
        run(load_dispute(folder))
    assert "TEX" in str(caught.value)


def test_policies_from_tariff_files(tmp_path: Path) -> None:
    place = tmp_path / "dossier"
    place.mkdir()
    write_world(good_world(), place / "toy")
    shutil.copy(LIBRARY / "us-china-2019" / "chronicle.csv", place)
    (place / "war.csv").write_text("importer,exporter,sector,change_pp\nUSA,CHN,*,25\nCHN,USA,*,25\n")
    (place / "dispute.toml").write_text(
        """
name = "toy"
title = "Toy"
as_of = 2019-02-20
world = "toy"
[[parties]]
country = "USA"
name = "United States"
[[parties]]
country = "CHN"
name = "China"
[[policies]]
name = "war"
title = "War"
short_title = "War"
what = "Twenty-five points each."
stands_for = "no day"
known_from = 2019-01-01
kind = "tariff-file"
file = "war.csv"
"""
    )
    findings = run(load_dispute(place))
    # theory of the equilibrium, check E3: the same world and the same war
    assert findings.policies[0].country("USA").real_income_pct == pytest.approx(-0.11545, abs=1e-5)
    assert findings.policies[0].country("CHN").real_income_pct == pytest.approx(-1.06864, abs=1e-5)
    assert findings.policies[0].figures_known_from is None
    assert findings.deadline is None
    assert "war.csv" in dict(findings.inputs)


def test_a_wrong_tariff_file_is_named(tmp_path: Path) -> None:
    folder = dossier_with(tmp_path, {})
    (folder / "t.csv").write_text("importer,exporter,sector,tariff\nUSA,CHN,MAC,25\n")
    text = (folder / "dispute.toml").read_text(encoding="utf-8")
    text += """
[[policies]]
name = "file"
title = "File"
short_title = "File"
what = "A file."
stands_for = "no day"
known_from = 2019-01-01
kind = "tariff-file"
file = "t.csv"
"""
    (folder / "dispute.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DossierError, match=r"0\.25"):
        run(load_dispute(folder))


def test_findings_so_far_refuse_what_may_still_be_found() -> None:
    seen: list[tuple[tuple[str, ...], tuple[str, ...]]] = []

    def ready(so_far: Findings) -> None:
        seen.append((tuple(so_far.parts), so_far.pending))
        if so_far.pending == ("ranges",):
            with pytest.raises(PartPendingError):
                so_far.part(Ranges)

    chosen = [part for part in PARTS if part.name in ("taxed", "ranges")]
    findings = run(load_dispute("us-china-2019"), parts=chosen, ready=ready)
    assert seen == [((), ("taxed", "ranges")), (("taxed",), ("ranges",))]
    assert findings.pending == ()
    assert findings.part(Ranges) is not None
    assert findings.part(Deal) is None
