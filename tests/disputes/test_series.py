"""Observed monthly trade: what is read, what is refused, and what of it was known on a day."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tradewar.disputes.dossier import LIBRARY
from tradewar.disputes.series import load_series, months_between, year_before
from tradewar.errors import DossierError

BUILT_IN = LIBRARY / "us-china-2019"
EXPORTS, IMPORTS = "us-exports-to-china", "us-imports-from-china"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dossier folder with a copy of the built-in series that a test may break."""
    shutil.copytree(BUILT_IN / "series", tmp_path / "series")
    return tmp_path


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / "series" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_figures_of_the_dispute() -> None:
    observed = load_series(BUILT_IN)
    exports = observed.get(EXPORTS)
    # United States Census Bureau: January 2018 and 2019, USD million
    assert exports.value("2018-01") == pytest.approx(9910.2, abs=0.1)
    assert exports.value("2019-01") == pytest.approx(7105.1, abs=0.1)
    soybeans = observed.get(EXPORTS, "soybeans")
    year = [soybeans.total(months_between(f"{year}-01", 12)) for year in (2017, 2018)]
    assert year == pytest.approx([12_224, 3_119], abs=5)
    fall = exports.total(months_between("2018-10", 6)), exports.total(months_between("2017-10", 6))
    assert fall[0] is not None
    assert fall[1] is not None
    # a published figure: 26 percent down from October 2018 to March 2019
    assert fall[0] / fall[1] - 1 == pytest.approx(-0.26, abs=0.01)
    assert observed.groups(EXPORTS)[0] == "total"


@pytest.mark.parametrize("flow", [EXPORTS, IMPORTS])
def test_groups_add_up_to_the_total(flow: str) -> None:
    frame = load_series(BUILT_IN).to_frame()
    frame = frame[frame["flow"] == flow].pivot_table(index="month", columns="group", values="value")
    rest = frame["total"] - frame.drop(columns="total").sum(axis=1)
    assert rest.abs().max() < 0.05
    assert len(frame) == 59


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2018-08-09", "2018-06"),
        ("2018-08-08", "2018-05"),
        ("2019-02-07", "2018-10"),
        ("2019-02-08", "2018-11"),
        ("2019-02-20", "2018-11"),
        ("2019-03-10", "2018-11"),
        ("2019-03-11", "2018-12"),
        ("2019-04-11", "2019-01"),
    ],
)
def test_a_month_is_known_only_after_its_publication(day: str, last: str) -> None:
    known = load_series(BUILT_IN, dt.date.fromisoformat(day))
    assert {series.months[-1] for series in known.series} == {last}
    assert all(date <= known.as_of for series in known.series for date in series.known_from)


def test_reported_figures_reasons_and_gaps_do_not_leak() -> None:
    before, after = load_series(BUILT_IN, dt.date(2018, 12, 1)), load_series(BUILT_IN, dt.date(2019, 2, 20))
    assert before.reported == ()
    assert "shutdown" not in before.release_rule
    assert "shutdown" in after.release_rule
    (reported,) = after.reported
    assert (reported.month, reported.ratio_to_year_before) == ("2019-01", 0.6)
    assert not any("2020" in row.what for row in after.missing)
    assert any("China's own monthly imports" in row.what for row in after.missing)


def test_what_is_not_there_is_not_filled_in() -> None:
    exports = load_series(BUILT_IN, dt.date(2019, 2, 20)).get(EXPORTS)
    assert exports.value("2019-01") is None
    assert exports.total(["2018-11", "2018-12"]) is None


def test_months() -> None:
    assert months_between("2018-11", 3) == ("2018-11", "2018-12", "2019-01")
    assert year_before("2019-01") == "2018-01"
    assert year_before("2019-01", 2) == "2017-01"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("monthly.csv", "total,2019-01,7105.125", "total,2019-01,7106.125", "miss the total of 2019-01 by 0.999"),
        ("monthly.csv", "total,2019-01,7105.125", "total,2019-13,7105.125", "'2019-13' is not a month"),
        ("monthly.csv", "total,2019-01,7105.125", "total,2019-01,seven", "seven"),
        ("monthly.csv", "total,2019-01,", "total,2019-02,", "us-exports-to-china/total/2019-02 contradicts line 392"),
        ("monthly.csv", "us-exports-to-china,total,2019-01", "us-export-to-china,total,2019-01", "unknown flow"),
        ("monthly.csv", "flow,group,month,value", "flow,group,month,amount", "amount"),
        ("series.toml", "days = 40", "day = 40", "series.toml, line 6: release.day: unknown key 'day'"),
        ("series.toml", "days = 40", "days = -40", "release.days"),
        ("series.toml", 'month = "2019-01"', 'month = "January"', r"reported\[1\].month"),
        ("series.toml", "ratio_to_year_before = 0.60", "ratio_to_year_before = -40", "ratio_to_year_before"),
        ("series.toml", "[release]", "[release", "not valid TOML"),
    ],
)
def test_faults(folder: Path, file: str, old: str, new: str, said: str) -> None:
    edit(folder, file, old, new)
    with pytest.raises(DossierError, match=said):
        load_series(folder)


def test_files_that_are_missing(folder: Path) -> None:
    (folder / "series" / "monthly.csv").unlink()
    with pytest.raises(DossierError, match=r"monthly.csv: is missing from"):
        load_series(folder)
    (folder / "series" / "series.toml").unlink()
    with pytest.raises(DossierError, match=r"series.toml: is missing"):
        load_series(folder)


def test_unknown_series() -> None:
    observed = load_series(BUILT_IN)
    with pytest.raises(DossierError, match=r"no series us-exports-to-china/soybean; did you mean 'soybeans'"):
        observed.get(EXPORTS, "soybean")
    with pytest.raises(DossierError, match="there is no flow 'exports'"):
        observed.flow("exports")


@pytest.mark.reference
def test_the_table_is_what_the_script_makes(reference_data: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for path in ("trade/us_bilateral_totals_monthly_2013_2020.csv",
                 "trade/us_exports_to_china_hs6_monthly_2013_2021.parquet",
                 "trade/us_imports_hs2_monthly_2013_2020.parquet",
                 "phase_one/hs6_to_group.csv"):  # fmt: skip
        (source / Path(path).name).symlink_to(reference_data / "tariffs" / path)
    script = Path(__file__).resolve().parents[2] / "scripts" / "derive_series.py"
    subprocess.run([sys.executable, script, source, "--out", tmp_path], check=True, capture_output=True)
    assert (tmp_path / "monthly.csv").read_bytes() == (BUILT_IN / "series" / "monthly.csv").read_bytes()
