"""The chain of solvers, one for both market structures.

    1. near        the market's solvers from the first point, the quickest first, until one converges
    2. path        from the baseline along the policy, straight in logs: each stretch as under 1, halved where it fails
    3. scattered   the most careful solver from seeded other wages

A *root* solves the equations; it is *admissible* where all its signs are. The first admissible one is the answer, with
one exception. A root is *doubtful* where it need not be the only one: somebody keeps less than `KEPT` of what it earns,
or goods are complements (θ < 0). Then the path comes before what is near, so that the answer is the one reached
continuously from the baseline, whatever the first point, and the scattered points tell whether there are others.

Numerical evidence, no theorem: in random worlds with θ > 0 nothing but one root was ever found where nobody's income is
near zero, so an inadmissible one there means that there is none.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

FIRST_STRETCH, SMALLEST_STRETCH = 1.0 / 4.0, 1.0 / 64.0
"""Shares of the policy."""
KEPT = 0.5
"""Income over earnings below which a root is doubtful."""
SCATTERED, SCATTERED_COMPLEMENTS = 4, 20
"""How many other wages are tried, and how many where goods are complements."""
SPREAD, SEED = 1.0, 20170101
"""Standard deviation of scattered log wages, and their seed."""
SAME = 1e-6
"""Roots whose log real incomes differ by no more are one."""


@dataclass(frozen=True, eq=False)
class Root:
    """Where a solver ended."""

    point: Float[Array, " unknown"]
    """Log wages first."""
    residual: float
    """Largest residual of the equations."""
    passes: int
    converged: bool
    """True if the tolerance was reached."""
    method: str
    kept: Float[Array, " country"]
    """Income of each country over what its labour earns."""
    admissible: bool = True
    levels: Any = None
    """What the market worked out about the point."""

    @property
    def holds(self) -> bool:
        """True if it is an equilibrium."""
        return self.converged and self.admissible

    @property
    def tight(self) -> bool:
        """True if somebody is left with little of what it earns."""
        return bool(self.kept.min() < KEPT)


@dataclass(frozen=True, eq=False)
class Found:
    """The end of the chain."""

    root: Root
    """The equilibrium; where there is none (`root.holds` is False), what came nearest."""
    passes: int
    """Of all solvers together."""
    doubtful: bool = False
    """True if it need not be the only one."""
    others: tuple[Root, ...] = ()
    """Further equilibria under the same policy."""
    reached: float = 1.0
    """Largest share of the policy at which there is one on the path from the baseline."""
    edge: Root | None = None
    """The equilibrium there, where the path ends before the policy."""


class Problem(ABC):
    """One policy on one baseline: a market's equations with everything that the chain asks about them."""

    @property
    def complements(self) -> bool:
        """True if θ < 0 in some sector."""
        return False

    @property
    @abstractmethod
    def countries(self) -> int:
        """N: the first N unknowns are log wages."""

    @property
    @abstractmethod
    def baseline(self) -> Float[Array, " unknown"]:
        """The point of the baseline."""

    @property
    @abstractmethod
    def solvers(self) -> Sequence[Callable[[float, Array], Root]]:
        """From the quickest to the most careful: each solves the problem a share of the way, from a first point."""

    @abstractmethod
    def at_wages(self, log_wage: Float[Array, " country"]) -> Float[Array, " unknown"]:
        """A first point with these wages."""

    @abstractmethod
    def log_real_income(self, root: Root) -> Float[Array, " country"]:
        """Log of real income at an equilibrium."""


def find(problem: Problem, first: Float[Array, " unknown"] | None = None, search: bool = True) -> Found:
    """The equilibrium of a problem.

    Args:
        problem: what is to be solved.
        first: a point to start from; None = that of the baseline.
        search: False takes a doubtful root as it is, and leaves out scattered wages.
    """
    near = _at(problem, 1.0, problem.baseline if first is None else first)
    if near.holds and not (search and (near.tight or problem.complements)):
        return Found(near, near.passes)
    path, reached, edge = _walk(problem)
    roots = [near] if path is None else [path, near]
    if search and first is not None and path is None:
        roots.insert(0, _at(problem, 1.0, problem.baseline))
    if search:
        scattered = (problem.solvers[-1](1.0, point) for point in _scattered(problem))
        roots += [replace(root, method=f"{root.method} from other wages") for root in scattered]
    passes = sum(root.passes for root in (*roots, *edge))
    different = _different(problem, [root for root in roots if root.holds])
    if different:
        root = different[0]
        return Found(root, passes, root.tight or problem.complements, tuple(different[1:]))
    # what satisfies the equations says most about why there is no equilibrium
    nearest = min(roots, key=lambda root: (not root.converged, root.residual))
    return Found(nearest, passes, reached=reached, edge=edge[-1] if edge else None)


def _at(problem: Problem, share: float, point: Array) -> Root:
    first, *rest = problem.solvers
    best = first(share, point)
    for solver in rest:
        if best.converged:
            break
        found = solver(share, point)
        better = found if found.converged or found.residual < best.residual else best
        best = replace(better, passes=best.passes + found.passes)
    return best


def _walk(problem: Problem) -> tuple[Root | None, float, list[Root]]:
    """The root at the end of the way from the baseline, None if it was not reached; the share reached; the steps."""
    reached, stretch, point, steps = 0.0, FIRST_STRETCH, problem.baseline, list[Root]()
    while stretch >= SMALLEST_STRETCH:
        target = min(1.0, reached + stretch)
        found = _at(problem, target, point)
        if found.holds and target == 1.0:
            return replace(found, method=f"{found.method} after continuation"), target, steps
        if found.holds:
            reached, point, stretch = target, found.point, 2.0 * stretch
            steps.append(found)
        else:
            stretch /= 2.0
    return None, reached, steps


def _scattered(problem: Problem) -> Iterator[Array]:
    draw = np.random.default_rng(SEED)
    for _ in range(SCATTERED_COMPLEMENTS if problem.complements else SCATTERED):
        yield problem.at_wages(SPREAD * draw.standard_normal(problem.countries))


def _different(problem: Problem, roots: Sequence[Root]) -> list[Root]:
    """Without those that differ only in what is not determined, such as the wage of who trades with nobody."""
    kept: list[tuple[Root, Array]] = []
    for root in roots:
        real = problem.log_real_income(root)
        if all(np.abs(real - other).max() > SAME for _, other in kept):
            kept.append((root, real))
    return [root for root, _ in kept]
