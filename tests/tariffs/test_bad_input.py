"""Every row of "bad input" of the specification: what is refused names the row, the rule and the fix."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from small_books import rate_of
from tradewar.errors import BookError
from tradewar.tariffs import TariffBook

AURELIA = Path(__file__).parent / "books" / "aurelia"
HEADER = "measure_id,importer,exporter_area,programme,effect,list_id,hs,rate,valid_from,valid_until,note\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the fictitious book, to be broken."""
    return Path(shutil.copytree(AURELIA, tmp_path / "book"))


def _append(folder: Path, table: str, *lines: str) -> None:
    path = folder / f"{table}.csv"
    path.write_text(path.read_text() + "".join(f"{line}\n" for line in lines))


def _faults(folder: Path) -> str:
    with pytest.raises(BookError) as caught:
        TariffBook.load(folder)
    return str(caught.value)


def _book(tmp_path: Path, *rows: str, toml: str = "") -> Path:
    (tmp_path / "measures.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows))
    (tmp_path / "book.toml").write_text(toml)
    return tmp_path


# ---------------------------------------------------------------- codes


def test_unknown_code_names_the_three_nearest(book: TariffBook) -> None:
    with pytest.raises(BookError, match=r"unknown_code: 73269099 .* nearest codes are 73269045, 73269060, 73269086"):
        rate_of(book, "USA", "CHN", "73269099", "2019-10-01")


def test_code_of_another_edition_is_mapped(book: TariffBook) -> None:
    later = rate_of(book, "USA", "CHN", "44123141", "2020-02-01")
    assert later.status == "mapped"
    assert {code for code, _ in later.lines} == {"44123142", "44123145", "44123148"}
    assert later.added == pytest.approx(0.25)
    earlier = rate_of(book, "USA", "CHN", "44123142", "2018-10-01")
    assert earlier.status == "mapped"
    assert earlier.added == pytest.approx(0.10)
    with pytest.raises(BookError, match="edition: 'HS1996' is unknown"):
        rate_of(book, "USA", "CHN", "44123141", "2020-02-01", edition="HS1996")


def test_successors_with_different_rates_give_an_interval_and_the_list(tmp_path: Path) -> None:
    _book(tmp_path, "M,AUR,*,mfn,add,,44123142,0.1,2024-01-01,,", "M,AUR,*,mfn,add,,44123145,0.3,2024-01-01,,")
    (tmp_path / "editions.csv").write_text("edition,owner,family\nOLD,ELSEWHERE,OLD\nNEW,AUR,NEW\n")
    (tmp_path / "successors.csv").write_text(
        "from_edition,code,to_edition,successor,share\nOLD,44123141,NEW,44123142,0.5\nOLD,44123141,NEW,44123145,0.5\n"
    )
    answer = rate_of(TariffBook.load(tmp_path), "AUR", "BOR", "44123141", "2025-01-01", edition="OLD")
    assert answer.status == "mapped"
    assert answer.rate is None
    assert answer.interval == pytest.approx((0.1, 0.3))
    assert answer.lines == (("44123142", pytest.approx(0.1)), ("44123145", pytest.approx(0.3)))


def test_codes_read_as_numbers(tmp_path: Path, book: TariffBook) -> None:
    _lists_of_the_united_states(tmp_path, book, lambda codes: codes.astype("int64").astype(str))
    faults = _faults(tmp_path)
    assert "has 7 digits, which is odd" in faults
    assert "A leading zero was lost" in faults
    assert "lists.csv, line 2:" in faults


def test_codes_turned_into_dates(tmp_path: Path, book: TariffBook) -> None:
    def spoil(codes: pd.Series) -> pd.Series:
        codes = codes.copy()
        codes.iloc[[3, 70, 500]] = ["8406-10-10", "8406/10/90", "2-8-2019"]
        return codes

    _lists_of_the_united_states(tmp_path, book, spoil)
    faults = _faults(tmp_path).splitlines()
    assert [line.split(":")[0] for line in faults] == ["lists.csv, line 5", "lists.csv, line 72", "lists.csv, line 502"]
    assert all("date in hs column" in line for line in faults)


def _lists_of_the_united_states(folder: Path, book: TariffBook, spoil: object) -> None:
    """A book with the published lists as its own, codes spoiled."""
    lists = book.tables["lists"].to_frame()
    lists = lists[lists["list_id"].str.startswith("US-301")].sort_values("hs")
    names = sorted(lists["list_id"].unique())
    _book(folder, *(f"{name},USA,CHN,s301,add,{name},,0.1,2019-01-01,," for name in names))
    frame = pd.DataFrame({"list_id": lists["list_id"], "hs": spoil(lists["hs"])})  # type: ignore[operator]
    frame.to_csv(folder / "lists.csv", index=False)


def test_published_lists_read_back(tmp_path: Path, reference_data: Path) -> None:
    published = pd.read_csv(reference_data / "tariffs/us_s301/lines_2020.csv", dtype=str)
    _book(tmp_path, *(f"L{name},USA,CHN,s301,add,{name},,0.1,2019-01-01,," for name in ("1", "2", "3", "4A", "4B")))
    rows = pd.DataFrame({"list_id": published["list"], "hs": published["hs"]})
    rows.to_csv(tmp_path / "lists.csv", index=False)
    assert len(TariffBook.load(tmp_path).tables["lists"]) == 10_697
    rows.assign(hs=rows["hs"].astype("int64")).to_csv(tmp_path / "lists.csv", index=False)
    assert "A leading zero was lost" in _faults(tmp_path)
    for row in (10, 20, 30):
        rows.loc[row, "hs"] = f"8406-10-{row}"
    rows.to_csv(tmp_path / "lists.csv", index=False)
    assert [line.split(":")[0] for line in _faults(tmp_path).splitlines()] == [
        "lists.csv, line 12",
        "lists.csv, line 22",
        "lists.csv, line 32",
    ]


@pytest.mark.parametrize(("code", "what"), [("84.06", "has a dot"), ("ABCD", "is not a product code"), ("8", "odd")])
def test_codes_that_are_none(folder: Path, code: str, what: str) -> None:
    _append(folder, "lists", f"BOR-LIST,{code}")
    assert f"lists.csv, line 5: hs {code!r}" in _faults(folder)
    assert what in _faults(folder)


def test_variants_keep_their_letter(book: TariffBook) -> None:
    assert rate_of(book, "CHN", "DEU", "8521101100A", "2018-07-01").rate == pytest.approx(0.075)
    with pytest.raises(BookError, match="not a product code"):
        rate_of(book, "CHN", "DEU", "85211011A", "2018-07-01")


# ---------------------------------------------------------------- rates


@pytest.mark.parametrize("toml", ["", 'rate_unit = "fraction"\n'])
def test_a_rate_of_25_is_refused(tmp_path: Path, toml: str) -> None:
    rows = ("A,AUR,*,mfn,add,,01,0.25,2024-01-01,,", "A,AUR,*,mfn,add,,02,25,2024-01-01,,")
    faults = _faults(_book(tmp_path, *rows, toml=toml))
    assert "measures.csv, line 3: rate unit ambiguous: rate = 25 is 2,500 percent" in faults
    assert "Was 0.25 meant?" in faults


def test_a_column_of_percent_with_a_fraction_in_it_is_refused(tmp_path: Path) -> None:
    rows = ("A,AUR,*,mfn,add,,01,25,2024-01-01,,", "A,AUR,*,mfn,add,,02,0.25,2024-01-01,,")
    assert "line 3: rate unit ambiguous" in _faults(_book(tmp_path, *rows, toml='rate_unit = "percent"\n'))


def test_a_rate_above_one_needs_a_declared_unit_and_a_note(tmp_path: Path) -> None:
    row = "A,AUR,*,mfn,add,,01,1.25,2024-01-01,,"
    assert "rate unit ambiguous" in _faults(_book(tmp_path, row, toml='rate_unit = "fraction"\n'))
    book = TariffBook.load(_book(tmp_path, f"{row}as ordered", toml='rate_unit = "fraction"\n'))
    assert rate_of(book, "AUR", "BOR", "010121", "2025-01-01").rate == 1.25


@pytest.mark.parametrize("placeholder", ["9999.999999", "", "n/a", "."])
def test_placeholders_are_unknown_never_a_number(tmp_path: Path, placeholder: str) -> None:
    book = TariffBook.load(_book(tmp_path, f"A,AUR,*,mfn,add,,01,{placeholder},2024-01-01,,"))
    answer = rate_of(book, "AUR", "BOR", "010121", "2025-01-01")
    assert (answer.rate, answer.status) == (None, "unknown")
    assert answer.components[0].rate is None


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("25%", "Write a fraction"),
        ("-0.1", "is below 0"),
        ("inf", "not a finite number"),
        ("ten", "not a finite number"),
    ],
)
def test_rates_that_are_none(tmp_path: Path, cell: str, what: str) -> None:
    faults = _faults(_book(tmp_path, f"A,AUR,*,mfn,add,,01,{cell},2024-01-01,,"))
    assert "measures.csv, line 2" in faults
    assert what in faults


# ---------------------------------------------------------------- rows that contradict each other


def test_overlapping_measures_of_one_programme(tmp_path: Path) -> None:
    rows = ("A,AUR,BOR,x,add,,7326,0.1,2024-01-01,,", "B,AUR,*,x,add,,73269086,0.2,2025-01-01,,")
    faults = _faults(_book(tmp_path, *rows))
    assert "measures.csv, lines 2 and 3: A and B of programme x overlap on 73269086" in faults
    assert "write effect replace" in faults


@pytest.mark.parametrize(
    "second",
    [
        "B,AUR,*,y,add,,73269086,0.2,2025-01-01,,",
        "B,AUR,*,x,replace,,73269086,0.2,2025-01-01,,",
        "B,AUR,CAL,x,add,,73269086,0.2,2025-01-01,,",
        "B,AUR,*;-BOR,x,add,,73269086,0.2,2025-01-01,,",
        "B,AUR,*,x,add,,7327,0.2,2025-01-01,,",
        "B,AUR,*,x,add,,73269086,0.2,2023-01-01,2024-01-01,",
    ],
)
def test_what_does_not_overlap(tmp_path: Path, second: str) -> None:
    book = TariffBook.load(_book(tmp_path, "A,AUR,BOR,x,add,,7326,0.1,2024-01-01,,", second))
    assert len(book.measures) == 2


def test_doubling_a_row_of_a_list(folder: Path) -> None:
    _append(folder, "lists", "BOR-LIST,220421")
    faults = _faults(folder)
    assert "lists.csv, line 5: BOR-LIST/220421 is there twice: the same row is in line 3" in faults
    assert "Remove one of them" in faults


def test_a_code_mapped_more_than_once(folder: Path) -> None:
    _append(folder, "concordance", "two-sectors,854231,FOOD,0.2")
    faults = _faults(folder)
    assert "the weights of 854231 sum to 1.2 (lines 5, 9), which is above 1" in faults


def test_an_aggregate_beside_its_members(folder: Path) -> None:
    (folder / "areas.csv").write_text("area,member\nUNION,BOR\nUNION,CAL\n")
    path = folder / "weights.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0] + ",exporter", *(f"{line},BOR" for line in lines[1:])]) + "\n")
    _append(folder, "weights", "aurelia_imports_2023,040610,50,UNION")
    assert "aggregate partner beside members: aurelia_imports_2023 has UNION beside BOR" in _faults(folder)


def test_the_world_is_no_exporter_and_a_union_is_its_members(book: TariffBook) -> None:
    with pytest.raises(BookError, match="WLD is an aggregate"):
        rate_of(book, "USA", "WLD", "73269086", "2019-01-01")
    # the members of the customs union all pay the general duty
    assert rate_of(book, "USA", "EUN", "73269086", "2019-01-01").rate == pytest.approx(0.029)


def test_a_list_in_the_wrong_edition(folder: Path) -> None:
    (folder / "editions.csv").write_text("edition,owner,family,parent\nAUR-24,AUR,AUR,HS2022\nBOR-24,BOR,BOR,HS2022\n")
    path = folder / "lists.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0] + ",hs_edition", *(f"{line},AUR-24" for line in lines[1:])]) + "\n")
    schedules = folder / "schedules.csv"
    lines = schedules.read_text().splitlines()
    schedules.write_text("\n".join([lines[0] + ",hs_edition", *(f"{line},AUR-24" for line in lines[1:])]) + "\n")
    faults = _faults(folder)
    assert "wrong edition: BOR-LIST is stated in AUR-24, which is not an edition of BOR" in faults
    assert faults.count("wrong edition") == 1


# ---------------------------------------------------------------- days


def test_a_day_outside_the_book_has_no_rate(book: TariffBook) -> None:
    for day in ("2017-12-31", "2021-07-01"):
        answer = rate_of(book, "USA", "CHN", "73269086", day)
        assert (answer.status, answer.rate, answer.interval) == ("outside_book", None, None)
        assert "the book covers 2018-01-01 to 2021-07-01" in answer.not_applied[0].why
        assert answer.added is None


def test_export_after_entry(book: TariffBook) -> None:
    with pytest.raises(BookError, match="export on 2019-05-21 is after entry on 2019-05-20"):
        rate_of(book, "USA", "CHN", "73269086", "2019-05-20", exported="2019-05-21")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"known_on": "yesterday"}, "not a day"),
        ({"unit_value": -1.0}, "is not a number above 0"),
        ({"shares": {"repair": 40.0}}, r"outside \[0, 1\]"),
        ({"shares": {"metal": 0.4}}, "no condition, value base, exclusion or firm is called 'metal'"),
    ],
)
def test_options_that_are_not_right(book: TariffBook, options: dict[str, object], message: str) -> None:
    with pytest.raises(BookError, match=message):
        rate_of(book, "USA", "CHN", "73269086", "2019-05-20", **options)
    with pytest.raises(BookError, match="not a day"):
        rate_of(book, "USA", "CHN", "73269086", "2019-13-40")


# ---------------------------------------------------------------- the rest of what a file can get wrong


@pytest.mark.parametrize(
    ("table", "line", "message"),
    [
        ("quotas", "Q,half,1,t,2025-01-01,2026-01-01,A,B,x", "kind: 'half' is unknown"),
        ("quotas", "Q,absolute,1,t,2025-01-01,2026-01-01,,NOBODY,x", "names the measure 'NOBODY'"),
        ("changes", "C,NOBODY,0.1,2025-01-01,planned,,,2024-01-01,x", "changes 'NOBODY', which does not exist"),
        ("changes", "C,AUR-STEEL,0.1,,planned,,,2024-01-01,x", "planned_from is blank"),
        ("exclusions", "E,NOBODY,720851,no,2025-01-01,,no,2025-01-01,x", "names the measure 'NOBODY'"),
        ("weights", "nobody,040610,5", "'nobody' is not described"),
        ("weights", "aurelia_imports_2023,720410,", "neither a value nor a share"),
        ("weights", "aurelia_imports_2023,720410,-5", "value = -5 is below 0"),
        ("weights", "aurelia_imports_2023,7204,5", "mixes [4, 6] digits"),
        ("schedules", "AUR-ALL,010121,free,,,,,", "valid_from is blank"),
        ("schedules", "AUR-ALL,010121,much,,,,,2024-01-01", "rate_kind: 'much' is unknown"),
    ],
)
def test_side_tables(folder: Path, table: str, line: str, message: str) -> None:
    _append(folder, table, line)
    assert message in _faults(folder)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("A,AUR,*,x,add,L,01,0.1,2024-01-01,,", "both list_id and hs are filled"),
        ("A,AUR,*,x,add,,,0.1,2024-01-01,,", "neither list_id nor hs is filled"),
        ("A,AUR,*,x,add,NOLIST,,0.1,2024-01-01,,", "list 'NOLIST' of measure A does not exist"),
        ("A,AUR,*,x,double,,01,0.1,2024-01-01,,", "effect: 'double' is unknown"),
        ("A,AUR,*,x,add,,01,0.1,2024-02-30,,", "valid_from: '2024-02-30' is not a day"),
        ("A,AUR,*,x,add,,01,0.1,2024-02-01,2024-01-01,", "valid_until is not after valid_from"),
        (",AUR,*,x,add,,01,0.1,2024-02-01,,", "measure_id is blank"),
    ],
)
def test_measures(tmp_path: Path, row: str, message: str) -> None:
    assert message in _faults(_book(tmp_path, row))


def test_all_faults_are_reported_at_once(folder: Path) -> None:
    _append(folder, "lists", "BOR-LIST,8406-10-10")
    _append(folder, "weights", "aurelia_imports_2023,040610,30")
    _append(folder, "concordance", "two-sectors,854231,FOOD,0.2")
    with pytest.raises(BookError) as caught:
        TariffBook.load(folder)
    assert len(caught.value.problems) == 3
    assert all(problem.where and problem.what and problem.fix for problem in caught.value.problems)


def test_many_faults_of_one_kind_are_counted(folder: Path) -> None:
    _append(folder, "lists", *(f"BOR-LIST,{code}" for code in range(1000, 1101)), *("BOR-LIST,040610",) * 30)
    with pytest.raises(BookError) as caught:
        TariffBook.load(folder)
    assert any("22 more rows repeat an earlier row" in problem.what for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda folder: (folder / "strange.csv").write_text("a\n1\n"), "strange.csv: is a file that no rule reads"),
        (lambda folder: (folder / "book.toml").write_text("colour = 1\n"), "unknown key 'colour'"),
        (lambda folder: (folder / "book.toml").write_text("name = \n"), "book.toml, line 1: is not valid TOML"),
        (lambda folder: (folder / "book.toml").write_text('rate_unit = "bananas"\n'), "rate_unit"),
        (lambda folder: (folder / "book.toml").write_text('first_day = "soon"\n'), "'soon' is not a day"),
        (lambda folder: (folder / "lists.csv").write_text("list_id,hs,colour\nBOR-LIST,01,red\n"), "colour"),
        (lambda folder: (folder / "lists.csv").write_text("list_id\nBOR-LIST\n"), "column 'hs' is missing"),
        (lambda folder: (folder / "lists.csv").write_bytes(b"\xff\xfe\x00"), "is UTF-16"),
        (lambda folder: (folder / "measures.csv").unlink(), "has no measures"),
    ],
)
def test_files(folder: Path, change: object, message: str) -> None:
    change(folder)  # type: ignore[operator]
    assert message in _faults(folder)


def test_a_book_that_is_not_there() -> None:
    with pytest.raises(BookError, match="built-in book: us-china-2019"):
        TariffBook.load("nowhere")
