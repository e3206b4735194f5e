"""Large labelled tables: plain, compressed and zipped; every fault named, nothing unpacked without a limit."""

from __future__ import annotations

import gzip
import os
import zipfile
from pathlib import Path

import pytest

from tradewar.errors import Problem
from tradewar.io import matrices
from tradewar.io.matrices import LabelledMatrix, read_labelled

GOOD = "V1,A,B\nx,1,2.5\ny,-3,4e2\n"


def read(path: Path, member: str | None = None) -> tuple[LabelledMatrix | None, str]:
    problems: list[Problem] = []
    found = read_labelled(path, problems, member)
    assert (found is None) == bool(problems)
    return found, "\n".join(map(str, problems))


def test_labels_and_numbers(tmp_path: Path) -> None:
    for name, data in (
        ("t.csv", GOOD.encode()),
        ("mark.csv", b"\xef\xbb\xbf" + GOOD.encode()),
        ("windows.csv", GOOD.replace("\n", "\r\n").encode()),
        ("quoted.csv", b'"V1","A","B"\n"x",1,2.5\n"y",-3,4e2\n'),
        ("packed.csv.gz", gzip.compress(GOOD.encode())),
    ):
        (tmp_path / name).write_bytes(data)
        found, said = read(tmp_path / name)
        assert found is not None, said
        assert (found.rows, found.columns) == (("x", "y"), ("A", "B"))
        assert found.by_column.tolist() == [[1, -3], [2.5, 400]]
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("in/one.csv", GOOD)
        archive.writestr("two.csv", "no table")
    assert read(tmp_path / "two.zip", "one.csv")[0] is not None
    assert "holds 2 tables: in/one.csv, two.csv" in read(tmp_path / "two.zip")[1]
    assert "holds 0 tables called three.csv" in read(tmp_path / "two.zip", "three.csv")[1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "t.csv: is empty"),
        ("V1;A;B\nx;1;2\n", "t.csv, line 1: columns are separated by semicolons"),
        ("V1\nx\n", "t.csv, line 1: the first line holds no column labels"),
        ("V1,A,B\nx,1,2\ny,one,4\n", "t.csv, line 3: column 2 holds 'one', which is no number"),
        ("V1,V1,A\nx,x,1\n", "line 2: column 2 holds 'x', which is no number (do the labels stand in two columns?)"),
        ("V1,A,B\nx,1,\n", "t.csv, line 2: column 3 holds '', which is no number"),
        ("V1,A,B\nx,1\n", "t.csv, line 2: has 2 cells, the first line has 3"),
        ("V1,A,B\nx,1,nan\n", "t.csv: x x B is not a finite number (1 such cells)"),
        ("V1,A,A\nx,1,2\n", "column label A is there more than once"),
        ("V1,A,B\nx,1,2\nx,3,4\n", "row label x is there more than once"),
        (f"V1,{'A' * 200_000},B\nx,1,2\n", "t.csv, line 1: has a cell of more than"),
    ],
)
def test_what_is_refused(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    assert says in read(tmp_path / "t.csv")[1]


def test_what_cannot_be_unpacked_or_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress((GOOD * 50).encode())
    for name, data in (("cut.csv.gz", packed[:-12]), ("no.csv.gz", GOOD.encode()), ("no.zip", b"PK no zip")):
        (tmp_path / name).write_bytes(data)
        assert f"{name}: cannot be read: it is damaged" in read(tmp_path / name)[1]
    assert "there is no such file" in read(tmp_path / "none.csv")[1]
    assert "is a folder" in read(tmp_path)[1]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
        assert "is a pipe or a device" in read(tmp_path / "pipe.csv")[1]
    (tmp_path / "large.csv.gz").write_bytes(gzip.compress(b"V1,A\n" + b"x,1\n" * 100_000))
    monkeypatch.setattr(matrices, "MAX_BYTES", 10_000)
    assert "more than 10,000 bytes unpacked" in read(tmp_path / "large.csv.gz")[1]
