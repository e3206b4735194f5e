"""The competitive equilibrium, and the adjoint of one objective, as one compiled loop each.

In a world of moderate size the arrays of one pass are so small that calling NumPy costs more than computing. Here the
whole iteration is machine code (`machine_code`): the same maps, the same acceleration with the same rules for stopping
and starting anew, hence the same solution to the tolerance. It runs without the interpreter's lock, so that threads
solve problems side by side, and in a fixed order of operations on one thread, so that a problem has one result, bit for
bit, whatever runs beside it.

Loading costs about half a second, compiling some seconds; what is compiled is kept on disk (`kept_code`).
So it is for many solves: `prepare(..., compiled=True)`.
`python -m tradewar.equilibrium.compile` compiles everything once.

**Index order: `[sector, importer, exporter]` and `[sector, country]`, as in `kernels`.**
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import ndarray as Array

from tradewar.equilibrium import machine_code
from tradewar.equilibrium.anderson import FixedPoint
from tradewar.equilibrium.kernels import Economy, Levels, Wedges


class Problem(NamedTuple):
    """An `Economy` under `Wedges`: contiguous arrays, empty where the former have None."""

    attraction: Array
    before_duty: Array
    before_duty_and_tax: Array
    subsidy: Array
    value_added_share: Array
    material_share: Array
    consumption_share: Array
    value_added: Array
    fixed_deficit: Array
    own_deficit: Array
    deficit_spread: Array
    trade_elasticity: Array
    numeraire_weight: Array
    inactive: Array
    absent: Array


class Transposed(NamedTuple):
    """A solution and the derivatives of one objective, as `competitive_adjoint` has them; money over its scale."""

    share: Array
    before_duty: Array
    net: Array
    expenditure: Array
    passed_on: Array
    sold: Array
    sold_net: Array
    subsidy_power: Array
    output_scale: Array
    wage_bill: Array
    numeraire: Array
    own_deficit: Array
    deficit_spread: Array
    value_added_share: Array
    material_share: Array
    consumption_share: Array
    value_added: Array
    trade_elasticity: Array
    by_wage: Array
    by_price: Array
    by_income: Array
    by_tariff_revenue: Array
    by_gross_output: Array
    by_expenditure: Array
    at_buyer: Array
    at_seller: Array

    def with_seeds(self, *seeds: Array) -> Transposed:
        """The same solution with the derivatives of another objective: the last eight fields."""
        return Transposed(*self[: len(self) - len(seeds)], *map(_plain, seeds))


def problem_of(economy: Economy, policy: Wedges) -> Problem:
    """The arrays of one problem, copied only where they are read-only or not contiguous."""
    shape = economy.expenditure.shape
    materials = np.empty((0, 0, 0)) if economy.material_share is None else economy.material_share
    net = np.empty((0, 0, 0)) if policy.before_duty_and_tax is None else policy.before_duty_and_tax
    subsidy = np.empty((0, 0)) if policy.subsidy is None else policy.subsidy
    inactive = np.zeros(shape, dtype=bool) if economy.inactive is None else economy.inactive
    absent = np.zeros(shape, dtype=bool) if economy.absent is None else economy.absent
    own, spread = wage_deficits(economy)
    arrays = (
        policy.attraction, policy.before_duty, net, subsidy, economy.value_added_share, materials,
        economy.consumption_share, economy.value_added, economy.deficits.fixed, own, spread,
        economy.trade_elasticity, economy.numeraire_weight, inactive, absent,
    )  # fmt: skip
    return Problem(*map(_plain, arrays))


def wage_deficits(economy: Economy) -> tuple[Array, Array]:
    """What of the deficits follows wages, and who bears the rest; empty where nothing does."""
    own, spread = economy.deficits.own, economy.deficits.spread
    return (np.empty(0), np.empty(0)) if own is None or spread is None else (own, spread)


def accelerate(problem: Problem, start: Array, *, tolerance: float, limit: int) -> FixedPoint:
    """As `anderson.accelerate` for the map `kernels.one_pass` of one problem; `start` is `[1, unknown]`."""
    first = np.require(start[0], dtype=float, requirements=("C", "W"))
    point, residual, passes, converged = machine_code.iterate(problem, first, float(tolerance), int(limit))
    return FixedPoint(point[None, :], np.array([residual]), int(passes), bool(converged))


def levels(problem: Problem, point: Array) -> Levels:
    """As `kernels.levels`."""
    return Levels(*machine_code.levels(problem, np.require(point, dtype=float, requirements=("C", "W"))))


def accelerate_transposed(adjoint: Transposed, start: Array, *, tolerance: float, limit: int) -> FixedPoint:
    """As `anderson.accelerate` for the transposed map of one objective; `start` is `[1, unknown]`."""
    first = np.require(start[0], dtype=float, requirements=("C", "W"))
    point, residual, passes, converged = machine_code.iterate_transposed(adjoint, first, float(tolerance), int(limit))
    return FixedPoint(point[None, :], np.array([residual]), int(passes), bool(converged))


def transposed_of(*arrays: Array | None) -> Transposed:
    """The fields of `Transposed` in their order, copied only where they are read-only or not contiguous."""
    return Transposed(*(_plain(np.empty((0, 0, 0)) if array is None else array) for array in arrays))


def _plain(array: Array) -> Array:
    return np.require(array, requirements=("C", "W"))
