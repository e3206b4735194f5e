"""Monopolistic competition with a fixed number of firms and profits (Ossa 2014).

No material inputs; labour moves between sectors; profits stay at home. With L_i = Σ_s (1−1/σ_s) R_is the labour income
of the baseline, w_i the wage (hat) and X_j the expenditure (money), and weights
A_ijs = π_ijs (1−κ_ijs) [d_ijs (1+t'_ijs)/(1+t_ijs)]^(1−σ_s):

    share_ijs = A_ijs w_i^(1−σ_s) / Σ_m A_mjs w_m^(1−σ_s),      B_ijs = share_ijs α_js X_j / (1+t'_ijs)
    labour    w_i L_i = Σ_js (1−1/σ_s) B_ijs                    (one row replaced by the numeraire Σ_i g_i w_i = 1)
    income    X_j = w_j L_j + Σ_ns B_jns/σ_s + Σ_is t'_ijs B_ijs + D_j(w)

Solved by Newton's method on (log w, log X) with the analytic Jacobian of 2N equations, both divided by world labour
income; steps are capped at 0.5 in logs. Index order `[importer, exporter, sector]`.

Source: Ossa (2014, American Economic Review 104(12)), section I; equations (5) to (8) of the working paper version.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.closures import Closure, Deficits
from tradewar.equilibrium.levers import Levers, attraction_factor, part_way
from tradewar.equilibrium.solution import Problem, Root, Solution, find, solution_of
from tradewar.errors import PolicyError, WorldError
from tradewar.world.model import World

STEP_LIMIT = 0.5
NEWTON_LIMIT = 60
SMALLEST_STEP = 2.0**-10
CURRENT = 0.5
"""Below this share of baseline labour income a country's equations are relative to its wages or income of now."""


@dataclass(frozen=True, eq=False)
class FixedFirms:
    """The baseline as the equations above need it, computed once per world and closure."""

    share: Float[Array, "importer exporter sector"]
    """π."""
    consumption_share: Float[Array, "importer sector"]
    """α."""
    labour_income: Float[Array, " country"]
    """L, money."""
    labour_share: Float[Array, " sector"]
    """1 − 1/σ."""
    substitution_elasticity: Float[Array, " sector"]
    """σ."""
    expenditure: Float[Array, " country"]
    """X of the baseline, all sectors, money."""
    deficits: Deficits
    """D after the change as a function of wages."""
    numeraire_weight: Float[Array, " country"]
    """g, sums to 1."""
    numeraire_row: int
    """The labour market whose equation the numeraire replaces."""
    tariff_rate: Float[Array, "importer exporter sector"]
    """t of the baseline."""

    @property
    def scale(self) -> float:
        """World labour income, by which the equations are divided."""
        return float(self.labour_income.sum())


class Trade(NamedTuple):
    """Trade at one point (w, X)."""

    share: Array
    """Σ_i = 1, `[importer, exporter, sector]`."""
    value: Array
    """B, money, `[importer, exporter, sector]`."""
    log_price: Array
    """log P, `[importer, sector]`."""


def economy_of(world: World, closure: Closure) -> FixedFirms:
    """The arrays of a world without material inputs.

    Raises:
        WorldError: if a sector uses material inputs.
    """
    if world.material_share.any():
        what = "has material inputs (a value-added share below 1), which the monopolistic market does not have"
        raise WorldError.at(f"world {world.name!r}", what, "Use the competitive market")
    labour_share = 1.0 - 1.0 / world.substitution_elasticity
    labour_income = world.gross_output @ labour_share
    weight = closure.numeraire_weight(world, labour_income)
    return FixedFirms(
        share=world.expenditure_share,
        consumption_share=world.consumption_share,
        labour_income=labour_income,
        labour_share=labour_share,
        substitution_elasticity=world.substitution_elasticity,
        expenditure=world.expenditure.sum(axis=1),
        deficits=closure.deficits(world),
        numeraire_weight=weight,
        numeraire_row=0,
        tariff_rate=world.tariff_rate,
    )


def attraction(economy: FixedFirms, levers: Levers) -> Float[Array, "importer exporter sector"]:
    """A.

    Raises:
        PolicyError: if a lever is used that this market does not have.
    """
    if levers.output_subsidy is not None or levers.export_tax is not None:
        what = "output subsidies and export taxes are defined for the competitive market only"
        raise PolicyError.at("policy", what, "Use market competitive, or tariffs and trade costs only")
    return economy.share * attraction_factor(levers, economy.tariff_rate, economy.substitution_elasticity - 1.0)


def trade_at(
    weight: Float[Array, "importer exporter sector"],
    tariff_power: Float[Array, "importer exporter sector"],
    consumption_share: Float[Array, "importer sector"],
    substitution_elasticity: Float[Array, " sector"],
    log_wage: Float[Array, " exporter"],
    log_expenditure: Float[Array, " importer"],
) -> Trade:
    """Shares, border values and prices at given wages and expenditures; N importers and M exporters."""
    exponent = 1.0 - substitution_elasticity
    lowest = log_wage.min()
    pull = weight * np.exp(exponent * (log_wage - lowest)[:, None])
    total = pull.sum(axis=1)
    bought = total > 0
    safe = np.where(bought, total, 1.0)
    share = pull / safe[:, None, :]
    spending = consumption_share * np.exp(log_expenditure)[:, None]
    log_price = np.where(bought, lowest + np.log(safe) / exponent, 0.0)
    return Trade(share, share * spending[:, None, :] / tariff_power, log_price)


def gaps(economy: FixedFirms, log_wage: Array, log_expenditure: Array, value: Array) -> Float[Array, " equation"]:
    """The 2N equations over world labour income: labour markets (one is the numeraire), then incomes."""
    wage = np.exp(log_wage)
    revenue = value.sum(axis=0)
    labour = wage * economy.labour_income - revenue @ economy.labour_share
    profit = revenue @ (1.0 - economy.labour_share)
    # tariff revenue is expenditure less what crosses the border: the budget shares sum to 1
    income = value.sum(axis=(1, 2)) - wage * economy.labour_income - profit - economy.deficits.at(wage)
    labour[economy.numeraire_row] = (float(economy.numeraire_weight @ wage) - 1.0) * economy.scale
    return np.concatenate([labour, income]) / economy.scale


def jacobian(economy: FixedFirms, log_wage: Array, trade: Trade) -> Float[Array, "equation unknown"]:
    """∂ gaps / ∂ (log w, log X), analytic."""
    n = len(log_wage)
    wage_bill = np.exp(log_wage) * economy.labour_income
    labour_share, value = economy.labour_share, trade.value
    supplier_first = trade.share.transpose(0, 2, 1)
    # ∂B_ijs/∂log w_m = (1−σ_s) B_ijs (1[i=m] − share_mjs)
    elastic = value * (economy.substitution_elasticity - 1.0)
    elastic_labour = elastic * labour_share
    own, own_labour = elastic.sum(axis=(0, 2)), elastic_labour.sum(axis=(0, 2))
    cross_labour = np.matmul(elastic_labour, supplier_first).sum(axis=0)
    cross_profit = np.matmul(elastic - elastic_labour, supplier_first).sum(axis=0)
    bought = np.matmul(elastic.sum(axis=1, keepdims=True), supplier_first)[:, 0, :] - elastic.sum(axis=2)
    labour = value @ labour_share
    everything = value.sum(axis=2)

    result = np.empty((2 * n, 2 * n))
    result[:n, :n] = np.diag(wage_bill + own_labour) - cross_labour
    result[:n, n:] = -labour.T
    result[n:, :n] = bought - np.diag(wage_bill - own + own_labour) - cross_profit
    result[n:, n:] = np.diag(everything.sum(axis=1)) - (everything - labour).T
    if economy.deficits.own is not None:
        result[n:, :n] -= economy.deficits.by_log_wage(np.exp(log_wage), np.eye(n))
    row = economy.numeraire_row
    result[row] = 0.0
    result[row, :n] = economy.numeraire_weight * np.exp(log_wage) * economy.scale
    return result / economy.scale


def solve(
    economy: FixedFirms, levers: Levers, start: Solution | None = None, tolerance: float = 1e-10, search: bool = True
) -> Solution:
    """The equilibrium under the levers; `converged` is False where Newton's method failed along every path.

    `search` as in `find`.
    """
    first = None if start is None else np.concatenate([np.log(start.wage_hat), np.log(start.income)])
    problem = _Problem(economy, levers, tolerance)
    # far from a solution the map may leave the finite numbers: the line search watches for that
    with np.errstate(all="ignore"):
        return solution_of(find(problem, first, search), lambda root: _arrays(economy, levers, root))


@dataclass(frozen=True, eq=False)
class _Problem(Problem):
    """One policy, as `Problem`. Wages and expenditure are positive at every point: all roots are admissible."""

    economy: FixedFirms
    levers: Levers
    tolerance: float

    @property
    def countries(self) -> int:
        return len(self.economy.labour_income)

    @property
    def baseline(self) -> Float[Array, " unknown"]:
        return np.concatenate([np.zeros(self.countries), np.log(self.economy.expenditure)])

    @property
    def solvers(self) -> tuple[Callable[[float, Array], Root], ...]:
        return (self._solve_at,)

    def at_wages(self, log_wage: Array) -> Float[Array, " unknown"]:
        log_wage = log_wage - np.log(self.economy.numeraire_weight @ np.exp(log_wage))
        return np.concatenate([log_wage, np.log(self.economy.expenditure) + log_wage])

    def log_real_income(self, root: Root) -> Float[Array, " country"]:
        trade: Trade = root.levels
        return root.point[self.countries :] - (self.economy.consumption_share * trade.log_price).sum(axis=1)

    def _solve_at(self, share: float, point: Array) -> Root:
        levers = self.levers if share == 1.0 else part_way(self.levers, self.economy.tariff_rate, share)
        policy = _Policy(attraction(self.economy, levers), 1.0 + levers.tariff_rate)
        return _newton(self.economy, policy, point, self.tolerance)


class _Policy(NamedTuple):
    """What the levers make of the baseline."""

    weight: Array
    """A."""
    tariff_power: Array


class _State(NamedTuple):
    """Trade, the gaps of all equations and the largest of them, at one point (log w, log X)."""

    trade: Trade
    gap: Array
    residual: float


def _at(economy: FixedFirms, policy: _Policy, point: Array) -> _State:
    n = len(economy.expenditure)
    sigma = economy.substitution_elasticity
    log_wage, log_expenditure = point[:n], point[n:]
    trade = trade_at(policy.weight, policy.tariff_power, economy.consumption_share, sigma, log_wage, log_expenditure)
    gap = gaps(economy, log_wage, log_expenditure, trade.value)
    # relative to each country's own money, so that small countries count as much as large ones
    now = np.minimum(np.exp(log_wage) * economy.labour_income, np.exp(log_expenditure))
    money = np.where(now < CURRENT * economy.labour_income, now, economy.labour_income)
    worst = float((np.abs(gap.reshape(2, n)) * (economy.scale / money)).max())
    return _State(trade, gap, worst if np.isfinite(worst) else np.inf)


def _newton(economy: FixedFirms, policy: _Policy, start: Array, tolerance: float) -> Root:
    n = len(economy.expenditure)
    point = start
    state = _at(economy, policy, point)
    steps = 0
    while steps < NEWTON_LIMIT and not state.residual <= tolerance:
        steps += 1
        try:
            direction = np.linalg.solve(jacobian(economy, point[:n], state.trade), -state.gap)
        except np.linalg.LinAlgError:
            break
        direction *= min(1.0, STEP_LIMIT / max(float(np.abs(direction).max()), STEP_LIMIT))
        size, share = float(np.abs(state.gap).max()), 1.0
        while share >= SMALLEST_STEP:
            trial = _at(economy, policy, point + share * direction)
            if np.isfinite(trial.residual) and float(np.abs(trial.gap).max()) <= size:
                break
            share /= 2.0
        else:
            break
        point, state = point + share * direction, trial
    kept = np.exp(point[n:]) / state.trade.value.sum(axis=(0, 2))
    return Root(point, state.residual, steps, state.residual <= tolerance, "newton", kept, levels=state.trade)


def _arrays(economy: FixedFirms, levers: Levers, root: Root) -> dict[str, Any]:
    """The fields of a `Solution` that are arrays."""
    n = len(economy.expenditure)
    trade: Trade = root.levels
    wage, income = np.exp(root.point[:n]), np.exp(root.point[n:])
    return {
        "levers": levers,
        "wage_hat": wage,
        "unit_cost_hat": np.repeat(wage[:, None], economy.share.shape[2], axis=1),
        "price_hat": np.exp(trade.log_price),
        "trade_value": trade.value,
        "expenditure": economy.consumption_share * income[:, None],
        "gross_output": trade.value.sum(axis=0),
        "income": income,
        "tariff_revenue": (levers.tariff_rate * trade.value).sum(axis=(1, 2)),
        "trade_deficit": economy.deficits.at(wage),
    }
