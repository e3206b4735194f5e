"""`tradewar war`: the promised JSON, one player, faults and exit status."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from commands import tradewar
from tradewar.world import write_world
from worlds import toy

KEYS = {"world", "players", "objective", "mfn", "market", "closure", "certificate", "countries", "tariffs"}
CERTIFICATE_KEYS = {
    "converged", "first_order_residual", "largest_gain_from_deviating_pct", "deviations_tried", "equilibrium_residual",
}  # fmt: skip
COUNTRY_KEYS = {
    "country", "player", "objective_pct", "real_income_pct", "real_wage_pct", "mean_tariff", "median_tariff",
    "trade_weighted_tariff",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "toy"
    write_world(toy(), place)
    return place


def weights_file(path: Path, *changed: str) -> Path:
    """Weights of 1 for the toy world; `changed` lines replace those of their country and sector."""
    lines = {f"{c},{s}": f"{c},{s},1" for c in ("US", "CN", "RW") for s in ("soy", "goods", "services")}
    for line in changed:
        lines[",".join(line.split(",")[:2])] = line
    path.write_text("\n".join(["country,sector,weight", *lines.values()]) + "\n", encoding="utf-8")
    return path


def test_json_is_as_promised(folder: Path) -> None:
    done = tradewar("war", folder, "--json")
    assert (done.status, done.err) == (0, "")
    facts = done.json
    assert set(facts) >= KEYS
    assert set(facts["certificate"]) >= CERTIFICATE_KEYS
    assert facts["players"] == ["US", "CN", "RW"]
    assert (facts["objective"], facts["mfn"], facts["market"], facts["closure"]) == (
        "real_income", False, "competitive", "balanced",
    )  # fmt: skip
    assert facts["certificate"]["converged"] is True
    assert facts["certificate"]["first_order_residual"] <= 1e-9
    assert facts["certificate"]["largest_gain_from_deviating_pct"] <= 1e-6
    assert [row["country"] for row in facts["countries"]] == ["US", "CN", "RW"]
    for row in facts["countries"]:
        assert set(row) >= COUNTRY_KEYS
        assert row["player"] is True
        # with this objective the payoff is real income
        assert row["objective_pct"] == pytest.approx(row["real_income_pct"], abs=1e-9)
    assert {tuple(sorted(row)) for row in facts["tariffs"]} == {("exporter", "importer", "sector", "tariff")}
    assert not any(row["importer"] == row["exporter"] or row["sector"] == "services" for row in facts["tariffs"])


def test_one_player_is_the_unilateral_optimum(folder: Path, tmp_path: Path) -> None:
    facts = tradewar("war", folder, "--players", "US", "--json").json
    assert facts["players"] == ["US"]
    mine = [row for row in facts["tariffs"] if row["importer"] == "US"]
    assert len(mine) == 4
    best = next(row for row in facts["countries"] if row["country"] == "US")
    assert best["real_income_pct"] > 0
    assert [row["player"] for row in facts["countries"]] == [True, False, False]

    def solved(factor: float) -> float:
        lines = [f"{r['exporter']},{r['importer']},{r['sector']},{factor * r['tariff']!r}" for r in mine]
        path = tmp_path / f"tariffs-{factor}.csv"
        path.write_text("\n".join(["exporter,importer,sector,tariff", *lines]) + "\n", encoding="utf-8")
        done = tradewar("solve", folder, "--tariffs", path, "--closure", "balanced", "--json")
        return next(row["real_income_pct"] for row in done.json["countries"] if row["country"] == "US")

    # the engine agrees, and a little more or less of every tariff gives less
    assert solved(1.0) == pytest.approx(best["real_income_pct"], abs=1e-7)
    assert max(solved(0.9), solved(1.1)) < best["real_income_pct"]


def test_one_rate_for_all_partners(folder: Path) -> None:
    facts = tradewar("war", folder, "--players", "CN", "--mfn", "--goods", "goods", "--json").json
    assert facts["mfn"] is True
    rates = [row["tariff"] for row in facts["tariffs"] if row["importer"] == "CN"]
    assert len(rates) == 2
    assert np.ptp(rates) < 1e-12


def test_political_weights(folder: Path, tmp_path: Path) -> None:
    path = weights_file(tmp_path / "weights.csv", "US,soy,1.6", "US,goods,0.8", "US,services,0.6")
    options = ("war", folder, "--players", "US", "--json")
    plain, weighted = tradewar(*options).json, tradewar(*options, "--weights", path).json
    assert weighted["objective"] == "political"

    def on_soy(facts: dict) -> float:
        rows = [r["tariff"] for r in facts["tariffs"] if r["importer"] == "US" and r["sector"] == "soy"]
        return float(np.mean(rows))

    assert on_soy(weighted) > on_soy(plain)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (["US,soy,-1"], ["weights.csv", "-1", "Give a value of at least 0"]),
        (["US,soy,high"], ["weights.csv", "line 2", "high"]),
        (["US,soja,1"], ["weights.csv", "soja"]),
        (["US,soy,2.5"], ["political weights: US", "mean over sectors is 1.5", "Divide them by their mean"]),
    ],
)
def test_faulty_weights(folder: Path, tmp_path: Path, changed: list[str], said: list[str]) -> None:
    done = tradewar("war", folder, "--weights", weights_file(tmp_path / "weights.csv", *changed))
    assert done.status == 2
    assert not done.out
    for words in said:
        assert words in done.err
    assert "Traceback" not in done.err


def test_weights_without_a_row_and_without_a_file(folder: Path, tmp_path: Path) -> None:
    path = weights_file(tmp_path / "weights.csv")
    path.write_text(path.read_text(encoding="utf-8").replace("CN,goods,1\n", ""), encoding="utf-8")
    done = tradewar("war", folder, "--weights", path)
    assert done.status == 2
    assert "CN/goods" in done.err
    assert tradewar("war", folder, "--weights", tmp_path / "none.csv").status == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--players", "US,CX"), "'CX' is unknown"),
        (("--goods", "services"), "cannot carry a tariff"),
        (("--max-rate", "0"), "leaves no tariff to choose"),
        (("--max-rate", "25"), "write 0.5, not 50"),
        (("--closure", "fixed:US"), "a government then gains by moving that money"),
        (("--market", "oligopoly"), "market"),
        (("--elasticities", "none_such"), "none_such"),
        (("--players", "US", "--between"), "has no tariff to choose"),
        (("--bogus",), "--bogus"),
    ],
)
def test_refused(folder: Path, options: tuple[str, ...], said: str) -> None:
    done = tradewar("war", folder, *options)
    assert done.status == 2
    assert not done.out
    assert said in done.err


def test_a_war_that_is_not_certified_is_shown_and_exits_3(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # a limit that no arithmetic meets
    monkeypatch.setattr("tradewar.games.certificate.FIRST_ORDER_LIMIT", -1.0)
    told = tradewar("war", folder, "--no-corners")
    assert told.status == 3
    assert "Certificate: not solved: first-order residual" in told.out
    printed = tradewar("war", folder, "--no-corners", "--json")
    assert printed.status == 3
    assert printed.json["certificate"]["converged"] is False


def test_progress_names_the_player_who_searches() -> None:
    from tradewar.games import war

    told: list[str] = []
    war(toy(), ["US", "CN"], starts=["closed-form"], corners=False, progress=told.append)
    assert told == [
        "Searching for optimal tariffs (start: closed-form)",
        "Certificate: looking for a better answer of US (player 1 of 2)",
        "Certificate: looking for a better answer of CN (player 2 of 2)",
    ]
