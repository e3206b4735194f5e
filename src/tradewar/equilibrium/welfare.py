"""Welfare of an equilibrium, exact and by parts, as pure array functions.

Index order `[importer, exporter, sector]`; B are border values, M_ins imports of n from i, E_nis exports of n to i
(own sales may be left in: they cancel), I income.

- Exact: real income (I'/I) / Π_s P_js^α_js. The headline.
- First order (Caliendo and Parro 2015, equation 15 and Table 2), for replication only:
  terms of trade Σ [E_nis (c_ns − 1) − M_ins (c_is − 1)] / I_n, volume Σ t_ins M_ins (M_hat_ins − c_is) / I_n.
- Path-integrated: the same in dlog along a path of policies, trapezoid in each step, so that the parts add up to the
  exact change. Trade costs and (monopolistic) profits have parts of their own:
  d log V_n = Σ (E_nis dlog c_ns − M_ins dlog c_is)/I_n + Σ t_ins M_ins (dlog M_ins − dlog c_is − dlog d_ins)/I_n
              − Σ M_ins dlog d_ins / I_n + Σ_s (R_ns/σ_s)(dlog R_ns − dlog w_n)/I_n.

The path behind the decomposition of real income: equilibria on a straight line of log tariff powers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.levers import Levers, part_way
from tradewar.equilibrium.prepared import Prepared, solve_levers
from tradewar.equilibrium.solution import Solution
from tradewar.errors import NoSolutionError, PolicyError


@dataclass(frozen=True, eq=False)
class FirstOrder:
    """The one-step formula at baseline weights, as ratios (0.01 is one percent)."""

    terms_of_trade: Float[Array, " country"]
    volume_of_trade: Float[Array, " country"]

    @property
    def welfare(self) -> Float[Array, " country"]:
        """Sum of the two. Not welfare: see the module docstring."""
        return self.terms_of_trade + self.volume_of_trade


@dataclass(frozen=True, eq=False)
class Decomposition:
    """The change of log real income in parts, integrated along a straight path of log tariff powers."""

    terms_of_trade: Float[Array, " country"]
    volume_of_trade: Float[Array, " country"]
    trade_cost: Float[Array, " country"]
    """Resources that trade costs take; zero where only tariffs change."""
    profit: Float[Array, " country"]
    """Profits gained or lost by moving between sectors; zero under perfect competition."""
    exact: Float[Array, " country"]
    """log of the exact real income ratio."""
    steps: int

    @property
    def total(self) -> Float[Array, " country"]:
        """Sum of the parts."""
        return self.terms_of_trade + self.volume_of_trade + self.trade_cost + self.profit

    @property
    def remaining_error(self) -> Float[Array, " country"]:
        """Sum of the parts less the exact change; what the finite number of steps leaves."""
        return self.total - self.exact


@dataclass(frozen=True, eq=False)
class PathPoint:
    """What the path-integrated formula needs of one equilibrium on the path."""

    unit_cost: Float[Array, "country sector"]
    wage: Float[Array, " country"]
    trade_value: Float[Array, "importer exporter sector"]
    tariff_rate: Float[Array, "importer exporter sector"]
    iceberg: Float[Array, "importer exporter sector"] | None
    income: Float[Array, " country"]


def consumer_price(
    price_hat: Float[Array, "country sector"], consumption_share: Float[Array, "country sector"]
) -> Float[Array, " country"]:
    """Π_s P_js^α_js."""
    return np.exp((consumption_share * np.log(price_hat)).sum(axis=1))


def first_order(
    trade_value: Float[Array, "importer exporter sector"],
    tariff_rate: Float[Array, "importer exporter sector"],
    income: Float[Array, " country"],
    unit_cost_hat: Float[Array, "country sector"],
    new_trade_value: Float[Array, "importer exporter sector"],
) -> FirstOrder:
    """Caliendo and Parro (2015), Table 2, at the weights of the first equilibrium."""
    cost_change = unit_cost_hat - 1.0
    sales = (trade_value.sum(axis=0) * cost_change).sum(axis=1)
    purchases = np.einsum("jis,is->j", trade_value, cost_change)
    # t M (M_hat − c) = t (M' − M c): no hat of a zero flow is needed
    volume = tariff_rate * (new_trade_value - trade_value * unit_cost_hat[None, :, :])
    return FirstOrder((sales - purchases) / income, volume.sum(axis=(1, 2)) / income)


def path_parts(
    points: Sequence[PathPoint], profit_share: Float[Array, " sector"] | None = None
) -> Float[Array, "part country"]:
    """The four parts of d log V summed over the steps of a path.

    Args:
        points: equilibria along the path, the first and the last included.
        profit_share: 1/σ in monopolistic worlds, None under perfect competition.

    Returns:
        Terms of trade, volume of trade, trade cost and profit.
    """
    total = np.zeros((4, len(points[0].income)))
    for start, end in pairwise(points):
        total += _step(start, end, profit_share)
    return total


def _step(start: PathPoint, end: PathPoint, profit_share: Array | None) -> Array:
    """Trapezoid rule: changes in logs times the mean of the weights at both ends."""
    cost = np.log(end.unit_cost / start.unit_cost)
    traded = (start.trade_value > 0) & (end.trade_value > 0)
    ratio = np.divide(end.trade_value, start.trade_value, out=np.ones_like(start.trade_value), where=traded)
    flow = np.log(ratio)
    iceberg = np.zeros_like(flow)
    if start.iceberg is not None and end.iceberg is not None:
        iceberg = np.log(end.iceberg / start.iceberg)
    parts = np.zeros((4, len(start.income)))
    for point in (start, end):
        value, income = point.trade_value, point.income
        purchases = np.einsum("jis,is->j", value, cost)
        parts[0] += 0.5 * ((value.sum(axis=0) * cost).sum(axis=1) - purchases) / income
        duty = point.tariff_rate * value
        parts[1] += 0.5 * (duty * (flow - cost[None, :, :] - iceberg)).sum(axis=(1, 2)) / income
        parts[2] -= 0.5 * (value * iceberg).sum(axis=(1, 2)) / income
    if profit_share is not None:
        parts[3] = _profit_part(start, end, profit_share)
    return parts


def _profit_part(start: PathPoint, end: PathPoint, profit_share: Array) -> Array:
    first, last = start.trade_value.sum(axis=0), end.trade_value.sum(axis=0)
    active = (first > 0) & (last > 0)
    growth = np.log(np.divide(last, first, out=np.ones_like(first), where=active))
    gain = growth - np.log(end.wage / start.wage)[:, None]
    weights = 0.5 * (first / start.income[:, None] + last / end.income[:, None])
    return (weights * profit_share * gain).sum(axis=1)


def extrapolated(fine: Array, coarse: Array) -> Array:
    """Richardson's extrapolation of two trapezoid sums, the fine one with twice as many steps."""
    return fine + (fine - coarse) / 3.0


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
    fine, coarse = path_parts(points, profit_share), path_parts(points[::2], profit_share)
    parts = extrapolated(fine, coarse)
    price = consumer_price(solution.price_hat, world.consumption_share)
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
