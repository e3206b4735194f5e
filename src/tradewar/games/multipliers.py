"""What one more unit of anything is worth to each government: the adjoint of the equilibrium, directly for all at once.

The engine's adjoint (`tradewar.equilibrium.adjoint`) iterates, which is right for one gradient in a large world. A war
needs the multipliers of several governments at every step, so here the same linear system is factorised: once for the
goods block and once for the price block, for all governments together. Without materials both blocks are explicit and
nothing larger than N x N is solved.

For government k the multipliers are y_is (one more unit of producer revenue), Ī_j (of income), x_js (of expenditure),
ρ_js and χ_is (of log prices and log unit costs), ω_i (of labour demand) and ν (of the numeraire). With B the border
values, M = π'/(1 + t), T_j the derivative by tariff revenue, and further direct derivatives marked g:

    B̄_ijs = y_is − Ī_j − T_j + g^B_ijs
    x_js = Ī_j + T_j + g^X_js + Σ_i B̄_ijs M_ijs            Ī_j = g^I_j + Σ_s α_js x_js
    y_is = g^Y_is + Σ_r m_irs x_ir + ℓ_is ω_i + κ_is Ī_i
    ρ_js = g^P_js + θ_s Σ_i B̄_ijs B_ijs + Σ_r m_jsr χ_jr   χ_is = Σ_j π'_ijs ρ_js − θ_s Σ_j B̄_ijs B_ijs
    Σ_s v_is χ_is + (Ī_i − ω_i + ν g_i) w_i L_i + Σ_j Ī_j ∂D_j/∂log w_i + g^w_i = 0,   ω of the first country = 0

    ∂ log G_k / ∂ log(1 + t_ijs) = σ_s ψ_ijs B_ijs − Φ_js π'_ijs   with ψ = −B̄ and Φ = −ρ

(ℓ and κ: labour's and profits' share of revenue; g_i in the last line: weights of the numeraire over labour income.)
Index order: `[government, importer, exporter, sector]`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium import competitive_adjoint
from tradewar.equilibrium.kernels import Economy
from tradewar.equilibrium.objectives import Multipliers, Seeds
from tradewar.errors import NoSolutionError
from tradewar.games.stage import Position, Stage

DIRECT_LIMIT, QUICK_LIMIT = 500, 100
"""With materials, worlds of more N S than the first are left to the engine's iteration, and those of more than the
second where few governments are asked for: compiled, it takes a millisecond for each, the factorisation ten for all."""
FEW = 3
ITERATION_TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class _Columns:
    """Right-hand sides: first one column per government (ω = 0), then one per country (a unit of its ω)."""

    price: Float[Array, "column country sector"]
    income: Float[Array, "column country"]
    output: Float[Array, "column country sector"]
    """g^Y + ℓ ω."""
    expenditure: Float[Array, "column country sector"]
    """g^X + T, and Σ_i (g^B − T) M."""
    revenue: Float[Array, "column country"]
    """T."""
    flows_bought: Float[Array, "column country sector"] | None
    """Σ_i g^B B by importer."""
    flows_sold: Float[Array, "column country sector"] | None
    """Σ_j g^B B by exporter."""


def multipliers(stage: Stage, position: Position, seeds: Seeds) -> Multipliers:
    """The multipliers of K governments, given the direct derivatives of their log payoffs, at an equilibrium.

    Raises:
        NoSolutionError: if the equilibrium is not locally unique there.
    """
    try:
        return _multipliers(stage, position, seeds)
    except np.linalg.LinAlgError:
        what = "No gradient at the tariffs tried: the equilibrium there is not locally unique"
        raise NoSolutionError(f"{what}.") from None


def _multipliers(stage: Stage, position: Position, seeds: Seeds) -> Multipliers:
    if isinstance(stage.economy, Economy) and stage.consumption_share.size > _direct_limit(stage.economy, seeds.count):
        return competitive_adjoint.multipliers(stage.economy, position.solution, seeds, ITERATION_TOLERANCE)
    count, governments = len(stage.labour_income), seeds.count
    basket = position.share * np.exp(-position.log_power)
    columns = _columns(stage, position, seeds, basket)
    income, output = _goods_block(stage, columns, basket)
    buyer = income + columns.revenue
    bought, sold = _flow_terms(stage, position, columns, buyer, output)
    price, wage_effect = _price_block(stage, position, columns.price + bought, sold)
    wages = position.wage_hat * stage.labour_income
    own = np.concatenate([np.zeros((governments, count)), np.eye(count)])
    gap = wage_effect + (income - own) * wages
    gap[:governments] += seeds.dense("wage", (count,))
    gap += stage.economy.deficits.by_log_wage(position.wage_hat, income)
    numeraire = stage.economy.numeraire_weight * position.wage_hat
    weights = _labour_multipliers(gap[:governments], gap[governments:], numeraire)
    seller = (output[:governments] + np.tensordot(weights, output[governments:], 1))[:, None]
    return Multipliers(
        buyer_value=buyer[:governments] + weights @ buyer[governments:],
        seller_value=seller if seeds.trade_value is None else seller + seeds.trade_value,
        price_effect=-(price[:governments] + np.tensordot(weights, price[governments:], 1)),
    )


def _direct_limit(economy: Economy, governments: int) -> int:
    return QUICK_LIMIT if economy.compiled and governments <= FEW else DIRECT_LIMIT


def _columns(stage: Stage, position: Position, seeds: Seeds, basket: Array) -> _Columns:
    count, sectors = stage.consumption_share.shape
    labour = np.zeros((count, count, sectors))
    each = np.arange(count)
    labour[each, each] = stage.labour_share
    revenue = seeds.dense("tariff_revenue", (count,))
    expenditure = seeds.dense("expenditure", (count, sectors)) + revenue[:, :, None] * (1.0 - basket.sum(axis=1))
    bought = sold = None
    if seeds.trade_value is not None:
        flows = seeds.trade_value * position.border_value
        bought, sold = _padded(flows.sum(axis=2), count), _padded(flows.sum(axis=1), count)
        expenditure = expenditure + (seeds.trade_value * basket).sum(axis=2)
    return _Columns(
        price=_padded(seeds.dense("price", (count, sectors)), count),
        income=_padded(seeds.dense("income", (count,)), count),
        output=np.concatenate([seeds.dense("gross_output", (count, sectors)), labour]),
        expenditure=_padded(expenditure, count),
        revenue=_padded(revenue, count),
        flows_bought=bought,
        flows_sold=sold,
    )


def _padded(array: Array, rows: int) -> Array:
    return np.concatenate([array, np.zeros((rows, *array.shape[1:]))])


def _labour_multipliers(at_zero: Array, per_unit: Array, numeraire: Array) -> Float[Array, "government country"]:
    """ω that closes the wage equations, with ω of the first country 0 and the numeraire's ν in its place."""
    # ν is of the order of a money value when its column is scaled like the others
    scale = np.abs(per_unit).max()
    system = per_unit.T.copy()
    system[:, 0] = numeraire * scale / numeraire.max()
    solved = np.linalg.solve(system, -at_zero.T).T
    solved[:, 0] = 0.0
    return solved


def _goods_block(
    stage: Stage, columns: _Columns, basket: Array
) -> tuple[Float[Array, "column country"], Float[Array, "column country sector"]]:
    """Ī and y for every column."""
    spent = 1.0 - basket.sum(axis=1)
    if stage.material_share is None:
        return _goods_explicit(stage, columns, basket, spent)
    each = np.arange(len(spent))
    # x = T x + right-hand side, with y and Ī put in
    system = np.einsum("jis,irs->jsir", basket, stage.material_share)
    system[each, :, each, :] += spent[:, :, None] * stage.consumption_share[:, None, :]
    known = spent * columns.income[:, :, None] + columns.expenditure + _bought(basket, columns.output)
    expenditure = _solved(system, known)
    income = columns.income + (stage.consumption_share * expenditure).sum(axis=2)
    return income, columns.output + np.matmul(expenditure[:, :, None, :], stage.material_share)[:, :, 0, :]


def _goods_explicit(stage: Stage, columns: _Columns, basket: Array, spent: Array) -> tuple[Array, Array]:
    """The goods block without materials: N equations for Ī."""
    system = -((stage.consumption_share[:, None, :] * basket) * stage.profit_share).sum(axis=2)
    each = np.arange(len(system))
    system[each, each] += 1.0 - (stage.consumption_share * spent).sum(axis=1)
    known = columns.expenditure + _bought(basket, columns.output)
    income = np.linalg.solve(system, (columns.income + (stage.consumption_share * known).sum(axis=2)).T).T
    return income, columns.output + stage.profit_share * income[:, :, None]


def _solved(system: Float[Array, "country sector country sector"], known: Array) -> Array:
    """z = system z + known, for every column of known."""
    size = system.shape[0] * system.shape[1]
    matrix = np.eye(size) - system.reshape(size, size)
    return np.linalg.solve(matrix, known.reshape(len(known), size).T).T.reshape(known.shape)


def _bought(basket: Array, worth: Array) -> Array:
    """Σ_i y_is M_ijs: one matrix product per sector rather than an array of columns x N x N x S."""
    return np.matmul(basket.transpose(2, 0, 1), worth.transpose(2, 1, 0)).transpose(2, 1, 0)


def _flow_terms(
    stage: Stage, position: Position, columns: _Columns, buyer: Array, output: Array
) -> tuple[Array, Array]:
    """θ Σ_i B̄ B by importer and θ Σ_j B̄ B by exporter, for every column."""
    border, theta = position.border_value, stage.trade_elasticity
    bought = _bought(border, output) - buyer[:, :, None] * border.sum(axis=1)
    sold = output * border.sum(axis=0) - np.tensordot(buyer, border, 1)
    if columns.flows_bought is not None and columns.flows_sold is not None:
        bought, sold = bought + columns.flows_bought, sold + columns.flows_sold
    return theta * bought, theta * sold


def _price_block(
    stage: Stage, position: Position, known: Array, sold: Array
) -> tuple[Float[Array, "column country sector"], Float[Array, "column country"]]:
    """ρ, and Σ_s v χ, for every column."""
    price = known
    if stage.material_share is not None:
        known = known - np.matmul(stage.material_share, sold[..., None])[..., 0]
        price = _solved(np.einsum("jsr,njr->jsnr", stage.material_share, position.share), known)
    by_exporter = position.share.transpose(1, 0, 2)
    cost = _bought(by_exporter, price) - sold
    return price, (stage.wage_cost_share * cost).sum(axis=2)
