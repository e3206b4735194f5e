"""What a book holds, in a few numbers: the answer of `tariff check`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tradewar.tariffs.instants import write_day

if TYPE_CHECKING:
    from tradewar.tariffs.model import Book


def summary(book: Book) -> dict[str, Any]:
    """Name, period, sizes, weight sets, what is unverified and what is missing."""
    sizes = {name: len(table) for name, table in book.tables.items() if len(table)}
    lists = Counter(book.tables["lists"].texts("list_id"))
    return {
        "name": book.name,
        "title": book.title,
        "digest": book.digest,
        "first_day": write_day(book.first_day) if book.first_day else None,
        "last_day": write_day(book.last_day) or None,
        "importers": list(book.importers),
        "measures": len(book.measures),
        "tables": sizes,
        "lists": dict(sorted(lists.items())),
        "weight_sets": {name: item.digest for name, item in sorted(book.weight_sets.items())},
        "unverified": len(unverified(book)),
        "gaps": list(book.gaps),
    }
