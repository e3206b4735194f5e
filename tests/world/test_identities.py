"""What `World.build` repairs and notes, and what it refuses."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from faults import good_world
from tradewar.errors import WorldError
from tradewar.world import World
from tradewar.world.identities import nearest


def parts(**changes: Any) -> dict[str, Any]:
    """The fields of the toy world, writable, with some changed."""
    world = good_world()
    found = {item.name: getattr(world, item.name) for item in fields(world)}
    found |= {name: value.copy() for name, value in found.items() if isinstance(value, np.ndarray)}
    return found | {"consumption_share": None} | changes


def changed(name: str, place: tuple[int, ...], value: float) -> dict[str, Any]:
    found = parts()
    found[name][place] = value
    return found


def test_the_toy_world_is_an_equilibrium() -> None:
    world = good_world()
    assert world.consistent
    assert world.notes == ()
    # theory: derived quantities of the toy world with inputs
    assert np.allclose(world.income, [11827.1, 5309.45, 28819], atol=0.06)
    assert np.allclose(world.value_added, [11419.6, 5755.75, 28625], atol=0.06)
    assert np.allclose(world.tariff_revenue, [33, 49.2, 73])
    assert np.allclose(world.trade_deficit, [374.5, -495.5, 121])
    assert np.allclose(world.consumption_share[0], [0.001301, 0.111544, 0.887156], atol=1e-6)
    assert world.final_use.min() == pytest.approx(7.4876, abs=1e-4)


def test_arrays_belong_to_the_world() -> None:
    found = parts()
    world = World.build(**found)
    found["trade_value"][0, 0, 0] = 1.0  # the caller's array stays writable, and is not the world's
    assert world.trade_value[0, 0, 0] == 30.0
    for item in fields(World):
        value = getattr(world, item.name)
        if isinstance(value, np.ndarray):
            assert not value.flags.writeable, item.name
    with pytest.raises(ValueError, match="read-only"):
        world.expenditure_share[0, 0, 0] = 0.0
    assert world.replace(name="Other").trade_value is world.trade_value


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "negative flow": (changed("trade_value", (1, 0, 0), -12.0), "trade_value: is negative .*CHN/USA/SOY = -12"),
    "NaN flow": (changed("trade_value", (1, 0, 0), np.nan), "trade_value: is not a number at CHN/USA/SOY"),
    "rate in percent": (changed("tariff_rate", (1, 0, 0), 25.0), r"CHN/USA/SOY = 25\. .*write 0\.25, not 25"),
    "rate of -1": (changed("tariff_rate", (1, 0, 0), -1.0), "at or below -1"),
    "v above 1": (changed("value_added_share", (1, 0), 1.5), "CHN/SOY = 1.5"),
    "v = 0": (changed("value_added_share", (1, 0), 0.0), "CHN/SOY = 0"),
    "g far off": (changed("input_share", (1, 0, 1), 0.2), r"CHN/GDS sum to 1\.193 \(must be 1 within 0\.001\)"),
    "g negative": (changed("input_share", (1, 0, 1), -0.2), "CHN/SOY/GDS = -0.2"),
    "theta negative": (changed("trade_elasticity", (0,), -5.0), "trade_elasticity: is not > 0 at SOY = -5"),
    "idle country": (
        parts(trade_value=good_world().trade_value * np.array([1.0, 0.0, 1.0])[None, :, None]),
        "country CHN: sells nothing",
    ),
    "idle sector": (
        parts(trade_value=good_world().trade_value * np.array([0.0, 1.0, 1.0])),
        "sector SOY: is sold nowhere",
    ),
    "no income": (
        parts(trade_value=np.ones((3, 3, 3)), value_added_share=np.full((3, 3), 1e-9), tariff_rate=np.zeros((3, 3, 3)))
        | {"input_share": np.full((3, 3, 3), 1 / 3)}
        | {"trade_value": np.array([[[1.0] * 3, [0.1] * 3, [0.1] * 3], [[9.0] * 3] * 3, [[9.0] * 3] * 3])},
        "no income is left for final use in USA",
    ),
    "shape": (parts(trade_elasticity=np.ones(2)), r"trade_elasticity: has shape \(2,\), must be \(3,\)"),
    "label twice": (parts(countries=("USA", "USA", "ROW")), "countries: has USA more than once"),
    "no countries": (parts(countries=()), "countries: is empty"),
    "names": (parts(sector_names=("One",)), "sector_names: has 1 names for 3 labels"),
    "aggregate": (parts(aggregates=("EUN",)), "'EUN', which is not a country"),
    "details": (parts(country_details={"members": ("USA",)}), "'members': has 1 texts for 3"),
    "missing": (parts(value_added_share=None), "value_added_share: is missing"),
    "title": (parts(name=None), "name: is missing or not text"),
    "set": (parts(elasticity_sets={"odd": np.array([1.0, 0.0, 2.0])}), "elasticity set 'odd': holds a value"),
    "set shape": (parts(elasticity_sets={"odd": np.ones(2)}), "elasticity set 'odd': has shape"),
    "set name": (parts(elasticity_sets={"default": np.ones(3)}), "'default': is the name of"),
    "alpha negative": (parts(consumption_share=np.array([[-0.1, 0.1, 1.0]] * 3)), "is negative at USA/SOY = -0.1"),
    "alpha sum": (parts(consumption_share=np.full((3, 3), 0.3)), r"USA sum to 0\.9"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str) -> None:
    found, says = REFUSED[name]
    with pytest.raises(WorldError, match=says):
        World.build(**found)


def test_a_world_of_one_wrong_cell_in_each_array_lists_them_all() -> None:
    found = parts()
    found["trade_value"][1, 0, 0] = -1.0
    found["tariff_rate"][1, 0, 0] = 25.0
    found["value_added_share"][1, 1] = 1.5
    found["trade_elasticity"][2] = 0.0
    with pytest.raises(WorldError) as refused:
        World.build(**found)
    assert {problem.where for problem in refused.value.problems} == {
        "trade_value",
        "tariff_rate",
        "value_added_share",
        "trade_elasticity",
    }


def test_tariffs_that_cannot_be_are_set_to_zero_and_noted() -> None:
    found = parts()
    found["tariff_rate"][0, 0, 0] = 0.3
    found["tariff_rate"][0, 1, 2] = 0.18
    world = World.build(**found)
    assert np.array_equal(world.tariff_rate, good_world().tariff_rate)
    assert world.notes[0] == "1 tariffs on own sales set to 0 (largest 0.3)."
    assert world.notes[1] == "1 tariffs in sectors that are not tradable set to 0 (largest 0.18)."
    assert world.consistent


def test_absurd_rates_are_noted() -> None:
    world = World.build(**changed("tariff_rate", (1, 0, 0), 1.5))
    assert any("1 tariffs are above 100% (largest 1.5 at CHN/USA/SOY" in note for note in world.notes)


def test_small_faults_of_shares_are_repaired_and_noted() -> None:
    found = parts()
    found["input_share"][1, 0, 1] = -0.0008
    found["input_share"][1, 1, 1] += 0.007
    world = World.build(**found)
    assert world.input_share[1, 0, 1] == 0
    assert np.allclose(world.input_share.sum(axis=1), 1, rtol=0, atol=1e-15)
    assert "1 negative input shares set to 0 (smallest -0.0008)." in world.notes
    rounded = World.build(**changed("input_share", (1, 0, 1), 0.007 + 5e-7))
    assert rounded.notes == ()
    assert abs(rounded.input_share[1, :, 1].sum() - 1) < 1e-15


def test_negative_final_use_is_clipped_noted_and_makes_the_world_inconsistent() -> None:
    found = parts()
    found["input_share"][0, :, 1] = [0.2, 0.4, 0.4]
    world = World.build(**found)
    assert world.final_use[0, 0] < 0
    assert world.consumption_share[0, 0] == 0
    assert world.consumption_share.sum(axis=1) == pytest.approx(1)
    assert not world.consistent
    assert any("1 cells of final use are negative (most in USA" in note for note in world.notes)


def test_given_shares_that_agree_with_the_flows_are_replaced_by_the_exact_ones() -> None:
    exact = good_world().consumption_share
    world = World.build(**parts(consumption_share=np.round(exact, 7)))
    assert np.array_equal(world.consumption_share, exact)
    other = World.build(**parts(consumption_share=np.full((3, 3), 1 / 3)))
    assert not other.consistent
    assert np.allclose(other.consumption_share, 1 / 3)


def test_a_sector_without_output_in_a_country_has_no_materials() -> None:
    found = parts()
    found["trade_value"][:, 1, 0] = 0.0
    found["value_added_share"][1, 0] = 0.0
    found["input_share"][1, :, 0] = 0.0
    world = World.build(**found)
    assert world.gross_output[1, 0] == 0
    assert world.value_added_share[1, 0] == 1
    assert world.consistent


def test_labels_are_found_or_named() -> None:
    world = good_world()
    assert world.country_index("ROW") == 2
    assert world.sector_index("SER") == 2
    with pytest.raises(WorldError, match=r"has no country 'usa'; did you mean 'USA'\?.*USA, CHN, ROW"):
        world.country_index("usa")
    with pytest.raises(WorldError, match="has no sector 'XYZ'"):
        world.sector_index("XYZ")
    assert nearest("chn ", ("USA", "CHN")) == "; did you mean 'CHN'?"
    assert nearest("12345", ("USA", "CHN")) == ""


def test_elasticity_sets_by_name() -> None:
    world = good_world()
    assert world.with_elasticities("low").trade_elasticity.tolist() == [2.5, 2.0, 2.0]
    assert world.with_elasticities("default").trade_elasticity.tolist() == [5.0, 4.0, 4.0]
    assert world.with_elasticities("low").substitution_elasticity.tolist() == [3.5, 3.0, 3.0]
    with pytest.raises(WorldError, match=r"no elasticity set 'lwo'; did you mean 'low'\?.*default, low"):
        world.with_elasticities("lwo")
