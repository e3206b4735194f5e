"""`tradewar monitor` and `tradewar incidents`, as a user runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from commands import Done, tradewar
from tradewar.monitoring.claims import forbidden_phrases

FAULTS = """event_id,dataset,date,date_meaning,sponsor_iso3,victim_countries
a,own,2018-05-01,public_disclosure,CHN,JPN
b,own,2018-99-01,public_disclosure,CHN,JPN
c,own,2018-05-02,public_disclosure,CHN,Atlantis
a,own,2018-05-03,public_disclosure,CHN,JPN
d,own,2018-05-04,operation_start,CHN,JPN
e,own,2018-05-05,public_disclosure,CHN
f,own,2018-05-06,public_disclosure,RUS,JPN
"""


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    path.write_text(FAULTS, encoding="utf-8")
    return path


def ok(*arguments: str | Path) -> Done:
    done = tradewar(*arguments)
    assert done.status == 0, done.err
    return done


# ---------------------------------------------------------------- monitor


def test_on_20_february_2019_the_truce_is_told_and_nothing_of_2020() -> None:
    for arguments in (["--as-of", "2019-02-20"], []):
        done = ok("monitor", "us-china-2019", "--json", *arguments)
        assert done.err == ""
        assert [item["commitment"] for item in done.json["commitments"]] == ["Cyber truce of September 2015"]
        assert done.json["commitments"][0]["grade"] == "suspected"
        assert done.json["as_of"] == "2019-02-20"
    told = ok("monitor", "--as-of", "2019-02-20").out
    assert "Cyber truce of September 2015: suspected" in told
    assert "breach found would take:" in told
    assert not forbidden_phrases(told)
    for later in ("2020", "Phase One", "pandemic", "dcid", "eurepoc", "cissm"):
        assert later not in told


def test_on_1_march_2021_the_purchases_are_told_too() -> None:
    document = ok("monitor", "us-china-2019", "--as-of", "2021-03-01", "--json").json
    grades = {item["commitment"]: item["grade"] for item in document["commitments"]}
    assert grades["Phase One purchases 2020, all covered goods"] == "suspected"
    assert grades["Phase One purchases 2021, all covered goods"] == "unclear"
    goods = document["commitments"][1]
    assert goods["purchase"]["seasonal"]["attainment"] == pytest.approx(0.589245, abs=1e-5)
    assert goods["promise"]["target"] == pytest.approx(158.935, abs=1e-3)


def test_before_any_promise() -> None:
    assert "No commitment was known on 2014-01-01" in ok("monitor", "--as-of", "2014-01-01").out


def test_wrong_disputes_and_days_end_with_2(tmp_path: Path, evidence: Path) -> None:
    for arguments, says in (
        (["monitor", str(tmp_path)], "has no evidence tables"),
        (["monitor", "us-china-2020"], "neither a built-in dispute nor a folder"),
        (["monitor", "--as-of", "yesterday"], "does not match"),
        (["monitor", str(evidence)], "--as-of"),
    ):
        done = tradewar(*arguments)
        assert (done.status, done.out) == (2, ""), arguments
        assert says in done.err
        assert "Traceback" not in done.err
    assert ok("monitor", evidence, "--as-of", "2019-02-20", "--json").json["commitments"]


# ---------------------------------------------------------------- incidents


def test_a_faulty_file_is_refused_row_by_row_and_nothing_is_lost(faulty: Path, tmp_path: Path) -> None:
    refused = tmp_path / "refused.csv"
    told = ok("incidents", "check", faulty, "--refused", refused).out
    assert "7 rows, 2 accepted (0 undated), 5 refused" in told
    for reason in ("2018-99-01", "Atlantis", "already on line 2", "differs from", "has 5 fields"):
        assert reason in told
    kept = refused.read_text(encoding="utf-8").splitlines()
    assert len(kept) == 1 + 5
    accepted = tmp_path / "accepted.csv"
    ok("incidents", "export", faulty, "--format", "csv", "--out", accepted)
    rows = accepted.read_text(encoding="utf-8").splitlines()[1:] + kept[1:]
    assert len(rows) == len(FAULTS.splitlines()) - 1


def test_a_file_without_any_good_row_ends_with_2(tmp_path: Path) -> None:
    path, refused = tmp_path / "bad.csv", tmp_path / "refused.csv"
    path.write_text("date,sponsor,victim\n2018-99-01,China,Japan\n", encoding="utf-8")
    done = tradewar("incidents", "check", path, "--refused", refused)
    assert done.status == 2
    assert "1 rows, 0 accepted" in done.out
    assert "2018-99-01" in refused.read_text(encoding="utf-8")


@pytest.mark.parametrize(("form", "word"), [("stix", '"bundle"'), ("misp", '"Attribute"'), ("csv", "event_id")])
def test_export(faulty: Path, tmp_path: Path, form: str, word: str) -> None:
    out = tmp_path / "new" / f"out-{form}"
    done = ok("incidents", "export", faulty, "--format", form, "--out", out)
    assert "5 refused" in done.err
    assert word in out.read_text(encoding="utf-8")
    done = tradewar("incidents", "export", faulty, "--format", form, "--out", faulty / "below-a-file")
    assert done.status == 2
    assert "is a file, not a folder" in done.err
    done = tradewar("incidents", "check", faulty, "--refused", tmp_path)
    assert done.status == 2
    assert f"--refused {tmp_path}: is a folder" in done.err


def test_report(faulty: Path) -> None:
    done = ok("incidents", "report", faulty, "--as-of", "2020-01-01", "--json")
    assert done.json["years"][0] == {
        "dataset": "own", "date_meaning": "public_disclosure", "sponsor": "CHN", "year": 2018, "n": 1,
    }  # fmt: skip
    assert "5 refused" in done.err
    told = ok("incidents", "report").out
    assert "Adversary activity as known on 2019-02-20" in told
    assert not forbidden_phrases(told)
    assert tradewar("incidents", "report", "--as-of", "2000-01-01").status == 2
    assert tradewar("incidents", "report", "nowhere.csv").status == 2


def test_sources_say_how_to_get_what_may_not_be_bundled() -> None:
    told = ok("incidents", "sources").out
    assert "CC BY-NC 4.0" in told
    assert "no redistribution" in told
    rows = ok("incidents", "sources", "--json").json
    assert {row["name"] for row in rows} == {"cfr", "csis", "dcid2", "eurepoc1.1", "cissm"}
    assert all(row["terms"] and row["how_to_get"] for row in rows)


def test_a_spreadsheet_and_an_unknown_layout_say_what_to_do(tmp_path: Path, faulty: Path) -> None:
    sheet = tmp_path / "dcid.xlsx"
    sheet.write_bytes(b"PK")
    done = tradewar("incidents", "check", sheet)
    assert done.status == 2
    assert "Save the sheet as CSV" in done.err
    assert tradewar("incidents", "check", faulty, "--layout", "nowhere").status == 2


def test_json_is_json() -> None:
    assert json.loads(ok("monitor", "--json").out)


def test_the_core_install_is_enough_to_judge() -> None:
    """Neither an optional package nor a heavy one is loaded on the way to the part of the findings."""
    probe = (
        "import sys\n"
        "for name in ('statsmodels', 'ruptures', 'stix2', 'pymisp', 'pymispgalaxies'): sys.modules[name] = None\n"
        "from tradewar.disputes.kept import kept\n"
        "found = kept('us-china-2019')\n"
        "assert found.commitments[0].evidence.background.steps\n"
        "print(' '.join(name for name in ('pandas', 'scipy.stats') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
