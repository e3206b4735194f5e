"""Two briefs side by side: the figures of each, their differences, and nothing where one has nothing."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

import built_in
from tradewar.brief.compare import Compared, compare, render_comparison
from tradewar.brief.page import brief
from tradewar.disputes.findings import Findings
from tradewar.errors import DossierError

EARLIER = dt.date(2018, 8, 1)


def row(rows: tuple[Compared, ...], start: str) -> Compared:
    return next(item for item in rows if item.what.startswith(start))


def test_a_brief_and_itself_differ_in_nothing(findings: Findings) -> None:
    found = compare(findings, findings)
    assert found.rows
    assert all(item.one == item.other for item in found.rows)
    assert {item.difference for item in found.rows} <= {0.0, None}
    assert all(row.one == row.other != "" for row in found.answers)


def test_two_days_of_a_dispute(findings: Findings) -> None:
    earlier = built_in.findings(EARLIER)
    found = compare(earlier, findings)
    income = row(found.rows, "Real income of China, policy “today”")
    assert income.one == earlier.policies[0].country("CHN").real_income_pct
    assert income.other == findings.policies[0].country("CHN").real_income_pct
    assert income.difference == pytest.approx(income.other - income.one)
    assert income.other_range is not None
    assert income.other_range.low < income.other < income.other_range.high
    # no step with a date was known on the first day
    later = row(found.rows, "Real income of China, policy “rise”")
    assert (later.one, later.difference) == (None, None)
    questions = [item.question for item in found.rows]
    assert len(list(dict.fromkeys(questions))) == sum(
        1 for k, item in enumerate(questions) if k == 0 or questions[k - 1] != item
    )


def test_the_page_is_written_beside_the_brief(
    tmp_path: Path, findings: Findings, monkeypatch: pytest.MonkeyPatch
) -> None:
    built_in.quick(monkeypatch)
    monkeypatch.setattr("tradewar.brief.page.run", lambda _, day, *__, **___: built_in.findings(day or built_in.DAY))
    made = brief(built_in.DISPUTE, tmp_path / "out", against=(built_in.DISPUTE, EARLIER))
    assert {made.folder / "compare.html", made.folder / "compare.json"} <= {*made.files}
    text = (made.folder / "compare.html").read_text(encoding="utf-8")
    assert "as of 1 August 2018" in text
    assert "as of 20 February 2019" in text
    assert "http" not in text
    data = json.loads((made.folder / "compare.json").read_text(encoding="utf-8"))
    assert len(data["rows"]) == len(compare(findings, built_in.findings(EARLIER)).rows)
    assert render_comparison(compare(findings, built_in.findings(EARLIER))) == text
    with pytest.raises(DossierError, match="neither a built-in dispute nor a folder"):
        brief(built_in.DISPUTE, tmp_path / "out", against=("nowhere", None))
    brief(built_in.DISPUTE, tmp_path / "out")
    assert not (made.folder / "compare.html").exists()
