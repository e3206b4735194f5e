"""The commands of the promised surface: options, JSON, tables, files, exit status."""

from __future__ import annotations

import csv
import json
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

import built_in
from commands import tradewar
from faults import good_world, write_good_folder
from tradewar.errors import NoSolutionError
from tradewar.world import load_world, read_world, write_world

COUNTRY_KEYS = {
    "country", "real_income_pct", "real_wage_pct", "terms_of_trade_pct", "volume_of_trade_pct",
    "first_order_welfare_pct", "tariff_revenue_baseline", "tariff_revenue", "exports_pct", "imports_pct",
    "trade_deficit",
}  # fmt: skip


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    place = tmp_path / "toy"
    write_good_folder(place)
    return place


@pytest.fixture
def war(tmp_path: Path) -> Path:
    """Twenty-five points between the United States and China, on soy and goods."""
    path = tmp_path / "war.csv"
    path.write_text("importer,exporter,sector,change_pp\nUSA,CHN,*,25\nCHN,USA,*,25\n", encoding="utf-8")
    return path


def test_version() -> None:
    assert tradewar("--version").out.strip() == f"tradewar {version('tradewar')}"


# ---------------------------------------------------------------- solve


def test_solve_json_is_as_promised(toy: Path, war: Path) -> None:
    done = tradewar("solve", toy, "--tariffs", war, "--json")
    assert (done.status, done.err) == (0, "")
    facts = done.json
    assert set(facts) >= {"world", "closure", "market", "numeraire", "certificate", "countries"}
    assert set(facts["certificate"]) >= {"converged", "max_residual", "residuals", "iterations", "seconds"}
    assert "flows" not in facts
    assert facts["closure"] == "share-of-world"
    assert facts["market"] == "competitive"
    assert [row["country"] for row in facts["countries"]] == ["USA", "CHN", "ROW"]
    for row in facts["countries"]:
        assert set(row) >= COUNTRY_KEYS
    # theory of the equilibrium, check E3
    real_income = [row["real_income_pct"] for row in facts["countries"]]
    assert real_income == pytest.approx([-0.11545, -1.06864, 0.06416], abs=1e-5)


def test_solve_closures_change_the_answer(toy: Path, war: Path) -> None:
    """Theory of the equilibrium, check E20."""
    expected = {
        "fixed:USA": [-0.090410, -1.143851, 0.067678],
        "fixed:CHN": [-0.222709, -0.746922, 0.049132],
        "balanced": [-0.163932, -0.716815, 0.034801],
    }
    for closure, percent in expected.items():
        facts = tradewar("solve", toy, "--tariffs", war, "--closure", closure, "--json").json
        assert facts["closure"] == closure
        assert [row["real_income_pct"] for row in facts["countries"]] == pytest.approx(percent, abs=2e-6)


def test_solve_options(toy: Path, war: Path, tmp_path: Path) -> None:
    default = tradewar("solve", toy, "--tariffs", war, "--json").json
    low = tradewar("solve", toy, "--tariffs", war, "--elasticities", "low", "--json").json
    assert low["countries"] != default["countries"]
    flows = tradewar("solve", toy, "--tariffs", war, "--flows", "--json").json["flows"]
    assert {tuple(row) for row in flows} == {
        ("exporter", "importer", "sector", "baseline", "counterfactual", "change_pct")
    }
    soy = next(r for r in flows if (r["exporter"], r["importer"], r["sector"]) == ("USA", "CHN", "SOY"))
    assert soy["counterfactual"] / soy["baseline"] == pytest.approx(0.300096, abs=1e-6)  # check E3
    out = tmp_path / "answer" / "answer.json"
    written = tradewar("solve", toy, "--tariffs", war, "--json", "--out", out)
    assert json.loads(out.read_text(encoding="utf-8")) == written.json
    table = tmp_path / "answer.csv"
    assert tradewar("solve", toy, "--tariffs", war, "--out", table).status == 0
    with table.open(encoding="utf-8", newline="") as file:
        assert [row["country"] for row in csv.DictReader(file)] == ["USA", "CHN", "ROW"]


def test_solve_by_horizon(toy: Path, war: Path) -> None:
    early = tradewar("solve", toy, "--tariffs", war, "--horizon", "1", "--closure", "own-gdp", "--json").json
    assert early["closure"] == "own-gdp"
    assert early["horizon"]["trade_elasticity"] == pytest.approx({"SOY": 1.28, "GDS": 0.9, "SER": 0.9})
    late = tradewar("solve", toy, "--tariffs", war, "--closure", "own-gdp", "--json").json
    assert late["horizon"]["years"] is None
    assert early["countries"][1]["real_income_pct"] < late["countries"][1]["real_income_pct"]
    shown = tradewar("solve", toy, "--tariffs", war, "--horizon", "1", "--level", "blp").out
    assert "Trade elasticities, 1 year after the change: -0.24 in every sector" in shown
    assert "Warning: The equilibrium need not be the only one, because goods are complements" in shown


def test_solve_shows_no_figure_of_what_is_no_equilibrium(toy: Path, tmp_path: Path) -> None:
    paid, out = tmp_path / "paid.csv", tmp_path / "answer.json"
    paid.write_text("importer,exporter,sector,tariff\nCHN,*,*,-0.95\n", encoding="utf-8")
    done = tradewar("solve", toy, "--tariffs", paid, "--json", "--out", out)
    assert done.status == 3
    assert set(done.json) == {"world", "closure", "certificate"}
    assert done.json["certificate"]["admissible"] is False
    assert "CHN would have to" in done.err and "on import subsidies out of" in done.err
    assert "Traceback" not in done.err
    assert not out.exists()
    people = tradewar("solve", toy, "--tariffs", paid)
    assert (people.status, people.out) == (3, "")


def test_solve_without_a_change_changes_nothing(toy: Path) -> None:
    for row in tradewar("solve", toy, "--json").json["countries"]:
        assert row["real_income_pct"] == pytest.approx(0, abs=1e-10)


def test_solve_table_for_people(toy: Path, war: Path) -> None:
    done = tradewar("solve", toy, "--tariffs", war, "--flows")
    assert done.status == 0
    for words in ("closure share-of-world", "real income", "USD billion", "-0.1154", "Certificate:", "exporter"):
        assert words in done.out


def test_wrong_options_are_input_errors(toy: Path, war: Path, tmp_path: Path) -> None:
    wrong = {
        ("--closure", "ballanced"): "balanced",
        ("--closure", "fixed:XYZ"): "XYZ",
        ("--market", "monopoly"): "monopolistic",
        ("--elasticities", "high"): "low",
        ("--horizon", "-1"): "Give 0 or more",
        ("--level", "own"): "world, blp",
        ("--out", str(tmp_path / "answer.xlsx")): ".csv",
        ("--out", str(war / "below.json")): "is a file, not a folder",
    }
    for options, says in wrong.items():
        done = tradewar("solve", toy, *options)
        assert done.status == 2, options
        assert says in done.err, options
        assert "Traceback" not in done.err


# ---------------------------------------------------------------- worlds


def test_world_list() -> None:
    names = [row["world"] for row in tradewar("world", "list", "--json").json]
    assert "world-2017" in names
    assert "world-2017" in tradewar("world", "list").out


def test_world_show(toy: Path) -> None:
    facts = tradewar("world", "show", toy, "--json").json
    world = good_world()
    assert [row["country"] for row in facts["countries"]] == list(world.countries)
    assert [row["value_added"] for row in facts["countries"]] == pytest.approx(world.value_added.tolist())
    assert sum(row["exports"] for row in facts["countries"]) == pytest.approx(
        sum(row["imports"] for row in facts["countries"])
    )
    shown = tradewar("world", "show", toy).out
    for words in ("United States", "Rest of world (aggregate)", "USD billion", "Soy"):
        assert words in shown


def test_world_check(toy: Path) -> None:
    facts = tradewar("world", "check", toy, "--json").json
    assert facts["consistent"] is True
    assert all(row["residual"] <= row["limit"] for row in facts["checks"])
    assert "The baseline is an equilibrium" in tradewar("world", "check", toy).out


def test_world_import_of_our_own_layout(toy: Path, tmp_path: Path) -> None:
    done = tradewar("world", "import", "tidy", toy, "--out", tmp_path / "copy")
    assert done.status == 0
    assert "3 countries x 3 sectors written to" in done.out
    assert (read_world(tmp_path / "copy").trade_value == read_world(toy).trade_value).all()
    wrong = tradewar("world", "import", "tidi", toy, "--out", tmp_path / "other")
    assert (wrong.status, wrong.out) == (2, "")
    assert "did you mean 'tidy'" in wrong.err


@pytest.mark.reference
def test_world_import_of_a_published_table(reference_data: Path, tmp_path: Path) -> None:
    table = reference_data / "layouts" / "icio_2014_SML_8regions.csv.gz"
    done = tradewar("world", "import", "icio", table, "--trade-elasticity", "4", "--out", tmp_path / "icio")
    assert done.status == 0
    assert "holds no tariffs" in done.out
    assert read_world(tmp_path / "icio").n_countries == 8


def test_world_aggregate(tmp_path: Path) -> None:
    world = load_world("world-2017")
    kept = ("USA", "CHN")
    lines = [
        f"country,{code},{code if code in kept else 'ROW'},{'' if code in kept else 'Others'}"
        for code in world.countries
    ]
    (tmp_path / "map.csv").write_text("\n".join(["kind,from,to,name", *lines]) + "\n", encoding="utf-8")
    done = tradewar("world", "aggregate", "world-2017", "--map", tmp_path / "map.csv", "--out", tmp_path / "small")
    assert done.status == 0
    assert read_world(tmp_path / "small").countries == ("USA", "CHN", "ROW")
    (tmp_path / "map.csv").write_text("kind,from,to\ncountry,USA,USA\n", encoding="utf-8")
    wrong = tradewar("world", "aggregate", "world-2017", "--map", tmp_path / "map.csv", "--out", tmp_path / "x")
    assert wrong.status == 2
    assert "not mapped" in wrong.err


def test_world_balance_reports_what_moved(toy: Path, tmp_path: Path) -> None:
    done = tradewar("world", "balance", toy, "--least-final-use", "0.2", "--out", tmp_path / "balanced")
    assert done.status == 0
    assert "Balanced: final use raised" in done.out
    assert read_world(tmp_path / "balanced").consistent
    assert tradewar("world", "balance", toy, "--least-final-use", "2", "--out", tmp_path / "x").status == 2


# ---------------------------------------------------------------- brief


def test_brief_says_where_the_page_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built_in.quick(monkeypatch)
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    done = tradewar("brief", "us-china-2019", "--as-of", "2019-02-20", "--out", tmp_path / "out", "--open")
    assert done.status == 0
    assert str(tmp_path / "out" / "brief.html") in done.out
    assert "As known on 20 February 2019. Tariffs in force leave China with" in done.out
    assert opened == [(tmp_path / "out" / "brief.html").resolve().as_uri()]


def test_brief_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for arguments, says in (
        (["us-chin-2019"], "did you mean 'us-china-2019'"),
        (["us-china-2019", "--out", str(tmp_path / "file")], "is a file"),
        (["us-china-2019", "--as-of", "2017-01-01", "--out", str(tmp_path / "out")], "no policy"),
    ):
        done = tradewar("brief", *arguments)
        assert done.status == 2
        assert says in done.err
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------- exceptions


def test_no_solution_ends_with_3(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise NoSolutionError("labour market at CHN is off by 0.3")

    monkeypatch.setattr(import_module("tradewar.equilibrium.solve"), "solve", fails)
    done = tradewar("solve", toy, "--json")
    assert (done.status, done.out) == (3, "")
    assert "labour market at CHN" in done.err


def test_a_defect_ends_with_1_and_says_what_to_do(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(import_module("tradewar.equilibrium.solve"), "solve", breaks)
    done = tradewar("solve", toy)
    assert (done.status, done.out) == (1, "")
    assert "defect of tradewar" in done.err
    assert "report" in done.err
    assert "Traceback" not in done.err
    monkeypatch.setenv("TRADEWAR_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        tradewar("solve", toy)


def test_an_interrupt_ends_with_130(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(import_module("tradewar.equilibrium.solve"), "solve", interrupted)
    assert tradewar("solve", toy).status == 130


def test_what_is_not_defined_is_null(tmp_path: Path) -> None:
    """A country that exports nothing has no change of exports in percent."""
    world = good_world()
    flows = world.trade_value.copy()
    flows[1, 0, 0] = 0.0  # China buys no American soy
    write_world(world.replace(trade_value=flows, consumption_share=None), tmp_path / "toy")
    done = tradewar("solve", tmp_path / "toy", "--flows", "--json")
    assert done.status == 0
    assert "NaN" not in done.out
