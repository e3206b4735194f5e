"""Text that people and programs write: decoding, and CSV split into cells with line numbers.

| fault | what is said |
|---|---|
| UTF-16, Windows-1252, a NUL byte | what it is, the line, how to save it |
| semicolons or tabs in place of commas | the line |
| a quote that is never closed, or text after a closed one | the line where the record begins |
| a cell above `MAX_CELL` characters | the line |
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tradewar.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

SAVE_AS_UTF8 = "Save the file as CSV in UTF-8"
MAX_CELL = 100_000
"""Characters of one cell."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def decode(file: str, data: bytes, problems: list[Problem], fix: str = SAVE_AS_UTF8) -> str | None:
    """The text of a UTF-8 file, with or without byte-order mark; None, and a problem, where it is not UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[:200].count(b"\0") > len(data[:200]) // 4:
        problems.append(Problem(file, "is UTF-16, not UTF-8", fix))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        guess = data[error.start : error.start + 1].decode("cp1252", "replace")
        what = f"is not UTF-8: byte 0x{data[error.start]:02x} ({guess!r} in Windows-1252)"
        problems.append(Problem(f"{file}, line {line}", what, fix))
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        problems.append(Problem(f"{file}, line {line}", "holds a NUL byte", "Write the file again: it is damaged"))
        return None
    return text


@dataclass(frozen=True)
class Lines:
    """A CSV in cells: the header, the rows as they are (their lengths may differ), and where each row begins."""

    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    header_line: int
    faults: list[tuple[int, Problem]] = field(default_factory=list[tuple[int, Problem]])
    """Line and fault of each record that could not be read, where the rest was asked for."""


def split(file: str, text: str, problems: list[Problem], *, comments: bool = False, rest: bool = False) -> Lines | None:
    """A comma-separated text with one header line; blank lines are passed over.

    Args:
        comments: lines before the header that begin with `#` are passed over.
        rest: records that cannot be read are passed over and listed as `faults`, in place of None and a problem.
    """
    skipped = 0
    if comments:
        while text.startswith("#"):
            _, _, text = text.partition("\n")
            skipped += 1
    if not text.strip():
        problems.append(Problem(file, "is empty", "Give a header line and the rows"))
        return None
    separator = _other_separator(text)
    if separator:
        what = f"columns are separated by {separator}, not commas"
        line = skipped + 1 + text[: len(text) - len(text.lstrip())].count("\n")
        problems.append(Problem(f"{file}, line {line}", what, "Save the file with commas and decimal points"))
        return None
    found, refused = _records(text, skipped)
    faults = [(line, Problem(f"{file}, line {line}", *said)) for line, said in refused]
    if faults and (not rest or not found or faults[0][0] < found[0][0]):
        problems.append(faults[0][1])
        return None
    if not found:
        problems.append(Problem(file, "is empty", "Give a header line and the rows"))
        return None
    header_line, cells = found[0]
    header = [name.strip() for name in cells]
    return Lines(header, [row for _, row in found[1:]], [line for line, _ in found[1:]], header_line, faults)


@dataclass(frozen=True)
class Columns:
    """A CSV in columns of stripped cells, and where each row begins."""

    header: list[str]
    columns: list[list[str]]
    lines: list[int]
    header_line: int


def plain_columns(text: str) -> Columns | None:
    """The columns of a CSV that needs no parser: no quotes, and every line as long as the header; None for any other.

    Programs write large tables so, and a row then is never a list of its own: five times as fast as `split`.
    """
    if '"' in text or "\r" in (text := text.replace("\r\n", "\n")):
        return None
    lines = text.split("\n")
    skipped = next((k for k, line in enumerate(lines) if not line.startswith("#")), 0)
    kept = [k for k in range(skipped, len(lines)) if not _is_blank(lines[k])]
    if not kept:
        return None
    width = lines[kept[0]].count(",") + 1
    rows = [lines[k] for k in kept[1:]]
    if width == 1 or not rows or {row.count(",") for row in rows} != {width - 1} or max(map(len, rows)) > MAX_CELL:
        return None
    cells = ",".join(rows).split(",")
    columns = [list(map(str.strip, cells[k::width])) for k in range(width)]
    header = [name.strip() for name in lines[kept[0]].split(",")]
    return Columns(header, columns, [k + 1 for k in kept[1:]], kept[0] + 1)


def _is_blank(line: str) -> bool:
    """True if no cell of a line without quotes holds anything."""
    first = line[:1]
    return (not first or first == "," or first.isspace()) and not line.replace(",", "").strip()


def _records(text: str, skipped: int) -> tuple[list[tuple[int, list[str]]], list[tuple[int, tuple[str, str]]]]:
    """(line, cells) of every record that is not blank, and (line, (what, fix)) of those that cannot be read."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[tuple[int, list[str]]] = []
    faults: list[tuple[int, tuple[str, str]]] = []
    began, rows = reader.line_num, iter(reader)
    previous = csv.field_size_limit(MAX_CELL)
    try:
        while True:
            try:
                row = next(rows)
                if any(map(str.strip, row)):
                    found.append((skipped + began + 1, row))
            except StopIteration:
                return found, faults
            except csv.Error as error:
                faults.append((skipped + began + 1, _quoting(str(error))))
            began = reader.line_num
    finally:
        csv.field_size_limit(previous)


def _quoting(error: str) -> tuple[str, str]:
    if "field limit" in error:
        return f"has a cell of more than {MAX_CELL:,} characters", "Is a quote left open? Shorten the cell"
    return (
        "a quote is never closed, or text follows a closed one",
        'Close it; a quote inside a cell is written twice: ""',
    )


def _other_separator(text: str) -> str:
    """What stands for the comma in the first line, where it has none."""
    first = text.lstrip().partition("\n")[0]
    if "," in first:
        return ""
    return "semicolons" if ";" in first else "tabs" if "\t" in first else ""


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]], *, safe: bool = False) -> str:
    """Rows as CSV with `\\n` at the end of each line.

    Args:
        safe: for texts from outside: a cell that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[_inert(cell) for cell in row] for row in rows] if safe else rows)
    return out.getvalue()


def frame_csv(frame: pd.DataFrame) -> str:
    """A frame as CSV without its index; numbers in their shortest exact form, what is not there blank."""
    return frame.to_csv(index=False, lineterminator="\n")


def _inert(cell: object) -> object:
    """A text that begins like a formula, made text for a spreadsheet; numbers stay numbers."""
    if isinstance(cell, str) and cell.startswith(_FORMULA) and not _is_number(cell):
        return f"'{cell}"
    return cell


def readable(cell: str) -> str:
    """A cell without the apostrophe that `csv_text` put in front of what looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
