"""The certificate: every equation of the model recomputed from the arrays of a solution.

Straightforward code in the public index order `[importer, exporter, sector]` that shares nothing with the solvers. It
does not ask how a solution was found, so it also judges arrays that came from elsewhere.

| equation | residual |
|---|---|
| prices | log P − log (Σ_i A_ijs c_is^(−θ))^(−1/θ) |
| unit costs | log c − v log w − Σ m log P (monopolistic: log c − log w) |
| border values | (B − π' X / (1+t')) / VA |
| expenditure shares | Σ_i (1+t') B / X − 1 |
| producer revenue | (Y − (1+sub) Σ_j B/(1+e)) / VA |
| tariff revenue | (TR − Σ t' B) / VA |
| income | (I − wVA − TR − D − rents + subsidies) / VA (monopolistic: with profits) |
| goods market | (X − m Y − α I) / VA |
| labour market | (Σ_s v Y − w VA) / VA (monopolistic: Σ_s (1−1/σ) Y) |
| trade balance | (imports − exports − D) / VA |
| trade deficits | (D − D of the closure) / VA |
| numeraire | Σ g w − 1 |
| commitments | min(z, slack / VA), where a policy has commitments |
| commitment wedges | log(1+t') − log of the policy's own power − the wedges, where it has |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy import ndarray as Array

from tradewar.equilibrium.levers import attraction_factor

if TYPE_CHECKING:
    from tradewar.equilibrium.prepared import Prepared
    from tradewar.equilibrium.solution import Solution
    from tradewar.world.model import World

SLACK = 10.0
"""Residuals may exceed the solver's tolerance by this factor: it stops on a norm over fewer equations."""


@dataclass(frozen=True)
class Certificate:
    """The largest residual of every equation, and what was asked for."""

    residuals: Mapping[str, float]
    """By equation; relative, see the table above."""
    worst_equation: str
    worst_place: str
    """Labels of the cell with the largest residual, such as `importer CHN, sector AGR`."""
    tolerance: float
    iterations: int
    seconds: float
    method: str

    @property
    def max_residual(self) -> float:
        """Largest of all residuals."""
        return self.residuals[self.worst_equation]

    @property
    def converged(self) -> bool:
        """True if no residual exceeds ten times the tolerance (and all are numbers)."""
        return bool(self.max_residual <= SLACK * self.tolerance)

    def explain(self) -> str:
        """One sentence: the worst equation, where, and how far off it is."""
        verdict = "holds" if self.converged else "fails"
        limit = SLACK * self.tolerance
        return (
            f"{self.worst_equation} {verdict} worst at {self.worst_place}: residual {self.max_residual:.3g}, "
            f"limit {limit:.3g}, after {self.iterations} iterations ({self.method})"
        )

    def to_dict(self) -> dict[str, object]:
        """As in the JSON of `solve`."""
        return {
            "converged": self.converged,
            "max_residual": self.max_residual,
            "residuals": dict(self.residuals),
            "iterations": self.iterations,
            "seconds": self.seconds,
            "tolerance": self.tolerance,
            "method": self.method,
            "worst": f"{self.worst_equation} at {self.worst_place}",
        }


@dataclass(frozen=True, eq=False)
class _Gap:
    """The residual of one equation in every cell, with the names of the axes."""

    equation: str
    axes: tuple[str, ...]
    value: Array


def certify(
    prepared: Prepared,
    solution: Solution,
    *,
    tolerance: float,
    seconds: float = 0.0,
    further: Mapping[str, tuple[float, str]] | None = None,
) -> Certificate:
    """Recompute every equation from the arrays of a solution.

    Args:
        prepared: the world, closure and market structure that the solution belongs to.
        solution: the arrays to judge.
        tolerance: what the solver was asked for.
        seconds: what the solver took, to be carried along.
        further: (residual, place) of equations that the policy adds, by name; see `commitments_result`.
    """
    gaps = [*_price_gaps(prepared, solution), *_money_gaps(prepared, solution)]
    # a residual that is not a number is the worst of all
    sizes = [np.where(np.isfinite(gap.value), np.abs(gap.value), np.inf) for gap in gaps]
    residuals = {gap.equation: float(size.max()) for gap, size in zip(gaps, sizes, strict=True)}
    worst = max(range(len(gaps)), key=lambda k: float(sizes[k].max()))
    cell = np.unravel_index(int(sizes[worst].argmax()), sizes[worst].shape)
    place = _place(prepared.baseline, gaps[worst].axes, [int(k) for k in cell])
    equation = gaps[worst].equation
    for name, (size, where) in (further or {}).items():
        residuals[name] = size if np.isfinite(size) else float("inf")
        if residuals[name] > residuals[equation]:
            equation, place = name, where
    return Certificate(residuals, equation, place, tolerance, solution.passes, seconds, solution.method)


def _place(world: World, axes: Sequence[str], cell: Sequence[int]) -> str:
    labels = {"sector": world.sectors}
    named = [f"{axis} {labels.get(axis, world.countries)[k]}" for axis, k in zip(axes, cell, strict=True)]
    return ", ".join(named) or "the world"


# ---------------------------------------------------------------- equations


def _price_gaps(prepared: Prepared, solution: Solution) -> list[_Gap]:
    world, levers = prepared.baseline, solution.levers
    theta = world.trade_elasticity
    factor = attraction_factor(levers, world.tariff_rate, theta)
    weight = world.expenditure_share * factor
    log_cost, log_price = np.log(solution.unit_cost_hat), np.log(solution.price_hat)
    # relative to the price found: Σ_i π' = 1 is the price equation, and no power overflows
    share = weight * np.exp(-theta * (log_cost[None, :, :] - log_price[:, None, :]))
    total = share.sum(axis=1)
    bought = world.expenditure_share.sum(axis=1) > 0
    price_gap = np.where(bought, np.log(np.where(bought, total, 1.0)) / theta, log_price)

    if prepared.market == "monopolistic":
        cost = np.log(solution.wage_hat)[:, None] * np.ones_like(log_cost)
    else:
        cost = world.value_added_share * np.log(solution.wage_hat)[:, None]
        cost = cost + np.einsum("jkr,jk->jr", world.material_share, log_price)
    power = 1.0 + levers.tariff_rate
    border = share / np.where(bought, total, 1.0)[:, None, :] * solution.expenditure[:, None, :] / power
    duty_paid = (power * solution.trade_value).sum(axis=1)
    spent = np.abs(solution.expenditure) > 0
    sums = np.divide(duty_paid, solution.expenditure, out=np.ones_like(duty_paid), where=spent)
    money = world.value_added[:, None, None]
    return [
        _Gap("prices", ("importer", "sector"), price_gap),
        _Gap("unit costs", ("country", "sector"), log_cost - cost),
        _Gap("border values", ("importer", "exporter", "sector"), (solution.trade_value - border) / money),
        _Gap("expenditure shares", ("importer", "sector"), sums - 1.0),
    ]


def _money_gaps(prepared: Prepared, solution: Solution) -> list[_Gap]:
    world, levers, value = prepared.baseline, solution.levers, solution.trade_value
    tax = np.zeros_like(value) if levers.export_tax is None else levers.export_tax
    subsidy = np.zeros_like(solution.gross_output) if levers.output_subsidy is None else levers.output_subsidy
    net = value / (1.0 + tax)
    revenue = (1.0 + subsidy) * net.sum(axis=0)
    duties = (levers.tariff_rate * value).sum(axis=(1, 2))
    rents = (tax * net).sum(axis=(0, 2)) - (subsidy * net.sum(axis=0)).sum(axis=1)
    bilateral = value.sum(axis=2)
    balance = bilateral.sum(axis=1) - bilateral.sum(axis=0) - solution.trade_deficit
    factor_income, factor_payments, profits = _factors(prepared, solution)
    paid = solution.wage_hat * factor_income
    income = paid + profits + solution.tariff_revenue + solution.trade_deficit + rents
    final = world.consumption_share * solution.income[:, None]
    materials = np.einsum("jsr,jr->js", world.material_share, solution.gross_output)
    promised = np.zeros_like(balance) if prepared.closure.removes_deficits else world.trade_deficit
    weight = prepared.closure.numeraire_weight(world, factor_income)
    money = world.value_added
    return [
        _Gap("producer revenue", ("country", "sector"), (solution.gross_output - revenue) / money[:, None]),
        _Gap("tariff revenue", ("country",), (solution.tariff_revenue - duties) / money),
        _Gap("income", ("country",), (solution.income - income) / money),
        _Gap("goods market", ("country", "sector"), (solution.expenditure - materials - final) / money[:, None]),
        _Gap("labour market", ("country",), (factor_payments - paid) / money),
        _Gap("trade balance", ("country",), balance / money),
        _Gap("trade deficits", ("country",), (solution.trade_deficit - promised) / money),
        _Gap("numeraire", (), np.asarray(weight @ solution.wage_hat - 1.0)),
    ]


def _factors(prepared: Prepared, solution: Solution) -> tuple[Array, Array, Array]:
    """Factor income of the baseline, factor payments after the change, and profits."""
    world = prepared.baseline
    if prepared.market == "monopolistic":
        labour_share = 1.0 - 1.0 / world.substitution_elasticity
        payments = solution.gross_output @ labour_share
        return world.gross_output @ labour_share, payments, solution.gross_output.sum(axis=1) - payments
    payments = (world.value_added_share * solution.gross_output).sum(axis=1)
    return world.value_added, payments, np.zeros_like(payments)
