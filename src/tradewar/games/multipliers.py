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

The first-order rule: the tariff that satisfies a government's first-order condition, given what things are worth.

    ∂ log G / ∂ log(1 + t_ijs) = σ_s ψ_ijs F_ijs − Φ_js π_ijs = 0   ⇔   1 + t_ijs = σ_s ψ_ijs X_js / Φ_js

with F = π X / (1 + t). An instrument that rules several cells satisfies the sum of their conditions:
1 + t = Σ σ ψ π X / Σ Φ π. The log step from t to the rule has the sign of the gradient, instrument by instrument,
wherever both sums are positive: it is a preconditioned ascent direction. Elsewhere the sign itself is the step.

ψ and the part of Φ that stems from outside the sector are held fixed while shares follow the tariffs for a few inner
rounds, which costs nothing: Φ_js = constant_js + θ_s Σ_i ψ_ijs F_ijs.

Index order: `[player as importer, exporter, sector]`. Sources: Ossa (2014) for the game; the rule is ours.
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
from tradewar.games.instruments import Instruments
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


INNER_ROUNDS = 3
SIGN_STEP = 0.7
"""Length of a log step where only the sign of the gradient is known."""
STEP_LIMIT = 3.0
"""Longest log step."""


@dataclass(frozen=True, eq=False)
class Worth:
    """What imports are worth to those who tax them, one row per player (P of them)."""

    import_price: Float[Array, "player exporter sector"]
    """ψ."""
    price_effect: Float[Array, "player sector"]
    """Φ."""


def own_worth(found: Multipliers, instruments: Instruments) -> Worth:
    """Each player by its own payoff: government k of `found` is row k of the players."""
    price = [found.of_importer(int(k))[row] for row, k in enumerate(instruments.players)]
    row = np.arange(len(instruments.players))
    return Worth(np.stack(price), found.price_effect[row, instruments.players])


def planners_worth(joint: Multipliers, instruments: Instruments) -> Worth:
    """All players by one weighted payoff (K = 1), as a planner would."""
    price = [joint.of_importer(int(k))[0] for k in instruments.players]
    return Worth(np.stack(price), joint.price_effect[0, instruments.players])


def gradient(
    instruments: Instruments, elasticity: Float[Array, " sector"], position: Position, worth: Worth
) -> Float[Array, " instrument"]:
    """∂ log G / ∂ log(1 + t) of each instrument, for the payoff that `worth` stands for."""
    players = instruments.players
    sigma = 1.0 + elasticity
    cells = sigma * worth.import_price * position.border_value[players]
    cells = cells - worth.price_effect[:, None, :] * position.share[players]
    return instruments.total(_cells(instruments, cells))


def projected(
    instruments: Instruments, level: Float[Array, " instrument"], slope: Float[Array, " instrument"]
) -> Float[Array, " instrument"]:
    """The gradient without the parts that only a bound holds back."""
    held = ((level <= instruments.lower) & (slope < 0)) | ((level >= instruments.upper) & (slope > 0))
    return np.where(held, 0.0, slope)


def rule(
    instruments: Instruments,
    elasticity: Float[Array, " sector"],
    position: Position,
    worth: Worth,
    level: Float[Array, " instrument"],
) -> Float[Array, " instrument"]:
    """The first-order rule at a position, as log(1 + t) of every instrument, within bounds and the step limit."""
    players, sigma = instruments.players, 1.0 + elasticity
    spending = position.expenditure[players]
    log_power = position.log_power[players]
    share = position.share[players]
    worth_of_sales = worth.import_price * spending[:, None, :]
    # Φ = constant + θ Σ ψ F, and a = π τ^θ are what the inner rounds keep
    sales = worth_of_sales * share * np.exp(-log_power)
    constant = worth.price_effect - elasticity * sales.sum(axis=1)
    appeal = share * np.exp(elasticity * log_power)
    effect, target = worth.price_effect, level
    for last in range(INNER_ROUNDS + 1):
        value = instruments.total(_cells(instruments, sigma * worth_of_sales * share))
        cost = instruments.total(_cells(instruments, effect[:, None, :] * share))
        target = _bounded(instruments, _target(value, cost, target), level)
        if last == INNER_ROUNDS:
            break
        log_power = _placed(instruments, target, log_power)
        weight = appeal * np.exp(-elasticity * log_power)
        total = weight.sum(axis=1, keepdims=True)
        share = weight / np.where(total > 0, total, 1.0)
        effect = constant + elasticity * (worth_of_sales * share * np.exp(-log_power)).sum(axis=1)
    return target


def _target(value: Array, cost: Array, level: Array) -> Array:
    """log(value / cost), or a step by the sign of the gradient where a log does not exist."""
    known = (value > 0) & (cost > 0)
    ratio = np.log(np.where(known, value, 1.0)) - np.log(np.where(known, cost, 1.0))
    slope = value * np.exp(-level) - cost
    return np.where(known, ratio, level + SIGN_STEP * np.sign(slope))


def _bounded(instruments: Instruments, target: Array, level: Array) -> Array:
    near = np.clip(target, level - STEP_LIMIT, level + STEP_LIMIT)
    return np.clip(near, instruments.lower, instruments.upper)


def _cells(instruments: Instruments, rows: Array) -> Array:
    """Values of the players' rows at the cells of the instruments."""
    return rows[instruments.owner[instruments.instrument], instruments.exporter, instruments.sector]


def _placed(instruments: Instruments, level: Array, rows: Array) -> Array:
    placed = rows.copy()
    owner = instruments.owner[instruments.instrument]
    placed[owner, instruments.exporter, instruments.sector] = level[instruments.instrument]
    return placed
