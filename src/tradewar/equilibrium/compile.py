"""Compile the machine code of this package once, after an installation: `python -m tradewar.equilibrium.compile`.

What is compiled is kept on disk, so that no later run waits for it. Does nothing where that has been done.
"""

from __future__ import annotations

import numpy as np

from tradewar.equilibrium import competitive, competitive_adjoint
from tradewar.equilibrium.closures import Deficits
from tradewar.equilibrium.kernels import Economy
from tradewar.equilibrium.levers import Levers
from tradewar.equilibrium.objectives import Seeds


def compile_all() -> None:
    """Solve an invented economy of two like countries and two sectors, and differentiate it, once."""
    half = np.full((2, 2), 0.5)
    share = np.full((2, 2, 2), 0.5)
    economy = Economy(
        share, share, half, share / 2.0, half, np.ones(2), Deficits(np.zeros(2)), np.full((2, 2), 1.0), np.full(2, 4.0),
        np.full(2, 0.5), np.zeros((2, 2, 2)), None, None, compiled=True,
    )  # fmt: skip
    solution = competitive.solve(economy, Levers(np.zeros((2, 2, 2))))
    competitive_adjoint.multipliers(economy, solution, Seeds(income=np.ones((1, 2))))


if __name__ == "__main__":
    compile_all()
