"""The tariff book: what is taxed, since when, until when, and why.

    from tradewar.tariffs import RateQuestion, TariffBook, rate
    question = RateQuestion(importer="USA", exporter="CHN", product="73269086", on="2019-05-20", exported="2019-05-05")
    rate(TariffBook.load("us-china-2019"), question).rate

gives 0.129. A book is read from the tables of `tradewar.tariffs.formats`, checked as a whole when loaded, and never
changed. It is data: questions are functions of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tradewar.tariffs.model import Book

if TYPE_CHECKING:
    from datetime import date

    from tradewar.tariffs.policies import PolicyRates


class TariffBook(Book):
    """Dated, layered duties of one or more importers, as read from files. Use `TariffBook.load`."""

    @classmethod
    def load(cls, book: str | Path) -> Self:
        """A book by the name of a built-in dispute, or from a folder, zip or CSV of measures.

        Raises:
            BookError: listing every fault with its line, the rule it breaks and the fix.
        """
        from tradewar.tariffs.load import read

        return cls(**read(book))

    def save(self, folder: str | Path) -> None:
        """Write the book as CSV files in canonical order; saving a saved book again gives the same bytes."""
        from tradewar.tariffs.save import save

        save(self, Path(folder))

    def policy_on(self, day: date | str, **options: Any) -> PolicyRates:
        """Rates by sector of every pair with weights. See `tradewar.tariffs.policies.policy_on`."""
        from tradewar.tariffs.policies import policy_on

        return policy_on(self, day, **options)
