"""A brief in the forms that others work with: LaTeX tables, an Excel workbook, and a PDF from a browser."""

from __future__ import annotations

import datetime as dt
import subprocess
from collections.abc import Sequence
from shutil import which

from tradewar.brief.tables import Cell, Table
from tradewar.io.archives import Timeless
from tradewar.io.files import read_bytes
from tradewar.io.scratch import Scratch
from tradewar.io.writing import write_file

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
"""Commands that print a page without a window, in the order in which they are tried."""
BROWSER_SECONDS = 120
_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-pdf-header-footer",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "−": r"$-$", "θ": r"$\theta$",
}  # fmt: skip
_SHEET_NAME = 31
"""Letters of the longest name of a sheet."""


def latex(table: Table) -> str:
    """A `longtable` with the rules of `booktabs`; figures to six digits."""
    kinds = "".join("r" if _numeric(table, k) else "l" for k in range(len(table.columns)))
    head = " & ".join(_escaped(column) for column in table.columns)
    body = [" & ".join(_escaped(_short(cell)) for cell in row) + r" \\" for row in table.rows]
    lines = [
        f"% {table.title}. Needs \\usepackage{{booktabs,longtable}}",
        rf"\begin{{longtable}}{{{kinds}}}",
        rf"\caption{{{_escaped(table.title)}}} \\",
        r"\toprule",
        head + r" \\",
        r"\midrule",
        r"\endhead",
        *body,
        r"\bottomrule",
        r"\end{longtable}",
    ]
    return "\n".join(lines) + "\n"


def workbook(tables: Sequence[Table]) -> bytes:
    """An Excel workbook with one sheet per table, figures exact."""
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    book, archive = Workbook(write_only=True), Timeless()
    # equal tables give equal bytes
    book.properties.created = book.properties.modified = dt.datetime(1980, 1, 1)
    for table in tables:
        sheet = book.create_sheet(table.name[:_SHEET_NAME])
        sheet.freeze_panes = "A2"
        sheet.append(list(table.columns))
        for row in table.rows:
            sheet.append([_plain(cell) for cell in row])
    ExcelWriter(book, archive).save()
    return archive.made.getvalue()


def find_browser() -> str | None:
    """A browser on the PATH that can print to PDF, None where there is none."""
    return next((found for name in BROWSERS if (found := which(name))), None)


def pdf(page: str, browser: str) -> bytes:
    """The page as the browser prints it.

    Raises:
        OSError: if the browser does not start, ends without a file, or takes longer than `BROWSER_SECONDS`.
    """
    with Scratch("pdf") as scratch:
        source = write_file(scratch.path / "brief.html", page)
        target = scratch.path / "brief.pdf"
        command = [browser, *_QUIET, f"--user-data-dir={scratch.path / 'profile'}", f"--print-to-pdf={target}"]
        try:
            subprocess.run([*command, source.as_uri()], capture_output=True, timeout=BROWSER_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise OSError(f"{browser} took longer than {BROWSER_SECONDS} seconds") from error
        found = read_bytes(target, [])
        if found is None:
            raise OSError(f"{browser} wrote no file")
        return found


def _numeric(table: Table, column: int) -> bool:
    cells = [row[column] for row in table.rows if row[column] is not None]
    return bool(cells) and all(isinstance(cell, int | float) for cell in cells)


def _short(cell: Cell) -> str:
    if cell is None or cell != cell:
        return ""
    return f"{cell:.6g}".replace("-", "−") if isinstance(cell, float) else str(cell)


def _plain(cell: Cell) -> Cell:
    """A cell for Excel: what is not defined is empty, and text that starts like a formula stays text."""
    if cell is None or cell != cell:
        return None
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(("=", "+", "@")) else cell
    return cell


def _escaped(text: str) -> str:
    return "".join(_LATEX.get(letter, letter) for letter in text)
