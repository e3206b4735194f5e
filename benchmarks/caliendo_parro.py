"""The published nested algorithm of Caliendo and Parro (2015), re-implemented faithfully in vectorised NumPy.

Source: Caliendo and Parro (2015, Review of Economic Studies 82(1)), Appendix C, and the MATLAB code of their
replication package (`main.m`, `equilibrium_LC.m`, `PH.m`, `Dinprime.m`, `expenditure.m`, `LMC.m`), read in public
repositories that carry copies of those files. The original is MATLAB; nothing of it is copied here.

    guess wages                                                        equilibrium_LC
      guess prices of 1; unit costs and prices in turn until the
        largest price moves by at most 1e-7                            PH
      trade shares from unit costs                                     Dinprime
      expenditure from one linear system of N·S equations              expenditure
      w' = w (1 − vfactor · z / w),  z = −(imports − exports + surplus) / value added,  vfactor = −0.2
    until the sum of the absolute steps of wages is at most 1e-7

Where the published code leaves a choice, the faster one is taken, so that the comparison flatters it: shares raised
to the power −θ are computed once per solve and not in every inner round; the linear system is solved once (the
original inverts its matrix twice, which `two_inverses` does too); loops over countries and sectors are array
operations; and it stops on the step of wages, which the published code computes and then overwrites by the trade
imbalance in units of 100,000 dollars, where 1e-7 is below the rounding error of the sum. No outcome other than the
equilibrium is computed.

Arrays are `[importer, exporter, sector]`; inputs `[country, supplying_sector, using_sector]`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import ndarray as Array

from tradewar.world import World

TOLERANCE = 1e-7
WAGE_STEP = -0.2
MOST_ROUNDS = 5000


@dataclass(frozen=True)
class Economy:
    """What the published code reads: shares, parameters, value added and surplus."""

    share: Array
    tariff_power: Array
    value_added_share: Array
    input_share: Array
    consumption_share: Array
    trade_elasticity: Array
    value_added: Array
    surplus: Array

    @classmethod
    def of(cls, world: World, surplus: Array) -> Economy:
        """The economy of a World with given trade surpluses."""
        return cls(
            world.expenditure_share,
            1.0 + world.tariff_rate,
            world.value_added_share,
            world.input_share,
            world.consumption_share,
            world.trade_elasticity,
            world.value_added,
            surplus,
        )


@dataclass(frozen=True)
class Solution:
    """An equilibrium found by the nested algorithm."""

    wage_hat: Array
    unit_cost_hat: Array
    price_hat: Array
    share: Array
    expenditure: Array
    income: Array
    rounds: int
    inner_rounds: int
    converged: bool


def solve(economy: Economy, tariff_power: Array, two_inverses: bool = False) -> Solution:
    """The outer loop over wages (`equilibrium_LC`).

    Args:
        tariff_power: 1 + t after the change, (N, N, S).
        two_inverses: invert the matrix of expenditure twice in every round, as the published code does.
    """
    wage = np.ones(len(economy.value_added))
    # π (κ_hat)^(−θ), which the published code computes anew in every round
    weighted = economy.share * (tariff_power / economy.tariff_power) ** -economy.trade_elasticity
    step, rounds, inner_rounds = np.inf, 0, 0
    while rounds < MOST_ROUNDS and step > TOLERANCE:
        cost, price, inner = unit_costs(economy, weighted, wage)
        share = weighted * (cost[None] / price[:, None]) ** -economy.trade_elasticity
        at_border = share / tariff_power
        spent = expenditure(economy, at_border, wage, two_inverses)
        imports = (at_border.sum(axis=1) * spent).sum(axis=1)
        exports = np.einsum("jis,js->i", at_border, spent)
        excess = -(imports - exports + economy.surplus) / economy.value_added
        moved = wage * (1.0 - WAGE_STEP * excess / wage)
        step = float(np.abs(moved - wage).sum())
        wage = moved
        rounds, inner_rounds = rounds + 1, inner_rounds + inner
        if not np.isfinite(step):
            break
    revenue = ((1.0 - at_border.sum(axis=1)) * spent).sum(axis=1)
    income = wage * economy.value_added + revenue - economy.surplus
    return Solution(wage, cost, price, share, spent, income, rounds, inner_rounds, bool(step <= TOLERANCE))


def unit_costs(economy: Economy, weighted: Array, wage: Array) -> tuple[Array, Array, int]:
    """The inner loop over prices at given wages (`PH`): unit costs, prices, both (N, S), and rounds."""
    theta, share = economy.trade_elasticity, economy.value_added_share
    log_wage = share * np.log(wage)[:, None]
    price = np.ones_like(share)
    moved, rounds = np.inf, 0
    while rounds < MOST_ROUNDS and moved > TOLERANCE:
        materials = np.einsum("nkr,nk->nr", economy.input_share, np.log(price))
        cost = np.exp(log_wage + (1.0 - share) * materials)
        index = np.einsum("nis,is->ns", weighted, cost**-theta)
        # a sector in which a country spends nothing: its price is taken as 1
        updated = np.where(index == 0.0, 1.0, index) ** (-1.0 / theta)
        moved = float(np.abs(updated - price).max())
        price, rounds = updated, rounds + 1
    return cost, price, rounds


def expenditure(economy: Economy, at_border: Array, wage: Array, two_inverses: bool = False) -> Array:
    """X from Ω X = Δ, a dense system of N·S equations (`expenditure`), (N, S).

    Ω = 1 − H − F: row (n, k) holds the materials of sector k that country n buys to produce for every market, and the
    part of tariff revenue that it spends on sector k.
    """
    n, s = economy.consumption_share.shape
    materials = (1.0 - economy.value_added_share)[:, None, :] * economy.input_share
    system = -np.einsum("nkr,jnr->nkjr", materials, at_border)
    own = np.arange(n)
    system[own, :, own, :] -= economy.consumption_share[:, :, None] * (1.0 - at_border.sum(axis=1))[:, None, :]
    matrix = system.reshape(n * s, n * s)
    matrix.flat[:: n * s + 1] += 1.0
    if two_inverses:
        parts = (wage * economy.value_added, -economy.surplus)
        found = sum(np.linalg.inv(matrix) @ (economy.consumption_share * part[:, None]).ravel() for part in parts)
        return np.asarray(found).reshape(n, s)
    income = wage * economy.value_added - economy.surplus
    return np.linalg.solve(matrix, (economy.consumption_share * income[:, None]).ravel()).reshape(n, s)


def after(economy: Economy, solution: Solution, tariff_power: Array) -> Economy:
    """The solved economy as the base of a further change (the published code's base year without deficits)."""
    parts = {name: getattr(economy, name) for name in economy.__dataclass_fields__}
    value_added = solution.wage_hat * economy.value_added
    parts |= {"share": solution.share, "tariff_power": tariff_power, "value_added": value_added}
    return Economy(**parts)


def balanced_exercise(world: World, tariff_rate: Array, two_inverses: bool = False) -> tuple[Solution, Solution]:
    """The published exercise: the base year without deficits at baseline tariffs, then the change of tariffs."""
    economy = Economy.of(world, np.zeros(world.n_countries))
    base = solve(economy, economy.tariff_power, two_inverses)
    rebased = after(economy, base, economy.tariff_power)
    return base, solve(rebased, 1.0 + tariff_rate, two_inverses)


def real_income_hat(world: World, base: Solution, changed: Solution) -> Array:
    """(I'/I) / P_hat of the second step, by country."""
    price_index = (changed.price_hat**world.consumption_share).prod(axis=1)
    return changed.income / base.income / price_index


def real_wage_hat(world: World, changed: Solution) -> Array:
    """w_hat / P_hat of the second step, by country."""
    return changed.wage_hat / (changed.price_hat**world.consumption_share).prod(axis=1)
