"""The most cooperative tariffs that keep themselves.

    max Σ w_i ln(u_i − d_i)   subject to   b_i g_i(τ) <= a_i l_i(τ)   for every country

with a = δ^L (π−α) and b = 1 − δ + π (δ − δ^L) + α δ^L (`tradewar.accords.incentives`): δ and 1 − δ where a breach is
seen for certain and answered one period later.

g_i = u_i(BR_i, τ_{−i}) − u_i(τ), l_i = u_i(τ) − u_i(war). By the envelope theorem the gradient of g_i with respect to
the others' instruments is that of u_i at the best response less that at τ, and with respect to its own only the latter.
Payoffs and best responses come as functions, from solved worlds or from a model on paper.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.accords.terms import AccordStatus, check_fractions, check_lag
from tradewar.errors import AccordError, NoSolutionError, Problem

PayoffFunction = Callable[[Array], tuple[Array, Array]]
"""Instruments -> (payoff [country], Jacobian [country, instrument]), percent of income per period."""
BestResponse = Callable[[int, Array], Array]
"""(country, instruments) -> all instruments, the country's own replaced by those best for it."""

SEGMENT_POINTS = 21
MAX_ITERATIONS = 100
SOLVER_TOLERANCE = 1e-12
"""Change of the objective at which the solver stops; below it lies the noise of solved worlds."""
LEAST_GAIN = 1e-7
"""Gain over the disagreement payoff, scaled, below which nothing is sustained."""
ACTIVE = 1e-6
"""Scaled slack below which an incentive constraint counts as binding."""
VIOLATION_LIMIT = 1e-8
STEP = 1e-6
"""Of differences in δ."""
STATIONARITY_LIMIT = 1e-3


@dataclass(frozen=True, eq=False)
class Stage:
    """The stage game that is repeated."""

    countries: tuple[str, ...]
    payoff: PayoffFunction
    best_response: BestResponse
    owner: Int[Array, " instrument"]
    """Which country sets each instrument."""
    nash: Float[Array, " instrument"]
    """Instruments of the Nash equilibrium of one stage."""
    lower: Float[Array, " instrument"]
    upper: Float[Array, " instrument"]


@dataclass(frozen=True, eq=False)
class SustainableDeal:
    """The best tariffs that no country wants to break."""

    status: AccordStatus
    """`sustainable`, or `only_nash` where nothing better than the stage equilibrium keeps itself."""
    countries: tuple[str, ...]
    war: str
    instruments: Float[Array, " instrument"]
    payoff: Float[Array, " country"]
    deviation_gain: Float[Array, " country"]
    stake: Float[Array, " country"]
    margin: Float[Array, " country"]
    """(a l − b g)/(1 − δ (1−α)), as of `Incentive`; δ l/(1 − δ) − g at L = 1, π = 1, α = 0."""
    binding: tuple[str, ...]
    """Countries whose incentive is just enough."""
    shadow_price: Float[Array, " country"]
    """Shadow price of patience: rise of the objective Σ w ln(u − d) per unit of δ_i."""
    stationarity: float | None
    """Certificate: relative residual of the first-order conditions, recomputed from payoffs and gradients."""
    sentence: str


@dataclass(frozen=True, eq=False)
class _Problem:
    stage: Stage
    war: Float[Array, " country"]
    disagreement: Float[Array, " country"]
    discount: Float[Array, " country"]
    lag: int
    false_alarm: float
    detection: float
    weights: Float[Array, " country"]
    scale: Float[Array, " country"]

    def terms(self, discount: Float[Array, " country"]) -> tuple[Array, Array]:
        """(a, b)."""
        answered, seen = discount**self.lag, self.detection - self.false_alarm
        patience = 1.0 - discount + self.detection * (discount - answered)
        return answered * seen, patience + self.false_alarm * answered

    def margin(self, gain: Array, stake: Array) -> Array:
        """(a l − b g)/(1 − δ (1−α))."""
        reward, cost = self.terms(self.discount)
        return (reward * stake - cost * gain) / (1.0 - self.discount * (1.0 - self.false_alarm))


def most_cooperative(
    stage: Stage,
    *,
    discount: Float[Array, " country"],
    war: Float[Array, " country"],
    war_name: str,
    target: Float[Array, " instrument"],
    disagreement: Float[Array, " country"] | None = None,
    weights: Float[Array, " country"] | None = None,
    lag: int = 1,
    false_alarm: float = 0.0,
    detection: float = 1.0,
) -> SustainableDeal:
    """The most cooperative sustainable instruments.

    Args:
        stage: payoffs, best responses and bounds.
        discount: δ_i per period, in (0, 1).
        war: payoffs of the consequence of a breach.
        war_name: its name.
        target: where full cooperation would lead (free trade, or a bargain): the search starts on the way there.
        disagreement: d; None = the war.
        weights: w, normalised; None = equal.
        lag: L, periods until a breach is answered.
        false_alarm: α per period.
        detection: π per period.

    Raises:
        AccordError: for shapes or values that are wrong.
        NoSolutionError: if the best point found breaks a constraint or its first-order conditions.
    """
    check_lag(lag)
    check_fractions([("false alarm probability", false_alarm), ("detection probability", detection)])
    problem = _problem(stage, discount, war, disagreement, weights, target, (lag, false_alarm, detection))
    start = _start(problem, target)
    if start is None:
        return _only_nash(problem, war_name)
    point = _improve(problem, start)
    slack = _slack(problem, point)[0]
    if slack.min() < -VIOLATION_LIMIT:
        # the search ended outside: what it started from is feasible and is improved on by shorter steps
        point = _backtrack(problem, start, point)
        slack = _slack(problem, point)[0]
    residual, shadow = _certificate(problem, point)
    if residual > STATIONARITY_LIMIT:
        raise NoSolutionError(
            f"The most cooperative tariffs were not found: the best point misses its conditions by {residual:.2g}. "
            "Give another target."
        )
    return _deal(problem, war_name, point, slack, residual, shadow)


def _problem(
    stage: Stage,
    discount: Float[Array, " country"],
    war: Float[Array, " country"],
    disagreement: Float[Array, " country"] | None,
    weights: Float[Array, " country"] | None,
    target: Float[Array, " instrument"],
    watch: tuple[int, float, float],
) -> _Problem:
    countries, instruments = len(stage.countries), len(stage.owner)
    d = war if disagreement is None else disagreement
    shares = np.full(countries, 1.0 / countries) if weights is None else weights
    problems = [
        Problem(name, f"has shape {array.shape}, must be {shape}", "Give one value each")
        for name, array, shape in (
            ("discount", discount, (countries,)),
            ("war", war, (countries,)),
            ("disagreement", d, (countries,)),
            ("weights", shares, (countries,)),
            ("nash", stage.nash, (instruments,)),
            ("lower", stage.lower, (instruments,)),
            ("upper", stage.upper, (instruments,)),
            ("target", target, (instruments,)),
        )
        if array.shape != shape
    ]
    if not problems and not ((discount > 0.0) & (discount < 1.0)).all():
        problems.append(Problem("discount", f"is {discount}, must lie in (0, 1)", "Give factors per period"))
    if not problems and not (shares > 0.0).all():
        problems.append(Problem("weights", f"are {shares}", "Give positive weights"))
    if problems:
        raise AccordError(problems)
    size = np.maximum(np.abs(stage.payoff(stage.nash)[1]).max(axis=1), np.abs(stage.payoff(target)[1]).max(axis=1))
    scale = np.where(size > 0.0, size, 1.0)
    return _Problem(stage, war, d, discount, *watch, shares / shares.sum(), scale)


def _slack(problem: _Problem, point: Array) -> tuple[Array, Array]:
    """(a l − b g scaled, its Jacobian)."""
    stage, (reward, cost) = problem.stage, problem.terms(problem.discount)
    value, jacobian = stage.payoff(point)
    slack, slope = np.empty(len(value)), np.empty_like(jacobian)
    for country in range(len(value)):
        best, best_slope = stage.payoff(stage.best_response(country, point))
        gain = best[country] - value[country]
        others = np.where(stage.owner == country, 0.0, best_slope[country])
        slack[country] = reward[country] * (value[country] - problem.war[country]) - cost[country] * gain
        slope[country] = (reward[country] + cost[country]) * jacobian[country] - cost[country] * others
    return slack / problem.scale, slope / problem.scale[:, None]


def _objective(problem: _Problem, point: Array, least: float) -> tuple[float, Array]:
    """Σ w ln(u − d) and gradient; below `least` the logarithm goes on as a parabola, since steps may leave it."""
    value, jacobian = problem.stage.payoff(point)
    gain = (value - problem.disagreement) / problem.scale
    safe = np.maximum(gain, least)
    below = np.minimum(gain - least, 0.0) / least
    height = np.log(safe) + below - 0.5 * below**2
    slope = np.where(gain >= least, 1.0 / safe, (1.0 - below) / least)
    return float(problem.weights @ height), (problem.weights * slope / problem.scale) @ jacobian


def _start(problem: _Problem, target: Array) -> Array | None:
    """The best sustainable point on the way from Nash to the target; None where there is none."""
    best: tuple[float, Array] | None = None
    for step in np.linspace(0.0, 1.0, SEGMENT_POINTS)[1:]:
        point = np.clip((1 - step) * problem.stage.nash + step * target, problem.stage.lower, problem.stage.upper)
        gain = (problem.stage.payoff(point)[0] - problem.disagreement) / problem.scale
        if gain.min() <= LEAST_GAIN or _slack(problem, point)[0].min() < 0.0:
            continue
        height = float(problem.weights @ np.log(gain))
        if best is None or height > best[0]:
            best = height, point
    return None if best is None else best[1]


def _improve(problem: _Problem, start: Array) -> Array:
    from scipy.optimize import minimize

    gain = (problem.stage.payoff(start)[0] - problem.disagreement) / problem.scale
    least = 1e-3 * float(gain.min())

    def loss(point: Array) -> tuple[float, Array]:
        value, slope = _objective(problem, point, least)
        return -value, -slope

    # the solver asks for values and slopes apart, and every answer costs a best response per country
    last: dict[bytes, tuple[Array, Array]] = {}

    def both(point: Array) -> tuple[Array, Array]:
        key = point.tobytes()
        if key not in last:
            last.clear()
            last[key] = _slack(problem, point)
        return last[key]

    def slack(point: Array) -> Array:
        return both(point)[0]

    def slope(point: Array) -> Array:
        return both(point)[1]

    constraints: list[dict[str, Any]] = [{"type": "ineq", "fun": slack, "jac": slope}]
    done = minimize(
        loss,
        start,
        jac=True,
        method="SLSQP",
        bounds=list(zip(problem.stage.lower, problem.stage.upper, strict=True)),
        constraints=constraints,
        options={"maxiter": MAX_ITERATIONS, "ftol": SOLVER_TOLERANCE},
    )
    return np.clip(done.x, problem.stage.lower, problem.stage.upper)


def _backtrack(problem: _Problem, inside: Array, outside: Array) -> Array:
    """The last sustainable point on the way out, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if _slack(problem, inside + middle * (outside - inside))[0].min() >= 0.0:
            low = middle
        else:
            high = middle
    return inside + low * (outside - inside)


def _certificate(problem: _Problem, point: Array) -> tuple[float, Array]:
    """(relative residual of the first-order conditions, shadow price of each δ)."""
    from scipy.optimize import nnls

    stage = problem.stage
    value = stage.payoff(point)[0]
    gain = (value - problem.disagreement) / problem.scale
    _, slope = _objective(problem, point, 1e-3 * max(float(gain.min()), LEAST_GAIN))
    slack, slack_slope = _slack(problem, point)
    active = slack <= ACTIVE
    lower, upper = point - stage.lower <= 1e-9, stage.upper - point <= 1e-9
    identity = np.eye(len(point))
    system = np.hstack([slack_slope[active].T, identity[:, lower], -identity[:, upper]])
    if system.shape[1] == 0:
        # nothing binds: the gradient itself must vanish, judged against that of a single country
        size = float(np.abs(stage.payoff(point)[1] / problem.scale[:, None] / gain[:, None]).max())
        return float(np.abs(slope).max()) / max(size, 1e-300), np.zeros(len(value))
    multiplier, residual = nnls(system, -slope)
    shadow = np.zeros(len(value))
    best = np.array([stage.payoff(stage.best_response(i, point))[0][i] for i in range(len(value))])
    above, below = problem.terms(problem.discount + STEP), problem.terms(problem.discount - STEP)
    reward, cost = ((high - low) / (2.0 * STEP) for high, low in zip(above, below, strict=True))
    worth = (reward * (value - problem.war) - cost * (best - value)) / problem.scale
    shadow[active] = multiplier[: int(active.sum())] * worth[active]
    size = float(np.abs(stage.payoff(point)[1] / problem.scale[:, None] / gain[:, None]).max())
    return float(residual) / max(size, 1e-300), shadow


def _deal(
    problem: _Problem, war_name: str, point: Array, slack: Array, residual: float | None, shadow: Array
) -> SustainableDeal:
    stage = problem.stage
    value = stage.payoff(point)[0]
    best = np.array([stage.payoff(stage.best_response(i, point))[0][i] for i in range(len(value))])
    binding = tuple(name for name, value in zip(stage.countries, slack, strict=True) if value <= ACTIVE)
    margin = problem.margin(best - value, value - problem.war)
    limit = f"; {' and '.join(binding)} would cheat on anything better" if binding else ""
    sentence = f"The most cooperative deal that keeps itself under a {war_name} leaves {_gains(problem, value)}{limit}."
    return SustainableDeal(
        AccordStatus.SUSTAINABLE, stage.countries, war_name, point, value, best - value, value - problem.war, margin,
        binding, shadow, residual, sentence,
    )  # fmt: skip


def _only_nash(problem: _Problem, war_name: str) -> SustainableDeal:
    stage = problem.stage
    value = stage.payoff(stage.nash)[0]
    stake = value - problem.war
    none = np.zeros(len(value))
    margin = problem.margin(none, stake)
    sentence = f"Nothing better than the tariffs each sets alone keeps itself under a {war_name}."
    return SustainableDeal(
        AccordStatus.ONLY_NASH, stage.countries, war_name, stage.nash, value, none, stake, margin, stage.countries,
        none, None, sentence,
    )  # fmt: skip


def _gains(problem: _Problem, value: Array) -> str:
    gain = value - problem.disagreement
    return ", ".join(f"{name} {change:+.4g}" for name, change in zip(problem.stage.countries, gain, strict=True))
