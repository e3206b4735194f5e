"""Tables of a brief: the same cells as CSV (exact) and on the page (rounded)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from tradewar.disputes.findings import Findings

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
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(["" if cell is None or cell != cell else cell for cell in row] for row in self.rows)
        return text.getvalue()


def make_tables(findings: Findings) -> tuple[Table, ...]:
    """Every table of a brief, long: one row per policy and item."""
    return (
        _countries(findings),
        _sectors(findings),
        _suppliers(findings),
        _tariffs(findings),
        _certificates(findings),
        _chronicle(findings),
    )


def _unit(findings: Findings) -> str:
    return findings.world.money_unit.lower().replace(" ", "_")


def _countries(findings: Findings) -> Table:
    unit = _unit(findings)
    columns = (
        "policy",
        "country",
        "name",
        "real_income_pct",
        f"real_income_{unit}",
        "step_percentage_points",
        f"step_{unit}",
        "real_wage_pct",
        f"tariff_revenue_baseline_{unit}",
        f"tariff_revenue_{unit}",
        "exports_pct",
        "imports_pct",
    )
    rows = [(policy.name, *vars(row).values()) for policy in findings.policies for row in policy.countries]
    return _table("countries", "Effects on countries", columns, rows)


def _sectors(findings: Findings) -> Table:
    unit = _unit(findings)
    columns = (
        "policy",
        "country",
        "sector",
        "name",
        f"output_baseline_{unit}",
        f"output_{unit}",
        "output_value_pct",
        "output_volume_pct",
    )
    rows = [(policy.name, *vars(row).values()) for policy in findings.policies for row in policy.sectors]
    return _table("sectors", "Output of the parties by sector", columns, rows)


def _suppliers(findings: Findings) -> Table:
    unit = _unit(findings)
    columns = (
        "policy",
        "importer",
        "supplier",
        "name",
        "role",
        f"sales_baseline_{unit}",
        f"sales_{unit}",
        f"change_{unit}",
        "change_pct",
        "market_share_baseline_fraction",
        "market_share_fraction",
        "import_share_baseline_fraction",
        "import_share_fraction",
    )
    rows = [(policy.name, *vars(row).values()) for policy in findings.policies for row in policy.suppliers]
    return _table("suppliers", "Sales of goods in the parties' markets by supplier", columns, rows)


def _tariffs(findings: Findings) -> Table:
    columns = ("policy", "importer", "exporter", "baseline_rate_fraction", "rate_fraction", "increase_fraction")
    rows = [(policy.name, *vars(row).values()) for policy in findings.policies for row in policy.tariffs]
    return _table("tariffs", "Average tariffs between the parties", columns, rows)


def _certificates(findings: Findings) -> Table:
    rows = [
        (policy.name, equation, residual)
        for policy in findings.policies
        for equation, residual in policy.certificate["residuals"].items()
    ]
    return _table("certificates", "Largest residual of every equation", ("policy", "equation", "residual"), rows)


def _chronicle(findings: Findings) -> Table:
    columns = (
        "date",
        "date_precision",
        "known_from",
        "actor",
        "kind",
        "what",
        "figure",
        "unit",
        "source",
        "verified",
    )
    rows = [
        (
            event.date,
            event.date_precision,
            event.known_from.isoformat(),
            ";".join(event.actors),
            event.kind,
            event.what,
            event.figure,
            event.unit,
            event.source,
            event.verified,
        )
        for event in findings.chronicle
    ]
    return _table("chronicle", "What happened and what was said", columns, rows)


def _table(name: str, title: str, columns: tuple[str, ...], rows: Iterable[Iterable[Cell]]) -> Table:
    return Table(name, title, columns, tuple(tuple(row) for row in rows))
