"""From what a user asks to a game: players, goods, regime, objective and bounds, checked all together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.equilibrium.closures import Closure
from tradewar.games.climb import Game
from tradewar.games.instruments import MAX_RATE, allowed_cells, checked_bounds, checked_regime, chosen_players
from tradewar.games.instruments import instruments as build_instruments
from tradewar.games.objectives import REAL_INCOME, Objective, log_payoffs, political, read_political_weights
from tradewar.games.prepare import stage as prepare_stage
from tradewar.games.settle import settle
from tradewar.games.stage import Position
from tradewar.games.starts import DEFAULT_STARTS
from tradewar.world import World

if TYPE_CHECKING:
    from tradewar.equilibrium.policy import Policy


@dataclass(frozen=True)
class Options:
    """What may be asked of any game."""

    goods: Sequence[str] | None = None
    """Sectors whose tariffs are chosen; None = all tradable ones."""
    regime: str = "bilateral"
    """`bilateral`, `mfn`, `partner` or `overall`: see `tradewar.games.instruments`."""
    between: bool = False
    """True: the players choose tariffs on each other only, and leave those on third countries."""
    exempt: Sequence[tuple[str, str]] = ()
    """Pairs (importer, exporter) whose tariffs stay, as under a trade agreement."""
    weights: Path | str | Float[Array, "country sector"] | None = None
    """Political weights, an array or a file; None = real income."""
    objective: Objective | None = None
    """An objective of the user's own, in place of real income or political weights."""
    market: str | None = None
    min_rate: float = 0.0
    max_rate: float = MAX_RATE
    closure: Closure | str = "balanced"
    elasticities: str | None = None
    policy: Policy | None = None
    """What is in force from the start; all hats refer to it."""
    starts: Sequence[str] = DEFAULT_STARTS
    """Where to search from, names from `tradewar.games.starts.STARTS`."""
    corners: bool = True
    """Whether certificates try every sector at its bounds."""

    def as_keywords(self) -> dict[str, Any]:
        """The options as keywords of `war`."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


@dataclass(frozen=True, eq=False)
class Setup:
    """A game ready to be played."""

    game: Game
    closure: str
    regime: str
    factual: Position
    """The equilibrium under the tariffs in force, to which hats refer."""
    payoffs: Float[Array, " country"]
    """log G there."""
    chosen: Bool[Array, "importer exporter sector"]
    """Cells whose tariffs are chosen."""
    notes: tuple[str, ...]


def setup(world: World, players: Sequence[str] | None, options: Options) -> Setup:
    """A game of the players (None = every country).

    Raises:
        InputError: listing what is wrong with players, goods, exemptions, regime, bounds, weights or closure.
        NoSolutionError: if the baseline or the tariffs in force have no equilibrium.
    """
    bounds = checked_bounds(options.min_rate, options.max_rate)
    regime = checked_regime(options.regime)
    chosen_players(world, world.countries if players is None else players)
    closure = Closure.parse(options.closure).checked(world)
    stage, notes = prepare_stage(
        world, closure=closure, market=options.market, elasticities=options.elasticities, policy=options.policy
    )
    playing = chosen_players(stage.world, world.countries if players is None else players)
    exempt = list(options.exempt)
    if options.between:
        names = [world.countries[k] for k in playing]
        outside = [code for code in world.countries if code not in names]
        exempt += [(importer, exporter) for importer in names for exporter in outside]
    mask, left_out = allowed_cells(stage, playing, options.goods, exempt)
    own = build_instruments(stage, playing, mask, regime, bounds)
    game = Game(stage, _objective(stage.world, options), own)
    factual = settle(stage, stage.log_power)
    chosen = np.zeros_like(mask)
    chosen[own.importer, own.exporter, own.sector] = True
    aggregates = [world.countries[k] for k in playing if world.countries[k] in world.aggregates]
    if aggregates:
        notes = (
            *notes,
            f"{', '.join(aggregates)} stand for several economies and play as if each were one government.",
        )
    payoffs = log_payoffs(game.objective, stage, factual)
    return Setup(game, str(closure), regime, factual, payoffs, chosen, (*notes, *left_out))


def _objective(world: World, options: Options) -> Objective:
    if options.objective is not None:
        return options.objective
    if options.weights is None:
        return REAL_INCOME
    if isinstance(options.weights, np.ndarray):
        return political(world, options.weights)
    return political(world, read_political_weights(world, options.weights))
