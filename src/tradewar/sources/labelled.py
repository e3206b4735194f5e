"""A large rectangular CSV file with a label in front of every row and above every column.

Read by Arrow, column by column: a table of 81 countries and 50 industries has 18 million numbers.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import Any, cast

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import Problem, WorldError
from tradewar.world.identities import MAX_LISTED
from tradewar.world.table import SAVE_AS_UTF8, problems_or


@dataclass(frozen=True)
class LabelledMatrix:
    """Numbers with row and column labels."""

    file: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    by_column: Float[Array, "column row"]
    """Transposed: `by_column[k]` is column k, contiguous."""


def read_labelled(path: Path | str, member: str | None = None) -> LabelledMatrix:
    """Read a CSV file, plain or compressed (`.gz`), or one member of a `.zip`.

    Args:
        member: name of the file inside a zip; needed where the zip holds several.

    Raises:
        WorldError: if the file is missing, not a comma-separated table of numbers, or has a label twice.
    """
    place = Path(path)
    if not place.is_file():
        raise WorldError.at(str(place), "there is no such file", "Give the path of the table")
    table = _arrow_table(place, member)
    names = tuple(name.strip() for name in table.column_names)
    labels = tuple(str(label).strip() for label in table.column(0).to_pylist())
    problems: list[Problem] = []
    for axis, given in (("column", names[1:]), ("row", labels)):
        repeated = [label for label, times in Counter(given).items() if times > 1]
        if repeated:
            what = f"{axis} label {', '.join(repeated[:MAX_LISTED])} is there more than once"
            problems.append(Problem(place.name, what, "Keep one of them"))
    problems_or(problems)
    values = np.empty((len(names) - 1, len(labels)))
    for k in range(len(values)):
        values[k] = table.column(k + 1).to_numpy()
    finite = np.isfinite(values)
    if not finite.all():
        column, row = np.argwhere(~finite)[0]
        what = f"{labels[row]} x {names[column + 1]} is not a finite number ({int((~finite).sum())} such cells)"
        raise WorldError.at(place.name, what, "An absent figure is never a zero: take the table as it was published")
    return LabelledMatrix(place.name, labels, names[1:], values)


def _arrow_table(place: Path, member: str | None) -> Any:
    """The file as an Arrow table: labels as text in the first column, numbers in the others."""
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    header = _header(place, member)
    separators = [called for mark, called in ((";", "semicolons"), ("\t", "tabs")) if mark in header]
    if "," not in header or separators:
        what = f"columns are separated by {separators[0]}" if separators else "the first line holds no column labels"
        raise WorldError.at(f"{place.name}, line 1", what, "Save the file as CSV with commas and decimal points")
    names = header.split(",")
    types = {name.strip('"'): pa.float64() for name in names[1:]} | {names[0].strip('"'): pa.string()}
    # nothing counts as a missing value: an empty cell is an error, not a number
    convert = arrow_csv.ConvertOptions(column_types=types, null_values=[], strings_can_be_null=False)
    read = arrow_csv.ReadOptions(block_size=1 << 24)
    try:
        with _open(place, member) as stream:
            return arrow_csv.read_csv(stream, read_options=read, convert_options=convert)
    except (pa.ArrowInvalid, OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        what = f"is not a rectangular table of numbers: {str(error)[:300]}"
        raise WorldError.at(place.name, what, "Take the table as it was published") from None


def _header(place: Path, member: str | None) -> str:
    try:
        with _open(place, member) as stream:
            start = stream.read(1 << 20)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise WorldError.at(str(place), f"cannot be read ({error})", "Download it again") from None
    try:
        return start.split(b"\n", 1)[0].decode("utf-8-sig").rstrip("\r")
    except UnicodeDecodeError:
        raise WorldError.at(place.name, "is not UTF-8", SAVE_AS_UTF8) from None


def _open(place: Path, member: str | None) -> BufferedIOBase:
    if place.suffix == ".gz":
        import gzip

        return cast("BufferedIOBase", gzip.open(place))
    if place.suffix == ".zip":
        return _member(place, member)
    return place.open("rb")


def _member(place: Path, member: str | None) -> BufferedIOBase:
    try:
        archive = zipfile.ZipFile(place)
    except zipfile.BadZipFile as error:
        raise WorldError.at(str(place), f"is not a readable zip ({error})", "Download it again") from None
    tables = [name for name in archive.namelist() if name.endswith(".csv")]
    chosen = [name for name in tables if member is None or Path(name).name == member]
    if len(chosen) != 1:
        what = f"holds {len(chosen)} tables" + (f" called {member}" if member else "") + f": {', '.join(tables)}"
        raise WorldError.at(str(place), what, "Name the year of the table that is wanted")
    return cast("BufferedIOBase", archive.open(chosen[0]))
