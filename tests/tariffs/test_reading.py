"""What is read, and what is refused with its place: rows that are cut, spellings, units, corrections, totals."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_books import average_of, rate_of, said, write
from tradewar.errors import BookError
from tradewar.tariffs import TariffBook
from tradewar.tariffs.formats import TABLES

MEASURES = "measure_id,importer,exporter_area,programme,effect,list_id,hs,rate,valid_from,valid_until"


def _faults(folder: Path) -> str:
    with pytest.raises(BookError) as caught:
        TariffBook.load(folder)
    return str(caught.value)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("M,AUR,*,mfn,add,,44123142,0.1", "line 2: has 8 cells, the header has 10"),
        ("M,AUR,*,mfn,add,,44123142,0.1,2024-01-01", "line 2: has 9 cells, the header has 10"),
        ("M,AUR,*,mfn,add,,44123142,0,1,2024-01-01,", "line 2: has 11 cells, the header has 10"),
        ("M,AUR,bor,mfn,add,,44123142,0.1,2024-01-01,", "exporter_area: 'bor' is not a country code"),
        ("M,AUR,UK,mfn,add,,44123142,0.1,2024-01-01,", "'UK' is not the ISO3 code of GBR. Write GBR"),
        ("M,GBR,*,mfn,add,,7208000000,0.1,2024-01-01,", "'7208000000' is 7208 padded with zeros. Write 7208"),
        ("M,GBR,*,mfn,add,,27090000,0.1,2024-01-01,", ""),
        ("M,USA,*,mfn,add,,1012100.0,0.1,2024-01-01,", "was 01012100 meant?"),
        ("M,USA,*,mfn,add,,01,0.1,01/12/2030,", "Write 2030-01-12 or 2030-12-01"),
        ("M,USA,*,mfn,add,,01,10,2024-01-01,", "rate = 10 is 1,000 percent. Was 0.1 meant?"),
        ("M,USA,*,mfn,add,,01,0.1,2024-01-01,\nM,USA,*,mfn,add,,01,0.2,2024-01-01,", "is about the same as line 2"),
    ],
)
def test_a_line_of_measures(tmp_path: Path, rows: str, expected: str) -> None:
    folder = write(tmp_path, measures=f"{MEASURES}\n{rows}")
    if expected:
        assert expected in _faults(folder)
    else:
        TariffBook.load(folder)


def test_codes_that_only_their_neighbours_give_away_as_padded(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        measures=f"{MEASURES}\nM,GBR,*,mfn,add,L,,0.1,2024-01-01,",
        lists="list_id,hs\nL,7208510000\nL,7208512000",
    )
    assert "lists.csv, line 2: hs '7208510000' is 720851 padded with zeros" in _faults(folder)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"weight_set,hs,value\nw,0101,100,\n", "line 2: has 4 cells, the header has 3"),
        (b"weight_set;hs;value\nw;0101;100\n", "columns are separated by semicolons"),
        (b"weight_set,hs,value\nw,0101,5\n\nw,0102,abc\n", "weights.csv, line 4: value = 'abc'"),
        ("weight_set,hs,value\nw,0101,5\n".encode("utf-16"), "is UTF-16, not UTF-8"),
        (b"weight_set,hs,value,value \nw,0101,5,5\n", "column 'value' is there twice"),
        (b'weight_set,hs,value\nw,"0101,5\n', "a quote is never closed"),
        (b"\xef\xbb\xbfweight_set,hs,value\nw,0101,5\n", ""),
    ],
)
def test_tables_as_spreadsheets_write_them(tmp_path: Path, data: bytes, expected: str) -> None:
    sets = "weight_set,importer,exporter,year,flow,unit\nw,AUR,BOR,2024,imports,USD"
    folder = write(tmp_path, measures=f"{MEASURES}\nM,AUR,*,mfn,add,,01,0.1,2024-01-01,", weight_sets=sets)
    (folder / "weights.csv").write_bytes(data)
    if expected:
        assert expected in _faults(folder)
    else:
        TariffBook.load(folder)


def test_toml_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    folder = write(
        tmp_path, toml="\ufeff" + 'title = "marked"\n', measures=f"{MEASURES}\nM,AUR,*,x,add,,01,0.1,2024-01-01,"
    )
    assert TariffBook.load(folder).title == "marked"


# ---------------------------------------------------------------- names


PARTNERS = """
    measure_id,importer,exporter_area,programme,effect,hs,rate,valid_from
    G,USA,*,mfn,add,*,0.02,2024-01-01
    C,USA,CHN,s301,add,7326,0.25,2024-01-01
    E,USA,GRC;GBR;ROU,s301,add,7326,0.10,2024-01-01
"""


@pytest.mark.parametrize("command", ["rate BOOK --product 73269086 --on", "average BOOK --on"])
@pytest.mark.parametrize(
    ("partner", "expected"),
    [
        *(("CN", "CHN is meant"), ("chn", "CHN is meant"), ("156", "CHN is meant"), ("China", "CHN is meant")),
        *(("UK", "GBR is meant"), ("EL", "GRC is meant"), ("ROM", "ROU is meant"), ("XYZ", "unknown country 'XYZ'")),
    ],
)
def test_another_spelling_of_a_partner_is_refused_with_the_one_meant(
    tmp_path: Path, command: str, partner: str, expected: str
) -> None:
    book = write(tmp_path, measures=PARTNERS)
    answer = said(book, f"{command} 2025-02-01 --importer USA --exporter {partner}")
    assert answer.startswith("refused: exporter")
    assert expected in answer
    assert "27" in said(book, f"{command} 2025-02-01 --importer USA --exporter CHN")


def test_a_fact_under_a_name_that_nothing_has_is_refused_with_the_nearest(tmp_path: Path) -> None:
    book = write(
        tmp_path,
        measures="""
            measure_id,importer,exporter_area,programme,effect,hs,rate,condition,valid_from
            F,USA,CAN,recip,add,*,0.35,not:usmca,2025-08-01
        """,
        conditions="condition_id,kind,default\nusmca,certificate,0",
    )
    ask = "rate BOOK --importer USA --exporter CAN --product 870323 --on 2025-09-01 --share"
    assert ": 0%" in said(book, f"{ask} usmca=1")
    for name in ("USMCA", "usmac"):
        assert "did you mean 'usmca'?" in said(book, f"{ask} {name}=1")
    average = "average BOOK --importer USA --exporter CAN --on 2025-09-01 --weights simpel"
    assert "did you mean 'simple'?" in said(book, average)


# ---------------------------------------------------------------- what is accepted is used


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_statements_on_one_thing_the_one_known_last_stands(tmp_path: Path, order: tuple[int, int]) -> None:
    rows = ("S,080810,ad_valorem,0.04,2024-01-01,2023-12-01", "S,080810,ad_valorem,0.06,2024-01-01,2024-03-01")
    revised = ("A,EUN,CHL,fee,add,,08,0.01,2024-01-01,2023-12-01", "A,EUN,CHL,fee,add,,08,0.03,2024-01-01,2024-02-01")
    book = TariffBook.load(
        write(
            tmp_path,
            measures="measure_id,importer,exporter_area,programme,effect,list_id,hs,rate,valid_from,known_from,rate_kind\n"
            + "".join(f"{revised[k]},\n" for k in order)
            + "M,EUN,*,mfn,add,S,,,2024-01-01,,schedule",
            schedules="schedule_id,hs,rate_kind,rate,valid_from,known_from\n" + "\n".join(rows[k] for k in order),
        )
    )
    for known, expected in (("2024-01-15", 0.05), ("2024-02-15", 0.07), ("2024-03-15", 0.09), (None, 0.09)):
        assert rate_of(book, "EUN", "CHL", "080810", "2024-05-01", known_on=known).rate == pytest.approx(expected)


def test_a_quota_allotted_by_country(tmp_path: Path) -> None:
    book = TariffBook.load(
        write(
            tmp_path,
            measures="""
                measure_id,importer,exporter_area,programme,effect,hs,rate,valid_from
                IN,EUN,*,safe,add,7208,0,2025-01-01
                OVER,EUN,*,safe,add,7208,0.25,2025-01-01
            """,
            quotas="""
                quota_id,kind,amount,unit,period_start,period_end,in_measure,over_measure,allocation
                TUR,tariff_quota,1000,t,2025-01-01,2026-01-01,IN,OVER,TUR
                IND,tariff_quota,5000,t,2025-01-01,2026-01-01,IN,OVER,IND
            """,
        )
    )
    for partner, expected in (("IND", 0.0), ("TUR", 0.25), ("CHN", 0.25)):
        assert rate_of(book, "EUN", partner, "720851", "2025-05-20", quantity=3000.0).rate == expected
    assert rate_of(book, "EUN", "TUR", "720851", "2025-05-20", quantity=1000.0).rate == 0.0


def test_a_step_postponed_to_a_day_comes_on_that_day(tmp_path: Path) -> None:
    book = TariffBook.load(
        write(
            tmp_path,
            measures="""
                measure_id,importer,exporter_area,programme,effect,hs,rate,valid_from
                M,USA,CHN,recip,add,*,0.10,2025-05-14
            """,
            changes="""
                change_id,measure_id,new_rate,planned_from,status,known_from
                BACK,M,0.34,2025-08-12,planned,2025-05-12
                BACK,M,0.34,2025-11-10,postponed,2025-08-11
            """,
        )
    )
    question = ("USA", "CHN", "720851")
    assert rate_of(book, *question, "2025-08-20", known_on="2025-09-01").rate == pytest.approx(0.10)
    assert rate_of(book, *question, "2025-08-20", known_on="2025-08-01").rate == pytest.approx(0.34)
    assert rate_of(book, *question, "2025-11-15", known_on="2025-09-01").rate == pytest.approx(0.34)


def test_an_exclusion_for_a_part_of_the_trade(tmp_path: Path) -> None:
    book = TariffBook.load(
        write(
            tmp_path,
            measures="""
                measure_id,importer,exporter_area,programme,hs,rate,valid_from,known_from,source
                A,USA,CAN,border,8703,0.25,2025-03-04,2025-02-01,x
            """,
            exclusions="""
                exclusion_id,measure_id,hs,share,valid_from,known_from,source
                USMCA,A,*,0.38,2025-03-07,2025-03-06,x
            """,
        )
    )
    assert rate_of(book, "USA", "CAN", "870323", "2025-03-10").rate == pytest.approx(0.62 * 0.25)
    assert rate_of(book, "USA", "CAN", "870323", "2025-03-05").rate == pytest.approx(0.25)


WORLD = """
    weight_set,exporter,hs,value
    w,{world},720851,900
    w,{china},720851,100
    w,{china},010121,100
    w,CAN,720851,800
"""


def test_of_a_weight_set_with_partners_only_the_partner_counts(tmp_path: Path) -> None:
    tables = {
        "measures": """
            measure_id,importer,exporter_area,programme,effect,hs,rate,valid_from
            A,USA,CHN,s301,add,720851,0.50,2025-04-05
            B,USA,CHN,s301,add,010121,0.10,2025-04-05
        """,
        "weight_sets": "weight_set,importer,exporter,year,flow,unit\nw,USA,,2024,imports,USD",
    }
    book = TariffBook.load(write(tmp_path / "ours", **tables, weights=WORLD.format(world="MEX", china="CHN")))
    assert average_of(book, "USA", "CHN", "2025-05-05", "w").rate == pytest.approx(0.30)
    with pytest.raises(BookError, match="no trade of VNM"):
        average_of(book, "USA", "VNM", "2025-05-05", "w")
    numbers = _faults(write(tmp_path / "numbers", **tables, weights=WORLD.format(world="0", china="156")))
    assert "'156' is not the ISO3 code of CHN" in numbers
    total = _faults(write(tmp_path / "total", **tables, weights=WORLD.format(world="WLD", china="CHN")))
    assert "aggregate partner beside members: w has WLD beside CAN, CHN" in total


# ---------------------------------------------------------------- units and clocks


def test_one_unit_value_serves_one_unit_and_one_currency(tmp_path: Path) -> None:
    measures = """
        measure_id,importer,exporter_area,programme,effect,hs,rate_kind,rate,specific_amount,currency,unit,valid_from
        A,USA,*,mfn,add,220300,specific,,0.20,USD,litre,2025-01-01
        B,USA,*,fee,add,220300,specific,,5,EUR,hl,2025-01-01
    """
    book = TariffBook.load(write(tmp_path / "mixed", measures=measures))
    with pytest.raises(BookError, match=r"cannot serve USD/litre \(A\) and EUR/hl \(B\)"):
        rate_of(book, "USA", "DEU", "220300", "2025-02-01", unit_value=2.0)
    faults = _faults(write(tmp_path / "pounds", measures=measures.replace("EUR", "£").replace(",hl,", ",,")))
    assert "'£' is not a code of ISO 4217. Write GBP" in faults
    assert "a specific amount has no unit" in faults


def test_a_schedule_in_euro_is_printed_in_euro(tmp_path: Path) -> None:
    book = write(
        tmp_path,
        measures="measure_id,importer,programme,list_id,rate_kind,valid_from\nM,EUN,mfn,S,schedule,2024-01-01",
        schedules="""
            schedule_id,hs,rate_kind,rate,specific_amount,currency,unit,valid_from
            S,02023050,compound,0.128,221.1,EUR,100 kg,2024-01-01
        """,
    )
    ask = "rate BOOK --importer EUN --exporter BRA --product 02023050 --on 2024-07-31 --unit-value 500"
    assert "12.8% + 221.1 EUR/100 kg adds 57.02%" in said(book, ask)


@pytest.mark.parametrize("zone", ["", '\n[zones]\nUSA = "America/New_York"\n'])
def test_a_time_with_an_offset_is_placed_by_the_zone_of_the_importer(tmp_path: Path, zone: str) -> None:
    book = write(
        tmp_path,
        toml=f'first_day = "2024-01-01"\n{zone}',
        measures="measure_id,importer,programme,hs,rate,valid_from\nM,USA,recip,*,0.10,2025-04-05T00:01",
    )
    ask = "rate BOOK --importer USA --exporter VNM --product 870323 --on"
    assert ": 0%" in said(book, f"{ask} 2025-04-04T22:00")
    with_offset = said(book, f"{ask} 2025-04-04T22:00-04:00")
    assert ": 0%" in with_offset if zone else "no time zone of the importer" in with_offset
    if zone:
        assert ": 10%" in said(book, f"{ask} 2025-04-05T04:01Z")


def test_a_time_with_an_offset_in_a_table_needs_the_zone(tmp_path: Path) -> None:
    measures = "measure_id,importer,programme,hs,rate,valid_from\nM,CHN,recip,*,0.10,2020-02-14T05:01Z"
    assert "no time zone of the importer is known" in _faults(write(tmp_path / "without", measures=measures))
    toml = '[zones]\nCHN = "Asia/Shanghai"\n'
    book = TariffBook.load(write(tmp_path / "with", toml=toml, measures=measures))
    assert rate_of(book, "CHN", "USA", "870323", "2020-02-14T13:00").rate == 0.0
    assert rate_of(book, "CHN", "USA", "870323", "2020-02-14T13:01").rate == pytest.approx(0.10)
    assert "'Mars/Olympus' is not a time zone" in _faults(
        write(tmp_path / "mars", toml='[zones]\nCHN = "Mars/Olympus"\n', measures=measures)
    )


def test_changes_need_a_day_to_be_taken_against(tmp_path: Path) -> None:
    book = TariffBook.load(
        write(
            tmp_path,
            toml='name = "x"\n',
            measures="measure_id,importer,exporter_area,programme,hs,rate,valid_from\nA,USA,CHN,s301,720851,0.5,2025-04-05",
            concordance="sector_set,hs,sector,weight\ns,720851,METAL,1",
            weight_sets="weight_set,importer,exporter,year,flow,unit\nw,USA,CHN,2024,imports,USD",
            weights="weight_set,hs,value\nw,720851,100",
        )
    )
    with pytest.raises(BookError, match="base_day: the book x names no first day"):
        book.policy_on("2025-05-05")
    assert book.policy_on("2025-05-05", base_day="2025-01-01").change_points[0, 0] == pytest.approx(50.0)


# ---------------------------------------------------------------- the declarations


def test_every_column_says_what_it_means() -> None:
    for spec in TABLES:
        assert spec.what.endswith(".")
        assert all(column.meaning for column in spec.columns), spec.name
        assert set(spec.key) <= set(spec.names)
