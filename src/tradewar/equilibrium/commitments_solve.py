"""The outer problem: wedges z with 0 <= z ⊥ slack(z) >= 0, each slack read off an inner equilibrium.

One commitment: a bracketed root on [0, cap] (Illinois). Several: one such root after the other for a first point, then
semi-smooth Newton on the Fischer-Burmeister function φ(a, b) = a + b − √(a² + b²), nested for the box [0, cap]:

    Φ_k(z) = φ(z_k, −φ(cap_k − z_k, −F_k(z))) = 0,        F = slack / scale

A solution always exists in the box; one with z_k = cap and F_k < 0 means that target k cannot be met. Every inner
equilibrium starts from the one before it.

Source: Fischer (1992, Optimization 24); Billups (1995, University of Wisconsin), on the box.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.commitments import Condition, with_wedges
from tradewar.equilibrium.levers import Levers
from tradewar.equilibrium.prepared import Prepared, nearest_solution, solve_levers
from tradewar.equilibrium.solution import Solution
from tradewar.errors import InfeasibleError, NoSolutionError

FIRST_STEP, GROWTH = 0.1, 2.0
"""The bracket grows from 0 by these."""
RETREATS = 6
"""How often a step to a wedge without inner equilibrium is halved."""
ROOT_LIMIT, NEWTON_LIMIT = 60, 40
DIFFERENCE = 1e-5
"""Step of the finite differences of slack."""
INNER_GAIN, TIGHTEST_INNER = 1e-2, 1e-12
"""Inner equilibria are solved this much tighter than asked, but not below the second."""
ROOT_TOLERANCE = 1e-10
"""Largest |slack| / scale at a root; what the inner tolerance allows where that is coarser."""

Inner = Callable[[Array], Solution | None]
"""The equilibrium at wedges z; None where there is none within the limits."""
Gap = Callable[[float], float]
"""Slack over scale as a function of one wedge; NaN where there is no equilibrium."""


@dataclass(frozen=True, eq=False)
class Committed:
    """An equilibrium that keeps every commitment."""

    solution: Solution
    wedges: Float[Array, " condition"]
    """z."""
    reference: Solution
    """The same policy without commitments."""


def solve_committed(
    prepared: Prepared,
    levers: Levers,
    conditions: Sequence[Condition],
    start: Solution | None = None,
    tolerance: float = 1e-10,
) -> Committed:
    """The equilibrium in which every condition holds at the smallest wedges.

    Raises:
        InfeasibleError: if a target cannot be met; the message gives the largest (or smallest) attainable value.
        NoSolutionError: if the inner equilibrium without commitments, or the outer problem, was not solved.
    """
    inner_tolerance = max(INNER_GAIN * tolerance, TIGHTEST_INNER)
    reference = solve_levers(prepared, levers, start, inner_tolerance)
    if not reference.converged and not reference.residual <= tolerance:
        what = f"residual {reference.residual:.3g}, limit {tolerance:.3g}"
        raise NoSolutionError(f"No equilibrium of the policy without its commitments: {what}.")
    # inner residuals are relative to value added; gaps are relative to targets, which may be much smaller
    allowed = max(ROOT_TOLERANCE, inner_tolerance * max(c.value_added / c.scale for c in conditions))
    gaps = np.array([c.slack(reference.trade_value) / c.scale for c in conditions])
    if (gaps >= -allowed).all():
        return Committed(reference, np.zeros(len(conditions)), reference)
    inner, passes = _inner(prepared, levers, conditions, reference, tolerance, inner_tolerance)
    wedges = _one_after_another(inner, conditions, allowed)
    if len(conditions) > 1:
        wedges = _newton(inner, conditions, wedges, allowed)
    solution = inner(wedges)
    if solution is None:
        raise NoSolutionError("No equilibrium at the wedges that meet the commitments.")
    _refuse_infeasible(conditions, wedges, solution, allowed)
    steps = f"{solution.method}, {len(passes)} inner equilibria"
    return Committed(replace(solution, passes=sum(passes), method=steps), wedges, reference)


def fischer_burmeister(first: Array, second: Array) -> Array:
    """φ(a, b) = a + b − √(a² + b²): zero exactly where a >= 0, b >= 0 and a b = 0."""
    return first + second - np.hypot(first, second)


# ---------------------------------------------------------------- inner equilibria


def _inner(
    prepared: Prepared,
    levers: Levers,
    conditions: Sequence[Condition],
    reference: Solution,
    tolerance: float,
    inner_tolerance: float,
) -> tuple[Inner, list[int]]:
    """The inner problem with its warm start, and the list to which it adds the passes of each solve."""
    last, passes = [reference], [reference.passes]

    def inner(wedges: Array) -> Solution | None:
        at = with_wedges(levers, conditions, wedges)
        found = nearest_solution(prepared, at, last[0], inner_tolerance)
        passes.append(found.passes)
        # what stalls between the inner tolerance and the one asked for is good enough
        if not (found.admissible and found.residual <= tolerance):
            return None
        last[0] = found
        return found

    return inner, passes


# ---------------------------------------------------------------- one unknown


def _one_after_another(inner: Inner, conditions: Sequence[Condition], allowed: float) -> Float[Array, " condition"]:
    """The root of each condition given the wedges of those before it; exact where there is only one."""
    wedges = np.zeros(len(conditions))
    accuracy = allowed if len(conditions) == 1 else 1e-3
    for k, condition in enumerate(conditions):

        def gap(wedge: float, k: int = k, condition: Condition = condition) -> float:
            trial = wedges.copy()
            trial[k] = wedge
            found = inner(trial)
            return float("nan") if found is None else condition.slack(found.trade_value) / condition.scale

        wedges[k] = bracketed_root(gap, condition.cap, accuracy)
    return wedges


def bracketed_root(gap: Gap, cap: float, accuracy: float) -> float:
    """The first z in [0, cap] with gap(z) = 0 that is bracketed: 0 where gap(0) >= 0. Where no gap >= 0 is found, the
    z with the largest gap (the cap, where the gap rises with z)."""
    low, value = 0.0, gap(0.0)
    if value >= -accuracy:
        return 0.0
    best, best_value = low, value
    step, retreats = FIRST_STEP, 0
    while low < cap and retreats <= RETREATS:
        high = min(low + step, cap)
        high_value = gap(high)
        if np.isnan(high_value):
            step, retreats = step / 2.0, retreats + 1
            continue
        if high_value >= 0.0:
            return _illinois(gap, (low, value), (high, high_value), accuracy)
        if high_value > best_value:
            best, best_value = high, high_value
        low, value, step = high, high_value, step * (GROWTH if retreats == 0 else 1.0)
    return best


def _illinois(gap: Gap, low: tuple[float, float], high: tuple[float, float], accuracy: float) -> float:
    """Regula falsi with the Illinois rule; the returned point has |gap| <= accuracy or a bracket at rounding."""
    (a, fa), (b, fb) = low, high
    side = 0
    for _ in range(ROOT_LIMIT):
        if abs(fb) <= accuracy or b - a <= 4.0 * np.finfo(float).eps * max(b, 1.0):
            return b
        middle = (a * fb - b * fa) / (fb - fa)
        value = gap(middle)
        if np.isnan(value):
            middle, value = 0.5 * (a + b), gap(0.5 * (a + b))
        if abs(value) <= accuracy:
            return middle
        if value > 0.0:
            b, fb, fa = middle, value, fa / 2.0 if side == 1 else fa
            side = 1
        else:
            a, fa, fb = middle, value, fb / 2.0 if side == -1 else fb
            side = -1
    return b


# ---------------------------------------------------------------- several unknowns


def _newton(
    inner: Inner, conditions: Sequence[Condition], start: Float[Array, " condition"], allowed: float
) -> Float[Array, " condition"]:
    cap = np.array([c.cap for c in conditions])
    wedges = start
    gaps = _gaps(inner, conditions, wedges)
    for _ in range(NEWTON_LIMIT):
        if gaps is None:
            break
        if float(np.abs(wedges - np.clip(wedges - gaps, 0.0, cap)).max()) <= allowed:
            return wedges
        merit, derivative = _merit(wedges, gaps, cap), _derivative(inner, conditions, wedges, gaps, cap)
        step = np.linalg.lstsq(derivative, -merit, rcond=None)[0]
        wedges, gaps = _line_search(inner, conditions, wedges, step, cap, float(np.linalg.norm(merit)))
    worst = "no equilibrium there" if gaps is None else f"largest gap {np.abs(gaps).max():.3g} of a target"
    raise NoSolutionError(f"The commitments were not met together within the limits: {worst}.")


def _gaps(inner: Inner, conditions: Sequence[Condition], wedges: Array) -> Float[Array, " condition"] | None:
    found = inner(wedges)
    return None if found is None else np.array([c.slack(found.trade_value) / c.scale for c in conditions])


def _merit(wedges: Array, gaps: Array, cap: Array) -> Float[Array, " condition"]:
    """Φ."""
    return fischer_burmeister(wedges, -fischer_burmeister(cap - wedges, -gaps))


def _derivative(
    inner: Inner, conditions: Sequence[Condition], wedges: Array, gaps: Array, cap: Array
) -> Float[Array, "condition condition"]:
    """An element of the generalised derivative of Φ: finite differences of slack, exact outer derivatives."""
    count = len(wedges)
    slope = np.zeros((count, count))
    for k in range(count):
        step = -DIFFERENCE if wedges[k] + DIFFERENCE > cap[k] else DIFFERENCE
        trial = wedges.copy()
        trial[k] += step
        moved = _gaps(inner, conditions, trial)
        slope[:, k] = 0.0 if moved is None else (moved - gaps) / step
    upper = -fischer_burmeister(cap - wedges, -gaps)
    by_wedge, by_upper = _partials(wedges, upper)
    by_room, by_gap = _partials(cap - wedges, -gaps)
    # upper = −φ(cap − z, −F): ∂upper/∂z = by_room + by_gap ∂F/∂z
    return np.diag(by_wedge + by_upper * by_room) + (by_upper * by_gap)[:, None] * slope


def _partials(first: Array, second: Array) -> tuple[Array, Array]:
    """∂φ/∂a and ∂φ/∂b; at the kink (0, 0) the element in the direction (1, 1)."""
    size = np.hypot(first, second)
    safe = np.where(size > 0.0, size, 1.0)
    corner = 1.0 - np.sqrt(0.5)
    return np.where(size > 0.0, 1.0 - first / safe, corner), np.where(size > 0.0, 1.0 - second / safe, corner)


def _line_search(
    inner: Inner, conditions: Sequence[Condition], wedges: Array, step: Array, cap: Array, size: float
) -> tuple[Array, Array | None]:
    share = 1.0
    trial, gaps = wedges, None
    while share > 1e-4:
        trial = np.clip(wedges + share * step, 0.0, cap)
        gaps = _gaps(inner, conditions, trial)
        if gaps is not None and float(np.linalg.norm(_merit(trial, gaps, cap))) < (1.0 - 1e-4 * share) * size:
            break
        share /= 2.0
    return trial, gaps


# ---------------------------------------------------------------- what cannot be met


def _refuse_infeasible(conditions: Sequence[Condition], wedges: Array, solution: Solution, allowed: float) -> None:
    attainable: dict[str, float] = {}
    said: list[str] = []
    for condition, wedge in zip(conditions, wedges, strict=True):
        if condition.slack(solution.trade_value) / condition.scale >= -10.0 * allowed:
            continue
        value = attainable[condition.title] = condition.value(solution.trade_value)
        kind = "largest" if condition.at_least else "smallest"
        said.append(
            f"{condition.title}: the target of {condition.target:,.6g} cannot be met; the {kind} attainable value is "
            f"{value:,.6g}, at a wedge of {wedge:.3g} (cap {condition.cap:g})"
        )
    if said:
        raise InfeasibleError(". ".join(said) + ".", attainable)
