"""What a book holds, in a few numbers: the answer of `tariff check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradewar.io.serialize import Document
from tradewar.io.tables import Table
from tradewar.tariffs.instants import write_day
from tradewar.tariffs.published import unverified

if TYPE_CHECKING:
    from tradewar.tariffs.model import Book


@dataclass(frozen=True)
class BookSummary(Document):
    """What a book holds."""

    name: str
    title: str
    digest: str
    """SHA-256 of its content."""
    first_day: str | None
    """First day on which it knows every rate; None without a bound."""
    last_day: str | None
    importers: tuple[str, ...]
    measures: int
    """Lines of measures."""
    tables: Mapping[str, int]
    """Rows by table."""
    lists: Mapping[str, int]
    """Products by list."""
    weight_sets: Mapping[str, str]
    """Digest by weight set."""
    unverified: int
    """Lines that nobody checked."""
    not_stated: int
    """Lines that do not say whether somebody checked them."""
    gaps: tuple[str, ...]
    """What is missing."""


def _verified(table: Table) -> list[str]:
    return table.texts("verified") if "verified" in table.spec.names else []


def summary(book: Book) -> BookSummary:
    """Name, period, sizes, weight sets, what is unverified and what is missing."""
    sizes = {name: len(table) for name, table in book.tables.items() if len(table)}
    lists = Counter(book.tables["lists"].texts("list_id"))
    return BookSummary(
        name=book.name,
        title=book.title,
        digest=book.digest,
        first_day=write_day(book.first_day) if book.first_day else None,
        last_day=write_day(book.last_day) or None,
        importers=tuple(book.importers),
        measures=len(book.measures),
        tables=sizes,
        lists=dict(sorted(lists.items())),
        weight_sets={name: item.digest for name, item in sorted(book.weight_sets.items())},
        unverified=len(unverified(book)),
        not_stated=sum(not text for table in book.tables.values() for text in _verified(table)),
        gaps=tuple(book.gaps),
    )
