"""The certificate of a war: nobody gains by deviating, or who gains how much.

A small first-order residual is not enough. In the political version of Ossa's game the joint map is at rest to 1e-10
at points where one government gains 0.4 percent by making a whole sector prohibitive. Every claim is therefore put
to each player, who looks for a better answer.

| part | limit |
|---|---|
| first-order residual: largest gradient of a log payoff by an own log tariff that no bound holds back | 1e-9 |
| equilibrium residual, relative to value added | 1e-10 |
| largest log gain from deviating that any player finds | 1e-8 (1e-6 percent) |

Is there anything better for a player than where it stands? A search that shares nothing with how it got there.

From the tariffs a player holds, all others' fixed:

1. a full climb from where it stands;
2. climbs from other starting points: 10 percent everywhere, 1/(σ − 1), the tariffs in force;
3. corners: every sector (or partner, where one rate covers all sectors) in turn flipped to its upper bound and to 10
   percent, and climbed from there. The payoff is not concave: with political weights whole sectors jump to
   prohibitive tariffs, and a point that satisfies every first-order condition need not be the best;
4. random directions: payoffs at log tariffs moved by normal draws of standard deviation 0.05.

Trails are rough: equilibria to 1e-7, which leaves an error below 1e-7 in a log payoff (measured on `world-2017` and
`ossa-2007`), and log steps to 1e-4. What they decide is only where to look closer. A trail that ends within 1e-6 of
the best payoff known, or above it, is climbed on at full precision, and only the payoff so found is compared.

A trail is left as soon as it, or where its rule points to, is so near the best point known that no import demand
differs by more than 5 percent, (θ + 1) |Δ log(1 + t)| < 0.05 in every tariff. The best point is itself a climb at
rest, and over a few percent of demand payoffs bend one way: a climb from there ends at that point again, so that it
gains nothing. Every other trail is followed to its end. What gains is kept, and the corners are tried again from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import NoSolutionError
from tradewar.games.instruments import inverse_elasticity
from tradewar.games.nash import Climb, Effort, FirstOrderPoint, Game, Point, alone, climb
from tradewar.games.objectives import log_payoffs
from tradewar.games.stage import Position, settle
from tradewar.io.serialize import Document

MODERATE = np.log1p(0.1)
"""The interior starting point: a tariff of 10 percent."""
TRAIL = Effort(tolerance=1e-4, max_steps=40, equilibrium=1e-7, slack=1e-7)
PROMISING = 1e-6
"""What ends with a rough log payoff less than this below the best one known is computed exactly."""
NEAR = 0.05
"""Largest difference of a log import demand, (θ + 1) |Δ log(1 + t)|, at which two points are one."""
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
    near: float = NEAR,
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
        near: how near to the best point known a trail is left; 0 follows every trail to its end.

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
            better = _trail(game, others, level, best, near)
            if better is not None:
                best, found_from = better, name
    for _ in range(ROUNDS if corners else 0):
        improved = False
        for name, level in _flips(game, best.point.level):
            tried += 1
            better = _trail(game, others, level, best, near)
            if better is not None:
                best, found_from, improved = better, name, True
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


def _trail(game: Game, others: Array, level: Array, best: Climb, near: float) -> Climb | None:
    """The climb from the given tariffs, at full precision, if it ends above the best one known; None if not."""
    known = best.point
    reach = _reach(game)

    def returns(point: Point) -> bool:
        here = np.abs(point.level - known.level) * reach
        return bool(min(here.max(), (np.abs(point.level + point.step - known.level) * reach).max()) < near)

    try:
        rough = climb(game, others, level, known.position, TRAIL, returns)
        if rough.abandoned or rough.point.log_payoff <= known.log_payoff - PROMISING:
            return None
        found = climb(game, others, rough.point.level, rough.point.position)
    except NoSolutionError:
        # an economy that breaks down at a corner offers no deviation there
        return None
    return found if found.point.log_payoff > known.log_payoff + KEPT_GAIN else None


def _reach(game: Game) -> Float[Array, " instrument"]:
    """θ + 1 of each instrument: how far a log import demand moves with its log tariff, at most."""
    own, reach = game.instruments, np.zeros(game.instruments.count)
    np.maximum.at(reach, own.instrument, 1.0 + game.stage.trade_elasticity[own.sector])
    return reach


def _random_payoffs(game: Game, others: Array, best: Point, count: int) -> Iterator[float]:
    """Payoffs in random directions; rough where they are clearly below the best point's."""
    own, stage, draws = game.instruments, game.stage, np.random.default_rng(SEED)
    for _ in range(count):
        level = np.clip(best.level + RANDOM_SIZE * draws.standard_normal(own.count), own.lower, own.upper)
        log_power = own.place(level, others)
        try:
            position = settle(stage, log_power, best.position, TRAIL.equilibrium)
            payoff = log_payoffs(game.objective, stage, position)[own.players[0]]
            if payoff > best.log_payoff - PROMISING:
                position = settle(stage, log_power, position)
                payoff = log_payoffs(game.objective, stage, position)[own.players[0]]
        except NoSolutionError:
            continue
        yield float(payoff)


FIRST_ORDER_LIMIT = 1e-9
EQUILIBRIUM_LIMIT = 1e-10
GAIN_LIMIT = 1e-8
"""In logs: 1e-6 percent of the payoff."""


@dataclass(frozen=True)
class Deviation:
    """The best that one player found against the others' tariffs."""

    player: str
    gain_pct: float
    """Percent of the payoff, over the claimed one."""
    found_from: str
    """The trail that found it, in words."""
    tried: int


@dataclass(frozen=True)
class Certificate(
    Document,
    told=(
        "converged=certified first_order_residual largest_gain_from_deviating_pct deviations_tried "
        "equilibrium_residual label ..."
    ),
):
    """What was checked of a claimed equilibrium, and how it came out."""

    certified: bool
    first_order_residual: float
    equilibrium_residual: float
    largest_gain_from_deviating_pct: float
    deviations: tuple[Deviation, ...]
    """One per player."""
    deviations_tried: int
    at_lower_bound: int
    at_upper_bound: int
    """How many chosen tariffs sit at each bound."""

    @property
    def label(self) -> str:
        """The verdict in words."""
        if self.certified:
            return "certified: no player found a better answer"
        worst = max(self.deviations, key=lambda item: item.gain_pct)
        if worst.gain_pct > 100.0 * GAIN_LIMIT:
            return (
                f"not an equilibrium: {worst.player} gains {worst.gain_pct:.3g} percent by deviating "
                f"(found from {worst.found_from})"
            )
        return (
            f"not solved: first-order residual {self.first_order_residual:.3g} (limit {FIRST_ORDER_LIMIT:g}), "
            f"equilibrium residual {self.equilibrium_residual:.3g} (limit {EQUILIBRIUM_LIMIT:g})"
        )


def certify(
    game: Game, point: FirstOrderPoint, *, corners: bool = True, say: Callable[[str], None] | None = None
) -> tuple[Certificate, tuple[Search, ...]]:
    """Put a claimed equilibrium to every player; their searches are returned in the order of the players.

    `say` is told who searches.
    """
    own, level = game.instruments, point.level
    others = own.place(level, game.stage.log_power)
    searches: list[Search] = []
    names = [game.stage.world.countries[k] for k in own.players]
    for row, name in enumerate(names):
        if say is not None:
            say(f"Certificate: looking for a better answer of {name} (player {row + 1} of {len(names)})")
        single, mine = alone(game, row)
        searches.append(search(single, others, level[mine], point.position, corners=corners))
    deviations = tuple(
        Deviation(name, 100.0 * float(np.expm1(found.gain)), found.found_from, found.tried)
        for name, found in zip(names, searches, strict=True)
    )
    largest = max(found.gain for found in searches)
    residual = point.position.solution.residual
    solved = point.residual <= FIRST_ORDER_LIMIT and residual <= EQUILIBRIUM_LIMIT
    tariffs = np.bincount(own.instrument, minlength=own.count)
    return Certificate(
        certified=bool(solved and largest <= GAIN_LIMIT),
        first_order_residual=point.residual,
        equilibrium_residual=residual,
        largest_gain_from_deviating_pct=100.0 * float(np.expm1(largest)),
        deviations=deviations,
        deviations_tried=sum(found.tried for found in searches),
        at_lower_bound=int(tariffs[level <= own.lower].sum()),
        at_upper_bound=int(tariffs[level >= own.upper].sum()),
    ), tuple(searches)


def answered(game: Game, point: FirstOrderPoint, searches: tuple[Search, ...]) -> Float[Array, " instrument"]:
    """The claimed tariffs with the best answer of the player who gains most put in place."""
    row = int(np.argmax([found.gain for found in searches]))
    _, mine = alone(game, row)
    level = point.level.copy()
    level[mine] = searches[row].best.level
    return level
