"""The certificate of a war: nobody gains by deviating, or who gains how much.

A small first-order residual is not enough. In the political version of Ossa's game the joint map is at rest to 1e-10
at points where one government gains 0.4 percent by making a whole sector prohibitive. Every claim is therefore put
to each player, who looks for a better answer by `tradewar.games.search`.

| part | limit |
|---|---|
| first-order residual: largest gradient of a log payoff by an own log tariff that no bound holds back | 1e-9 |
| equilibrium residual, relative to value added | 1e-10 |
| largest log gain from deviating that any player finds | 1e-8 (1e-6 percent) |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.games.climb import Game
from tradewar.games.nash import FirstOrderPoint, alone
from tradewar.games.search import Search, search
from tradewar.io.serialize import Document

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
