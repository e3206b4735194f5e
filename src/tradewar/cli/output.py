"""What commands print: one JSON document, or tables for people; progress on standard error.

A table on a screen of any width: texts are broken between words, figures never, and columns may go below.

Lengths are in places of a terminal: a wide letter takes two, a mark on a letter none.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tradewar.cli.streams import ESCAPED
from tradewar.io.serialize import json_text

SCREEN = 24
"""Lines of a message."""


def print_json(value: Any) -> None:
    """One JSON document and nothing else on standard output; what is not finite is null."""
    text, encoding = json_text(value), sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, ESCAPED).decode(encoding))


def print_document(text: str) -> None:
    """A text as it stands, such as one in Markdown."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def print_text(*sentences: str) -> None:
    """Sentences; one that is longer than the screen is wide is broken between words, and goes on below its start."""
    for sentence in sentences:
        sys.stdout.writelines(f"{line}\n" for line in _on_screen(sentence))


def _on_screen(sentence: str) -> Iterator[str]:
    places = room()
    if places is None:
        yield sentence
        return
    text = sentence.lstrip(" ")
    indent = " " * (len(sentence) - len(text))
    yield from (indent + line for line in broken(text, places - len(indent)))


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, text_columns: int = 1, keys: int = 1
) -> None:
    """A table for people: the first `text_columns` columns to the left, the others to the right.

    It is as wide as the terminal, or as `COLUMNS` in the environment says; in a file or a pipe rows stay whole. Texts
    are broken between words and figures never: columns that have no room are told in further tables below, each of
    which begins with the first `keys` columns again.
    """
    lines = [tuple(row) for row in rows]
    told = [Column(name, [row[k] for row in lines], k < text_columns) for k, name in enumerate(columns)]
    sys.stdout.writelines(f"{bold(line)}\n" for line in _on_screen(title))
    for part in parts(told, keys, room()):
        sys.stdout.writelines(f"{line}\n" for line in table_lines(part))


def say(text: str) -> None:
    """Lines on standard error, after all that was printed: as many as a screen has, and how many there are besides."""
    lines = text.split("\n")
    if len(lines) > SCREEN:
        lines = [*lines[: SCREEN - 1], f"and {len(lines) - SCREEN + 1:,} more lines."]
    sys.stdout.flush()
    sys.stderr.writelines(f"{line}\n" for line in lines)
    sys.stderr.flush()


@contextmanager
def progress() -> Generator[Callable[[str], None]]:
    """A line on standard error that says what is being done; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console

    with Console(stderr=True).status("Starting") as status:
        yield status.update


def silent(text: str) -> None:
    """Progress where nobody watches."""


def number(value: float, decimals: int = 2, *, sign: bool = False) -> str:
    """A figure for a table; `n/a` where it is not defined."""
    if value != value:
        return "n/a"
    text = f"{value:+,.{decimals}f}" if sign else f"{value:,.{decimals}f}"
    return text.lstrip("+-") if float(text.replace(",", "")) == 0.0 else text


GAP = "  "
EASY = 16
"""A text is not squeezed below this while there is another way."""
NARROW = 20
"""No screen is taken to be narrower."""


def room() -> int | None:
    """Places in a line: `COLUMNS` of the environment, else the terminal's; None in a file or a pipe."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return max(int(told), NARROW)
    try:
        return max(os.get_terminal_size(sys.stdout.fileno()).columns or 80, NARROW) if sys.stdout.isatty() else None
    except (OSError, ValueError):
        return None


def length(text: str) -> int:
    """Places that a text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def broken(text: str, places: int) -> list[str]:
    """A text in lines of so many places; a longer word is broken, except where it is a figure."""
    lines, line = [], ""
    for word in _words(text):
        if line and length(line) + 1 + length(word) > places:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line else word
        while length(line) > places and any(map(str.isalpha, line)):
            kept = next(k for k in range(len(line), 0, -1) if k == 1 or length(line[:k]) <= places)
            lines.append(line[:kept])
            line = line[kept:]
    return [*lines, line]


def _words(text: str) -> Sequence[str]:
    return text.split(" ") if any(map(str.isalpha, text)) else (text,)


@dataclass(frozen=True)
class Column:
    """A column: its heading and cells, to the left or to the right."""

    heading: str
    cells: Sequence[str]
    left: bool

    @cached_property
    def full(self) -> int:
        """Places for every cell unbroken."""
        return max(map(length, (self.heading, *self.cells)))

    @cached_property
    def least(self) -> int:
        """Places below which a word or a figure would be broken."""
        return max(length(word) for text in (self.heading, *self.cells) for word in _words(text))

    @cached_property
    def easy(self) -> int:
        """Places that do for reading."""
        return min(self.full, max(self.least, EASY if max(map(length, self.cells), default=0) > self.least else 0))


Part = list[tuple[Column, int]]
"""The columns of one table, with their places."""


def parts(columns: Sequence[Column], keys: int, room: int | None) -> list[Part]:
    """Columns with their places, in as few tables as there is room for; the first `keys` columns begin every one."""
    whole = [column.full for column in columns]
    if room is None or _total(whole) <= room:
        return [list(zip(columns, whole, strict=True))]
    squeezed = [_cut(columns, keys, room, [getattr(c, name) for c in columns]) for name in ("easy", "least")]
    return [_filled(part, room) for part in min(squeezed, key=len)]


def _cut(columns: Sequence[Column], keys: int, room: int, places: Sequence[int]) -> list[Part]:
    told = list(zip(columns, places, strict=True))
    found: list[Part] = [told[:keys]]
    for column, wanted in told[keys:]:
        if len(found[-1]) > keys and _total([*(taken for _, taken in found[-1]), wanted]) > room:
            found.append(told[:keys])
        found[-1].append((column, wanted))
    return found


def _total(places: Sequence[int]) -> int:
    return sum(places) + len(GAP) * len(places)


def _filled(part: Part, room: int) -> Part:
    """What is left of a line goes to the columns that lack most; what lacks is taken from the widest."""
    places = [taken for _, taken in part]
    left = room - _total(places)
    for _ in range(abs(left)):
        if left < 0:
            places[places.index(max(places))] -= 1
        else:
            k = max(range(len(places)), key=lambda k: part[k][0].full - places[k])
            places[k] += places[k] < part[k][0].full
    return [(column, taken) for (column, _), taken in zip(part, places, strict=True)]


def table_lines(part: Part) -> Iterator[str]:
    """The lines of one table."""
    yield from map(bold, _row([(column, places, column.heading) for column, places in part], above=True))
    yield f"{GAP}{'─' * (_total([places for _, places in part]) - len(GAP))}"
    for k in range(len(part[0][0].cells)):
        yield from _row([(column, places, column.cells[k]) for column, places in part])
    yield ""


def _row(cells: Sequence[tuple[Column, int, str]], *, above: bool = False) -> Iterator[str]:
    """The lines of one row; `above`: shorter cells end where the longest ends, as headings do."""
    told = [broken(text, places) for _, places, text in cells]
    most = max(map(len, told))
    blank = [[""] * (most - len(lines)) for lines in told]
    columns = [none + lines if above else lines + none for lines, none in zip(told, blank, strict=True)]
    for texts in zip(*columns, strict=True):
        padded = (
            text + " " * (places - length(text)) if column.left else " " * (places - length(text)) + text
            for text, (column, places, _) in zip(texts, cells, strict=True)
        )
        yield (GAP + GAP.join(padded)).rstrip()


def bold(text: str) -> str:
    """A text in bold, on a terminal that has it."""
    plain = os.name == "nt" or "NO_COLOR" in os.environ or os.environ.get("TERM", "dumb") == "dumb"
    return text if plain or not text or not sys.stdout.isatty() else f"\x1b[1m{text}\x1b[0m"
