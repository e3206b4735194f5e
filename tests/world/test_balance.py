"""Balancing moves as little as it can, and says what it moved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from faults import good_world
from tradewar.errors import NoSolutionError, WorldError
from tradewar.world import World, load_world, read_world
from tradewar.world.balance import balance


def unbalanced() -> World:
    """The toy world with too much soy bought as material in the United States and China."""
    inputs = good_world().input_share.copy()
    inputs[:2, 0, 1] += 0.05
    inputs[:2, 2, 1] -= 0.05
    return good_world().replace(input_share=inputs, consumption_share=None)


def test_a_balanced_world_is_left_as_it_is() -> None:
    world = load_world("world-2017")
    same, report = balance(world, least_final_use=0.0299)
    assert not report.changed
    assert np.array_equal(same.input_share, world.input_share)
    assert np.array_equal(same.consumption_share, world.consumption_share)
    assert same.notes == world.notes
    assert str(report).startswith("Nothing moved")


def test_final_use_reaches_its_least_share_and_nothing_else_moves() -> None:
    world = unbalanced()
    assert not world.consistent
    balanced, report = balance(world, 0.03)
    assert balanced.consistent
    share = balanced.final_use / balanced.expenditure
    assert share.min() == pytest.approx(0.03, rel=1e-9)
    for name in ("trade_value", "tariff_rate", "value_added_share", "gross_output", "income"):
        assert np.allclose(getattr(balanced, name), getattr(world, name), rtol=1e-13), name
    assert np.allclose(balanced.input_share.sum(axis=1), 1, atol=1e-14)
    assert report.moved_share[2] == 0 and (report.moved_share[:2] > 0).all()
    assert np.array_equal(balanced.input_share[2], world.input_share[2])
    moved = np.abs(balanced.material_share - world.material_share) * world.gross_output[:, None, :]
    bought = (world.material_share * world.gross_output[:, None, :]).sum(axis=(1, 2))
    assert np.allclose(report.moved_share, moved.sum(axis=(1, 2)) / 2 / bought, rtol=1e-10)
    assert str(report) in balanced.notes


def test_what_moves_is_the_least_in_relative_entropy() -> None:
    world = unbalanced()
    balanced, _ = balance(world, 0.03)
    before = (world.material_share * world.gross_output[:, None, :])[0]
    after = (balanced.material_share * balanced.gross_output[:, None, :])[0]
    limit = 0.97 * world.expenditure[0]

    def distance(flat: np.ndarray) -> float:
        table = flat.reshape(before.shape)
        return float((table * np.log(table / before) - table + before).sum())

    constraints = [
        {"type": "eq", "fun": lambda flat: flat.reshape(before.shape).sum(axis=0) - before.sum(axis=0)},
        {"type": "ineq", "fun": lambda flat: limit - flat.reshape(before.shape).sum(axis=1)},
    ]
    found = minimize(
        distance,
        before.ravel(),
        constraints=constraints,
        bounds=[(1e-9, None)] * before.size,
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-14},
    )
    assert found.success
    assert distance(after.ravel()) <= found.fun * (1 + 1e-6)
    assert np.allclose(after.ravel(), found.x, rtol=2e-3, atol=1e-2)


def test_the_report_lists_the_largest_changes_first() -> None:
    world = unbalanced()
    balanced, report = balance(world, 0.03)
    frame = report.to_frame()
    assert len(frame) == 9
    assert frame["change"].abs().is_monotonic_decreasing
    cell = frame.set_index(["country", "sector"]).loc[("CHN", "SOY")]
    assert cell["final_use_before"] == pytest.approx(world.final_use[1, 0])
    assert cell["final_use_after"] == pytest.approx(balanced.final_use[1, 0])
    assert cell["final_use_before"] < 0
    # income is kept, so that what one sector gains the others lose
    assert frame.groupby("country")["change"].sum().abs().max() < 1e-9 * world.income.max()


def test_a_share_that_cannot_be_reached_is_refused() -> None:
    with pytest.raises(WorldError, match=r"country \w+: final use is 0\.\d+ of absorption"):
        balance(good_world(), 0.9)
    with pytest.raises(WorldError, match="outside"):
        balance(good_world(), 1.0)


def test_zeros_that_leave_no_way_are_named() -> None:
    # every sector of the United States buys soy only
    inputs = good_world().input_share.copy()
    inputs[0] = np.array([[1, 1, 1], [0, 0, 0], [0, 0, 0]])
    with pytest.raises(NoSolutionError, match="country USA: purchases of SOY"):
        balance(good_world().replace(input_share=inputs, consumption_share=None), 0.03)


@pytest.mark.reference
@pytest.mark.parametrize(("name", "negative"), [("us-china-2017", 20), ("caliendo-parro-1993", 185)])
def test_published_tables_with_negative_final_use(name: str, negative: int, reference_data: Path) -> None:
    world = read_world(reference_data / "worlds" / name)
    assert not world.consistent
    balanced, report = balance(world, 0.01)
    assert balanced.consistent
    # residual cells that the source clipped; rounding leaves some others within 1e-9 of zero
    clipped = report.final_use_before < -1e-9 * world.income[:, None]
    assert int(clipped.sum()) == negative
    assert (balanced.final_use >= 0.01 * balanced.expenditure * (1 - 1e-9)).all()
    assert np.allclose(balanced.income, world.income, rtol=1e-12)
    assert report.moved_share.max() < 0.35
