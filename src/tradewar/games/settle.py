"""The equilibrium of a stage under given tariffs, by the quickest exact method for its kind.

Without materials the price block is explicit and an equilibrium is 2N equations in wages and incomes: the Newton
solver of the monopolistic market, which with a labour share of 1 (no profits) is labour-only perfect competition.
With materials it is the accelerated fixed point of the competitive market.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium import competitive, monopolistic
from tradewar.equilibrium.monopolistic import FixedFirms
from tradewar.errors import InadmissibleError, NoSolutionError
from tradewar.games.stage import Position, Stage

TOLERANCE = 1e-12
"""Largest residual, relative to value added: first-order conditions at 1e-10 need prices at 1e-12."""
REACHABLE = 1e-10
"""What still counts as solved where rounding keeps a solver from the tolerance."""


def settle(
    stage: Stage,
    log_power: Float[Array, "importer exporter sector"],
    start: Position | None = None,
    tolerance: float = TOLERANCE,
) -> Position:
    """The equilibrium under the given tariffs, from an earlier one where given.

    Raises:
        NoSolutionError: if none is found.
    """
    levers = stage.levers.chosen_by_sector(np.expm1(log_power), log_power != stage.log_power)
    first = None if start is None else start.solution
    # a game asks for hundreds: other equilibria are looked for where a result is reported
    if isinstance(stage.economy, FixedFirms):
        found = monopolistic.solve(stage.economy, levers, first, tolerance, search=False)
    else:
        found = competitive.solve(stage.economy, levers, first, tolerance, search=False)
    if not found.admissible:
        poorest = stage.world.countries[int((found.income / stage.labour_income).argmin())]
        raise InadmissibleError(f"No equilibrium under the tariffs tried: {poorest} would be left without income.")
    limit = max(tolerance, REACHABLE)
    if not found.residual <= limit:
        raise NoSolutionError(
            f"No equilibrium under the tariffs tried: after {found.passes} passes ({found.method}) the worst equation "
            f"is off by {found.residual:.3g} (limit {limit:g})."
        )
    spending = found.expenditure[:, None, :]
    paid = np.exp(log_power) * found.trade_value
    share = np.divide(paid, spending, out=np.zeros_like(paid), where=spending > 0)
    return Position(log_power, found, share, np.log(found.price_hat))
