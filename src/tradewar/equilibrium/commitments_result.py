"""What keeping a commitment takes: wedge, implied tariff, fiscal cost, whose sales it displaces, and its certificate.

Everything is compared with the same policy without its commitments (all z = 0), and money is f.o.b.

Fiscal cost: what the budget pays or forgoes on the trade of the basket against charging the policy's own duties,
Σ [(1+t) − (1+t')] B; with an export restraint, minus the rent Σ [(1+e') − (1+e)] B / (1+e').

Bilateral balance, an identity in the importer's trade with the suppliers of the basket:

    fall of its surplus = extra purchases (this basket and those of other commitments)
                          + change of its other purchases from them − change of its sales to them
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.commitments import Commitment, Condition, with_wedges
from tradewar.equilibrium.levers import Levers
from tradewar.equilibrium.solution import Solution
from tradewar.io.serialize import Document
from tradewar.world.model import World

if TYPE_CHECKING:
    from tradewar.equilibrium.commitments_solve import Committed


@dataclass(frozen=True)
class DisplacedSupplier:
    """Sales of one supplier in the market and sectors on which the wedge acts."""

    supplier: str
    sales_before: float
    """Without the commitments, money."""
    sales: float
    change: float
    change_pct: float | None
    """None where there were no sales."""


@dataclass(frozen=True)
class BilateralShift(Document, told="... fall_per_unit"):
    """Trade of the importer of the basket with its suppliers, all sectors, money; changes against no commitments."""

    surplus_before: float
    """Exports less imports of the importer with these suppliers, without the commitments."""
    surplus: float
    surplus_fall: float
    extra_purchases: float
    """Change of the basket's value."""
    other_commitments_change: float
    """Change of the baskets of other commitments between the same countries."""
    other_purchases_change: float
    """Change of what it buys from the suppliers beside all baskets: these draw labour away from it."""
    own_sales_change: float
    """Change of what it sells to the suppliers."""

    @property
    def fall_per_unit(self) -> float:
        """Fall of the surplus per unit of extra purchases, all commitments; NaN where nothing more is bought."""
        extra = self.extra_purchases + self.other_commitments_change
        return self.surplus_fall / extra if extra else float("nan")


@dataclass(frozen=True)
class CommitmentResult(Document, told="commitment.kind commitment.instrument ... suppliers bilateral"):
    """One commitment in a solved equilibrium."""

    commitment: Commitment
    title: str
    binding: bool
    """False where the promise is kept anyway: z = 0."""
    wedge: float
    """z."""
    baseline: float
    """Its value in the baseline, money."""
    before: float
    """Under the same policy without commitments."""
    value: float
    target: float
    implied_rate: float
    """Rate of the tariff (or export tax) with the wedge, average over the basket at the values traded, fraction."""
    implied_rate_range: tuple[float, float]
    """Lowest and highest over the basket."""
    fiscal_cost: float
    """Money per year; negative where the wedge earns revenue or rents."""
    payer: str
    """The country whose budget bears the cost or gets the revenue."""
    mandate_cost_pct: dict[str, float]
    """If private buyers are ordered to buy instead: unit cost of each sector at true prices against the shadow prices,
    percent. Empty where the wedge makes goods dearer."""
    suppliers: tuple[DisplacedSupplier, ...]
    """Every supplier in the market on which the wedge acts, its own producers included."""
    bilateral: BilateralShift
    residual: float
    """|min(z, slack / value added of the importer)|: 0 where the commitment is kept and no wedge is wasted."""

    @property
    def displaced(self) -> tuple[DisplacedSupplier, ...]:
        """Who loses sales, most first."""
        return tuple(sorted((row for row in self.suppliers if row.change < 0.0), key=lambda row: row.change))


def commitment_results(
    world: World, policy: Levers, conditions: Sequence[Condition], found: Committed
) -> tuple[CommitmentResult, ...]:
    """The result of every commitment.

    Args:
        world: the baseline.
        policy: the levers without any wedge.
        conditions: the commitments on the axes of the world.
        found: the equilibrium that keeps them.
    """
    pairs = zip(conditions, found.wedges, strict=True)
    every = np.any([condition.basket for condition in conditions], axis=0)
    return tuple(_result(world, policy, condition, float(wedge), found, every) for condition, wedge in pairs)


def commitment_residual(
    world: World,
    policy: Levers,
    conditions: Sequence[Condition],
    wedges: Float[Array, " condition"],
    solution: Solution,
) -> dict[str, tuple[float, str]]:
    """For the certificate: (largest residual, place) of the complementarity and of the wedges in the levers.

    Recomputed from the arrays of the solution.
    """
    natural = [_residual(c, float(z), solution.trade_value) for c, z in zip(conditions, wedges, strict=True)]
    worst = int(np.argmax(natural))
    asked = with_wedges(policy, conditions, wedges)
    difference = np.abs(np.log1p(solution.levers.tariff_rate) - np.log1p(asked.tariff_rate))
    if asked.export_tax is not None or solution.levers.export_tax is not None:
        taxes = [np.zeros(1) if tax is None else tax for tax in (asked.export_tax, solution.levers.export_tax)]
        difference = difference + np.abs(np.log1p(taxes[0]) - np.log1p(taxes[1]))
    j, i, s = np.unravel_index(int(difference.argmax()), difference.shape)
    place = f"importer {world.countries[j]}, exporter {world.countries[i]}, sector {world.sectors[s]}"
    return {
        "commitments": (natural[worst], conditions[worst].title),
        "commitment wedges": (float(difference.max()), place),
    }


def _residual(condition: Condition, wedge: float, trade_value: Array) -> float:
    return abs(min(wedge, condition.slack(trade_value) / condition.value_added))


def _result(
    world: World, policy: Levers, condition: Condition, wedge: float, found: Committed, every: Array
) -> CommitmentResult:
    after, before = found.solution.trade_value, found.reference.trade_value
    rate, cost = _rate_and_cost(policy, condition, found.solution)
    value = after[condition.basket]
    importer = int(np.flatnonzero(condition.basket.any(axis=(1, 2)))[0])
    suppliers = np.flatnonzero(condition.basket[importer].any(axis=1))
    average = float((rate * value).sum() / value.sum()) if value.sum() > 0 else float(rate.mean())
    payer = int(suppliers[0]) if condition.on_export_tax else importer
    cheaper = condition.sign < 0.0 and wedge > 0.0
    return CommitmentResult(
        commitment=condition.commitment,
        title=condition.title,
        binding=wedge > 0.0,
        wedge=wedge,
        baseline=condition.value(world.trade_value),
        before=condition.value(before),
        value=condition.value(after),
        target=condition.target,
        implied_rate=average,
        implied_rate_range=(float(rate.min()), float(rate.max())),
        fiscal_cost=cost,
        payer=world.countries[payer],
        mandate_cost_pct=_mandate(world, condition, wedge, found.solution) if cheaper else {},
        suppliers=_suppliers(world, condition, importer, before, after),
        bilateral=_bilateral(condition, every, importer, suppliers, before, after),
        residual=_residual(condition, wedge, after),
    )


def _rate_and_cost(policy: Levers, condition: Condition, solution: Solution) -> tuple[Array, float]:
    """Rates with the wedge over the basket, and the fiscal cost."""
    basket, value = condition.basket, solution.trade_value[condition.basket]
    if not condition.on_export_tax:
        rate = solution.levers.tariff_rate[basket]
        return rate, float(((policy.tariff_rate[basket] - rate) * value).sum())
    tax = np.zeros(len(value)) if solution.levers.export_tax is None else solution.levers.export_tax[basket]
    own = np.zeros(len(value)) if policy.export_tax is None else policy.export_tax[basket]
    return tax, float(((own - tax) * value / (1.0 + tax)).sum())


def _mandate(world: World, condition: Condition, wedge: float, solution: Solution) -> dict[str, float]:
    """(e^z − 1) π_basket by sector: P_act / P(z) − 1."""
    paid = solution.trade_value * (1.0 + solution.levers.tariff_rate)
    importer = int(np.flatnonzero(condition.basket.any(axis=(1, 2)))[0])
    share = (paid * condition.basket)[importer].sum(axis=0) / np.maximum(solution.expenditure[importer], 1e-300)
    used = condition.basket[importer].any(axis=0)
    return {world.sectors[s]: float(100.0 * np.expm1(wedge) * share[s]) for s in np.flatnonzero(used)}


def _suppliers(
    world: World, condition: Condition, importer: int, before: Array, after: Array
) -> tuple[DisplacedSupplier, ...]:
    places = np.flatnonzero(condition.basket[importer].any(axis=0))
    old, new = before[importer][:, places].sum(axis=1), after[importer][:, places].sum(axis=1)
    return tuple(
        DisplacedSupplier(
            supplier=code,
            sales_before=float(old[i]),
            sales=float(new[i]),
            change=float(new[i] - old[i]),
            change_pct=float(100.0 * (new[i] / old[i] - 1.0)) if old[i] > 0 else None,
        )
        for i, code in enumerate(world.countries)
    )


def _bilateral(
    condition: Condition, every: Array, importer: int, suppliers: Array, before: Array, after: Array
) -> BilateralShift:
    change = after - before
    basket = float(change[condition.basket].sum())
    others = float(change[importer, suppliers][(every & ~condition.basket)[importer, suppliers]].sum())
    bought = float(change[importer, suppliers].sum())
    sold = float(change[suppliers, importer].sum())

    def surplus(value: Array) -> float:
        return float(value[suppliers, importer].sum() - value[importer, suppliers].sum())

    return BilateralShift(
        surplus_before=surplus(before),
        surplus=surplus(after),
        surplus_fall=bought - sold,
        extra_purchases=basket,
        other_commitments_change=others,
        other_purchases_change=bought - basket - others,
        own_sales_change=sold,
    )
