"""A book as files: CSV in canonical order, so that a saved book reads back the same and saves to the same bytes."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tradewar.io.writing import place_folder
from tradewar.tariffs.instants import FOREVER, write_day
from tradewar.tariffs.tables import COLUMNS, Tables, csv_text, ordered

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.tariffs.book import TariffBook

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
    frames = {name: canonical(book.tables, name) for name in COLUMNS}
    content = {f"{name}.csv": csv_text(frame) for name, frame in frames.items() if len(frame) or name == "measures"}
    names = [f"{name}{ending}" for name in COLUMNS for ending in (".csv", ".parquet")]
    content["book.toml"] = header_text(book)
    place_folder(folder, content, kind="tariff book", option="folder", reserved=names)


def canonical(tables: Tables, name: str) -> pd.DataFrame:
    """A table in canonical order of columns and rows."""
    frame = tables[name]
    keys = ORDER.get(name)
    return frame if keys is None or not len(frame) else ordered(frame, keys)


def header_text(book: TariffBook) -> str:
    """The text of `book.toml`. Rates are always written as fractions."""
    lines = [f"name = {_quoted(book.name)}", f"title = {_quoted(book.title)}", 'rate_unit = "fraction"']
    if book.first_day > 0:
        lines.append(f"first_day = {_quoted(write_day(book.first_day))}")
    if book.last_day < FOREVER:
        lines.append(f"last_day = {_quoted(write_day(book.last_day))}")
    lines += [f"source = {_quoted(book.source)}", f"terms = {_quoted(book.terms)}", "gaps = ["]
    lines += [f"  {_quoted(gap)}," for gap in book.gaps]
    lines += ["]", "", "[zones]"]
    lines += [f"{country} = {_quoted(zone)}" for country, zone in sorted(book.zones.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


@lru_cache(maxsize=8)
def digest(tables: Tables) -> str:
    """Hash of the canonical content: the same for a book and for its saved copy."""
    content = hashlib.sha256()
    for name in COLUMNS:
        frame = canonical(tables, name)
        content.update(name.encode())
        for column in COLUMNS[name]:
            values = frame[column]
            text = "|".join(map(str, values.tolist())) if values.dtype == object else repr(values.tolist())
            content.update(text.encode())
    return content.hexdigest()[:16]
