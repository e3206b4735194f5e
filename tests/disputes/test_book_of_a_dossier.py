"""A dossier on a book of its own: duties on all goods, a branch beside every step, partners without weights."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tradewar.disputes.dossier import load_dispute
from tradewar.disputes.policies import Stated, dispute_book, dispute_world, state_policies
from tradewar.errors import DossierError

DISPUTE = """
    name = "border"
    title = "United States and Canada: the border tariffs"
    as_of = 2025-02-20
    world = "world-2017"
    closure = "share-of-world"

    [[parties]]
    country = "USA"
    name = "United States"

    [[parties]]
    country = "CAN"
    name = "Canada"

    [[actors]]
    country = "MEX"
    name = "Mexico"

    [book]
    folder = "book"
    base_day = 2025-01-01
    sector_set = "s"

    [[book.weights]]
    importer = "USA"
    exporter = "CAN"
    weight_set = "w"

    [[steps]]
    name = "border"
    title = "25 percent on Canadian goods, 10 on energy"
    short_title = "border duty"
    actor = "USA"
    changes = [{changes}]

    [[policies]]
    name = "today"
    title = "Tariffs as of {{day}}"
    short_title = "As of {{short_day}}"
    what = "Duties in force on {{day}}."
    kind = "book"
    day = "as-of"
    stands_for = "{{day}}"
    known_from = 2025-01-01

    [[policies]]
    name = "escalation"
    title = "Full escalation"
    short_title = "Full escalation"
    what = "All: {{steps}}."
    kind = "book"
    day = "every-step"
    branch = {branch}
    stands_for = "every step by {{day}}"
    known_from = 2025-02-01
"""
CHRONICLE = """date,date_precision,known_from,actor,kind,what,figure,unit,source,verified
2025-02-01,day,2025-02-01,USA,measure,25 percent ordered for 4 February,25,percent,EO 14193,yes
"""
BOOK = {
    "measures": """
        measure_id,importer,exporter_area,programme,effect,list_id,hs,hs_exclude,rate,valid_from,stacking_group
        ALL,USA,CAN,border,add,{list},{code},,0,2025-01-01,border
        ALL,USA,CAN,border,add,,27,yes,,2025-01-01,border
        ENERGY,USA,CAN,border,add,,27,,0,2025-01-01,border
        MEXICO,USA,MEX,border,add,,*,,0,2025-01-01,
    """,
    "changes": """
        change_id,measure_id,new_rate,planned_from,status,trigger,known_from
        START,ALL,0.25,2025-03-04,planned,deal,2025-02-03
        OIL,ENERGY,0.10,2025-03-04,planned,deal,2025-02-03
        SOUTH,MEXICO,0.25,2025-03-04,planned,deal,2025-02-03
    """,
    "lists": "list_id,hs\nEACH,870323\nEACH,440710\nEACH,190590\n",
    "weight_sets": "weight_set,importer,exporter,year,flow,unit\nw,USA,CAN,2024,imports,USD\n",
    "weights": "weight_set,hs,value\nw,270900,90\nw,870323,50\nw,440710,8\nw,190590,12\n",
    "concordance": "sector_set,hs,sector,weight\ns,270900,MIN,1\ns,870323,MAC,1\ns,440710,MET,1\ns,190590,FOO,1\n",
}


def _stated(folder: Path, *, star: bool = True, branch: str = "{}", changes: str = '"START", "OIL"') -> Stated:
    (folder / "book").mkdir(parents=True)
    (folder / "dispute.toml").write_text(textwrap.dedent(DISPUTE.format(branch=branch, changes=changes)))
    (folder / "chronicle.csv").write_text(CHRONICLE)
    (folder / "book" / "book.toml").write_text('rate_unit = "fraction"\nfirst_day = "2025-01-01"\n')
    scope = {"list": "", "code": "*"} if star else {"list": "EACH", "code": ""}
    for name, text in BOOK.items():
        rows = textwrap.dedent(text).strip().format(**scope) if name == "measures" else textwrap.dedent(text).strip()
        (folder / "book" / f"{name}.csv").write_text(rows + "\n")
    dossier = load_dispute(str(folder))
    book = dispute_book(dossier)
    return state_policies(dossier, book, dispute_world(dossier, book))


def test_a_duty_on_all_goods_moves_what_its_codes_written_out_move(tmp_path: Path) -> None:
    star, written = (_stated(tmp_path / name, star=name == "star").policies[-1] for name in ("star", "written"))
    assert star.mapping[0].change_points == pytest.approx((90 * 10 + 70 * 25) / 160)
    assert written.mapping[0].change_points == pytest.approx(star.mapping[0].change_points)
    assert star.policy.tariff_rate == pytest.approx(written.policy.tariff_rate)


def test_every_step_beside_the_branch_that_carries_it_out(tmp_path: Path) -> None:
    plain = _stated(tmp_path / "plain").policies[-1]
    named = _stated(tmp_path / "named", branch='{ deal = "no" }').policies[-1]
    assert named.mapping[0].change_points == pytest.approx((90 * 10 + 70 * 25) / 160)
    assert named.policy.tariff_rate == pytest.approx(plain.policy.tariff_rate)


def test_a_step_on_a_partner_without_weights_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DossierError, match="MEXICO taxes MEX, and there are no weights") as caught:
        _stated(tmp_path, changes='"START", "OIL", "SOUTH"')
    assert "importer = 'USA' and exporter = 'MEX'" in str(caught.value)
