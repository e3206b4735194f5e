"""The arrays of a solved equilibrium, and the chain of solvers that finds it, one for both market structures.

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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.levers import Levers

FIRST_STRETCH, SMALLEST_STRETCH = 1.0 / 4.0, 1.0 / 256.0
"""Shares of the policy."""
KEPT = 0.5
"""Income over earnings below which a root is doubtful."""
SCATTERED, SCATTERED_COMPLEMENTS = 4, 20
"""How many other wages are tried, and how many where goods are complements and no equilibrium is known."""
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
    reached: float = 0.0
    """Without one: the largest share of the policy at which there is one on the path from the baseline."""
    kept: Float[Array, " country"] | None = None
    """What everybody keeps of what it earns there, or beyond, where the equations still hold but the signs do not."""


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
        search: False takes the first root as it is, even one that is not admissible, and leaves out scattered wages.
    """
    near = _at(problem, 1.0, problem.baseline if first is None else first)
    trusted = near.holds and not (near.tight or problem.complements)
    if trusted or (near.converged and not search):
        return Found(near, near.passes)
    path = _walk(problem)
    roots = [root for share, root in path if share == 1.0] + [near]
    if search and first is not None and not roots[0].holds:
        roots.insert(0, _at(problem, 1.0, problem.baseline))
    if search:
        roots += _scattered(problem, roots)
    passes = sum(root.passes for root in roots) + sum(root.passes for share, root in path if share < 1.0)
    different = _different(problem, [root for root in roots if root.holds])
    if different:
        root = different[0]
        return Found(root, passes, root.tight or problem.complements, tuple(different[1:]))
    # what satisfies the equations says most about why there is no equilibrium
    nearest = min(roots, key=lambda root: (not root.converged, root.residual))
    reached = max((share for share, root in path if root.holds), default=0.0)
    beyond = min((step for step in path if step[1].converged and step[0] >= reached), default=None, key=_left)
    return Found(nearest, passes, reached=reached, kept=None if beyond is None else beyond[1].kept)


def _left(step: tuple[float, Root]) -> tuple[bool, float]:
    """Roots that are not admissible first, the nearest share first."""
    share, root = step
    return root.admissible, share


def _at(problem: Problem, share: float, point: Array) -> Root:
    first, *rest = problem.solvers
    best = first(share, point)
    for solver in rest:
        if best.converged:
            break
        found = solver(share, best.point if best.admissible else point)
        better = found if found.converged or found.residual < best.residual else best
        best = replace(better, passes=best.passes + found.passes)
    return best


def _walk(problem: Problem) -> list[tuple[float, Root]]:
    """All that was met on the way from the baseline, with the share of the policy; the last is that reached, if any."""
    reached, stretch, ceiling, point = 0.0, FIRST_STRETCH, np.inf, problem.baseline
    met: list[tuple[float, Root]] = []
    while reached < 1.0:
        target = min(1.0, reached + stretch)
        # beyond a root that is not admissible there is nothing to look for
        target = target if target < ceiling else 0.5 * (reached + ceiling)
        if target - reached < SMALLEST_STRETCH:
            break
        found = _at(problem, target, point)
        met.append((target, replace(found, method=f"{found.method} after continuation")))
        if found.holds:
            stretch, reached, point = 2.0 * (target - reached), target, found.point
        else:
            stretch = 0.5 * (target - reached)
            ceiling = target if found.converged else ceiling
    return met


def _scattered(problem: Problem, known: Sequence[Root]) -> list[Root]:
    """Where other first wages lead. The careful solver is dear: it is for where the quick one has led nowhere."""
    wanting = not any(root.holds for root in known)
    many, careful = wanting and problem.complements, wanting and not any(root.converged for root in known)
    solver = problem.solvers[-1 if careful or many else 0]
    draw = np.random.default_rng(SEED)
    wages = SPREAD * draw.standard_normal((SCATTERED_COMPLEMENTS if many else SCATTERED, problem.countries))
    found = [solver(1.0, problem.at_wages(row)) for row in wages]
    return [replace(root, method=f"{root.method} from other wages") for root in found]


def _different(problem: Problem, roots: Sequence[Root]) -> list[Root]:
    """Without those that differ only in what is not determined, such as the wage of who trades with nobody."""
    kept: list[tuple[Root, Array]] = []
    for root in roots:
        real = problem.log_real_income(root)
        if all(np.abs(real - other).max() > SAME for _, other in kept):
            kept.append((root, real))
    return [root for root, _ in kept]


@dataclass(frozen=True, eq=False)
class Solution:
    """Every quantity of one equilibrium. Hats are ratios to the baseline; levels are money of the numeraire."""

    levers: Levers
    wage_hat: Float[Array, " country"]
    """w."""
    unit_cost_hat: Float[Array, "country sector"]
    """c."""
    price_hat: Float[Array, "importer sector"]
    """P; 1 where the importer buys nothing."""
    trade_value: Float[Array, "importer exporter sector"]
    """B, f.o.b., export tax included, duty excluded."""
    expenditure: Float[Array, "importer sector"]
    """X, duty included."""
    gross_output: Float[Array, "exporter sector"]
    """Y, producers' revenue."""
    income: Float[Array, " country"]
    """I."""
    tariff_revenue: Float[Array, " importer"]
    """Σ t' B."""
    trade_deficit: Float[Array, " country"]
    """D after the change."""
    passes: int
    """Evaluations of the map, or Newton steps."""
    residual: float
    """Of the solver's own equations; the certificate is computed elsewhere."""
    converged: bool
    """True if the tolerance was reached at an admissible root."""
    method: str
    """What found it: anderson or newton, perhaps after continuation or from other wages."""
    admissible: bool = True
    """False where an income, output or expenditure is negative."""
    doubtful: bool = False
    """True if it need not be the only equilibrium; see the top of this file."""
    others: tuple[Solution, ...] = ()
    """Further equilibria found under the same policy."""
    reached: float = 0.0
    """Without an equilibrium: the largest share of the policy, in logs, at which one was found."""
    kept: Float[Array, " country"] | None = None
    """Without an equilibrium: what everybody keeps of what it earns there, or just beyond."""


def solution_of(found: Found, arrays: Callable[[Root], dict[str, Any]]) -> Solution:
    """The solution of a root; `arrays` gives its arrays by field."""

    def one(root: Root, passes: int, **more: Any) -> Solution:
        return Solution(
            **arrays(root), passes=passes, residual=root.residual, converged=root.holds, method=root.method,
            admissible=root.admissible, **more,
        )  # fmt: skip

    others = tuple(one(root, root.passes) for root in found.others)
    return one(found.root, found.passes, doubtful=found.doubtful, others=others, reached=found.reached, kept=found.kept)
