"""`tradewar sweep`: tables, charts, JSON, grids, resuming, faults and exit status."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from commands import tradewar
from tradewar.world import write_world
from worlds import toy_io


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_world(toy_io(), tmp_path / "toy")
    (tmp_path / "a.csv").write_text("exporter,importer,sector,change_pp\nCN,US,*,25\n")
    (tmp_path / "b.csv").write_text("exporter,importer,sector,change_pp\nUS,CN,*,25\n")
    return tmp_path


def test_tables_and_charts_are_written(folder: Path) -> None:
    out = folder / "out"
    arguments = (
        "sweep", folder / "toy", "--tariffs", folder / "a.csv", "--tariffs", folder / "b.csv", "--draws", "8",
        "--errors", "0.2", "--seed", "3", "--out", out,
    )  # fmt: skip
    done = tradewar(*arguments, "--countries", "US")
    assert done.status == 0, done.err
    assert "16 items, 16 solved." in done.out and "8 draws, lognormal, 50 percent in common, seed 3" in done.out
    table = pd.read_csv(out / "quantiles.csv")
    assert set(table["case"]) == {"a", "b"}
    row = table[(table["case"] == "a") & (table["country"] == "US") & (table["measure"] == "real_income_pct")].iloc[0]
    assert f"{row['q50']:+.4f}" in done.out
    assert row["q5"] <= row["q25"] <= row["q50"] <= row["q75"] <= row["q95"]
    contributions = pd.read_csv(out / "contributions.csv")
    assert len(contributions) == 2 * 3 * 3
    for name in ("tornado-a-US.svg", "tornado-b-US.svg"):
        assert "Other goods" in (out / name).read_text()
        assert (out / name).with_suffix(".png").stat().st_size > 1000
    before = {path: path.stat().st_mtime_ns for path in (out / "parts").iterdir()}
    assert tradewar(*arguments).status == 0
    assert {path: path.stat().st_mtime_ns for path in (out / "parts").iterdir()} == before
    other = tradewar(*arguments[:-3], "4", "--out", out)
    assert other.status == 2
    assert "holds a sweep with seed 3, not 4" in other.err


def test_json_of_a_policy_file_without_draws(folder: Path) -> None:
    (folder / "p.toml").write_text(
        'name = "p"\n[[tariffs]]\nexporter = "CN"\nimporter = "US"\nsector = "goods"\nchange_pp = 10\n'
    )
    arguments = ("sweep", folder / "toy", "--policy", folder / "p.toml", "--draws", "0", "--out", folder / "out")
    done = tradewar(*arguments, "--json")
    assert (done.status, done.err) == (0, "")
    assert done.json["statuses"] == {"solved": 1, "no solution": 0, "inadmissible": 0, "refused": 0}
    assert done.json["manifest"]["standard_errors"] is None and done.json["charts"] == []
    solved = tradewar("solve", folder / "toy", "--policy", folder / "p.toml", "--json").json
    expected = {row["country"]: row["real_income_pct"] for row in solved["countries"]}
    for row in done.json["quantiles"]:
        if row["measure"] == "real_income_pct":
            assert row["mean"] == pytest.approx(expected[row["country"]], abs=1e-7)
            assert row["solved"] == 1
    assert "not drawn" in tradewar(*arguments).out


def test_a_war_and_where_nothing_is_solved(folder: Path) -> None:
    done = tradewar("sweep", folder / "toy", "--war", "US", "--draws", "1", "--errors", "0.1", "--out", folder / "war")
    assert done.status == 0, done.err
    assert "US: real income" in done.out
    frame = pd.read_parquet(folder / "war" / "parts")
    assert np.isfinite(frame["mean_tariff"]).all() and (frame["largest_gain_from_deviating_pct"] <= 1e-6).all()
    refused = tradewar(
        "sweep", folder / "toy", "--war", "US", "--draws", "0", "--closure", "fixed:US", "--out", folder / "fixed"
    )
    assert refused.status == 3
    assert "1 refused" in refused.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--draws", "0"), "Give at least one policy, war or bargain"),
        (("--war", "US,MARS"), "has no country 'MARS'"),
        (("--war", "US", "--errors", "sets"), "carries 0 published sets"),
        (("--war", "US", "--errors", "none.csv"), "there is no such file"),
        (("--war", "US", "--errors", "0.1", "--distribution", "gamma"), "there is no 'gamma'"),
        (("--war", "US", "--errors", "0.1", "--workers", "0"), "workers: are 0"),
        (("--war", "US", "--errors", "0.1", "--workers", "99999"), "workers: are 99999. Give 1 to"),
        (("--war", "US", "--draws", "-1", "--errors", "0.1"), "draws: are -1"),
        (("--war", "US", "--draws", "1e12", "--errors", "0.1"), "the limit is 5,000,000. Give at most 1,666,666"),
        (("--war", "US", "--draws", "1.5", "--errors", "0.1"), "1.5"),
        (("--war", "US", "--draws", "inf", "--errors", "0.1"), "inf"),
        (("--tariffs", "none.csv"), "none.csv"),
    ],
)
def test_faults_are_named(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    done = tradewar("sweep", folder / "toy", *arguments, "--out", folder / "out")
    assert done.status == 2
    assert message in done.err
    assert not (folder / "out").exists()
