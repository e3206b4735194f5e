"""The first-order rule: the tariff that satisfies a government's first-order condition, given what things are worth.

    ∂ log G / ∂ log(1 + t_ijs) = σ_s ψ_ijs F_ijs − Φ_js π_ijs = 0   ⇔   1 + t_ijs = σ_s ψ_ijs X_js / Φ_js

with F = π X / (1 + t). An instrument that rules several cells satisfies the sum of their conditions:
1 + t = Σ σ ψ π X / Σ Φ π. The log step from t to the rule has the sign of the gradient, instrument by instrument,
wherever both sums are positive: it is a preconditioned ascent direction. Elsewhere the sign itself is the step.

ψ and the part of Φ that stems from outside the sector are held fixed while shares follow the tariffs for a few inner
rounds, which costs nothing: Φ_js = constant_js + θ_s Σ_i ψ_ijs F_ijs.

Index order: `[player as importer, exporter, sector]`. Sources: Ossa (2014) for the game; the rule is ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.objectives import Multipliers
from tradewar.games.instruments import Instruments
from tradewar.games.stage import Position

INNER_ROUNDS = 3
SIGN_STEP = 0.7
"""Length of a log step where only the sign of the gradient is known."""
STEP_LIMIT = 3.0
"""Longest log step."""


@dataclass(frozen=True, eq=False)
class Worth:
    """What imports are worth to those who tax them, one row per player (P of them)."""

    import_price: Float[Array, "player exporter sector"]
    """ψ."""
    price_effect: Float[Array, "player sector"]
    """Φ."""


def own_worth(found: Multipliers, instruments: Instruments) -> Worth:
    """Each player by its own payoff: government k of `found` is row k of the players."""
    price = [found.of_importer(int(k))[row] for row, k in enumerate(instruments.players)]
    row = np.arange(len(instruments.players))
    return Worth(np.stack(price), found.price_effect[row, instruments.players])


def planners_worth(joint: Multipliers, instruments: Instruments) -> Worth:
    """All players by one weighted payoff (K = 1), as a planner would."""
    price = [joint.of_importer(int(k))[0] for k in instruments.players]
    return Worth(np.stack(price), joint.price_effect[0, instruments.players])


def gradient(
    instruments: Instruments, elasticity: Float[Array, " sector"], position: Position, worth: Worth
) -> Float[Array, " instrument"]:
    """∂ log G / ∂ log(1 + t) of each instrument, for the payoff that `worth` stands for."""
    players = instruments.players
    sigma = 1.0 + elasticity
    cells = sigma * worth.import_price * position.border_value[players]
    cells = cells - worth.price_effect[:, None, :] * position.share[players]
    return instruments.total(_cells(instruments, cells))


def projected(
    instruments: Instruments, level: Float[Array, " instrument"], slope: Float[Array, " instrument"]
) -> Float[Array, " instrument"]:
    """The gradient without the parts that only a bound holds back."""
    held = ((level <= instruments.lower) & (slope < 0)) | ((level >= instruments.upper) & (slope > 0))
    return np.where(held, 0.0, slope)


def rule(
    instruments: Instruments,
    elasticity: Float[Array, " sector"],
    position: Position,
    worth: Worth,
    level: Float[Array, " instrument"],
) -> Float[Array, " instrument"]:
    """The first-order rule at a position, as log(1 + t) of every instrument, within bounds and the step limit."""
    players, sigma = instruments.players, 1.0 + elasticity
    spending = position.expenditure[players]
    log_power = position.log_power[players]
    share = position.share[players]
    worth_of_sales = worth.import_price * spending[:, None, :]
    # Φ = constant + θ Σ ψ F, and a = π τ^θ are what the inner rounds keep
    sales = worth_of_sales * share * np.exp(-log_power)
    constant = worth.price_effect - elasticity * sales.sum(axis=1)
    appeal = share * np.exp(elasticity * log_power)
    effect, target = worth.price_effect, level
    for last in range(INNER_ROUNDS + 1):
        value = instruments.total(_cells(instruments, sigma * worth_of_sales * share))
        cost = instruments.total(_cells(instruments, effect[:, None, :] * share))
        target = _bounded(instruments, _target(value, cost, target), level)
        if last == INNER_ROUNDS:
            break
        log_power = _placed(instruments, target, log_power)
        weight = appeal * np.exp(-elasticity * log_power)
        total = weight.sum(axis=1, keepdims=True)
        share = weight / np.where(total > 0, total, 1.0)
        effect = constant + elasticity * (worth_of_sales * share * np.exp(-log_power)).sum(axis=1)
    return target


def _target(value: Array, cost: Array, level: Array) -> Array:
    """log(value / cost), or a step by the sign of the gradient where a log does not exist."""
    known = (value > 0) & (cost > 0)
    ratio = np.log(np.where(known, value, 1.0)) - np.log(np.where(known, cost, 1.0))
    slope = value * np.exp(-level) - cost
    return np.where(known, ratio, level + SIGN_STEP * np.sign(slope))


def _bounded(instruments: Instruments, target: Array, level: Array) -> Array:
    near = np.clip(target, level - STEP_LIMIT, level + STEP_LIMIT)
    return np.clip(near, instruments.lower, instruments.upper)


def _cells(instruments: Instruments, rows: Array) -> Array:
    """Values of the players' rows at the cells of the instruments."""
    return rows[instruments.owner[instruments.instrument], instruments.exporter, instruments.sector]


def _placed(instruments: Instruments, level: Array, rows: Array) -> Array:
    placed = rows.copy()
    owner = instruments.owner[instruments.instrument]
    placed[owner, instruments.exporter, instruments.sector] = level[instruments.instrument]
    return placed
