"""Small books that a test writes itself."""

from __future__ import annotations

import textwrap
from pathlib import Path

from typer.testing import CliRunner

from tradewar.cli import tariff
from tradewar.errors import InputError

HEADER = 'name = "x"\nrate_unit = "fraction"\nfirst_day = "2024-01-01"\nlast_day = "2027-01-01"\n'


def write(folder: Path, toml: str = HEADER, **tables: str) -> Path:
    """A folder with `book.toml` and one CSV per table; indentation and blank lines are taken out."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "book.toml").write_text(toml)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(textwrap.dedent(text).strip() + "\n")
    return folder


def said(book: Path, command: str) -> str:
    """What `tradewar tariff ...` prints; `BOOK` stands for the book. A refusal begins with `refused:`."""
    arguments = [str(book) if word == "BOOK" else word for word in command.split()]
    result = CliRunner().invoke(tariff.app, arguments)
    if isinstance(result.exception, InputError):
        return f"refused: {result.exception}"
    assert result.exit_code == 0, result.exception
    return result.stdout
