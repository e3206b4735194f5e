"""A table on disk as columns of text with their line numbers, and what can be wrong with one.

Every reader of files that people write goes through here, so that each fault is named by file and line, value, limit
and fix, and all faults of a file are listed at once. Nothing is guessed: text is converted by us, not by a parser
that turns `NA` into a missing value or a decimal comma into two columns.

| fault | what is said |
|---|---|
| file missing, empty, not UTF-8 (UTF-16 and Latin-1 are recognised) | the file, and how to save it |
| semicolons or tabs between columns, decimal commas | the line, and how to write it |
| column unknown, missing or there twice | the column, with the nearest known name |
| row too short or too long | the line, and how many fields it has |
| text, NaN or nothing where a number belongs | the line, the column and the text |
| label not on its axis (also wrong case) | the first line, how many rows, and the nearest label |
| row there twice, with the same or another value | both lines, and both values |
| row missing | the labels of the absent cells |

A UTF-8 byte-order mark is accepted. Files may be CSV or, under the same name, Parquet; a folder may be zipped.
"""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from tradewar.errors import Problem, WorldError
from tradewar.world.identities import MAX_LISTED, nearest

SAVE_AS_UTF8 = "Save the file as CSV in UTF-8"

RowDescription = Callable[[int], tuple[str, str]]
"""For a row that is wrong: what is wrong with it and what to do."""


@dataclass(frozen=True)
class Files:
    """The files of a folder or of a zipped folder."""

    place: str
    names: tuple[str, ...]
    folder: Path | None
    members: Mapping[str, bytes]

    def read(self, name: str) -> bytes:
        """The bytes of one file.

        Raises:
            WorldError: if it cannot be read.
        """
        if self.folder is None:
            return self.members[name]
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise WorldError.at(
                str(self.folder / name), f"cannot be read ({error.strerror})", "Check the file"
            ) from None


@dataclass(frozen=True)
class Table:
    """Columns of text; `lines[k]` is the line of row k in the file (in Parquet files its row)."""

    file: str
    columns: Mapping[str, Sequence[str]]
    lines: Sequence[int]

    def __len__(self) -> int:
        return len(self.lines)

    def where(self, row: int) -> str:
        """The place of a row, as `Problem.where` wants it."""
        return f"{self.file}, {'row' if self.file.endswith('.parquet') else 'line'} {self.lines[row]}"


def open_files(path: Path | str) -> Files:
    """The files of a folder, or of a `.zip` of one.

    Raises:
        WorldError: if there is no such folder or the zip cannot be read.
    """
    place = Path(path)
    if place.is_dir():
        return Files(str(place), tuple(sorted(p.name for p in place.iterdir() if p.is_file())), place, {})
    if not place.is_file():
        raise WorldError.at(str(place), "there is no such folder or zip file", "Give the path of a tidy folder")
    try:
        with zipfile.ZipFile(place) as archive:
            members = {Path(name).name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    except (zipfile.BadZipFile, OSError, RuntimeError) as error:
        raise WorldError.at(str(place), f"is neither a folder nor a readable zip ({error})", "Zip it again") from None
    return Files(str(place), tuple(sorted(members)), None, members)


def read_table(files: Files, stem: str, problems: list[Problem]) -> Table | None:
    """`stem.csv` or `stem.parquet` of a folder; None (and a problem) where it is missing, double or unreadable."""
    found = [name for name in (f"{stem}.csv", f"{stem}.parquet") if name in files.names]
    if not found:
        near = nearest(f"{stem}.csv", [name for name in files.names if name.endswith((".csv", ".parquet"))])
        problems.append(Problem(f"{stem}.csv", f"is missing from {files.place}{near}", "Give this file"))
        return None
    if len(found) == 2:
        problems.append(Problem(stem, "is there as CSV and as Parquet", "Remove one of the two"))
        return None
    parse = parse_csv if found[0].endswith(".csv") else parse_parquet
    return parse(found[0], files.read(found[0]), problems)


def decode(file: str, data: bytes, problems: list[Problem]) -> str | None:
    """The text of a UTF-8 file, with or without byte-order mark; None and a problem where it is not UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:200]:
        problems.append(Problem(file, "is UTF-16, not UTF-8", SAVE_AS_UTF8))
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        guess = data[error.start : error.start + 1].decode("latin-1")
        what = f"is not UTF-8: byte 0x{data[error.start]:02x} ({guess!r} in Latin-1)"
        problems.append(Problem(f"{file}, line {line}", what, SAVE_AS_UTF8))
        return None


def parse_csv(file: str, data: bytes, problems: list[Problem]) -> Table | None:
    """A comma-separated file with one header line."""
    text = decode(file, data, problems)
    if text is None:
        return None
    if not text.strip():
        problems.append(Problem(file, "is empty", "Give a header line and the rows"))
        return None
    try:
        lines, rows = _split(text)
    except csv.Error as error:
        problems.append(Problem(file, f"cannot be split into columns ({error})", "Look for a quote that is not closed"))
        return None
    header = [name.strip() for name in rows[0]]
    for separator, called in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and separator in header[0]:
            what = f"columns are separated by {called}, not commas"
            problems.append(Problem(f"{file}, line {lines[0]}", what, "Save the file with commas and decimal points"))
            return None
    if len(rows) == 1:
        problems.append(Problem(file, "has a header and no rows", "Give the rows"))
        return None
    return _columns(file, header, rows[1:], lines[1:], problems)


def parse_parquet(file: str, data: bytes, problems: list[Problem]) -> Table | None:
    """A Parquet file; its values are taken as text, which is exact for floating-point numbers."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        content = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        problems.append(Problem(file, f"is not a readable Parquet file ({error})", "Write it again"))
        return None
    if content.num_rows == 0:
        problems.append(Problem(file, "is empty", "Give the rows"))
        return None
    columns = {
        name: ["" if value is None else str(value) for value in content.column(k).to_pylist()]
        for k, name in enumerate(content.column_names)
    }
    return Table(file, columns, range(1, content.num_rows + 1))


def _split(text: str) -> tuple[list[int], list[list[str]]]:
    """Rows that are not blank, with their line numbers."""
    reader = csv.reader(io.StringIO(text, newline=""))
    lines: list[int] = []
    rows: list[list[str]] = []
    for row in reader:
        if row:
            lines.append(reader.line_num)
            rows.append(row)
    return lines, rows


def _columns(
    file: str, header: list[str], rows: list[list[str]], lines: list[int], problems: list[Problem]
) -> Table | None:
    """Rows turned into columns; refused where a row has more or fewer fields than the header."""
    width = len(header)
    ragged = [k for k, row in enumerate(rows) if len(row) != width]
    for k in ragged[:MAX_LISTED]:
        what = f"has {len(rows[k])} fields, the header has {width}"
        fix = "Write decimal points, not decimal commas, and put text that holds a comma in quotes"
        problems.append(Problem(f"{file}, line {lines[k]}", what, fix))
    if len(ragged) > MAX_LISTED:
        problems.append(Problem(file, f"{len(ragged) - MAX_LISTED} more lines have the wrong number of fields"))
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        problems.append(Problem(f"{file}, line 1", f"names {', '.join(repeated)} more than once", "Keep one of them"))
    if ragged or repeated:
        return None
    return Table(file, dict(zip(header, zip(*rows, strict=True), strict=True)), lines)


def check_columns(
    table: Table,
    required: Sequence[str],
    optional: Sequence[str] = (),
    prefixes: tuple[str, ...] = (),
    problems: list[Problem] | None = None,
) -> bool:
    """True if every required column is there and none is unknown; otherwise each is a problem."""
    known = (*required, *optional)
    found: list[Problem] = []
    for name in table.columns:
        if name not in known and not (prefixes and name.startswith(prefixes)):
            fix = f"Remove or rename it; the columns are {', '.join((*known, *(f'{p}*' for p in prefixes)))}"
            found.append(Problem(f"{table.file}, line 1", f"unknown column {name!r}{nearest(name, known)}", fix))
    for name in required:
        if name not in table.columns:
            fix = f"The header must name {', '.join(required)}"
            found.append(Problem(f"{table.file}, line 1", f"column {name!r} is missing", fix))
    if problems is not None:
        problems.extend(found)
    return not found


# ---------------------------------------------------------------- numbers and labels


def numbers(table: Table, column: str, problems: list[Problem]) -> Float[Array, " row"]:
    """A column as finite numbers; NaN, with a problem, where a cell is none."""
    texts = table.columns[column]
    try:
        values = np.fromiter(map(float, texts), dtype=float, count=len(texts))
    except ValueError:
        values = np.array([_number(text) for text in texts])
    # Python reads 1_000 as a thousand; a table that holds it is more likely broken
    wrong = ~np.isfinite(values)
    if any("_" in text for text in texts):
        wrong |= np.array(["_" in text for text in texts])
    list_rows(table, wrong, lambda row: _not_a_number(column, texts[row]), problems)
    return np.where(wrong, np.nan, values)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _not_a_number(column: str, text: str) -> tuple[str, str]:
    if not text.strip():
        return f"{column} is empty", "An absent figure is never a zero: write 0 if it is zero"
    fix = "Write a finite number such as 0.25"
    if text.count(",") == 1 and math.isfinite(_number(text.replace(",", "."))):
        fix = f"Write a decimal point, not a comma: {text.strip().replace(',', '.')}"
    elif text.strip().endswith("%") and math.isfinite(_number(text.strip()[:-1])):
        fix = f"Write a fraction, not a percentage: {float(text.strip()[:-1]) / 100:g}"
    return f"{column} = {text!r} is not a finite number", fix


def positions(table: Table, column: str, axis: Sequence[str], problems: list[Problem]) -> Int[Array, " row"]:
    """Positions of a column's labels on an axis; -1, with one problem per distinct label, where it is not on it."""
    place = {label: k for k, label in enumerate(axis)}
    texts = table.columns[column]
    index = np.fromiter((place.get(text, -1) for text in texts), dtype=np.int64, count=len(texts))
    unknown: dict[str, list[int]] = {}
    for row in np.flatnonzero(index < 0):
        unknown.setdefault(texts[int(row)], []).append(int(row))
    for text, rows in list(unknown.items())[:MAX_LISTED]:
        times = f" ({len(rows)} rows, this is the first)" if len(rows) > 1 else ""
        what = f"unknown {column.replace('_', ' ')} {text!r}{times}{nearest(text, axis)}"
        problems.append(Problem(table.where(rows[0]), what, f"Use one of {_some(axis)}"))
    if len(unknown) > MAX_LISTED:
        problems.append(Problem(table.file, f"{len(unknown) - MAX_LISTED} more labels of {column} are unknown"))
    return index


def _some(labels: Sequence[str], limit: int = 20) -> str:
    return ", ".join(labels[:limit]) + (f" and {len(labels) - limit} more" if len(labels) > limit else "")


def list_rows(
    table: Table, wrong: Bool[Array, " row"], describe: RowDescription, problems: list[Problem], what_more: str = ""
) -> None:
    """One problem for each of the first rows that are wrong, and one for the number of the rest."""
    rows = np.flatnonzero(wrong)
    for row in rows[:MAX_LISTED]:
        what, fix = describe(int(row))
        problems.append(Problem(table.where(int(row)), what, fix))
    if len(rows) > MAX_LISTED:
        more = what_more or "have the same fault as the last one named"
        problems.append(Problem(table.file, f"{len(rows) - MAX_LISTED} more rows {more}"))


# ---------------------------------------------------------------- rows to cells


def flat_cells(table: Table, axes: Mapping[str, Sequence[str]], problems: list[Problem]) -> Int[Array, " row"]:
    """Flat position of each row in an array over the axes, -1 where a label is unknown.

    Args:
        axes: for each column of labels, in the order of the array, the labels of its axis.
    """
    flat = np.zeros(len(table), dtype=np.int64)
    known = np.ones(len(table), dtype=bool)
    for column, axis in axes.items():
        index = positions(table, column, axis, problems)
        known &= index >= 0
        flat = flat * len(axis) + index
    flat[~known] = -1
    _refuse_duplicates(table, flat, tuple(axes), problems)
    return flat


def _refuse_duplicates(table: Table, flat: Int[Array, " row"], keys: tuple[str, ...], problems: list[Problem]) -> None:
    order = np.argsort(flat, kind="stable")
    placed = flat[order]
    again = np.zeros(len(flat), dtype=bool)
    first = np.arange(len(flat))
    for k in np.flatnonzero((placed[1:] == placed[:-1]) & (placed[1:] >= 0)) + 1:
        again[order[k]] = True
        first[order[k]] = first[order[k - 1]]
    others = [name for name in table.columns if name not in keys]

    def describe(row: int) -> tuple[str, str]:
        labels = "/".join(table.columns[key][row] for key in keys)
        differing = [name for name in others if table.columns[name][row] != table.columns[name][int(first[row])]]
        line = table.lines[int(first[row])]
        if not differing:
            return f"{labels} is there twice: the same row is in line {line}", "Remove one of them"
        now = ", ".join(f"{name} = {table.columns[name][row]}" for name in differing)
        then = ", ".join(table.columns[name][int(first[row])] for name in differing)
        return f"{labels} contradicts line {line}: {now} against {then}", "Keep the row that is right"

    list_rows(table, again, describe, problems, "repeat an earlier row")


def cell_label(axes: Iterable[Sequence[str]], cell: Int[Array, " axis"]) -> str:
    """The labels of a cell, such as `MEX/C24`."""
    return "/".join(axis[int(k)] for axis, k in zip(axes, cell, strict=True))


def refuse_missing(
    table: Table,
    flat: Int[Array, " row"],
    needed: Bool[Array, ...],
    axes: Mapping[str, Sequence[str]],
    problems: list[Problem],
) -> None:
    """A problem that names the needed cells for which there is no row.

    Rows with unknown labels are already problems; as many missing cells are their consequence and are not repeated.
    """
    given = np.zeros(needed.shape, dtype=bool)
    given.flat[flat[flat >= 0]] = True
    absent = np.argwhere(needed & ~given)
    if len(absent) <= int((flat < 0).sum()):
        return
    listed = ", ".join(cell_label(axes.values(), cell) for cell in absent[:MAX_LISTED])
    more = f" and {len(absent) - MAX_LISTED} more" if len(absent) > MAX_LISTED else ""
    order = "/".join(axes)
    what = f"{len(absent)} of {int(needed.sum())} rows are missing ({order}): {listed}{more}"
    problems.append(Problem(table.file, what, "An absent cell is never a zero: give every row, with 0 where it is 0"))


def fill(
    shape: tuple[int, ...], flat: Int[Array, " row"], values: Float[Array, " row"], empty: float = 0.0
) -> Float[Array, ...]:
    """The rows placed in an array; `empty` where there is no row."""
    array = np.full(shape, empty)
    array.flat[flat[flat >= 0]] = values[flat >= 0]
    return array


def unique_labels(table: Table, column: str, problems: list[Problem]) -> tuple[str, ...]:
    """A column of labels that must be there, once each, without spaces around them."""
    labels = tuple(table.columns[column])
    seen: dict[str, int] = {}
    for row, label in enumerate(labels):
        if not label.strip() or label != label.strip():
            what = f"{column} = {label!r} is empty or has spaces around it"
            problems.append(Problem(table.where(row), what, "Give the bare label"))
        elif label in seen:
            what = f"{column} {label!r} is already in line {table.lines[seen[label]]}"
            problems.append(Problem(table.where(row), what, "Give every label once"))
        seen.setdefault(label, row)
    return labels


def problems_or(problems: Iterable[Problem]) -> None:
    """Raise what was collected.

    Raises:
        WorldError: if there is any problem.
    """
    found = tuple(dict.fromkeys(problems))
    if found:
        raise WorldError(found)
