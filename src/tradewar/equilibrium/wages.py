"""Newton's method on wages alone: the careful solver of the competitive market.

At every wage prices, costs and expenditure are solved first, by the map of `kernels` with wages held. What is left is
one equation a country, in logs,

    F_i(log w) = log(exports_i + max(D_i, 0)) − log(imports_i + max(−D_i, 0)) = 0

which is nearly linear in log w however high the elasticities are, where the excess demand in money is not. F is only
defined where every country has income, so that the search never leaves admissible points. Residuals are relative to
current money where that is less than the baseline's.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium import kernels
from tradewar.equilibrium.anderson import FixedPoint, accelerate, newton_krylov
from tradewar.equilibrium.kernels import Economy, Wedges

INNER_GAIN, TIGHTEST_INNER = 1e-2, 1e-13
"""Prices and expenditure are solved this much tighter than wages, but not below the second."""
INNER_LIMIT = 600
LONGEST_STEP = 3.0
"""Of a log wage."""
DIFFERENCE = 1e-5
NEWTON_LIMIT = 40
CLOSED = 100.0
"""Trade below one part in so many of value added counts as the money that trade must balance in."""


def current_money(economy: Economy, log_wage: Array, income: Array) -> Float[Array, " country"]:
    """The least of a country's value added before, value added now, and income."""
    least, added = np.abs(income), _unit(economy, log_wage)
    return np.where(least > 0.0, np.minimum(least, added), added)


def residual(economy: Economy, policy: Wedges, log_wage: Array, log_cost: Array, expenditure: Array) -> float:
    """The largest gap of the equations in current money; of trade, in 100 times what crosses the border if less."""
    state = kernels.state_at(economy, policy, log_wage, log_cost, expenditure)
    exports, imports = kernels.abroad(policy, state.pull, state.spending)
    money, traded = current_money(economy, log_wage, state.income), CLOSED * (imports + np.abs(state.deficit))
    gaps = (
        state.log_cost - log_cost,
        (state.expenditure - expenditure) / money,
        (exports - imports + state.deficit) / np.where(traded > 0.0, np.minimum(money, traded), money),
        np.asarray(economy.numeraire_weight @ state.wage - 1.0),
    )
    return max(float(np.abs(gap).max()) for gap in gaps)


def newton(economy: Economy, policy: Wedges, start: Float[Array, " unknown"], tolerance: float) -> FixedPoint:
    """The equilibrium from a first point `kernels.pack`ed; `converged` is False where Newton's method got stuck."""
    log_wage, log_cost, expenditure = kernels.unpack(economy, start)
    last = [log_cost, expenditure]
    passes = 0
    inner = max(INNER_GAIN * tolerance, TIGHTEST_INNER)

    def step(points: Array) -> tuple[Array, Array]:
        nonlocal passes
        found = _given_wages(economy, policy, points[0], last[0], last[1], inner)
        passes += found.passes
        cost, spending = found.point[0].reshape(2, *economy.expenditure.shape)
        spending = spending * _unit(economy, points[0])
        state = kernels.state_at(economy, policy, points[0], cost, spending)
        ratio = _log_ratio(state.deficit, *kernels.abroad(policy, state.pull, state.spending))
        if not (np.isfinite(ratio).all() and (state.income > 0.0).all()):
            return np.full_like(points, np.nan), np.array([np.nan])
        last[:] = [cost, spending]
        image = points[0] + ratio
        image -= np.log(economy.numeraire_weight @ np.exp(image))
        return image[None], np.array([residual(economy, policy, points[0], cost, spending)])

    found = newton_krylov(
        step, log_wage[None], tolerance=tolerance, limit=NEWTON_LIMIT, longest=LONGEST_STEP, difference=DIFFERENCE
    )
    # costs and expenditure of the very wages returned
    _, largest = step(found.point)
    point = kernels.pack(found.point[0], last[0], last[1], economy.value_added)
    largest = np.nan_to_num(largest, nan=np.inf)
    return FixedPoint(point[None], largest, passes, bool(largest[0] <= tolerance), "newton")


def _unit(economy: Economy, log_wage: Array) -> Float[Array, " country"]:
    return economy.value_added * np.minimum(1.0, np.exp(log_wage))


def _log_ratio(deficit: Array, exports: Array, imports: Array) -> Float[Array, " country"]:
    """F; 0 where a country neither sells, buys nor is owed anything."""
    received, paid = exports + np.maximum(deficit, 0.0), imports - np.minimum(deficit, 0.0)
    return np.log(np.where(received == paid, 1.0, received / paid))


def _given_wages(
    economy: Economy, policy: Wedges, log_wage: Array, log_cost: Array, expenditure: Array, tolerance: float
) -> FixedPoint:
    """Log c and X over current money, flat, at given wages."""
    unit = _unit(economy, log_wage)

    def step(points: Array) -> tuple[Array, Array]:
        cost, spending = points[0].reshape(2, *economy.expenditure.shape)
        state = kernels.state_at(economy, policy, log_wage, cost, spending * unit)
        image = np.concatenate([state.log_cost.ravel(), (state.expenditure / unit).ravel()])
        return image[None], np.array([np.abs(image - points[0]).max()])

    first = np.concatenate([log_cost.ravel(), (expenditure / unit).ravel()])
    return accelerate(step, first[None], tolerance=tolerance, limit=INNER_LIMIT)
