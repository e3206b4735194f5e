"""What spreadsheets, scripts and accidents do to a table, tried on every table that the product declares.

One line per fault below, one parameter per table: a new table is tried without a word here. A fault either leaves the
table as it was, or is refused with a message that names the file and, where there is one, the line.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tradewar.cli.app import declared
from tradewar.errors import Problem
from tradewar.io.declare import NUMERIC, Column, TableSpec, describe, template
from tradewar.io.files import Files, open_place
from tradewar.io.tables import Table, parse, read, read_path

SECOND = {
    "text": "other", "label": "B2", "number": "2.5", "whole": "4", "rate": "0.5", "share": "0.25", "yes": "no",
    "day": "2019-03-02", "instant": "2019-03-02T12:00", "month": "2019-03", "year": "2020", "period": "2020",
    "country": "CHN", "code": "720852",
}  # fmt: skip


SPECS = list(declared().values())


def columns_of(spec: TableSpec) -> list[Column]:
    """The columns of a sample: all but groups, and one of those of which only one may be there."""
    others = {name for group in spec.one_of for name in group[1:]}
    return [column for column in spec.columns if not column.name.endswith("*") and column.name not in others]


def second(column: Column) -> str:
    """Another cell that is right."""
    if len(column.choices) > 1:
        return column.choices[1]
    text = SECOND.get(column.kind, column.sample)
    if column.kind in NUMERIC and not column.low <= float(text) <= column.high:
        return column.sample
    return text


def rows_of(spec: TableSpec) -> list[list[str]]:
    """A header and two rows that are right."""
    columns = columns_of(spec)
    return [[c.name for c in columns], [c.sample for c in columns], [second(c) for c in columns]]


def text_of(rows: list[list[str]], separator: str = ",") -> str:
    """Rows as CSV."""
    return "\n".join(separator.join(row) for row in rows) + "\n"


def read_back(spec: TableSpec, data: bytes | str) -> tuple[Table | None, list[Problem]]:
    """The table, and what was wrong with it."""
    problems: list[Problem] = []
    table = parse(spec, f"{spec.name}.csv", data.encode() if isinstance(data, str) else data, problems)
    return table, problems


def same(one: Table, other: Table, order: list[int] | None = None) -> bool:
    """True if two tables hold the same cells."""
    for name in one.cells:
        a, b = one.cells[name], other.cells[name]
        b = b if order is None else np.array(b)[order]
        if list(map(str, a)) != list(map(str, b)):
            return False
    return list(one.cells) == list(other.cells)


each_table = pytest.mark.parametrize("spec", SPECS, ids=list(declared()))
Harmless = Callable[[TableSpec], bytes | str]

HARMLESS: dict[str, Harmless] = {
    "as it is": lambda spec: text_of(rows_of(spec)),
    "byte-order mark": lambda spec: b"\xef\xbb\xbf" + text_of(rows_of(spec)).encode(),
    "lines of Windows": lambda spec: text_of(rows_of(spec)).replace("\n", "\r\n"),
    "no end of the last line": lambda spec: text_of(rows_of(spec)).rstrip("\n"),
    "quoted cells": lambda spec: text_of([[f'"{cell}"' for cell in row] for row in rows_of(spec)]),
    "blanks around cells": lambda spec: text_of([[f" {cell}\u00a0" for cell in row] for row in rows_of(spec)]),
    "blank lines": lambda spec: text_of(rows_of(spec)).replace("\n", "\n\n"),
    "comments above": lambda spec: "# from the ministry\n# as of today\n" + text_of(rows_of(spec)),
}


@pytest.mark.parametrize("form", HARMLESS.values(), ids=HARMLESS)
@each_table
def test_what_changes_nothing(spec: TableSpec, form: Harmless) -> None:
    plain, _ = read_back(spec, text_of(rows_of(spec)))
    table, problems = read_back(spec, form(spec))
    assert not problems
    assert plain is not None
    assert table is not None
    assert same(plain, table)


def with_cell(spec: TableSpec, wanted: Callable[[Column], bool], cell: str) -> Iterator[str]:
    """The table once for each column that is wanted, with a cell of its first row replaced."""
    rows = rows_of(spec)
    for k, column in enumerate(columns_of(spec)):
        if wanted(column):
            yield text_of([rows[0], [*rows[1][:k], cell, *rows[1][k + 1 :]], rows[2]])


def is_number(column: Column) -> bool:
    """True for columns of numbers."""
    return column.kind in NUMERIC and not column.many


def header_and(change: Callable[[list[list[str]]], list[list[str]]]) -> Callable[[TableSpec], Iterator[str]]:
    """A table with its rows changed."""
    return lambda spec: iter([text_of(change(rows_of(spec)))])


Fault = Callable[[TableSpec], Iterator[bytes | str]]
FAULTS: dict[str, tuple[Fault, str]] = {
    "UTF-16": (lambda spec: iter([text_of(rows_of(spec)).encode("utf-16")]), "UTF-16"),
    "Windows-1252": (lambda spec: (t.encode("cp1252") for t in with_cell(spec, lambda c: True, "é")), "not UTF-8"),
    "semicolons": (lambda spec: iter([text_of(rows_of(spec), ";")]), "semicolons"),
    "tabs": (lambda spec: iter([text_of(rows_of(spec), "\t")]), "tabs"),
    "decimal comma": (lambda spec: with_cell(spec, is_number, "0,25"), "line 2: has"),
    "quoted decimal comma": (lambda spec: with_cell(spec, is_number, '"0,25"'), "decimal point"),
    "thousand separators": (lambda spec: with_cell(spec, is_number, '"1,234,567.5"'), "separators of thousands"),
    "percent": (lambda spec: with_cell(spec, is_number, "25%"), "fraction, not a percentage"),
    "not a number": (
        lambda spec: with_cell(spec, lambda c: is_number(c) and "nan" not in c.absent, "NaN"),
        "not a finite number",
    ),
    "infinity": (lambda spec: with_cell(spec, is_number, "inf"), "not a finite number"),
    "underscore in a number": (lambda spec: with_cell(spec, is_number, "1_000"), "not a finite number"),
    "digits of another script": (lambda spec: with_cell(spec, is_number, "١٢"), "not a finite number"),
    "unclosed quote": (lambda spec: with_cell(spec, lambda c: True, '"open'), "line 2: a quote"),
    "short row": (header_and(lambda rows: [*rows[:2], rows[2][:-1]]), "line 3: has"),
    "long row": (header_and(lambda rows: [*rows[:2], [*rows[2], "more"]]), "line 3: has"),
    "long row with nothing in it": (header_and(lambda rows: [*rows[:2], [*rows[2], ""]]), "line 3: has"),
    "blank cell": (lambda spec: with_cell(spec, lambda c: not c.blank, ""), "is blank"),
    "doubled column": (header_and(lambda rows: [[*row, row[0]] for row in rows]), "is there twice"),
    "column twice but for case": (
        header_and(lambda rows: [[*rows[0], rows[0][0].upper()], *([*row, row[0]] for row in rows[1:])]),
        "is there twice",
    ),
    "unknown column": (
        lambda spec: iter(
            []
            if spec.column("remark")  # a table that keeps whatever else is known
            else [text_of([[*rows_of(spec)[0], "remark"], *([*row, "x"] for row in rows_of(spec)[1:])])]
        ),
        "unknown",
    ),
    "column without a name": (header_and(lambda rows: [[*row, ""] for row in rows]), "no name"),
    "missing column": (
        lambda spec: (
            text_of([[*row[:k], *row[k + 1 :]] for row in rows_of(spec)])
            for k, column in enumerate(columns_of(spec))
            if column.required and len(columns_of(spec)) > 1
        ),
        "is missing",
    ),
    "day in another order": (lambda spec: with_cell(spec, lambda c: c.kind == "day", "20/02/2019"), "Write 2019-02-20"),
    "a day that is none": (lambda spec: with_cell(spec, lambda c: c.kind == "day", "2019-02-30"), "is not a day"),
    "word not in the list": (lambda spec: with_cell(spec, lambda c: c.kind == "choice", "Zzz"), "is unknown"),
    "lost zero": (lambda spec: with_cell(spec, lambda c: c.kind == "code", "101210"[1:]), "leading zero"),
    "code as a number": (lambda spec: with_cell(spec, lambda c: c.kind == "code", "7208.0"), "is a number"),
    "country in lower case": (
        lambda spec: with_cell(spec, lambda c: c.kind == "country", "chn"),
        "is not the ISO3 code of CHN",
    ),
    "country by name": (lambda spec: with_cell(spec, lambda c: c.kind == "country", "China"), "Write CHN"),
    "line break in a cell": (lambda spec: with_cell(spec, lambda c: c.kind == "text", '"a\nb"'), "line break"),
    "NUL": (lambda spec: with_cell(spec, lambda c: True, "a\0"), "NUL"),
    "very long cell": (lambda spec: with_cell(spec, lambda c: True, "x" * 200_000), "characters"),
    "same row twice": (
        lambda spec: iter([text_of([*rows_of(spec), rows_of(spec)[1]])] if spec.key else []),
        "is there twice: the same row is in line 2",
    ),
    "nothing": (lambda spec: iter([""]), "is empty"),
    "blanks only": (lambda spec: iter(["\n \n"]), "is empty"),
    "header only": (lambda spec: iter([] if spec.may_be_empty else [text_of(rows_of(spec)[:1])]), "no rows"),
    "Parquet that is none": (lambda spec: iter([b"PAR1" + bytes(20)]), ""),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@each_table
def test_what_is_refused(spec: TableSpec, fault: tuple[Fault, str]) -> None:
    make, says = fault
    for data in make(spec):
        table, problems = read_back(spec, data)
        assert table is None
        message = "\n".join(map(str, problems))
        assert message.startswith(f"{spec.name}.csv")
        assert says in message
        assert len(message) < 4_000


def test_every_fault_is_tried_on_some_table() -> None:
    assert SPECS
    assert [name for name, (make, _) in FAULTS.items() if not any(list(make(spec)) for spec in SPECS)] == []


@each_table
def test_labels_that_differ_in_case_only(spec: TableSpec) -> None:
    """A second row with the key of the first in other capitals, where a key of plain labels allows it."""
    rows = rows_of(spec)
    names = [c.name for c in columns_of(spec)]
    keys = [names.index(name) for name in spec.key if name in names]
    plain = [k for k in keys if columns_of(spec)[k].kind in ("text", "label") and rows[1][k].swapcase() != rows[1][k]]
    if not plain:
        assert not spec.key or all(columns_of(spec)[k].kind not in ("text", "label") for k in keys)
        return
    twin = list(rows[1])
    twin[plain[0]] = twin[plain[0]].swapcase()
    table, problems = read_back(spec, text_of([*rows, twin]))
    assert table is None
    assert re.search(r"contradicts line 2", str(problems[0]))


@each_table
def test_the_order_of_rows_and_columns_does_not_matter(spec: TableSpec) -> None:
    rows = rows_of(spec)
    plain, _ = read_back(spec, text_of(rows))
    turned, _ = read_back(spec, text_of([rows[0], rows[2], rows[1]]))
    mirrored, problems = read_back(spec, text_of([row[::-1] for row in rows]))
    assert not problems
    assert plain is not None
    assert turned is not None
    assert mirrored is not None
    assert same(plain, turned, [1, 0])
    assert same(plain, mirrored)


@each_table
def test_places_that_hold_no_table(spec: TableSpec, tmp_path: Path) -> None:
    loop, pipe = tmp_path / "loop.csv", tmp_path / "pipe.csv"
    loop.symlink_to(loop)
    os.mkfifo(pipe)
    (tmp_path / "sheet.xlsx").write_bytes(b"PK")
    places = {
        tmp_path: "is a folder",
        tmp_path / "none.csv": "there is no such file",
        loop: "cannot be read",
        pipe: "pipe or a device",
        tmp_path / "sheet.xlsx": "spreadsheet",
        tmp_path / ("n" * 300): "cannot be read",
    }
    for place, says in places.items():
        problems: list[Problem] = []
        assert read_path(spec, place, problems) is None
        assert says in str(problems[0])


@each_table
def test_no_permission(spec: TableSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read everything, so that the refusal of the system is put in its place."""
    path = tmp_path / f"{spec.name}.csv"
    path.write_text(text_of(rows_of(spec)))

    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    problems: list[Problem] = []
    assert read_path(spec, path, problems) is None
    assert "Permission denied" in str(problems[0])


@each_table
def test_the_same_table_from_a_folder_a_zip_and_parquet(spec: TableSpec, tmp_path: Path) -> None:
    folder, archive, columnar = tmp_path / "folder", tmp_path / "folder.zip", tmp_path / "columnar"
    folder.mkdir()
    columnar.mkdir()
    (folder / f"{spec.name}.csv").write_text(text_of(rows_of(spec)))
    with zipfile.ZipFile(archive, "w") as file:
        file.write(folder / f"{spec.name}.csv", f"folder/{spec.name}.csv")
    found = from_place(spec, folder)
    found.to_frame()[list(found.given)].to_parquet(columnar / f"{spec.name}.parquet")
    for place in (archive, columnar):
        assert same(found, from_place(spec, place))


def from_place(spec: TableSpec, place: Path) -> Table:
    """The table in a folder or zip, without a fault."""
    problems: list[Problem] = []
    files = open_place(place, problems)
    assert isinstance(files, Files)
    table = read(spec, files, problems)
    assert not problems
    assert table is not None
    return table


@each_table
def test_every_column_says_what_it_is(spec: TableSpec) -> None:
    assert spec.what
    for column in spec.columns:
        assert column.meaning, f"{spec.name}.{column.name} has no meaning"
        assert describe(column) in template(spec)


@each_table
def test_a_template_is_filled_in_as_it_is(spec: TableSpec) -> None:
    """Rows written under a template, comments and all, are a table."""
    names = template(spec).splitlines()[-1].split(",")
    columns = {column.name: column for column in columns_of(spec)}
    rows = [[c.sample if (c := columns.get(name)) else "" for name in names]]
    table, problems = read_back(spec, template(spec) + text_of(rows))
    if spec.one_of:
        assert any("Give one of" in str(problem) for problem in problems)
    else:
        assert not problems
        assert table is not None
