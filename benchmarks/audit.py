"""A second look at an outcome: the model's equations and signs, written out once more without the solver's code.

One sector and one country at a time, in the public index order `[importer, exporter, sector]`. Nothing is imported from
`tradewar.equilibrium`: only the arrays of an outcome are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy import ndarray as Array

if TYPE_CHECKING:
    from tradewar.equilibrium import Outcome

ROUNDING = 1e-12
"""Money above minus this share of value added counts as not negative."""


def wrong_signs(outcome: Outcome) -> list[str]:
    """What is negative, or not positive where it must be, in words."""
    money = outcome.baseline.value_added
    positive = {"wage": outcome.wage_hat, "income": outcome.income, "price": outcome.price_hat}
    positive |= {"unit cost": outcome.unit_cost_hat, "real income": outcome.real_income_hat}
    rest = {"flow": outcome.trade_value, "output": outcome.gross_output, "expenditure": outcome.expenditure}
    rest["final use"] = outcome.baseline.consumption_share * outcome.income[:, None]
    wrong = [name for name, value in positive.items() if not (np.isfinite(value) & (value > 0)).all()]
    for name, value in rest.items():
        least = -ROUNDING * money.reshape(-1, *[1] * (value.ndim - 1))
        if not (value >= least).all():
            wrong.append(name)
    return wrong


def largest_gap(outcome: Outcome) -> float:
    """The largest gap of any equation, money over what the country has of it now."""
    world, levers = outcome.baseline, outcome.solution.levers
    shape = world.trade_value.shape
    n, sectors = shape[0], shape[2]
    tax = np.zeros(shape) if levers.export_tax is None else levers.export_tax
    banned = np.zeros(shape) if levers.banned_share is None else levers.banned_share
    iceberg = np.ones(shape) if levers.iceberg_hat is None else levers.iceberg_hat
    subsidy = np.zeros((n, sectors)) if levers.output_subsidy is None else levers.output_subsidy
    rate, wage, cost = levers.tariff_rate, outcome.wage_hat, outcome.unit_cost_hat
    income, spent, output, flows = outcome.income, outcome.expenditure, outcome.gross_output, outcome.trade_value
    labour_share = world.value_added_share
    if outcome.market == "monopolistic":
        labour_share = np.tile(1 - 1 / (1 + world.trade_elasticity), (n, 1))
    labour = (labour_share * world.gross_output).sum(axis=1)
    profits = ((world.value_added_share - labour_share) * output).sum(axis=1)
    have = np.minimum(np.minimum(world.value_added, wage * labour + profits), income)
    gaps = [0.0]

    def money(value: Array, country: int) -> None:
        gaps.append(float(np.abs(value).max()) / have[country])

    for j in range(n):
        taxes = float((rate[j] * flows[j]).sum())
        for s in range(sectors):
            if world.expenditure[j, s] <= 0:
                continue
            wedge = (1 + rate[j, :, s]) / (1 + world.tariff_rate[j, :, s]) * (1 + tax[j, :, s]) * iceberg[j, :, s]
            dearer = np.log(wedge / (1 + subsidy[:, s]) * cost[:, s] / outcome.price_hat[j, s])
            weight = world.expenditure_share[j, :, s] * (1 - banned[j, :, s])
            share = np.where(weight > 0, weight * np.exp(-world.trade_elasticity[s] * dearer), 0.0)
            gaps.append(abs(np.log(share.sum())) / abs(world.trade_elasticity[s]))
            money(flows[j, :, s] - share / share.sum() * spent[j, s] / (1 + rate[j, :, s]), j)
        sold = flows[:, j] / (1 + tax[:, j])
        made = (1 + subsidy[j]) * sold.sum(axis=0)
        materials = (1 - world.value_added_share[j]) * world.input_share[j]
        logs = world.value_added_share[j] * np.log(wage[j]) + materials.T @ np.log(outcome.price_hat[j])
        gaps.append(float(np.abs(np.log(cost[j]) - logs).max()))
        money(output[j] - made, j)
        money(spent[j] - materials @ output[j] - world.consumption_share[j] * income[j], j)
        money(labour_share[j] @ output[j] - wage[j] * labour[j], j)
        rents = float((tax[:, j] * sold).sum() - (subsidy[j] * sold.sum(axis=0)).sum())
        deficit = float(flows[j].sum() - flows[:, j].sum())
        money(income[j] - wage[j] * labour[j] - profits[j] - taxes - rents - deficit, j)
        money(deficit - outcome.trade_deficit[j], j)
    return max(gaps)
