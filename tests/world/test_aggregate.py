"""Merging countries and sectors preserves what the module says it preserves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from faults import good_world
from tradewar.errors import WorldError
from tradewar.world import World, load_world
from tradewar.world.aggregate import aggregate, aggregate_by_file
from worlds import random_world

BLOCS = {"USA": "NAM", "CAN": "NAM", "MEX": "NAM", "CHN": "CHN"}


def blocs(world: World) -> dict[str, str]:
    return {code: BLOCS.get(code, "ROW") for code in world.countries}


def goods(world: World) -> dict[str, str]:
    return {code: "GDS" if free else "SER" for code, free in zip(world.sectors, world.tradable, strict=True)}


def grouped(values: np.ndarray, labels: tuple[str, ...], groups: dict[str, str], codes: tuple[str, ...]) -> np.ndarray:
    """Sums over groups along the first axis, by a plain loop."""
    total = np.zeros((len(codes), *values.shape[1:]))
    for label, value in zip(labels, values, strict=True):
        total[codes.index(groups[label])] += value
    return total


@pytest.mark.parametrize("seed", range(8))
def test_totals_are_preserved(seed: int) -> None:
    world = random_world(seed, n_countries=5, n_sectors=4)
    countries = dict(zip(world.countries, ("A", "B", "A", "C", "B"), strict=True))
    sectors = dict(zip(world.sectors, ("X", "Y", "X", "S"), strict=True))
    small = aggregate(world, countries, sectors)
    assert small.countries == ("A", "B", "C")
    assert small.aggregates == ("A", "B")
    members = [set(text.split()) for text in small.country_details["members"]]
    assert members == [{"C00", "C02"}, {"C01", "C04"}, {"C03"}]

    def by_country(values: np.ndarray) -> np.ndarray:
        return grouped(values, world.countries, countries, small.countries)

    inside = np.array([[countries[j] == countries[i] for i in world.countries] for j in world.countries])
    vanished = (world.tariff_rate * world.trade_value * inside[:, :, None]).sum(axis=(1, 2))
    assert vanished.max() > 0
    close = {"rtol": 1e-12, "atol": 1e-12}
    assert np.allclose(small.value_added, by_country(world.value_added), **close)
    assert np.allclose(small.trade_deficit, by_country(world.trade_deficit), rtol=1e-9, atol=1e-9)
    assert np.allclose(small.tariff_revenue, by_country(world.tariff_revenue - vanished), **close)
    assert np.allclose(small.income, by_country(world.income - vanished), **close)
    assert np.allclose(small.gross_output.sum(axis=1), by_country(world.gross_output.sum(axis=1)), **close)
    final = grouped(by_country(world.final_use).T, world.sectors, sectors, small.sectors).T
    lost = (world.tariff_rate * world.trade_value * inside[:, :, None]).sum(axis=1)
    lost = grouped(by_country(lost).T, world.sectors, sectors, small.sectors).T
    assert np.allclose(small.final_use, final - lost, **close)
    assert world.consistent and small.consistent
    assert any("vanishes" in note for note in small.notes)


def test_flows_between_groups_add_up() -> None:
    world = load_world("world-2017")
    small = aggregate(world, blocs(world), goods(world), names={"NAM": "North America"})
    assert small.countries == ("NAM", "CHN", "ROW")
    assert small.country_names == ("North America", "China (mainland)", "ROW")
    assert small.sectors == ("GDS", "SER")
    assert small.tradable.tolist() == [True, False]
    china = world.country_index("CHN")
    north = [world.country_index(code) for code in ("USA", "CAN", "MEX")]
    cells = world.trade_value[north, china][:, world.tradable]
    assert small.trade_value[0, 1, 0] == pytest.approx(cells.sum(), rel=1e-12)
    duties = (world.tariff_rate * world.trade_value)[north, china][:, world.tradable].sum()
    assert small.tariff_rate[0, 1, 0] == pytest.approx(duties / cells.sum(), rel=1e-12)
    assert small.consistent
    assert set(small.elasticity_sets) == set(world.elasticity_sets)
    assert (small.trade_elasticity == 4.0).all()


def test_merging_sectors_keeps_income_exactly() -> None:
    world = load_world("world-2017")
    small = aggregate(world, sectors=goods(world))
    for name in ("income", "value_added", "tariff_revenue", "trade_deficit"):
        assert np.allclose(getattr(small, name), getattr(world, name), rtol=1e-11, atol=1e-4), name


def test_relabelling_permutes_and_changes_nothing_else() -> None:
    world = good_world()
    turned = aggregate(world, {"ROW": "ROW", "USA": "US", "CHN": "CN"}, {"SER": "SER", "SOY": "SO", "GDS": "GD"})
    assert turned.countries == ("ROW", "US", "CN")
    assert turned.aggregates == ("ROW",)
    order, kinds = [2, 0, 1], [2, 0, 1]
    assert np.array_equal(turned.trade_value, world.trade_value[np.ix_(order, order, kinds)])
    assert np.allclose(turned.tariff_rate, world.tariff_rate[np.ix_(order, order, kinds)], rtol=1e-15)
    assert np.allclose(turned.input_share, world.input_share[np.ix_(order, kinds, kinds)], rtol=1e-14)
    assert np.allclose(turned.consumption_share, world.consumption_share[np.ix_(order, kinds)], rtol=1e-13)
    assert np.array_equal(turned.trade_elasticity, world.trade_elasticity[kinds])
    assert turned.country_names == ("Rest of world", "United States", "China")


def test_merging_identical_halves_gives_back_the_whole() -> None:
    whole = good_world()
    half = np.array([[0.5, 0.5, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    take = [0, 0, 1, 2]
    split = whole.replace(
        sectors=("SO1", "SO2", "GDS", "SER"),
        sector_names=("Soy 1", "Soy 2", "Goods", "Services"),
        tradable=whole.tradable[take],
        trade_value=whole.trade_value @ half,
        tariff_rate=whole.tariff_rate[:, :, take],
        value_added_share=whole.value_added_share[:, take],
        input_share=np.einsum("jsr,sS->jSr", whole.input_share, half)[:, :, take],
        consumption_share=None,
        trade_elasticity=whole.trade_elasticity[take],
        elasticity_sets={name: theta[take] for name, theta in whole.elasticity_sets.items()},
    )
    again = aggregate(split, sectors={"SO1": "SOY", "SO2": "SOY", "GDS": "GDS", "SER": "SER"})
    for name in ("trade_value", "tariff_rate", "value_added_share", "input_share", "consumption_share"):
        assert np.allclose(getattr(again, name), getattr(whole, name), rtol=1e-13, atol=1e-15), name
    assert np.array_equal(again.trade_elasticity, whole.trade_elasticity)


def test_elasticities_are_weighted_by_foreign_trade() -> None:
    world = good_world()
    small = aggregate(world, sectors={"SOY": "GDS", "GDS": "GDS", "SER": "SER"})
    foreign = [45.5, 3720.0]
    expected = (5 * foreign[0] + 4 * foreign[1]) / sum(foreign)
    assert small.trade_elasticity[0] == pytest.approx(expected, rel=1e-12)
    assert small.elasticity_sets["low"][0] == pytest.approx((2.5 * foreign[0] + 2 * foreign[1]) / sum(foreign))


def test_services_do_not_merge_with_goods_unless_said() -> None:
    world = good_world()
    sectors = {"SOY": "SOY", "GDS": "REST", "SER": "REST"}
    with pytest.raises(WorldError, match="REST merges tradable sectors with SER"):
        aggregate(world, sectors=sectors)
    mixed = aggregate(world, sectors=sectors, mix_tradable=True)
    assert mixed.tradable.all()
    assert np.allclose(mixed.tariff_revenue, world.tariff_revenue)


def test_a_world_without_inputs_stays_without() -> None:
    bare = good_world().replace(
        value_added_share=np.ones((3, 3)), input_share=np.zeros((3, 3, 3)), consumption_share=None
    )
    small = aggregate(bare, {"USA": "WST", "CHN": "CHN", "ROW": "WST"})
    assert (small.value_added_share == 1).all()
    assert (small.input_share == 0).all()
    assert small.consistent


def test_days_and_blocs_follow_the_groups() -> None:
    early, late = date(2017, 12, 31), date(2019, 12, 31)
    world = load_world("world-2017").replace(
        tariffs_as_of={code: late if code == "USA" else early for code in load_world("world-2017").countries},
        blocs={"NAC": ("USA", "CAN", "MEX"), "PAC": ("CAN", "JPN")},
    )
    assert aggregate(world, sectors=goods(world)).blocs == world.blocs
    small = aggregate(world, blocs(world))
    assert small.tariffs_as_of == {"CHN": early, "ROW": early}
    assert small.blocs == {}
    assert any(note.startswith("NAM: members whose tariffs are of different days") for note in small.notes)
    assert any(note.startswith("Bloc PAC is left out") for note in small.notes)
    assert not any("Bloc NAC" in note for note in small.notes)
    pair = aggregate(world, {code: "CAM" if code in ("CAN", "MEX") else code for code in world.countries})
    assert pair.blocs == {"NAC": ("USA", "CAM")}


def test_one_code_may_name_a_group_of_countries_and_one_of_sectors(tmp_path: Path) -> None:
    lines = ["kind,from,to,name", "country,USA,OTH,Other countries", "country,ROW,OTH,", "country,CHN,CHN,"]
    lines += ["sector,SOY,OTH,Other goods", "sector,GDS,OTH,", "sector,SER,SER,"]
    (tmp_path / "map.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    small = aggregate_by_file(good_world(), tmp_path / "map.csv")
    assert (small.country_names[0], small.sector_names[0]) == ("Other countries", "Other goods")


def test_every_label_must_be_mapped() -> None:
    with pytest.raises(WorldError) as refused:
        aggregate(good_world(), {"USA": "A", "chn": "B"}, {"SOY": "X"})
    message = str(refused.value)
    assert "unknown country 'chn'; did you mean 'CHN'" in message
    assert "CHN, ROW are not mapped" in message
    assert "GDS, SER are not mapped" in message


def test_a_map_file(tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text(
        "kind,from,to,name\ncountry,USA,WST,The West\ncountry,ROW,WST,\ncountry,CHN,CHN,\n", encoding="utf-8"
    )
    small = aggregate_by_file(good_world(), path)
    assert small.countries == ("WST", "CHN")
    assert small.country_names == ("The West", "China")
    assert small.sectors == ("SOY", "GDS", "SER")
    path.write_text("kind,from,to\ncountry,USA,A\nregion,ROW,A\nsector,,A\n", encoding="utf-8")
    with pytest.raises(WorldError) as refused:
        aggregate_by_file(good_world(), path)
    message = str(refused.value)
    assert "map.csv, line 3: kind: 'region' is unknown" in message
    assert "map.csv, line 4: from is blank" in message
    path.write_text("kind,from,to\ncountry,USA,A\ncountry,USA,B\n", encoding="utf-8")
    with pytest.raises(WorldError, match=r"map.csv, line 3: country/USA contradicts line 2: to = B against A"):
        aggregate_by_file(good_world(), path)
    path.write_text("kind,from,to,name\ncountry,USA,A,One\ncountry,ROW,A,Two\n", encoding="utf-8")
    with pytest.raises(WorldError, match=r"line 3: A is called 'Two', but 'One' in line 2"):
        aggregate_by_file(good_world(), path)
    with pytest.raises(WorldError, match="no such file"):
        aggregate_by_file(good_world(), tmp_path / "nothing.csv")
