"""How the duties of 2025 and 2026 combine: the worked examples, on a small book with their rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from small_books import average_of, book_of, rate_of, said, write
from tradewar.errors import BookError
from tradewar.tariffs import TariffBook

MEASURES = """
measure_id,importer,exporter_area,programme,effect,list_id,hs,hs_exclude,rate,rate_kind,value_base,condition,valid_from,valid_until,until_known_from,collected_until,refunded,known_from,superseded_from,note
MFN,USA,*,mfn,add,MFN,,,,schedule,,,2025-01-01,,,,,,,
USMCA,USA,CAN;MEX,mfn,exempt,,*,,,,,usmca,2025-01-01,,,,,,,
L4A,USA,CHN,s301_china,add,,6109,,0.075,,,,2020-02-14,,,,,,,
L3,USA,CHN,s301_china,add,,7326,,0.25,,,,2019-05-10,,,,,,,
FEN-CHN-20,USA,CHN;HKG,ieepa_fentanyl,add,,*,,0.20,,,,2025-03-04,2025-11-10,,,,2025-03-03,,
FEN-CHN-10,USA,CHN;HKG,ieepa_fentanyl,add,,*,,0.10,,,,2025-11-10,2026-02-20,2026-02-20,2026-02-24,yes,2025-11-04,,
FEN-CAN,USA,CAN,ieepa_fentanyl,add,,*,,0.25,,,,2025-03-04,2026-02-20,2026-02-20,2026-02-24,yes,2025-03-03,,
FEN-CAN-E,USA,CAN,ieepa_fentanyl,add,,2711,,0.10,,,,2025-03-04,2026-02-20,2026-02-20,2026-02-24,yes,2025-03-03,,
FEN-USMCA,USA,CAN;MEX,ieepa_fentanyl,exempt,,*,,,,,usmca,2025-03-07,,,,,2025-03-06,,
REC,USA,*;-CAN;-MEX,ieepa_reciprocal,add,,*,,0.10,,,,2025-04-05,2026-02-20,2026-02-20,2026-02-24,yes,2025-04-02,,
REC,USA,*;-CAN;-MEX,ieepa_reciprocal,add,FARM,,yes,,,,,2025-04-05,,,,,2025-04-02,,
REC-CHN-84,USA,CHN;HKG,ieepa_reciprocal,add,,*,,0.84,,,,2025-04-09,2025-04-10,,,,2025-04-08,,
REC-CHN-125,USA,CHN;HKG,ieepa_reciprocal,add,,*,,1.25,,,,2025-04-10,2025-05-14,,,,2025-04-09,,as ordered
REC-VNM-APR,USA,VNM,ieepa_reciprocal,add,,*,,0.46,,,,2025-04-09,2025-04-10,,,,2025-04-02,,
REC-VNM,USA,VNM,ieepa_reciprocal,add,,*,,0.20,,,,2025-08-07,2026-02-20,2026-02-20,2026-02-24,yes,2025-07-31,,
REC-EUN,USA,EUN,ieepa_reciprocal,floor,,*,,0.15,,,,2025-08-07,2026-02-20,2026-02-20,2026-02-24,yes,2025-07-31,,
REC-CHE,USA,CHE,ieepa_reciprocal,add,,*,,0.39,,,,2025-08-07,2025-11-14,2025-12-18,,,2025-07-31,,
REC-CHE-DEAL,USA,CHE,ieepa_reciprocal,floor,,*,,0.15,,,,2025-11-14,2026-02-20,2026-02-20,2026-02-24,yes,2025-12-18,,
BRA-40,USA,BRA,ieepa_country,add,,*,,0.40,,,,2025-08-06,2026-02-20,2026-02-20,2026-02-24,yes,2025-07-30,,
BRA-40,USA,BRA,ieepa_country,add,FARM,,yes,,,,,2025-08-06,,,,,2025-07-30,,
S122,USA,*,s122,add,,*,,0.10,,,,2026-02-24,2026-07-24,,,,2026-02-20,,
S122-USMCA,USA,CAN;MEX,s122,exempt,,*,,,,,usmca,2026-02-24,,,,,2026-02-20,,
AUTO,USA,*,s232_autos,add,,8703,,0.25,,,not:usmca,2025-04-03,,,,,2025-03-26,,
AUTO-USMCA,USA,CAN;MEX,s232_autos,add,,8703,,0.25,,non_us,usmca,2025-04-03,,,,,2025-03-26,,
AUTO-JPN,USA,JPN,s232_autos,floor,,8703,,0.15,,,,2025-09-16,,,,,2025-09-16,,
STEEL,USA,*,s232_steel,add,,7208,,0.50,,,,2025-06-04,2026-04-06,,,,2025-06-03,,
STEEL-GBR,USA,GBR,s232_steel,add,,7208,,0.25,,,,2025-06-04,2026-04-06,,,,2025-06-03,,
DER,USA,*,s232_derivatives,add,,8418,,0.50,,metal,,2025-08-18,2026-04-06,,,,2025-08-15,,
A1A,USA,*,s232_annex,add,A1A,,,0.50,,,,2026-04-06,,,,,2026-04-02,,
A1B,USA,*,s232_annex,add,A1B,,,0.25,,,,2026-04-06,,,,,2026-04-02,,
WOOD,USA,*,s232_wood,add,,94016160,,0.25,,,,2025-10-14,,,,,2025-09-29,,
FL-125,USA,CHN;VNM,s301_forced_labour,add,,*,,0.125,,,,2026-07-24,,,,,2026-07-23,,
FL-EUN,USA,EUN,s301_forced_labour,floor,,*,,0.10,,,,2026-07-24,,,,,2026-07-23,,
FL-CAN,USA,CAN;MEX,s301_forced_labour,add,,*,,0.10,,,,2026-07-24,,,,,2026-07-23,,
FL-USMCA,USA,CAN;MEX,s301_forced_labour,exempt,,*,,,,,usmca,2026-07-24,,,,,2026-07-23,,
S301-BRA,USA,BRA,s301_brazil,add,,*,,0.25,,,,2026-07-22,,,,,2026-07-15,,
S338-PLAN,USA,CAN,s338,add,,2203,,0.50,,,,2026-08-19,,,,,2026-07-20,2026-08-18,
S338,USA,CAN,s338,add,,2203,,0.50,,,,2026-08-22,,,,,2026-08-18,,
"""
RULES = [
    ("leaves_remainder", "s232_*", "ieepa_reciprocal", "*"),
    ("leaves_remainder", "s232_*", "ieepa_country", "*"),
    ("leaves_remainder", "s232_*", "s122", "*"),
    ("leaves_remainder", "s232_*", "ieepa_fentanyl", "CAN;MEX"),
    ("suppresses", "s232_*", "s301_forced_labour", "*"),
    ("suppresses", "s232_*", "s301_brazil", "*"),
    ("suppresses", "s232_*", "s338", "*"),
]
MFN = {
    "61091000": 0.165, "87032301": 0.025, "72083900": 0, "85437098": 0.026, "84181000": 0, "09011100": 0,
    "27111100": 0, "22030000": 0, "94016160": 0, "73269086": 0.029,
}  # fmt: skip
AUTHORITIES = {
    "mfn": "MFN", "s301_china": "301", "s301_forced_labour": "301", "s301_brazil": "301", "ieepa_fentanyl": "IEEPA",
    "ieepa_reciprocal": "IEEPA", "ieepa_country": "IEEPA", "s122": "122", "s338": "338",
}  # fmt: skip


def tables() -> dict[str, str]:
    """The small book."""
    rules = "\n".join(f"r,USA,2025-03-04,{k},{kind},{a},{b},{area}" for k, (kind, a, b, area) in enumerate(RULES))
    return {
        "measures": MEASURES,
        "schedules": "schedule_id,hs,rate_kind,rate,valid_from\n"
        + "\n".join(f"MFN,{code},ad_valorem,{rate},2025-01-01" for code, rate in MFN.items()),
        "programmes": "programme,importer,authority\n" + "\n".join(f"{p},USA,{a}" for p, a in AUTHORITIES.items()),
        "lists": "list_id,hs,valid_from\nFARM,09011100,2025-11-13\nA1A,7208,\nA1A,7326908688,\nA1B,732690,\nA1B,8418,",
        "stacking": f"rule_set,importer,valid_from,order,rule,programme,other,exporter_area\n{rules}",
        "conditions": "condition_id,kind,default\nusmca,origin,0",
        "areas": "area,member\nEUN,DEU\nEUN,FRA",
        "changes": "change_id,measure_id,new_rate,planned_from,status,known_from\n"
        "WOOD-2027,WOOD,0.30,2027-01-01,planned,2025-12-31",
    }


@pytest.fixture(scope="module")
def us(tmp_path_factory: pytest.TempPathFactory) -> TariffBook:
    """The small book, read."""
    return book_of(tmp_path_factory.mktemp("us"), **tables())


@pytest.mark.parametrize(
    ("product", "partner", "on", "facts", "expected"),
    [
        ("61091000", "CHN", "2025-04-11", {}, 1.69),
        ("61091000", "CHN", "2026-02-22", {}, 0.24),
        ("61091000", "CHN", "2026-03-01", {}, 0.34),
        ("61091000", "CHN", "2026-07-25", {}, 0.365),
        ("61091000", "VNM", "2025-04-09", {}, 0.625),
        ("61091000", "VNM", "2025-04-10", {}, 0.265),
        ("61091000", "DEU", "2025-10-01", {}, 0.165),
        ("61091000", "DEU", "2026-03-01", {}, 0.265),
        ("61091000", "DEU", "2026-08-01", {}, 0.165),
        ("85437098", "DEU", "2025-10-01", {}, 0.15),
        ("61091000", "CHE", "2025-12-01", {"known_on": "2025-12-01"}, 0.555),
        ("61091000", "CHE", "2025-12-01", {"known_on": "2025-12-20"}, 0.165),
        ("87032301", "JPN", "2025-04-10", {}, 0.275),
        ("87032301", "JPN", "2025-10-01", {}, 0.15),
        ("87032301", "MEX", "2025-06-01", {"shares": {"usmca": 1, "non_us": 0.6}}, 0.15),
        ("84181000", "VNM", "2025-10-01", {"shares": {"metal": 0.4}}, 0.32),
        ("84181000", "DEU", "2026-05-01", {}, 0.25),
        ("72083900", "DEU", "2025-07-01", {}, 0.50),
        ("72083900", "GBR", "2025-07-01", {}, 0.25),
        ("72083900", "BRA", "2026-08-01", {}, 0.50),
        ("09011100", "BRA", "2025-09-01", {}, 0.50),
        ("09011100", "BRA", "2025-12-01", {}, 0.0),
        ("27111100", "CAN", "2025-04-01", {"shares": {"usmca": 0}}, 0.10),
        ("27111100", "CAN", "2025-04-01", {"shares": {"usmca": 1}}, 0.0),
        ("22030000", "CAN", "2026-08-20", {"shares": {"usmca": 1}}, 0.0),
        ("22030000", "CAN", "2026-08-25", {"shares": {"usmca": 1}}, 0.50),
        ("22030000", "CAN", "2026-08-20", {"shares": {"usmca": 1}, "known_on": "2026-08-10"}, 0.50),
        ("94016160", "VNM", "2025-11-01", {}, 0.25),
        ("94016160", "VNM", "2027-01-02", {}, 0.30),
        ("7326908688", "CHN", "2026-09-20", {}, 0.779),
        ("7326908660", "CHN", "2026-09-20", {}, 0.529),
    ],
)
def test_worked_examples(
    us: TariffBook, product: str, partner: str, on: str, facts: dict[str, Any], expected: float
) -> None:
    answer = rate_of(us, "USA", partner, product, on, **facts)
    assert answer.rate == pytest.approx(expected, abs=1e-9), answer.explanation


def test_the_eight_digit_query_gives_both(us: TariffBook) -> None:
    answer = rate_of(us, "USA", "CHN", "73269086", "2026-09-20")
    assert (answer.status, answer.digits) == ("needs_digits", 10)
    assert answer.interval == (pytest.approx(0.529), pytest.approx(0.779))


@pytest.mark.parametrize(
    ("on", "reading", "expected"),
    [
        ("2026-02-22", "owed", 0.24),
        ("2026-02-22", "paid", 0.44),
        ("2026-02-24", "paid", 0.34),
        ("2026-02-22", "refunded", 0.24),
        ("2026-01-15", "owed", 0.44),
        ("2026-01-15", "paid", 0.44),
        ("2026-01-15", "refunded", 0.24),
        ("2025-10-15", "refunded", 0.44),  # this row was replaced before the ruling; it is not marked as refunded
    ],
)
def test_a_duty_struck_down_has_three_readings(us: TariffBook, on: str, reading: str, expected: float) -> None:
    assert rate_of(us, "USA", "CHN", "61091000", on, reading=reading).rate == pytest.approx(expected)


def test_before_the_ruling_nobody_knew_that_it_would_end(us: TariffBook) -> None:
    known = {"known_on": "2026-01-15"}
    for reading in ("owed", "paid", "refunded"):
        assert rate_of(us, "USA", "CHN", "61091000", "2026-02-22", reading=reading, **known).rate == pytest.approx(0.44)
    with pytest.raises(BookError, match="reading: 'refund' is unknown; did you mean 'refunded'"):
        rate_of(us, "USA", "CHN", "61091000", "2026-02-22", reading="refund")


@pytest.mark.parametrize(
    ("struck", "on", "expected"),
    [
        ((), "2025-06-01", 0.165 + 0.075 + 0.20 + 0.10),
        (("IEEPA",), "2025-06-01", 0.24),
        (("ieepa_fentanyl",), "2025-06-01", 0.34),
        (("IEEPA@2025-05-01",), "2025-04-20", 1.69),
        (("IEEPA@2025-05-01",), "2025-06-01", 0.24),
        (("301", "IEEPA"), "2025-06-01", 0.165),
    ],
)
def test_an_authority_can_be_set_aside(us: TariffBook, struck: tuple[str, ...], on: str, expected: float) -> None:
    assert rate_of(us, "USA", "CHN", "61091000", on, struck=struck).rate == pytest.approx(expected)
    with pytest.raises(BookError, match="no authority or programme is called 'IEPPA'; did you mean 'IEEPA'"):
        rate_of(us, "USA", "CHN", "61091000", on, struck=("IEPPA",))


def test_shares_by_line_and_partner_count_in_averages(tmp_path: Path) -> None:
    more = tables() | {
        "shares": """
            name,importer,exporter_area,hs,share,low,high,valid_from,source
            metal,USA,*,8418,0.375,0.12,1,2025-01-01,duties collected
            metal,USA,VNM,84181000,0.4,,,2025-01-01,survey
            usmca,USA,CAN;MEX,*,0.5,,,2025-01-01,claims of 2025
            usmca,USA,MEX,8703,0.9,,,2025-01-01,claims of 2025
        """,
        "weight_sets": "weight_set,importer,exporter,year,flow,unit\nw,USA,,2024,imports,USD",
        "weights": "weight_set,exporter,hs,value\nw,VNM,84181000,30\nw,VNM,61091000,70\nw,CHN,84181000,10\n"
        "w,CAN,27111100,10\nw,MEX,87032301,10",
    }
    book = book_of(tmp_path, **more)
    assert rate_of(book, "USA", "VNM", "84181000", "2025-10-01").rate == pytest.approx(0.32)
    open_ = rate_of(book, "USA", "CHN", "84181000", "2025-10-01")
    # China pays fentanyl in full; the rest of the value pays the reciprocal duty
    ends = [0.2 + m * 0.5 + (1 - m) * 0.1 for m in (0.12, 1, 0.375)]
    assert open_.interval == (pytest.approx(ends[0]), pytest.approx(ends[1]))
    assert open_.default == pytest.approx(ends[2])
    assert average_of(book, "USA", "VNM", "2025-10-01", "w").rate == pytest.approx((30 * 0.32 + 70 * 0.365) / 100)
    china = average_of(book, "USA", "CHN", "2025-10-01", "w")
    assert (china.low, china.rate, china.high) == tuple(pytest.approx(ends[k]) for k in (0, 2, 1))
    assert average_of(book, "USA", "CAN", "2025-04-01", "w").rate == pytest.approx(0.05)
    # nine in ten claim it; of those only what is not made in the United States pays, and nothing says how much that is
    mexico = average_of(book, "USA", "MEX", "2025-06-01", "w")
    assert mexico.low == pytest.approx(0.1 * 0.275)
    assert mexico.high == pytest.approx(0.1 * 0.275 + 0.9 * 0.25)


NARROW = "measure_id,importer,exporter_area,programme,effect,hs,rate,valid_from\n"


def test_a_narrow_row_replaces_the_wide_one_of_its_programme(tmp_path: Path) -> None:
    rows = "A,USA,*,autos,add,8703,0.25,2025-04-03\nJ,USA,JPN,autos,floor,8703,0.15,2025-09-16"
    book = book_of(tmp_path, measures=NARROW + rows)
    assert rate_of(book, "USA", "JPN", "870323", "2025-10-01").rate == pytest.approx(0.15)
    assert rate_of(book, "USA", "DEU", "870323", "2025-10-01").rate == pytest.approx(0.25)
    wide = {item.measure: item.why for item in rate_of(book, "USA", "JPN", "870323", "2025-10-01").not_applied}
    assert wide["A"] == "gives way to the narrower J"


@pytest.mark.parametrize(
    ("first", "second", "plain"),
    [
        ("A,USA,*,x,add,7326,0.1,2024-01-01", "B,USA,DEU,x,add,7326,0.2,2025-01-01", True),
        ("A,USA,EUN,x,add,7326,0.1,2024-01-01", "B,USA,DEU,x,add,7326,0.2,2025-01-01", True),
        ("A,USA,*,x,add,73,0.1,2024-01-01", "B,USA,*,x,add,7326,0.2,2025-01-01", True),
        ("A,USA,*,x,add,73,0.1,2024-01-01", "B,USA,DEU,x,floor,7326,0.2,2025-01-01", True),
        ("A,USA,DEU,x,add,73,0.1,2024-01-01", "B,USA,*,x,add,7326,0.2,2025-01-01", False),
        ("A,USA,DEU;CHN,x,add,73,0.1,2024-01-01", "B,USA,DEU;VNM,x,add,73,0.2,2025-01-01", False),
        ("A,USA,*,x,add,73,0.1,2024-01-01", "B,USA,*,x,floor,73,0.2,2025-01-01", False),
        ("A,USA,*,x,add,73,0.1,2024-01-01", "B,USA,*,x,add,73,0.2,2025-01-01", False),
    ],
)
def test_only_what_is_plain_goes_first(tmp_path: Path, first: str, second: str, plain: bool) -> None:
    folder = write(tmp_path, measures=f"{NARROW}{first}\n{second}", areas="area,member\nEUN,DEU\nEUN,FRA")
    if plain:
        assert rate_of(TariffBook.load(folder), "USA", "DEU", "73261900", "2025-06-01").rate == pytest.approx(0.2)
    else:
        with pytest.raises(BookError, match="lines 2 and 3: A and B of programme x overlap on 73"):
            TariffBook.load(folder)


def test_of_two_lists_with_one_code_the_later_start_goes_first(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        measures="measure_id,importer,exporter_area,programme,effect,list_id,rate,valid_from\n"
        "B,USA,*,annex,add,ANNEX-1B,0.25,2026-04-06\nC,USA,*,annex,add,ANNEX-1C,0.15,2026-06-08",
        lists="list_id,hs\nANNEX-1B,8418\nANNEX-1B,7326\nANNEX-1C,8418",
    )
    for code, on, expected in (
        ("8418", "2026-05-01", 0.25),
        ("8418", "2026-07-01", 0.15),
        ("7326", "2026-07-01", 0.25),
    ):
        assert rate_of(book, "USA", "DEU", code, on).rate == pytest.approx(expected)


def test_floors_and_ceilings_on_a_base_that_is_named(tmp_path: Path) -> None:
    header = "measure_id,importer,exporter_area,programme,effect,hs,rate,all_in_base,valid_from\n"
    rows = [
        "M,USA,*,mfn,add,87,0.02,,2025-01-01",
        "S,USA,*,s301,add,87,0.25,,2025-01-01",
        "F,USA,*,deal,floor,87,0.10,,2025-01-01",
        "C,USA,KOR,cap,ceiling,87,0.15,mfn;s301,2025-01-01",
        "D,USA,VNM,all,floor,87,0.40,mfn;s301,2025-01-01",
    ]
    programmes = "programme,importer,authority\nmfn,USA,MFN\ns301,USA,301"
    for k, order in enumerate((rows, rows[::-1])):
        book = book_of(tmp_path / str(k), measures=header + "\n".join(order), programmes=programmes)
        for partner, expected in (("DEU", 0.02 + 0.25 + 0.08), ("KOR", 0.15 + 0.08), ("VNM", 0.40 + 0.08)):
            assert rate_of(book, "USA", partner, "870323", "2025-06-01").rate == pytest.approx(expected)


def test_a_firm_has_its_own_rate(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        measures="measure_id,importer,exporter_area,programme,effect,hs,firm,rate,valid_from\n"
        "A,EUN,CHN,cvd,add,870380,,0.353,2024-10-30\nB,EUN,CHN,cvd,add,870380,BYD,0.170,2024-10-30\n"
        "C,EUN,CHN,cvd,add,870380,Geely,0.188,2024-10-30\nM,EUN,*,mfn,add,8703,,0.10,2024-01-01",
    )
    question = ("EUN", "CHN", "87038010", "2025-01-01")
    assert rate_of(book, *question, firm="BYD").rate == pytest.approx(0.27)
    open_ = rate_of(book, *question)
    assert (open_.status, open_.default) == ("needs_firm", pytest.approx(0.453))
    assert open_.interval == (pytest.approx(0.27), pytest.approx(0.453))
    mixed = rate_of(book, *question, shares={"BYD": 0.5, "Geely": 0.25})
    assert mixed.rate == pytest.approx(0.10 + 0.5 * 0.170 + 0.25 * 0.188 + 0.25 * 0.353)
    with pytest.raises(BookError, match="firm: 'Byd' is unknown; did you mean 'BYD'"):
        rate_of(book, *question, firm="Byd")
    with pytest.raises(BookError, match=r"BYD, Geely sum to 1.1"):
        rate_of(book, *question, shares={"BYD": 0.6, "Geely": 0.5})


def test_prices_in_any_money_and_unit(tmp_path: Path) -> None:
    book = write(
        tmp_path,
        measures="""
            measure_id,importer,exporter_area,programme,effect,hs,rate_kind,rate,specific_amount,currency,unit,valid_from
            A,USA,*,mfn,add,220300,specific,,0.20,USD,litre,2025-01-01
            B,USA,*,fee,add,220300,specific,,5,EUR,hl,2025-01-01
            P,USA,*,price,add,28046100,minimum_price,,30,USD,kg,2025-01-01
            L,USA,*,mfn,add,02023090,lesser_of,0.128,3.041,EUR,kg,2025-01-01
        """,
        exchange="currency,against,rate,valid_from\nEUR,USD,1.0,2025-01-01\nEUR,USD,1.25,2025-06-01",
    )
    ask = "rate BOOK --importer USA --exporter DEU --product"
    read = TariffBook.load(book)
    for on, expected in (("2025-02-01", 0.125), ("2025-07-01", 0.10 + 0.03125)):
        assert rate_of(read, "USA", "DEU", "220300", on, unit_value="2 USD/litre").rate == pytest.approx(expected)
        assert rate_of(read, "USA", "DEU", "220300", on, unit_value="200 USD/hl").rate == pytest.approx(expected)
    assert "a price per kg says nothing of a duty per litre" in _refused(read, "220300", "2 USD/kg")
    assert "no rate of exchange from GBP to USD" in _refused(read, "220300", "2 GBP/litre")
    assert "'$' is not a code of ISO 4217. Write USD" in _refused(read, "220300", "2 $/litre")
    assert "cannot serve" in said(book, f"{ask} 220300 --on 2025-02-01 --unit-value 2")
    for price, expected in ((20.0, 0.5), (30.0, 0.0), (40.0, 0.0)):
        assert rate_of(read, "USA", "DEU", "28046100", "2025-02-01", unit_value=price).rate == pytest.approx(expected)
    assert rate_of(read, "USA", "DEU", "28046100", "2025-02-01").interval == (0.0, None)
    told = " ".join(said(book, f"{ask} 02023090 --on 2025-02-01").split())
    assert "between 0% and 12.8% (needs_unit_value)" in told


def _refused(book: TariffBook, product: str, price: str) -> str:
    with pytest.raises(BookError) as caught:
        rate_of(book, "USA", "DEU", product, "2025-02-01", unit_value=price)
    return str(caught.value)


def test_entry_prices_in_tiers(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        measures="""
            measure_id,importer,programme,effect,hs,rate_kind,rate,specific_amount,currency,unit,condition,valid_from
            A,EUN,mfn,add,07020000,ad_valorem,0.088,,,,not:below_84,2025-01-01
            T,EUN,mfn,add,07020000,compound,0.088,1.7,EUR,100 kg,below_84;not:below_80,2025-01-01
            B,EUN,mfn,add,07020000,compound,0.088,29.8,EUR,100 kg,below_80,2025-01-01
        """,
        conditions="condition_id,kind,parameter,operator\nbelow_84,price_threshold,84.6,<\nbelow_80,price_threshold,80,<",
    )
    question = ("EUN", "MAR", "07020000", "2025-02-01")
    for price, expected in ((90.0, 0.088), (82.0, 0.088 + 1.7 / 82), (79.0, 0.088 + 29.8 / 79)):
        assert rate_of(book, *question, unit_value=price).rate == pytest.approx(expected)
    open_ = rate_of(book, *question)
    assert (open_.status, open_.interval) == ("needs_unit_value", (pytest.approx(0.088), None))
    assert rate_of(book, *question, unit_value="0.9 EUR/kg").rate == pytest.approx(0.088)


def test_two_metals_leave_what_is_neither_to_the_rest(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        measures="""
            measure_id,importer,exporter_area,programme,effect,hs,rate,value_base,valid_from
            S,USA,*,steel,add,7326,0.5,steelpart,2025-06-04
            A,USA,*,alu,add,7326,0.5,alupart,2025-06-04
            R,USA,*,recip,add,*,0.2,,2025-04-05
        """,
        stacking="""
            rule_set,importer,valid_from,order,rule,programme,other
            m,USA,2025-06-04,1,leaves_remainder,steel,recip
            m,USA,2025-06-04,2,leaves_remainder,alu,recip
        """,
    )
    question = ("USA", "VNM", "732690", "2025-07-01")
    answer = rate_of(book, *question, shares={"steelpart": 0.3, "alupart": 0.2})
    assert answer.rate == pytest.approx(0.35)
    assert {part.facts: (part.share, part.rate) for part in answer.parts} == {
        ("no steelpart or alupart",): (0.5, 0.2),
        ("steelpart",): (0.3, 0.5),
        ("alupart",): (0.2, 0.5),
    }
    assert rate_of(book, *question).interval == (pytest.approx(0.2), pytest.approx(0.5))
    assert rate_of(book, *question, shares={"steelpart": 0.3}).interval == (pytest.approx(0.29), pytest.approx(0.5))
    with pytest.raises(BookError, match=r"sum to 1\.2"):
        rate_of(book, *question, shares={"steelpart": 0.7, "alupart": 0.5})


def test_a_floor_on_a_part_of_the_trade(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        measures="""
            measure_id,importer,exporter_area,programme,effect,hs,rate,condition,valid_from
            M,USA,*,mfn,add,640399,0.20,,2024-01-01
            K,USA,KOR,mfn,exempt,640399,,korus,2024-01-01
            F,USA,KOR,recip,floor,640399,0.15,,2025-11-15
        """,
        programmes="programme,importer,authority\nmfn,USA,MFN\nrecip,USA,IEEPA",
        conditions="condition_id,kind,default\nkorus,certificate,",
    )
    question = ("USA", "KOR", "640399", "2025-12-01")
    for share, expected in ((0.0, 0.20), (1.0, 0.15), (0.5, 0.175)):
        assert rate_of(book, *question, shares={"korus": share}).rate == pytest.approx(expected)
    assert rate_of(book, *question).interval == (pytest.approx(0.15), pytest.approx(0.20))
