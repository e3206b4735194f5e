"""A large rectangular CSV file with a label in front of every row and above every column.

Read by Arrow, column by column: a table of 81 countries and 50 industries has 18 million numbers.

| limit | value |
|---|---|
| the file, unpacked | `MAX_BYTES` |
| the first line | `_HEADER_BYTES` |
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import Problem
from tradewar.io.files import file_fault
from tradewar.io.nearest import some
from tradewar.io.text import SAVE_AS_UTF8, decode, split

if TYPE_CHECKING:
    from collections.abc import Generator

MAX_BYTES = 2 * 2**30
"""The largest table that is read, in bytes, unpacked."""
_HEADER_BYTES = 4 * 2**20
_AS_PUBLISHED = "Take the table as it was published"


@dataclass(frozen=True)
class LabelledMatrix:
    """Numbers with row and column labels."""

    file: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    by_column: Float[Array, "column row"]
    """Transposed: `by_column[k]` is column k, contiguous."""


def read_labelled(path: Path | str, problems: list[Problem], member: str | None = None) -> LabelledMatrix | None:
    """A CSV file, plain or compressed (`.gz`), or one member of a `.zip`; None, and problems, where it is none.

    Args:
        member: name of the file inside a zip; needed where the zip holds several.
    """
    place = Path(path)
    fault = file_fault(place, MAX_BYTES, "table (CSV)")
    if fault is not None:
        problems.append(Problem(str(place), *fault))
        return None
    try:
        return _read(place, member, problems)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        what = f"cannot be read: it is damaged, or not what its name says ({getattr(error, 'strerror', None) or error})"
        problems.append(Problem(str(place), what, "Download it again"))
        return None


def _read(place: Path, member: str | None, problems: list[Problem]) -> LabelledMatrix | None:
    names = _header(place, member, problems)
    table = None if names is None else _arrow_table(place, member, len(names), problems)
    if names is None or table is None:
        return None
    labels = [str(label).strip() for label in table.column(0).to_pylist()]
    before = len(problems)
    for axis, given in (("column", names[1:]), ("row", labels)):
        repeated = [label for label, times in Counter(given).items() if times > 1]
        if repeated:
            what = f"{axis} label {some(repeated, 8)} is there more than once"
            problems.append(Problem(place.name, what, "Keep one of them"))
    values = np.empty((len(names) - 1, len(labels)))
    for k in range(len(values)):
        values[k] = table.column(k + 1).to_numpy()
    finite = np.isfinite(values)
    if not finite.all():
        column, row = np.argwhere(~finite)[0]
        what = f"{labels[row]} x {names[column + 1]} is not a finite number ({int((~finite).sum())} such cells)"
        problems.append(Problem(place.name, what, f"An absent figure is never a zero. {_AS_PUBLISHED}"))
    return LabelledMatrix(place.name, tuple(labels), tuple(names[1:]), values) if len(problems) == before else None


def _header(place: Path, member: str | None, problems: list[Problem]) -> list[str] | None:
    with _opened(place, member, problems) as stream:
        start = None if stream is None else stream.read(_HEADER_BYTES)
    if start is None:
        return None
    line, ended, _ = start.partition(b"\n")
    if not ended and len(start) == _HEADER_BYTES:
        what = f"the first line is longer than {_HEADER_BYTES:,} bytes"
        problems.append(Problem(f"{place.name}, line 1", what, _AS_PUBLISHED))
        return None
    text = decode(place.name, line, problems, SAVE_AS_UTF8)
    found = None if text is None else split(place.name, text.rstrip("\r"), problems)
    if found is None:
        return None
    if len(found.header) == 1:
        what = "the first line holds no column labels"
        problems.append(Problem(f"{place.name}, line 1", what, "Save the file as CSV with commas and decimal points"))
        return None
    return found.header


def _arrow_table(place: Path, member: str | None, width: int, problems: list[Problem]) -> Any:
    """The file as an Arrow table: labels as text in the first column, numbers in the others."""
    import pyarrow as pa

    try:
        return _parsed(place, member, width, problems, threads=True)
    except pa.ArrowInvalid:
        pass
    # only without threads does Arrow say in which line it stopped
    try:
        _parsed(place, member, width, problems, threads=False)
    except pa.ArrowInvalid as error:
        problems.append(_unparsed(place.name, width, str(error)))
    return None


def _parsed(place: Path, member: str | None, width: int, problems: list[Problem], *, threads: bool) -> Any:
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    # by position: the labels of a broken file may be there twice
    names = [str(k) for k in range(width)]
    types = {name: pa.float64() for name in names[1:]} | {names[0]: pa.string()}
    # nothing counts as a missing value: an empty cell is an error, not a number
    convert = arrow_csv.ConvertOptions(column_types=types, null_values=[], strings_can_be_null=False)
    read = arrow_csv.ReadOptions(block_size=1 << 24, column_names=names, skip_rows=1, use_threads=threads)
    with _opened(place, member, problems) as stream:
        return None if stream is None else arrow_csv.read_csv(stream, read_options=read, convert_options=convert)


def _unparsed(file: str, width: int, said: str) -> Problem:
    """What Arrow says of a table, in our words."""
    row = re.search(r"Row #(\d+)", said)
    where = f"{file}, line {row[1]}" if row else file
    cell = re.search(r"In CSV column #(\d+).*invalid value '(.*)'$", said, re.DOTALL)
    if cell:
        column = int(cell[1]) + 1
        labels = " (do the labels stand in two columns?)" if column == 2 else ""
        return Problem(where, f"column {column} holds {cell[2][:60]!r}, which is no number{labels}", _AS_PUBLISHED)
    cells = re.search(r"Expected \d+ columns, got (\d+)", said)
    if cells:
        return Problem(where, f"has {cells[1]} cells, the first line has {width}", _AS_PUBLISHED)
    return Problem(where, f"is not a rectangular table of numbers: {said[:200]}", _AS_PUBLISHED)


# ---------------------------------------------------------------- bytes


class _Bounded(io.RawIOBase):
    """A stream that ends in an error where it holds more than it may."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self._left = MAX_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(memoryview(buffer)))
        self._left -= len(data)
        if self._left < 0:
            raise OSError(f"more than {MAX_BYTES:,} bytes unpacked")
        memoryview(buffer)[: len(data)] = data
        return len(data)


@contextmanager
def _opened(place: Path, member: str | None, problems: list[Problem]) -> Generator[io.BufferedIOBase | None]:
    """The bytes of the table, unpacked; None, and a problem, where a zip does not hold one such table."""
    if place.suffix == ".gz":
        import gzip

        with gzip.open(place) as stream:
            yield io.BufferedReader(_Bounded(cast("io.BufferedIOBase", stream)), 1 << 20)
    elif place.suffix == ".zip":
        with zipfile.ZipFile(place) as archive:
            chosen = _member(place, archive.namelist(), member, problems)
            if chosen is None:
                yield None
                return
            with archive.open(chosen) as stream:
                yield io.BufferedReader(_Bounded(cast("io.BufferedIOBase", stream)), 1 << 20)
    else:
        with place.open("rb") as stream:
            yield stream


def _member(place: Path, names: Sequence[str], member: str | None, problems: list[Problem]) -> str | None:
    tables = [name for name in names if name.endswith(".csv")]
    chosen = [name for name in tables if member is None or Path(name).name == member]
    if len(chosen) == 1:
        return chosen[0]
    what = f"holds {len(chosen)} tables" + (f" called {member}" if member else "") + f": {some(tables)}"
    problems.append(Problem(str(place), what, "Name the year of the table that is wanted"))
    return None
