"""Is there anything better for a player than where it stands? A search that shares nothing with how it got there.

From the tariffs a player holds, all others' fixed:

1. a full climb from where it stands;
2. climbs from other starting points: 10 percent everywhere, 1/(σ − 1), the tariffs in force;
3. corners: every sector (or partner, where one rate covers all sectors) in turn flipped to its upper bound and to 10
   percent, and climbed from there. The payoff is not concave: with political weights whole sectors jump to
   prohibitive tariffs, and a point that satisfies every first-order condition need not be the best;
4. random directions: payoffs at log tariffs moved by normal draws of standard deviation 0.05.

A trail is left as soon as it, or where its rule points to, is within 1e-3 of the best point known: there it can gain
no more than the climb of that point already has. What gains is kept, and the corners are tried again from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import NoSolutionError
from tradewar.games.climb import Climb, Game, Point, climb
from tradewar.games.objectives import log_payoffs
from tradewar.games.settle import settle
from tradewar.games.stage import Position
from tradewar.games.starts import inverse_elasticity

MODERATE = np.log1p(0.1)
"""The interior starting point: a tariff of 10 percent."""
TRAIL_TOLERANCE = 1e-6
TRAIL_STEPS = 40
NEAR = 1e-3
KEPT_GAIN = 1e-9
"""A trail must raise the log payoff by more than this to be kept."""
ROUNDS = 4
RANDOM_DIRECTIONS = 8
RANDOM_SIZE = 0.05
SEED = 20190220


@dataclass(frozen=True, eq=False)
class Search:
    """The best that a player found."""

    best: Point
    gain: float
    """Log payoff of the best point less that at the tariffs held; at least 0 up to rounding."""
    found_from: str
    """Which trail found it, in words."""
    tried: int
    """Trails and random directions tried."""
    converged: bool
    """True if the first-order rule is at rest at the best point."""


def search(
    game: Game,
    others: Float[Array, "importer exporter sector"],
    held: Float[Array, " instrument"],
    position: Position,
    *,
    corners: bool = True,
    restarts: bool = True,
    random_directions: int = RANDOM_DIRECTIONS,
) -> Search:
    """Search for the best tariffs of one player (`game` holds its instruments alone).

    Args:
        game: the player's game.
        others: log(1 + t) everywhere; the player's own cells are overwritten.
        held: log(1 + t) of its instruments where it stands.
        position: the equilibrium there, or a near one.
        corners: whether to flip sectors to their bounds.
        restarts: whether to climb from other starting points.
        random_directions: how many random deviations to evaluate.

    Raises:
        NoSolutionError: if there is no equilibrium where the player stands.
    """
    here = settle(game.stage, game.instruments.place(held, others), position)
    start_payoff = float(log_payoffs(game.objective, game.stage, here)[game.instruments.players[0]])
    first = climb(game, others, held, here)
    best, found_from, tried = first, "the tariffs held", 1
    if restarts:
        for name, level in _starting_points(game):
            tried += 1
            trail = _trail(game, others, level, best.point)
            if _better(trail, best):
                best, found_from = _polished(game, others, trail), name
    for _ in range(ROUNDS if corners else 0):
        improved = False
        for name, level in _flips(game, best.point.level):
            tried += 1
            trail = _trail(game, others, level, best.point)
            if _better(trail, best):
                best, found_from, improved = _polished(game, others, trail), name, True
        if not improved:
            break
    gain = best.point.log_payoff - start_payoff
    for payoff in _random_payoffs(game, others, best.point, random_directions):
        tried += 1
        if payoff - start_payoff > max(gain, KEPT_GAIN):
            gain, found_from = payoff - start_payoff, "a random direction"
    return Search(best.point, gain, found_from, tried, best.converged)


def _starting_points(game: Game) -> Iterator[tuple[str, Array]]:
    own = game.instruments
    yield "10 percent everywhere", np.clip(np.full(own.count, MODERATE), own.lower, own.upper)
    yield "1/(sigma - 1)", np.clip(inverse_elasticity(game.stage, own), own.lower, own.upper)
    yield "the tariffs in force", own.read(game.stage.log_power)


def _flips(game: Game, level: Array) -> Iterator[tuple[str, Array]]:
    own, world = game.instruments, game.stage.world
    for block in np.unique(own.block):
        where = own.block == block
        label = world.sectors[block] if own.by_sector else world.countries[block]
        for corner, rates in (("the upper bound", own.upper), ("10 percent", np.full(own.count, MODERATE))):
            flipped = np.where(where, np.clip(rates, own.lower, own.upper), level)
            yield f"{label} at {corner}", flipped


def _trail(game: Game, others: Array, level: Array, best: Point) -> Climb | None:
    def returns(point: Point) -> bool:
        nearest = min(np.abs(point.level - best.level).max(), np.abs(point.level + point.step - best.level).max())
        return bool(nearest < NEAR)

    try:
        return climb(game, others, level, best.position, TRAIL_TOLERANCE, TRAIL_STEPS, returns)
    except NoSolutionError:
        # an economy that breaks down at a corner offers no deviation there
        return None


def _better(trail: Climb | None, best: Climb) -> bool:
    return trail is not None and trail.point.log_payoff > best.point.log_payoff + KEPT_GAIN


def _polished(game: Game, others: Array, trail: Climb | None) -> Climb:
    assert trail is not None
    return climb(game, others, trail.point.level, trail.point.position)


def _random_payoffs(game: Game, others: Array, best: Point, count: int) -> Iterator[float]:
    own, draws = game.instruments, np.random.default_rng(SEED)
    for _ in range(count):
        level = np.clip(best.level + RANDOM_SIZE * draws.standard_normal(own.count), own.lower, own.upper)
        try:
            position = settle(game.stage, own.place(level, best.position.log_power), best.position)
        except NoSolutionError:
            continue
        yield float(log_payoffs(game.objective, game.stage, position)[own.players[0]])
