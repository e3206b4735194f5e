"""Perfect competition (Armington or Eaton-Kortum): a World as an `Economy`, and the chain of solvers.

Anderson acceleration first, in machine code where the economy asks for it; Newton-Krylov where 300 passes are not
enough; then both along a path of smaller changes.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium import kernels
from tradewar.equilibrium.anderson import FixedPoint, Step, accelerate
from tradewar.equilibrium.closures import Closure
from tradewar.equilibrium.continuation import continued
from tradewar.equilibrium.kernels import Economy, Levels, Wedges
from tradewar.equilibrium.levers import Levers, part_way
from tradewar.equilibrium.newton_krylov import newton_krylov
from tradewar.equilibrium.solution import Solution
from tradewar.world.model import World

PASS_LIMIT = 300


def economy_of(world: World, closure: Closure, compiled: bool = False) -> Economy:
    """The arrays of a world in the order of the kernels; `compiled` where many solves follow."""
    bought = world.expenditure > 0
    share = kernels.by_sector(world.expenditure_share)
    power = kernels.by_sector(world.tariff_rate)
    power += 1.0
    sold = world.gross_output > 0
    balanced = closure.removes_deficits
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
        trade_deficit=np.zeros(world.n_countries) if balanced else world.trade_deficit,
        expenditure=np.ascontiguousarray(world.expenditure.T),
        trade_elasticity=world.trade_elasticity,
        numeraire_weight=closure.numeraire_weight(world, world.value_added),
        tariff_rate=world.tariff_rate,
        inactive=None if sold.all() else np.ascontiguousarray(~sold.T),
        absent=None if bought.all() else np.ascontiguousarray(~bought.T),
        compiled=compiled,
    )


def solve(economy: Economy, levers: Levers, start: Solution | None = None, tolerance: float = 1e-10) -> Solution:
    """The equilibrium under the levers; `converged` is False where no solver of the chain reached the tolerance."""
    policy = kernels.wedges(economy, levers)
    first = kernels.baseline_point(economy) if start is None else _point_of(economy, start)
    # far from a solution the map may leave the finite numbers: the drivers watch for that
    with np.errstate(all="ignore"):
        found = _chain(economy, policy, first[None, :], tolerance)
        if not found.converged:
            found = _far(economy, levers, tolerance, found)
    return _solution(economy, levers, policy, found)


def _step(economy: Economy, policy: Wedges) -> Step:
    def step(points: Array) -> tuple[Array, Array]:
        image, residual = kernels.one_pass(economy, policy, points[0])
        return image[None, :], np.array([residual])

    return step


def _chain(economy: Economy, policy: Wedges, start: Array, tolerance: float) -> FixedPoint:
    found = _accelerated(economy, policy, start, tolerance)
    if found.converged:
        return found
    closer = newton_krylov(_step(economy, policy), found.point, tolerance=tolerance)
    passes = found.passes + closer.passes
    best = closer if closer.residual[0] < found.residual[0] else found
    return FixedPoint(best.point, best.residual, passes, closer.converged, closer.method)


def _accelerated(economy: Economy, policy: Wedges, start: Array, tolerance: float) -> FixedPoint:
    if not economy.compiled:
        return accelerate(_step(economy, policy), start, tolerance=tolerance, limit=PASS_LIMIT)
    from tradewar.equilibrium import compiled

    problem = compiled.problem_of(economy, policy)
    return compiled.accelerate(problem, start, tolerance=tolerance, limit=PASS_LIMIT)


def _far(economy: Economy, levers: Levers, tolerance: float, near: FixedPoint) -> FixedPoint:
    def solve_at(share: float, point: Array) -> FixedPoint:
        there = levers if share == 1.0 else part_way(levers, economy.tariff_rate, share)
        return _chain(economy, kernels.wedges(economy, there), point, tolerance)

    found = continued(solve_at, kernels.baseline_point(economy)[None, :])
    passes = near.passes + found.passes
    best = found if found.converged else near
    return FixedPoint(best.point, best.residual, passes, found.converged, found.method)


def _point_of(economy: Economy, start: Solution) -> Float[Array, " unknown"]:
    log_cost = np.log(start.unit_cost_hat.T)
    return kernels.pack(np.log(start.wage_hat), log_cost, start.expenditure.T, economy.value_added)


def _compiled_levels(economy: Economy, policy: Wedges, point: Array) -> Levels:
    from tradewar.equilibrium import compiled

    return compiled.levels(compiled.problem_of(economy, policy), point)


def _solution(economy: Economy, levers: Levers, policy: Wedges, found: FixedPoint) -> Solution:
    log_wage, log_cost, expenditure = kernels.unpack(economy, found.point[0])
    # without BLAS, whose sums depend on its number of threads, where the same bits are promised everywhere
    implied = _compiled_levels if economy.compiled else kernels.levels
    levels = implied(economy, policy, found.point[0])
    return Solution(
        levers=levers,
        wage_hat=np.exp(log_wage),
        unit_cost_hat=np.exp(log_cost.T),
        price_hat=np.exp(levels.log_price.T),
        trade_value=kernels.trade_values(policy, levels.pull, levels.spending),
        expenditure=np.ascontiguousarray(expenditure.T),
        gross_output=np.ascontiguousarray(levels.output.T),
        income=levels.income,
        tariff_revenue=(expenditure - levels.imports).sum(axis=0),
        trade_deficit=economy.trade_deficit,
        passes=found.passes,
        residual=float(found.residual[0]),
        converged=found.converged,
        method=found.method,
    )
