"""`tradewar monitor DISPUTE` and `tradewar incidents ...`: parse, call, print."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tradewar.cli.options import DEFAULT_DISPUTE, AsJson, AsOf, Dispute, day
from tradewar.cli.output import print_document, print_json, print_table, print_text, progress, say
from tradewar.io.writing import check_file, write_file

if TYPE_CHECKING:
    from tradewar.disputes.kept import KeptCommitment
    from tradewar.monitoring.claims import ClaimCell, ClaimResult
    from tradewar.monitoring.evidence import TruceReview

incidents = typer.Typer(help="Incident files: check, convert, report.", no_args_is_help=True, rich_markup_mode=None)

IncidentPath = Annotated[Path, typer.Argument(help="A CSV file of incidents, or a STIX 2.1 bundle (.json).")]
LayoutName = Annotated[str, typer.Option(help="auto, canonical, stix, cfr, eurepoc, dcid, csis or cissm.")]


class ExportFormat(StrEnum):
    """What `incidents export` writes."""

    STIX = "stix"
    MISP = "misp"
    CSV = "csv"


def monitor(
    dispute: Dispute = DEFAULT_DISPUTE,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Is each commitment kept, how sure are we, and what would change the answer."""
    from tradewar.disputes.kept import Monitored, kept

    with progress() as say:
        say(f"Judging the commitments of {dispute}")
        found = kept(dispute, day(as_of))
    if as_json:
        print_json(Monitored(dispute, found))
        return
    if not found.commitments:
        print_text(f"No commitment was known on {found.as_of}.")
    for item in found.commitments:
        _show(item)
    if found.report is not None and found.report.claims:
        _show_claims(found.report.claims)


def _show(item: KeptCommitment) -> None:
    evidence = item.evidence
    print_text(f"{evidence.commitment}: {evidence.grade}")
    print_text(*(f"  {line}" for line in evidence.reasons))
    print_text(*(f"  {change.to} would take: {change.what}" for change in item.changes))
    print_text(*(f"  Note: {note}" for note in evidence.notes), "")
    if evidence.truce:
        _show_sources(evidence.truce[-1])


def _show_sources(review: TruceReview) -> None:
    print_table(
        f"  {review.window[0]} to {review.window[1]} by data set; probabilities that the rate is above",
        ("data set", "date means", "before", "now", "cap", "truce window", "before the deal", "alarm", "grade"),
        [
            (
                source.dataset,
                source.date_meaning.replace("_", " "),
                f"{source.baseline_count:g} in {source.baseline_exposure:.0f} months",
                f"{source.count:g} in {source.exposure:.0f} months",
                f"{source.breach_probability:.3f}",
                "" if source.above_truce_window is None else f"{source.above_truce_window:.3f}",
                f"{source.above_baseline:.3f}",
                source.alarm_month,
                str(source.verdict.grade),
            )
            for source in review.sources
        ],
        text_columns=2,
        keys=2,
    )


def _show_claims(claims: tuple[ClaimResult, ...]) -> None:
    print_text("Published claims, held against each data set on its own:")
    for result in claims:
        print_text(f"  {result.claim.statement}")
        for outcome in ("holds", "fails", "not shown", "too few", "not coded"):
            cells = [_cell(cell) for cell in result.cells if cell.outcome == outcome]
            if cells:
                print_text(f"    {outcome}: {'; '.join(cells)}")


def _cell(cell: ClaimCell) -> str:
    wide = ", wide coding" if cell.coding == "sector_wide" else ""
    return f"{cell.dataset} by {cell.date_meaning.replace('_', ' ')}{wide} ({cell.figures})"


@incidents.command()
def check(
    file: IncidentPath,
    layout: LayoutName = "auto",
    refused: Annotated[Path | None, typer.Option(help="Write the refused rows, with reasons, to this CSV.")] = None,
) -> None:
    """Read a file of incidents and report every row that is refused."""
    from tradewar.monitoring.incident_files import read_incidents, refused_csv

    if refused is not None:
        check_file(refused, option="--refused", inputs=(file,))
    found = read_incidents(file, layout)
    print_document(found.report())
    if refused is not None:
        write_file(refused, refused_csv(found), option="--refused")
    if found.refused and not found.incidents:
        raise typer.Exit(2)


@incidents.command()
def export(
    file: IncidentPath,
    out: Annotated[Path, typer.Option("--out", help="File to write.")],
    form: Annotated[ExportFormat, typer.Option("--format", help="stix, misp or csv.")] = ExportFormat.STIX,
    layout: LayoutName = "auto",
) -> None:
    """Write the accepted incidents of a file as a STIX 2.1 bundle, as MISP events or as canonical CSV."""
    from tradewar.monitoring.activity import attribution_confidence
    from tradewar.monitoring.incident_files import incidents_csv, read_incidents

    check_file(out, inputs=(file,))
    found = read_incidents(file, layout)
    say(found.report())
    if form is ExportFormat.CSV:
        text = incidents_csv(found.incidents)
    elif form is ExportFormat.STIX:
        from tradewar.monitoring.stix import to_stix

        text = to_stix(found.incidents, attribution_confidence(found.incidents))
    else:
        from tradewar.monitoring.misp import to_misp

        text = to_misp([item for item in found.incidents if item.date])
    write_file(out, text)


@incidents.command()
def report(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Incident files; without one, the built-in counts.")
    ] = None,
    as_of: AsOf = None,
    layout: LayoutName = "auto",
    dispute: Annotated[
        str, typer.Option(help="Dispute whose evidence is told where no file is given.")
    ] = DEFAULT_DISPUTE,
    as_json: AsJson = False,
) -> None:
    """The adversary activity report, in Markdown: the user's data sets side by side, or the built-in counts."""
    if files:
        from tradewar.monitoring.report import report_of_files

        told, read = report_of_files(files, layout, (as_of or dt.datetime.now()).date().isoformat())
        for found in read:
            say(found.report())
    else:
        from tradewar.disputes.kept import kept

        told = kept(dispute, day(as_of)).activity
    if as_json:
        print_json(told)
    else:
        print_document(told.to_markdown())


@incidents.command()
def sources(as_json: AsJson = False) -> None:
    """The public data sets: what their dates mean, their terms, what is bundled and how to get the rest."""
    from tradewar.monitoring.datasets import DATASETS

    if as_json:
        print_json(list(DATASETS.values()))
        return
    for item in DATASETS.values():
        print_text(
            f"{item.name}: {item.title}",
            f"  date means {item.date_meaning.replace('_', ' ')}; terms: {item.terms}",
            f"  bundled: {item.bundled}",
            f"  {item.how_to_get}",
        )
