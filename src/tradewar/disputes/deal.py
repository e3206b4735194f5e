"""Is there a deal, and will it come: the ladder, the win-win set, the deals, the walk-away point and the clock.

All flows are exact real income in percent of baseline income per year, with trade deficits removed first (closure
`balanced`), against the tariffs of the world's base year. A deal chooses tariffs on each other's goods; what the
ladder and the war do to third countries is kept. The walk-away point is what each side lives with while talking unless
carrying the threat out is worth it to the initiator at the deadline (`tradewar.talks.clock`); this is decided by
the clock, which in turn needs the deal, so that the two are run until they agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.disputes import deal_terms
from tradewar.disputes.chronicle import Event
from tradewar.disputes.deal_schema import TalksTable
from tradewar.disputes.deal_sensitivity import ClockSpread, DealCase, clock_spread, deal_cases
from tradewar.disputes.deal_setting import DealSetting, nash_war, setting_of
from tradewar.disputes.deal_terms import AssumptionRow, Pair
from tradewar.disputes.deal_without import Drift, Nerves, drifts, war_of_nerves
from tradewar.disputes.material import Material
from tradewar.io.serialize import Document
from tradewar.talks.bargaining import Bargain, BargainStatus, Solution, bargain, bargains, without_subsidies
from tradewar.talks.clock import Clock, WalkAway, run_clock, walk_away_point
from tradewar.talks.clock_sweep import Swing
from tradewar.talks.frontier import Frontier, efficient_frontier
from tradewar.talks.ladder import Ladder, Threat, judge_threat
from tradewar.talks.world_ladder import ladder_of_world
from tradewar.talks.world_payoffs import policy_at, real_income_pct, solved
from tradewar.world.ranges import Range, vary

if TYPE_CHECKING:
    import pandas as pd

OVER_CASES = "other weights, walk-away points and elasticities"
POSITIONS = ("offer", "demand", "position")
"""Kinds of the chronicle that say what a side wants or gives."""
SOLUTIONS = (Solution.ASYMMETRIC_NASH, Solution.KALAI_SMORODINSKY, Solution.EGALITARIAN, Solution.EQUAL_PROPORTIONAL)


@dataclass(frozen=True)
class Place:
    """A point of the picture: a state of tariffs between the parties, and what it is worth to them."""

    name: str
    title: str
    payoff: Pair
    """Of the initiator and the responder, percent of income per year."""
    rates: tuple[float, ...] | None
    """Tariffs that are chosen, where it is a point of the talks."""


@dataclass(frozen=True, eq=False)
class NamedBargain(Document, told="name title from=walk_away subsidies bargain.*"):
    """A deal by one rule from one walk-away point."""

    name: str
    title: str
    walk_away: str
    subsidies: bool
    """True where rates may be negative: import subsidies, the price form of a promise to buy."""
    bargain: Bargain


@dataclass(frozen=True)
class NashWar:
    """What is known of the Nash war beside its place."""

    certificate: str
    """In words."""
    payoff_by_sector: Pair
    """Payoffs where tariffs differ by sector, from the games."""


@dataclass(frozen=True)
class CountryPayoff:
    """What one country has from the deal."""

    country: str
    real_income_pct: float


@dataclass(frozen=True, eq=False)
class Deal(
    Document,
    told=(
        "initiator responder ladder.unit closure=setting.prepared.closure.text setting.choice.instruments ladder today "
        "escalated threat drifts war_of_nerves=nerves places nash_war walk_away deals=bargains gains signed countries "
        "frontier sensitivity_of_the_deal=cases months_to_deadline=months clock spread assumptions positions notes"
    ),
):
    """The part of the findings that answers whether there is a deal and whether it will come."""

    initiator: str
    responder: str
    setting: DealSetting
    talks: TalksTable
    ladder: Ladder
    today: tuple[int, int]
    """Where the two stand, by the numbers of their rungs."""
    escalated: tuple[int, int]
    """Where they stand once the threat is carried out and answered."""
    threat: Threat
    """The threat judged by the ladder alone, the other side staying where it is."""
    drifts: tuple[Drift, ...]
    """Where the ladder leads without talks, by patience; the middle one is the base."""
    nerves: Nerves | None
    """A war of nerves over the terms, in closed form; None where there is nothing to hold out for."""
    now: Place
    escalation: Place
    nash: Place
    nash_war: NashWar
    walk_away: WalkAway
    bargains: tuple[NamedBargain, ...]
    """The first is the one that the clock and the accord use."""
    signed: Place | None
    """What the clock takes as the deal; None where no deal is better for both, with or without a payment."""
    countries: tuple[CountryPayoff, ...]
    """Everybody under the deal of the clock, before any payment."""
    frontier: Frontier
    cases: tuple[DealCase, ...]
    """The deal under other assumptions."""
    months: int
    """Months to the deadline."""
    clock: Clock | None
    spread: ClockSpread | None
    """Draws over all ranges, and the swing of each assumption."""
    assumptions: tuple[AssumptionRow, ...]
    positions: tuple[Event, ...]
    notes: tuple[str, ...]

    @property
    def base(self) -> Bargain:
        """The deal that the clock and the accord use."""
        return self.bargains[0].bargain

    @property
    def places(self) -> tuple[Place, ...]:
        """Every point of the picture, deals apart."""
        return (self.now, self.escalation, self.nash)

    @property
    def gains(self) -> tuple[Range, Range] | None:
        """What each side gains over walking away, over the other assumptions under which both prefer a deal."""
        if self.base.status is not BargainStatus.DEAL:
            return None
        kept = [case.gain for case in self.cases if case.status == BargainStatus.DEAL.value]
        one, two = (vary(float(self.base.gain[k]), (gain[k] for gain in kept), over=OVER_CASES) for k in (0, 1))
        return one, two

    def swings(self, result: str) -> tuple[Swing, ...]:
        """What moves a result of the clock, the widest first."""
        return () if self.spread is None else self.spread.swings[result]

    def to_frame(self) -> pd.DataFrame:
        """The ladder, long: one row per country and pair of rungs."""
        return self.ladder.to_frame()


@lru_cache(maxsize=1)
def find(material: Material) -> Deal | None:
    """The talks on the day of a dossier; None where it has none on that day. The last material is remembered."""
    talks = material.dossier.talks
    if talks is None:
        return None
    setting = setting_of(material, talks)
    climbs = deal_terms.climbs_of(material, talks, setting.prepared)
    ladder = ladder_of_world(setting.prepared, climbs, progress=_counted(material, "Solving the ladder: pair of rungs"))
    rungs = [deal_terms.rungs_of(talks, country) for country in setting.parties]
    today = (rungs[0].rates.index(rungs[0].today), rungs[1].rates.index(rungs[1].today))
    escalated = (rungs[0].rates.index(rungs[0].escalated), rungs[1].rates.index(rungs[1].escalated))
    now = Place("now", "Today", _of(ladder, today), None)
    escalation = Place("escalation", "Escalation", _of(ladder, escalated), None)
    material.say("Searching for the Nash war between the two")
    war = nash_war(setting)
    nash = Place("nash-war", "Nash war", war.payoff, tuple(war.rates))
    months, day = deal_terms.months_to_deadline(material, talks)
    material.say("Searching for the deals")
    walk_away, base, clock = _settled(setting, talks, months, now, escalation)
    signed = _signed(base)
    least = np.min([now.payoff, escalation.payoff, nash.payoff], axis=0)
    frontier = efficient_frontier(
        setting.talks_from(least),
        points=talks.frontier_points,
        progress=_counted(material, "Tracing the frontier: point"),
    )
    found_bargains = _every_bargain(setting, talks, base, walk_away, nash)
    material.say("Solving the deal under other assumptions")
    cases = deal_cases(
        material,
        setting,
        talks,
        climbs,
        base,
        {"escalation": escalation.payoff, "nash-war": found_bargains[-1].bargain},
    )
    spread = None
    if clock is not None and signed is not None:
        material.say(f"Running the clock {talks.draws} times")
        _, ranges = deal_terms.clock_terms(
            talks, months, now=now.payoff, escalation=escalation.payoff, deal=signed.payoff
        )
        error = talks.clock.flow_range
        spread = clock_spread(clock.terms, ranges, (error.low, error.high), talks.draws)
    return Deal(
        initiator=setting.parties[0],
        responder=setting.parties[1],
        setting=setting,
        talks=talks,
        ladder=ladder,
        today=today,
        escalated=escalated,
        threat=judge_threat(ladder, 1, today[0], escalated[0], today[1]),
        drifts=drifts(ladder, today),
        nerves=war_of_nerves(cases, now.payoff, talks.clock, months),
        now=now,
        escalation=escalation,
        nash=nash,
        nash_war=NashWar(war.label, war.by_sector),
        walk_away=walk_away,
        bargains=found_bargains,
        signed=signed,
        countries=_everybody(setting, base),
        frontier=frontier,
        cases=cases,
        months=months,
        clock=clock,
        spread=spread,
        assumptions=deal_terms.assumptions_of_talks(talks, dated=day is not None),
        positions=tuple(event for event in material.dossier.chronicle if event.kind in POSITIONS),
        notes=setting.notes,
    )  # fmt: skip


def _counted(material: Material, what: str) -> Callable[[int, int], None]:
    """Progress that says which of how many."""

    def progress(done: int, total: int) -> None:
        material.say(f"{what} {done} of {total}")

    return progress


def _settled(
    setting: DealSetting, talks: TalksTable, months: int, now: Place, escalation: Place
) -> tuple[WalkAway, Bargain, Clock | None]:
    """The walk-away point, the deal from there and the clock that it gives, such that the three agree."""
    walk_away = walk_away_point(now.payoff, escalation.payoff, None)
    base = bargain(setting.talks_from(walk_away.point), weights=setting.weights)
    clock: Clock | None = None
    for _ in range(2):
        signed = _signed(base)
        if signed is None:
            return walk_away, base, None
        terms, _ = deal_terms.clock_terms(
            talks, months, now=now.payoff, escalation=escalation.payoff, deal=signed.payoff
        )
        clock = run_clock(terms)
        judged = walk_away_point(now.payoff, escalation.payoff, float(clock.threat_margin[-1, terms.steps_done]))
        settled = judged.point == walk_away.point
        walk_away = judged
        if settled:
            break
        base = bargain(setting.talks_from(walk_away.point), weights=setting.weights)
    return walk_away, base, clock


def _signed(base: Bargain) -> Place | None:
    """What is signed: the deal, with the payment where it needs one."""
    if base.status is BargainStatus.DEAL and base.instruments is not None:
        return Place("deal", "Deal", _pair(base.payoff), tuple(map(float, base.instruments)))
    if base.side_payment is not None:
        paid = base.side_payment
        payoff = _pair(paid.payoff + paid.received)
        return Place("deal", "Deal with a payment", payoff, tuple(map(float, paid.instruments)))
    return None


def _every_bargain(
    setting: DealSetting, talks: TalksTable, base: Bargain, walk_away: WalkAway, nash: Place
) -> tuple[NamedBargain, ...]:
    """The deals by each rule from the walk-away point, without subsidies, and from the Nash war."""
    found = [NamedBargain("base", "Nash bargain", "walk-away", True, base)]
    from_here = setting.talks_from(walk_away.point, base.instruments)
    by_rule = bargains(from_here, [(rule, None) for rule in SOLUTIONS[1:]])
    found += [
        NamedBargain(rule.name.lower(), rule.value, "walk-away", True, item)
        for rule, item in zip(SOLUTIONS[1:], by_rule, strict=True)
    ]
    plain = bargain(without_subsidies(from_here), weights=setting.weights)
    found.append(NamedBargain("no_subsidies", "Nash bargain, no rate below zero", "walk-away", False, plain))
    from_war = bargain(setting.talks_from(nash.payoff, base.instruments), weights=setting.weights)
    found.append(NamedBargain("from_nash_war", "Nash bargain from the Nash war", "nash-war", True, from_war))
    return tuple(found)


def _everybody(setting: DealSetting, base: Bargain) -> tuple[CountryPayoff, ...]:
    signed = _signed(base)
    if signed is None or signed.rates is None:
        return ()
    prepared = setting.prepared
    policy = policy_at(prepared, setting.choice, np.array(signed.rates))
    payoff = real_income_pct(prepared, solved(prepared, policy.levers(prepared.baseline), None))
    return tuple(map(CountryPayoff, prepared.baseline.countries, map(float, payoff)))


def _of(ladder: Ladder, pair: tuple[int, int]) -> Pair:
    return float(ladder.of_side(1)[pair]), float(ladder.of_side(2)[pair])


def _pair(values: Float[Array, " 2"]) -> Pair:
    return float(values[0]), float(values[1])
