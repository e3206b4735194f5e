"""What an outcome tells: the promised JSON, frames, labelled arrays, diversion."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium import Outcome, Policy, solve
from tradewar.errors import PolicyError, WorldError
from worlds import CN, GOODS, RW, SOY, US, random_world, toy, toy_io, war_rates


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return solve(toy_io(), Policy(war_rates(toy_io()), name="war"))


def test_the_promised_json(outcome: Outcome) -> None:
    told = json.loads(json.dumps(outcome.to_dict(), allow_nan=False))
    assert {"world", "closure", "market", "numeraire", "certificate", "countries"} <= set(told)
    assert "flows" not in told
    assert {"converged", "max_residual", "residuals", "iterations", "seconds"} <= set(told["certificate"])
    promised = [
        "country",
        "real_income_pct",
        "real_wage_pct",
        "terms_of_trade_pct",
        "volume_of_trade_pct",
        "first_order_welfare_pct",
        "tariff_revenue_baseline",
        "tariff_revenue",
        "exports_pct",
        "imports_pct",
        "trade_deficit",
    ]
    assert [row["country"] for row in told["countries"]] == ["US", "CN", "RW"]
    for row in told["countries"]:
        assert set(promised) <= set(row)
    assert told["countries"][1]["real_income_pct"] == pytest.approx(-1.06864, abs=1e-5)


def test_flows_on_demand(outcome: Outcome) -> None:
    flows = json.loads(json.dumps(outcome.to_dict(flows=True), allow_nan=False))["flows"]
    assert len(flows) == 27
    (soy,) = [row for row in flows if (row["exporter"], row["importer"], row["sector"]) == ("US", "CN", "soy")]
    assert soy["baseline"] == 12
    assert soy["change_pct"] == pytest.approx(100 * (0.300096 - 1), abs=1e-4)


def test_zero_flows_are_left_out_and_their_ratios_are_not_numbers() -> None:
    flows = toy().trade_value.copy()
    flows[US, CN, SOY] = 0
    outcome = solve(toy().replace(trade_value=flows, consumption_share=None))
    assert len(outcome.to_dict(flows=True)["flows"]) == 26
    assert np.isnan(outcome.trade_value_hat[US, CN, SOY])
    assert np.isfinite(outcome.trade_value_hat).sum() == 26


def test_definitions_hold(outcome: Outcome) -> None:
    world = outcome.baseline
    price = np.prod(outcome.price_hat**world.consumption_share, axis=1)
    assert_allclose(outcome.consumer_price_hat, price)
    assert_allclose(outcome.real_income_hat, outcome.income / world.income / price)
    assert_allclose(outcome.real_wage_hat, outcome.wage_hat / price)
    assert_allclose(outcome.labour_income.sum(axis=1), outcome.wage_hat * world.value_added, rtol=1e-9)
    assert_allclose(outcome.exports - outcome.imports, -outcome.trade_deficit, atol=1e-5)
    assert_allclose(outcome.equivalent_variation, (outcome.real_income_hat - 1) * world.income)
    assert_allclose(outcome.output_hat, outcome.gross_output / world.gross_output)
    assert outcome.real_labour_income_hat.shape == (3, 3)


def test_diversion(outcome: Outcome) -> None:
    soy = outcome.diversion("CN", "US", ("soy",))
    assert soy.hat[US] == pytest.approx(0.300096, abs=1e-6)
    assert soy.hat[RW] == pytest.approx(1.083753, abs=1e-6)
    assert soy.target_change == pytest.approx(12 * (0.300096 - 1), abs=1e-4)
    assert soy.third_change == pytest.approx(24 * 0.083753, abs=1e-4)
    assert soy.substitution_share == pytest.approx(24 * 0.083753 / (12 * (1 - 0.300096)), abs=1e-5)
    assert soy.target_change + soy.third_change + soy.own_change == pytest.approx(soy.change.sum())
    frame = soy.to_frame()
    assert list(frame.role) == ["target", "own", "third"]
    assert outcome.diversion("CN", "US").baseline.shape == (3, 3)
    with pytest.raises(WorldError, match="no country 'FR'"):
        outcome.diversion("CN", "FR")
    with pytest.raises(PolicyError, match="as market and as supplier"):
        outcome.diversion("CN", "CN")
    with pytest.raises(WorldError, match="no sector 'steel'"):
        outcome.diversion("CN", "US", ("steel",))


def test_nothing_lost_nothing_diverted() -> None:
    diversion = solve(random_world(1)).diversion("C00", "C01")
    assert abs(diversion.target_change) < 1e-9
    still = replace(diversion, counterfactual=diversion.baseline)
    assert np.isnan(still.substitution_share)


def test_frames(outcome: Outcome) -> None:
    frame = outcome.to_frame()
    assert len(frame) == 3
    assert set(outcome.to_dict()["countries"][0]) == set(frame.columns)
    assert len(outcome.sectors_frame()) == 9
    flows = outcome.flows_frame()
    assert flows.tariff[(flows.importer == "US") & (flows.exporter == "CN") & (flows.sector == "goods")].item() == 0.28


def test_labelled_arrays(outcome: Outcome) -> None:
    data = outcome.to_xarray()
    cell = data.trade_value.sel(importer="US", exporter="CN", sector="goods")
    assert float(cell) == outcome.trade_value[US, CN, GOODS]
    assert data.attrs["closure"] == "share-of-world"
    assert float(data.real_income_hat.sel(country="CN")) == outcome.real_income_hat[CN]


def test_notebook_table_names_closure_numeraire_and_residual(outcome: Outcome) -> None:
    html = outcome._repr_html_()
    for words in ("war", "share-of-world", "world value added", "largest residual", "-1.069"):
        assert words in html
    assert "share-of-world" in repr(outcome)


def test_outcomes_travel_to_other_processes(outcome: Outcome) -> None:
    copy = pickle.loads(pickle.dumps(outcome))
    assert copy.to_dict(flows=True) == outcome.to_dict(flows=True)


def test_results_are_the_same_every_time() -> None:
    one, two = (solve(toy_io(), Policy(war_rates(toy_io()))) for _ in range(2))
    for name in ("wage_hat", "price_hat", "trade_value", "income"):
        assert (getattr(one, name) == getattr(two, name)).all()
