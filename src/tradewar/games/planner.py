"""The planner behind cooperation: all participants' tariffs chosen so that all gain in the same proportion.

Maximise the common gain g of log G_i over the start, subject to equal gains, by an augmented Lagrangian

    Q = Σ ω_i g_i − (ρ/2) Σ (g_i − mean g)²,   effective weights ω_i − ρ (g_i − mean g), which sum to 1.

At given effective weights the multipliers of all governments combine linearly and the planner's first-order rule is
the players' own rule with those multipliers: 1 + t = σ ψ X / Φ for all importers at once.

    inner: Anderson in logs; a trial is accepted if Q does not fall, else the step is shrunk by 0.4 and the memory
           cleared; until the step is below max(1e-9, min(1e-3, spread/100))
    outer: ω ← ω − ρ (g − mean g); ρ starts at 2 and grows by half, up to 64, while the spread does not halve
    stop:  spread = max g − min g below 1e-8 and step below 1e-6

Source: Ossa (2014, American Economic Review 104(12)), section I.E, and its replication code, where talks are equality
constraints on government payoffs. It is not the Nash product; in percent gains it is Kalai's egalitarian solution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import NoSolutionError
from tradewar.games.climb import Game, mix
from tradewar.games.multipliers import multipliers
from tradewar.games.objectives import derivatives, log_payoffs
from tradewar.games.rule import planners_worth, rule
from tradewar.games.settle import settle
from tradewar.games.stage import Position

MEMORY = 8
SPREAD_LIMIT = 1e-8
STEP_LIMIT = 1e-6
FIRST_PENALTY, PENALTY_GROWTH, LARGEST_PENALTY = 2.0, 1.5, 64.0
SHRINK = 0.4
SMALLEST_FRACTION = 1e-4
INNER_LIMIT = 120
OUTER_LIMIT = 80
SLACK = 1e-13
"""By how much Q may fall in an accepted step: rounding."""


@dataclass(frozen=True, eq=False)
class Treaty:
    """Where the planner ended."""

    level: Float[Array, " instrument"]
    """log(1 + t) of all participants' instruments."""
    position: Position
    gains: Float[Array, " participant"]
    """g: log payoff less that at the start."""
    weights: Float[Array, " participant"]
    """ω: shadow prices of equality, summing to 1."""
    step: float
    """Largest move of a log tariff that the planner's rule still wants."""
    equilibria: int

    @property
    def spread(self) -> float:
        """max g − min g."""
        return float(np.ptp(self.gains))

    @property
    def converged(self) -> bool:
        """True if gains are equal and the planner's rule is at rest."""
        return self.spread < SPREAD_LIMIT and self.step < STEP_LIMIT


@dataclass(frozen=True, eq=False)
class _Offer:
    level: Array
    position: Position
    gains: Array
    value: float
    """Q."""


def plan(
    game: Game, start_payoffs: Float[Array, " country"], level: Float[Array, " instrument"], start: Position
) -> Treaty:
    """Equal proportional gains from the given start, searched from the given tariffs.

    Args:
        game: the stage, the objective, and the instruments of all participants.
        start_payoffs: log payoffs of all countries at the start to which gains refer.
        level: log(1 + t) of the instruments to search from.
        start: a near equilibrium.

    Raises:
        NoSolutionError: if there is no equilibrium at the first tariffs.
    """
    count = len(game.instruments.players)
    # by income: close to the shadow prices of equality, so that the first offers are not lopsided
    weights, penalty = start.income[game.instruments.players], FIRST_PENALTY
    weights = weights / weights.sum()
    spread, step, equilibria = np.inf, np.inf, 0
    offer = _offer(game, start_payoffs, level, start, weights, penalty)
    for _ in range(OUTER_LIMIT):
        offer = _valued(offer, weights, penalty)
        offer, step, used = _improved(game, start_payoffs, offer, weights, penalty)
        equilibria += used
        gap = offer.gains - offer.gains.mean()
        new_spread = float(np.ptp(offer.gains))
        if count == 1 or (new_spread < SPREAD_LIMIT and step < STEP_LIMIT):
            break
        weights = weights - penalty * gap
        if new_spread > 0.5 * spread:
            penalty = min(LARGEST_PENALTY, PENALTY_GROWTH * penalty)
        spread = new_spread
    return Treaty(offer.level, offer.position, offer.gains, weights, step, equilibria)


def _value(gains: Array, weights: Array, penalty: float) -> float:
    return float(weights @ gains - 0.5 * penalty * ((gains - gains.mean()) ** 2).sum())


def _valued(offer: _Offer, weights: Array, penalty: float) -> _Offer:
    return _Offer(offer.level, offer.position, offer.gains, _value(offer.gains, weights, penalty))


def _offer(game: Game, start_payoffs: Array, level: Array, near: Position, weights: Array, penalty: float) -> _Offer:
    own = game.instruments
    position = settle(game.stage, own.place(level, game.stage.log_power), near)
    gains = (log_payoffs(game.objective, game.stage, position) - start_payoffs)[own.players]
    return _Offer(level, position, gains, _value(gains, weights, penalty))


def _wanted(game: Game, offer: _Offer, weights: Array, penalty: float) -> Array:
    """The step of the planner's rule."""
    stage, own = game.stage, game.instruments
    effective = weights - penalty * (offer.gains - offer.gains.mean())
    found = multipliers(stage, offer.position, derivatives(game.objective, stage, offer.position, own.players))
    worth = planners_worth(found.combined(effective), own)
    return rule(own, stage.trade_elasticity, offer.position, worth, offer.level) - offer.level


def _improved(
    game: Game, start_payoffs: Array, offer: _Offer, weights: Array, penalty: float
) -> tuple[_Offer, float, int]:
    """The maximum of Q at fixed weights, the step still wanted there, and the equilibria used."""
    own = game.instruments
    levels: list[Array] = []
    steps: list[Array] = []
    step, used = _wanted(game, offer, weights, penalty), 0
    for _ in range(INNER_LIMIT):
        largest = float(np.abs(step).max())
        if largest < max(1e-9, min(1e-3, float(np.ptp(offer.gains)) / 100.0)):
            break
        levels, steps = [*levels, offer.level][-MEMORY:], [*steps, step][-MEMORY:]
        trial, fraction, better = mix(levels, steps), 1.0, None
        while better is None and fraction > SMALLEST_FRACTION:
            used += 1
            better = _accepted(game, start_payoffs, offer, trial, weights, penalty)
            fraction *= SHRINK
            trial = offer.level + fraction * step
            if better is None:
                levels, steps = [], []
        if better is None:
            break
        offer = better
        step = _wanted(game, offer, weights, penalty)
    return offer, float(np.abs(np.clip(offer.level + step, own.lower, own.upper) - offer.level).max()), used


def _accepted(
    game: Game, start_payoffs: Array, offer: _Offer, trial: Array, weights: Array, penalty: float
) -> _Offer | None:
    level = np.clip(trial, game.instruments.lower, game.instruments.upper)
    try:
        found = _offer(game, start_payoffs, level, offer.position, weights, penalty)
    except NoSolutionError:
        return None
    return found if found.value >= offer.value - SLACK else None
