"""Seeded faults through the command line: exit status 2, the place and the fix in the message, no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import tradewar
from faults import FAULTS, SAYS, write_good_folder

TARIFF_FAULTS: dict[str, tuple[bytes, list[str]]] = {
    "rate 25 for 0.25": (b"exporter,importer,sector,tariff\nCHN,USA,GDS,25\n", ["line 2", "25", "0.25"]),
    "rate below -1": (b"exporter,importer,sector,tariff\nCHN,USA,GDS,-1.5\n", ["line 2", "-1.5"]),
    "wrong case": (b"exporter,importer,sector,tariff\nchn,USA,GDS,0.25\n", ["line 2", "Write CHN"]),
    "unknown code": (b"exporter,importer,sector,tariff\nCHM,USA,GDS,0.25\n", ["line 2", "did you mean 'CHN'"]),
    "unknown sector": (b"exporter,importer,sector,tariff\nCHN,USA,GOODS,0.25\n", ["line 2", "GOODS"]),
    "unknown column": (b"exporter,importer,sector,tarif\nCHN,USA,GDS,0.25\n", ["tarif", "did you mean 'tariff'"]),
    "missing column": (b"exporter,importer,tariff\nCHN,USA,0.25\n", ["sector", "missing"]),
    "both columns": (b"exporter,importer,sector,tariff,change_pp\nCHN,USA,GDS,0.25,5\n", ["tariff", "change_pp"]),
    "NaN": (b"exporter,importer,sector,tariff\nCHN,USA,GDS,NaN\n", ["line 2", "NaN"]),
    "empty cell": (b"exporter,importer,sector,tariff\nCHN,USA,GDS,\n", ["line 2", "blank"]),
    "text in a number": (b"exporter,importer,sector,tariff\nCHN,USA,GDS,high\n", ["line 2", "high"]),
    "percent sign": (b"exporter,importer,sector,tariff\nCHN,USA,GDS,25%\n", ["line 2", "0.25"]),
    "tariff on own sales": (b"exporter,importer,sector,tariff\nUSA,USA,GDS,0.25\n", ["line 2", "own sales"]),
    "services tariff": (b"exporter,importer,sector,tariff\nCHN,USA,SER,0.25\n", ["line 2", "SER"]),
    "contradicting rows": (
        b"exporter,importer,sector,tariff\nCHN,USA,GDS,0.25\nCHN,USA,GDS,0.3\n",
        ["line 3", "0.25", "0.3"],
    ),
    "semicolons": (b"exporter;importer;sector;tariff\nCHN;USA;GDS;0,25\n", ["semicolons"]),
    "decimal comma": (b"exporter,importer,sector,tariff\nCHN,USA,GDS,0,25\n", ["line 2", "decimal"]),
    "empty file": (b"", ["empty"]),
    "header only": (b"exporter,importer,sector,tariff\n", ["no rows"]),
    "UTF-16": ("exporter,importer,sector,tariff\nCHN,USA,GDS,0.25\n".encode("utf-16"), ["UTF-16"]),
    "Latin-1": ("exporter,importer,sector,tariff\nCHN,USA,MÖBEL,0.25\n".encode("latin-1"), ["not UTF-8"]),
}


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    place = tmp_path / "toy"
    write_good_folder(place)
    return place


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_in_a_tidy_folder(toy: Path, fault: str) -> None:
    FAULTS[fault](toy)
    done = tradewar("world", "check", toy)
    assert (done.status, done.out) == (2, ""), fault
    assert "Traceback" not in done.err
    assert "defect" not in done.err
    for words in SAYS[fault]:
        assert words in done.err


@pytest.mark.parametrize(
    "command",
    [
        ("solve", "{}", "--json"),
        ("world", "show", "{}"),
        ("world", "balance", "{}", "--out", "out"),
        ("world", "import", "tidy", "{}", "--out", "out"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_every_command_refuses_a_faulty_world(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    FAULTS["negative flow"](toy)
    done = tradewar(*(part.format(toy) for part in command))
    assert (done.status, done.out) == (2, "")
    assert "flows.csv" in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("fault", TARIFF_FAULTS)
def test_faults_in_a_tariff_file(toy: Path, tmp_path: Path, fault: str) -> None:
    content, says = TARIFF_FAULTS[fault]
    path = tmp_path / "tariffs.csv"
    path.write_bytes(content)
    done = tradewar("solve", toy, "--tariffs", path, "--json")
    assert (done.status, done.out) == (2, ""), fault
    assert "Traceback" not in done.err
    assert "tariffs.csv" in done.err
    for words in says:
        assert words in done.err, (words, done.err)


def test_a_missing_tariff_file(toy: Path, tmp_path: Path) -> None:
    done = tradewar("solve", toy, "--tariffs", tmp_path / "none.csv")
    assert done.status == 2
    assert "none.csv" in done.err


def test_a_byte_order_mark_is_accepted(toy: Path, tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain.csv", tmp_path / "marked.csv"
    plain.write_bytes(b"exporter,importer,sector,tariff\nCHN,USA,GDS,0.25\n")
    marked.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes())
    answers = [tradewar("solve", toy, "--tariffs", path, "--json").json["countries"] for path in (plain, marked)]
    assert answers[0] == answers[1]
    (toy / "flows.csv").write_bytes(b"\xef\xbb\xbf" + (toy / "flows.csv").read_bytes())
    assert tradewar("solve", toy, "--tariffs", plain, "--json").json["countries"] == answers[0]


def test_all_faults_of_a_file_at_once(toy: Path, tmp_path: Path) -> None:
    path = tmp_path / "tariffs.csv"
    path.write_text("exporter,importer,sector,tariff\nchn,USA,GDS,0.25\nCHN,USA,GDS,25\nCHN,USA,SOY,x\n")
    err = tradewar("solve", toy, "--tariffs", path).err
    for line in ("line 2", "line 3", "line 4"):
        assert line in err
