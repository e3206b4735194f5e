"""The certificate on real worlds, corners included: every sector of every player is tried at its bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradewar.games import War, war
from tradewar.world import load_world, read_world


def hold(found: War) -> None:
    certificate = found.certificate
    assert certificate.certified
    assert certificate.first_order_residual <= 1e-9
    assert certificate.largest_gain_from_deviating_pct <= 1e-6
    assert certificate.equilibrium_residual <= 1e-10


@pytest.mark.slow
def test_world_2017_with_all_as_players() -> None:
    found = war(load_world("world-2017"), starts=["closed-form"])
    hold(found)
    assert len(found.players) == 18
    # the tariffs held, 3 restarts, 2 corners of 15 sectors of goods, 8 random directions
    assert found.certificate.deviations_tried == 18 * (1 + 3 + 2 * 15 + 8)
    # a prisoners' dilemma on average: nobody wins the war of all against all
    assert (found.real_income_hat < 1.0).all()


@pytest.mark.slow
def test_world_2017_united_states_against_china() -> None:
    found = war(load_world("world-2017"), ["USA", "CHN"], between=True, starts=["closed-form"])
    hold(found)
    foreign = found.chosen.any(axis=2)
    assert foreign.sum() == 2


@pytest.mark.slow
def test_us_china_2017_with_all_as_players(reference_data: Path) -> None:
    world = read_world(reference_data / "worlds" / "us-china-2017")
    found = war(world, starts=["closed-form"])
    hold(found)
    assert any("Solved at baseline tariffs" in note for note in found.notes)
