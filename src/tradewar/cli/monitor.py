"""`tradewar monitor DISPUTE` and `tradewar incidents ...`: parse, call, print. Registered by `cli.main`."""

from __future__ import annotations

import json
from enum import StrEnum
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

incidents = typer.Typer(help="Incident files: check, convert, report.", no_args_is_help=True)

AsOf = Annotated[str, typer.Option("--as-of", help="The dispute as it was known on this day, YYYY-MM-DD.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
IncidentPath = Annotated[Path, typer.Argument(help="A CSV file of incidents, or a STIX 2.1 bundle (.json).")]
LayoutName = Annotated[str, typer.Option(help="auto, canonical, stix, cfr, eurepoc, dcid, csis or cissm.")]


class ExportFormat(StrEnum):
    """What `incidents export` writes."""

    STIX = "stix"
    MISP = "misp"
    CSV = "csv"


def evidence_folder(dispute: str) -> Path:
    """The evidence tables of a built-in dispute, or of a dossier folder.

    Raises:
        EvidenceError: where there are none.
    """
    from tradewar.errors import EvidenceError

    given = Path(dispute)
    built_in = files("tradewar.disputes").joinpath("library", dispute, "evidence")
    with as_file(built_in) as place:
        for folder in (given / "evidence", given, place):
            if (folder / "commitments.toml").is_file():
                return folder
    fix = "Give a built-in dispute such as us-china-2019, or a folder with evidence/commitments.toml"
    raise EvidenceError.at(f"dispute {dispute!r}", "has no evidence tables", fix)


def monitor(
    dispute: Annotated[str, typer.Argument(help="A built-in dispute or a dossier folder.")] = "us-china-2019",
    as_of: AsOf = "2019-02-20",
    as_json: AsJson = False,
) -> None:
    """Is each commitment kept, and how sure are we."""
    from tradewar.monitoring import monitor as judge

    found = judge(evidence_folder(dispute), as_of)
    if as_json:
        document = {"dispute": dispute, "as_of": as_of, "commitments": [item.to_dict() for item in found]}
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if not found:
        typer.echo(f"No commitment was known on {as_of}.")
    for item in found:
        typer.echo(f"{item.commitment}: {item.grade}")
        for line in (*item.reasons, *item.notes):
            typer.echo(f"  {line}")


@incidents.command()
def check(
    file: IncidentPath,
    layout: LayoutName = "auto",
    refused: Annotated[Path | None, typer.Option(help="Write the refused rows, with reasons, to this CSV.")] = None,
) -> None:
    """Read a file of incidents and report every row that is refused."""
    from tradewar.monitoring.incident_files import read_incidents, write_refused

    found = read_incidents(file, layout)
    typer.echo(found.report())
    if refused is not None:
        write_refused(found, refused)


@incidents.command()
def export(
    file: IncidentPath,
    out: Annotated[Path, typer.Option("--out", help="File to write.")],
    form: Annotated[ExportFormat, typer.Option("--format", help="stix, misp or csv.")] = ExportFormat.STIX,
    layout: LayoutName = "auto",
) -> None:
    """Write the accepted incidents of a file as a STIX 2.1 bundle, as MISP events or as canonical CSV."""
    from tradewar.monitoring.activity import attribution_confidence
    from tradewar.monitoring.incident_files import read_incidents, write_incidents

    found = read_incidents(file, layout)
    typer.echo(found.report(), err=True)
    if form is ExportFormat.CSV:
        write_incidents(found.incidents, out)
    elif form is ExportFormat.STIX:
        from tradewar.monitoring.stix import to_stix

        out.write_text(to_stix(found.incidents, attribution_confidence(found.incidents)), encoding="utf-8")
    else:
        from tradewar.monitoring.misp import to_misp

        out.write_text(to_misp([item for item in found.incidents if item.date]), encoding="utf-8")


@incidents.command()
def report(
    files_of_incidents: Annotated[list[Path] | None, typer.Argument(help="Incident files; none = built-in.")] = None,
    as_of: AsOf = "2019-02-20",
    layout: LayoutName = "auto",
    dispute: Annotated[
        str, typer.Option(help="Dispute whose evidence is told where no file is given.")
    ] = "us-china-2019",
    as_json: AsJson = False,
) -> None:
    """The adversary activity report, in Markdown: the user's data sets side by side, or the built-in counts."""
    from tradewar.monitoring import activity_report, embedded_report, read_incidents
    from tradewar.monitoring.activity import activity_counts, known_by

    if files_of_incidents:
        read = [read_incidents(path, layout) for path in files_of_incidents]
        for found in read:
            typer.echo(found.report(), err=True)
        counts = activity_counts(incident for found in read for incident in found.incidents)
        told = activity_report(known_by(counts, as_of), as_of)
    else:
        told = embedded_report(evidence_folder(dispute), as_of)
    typer.echo(json.dumps(told.to_dict(), ensure_ascii=False, indent=2) if as_json else told.to_markdown(), nl=as_json)


@incidents.command()
def sources() -> None:
    """The public data sets: what their dates mean, their terms, what is bundled and how to get the rest."""
    from tradewar.monitoring.datasets import DATASETS

    for item in DATASETS.values():
        typer.echo(f"{item.name}: {item.title}")
        typer.echo(f"  date means {item.date_meaning.replace('_', ' ')}; terms: {item.terms}")
        typer.echo(f"  bundled: {item.bundled}")
        typer.echo(f"  {item.how_to_get}")
