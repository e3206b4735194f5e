"""The adjoint under perfect competition: the transposed map of `kernels.one_pass`, with the same Anderson driver.

Reverse mode through one pass, in this order (x_js: worth of one more unit of expenditure; χ_is of log c; ρ_js of log P;
y_is of producer revenue; Ī_j of income; ζ_i of the wage step):

    η_i = λ_i + Σ_s v_is χ_is,   ζ_i = η_i − g_i w_i Σ η / Σ g w,   τ_i = 0.3 ζ_i / VA_i
    Ī_j = Σ_s α_js x_js + ∂G/∂I_j,   y_is = Σ_r m_irs x_ir + ∂G/∂Y_is
    B̄_ijs = [(1+sub_is)(y_is − Ī_i)]/(1+e_ijs) + Ī_i + τ_i − (Ī_j + ∂G/∂TR_j + τ_j) + ∂G/∂B_ijs
    x_js ← Ī_j + ∂G/∂TR_j + Σ_i B̄_ijs π'_ijs/(1+t'_ijs) + ∂G/∂X_js
    ρ_js = θ_s Σ_i B̄_ijs B_ijs + Σ_r m_jsr χ_jr + ∂G/∂log P_js
    χ_is ← −θ_s Σ_j B̄_ijs B_ijs + Σ_j π'_ijs ρ_js
    λ_i ← ζ_i + Ī_i w_i VA_i + Σ_j (Ī_j + τ_j) ∂D_j/∂log w_i + ∂G/∂log w_i

Its spectrum is that of the forward map, so it takes as many passes, all objectives in one iteration; a few, where the
economy asks for machine code, one after the other. ψ = −B̄ and Φ = −ρ. The unknowns are scaled to be
worth "per unit of money": χ_is over Y_is, λ_i over w_i VA_i.

Index order inside this module: `[sector, importer, exporter]`, and `[sector, country, objective]` for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.anderson import FixedPoint, accelerate
from tradewar.equilibrium.kernels import WAGE_STEP, Economy, by_sector
from tradewar.equilibrium.objectives import Multipliers, Seeds
from tradewar.equilibrium.solution import Solution
from tradewar.errors import NoSolutionError

PASS_LIMIT = 1000
FEW = 5
"""More objectives than this are quicker together in NumPy, where they share every product with a matrix."""


@dataclass(frozen=True, eq=False)
class _Point:
    """A solution as matrices for the transposed products."""

    share: Float[Array, "sector importer exporter"]
    """π'."""
    before_duty: Float[Array, "sector importer exporter"]
    """π'/(1+t')."""
    net: Float[Array, "sector importer exporter"] | None
    """π'/[(1+t')(1+e)]; None without export taxes."""
    expenditure: Array
    """X, `[sector, importer, 1]`."""
    passed_on: Array
    """Σ_i π'/(1+t'), `[sector, importer, 1]`."""
    sold: Array
    """Σ_j B, `[sector, exporter, 1]`."""
    sold_net: Array
    """Σ_j B/(1+e), `[sector, exporter, 1]`."""
    subsidy_power: Array
    """1 + sub, `[sector, exporter, 1]`."""
    wage: Float[Array, " country"]
    """w."""
    wage_bill: Float[Array, " country"]
    """w VA."""
    numeraire: Float[Array, " country"]
    """g w / Σ g w."""
    output_scale: Array
    """Y, 1 where there is none, `[sector, country, 1]`."""


@dataclass(frozen=True, eq=False)
class _Derivatives:
    """The seeds in the order of this module, objectives last, those per unit of money times the scale."""

    wage: Array
    price: Array
    income: Array
    tariff_revenue: Array
    gross_output: Array
    expenditure: Array
    at_buyer: Array
    """Σ_i ∂G/∂B_ijs π'_ijs/(1+t'_ijs), `[sector, importer, objective]`."""
    at_seller: Array
    """Σ_j ∂G/∂B_ijs B_ijs, `[sector, exporter, objective]`."""


@dataclass(frozen=True, eq=False)
class _Values:
    """Reverse-mode values of one pass."""

    buyer: Array
    net_seller: Array
    seller: Array
    price: Array
    expenditure: Array
    cost: Array
    wage: Array


def multipliers(
    economy: Economy, solution: Solution, seeds: Seeds, tolerance: float = 1e-10, start: Multipliers | None = None
) -> Multipliers:
    """The multipliers of K objectives at a solution, all in one iteration.

    Args:
        economy: the baseline.
        solution: where to differentiate.
        seeds: derivatives of the objectives.
        tolerance: largest change of a multiplier per pass, relative to the largest derivative of its objective.
        start: multipliers of the same objectives at a solution nearby.

    Raises:
        NoSolutionError: if the iteration does not converge.
    """
    point = _point(economy, solution)
    scale = seeds.money_scale()
    derivatives = _derivatives(economy, point, seeds, scale)
    sectors, countries = economy.expenditure.shape
    first = np.zeros((seeds.count, (2 * sectors + 1) * countries))
    if start is not None and start.iterate is not None and start.iterate.shape == first.shape:
        first = start.iterate
    iteration = _compiled if economy.compiled and seeds.count <= FEW else _together
    found = iteration(economy, point, derivatives, first, tolerance)
    if not found.converged:
        worst = float(found.residual.max())
        raise NoSolutionError(f"The gradient did not converge: residual {worst:.3g} after {found.passes} passes.")
    values = _transposed(economy, point, derivatives, *_split(found.point, economy.expenditure.shape))
    return replace(_multipliers(values, solution, seeds, scale), iterate=found.point)


def _split(flat: Array, shape: tuple[int, ...]) -> tuple[Array, Array, Array]:
    """Scaled values of wages `[country, objective]`, costs and expenditure `[sector, country, objective]`."""
    sectors, countries = shape
    parts = flat.reshape(len(flat), 2 * sectors + 1, countries).transpose(1, 2, 0)
    return parts[0], parts[1 : sectors + 1], parts[sectors + 1 :]


def _together(economy: Economy, point: _Point, derivatives: _Derivatives, first: Array, tolerance: float) -> FixedPoint:
    """All objectives in one iteration."""

    def step(flat: Array) -> tuple[Array, Array]:
        values = _transposed(economy, point, derivatives, *_split(flat, economy.expenditure.shape))
        new = np.concatenate([values.wage[None], values.cost, values.expenditure]).transpose(2, 0, 1)
        image = np.ascontiguousarray(new).reshape(len(flat), -1)
        return image, np.abs(image - flat).max(axis=1)

    with np.errstate(all="ignore"):
        return accelerate(step, first, tolerance=tolerance, limit=PASS_LIMIT)


def _compiled(economy: Economy, point: _Point, derivatives: _Derivatives, first: Array, tolerance: float) -> FixedPoint:
    """One objective after the other, in machine code."""
    from tradewar.equilibrium.compiled import accelerate_transposed, transposed_of, wage_deficits

    matrices = (point.share, point.before_duty, point.net)
    columns = (
        point.expenditure, point.passed_on, point.sold, point.sold_net, point.subsidy_power, point.output_scale,
    )  # fmt: skip
    seeds = (
        derivatives.wage, derivatives.price, derivatives.income, derivatives.tariff_revenue, derivatives.gross_output,
        derivatives.expenditure, derivatives.at_buyer, derivatives.at_seller,
    )  # fmt: skip
    own, spread = wage_deficits(economy)
    common = transposed_of(
        *matrices, *(column[:, :, 0] for column in columns), point.wage_bill, point.numeraire,
        own * point.wage if len(own) else own, spread,
        economy.value_added_share, economy.material_share, economy.consumption_share, economy.value_added,
        economy.trade_elasticity, *(seed[..., 0] for seed in seeds),
    )  # fmt: skip
    found = [
        accelerate_transposed(
            common.with_seeds(*(seed[..., k] for seed in seeds)), start[None], tolerance=tolerance, limit=PASS_LIMIT
        )
        for k, start in enumerate(first)
    ]
    return FixedPoint(
        point=np.concatenate([one.point for one in found]),
        residual=np.concatenate([one.residual for one in found]),
        passes=max(one.passes for one in found),
        converged=all(one.converged for one in found),
    )


def _point(economy: Economy, solution: Solution) -> _Point:
    before_duty = by_sector(solution.trade_value)
    sold = before_duty.sum(axis=1)[:, :, None]
    spent = np.ascontiguousarray(solution.expenditure.T)[:, :, None]
    before_duty *= np.divide(1.0, spent, out=np.zeros_like(spent), where=spent > 0)
    levers = solution.levers
    tax, subsidy = levers.export_tax, levers.output_subsidy
    share = by_sector(1.0 + levers.tariff_rate)
    share *= before_duty
    weighted = economy.numeraire_weight * solution.wage_hat
    output = np.ascontiguousarray(solution.gross_output.T)[:, :, None]
    net = None if tax is None else before_duty / by_sector(1.0 + tax)
    return _Point(
        share=share,
        before_duty=before_duty,
        net=net,
        expenditure=spent,
        passed_on=before_duty.sum(axis=2)[:, :, None],
        sold=sold,
        sold_net=sold if net is None else np.matmul(net.transpose(0, 2, 1), spent),
        subsidy_power=np.ones_like(output) if subsidy is None else 1.0 + subsidy.T[:, :, None],
        wage=solution.wage_hat,
        wage_bill=solution.wage_hat * economy.value_added,
        numeraire=weighted / weighted.sum(),
        output_scale=np.where(output > 0, output, 1.0),
    )


def _derivatives(economy: Economy, point: _Point, seeds: Seeds, scale: Array) -> _Derivatives:
    sectors, countries = economy.expenditure.shape

    def by_sector(name: str) -> Array:
        return seeds.dense(name, (countries, sectors)).transpose(2, 1, 0) * scale

    def by_country(name: str) -> Array:
        return seeds.dense(name, (countries,)).T * scale

    at_buyer = np.zeros((sectors, countries, seeds.count))
    at_seller = at_buyer
    if seeds.trade_value is not None:
        border = seeds.trade_value * scale[:, None, None, None]
        at_buyer = np.einsum("kjis,sji->sjk", border, point.before_duty)
        at_seller = np.einsum("kjis,sji->sik", border, point.before_duty * point.expenditure)
    return _Derivatives(
        by_country("wage"),
        by_sector("price"),
        by_country("income"),
        by_country("tariff_revenue"),
        by_sector("gross_output"),
        by_sector("expenditure"),
        at_buyer,
        at_seller,
    )


def _transposed(
    economy: Economy, point: _Point, seeds: _Derivatives, wage: Array, cost: Array, worth: Array
) -> _Values:
    """One transposed pass at scaled wage `[country, objective]`, cost and expenditure values."""
    theta = economy.trade_elasticity[:, None, None]
    bill = point.wage_bill[:, None]
    cost = cost * point.output_scale
    pressure = wage * bill + (economy.value_added_share[:, :, None] * cost).sum(axis=0)
    pressure = pressure - point.numeraire[:, None] * pressure.sum(axis=0)
    trade = WAGE_STEP * pressure / economy.value_added[:, None]
    income = seeds.income + (economy.consumption_share[:, :, None] * worth).sum(axis=0)
    output = seeds.gross_output
    if economy.material_share is not None:
        by_country = np.ascontiguousarray(worth.transpose(1, 2, 0))
        output = output + np.matmul(by_country, economy.material_share).transpose(2, 0, 1)
    net_seller = point.subsidy_power * (output - income)
    seller = income + trade
    buyer = income + seeds.tariff_revenue + trade
    if point.net is None:
        gain = np.matmul(point.before_duty, net_seller + seller)
    else:
        gain = np.matmul(point.net, net_seller)
        gain += np.matmul(point.before_duty, np.broadcast_to(seller, worth.shape))
    gain = gain - point.passed_on * buyer + seeds.at_buyer
    price = seeds.price + theta * point.expenditure * gain
    if economy.material_share is not None:
        by_country = np.ascontiguousarray(cost.transpose(1, 0, 2))
        price = price + np.matmul(economy.material_share, by_country).transpose(1, 0, 2)
    paid = _over_importers(point.before_duty, point.expenditure * buyer)
    effect = net_seller * point.sold_net + seller * point.sold - paid + seeds.at_seller
    new_cost = _over_importers(point.share, price) - theta * effect
    deficits = economy.deficits
    by_deficit = 0.0 if deficits.own is None else deficits.by_log_wage(point.wage, seller.T).T / bill
    return _Values(
        buyer=buyer,
        net_seller=net_seller,
        seller=seller,
        price=price,
        expenditure=seeds.expenditure + income + seeds.tariff_revenue + gain,
        cost=new_cost / point.output_scale,
        wage=seeds.wage / bill + pressure / bill + income + by_deficit,
    )


def _over_importers(matrix: Array, values: Array) -> Array:
    """Σ_j matrix_sji values_sjk, `[sector, exporter, objective]`; rows times matrices, which are contiguous."""
    rows = np.ascontiguousarray(values.transpose(0, 2, 1))
    return np.matmul(rows, matrix).transpose(0, 2, 1)


def _multipliers(values: _Values, solution: Solution, seeds: Seeds, scale: Array) -> Multipliers:
    net = values.net_seller.transpose(2, 1, 0)[:, None]
    rest = values.seller.T[:, None, :, None]
    tax = solution.levers.export_tax
    seller = (net if tax is None else net / (1.0 + tax)) + rest
    if seeds.trade_value is not None:
        seller = seller + seeds.trade_value * scale[:, None, None, None]
    per_money = scale[:, None]
    return Multipliers(
        buyer_value=values.buyer.T / per_money,
        seller_value=seller / per_money[:, None, :, None],
        price_effect=-values.price.transpose(2, 1, 0) / per_money[:, :, None],
    )
