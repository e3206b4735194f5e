"""Would the deal hold: what each side gains by cheating, what it loses in the war that follows, and what would deter.

Flows per year are those of the deal (`tradewar.disputes.deal`): exact real income, percent of baseline income. The
breach of a side is its best reply by sector to the other's side of the deal, from the games. Three wars may follow, and
which one does decides: the Nash war of the two, the escalation of the ladder, and a return to today's tariffs. Gains,
stakes and costs are per period of the accord.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewar.accords.check import (
    RESULTS,
    AccordCheck,
    AccordRow,
    AccordTerms,
    accord_sensitivity,
    accord_swings,
    check_accord,
    incentive_of,
    least_patience,
    truce_of,
)
from tradewar.accords.commitments import Accord, Commitment, CommitmentKind, build_accord
from tradewar.accords.imperfect_monitoring import Audit, audit_threshold
from tradewar.accords.incentives import Incentive, payer_can_afford
from tradewar.accords.retaliation import (
    Retaliation,
    RetaliationRule,
    best_reply,
    compare_rules,
    deterrence_factor,
    retaliation,
)
from tradewar.accords.terms import AccordStatus, discount_per_period
from tradewar.disputes import deal as deal_part
from tradewar.disputes.deal import Deal
from tradewar.disputes.deal_schema import AccordTable, CommitmentRow
from tradewar.disputes.deal_terms import AssumptionRow, assumptions_of_accord
from tradewar.disputes.material import Material
from tradewar.equilibrium import Policy
from tradewar.games import best_response
from tradewar.io.serialize import Document, plain_data
from tradewar.talks.world_payoffs import policy_at, solved
from tradewar.world.assumed import Swing

if TYPE_CHECKING:
    import pandas as pd

NASH, ESCALATION, TODAY = "Nash war", "full escalation", "return to today's tariffs"
"""The wars that may follow a breach; the first is the one of the main table."""
HAZARDS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
"""Chances per period that tariffs come anyway, for the curve of what a truce on hacking can hold back."""


@dataclass(frozen=True)
class Patience:
    """How much the future must count for a country under one war."""

    country: str
    war: str
    per_year: float | None
    """Critical discount factor per year; None where the country prefers the war."""


@dataclass(frozen=True)
class TruceRow:
    """What a truce on hacking can hold back."""

    country: str
    war: str
    hazard: float
    break_even_theft: float | None
    """Percent of income per year; None where the war is no loss."""


@dataclass(frozen=True)
class MultiplierSwing(Document, told="offender swing.*"):
    """What an assumption does to the answer that deters a side; None where no answer deters."""

    offender: str
    swing: Swing


@dataclass(frozen=True)
class CheckAt(Document, told="check.terms.discount_per_year check.terms.false_alarm check.*"):
    """The enforcement table under another discount factor and chance of a false alarm."""

    check: AccordCheck


@dataclass(frozen=True)
class ResultSwings:
    """What moves one result of one country."""

    country: str
    result: str
    terms: tuple[Swing, ...]
    """Each assumption from low to high under the Nash war, the widest first."""


@dataclass(frozen=True)
class OffenderRules:
    """Equal, multiplied and full answers to the breach of one side."""

    offender: str
    rules: tuple[RetaliationRule, ...]


@dataclass(frozen=True, eq=False)
class Hold(
    Document,
    told=(
        "parties accord promise_sources terms.payoff terms.deviation_payoff terms.wars terms.periods_per_year check "
        "sensitivity swings critical_discount_per_year=patience retaliation multiplier_swings rules payers audit "
        "audit_swings truces imports_without_added_duty imports_without_added_duty_unit assumptions"
    ),
):
    """The part of the findings that answers whether the deal would hold."""

    parties: tuple[str, str]
    accord: Accord
    promise_sources: tuple[str, ...]
    """Who asked for or offered each promise, in the order of the accord."""
    terms: AccordTerms
    check: AccordCheck
    sensitivity: tuple[CheckAt, ...]
    """The check at other discount factors and false alarms."""
    swings: tuple[ResultSwings, ...]
    patience: tuple[Patience, ...]
    retaliation: tuple[Retaliation, ...]
    """Against each side: the answer that deters."""
    multiplier_swings: tuple[MultiplierSwing, ...]
    """What the answers owe to detection and to patience: the widest for each side."""
    rules: tuple[OffenderRules, ...]
    payers: tuple[Incentive, ...]
    """Where a side must be paid: whether the payer would still keep the deal."""
    audit: Audit
    """Of the responder's purchases."""
    audit_swings: tuple[Swing, ...]
    """What the cost of innocent suspensions owes to the assumptions of the audit, percent of income per period, the
    widest first; None where no audit works."""
    truces: tuple[TruceRow, ...]
    untaxed_today: tuple[tuple[str, float, str], ...]
    """(country, imports from the other without an added duty today, their unit): what is left to hit."""
    assumptions: tuple[AssumptionRow, ...]

    @property
    def imports_without_added_duty(self) -> dict[str, float]:
        """By country: imports from the other without an added duty today."""
        return {country: value for country, value, _ in self.untaxed_today}

    @property
    def imports_without_added_duty_unit(self) -> dict[str, str]:
        """By country: the unit of these imports."""
        return {country: unit for country, _, unit in self.untaxed_today}

    def swings_of(self, country: str, result: str) -> tuple[Swing, ...]:
        """What moves a result of a country, the widest first."""
        return next(row.terms for row in self.swings if (row.country, row.result) == (country, result))

    def to_frame(self) -> pd.DataFrame:
        """The enforcement table: one row per country and war."""
        import pandas as pd

        return pd.DataFrame(plain_data(self.check.rows)).drop(columns="sentences")


@dataclass(frozen=True)
class NothingToHold(Document, told="accord sentence"):
    """What `tradewar accord` tells where there is no deal, or nothing was promised."""

    sentence: str
    """Why."""
    accord: None = None


@lru_cache(maxsize=1)
def find(material: Material) -> Hold | None:
    """Whether the deal of a dossier would hold; None where it has no deal or nothing on file about keeping one."""
    table, deal = material.dossier.accord, deal_part.find(material)
    if table is None or deal is None or deal.signed is None or deal.signed.rates is None:
        return None
    rates = np.array(deal.signed.rates)
    policy = policy_at(deal.setting.prepared, deal.setting.choice, rates, "deal")
    material.say("Searching for the best breach of each side")
    terms = _terms(material, deal, table, policy)
    answers = _answers(deal, table, terms, rates)
    terms = replace(terms, answers={item.offender: item for item in answers})
    check = check_accord(terms)
    material.say("Checking what would keep the deal")
    ranges = {
        name: (getattr(table, name).low, getattr(table, name).high)
        for name in ("discount_per_year", "false_alarm", "detection", "lag", "hazard")
    }
    discount = discount_per_period(terms.discount_per_year, terms.periods_per_year)
    buyer = check.row(deal.responder, NASH)
    audit, audit_swings = _audited(table, buyer, discount, terms.lag)
    return Hold(
        parties=deal.setting.parties,
        accord=_accord(material, deal, table, policy),
        promise_sources=tuple(row.source for row in table.commitments),
        terms=terms,
        check=check,
        sensitivity=tuple(
            map(CheckAt, accord_sensitivity(
                terms, sorted({*_ends(table.discount_per_year)}), sorted({*_ends(table.false_alarm)})
            ))
        ),
        swings=tuple(
            ResultSwings(country, result, accord_swings(terms, ranges, country, NASH, result))
            for country in deal.setting.parties
            for result in RESULTS
        ),
        patience=tuple(
            Patience(country, war, least_patience(terms, country, war))
            for war in terms.wars
            for country in deal.setting.parties
        ),
        retaliation=answers,
        multiplier_swings=tuple(_multiplier_swing(item, table, terms) for item in answers),
        rules=tuple(
            OffenderRules(item.offender, _rules(item, check.row(item.offender, ESCALATION), terms))
            for item in answers
        ),
        payers=_payers(deal, check, terms),
        audit=audit,
        audit_swings=audit_swings,
        truces=_truces(terms, check),
        untaxed_today=_untaxed(material),
        assumptions=assumptions_of_accord(table),
    )  # fmt: skip


def _terms(material: Material, deal: Deal, table: AccordTable, policy: Policy) -> AccordTerms:
    parties, signed = deal.setting.parties, deal.signed
    assert signed is not None
    payoff = dict(zip(parties, signed.payoff, strict=True))
    # a payment is lost with the deal, and comes on top of what tariffs alone are worth
    tariffs = {row.country: row.real_income_pct for row in deal.countries}
    breach = {code: payoff[code] + _breach_gain(deal, policy, code, tariffs[code]) for code in parties}
    places = {NASH: deal.nash, ESCALATION: deal.escalation, TODAY: deal.now}
    return AccordTerms(
        commitment="the deal",
        payoff=payoff,
        deviation_payoff=breach,
        wars={name: dict(zip(parties, place.payoff, strict=True)) for name, place in places.items()},
        discount_per_year=table.discount_per_year.value,
        periods_per_year=table.periods_per_year,
        lag=int(table.lag.value),
        false_alarm=table.false_alarm.value,
        detection=table.detection.value,
        theft_gain=None if table.theft_gain is None else {deal.responder: table.theft_gain.value},
        hazard=table.hazard.value,
    )


def _breach_gain(deal: Deal, policy: Policy, country: str, payoff: float) -> float:
    """What the best tariffs on the partner gain over the deal, every sector on its own, percent of income per year."""
    world = deal.setting.prepared.baseline
    other = next(code for code in deal.setting.parties if code != country)
    exempt = [(country, code) for code in world.countries if code not in (country, other)]
    closure = str(deal.setting.prepared.closure)
    found = best_response(
        world, country, policy=policy, exempt=exempt, closure=closure, starts=["closed-form"], corners=False
    )
    gain = float(found.objective_hat[found.baseline.country_index(country)]) - 1.0
    return max(gain, 0.0) * (100.0 + payoff)


def _answers(deal: Deal, table: AccordTable, terms: AccordTerms, rates: np.ndarray) -> tuple[Retaliation, ...]:
    """The answer to each side's breach, in the talks' own tariffs moved together."""
    setting, choice = deal.setting, deal.setting.choice
    slope = setting.payoff(rates)[1]
    discount = discount_per_period(terms.discount_per_year, terms.periods_per_year)
    factor = deterrence_factor(detection=terms.detection, discount=discount, lag=terms.lag, breach="lasting")
    reply = best_reply(
        setting.payoff, choice.owner, np.full(choice.count, setting.lowest), np.full(choice.count, setting.highest)
    )
    flows = _imports(deal, rates)
    largest = dict(zip(setting.parties, (deal.ladder.rates_1[-1], deal.ladder.rates_2[-1]), strict=True))
    answers: list[Retaliation] = []
    for k, offender in enumerate(setting.parties):
        partner = setting.parties[1 - k]
        own, theirs = choice.owner == k, choice.owner == 1 - k
        step = reply(k, rates)[own] - rates[own]
        answers.append(
            retaliation(
                offender,
                partner,
                float(slope[k, own].sum()),
                float(slope[k, theirs].sum()),
                factor,
                imports_left=flows[partner],
                scope_imports=flows[partner],
                breach_points=max(float(np.abs(step).mean()), 1e-6),
                largest_rate=largest[partner],
            )
        )
    return tuple(answers)


def _multiplier_swing(answer: Retaliation, table: AccordTable, terms: AccordTerms) -> MultiplierSwing:
    """The assumption that moves a multiplier most: it is in inverse proportion to the deterrence factor."""

    def factor(**changed: float) -> float:
        named = {"detection": terms.detection, "discount_per_year": terms.discount_per_year} | changed
        discount = discount_per_period(named["discount_per_year"], terms.periods_per_year)
        return deterrence_factor(detection=named["detection"], discount=discount, lag=terms.lag, breach="lasting")

    def at(name: str, value: float) -> float | None:
        felt = factor(**{name: value})
        return None if answer.multiplier is None or felt == 0.0 else answer.multiplier * factor() / felt

    swings = [
        Swing(name, row.low, row.high, at(name, row.low), answer.multiplier, at(name, row.high))
        for name, row in (("detection", table.detection), ("discount_per_year", table.discount_per_year))
    ]
    return MultiplierSwing(answer.offender, max(swings, key=lambda swing: swing.width))


def _audited(table: AccordTable, buyer: AccordRow, discount: float, lag: int) -> tuple[Audit, tuple[Swing, ...]]:
    """The audit of purchases, and the same at the ends of its assumptions."""
    base = {"noise": table.shipment_noise.value, "shortfall": table.shortfall.value}

    def audit(**changed: float) -> Audit:
        terms = base | changed
        return audit_threshold(
            max(buyer.gain, 0.0), buyer.stake, discount=discount, noise=terms["noise"],
            shortfall=terms["shortfall"], longest=table.longest_suspension, lag=lag,
        )  # fmt: skip

    def cost(found: Audit) -> float | None:
        return None if found.best is None else found.best.suspension.path_cost

    found = audit()
    swings = [
        Swing(name, row.low, row.high, cost(audit(**{key: row.low})), cost(found), cost(audit(**{key: row.high})))
        for name, key, row in (
            ("shipment_noise", "noise", table.shipment_noise),
            ("shortfall", "shortfall", table.shortfall),
        )
    ]
    return found, tuple(sorted(swings, key=lambda swing: -swing.width))


def _imports(deal: Deal, rates: np.ndarray) -> dict[str, float]:
    """What each party buys from the other under the deal, goods, money."""
    prepared, choice = deal.setting.prepared, deal.setting.choice
    solution = solved(prepared, policy_at(prepared, choice, rates).levers(prepared.baseline), None)
    value = solution.trade_value[choice.importer, choice.exporter, choice.sector]
    by_owner = np.bincount(choice.owner[choice.instrument], value, len(choice.parties))
    return dict(zip(choice.parties, map(float, by_owner), strict=True))


def _rules(answer: Retaliation, row: AccordRow, terms: AccordTerms) -> tuple[RetaliationRule, ...]:
    held = incentive_of(terms, row.country, row.gain, row.stake, row.war)
    share = 0.0 if row.path_cost is None or row.stake <= 0.0 else row.path_cost / row.stake
    return compare_rules(held, answer, path_cost_share=share)


def _payers(deal: Deal, check: AccordCheck, terms: AccordTerms) -> tuple[Incentive, ...]:
    world = deal.setting.prepared.baseline
    income = {code: float(world.income[world.country_index(code)]) for code in deal.setting.parties}
    found: list[Incentive] = []
    for row in check.rows:
        if row.status is not AccordStatus.NEEDS_SIDE_PAYMENT or row.side_payment is None:
            continue
        payer = check.row(next(code for code in deal.setting.parties if code != row.country), row.war)
        own = incentive_of(terms, payer.country, payer.gain, payer.stake, row.war)
        found.append(payer_can_afford(own, row.side_payment, income[payer.country], income[row.country]))
    return tuple(found)


def _truces(terms: AccordTerms, check: AccordCheck) -> tuple[TruceRow, ...]:
    rows: list[TruceRow] = []
    for row in check.rows:
        for hazard in HAZARDS:
            held = truce_of(terms, row.gain, row.stake, hazard) if row.stake > 0.0 else None
            limit = None if held is None else held.break_even_theft * terms.periods_per_year
            rows.append(TruceRow(row.country, row.war, hazard, limit))
    return tuple(rows)


def _untaxed(material: Material) -> tuple[tuple[str, float, str], ...]:
    settings, book = material.dossier.book, material.book
    if settings is None or book is None:
        return ()
    from tradewar.tariffs import RateQuestion, coverage

    day = material.dossier.as_of
    found: list[tuple[str, float, str]] = []
    for row in settings.weights:
        question = RateQuestion(importer=row.importer, exporter=row.exporter, on=day, known_on=day)
        covered = coverage(book, question, row.weight_set)
        found.append((row.importer, covered.total - covered.value, covered.unit))
    return tuple(found)


def _accord(material: Material, deal: Deal, table: AccordTable, policy: Policy) -> Accord:
    """The promises, with the targets that the solved deal gives."""
    signed = deal.signed
    assert signed is not None
    assert signed.rates is not None
    flows = _imports(deal, np.array(signed.rates))
    choice = deal.setting.choice
    rates = dict.fromkeys(choice.parties, 0.0)
    for k, code in enumerate(choice.parties):
        mine = choice.owner == k
        rates[code] = float(np.mean(np.array(signed.rates)[mine]))
    day = material.dossier.as_of
    items = [_commitment(row, deal, rates, flows, day) for row in table.commitments]
    return build_accord(f"{material.dossier.title}: the deal", deal.setting.parties, items)


def _commitment(
    row: CommitmentRow, deal: Deal, rates: dict[str, float], flows: dict[str, float], day: dt.date
) -> Commitment:
    other = next(code for code in deal.setting.parties if code != row.country)
    solved_target = {
        CommitmentKind.TARIFF_CEILING: max(rates[row.country], 0.0),
        CommitmentKind.PURCHASES: flows[row.country],
    }
    target = row.target if row.target is not None else solved_target.get(row.kind)
    scope = () if row.kind is CommitmentKind.HACKING_TRUCE else ((row.country, other, "*"),)
    return Commitment(
        kind=row.kind,
        country=row.country,
        scope=scope,
        start=day,
        until=None,
        target=target,
        measure=row.measure,
        checks_per_year=row.checks_per_year,
        consequence=row.consequence,
        name=row.name,
    )


def _ends(item: Any) -> tuple[float, float, float]:
    return item.low, item.value, item.high
