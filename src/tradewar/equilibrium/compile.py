"""Compile the machine code of this package once, after an installation: `python -m tradewar.equilibrium.compile`.

What is compiled is kept on disk, so that no later run waits for it. Does nothing where that has been done.
"""

from __future__ import annotations

import numpy as np

from tradewar.equilibrium import compiled
from tradewar.equilibrium.kernels import Economy, Wedges, baseline_point


def compile_all() -> None:
    """Solve an invented economy of two like countries and two sectors, once."""
    half = np.full((2, 2), 0.5)
    share = np.full((2, 2, 2), 0.5)
    economy = Economy(
        share, share, half, share / 2.0, half, np.ones(2), np.zeros(2), np.full((2, 2), 1.0), np.full(2, 4.0),
        np.full(2, 0.5), np.zeros((2, 2, 2)), None, None,
    )  # fmt: skip
    problem = compiled.problem_of(economy, Wedges(share, share))
    compiled.accelerate(problem, baseline_point(economy)[None, :], tolerance=1e-10, limit=300)


if __name__ == "__main__":
    compile_all()
