"""Two ways of asking one question give one answer: rate and average, codes and prefixes, groups and members, days."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_books import average_of, book_of, rate_of, vector_of
from tradewar.errors import BookError
from tradewar.tariffs import RateQuestion, TariffBook, rate, timeline
from tradewar.tariffs.timelines import days

MEASURES = "measure_id,importer,exporter_area,programme,effect,hs,rate,valid_from\n"


# ---------------------------------------------------------------- codes


UNIVERSAL = {
    "measures": f"{MEASURES}U,USA,*,recip,add,*,0.10,2025-04-05\nS,USA,*,s232,add,72,0.50,2025-04-05",
    "concordance": "sector_set,hs,sector,weight\ns,090111,FOOD,1\ns,720851,METAL,1\ns,880240,AIR,1",
    "weight_sets": "weight_set,importer,exporter,year,flow,unit\nw,USA,BRA,2024,imports,USD",
    "weights": "weight_set,hs,value\nw,090111,600\nw,720851,300\nw,880240,100",
}


def test_a_duty_on_all_goods_reaches_every_line_of_the_weights(tmp_path: Path) -> None:
    book = book_of(tmp_path, **UNIVERSAL)
    point = average_of(book, "USA", "BRA", "2025-05-05", "w")
    assert (point.rate, point.covered_share, point.flagged) == (pytest.approx(0.25), 1.0, False)
    assert (point.low, point.high, point.undecided_value) == (pytest.approx(0.25), pytest.approx(0.25), 0.0)
    policy = book.policy_on("2025-05-05")
    assert dict(zip(policy.sectors, policy.rate[0], strict=True)) == {
        "FOOD": pytest.approx(0.10),
        "METAL": pytest.approx(0.60),
        "AIR": pytest.approx(0.10),
    }
    assert policy.average_change_points[0] == pytest.approx(25.0)


def test_one_line_for_everything(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        toml="",
        measures="measure_id,importer,exporter_area,programme,hs,rate,valid_from\nA,USA,CAN,border,*,0.25,2025-03-04",
        weight_sets="weight_set,importer,exporter,year,flow,unit\nw,USA,CAN,2024,imports,USD",
        weights="weight_set,hs,value\nw,870323,100",
    )
    point = average_of(book, "USA", "CAN", "2025-03-10", "w")
    assert (point.rate, point.covered_share) == (pytest.approx(0.25), 1.0)


@pytest.mark.parametrize("count", [1, 40, 50, 51, 60, 400])
def test_no_threshold_changes_an_answer(tmp_path: Path, count: int) -> None:
    finer = "\n".join(f"F,7201{1000 + k:04d},ad_valorem,0.01,2024-01-01" for k in range(count))
    book = book_of(
        tmp_path,
        measures="measure_id,importer,exporter_area,programme,effect,list_id,rate_kind,valid_from\n"
        "M,USA,*,mfn,add,S,schedule,2024-01-01\nN,USA,KOR,fta,add,F,schedule,2024-01-01",
        programmes="programme,importer,authority\nmfn,USA,MFN\nfta,USA,FTA",
        schedules=f"schedule_id,hs,rate_kind,rate,valid_from\nS,7201,ad_valorem,0.03,2024-01-01\n{finer}",
    )
    point = average_of(book, "USA", "KOR", "2024-05-05")
    assert (point.rate, point.covered_share, point.total_value) == (pytest.approx(0.04), 1.0, count)
    assert rate_of(book, "USA", "KOR", "72011000", "2024-05-05").rate == pytest.approx(0.04)
    assert rate_of(book, "USA", "KOR", "7201", "2024-05-05").rate == pytest.approx(0.04)
    assert average_of(book, "USA", "CHN", "2024-05-05").rate == pytest.approx(0.03)


@pytest.mark.parametrize("group", ["g", ""])
def test_a_chapter_beside_a_heading_of_it(tmp_path: Path, group: str) -> None:
    book = book_of(
        tmp_path,
        measures="measure_id,importer,exporter_area,programme,effect,hs,rate,stacking_group,valid_from\n"
        f"A,USA,*,s232,add,73,0.25,{group},2025-01-01\nD,USA,*,s232,add,7326,0.50,{group},2025-01-01",
    )
    assert rate_of(book, "USA", "CAN", "73181500", "2025-07-01").rate == pytest.approx(0.25)
    assert rate_of(book, "USA", "CAN", "73269086", "2025-07-01").rate == pytest.approx(0.50)
    chapter = rate_of(book, "USA", "CAN", "73", "2025-07-01")
    assert (chapter.status, chapter.digits, chapter.interval) == ("needs_digits", 4, (0.25, 0.5))
    with pytest.raises(BookError, match="unknown_code: 85181500"):
        rate_of(book, "USA", "CAN", "85181500", "2025-07-01")


def test_a_coarser_question_has_an_interval_in_rate_and_average_alike(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        measures=f"{MEASURES}U,USA,*,recip,add,*,0.10,2025-04-05\nS,USA,*,s232,add,7208,0.50,2025-04-05",
        weight_sets="weight_set,importer,exporter,year,flow,unit\nw,USA,BRA,2024,imports,USD",
        weights="weight_set,hs,value\nw,72,300\nw,85,100",
    )
    steel = rate_of(book, "USA", "BRA", "72", "2025-05-05")
    assert (steel.rate, steel.interval, steel.digits) == (None, (pytest.approx(0.1), pytest.approx(0.6)), 4)
    point = average_of(book, "USA", "BRA", "2025-05-05", "w")
    assert point.low == pytest.approx(0.1)
    assert point.high == pytest.approx((300 * 0.6 + 100 * 0.1) / 400)
    assert point.rate == pytest.approx((300 * 0.35 + 100 * 0.1) / 400)  # half of the chapter is the heading
    assert (point.undecided_value, point.covered_share) == (300.0, 1.0)


SUCCESSORS = (
    "from_edition,code,to_edition,successor,share\nHS2017,847330,HS2022,847330,0.9\nHS2017,847330,HS2022,852411,0.1"
)


def test_a_code_of_its_own_comes_before_any_mapping(tmp_path: Path) -> None:
    rows = "A,USA,CHN,s301,add,852411,0.50,2025-04-05\nT,USA,CHN,s301,add,847330,0.10,2025-04-05"
    book = book_of(tmp_path, measures=f"{MEASURES}{rows}", successors=SUCCESSORS)
    for code, expected in (("852411", 0.50), ("847330", 0.10)):
        answer = rate_of(book, "USA", "CHN", code, "2025-05-05")
        assert (answer.rate, answer.status) == (pytest.approx(expected), "applied")


def test_a_code_that_was_split_and_lives_on_is_on_no_list_of_what_left_it(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        measures="measure_id,importer,exporter_area,programme,effect,list_id,hs,rate,valid_from\n"
        "A,USA,CHN,s301,add,L,,0.50,2025-04-05\nM,USA,*,mfn,add,,*,0.02,2025-01-01",
        lists="list_id,hs,hs_edition\nL,852411,HS2022",
        successors=SUCCESSORS,
    )
    assert rate_of(book, "USA", "CHN", "847330", "2025-05-05").rate == pytest.approx(0.02)
    assert rate_of(book, "USA", "CHN", "852411", "2025-05-05").rate == pytest.approx(0.52)


# ---------------------------------------------------------------- partners


def test_a_group_is_answered_by_its_members(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        toml='first_day = "2019-01-01"\n',
        measures=f"{MEASURES}A,USA,EUN,r,add,220830,0.25,2019-10-18\nB,USA,DEU,s,add,220830,0.05,2021-01-01",
        areas="area,member,valid_from,valid_until\nEUN,DEU,,\nEUN,GBR,,2020-02-01\nEUN,HRV,2013-07-01,",
        weight_sets="weight_set,importer,exporter,year,flow,unit\nw,USA,EUN,2018,imports,USD",
        weights="weight_set,hs,value\nw,220830,100",
        concordance="sector_set,hs,sector,weight\ns,220830,FOO,1",
    )
    assert rate_of(book, "USA", "GBR", "220830", "2020-02-01").rate == 0.0
    assert rate_of(book, "USA", "HRV", "220830", "2020-02-01").rate == pytest.approx(0.25)
    assert rate_of(book, "USA", "EUN", "220830", "2020-02-01").rate == pytest.approx(0.25)
    assert average_of(book, "USA", "EUN", "2020-02-01", "w").rate == pytest.approx(0.25)
    assert book.policy_on("2020-02-01").rate[0, 0] == pytest.approx(0.25)
    differ = rate_of(book, "USA", "EUN", "220830", "2021-02-01")
    assert (differ.rate, differ.status) == (None, "needs_member")
    assert differ.interval == (pytest.approx(0.25), pytest.approx(0.30))
    assert dict(differ.lines) == {"DEU": pytest.approx(0.30), "HRV": pytest.approx(0.25)}
    point = average_of(book, "USA", "EUN", "2021-02-01", "w")
    assert (point.low, point.high) == (pytest.approx(0.25), pytest.approx(0.30))


def test_what_is_taken_out_of_a_row_does_not_overlap_with_it(tmp_path: Path) -> None:
    members = "area,member\nEUN,DEU\nEUN,FRA"
    rows = "R,USA,*;-EUN,recip,add,*,0.10,2025-08-07\nE,USA,EUN,recip,add,*,0.15,2025-08-07"
    book = book_of(tmp_path / "areas", measures=f"{MEASURES}{rows}", areas=members)
    assert rate_of(book, "USA", "DEU", "870323", "2025-09-01").rate == pytest.approx(0.15)
    assert rate_of(book, "USA", "VNM", "870323", "2025-09-01").rate == pytest.approx(0.10)
    header = "measure_id,importer,exporter_area,programme,effect,hs,hs_exclude,rate,valid_from\n"
    goods = (
        f"{header}R,USA,*,recip,add,*,,0.10,2025-04-05\nR,USA,*,recip,add,{{out}},yes,,2025-04-05\n"
        "Q,USA,*,recip,add,72,,0.25,2025-04-05"
    )
    book = book_of(tmp_path / "goods", measures=goods.format(out="72"))
    assert rate_of(book, "USA", "VNM", "7208", "2025-09-01").rate == pytest.approx(0.25)
    assert rate_of(book, "USA", "VNM", "8501", "2025-09-01").rate == pytest.approx(0.10)


# ---------------------------------------------------------------- days


def test_the_dates_of_a_carve_out_are_read(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        measures="measure_id,importer,exporter_area,programme,effect,hs,hs_exclude,rate,valid_from,known_from\n"
        "R,USA,*,recip,add,*,,0.10,2025-04-05,2025-04-02\nR,USA,*,recip,add,8517,yes,,2025-04-20,2025-04-11",
    )
    question = ("USA", "VNM", "851713")
    assert rate_of(book, *question, "2025-04-08", known_on="2025-04-08").rate == pytest.approx(0.10)
    assert rate_of(book, *question, "2025-04-10").rate == pytest.approx(0.10)
    assert rate_of(book, *question, "2025-04-21").rate == 0.0
    assert rate_of(book, *question, "2025-04-21", known_on="2025-04-10").rate == pytest.approx(0.10)


def test_a_deal_prevents_what_hangs_on_it_on_any_day(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        measures=f"{MEASURES}AUR-STEEL,AUR,BOR,safeguard,add,72,0.2,2025-02-01",
        changes="change_id,measure_id,new_rate,planned_from,status,trigger,condition_text,known_from\n"
        "RISE,AUR-STEEL,0.35,2025-06-01,planned,deal,unless there is a deal,2025-02-20",
    )
    question = ("AUR", "BOR", "720851")
    for outcome, known, expected in (("yes", None, 0.20), ("no", None, 0.35), ("yes", "2025-05-31", 0.20)):
        answer = rate_of(book, *question, "2025-06-01", known_on=known, branch={"deal": outcome})
        assert answer.rate == pytest.approx(expected)
    assert rate_of(book, *question, "2026-06-01", branch={"deal": "yes"}).rate == pytest.approx(0.20)
    with pytest.raises(BookError, match="no scheduled change hangs on 'truce'"):
        rate_of(book, *question, "2025-06-01", branch={"truce": "yes"})


TRANSIT = (
    "measure_id,importer,exporter_area,programme,effect,hs,rate,liability_rule,valid_from\n"
    "M,USA,*,recip,add,*,0.10,entry,2025-04-05\nX,USA,*,recip,replace,*,0.0,exported_before:2025-04-20,2025-04-05"
)


def test_a_timeline_has_the_days_of_goods_under_way(tmp_path: Path) -> None:
    book = book_of(tmp_path, measures=TRANSIT)
    question = RateQuestion(importer="USA", exporter="VNM", product="870323")
    points = timeline(book, question, "2025-04-05", "2025-07-01").points
    assert [(point.on, point.rate, point.interval, point.default) for point in points] == [
        ("2025-04-05", 0.0, None, None),
        ("2025-04-20", None, (0.0, 0.1), 0.1),
    ]
    # goods three weeks under way: what is usual changes three weeks later
    late = timeline(book, question.at(transit_days=21), "2025-04-05", "2025-07-01").points
    assert [(point.on, point.default) for point in late] == [
        ("2025-04-05", None),
        ("2025-04-20", 0.0),
        ("2025-05-11", 0.1),
    ]
    assert rate_of(book, "USA", "VNM", "870323", "2025-05-28", exported="2025-04-19").rate == 0.0


def test_days_on_which_something_can_change_are_all_days_on_which_it_does(tmp_path: Path) -> None:
    book = _busy(tmp_path)
    question = RateQuestion(importer="USA", exporter="DEU", product="720851", transit_days=5)
    start, end = "2025-01-01", "2025-12-31"
    chosen = set(days(book, question, start, end))
    before = None
    for day in range(days(book, question, start, start)[0], days(book, question, end, end)[0] + 1):
        from datetime import date

        answer = rate(book, question.at(on=date.fromordinal(day)))
        facts = (answer.rate, answer.interval, answer.status, answer.default)
        assert facts == before or day in chosen, date.fromordinal(day)
        before = facts


def _busy(folder: Path) -> TariffBook:
    """Everything that has a date."""
    return book_of(
        folder,
        measures="measure_id,importer,exporter_area,programme,effect,list_id,hs,rate,rate_kind,liability_rule,condition,"
        "valid_from,valid_until,collected_until,known_from\n"
        "M,USA,*,mfn,add,S,,,schedule,,,2024-01-01,,,\n"
        "A,USA,EUN,a,add,L,,0.1,,,,2025-02-01,,,\n"
        "B,USA,DEU,b,add,,7208,0.2,,exported_before:2025-03-15,,2025-02-15,2025-06-01,,\n"
        "C,USA,*,c,add,,72,0.3,,,metal,2025-01-15,2025-11-01,2025-11-10,\n"
        "D,USA,*,d,add,,72,0.05,,,,2025-05-05T13:01,,,",
        schedules="schedule_id,hs,rate_kind,rate,valid_from\nS,720851,ad_valorem,0.03,2024-01-01\n"
        "S,720851,ad_valorem,0.02,2025-07-01",
        lists="list_id,hs,valid_from,valid_until\nL,720851,2025-04-01,2025-09-01",
        areas="area,member,valid_from,valid_until\nEUN,DEU,2025-03-01,2025-10-01\nEUN,FRA,,",
        conditions="condition_id,kind\nmetal,metal_share",
        shares="name,importer,exporter_area,hs,share,valid_from,valid_until\nmetal,USA,DEU,72,0.4,2025-02-10,2025-08-20",
        suspensions="suspension_id,measure_id,valid_from\nP,D,2025-08-01",
        changes="change_id,kind,measure_id,new_rate,planned_from,status,known_from\n"
        "R,resume,P,,2025-09-15,planned,2025-01-01\nT,rate,C,0.5,2025-06-15,planned,2025-01-01",
        exclusions="exclusion_id,measure_id,hs,share,valid_from,valid_until\nX,A,720851,0.5,2025-05-20,2025-08-25",
        stacking="rule_set,importer,valid_from,valid_until,order,rule,programme,other\n"
        "r,USA,2025-10-10,2025-12-01,1,suppresses,c,d",
    )


def test_two_sectors_are_the_averages_of_their_products(tmp_path: Path) -> None:
    book = book_of(tmp_path, **UNIVERSAL)
    found = vector_of(book, "USA", "BRA", "2025-05-05", "w")
    assert [found.codes.rate[k] for k in (0, 1, 2)] == [pytest.approx(x) for x in (0.1, 0.6, 0.1)]
    assert found.value.tolist() == [600.0, 300.0, 100.0]
