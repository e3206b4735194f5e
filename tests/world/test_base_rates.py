"""Base tariffs of a pair are replaced and nothing that the rates do not touch moves."""

from __future__ import annotations

import numpy as np
import pytest

from faults import good_world
from tradewar.equilibrium import solve
from tradewar.errors import WorldError
from tradewar.world import load_world
from tradewar.world.base_rates import with_base_rates
from worlds import random_world

UNKNOWN = np.nan


def test_one_pair_by_hand() -> None:
    world = good_world()
    usa, china = world.country_index("USA"), world.country_index("CHN")
    new = with_base_rates(world, {("CHN", "USA"): np.array([0.25, UNKNOWN, 0.0])}, "a book")
    assert new.tariff_rate[china, usa].tolist() == [0.25, world.tariff_rate[china, usa, 1], 0.0]
    # 12 of soy at 25 in place of 10 percent
    assert new.tariff_revenue[china] - world.tariff_revenue[china] == pytest.approx(12 * 0.15)
    assert new.final_use[china, 0] - world.final_use[china, 0] == pytest.approx(12 * 0.15)
    for name in ("trade_value", "value_added_share", "input_share"):
        assert np.array_equal(getattr(new, name), getattr(world, name)), name
    others = [k for k in range(3) if k != china]
    assert np.array_equal(new.consumption_share[others], world.consumption_share[others])
    assert new.consistent
    assert new.notes[-1] == ("Base tariffs are those of a book (percent, weighted by trade): CHN on USA 8.18 to 9.55.")
    assert np.abs(solve(new).real_income_hat - 1).max() < 1e-9


def test_the_same_rates_change_nothing() -> None:
    world = good_world()
    assert with_base_rates(world, {("CHN", "USA"): world.tariff_rate[1, 0]}, "a book") is world
    assert with_base_rates(world, {("CHN", "USA"): np.full(3, UNKNOWN)}, "a book") is world


@pytest.mark.parametrize("seed", range(6))
def test_there_and_back(seed: int) -> None:
    world = random_world(seed, n_countries=4, n_sectors=3, with_inputs=True)
    pair = (world.countries[1], world.countries[2])
    rates = np.where(world.tradable, 0.4, 0.0)
    changed = with_base_rates(world, {pair: rates}, "a book")
    assert changed.consistent and (changed.final_use >= -1e-9 * changed.income[:, None]).all()
    back = with_base_rates(changed, {pair: world.tariff_rate[1, 2]}, "itself")
    assert np.allclose(back.consumption_share, world.consumption_share, rtol=0, atol=1e-12)


def test_materials_give_way_where_final_use_would_be_negative() -> None:
    """China buys soy of 72 as material: it spends 94 on soy at 300 percent, 58 without duty."""
    world, china = good_world(), 1
    inputs, rates = world.input_share.copy(), world.tariff_rate.copy()
    inputs[china, :2, 1] += 0.013, -0.013
    rates[china, 0, 0] = 3.0
    high = world.replace(input_share=inputs, tariff_rate=rates, consumption_share=None)
    assert high.consistent and 0 < high.final_use[china, 0] < 36
    new = with_base_rates(high, {("CHN", "USA"): np.array([0.0, UNKNOWN, UNKNOWN])}, "a book")
    assert new.consistent
    assert new.final_use[china, 0] == pytest.approx(0, abs=1e-9)
    assert np.array_equal(new.value_added_share, high.value_added_share)
    assert not np.allclose(new.input_share[china], high.input_share[china])
    assert np.array_equal(new.input_share[[0, 2]], high.input_share[[0, 2]])
    assert any("Balanced" in note for note in new.notes)


def test_what_cannot_be_is_refused_at_once() -> None:
    world = good_world()
    with pytest.raises(WorldError) as refused:
        with_base_rates(
            world,
            {
                ("CHN", "UAS"): np.zeros(3),
                ("USA", "USA"): np.zeros(3),
                ("USA", "CHN"): np.array([-1.0, np.inf, 0.1]),
                ("ROW", "USA"): np.zeros(2),
            },
            "a book",
        )
    said = str(refused.value)
    for words in (
        "UAS is not in the world",
        "own sales",
        "SOY: -1 is not",
        "GDS: inf is not",
        "SER: 0.1",
        "shape (2,)",
    ):
        assert words in said
    bare = world.replace(tariff_rate=np.zeros((3, 3, 3)), has_tariffs=False, consumption_share=None)
    with pytest.raises(WorldError, match="holds no tariffs"):
        with_base_rates(bare, {("CHN", "USA"): np.zeros(3)}, "a book")


def test_a_built_in_world_takes_other_rates() -> None:
    world = load_world("world-2017r")
    sectors = world.tradable
    rates = np.where(sectors, 0.0614, UNKNOWN)
    new = with_base_rates(world, {("CHN", "USA"): rates}, "the tariff book on 2017-12-31")
    assert new.consistent
    assert "CHN on USA 5.48 to 6.14" in new.notes[-1]
    assert new.tariffs_as_of == world.tariffs_as_of
