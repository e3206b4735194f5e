"""Tables that people and programs write, declared once and read strictly.

A `TableSpec` says what a table is: its columns with type, unit and meaning, and its key. The declaration drives the
reading, the messages, the page of the format in the documentation and the empty template of a scaffold. All faults of a
table are listed at once, each with file and line, value, limit and fix:

| fault | what is said |
|---|---|
| file missing, unreadable, not UTF-8, empty, damaged Parquet | the file, and how to save it |
| semicolons or tabs for commas, a quote left open, a NUL byte, a cell too long | the line |
| a column unknown, missing or there twice (also but for case) | the column, with the nearest known name |
| a row shorter or longer than the header | the line, and how many cells it has |
| a blank cell where none may be; text, NaN or infinity for a number | line, column and text |
| decimal commas, thousands separators, percent signs | what to write |
| a day, month, choice, code that is none | line, column, text and what could be meant |
| a row with the key of another (also but for case) | both lines, and both values where they differ |

Nothing is guessed: a UTF-8 byte-order mark, quoted cells and blanks around a cell are read, everything else is refused.
Lines before the header that begin with `#` are comments. A Parquet file of the same columns is read in place of a CSV.
Our own tables of results are written as Parquet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray as Array

from tradewar.errors import Problem
from tradewar.io.cells import YES, numbers, texts
from tradewar.io.declare import NUMERIC, Column, TableSpec, describe, template
from tradewar.io.files import Files, read_bytes
from tradewar.io.nearest import nearest, some
from tradewar.io.registers import dates
from tradewar.io.text import Lines, csv_text, decode, plain_columns, split

if TYPE_CHECKING:
    import pandas as pd


__all__ = [
    "Column",
    "Table",
    "TableSpec",
    "describe",
    "empty",
    "list_rows",
    "parse",
    "read",
    "read_path",
    "template",
    "to_csv",
]

MAX_LISTED = 8
"""How many rows with one fault are named before the rest are counted."""


@dataclass(frozen=True)
class Table:
    """A table that was read: columns of checked cells, and the line of every row.

    `cells` has every declared column but those of a group (`theta_*`), blank where the file lacks it, and every column
    of a group that the file has. Texts are stripped; numbers are arrays with NaN where a cell is blank.
    """

    spec: TableSpec
    file: str
    lines: Sequence[int]
    cells: Mapping[str, Any]
    given: tuple[str, ...]
    """The columns that the file has, in its order."""

    def __len__(self) -> int:
        return len(self.lines)

    def where(self, row: int) -> str:
        """The place of a row, as `Problem.where` wants it."""
        return f"{self.file}, {'row' if self.file.endswith('.parquet') else 'line'} {self.lines[row]}"

    def has(self, name: str) -> bool:
        """True if the file has the column."""
        return name in self.given

    def texts(self, name: str) -> list[str]:
        """The cells of a column as text."""
        return self.cells[name]

    def numbers(self, name: str) -> Array:
        """The cells of a column of numbers, shape (rows,); NaN where blank."""
        return self.cells[name]

    def yes(self, name: str, default: bool = False) -> Array:
        """The cells of a column of yes and no, shape (rows,)."""
        return np.array([YES.get(text.lower(), default) for text in self.cells[name]], dtype=bool)

    def days(self, name: str) -> list[date | None]:
        """The cells of a column of days; None where blank."""
        known = {text: dates.parse_day(text) for text in set(self.cells[name])}
        return [known[text] for text in self.cells[name]]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every row as a mapping of its cells, with `_file` and `_row` (its line)."""
        names = list(self.cells)
        columns = [cells.tolist() if isinstance(cells, np.ndarray) else cells for cells in self.cells.values()]
        for line, *values in zip(self.lines, *columns, strict=True):
            yield dict(zip(names, values, strict=True)) | {"_file": self.file, "_row": line}

    def to_frame(self) -> pd.DataFrame:
        """One column per declared column (text, or numbers), with `_file` and `_row`."""
        import pandas as pd

        columns = {
            name: cells if isinstance(cells, np.ndarray) else pd.Series(cells, dtype=object)
            for name, cells in self.cells.items()
        }
        return pd.DataFrame(columns | {"_file": self.file, "_row": np.array(self.lines, dtype=np.int64)})


# ---------------------------------------------------------------- reading


def read(
    spec: TableSpec,
    files: Files,
    problems: list[Problem],
    *,
    optional: bool = False,
    beside: Sequence[TableSpec] = (),
    partial: bool = False,
) -> Table | None:
    """`NAME.csv` or `NAME.parquet` of a folder or zip; None where it is missing, and a problem unless it is optional.

    Args:
        beside: every table of the folder. Any other file whose name is nearly that of an optional table that is missing
            is then a problem: it would not be read.
        partial: as in `parse`.
    """
    found = [name for name in (f"{spec.name}.csv", f"{spec.name}.parquet") if name in files]
    if len(found) == 2:
        problems.append(Problem(spec.name, "is there as CSV and as Parquet", "Remove one of the two"))
        return None
    if not found:
        others = {other.name for other in beside}
        names = [name for name in files.names if name.endswith((".csv", ".parquet"))]
        near = nearest(f"{spec.name}.csv", [name for name in names if name.rpartition(".")[0] not in others])
        if not optional or (near and beside):
            fix = "Rename or remove that file" if near else "Give this file"
            problems.append(Problem(f"{spec.name}.csv", f"is missing from {files.place}{near}", fix))
        return None
    data = files.read(found[0], problems)
    return None if data is None else parse(spec, found[0], data, problems, partial=partial)


def read_path(
    spec: TableSpec,
    path: Path | str,
    problems: list[Problem],
    where: str = "",
    what: str = "",
    *,
    partial: bool = False,
) -> Table | None:
    """A table in a file; None, and problems, where it cannot be read.

    For `where` and `what` see `read_bytes`, for `partial` see `parse`.
    """
    data = read_bytes(path, problems, where=where, what=what or f"table of {spec.name} (CSV)")
    return None if data is None else parse(spec, Path(path).name, data, problems, partial=partial)


def parse(spec: TableSpec, file: str, data: bytes, problems: list[Problem], *, partial: bool = False) -> Table | None:
    """The bytes of a CSV, or of a Parquet file by its name, as a checked table; None, and problems, otherwise.

    Args:
        partial: give a table although cells of it are wrong (numbers are then NaN, texts as they stand), for a caller
            who goes on looking for faults and then raises them all.
    """
    before = len(problems)
    raw = _parquet(file, data, problems) if file.endswith(".parquet") else _csv(file, data, problems)
    if raw is None or not _header_right(spec, raw, problems):
        return None
    if not len(raw) and not spec.may_be_empty:
        problems.append(Problem(file, "has a header and no rows", "Give the rows"))
        return None
    table = _typed(spec, raw, problems)
    # a cell that is wrong makes doubles and contradictions of its own
    if len(problems) == before:
        _refuse_repeated(table, problems)
    return table if partial or len(problems) == before else None


@dataclass(frozen=True)
class _Raw:
    """Columns as they stand: texts, or arrays of numbers from Parquet."""

    file: str
    header: tuple[str, ...]
    columns: Mapping[str, Any]
    lines: Sequence[int]
    header_line: int = 1

    def __len__(self) -> int:
        return len(self.lines)


def _csv(file: str, data: bytes, problems: list[Problem]) -> _Raw | None:
    text = decode(file, data, problems)
    plain = None if text is None else plain_columns(text)
    if plain is not None:
        return _Raw(file, tuple(plain.header), _first(plain.header, plain.columns), plain.lines, plain.header_line)
    found = None if text is None else split(file, text, problems, comments=True)
    if found is None or not _rectangular(file, found, problems):
        return None
    columns = [list(map(str.strip, cells)) for cells in zip(*found.rows, strict=True)] or [[] for _ in found.header]
    return _Raw(file, tuple(found.header), _first(found.header, columns), found.lines, found.header_line)


def _first(header: Sequence[str], columns: Sequence[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, cells in zip(header, columns, strict=True):
        found.setdefault(name, cells)
    return found


def _rectangular(file: str, found: Lines, problems: list[Problem]) -> bool:
    width = len(found.header)
    ragged = [k for k, row in enumerate(found.rows) if len(row) != width]
    for k in ragged[:MAX_LISTED]:
        have = len(found.rows[k])
        fix = "Write decimal points, not decimal commas, and put text that holds a comma in quotes"
        if have < width:
            fix = "The row is cut: give every cell, blank ones too"
        what = f"has {have} cells, the header has {width}"
        problems.append(Problem(f"{file}, line {found.lines[k]}", what, fix))
    if len(ragged) > MAX_LISTED:
        problems.append(Problem(file, f"{len(ragged) - MAX_LISTED} more lines have the wrong number of cells"))
    return not ragged


def _parquet(file: str, data: bytes, problems: list[Problem]) -> _Raw | None:
    """Columns of numbers stay numbers; everything else is taken as text, days as YYYY-MM-DD."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    try:
        content = pq.read_table(pa.BufferReader(data))
        columns: list[Any] = []
        for column in content.columns:
            if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
                columns.append(column.cast(pa.float64(), safe=False).to_numpy())
            else:
                texts = pc.fill_null(column.cast(pa.string()), "").to_pylist()
                columns.append(list(map(str.strip, texts)))
    except (pa.ArrowException, OSError, ValueError, NotImplementedError) as error:
        what = f"is not a Parquet file that can be read ({str(error).splitlines()[0][:120]})"
        problems.append(Problem(file, what, "Write it again"))
        return None
    header = tuple(name.strip() for name in content.column_names)
    return _Raw(file, header, _first(header, columns), range(1, content.num_rows + 1))


def _header_right(spec: TableSpec, raw: _Raw, problems: list[Problem]) -> bool:
    before = len(problems)
    where = f"{raw.file}, line {raw.header_line}"
    folded = [name.casefold() for name in raw.header]
    twice = dict.fromkeys(name for name in raw.header if folded.count(name.casefold()) > 1)
    problems += [Problem(where, f"column {name[:60]!r} is there twice", "Keep one of them") for name in twice]
    for name in raw.header:
        declared, near = spec.column(name), nearest(name, spec.names)
        # a table that takes any column must not take a misspelt one for another
        if not name or declared is None or (declared.name == "*" and near and name not in spec.names):
            what = f"unknown column {name[:60]!r}{near}" if name else "a column has no name"
            problems.append(Problem(where, what, f"Remove or rename it; the columns are {some(spec.names, 40)}"))
    for column in spec.columns:
        if column.required and column.name not in raw.header:
            needed = ", ".join(c.name for c in spec.columns if c.required)
            problems.append(Problem(where, f"column {column.name!r} is missing", f"The header must name {needed}"))
    for group in spec.one_of:
        given = [name for name in group if name in raw.header]
        if len(given) != 1:
            what = f"has both {' and '.join(given)}" if given else f"has neither {' nor '.join(group)}"
            problems.append(Problem(where, what, f"Give one of {', '.join(group)}"))
    return len(problems) == before


# ---------------------------------------------------------------- cells


def _typed(spec: TableSpec, raw: _Raw, problems: list[Problem]) -> Table:
    cells: dict[str, Any] = {}
    for column in spec.columns:
        if column.name not in raw.columns and not column.name.endswith("*"):
            cells[column.name] = np.full(len(raw), np.nan) if column.kind in NUMERIC else [""] * len(raw)
    table = Table(spec, raw.file, raw.lines, cells, raw.header)
    for name, found in raw.columns.items():
        column = spec.column(name)
        assert column is not None
        read_cells = numbers if column.kind in NUMERIC and not column.many else texts
        cells[name], faults = read_cells(name, column, found)
        for wrong, said in faults:
            list_rows(table, wrong, said, problems)
    # in the order of the declaration
    order = [name for name in spec.names if name in cells]
    ordered = {name: cells[name] for name in (*order, *(name for name in raw.header if name not in order))}
    return Table(spec, raw.file, raw.lines, ordered, raw.header)


# ---------------------------------------------------------------- rows


def list_rows(
    table: Table, wrong: Array, describe: Callable[[int], tuple[str, str]], problems: list[Problem], more: str = ""
) -> None:
    """One problem for each of the first rows that are wrong, and one that counts the rest.

    Args:
        wrong: which rows are, shape (rows,).
        describe: what is wrong with a row, and the fix.
        more: what the rest have in common.
    """
    rows = np.flatnonzero(wrong)
    problems += [Problem(table.where(row), *describe(row)) for row in rows[:MAX_LISTED].tolist()]
    if len(rows) > MAX_LISTED:
        rest = more or "have the same fault as the last one named"
        problems.append(Problem(table.file, f"{len(rows) - MAX_LISTED} more rows {rest}"))


def _refuse_repeated(table: Table, problems: list[Problem]) -> None:
    """Rows with the key of an earlier row: which one holds cannot be told, whatever their order."""
    keys = [name for name in table.spec.key if table.has(name)]
    if not keys or len(table) < 2:
        return
    numbered = np.zeros(len(table), dtype=np.int64)
    for name in keys:
        numbers, distinct = _numbered(table.cells[name])
        # numbered anew after each column, so that no product of their counts can overflow
        numbered = np.unique(numbered * distinct + numbers, return_inverse=True)[1]
    if numbered.max() + 1 == len(table):
        return
    first: dict[int, int] = {}
    earlier = [first.setdefault(key, row) for row, key in enumerate(numbered.tolist())]
    again = np.array(earlier) != np.arange(len(table))
    others = [name for name in table.given if name not in keys]

    def describe(row: int) -> tuple[str, str]:
        return _repeated(table, keys, others, row, earlier[row])

    list_rows(table, again, describe, problems, "repeat an earlier row")


def _numbered(cells: Any) -> tuple[Array, int]:
    """The cells of a key as whole numbers, one for each distinct cell (also but for case), and how many there are."""
    if isinstance(cells, np.ndarray):
        distinct, numbers = np.unique(cells, return_inverse=True)  # NaN counts as one value
        return numbers.reshape(-1), len(distinct)
    place: dict[str, int] = {}
    number = {text: place.setdefault(text.casefold(), len(place)) for text in set(cells)}
    return np.fromiter(map(number.__getitem__, cells), dtype=np.int64, count=len(cells)), len(place)


def _repeated(table: Table, keys: Sequence[str], others: Sequence[str], row: int, first: int) -> tuple[str, str]:
    def shown(name: str, k: int) -> str:
        value = table.cells[name][k]
        return f"{value:.10g}" if isinstance(value, float) else str(value)

    labels = "/".join(shown(name, row) for name in keys)
    line = table.lines[first]
    differing = [name for name in (*keys, *others) if shown(name, row) != shown(name, first)]
    if not differing:
        return f"{labels} is there twice: the same row is in line {line}", "Remove one of them"
    now = ", ".join(f"{name} = {shown(name, row)}" for name in differing)
    then = ", ".join(shown(name, first) for name in differing)
    return f"{labels} contradicts line {line}: {now} against {then}", "Keep the row that is right"


# ---------------------------------------------------------------- writing and documenting


def to_csv(
    spec: TableSpec, rows: Sequence[Mapping[str, object]], names: Sequence[str] = (), *, safe: bool = False
) -> str:
    """Rows as the CSV of a table, columns in the order of the declaration, those that no row has left out."""
    names = names or [name for name in spec.names if any(row.get(name) not in (None, "") for row in rows)]
    return csv_text(names, [["" if row.get(n) is None else row.get(n) for n in names] for row in rows], safe=safe)


def empty(spec: TableSpec) -> Table:
    """The table of a declaration without rows: what an optional table is that a folder does not have."""
    cells = {c.name: np.array([]) if c.kind in NUMERIC else [] for c in spec.columns if not c.name.endswith("*")}
    return Table(spec, f"{spec.name}.csv", (), cells, ())


def parquet_bytes(table: Any) -> bytes:
    """An Arrow table as the bytes of a Parquet file, the same for the same table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def rows_of(files: Iterable[Path], problems: list[Problem]) -> pd.DataFrame | None:
    """The rows of Parquet files of the same columns, one after another; None, and a problem, where one is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts: list[Any] = []
    for file in files:
        try:
            parts.append(pq.read_table(file))
        except (OSError, pa.ArrowException) as error:
            what = f"cannot be read ({str(error).splitlines()[0]})"
            problems.append(Problem(str(file), what, "Run the command that wrote it again: it is computed anew"))
    return None if problems else pa.concat_tables(parts).to_pandas()
