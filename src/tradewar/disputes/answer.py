"""What the other side will do: best answers to the tariffs of the day, full war, and whether the threat is one.

Tariffs of the day are those of the policy that is in force; where the dossier has none, the world's own. The threat is
what the side that acts on the deadline would charge with its step carried out, everything else as on the day. Each
government maximises the real income of its country; every change is against the tariffs of the day.

Games are played without trade deficits (closure `balanced`): where a deficit is constant in some money, a government
gains by moving that money, which means nothing. The other parts keep the closure of the dossier.

How sure the figures are is told by the same moves under other trade elasticities (`tradewar.disputes.answer_ranges`).

Averages are weighted with the trade of the world between the two, as everywhere in the findings.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.disputes.answer_ranges import AnswerRanges, ranges_of, under_sets
from tradewar.disputes.material import Material
from tradewar.disputes.policies import average_rate
from tradewar.io.serialize import Document
from tradewar.world.model import World

if TYPE_CHECKING:
    from tradewar.equilibrium.levers import Levers
    from tradewar.equilibrium.policy import Policy
    from tradewar.games import Escalation, EscalationPayoffs, ReactionCurve, War

CURVE_POINTS = 6
"""Points of a reaction curve: it is nearly straight."""
CURVE_STEP = 0.05
"""Reaction curves end at a multiple of this average tariff."""
LEAST_END = 0.2


@dataclass(frozen=True)
class Move:
    """Tariffs of the two parties on each other, and what they do against the tariffs of the day."""

    name: str
    """`threat`, `threat-answered`, `best-` and the code of a party, or `war`."""
    averages: tuple[float, float]
    """The first party's average tariff on the second, and the reverse; fractions."""
    real_income_pct: tuple[float, float]
    """Of the first and of the second party."""
    real_income_money: tuple[float, float]
    """The same, money a year at incomes of the baseline."""


@dataclass(frozen=True)
class CountryAnswer:
    """What one country has from answers and war, against the tariffs of the day, percent of real income."""

    country: str
    best_first_pct: float
    """If the first party gives its best answer alone."""
    best_second_pct: float
    """If the second party gives its best answer alone."""
    war_pct: float
    war_money: float


@dataclass(frozen=True)
class Curve:
    """Best answers of one party to levels of the other's average tariff; fractions."""

    mover: str
    answerer: str
    mover_average: tuple[float, ...]
    answer_average: tuple[float, ...]


@dataclass(frozen=True)
class Verdict:
    """Whether carrying out the threat of the deadline is a best response."""

    party: str
    opponent: str
    step: str
    """Name of the step."""
    is_best_response: bool
    pays: bool
    """Whether it would raise the party's real income if it were not answered."""
    short_of_best_pct: float
    """What the best tariffs on the opponent would give the party over the threat, percent of its real income."""
    short_of_best_money: float


@dataclass(frozen=True)
class GameCertificate:
    """How sure it is that nobody has a better answer: the worst over all games of this part."""

    certified: bool
    first_order_residual: float
    largest_gain_from_deviating_pct: float
    deviations_tried: int
    games: int


@dataclass(frozen=True)
class Answer(Document):
    """The part of the findings on escalation between the parties."""

    parties: tuple[str, str]
    against: str
    """Name of the policy in force on the day; blank for the world's own tariffs."""
    closure: str
    today: tuple[float, float]
    """Average tariffs of the day: the first party's on the second, and the reverse; fractions."""
    moves: tuple[Move, ...]
    countries: tuple[CountryAnswer, ...]
    third_countries_money: float
    """What full war gives all third countries together, money a year."""
    curves: tuple[Curve, Curve]
    """The second party's best answers to the first, and the reverse."""
    verdict: Verdict | None
    """None where no deadline is known, or its step is not one of a party's tariffs."""
    certificate: GameCertificate
    ranges: AnswerRanges | None
    """None where the world has one set of elasticities only."""

    def move(self, name: str) -> Move | None:
        """A move by its name, None where there is none."""
        return next((move for move in self.moves if move.name == name), None)


def find(material: Material) -> Answer:
    """Play the games between the parties of a dossier, from the tariffs of its day.

    One start and no corners, so that a brief is written in seconds; `tradewar war` searches on.

    Raises:
        NoSolutionError: if a game cannot be solved.
    """
    world, (first, second) = material.world, (party.country for party in material.dossier.parties)
    name, today = _today(material)
    step, party, threat = _threat(material, today)
    ordered = (second, first) if party == second else (first, second)
    levers = [policy.levers(world) for policy in (today, threat) if policy is not None]
    rates = [item.average_rate for item in levers]
    highest = max(average_rate(world, rate, *pair) for rate in rates for pair in ((first, second), (second, first)))
    question = _Question(_digest(world, levers), world, ordered, today, threat, _levels(highest))
    found = _played_once(question)
    material.say("Searching again with other trade elasticities")
    return _with_ranges(world, _answer(material, found, name, today, threat, step), _again(question))


@dataclass(frozen=True)
class _Question:
    """What the games depend on. The digest stands for the world and for the tariffs."""

    digest: str
    world: World = field(compare=False)
    parties: tuple[str, str]
    today: Policy = field(compare=False)
    threat: Policy | None = field(compare=False)
    averages: tuple[float, ...]


@lru_cache(maxsize=8)
def _played_once(question: _Question) -> Escalation:
    """The games of a question: days with the same tariffs share them, as when the day of a brief is moved."""
    from tradewar.games import Options, escalation

    return escalation(
        question.world,
        *question.parties,
        today=question.today,
        threat=question.threat,
        options=Options(starts=["closed-form"], corners=False),
        averages=question.averages,
        weights=question.world.trade_value,
    )


@lru_cache(maxsize=8)
def _again(question: _Question) -> dict[str, EscalationPayoffs | None]:
    """The same under the other elasticities of the world."""
    return under_sets(question.world, question.parties, question.today, question.threat)


def _digest(world: World, levers: Sequence[Levers]) -> str:
    """A hash of everything in a world that an equilibrium depends on, and of the tariffs in it."""
    digest = hashlib.sha256("|".join((*world.countries, "", *world.sectors, world.market)).encode())
    arrays = (
        world.trade_value, world.tariff_rate, world.tradable, world.value_added_share, world.input_share,
        world.consumption_share, world.trade_elasticity, *world.elasticity_sets.values(),
    )  # fmt: skip
    wedges = (array for item in levers for array in (item.tariff_rate, item.iceberg_hat) if array is not None)
    for array in (*arrays, *wedges):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _today(material: Material) -> tuple[str, Policy]:
    """The policy in force on the day, and its name; the world's own tariffs where there is none."""
    from tradewar.equilibrium.policy import Policy

    stated = material.stated.in_force
    if stated is None:
        return "", Policy(tariff_rate=material.world.tariff_rate)
    return stated.source.name, stated.policy


def _threat(material: Material, today: Policy) -> tuple[str, str, Policy | None]:
    """The step of the deadline, who takes it, and the policy if only that is done; None where there is no threat."""
    world, deadline = material.world, material.dossier.deadline
    due = next((step for step in material.stated.steps if deadline and step.name == deadline.step), None)
    if due is None or due.actor not in (party.country for party in material.dossier.parties):
        return "", "", None
    holding = [item for item in material.stated.policies if any(step.name == due.name for step in item.steps)]
    if not holding:
        return "", "", None
    least = min(holding, key=lambda item: len(item.steps))
    actor = world.country_index(due.actor)
    rates = rates_of(world, today).copy()
    rates[actor] = rates_of(world, least.policy)[actor]
    products = [item for item in today.products if item.importer != due.actor]
    products += [item for item in least.policy.products if item.importer == due.actor]
    return due.name, due.actor, replace(today, tariff_rate=rates, products=products, name=due.name)


def rates_of(world: World, policy: Policy) -> Float[Array, "importer exporter sector"]:
    """Levels of all tariffs under a policy, averages over products."""
    return policy.levers(world).average_rate


def _levels(highest: float) -> tuple[float, ...]:
    """Points of a reaction curve, from no tariff to a round figure above the highest average."""
    end = max(LEAST_END, CURVE_STEP * math.ceil(1.1 * highest / CURVE_STEP))
    return tuple(float(level) for level in np.linspace(0.0, end, CURVE_POINTS))


# ---------------------------------------------------------------- from the games to the findings


def _answer(
    material: Material, found: Escalation, name: str, today: Policy, threat: Policy | None, step: str
) -> Answer:
    world, (first, second) = material.world, (party.country for party in material.dossier.parties)
    best = {war.players[0]: war for war in found.best_answers}
    games = [*found.best_answers, found.full_war, *([] if found.threat is None else [found.threat.reply])]
    moves = [
        _played(world, (first, second), f"best-{first}", best[first]),
        _played(world, (first, second), f"best-{second}", best[second]),
        _played(world, (first, second), "war", found.full_war),
    ]
    countries = tuple(
        CountryAnswer(
            country=code,
            best_first_pct=_percent(best[first], k),
            best_second_pct=_percent(best[second], k),
            war_pct=_percent(found.full_war, k),
            war_money=float(world.income[k]) * _percent(found.full_war, k) / 100.0,
        )
        for k, code in enumerate(world.countries)
    )
    verdict = None
    if found.threat is not None and threat is not None:
        moves = [*_threats(world, (first, second), found, threat), *moves]
        verdict = _verdict(world, found, step)
    return Answer(
        parties=(first, second),
        against=name,
        closure=found.full_war.closure,
        today=_averages(world, rates_of(world, today), (first, second)),
        moves=tuple(moves),
        countries=countries,
        third_countries_money=sum(row.war_money for row in countries if row.country not in (first, second)),
        curves=_curves(found, first),
        verdict=verdict,
        certificate=_certificate(games),
        ranges=None,
    )


def _with_ranges(world: World, answer: Answer, again: dict[str, EscalationPayoffs | None]) -> Answer:
    own = {move.name: move.real_income_pct for move in answer.moves}
    war = [row.war_pct for row in answer.countries]
    verdict = answer.verdict.is_best_response if answer.verdict else None
    return replace(answer, ranges=ranges_of(world, answer.parties, own, war, again, verdict))


def _played(world: World, parties: tuple[str, str], name: str, war: War) -> Move:
    percent = [_percent(war, world.country_index(code)) for code in parties]
    return _move(world, parties, name, war.tariff_rate, (percent[0], percent[1]))


def _threats(world: World, parties: tuple[str, str], found: Escalation, threat: Policy) -> list[Move]:
    """The threat carried out, and after the opponent's best answer."""
    judged = found.threat
    assert judged is not None
    alone, answered = (
        (own, other) if judged.party == parties[0] else (other, own)
        for own, other in (
            (judged.payoff_pct, judged.opponent_payoff_pct),
            (judged.answered_payoff_pct, judged.opponent_answered_pct),
        )
    )
    return [
        _move(world, parties, "threat", rates_of(world, threat), alone),
        _move(world, parties, "threat-answered", judged.reply.tariff_rate, answered),
    ]


def _move(
    world: World,
    parties: tuple[str, str],
    name: str,
    rates: Float[Array, "importer exporter sector"],
    percent: tuple[float, float],
) -> Move:
    income = [float(world.income[world.country_index(code)]) / 100.0 for code in parties]
    return Move(name, _averages(world, rates, parties), percent, (income[0] * percent[0], income[1] * percent[1]))


def _verdict(world: World, found: Escalation, step: str) -> Verdict:
    judged = found.threat
    assert judged is not None
    short = judged.best_payoff_pct - judged.payoff_pct
    money = float(world.income[world.country_index(judged.party)]) * short / 100.0
    return Verdict(judged.party, judged.opponent, step, judged.is_best_response, judged.pays, short, money)


def _averages(world: World, rates: Array, parties: tuple[str, str]) -> tuple[float, float]:
    first, second = parties
    return average_rate(world, rates, first, second), average_rate(world, rates, second, first)


def _curves(found: Escalation, first: str) -> tuple[Curve, Curve]:
    one, other = map(_curve, found.curves)
    return (one, other) if one.mover == first else (other, one)


def _curve(curve: ReactionCurve) -> Curve:
    moved, answered = (tuple(map(float, values)) for values in (curve.mover_average, curve.answer_average))
    return Curve(curve.mover, curve.answerer, moved, answered)


def _certificate(games: list[War]) -> GameCertificate:
    checked = [war.certificate for war in games]
    return GameCertificate(
        certified=all(item.certified for item in checked),
        first_order_residual=max(item.first_order_residual for item in checked),
        largest_gain_from_deviating_pct=max(item.largest_gain_from_deviating_pct for item in checked),
        deviations_tried=sum(item.deviations_tried for item in checked),
        games=len(checked),
    )


def _percent(war: War, country: int) -> float:
    return 100.0 * (float(war.real_income_hat[country]) - 1.0)
