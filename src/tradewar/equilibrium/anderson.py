"""Anderson acceleration of a fixed point z = G(z), for one problem or for several at once.

Difference form. With f = G(z) − z, the rows of ΔF and ΔG are the last `memory` differences of f and of G, scaled so
that those of ΔF have length 1; γ solves (ΔF ΔFᵀ with its diagonal × (1 + 1e-14)) γ = ΔF f, and the next point is
G(z) − γᵀΔG. The history is dropped when the residual exceeds 20 times the best one so far or is not finite. The
iteration stops on the residual that the map reports about its own equations, never on the size of a step.

Source: Walker and Ni (2011, SIAM Journal on Numerical Analysis 49(4)), section 2.

Newton-Krylov for z = G(z): quadratic where Anderson acceleration does not converge.

Solves F(z) = G(z) − z = 0 with forward differences along Krylov directions, GMRES with restarts of 60, the forcing term
η = min(0.3, max(0.9 (‖F⁺‖/‖F‖)², 1e-4)) of Eisenstat and Walker (1996, SIAM Journal on Scientific Computing 17(1)),
and a line search that halves the step until ‖F⁺‖ < (1 − 1e-4 s) ‖F‖.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

Step = Callable[[Array], tuple[Array, Array]]
"""Maps points z `[problem, unknown]` to G(z), of the same shape, and to the residual of each problem at z."""

MEMORY = 10
RESET_RATIO = 20.0
"""The history is dropped where the residual exceeds this many times the best one so far."""
DIAGONAL = 1.0 + 1e-14
"""Diagonal of the matrix of inner products of unit vectors: keeps it from being singular."""
MAX_BREAKDOWNS = 3
"""Gives up after this many points at which the map was not finite."""


@dataclass(frozen=True, eq=False)
class FixedPoint:
    """Where an iteration ended. K problems, n unknowns."""

    point: Float[Array, "problem unknown"]
    residual: Float[Array, " problem"]
    """At `point`, which is the best one met."""
    passes: int
    """How often the map was evaluated."""
    converged: bool
    method: str = "anderson"


@dataclass
class _History:
    """Differences of f and G in a ring of `memory` rows, and the inner products of the former."""

    residual_steps: Array
    map_steps: Array
    gram: Array
    slot: int = 0

    @classmethod
    def empty(cls, problems: int, unknowns: int, memory: int) -> _History:
        shape = (problems, memory, unknowns)
        gram = np.tile(DIAGONAL * np.eye(memory), (problems, 1, 1))
        return cls(np.zeros(shape), np.zeros(shape), gram)

    def add(self, residual_step: Array, map_step: Array) -> None:
        """Keep a difference of f and of G, both divided by the length of the former: the Gram matrix has ones."""
        slot = self.slot
        length = np.sqrt((residual_step * residual_step).sum(axis=1, keepdims=True))
        length[length == 0.0] = 1.0
        unit = residual_step / length
        self.residual_steps[:, slot] = unit
        self.map_steps[:, slot] = map_step / length
        products = np.matmul(self.residual_steps, unit[:, :, None])[:, :, 0]
        self.gram[:, slot, :] = products
        self.gram[:, :, slot] = products
        self.gram[:, slot, slot] = DIAGONAL
        self.slot = (slot + 1) % self.gram.shape[1]

    def drop(self, rows: Array) -> None:
        self.residual_steps[rows] = 0.0
        self.map_steps[rows] = 0.0
        self.gram[rows] = DIAGONAL * np.eye(self.gram.shape[1])

    def correction(self, gap: Array) -> Array:
        """γᵀΔG. Empty slots, rows of zeros, get γ = 0."""
        products = np.matmul(self.residual_steps, gap[:, :, None])
        weights = np.linalg.solve(self.gram, products)
        return np.matmul(weights.transpose(0, 2, 1), self.map_steps)[:, 0]


def accelerate(
    step: Step, start: Float[Array, "problem unknown"], *, tolerance: float, limit: int = 300, memory: int = MEMORY
) -> FixedPoint:
    """Iterate z ← G(z), accelerated, until every problem's residual is at most the tolerance.

    Args:
        step: the map; it must not keep or change the points it is given.
        start: first points.
        tolerance: largest residual at which a problem counts as solved.
        limit: most evaluations of the map.
        memory: differences kept.

    Returns:
        The best points met, with `converged` False where the limit was reached or the map broke down.
    """
    point = np.array(start, dtype=float)
    history = _History.empty(point.shape[0], point.shape[1], memory)
    best, best_residual = point.copy(), np.full(len(point), np.inf)
    retreat = point.copy()
    previous: tuple[Array, Array] | None = None
    breakdowns = passes = 0
    while passes < limit:
        passes += 1
        image, residual = step(point)
        finite = np.isfinite(residual)
        better = residual < best_residual
        if better.any():
            best_residual = np.where(better, residual, best_residual)
            best[better], retreat[better] = point[better], image[better]
        if (best_residual <= tolerance).all():
            return FixedPoint(best, best_residual, passes, converged=True)
        if not finite.all():
            breakdowns += 1
            if breakdowns > MAX_BREAKDOWNS:
                break
            history.drop(np.ones(len(point), dtype=bool))
            point, previous = retreat.copy(), None
            continue
        gap = image - point
        if previous is not None:
            history.add(gap - previous[0], image - previous[1])
        worse = residual > RESET_RATIO * best_residual
        if worse.any():
            history.drop(worse)
        previous = (gap, image)
        try:
            point = image - history.correction(gap)
        except np.linalg.LinAlgError:
            history.drop(np.ones(len(point), dtype=bool))
            point = image
    return FixedPoint(best, best_residual, passes, converged=False)


RESTART = 60
SMALLEST_STEP = 2.0**-12
DIFFERENCE = 1e-7


def newton_krylov(
    step: Step,
    start: Float[Array, "problem unknown"],
    *,
    tolerance: float,
    limit: int = 40,
    longest: float = np.inf,
    difference: float = DIFFERENCE,
) -> FixedPoint:
    """Solve one problem (a single row).

    Args:
        step: the map, as in `anderson.accelerate`.
        start: the first point.
        tolerance: largest residual at which it counts as solved.
        limit: most Newton steps.
        longest: most that any unknown moves in one of them.
        difference: length of a forward difference relative to the length of the point.

    Returns:
        The last point accepted; `converged` is False where the line search failed or the limit was reached.
    """
    from scipy.sparse.linalg import LinearOperator, gmres

    passes = 0

    def gap(point: Array) -> tuple[Array, float]:
        nonlocal passes
        passes += 1
        image, residual = step(point[None, :])
        return image[0] - point, float(residual[0])

    point = np.array(start[0], dtype=float)
    value, residual = gap(point)
    size, forcing = float(np.linalg.norm(value)), 0.3
    for _ in range(limit):
        if residual <= tolerance:
            break
        if not np.isfinite(size):
            break

        def along(direction: Array, at: Array = point, base: Array = value) -> Array:
            length = float(np.linalg.norm(direction))
            if length == 0.0:
                return np.zeros_like(direction)
            reach = difference * max(1.0, float(np.linalg.norm(at)) / np.sqrt(len(at))) / length
            return (gap(at + reach * direction)[0] - base) / reach

        shape = (len(point), len(point))
        operator = LinearOperator(shape, matvec=along, dtype=float)  # pyright: ignore[reportCallIssue]
        direction, _ = gmres(operator, -value, rtol=forcing, atol=0.0, restart=RESTART, maxiter=2)
        direction *= min(1.0, longest / max(float(np.abs(direction).max()), longest))
        share = 1.0
        while share >= SMALLEST_STEP:
            trial = point + share * direction
            trial_value, trial_residual = gap(trial)
            trial_size = float(np.linalg.norm(trial_value))
            if np.isfinite(trial_residual) and trial_size < (1.0 - 1e-4 * share) * size:
                break
            share /= 2.0
        else:
            break
        forcing = min(0.3, max(0.9 * (trial_size / size) ** 2, 1e-4))
        point, value, residual, size = trial, trial_value, trial_residual, trial_size
    return FixedPoint(point[None, :], np.array([residual]), passes, residual <= tolerance, "newton-krylov")
