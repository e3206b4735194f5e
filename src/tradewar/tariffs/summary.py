"""What a book holds, in a few numbers: the answer of `tariff check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradewar.tariffs.instants import write_day
from tradewar.tariffs.tables import COLUMNS

if TYPE_CHECKING:
    from tradewar.tariffs.book import TariffBook


def summary(book: TariffBook) -> dict[str, Any]:
    """Name, period, sizes, weight sets, what is unverified and what is missing."""
    sizes = {name: len(book.tables[name]) for name in COLUMNS if len(book.tables[name])}
    lists = book.tables["lists"].groupby("list_id")["hs"].size()
    return {
        "name": book.name,
        "title": book.title,
        "digest": book.digest,
        "first_day": write_day(book.first_day) if book.first_day else None,
        "last_day": write_day(book.last_day) or None,
        "importers": list(book.importers),
        "measures": len(book.measures),
        "tables": sizes,
        "lists": {str(name): int(count) for name, count in lists.items()},
        "weight_sets": {name: item.digest for name, item in sorted(book.weight_sets.items())},
        "unverified": len(book.unverified()),
        "gaps": list(book.gaps),
    }
