"""`tradewar brief`: the main job."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from tradewar.cli.options import DEFAULT_DISPUTE, AsOf, Dispute, HorizonYears, Level, day
from tradewar.cli.output import print_text, progress

DEFAULT_OUT = Path("brief")


def brief(
    dispute: Dispute = DEFAULT_DISPUTE,
    as_of: AsOf = None,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = DEFAULT_OUT,
    pdf: Annotated[bool, typer.Option("--pdf", help="Also brief.pdf, where a browser is present.")] = False,
    excel: Annotated[bool, typer.Option("--excel", help="Also tables.xlsx, one sheet per table.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="Also tables/*.tex.")] = False,
    other: Annotated[
        str | None,
        typer.Option("--compare", help="Also compare.html: with another day (2019-05-20), dispute or dossier folder."),
    ] = None,
    horizon: HorizonYears = None,
    level: Level = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser when it is written.")] = False,
) -> None:
    """Run a dispute end to end and write its brief: page, figures, tables, charts and manifest."""
    from tradewar.brief.compare import PAGE as COMPARISON
    from tradewar.brief.page import brief as write_brief

    with progress() as say:
        forms = [name for name, asked in (("pdf", pdf), ("excel", excel), ("latex", latex)) if asked]
        against = _against(other, dispute, day(as_of)) if other else None
        made = write_brief(dispute, out, day(as_of), say, forms=forms, against=against, horizon=horizon, level=level)
    print_text(made.headline, *made.missing, f"Brief: {made.page}")
    if against:
        print_text(f"Comparison: {made.folder / COMPARISON}")
    if show:
        import webbrowser

        webbrowser.open(made.page.resolve().as_uri())


def _against(other: str, dispute: str, as_of: dt.date | None) -> tuple[str, dt.date | None]:
    """Another day of the dispute, or another dispute on the day."""
    try:
        return dispute, dt.date.fromisoformat(other)
    except ValueError:
        return other, as_of
