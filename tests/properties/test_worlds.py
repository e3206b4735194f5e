"""What holds for every world: writing, merging and balancing, on random ones."""

from __future__ import annotations

import tempfile
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewar.world import World, read_world, write_world
from tradewar.world.aggregate import aggregate
from tradewar.world.balance import balance
from worlds import random_world

CHECKED = settings(derandomize=True, deadline=None, max_examples=20)

# seeds and sizes are drawn, worlds are built in the test: run-time type checks use the random module, which hypothesis
# forbids while it draws
kinds = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10_000),
        "n_countries": st.integers(2, 5),
        "n_sectors": st.integers(2, 4),
        "with_inputs": st.booleans(),
    }
)


def assert_close(first: World, second: World, tolerance: float) -> None:
    assert first.countries == second.countries and first.sectors == second.sectors
    for name in ("trade_value", "tariff_rate", "value_added_share", "input_share", "consumption_share"):
        assert np.allclose(getattr(first, name), getattr(second, name), rtol=tolerance, atol=tolerance), name


@given(kinds)
@CHECKED
def test_writing_and_reading_changes_no_bit(kind: dict[str, Any]) -> None:
    world = random_world(**kind)
    with tempfile.TemporaryDirectory() as folder:
        write_world(world, folder)
        assert_close(read_world(folder), world, 0.0)


@given(kinds)
@CHECKED
def test_income_is_final_use_and_deficits_cancel(kind: dict[str, Any]) -> None:
    world = random_world(**kind)
    assert world.consistent
    assert np.allclose(world.final_use.sum(axis=1), world.income, rtol=1e-12)
    assert abs(world.trade_deficit.sum()) <= 1e-12 * world.value_added.sum()
    assert np.allclose(world.expenditure_share.sum(axis=1), 1, rtol=1e-13)


@given(kinds, st.data())
@CHECKED
def test_merging_in_two_steps_is_merging_in_one(kind: dict[str, Any], data: st.DataObject) -> None:
    world = random_world(**kind)
    fine = data.draw(st.lists(st.sampled_from("XYZ"), min_size=world.n_countries, max_size=world.n_countries))
    coarse = {"X": "P", "Y": "P", "Z": "Q"}
    once = aggregate(world, {code: coarse[group] for code, group in zip(world.countries, fine, strict=True)})
    step = aggregate(world, dict(zip(world.countries, fine, strict=True)))
    twice = aggregate(step, {code: coarse[code] for code in step.countries})
    assert_close(twice, aggregate(once, {code: code for code in twice.countries}), 1e-10)
    assert np.isclose(once.value_added.sum(), world.value_added.sum(), rtol=1e-12)


@given(kinds, st.floats(0.0, 0.1))
@CHECKED
def test_balancing_twice_is_balancing_once(kind: dict[str, Any], least: float) -> None:
    world = random_world(**kind)
    once, first = balance(world, least)
    assert once.consistent
    assert (once.final_use >= (least - 1e-9) * once.expenditure).all()
    again, second = balance(once, least * (1 - 1e-9))
    assert not second.changed
    assert_close(again, once, 0.0)
    assert first.changed == ((world.final_use < least * world.expenditure).any())
