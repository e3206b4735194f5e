"""Incident files: every faulty row refused with its reason, every other row kept, nothing lost."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tradewar.errors import EvidenceError
from tradewar.monitoring.activity import activity_counts, by_year
from tradewar.monitoring.incident_files import incidents_csv, read_incidents, refused_csv
from tradewar.monitoring.incidents import COLUMNS, IncidentFile

GOOD = "own-1,own,2018-05-04,day,operation_start,CHN,USA;JPN,technology,espionage,espionage,APT10,https://example.org"


def read(tmp_path: Path, *rows: str, header: str = ",".join(COLUMNS), **options: int) -> IncidentFile:
    path = tmp_path / "own.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_incidents(path, **options)


def row(**changes: str) -> str:
    fields = dict(zip(COLUMNS, GOOD.split(","), strict=True)) | {"event_id": "own-2"} | changes
    return ",".join(fields[column] for column in COLUMNS)


def test_a_good_row(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    (incident,) = found.incidents
    assert incident.victims == ("USA", "JPN") and incident.month == "2018-05" and incident.year == 2018
    assert not found.refused


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"date": "2018-13-04"}, "does not exist"),
        ({"date": "2018-02-30"}, "does not exist"),
        ({"date": "04.05.2018"}, "not in ISO form"),
        ({"date": "2018-W05-1"}, "not in ISO form"),
        ({"date": "1918-05-04"}, "before 1980"),
        ({"date": "2918-05-04"}, "in the future"),
        ({"sponsor_iso3": "CHIN"}, "'CHIN' is not an ISO3 code; did you mean"),
        ({"sponsor_iso3": "China"}, "did you mean 'CHN'"),
        ({"victim_countries": "USA;XQX"}, "'XQX' is not an ISO3 code"),
        ({"date": "２０１８-05-04"}, "not in ISO form"),
        ({"date": "04/05/2018"}, "Write 2018-04-05 or 2018-05-04"),
        ({"date_precision": "fortnight"}, "date_precision 'fortnight' is not known"),
        ({"event_id": "OWN-1"}, "already on line 2 as 'own-1'"),
        ({"date_meaning": "discovery"}, "'discovery' is not known"),
        ({"event_id": " "}, "event_id is empty"),
        ({"event_id": "own-1"}, "already on line 2"),
        ({"date_meaning": "public_disclosure", "dataset": "own"}, "differs from 'operation_start'"),
    ],
)
def test_a_faulty_row_is_refused_alone(tmp_path: Path, changes: dict[str, str], says: str) -> None:
    found = read(tmp_path, GOOD, row(**changes), row(event_id="own-3"))
    assert len(found.incidents) == 2 and found.rows_read == 3
    (refusal,) = found.refused
    assert refusal.line == 3
    assert str(refusal.problem).startswith("own.csv, line 3: ") and says in str(refusal.problem)
    assert refusal.row["date"] == (changes.get("date") or "2018-05-04")
    assert str(refusal.problem) in found.report()


@pytest.mark.parametrize(
    ("date", "given", "held"),
    [("2017", "day", "year"), ("2017-06", "day", "month"), ("2017-06-15", "month", "month"), ("2017-06-15", "", "day"),
     ("2017-06-15", "day_approximate", "day_approximate"), ("2017-01-01", "year", "year"), ("", "day", "")],
)  # fmt: skip
def test_no_date_is_more_precise_than_what_it_holds(tmp_path: Path, date: str, given: str, held: str) -> None:
    (item,) = read(tmp_path, row(date=date, date_precision=given)).incidents
    assert (item.date, item.date_precision) == (date, held)


def test_one_event_under_the_names_of_one_group_counts_once(tmp_path: Path) -> None:
    twin = row(event_id="own-2", actor="Stone Panda")
    other = row(event_id="own-3", actor="Fancy Bear")
    found = read(tmp_path, GOOD, twin, other)
    assert [item.same_as for item in found.incidents] == ["", "own-1", ""]
    assert len(found.notes) == 1 and "line 3: 'own-2' agrees with 'own-1' on line 2" in found.notes[0]
    (row_of_2018,) = by_year(activity_counts(found.incidents))
    assert row_of_2018.n == 2


@pytest.mark.parametrize(
    ("one", "two", "says"),
    [
        ({}, {"actor": "menuPass", "source_url": "http://www.example.org/a/"}, "counted once"),
        ({}, {"actor": ""}, "address: both counted"),
        ({"actor": ""}, {"actor": ""}, "address: both counted"),
        ({}, {"actor": "Stone Panda", "motive": "financial"}, "address: both counted"),
        ({}, {"actor": "Stone Panda", "source_url": ""}, "group: both counted"),
        ({}, {"actor": "Fancy Bear"}, ""),
        ({}, {"actor": "Stone Panda", "date": "2018-05-05"}, ""),
        ({}, {"actor": "Stone Panda", "victim_countries": "DEU"}, ""),
        ({}, {"actor": "Stone Panda", "dataset": "other"}, ""),
        ({"date": "2018-05"}, {"date": "2018-05", "source_url": "", "actor": "Stone Panda"}, ""),
        ({"victim_countries": "JPN;USA"}, {"victim_countries": "USA;JPN", "actor": "menuPass"}, "counted once"),
    ],
)
def test_events_that_agree_under_two_identifiers_are_reported(
    tmp_path: Path, one: dict[str, str], two: dict[str, str], says: str
) -> None:
    same = {"actor": "APT10", "source_url": "https://example.org/a", "date_precision": ""}
    found = read(tmp_path, row(**{**same, **one}), row(**{**same, **two, "event_id": "own-9"}))
    assert not found.refused and len(found.incidents) == 2
    assert bool(found.notes) == bool(says) and says in "".join(found.notes)
    assert bool(found.incidents[1].same_as) == (says == "counted once")


def test_which_meaning_of_the_date_holds_does_not_hang_on_the_order_of_rows(tmp_path: Path) -> None:
    rows = [GOOD, row(date_meaning="public_disclosure")]
    kept = [read(tmp_path, *order).incidents[0].event_id for order in (rows, rows[::-1])]
    assert kept[0] == kept[1]


def test_a_header_that_is_no_header_ends_the_reading(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="line 1: has a cell of more than 100,000 characters"):
        read(tmp_path, GOOD, header=",".join(COLUMNS) + "," + "x" * 140_000)


def test_cells_that_a_spreadsheet_would_run_are_written_as_text(tmp_path: Path) -> None:
    found = read(tmp_path, row(event_id='"=1+1"', actor="@cmd", source_url="+x"))
    text = incidents_csv(found.incidents)
    assert "'=1+1" in text and "'@cmd" in text and "'+x" in text
    (tmp_path / "copy.csv").write_text(text, encoding="utf-8")
    assert read_incidents(tmp_path / "copy.csv").incidents == found.incidents
    assert "'=1" in refused_csv(read(tmp_path, row(event_id="=1", date="2017-99-01")))


def test_columns_in_other_capitals_are_read_and_others_are_named(tmp_path: Path) -> None:
    header = ",".join(COLUMNS).replace("victim_countries", "Victim_Countries") + ",remark"
    found = read(tmp_path, GOOD + ",x", header=header)
    assert found.incidents[0].victims == ("USA", "JPN")
    assert found.notes == ("own.csv: columns that are not read: remark.",)


def test_undated_incidents_are_kept_and_counted(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD, row(date="", date_precision=""))
    assert (len(found.incidents), found.undated) == (2, 1)
    assert "1 undated" in found.report()


def test_rows_with_too_few_or_too_many_fields_are_refused(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD, "own-2,own,2018", row(event_id="own-3") + ",surplus", row(event_id="own-4"))
    assert [refusal.line for refusal in found.refused] == [3, 4]
    assert "3 fields, the header has 12" in str(found.refused[0].problem)
    assert "surplus" in found.refused[1].row.values()
    assert len(found.incidents) == 2


def test_rows_beyond_the_limit_are_refused_one_by_one(tmp_path: Path) -> None:
    found = read(tmp_path, *(row(event_id=f"own-{k}") for k in range(10)), max_rows=7)
    assert (len(found.incidents), len(found.refused), found.rows_read) == (7, 3, 10)
    assert "beyond the limit of 7" in str(found.refused[0].problem)


def test_an_enormous_cell_refuses_its_row_only(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD, row(actor="x" * 1_100_000), row(event_id="own-3"))
    assert {incident.event_id for incident in found.incidents} >= {"own-1", "own-3"}
    assert len(found.refused) == 1 and "more than 100,000 characters" in str(found.refused[0].problem)


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    big = tmp_path / "big.csv"
    big.write_text("x" * 2000, encoding="utf-8")
    latin = tmp_path / "latin.csv"
    latin.write_bytes("event_id,é\n".encode("latin-1"))
    (tmp_path / "empty.csv").write_text("\n", encoding="utf-8")
    (tmp_path / "sheet.xlsx").write_bytes(b"PK")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "twice.csv").write_text("date,date\n1,2\n", encoding="utf-8")
    for name, says in (
        ("big.csv", "has 2,000 bytes, more than the limit of 1,000"),
        ("latin.csv", "line 1: is not UTF-8: byte 0xe9 ('é' in Windows-1252)"),
        ("empty.csv", "is empty"),
        ("sheet.xlsx", "Save the sheet as CSV"),
        ("other.csv", "cfr needs Title"),
        ("twice.csv", "more than once"),
        ("absent.csv", "there is no such file"),
        (".", "is a folder"),
    ):
        with pytest.raises(EvidenceError) as refused:
            read_incidents(tmp_path / name, max_bytes=1000)
        assert says in str(refused.value)


def test_an_unknown_layout_says_how_to_get_the_public_data(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(EvidenceError) as refused:
        read_incidents(path)
    assert "https://eurepoc.eu/" in str(refused.value) and "Register at" in str(refused.value)
    with pytest.raises(EvidenceError, match="'hackmageddon' is not known"):
        read_incidents(path, layout="hackmageddon")


def test_written_files_read_back_alike(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD, row(date="2018-05", date_precision="month"), row(event_id="own-3", date="2018-13-01"))
    (tmp_path / "copy.csv").write_text(incidents_csv(found.incidents), encoding="utf-8")
    assert read_incidents(tmp_path / "copy.csv").incidents == found.incidents
    (kept,) = csv.DictReader(refused_csv(found).splitlines())
    assert kept["line"] == "4" and kept["date"] == "2018-13-01" and "does not exist" in kept["reason"]


@pytest.mark.parametrize(("name", "rows"), [("cfr", 768), ("csis", 1012), ("dcid", 429), ("eurepoc", 1643)])
def test_public_data_sets_are_read_whole(incident_data: Path, name: str, rows: int) -> None:
    found = read_incidents(incident_data / name / "events.csv")
    assert (len(found.incidents), len(found.refused)) == (rows, 0)
