"""One pass of the equilibrium map under perfect competition, as pure array functions.

Unknowns: wage w_i (hat), unit cost c_is (hat), expenditure X_js (money). With the weights of the suppliers

    A_ijs = π_ijs (1−κ_ijs) [(1+t'_ijs)/(1+t_ijs) · (1+e_ijs) · d_ijs / (1+sub_is)]^(−θ_s)

the equations are
1. price index  P_js = (Σ_i A_ijs c_is^(−θ_s))^(−1/θ_s)
2. unit cost    log c_is = v_is log w_i + Σ_k m_iks log P_ik
3. shares       π'_ijs = A_ijs c_is^(−θ_s) P_js^(θ_s)
4. border value B_ijs = π'_ijs X_js / (1+t'_ijs), f.o.b., export tax included, duty excluded
5. revenue      Y_is = (1+sub_is) Σ_j B_ijs / (1+e_ijs)
6. income       I_j = w_j VA_j + D_j(w) + Σ_is t'_ijs B_ijs + Σ_ns e_jns B_jns/(1+e_jns) − Σ_ns sub_js B_jns/(1+e_jns)
7. goods        X_js = Σ_r m_jsr Y_jr + α_js I_j
8. trade        Σ_ns B_ins + D_i(w) = Σ_ns B_nis, the same as the labour market given 7
9. numeraire    Σ_i g_i w_i = 1

**Index order inside this module: `[sector, importer, exporter]` for what crosses a border, `[sector, country]` for the
rest.** One pass is three batched products of a matrix with a vector, one matrix per sector, and they run several
times faster on contiguous matrices. Everything public keeps `[importer, exporter, sector]`. Importers and exporters
may differ in number in the functions on prices and borders.

Sources: Caliendo and Parro (2015, Review of Economic Studies 82(1)), equations 10 to 14; Dekle, Eaton and Kortum
(2008, IMF Staff Papers 55(3)).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.equilibrium.closures import Deficits
from tradewar.equilibrium.levers import Levers, attraction_factor

WAGE_STEP = 0.3
"""Response of the log wage to excess labour demand as a share of value added."""
WAGE_STEP_LIMIT = 0.3
"""Largest change of a log wage in one pass."""
DENSE_CHANGE = 0.1
"""Share of changed tariffs above which whole arrays are computed rather than single cells."""
CELLS_IN_CACHE = 60_000
"""Numbers that a second-level cache holds with room to spare (half a megabyte)."""


@dataclass(frozen=True, eq=False)
class Economy:
    """The baseline as the kernels need it, computed once per world and closure."""

    share: Float[Array, "sector importer exporter"]
    """π."""
    share_before_duty: Float[Array, "sector importer exporter"]
    """π / (1 + t)."""
    value_added_share: Float[Array, "sector country"]
    """v."""
    material_share: Float[Array, "country supplying using"] | None
    """m, or None where no sector uses materials."""
    consumption_share: Float[Array, "sector country"]
    """α."""
    value_added: Float[Array, " country"]
    """VA, money."""
    deficits: Deficits
    """D after the change as a function of wages, money of the numeraire."""
    expenditure: Float[Array, "sector country"]
    """X of the baseline, money."""
    trade_elasticity: Float[Array, " sector"]
    """θ."""
    numeraire_weight: Float[Array, " country"]
    """g, sums to 1."""
    tariff_rate: Float[Array, "importer exporter sector"]
    """t of the baseline, in the public order."""
    inactive: Bool[Array, "sector exporter"] | None
    """Exporters that sell nothing; None where there are none."""
    absent: Bool[Array, "sector importer"] | None
    """Importers that buy nothing; None where there are none."""
    compiled: bool = False
    """Solve in machine code (`compiled`), which repays its loading where many solves follow."""


@dataclass(frozen=True, eq=False)
class Wedges:
    """What the levers make of the baseline: the matrices that one pass multiplies with."""

    attraction: Float[Array, "sector importer exporter"]
    """A."""
    before_duty: Float[Array, "sector importer exporter"]
    """A / (1 + t')."""
    before_duty_and_tax: Float[Array, "sector importer exporter"] | None = None
    """A / [(1 + t')(1 + e)]; None without export taxes."""
    subsidy: Float[Array, "sector exporter"] | None = None
    """sub; None without subsidies."""


class Borders(NamedTuple):
    """Trade of every country, money, `[sector, country]`."""

    imports: Array
    """Σ_i B, duty excluded."""
    sales: Array
    """Σ_j B, own sales included."""
    sales_net_of_tax: Array
    """Σ_j B / (1 + e)."""


class Levels(NamedTuple):
    """What a point implies, `[sector, country]`."""

    log_price: Array
    imports: Array
    """Σ_i B, duty excluded, money."""
    output: Array
    """Y, money."""
    pull: Array
    """b = (c / min c)^(−θ)."""
    spending: Array
    """X_js / Σ_i A_ijs b_is."""
    income: Array
    """I, `[country]`."""


class State(NamedTuple):
    """Everything at one point but single flows, `[sector, country]` where not said otherwise."""

    log_price: Array
    pull: Array
    """b = (c / min c)^(−θ)."""
    spending: Array
    """X_js / Σ_i A_ijs b_is."""
    trade: Borders
    log_cost: Array
    """Log c that wages and prices imply."""
    expenditure: Array
    """X that incomes and outputs imply, money."""
    output: Array
    """Y, money."""
    income: Array
    """I, money, `[country]`."""
    deficit: Array
    """D, money, `[country]`."""
    wage: Array
    """w, `[country]`."""

    @property
    def levels(self) -> Levels:
        """What is kept of a solution."""
        return Levels(self.log_price, self.trade.imports, self.output, self.pull, self.spending, self.income)

    @property
    def shortfall(self) -> Float[Array, " country"]:
        """Exports less imports plus the deficit, equation 8: what labour is paid beyond its wage bill, money."""
        return (self.trade.sales - self.trade.imports).sum(axis=0) + self.deficit


# ---------------------------------------------------------------- levers to matrices


def wedges(economy: Economy, levers: Levers) -> Wedges:
    """The matrices of one policy. Only cells whose tariff changes are computed anew where they are few."""
    if levers.tariffs_only:
        changed = levers.tariff_rate != economy.tariff_rate
        if np.count_nonzero(changed) <= DENSE_CHANGE * changed.size:
            return _few_tariffs(economy, levers.tariff_rate, changed)
    attraction = by_sector(attraction_factor(levers, economy.tariff_rate, economy.trade_elasticity))
    attraction *= economy.share
    before_duty = attraction / by_sector(1.0 + levers.tariff_rate)
    tax, subsidy = levers.export_tax, levers.output_subsidy
    return Wedges(
        attraction,
        before_duty,
        None if tax is None else before_duty / by_sector(1.0 + tax),
        None if subsidy is None else np.ascontiguousarray(subsidy.T),
    )


def by_sector(values: Float[Array, "importer exporter sector"]) -> Float[Array, "sector importer exporter"]:
    """A contiguous copy in the order of this module; with one sector, too, where a view would be contiguous."""
    importers, exporters, sectors = values.shape
    copy = np.empty((sectors, importers, exporters), dtype=values.dtype)
    # one importer at a time fits in the cache of a processor: three times as fast in large worlds
    for importer in range(importers):
        copy[:, importer] = values[importer].T
    return copy


def _few_tariffs(
    economy: Economy,
    tariff_rate: Float[Array, "importer exporter sector"],
    changed: Bool[Array, "importer exporter sector"],
) -> Wedges:
    cells = np.unravel_index(np.flatnonzero(changed), changed.shape)
    importer, exporter, sector = cells
    power = 1.0 + tariff_rate[cells]
    log_wedge = np.log(power / (1.0 + economy.tariff_rate[cells]))
    weight = economy.share[sector, importer, exporter] * np.exp(-economy.trade_elasticity[sector] * log_wedge)
    attraction, before_duty = economy.share.copy(), economy.share_before_duty.copy()
    attraction[sector, importer, exporter] = weight
    before_duty[sector, importer, exporter] = weight / power
    return Wedges(attraction, before_duty)


# ---------------------------------------------------------------- prices and borders (rectangular)


def price_index(
    attraction: Float[Array, "sector importer exporter"],
    log_cost: Float[Array, "sector exporter"],
    trade_elasticity: Float[Array, " sector"],
    inactive: Bool[Array, "sector exporter"] | None = None,
    absent: Bool[Array, "sector importer"] | None = None,
) -> tuple[Array, Array, Array]:
    """Equation 1.

    Returns:
        log P `[sector, importer]` (0 where absent); the suppliers' pull b = (c / min c)^(−θ) `[sector, exporter]`; and
        Σ_i A b `[sector, importer]` (1 where absent). The minimum is taken out because θ goes up to 65.
    """
    theta = trade_elasticity[:, None]
    active_cost = log_cost if inactive is None else np.where(inactive, np.inf, log_cost)
    lowest = active_cost.min(axis=1, keepdims=True)
    pull = np.exp(theta * (lowest - active_cost))
    if inactive is not None:
        # with θ < 0 an infinite cost would have an infinite pull
        pull[inactive] = 0.0
    total = np.matmul(attraction, pull[:, :, None])[:, :, 0]
    if absent is None:
        return lowest - np.log(total) / theta, pull, total
    total = np.where(absent, 1.0, total)
    return np.where(absent, 0.0, lowest - np.log(total) / theta), pull, total


def borders(
    policy: Wedges, pull: Float[Array, "sector exporter"], spending: Float[Array, "sector importer"]
) -> Borders:
    """Equation 4 summed over exporters and over importers; `spending` is X_js / Σ_i A_ijs b_is."""
    imports, sales = np.empty_like(spending), np.empty_like(pull)
    for some in _sectors_at_once(policy.before_duty):
        matrix = policy.before_duty[some]
        np.matmul(matrix, pull[some, :, None], out=imports[some, :, None])
        np.matmul(spending[some, None, :], matrix, out=sales[some, None, :])
    imports *= spending
    sales *= pull
    if policy.before_duty_and_tax is None:
        return Borders(imports, sales, sales)
    net = pull * np.matmul(spending[:, None, :], policy.before_duty_and_tax)[:, 0, :]
    return Borders(imports, sales, net)


def _sectors_at_once(matrices: Float[Array, "sector importer exporter"]) -> Iterator[slice]:
    """Sectors whose matrices fit in a cache together: the second product then does not read them from memory again."""
    count = max(1, CELLS_IN_CACHE // matrices[0].size)
    return (slice(first, first + count) for first in range(0, len(matrices), count))


# ---------------------------------------------------------------- one pass


def pack(log_wage: Array, log_cost: Array, expenditure: Array, value_added: Array) -> Float[Array, " unknown"]:
    """z = (log w, log c, X / VA), flat; log c and X are `[sector, country]`."""
    return np.concatenate([log_wage, log_cost.ravel(), (expenditure / value_added).ravel()])


def unpack(economy: Economy, point: Float[Array, " unknown"]) -> tuple[Array, Array, Array]:
    """log w `[country]`, log c and X (money) `[sector, country]` of z."""
    sectors, countries = economy.expenditure.shape
    size = sectors * countries
    log_cost = point[countries : countries + size].reshape(sectors, countries)
    expenditure = point[countries + size :].reshape(sectors, countries) * economy.value_added
    return point[:countries], log_cost, expenditure


def baseline_point(economy: Economy) -> Float[Array, " unknown"]:
    """z of the baseline."""
    zeros = np.zeros_like(economy.expenditure)
    return pack(np.zeros(len(economy.value_added)), zeros, economy.expenditure, economy.value_added)


def one_pass(economy: Economy, policy: Wedges, point: Float[Array, " unknown"]) -> tuple[Array, float]:
    """G(z) and the residual of the equations at z.

    The residual is the largest of |gap in log c|, |gap in X| / VA, |excess labour demand| / VA and |numeraire|.
    """
    log_wage, log_cost, expenditure = unpack(economy, point)
    state = state_at(economy, policy, log_wage, log_cost, expenditure)
    wage = state.wage
    excess = state.shortfall / economy.value_added
    # with the whole excess in place of the wage step, G(z) − z holds the gaps of all equations
    image = pack(log_wage + excess, state.log_cost, state.expenditure, economy.value_added)
    level = float(economy.numeraire_weight @ wage) - 1.0
    residual = max(float(np.abs(image - point).max()), abs(level))

    countries, sectors = len(log_wage), len(log_cost)
    change = np.minimum(np.maximum(WAGE_STEP * excess, -WAGE_STEP_LIMIT), WAGE_STEP_LIMIT)
    change -= np.log(economy.numeraire_weight @ (wage * np.exp(change)))
    image[:countries] = log_wage + change
    # the new wage enters costs in the same pass: a third fewer passes
    image[countries : countries * (1 + sectors)] += (economy.value_added_share * change).ravel()
    return image, residual


def unit_cost(economy: Economy, log_wage: Array, log_price: Array) -> Float[Array, "sector country"]:
    """Equation 2, in logs."""
    log_cost = economy.value_added_share * log_wage
    if economy.material_share is None:
        return log_cost
    by_country = np.ascontiguousarray(log_price.T)
    return log_cost + np.matmul(by_country[:, None, :], economy.material_share)[:, 0, :].T


def state_at(economy: Economy, policy: Wedges, log_wage: Array, log_cost: Array, expenditure: Array) -> State:
    """All equations at one point of wages, costs and expenditure."""
    log_price, pull, total = price_index(
        policy.attraction, log_cost, economy.trade_elasticity, economy.inactive, economy.absent
    )
    spending = expenditure / total
    trade = borders(policy, pull, spending)
    wage = np.exp(log_wage)
    deficit = economy.deficits.at(wage)
    implied, output, income = demand(economy, policy, wage * economy.value_added + deficit, expenditure, trade)
    new_log_cost = unit_cost(economy, log_wage, log_price)
    return State(log_price, pull, spending, trade, new_log_cost, implied, output, income, deficit, wage)


def demand(
    economy: Economy, policy: Wedges, earned: Array, expenditure: Array, trade: Borders
) -> tuple[Array, Array, Array]:
    """Equations 5 to 7: X implied `[sector, country]`, Y `[sector, country]` and I `[country]`, money.

    `earned` is w VA + D.
    """
    net = trade.sales_net_of_tax
    income = earned + (expenditure - trade.imports).sum(axis=0)
    output = net
    if policy.before_duty_and_tax is not None:
        income = income + (trade.sales - net).sum(axis=0)
    if policy.subsidy is not None:
        output = net * (1.0 + policy.subsidy)
        income = income - (policy.subsidy * net).sum(axis=0)
    implied = economy.consumption_share * income
    if economy.material_share is not None:
        by_country = np.ascontiguousarray(output.T)
        implied = implied + np.matmul(economy.material_share, by_country[:, :, None])[:, :, 0].T
    return implied, output, income


def levels(economy: Economy, policy: Wedges, point: Float[Array, " unknown"]) -> Levels:
    """Everything but single flows at a point."""
    return state_at(economy, policy, *unpack(economy, point)).levels


def own_sales(policy: Wedges, pull: Array, spending: Array) -> Float[Array, " country"]:
    """What every country sells to itself, money."""
    each = np.arange(spending.shape[1])
    return (policy.before_duty[:, each, each] * pull * spending).sum(axis=0)


def abroad(policy: Wedges, pull: Array, spending: Array) -> tuple[Array, Array]:
    """Exports and imports of every country, money, without own sales: exact where they are a small part of all."""
    each = np.arange(spending.shape[1])
    foreign = policy.before_duty.copy()
    foreign[:, each, each] = 0.0
    exports = pull * np.matmul(spending[:, None, :], foreign)[:, 0, :]
    return exports.sum(axis=0), (spending * np.matmul(foreign, pull[:, :, None])[:, :, 0]).sum(axis=0)


def trade_values(policy: Wedges, pull: Array, spending: Array) -> Float[Array, "importer exporter sector"]:
    """Equation 4, cell by cell, in the public order."""
    sectors, importers, exporters = policy.before_duty.shape
    value = np.empty((importers, exporters, sectors))
    # one importer at a time fits in the cache of a processor, where turning its axes is cheap
    for importer in range(importers):
        row = policy.before_duty[:, importer] * spending[:, importer, None]
        value[importer] = (row * pull).T
    return value
