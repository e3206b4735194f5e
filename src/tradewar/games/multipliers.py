"""What one more unit of anything is worth to each government: the adjoint of the equilibrium, for all at once.

Let G_k be the payoff of government k. The multipliers of its adjoint are y_is (one more unit of producer revenue),
Ī_j (of income), x_js (of expenditure), ρ_js and χ_is (of log prices and log unit costs), ω_i (of labour demand) and
ν (of the numeraire). With B the border values, M = π'/(1 + t), and the government's direct derivatives marked g:

    B̄_ijs = y_is − Ī_j + g^B_ijs
    x_js = Ī_j + Σ_i B̄_ijs M_ijs                          Ī_j = g^I_j + Σ_s α_js x_js
    y_is = g^Y_is + Σ_r m_irs x_ir + ℓ_is ω_i + κ_is Ī_i
    ρ_js = g^P_js + θ_s Σ_i B̄_ijs B_ijs + Σ_r m_jsr χ_jr   χ_is = Σ_j π'_ijs ρ_js − θ_s Σ_j B̄_ijs B_ijs
    Σ_s v_is χ_is + (Ī_i − ω_i + ν) w_i L_i + g^w_i = 0,   ω of the first country = 0

    ∂ log G_k / ∂ log(1 + t_ijs) = ρ_js π'_ijs − (1 + θ_s) B̄_ijs B_ijs = σ_s ψ_ijs B_ijs − Φ_js π'_ijs

with ψ = −B̄ and Φ = −ρ. The system is linear: one factorisation of the goods block and one of the price block serve
all governments. Without materials both blocks are explicit and nothing larger than N x N is solved.

Index order: `[importer, exporter, sector]`, governments first. Sources: Caliendo and Parro (2015) for the
equilibrium; the adjoint and the fixed-point rule are ours, checked against central differences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.games.stage import Position, Stage


@dataclass(frozen=True, eq=False)
class Derivatives:
    """Direct derivatives of the log payoffs of K governments with respect to outcomes, all else equal."""

    log_wage: Float[Array, "government country"]
    log_price: Float[Array, "government country sector"]
    output: Float[Array, "government country sector"]
    """Per unit of money of producers' revenue."""
    income: Float[Array, "government country"]
    """Per unit of money of income."""
    border_value: Float[Array, "government importer exporter sector"] | None = None
    """Per unit of money of border value; None where no payoff depends on single flows."""


@dataclass(frozen=True, eq=False)
class Multipliers:
    """Total effects on the log payoffs of K governments."""

    income: Float[Array, "government country"]
    """Ī."""
    output: Float[Array, "government country sector"]
    """y."""
    log_price: Float[Array, "government country sector"]
    """ρ."""
    border_value: Float[Array, "government importer exporter sector"] | None = None
    """g^B."""

    def import_price(self, government: int, importer: int) -> Float[Array, "exporter sector"]:
        """ψ: the price, in log payoff, of a unit of f.o.b. imports: what leaves less what it is worth abroad."""
        worth = self.income[government, importer] - self.output[government]
        if self.border_value is None:
            return worth
        return worth - self.border_value[government, importer]

    def weighted(self, weights: Float[Array, " government"]) -> Multipliers:
        """The multipliers of Σ_k weight_k log G_k, as those of a single government."""
        flows = None if self.border_value is None else np.tensordot(weights, self.border_value, 1)[None]
        income = (weights @ self.income)[None]
        output = np.tensordot(weights, self.output, 1)[None]
        return Multipliers(income, output, np.tensordot(weights, self.log_price, 1)[None], flows)


def multipliers(stage: Stage, position: Position, direct: Derivatives) -> Multipliers:
    """Solve the adjoint for all governments of `direct` (K of them) at an equilibrium."""
    governments, count = direct.income.shape
    # one column per government at ω = 0, then one per country for a unit of its ω
    columns = governments + count
    labour = np.zeros((columns, count))
    labour[governments + np.arange(count), np.arange(count)] = 1.0
    padded = Derivatives(
        _padded(direct.log_wage, count),
        _padded(direct.log_price, count),
        _padded(direct.output, count),
        _padded(direct.income, count),
        None if direct.border_value is None else _padded(direct.border_value, count),
    )
    income, output = _goods_block(stage, position, padded, labour)
    net, supplied = _flow_terms(stage, position, padded, income, output)
    log_price, wage_effect = _price_block(stage, position, padded, net, supplied)
    wages = position.wage_hat * stage.labour_income
    gap = wage_effect + (income - labour) * wages + padded.log_wage
    weights = _labour_multipliers(gap[:governments], gap[governments:], wages)
    return Multipliers(
        income[:governments] + weights @ income[governments:],
        output[:governments] + np.tensordot(weights, output[governments:], 1),
        log_price[:governments] + np.tensordot(weights, log_price[governments:], 1),
        direct.border_value,
    )


def log_gradient(
    stage: Stage, position: Position, found: Multipliers
) -> Float[Array, "government importer exporter sector"]:
    """∂ log G_k / ∂ log(1 + t_ijs) for every government and tariff."""
    value = found.output[:, None, :, :] - found.income[:, :, None, None]
    if found.border_value is not None:
        value = value + found.border_value
    sigma = 1.0 + stage.trade_elasticity
    return found.log_price[:, :, None, :] * position.share - sigma * value * position.border_value


def _padded(array: Array, rows: int) -> Array:
    return np.concatenate([array, np.zeros((rows, *array.shape[1:]))])


def _labour_multipliers(at_zero: Array, per_unit: Array, wages: Array) -> Float[Array, "government country"]:
    """ω that closes the wage equations, with ω of the first country 0 and the numeraire's ν in its place."""
    system = per_unit.T.copy()
    system[:, 0] = wages
    solved = np.linalg.solve(system, -at_zero.T).T
    solved[:, 0] = 0.0
    return solved


def _goods_block(
    stage: Stage, position: Position, direct: Derivatives, labour: Array
) -> tuple[Float[Array, "column country"], Float[Array, "column country sector"]]:
    """Ī and y for every column of right-hand sides."""
    basket = position.share * np.exp(-position.log_power)
    spent = 1.0 - basket.sum(axis=1)
    source = direct.output + labour[:, :, None] * stage.labour_share
    flows = 0.0 if direct.border_value is None else (direct.border_value * basket).sum(axis=2)
    if stage.material_share is None:
        return _goods_explicit(stage, basket, spent, source, direct.income, flows)
    count, sectors = stage.consumption_share.shape
    each = np.arange(count)
    # x = T x + right-hand side, with y and Ī put in
    system = np.einsum("jis,irs->jsir", basket, stage.material_share)
    system[each, :, each, :] += spent[:, :, None] * stage.consumption_share[:, None, :]
    known = spent * direct.income[:, :, None] + flows + np.einsum("jis,cis->cjs", basket, source)
    identity = np.eye(count * sectors)
    solved = np.linalg.solve(identity - system.reshape(identity.shape), known.reshape(len(known), -1).T)
    expenditure = solved.T.reshape(known.shape)
    income = direct.income + (stage.consumption_share * expenditure).sum(axis=2)
    return income, source + np.matmul(expenditure[:, :, None, :], stage.material_share)[:, :, 0, :]


def _goods_explicit(
    stage: Stage, basket: Array, spent: Array, source: Array, direct_income: Array, flows: Array | float
) -> tuple[Array, Array]:
    """The goods block without materials: N equations for Ī."""
    bought = stage.consumption_share[:, None, :] * basket
    system = -(bought * stage.profit_share).sum(axis=2)
    each = np.arange(len(system))
    system[each, each] += 1.0 - (stage.consumption_share * spent).sum(axis=1)
    count = len(system)
    known = direct_income + source.reshape(len(source), -1) @ bought.reshape(count, -1).T
    known = known + (stage.consumption_share * flows).sum(axis=-1)
    income = np.linalg.solve(system, known.T).T
    return income, source + stage.profit_share * income[:, :, None]


def _flow_terms(
    stage: Stage, position: Position, direct: Derivatives, income: Array, output: Array
) -> tuple[Array, Array]:
    """θ Σ_i B̄ B by importer and θ Σ_j B̄ B by exporter, for every column."""
    border, theta = position.border_value, stage.trade_elasticity
    # one matrix product per sector instead of an array of columns x N x N x S
    by_sector = border.transpose(2, 0, 1)
    worth = output.transpose(2, 1, 0)
    imported = np.matmul(by_sector, worth).transpose(2, 1, 0) - income[:, :, None] * border.sum(axis=1)
    supplied = output * border.sum(axis=0) - np.matmul(by_sector.transpose(0, 2, 1), income.T).transpose(2, 1, 0)
    if direct.border_value is not None:
        own = direct.border_value * border
        imported, supplied = imported + own.sum(axis=2), supplied + own.sum(axis=1)
    return theta * imported, theta * supplied


def _price_block(
    stage: Stage, position: Position, direct: Derivatives, imported: Array, supplied: Array
) -> tuple[Float[Array, "column country sector"], Float[Array, "column country"]]:
    """ρ, and Σ_s v χ, for every column."""
    known = direct.log_price + imported
    by_sector = position.share.transpose(2, 1, 0)
    if stage.material_share is None:
        log_price = known
    else:
        count, sectors = stage.consumption_share.shape
        material = stage.material_share
        known = known - np.matmul(material, supplied[..., None])[..., 0]
        system = np.einsum("jsr,njr->jsnr", material, position.share)
        identity = np.eye(count * sectors)
        solved = np.linalg.solve(identity - system.reshape(identity.shape), known.reshape(len(known), -1).T)
        log_price = solved.T.reshape(known.shape)
    log_cost = np.matmul(by_sector, log_price.transpose(2, 1, 0)).transpose(2, 1, 0) - supplied
    return log_price, (stage.wage_cost_share * log_cost).sum(axis=2)
