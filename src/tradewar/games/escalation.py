"""What escalation between two parties would mean, from the tariffs of a day: answers, full war, and a threat.

    escalation(world, "USA", "CHN", today=policy, threat=policy_after_the_deadline)

Each side's best answer to the tariffs of the day; what full war between the two costs each and third countries; the
reaction curves; and whether carrying out a threat is a best response: against the other side's tariffs as they stand,
and after its best answer. All changes are against the tariffs of the day.

What escalation is worth, at first-order points alone: to be had again under many other parameters.

    escalation_payoffs(world, "USA", "CHN", today=policy, threat=policy_after_the_deadline, options=Options(...))

The moves are those of `tradewar.games.escalation`, by the same first-order conditions. Left out are the search for
deviations, which is most of the work there, and the reaction curves. A best answer climbs, so that it is at least a
local maximum; of the war only the residual of the first-order conditions is known.

Reaction curves: the best answer of one party to each level of the other's tariffs.

The mover's tariffs on the answerer are set to one level after another, as an average weighted with baseline trade; the
answerer's best tariffs on the mover follow. The mover's tariffs are uniform, or keep the pattern of a war: then the
curves of the two parties cross at that war.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.policy import Policy
from tradewar.errors import InputError, NoSolutionError, Problem
from tradewar.games.certificate import FIRST_ORDER_LIMIT
from tradewar.games.instruments import starting_level
from tradewar.games.nash import Climb, Effort, Game, alone, climb, nash
from tradewar.games.objectives import log_payoffs, real_incomes
from tradewar.games.result import War
from tradewar.games.setup import Options, Setup, setup
from tradewar.games.stage import Position, settle
from tradewar.games.war import war
from tradewar.io.serialize import Document, content
from tradewar.world import World
from tradewar.world.identities import nearest

if TYPE_CHECKING:
    import pandas as pd


POINT = Effort(tolerance=1e-8, equilibrium=1e-11, slack=1e-11)
"""A point of a curve: average tariffs to about 1e-8."""
DEFAULT_AVERAGES = tuple(0.05 * k for k in range(11))


@dataclass(frozen=True)
class CurvePoint:
    """Averages of both parties, rates, and their real income against the tariffs in force."""

    mover_average: float
    answer_average: float
    mover_real_income_pct: float
    answerer_real_income_pct: float


@dataclass(frozen=True, eq=False)
class ReactionCurve(Document, told="mover answerer points"):
    """Best answers to levels of the mover's average tariff. P points; real income against the tariffs in force."""

    mover: str
    answerer: str
    mover_average: Float[Array, " point"]
    """Trade-weighted average of the mover's tariffs on the answerer, rate."""
    answer_average: Float[Array, " point"]
    """Trade-weighted average of the answerer's best tariffs on the mover, rate."""
    mover_real_income_pct: Float[Array, " point"]
    answerer_real_income_pct: Float[Array, " point"]
    converged: bool
    """True if the first-order rule is at rest at every point."""

    def to_frame(self) -> pd.DataFrame:
        """One row per point."""
        import pandas as pd

        return pd.DataFrame([{"mover": self.mover, "answerer": self.answerer} | content(row) for row in self.points])

    @property
    def points(self) -> tuple[CurvePoint, ...]:
        """One per level of the mover's average tariff."""
        columns = (getattr(self, name).tolist() for name in CurvePoint.__annotations__)
        return tuple(map(CurvePoint, *columns))


def reaction_curve(
    world: World,
    mover: str,
    answerer: str,
    *,
    averages: Sequence[float] = DEFAULT_AVERAGES,
    pattern: War | None = None,
    options: Options | None = None,
    weights: Float[Array, "importer exporter sector"] | None = None,
) -> ReactionCurve:
    """The best answer of one party to each average tariff of the other.

    Args:
        world: the calibrated world.
        mover: whose tariffs on the answerer are set.
        answerer: who answers with its best tariffs on the mover; all other tariffs stay.
        averages: average rates of the mover.
        pattern: a war of the same world whose tariffs of the mover on the answerer are scaled to the averages; None =
            one uniform rate.
        options: goods, closure, market, bounds and policy, as in `war`.
        weights: trade values with which tariffs are averaged; None = those of the baseline, without deficits under
            the `balanced` closure.

    Raises:
        InputError: if a party is unknown or there is nothing to tax.
        NoSolutionError: if an equilibrium is not found.
    """
    check_parties(world, ("mover", mover), ("answerer", answerer))
    asked = Options() if options is None else options
    ready = setup(world, [answerer], replace(asked, exempt=(*asked.exempt, *all_but(world, answerer, mover))))
    moving = setup(world, [mover], replace(asked, exempt=(*asked.exempt, *all_but(world, mover, answerer))))
    stage, own = ready.game.stage, ready.game.instruments
    traded = stage.world.trade_value if weights is None else weights
    shape, mover_weights = _shape(traded, moving, pattern)
    in_force = stage.log_power if pattern is None else stage.with_rates(pattern.tariff_rate, pattern.chosen)
    level, position = own.read(in_force), ready.factual
    answered = np.zeros((4, len(averages)))
    converged = True
    incomes = real_incomes(stage, ready.factual)
    places = [stage.world.country_index(code) for code in (mover, answerer)]
    value = traded[ready.chosen]
    for k, average in enumerate(averages):
        log_power = stage.log_power.copy()
        log_power[moving.chosen] = np.log1p(average * shape)
        found = climb(ready.game, log_power, level, position, POINT)
        level, position, converged = found.point.level, found.point.position, converged and found.converged
        rates = np.expm1(position.log_power)
        change = 100.0 * np.expm1(real_incomes(stage, position) - incomes)[places]
        mean = (rates[moving.chosen] * mover_weights).sum(), (rates[ready.chosen] * value).sum() / value.sum()
        answered[:, k] = (*mean, *change)
    own_average, answer_average, mover_change, answerer_change = answered
    return ReactionCurve(mover, answerer, own_average, answer_average, mover_change, answerer_change, converged)


def check_parties(world: World, one: tuple[str, str], other: tuple[str, str]) -> None:
    """Raises an InputError unless both (called, code) are countries of the world, and not the same one."""
    problems = [
        Problem(called, f"{code!r} is unknown{nearest(code, world.countries)}", f"Use {', '.join(world.countries)}")
        for called, code in (one, other)
        if code not in world.countries
    ]
    if one[1] == other[1]:
        problems.append(Problem(other[0], f"{other[1]} is the same as the {one[0]}", "Name two countries"))
    if problems:
        raise InputError(problems)


def all_but(world: World, player: str, opponent: str) -> list[tuple[str, str]]:
    """Exemptions that leave a player only its tariffs on one opponent."""
    return [(player, code) for code in world.countries if code not in (player, opponent)]


def _shape(traded: Array, moving: Setup, pattern: War | None) -> tuple[Array, Array]:
    """The mover's tariffs at an average of 1, and the weights of that average, over its cells."""
    value = traded[moving.chosen]
    weights = value / value.sum()
    if pattern is None:
        return np.ones_like(weights), weights
    if pattern.tariff_rate.shape != moving.chosen.shape:
        raise InputError.at("pattern", "is a war in another world", "Give a war of the same world")
    rates = pattern.tariff_rate[moving.chosen]
    average = float((rates * weights).sum())
    if average <= 0:
        raise InputError.at("pattern", "has no tariffs of the mover on the answerer", "Give another war or none")
    return rates / average, weights


BEST_LIMIT_PCT = 1e-4
"""A threat whose payoff is within this of the best answer's, percent, counts as a best response."""


@dataclass(frozen=True)
class Threat(Document, told="... pays is_best_response sentence", without="reply"):
    """Whether carrying out a threat is a best response. Payoffs in percent against the tariffs of the day."""

    party: str
    opponent: str
    payoff_pct: float
    """The party's payoff if it carries out the threat and the opponent does not answer."""
    best_payoff_pct: float
    """Its payoff with its best tariffs on the opponent instead."""
    opponent_payoff_pct: float
    """The opponent's payoff if it does not answer."""
    answered_payoff_pct: float
    """The party's payoff if the opponent gives its best answer."""
    opponent_answered_pct: float
    """The opponent's payoff if it gives its best answer."""
    reply: War
    """That answer."""

    @property
    def pays(self) -> bool:
        """True if carrying out the threat beats leaving tariffs as they are, were they not answered."""
        return self.payoff_pct > 0.0

    @property
    def is_best_response(self) -> bool:
        """True if no other tariffs on the opponent would give the party more."""
        return self.payoff_pct >= self.best_payoff_pct - BEST_LIMIT_PCT

    @property
    def sentence(self) -> str:
        """The finding, with its number."""
        verdict = "is" if self.is_best_response else "is not"
        return (
            f"Carrying out the threat {verdict} a best response of {self.party}: unanswered it changes its payoff by "
            f"{self.payoff_pct:+.3f} percent, where its best tariffs on {self.opponent} would give "
            f"{self.best_payoff_pct:+.3f}; after {self.opponent}'s best answer it is {self.answered_payoff_pct:+.3f}."
        )


@dataclass(frozen=True, eq=False)
class Escalation(Document, told="parties best_answers=answers full_war=war reaction_curves=curves threat"):
    """Answers, full war and threat between two parties, against the tariffs of the day."""

    parties: tuple[str, str]
    best_answers: tuple[War, War]
    """Each party's best tariffs on the other, the other's as of the day."""
    full_war: War
    """The Nash war in tariffs on each other."""
    curves: tuple[ReactionCurve, ReactionCurve]
    """The second party's answers to the first, and the reverse; they cross at the full war."""
    threat: Threat | None

    @property
    def answers(self) -> list[dict[str, Any]]:
        """What is told of the best answers: not every tariff."""
        return [item.document(tariffs=False) for item in self.best_answers]

    @property
    def war(self) -> dict[str, Any]:
        """What is told of the full war, likewise."""
        return self.full_war.document(tariffs=False)


def escalation(
    world: World,
    first: str,
    second: str,
    *,
    today: Policy | None = None,
    threat: Policy | None = None,
    options: Options | None = None,
    averages: tuple[float, ...] = DEFAULT_AVERAGES,
    weights: Float[Array, "importer exporter sector"] | None = None,
) -> Escalation:
    """What escalation between two parties would mean from the tariffs of a day.

    Args:
        world: the calibrated world.
        first: the party whose threat is judged.
        second: the other party.
        today: the policy in force on the day; None = the world's own tariffs.
        threat: the policy if the first party carries out its threat and nothing else changes; None = no threat.
        options: goods, regime, weights, closure, market, bounds, starts and corners, as in `war`; its policy is
            replaced by `today`.
        averages: points of the reaction curves.
        weights: trade values for their average tariffs, as in `reaction_curve`.

    Raises:
        InputError: if a party is unknown or has nothing to tax.
        NoSolutionError: if an equilibrium is not found.
    """
    check_parties(world, ("first", first), ("second", second))
    asked = replace(Options() if options is None else options, policy=today)
    answers = (answer(world, first, second, asked), answer(world, second, first, asked))
    full = _played(world, [first, second], replace(asked, between=True))
    curves = (
        reaction_curve(world, first, second, averages=averages, pattern=full, options=asked, weights=weights),
        reaction_curve(world, second, first, averages=averages, pattern=full, options=asked, weights=weights),
    )
    judged = None if threat is None else judge_threat(world, first, second, threat, asked, answers[0])
    return Escalation((first, second), answers, full, curves, judged)


def answer(world: World, party: str, opponent: str, options: Options) -> War:
    """The best tariffs of one party on another, all else as `options.policy` has it."""
    exempt = (*options.exempt, *all_but(world, party, opponent))
    return _played(world, [party], replace(options, exempt=exempt, between=False))


def judge_threat(
    world: World, party: str, opponent: str, threat: Policy, options: Options, known: War | None = None
) -> Threat:
    """Whether carrying out a threat is a best response of the party, and what it is worth after the best answer.

    `known` is the party's best answer to the tariffs of the day, where it was computed before.
    """
    ready = setup(world, [party], replace(options, exempt=all_but(world, party, opponent), between=False))
    unanswered = _payoffs(ready, threat)
    best = answer(world, party, opponent, options) if known is None else known
    reply = answer(world, opponent, party, replace(options, policy=threat))
    answered = threat.levers(ready.game.stage.world).average_rate
    replied = _payoffs(ready, replace(threat, tariff_rate=np.where(reply.chosen, reply.tariff_rate, answered)))
    one, two = (ready.game.stage.world.country_index(code) for code in (party, opponent))
    return Threat(
        party=party,
        opponent=opponent,
        payoff_pct=unanswered[one],
        best_payoff_pct=max(100.0 * float(best.objective_hat[one] - 1.0), unanswered[one]),
        opponent_payoff_pct=unanswered[two],
        answered_payoff_pct=replied[one],
        opponent_answered_pct=replied[two],
        reply=reply,
    )


def _payoffs(ready: Setup, policy: Policy) -> list[float]:
    """Payoffs of all countries under a policy, percent against the tariffs in force."""
    stage = ready.game.stage
    levers = policy.levers(stage.world)
    position = settle(replace(stage, levers=levers), np.log1p(levers.tariff_rate), ready.factual)
    payoffs = log_payoffs(ready.game.objective, stage, position)
    return [100.0 * float(np.expm1(change)) for change in payoffs - ready.payoffs]


def _played(world: World, players: list[str], options: Options) -> War:
    return war(world, players, **options.as_keywords())


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
