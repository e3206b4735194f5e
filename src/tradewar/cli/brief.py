"""`tradewar brief`: the main job."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from tradewar.cli.output import print_text, progress

DEFAULT_DISPUTE = "us-china-2019"
DEFAULT_OUT = Path("brief")


def brief(
    dispute: Annotated[str, typer.Argument(help="Built-in dispute, or the path of a dossier folder.")] = (
        DEFAULT_DISPUTE
    ),
    as_of: Annotated[
        dt.datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="Only what was known on this day (2019-02-20)."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = DEFAULT_OUT,
    pdf: Annotated[bool, typer.Option("--pdf", help="Also brief.pdf, where a browser is present.")] = False,
    excel: Annotated[bool, typer.Option("--excel", help="Also tables.xlsx, one sheet per table.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="Also tables/*.tex.")] = False,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser when it is written.")] = False,
) -> None:
    """Run a dispute end to end and write its brief: page, figures, tables, charts and manifest."""
    from tradewar.brief.page import brief as write_brief

    with progress() as say:
        forms = [name for name, asked in (("pdf", pdf), ("excel", excel), ("latex", latex)) if asked]
        made = write_brief(dispute, out, as_of.date() if as_of else None, say, forms=forms)
    print_text(made.headline, *made.missing, f"Brief: {made.page}")
    if show:
        import webbrowser

        webbrowser.open(made.page.resolve().as_uri())
