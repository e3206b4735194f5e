"""LaTeX, Excel and PDF: the figures of the tables, and nothing that a spreadsheet would run."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

import built_in
from tradewar.brief import exports, page
from tradewar.brief.tables import table
from tradewar.errors import InputError

EXAMPLE = table("effects", "Effects, 100 % of them", ("country", "pct_change"), [("A&B", -0.25), ("=1+1", None)])


def test_latex_escapes_and_rules() -> None:
    text = exports.latex(EXAMPLE)
    assert r"\begin{longtable}{lr}" in text
    assert r"A\&B & $-$0.25 \\" in text
    assert r"pct\_change" in text
    assert r"100 \% of them" in text
    assert text.count(r"\toprule") == text.count(r"\bottomrule") == 1


def test_a_workbook_holds_the_figures_and_runs_nothing() -> None:
    first, again = exports.workbook([EXAMPLE]), exports.workbook([EXAMPLE])
    assert first == again
    sheet = load_workbook(io.BytesIO(first))["effects"]
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["country", "pct_change"],
        ["A&B", -0.25],
        ["'=1+1", None],
    ]


def test_further_forms_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built_in.quick(monkeypatch)
    monkeypatch.setattr(exports, "find_browser", lambda: None)
    made = page.brief(built_in.DISPUTE, tmp_path / "brief", built_in.DAY, forms=("pdf", "excel", "latex"))
    names = {path.relative_to(made.folder).as_posix() for path in made.files}
    assert {"tables.xlsx", "tables/countries.tex"} <= names
    assert "brief.pdf" not in names
    assert made.missing == (made.missing[0],)
    assert "no browser was found" in made.missing[0]
    assert made.page.is_file()
    listed = (made.folder / "manifest.json").read_text(encoding="utf-8")
    assert "tables.xlsx" in listed


def test_an_unknown_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="word is unknown"):
        page.brief(built_in.DISPUTE, tmp_path, forms=("word",))


def test_a_browser_prints_the_page() -> None:
    browser = exports.find_browser()
    if browser is None:
        pytest.skip("no browser that prints is on the PATH")
    assert exports.pdf("<title>Page</title><p>One page.</p>", browser).startswith(b"%PDF")


def test_a_browser_that_fails_is_named() -> None:
    with pytest.raises(OSError, match="wrote no file"):
        exports.pdf("<p>One page.</p>", "true")
