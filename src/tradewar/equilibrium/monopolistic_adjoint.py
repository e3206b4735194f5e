"""The adjoint under monopolistic competition: one linear system with the transposed 2N Jacobian.

With J the Jacobian of the equations (over world labour income W) in z = (log w, log X) and l the solution of
Jᵀ l = ∂G/∂z at fixed tariffs, l1 its labour part (0 in the numeraire's row) and l2 its income part,

    ψ_ijs = −{[l1_i (1−1/σ_s) + l2_i/σ_s − l2_j]/W + ∂G/∂Y_is − ∂G/∂TR_j + ∂G/∂B_ijs}
    Φ_js  = −∂G/∂log P_js + (σ_s − 1) Σ_i ψ_ijs B_ijs

Tariff revenue enters as expenditure less border values. Index order `[objective, importer, exporter, sector]`.

Source: Ossa (2014, American Economic Review 104(12)); the first-order condition in the form σ ψ B = Φ π.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.monopolistic import FixedFirms, Trade, jacobian
from tradewar.equilibrium.objectives import Multipliers, Seeds, expenditure_share
from tradewar.equilibrium.solution import Solution
from tradewar.errors import NoSolutionError


def multipliers(economy: FixedFirms, solution: Solution, seeds: Seeds) -> Multipliers:
    """The multipliers of K objectives at a solution.

    Raises:
        NoSolutionError: if the equilibrium is not locally unique there.
    """
    n, s = economy.consumption_share.shape
    trade = Trade(expenditure_share(solution), solution.trade_value, np.log(solution.price_hat))
    matrix = jacobian(economy, np.log(solution.wage_hat), trade)
    revenue = seeds.dense("tariff_revenue", (n,))
    # what one unit of border value is worth directly: to its producer, and to the buyer's treasury
    border = seeds.dense("gross_output", (n, s))[:, None, :, :] - revenue[:, :, None, None]
    if seeds.trade_value is not None:
        border = border + seeds.trade_value
    direct = _by_state(economy, solution, trade, seeds, border)
    try:
        worth = np.linalg.solve(matrix.T, direct.T).T
    except np.linalg.LinAlgError:
        raise NoSolutionError("The gradient is not defined: the equilibrium is not locally unique.") from None
    labour, income = worth[:, :n].copy(), worth[:, n:]
    labour[:, economy.numeraire_row] = 0.0
    scale = economy.scale
    seller = (labour[:, :, None] * economy.labour_share + income[:, :, None] * (1.0 - economy.labour_share)) / scale
    seller_value = seller[:, None] + border + revenue[:, :, None, None]
    if seeds.trade_value is None:
        # without derivatives by border value every importer is worth the same to a seller
        seller_value = (seller + seeds.dense("gross_output", (n, s)))[:, None]
    buyer_value = income / scale + revenue
    psi = buyer_value[:, :, None, None] - seller_value
    elastic = (economy.substitution_elasticity - 1.0) * (psi * solution.trade_value).sum(axis=2)
    return Multipliers(buyer_value, seller_value, elastic - seeds.dense("price", (n, s)))


def _by_state(
    economy: FixedFirms, solution: Solution, trade: Trade, seeds: Seeds, border: Array
) -> Float[Array, "objective unknown"]:
    """∂G/∂(log w, log X) at fixed tariffs, through prices, border values and directly."""
    n, s = economy.consumption_share.shape
    sigma = economy.substitution_elasticity
    price = seeds.dense("price", (n, s))
    spending = seeds.dense("expenditure", (n, s)) + seeds.dense("tariff_revenue", (n,))[:, :, None]
    weighted = border * trade.value
    # ∂log P_js/∂log w_m = share_mjs, ∂B_ijs/∂log w_m = (1−σ_s) B_ijs (1[i=m] − share_mjs)
    through_price = price + (sigma - 1.0) * weighted.sum(axis=2)
    by_wage = seeds.dense("wage", (n,)) + np.einsum("kjs,jms->km", through_price, trade.share)
    by_wage = by_wage - np.einsum("s,kjms->km", sigma - 1.0, weighted)
    by_income = seeds.dense("income", (n,)) * solution.income + weighted.sum(axis=(2, 3))
    by_income = by_income + (spending * solution.expenditure).sum(axis=2)
    return np.concatenate([by_wage, by_income], axis=1)
