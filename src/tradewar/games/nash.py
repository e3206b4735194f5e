"""The Nash war: tariffs from which no player's own first-order rule moves away.

    1. two rough rounds: all players' best responses at once, to 1e-3, which settles which corners are in play;
    2. the joint map: every player applies its own rule at the common equilibrium, one equilibrium and one adjoint per
       step, with Anderson mixing in logs, until no log tariff moves by more than 1e-10;
    3. where that does not converge in 200 steps, Gauss-Seidel rounds of full best responses.

A fixed point of the rule is a first-order point, not yet an equilibrium: see `tradewar.games.certificate`.

A player's climb to a best response by the first-order rule, accelerated, and never downhill.

1. f(x) = rule(x) − x, with x the log(1 + t) of the player's own instruments; all other tariffs stay.
2. trial = Anderson mixing of the last rule steps, within bounds; accepted if the equilibrium exists and the payoff
   does not fall. Otherwise the memory is cleared and x + a f is tried with a = 1, ½, ¼, ... : f is an ascent
   direction (`tradewar.games.multipliers`), so some a raises the payoff unless x is a local maximum.
3. stop when max |f| is below the tolerance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import NoSolutionError
from tradewar.games.instruments import Instruments
from tradewar.games.multipliers import gradient, multipliers, own_worth, projected, rule
from tradewar.games.objectives import Objective, derivatives, log_payoffs
from tradewar.games.stage import TOLERANCE as EQUILIBRIUM_TOLERANCE
from tradewar.games.stage import Position, Stage, settle

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


JOINT_MEMORY = 8
SETTLED = 1e-10
JOINT_STEPS = 200
ROUGH_ROUNDS = 2
ROUGH = Effort(tolerance=1e-3, max_steps=10)
ROUGH_WORK_LIMIT = 50_000
"""Rough rounds are left out where players x N² S exceeds this: they cost players times as much as the joint map, which
reached the same war without them from every start tried. The certificate is there for the case in which it does not."""
ROUND_LIMIT = 60
ROUND_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class FirstOrderPoint:
    """Where a search for a Nash war ended."""

    level: Float[Array, " instrument"]
    """log(1 + t) of all players' instruments."""
    position: Position
    log_payoffs: Float[Array, " country"]
    distance: float
    """Largest move of a log tariff that some player's rule still wants."""
    residual: float
    """Largest gradient of a player's log payoff by one of its log tariffs that no bound holds back."""
    steps: int
    method: str
    """What found it: `joint`, or `rounds` of best responses."""

    @property
    def converged(self) -> bool:
        """True if the rule is at rest."""
        return self.distance <= 10.0 * ROUND_TOLERANCE


def examine(game: Game, level: Array, start: Position | None) -> tuple[FirstOrderPoint, Array]:
    """The first-order point at given tariffs of all players, and the step that their rules want from there."""
    stage, own = game.stage, game.instruments
    position = settle(stage, own.place(level, stage.log_power), start)
    found = multipliers(stage, position, derivatives(game.objective, stage, position, own.players))
    worth = own_worth(found, own)
    step = rule(own, stage.trade_elasticity, position, worth, level) - level
    slope = projected(own, level, gradient(own, stage.trade_elasticity, position, worth))
    payoffs = log_payoffs(game.objective, stage, position)
    distance, residual = float(np.abs(step).max()), float(np.abs(slope).max())
    return FirstOrderPoint(level, position, payoffs, distance, residual, 0, "joint"), step


def nash(game: Game, level: Array, start: Position | None = None, rough: bool = True) -> FirstOrderPoint:
    """Search for a Nash war from the given tariffs of all players.

    Returns:
        The point found; `converged` says whether all players' rules are at rest there.

    Raises:
        NoSolutionError: if there is no equilibrium at the first tariffs.
    """
    position = start
    if rough and _worth_it(game):
        for _ in range(ROUGH_ROUNDS):
            level, position = _all_at_once(game, level, position)
    found = _joint(game, level, position)
    return found if found.distance <= SETTLED else _rounds(game, found)


def alone(game: Game, row: int) -> tuple[Game, Array]:
    """The game of one player, and where its instruments stand among all."""
    own, mine = game.instruments.of(row)
    return replace(game, instruments=own), mine


def _worth_it(game: Game) -> bool:
    players = len(game.instruments.players)
    return players > 1 and players * game.stage.foreign.size <= ROUGH_WORK_LIMIT


def _all_at_once(game: Game, level: Array, position: Position | None) -> tuple[Array, Position]:
    """Every player's rough best response to the same tariffs of the others."""
    here = settle(game.stage, game.instruments.place(level, game.stage.log_power), position)
    answer = level.copy()
    for row in range(len(game.instruments.players)):
        own, mine = alone(game, row)
        found = climb(own, here.log_power, level[mine], here, ROUGH)
        answer[mine] = found.point.level
    return answer, here


def _joint(game: Game, level: Array, position: Position | None) -> FirstOrderPoint:
    own = game.instruments
    point, step = examine(game, level, position)
    best, levels, steps = point, [level], [step]
    for count in range(1, JOINT_STEPS + 1):
        if best.distance <= SETTLED:
            break
        trial = np.clip(mix(levels, steps), own.lower, own.upper)
        try:
            point, step = examine(game, trial, point.position)
        except NoSolutionError:
            # back to the best point, and from there by the plain rule
            point, step = examine(game, best.level, best.position)
            levels, steps = [], []
            trial = point.level
        levels, steps = [*levels, trial][-JOINT_MEMORY:], [*steps, step][-JOINT_MEMORY:]
        if point.distance < best.distance:
            best = replace(point, steps=count)
    return best


def _rounds(game: Game, found: FirstOrderPoint) -> FirstOrderPoint:
    """Gauss-Seidel: full best responses in turn, until a whole round moves no log tariff by more than 1e-9."""
    own = game.instruments
    level, position, best = found.level.copy(), found.position, found
    for count in range(1, ROUND_LIMIT + 1):
        moved = 0.0
        for row in range(len(own.players)):
            single, mine = alone(game, row)
            answer = climb(single, own.place(level, game.stage.log_power), level[mine], position)
            moved = max(moved, float(np.abs(answer.point.level - level[mine]).max()))
            level[mine], position = answer.point.level, answer.point.position
        point, _ = examine(game, level.copy(), position)
        if point.distance < best.distance:
            best = replace(point, steps=found.steps + count, method="rounds")
        if moved < ROUND_TOLERANCE:
            break
    return best
