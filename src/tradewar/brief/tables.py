"""Tables of a brief: the figures of the page as CSV, exact. Each section gives its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tradewar.disputes.findings import Findings
from tradewar.io.text import csv_text

Cell = str | float | int | None


@dataclass(frozen=True)
class Table:
    """A table as it is written to `tables/NAME.csv`. Units are part of the column names."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def to_csv(self) -> str:
        """Comma-separated text with one header line; cells that are not defined are empty."""
        rows = (["" if cell is None or cell != cell else cell for cell in row] for row in self.rows)
        return csv_text(self.columns, rows, safe=True)


def unit_of(findings: Findings) -> str:
    """The world's money unit as it stands in column names: `usd_million`."""
    return findings.world.money_unit.lower().replace(" ", "_")


def table(name: str, title: str, columns: tuple[str, ...], rows: Iterable[Iterable[Cell]]) -> Table:
    """A table from rows of any kind."""
    return Table(name, title, columns, tuple(tuple(row) for row in rows))
