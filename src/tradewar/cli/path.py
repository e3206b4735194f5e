"""`tradewar path DISPUTE`: trade month by month, and observed falls taken apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewar.cli.options import DEFAULT_DISPUTE, AsJson, AsOf, Dispute, Level, day
from tradewar.cli.output import number, print_json, print_table, print_text, progress

if TYPE_CHECKING:
    from tradewar.disputes.monthly import FlowFindings


def path(
    dispute: Dispute = DEFAULT_DISPUTE,
    as_of: AsOf = None,
    level: Level = None,
    as_json: AsJson = False,
) -> None:
    """Trade month by month after the tariffs: path, observed points, and observed falls taken apart."""
    from tradewar.disputes.dossier import load_dispute
    from tradewar.disputes.monthly import monthly_findings

    with progress() as say:
        say("Reading the tariff book and the observed series")
        found = monthly_findings(load_dispute(dispute).at_horizon(level=level), day(as_of))
    if as_json:
        print_json(found)
        return
    print_text(f"{found.dispute}, as known on {found.as_of}; trade of the same month of {found.base_year} is 1.")
    for flow in found.flows:
        _show(flow)
    print_text("Not in the data at hand:", *(f"  {row.what}. {row.why}." for row in found.missing))
    print_text(found.release_rule)


def _show(flow: FlowFindings) -> None:
    print_table(
        flow.flow.title,
        ("month", "path", "low", "high", "without planned steps", "observed", "three months"),
        [
            (
                row.month,
                number(row.index, 3),
                _optional(row.range and row.range.low),
                _optional(row.range and row.range.high),
                _optional(row.index_without),
                _optional(row.observed),
                _optional(row.observed_three_months),
            )
            for row in flow.months
        ],
    )
    print_text(flow.sentence, "")
    for fall in flow.falls:
        parts = fall.decomposition.parts.items()
        print_table(
            f"{fall.title}: {100 * (fall.decomposition.observed_ratio - 1):+.1f} percent",
            ("part", "log points", "percent"),
            [(name, number(100 * part.log_points, 1, sign=True), _part(part.percent_of_fall)) for name, part in parts],
        )
        print_text(fall.sentence, "")
    print_text("Assumptions:", *(f"  {row.name}: {row.value}. {row.reason}." for row in flow.assumptions), "")


def _optional(value: float | None) -> str:
    return "" if value is None else number(value, 3)


def _part(value: float | None) -> str:
    return "" if value is None else number(value, 1, sign=True)
