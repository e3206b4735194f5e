"""The competitive equilibrium of one problem as one compiled loop: `kernels.one_pass` under `anderson.accelerate`.

In a world of moderate size the arrays of one pass are so small that calling NumPy costs more than computing. Here the
whole iteration is machine code (Numba): the same map, the same acceleration with the same rules for stopping and
starting anew, hence the same solution to the tolerance. It runs without the interpreter's lock, so that threads solve
problems side by side, and in a fixed order of operations on one thread, so that a problem has one result, bit for
bit, whatever runs beside it.

Loading costs about half a second, compiling some seconds; what is compiled is kept on disk beside this file, or in
Numba's cache directory where that cannot be written. So it is for many solves: `prepare(..., compiled=True)`.
`python -m tradewar.equilibrium.compile` compiles everything once.

**Index order: `[sector, importer, exporter]` and `[sector, country]`, as in `kernels`.** Numba compiles one version for
each layout of its arguments, so every array is handed over contiguous and writable, and an empty array stands for None.
All compiled functions are in this file because Numba's cache notices changes within one file only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast, no_type_check

import numba
import numpy as np
from numpy import ndarray as Array

from tradewar.equilibrium.anderson import DIAGONAL, MAX_BREAKDOWNS, MEMORY, RESET_RATIO, FixedPoint
from tradewar.equilibrium.kernels import WAGE_STEP, WAGE_STEP_LIMIT, Economy, Wedges

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The function as machine code without the interpreter's lock. Division by zero gives inf or nan, as in NumPy."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def compiled_sum(function: Function) -> Function:
    """As `compiled`; the order of a sum may be changed once and for all, so that it uses vector instructions."""
    kept = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
    return cast(Function, kept(function))


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
    trade_deficit: Array
    trade_elasticity: Array
    numeraire_weight: Array
    inactive: Array
    absent: Array


def problem_of(economy: Economy, policy: Wedges) -> Problem:
    """The arrays of one problem, copied only where they are read-only or not contiguous."""
    shape = economy.expenditure.shape
    materials = np.empty((0, 0, 0)) if economy.material_share is None else economy.material_share
    net = np.empty((0, 0, 0)) if policy.before_duty_and_tax is None else policy.before_duty_and_tax
    subsidy = np.empty((0, 0)) if policy.subsidy is None else policy.subsidy
    inactive = np.zeros(shape, dtype=bool) if economy.inactive is None else economy.inactive
    absent = np.zeros(shape, dtype=bool) if economy.absent is None else economy.absent
    arrays = (
        policy.attraction, policy.before_duty, net, subsidy, economy.value_added_share, materials,
        economy.consumption_share, economy.value_added, economy.trade_deficit, economy.trade_elasticity,
        economy.numeraire_weight, inactive, absent,
    )  # fmt: skip
    return Problem(*(np.require(array, requirements=("C", "W")) for array in arrays))


def accelerate(problem: Problem, start: Array, *, tolerance: float, limit: int) -> FixedPoint:
    """As `anderson.accelerate` for the map `kernels.one_pass` of one problem; `start` is `[1, unknown]`."""
    first = np.require(start[0], dtype=float, requirements=("C", "W"))
    point, residual, passes, converged = _iterate(problem, first, float(tolerance), int(limit))
    return FixedPoint(point[None, :], np.array([residual]), int(passes), bool(converged))


# ---------------------------------------------------------------- one pass


class _Work(NamedTuple):
    """Room for one pass, `[sector, country]`, and `[country]` the last."""

    log_price: Array
    imports: Array
    sales: Array
    net: Array
    pull: Array
    income: Array
    excess: Array


@compiled_sum
@no_type_check
def _dot(matrix, first, second, vector):
    """Σ_k matrix[first, second, k] vector[k]."""
    total = 0.0
    for k in range(len(vector)):
        total += matrix[first, second, k] * vector[k]
    return total


@compiled_sum
@no_type_check
def _two_dots(one, other, first, second, vector):
    """Σ_k of both matrices at [first, second, k], times vector[k]."""
    total = another = 0.0
    for k in range(len(vector)):
        total += one[first, second, k] * vector[k]
        another += other[first, second, k] * vector[k]
    return total, another


@compiled_sum
@no_type_check
def _product(a, i, b, k):
    """Σ_n a[i, n] b[k, n]."""
    total = 0.0
    for n in range(a.shape[1]):
        total += a[i, n] * b[k, n]
    return total


@compiled
@no_type_check
def _trade(problem, point, work):
    """Equations 1 and 4: prices, and every country's trade, in one walk through the matrices."""
    sectors, countries = problem.consumption_share.shape
    taxed = len(problem.before_duty_and_tax) > 0
    costs, spent = countries, countries * (1 + sectors)
    pull = work.pull
    for s in range(sectors):
        theta = problem.trade_elasticity[s]
        lowest = np.inf
        for i in range(countries):
            if not problem.inactive[s, i]:
                lowest = min(lowest, point[costs + s * countries + i])
        for i in range(countries):
            log_cost = point[costs + s * countries + i]
            pull[i] = 0.0 if problem.inactive[s, i] else np.exp(theta * (lowest - log_cost))
            work.sales[s, i] = 0.0
            work.net[s, i] = 0.0
        for j in range(countries):
            total, before_duty = _two_dots(problem.attraction, problem.before_duty, s, j, pull)
            if problem.absent[s, j]:
                total = 1.0
                work.log_price[s, j] = 0.0
            else:
                work.log_price[s, j] = lowest - np.log(total) / theta
            spending = point[spent + s * countries + j] * problem.value_added[j] / total
            work.imports[s, j] = spending * before_duty
            for i in range(countries):
                work.sales[s, i] += spending * problem.before_duty[s, j, i]
            if taxed:
                for i in range(countries):
                    work.net[s, i] += spending * problem.before_duty_and_tax[s, j, i]
        for i in range(countries):
            work.sales[s, i] *= pull[i]
            work.net[s, i] = work.net[s, i] * pull[i] if taxed else work.sales[s, i]


@compiled
@no_type_check
def _incomes(problem, point, work):
    """Equations 6 and 8: income, and excess labour demand over value added. `net` becomes output, equation 5."""
    sectors, countries = problem.consumption_share.shape
    subsidised = len(problem.subsidy) > 0
    spent = countries * (1 + sectors)
    for i in range(countries):
        added = problem.value_added[i]
        work.income[i] = np.exp(point[i]) * added + problem.trade_deficit[i]
        work.excess[i] = problem.trade_deficit[i]
        for s in range(sectors):
            sales, imports, net = work.sales[s, i], work.imports[s, i], work.net[s, i]
            work.income[i] += point[spent + s * countries + i] * added - imports + (sales - net)
            work.excess[i] += sales - imports
            if subsidised:
                work.income[i] -= problem.subsidy[s, i] * net
                work.net[s, i] = net * (1.0 + problem.subsidy[s, i])
        work.excess[i] /= added


@compiled
@no_type_check
def _production(problem, point, image, work):
    """Equations 2 and 7: log c and X / VA of the image."""
    sectors, countries = problem.consumption_share.shape
    with_materials = len(problem.material_share) > 0
    costs, spent = countries, countries * (1 + sectors)
    cost, output = np.empty(sectors), np.empty(sectors)
    for i in range(countries):
        for s in range(sectors):
            cost[s] = problem.value_added_share[s, i] * point[i]
            output[s] = work.net[s, i]
        for k in range(sectors):
            demand = problem.consumption_share[k, i] * work.income[i]
            if with_materials:
                demand += _dot(problem.material_share, i, k, output)
                log_price = work.log_price[k, i]
                for r in range(sectors):
                    cost[r] += problem.material_share[i, k, r] * log_price
            image[spent + k * countries + i] = demand / problem.value_added[i]
        for s in range(sectors):
            image[costs + s * countries + i] = cost[s]


@compiled
@no_type_check
def _new_wages(problem, point, image, work):
    """Equation 9 and the wage step, passed on to costs at once; returns Σ g w − 1 before the step."""
    sectors, countries = problem.consumption_share.shape
    level = after = 0.0
    for i in range(countries):
        wage = np.exp(point[i])
        step = min(max(WAGE_STEP * work.excess[i], -WAGE_STEP_LIMIT), WAGE_STEP_LIMIT)
        work.excess[i] = step
        level += problem.numeraire_weight[i] * wage
        after += problem.numeraire_weight[i] * (wage * np.exp(step))
    shift = np.log(after)
    for i in range(countries):
        change = work.excess[i] - shift
        image[i] = point[i] + change
        for s in range(sectors):
            image[countries * (1 + s) + i] += problem.value_added_share[s, i] * change
    return level - 1.0


@compiled
@no_type_check
def _one_pass(problem, point, image, work):
    """Writes G(z) into `image` and returns the residual of the equations at z, nan where one is not a number."""
    countries = len(problem.value_added)
    _trade(problem, point, work)
    _incomes(problem, point, work)
    _production(problem, point, image, work)
    largest = broken = 0.0
    for i in range(countries):
        largest = max(largest, abs(work.excess[i]))
        broken += work.excess[i]
    for n in range(countries, len(point)):
        gap = image[n] - point[n]
        largest = max(largest, abs(gap))
        broken += gap
    level = _new_wages(problem, point, image, work)
    # a comparison with nan is false, a sum with it is nan
    return max(largest, abs(level)) if np.isfinite(broken + level) else np.nan


# ---------------------------------------------------------------- Anderson acceleration


@compiled
@no_type_check
def _solved(matrix, known):
    """Solve in place by elimination with row exchanges: `known` becomes the solution; False where singular."""
    size = len(known)
    for k in range(size):
        pivot = k
        for row in range(k + 1, size):
            if abs(matrix[row, k]) > abs(matrix[pivot, k]):
                pivot = row
        if not abs(matrix[pivot, k]) > 0.0:
            return False
        if pivot != k:
            for column in range(size):
                matrix[k, column], matrix[pivot, column] = matrix[pivot, column], matrix[k, column]
            known[k], known[pivot] = known[pivot], known[k]
        for row in range(k + 1, size):
            factor = matrix[row, k] / matrix[k, k]
            for column in range(k + 1, size):
                matrix[row, column] -= factor * matrix[k, column]
            known[row] -= factor * known[k]
    for k in range(size - 1, -1, -1):
        for column in range(k + 1, size):
            known[k] -= matrix[k, column] * known[column]
        known[k] /= matrix[k, k]
    return True


@compiled
@no_type_check
def _drop(residual_steps, map_steps, gram):
    residual_steps[:] = 0.0
    map_steps[:] = 0.0
    gram[:] = 0.0
    for k in range(len(gram)):
        gram[k, k] = DIAGONAL


@compiled
@no_type_check
def _add(residual_steps, map_steps, gram, slot, gap_step, map_step):
    """Keep a difference of f and of G, both over the length of the former; the steps are rows of one-row matrices."""
    length = np.sqrt(_product(gap_step, 0, gap_step, 0))
    if length == 0.0:
        length = 1.0
    for n in range(residual_steps.shape[1]):
        residual_steps[slot, n] = gap_step[0, n] / length
        map_steps[slot, n] = map_step[0, n] / length
    for k in range(len(gram)):
        gram[slot, k] = gram[k, slot] = _product(residual_steps, k, residual_steps, slot)
    gram[slot, slot] = DIAGONAL


@compiled
@no_type_check
def _iterate(problem, start, tolerance, limit):
    """`anderson.accelerate`: the best point met, its residual, passes, and whether the tolerance was reached."""
    sectors, countries = problem.consumption_share.shape
    size = len(start)
    work = _Work(
        np.empty((sectors, countries)),
        np.empty((sectors, countries)),
        np.empty((sectors, countries)),
        np.empty((sectors, countries)),
        np.empty(countries),
        np.empty(countries),
        np.empty(countries),
    )
    residual_steps, map_steps = np.empty((MEMORY, size)), np.empty((MEMORY, size))
    gram, weights = np.empty((MEMORY, MEMORY)), np.empty(MEMORY)
    _drop(residual_steps, map_steps, gram)
    point, image, gap = start.copy(), np.empty(size), np.empty((1, size))
    gap_step, map_step = np.empty((1, size)), np.empty((1, size))
    previous_gap, previous_image = np.empty(size), np.empty(size)
    best, retreat, best_residual = start.copy(), start.copy(), np.inf
    with_previous = False
    slot = breakdowns = passes = 0
    while passes < limit:
        passes += 1
        residual = _one_pass(problem, point, image, work)
        if residual < best_residual:
            best_residual = residual
            best[:] = point
            retreat[:] = image
        if best_residual <= tolerance:
            return best, best_residual, passes, True
        if not np.isfinite(residual):
            breakdowns += 1
            if breakdowns > MAX_BREAKDOWNS:
                break
            _drop(residual_steps, map_steps, gram)
            point[:] = retreat
            with_previous = False
            continue
        for n in range(size):
            gap[0, n] = image[n] - point[n]
        if with_previous:
            for n in range(size):
                gap_step[0, n] = gap[0, n] - previous_gap[n]
                map_step[0, n] = image[n] - previous_image[n]
            _add(residual_steps, map_steps, gram, slot, gap_step, map_step)
            slot = (slot + 1) % MEMORY
        if residual > RESET_RATIO * best_residual:
            _drop(residual_steps, map_steps, gram)
        with_previous = True
        for n in range(size):
            previous_gap[n], previous_image[n], point[n] = gap[0, n], image[n], image[n]
        for k in range(MEMORY):
            weights[k] = _product(residual_steps, k, gap, 0)
        if not _solved(gram.copy(), weights):
            _drop(residual_steps, map_steps, gram)
            continue
        for k in range(MEMORY):
            for n in range(size):
                point[n] -= weights[k] * map_steps[k, n]
    return best, best_residual, passes, False
