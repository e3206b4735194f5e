"""Worlds by name and by path."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from faults import cell, write_good_folder
from tradewar.errors import WorldError
from tradewar.world import load_world


def test_a_built_in_world() -> None:
    world = load_world("world-2017")
    assert (world.n_countries, world.n_sectors, world.year) == (18, 16, 2017)
    assert world.aggregates == ("EUN", "XSE", "ROW")
    assert world.country_details["members"][world.country_index("XSE")] == "BRN KHM LAO MMR MYS PHL SGP THA"
    assert set(world.elasticity_sets) >= {"caliendo_parro_2015", "fontagne_2022", "in_sample"}
    assert (world.trade_elasticity == 4).all()
    # final use is at least 3 percent of absorption: the condition under which the source was balanced
    assert (world.final_use / world.expenditure).min() > 0.0299


def test_an_unknown_name_lists_the_built_in_ones() -> None:
    with pytest.raises(WorldError, match=r"did you mean 'world-2017'.*Built-in: world-2017"):
        load_world("world-2071")


def test_a_path_is_read(tmp_path: Path) -> None:
    write_good_folder(tmp_path / "toy")
    assert load_world(str(tmp_path / "toy")).name == "Toy"
    assert load_world(tmp_path / "toy").name == "Toy"
    cell("inputs.csv", ("CHN", "SOY", "GDS"), "share", "0.2")(tmp_path / "toy")
    with pytest.raises(WorldError, match="rescale with `tradewar world balance`"):
        load_world(tmp_path / "toy")
    assert any("were rescaled to 1" in note for note in load_world(tmp_path / "toy", rescale_shares=True).notes)


def test_worlds_travel_to_other_processes() -> None:
    world = load_world("world-2017")
    copy = pickle.loads(pickle.dumps(world))
    assert copy.country_details == world.country_details
    assert np.array_equal(copy.trade_value, world.trade_value)
    assert not copy.trade_value.flags.writeable
