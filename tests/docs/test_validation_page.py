"""The committed validation page covers every test of the literature and hides no disagreement."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scripts.validation_page import MARK, NoRowsError, page, read

from validation import VARIABLE, recorder

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
SOURCE = re.compile(r"^## (.+)\n\nFrom `(.+?)`\.\n\n((?:\|.*\n)+)((?:.|\n)*?)(?=^## |\Z)", re.MULTILINE)


def sections() -> list[tuple[str, str, list[list[str]], str]]:
    """(source, test module, cells of each row, text below the table) of every section of the committed page."""
    found = []
    for heading, module, lines, below in SOURCE.findall(PAGE):
        rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines.splitlines()[2:]]
        found.append((heading, module, rows, below))
    return found


def test_every_section_of_the_page_is_read() -> None:
    assert len(sections()) == PAGE.count("\n## ")
    counts = re.search(r"^(\d+) figures; (\d+) agree, (\d+) are marked\.$", PAGE, re.MULTILINE)
    assert counts
    rows = [row for _, _, rows, _ in sections() for row in rows]
    marks = sum(row[-1] == MARK for row in rows)
    assert [int(text) for text in counts.groups()] == [len(rows), len(rows) - marks, marks]


def test_every_difference_is_within_its_tolerance_or_marked_and_explained() -> None:
    for heading, _, rows, below in sections():
        for quantity, published, ours, apart, within in rows:
            # both figures are rounded to six digits, and a difference below 1e-4 to two
            rounding = 1e-5 * max(abs(float(published)), abs(float(ours))) + 0.05 * abs(float(apart))
            assert float(apart) == pytest.approx(float(ours) - float(published), abs=rounding), (heading, quantity)
            if within == MARK:
                assert re.search(rf"^{MARK} \w+", below, re.MULTILINE), (heading, quantity)
            else:
                assert abs(float(apart)) <= float(within), (heading, quantity)


def test_the_page_covers_every_module_of_the_literature() -> None:
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests" / "literature").glob("test_*.py")}
    assert {module for _, module, _, _ in sections()} == modules


def test_rows_of_two_workers_make_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    for worker, ours in (("gw1", 1.2), ("gw0", 1.14)):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
        recorder("test_x")("A paper", [f"welfare of {worker}"], [1.1], [ours], 0.05, note="They round.")
    assert {path.name for path in tmp_path.iterdir()} == {"gw0.jsonl", "gw1.jsonl"}
    text = page(read(tmp_path))
    assert "2 figures; 1 agree, 1 are marked." in text
    assert "| welfare of gw0 | 1.1 | 1.14 | 0.04 | 0.05 |" in text
    assert f"| welfare of gw1 | 1.1 | 1.2 | 0.1 | {MARK} |" in text
    assert text.count("They round.") == 1


def test_nothing_is_written_unasked_and_an_unexplained_difference_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    recorder("test_x")("A paper", "welfare", 1.0, 1.0, 0.1)
    assert list(tmp_path.iterdir()) == []
    for tolerance in (0.1, None):
        with pytest.raises(ValueError, match="needs a note"):
            recorder("test_x")("A paper", "welfare", 1.0, 2.0, tolerance)
    with pytest.raises(NoRowsError, match="no rows"):
        read(tmp_path)
