"""What commands print: one JSON document, or tables for people; progress on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tradewar.cli.columns import Column, bold, broken, parts, room, table_lines
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
