"""The adversary activity report: a yearly review in tables, with every data set side by side.

Sections: activity by sponsor and year; motive; sector; region; published claims against data; figures that others
published and that cannot be tested; commitments. Each table names data set, meaning of the date, window and n.
Disclosure counts are called "reported". No sentence names a cause or says that sources agree beyond naming them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tradewar.io.serialize import Document, plain_data
from tradewar.monitoring.activity import ActivityCount, ShareRow, YearRow, activity_counts, by_year, known_by, shares
from tradewar.monitoring.checks import require
from tradewar.monitoring.claims import CLAIMS, Claim, ClaimResult, YearlyCounts, claims_table
from tradewar.monitoring.datasets import DATASETS
from tradewar.monitoring.evidence import Evidence
from tradewar.monitoring.series import day_of

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.monitoring.evidence_folder import Evidence_
    from tradewar.monitoring.incident_files import IncidentFile

Table = Literal["years", "sectors", "regions", "motives", "claims", "figures"]
WINDOW_YEARS = 3


@dataclass(frozen=True)
class ActivityReport(Document):
    """The report as tables. `to_markdown` tells it, `to_frame` gives one table to pandas."""

    as_of: str
    first_year: int
    last_year: int
    """Window of the share tables, both years included."""
    years: tuple[YearRow, ...]
    sectors: tuple[ShareRow, ...]
    """Both codings of the sector where a data set has two (`sector`, `sector_wide`)."""
    regions: tuple[ShareRow, ...]
    motives: tuple[ShareRow, ...]
    claims: tuple[ClaimResult, ...]
    figures: tuple[dict[str, str], ...]
    """Published figures that incident data cannot test."""
    commitments: tuple[Evidence, ...] = ()

    def to_frame(self, table: Table = "years") -> pd.DataFrame:
        """One table, long."""
        import pandas as pd

        if table == "claims":
            return pd.DataFrame(plain_data([cell for result in self.claims for cell in result.cells]))
        return pd.DataFrame(plain_data(getattr(self, table)))

    def to_markdown(self) -> str:
        """The report as text."""
        return "\n".join(_markdown(self)) + "\n"


def activity_report(
    counts: Sequence[ActivityCount],
    as_of: str,
    window: tuple[int, int] | None = None,
    yearly: Sequence[YearlyCounts] = (),
    claims: Iterable[Claim] = CLAIMS,
    figures: Sequence[dict[str, str]] = (),
    commitments: Sequence[Evidence] = (),
) -> ActivityReport:
    """Build the report.

    Args:
        counts: by data set, dimension, sponsor, year and member (`activity.activity_counts` or the embedded tables).
        as_of: `YYYY-MM-DD`; claims published later are left out.
        window: first and last year of the share tables; by default the last three full years with counts.
        yearly: series for claims of a fall or rise.
        claims: what to hold against the data.
        figures: published figures to quote.
        commitments: evidence on commitments, told at the end.

    Raises:
        EvidenceError: no counts.
    """
    require(bool(counts), "counts", f"are none as of {as_of}", "Give incidents, or ask a later day")
    day = day_of(as_of)
    last = min(day.year - 1, max(item.last_year for item in counts))
    first_year, last_year = window or (last - WINDOW_YEARS + 1, last)
    # a claim is held against the years that had ended by the day, whatever its own span
    known = [replace(item, last_year=min(item.last_year, last)) for item in claims if day_of(item.known_from) <= day]
    sectors = (*shares(counts, "sector", first_year, last_year), *shares(counts, "sector_wide", first_year, last_year))
    return ActivityReport(
        as_of=as_of,
        first_year=first_year,
        last_year=last_year,
        years=by_year(counts),
        sectors=sectors,
        regions=shares(counts, "region", first_year, last_year),
        motives=shares(counts, "motive", first_year, last_year),
        claims=claims_table(known, counts, yearly),
        figures=tuple(figures),
        commitments=tuple(commitments),
    )


def embedded_report(folder: Evidence_, as_of: str, window: tuple[int, int] | None = None) -> ActivityReport:
    """The report from the evidence tables of a dispute, as known on a day."""
    from tradewar.monitoring.evidence_folder import open_evidence
    from tradewar.monitoring.monitor import monitor
    from tradewar.monitoring.tables import read_activity, read_published_figures, read_yearly

    evidence = open_evidence(folder)
    sponsors = dict.fromkeys(truce.sponsor for truce in evidence.commitments.truce)
    return activity_report(
        read_activity(evidence, as_of),
        as_of,
        window,
        [item for sponsor in sponsors for item in read_yearly(evidence, sponsor, as_of)],
        figures=read_published_figures(evidence, as_of),
        commitments=monitor(evidence, as_of),
    )


def report_of_files(files: Sequence[Path], layout: str, as_of: str) -> tuple[ActivityReport, tuple[IncidentFile, ...]]:
    """The report from a user's own files, one data set or more side by side, and what was read and refused.

    Two files of one data set are one data set: what both hold counts once, with a note.

    Raises:
        EvidenceError: a file that cannot be read, or no dated incident of the four sponsors by the day.
    """
    from tradewar.monitoring.incident_files import read_incidents
    from tradewar.monitoring.incidents import once_across

    read = once_across([read_incidents(path, layout) for path in files])
    counts = activity_counts(incident for found in read for incident in found.incidents)
    return activity_report(known_by(counts, as_of), as_of), read


# ---------------------------------------------------------------- text


def _markdown(report: ActivityReport) -> list[str]:
    window = f"{report.first_year}-{report.last_year}"
    lines = [f"# Adversary activity as known on {report.as_of}", "", *_sources(report), ""]
    lines += ["## Activity by sponsor and year", "", *_year_table(report.years), ""]
    for title, rows in (("Motive", report.motives), ("Sector", report.sectors), ("Region", report.regions)):
        lines += [f"## {title}, {window}", "", *_share_tables(rows), ""]
    lines += ["## Published claims against data", "", *_claim_lines(report.claims), ""]
    if report.figures:
        lines += ["## Figures of others, quoted and not testable here", ""]
        lines += [f"- {_figure(figure)}" for figure in report.figures]
        lines.append("")
    if report.commitments:
        lines += ["## Commitments", ""]
        lines += [f"- {item.commitment}: **{item.grade}**. {'; '.join(item.reasons)}." for item in report.commitments]
    return lines


def _figure(figure: dict[str, str]) -> str:
    what = f"{figure['item'].replace('_', ' ')}, {figure['adversary']}, {figure['period']}"
    return f"{what}: {figure['value']} {figure['unit']} ({figure['report']})"


def _sources(report: ActivityReport) -> list[str]:
    names = dict.fromkeys((row.dataset, row.date_meaning) for row in (*report.years, *report.sectors))
    lines = ["Data sets stand side by side and are never added; an incident counts once for each sponsor.", ""]
    for name, meaning in names:
        about = DATASETS.get(name)
        detail = f"{about.title}. {about.caution[0].upper()}{about.caution[1:]}" if about else "supplied by the user"
        lines.append(f"- **{name}**: date = {meaning.replace('_', ' ')}. {detail}.")
    return lines


def _year_table(rows: Sequence[YearRow]) -> list[str]:
    if not rows:
        return ["No counts."]
    years = sorted({row.year for row in rows})
    lines = ["| data set | date means | sponsor | " + " | ".join(map(str, years)) + " |"]
    lines.append("|---|---|---|" + "---|" * len(years))
    cells = {(row.dataset, row.sponsor, row.year): row.n for row in rows}
    for name, meaning, sponsor in dict.fromkeys((row.dataset, row.date_meaning, row.sponsor) for row in rows):
        values = [str(cells.get((name, sponsor, year), "")) for year in years]
        lines.append(f"| {name} | {meaning.replace('_', ' ')} | {sponsor} | " + " | ".join(values) + " |")
    return lines


def _share_tables(rows: Sequence[ShareRow]) -> list[str]:
    if not rows:
        return ["Not coded in the data sets known by then."]
    lines = [
        "Cells: events (share of the sponsor's events, 95 percent interval); an event with several members counts in "
        "each. Counts below 5 are in parentheses.",
        "",
        "| data set | date means | coding | sponsor | events | without | by member |",
        "|---|---|---|---|---|---|---|",
    ]
    keys = dict.fromkeys((row.dataset, row.date_meaning, row.dimension, row.sponsor) for row in rows)
    for key in keys:
        own = [row for row in rows if (row.dataset, row.date_meaning, row.dimension, row.sponsor) == key]
        events = str(own[0].events) if own[0].events else "cells only"
        missing = f"{own[0].missing_share:.2f}" if own[0].events else ""
        members = "; ".join(_share_cell(row) for row in sorted(own, key=lambda row: (-row.n, row.member)))
        name, meaning, dimension, sponsor = key
        head = f"| {name} | {meaning.replace('_', ' ')} | {dimension} | {sponsor} | {events} | {missing} | "
        lines.append(f"{head}{members} |")
    return lines


def _share_cell(row: ShareRow) -> str:
    if not row.events:
        return f"{row.member} {row.n}"
    if row.few:
        return f"{row.member} ({row.n})"
    return f"{row.member} {row.n} ({row.share:.2f}, {row.low:.2f} to {row.high:.2f})"


def _claim_lines(results: Sequence[ClaimResult]) -> list[str]:
    lines = ["### Source disagreement", "", "| claim | holds in | of series that can be asked |", "|---|---|---|"]
    lines += [f"| {result.claim.statement} | {result.support[0]} | {result.support[1]} |" for result in results]
    lines += ["", "| claim | data set | date means | coding | outcome | figures |", "|---|---|---|---|---|---|"]
    for result in results:
        for cell in result.cells:
            meaning = cell.date_meaning.replace("_", " ")
            row = [result.claim.statement, cell.dataset, meaning, cell.coding, cell.outcome, cell.figures]
            lines.append("| " + " | ".join(row) + " |")
    lines += ["", "What may be said:", ""]
    lines += [f"- {result.allowed} Source of the claim: {result.claim.source}." for result in results]
    return lines
