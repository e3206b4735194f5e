"""What is compiled: one pass of the equilibrium map, its transpose for the adjoint, and the acceleration of both.

These are `kernels.one_pass`, `competitive_adjoint` for one objective, and `anderson.accelerate`, written as loops for
Numba; `compiled` hands arrays over. All compiled functions are in this file because what is kept of them on disk
(`kept_code`) is thrown away with a change of this file only.

**Index order: `[sector, importer, exporter]` and `[sector, country]`, as in `kernels`.** Numba compiles one version for
each layout of its arguments: every array is contiguous and writable, and an empty one stands for None.
"""

from __future__ import annotations

from typing import NamedTuple, no_type_check

import numpy as np
from numpy import ndarray as Array

from tradewar.equilibrium.anderson import DIAGONAL, MAX_BREAKDOWNS, MEMORY, RESET_RATIO
from tradewar.equilibrium.kept_code import Function, kept_function
from tradewar.equilibrium.kernels import WAGE_STEP, WAGE_STEP_LIMIT


def compiled(function: Function) -> Function:
    """The function as machine code without the interpreter's lock. Division by zero gives inf or nan, as in NumPy."""
    return kept_function(function, nogil=True, error_model="numpy")


def compiled_sum(function: Function) -> Function:
    """As `compiled`; the order of a sum may be changed once and for all, so that it uses vector instructions."""
    return kept_function(function, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})


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


class _Work(NamedTuple):
    """Room for one pass, `[sector, country]`, and `[country]` the last."""

    log_price: Array
    imports: Array
    sales: Array
    net: Array
    pull: Array
    spending: Array
    income: Array
    excess: Array


@compiled
@no_type_check
def _trade(problem, point, work):
    """Equations 1 and 4: prices, and every country's trade, in one walk through the matrices."""
    sectors, countries = problem.consumption_share.shape
    taxed = len(problem.before_duty_and_tax) > 0
    costs, spent = countries, countries * (1 + sectors)
    for s in range(sectors):
        theta, pull = problem.trade_elasticity[s], work.pull[s]
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
            work.spending[s, j] = spending
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
    subsidised, own = len(problem.subsidy) > 0, len(problem.own_deficit) > 0
    spent = countries * (1 + sectors)
    lent = 0.0
    if own:
        for i in range(countries):
            lent += problem.own_deficit[i] * np.exp(point[i])
    for i in range(countries):
        added, wage = problem.value_added[i], np.exp(point[i])
        deficit = problem.fixed_deficit[i]
        if own:
            deficit += problem.own_deficit[i] * wage - problem.deficit_spread[i] * lent
        work.income[i] = wage * added + deficit
        work.excess[i] = deficit
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
    largest, broken = np.abs(work.excess).max(), work.excess.sum()
    for n in range(countries, len(point)):
        gap = image[n] - point[n]
        largest = max(largest, abs(gap))
        broken += gap
    level = _new_wages(problem, point, image, work)
    # a comparison with nan is false, a sum with it is nan
    return max(largest, abs(level)) if np.isfinite(broken + level) else np.nan


@compiled
@no_type_check
def _worths(adjoint, point, work):
    """Ī into `income`, the wage step's ζ into `excess`, y − Ī times 1 + sub into `net`, Σ_r m χ into `log_price`."""
    sectors, countries = adjoint.consumption_share.shape
    with_materials = len(adjoint.material_share) > 0
    costs, spent = countries, countries * (1 + sectors)
    pressed = 0.0
    for i in range(countries):
        pressure, income = point[i] * adjoint.wage_bill[i], adjoint.by_income[i]
        for s in range(sectors):
            cost = point[costs + s * countries + i] * adjoint.output_scale[s, i]
            pressure += adjoint.value_added_share[s, i] * cost
            income += adjoint.consumption_share[s, i] * point[spent + s * countries + i]
            work.log_price[s, i] = 0.0
            work.net[s, i] = adjoint.by_gross_output[s, i]
        if with_materials:
            for r in range(sectors):
                worth = point[spent + r * countries + i]
                total = 0.0
                for s in range(sectors):
                    work.net[s, i] += worth * adjoint.material_share[i, r, s]
                    cost = point[costs + s * countries + i] * adjoint.output_scale[s, i]
                    total += adjoint.material_share[i, r, s] * cost
                work.log_price[r, i] = total
        for s in range(sectors):
            work.net[s, i] = adjoint.subsidy_power[s, i] * (work.net[s, i] - income)
        work.income[i], work.excess[i] = income, pressure
        pressed += pressure
    for i in range(countries):
        work.excess[i] -= adjoint.numeraire[i] * pressed


@compiled
@no_type_check
def _transposed_pass(adjoint, point, image, work):
    """Writes the image of one transposed pass and returns the largest change, nan where one is not a number."""
    sectors, countries = adjoint.consumption_share.shape
    taxed = len(adjoint.net) > 0
    costs, spent = countries, countries * (1 + sectors)
    _worths(adjoint, point, work)
    worth = work.pull[0]
    for s in range(sectors):
        theta = adjoint.trade_elasticity[s]
        for i in range(countries):
            seller = work.income[i] + WAGE_STEP * work.excess[i] / adjoint.value_added[i]
            worth[i] = seller if taxed else seller + work.net[s, i]
            effect = work.net[s, i] * adjoint.sold_net[s, i] + seller * adjoint.sold[s, i] + adjoint.at_seller[s, i]
            work.sales[s, i] = -theta * effect
            work.imports[s, i] = work.net[s, i]
        for j in range(countries):
            bought = work.income[j] + adjoint.by_tariff_revenue[j]
            buyer = bought + WAGE_STEP * work.excess[j] / adjoint.value_added[j]
            gain = _dot(adjoint.before_duty, s, j, worth) - adjoint.passed_on[s, j] * buyer + adjoint.at_buyer[s, j]
            if taxed:
                gain += _dot(adjoint.net, s, j, work.imports[s])
            price = adjoint.by_price[s, j] + theta * adjoint.expenditure[s, j] * gain + work.log_price[s, j]
            paid = theta * adjoint.expenditure[s, j] * buyer
            for i in range(countries):
                work.sales[s, i] += adjoint.share[s, j, i] * price + adjoint.before_duty[s, j, i] * paid
            image[spent + s * countries + j] = adjoint.by_expenditure[s, j] + bought + gain
        for i in range(countries):
            image[costs + s * countries + i] = work.sales[s, i] / adjoint.output_scale[s, i]
    own, shared = len(adjoint.own_deficit) > 0, 0.0
    if own:
        for i in range(countries):
            work.pull[0, i] = work.income[i] + WAGE_STEP * work.excess[i] / adjoint.value_added[i]
            shared += adjoint.deficit_spread[i] * work.pull[0, i]
    for i in range(countries):
        pressure = adjoint.by_wage[i] + work.excess[i]
        if own:
            pressure += adjoint.own_deficit[i] * (work.pull[0, i] - shared)
        image[i] = pressure / adjoint.wage_bill[i] + work.income[i]
    largest = broken = 0.0
    for n in range(len(point)):
        largest = max(largest, abs(image[n] - point[n]))
        broken += image[n] - point[n]
    return largest if np.isfinite(broken) else np.nan


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


class _History(NamedTuple):
    """What the acceleration remembers: differences of f and of G, inner products, last and best points."""

    residual_steps: Array
    map_steps: Array
    gram: Array
    gap: Array
    previous: Array
    """f and G of the pass before, as rows; the steps from there likewise."""
    step: Array
    best: Array
    """The best point and its image, as rows."""
    best_residual: Array
    state: Array
    """Next slot, breakdowns, and 1 where there is a pass before."""


@compiled
@no_type_check
def _started(start):
    """A history without a past."""
    size = len(start)
    history = _History(
        np.zeros((MEMORY, size)), np.zeros((MEMORY, size)), np.zeros((MEMORY, MEMORY)), np.empty((1, size)),
        np.empty((2, size)), np.empty((2, size)), np.empty((2, size)), np.full(1, np.inf), np.zeros(3, dtype=np.int64),
    )  # fmt: skip
    history.best[0], history.best[1] = start, start
    _drop(history)
    return history


@compiled
@no_type_check
def _drop(history):
    history.residual_steps[:] = 0.0
    history.map_steps[:] = 0.0
    history.gram[:] = 0.0
    for k in range(MEMORY):
        history.gram[k, k] = DIAGONAL


@compiled
@no_type_check
def _remember(history):
    """Keep the last steps of f and of G, both over the length of the former."""
    steps, slot = history.residual_steps, history.state[0]
    length = np.sqrt(_product(history.step, 0, history.step, 0))
    length = length if length > 0.0 else 1.0
    for n in range(steps.shape[1]):
        steps[slot, n] = history.step[0, n] / length
        history.map_steps[slot, n] = history.step[1, n] / length
    for k in range(MEMORY):
        history.gram[slot, k] = history.gram[k, slot] = _product(steps, k, steps, slot)
    history.gram[slot, slot] = DIAGONAL
    history.state[0] = (slot + 1) % MEMORY


GO_ON, ARRIVED, LOST = 0, 1, 2


@compiled
@no_type_check
def _advance(history, point, image, residual, tolerance):
    """One turn of `anderson.accelerate` after a pass: moves `point`, or says that the iteration ends."""
    size = len(point)
    if residual < history.best_residual[0]:
        history.best_residual[0] = residual
        history.best[0], history.best[1] = point, image
    if history.best_residual[0] <= tolerance:
        return ARRIVED
    if not np.isfinite(residual):
        history.state[1] += 1
        _drop(history)
        point[:] = history.best[1]
        history.state[2] = 0
        return LOST if history.state[1] > MAX_BREAKDOWNS else GO_ON
    for n in range(size):
        history.gap[0, n] = image[n] - point[n]
        history.step[0, n] = history.gap[0, n] - history.previous[0, n]
        history.step[1, n] = image[n] - history.previous[1, n]
        history.previous[0, n], history.previous[1, n], point[n] = history.gap[0, n], image[n], image[n]
    if history.state[2] == 1:
        _remember(history)
    if residual > RESET_RATIO * history.best_residual[0]:
        _drop(history)
    history.state[2] = 1
    weights = np.empty(MEMORY)
    for k in range(MEMORY):
        weights[k] = _product(history.residual_steps, k, history.gap, 0)
    if _solved(history.gram.copy(), weights):
        for k in range(MEMORY):
            for n in range(size):
                point[n] -= weights[k] * history.map_steps[k, n]
    else:
        _drop(history)
    return GO_ON


@compiled
@no_type_check
def _room(shape):
    countries = shape[1]
    return _Work(
        np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape),
        np.empty(countries), np.empty(countries),
    )  # fmt: skip


@compiled
@no_type_check
def iterate(problem, start, tolerance, limit):
    """The equilibrium: the best point met, its residual, passes, and whether the tolerance was reached."""
    work = _room(problem.consumption_share.shape)
    point, image, history = start.copy(), np.empty(len(start)), _started(start)
    passes, verdict = 0, GO_ON
    while passes < limit and verdict == GO_ON:
        passes += 1
        residual = _one_pass(problem, point, image, work)
        verdict = _advance(history, point, image, residual, tolerance)
    return history.best[0], history.best_residual[0], passes, verdict == ARRIVED


@compiled
@no_type_check
def levels(problem, point):
    """What a point implies: log P, Σ_i B, Y, the suppliers' pull, X / Σ A b, and I."""
    work = _room(problem.consumption_share.shape)
    _trade(problem, point, work)
    _incomes(problem, point, work)
    return work.log_price, work.imports, work.net, work.pull, work.spending, work.income


@compiled
@no_type_check
def iterate_transposed(adjoint, start, tolerance, limit):
    """The multipliers of one objective; returns as `iterate`."""
    work = _room(adjoint.consumption_share.shape)
    point, image, history = start.copy(), np.empty(len(start)), _started(start)
    passes, verdict = 0, GO_ON
    while passes < limit and verdict == GO_ON:
        passes += 1
        residual = _transposed_pass(adjoint, point, image, work)
        verdict = _advance(history, point, image, residual, tolerance)
    return history.best[0], history.best_residual[0], passes, verdict == ARRIVED
