"""The month-by-month paths of the dossier, and its observed falls taken apart."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tradewar.disputes.dossier import LIBRARY, load_dispute
from tradewar.disputes.monthly import MonthlyFindings, monthly_findings, position
from tradewar.disputes.path_file import read_path_file
from tradewar.errors import DossierError
from tradewar.io.serialize import json_text

DAY, LATER = dt.date(2019, 2, 20), dt.date(2019, 5, 20)
EXPORTS, IMPORTS = "us-exports-to-china", "us-imports-from-china"


@pytest.fixture(scope="module")
def found() -> MonthlyFindings:
    return monthly_findings(load_dispute("us-china-2019").at_horizon(level="blp"), DAY)


@pytest.fixture(scope="module")
def later() -> MonthlyFindings:
    return monthly_findings(load_dispute("us-china-2019").at_horizon(level="blp"), LATER)


def test_steps_are_those_of_the_book_as_known(found: MonthlyFindings, later: MonthlyFindings) -> None:
    steps = found.flow(IMPORTS).steps
    assert [(step.on.isoformat(), step.planned) for step in steps] == [
        ("2018-07-06", False),
        ("2018-08-23", False),
        ("2018-09-24", False),
        ("2019-03-02", True),
    ]
    assert steps[-1].rate_before == pytest.approx(0.0617, abs=1e-4)
    assert steps[-1].rate_after == pytest.approx(0.1138, abs=1e-4)
    assert [step.on for step in later.flow(IMPORTS).steps][-1] == dt.date(2019, 5, 10)


def test_components_make_the_path(found: MonthlyFindings) -> None:
    for flow in found.flows:
        for row in flow.months:
            total = row.substitution + row.directed + row.stocks
            assert np.log(row.index) == pytest.approx(total, abs=1e-12)


def test_imports_are_use_plus_the_change_of_stocks(found: MonthlyFindings) -> None:
    rows = found.flow(IMPORTS).months
    stock = [0.0, *(row.extra_stock for row in rows)]
    for row, change in zip(rows, np.diff(stock), strict=True):
        assert row.index == pytest.approx(row.use + change, abs=1e-12)


def test_hurry_before_the_date_and_a_hangover_whether_or_not_it_comes(found: MonthlyFindings) -> None:
    rows = {row.month: row for row in found.flow(IMPORTS).months}
    assert rows["2018-10"].stocks > 0.1
    assert rows["2019-02"].extra_stock > 0.4
    march = rows["2019-03"]
    assert march.index_without is not None
    assert march.index < march.index_without < 0.8
    # without the step trade comes back to what the tariffs of today leave
    december = rows["2019-12"]
    assert december.index_without is not None
    assert december.index_without > december.index


def test_observed_points_stop_at_what_was_published(found: MonthlyFindings, later: MonthlyFindings) -> None:
    rows = found.flow(EXPORTS).months
    assert [row.month for row in rows if row.observed is not None][-1] == "2018-11"
    by_month = {row.month: row for row in rows}
    assert by_month["2018-11"].observed == pytest.approx(8650.889 / 12908.39, abs=1e-4)
    assert by_month["2018-12"].observed_three_months is None
    assert [row.month for row in later.flow(EXPORTS).months if row.observed is not None][-1] == "2019-03"


def test_the_band_holds_the_draws(found: MonthlyFindings) -> None:
    for flow in found.flows:
        assert "percent of draws" in flow.band
        for row in flow.months:
            assert row.range is not None
            assert row.range.low <= row.range.high + 1e-12
            assert row.range.base == row.index
            assert row.range.holds_base or (row.range.outside or "").startswith("the path takes orders")


def test_the_reported_fall_of_january_taken_apart(found: MonthlyFindings) -> None:
    reported = found.flow(EXPORTS).falls[0]
    assert reported.reported
    assert reported.months == ("2019-01",)
    parts = reported.decomposition.parts
    assert sum(part.log_points for part in parts.values()) == pytest.approx(np.log(0.6), abs=1e-12)
    percent = [part.percent_of_fall for part in parts.values()]
    assert sum(value for value in percent if value is not None) == pytest.approx(-40, abs=1e-9)
    # tariffs explain a small part; something is left that cannot be separated
    assert parts["substitution"].log_points == pytest.approx(-0.050, abs=0.002)
    assert parts["directed"].log_points == pytest.approx(-0.239, abs=0.005)
    assert parts["waiting"].log_points < -0.05
    assert parts["residual"].log_points == pytest.approx(-0.11, abs=0.01)
    assert "2018-09 to 2018-11" in reported.how_directed


def test_the_same_month_in_american_statistics_is_another_fall(later: MonthlyFindings) -> None:
    _, january, around, *_ = later.flow(EXPORTS).falls
    assert january.months == ("2019-01",)
    assert january.decomposition.observed_ratio == pytest.approx(0.717, abs=1e-3)
    assert around.months == ("2018-12", "2019-01", "2019-02")
    assert around.decomposition.observed_ratio == pytest.approx(0.733, abs=1e-3)
    for fall in later.flow(EXPORTS).falls:
        total = sum(part.log_points for part in fall.decomposition.parts.values())
        assert total == pytest.approx(fall.decomposition.total.log_points, abs=1e-12)
    # by then the directed groups of January itself are known
    assert "in 2019-01 they stood at 26%" in january.how_directed


def test_a_change_too_small_to_be_shared_out_is_said_to_be_that(later: MonthlyFindings) -> None:
    (fall,) = later.flow(IMPORTS).falls
    assert abs(fall.decomposition.total.log_points) < 0.05
    assert "too little to be shared out" in fall.sentence


@pytest.mark.parametrize("day", [dt.date(2018, 8, 20), dt.date(2018, 12, 10), DAY])
def test_nothing_later_leaks(day: dt.date) -> None:
    text = json_text(monthly_findings(load_dispute("us-china-2019"), day).to_dict())
    if day < dt.date(2018, 12, 19):
        assert "hurry before 2 March" not in text
        assert "shutdown" not in text
    if day < dt.date(2018, 9, 21):
        assert "hurry before 1 January" not in text
    if day < dt.date(2018, 12, 3):
        assert '"name": "waiting for a deal"' not in text
    if day < dt.date(2019, 2, 19):
        assert "January 2019" not in text.replace("hurry before 1 January 2019", "")
    facts = json.loads(text)
    for flow in facts["flows"]:
        assert all(step["on"] <= day.isoformat() or step["planned"] for step in flow["steps"])
        seen = [row["month"] for row in flow["months"] if row["observed"] is not None]
        assert not seen or seen[-1] < day.isoformat()[:7]


def test_every_assumption_is_named_with_its_reason(found: MonthlyFindings) -> None:
    for flow in found.flows:
        assert all(row.reason and row.source and row.value for row in flow.assumptions)
    names = [row.name for row in found.flow(EXPORTS).assumptions]
    assert names == ["elasticity by horizon", "directed buying", "waiting for a deal"]


def test_frames(found: MonthlyFindings) -> None:
    assert len(found.to_frame()) == 48
    bars = found.falls_frame()
    assert set(bars["component"]) == {"substitution", "directed", "stocks", "waiting", "residual"}


def test_the_day_of_a_step_in_months() -> None:
    assert position("2018-01", dt.date(2018, 1, 1)) == 0
    assert position("2018-01", dt.date(2019, 3, 2)) == pytest.approx(14 + 1 / 31)
    assert position("2018-01", dt.date(2018, 12, 31)) == pytest.approx(12 - 1 / 31)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("start = ", "begin = ", r"path.toml, line 4: begin: unknown key 'begin'"),
        ('kind = "removal"', 'kind = "removal"\npower_before = 1.1', "neither for a removal"),
        ('effective = "2019-03"', 'effective = "2018-11"', "not after announced"),
        ("probability = 0.3", "probability = 30", "probability"),
        ("long_run = 2.0\n", "long_run = 1.0\n", "do not fall in that order|Give long run"),
    ],
)
def test_faults_of_the_assumptions(tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = tmp_path / "dossier"
    shutil.copytree(LIBRARY / "us-china-2019", folder)
    path = folder / "series" / "path.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    from tradewar.errors import InputError

    with pytest.raises(InputError, match=said):
        monthly_findings(load_dispute(folder), DAY)


def test_unknown_flow(found: MonthlyFindings) -> None:
    with pytest.raises(DossierError, match="there is no flow 'soy'"):
        found.flow("soy")
    assert read_path_file(LIBRARY / "us-china-2019").base_year == 2017
