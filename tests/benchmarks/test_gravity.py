"""Our one-sector equilibrium is a fixed point of gegravity's `simulate`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tradewar.equilibrium import solve


@pytest.mark.slow
@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")  # gegravity assigns strings to integer columns of pandas
def test_simulate_returns_our_equilibrium_when_given_its_output_shares(reference_data: Path):
    gravity = pytest.importorskip("benchmarks.gravity")
    sample = reference_data / "layouts" / "gegravity_sample.csv"
    prepared, again = gravity.prepare(sample), gravity.prepare(sample)
    ours = solve(prepared.world, prepared.policy)
    given_ours = gravity.with_output_shares(again.model, prepared.world, ours.gross_output[:, 0])

    np.testing.assert_allclose(gravity.simulated(given_ours), ours.real_income_hat, rtol=1e-8)
    # as it is, simulate keeps output shares at their baseline values, and so stops short of that equilibrium
    assert 1e-5 < gravity.gap(ours.real_income_hat, gravity.simulated(prepared.model)) < 1e-3
