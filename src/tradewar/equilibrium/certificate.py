"""The certificate: every equation of the model recomputed from the arrays of a solution, and every sign.

Straightforward code in the public index order `[importer, exporter, sector]` that shares nothing with the solvers. It
does not ask how a solution was found, so it also judges arrays that came from elsewhere. What has a value for every
cell is computed for a few importers at a time.

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

Money is divided by the country's value added before, value added now or income, whichever is least: a country that has
nearly nothing left is judged by what it has, and its trade balance, where it hardly trades, by 100 times its trade.

Arrays may solve all of this and mean nothing. `admissible` says that wages, costs, prices and incomes are positive, and
that final use, expenditure, output and flows are not negative (by more than rounding, `ROUNDING` of value added).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy import ndarray as Array

from tradewar.io.serialize import Document

if TYPE_CHECKING:
    from tradewar.equilibrium.levers import Levers
    from tradewar.equilibrium.prepared import Prepared
    from tradewar.equilibrium.solution import Solution
    from tradewar.world.model import World

SLACK = 10.0
"""Residuals may exceed the solver's tolerance by this factor: it stops on a norm over fewer equations."""
CELLS_AT_ONCE = 2**15
"""How many cells are computed together: a quarter of a megabyte an array stays in the cache of a processor."""
ROUNDING = 1e-12
"""Money above minus this share of value added counts as not negative."""
POSITIVE = 4
"""How many of the first quantities in `_signs` must be positive; the others may be 0."""
CLOSED = 100.0
"""Trade below one part in so many of value added is the money in which the trade balance is judged."""
LARGEST_EXPONENT = 200.0
"""Up to this exponent a power is split in two factors: shares that the first one rounds to 0 are below e^−500."""


@dataclass(frozen=True)
class Certificate(
    Document,
    told=(
        "converged admissible max_residual residuals signs=told_signs wrong_sign=told_wrong_sign warnings iterations "
        "seconds tolerance method worst"
    ),
    without="worst_equation worst_place",
):
    """The largest residual of every equation, and what was asked for."""

    residuals: Mapping[str, float]
    """By equation; relative, see the table above."""
    worst_equation: str
    worst_place: str
    """Labels of the cell with the largest residual, such as `importer CHN, sector AGR`."""
    signs: Mapping[str, float]
    """The least of each quantity that has a sign; money over value added."""
    wrong_sign: str
    """The first that is negative and its cell, such as `income of country CHN`; empty where none is."""
    tolerance: float
    iterations: int
    seconds: float
    method: str
    warnings: tuple[str, ...] = ()
    """What to know about an equilibrium that need not be the only one, as sentences."""

    @property
    def max_residual(self) -> float:
        """Largest of all residuals."""
        return self.residuals[self.worst_equation]

    @property
    def converged(self) -> bool:
        """True if no residual exceeds ten times the tolerance (and all are numbers)."""
        return bool(self.max_residual <= SLACK * self.tolerance)

    @property
    def admissible(self) -> bool:
        """True if every quantity has the sign that makes it one."""
        return not self.wrong_sign

    @property
    def holds(self) -> bool:
        """True if it is an equilibrium: the equations hold, and so do the signs."""
        return self.converged and self.admissible

    def explain(self) -> str:
        """One sentence: the worst equation, where, and how far off it is."""
        verdict = "holds" if self.converged else "fails"
        limit = SLACK * self.tolerance
        return (
            f"{self.worst_equation} {verdict} worst at {self.worst_place}: residual {self.max_residual:.3g}, "
            f"limit {limit:.3g}, after {self.iterations} iterations ({self.method})"
        )

    @property
    def told_signs(self) -> Mapping[str, float] | None:
        """`signs`; None where one is wrong, since no figure of what is no equilibrium is told."""
        return self.signs if self.admissible else None

    @property
    def told_wrong_sign(self) -> str | None:
        """`wrong_sign`; None where none is."""
        return self.wrong_sign or None

    @property
    def worst(self) -> str:
        """The equation with the largest residual, and where."""
        return f"{self.worst_equation} at {self.worst_place}"

    @property
    def untimed(self) -> Untimed:
        """For what is to be the same in equal runs."""
        return Untimed(self)


@dataclass(frozen=True)
class Untimed(Document, told="certificate.*", without="seconds"):
    """A certificate told without its seconds."""

    certificate: Certificate


@dataclass(frozen=True)
class _Gap:
    """The largest residual of one equation, with the names of its axes and its place on them."""

    equation: str
    axes: tuple[str, ...]
    size: float
    cell: tuple[int, ...]


class _Borders(NamedTuple):
    """What is recomputed for every cell, summed over exporters, `[importer, sector]` where not said otherwise."""

    share_sum: Array
    """Σ_i A_ijs (c_is / P_js)^(−θ), which the price equation makes 1; 1 where nothing is bought."""
    spent: Array
    """Σ_i (1+t') B."""
    duties: Array
    """Σ_is t' B, `[importer]`."""
    gap: _Gap
    """Of the border values."""


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
    factors = _factors(prepared, solution)
    money = _current_money(prepared, solution, factors)
    borders = _borders(prepared, solution, money)
    gaps = [*_price_gaps(prepared, solution, borders), *_money_gaps(prepared, solution, borders, money, factors)]
    residuals = {gap.equation: gap.size for gap in gaps}
    worst = max(gaps, key=lambda gap: gap.size)
    equation, place = worst.equation, _place(prepared.baseline, worst)
    for name, (size, where) in (further or {}).items():
        residuals[name] = size if np.isfinite(size) else float("inf")
        if residuals[name] > residuals[equation]:
            equation, place = name, where
    signs, wrong = _signs(prepared, solution)
    return Certificate(residuals, equation, place, signs, wrong, tolerance, solution.passes, seconds, solution.method)


def _gap(equation: str, axes: tuple[str, ...], value: Array, first_importer: int = 0) -> _Gap:
    """The largest of the residuals `value`, whose first row is that of `first_importer`."""
    size = np.abs(value)
    # a residual that is not a number is the worst of all: it is where argmax stops
    cell = [int(k) for k in np.unravel_index(int(size.argmax()), size.shape)]
    largest = float(size[tuple(cell)])
    if cell:
        cell[0] += first_importer
    return _Gap(equation, axes, largest if np.isfinite(largest) else np.inf, tuple(cell))


def _place(world: World, gap: _Gap) -> str:
    labels = {"sector": world.sectors}
    named = [f"{axis} {labels.get(axis, world.countries)[k]}" for axis, k in zip(gap.axes, gap.cell, strict=True)]
    return ", ".join(named) or "the world"


# ---------------------------------------------------------------- equations


def _current_money(prepared: Prepared, solution: Solution, factors: _Factors) -> Array:
    """What a country's residuals are divided by, `[country]`."""
    before = prepared.baseline.value_added
    now = np.minimum(solution.wage_hat * factors.income + factors.profits, solution.income)
    return np.where(now > 0, np.minimum(now, before), before)


def _borders(prepared: Prepared, solution: Solution, money: Array) -> _Borders:
    world = prepared.baseline
    share_sum, spent, duties = np.empty(world.expenditure.shape), np.empty(world.expenditure.shape), []
    cost_power = _cost_power(world, solution)
    gaps: list[_Gap] = []
    for rows in _blocks(world):
        share = cost_power(rows)
        share *= world.expenditure_share[rows]
        _apply_levers(share, world, solution.levers, rows)
        share_sum[rows] = np.where(world.expenditure[rows] > 0, share.sum(axis=1), 1.0)
        value, rate = solution.trade_value[rows], solution.levers.tariff_rate[rows]
        power = 1.0 + rate
        spent[rows] = (power * value).sum(axis=1)
        duties.append((rate * value).sum(axis=(1, 2)))
        share *= (solution.expenditure[rows] / share_sum[rows])[:, None, :]
        share /= power
        gap = np.subtract(value, share, out=share)
        gap /= money[rows, None, None]
        gaps.append(_gap("border values", ("importer", "exporter", "sector"), gap, rows.start))
    return _Borders(share_sum, spent, np.concatenate(duties), max(gaps, key=lambda gap: gap.size))


def _blocks(world: World) -> Iterator[slice]:
    """Importers, as many at a time as have `CELLS_AT_ONCE` cells."""
    count = max(1, CELLS_AT_ONCE // (world.n_countries * world.n_sectors))
    return (slice(first, first + count) for first in range(0, world.n_countries, count))


def _cost_power(world: World, solution: Solution) -> Callable[[slice], Array]:
    """(c_is / P_js)^(−θ_s) of some importers j, `[importer, exporter, sector]`, as a function of which.

    Relative to the price found: weighted, it sums to 1 by the price equation, and no power overflows.
    """
    theta = world.trade_elasticity
    log_cost, log_price = np.log(solution.unit_cost_hat), np.log(solution.price_hat)
    lowest = log_cost.min(axis=0)
    reach = theta * (log_price - lowest)
    if np.abs(reach).max() <= LARGEST_EXPONENT:
        # two powers about the lowest cost of each sector in place of one for every cell
        of_supplier, of_importer = np.exp(theta * (lowest - log_cost)), np.exp(reach)[:, None, :]
        return lambda rows: of_supplier * of_importer[rows]
    return lambda rows: np.exp(theta * (log_price[rows, None, :] - log_cost))


def _apply_levers(share: Array, world: World, levers: Levers, rows: slice) -> None:
    """Multiply the shares of some importers by (1−κ) [(1+t')/(1+t) · (1+e) · d / (1+sub)]^(−θ)."""
    new, old = levers.tariff_rate[rows], world.tariff_rate[rows]
    if levers.tariffs_only and np.array_equal(new, old):
        return
    log_wedge = np.log((1.0 + new) / (1.0 + old))
    if levers.export_tax is not None:
        log_wedge += np.log(1.0 + levers.export_tax[rows])
    if levers.iceberg_hat is not None:
        log_wedge += np.log(levers.iceberg_hat[rows])
    if levers.output_subsidy is not None:
        log_wedge -= np.log(1.0 + levers.output_subsidy)
    log_wedge *= -world.trade_elasticity
    share *= np.exp(log_wedge, out=log_wedge)
    if levers.banned_share is not None:
        share *= 1.0 - levers.banned_share[rows]


def _price_gaps(prepared: Prepared, solution: Solution, borders: _Borders) -> list[_Gap]:
    world = prepared.baseline
    log_cost, log_price = np.log(solution.unit_cost_hat), np.log(solution.price_hat)
    price_gap = np.where(world.expenditure > 0, np.log(borders.share_sum) / world.trade_elasticity, log_price)
    if prepared.market == "monopolistic":
        cost = np.log(solution.wage_hat)[:, None] * np.ones_like(log_cost)
    else:
        cost = world.value_added_share * np.log(solution.wage_hat)[:, None]
        cost = cost + np.einsum("jkr,jk->jr", world.material_share, log_price)
    spends = np.abs(solution.expenditure) > 0
    sums = np.divide(borders.spent, solution.expenditure, out=np.ones_like(borders.spent), where=spends)
    return [
        _gap("prices", ("importer", "sector"), price_gap),
        _gap("unit costs", ("country", "sector"), log_cost - cost),
        borders.gap,
        _gap("expenditure shares", ("importer", "sector"), sums - 1.0),
    ]


def _money_gaps(
    prepared: Prepared, solution: Solution, borders: _Borders, money: Array, factors: _Factors
) -> list[_Gap]:
    world, levers, value = prepared.baseline, solution.levers, solution.trade_value
    subsidy = np.zeros_like(solution.gross_output) if levers.output_subsidy is None else levers.output_subsidy
    net = value if levers.export_tax is None else value / (1.0 + levers.export_tax)
    sales = net.sum(axis=0)
    revenue = (1.0 + subsidy) * sales
    rents = -(subsidy * sales).sum(axis=1)
    if levers.export_tax is not None:
        rents = rents + (levers.export_tax * net).sum(axis=(0, 2))
    bilateral = value.sum(axis=2)
    # own sales would swallow the digits of a balance of hardly any trade
    np.fill_diagonal(bilateral, 0.0)
    imports, exports = bilateral.sum(axis=1), bilateral.sum(axis=0)
    balance = imports - exports - solution.trade_deficit
    paid = solution.wage_hat * factors.income
    income = paid + factors.profits + solution.tariff_revenue + solution.trade_deficit + rents
    final = world.consumption_share * solution.income[:, None]
    materials = np.einsum("jsr,jr->js", world.material_share, solution.gross_output)
    traded = CLOSED * (imports + exports + np.abs(solution.trade_deficit))
    weight = prepared.closure.numeraire_weight(world, factors.income)
    return [
        _gap("producer revenue", ("country", "sector"), (solution.gross_output - revenue) / money[:, None]),
        _gap("tariff revenue", ("country",), (solution.tariff_revenue - borders.duties) / money),
        _gap("income", ("country",), (solution.income - income) / money),
        _gap("goods market", ("country", "sector"), (solution.expenditure - materials - final) / money[:, None]),
        _gap("labour market", ("country",), (factors.payments - paid) / money),
        _gap("trade balance", ("country",), balance / np.where(traded > 0, np.minimum(money, traded), money)),
        _gap("trade deficits", ("country",), (solution.trade_deficit - _promised(prepared, solution)) / money),
        _gap("numeraire", (), np.asarray(weight @ solution.wage_hat - 1.0)),
    ]


def _promised(prepared: Prepared, solution: Solution) -> Array:
    """D of the closure."""
    world, rule = prepared.baseline, prepared.closure.rule
    if rule == "balanced":
        return np.zeros(world.n_countries)
    if rule != "own-gdp":
        return world.trade_deficit
    share = world.trade_deficit / world.value_added
    lent = share * solution.wage_hat * world.value_added
    return lent - lent.sum() * world.value_added / world.value_added.sum()


class _Factors(NamedTuple):
    """Factor income of the baseline, factor payments after the change, and profits, `[country]`."""

    income: Array
    payments: Array
    profits: Array


def _factors(prepared: Prepared, solution: Solution) -> _Factors:
    world = prepared.baseline
    if prepared.market == "monopolistic":
        labour_share = 1.0 - 1.0 / world.substitution_elasticity
        payments = solution.gross_output @ labour_share
        return _Factors(world.gross_output @ labour_share, payments, solution.gross_output.sum(axis=1) - payments)
    payments = (world.value_added_share * solution.gross_output).sum(axis=1)
    return _Factors(world.value_added, payments, np.zeros_like(payments))


# ---------------------------------------------------------------- signs


def _signs(prepared: Prepared, solution: Solution) -> tuple[dict[str, float], str]:
    """The least of each quantity, and which cell of the first wrong one is wrong."""
    world = prepared.baseline
    country, pair = ("country",), ("country", "sector")
    money, income = world.value_added[:, None], solution.income / world.value_added
    quantities = {
        "wage": (country, solution.wage_hat),
        "unit cost": (pair, solution.unit_cost_hat),
        "price": (pair, solution.price_hat),
        "income": (country, income),
        "final use": (pair, world.consumption_share * income[:, None]),
        "expenditure": (pair, solution.expenditure / money),
        "output": (pair, solution.gross_output / money),
        "flow": (("importer",), solution.trade_value.min(axis=(1, 2)) / world.value_added),
    }
    least, wrong = dict[str, float](), ""
    for number, (name, (axes, value)) in enumerate(quantities.items()):
        least[name] = float(value.min())
        right = 0.0 < least[name] < np.inf if number < POSITIVE else least[name] >= -ROUNDING
        if not (right or wrong):
            cell = np.unravel_index(int(value.argmin()), value.shape)
            wrong = f"{name} of {_place(world, _Gap(name, axes, least[name], tuple(int(k) for k in cell)))}"
    return least, wrong
