"""What escalation is worth, at first-order points alone: to be had again under many other parameters.

    escalation_payoffs(world, "USA", "CHN", today=policy, threat=policy_after_the_deadline, options=Options(...))

The moves are those of `tradewar.games.escalation`, by the same first-order conditions. Left out are the search for
deviations, which is most of the work there, and the reaction curves. A best answer climbs, so that it is at least a
local maximum; of the war only the residual of the first-order conditions is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.policy import Policy
from tradewar.errors import NoSolutionError
from tradewar.games.certificate import FIRST_ORDER_LIMIT
from tradewar.games.climb import Climb, Game, climb
from tradewar.games.curves import check_parties
from tradewar.games.escalation import BEST_LIMIT_PCT
from tradewar.games.nash import alone, nash
from tradewar.games.objectives import log_payoffs, real_incomes
from tradewar.games.settle import settle
from tradewar.games.setup import Options, Setup, setup
from tradewar.games.stage import Position
from tradewar.games.starts import starting_level
from tradewar.world import World


@dataclass(frozen=True, eq=False)
class EscalationPayoffs:
    """Real income of every country under each move, percent against the tariffs of the day."""

    parties: tuple[str, str]
    best_answers: tuple[Float[Array, " country"], Float[Array, " country"]]
    """Each party's best tariffs on the other, the other's as of the day."""
    full_war: Float[Array, " country"]
    threat: Float[Array, " country"] | None
    """The first party carries its threat out and is not answered; None = no threat."""
    threat_answered: Float[Array, " country"] | None
    """The same after the second party's best answer."""
    is_best_response: bool | None
    """Whether the threat is within `tradewar.games.escalation.BEST_LIMIT_PCT` of the best answer; None = no threat."""
    first_order_residual: float
    """The largest of all moves: the steepest slope of a log payoff by a log tariff that no bound holds back."""


def escalation_payoffs(
    world: World,
    first: str,
    second: str,
    *,
    today: Policy | None = None,
    threat: Policy | None = None,
    options: Options | None = None,
) -> EscalationPayoffs:
    """What answers, full war and a threat between two parties are worth, without a search for deviations.

    Args:
        world: the calibrated world.
        first: the party that threatens.
        second: the other party.
        today: the policy in force on the day; None = the world's own tariffs.
        threat: the policy if the first party carries out its threat and nothing else changes; None = no threat.
        options: goods, regime, weights, closure, market, bounds and elasticities, as in `war`; its policy is replaced
            by `today`, and it is searched from the closed form only.

    Raises:
        InputError: if a party is unknown or has nothing to tax.
        NoSolutionError: if an equilibrium or a first-order point is not found.
    """
    check_parties(world, ("first", first), ("second", second))
    asked = replace(Options() if options is None else options, policy=today, between=True)
    ready = setup(world, [first, second], asked)
    game, stage = ready.game, ready.game.stage
    # players stand in the order of the world
    rows = [game.instruments.players.tolist().index(stage.world.country_index(code)) for code in (first, second)]
    level = starting_level(stage, game.instruments, "closed-form", ready.factual)
    answers = [_climb(game, row, level, stage.log_power, ready.factual) for row in rows]
    best = level.copy()
    for row, answer in zip(rows, answers, strict=True):
        best[alone(game, row)[1]] = answer.point.level
    war = nash(game, best, rough=False)
    slopes = [war.residual, *(float(np.abs(answer.point.slope).max()) for answer in answers)]
    unanswered = answered = best_response = None
    if threat is not None:
        carried = replace(stage, levers=threat.levers(stage.world))
        unanswered = settle(carried, carried.log_power, ready.factual)
        reply = _climb(replace(game, stage=carried), rows[1], best, carried.log_power, unanswered)
        answered = reply.point.position
        slopes.append(float(np.abs(reply.point.slope).max()))
        one = stage.world.country_index(first)
        short = answers[0].point.log_payoff - float(log_payoffs(game.objective, stage, unanswered)[one])
        best_response = 100.0 * short <= BEST_LIMIT_PCT
    residual = max(slopes)
    if not residual <= FIRST_ORDER_LIMIT:
        raise NoSolutionError(
            f"Escalation between {first} and {second}: the first-order conditions hold only to {residual:.2g} "
            f"(limit {FIRST_ORDER_LIMIT:g}). Search with tradewar.games.escalation, from more starts."
        )
    return EscalationPayoffs(
        parties=(first, second),
        best_answers=(_percent(ready, answers[0].point.position), _percent(ready, answers[1].point.position)),
        full_war=_percent(ready, war.position),
        threat=None if unanswered is None else _percent(ready, unanswered),
        threat_answered=None if answered is None else _percent(ready, answered),
        is_best_response=best_response,
        first_order_residual=residual,
    )


def _climb(game: Game, row: int, level: Array, others: Array, start: Position) -> Climb:
    own, mine = alone(game, row)
    return climb(own, others, level[mine], start)


def _percent(ready: Setup, position: Position) -> Float[Array, " country"]:
    stage = ready.game.stage
    return 100.0 * np.expm1(real_incomes(stage, position) - real_incomes(stage, ready.factual))
