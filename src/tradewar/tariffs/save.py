"""A book as files: CSV in canonical order, so that a saved book reads back the same and saves to the same bytes."""

from __future__ import annotations

from pathlib import Path

from tradewar.io.text import csv_text
from tradewar.io.toml import quoted
from tradewar.io.writing import place_folder
from tradewar.tariffs.content import canonical
from tradewar.tariffs.instants import write_day
from tradewar.tariffs.model import Book


def save(book: Book, folder: Path) -> None:
    """Write every table that has lines, and `book.toml`, as a whole in place of what was saved there before.

    Raises:
        InputError: if the folder cannot be written, or holds a table of somebody else.
    """
    content = {
        f"{name}.csv": csv_text(table.spec.names, canonical(table))
        for name, table in book.tables.items()
        if len(table) or name == "measures"
    }
    names = [f"{name}{ending}" for name in book.tables for ending in (".csv", ".parquet")]
    content["book.toml"] = header_text(book)
    place_folder(folder, content, kind="tariff book", option="folder", reserved=names)


def header_text(book: Book) -> str:
    """The text of `book.toml`. Rates are always written as fractions."""
    first = write_day(book.first_day) if book.first_day > 0 else ""
    facts = {"name": book.name, "title": book.title, "rate_unit": "fraction", "first_day": first}
    facts |= {"last_day": write_day(book.last_day), "source": book.source, "terms": book.terms}
    lines = [f"{key} = {quoted(value)}" for key, value in facts.items() if value]
    lines += ["gaps = [", *(f"  {quoted(gap)}," for gap in book.gaps), "]", "", "[zones]"]
    lines += [f"{country} = {quoted(zone)}" for country, zone in sorted(book.zones.items())]
    return "\n".join(lines) + "\n"
