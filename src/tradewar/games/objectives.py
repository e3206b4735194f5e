"""What a government maximises.

| objective | payoff of government k |
|---|---|
| `real_income` | V_k = I_k / P_k |
| `political` | Σ_s λ_ks W_ks, with W_ks the real income of the people of sector s (Ossa 2014, section I.D) |
| `weighted` | any differentiable function of outcomes, supplied with its gradient |

Political weights λ ≥ 0 have mean 1 over sectors; with λ = 1 everywhere the payoff is real income. The people of a
sector receive what its revenue pays out at home, and tariff revenue (and any transfer) in proportion to its
employment: in monopolistic worlds W_ks = (R_ks + δ_ks T_k)/P_k with δ_ks = (1 − 1/σ_s) R_ks / Σ_s (1 − 1/σ_s) R_ks and
T_k = I_k − Σ_s R_ks; in competitive ones W_ks = (v_ks Y_ks + δ_ks T_k)/P_k with δ_ks = v_ks Y_ks / VA_k.

Both are one formula here: the payout of a sector is p = (labour share + profit share) Y, its wages are e = (labour
share) Y, T = I − Σ p, and the payoff is [Σ λ p + T Σ λ e / Σ e] / P.

Payoffs are logs; hats are differences of logs from a named start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.objectives import Seeds
from tradewar.equilibrium.solution import Solution
from tradewar.errors import InputError, Problem
from tradewar.games.formats import POLITICAL_WEIGHTS
from tradewar.games.stage import Position, Stage
from tradewar.io.tables import read_path
from tradewar.world import World
from tradewar.world.table import fill, flat_cells, refuse_missing

Payoff = Callable[[Solution, int], tuple[float, Seeds]]
"""A government's log payoff at an equilibrium and its direct derivatives (K = 1), for the country at a given index."""

WEIGHT_MEAN_LIMIT = 1e-3
"""Political weights whose mean over sectors is off 1 by more than this are refused; all are normalised to mean 1."""


@dataclass(frozen=True, eq=False)
class Objective:
    """What the players maximise. Build with `REAL_INCOME`, `political` or `weighted`."""

    name: str
    weights: Float[Array, "country sector"] | None = None
    """λ, political weights."""
    function: Payoff | None = None


REAL_INCOME = Objective("real_income")


def political(world: World, weights: Float[Array, "country sector"]) -> Objective:
    """Ossa's political objective with weights λ, shape (N, S), normalised to mean 1 over sectors.

    Raises:
        InputError: if a weight is negative or not finite, or a country's mean is off 1 by more than 0.001.
    """
    problems: list[Problem] = []
    if weights.shape != (world.n_countries, world.n_sectors):
        what = f"has shape {weights.shape}, must be {(world.n_countries, world.n_sectors)}"
        raise InputError.at("political weights", what, "Give one weight per country and sector")
    for k, s in np.argwhere(~(np.isfinite(weights) & (weights >= 0)))[:8]:
        place = f"political weights: {world.countries[k]}/{world.sectors[s]}"
        problems.append(Problem(place, f"is {weights[k, s]:g}", "Weights are finite and >= 0"))
    if not problems:
        mean = weights.mean(axis=1)
        for k in np.flatnonzero(np.abs(mean - 1.0) > WEIGHT_MEAN_LIMIT):
            what = f"mean over sectors is {mean[k]:.6g} (must be 1 within {WEIGHT_MEAN_LIMIT:g})"
            problems.append(Problem(f"political weights: {world.countries[k]}", what, "Divide them by their mean"))
    if problems:
        raise InputError(problems)
    return Objective("political", weights / weights.mean(axis=1, keepdims=True))


def read_political_weights(world: World, path: Path | str) -> Float[Array, "country sector"]:
    """Political weights λ of a file `country,sector,weight`, shape (N, S): one row for every country and sector.

    Raises:
        InputError: listing every fault with line, value and fix, and every country and sector without a weight.
    """
    problems: list[Problem] = []
    table = read_path(POLITICAL_WEIGHTS, path, problems, what="table of political weights (CSV)", partial=True)
    if table is None:
        raise InputError(problems)
    axes = {"country": world.countries, "sector": world.sectors}
    shape = (world.n_countries, world.n_sectors)
    cells = flat_cells(table, axes, problems)
    refuse_missing(table, cells, np.ones(shape, dtype=bool), axes, problems)
    if problems:
        raise InputError(problems)
    return fill(shape, cells, table.numbers("weight"))


def weighted(name: str, function: Payoff) -> Objective:
    """An objective of the user's own: `function(solution, country)` gives its log payoff and derivatives.

    The derivatives are direct ones (`Seeds` of one objective): how the log payoff moves with wages, prices, revenue,
    income and flows, each taken alone. What tariffs do to those is the engine's business.
    """
    return Objective(name, function=function)


def log_payoffs(objective: Objective, stage: Stage, position: Position) -> Float[Array, " country"]:
    """log G of every country; for hats subtract the values at the start."""
    if objective.function is not None:
        return np.array([objective.function(position.solution, k)[0] for k in range(len(position.income))])
    log_price_index = (stage.consumption_share * position.log_price).sum(axis=1)
    if objective.weights is None:
        return np.log(position.income) - log_price_index
    return np.log(_political_money(objective.weights, stage, position)[0]) - log_price_index


def real_incomes(stage: Stage, position: Position) -> Float[Array, " country"]:
    """log V of every country."""
    return log_payoffs(REAL_INCOME, stage, position)


def derivatives(objective: Objective, stage: Stage, position: Position, players: Array) -> Seeds:
    """Direct derivatives of the log payoffs of the given countries, in their order."""
    if objective.function is not None:
        return _stacked([objective.function(position.solution, int(k))[1] for k in players])
    count, sectors = stage.consumption_share.shape
    row = np.arange(len(players))
    price, income = np.zeros((len(players), count, sectors)), np.zeros((len(players), count))
    price[row, players] = -stage.consumption_share[players]
    if objective.weights is None:
        income[row, players] = 1.0 / position.income[players]
        return Seeds(price=price, income=income)
    output = np.zeros_like(price)
    per_output, per_income = _political_derivatives(objective.weights, stage, position)
    output[row, players], income[row, players] = per_output[players], per_income[players]
    return Seeds(price=price, income=income, gross_output=output)


def _political_money(weights: Array, stage: Stage, position: Position) -> tuple[Array, Array, Array, Array]:
    """Weighted money income, shape (N,); wages paid, shape (N,); their weighted mean λ̄, shape (N,); T, shape (N,)."""
    paid_out = (stage.labour_share + stage.profit_share) * position.output
    employed = stage.labour_share * position.output
    wages = employed.sum(axis=1)
    mean_weight = (weights * employed).sum(axis=1) / wages
    transfer = position.income - paid_out.sum(axis=1)
    return (weights * paid_out).sum(axis=1) + transfer * mean_weight, wages, mean_weight, transfer


def _political_derivatives(weights: Array, stage: Stage, position: Position) -> tuple[Array, Array]:
    """∂ log G / ∂ Y of the own sectors, shape (N, S), and ∂ log G / ∂ I of the own income, shape (N,)."""
    money, wages, mean_weight, transfer = _political_money(weights, stage, position)
    share = stage.labour_share + stage.profit_share
    excess = weights - mean_weight[:, None]
    per_output = share * excess + (transfer / wages)[:, None] * stage.labour_share * excess
    return per_output / money[:, None], mean_weight / money


def _stacked(single: list[Seeds]) -> Seeds:
    """Derivatives of several objectives as one; what only some of them have is zero for the others."""
    stacked: dict[str, Array] = {}
    for item in fields(Seeds):
        given = [getattr(seeds, item.name) for seeds in single]
        some = next((array for array in given if array is not None), None)
        if some is not None:
            stacked[item.name] = np.concatenate([np.zeros_like(some) if array is None else array for array in given])
    return Seeds(**stacked)
