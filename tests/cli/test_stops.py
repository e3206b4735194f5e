"""Commands that write, stopped at their operations on the file system: the old or the new whole, and then the new."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from markupsafe import Markup

import built_in
from commands import tradewar
from faults import good_world
from stops import check_every_stop, content
from tradewar.brief import page
from tradewar.disputes.dossier import load_dispute
from tradewar.disputes.findings import run
from tradewar.io.writing import Draft, place_folder
from tradewar.world import write_world

MAP = "kind,from,to,name\nsector,SOY,GDS,Goods\nsector,GDS,GDS,Goods\nsector,SER,SER,Services\n"


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """A world, a map of it and a tariff file."""
    write_world(good_world(), tmp_path / "toy")
    (tmp_path / "map.csv").write_text(MAP)
    (tmp_path / "tariffs.csv").write_text("exporter,importer,sector,change_pp\nCHN,USA,*,25\n")
    return tmp_path


def emptied(folder: Path) -> Callable[[], None]:
    """Empties a folder."""

    def empty() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()

    return empty


def done(*arguments: str | Path) -> Callable[[], None]:
    """Runs a command that ends well."""

    def run() -> None:
        found = tradewar(*arguments)
        assert found.status == 0, found.err

    return run


def test_an_answer(inputs: Path) -> None:
    out = inputs / "base" / "answer.csv"

    def prepare() -> None:
        emptied(out.parent)()
        out.write_text("old")

    check_every_stop(
        prepare, done("solve", inputs / "toy", "--tariffs", inputs / "tariffs.csv", "--out", out), out.parent
    )
    assert out.read_text().startswith("country,")


@pytest.mark.parametrize(
    "command", [("import", "tidy", "toy"), ("aggregate", "toy", "--map", "map.csv"), ("balance", "toy")]
)
def test_a_world_in_place_of_another(inputs: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]) -> None:
    monkeypatch.chdir(inputs)
    out = inputs / "base" / "world"

    def prepare() -> None:
        emptied(out.parent)()
        write_world(good_world().replace(name="Another"), out)
        (out / "notes.txt").write_text("mine")

    count = check_every_stop(prepare, done("world", *command, "--out", out), out.parent, points=12)
    assert count >= 40
    assert content(out)["notes.txt"] == b"mine"


def test_a_brief(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are few and small; what is around them is real."""

    def add_files(draft: Draft, *_: object) -> str:
        for name in ("brief.html", *(f"tables/{k}.csv" for k in range(6)), *(f"charts/{k}.svg" for k in range(6))):
            draft.add(name, f"content of {name}")
        return ""

    dossier = load_dispute(built_in.DISPUTE)
    found = run(dossier, built_in.DAY, parts=[])
    monkeypatch.setattr(page, "load_dispute", lambda _: dossier)
    monkeypatch.setattr(page, "run", lambda *_, **__: found)
    monkeypatch.setattr(page, "Renderer", built_in.Redrawn)
    monkeypatch.setattr(page, "_add_files", add_files)
    monkeypatch.setattr(page._Easel, "take", lambda *_: None)
    monkeypatch.setattr(page, "write_front", lambda *_: SimpleNamespace(summary=Markup("A headline.")))
    monkeypatch.setattr(page, "manifest", lambda *_: "{}")
    out = tmp_path / "base" / "brief"

    def prepare() -> None:
        emptied(out.parent)()
        place_folder(out, {"brief.html": "old", "tables/old.csv": "old"}, kind="brief")
        (out / "tables" / "mine.csv").write_text("mine")

    count = check_every_stop(prepare, done("brief", "--out", out), out.parent, points=50)
    assert count > 60
    assert content(out)["tables/mine.csv"] == b"mine" and "tables/old.csv" not in content(out)


# ---------------------------------------------------------------- what is refused before the work


def test_inputs_are_not_written_over(inputs: Path) -> None:
    tariffs, incidents = inputs / "tariffs.csv", inputs / "incidents.csv"
    incidents.write_text("event_id\nx\n")
    for arguments in (
        ("solve", inputs / "toy", "--tariffs", tariffs, "--out", tariffs),
        ("incidents", "export", incidents, "--format", "csv", "--out", incidents),
        ("incidents", "check", incidents, "--refused", incidents),
    ):
        found = tradewar(*arguments)
        assert (found.status, found.out) == (2, "")
        assert "is a file that this command reads. Name another file." in found.err
    assert incidents.read_text() == "event_id\nx\n"


def test_an_answer_can_be_printed(inputs: Path) -> None:
    code = "from tradewar.cli.main import run; run()"
    command = [sys.executable, "-c", code, "solve", inputs / "toy", "--json", "--out", "/dev/stdout"]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    first, second = found.stdout.split("\n}\n")[:2]
    assert json.loads(first + "}") == json.loads(second + "}")


@pytest.mark.parametrize("out", ["toy", "own", "tariffs.csv", "/dev/null", "swept"])
def test_folders_are_looked_at_before_the_work(inputs: Path, monkeypatch: pytest.MonkeyPatch, out: str) -> None:
    """A world of our own that was changed, one of somebody else, a file, a device, and a folder of another kind."""
    with (inputs / "toy" / "flows.csv").open("a") as file:
        file.write("\n")
    (inputs / "own").mkdir()
    (inputs / "own" / "production.csv").write_text("mine")
    place_folder(inputs / "swept", {}, kind="sweep")
    monkeypatch.setattr("tradewar.world.catalogue.load_world", lambda *_, **__: pytest.fail("the work has begun"))
    before = content(inputs)
    found = tradewar("world", "aggregate", "world-2017", "--map", inputs / "map.csv", "--out", inputs / out)
    assert found.status == 2, found.err
    assert str(inputs / out) in found.err and "Name another" in found.err
    assert content(inputs) == before
