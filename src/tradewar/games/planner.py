"""The planner behind cooperation: all participants' tariffs chosen so that all gain in the same proportion.

    max s  subject to  g_i >= s,      g_i = log payoff of participant i, less that at the start

At the solution there are weights ω_i >= 0, summing to 1, at which no tariff off its bounds raises Σ ω_i g_i, and
g_i = s wherever ω_i > 0: gains are equal, except that of one who gains more than s whatever serves the others.

    joint map   ω: those under which the step s(ω) of the planner's rule is expected to make gains p = g + J s(ω)
                equal, by Newton steps on p, which take no equilibrium; tariffs: that step, with Anderson mixing in
                logs. One equilibrium and one adjoint a step, as in the war (`tradewar.games.nash`)
    programme   where the map does not come to rest and tariffs are few: sequential quadratic programming on gains and
                slopes, with ω from the first-order conditions (`pareto_weights`)

At given weights the multipliers of all governments combine linearly, so that the planner's first-order rule is the
players' own rule with those multipliers: 1 + t = σ ψ X / Φ for all importers at once.

Source: Ossa (2014, American Economic Review 104(12)), section I.E, and its replication code. It is not the Nash
product; in percent gains it is Kalai's egalitarian solution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.equilibrium.objectives import Multipliers
from tradewar.errors import NoSolutionError
from tradewar.games.multipliers import gradient, multipliers, planners_worth, projected, rule
from tradewar.games.nash import Game, mix
from tradewar.games.objectives import derivatives, log_payoffs
from tradewar.games.stage import Position, settle

MEMORY = 8
REST = 1e-9
"""Inequality of gains and slope at which the joint map stops."""
SPREAD_LIMIT = RESIDUAL_LIMIT = 1e-8
"""The same, at which a treaty counts as found."""
JOINT_STEPS, STALLED = 60, 12
"""Steps of the joint map; how many may pass without one that is nearer to rest."""
WEIGHT_ROUNDS = 3
FRACTIONS = 0.5 ** np.arange(10)
"""Of a Newton step on the weights, the largest first."""
DIFFERENCE = 1e-6
"""Step of the differences of the rule in a weight."""
REACH, LEAST_REACH = 0.5, 0.1
"""How far a weight may move in a step, as a share of itself; at least this share of an equal weight."""
PROXIMITY = 1e-4
"""Pull towards the weights before, in units of the inequality of gains: it decides where no tariff moves."""
LARGEST_PROGRAMME = 500
"""Tariffs above which the programme, whose cost rises with their cube, is not tried."""
PROGRAMME_STEPS = 300
AT_BOUND = 1e-9
"""Distance in log tariff at which the programme has reached a bound."""
ANCHOR = 10.0


@dataclass(frozen=True, eq=False)
class Treaty:
    """Where the planner ended."""

    level: Float[Array, " instrument"]
    """log(1 + t) of all participants' instruments."""
    position: Position
    gains: Float[Array, " participant"]
    """g: log payoff less that at the start."""
    weights: Float[Array, " participant"]
    """ω: shadow prices of equality, summing to 1; 0 for who gains more than the others whatever serves these."""
    residual: float
    """Largest slope of Σ ω g by a log tariff that no bound holds back."""
    inequality: float
    """Largest min(ω_i, g_i − min g): 0 where all gain alike, or more at nobody's expense."""
    equilibria: int

    @property
    def common(self) -> float:
        """The gain of all: min g."""
        return float(self.gains.min())

    @property
    def spread(self) -> float:
        """max g − min g."""
        return float(np.ptp(self.gains))

    @property
    def converged(self) -> bool:
        """True if the first-order conditions hold."""
        return self.inequality < SPREAD_LIMIT and self.residual < RESIDUAL_LIMIT


@dataclass(frozen=True, eq=False)
class _Offer:
    level: Array
    position: Position
    gains: Array
    slopes: Float[Array, "participant instrument"]
    """∂g by log(1 + t)."""
    found: Multipliers


@dataclass(frozen=True, eq=False)
class _Table:
    """What is on the table: the game, the payoffs to which gains refer, and money where the joint gain is wanted."""

    game: Game
    start_payoffs: Float[Array, " country"]
    money: Float[Array, " participant"] | None

    def look(self, level: Array, near: Position) -> _Offer:
        """The offer at some tariffs.

        Raises:
            NoSolutionError: if there is no equilibrium.
        """
        game, own = self.game, self.game.instruments
        position = settle(game.stage, own.place(level, game.stage.log_power), near)
        gains = (log_payoffs(game.objective, game.stage, position) - self.start_payoffs)[own.players]
        found = multipliers(game.stage, position, derivatives(game.objective, game.stage, position, own.players))
        slopes = [
            gradient(own, game.stage.trade_elasticity, position, planners_worth(found.combined(alone), own))
            for alone in np.eye(len(gains))
        ]
        return _Offer(level, position, gains, np.array(slopes), found)

    def step(self, offer: _Offer, weights: Array) -> Array:
        """The step of the planner's rule under weights."""
        own, worth = self.game.instruments, planners_worth(offer.found.combined(weights), self.game.instruments)
        return rule(own, self.game.stage.trade_elasticity, offer.position, worth, offer.level) - offer.level

    def weights(self, offer: _Offer, before: Array) -> Array:
        """The weights of the next step."""
        if self.money is None:
            return _equal(lambda weights: offer.gains + offer.slopes @ self.step(offer, weights), offer.gains, before)
        worth = self.money * np.exp(offer.gains)
        return worth / worth.sum()

    def judged(self, offer: _Offer, weights: Array, equilibria: int) -> Treaty:
        """The offer with its certificate."""
        slope = projected(self.game.instruments, offer.level, weights @ offer.slopes)
        excess = offer.gains - offer.gains.min()
        unequal = 0.0 if self.money is not None else float(np.minimum(weights, excess).max())
        residual = float(np.abs(slope).max())
        return Treaty(offer.level, offer.position, offer.gains, weights, residual, unequal, equilibria)


def plan(
    game: Game,
    start_payoffs: Float[Array, " country"],
    level: Float[Array, " instrument"],
    start: Position,
    money: Float[Array, " participant"] | None = None,
    *,
    thorough: bool = True,
) -> Treaty:
    """The largest gain of all from the given start, searched from the given tariffs.

    Args:
        game: the stage, the objective, and the instruments of all participants.
        start_payoffs: log payoffs of all countries at the start to which gains refer.
        level: log(1 + t) of the instruments to search from.
        start: a near equilibrium.
        money: income of each participant at the start: then the sum of gains in money is maximised instead.
        thorough: whether the programme is tried where the joint map does not come to rest.

    Raises:
        NoSolutionError: if there is no equilibrium at the first tariffs.
    """
    table = _Table(game, start_payoffs, money)
    # by income: close to the shadow prices of equality, so that the first offers are not lopsided
    weights = start.income[game.instruments.players]
    best, offer, used = _joint(table, table.look(level, start), weights / weights.sum())
    if best.converged or not thorough or game.instruments.count > LARGEST_PROGRAMME:
        return best
    offer, more = _programme(table, offer)
    found = table.judged(offer, _shadow_prices(table, offer), used + more)
    if found.converged or money is not None:
        return found
    # the last digits, where the programme stopped at the noise of its own differences
    polished = _joint(table, offer, found.weights)[0]
    return polished if polished.converged else found


def _joint(table: _Table, offer: _Offer, weights: Array) -> tuple[Treaty, _Offer, int]:
    """The joint map from an offer: the best treaty met, its offer, and the equilibria used."""
    own = table.game.instruments
    levels: list[Array] = []
    steps: list[Array] = []
    best: tuple[Treaty, _Offer] | None = None
    used = 0
    for used in range(1, JOINT_STEPS + 1):
        weights = table.weights(offer, weights)
        treaty = table.judged(offer, weights, used)
        if best is None or treaty.inequality + treaty.residual < best[0].inequality + best[0].residual:
            best = treaty, offer
        at_rest = treaty.inequality < REST and treaty.residual < REST
        if at_rest or used - best[0].equilibria > STALLED:
            break
        levels = [*levels, offer.level][-MEMORY:]
        steps = [*steps, table.step(offer, weights)][-MEMORY:]
        try:
            offer = table.look(np.clip(mix(levels, steps), own.lower, own.upper), offer.position)
        except NoSolutionError:
            break
    assert best is not None
    return *best, used


def _equal(expected: Callable[[Array], Array], gains: Array, before: Array) -> Array:
    """Weights ω >= 0, Σ ω = 1, under which the gains expected are equal, or larger where ω = 0."""
    count = len(before)
    reach = REACH * np.maximum(before, 2.0 * LEAST_REACH / count)
    proximity = max(PROXIMITY * float(np.ptp(gains)), 1e-10)
    weights, gain = before, expected(before)
    gap = float(weights @ gain - gain.min())
    for _ in range(WEIGHT_ROUNDS if count > 1 else 0):
        if gap < 1e-14:
            break
        beside = weights + DIFFERENCE * np.eye(count)
        response = (np.array([expected(row) for row in beside]).T - gain[:, None]) / DIFFERENCE
        towards = _complementary(response + proximity * np.eye(count), gain, weights) - weights
        for fraction in FRACTIONS:
            trial = np.maximum(np.clip(weights + fraction * towards, before - reach, before + reach), 0.0)
            trial = trial / trial.sum()
            trial_gain = expected(trial)
            trial_gap = float(trial @ trial_gain - trial_gain.min())
            if trial_gap < gap:
                weights, gain, gap = trial, trial_gain, trial_gap
                break
        else:
            break
    return weights


def _complementary(response: Array, gain: Array, weights: Array) -> Array:
    """ω >= 0, Σ ω = 1, with gain + response (ω − weights) equal where ω > 0 and not less elsewhere."""
    count = len(gain)
    active = np.ones(count, dtype=bool)
    found = weights
    for _ in range(3 * count):
        size = int(active.sum())
        system = np.block([[response[np.ix_(active, active)], -np.ones((size, 1))], [np.ones(size), 0.0]])
        known = np.append((response @ weights - gain)[active], 1.0)
        solved = np.linalg.lstsq(system, known, rcond=1e-14)[0]
        found = np.zeros(count)
        found[active] = solved[:-1]
        if (found < -1e-12).any():
            active[int(found.argmin())] = False
            continue
        short = np.where(active, 0.0, gain + response @ (found - weights) - solved[-1])
        if not short.min() < -1e-13:
            break
        active[int(short.argmin())] = True
    found = np.maximum(found, 0.0)
    return found / found.sum()


def _programme(table: _Table, offer: _Offer) -> tuple[_Offer, int]:
    """max s, g >= s (or the joint gain in money) by sequential quadratic programming from an offer."""
    from scipy.optimize import minimize

    own, unit = table.game.instruments, float(np.abs(offer.slopes).max()) or 1.0
    last, used = offer, 0

    def at(level: Array) -> _Offer:
        nonlocal last, used
        inside = np.clip(level, own.lower, own.upper)
        if not np.array_equal(inside, last.level):
            last, used = table.look(inside, last.position), used + 1
        return last

    def joint_loss(variables: Array) -> tuple[float, Array]:
        here, money = at(variables), table.money
        assert money is not None
        worth = money / money.sum() * np.exp(here.gains)
        return -float((worth - money / money.sum()).sum()) / unit, -(worth @ here.slopes) / unit

    def least_loss(variables: Array) -> tuple[float, Array]:
        return -float(variables[-1]), np.append(np.zeros(own.count), -1.0)

    def slack(variables: Array) -> Array:
        return at(variables[:-1]).gains / unit - variables[-1]

    def slack_slope(variables: Array) -> Array:
        slopes = at(variables[:-1]).slopes / unit
        return np.hstack([slopes, -np.ones((len(slopes), 1))])

    bounds = list(zip(own.lower, own.upper, strict=True))
    options = {"maxiter": PROGRAMME_STEPS, "ftol": 1e-14}
    try:
        if table.money is not None:
            minimize(joint_loss, offer.level, jac=True, method="SLSQP", bounds=bounds, options=options)
        else:
            constraint: dict[str, Any] = {"type": "ineq", "fun": slack, "jac": slack_slope}
            done = minimize(
                least_loss, np.append(offer.level, offer.gains.min() / unit), jac=True, method="SLSQP",
                bounds=[*bounds, (None, None)], constraints=[constraint], options=options,
            )  # fmt: skip
            at(done.x[:-1])
    except NoSolutionError:
        # an economy that breaks down on the way: what was reached last is judged by its own certificate
        return last, used
    level = np.where(last.level - own.lower < AT_BOUND, own.lower, last.level)
    return at(np.where(own.upper - level < AT_BOUND, own.upper, level)), used


def _shadow_prices(table: _Table, offer: _Offer) -> Array:
    if table.money is not None:
        return table.weights(offer, offer.gains)
    own = table.game.instruments
    equal = offer.gains - offer.gains.min() < SPREAD_LIMIT
    at_lower, at_upper = offer.level <= own.lower, offer.level >= own.upper
    weights = np.zeros(len(equal))
    weights[equal] = pareto_weights(offer.slopes[equal], at_lower, at_upper)[0]
    return weights


def pareto_weights(
    slopes: Float[Array, "party instrument"], at_lower: Bool[Array, " instrument"], at_upper: Bool[Array, " instrument"]
) -> tuple[Float[Array, " party"], float]:
    """Weights λ >= 0, Σ λ = 1, that come closest to Σ λ ∇u = 0 off the bounds, and what is left of it.

    At a lower bound the weighted slope may be negative, at an upper bound positive: a multiplier >= 0 takes it up.
    """
    from scipy.optimize import nnls

    parties, count = slopes.shape
    unit = float(np.abs(slopes).max()) or 1.0
    bounds = np.hstack([np.eye(count)[:, at_lower], -np.eye(count)[:, at_upper]])
    system = np.hstack([slopes.T / unit, bounds])
    anchor = np.append(ANCHOR * np.ones(parties), np.zeros(bounds.shape[1]))
    solved, residual = nnls(np.vstack([system, anchor]), np.append(np.zeros(count), ANCHOR))
    weights = solved[:parties]
    total = float(weights.sum())
    return weights / total if total > 0.0 else weights, float(residual) * unit
