"""Objectives as derivatives, and the multipliers that turn them into gradients over every tariff.

An objective is any differentiable function of outcomes; all that is needed of it are its derivatives at the solution
(`Seeds`). The multipliers then say what a change of any border is worth to it, in both market structures:

    ∂G/∂log(1+t_ijs) = (1 + θ_s) ψ_ijs B_ijs − Φ_js π'_ijs
    ∂G/∂log d_ijs    =      θ_s  ψ_ijs B_ijs − Φ_js π'_ijs

ψ_ijs is the price, in units of G, of one unit of f.o.b. imports that j buys from i in s: what the buyer loses less what
the seller gains. Φ_js is minus the total effect of log P_js. Both are linear in the seeds, so the multipliers of
Σ_k ω_k G_k are the same combination of those of each G_k (`Multipliers.combined`).

Index order `[objective, importer, exporter, sector]`. No symbol here is a Lagrange multiplier of a policy constraint.
Sources: Ossa (2014, American Economic Review 104(12)), section III; the adjoint of Giles and Pierce (2000, Flow,
Turbulence and Combustion 65).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.prepared import Prepared
from tradewar.equilibrium.solution import Solution


@dataclass(frozen=True, eq=False)
class Seeds:
    """∂G/∂(outcomes) of K objectives at a solution, each with the other outcomes held fixed. None is zero.

    Examples, for country k with consumer price Π P^α:
    real income log I_k − Σ α_ks log P_ks: `income` 1/I_k, `price` −α_k;
    political weights λ_s on the people of a sector, log Σ_s λ_s [v_s Y_s + δ_s (TR_k + D_k)] − Σ α log P with
    g the sum: `gross_output` from v_s Y_s (and δ_s), `tariff_revenue` Σ_s λ_s δ_s / g, `price` −α_k;
    tariff revenue: `tariff_revenue` 1; a bilateral balance: `trade_value` ±1; jobs in a sector: `gross_output` v/w and
    `wage` (the derivative with respect to log w).
    """

    wage: Float[Array, "objective country"] | None = None
    """∂G/∂log w."""
    price: Float[Array, "objective importer sector"] | None = None
    """∂G/∂log P."""
    income: Float[Array, "objective country"] | None = None
    """∂G/∂I, per unit of money."""
    tariff_revenue: Float[Array, "objective country"] | None = None
    """∂G/∂TR, per unit of money."""
    gross_output: Float[Array, "objective country sector"] | None = None
    """∂G/∂Y, per unit of money."""
    expenditure: Float[Array, "objective importer sector"] | None = None
    """∂G/∂X, per unit of money."""
    trade_value: Float[Array, "objective importer exporter sector"] | None = None
    """∂G/∂B, per unit of money."""

    @property
    def count(self) -> int:
        """K.

        An objective without any derivative has no gradient: K is then 0.
        """
        given = [getattr(self, item.name) for item in fields(self)]
        return next((len(array) for array in given if array is not None), 0)

    def dense(self, name: str, shape: tuple[int, ...]) -> Array:
        """A derivative as an array, zeros where it is None."""
        array = getattr(self, name)
        return np.zeros((self.count, *shape)) if array is None else array

    def money_scale(self) -> Float[Array, " objective"]:
        """By which derivatives per unit of money are multiplied to be of order one; 1 where there are none."""
        largest = np.zeros(self.count)
        for name in ("income", "tariff_revenue", "gross_output", "expenditure", "trade_value"):
            array = getattr(self, name)
            if array is not None:
                largest = np.maximum(largest, np.abs(array).reshape(self.count, -1).max(axis=1))
        return np.divide(1.0, largest, out=np.ones_like(largest), where=largest > 0)


@dataclass(frozen=True, eq=False)
class Multipliers:
    """What a unit of money at each border, and each price, is worth to K objectives at one solution."""

    buyer_value: Float[Array, "objective importer"]
    """What the objective loses per unit of money that leaves the importer."""
    seller_value: Float[Array, "objective anyimporter exporter sector"]
    """What it gains where the money arrives; one importer stands for all where it does not depend on the importer."""
    price_effect: Float[Array, "objective importer sector"]
    """Φ."""
    iterate: Array | None = None
    """Where the transposed iteration ended, for one nearby to start from; None where nothing was iterated."""

    @property
    def psi(self) -> Float[Array, "objective importer exporter sector"]:
        """ψ = buyer value − seller value."""
        return self.buyer_value[:, :, None, None] - self.seller_value

    @property
    def phi(self) -> Float[Array, "objective importer sector"]:
        """Φ, the same as `price_effect`."""
        return self.price_effect

    def of_importer(self, importer: int) -> Float[Array, "objective exporter sector"]:
        """ψ of one importer only, without building the whole array."""
        row = 0 if self.seller_value.shape[1] == 1 else importer
        return self.buyer_value[:, importer, None, None] - self.seller_value[:, row]

    def combined(self, weights: Float[Array, " objective"]) -> Multipliers:
        """The multipliers of the single objective Σ_k weights_k G_k."""
        return Multipliers(
            np.tensordot(weights, self.buyer_value, axes=1)[None],
            np.tensordot(weights, self.seller_value, axes=1)[None],
            np.tensordot(weights, self.price_effect, axes=1)[None],
        )

    def tariff_gradient(
        self, prepared: Prepared, solution: Solution
    ) -> Float[Array, "objective importer exporter sector"]:
        """∂G/∂log(1+t). Own sales are included: a tax on them is a tax on home sales."""
        sigma = 1.0 + prepared.baseline.trade_elasticity
        return border_gradient(sigma, self.psi, solution.trade_value, self.price_effect, expenditure_share(solution))

    def iceberg_gradient(
        self, prepared: Prepared, solution: Solution
    ) -> Float[Array, "objective importer exporter sector"]:
        """∂G/∂log d."""
        theta = prepared.baseline.trade_elasticity
        return border_gradient(theta, self.psi, solution.trade_value, self.price_effect, expenditure_share(solution))


def border_gradient(
    elasticity: Float[Array, " sector"],
    psi: Float[Array, "objective importer exporter sector"],
    trade_value: Float[Array, "importer exporter sector"],
    phi: Float[Array, "objective importer sector"],
    share: Float[Array, "importer exporter sector"],
) -> Float[Array, "objective importer exporter sector"]:
    """elasticity_s ψ_ijs B_ijs − Φ_js π_ijs; N importers and M exporters."""
    gradient = elasticity * psi
    gradient *= trade_value
    gradient -= phi[:, :, None, :] * share
    return gradient


def expenditure_share(solution: Solution) -> Float[Array, "importer exporter sector"]:
    """π' of a solution."""
    paid = 1.0 + solution.levers.tariff_rate
    paid *= solution.trade_value
    total = solution.expenditure
    paid *= np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)[:, None, :]
    return paid


def real_income_seeds(prepared: Prepared, solution: Solution, countries: Sequence[int]) -> Seeds:
    """Derivatives of log real income of each country (by position)."""
    rows = np.arange(len(countries))
    chosen = np.asarray(countries, dtype=int)
    world = prepared.baseline
    income = np.zeros((len(rows), world.n_countries))
    price = np.zeros((len(rows), world.n_countries, world.n_sectors))
    income[rows, chosen] = 1.0 / solution.income[chosen]
    price[rows, chosen] = -world.consumption_share[chosen]
    return Seeds(income=income, price=price)
