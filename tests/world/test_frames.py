"""Labels must sit on the axis to which the numbers belong."""

from __future__ import annotations

import math

import numpy as np

from faults import good_world
from tradewar.world.summary import countries_frame


def test_xarray_holds_every_array_under_its_labels() -> None:
    world = good_world()
    data = world.to_xarray()
    flow = data["trade_value"].sel(importer="CHN", exporter="USA", sector="SOY")
    assert float(flow) == 12.0
    assert flow.attrs["units"] == "USD billion"
    assert float(data["tariff_rate"].sel(importer="CHN", exporter="USA", sector="GDS")) == 0.08
    assert float(data["input_share"].sel(country="ROW", supplying_sector="GDS", using_sector="SER")) == 0.12
    assert float(data["theta_low"].sel(sector="SOY")) == 2.5
    assert data["final_use"].dims == ("country", "sector")
    assert np.allclose(data["expenditure_share"].sum("exporter"), 1)


def test_the_long_frame_has_every_cell_once() -> None:
    world = good_world()
    frame = world.to_frame()
    assert len(frame) == 27
    assert not frame.duplicated(["exporter", "importer", "sector"]).any()
    cell = frame.set_index(["exporter", "importer", "sector"]).loc[("USA", "CHN", "SOY")]
    assert cell["value"] == 12.0
    assert cell["tariff"] == 0.10
    revenue = frame.groupby("importer", observed=True)["tariff_revenue"].sum()
    assert np.allclose(revenue.to_numpy(), world.tariff_revenue)


def test_unknown_tariffs_are_not_shown_as_zero() -> None:
    world = good_world().replace(tariff_rate=np.zeros((3, 3, 3)), has_tariffs=False, consumption_share=None)
    assert world.to_frame()["tariff"].isna().all()
    assert countries_frame(world)["mean_tariff"].isna().all()
    assert "unknown, not zero" in world._repr_html_()


def test_countries_in_one_table() -> None:
    table = countries_frame(good_world()).set_index("country")
    assert table.loc["ROW", "aggregate"] and not table.loc["USA", "aggregate"]
    assert table.loc["CHN", "imports"] == 12 + 120 + 50 + 24 + 600 + 150
    assert math.isclose(float(table["trade_deficit"].sum()), 0, abs_tol=1e-9)
    # 10 percent of soy from two, 8 and 6 percent of goods
    duties = 0.1 * 36 + 0.08 * 120 + 0.06 * 600
    assert math.isclose(float(table.loc["CHN", "mean_tariff"]), duties / (36 + 720))


def test_texts_are_escaped_in_html() -> None:
    world = good_world().replace(name="<script>alert(1)</script>", country_names=("<b>U</b>", "China", "Rest"))
    html = world._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html
