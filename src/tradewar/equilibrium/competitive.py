"""Perfect competition (Armington or Eaton-Kortum): a World as an `Economy`, and its solvers for `solution.find`.

The quick one is Anderson acceleration of the map of `kernels`, in machine code where the economy asks for it; the
careful one Newton's method on `wages`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium import kernels, wages
from tradewar.equilibrium.anderson import FixedPoint, Step, accelerate
from tradewar.equilibrium.closures import Closure
from tradewar.equilibrium.kernels import Economy, Levels, Wedges
from tradewar.equilibrium.levers import Levers, part_way
from tradewar.equilibrium.solution import Problem, Root, Solution, find, solution_of
from tradewar.world.model import World

PASS_LIMIT = 300
CURRENT = 0.5
"""Where money falls below this share of the baseline's value added, residuals are taken in current money too."""
CURRENT_SLACK = 5.0
"""By how much they may exceed the tolerance there."""
ROUNDING = 1e-12
"""Money above minus this share of value added counts as not negative."""


def economy_of(world: World, closure: Closure, compiled: bool = False) -> Economy:
    """The arrays of a world in the order of the kernels; `compiled` where many solves follow."""
    bought = world.expenditure > 0
    share = kernels.by_sector(world.expenditure_share)
    power = kernels.by_sector(world.tariff_rate)
    power += 1.0
    sold = world.gross_output > 0
    materials = world.material_share if world.material_share.any() else None
    if compiled and materials is not None:
        # arrays of a world are read-only, and machine code is made for writable ones: better copied once than per solve
        materials = materials.copy()
    return Economy(
        share=share,
        share_before_duty=np.divide(share, power, out=power),
        value_added_share=np.ascontiguousarray(world.value_added_share.T),
        material_share=materials,
        consumption_share=np.ascontiguousarray(world.consumption_share.T),
        value_added=world.value_added,
        deficits=closure.deficits(world),
        expenditure=np.ascontiguousarray(world.expenditure.T),
        trade_elasticity=world.trade_elasticity,
        numeraire_weight=closure.numeraire_weight(world, world.value_added),
        tariff_rate=world.tariff_rate,
        inactive=None if sold.all() else np.ascontiguousarray(~sold.T),
        absent=None if bought.all() else np.ascontiguousarray(~bought.T),
        compiled=compiled,
    )


def solve(
    economy: Economy, levers: Levers, start: Solution | None = None, tolerance: float = 1e-10, search: bool = True
) -> Solution:
    """The equilibrium under the levers; `converged` is False where no solver of the chain found one.

    `search` as in `find`.
    """
    first = None if start is None else _point_of(economy, start)
    problem = _Problem(economy, levers, tolerance)
    # far from a solution the map may leave the finite numbers: the drivers watch for that
    with np.errstate(all="ignore"):
        found = find(problem, first, search)
        return solution_of(found, lambda root: _arrays(problem, root))


@dataclass(frozen=True, eq=False)
class _Problem(Problem):
    """One policy, as `Problem`."""

    economy: Economy
    levers: Levers
    tolerance: float

    @property
    def complements(self) -> bool:
        return bool((self.economy.trade_elasticity < 0.0).any())

    @property
    def countries(self) -> int:
        return len(self.economy.value_added)

    @property
    def baseline(self) -> Float[Array, " unknown"]:
        return self._untouched

    @cached_property
    def _untouched(self) -> Float[Array, " unknown"]:
        return kernels.baseline_point(self.economy)

    @cached_property
    def whole(self) -> Wedges:
        """The wedges of the whole policy."""
        return kernels.wedges(self.economy, self.levers)

    @property
    def solvers(self) -> tuple[Callable[[float, Array], Root], ...]:
        return self._quick, self._careful

    def _quick(self, share: float, point: Array) -> Root:
        policy = self._wedges(share)
        return self._judged(policy, _accelerated(self.economy, policy, point[None], self.tolerance))

    def _careful(self, share: float, point: Array) -> Root:
        policy = self._wedges(share)
        found = wages.newton(self.economy, policy, point, self.tolerance)
        # rounding may keep it from the tolerance itself
        return self._judged(policy, replace(found, converged=bool(found.residual[0] <= CURRENT_SLACK * self.tolerance)))

    def at_wages(self, log_wage: Array) -> Float[Array, " unknown"]:
        log_wage = log_wage - np.log(self.economy.numeraire_weight @ np.exp(log_wage))
        log_cost = self.economy.value_added_share * log_wage
        return kernels.pack(log_wage, log_cost, self.economy.expenditure * np.exp(log_wage), self.economy.value_added)

    def log_real_income(self, root: Root) -> Float[Array, " country"]:
        levels: Levels = root.levels
        return np.log(levels.income) - (self.economy.consumption_share * levels.log_price).sum(axis=0)

    def _wedges(self, share: float) -> Wedges:
        if share == 1.0:
            return self.whole
        return kernels.wedges(self.economy, part_way(self.levers, self.economy.tariff_rate, share))

    def _judged(self, policy: Wedges, found: FixedPoint) -> Root:
        """With signs, and whether the residuals hold in current money too."""
        economy, point, residual = self.economy, found.point[0], float(found.residual[0])
        log_wage, log_cost, expenditure = kernels.unpack(economy, point)
        wage = np.exp(log_wage)
        # without BLAS, whose sums depend on its number of threads, where the same bits are promised everywhere
        levels = (_compiled_levels if economy.compiled else kernels.levels)(economy, policy, point)
        kept = levels.income / (wage * economy.value_added)
        admissible = bool(kept.min() > 0.0) and not (self._negative(expenditure) or self._negative(levels.output))
        converged = found.converged
        if converged and admissible:
            money = wages.current_money(economy, log_wage, levels.income)
            bought = levels.imports.sum(axis=0) - kernels.own_sales(policy, levels.pull, levels.spending)
            if (np.minimum(money, wages.CLOSED * bought) < CURRENT * economy.value_added).any():
                residual = max(residual, wages.residual(economy, policy, log_wage, log_cost, expenditure))
                converged = residual <= CURRENT_SLACK * self.tolerance
        return Root(point, residual, found.passes, converged, found.method, kept, admissible, levels)

    def _negative(self, money: Float[Array, "sector country"]) -> bool:
        return not (money.min() >= 0.0 or (money >= -ROUNDING * self.economy.value_added).all())


def _step(economy: Economy, policy: Wedges) -> Step:
    def step(points: Array) -> tuple[Array, Array]:
        image, residual = kernels.one_pass(economy, policy, points[0])
        return image[None, :], np.array([residual])

    return step


def _accelerated(economy: Economy, policy: Wedges, start: Array, tolerance: float) -> FixedPoint:
    if not economy.compiled:
        return accelerate(_step(economy, policy), start, tolerance=tolerance, limit=PASS_LIMIT)
    from tradewar.equilibrium import compiled

    problem = compiled.problem_of(economy, policy)
    return compiled.accelerate(problem, start, tolerance=tolerance, limit=PASS_LIMIT)


def _point_of(economy: Economy, start: Solution) -> Float[Array, " unknown"]:
    log_cost = np.log(start.unit_cost_hat.T)
    return kernels.pack(np.log(start.wage_hat), log_cost, start.expenditure.T, economy.value_added)


def _compiled_levels(economy: Economy, policy: Wedges, point: Array) -> Levels:
    from tradewar.equilibrium import compiled

    return compiled.levels(compiled.problem_of(economy, policy), point)


def _arrays(problem: _Problem, root: Root) -> dict[str, Any]:
    """The fields of a `Solution` that are arrays."""
    log_wage, log_cost, expenditure = kernels.unpack(problem.economy, root.point)
    levels: Levels = root.levels
    return {
        "levers": problem.levers,
        "wage_hat": np.exp(log_wage),
        "unit_cost_hat": np.exp(log_cost.T),
        "price_hat": np.exp(levels.log_price.T),
        "trade_value": kernels.trade_values(problem.whole, levels.pull, levels.spending),
        "expenditure": np.ascontiguousarray(expenditure.T),
        "gross_output": np.ascontiguousarray(levels.output.T),
        "income": levels.income,
        "tariff_revenue": (expenditure - levels.imports).sum(axis=0),
        "trade_deficit": problem.economy.deficits.at(np.exp(log_wage)),
    }
