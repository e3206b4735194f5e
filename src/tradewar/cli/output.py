"""What commands print: one JSON document, or tables for people; progress on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewar.io.serialize import json_text

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 140
"""Columns of a table that is not shown on a terminal."""


def print_json(value: Any) -> None:
    """One JSON document and nothing else on standard output; what is not finite is null."""
    sys.stdout.write(json_text(value))


def print_text(*lines: str) -> None:
    """Plain sentences, broken by the terminal only."""
    sys.stdout.write("\n".join(lines) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, text_columns: int = 1) -> None:
    """A table for people: the first `text_columns` columns to the left, the others to the right."""
    from rich.table import Table

    table = Table(header_style="bold", box=_box())
    for k, name in enumerate(columns):
        is_text = k < text_columns
        table.add_column(name, justify="left" if is_text else "right", no_wrap=not is_text or k == 0)
    for row in rows:
        table.add_row(*row)
    screen = console()
    screen.print(title, style="bold")
    screen.print(table)


def console() -> Console:
    """Standard output; as wide as needed where it is no terminal, so that a file or a pipe gets whole rows."""
    from rich.console import Console

    made = Console(highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = WIDE
    return made


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


def write_file(path: Path, text: str, option: str = "--out") -> None:
    """Write a file that a person asked for with an option.

    Raises:
        InputError: if it cannot be written.
    """
    from tradewar.errors import InputError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError.at(f"{option} {path}", f"cannot be written ({error.strerror})", "Name another file") from None


def _box() -> Any:
    from rich import box

    return box.SIMPLE_HEAD
