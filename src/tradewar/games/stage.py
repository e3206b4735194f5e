"""The stage on which governments play: one calibrated economy, and where it comes to rest under given tariffs.

Index order everywhere: `[importer, exporter, sector]`; inputs are `[country, supplying_sector, using_sector]`.
Tariffs travel through this package as log powers, log(1 + t), because every rule of the games is a step in logs.

Both market structures and worlds with and without inputs are one economy to the games. A producer's revenue goes to
labour, profits and materials in fixed shares, its cost to wages and materials in fixed shares:

| market | labour share of revenue | profit share of revenue | wage share of cost | materials |
|---|---|---|---|---|
| competitive | v | 0 | v | (1 − v) g |
| monopolistic (Ossa 2014) | 1 − 1/σ | 1/σ | 1 | none |

Sources: Caliendo and Parro (2015, Review of Economic Studies 82(1):1–44); Ossa (2014, American Economic Review
104(12):4104–46).

The equilibrium of a stage under given tariffs, by the quickest exact method for its kind.

Without materials the price block is explicit and an equilibrium is 2N equations in wages and incomes: the Newton
solver of the monopolistic market, which with a labour share of 1 (no profits) is labour-only perfect competition.
With materials it is the accelerated fixed point of the competitive market.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.equilibrium import competitive, monopolistic
from tradewar.equilibrium.kernels import Economy
from tradewar.equilibrium.levers import Levers
from tradewar.equilibrium.monopolistic import FixedFirms
from tradewar.equilibrium.solution import Solution
from tradewar.errors import InadmissibleError, NoSolutionError
from tradewar.world import World
from tradewar.world.model import Market


@dataclass(frozen=True, eq=False)
class Stage:
    """A baseline economy prepared for many equilibria. N countries, S sectors."""

    world: World
    """The baseline to which hats refer: consistent, and without deficits under the `balanced` closure."""
    market: Market
    economy: Economy | FixedFirms
    """The arrays of the kernel that solves it."""
    levers: Levers
    """The policy in force: tariffs stay in place wherever no player may set them."""
    trade_elasticity: Float[Array, " sector"]
    """θ; σ − 1 in monopolistic worlds."""
    consumption_share: Float[Array, "country sector"]
    wage_cost_share: Float[Array, "country sector"]
    labour_share: Float[Array, "country sector"]
    """Share of a producer's revenue that is paid to labour."""
    profit_share: Float[Array, "country sector"]
    """Share of a producer's revenue that is profit."""
    material_share: Float[Array, "country supplying using"] | None
    """m, or None where production uses labour alone. Where there are materials there are no profits."""
    labour_income: Float[Array, " country"]
    """w L at the baseline, money. The numeraire is its world sum."""

    @cached_property
    def log_power(self) -> Float[Array, "importer exporter sector"]:
        """log(1 + t) of the tariffs in force."""
        return np.log1p(self.levers.tariff_rate)

    def with_rates(
        self, tariff_rate: Float[Array, "importer exporter sector"], chosen: Bool[Array, "importer exporter sector"]
    ) -> Float[Array, "importer exporter sector"]:
        """log(1 + t) with other rates in the chosen cells; the others keep those in force to the last bit."""
        return np.where(chosen, np.log1p(tariff_rate), self.log_power)

    @cached_property
    def foreign(self) -> Bool[Array, "importer exporter sector"]:
        """Cells that cross a border, hold trade and may carry a tariff."""
        crosses = ~np.eye(self.world.n_countries, dtype=bool)[:, :, None]
        return crosses & (self.world.trade_value > 0) & self.world.tradable[None, None, :]


@dataclass(frozen=True, eq=False)
class Position:
    """Where the economy comes to rest under given tariffs."""

    log_power: Float[Array, "importer exporter sector"]
    solution: Solution
    share: Float[Array, "importer exporter sector"]
    """π'."""
    log_price: Float[Array, "country sector"]
    """Log of sector prices over their baseline."""

    @property
    def border_value(self) -> Float[Array, "importer exporter sector"]:
        """B = π' X / (1 + t), money."""
        return self.solution.trade_value

    @property
    def expenditure(self) -> Float[Array, "country sector"]:
        """X, money."""
        return self.solution.expenditure

    @property
    def output(self) -> Float[Array, "country sector"]:
        """Y, producers' revenue, money."""
        return self.solution.gross_output

    @property
    def income(self) -> Float[Array, " country"]:
        """I, money."""
        return self.solution.income

    @property
    def wage_hat(self) -> Float[Array, " country"]:
        """w."""
        return self.solution.wage_hat


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
