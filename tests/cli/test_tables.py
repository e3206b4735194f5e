"""Tables of every command on screens of any width: no figure is cut, and no row loses the country that it is about."""

from __future__ import annotations

import ast
import datetime as dt
import json
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import built_in
from commands import tradewar
from faults import write_good_folder
from tradewar import cli
from tradewar.cli import output, talks
from tradewar.cli.output import broken, length
from tradewar.disputes.deal import Deal
from tradewar.disputes.hold import Hold

WIDTHS = (140, 80, 60, 40)
TARIFFS = "importer,exporter,sector,change_pp\nUSA,CHN,*,25\nCHN,USA,*,25\n"
POLICY = '[[purchases]]\nname = "soy"\nimporter = "CHN"\nexporter = "USA"\nsector = "SOY"\ntarget = 30.0\n'


@dataclass(frozen=True)
class Told:
    """One call of `print_table`."""

    command: str
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    layout: dict[str, int]

    @property
    def keys(self) -> int:
        return self.layout.get("keys", 1)


def modules() -> list[str]:
    """Commands whose module prints a table."""
    assert cli.__file__ is not None
    found = []
    for path in sorted(Path(cli.__file__).parent.glob("*.py")):
        names = {node.func.id for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if is_call(node)}
        if "print_table" in names:
            found.append(path.stem)
    return found


def is_call(node: ast.AST) -> Any:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


class Recorder:
    """Takes the tables of every command in place of printing them."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self._stack = ExitStack()

    def __enter__(self) -> Recorder:
        self._patch(output, "output")
        for name in modules():
            module = import_module(f"tradewar.cli.{name}")
            if hasattr(module, "print_table"):
                self._patch(module, name)
        return self

    def _patch(self, module: Any, name: str) -> None:
        def record(title: str, columns: Any, rows: Any, **layout: int) -> None:
            listed = [tuple(row) for row in rows]
            self.told.append(Told(name, title, tuple(columns), listed, layout))

        self._stack.enter_context(mock.patch.object(module, "print_table", record))

    def __exit__(self, *_: object) -> None:
        self._stack.close()


@cache
def tables() -> tuple[Told, ...]:
    """Every table of every command."""
    findings = built_in.findings(dt.date(2019, 2, 20))
    place = Path(built_in._FOLDER.name) / "tables"
    place.mkdir()
    write_good_folder(place / "toy")
    (place / "t.csv").write_text(TARIFFS, encoding="utf-8")
    (place / "p.toml").write_text(POLICY, encoding="utf-8")
    toy, tariffs = place / "toy", place / "t.csv"
    with Recorder() as recorder:
        for arguments in (
            ("world", "list"),
            ("world", "show", "world-2017"),
            ("world", "check", "world-2017"),
            ("solve", toy, "--tariffs", tariffs, "--policy", place / "p.toml", "--flows"),
            ("war", toy, "--players", "USA,CHN", "--no-corners"),
            ("sweep", toy, "--tariffs", tariffs, "--draws", "3", "--errors", "0.1", "--out", place / "swept"),
            ("path",),
            ("monitor",),
        ):
            done = tradewar(*arguments)
            assert done.status == 0, (arguments, done.err)
        talks._show_deal(findings.part(Deal))
        talks._show_hold(findings.part(Hold))
    return tuple(recorder.told)


def printed(table: Told, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of a table on a screen so wide."""
    monkeypatch.setenv("COLUMNS", str(width))
    output.print_table(table.title, table.columns, table.rows, **table.layout)
    return capsys.readouterr().out.splitlines()


def is_figure(text: str) -> bool:
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


def test_no_command_with_a_table_is_left_out() -> None:
    told = {table.command for table in tables()}
    assert told == set(modules())


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_every_table_fits_and_keeps_its_figures(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for table in tables():
        lines = printed(table, width, monkeypatch, capsys)
        assert max(map(length, lines)) <= width, (table.command, table.title)
        assert "…" not in "".join(lines)
        wanted = Counter(word for row in table.rows for text in row if is_figure(text) for word in text.split())
        found = Counter(word for line in lines for word in line.split())
        assert not wanted - found, (table.command, table.title, wanted - found)


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_every_row_begins_with_what_it_is_about(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for table in tables():
        lines = printed(table, width, monkeypatch, capsys)
        below = "\n".join(lines).split("─\n")[1:]
        shown = 0
        for part in below:
            body = [line.split() for line in part.split("\n\n")[0].splitlines()]
            starts = Counter(words[0] for words in body if words)
            first = Counter(row[0].split()[0] for row in table.rows if row[0])
            assert not first - starts, (table.command, table.title, first - starts)
            shown += 1
        assert shown >= 1


def test_more_keys_than_one_are_repeated(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("USA", "CHN", "AGR", "1,234,567.8", "2,234,567.8"), ("CHN", "USA", "AGR", "3,234,567.8", "4,234,567.8")]
    table = Told(
        "", "Flows", ("exporter", "importer", "sector", "before", "after"), rows, {"text_columns": 3, "keys": 3}
    )
    lines = printed(table, 46, monkeypatch, capsys)
    assert [line.split() for line in lines if "AGR" in line] == [
        ["USA", "CHN", "AGR", "1,234,567.8"],
        ["CHN", "USA", "AGR", "3,234,567.8"],
        ["USA", "CHN", "AGR", "2,234,567.8"],
        ["CHN", "USA", "AGR", "4,234,567.8"],
    ]


def test_in_a_file_rows_stay_whole(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    rows = [("USA", "a long text " * 20, *(f"{10**k:,}" for k in range(20)))]
    output.print_table("Wide", ("country", "text", *map(str, range(20))), rows, text_columns=2)
    output.print_text("a sentence " * 30)
    heading, rule, row, blank = capsys.readouterr().out.splitlines()[1:5]
    assert row.split() == " ".join(rows[0]).split()
    assert heading.split() == ["country", "text", *map(str, range(20))]
    assert set(rule) == {" ", "─"} and not blank


@pytest.mark.parametrize("width", [20, 40, 80])
def test_whatever_a_cell_holds_there_is_an_end(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        ("CHN", "中国和美国" * 9, "word" * 40, "-0.1"),
        ("", "", "e\u0301" * 50, "1" * 60),
        ("x" * 90, "a b c " * 20, "", "n/a"),
    ]
    lines = printed(
        Told("", "T" * 100, ("country", "名称", "long", "v"), rows, {"text_columns": 3}), width, monkeypatch, capsys
    )
    text = "".join("".join(line.split()) for line in lines)
    assert "1" * 60 in text and "-0.1" in text
    assert all(length(line) <= width for line in lines if "1" * 60 not in line)
    assert text.count("中") == 9
    printed(Told("", "Nothing", ("country", "v"), [], {}), width, monkeypatch, capsys)
    printed(Told("", "One", ("country",), [("USA",)], {}), width, monkeypatch, capsys)


def test_sentences_are_broken_between_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    output.print_text(
        "  one sentence that is longer than the screen is wide", "", "/a/path/that/is/longer/than/it/is/wide"
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["  one sentence that is longer", "  than the screen is wide", ""]
    assert "".join(lines[3:]) == "/a/path/that/is/longer/than/it/is/wide"


def test_documents_are_not_broken(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    value = {"text": "word " * 50}
    output.print_json(value)
    assert json.loads(capsys.readouterr().out) == value
    output.print_document("| a | b |\n" + "|" + "word " * 50)
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("told", ["", "0", "-3", "many", "1e3"])
def test_a_width_that_is_none_is_passed_over(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tradewar.cli.output import room

    monkeypatch.setenv("COLUMNS", told)
    assert room() is None


def test_wide_letters_take_two_places() -> None:
    assert (length("abc"), length("中国"), length("e\u0301"), length("Türkiye")) == (3, 4, 1, 7)
    assert broken("中国和美国", 4) == ["中国", "和美", "国"]
