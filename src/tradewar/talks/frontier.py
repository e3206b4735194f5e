"""The efficient frontier: the most that one side can have for every level of the other.

For K levels e of u_2: max u_1 subject to u_2 >= e (ε-constraint), each started from the point before. Weighted sums
are not used: they skip the parts that are not concave. The multiplier of the constraint is the local rate of exchange
du_1/du_2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import NoSolutionError, TalksError
from tradewar.io.serialize import Document
from tradewar.talks.bargaining import STATIONARITY_LIMIT, BargainStatus, Talks, programme_of
from tradewar.talks.optimise import CONSTRAINT_TOLERANCE, Programme, maximise_sum, stationarity

POINT_TOLERANCE = 1e-9
"""Change of the scaled payoff at which a point of the frontier is good enough to draw."""


@dataclass(frozen=True, eq=False)
class Frontier(Document, told="parties status payoff instruments exchange_rate largest_stationarity sentence"):
    """Points of the efficient frontier, from side 1's best to side 2's best."""

    parties: tuple[str, str]
    status: BargainStatus
    """`no_deal` where no point leaves both at or above their walk-away payoffs; there are then no points."""
    payoff: Float[Array, "point 2"]
    instruments: Float[Array, "point instrument"]
    exchange_rate: Float[Array, " point"]
    """du_1/du_2 < 0 along the frontier; NaN at an end where side 2's payoff costs nothing."""
    stationarity: Float[Array, " point"]
    """Certificate by point: residual of Pareto efficiency."""
    sentence: str

    @property
    def largest_stationarity(self) -> float | None:
        """Residual of Pareto efficiency of the worst point; None without points."""
        return float(self.stationarity.max()) if len(self.stationarity) else None


def efficient_frontier(
    talks: Talks, points: int = 30, *, within_walk_away: bool = True, progress: Callable[[int, int], None] | None = None
) -> Frontier:
    """Points of the frontier of two parties, evenly spaced in the payoff of the second.

    Args:
        talks: as for `bargain`, with two parties.
        points: how many, at least 2.
        within_walk_away: only points that leave both at or above their walk-away payoffs; otherwise the whole frontier.
        progress: called with (points done, points in all).

    Raises:
        TalksError: unless there are two parties and at least two points.
        NoSolutionError: if a point is not efficient within the tolerance.
    """
    if len(talks.parties) != 2 or points < 2:
        what = f"of {len(talks.parties)} parties with {points} points"
        raise TalksError.at("frontier", what, "Give two parties and at least two points")
    programme = replace(programme_of(talks), tolerance=POINT_TOLERANCE)
    parties = (talks.parties[0], talks.parties[1])
    floors = talks.disagreement if within_walk_away else np.full(2, -np.inf)
    one, two = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    best_1 = maximise_sum(programme, one, np.array([-np.inf, floors[1]]))
    best_2 = maximise_sum(programme, two, np.array([floors[0], -np.inf]))
    # side 1 at its best, with side 2 kept whole, must itself be no worse off than without an agreement
    short = float((floors[0] - best_1.payoff[0]) / programme.scale[0])
    if max(best_1.violation, best_2.violation, short) > CONSTRAINT_TOLERANCE:
        empty = np.empty((0, len(talks.lower)))
        sentence = "No agreement leaves both sides at or above what they have without one."
        no_deal = BargainStatus.NO_DEAL
        return Frontier(parties, no_deal, np.empty((0, 2)), empty, np.empty(0), np.empty(0), sentence)
    lowest = max(float(best_1.payoff[1]), float(floors[1]))
    levels = np.linspace(lowest, float(best_2.payoff[1]), points)
    traced = [best_1.point]
    for level in levels[1:-1]:
        traced.append(_next_point(programme, float(level), traced[-1], best_2.point))
        if progress is not None:
            progress(len(traced), points)
    traced.append(best_2.point)
    return _assembled(parties, programme, np.array(traced))


def _next_point(
    programme: Programme, level: float, before: Float[Array, " instrument"], last: Float[Array, " instrument"]
) -> Float[Array, " instrument"]:
    """The best for side 1 at a level of side 2, from the point before; other starts only where that one fails."""
    one, floors = np.array([1.0, 0.0]), np.array([-np.inf, level])
    for starts in ((before,), (last, *programme.starts)):
        found = maximise_sum(replace(programme, starts=starts), one, floors)
        residual, _, _ = stationarity(programme, found.point, np.ones(2, dtype=bool))
        if found.violation <= CONSTRAINT_TOLERANCE and residual <= STATIONARITY_LIMIT:
            break
    return found.point


def _assembled(parties: tuple[str, str], programme: Programme, traced: Float[Array, "point instrument"]) -> Frontier:
    payoff, rate, residual = np.empty((len(traced), 2)), np.empty(len(traced)), np.empty(len(traced))
    for number, point in enumerate(traced):
        residual[number], payoff[number], weight = stationarity(programme, point, np.ones(2, dtype=bool))
        rate[number] = -weight[1] / weight[0] if weight[0] > 0.0 else np.nan
    worst = int(residual.argmax())
    if residual[worst] > STATIONARITY_LIMIT:
        raise NoSolutionError(
            f"Point {worst + 1} of the frontier misses efficiency by {residual[worst]:.2g}. Give more starting points."
        )
    top, low = payoff[0], payoff[-1]
    sentence = (
        f"Along the frontier {parties[0]} goes from {top[0]:+.4g} down to {low[0]:+.4g} while {parties[1]} goes from "
        f"{top[1]:+.4g} up to {low[1]:+.4g}."
    )
    return Frontier(parties, BargainStatus.DEAL, payoff, np.expm1(traced), rate, residual, sentence)
