"""A book as files: CSV in canonical order, so that a saved book reads back the same and saves to the same bytes."""

from __future__ import annotations

from pathlib import Path

from tradewar.io.text import csv_text
from tradewar.io.toml import quoted
from tradewar.tariffs.content import canonical
from tradewar.tariffs.instants import write_day
from tradewar.tariffs.model import Book


def save(book: Book, folder: Path) -> None:
    """Write every table that has lines, and `book.toml`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in book.tables.items():
        path = folder / f"{name}.csv"
        if len(table):
            path.write_text(csv_text(table.spec.names, canonical(table)), encoding="utf-8", newline="")
        else:
            path.unlink(missing_ok=True)
    (folder / "book.toml").write_text(header_text(book), encoding="utf-8", newline="")


def header_text(book: Book) -> str:
    """The text of `book.toml`. Rates are always written as fractions."""
    first = write_day(book.first_day) if book.first_day > 0 else ""
    facts = {"name": book.name, "title": book.title, "rate_unit": "fraction", "first_day": first}
    facts |= {"last_day": write_day(book.last_day), "source": book.source, "terms": book.terms}
    lines = [f"{key} = {quoted(value)}" for key, value in facts.items() if value]
    lines += ["gaps = [", *(f"  {quoted(gap)}," for gap in book.gaps), "]", "", "[zones]"]
    lines += [f"{country} = {quoted(zone)}" for country, zone in sorted(book.zones.items())]
    return "\n".join(lines) + "\n"
