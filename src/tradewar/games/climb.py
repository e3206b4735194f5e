"""A player's climb to a best response by the first-order rule, accelerated, and never downhill.

1. f(x) = rule(x) − x, with x the log(1 + t) of the player's own instruments; all other tariffs stay.
2. trial = Anderson mixing of the last rule steps, within bounds; accepted if the equilibrium exists and the payoff
   does not fall. Otherwise the memory is cleared and x + a f is tried with a = 1, ½, ¼, ... : f is an ascent
   direction (`tradewar.games.rule`), so some a raises the payoff unless x is a local maximum.
3. stop when max |f| is below the tolerance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import NoSolutionError
from tradewar.games.instruments import Instruments
from tradewar.games.multipliers import multipliers
from tradewar.games.objectives import Objective, derivatives, log_payoffs
from tradewar.games.rule import gradient, own_worth, projected, rule
from tradewar.games.settle import TOLERANCE as EQUILIBRIUM_TOLERANCE
from tradewar.games.settle import settle
from tradewar.games.stage import Position, Stage

MEMORY = 6
TOLERANCE = 1e-10
MAX_STEPS = 200
SMALLEST_FRACTION = 1e-6
MIXING_CUTOFF = 1e-10
"""Relative cutoff of singular values in Anderson's least squares."""
PAYOFF_SLACK = 1e-12
"""A trial may lower the log payoff by this much: the rounding of an equilibrium."""


@dataclass(frozen=True)
class Effort:
    """How hard a climb tries."""

    tolerance: float = TOLERANCE
    """Largest log step that counts as none."""
    max_steps: int = MAX_STEPS
    equilibrium: float = EQUILIBRIUM_TOLERANCE
    """Largest residual of the equilibria on the way."""
    slack: float = PAYOFF_SLACK
    """How far a trial may lower the log payoff: the error that the equilibria leave in it."""


FULL = Effort()


@dataclass(frozen=True, eq=False)
class Game:
    """A stage, what its players maximise, and what they choose."""

    stage: Stage
    objective: Objective
    instruments: Instruments


@dataclass(frozen=True, eq=False)
class Point:
    """A player's tariffs with their equilibrium, payoff, and what the first-order rule says there."""

    level: Float[Array, " instrument"]
    """log(1 + t) of the player's instruments."""
    position: Position
    log_payoff: float
    step: Float[Array, " instrument"]
    """f = rule(x) − x."""
    slope: Float[Array, " instrument"]
    """∂ log G / ∂ log(1 + t), without the parts that only a bound holds back."""

    @property
    def distance(self) -> float:
        """max |f|."""
        return float(np.abs(self.step).max())


@dataclass(frozen=True, eq=False)
class Climb:
    """The end of a climb."""

    point: Point
    converged: bool
    steps: int
    abandoned: bool = False
    """True if it returned to where it must not be followed any further."""


def mix(levels: list[Array], steps: list[Array]) -> Array:
    """Anderson's next point from past points x and steps f, in the difference form."""
    if len(levels) == 1:
        return levels[-1] + steps[-1]
    change_x = np.diff(np.array(levels), axis=0).T
    change_f = np.diff(np.array(steps), axis=0).T
    if not np.isfinite(change_f).all():
        return levels[-1] + steps[-1]
    weights = np.linalg.lstsq(change_f, steps[-1], rcond=MIXING_CUTOFF)[0]
    return levels[-1] + steps[-1] - (change_x + change_f) @ weights


def look(
    game: Game,
    others: Array,
    level: Array,
    start: Position | None,
    at_least: float = -np.inf,
    tolerance: float = EQUILIBRIUM_TOLERANCE,
) -> Point | None:
    """The point at the given tariffs of one player, all others' at `others`; None if the payoff is below `at_least`.

    `game.instruments` must be those of a single player.
    """
    stage, own = game.stage, game.instruments
    try:
        position = settle(stage, own.place(level, others), start, tolerance)
        payoff = float(log_payoffs(game.objective, stage, position)[own.players[0]])
        if not payoff >= at_least:
            return None
        found = multipliers(stage, position, derivatives(game.objective, stage, position, own.players))
    except NoSolutionError:
        return None
    worth = own_worth(found, own)
    step = rule(own, stage.trade_elasticity, position, worth, level) - level
    slope = gradient(own, stage.trade_elasticity, position, worth)
    return Point(level, position, payoff, step, projected(own, level, slope))


def climb(
    game: Game,
    others: Float[Array, "importer exporter sector"],
    level: Float[Array, " instrument"],
    start: Position | None = None,
    effort: Effort = FULL,
    abandon: Callable[[Point], bool] | None = None,
) -> Climb:
    """Climb from the given tariffs of one player, all others' tariffs as in `others`.

    Raises:
        NoSolutionError: if there is no equilibrium at the first point.
    """
    point = look(game, others, level, start, tolerance=effort.equilibrium)
    if point is None:
        player = game.stage.world.countries[int(game.instruments.players[0])]
        raise NoSolutionError(f"No equilibrium at the tariffs from which a best response of {player} was sought.")
    levels, steps = [point.level], [point.step]
    for count in range(effort.max_steps):
        if point.distance < effort.tolerance:
            return Climb(point, True, count)
        if abandon is not None and abandon(point):
            return Climb(point, False, count, abandoned=True)
        floor = point.log_payoff - effort.slack
        trial = np.clip(mix(levels, steps), game.instruments.lower, game.instruments.upper)
        found = look(game, others, trial, point.position, floor, effort.equilibrium)
        if found is None:
            # a plain step that failed need not be tried again
            found = _along_step(game, others, point, effort, 0.5 if len(levels) == 1 else 1.0)
            levels, steps = [], []
        if found is None:
            return Climb(point, False, count)
        point = found
        levels, steps = [*levels, point.level][-MEMORY:], [*steps, point.step][-MEMORY:]
    return Climb(point, point.distance < effort.tolerance, effort.max_steps)


def _along_step(game: Game, others: Array, point: Point, effort: Effort, fraction: float) -> Point | None:
    floor = point.log_payoff - effort.slack
    while fraction >= SMALLEST_FRACTION:
        trial = point.level + fraction * point.step
        found = look(game, others, trial, point.position, floor, effort.equilibrium)
        if found is not None:
            return found
        fraction *= 0.5
    return None
