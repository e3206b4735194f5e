"""Every lever of the dossier side by side: sizes, identities, what was known, and the purchases of 2020."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

import built_in
from tradewar.disputes.dossier import LIBRARY, load_dispute
from tradewar.disputes.lever_files import read_levers
from tradewar.disputes.levers import LeverTable, lever_table
from tradewar.errors import DossierError
from tradewar.io.serialize import json_text

DAY, PHASE_ONE = dt.date(2019, 2, 20), dt.date(2020, 1, 20)


@pytest.fixture(scope="module")
def table() -> LeverTable:
    return lever_table(load_dispute("us-china-2019"), DAY, diverted_sectors=())


@pytest.fixture(scope="module")
def on_top() -> LeverTable:
    """On the tariffs of the day, with the trade that they divert."""
    return lever_table(load_dispute("us-china-2019"), DAY, on="today")


@pytest.fixture(scope="module")
def phase_one() -> LeverTable:
    """On the world of the first version, where the figures were checked by hand."""
    return lever_table(built_in.settings(**built_in.OF_THE_FIRST_VERSION), PHASE_ONE, diverted_sectors=())


def test_levers_known_on_the_day(table: LeverTable, phase_one: LeverTable) -> None:
    assert [found.name for found in table.levers] == [
        "soybeans",
        "energy",
        "state-led-plans",
        "telecom-ban",
        "surplus-by-purchases",
        "surplus-by-tariff",
        "surplus-by-restraint",
    ]
    certificates = [found.certificate for found in table.levers if found.status == "solved"]
    assert len(certificates) == len(table.levers)
    assert all(item is not None and item.converged for item in certificates)
    assert [found.name for found in phase_one.levers][-1] == "phase-one-2020"
    text = json_text(table.to_dict())
    assert "2020-" not in text
    assert "15 January 2020" not in text
    dossier = load_dispute("us-china-2019")
    assert read_levers(dossier, dt.date(2019, 2, 18)) == ()
    with pytest.raises(DossierError, match="no lever 'phase-one-2020' was known on 2019-02-20"):
        table.lever("phase-one-2020")


def test_who_gains_depends_on_the_instrument(table: LeverTable) -> None:
    wedge, tariff, restraint = (table.lever(f"surplus-by-{name}") for name in ("purchases", "tariff", "restraint"))
    for found in (wedge, tariff, restraint):
        assert found.bilateral is not None
        assert found.bilateral.surplus_before - found.bilateral.surplus == pytest.approx(50_000, rel=1e-6)
    # orders: the seller gains and the buyer pays; a restraint: the rents stay with its sellers
    assert wedge.effect("USA").real_income_pct > tariff.effect("USA").real_income_pct > 0
    assert restraint.effect("USA").real_income_pct < 0 < restraint.effect("CHN").real_income_pct
    assert wedge.effect("CHN").real_income_pct < 0
    assert restraint.commitments[0].fiscal_cost < 0
    assert restraint.commitments[0].payer == "CHN"


def test_a_subsidy_and_a_ban_cost_who_imposes_them(table: LeverTable) -> None:
    plans, ban = table.lever("state-led-plans"), table.lever("telecom-ban")
    assert plans.effect("CHN").real_income_pct < 0
    assert ban.effect("USA").real_income_pct < 0
    assert ban.effect("CHN").real_income_pct < 0
    assert ban.effect("MEX").real_income_pct > 0
    assert (plans.purchases, ban.purchases) == (None, None)


def test_the_surplus_falls_by_less_than_the_purchases(table: LeverTable) -> None:
    for name, amount in (("soybeans", 12_224), ("energy", 7_640)):
        found = table.lever(name).purchases
        assert found is not None
        assert found.purchases == pytest.approx(amount, rel=1e-6)
        assert 0 < found.surplus_fall < found.purchases
        assert found.shortfall == pytest.approx(found.own_sales_change - found.other_purchases_change, rel=1e-6)
        assert found.buyer == "CHN"
        assert "unbalanced as it was" in found.sentence


def test_purchases_of_the_agreement_of_2020(phase_one: LeverTable) -> None:
    found = phase_one.lever("phase-one-2020")
    wedges = {promise.title: promise.wedge for promise in found.commitments}
    assert wedges == pytest.approx(
        {"Manufactures": 0.08415, "Farm goods": 0.12126, "Energy": 0.22254, "Services": 0.03231}, abs=1e-4
    )
    for promise, amount in zip(found.commitments, (32_900, 12_500, 18_500, 12_800), strict=True):
        assert promise.value - promise.baseline == pytest.approx(amount, rel=1e-6)
        assert promise.fiscal_cost > 0
        assert promise.payer == "CHN"
    assert found.purchases is not None
    assert found.purchases.purchases == pytest.approx(76_700, rel=1e-6)
    # 63.6 of 76.7 billion: how much less, and why, adds up
    assert found.purchases.surplus_fall == pytest.approx(63_648, rel=2e-3)
    parts = found.purchases.own_sales_change - found.purchases.other_purchases_change
    assert found.purchases.shortfall == pytest.approx(parts, rel=1e-6)
    assert found.purchases.fiscal_cost == pytest.approx(sum(p.fiscal_cost for p in found.commitments))
    displaced = phase_one.displaced_frame()
    energy = displaced[(displaced["lever"] == "phase-one-2020") & (displaced["promise"] == "Energy")]
    abroad = energy[~energy["supplier"].isin(["USA", "CHN"])].sort_values("change")
    assert list(abroad["supplier"])[:2] == ["ROW", "AUS"]
    assert found.effect("USA").real_income_pct == pytest.approx(0.0552, abs=5e-4)
    assert found.effect("CHN").real_income_pct == pytest.approx(-0.1041, abs=5e-4)


@pytest.mark.slow
def test_who_sells_china_the_soybeans_instead(on_top: LeverTable) -> None:
    rows = [row for row in on_top.diversion if (row.policy, row.importer) == ("today", "CHN")]
    third = [row for row in rows if row.role == "third"]
    shares = {row.supplier: row.share_of_place for row in third}
    assert sum(share for share in shares.values() if share is not None) == pytest.approx(1)
    assert max(third, key=lambda row: row.share_of_place or 0).supplier == "BRA"
    (party,) = (row for row in rows if row.role == "party")
    assert party.supplier == "USA"
    assert party.change < 0
    assert party.share_of_place is None
    (own,) = (row for row in rows if row.role == "own")
    assert own.import_share is None


@pytest.mark.slow
def test_levers_on_top_of_the_tariffs_of_the_day(table: LeverTable, on_top: LeverTable) -> None:
    assert on_top.on == "today"
    alone, above = table.lever("soybeans").commitments[0], on_top.lever("soybeans").commitments[0]
    # the tariff has made the target more distant
    assert above.wedge > alone.wedge
    assert above.value == pytest.approx(alone.value, rel=1e-6)
    assert set(on_top.diversion_frame()["importer"]) == {"USA", "CHN"}
    with pytest.raises(DossierError, match="no policy 'tomorrow'"):
        lever_table(load_dispute("us-china-2019"), DAY, on="tomorrow")


def test_frames(table: LeverTable) -> None:
    wide = table.side_by_side()
    assert wide.shape == (18, 7)
    assert wide.loc["USA", "telecom-ban"] == table.lever("telecom-ban").effect("USA").real_income_pct
    assert len(table.to_frame()) == 7 * 18
    assert table.diversion == ()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "dossier"
    shutil.copytree(LIBRARY / "us-china-2019", place)
    return place


def test_a_target_beyond_reach_is_a_status_not_a_number(folder: Path) -> None:
    path = folder / "policies" / "offer-soybeans.toml"
    path.write_text(path.read_text(encoding="utf-8") + "cap = 0.05\n", encoding="utf-8")
    found = lever_table(load_dispute(folder), DAY, diverted_sectors=()).lever("soybeans")
    assert found.status == "infeasible"
    assert "largest attainable value is" in found.message
    assert (found.effects, found.commitments, found.bilateral) == ((), (), None)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "policies/offer-energy.toml",
            "policies/offer-gas.toml",
            r"levers\[2\].file: 'policies/offer-gas.toml' is not",
        ),
        ('name = "energy"', 'name = "soybeans"', "'soybeans' is there twice"),
        ('kind = "plan"', 'kind = "wish"', r"levers\[3\].kind"),
        ("size = ", "amount = ", "unknown key 'amount'"),
    ],
)
def test_faults_of_the_list(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / "levers.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DossierError, match=said):
        read_levers(load_dispute(folder), DAY)


def test_faults_of_policy_files_are_listed_together(folder: Path) -> None:
    for name in ("offer-energy", "plan-subsidy"):
        path = folder / "policies" / f"{name}.toml"
        path.write_text(path.read_text(encoding="utf-8").replace('"CHN"', '"CHINA"'), encoding="utf-8")
    with pytest.raises(DossierError) as refused:
        lever_table(load_dispute(folder), DAY, diverted_sectors=())
    places = [problem.where for problem in refused.value.problems]
    assert [place.partition(": ")[2] for place in places] == ["purchases[1].importer", "subsidies[1].country"]
    assert places[0].startswith("offer-energy.toml, line 9")


def test_a_dossier_without_levers(folder: Path) -> None:
    (folder / "levers.toml").unlink()
    assert lever_table(load_dispute(folder), DAY, diverted_sectors=()).levers == ()
