"""The Nash war: tariffs from which no player's own first-order rule moves away.

    1. two rough rounds: all players' best responses at once, to 1e-3, which settles which corners are in play;
    2. the joint map: every player applies its own rule at the common equilibrium, one equilibrium and one adjoint per
       step, with Anderson mixing in logs, until no log tariff moves by more than 1e-10;
    3. where that does not converge in 200 steps, Gauss-Seidel rounds of full best responses.

A fixed point of the rule is a first-order point, not yet an equilibrium: see `tradewar.games.certificate`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import NoSolutionError
from tradewar.games.climb import Effort, Game, climb, mix
from tradewar.games.multipliers import multipliers
from tradewar.games.objectives import derivatives, log_payoffs
from tradewar.games.rule import gradient, own_worth, projected, rule
from tradewar.games.settle import settle
from tradewar.games.stage import Position

MEMORY = 8
TOLERANCE = 1e-10
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
    return found if found.distance <= TOLERANCE else _rounds(game, found)


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
        if best.distance <= TOLERANCE:
            break
        trial = np.clip(mix(levels, steps), own.lower, own.upper)
        try:
            point, step = examine(game, trial, point.position)
        except NoSolutionError:
            # back to the best point, and from there by the plain rule
            point, step = examine(game, best.level, best.position)
            levels, steps = [], []
            trial = point.level
        levels, steps = [*levels, trial][-MEMORY:], [*steps, step][-MEMORY:]
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
