"""Built-in worlds by name, and what they are derived from."""

from __future__ import annotations

import importlib.util
import io
import pickle
import zipfile
from importlib import resources
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from faults import cell, write_good_folder
from tradewar.errors import WorldError
from tradewar.world import load_world, read_world
from tradewar.world.catalogue import names, read_increases, tariff_increases

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def derive_world() -> ModuleType:
    """The script that makes the built-in archives."""
    spec = importlib.util.spec_from_file_location("derive_world", ROOT / "scripts" / "derive_world.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", names())
def test_built_in_worlds_are_consistent_and_need_no_repair(name: str) -> None:
    world = load_world(name)
    assert world.consistent
    assert world.notes == ()
    assert world.inconsistency < 1e-14
    assert abs(world.trade_deficit.sum()) < 1e-12 * world.value_added.sum()
    assert (world.tariff_rate[:, :, ~world.tradable] == 0).all()
    assert load_world(name) is world


def test_world_2017_is_the_default_world() -> None:
    world = load_world("world-2017")
    assert (world.n_countries, world.n_sectors, world.year) == (18, 16, 2017)
    assert world.aggregates == ("EUN", "XSE", "ROW")
    assert world.country_details["members"][world.country_index("XSE")] == "BRN KHM LAO MMR MYS PHL SGP THA"
    assert set(world.elasticity_sets) >= {"caliendo_parro_2015", "fontagne_2022", "in_sample"}
    assert (world.trade_elasticity == 4).all()
    # final use is at least 3 percent of absorption: the condition under which the source was balanced
    assert (world.final_use / world.expenditure).min() > 0.0299


def test_increases_are_those_announced_through_2019() -> None:
    world = load_world("world-2017")
    increases = tariff_increases("world-2017")
    usa, china = world.country_index("USA"), world.country_index("CHN")
    assert np.count_nonzero(increases) == 30
    assert increases[usa, china, world.sector_index("AGR")] == 0.1481474
    assert increases[china, usa, world.sector_index("MIN")] == 0.2053012
    # 23.8 and 11.6 points on average in the source, which weighted finer sectors
    flows = world.trade_value
    goods = world.tradable
    for importer, exporter, mean in ((usa, china, 0.238), (china, usa, 0.116)):
        weight = flows[importer, exporter, goods]
        assert (increases[importer, exporter, goods] * weight).sum() / weight.sum() == pytest.approx(mean, abs=0.003)


def test_an_unknown_name_lists_the_built_in_ones() -> None:
    with pytest.raises(WorldError, match=r"did you mean 'world-2017'.*Built-in: world-2017"):
        load_world("world-2071")
    with pytest.raises(WorldError, match="Use one of world-2017"):
        tariff_increases("nowhere")


def test_a_path_is_read(tmp_path: Path) -> None:
    write_good_folder(tmp_path / "toy")
    assert load_world(str(tmp_path / "toy")).name == "Toy"
    assert load_world(tmp_path / "toy").name == "Toy"
    cell("inputs.csv", ("CHN", "SOY", "GDS"), "share", "0.2")(tmp_path / "toy")
    with pytest.raises(WorldError, match="rescale with `tradewar world balance`"):
        load_world(tmp_path / "toy")
    assert any("were rescaled to 1" in note for note in load_world(tmp_path / "toy", rescale_shares=True).notes)
    cell("inputs.csv", ("CHN", "SOY", "GDS"), "share", "0.007")(tmp_path / "toy")
    with pytest.raises(WorldError, match=r"tariff_increases_2018_2019\.csv: is missing"):
        read_increases(tmp_path / "toy", load_world(tmp_path / "toy"))


def test_worlds_travel_to_other_processes() -> None:
    world = load_world("world-2017")
    copy = pickle.loads(pickle.dumps(world))
    assert copy.country_details == world.country_details
    assert np.array_equal(copy.trade_value, world.trade_value)
    assert not copy.trade_value.flags.writeable


@pytest.mark.reference
def test_world_2017_is_what_the_script_derives(reference_data: Path, derive_world: ModuleType, tmp_path: Path) -> None:
    contents = derive_world.members(reference_data / "worlds" / "world-2017")
    data = (resources.files("tradewar.world.library") / "world-2017.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        shipped = {name: archive.read(name).decode() for name in archive.namelist()}
    assert shipped == contents
    derive_world.write_archive(contents, tmp_path / "one.zip")
    derive_world.write_archive(contents, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    built_in, source = load_world("world-2017"), read_world(reference_data / "worlds" / "world-2017")
    for field in ("trade_value", "tariff_rate", "value_added_share", "input_share", "consumption_share"):
        assert np.array_equal(getattr(built_in, field), getattr(source, field)), field
