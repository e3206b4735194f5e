"""A book as files: CSV in canonical order, so that a saved book reads back the same and saves to the same bytes."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tradewar.io.tables import Table
from tradewar.io.text import csv_text
from tradewar.io.toml import quoted
from tradewar.io.writing import place_folder
from tradewar.tariffs.instants import write_day

if TYPE_CHECKING:
    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.load import Tables

ORDER: dict[str, tuple[str, ...]] = {
    "measures": ("measure_id", "list_id", "hs", "valid_from", "known_from"),
    "lists": ("list_id", "hs"),
    "schedules": ("schedule_id", "hs", "valid_from", "known_from"),
    "changes": ("change_id", "known_from"),
    "suspensions": ("suspension_id", "measure_id", "list_id", "hs", "known_from"),
    "exclusions": ("exclusion_id", "measure_id", "list_id", "hs", "known_from"),
    "quotas": ("quota_id", "known_from"),
    "areas": ("area", "member", "valid_from"),
    "stacking": ("rule_set", "order"),
    "weights": ("weight_set", "exporter", "hs"),
    "concordance": ("sector_set", "hs", "sector"),
}


def save(book: TariffBook, folder: Path) -> None:
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


def canonical(table: Table) -> list[tuple[str, ...]]:
    """The rows of a table as text, in canonical order; numbers in their shortest exact form, unknown cells blank."""
    texts = {
        name: [shortest(value) for value in cells.tolist()] if isinstance(cells, np.ndarray) else cells
        for name, cells in table.cells.items()
    }
    rows = list(zip(*texts.values(), strict=True))
    places = [table.spec.names.index(name) for name in ORDER.get(table.spec.name, ())]
    return sorted(rows, key=lambda row: [row[place] for place in places]) if places else rows


def shortest(value: float) -> str:
    """The shortest text that reads back as the same number; blank for NaN."""
    if value != value:
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def header_text(book: TariffBook) -> str:
    """The text of `book.toml`. Rates are always written as fractions."""
    first = write_day(book.first_day) if book.first_day > 0 else ""
    facts = {"name": book.name, "title": book.title, "rate_unit": "fraction", "first_day": first}
    facts |= {"last_day": write_day(book.last_day), "source": book.source, "terms": book.terms}
    lines = [f"{key} = {quoted(value)}" for key, value in facts.items() if value]
    lines += ["gaps = [", *(f"  {quoted(gap)}," for gap in book.gaps), "]", "", "[zones]"]
    lines += [f"{country} = {quoted(zone)}" for country, zone in sorted(book.zones.items())]
    return "\n".join(lines) + "\n"


@lru_cache(maxsize=8)
def digest(tables: Tables) -> str:
    """Hash of the canonical content: the same for a book and for its saved copy."""
    content = hashlib.sha256()
    for name, table in tables.items():
        content.update(name.encode())
        content.update("\n".join("|".join(row) for row in canonical(table)).encode())
    return content.hexdigest()[:16]
