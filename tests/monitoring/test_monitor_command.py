"""`tradewar monitor` and `tradewar incidents`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tradewar.cli import monitor as command
from tradewar.errors import EvidenceError

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    made = typer.Typer()
    made.command("monitor")(command.monitor)
    made.add_typer(command.incidents, name="incidents")
    return made


def run(app: typer.Typer, *arguments: str) -> str:
    done = RUNNER.invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_monitor(app: typer.Typer) -> None:
    document = json.loads(run(app, "monitor", "us-china-2019", "--as-of", "2019-02-20", "--json"))
    assert [item["grade"] for item in document["commitments"]] == ["suspected"]
    assert "Cyber truce of September 2015: suspected" in run(app, "monitor")
    assert "No commitment was known" in run(app, "monitor", "--as-of", "2014-01-01")


def test_monitor_of_nothing(app: typer.Typer, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="no evidence tables"):
        run(app, "monitor", str(tmp_path))


def test_incidents(app: typer.Typer, tmp_path: Path) -> None:
    table = tmp_path / "own.csv"
    table.write_text("date,sponsor,victim\n2018-05-01,China,Japan\n2018-99-01,China,Japan\n", encoding="utf-8")
    refused = tmp_path / "refused.csv"
    assert "2 rows, 1 accepted (0 undated), 1 refused" in run(
        app, "incidents", "check", str(table), "--refused", str(refused)
    )
    assert "2018-99-01" in refused.read_text(encoding="utf-8")
    for form, word in (("stix", '"bundle"'), ("misp", '"Attribute"'), ("csv", "event_id")):
        out = tmp_path / f"out-{form}"
        run(app, "incidents", "export", str(table), "--format", form, "--out", str(out))
        assert word in out.read_text(encoding="utf-8")
    told = json.loads(run(app, "incidents", "report", str(table), "--as-of", "2020-01-01", "--json"))
    assert told["years"][0]["dataset"] == "csis"
    assert "Adversary activity as known on 2019-02-20" in run(app, "incidents", "report")
    assert "CC BY-NC 4.0" in run(app, "incidents", "sources")
