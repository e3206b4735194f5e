"""The committed validation page covers every test of the literature and hides no disagreement."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scripts.validation_page import NoRowsError, page, read

from validation import ROUNDED, TWO_SOLVERS, VARIABLE, recorder, widest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
SOURCE = re.compile(r"^## (.+)\n\nFrom `(.+?)`\.\n\n((?:\|.*\n)+)((?:.|\n)*?)(?=^## |\Z)", re.MULTILINE)
VERDICT = re.compile(r"(agrees|\*\*does not agree\*\*)(, unverified)?|compared")


def sections(text: str) -> list[tuple[str, str, list[list[str]], str]]:
    """(source, test module, cells of each row, text below the table) of every section of a page."""
    found = []
    for heading, module, lines, below in SOURCE.findall(text):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines.splitlines()[2:]]
        found.append((heading, module, rows, below))
    return found


def faults(text: str) -> list[str]:
    """What is wrong with the rows of a page."""
    found = []
    for heading, _, rows, below in sections(text):
        for quantity, theirs, ours, apart, band, verdict, why in rows:
            where = f"{heading}: {quantity}"
            # both figures are rounded to six digits, and a difference below 1e-4 to two
            rounding = 1e-5 * max(abs(float(theirs)), abs(float(ours))) + 0.05 * abs(float(apart))
            if abs(float(apart) - (float(ours) - float(theirs))) > rounding:
                found.append(f"{where}: the difference is another one")
            if not VERDICT.fullmatch(verdict):
                found.append(f"{where}: {verdict!r} is no verdict")
            if not re.search(rf"^{why}\. \w.{{10,}}", below, re.MULTILINE):
                found.append(f"{where}: no reason")
            if not verdict.startswith("agrees"):
                continue
            if not band or abs(float(apart)) > float(band):
                found.append(f"{where}: does not agree")
            elif float(band) > widest(float(theirs)):
                found.append(f"{where}: the band of {band} could hide a disagreement")
    return found


def test_every_section_of_the_page_is_read() -> None:
    assert len(sections(PAGE)) == PAGE.count("\n## ")
    counts = re.search(
        r"^(\d+) figures: (\d+) agree, (\d+) do not agree, (\d+) compare settings\. (\d+) .* unverified\.$",
        PAGE,
        re.MULTILINE,
    )
    assert counts
    verdicts = [row[5] for _, _, rows, _ in sections(PAGE) for row in rows]
    words = ("agrees", "**does", "compared")
    expected = [len(verdicts), *(sum(said.startswith(word) for said in verdicts) for word in words)]
    assert [int(text) for text in counts.groups()] == [*expected, sum("unverified" in said for said in verdicts)]


def test_every_row_has_its_difference_a_verdict_and_a_reason_and_no_band_hides_a_disagreement() -> None:
    assert faults(PAGE) == []


ROWS = """# Validation

## A paper

From `tests/literature/test_x.py`.

| quantity | published | ours | difference | band | | why |
|---|---:|---:|---:|---:|---|---|
| {row} |

1. Weights of another year than theirs.
"""


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("average tariff | 12 | 8.79767 | -3.20233 | 4.5 | agrees | 1", "could hide a disagreement"),
        ("average tariff | 12 | 8.79767 | -3.20233 | 0.12 | agrees | 1", "does not agree"),
        ("average tariff | 12 | 8.79767 | -3.20233 |  | agrees | 1", "does not agree"),
        ("average tariff | 12 | 8.79767 | -2.20233 |  | **does not agree** | 1", "the difference is another one"),
        ("average tariff | 12 | 8.79767 | -3.20233 |  | **does not agree** | 2", "no reason"),
        ("average tariff | 12 | 8.79767 | -3.20233 |  | † | 1", "no verdict"),
        ("average tariff | 12 | 8.79767 | -3.20233 |  | **does not agree** | 1", None),
        ("average tariff | 12 | 11.9 | -0.1 | 0.12 | agrees | 1", None),
    ],
)
def test_a_fault_of_a_row_is_seen(row: str, fault: str | None) -> None:
    found = faults(ROWS.format(row=row))
    assert len(found) == (fault is not None)
    assert fault is None or fault in found[0]


def test_the_page_covers_every_module_of_the_literature() -> None:
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests" / "literature").glob("test_*.py")}
    assert {module for _, module, _, _ in sections(PAGE)} == modules


def test_rows_of_two_workers_make_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    for worker, ours, band in (("gw1", 1.2, None), ("gw0", 1.14, 0.05)):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
        recorder("test_x")("A paper", [f"welfare of {worker}"], [1.1], [ours], band, reason="They weigh by jobs.")
    record = recorder("test_x")
    record("A paper", "from memory", 2.0, 3.0, None, reason="They weigh by jobs.", unverified=True)
    record("Ours twice", "welfare", 1.0, 2.0, None, beside="another setting", reason="Another world.")
    assert {path.name for path in tmp_path.iterdir()} == {"gw0.jsonl", "gw1.jsonl"}
    text = page(read(tmp_path))
    assert "4 figures: 1 agree, 2 do not agree, 1 compare settings. 1 published ones are unverified." in text
    assert "| welfare of gw0 | 1.1 | 1.14 | 0.04 | 0.05 | agrees | 1 |" in text
    assert "| welfare of gw1 | 1.1 | 1.2 | 0.1 |  | **does not agree** | 2 |" in text
    assert "| from memory | 2 | 3 | 1 |  | **does not agree**, unverified |" in text
    assert "| quantity | another setting | ours |" in text
    assert text.count("They weigh by jobs.") == 1
    assert text.count(ROUNDED) == 1
    assert faults(text) == []


def test_nothing_is_written_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    recorder("test_x")("A paper", "welfare", 1.0, 1.0, 0.05)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(NoRowsError, match="no rows"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("theirs", "ours", "band", "reason", "message"),
    [
        (1.0, 2.0, None, "", "needs a reason"),
        (1.0, 2.0, 0.05, "", "needs a reason"),
        (100.0, 100.7, 1.0, "", "needs a reason"),  # within 1 percent, but not rounding
        (12.0, 8.8, 4.5, "They weigh by jobs.", "could hide a disagreement"),
        (12.0, 8.8, None, "They weigh by jobs.", None),
        (100.0, 100.7, 1.0, "They weigh by jobs.", None),
        (-0.06, -0.0638, 0.005, "", None),  # rounding, though 8 percent
        (-0.06, -0.0638, 0.006, "", "could hide a disagreement"),
    ],
)
def test_a_band_that_hides_or_a_reason_that_lacks_is_refused(
    theirs: float, ours: float, band: float | None, reason: str, message: str | None
) -> None:
    record = recorder("test_x")
    if message is None:
        record("A paper", "welfare", theirs, ours, band, reason=reason)
        return
    with pytest.raises(ValueError, match=message):
        record("A paper", "welfare", theirs, ours, band, reason=reason)


def test_two_solvers_need_no_reason_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    recorder("test_x")("A solver", "welfare", 1.23456, 1.2346, 1e-4, beside="independent")
    assert read(tmp_path)[0]["reason"] == TWO_SOLVERS
