"""Broken inputs: seeded mutations of every kind of file that people hand in, read as the commands read them.

Each input is a small sound file with one thing done to it that editors, spreadsheets, scripts and accidents do. It may
be read or refused. What counts as a fault of ours:

- an exception that is not the product's own (and with it a message "this is a defect of tradewar"),
- a warning of a library, a message longer than a screen, a read of more than ten seconds, more than two GiB of memory,
- a file that is read, gives another result than the sound one, and is yet no sound file itself: its lines are ragged,
  a column is unknown or there twice, a cell is no number, a key is there twice. That is judged here by code of its own,
  which shares only the declarations of the tables,
- the same rows in another order, or the same text in another form (byte-order mark, line ends), that read differently.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
import resource
import signal
import tempfile
import tomllib
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.input_samples import Sample, samples
from benchmarks.result import Measure, Options, Result
from tradewar.errors import TradewarError
from tradewar.io.declare import NUMERIC, TableSpec

TITLE = "Broken inputs"
MAX_SECONDS, MAX_BYTES, MAX_LINES = 10, 2 * 2**30, 24
METHOD = (
    "Seeded mutations of sound files of every kind (worlds, tariff and policy files, tariff books, dossiers, evidence, "
    "incidents, maps, tables of others), one at a time, read in one process. A fault is an exception that is not ours, "
    "a warning, a message longer than a screen, a read of more than ten seconds, or a result that differs although the "
    "file is not sound, judged by code apart from the readers."
)
csv.field_size_limit(2**24)  # the judge reads whatever the product does
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def run(options: Options) -> Result:
    """Read `options.inputs` broken inputs and count what became of them."""
    counts, faults = tried(options.inputs, options.seed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    measures = (
        *(Measure.single(label, "", count) for label, count in sorted(counts.items())),
        Measure.single("faults of ours", "", len(faults)),
        Measure.single("memory of the process at its peak", "GiB", peak / 2**30),
    )
    goal = f"no fault of ours, memory below {MAX_BYTES / 2**30:g} GiB"
    return Result("inputs", TITLE, METHOD, measures, goal, not faults and peak < MAX_BYTES)


def tried(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """What became of `count` broken inputs, and the faults of ours among them in words."""
    draw = random.Random(seed)
    counts: Counter[str] = Counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        placed = [Placed.of(sample, Path(folder) / sample.name) for sample in samples()]
        weights = [sample.sample.weight for sample in placed]
        for number in range(count):
            place = draw.choices(placed, weights)[0]
            change = broken(draw, place)
            verdict, fault = place.judged(change)
            counts[verdict] += 1
            if fault:
                faults.append(f"{number}: {place.sample.name}/{change.file}, {change.name}: {fault}")
                print(faults[-1], flush=True)
    return counts, faults


@dataclass(frozen=True)
class Change:
    """A file with one thing done to it."""

    name: str
    file: str
    data: bytes
    same: bool = False
    """The result must be that of the sound file, if it is read at all."""


@dataclass(frozen=True)
class Placed:
    """A sample on disk, with what reading it gives."""

    sample: Sample
    folder: Path
    result: str

    @classmethod
    def of(cls, sample: Sample, folder: Path) -> Placed:
        """Write the files of a sample and read it once."""
        for name, data in sample.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return cls(sample, folder, sample.read(folder))

    def judged(self, change: Change) -> tuple[str, str]:
        """What became of a change, and what is wrong with that ("" where nothing is)."""
        path = self.folder / change.file
        path.write_bytes(change.data)
        try:
            found = within(MAX_SECONDS, lambda: self.sample.read(self.folder))
        except TradewarError as error:
            lines = str(error).splitlines()
            long = len(lines) > MAX_LINES or any(len(line) > 1_000 for line in lines)
            return "refused", f"the message has {len(lines)} lines" if long else ""
        except RecursionError as error:
            return "defect", f"RecursionError at {place_of(error)}"
        except Exception as error:
            return "defect", f"{type(error).__name__}: {str(error)[:100]} at {place_of(error)}"
        finally:
            path.write_bytes(self.sample.files[change.file])
        if found == self.result:
            return "read, with the same result", ""
        if change.same:
            return "read otherwise", "the same content is read otherwise"
        if self.sample.by_row:
            return "read, wrong rows listed", ""
        why = self.sample_fault(change)
        return "read, as another sound input", f"read with another result although {why}" if why else ""

    def sample_fault(self, change: Change) -> str:
        """Why a changed file is no sound file; "" where it is one."""
        sound = self.sample.files[change.file]
        if change.file.endswith(".toml"):
            return toml_fault(sound, change.data)
        if change.file.endswith(".json"):
            return json_fault(change.data)
        if change.file.endswith(".csv"):
            return table_fault(sound, change.data, self.sample.specs.get(change.file))
        return "a damaged archive has no other content"


def place_of(error: BaseException) -> str:
    """Where in the product an exception was raised."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "tradewar" in frame.filename]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


def within(seconds: int, call: Callable[[], str]) -> str:
    """The result of a call, with warnings as errors; TimeoutError where it takes longer."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"more than {seconds} s")

    previous = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return call()
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


# ---------------------------------------------------------------- what is sound, by code of its own


def table_fault(sound: bytes, data: bytes, spec: TableSpec | None) -> str:
    """Why a CSV is no sound table; "" where it is one."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "it is not UTF-8"
    if "\0" in text:
        return "it holds a NUL byte"
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in row)]
    plain = [row for row in rows if not row[0].startswith("#")]
    known = next(csv.reader(io.StringIO(sound.decode("utf-8-sig"))))
    if not plain:
        return "it is empty"
    header = [name.strip() for name in plain[0]]
    if len(set(map(str.casefold, header))) < len(header):
        return "a column is there twice"
    names = spec.names if spec else known
    unknown = [name for name in header if name not in names and not any(n[:-1] == name[: len(n) - 1] for n in names)]
    if unknown:
        return f"the column {unknown[0]!r} is unknown"
    ragged = [row for row in plain[1:] if len(row) != len(header)]
    if ragged:
        return f"a row has {len(ragged[0])} cells, the header {len(header)}"
    return cells_fault(header, plain[1:], spec) if spec else ""


def cells_fault(header: list[str], rows: list[list[str]], spec: TableSpec) -> str:
    """Why the cells of a table are not those that its declaration allows."""
    for k, name in enumerate(header):
        column = spec.column(name)
        for row in rows:
            cell = row[k].strip()
            if column is None or cell.lower() in column.absent:
                continue
            if not cell and not column.blank:
                return f"{name} is blank"
            if cell and column.kind in NUMERIC and not column.many and not NUMBER.fullmatch(cell):
                return f"{name} = {cell!r} is no number"
            if cell and column.choices and not column.many and cell not in column.choices:
                return f"{name} = {cell!r} is not in the list"
            if cell and column.kind == "day" and not re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
                return f"{name} = {cell!r} is no day"
    keys = [tuple(row[header.index(name)].strip().casefold() for name in spec.key if name in header) for row in rows]
    if spec.key and len(set(keys)) < len(keys):
        return "a key is there twice"
    return ""


def toml_fault(sound: bytes, data: bytes) -> str:
    """Why a TOML file is no sound one: no TOML, or a key that the sound file does not have anywhere."""
    try:
        content = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return "it is not TOML"
    strange = keys_of(content) - keys_of(tomllib.loads(sound.decode()))
    return f"the key {min(strange)!r} is unknown" if strange else ""


def keys_of(content: Any) -> set[str]:
    """Every key of a document, at any depth."""
    if isinstance(content, Mapping):
        return {str(key) for key in content} | {key for item in content.values() for key in keys_of(item)}
    return {key for item in content for key in keys_of(item)} if isinstance(content, list) else set()


def json_fault(data: bytes) -> str:
    """Why a JSON document is none."""
    try:
        json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return "it is not JSON"
    return ""


# ---------------------------------------------------------------- what is done to a file

NASTY = (
    *(
        "",
        " ",
        "NaN",
        "inf",
        "-inf",
        "1e400",
        "-1",
        "0",
        "1_000",
        "1,5",
        '"1,000.5"',
        "25%",
        "10",
        "1e12",
        "-0",
        "0x1F",
    ),
    *(
        "true",
        "None",
        "null",
        "n/a",
        "*",
        "**",
        "=1+1",
        "'",
        '"',
        '"open',
        "a;b",
        ";",
        "#",
        "\t",
        "é",
        "中国",
        "\u200b",
    ),
    *("2019-02-30", "20/02/2019", "2019", "9999-12-31", "0001-01-01", "USA", "usa", "CN", "156", "China", "ZZZ", "ROW"),
    *("72", "7", "7208.0", "99999999999", "x" * 300, "x" * 200_000, "../../etc/passwd", "${HOME}", "{day}", "\x1b[31m"),
)


def broken(draw: random.Random, place: Placed) -> Change:
    """One thing done to one file of a sample."""
    name = draw.choice(sorted(place.sample.files))
    data = place.sample.files[name]
    is_table = name.endswith(".csv")
    kinds = [*BYTES, *(LINES if name.endswith((".csv", ".toml")) else ()), *(CELLS if is_table else ())]
    kind = draw.choice(kinds)
    changed = kind(draw, data)
    ordered = kind is shuffled_rows and name not in place.sample.ordered
    same = kind in (with_mark, with_windows_lines) or (ordered and is_table)
    return Change(kind.__name__, name, changed, same=same)


def flipped(draw: random.Random, data: bytes) -> bytes:
    """One byte made another."""
    k = draw.randrange(len(data))
    return data[:k] + bytes([draw.randrange(256)]) + data[k + 1 :]


def cut(draw: random.Random, data: bytes) -> bytes:
    """The end lost."""
    return data[: draw.randrange(len(data))]


def hole(draw: random.Random, data: bytes) -> bytes:
    """A stretch lost."""
    k = draw.randrange(len(data))
    return data[:k] + data[k + draw.randint(1, 40) :]


def doubled_stretch(draw: random.Random, data: bytes) -> bytes:
    """A stretch twice."""
    k = draw.randrange(len(data))
    end = k + draw.randint(1, 60)
    return data[:end] + data[k:end] + data[end:]


def inserted(draw: random.Random, data: bytes) -> bytes:
    """A few bytes that were not there."""
    k = draw.randrange(len(data) + 1)
    bit = draw.choice(
        [b"\0", b"\n", b"\r", b'"', b",", b";", b"\xff", b"\xc3", b"[", b"]", b"{", b"=", b"#", b"\t", b"0"]
    )
    return data[:k] + bit * draw.choice([1, 1, 2, 2000]) + data[k:]


def with_mark(draw: random.Random, data: bytes) -> bytes:
    """A byte-order mark in front."""
    return b"\xef\xbb\xbf" + data


def with_windows_lines(draw: random.Random, data: bytes) -> bytes:
    """Line ends of Windows."""
    return data.replace(b"\n", b"\r\n")


def in_other_letters(draw: random.Random, data: bytes) -> bytes:
    """Another encoding."""
    return data.decode("utf-8", "replace").encode(draw.choice(["utf-16", "utf-16-le", "utf-32", "utf-7"]))


def lost_line(draw: random.Random, data: bytes) -> bytes:
    """A line lost."""
    lines = data.splitlines(keepends=True)
    del lines[draw.randrange(len(lines))]
    return b"".join(lines)


def doubled_line(draw: random.Random, data: bytes) -> bytes:
    """A line twice."""
    lines = data.splitlines(keepends=True)
    k = draw.randrange(len(lines))
    return b"".join([*lines[: k + 1], lines[k], *lines[k + 1 :]])


def nasty_word(draw: random.Random, data: bytes) -> bytes:
    """A word of the text made another."""
    words = list(re.finditer(rb"[\w.+-]+", data))
    word = draw.choice(words)
    return data[: word.start()] + draw.choice(NASTY).encode() + data[word.end() :]


def shuffled_rows(draw: random.Random, data: bytes) -> bytes:
    """Rows in another order."""
    head, *rows = data.splitlines(keepends=True)
    rows = [row if row.endswith(b"\n") else row + b"\n" for row in rows]
    draw.shuffle(rows)
    return head + b"".join(rows)


def cells(change: Callable[[random.Random, list[list[str]]], None]) -> Callable[[random.Random, bytes], bytes]:
    """What is done to the cells of a table."""

    def apply(draw: random.Random, data: bytes) -> bytes:
        rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
        change(draw, rows)
        return "".join(",".join(row) + "\n" for row in rows).encode("utf-8", "surrogatepass")

    apply.__name__ = change.__name__
    return apply


def nasty_cell(draw: random.Random, rows: list[list[str]]) -> None:
    """A cell made another."""
    row = draw.choice(rows)
    row[draw.randrange(len(row))] = draw.choice(NASTY)


def lost_cell(draw: random.Random, rows: list[list[str]]) -> None:
    """A cell lost, so that the rest moves left."""
    row = draw.choice(rows)
    del row[draw.randrange(len(row))]


def added_cell(draw: random.Random, rows: list[list[str]]) -> None:
    """A cell too many."""
    row = draw.choice(rows)
    row.insert(draw.randrange(len(row) + 1), draw.choice(NASTY))


def lost_column(draw: random.Random, rows: list[list[str]]) -> None:
    """A column lost."""
    k = draw.randrange(len(rows[0]))
    for row in rows:
        del row[k]


def doubled_column(draw: random.Random, rows: list[list[str]]) -> None:
    """A column twice."""
    k = draw.randrange(len(rows[0]))
    for row in rows:
        row.append(row[k])


def swapped_cells(draw: random.Random, rows: list[list[str]]) -> None:
    """Two cells of a row exchanged."""
    row = draw.choice(rows)
    j, k = draw.randrange(len(row)), draw.randrange(len(row))
    row[j], row[k] = row[k], row[j]


def other_case(draw: random.Random, rows: list[list[str]]) -> None:
    """A cell in other capitals."""
    row = draw.choice(rows)
    k = draw.randrange(len(row))
    row[k] = row[k].swapcase()


def moved_decimal(draw: random.Random, rows: list[list[str]]) -> None:
    """Every number of a column with a decimal comma."""
    k = draw.randrange(len(rows[0]))
    for row in rows[1:]:
        row[k] = row[k].replace(".", ",")


def contradicting_row(draw: random.Random, rows: list[list[str]]) -> None:
    """A row a second time with another cell."""
    row = list(draw.choice(rows[1:] or rows))
    row[draw.randrange(len(row))] = draw.choice(NASTY)
    rows.insert(draw.randint(1, len(rows)), row)


BYTES = (flipped, cut, hole, doubled_stretch, inserted, with_mark, in_other_letters)
LINES = (lost_line, doubled_line, nasty_word, nasty_word, with_windows_lines)
CELLS = (
    shuffled_rows,
    *map(cells, (nasty_cell, nasty_cell, nasty_cell, lost_cell, added_cell, lost_column, doubled_column)),
    *map(cells, (swapped_cells, other_case, moved_decimal, contradicting_row)),
)
