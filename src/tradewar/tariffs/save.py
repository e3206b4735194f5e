"""A book as files: CSV in canonical order, so that a saved book reads back the same and saves to the same bytes."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

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
    """Write every table that has lines, and `book.toml`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in COLUMNS:
        frame = canonical(book.tables, name)
        path = folder / f"{name}.csv"
        if len(frame) or name == "measures":
            path.write_text(csv_text(frame), encoding="utf-8", newline="")
        else:
            path.unlink(missing_ok=True)
    (folder / "book.toml").write_text(header_text(book), encoding="utf-8", newline="")


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
