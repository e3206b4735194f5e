"""The literature's way to an optimal tariff: sequential quadratic programming with finite-difference gradients.

A reference, not part of the product. Ossa's replication code (Programs/mymfnnashtariff.m and its siblings in the public
repository adamsconchallos/trade) hands the problem of one government to MATLAB's `fmincon`, algorithm `active-set`,
which is an SQP, without gradients, tolerances 1e-10: the unknowns are the government's payoff, expenditures and wages
of all countries (hats) and the tariffs, scaled by 1 + 0.1 t; the equilibrium conditions are equality constraints. Here
SciPy's SLSQP, also an SQP with an active set, stands in for it, with the same unknowns, scaling, constraints, bounds
and tolerance. `nested` is the other reading: the tariffs are the only unknowns and every payoff solves an equilibrium.

Arrays are `[importer, exporter, sector]`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import ndarray as Array
from scipy.optimize import fsolve, minimize

from tradewar.world import World

SCALING = 0.1
TOLERANCE = 1e-10
ITERATIONS = 500


@dataclass(frozen=True)
class Optimum:
    """A government's best most-favoured-nation tariffs."""

    rates: Array
    """One per sector."""
    payoff_hat: float
    iterations: int
    converged: bool


def conditions(world: World, rates: Array, expenditure_hat: Array, wage_hat: Array) -> tuple[Array, Array]:
    """The equilibrium conditions in hats (2N, the first labour market replaced by the numeraire), and real incomes."""
    sigma = world.substitution_elasticity
    labour_share = 1.0 - 1.0 / sigma
    labour = (world.gross_output * labour_share).sum(axis=1)
    spending = world.expenditure.sum(axis=1)
    budget = world.expenditure / spending[:, None]
    power_hat = (1.0 + rates) / (1.0 + world.tariff_rate)
    weight = world.expenditure_share * (wage_hat[None, :, None] * power_hat) ** (1.0 - sigma)
    total = weight.sum(axis=1)
    flows = weight / total[:, None, :] * (budget * (spending * expenditure_hat)[:, None])[:, None, :] / (1.0 + rates)
    revenue = flows.sum(axis=0)
    market = (wage_hat * labour - (labour_share * revenue).sum(axis=1)) / labour
    market[0] = (wage_hat * labour).sum() / labour.sum() - 1.0
    income = wage_hat * labour + (revenue / sigma).sum(axis=1) + (rates * flows).sum(axis=(1, 2))
    price = (total ** (budget / (1.0 - sigma))).prod(axis=1)
    return np.concatenate([market, expenditure_hat - income / spending]), expenditure_hat / price


def _cube(world: World, importer: int, rates: Array) -> Array:
    cube = world.tariff_rate.copy()
    cube[importer] = rates
    cube[importer, importer] = 0.0
    return cube


def with_constraints(world: World, importer: int, start: Array, highest: float = 2.25) -> Optimum:
    """As the replication code: payoff, expenditures, wages and tariffs at once, under equality constraints."""
    count, scale = world.n_countries, 1.0 + SCALING * world.tariff_rate[importer].mean(axis=0)

    def parts(unknown: Array) -> tuple[float, Array, Array, Array]:
        rates = (unknown[1 + 2 * count :] * scale - 1.0) / SCALING
        return unknown[0], unknown[1 : 1 + count], unknown[1 + count : 1 + 2 * count], rates

    def gaps(unknown: Array) -> Array:
        payoff, expenditure, wage, rates = parts(unknown)
        equations, income = conditions(world, _cube(world, importer, rates), expenditure, wage)
        return np.append(equations, payoff - income[importer])

    first = np.concatenate([np.ones(1 + 2 * count), (1.0 + SCALING * start) / scale])
    bounds = [(0.1, 10.0)] * (1 + 2 * count)
    bounds += [(1.0 / each, (1.0 + SCALING * highest) / each) for each in scale]
    found = minimize(
        lambda unknown: -unknown[0], first, method="SLSQP", bounds=bounds,
        constraints={"type": "eq", "fun": gaps}, options={"ftol": TOLERANCE, "maxiter": ITERATIONS},
    )  # fmt: skip
    payoff, _, _, rates = parts(found.x)
    return Optimum(rates, float(payoff), int(found.nit), bool(found.success))


def nested(world: World, importer: int, start: Array, highest: float = 2.25) -> Optimum:
    """Tariffs as the only unknowns: every payoff solves the equilibrium by `fsolve`, from the last one."""
    count = world.n_countries
    last = np.ones(2 * count)

    def payoff(rates: Array) -> float:
        nonlocal last
        cube = _cube(world, importer, rates)
        # full output keeps it from warning where rounding ends its progress
        solved = fsolve(lambda z: conditions(world, cube, z[:count], z[count:])[0], last, xtol=1e-12, full_output=True)[
            0
        ]
        last = solved
        return -float(conditions(world, cube, solved[:count], solved[count:])[1][importer])

    found = minimize(
        payoff, start, method="SLSQP", bounds=[(0.0, highest)] * len(start),
        options={"ftol": TOLERANCE, "maxiter": ITERATIONS},
    )  # fmt: skip
    return Optimum(found.x, -float(found.fun), int(found.nit), bool(found.success))
