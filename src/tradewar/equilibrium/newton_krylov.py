"""Newton-Krylov for z = G(z): quadratic where Anderson acceleration does not converge.

Solves F(z) = G(z) − z = 0 with forward differences along Krylov directions, GMRES with restarts of 60, the forcing term
η = min(0.3, max(0.9 (‖F⁺‖/‖F‖)², 1e-4)) of Eisenstat and Walker (1996, SIAM Journal on Scientific Computing 17(1)),
and a line search that halves the step until ‖F⁺‖ < (1 − 1e-4 s) ‖F‖.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.anderson import FixedPoint, Step

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
