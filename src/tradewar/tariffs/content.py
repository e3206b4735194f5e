"""The tables of a book as content: their canonical text, and the hash that names it."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np

from tradewar.io.tables import Table

ORDER: dict[str, tuple[str, ...]] = {
    "measures": ("measure_id", "list_id", "hs", "valid_from", "known_from"),
    "suspensions": ("suspension_id", "measure_id", "list_id", "hs", "known_from"),
    "exclusions": ("exclusion_id", "measure_id", "list_id", "hs", "known_from"),
    "stacking": ("rule_set", "order"),
}
"""The canonical order of rows, where it is not that of the key."""


class Tables(dict[str, Table]):
    """The tables of a book by name, never changed. Copies of a book share them.

    They are equal only to themselves, so that what is made of them (an index, a hash) is made once for all copies.
    """

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


def canonical(table: Table) -> list[tuple[str, ...]]:
    """The rows of a table as text, in canonical order; numbers in their shortest exact form, unknown cells blank."""
    texts = {
        name: [shortest(value) for value in cells.tolist()] if isinstance(cells, np.ndarray) else cells
        for name, cells in table.cells.items()
    }
    rows = list(zip(*texts.values(), strict=True))
    places = [table.spec.names.index(name) for name in ORDER.get(table.spec.name, table.spec.key)]
    return sorted(rows, key=lambda row: [row[place] for place in places])


def shortest(value: float) -> str:
    """The shortest text that reads back as the same number; blank for NaN."""
    if value != value:
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


@lru_cache(maxsize=8)
def digest(tables: Tables) -> str:
    """Hash of the canonical content: the same for a book and for its saved copy."""
    content = hashlib.sha256()
    for name, table in tables.items():
        content.update(name.encode())
        content.update("\n".join("|".join(row) for row in canonical(table)).encode())
    return content.hexdigest()[:16]
