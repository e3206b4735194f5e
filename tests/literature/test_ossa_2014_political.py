"""Ossa (2014) with political weights: several first-order points, of which one is an equilibrium."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tradewar.games import Options, read_political_weights, war
from tradewar.games.certificate import search
from tradewar.games.instruments import starting_level
from tradewar.games.nash import alone, nash
from tradewar.games.setup import setup
from tradewar.world import read_world
from validation import Recorder


@pytest.mark.slow
def test_a_first_order_point_that_is_no_equilibrium_is_met_and_rejected(
    reference_data: Path, record_validation: Recorder
) -> None:
    folder = reference_data / "worlds" / "ossa-2007"
    world = read_world(folder)
    weights = read_political_weights(world, folder / "political_weights.csv")
    assert weights.mean(axis=1) == pytest.approx(1.0, abs=3e-8)
    found = war(world, weights=weights, starts=["closed-form", "factual"])
    assert found.certified
    assert found.objective == "political"
    assert found.certificate.at_upper_bound > 0
    false = [item for item in found.others if not item.certificate.certified]
    assert false
    for item in false:
        # its own first-order conditions hold to rounding: only the search tells
        assert item.certificate.first_order_residual < 1e-9
    worst = max((d for item in false for d in item.certificate.deviations), key=lambda d: d.gain_pct)
    assert worst.player == "JPN"
    assert worst.gain_pct == pytest.approx(0.40, abs=0.005)
    label = "gain of JPN by leaving the point that only looks like an equilibrium, percent"
    source = "Political weights, Ossa (2014)"
    record_validation(source, label, 0.40, worst.gain_pct, 0.005, beside="independent")
    assert "not an equilibrium: JPN gains 0.4" in false[0].certificate.label
    assert np.isfinite(found.objective_hat).all()


@pytest.mark.slow
def test_trails_left_early_would_have_found_no_more(reference_data: Path) -> None:
    """The whole search at the false equilibrium, once as it is and once with every trail followed to its end."""
    folder = reference_data / "worlds" / "ossa-2007"
    ready = setup(read_world(folder), None, Options(weights=folder / "political_weights.csv"))
    game = ready.game
    point = nash(game, starting_level(game.stage, game.instruments, "closed-form", ready.factual), ready.factual)
    others, gains = game.instruments.place(point.level, game.stage.log_power), {}
    for row, code in enumerate(game.stage.world.countries):
        if code not in ("JPN", "EU", "USA"):
            continue
        single, mine = alone(game, row)
        left, followed = (search(single, others, point.level[mine], point.position, near=near) for near in (0.05, 0.0))
        assert left.tried == followed.tried
        assert left.gain == pytest.approx(followed.gain, abs=1e-12)
        gains[code] = left.gain
    assert gains["JPN"] == pytest.approx(4.0e-3, abs=5e-5)
    assert gains["EU"] < 1e-9
