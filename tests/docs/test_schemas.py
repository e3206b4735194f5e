"""The schemas of docs/schemas are those of the code, and every document is as its schema says."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest
from scripts.json_schemas import COMMANDS, json_schema

import built_in
import documents
from commands import tradewar
from faults import write_good_folder
from tradewar.brief.compare import compare
from tradewar.disputes.hold import NothingToHold
from tradewar.io.serialize import json_text

ROOT = Path(__file__).resolve().parents[2]
PAIR = "--importer USA --exporter CHN"
RUNS = {
    "incidents report": ["--as-of 2019-02-20"],
    "incidents sources": [""],
    "monitor": ["us-china-2019", "us-china-2019 --as-of 2015-12-31"],
    "path": ["us-china-2019"],
    "solve": ["good", "good --tariffs war.csv --flows"],
    "sweep": ["good --tariffs war.csv --draws 2 --errors 0.2 --out swept"],
    "tariff average": [f"us-china-2019 {PAIR} --on 2019-06-01"],
    "tariff check": ["us-china-2019"],
    "tariff rate": [f"us-china-2019 {PAIR} --product {code} --on 2019-05-20" for code in ("73269086", "7326")],
    "tariff timeline": [
        f"us-china-2019 {PAIR} --from 2018-07-01 --to 2018-07-08",
        f"us-china-2019 {PAIR} --from 2018-01-01 --to 2019-06-01 --product 7326",
    ],
    "war": ["good --players USA"],
    "world check": ["good"],
    "world list": [""],
    "world show": ["world-2017"],
}
"""Runs of every command that has `--json`; `commands.tradewar` holds what they print against the schema."""


@pytest.mark.slow
def test_committed_schemas_are_those_of_the_code(tmp_path: Path) -> None:
    # in a process of its own: the tests check shapes at run time, for which they change annotations
    subprocess.run([sys.executable, ROOT / "scripts" / "json_schemas.py", tmp_path], check=True, cwd=ROOT)
    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    committed = {path.name: path.read_text(encoding="utf-8") for path in documents.SCHEMAS.iterdir()}
    assert made.keys() == committed.keys()
    assert [name for name, text in made.items() if committed[name] != text] == [], "run scripts/json_schemas.py"


@pytest.mark.slow
@pytest.mark.parametrize("command", RUNS)
def test_what_commands_print_is_as_their_schemas_say(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_good_folder(tmp_path / "good")
    Path("war.csv").write_text("importer,exporter,sector,change_pp\nUSA,CHN,*,25\nCHN,USA,*,25\n", encoding="utf-8")
    for options in RUNS[command]:
        done = tradewar(*command.split(), *options.split(), "--json")
        assert done.status == 0, done.err
        assert done.json is not None


@pytest.mark.slow
def test_files_of_a_brief_are_as_their_schemas_say() -> None:
    written = built_in.written(built_in.DAY)
    whole = json.loads((written.folder / "findings.json").read_text(encoding="utf-8"))
    assert documents.faults("findings", whole) == []
    assert set(whole) >= {"taxed", "ranges", "answer", "levers", "monthly", "deal", "hold", "kept"}
    assert documents.faults("talks", whole["deal"]) == documents.faults("accord", whole["hold"]) == []
    assert documents.faults("accord", NothingToHold("No promise is on file.").to_dict()) == []
    assert RUNS.keys() | {"talks", "accord"} == COMMANDS.keys()
    later = built_in.findings(dt.date(2019, 5, 20))
    assert documents.faults("findings", later.to_dict()) == []
    assert documents.faults("compare", json.loads(json_text(compare(written.findings, later)))) == []


def test_a_document_that_is_not_as_promised_is_found() -> None:
    good = [{"world": "w", "name": "W", "year": 2017, "countries": 3, "sectors": 2}]
    good[0] |= {"tariffs_as_of": {}, "superseded_by": None}
    assert documents.faults("world-list", good) == []
    for change in ({"year": "2017"}, {"name": None}, {"more": 1}):
        assert len(documents.faults("world-list", [good[0] | change])) == 1
    assert len(documents.faults("world-list", [{"world": "w"}])) == 6


def test_descriptions_are_the_docstrings() -> None:
    solve = json.loads((documents.SCHEMAS / "solve.json").read_text(encoding="utf-8"))
    promise, row = solve["$defs"]["CommitmentResult"]["properties"], solve["$defs"]["CountryOutcome"]["properties"]
    assert promise["wedge"]["description"] == "z."  # a field
    assert promise["kind"]["description"] == "`purchases` or `balance`."  # further down
    assert row["real_income_pct"]["description"] == "Exact: the equivalent variation."  # a row of a table
    assert solve["$defs"]["Certificate"]["properties"]["worst"]["description"].startswith("The equation")  # a property
    outcome = solve["$defs"]["Outcome"]
    assert "flows" not in outcome["required"]  # only with --flows
    assert "policy" in outcome["required"]


def test_schemas_of_other_types_are_made_too() -> None:
    made = json_schema(list[float], "figures")
    assert made["items"] == {"type": ["number", "null"]}
    assert made["title"] == "figures"
