"""The three programmes behind every bargaining solution, in ln(1 + instrument), by sequential quadratic programming.

    ray       max s   s.t.  f_i(u_i) >= base_i + s direction_i            egalitarian, Kalai–Smorodinsky, equal percent
    product   max Σ w_i ln(u_i − d_i)                                     asymmetric Nash
    linear    max Σ c_i u_i   s.t.  u_j >= floor_j                        ideal points, frontier, joint gain, payments

Payoffs are divided by a scale per party before they reach the solver, so that percent of income and ratios are
handled alike. Every result is judged by `stationarity`, which is computed from the payoffs and shares nothing with
the solver.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.talks.payoffs import ModelAt, PayoffFunction

MAX_ITERATIONS = 100
SOLVER_TOLERANCE = 1e-12
"""Change of the scaled objective at which the solver stops; below it lies the noise of solved worlds."""
CONSTRAINT_TOLERANCE = 1e-8
"""Largest violation of a floor, in units of the scaled payoff, at which a point counts as feasible."""
AT_BOUND = 1e-7
"""Distance, in ln(1 + instrument), at which a bound counts as active."""
MODEL_STEPS = 30
"""Solved worlds per programme before a search on models is given up."""
MODEL_RADIUS = 0.2
"""Largest step, in ln(1 + instrument), that is taken on trust in a model."""
MODEL_REST = 1e-6
"""Step at which a search on models has come to rest."""


@dataclass(frozen=True, eq=False)
class Programme:
    """Payoffs on a box, in ln(1 + instrument)."""

    payoff: PayoffFunction
    lower: Float[Array, " instrument"]
    upper: Float[Array, " instrument"]
    starts: tuple[Float[Array, " instrument"], ...]
    scale: Float[Array, " party"]
    """A typical size of each payoff's response."""
    tolerance: float = SOLVER_TOLERANCE
    model_at: ModelAt | None = None
    """Quadratic models, where the payoffs are solved worlds and dear; None = the solver sees the payoffs themselves."""


@dataclass(frozen=True, eq=False)
class Found:
    """The best point of a programme."""

    point: Float[Array, " instrument"]
    payoff: Float[Array, " party"]
    objective: float
    violation: float
    """Largest violation of a floor, scaled."""


def payoff_scale(payoff: PayoffFunction, starts: tuple[Array, ...]) -> Array:
    """Largest response of each payoff to a unit of ln(1 + instrument) at the starts; 1 for a constant payoff."""
    size = np.max([np.abs(payoff(start)[1]).max(axis=1) for start in starts], axis=0)
    return np.where(size > 0.0, size, 1.0)


def maximise_ray(
    programme: Programme,
    base: Float[Array, " party"],
    direction: Float[Array, " party"],
    transform: Callable[[Array, Array], tuple[Array, Array]] | None = None,
) -> Found:
    """max s with transformed payoffs >= base + s direction for every party; `objective` is s."""
    return _solved(programme, lambda part: _direct_ray(part, base, direction, transform))


def maximise_product(
    programme: Programme, disagreement: Float[Array, " party"], weights: Float[Array, " party"], least: float
) -> Found:
    """max Σ w_i ln(u_i − d_i). Below `least` (scaled gain) the logarithm goes on as a parabola: steps may leave it."""
    return _solved(programme, lambda part: _direct_product(part, disagreement, weights, least))


def maximise_sum(
    programme: Programme, coefficients: Float[Array, " party"], floors: Float[Array, " party"] | None
) -> Found:
    """max Σ c_i u_i subject to u_i >= floor_i where the floor is finite."""
    return _solved(programme, lambda part: _direct_sum(part, coefficients, floors))


def _solved(programme: Programme, direct: Callable[[Programme], Found]) -> Found:
    """The answer by models where there are any, and directly where there are none or they do not lead to rest."""
    if programme.model_at is None:
        return direct(programme)
    best: Found | None = None
    for start in programme.starts:
        found = _by_models(programme, programme.model_at, direct, start)
        if found is not None and (best is None or _better(found, best, rising=True)):
            best = found
    return direct(programme) if best is None else best


def _by_models(
    programme: Programme, model_at: ModelAt, direct: Callable[[Programme], Found], start: Array
) -> Found | None:
    """The programme solved on models, each around the answer of the one before; None if that does not come to rest."""
    point, radius, last = start, MODEL_RADIUS, np.inf
    for _ in range(MODEL_STEPS):
        model = model_at(point)
        lower, upper = np.maximum(programme.lower, point - radius), np.minimum(programme.upper, point + radius)
        local = replace(programme, payoff=model.payoff, lower=lower, upper=upper, starts=(point,), model_at=None)
        found = direct(local)
        length = float(np.abs(found.point - point).max())
        if length <= MODEL_REST:
            # at the point itself the model is the world: what is there need not be solved again
            here = direct(replace(local, lower=point, upper=point))
            best = here if here.violation <= CONSTRAINT_TOLERANCE else found
            return best if best.violation <= CONSTRAINT_TOLERANCE else None
        # steps that do not shrink are going round in a circle
        radius = 0.5 * length if length > 0.9 * last else radius
        point, last = found.point, length
    return None


def _direct_ray(
    programme: Programme,
    base: Float[Array, " party"],
    direction: Float[Array, " party"],
    transform: Callable[[Array, Array], tuple[Array, Array]] | None = None,
) -> Found:
    scale = programme.scale

    def gaps(variables: Array) -> tuple[Array, Array]:
        value, jacobian = programme.payoff(variables[:-1])
        if transform is not None:
            value, jacobian = transform(value, jacobian)
        rows = np.hstack([jacobian, -direction[:, None]])
        return (value - base - variables[-1] * direction) / scale, rows / scale[:, None]

    # the ray variable is scaled so that its effect on the constraints is of order one
    unit = 1.0 / max(float(np.abs(direction / scale).max()), 1e-300)

    def scaled_gaps(variables: Array) -> tuple[Array, Array]:
        value, jacobian = gaps(np.append(variables[:-1], variables[-1] * unit))
        jacobian = jacobian.copy()
        jacobian[:, -1] *= unit
        return value, jacobian

    def objective(variables: Array) -> tuple[float, Array]:
        return -float(variables[-1]), np.append(np.zeros(len(variables) - 1), -1.0)

    def begin(start: Array) -> Array:
        value, jacobian = programme.payoff(start)
        if transform is not None:
            value, jacobian = transform(value, jacobian)
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(direction > 0.0, (value - base) / direction, np.inf)
        lowest = float(reach.min())
        return np.append(start, (lowest if np.isfinite(lowest) else 0.0) / unit)

    return _best(programme, objective, scaled_gaps, begin, extra=1, sign=-unit)


def _direct_product(
    programme: Programme, disagreement: Float[Array, " party"], weights: Float[Array, " party"], least: float
) -> Found:
    scale = programme.scale

    def objective(point: Array) -> tuple[float, Array]:
        value, jacobian = programme.payoff(point)
        gain = (value - disagreement) / scale
        safe = np.maximum(gain, least)
        below = np.minimum(gain - least, 0.0) / least
        height = np.log(safe) + below - 0.5 * below**2
        slope = np.where(gain >= least, 1.0 / safe, (1.0 - below) / least)
        return -float(weights @ height), -((weights * slope / scale) @ jacobian)

    return _best(programme, objective, None, lambda start: start, extra=0, sign=-1.0)


def _direct_sum(
    programme: Programme, coefficients: Float[Array, " party"], floors: Float[Array, " party"] | None
) -> Found:
    bound = np.isfinite(floors) if floors is not None else np.zeros(len(coefficients), dtype=bool)
    unit = float(np.abs(coefficients * programme.scale).max()) or 1.0

    def objective(point: Array) -> tuple[float, Array]:
        value, jacobian = programme.payoff(point)
        return -float(coefficients @ value) / unit, -(coefficients @ jacobian) / unit

    def gaps(point: Array) -> tuple[Array, Array]:
        value, jacobian = programme.payoff(point)
        assert floors is not None
        return ((value - floors) / programme.scale)[bound], (jacobian / programme.scale[:, None])[bound]

    return _best(programme, objective, gaps if bound.any() else None, lambda start: start, extra=0, sign=-unit)


def smallest_payments(
    programme: Programme, disagreement: Float[Array, " party"], income: Float[Array, " party"]
) -> tuple[Found, Float[Array, " party"]]:
    """(point, money received): min Σ m_i with m_i >= income_i (d_i − u_i) and m_i >= 0, while Σ income (u − d) >= 0."""
    parties = len(disagreement)
    unit = float((income * programme.scale).max())

    def gaps(variables: Array) -> tuple[Array, Array]:
        point, payments = variables[:-parties], variables[-parties:]
        value, jacobian = programme.payoff(point)
        gain = income * (value - disagreement) / unit
        slope = income[:, None] * jacobian / unit
        rows = np.vstack([np.hstack([slope, np.eye(parties)]), np.append(slope.sum(axis=0), np.zeros(parties))])
        return np.append(gain + payments, gain.sum()), rows

    def objective(variables: Array) -> tuple[float, Array]:
        return float(variables[-parties:].sum()), np.append(np.zeros(len(variables) - parties), np.ones(parties))

    def begin(start: Array) -> Array:
        short = income * (disagreement - programme.payoff(start)[0]) / unit
        return np.append(start, np.maximum(short, 0.0))

    found = _best(programme, objective, gaps, begin, extra=parties, sign=unit, extra_lower=0.0)
    return found, np.maximum(income * (disagreement - found.payoff), 0.0)


def stationarity(
    programme: Programme, point: Float[Array, " instrument"], parties: Bool[Array, " party"]
) -> tuple[float, Float[Array, " party"], Float[Array, " party"]]:
    """(residual, payoffs, weights) of Pareto efficiency among the named parties at a point.

    Weights λ >= 0 with Σ λ_i = 1 in scaled payoffs that come closest to Σ λ_i ∇u_i = 0 over the instruments off their
    bounds (with the right sign at bounds); the residual is what is left. Returned weights refer to unscaled payoffs.
    """
    from tradewar.games.planner import pareto_weights

    value, jacobian = programme.payoff(point)
    at_lower, at_upper = point - programme.lower <= AT_BOUND, programme.upper - point <= AT_BOUND
    scaled, residual = pareto_weights((jacobian / programme.scale[:, None])[parties], at_lower, at_upper)
    weights = np.zeros(len(value))
    weights[parties] = scaled / programme.scale[parties]
    total = weights.sum()
    return residual, value, weights / total if total > 0.0 else weights


def _best(
    programme: Programme,
    objective: Callable[[Array], tuple[float, Array]],
    constraint: Callable[[Array], tuple[Array, Array]] | None,
    begin: Callable[[Array], Array],
    *,
    extra: int,
    sign: float,
    extra_lower: float = -np.inf,
) -> Found:
    """The best feasible point over all starts; `objective` is minimised and `sign` turns it back."""
    from scipy.optimize import minimize

    lower = np.append(programme.lower, np.full(extra, extra_lower))
    upper = np.append(programme.upper, np.full(extra, np.inf))
    constraints: list[dict[str, Any]] = []
    if constraint is not None:
        constraints = [{"type": "ineq", "fun": _part(constraint, 0), "jac": _part(constraint, 1)}]
    best: Found | None = None
    for start in programme.starts:
        done = minimize(
            objective,
            begin(start),
            jac=True,
            method="SLSQP",
            bounds=list(zip(lower, upper, strict=True)),
            constraints=constraints,
            options={"maxiter": MAX_ITERATIONS, "ftol": programme.tolerance},
        )
        variables = np.clip(done.x, lower, upper)
        violation = float(max(0.0, -constraint(variables)[0].min())) if constraint is not None else 0.0
        point = variables[: len(variables) - extra]
        found = Found(point, programme.payoff(point)[0], sign * objective(variables)[0], violation)
        if best is None or _better(found, best, rising=sign < 0.0):
            best = found
    assert best is not None
    return best


def _part(function: Callable[[Array], tuple[Array, Array]], which: int) -> Callable[[Array], Array]:
    def part(variables: Array) -> Array:
        return function(variables)[which]

    return part


def _better(found: Found, than: Found, *, rising: bool) -> bool:
    feasible, was = found.violation <= CONSTRAINT_TOLERANCE, than.violation <= CONSTRAINT_TOLERANCE
    if feasible != was:
        return feasible
    if not feasible:
        return found.violation < than.violation
    return found.objective > than.objective if rising else found.objective < than.objective
