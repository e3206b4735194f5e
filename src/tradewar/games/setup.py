"""From what a user asks to a game: players, goods, regime, objective and bounds, checked all together.

A World as the stage of a game: closure, market structure and the policy in force.

Deficits and games do not mix: where deficits are constant in some money, a government gains by moving the value of
its transfer, and the numbers mean nothing (with Ossa's raw 2007 data real income changes of −93 percent for Japan and
+30 for the United States). The default closure `balanced` removes them first. `fixed:` closures are refused unless the
world has no deficits; `share-of-world` is allowed with a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.equilibrium import monopolistic
from tradewar.equilibrium.closures import Closure
from tradewar.equilibrium.kernels import Economy
from tradewar.equilibrium.levers import Levers
from tradewar.equilibrium.monopolistic import FixedFirms
from tradewar.equilibrium.prepared import Prepared, prepare
from tradewar.errors import InputError, Problem
from tradewar.games.instruments import (
    DEFAULT_STARTS,
    MAX_RATE,
    allowed_cells,
    checked_bounds,
    checked_regime,
    chosen_players,
)
from tradewar.games.instruments import instruments as build_instruments
from tradewar.games.nash import Game
from tradewar.games.objectives import REAL_INCOME, Objective, log_payoffs, political, read_political_weights
from tradewar.games.stage import Position, Stage, settle
from tradewar.world import World

if TYPE_CHECKING:
    from tradewar.equilibrium.policy import Policy


DEFICIT_LIMIT = 1e-9
"""Deficits below this share of world value added count as none."""


def game_stage(
    world: World,
    *,
    closure: Closure | str = "balanced",
    market: str | None = None,
    elasticities: str | None = None,
    policy: Policy | None = None,
) -> tuple[Stage, tuple[str, ...]]:
    """The stage of a game, and what to know about it, as sentences.

    `policy` is in force from the start: its tariffs stay in place wherever no player sets them.

    Raises:
        InputError: if the closure leaves deficits in a named money, or an option does not exist.
        NoSolutionError: if the baseline cannot be solved.
    """
    rule = Closure.parse(closure).checked(world)
    notes = _deficit_notes(world, rule)
    # a game solves hundreds of equilibria
    prepared = prepare(world, rule, market=market, elasticities=elasticities, compiled=True)
    baseline = prepared.baseline
    levers = Levers(baseline.tariff_rate) if policy is None else policy.levers(baseline)
    if baseline.notes != world.notes:
        notes = (*notes, *(note for note in baseline.notes if note not in world.notes))
    if not baseline.has_tariffs:
        notes = (*notes, "The world's source holds no tariffs: all start at zero because unknown.")
    return _stage(prepared, levers), notes


def _deficit_notes(world: World, rule: Closure) -> tuple[str, ...]:
    largest = np.abs(world.trade_deficit / world.value_added.sum())
    worst = int(largest.argmax())
    if rule.removes_deficits or largest[worst] <= DEFICIT_LIMIT:
        return ()
    where = f"{world.countries[worst]}: {100 * world.trade_deficit[worst] / world.income[worst]:.3g} percent of income"
    if rule.rule == "fixed":
        what = f"leaves deficits in, constant in a named money ({where}): a government then gains by moving that money"
        raise InputError(Problem(f"closure {rule}", what, "Use --closure balanced for games"))
    return (
        f"Deficits are left in (largest {where}): part of what governments gain is the value of their transfers. "
        "The closure balanced removes them first.",
    )


def _stage(prepared: Prepared, levers: Levers) -> Stage:
    world, economy = prepared.baseline, prepared.economy
    shape = (world.n_countries, world.n_sectors)
    if isinstance(economy, Economy) and economy.material_share is not None:
        return Stage(
            world, prepared.market, economy, levers, world.trade_elasticity,
            np.ascontiguousarray(economy.consumption_share.T), world.value_added_share, world.value_added_share,
            np.zeros(shape), economy.material_share, economy.value_added,
        )  # fmt: skip
    firms = economy if isinstance(economy, FixedFirms) else _labour_only(world, prepared.closure)
    labour = np.ascontiguousarray(np.broadcast_to(firms.labour_share, shape))
    return Stage(
        world, prepared.market, firms, levers, world.trade_elasticity, firms.consumption_share, np.ones(shape),
        labour, 1.0 - labour, None, firms.labour_income,
    )  # fmt: skip


def _labour_only(world: World, closure: Closure) -> FixedFirms:
    """Labour-only perfect competition as the monopolistic market with a labour share of 1."""
    firms = monopolistic.economy_of(world, closure)
    return replace(
        firms,
        labour_share=np.ones(world.n_sectors),
        labour_income=world.value_added,
        numeraire_weight=closure.numeraire_weight(world, world.value_added),
    )


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
    """Where to search from, names from `tradewar.games.instruments.STARTS`."""
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
    stage, notes = game_stage(
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
