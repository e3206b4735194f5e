"""Where a war may be started from.

The closed form of Lashkaripour (2021, Journal of International Economics 131:103489, equation 14) gives one uniform
tariff per country,

    t_j = 1 / Σ_{n≠j, s} χ_jns (σ_s − 1)(1 − π_jns),

χ_jns the share of market n and sector s in j's exports (f.o.b.) and π_jns j's share of that market. Iterated with the
equilibrium it is exact for two countries and one sector (Gros 1987); otherwise it is a start.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.games.instruments import Instruments
from tradewar.games.settle import settle
from tradewar.games.stage import Position, Stage

START_ROUNDS = 3
STARTS = ("closed-form", "inverse-elasticity", "factual", "zero", "one")
"""Names of starting points: the closed form; t = 1/(σ − 1); the tariffs in force; t = 0; t = 1."""
DEFAULT_STARTS = ("closed-form", "inverse-elasticity", "factual")


def starting_level(stage: Stage, game: Instruments, name: str, factual: Position) -> Float[Array, " instrument"]:
    """log(1 + t) of all instruments at a named start, within bounds."""
    if name == "closed-form":
        level, _ = closed_form(stage, game, factual, START_ROUNDS)
    elif name == "inverse-elasticity":
        level = inverse_elasticity(stage, game)
    elif name == "factual":
        level = game.read(stage.log_power)
    else:
        level = np.full(game.count, np.log1p({"zero": 0.0, "one": 1.0}[name]))
    return np.clip(level, game.lower, game.upper)


def inverse_elasticity(stage: Stage, game: Instruments) -> Float[Array, " instrument"]:
    """1 + t = σ/(σ − 1); where an instrument rules several sectors, the mean of their logs."""
    cells = np.log1p(1.0 / stage.trade_elasticity)[game.sector]
    return np.bincount(game.instrument, cells, game.count) / np.bincount(game.instrument, minlength=game.count)


def closed_form_rates(
    border_value: Float[Array, "importer exporter sector"],
    share: Float[Array, "importer exporter sector"],
    trade_elasticity: Float[Array, " sector"],
) -> Float[Array, " country"]:
    """The uniform rate of every country by the closed form at given flows and shares."""
    exports = border_value.copy()
    each = np.arange(len(exports))
    exports[each, each] = 0.0
    weighted = (exports * trade_elasticity * (1.0 - share)).sum(axis=(0, 2))
    return exports.sum(axis=(0, 2)) / weighted


def closed_form(
    stage: Stage, game: Instruments, factual: Position, rounds: int = 30, tolerance: float = 1e-12
) -> tuple[Float[Array, " instrument"], Position]:
    """The closed form iterated with the equilibrium: log(1 + t) of all instruments, and the last equilibrium."""
    position = factual
    level = game.read(stage.log_power)
    for _ in range(rounds):
        rates = closed_form_rates(position.border_value, position.share, stage.trade_elasticity)
        new = np.clip(np.log1p(rates)[game.players][game.owner], game.lower, game.upper)
        moved = float(np.abs(new - level).max())
        level = new
        position = settle(stage, game.place(level, stage.log_power), position)
        if moved <= tolerance:
            break
    return level, position
