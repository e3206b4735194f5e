"""The path behind the decomposition of real income: equilibria on a straight line of log tariff powers."""

from __future__ import annotations

import numpy as np

from tradewar.equilibrium import welfare
from tradewar.equilibrium.levers import Levers, part_way
from tradewar.equilibrium.prepared import Prepared, solve_levers
from tradewar.equilibrium.solution import Solution
from tradewar.equilibrium.welfare import Decomposition, PathPoint
from tradewar.errors import NoSolutionError, PolicyError

PATH_TOLERANCE = 1e-10


def decompose(prepared: Prepared, solution: Solution, steps: int = 16) -> Decomposition:
    """Change of log real income from the baseline to a solution, in parts.

    Args:
        prepared: the world.
        solution: the end of the path.
        steps: number of steps, even and at least 2; Richardson's extrapolation uses half as many as well.

    Raises:
        PolicyError: if the number of steps is odd or below 2.
        NoSolutionError: if an equilibrium on the path is not found.
    """
    if steps < 2 or steps % 2:
        raise PolicyError.at("steps", f"is {steps}", "Give an even number of at least 2, such as 16")
    world = prepared.baseline
    levers, start = solution.levers, Levers(world.tariff_rate)
    points: list[PathPoint] = []
    last: Solution | None = None
    for k in range(steps):
        there = start if k == 0 else part_way(levers, world.tariff_rate, k / steps)
        last = solve_levers(prepared, there, last, PATH_TOLERANCE)
        if not last.converged:
            what = f"no equilibrium {k}/{steps} of the way to the policy: residual {last.residual:.3g}"
            raise NoSolutionError(f"{what} after {last.passes} passes ({last.method})")
        points.append(_point(last))
    points.append(_point(solution))
    if levers.iceberg_hat is not None:
        ones = np.ones_like(levers.iceberg_hat)
        points[0] = PathPoint(**{**vars(points[0]), "iceberg": ones})
    profit_share = 1.0 / world.substitution_elasticity if prepared.market == "monopolistic" else None
    fine, coarse = welfare.path_parts(points, profit_share), welfare.path_parts(points[::2], profit_share)
    parts = welfare.extrapolated(fine, coarse)
    price = welfare.consumer_price(solution.price_hat, world.consumption_share)
    exact = np.log(solution.income / world.income / price)
    return Decomposition(parts[0], parts[1], parts[2], parts[3], exact, steps)


def _point(solution: Solution) -> PathPoint:
    return PathPoint(
        unit_cost=solution.unit_cost_hat,
        wage=solution.wage_hat,
        trade_value=solution.trade_value,
        tariff_rate=solution.levers.tariff_rate,
        iceberg=solution.levers.iceberg_hat,
        income=solution.income,
    )
