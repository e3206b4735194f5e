"""Continuation: reach a far equilibrium by a chain of nearer ones, halving the stretch where one is not reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from numpy import ndarray as Array

from tradewar.equilibrium.anderson import FixedPoint

SMALLEST_STRETCH = 1.0 / 64.0


def continued(solve_at: Callable[[float, Array], FixedPoint], start: Array) -> FixedPoint:
    """Walk from the baseline (share 0) to the policy (share 1).

    Args:
        solve_at: solves the problem a share of the way, from a first point.
        start: the point of the baseline.

    Returns:
        The solution at share 1 with all passes counted; `converged` is False where a stretch of 1/64 was not enough.
    """
    reached, stretch, point, passes = 0.0, 0.5, start, 0
    while True:
        target = min(1.0, reached + stretch)
        found = solve_at(target, point)
        passes += found.passes
        if found.converged:
            reached, point = target, found.point
            stretch *= 2.0
        else:
            stretch /= 2.0
        if (found.converged and reached == 1.0) or stretch < SMALLEST_STRETCH:
            return replace(found, passes=passes, method=f"{found.method} after continuation")
