"""The enforcement table: every country, every war that could follow a breach, every assumption that matters.

Payoffs are flows in percent of income per year; gains, stakes and costs of the result are per period, so that they go
with the discount factor, the alarm and the detection of one period. One row per country and war. Always show the
table for several wars and discount factors: which war is the consequence decides enforceability.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from tradewar.accords.imperfect_monitoring import Truce, critical_hazard, suspension, truce
from tradewar.accords.incentives import Incentive, incentive
from tradewar.accords.retaliation import Retaliation
from tradewar.accords.terms import AccordStatus, check_fractions, check_lag, check_not_negative, discount_per_period
from tradewar.errors import AccordError, Problem
from tradewar.io.serialize import Document
from tradewar.world.assumed import Assumption, Figures, Swing, Value, moving

DISCOUNTS = (0.9, 0.95, 0.98)
"""Discount factors per year of the sensitivity table."""


@dataclass(frozen=True)
class AccordTerms:
    """What the check needs about the accord as a whole."""

    commitment: str
    payoff: Mapping[str, float]
    """Accord payoff by country, percent of income per year."""
    deviation_payoff: Mapping[str, float]
    """Payoff of the best breach, the others keeping the accord."""
    wars: Mapping[str, Mapping[str, float]]
    """Payoff by country of every war that could follow, by name."""
    discount_per_year: float
    periods_per_year: float = 1.0
    lag: int = 1
    """Periods until a breach of any promise is answered."""
    false_alarm: float = 0.0
    detection: float = 1.0
    """Per period."""
    theft_gain: Mapping[str, float] | None = None
    """h per year by country that may steal: an assumption of the user; without it only the break-even is shown."""
    hazard: float = 0.0
    """q per period: tariffs that come anyway."""
    answers: Mapping[str, Retaliation] | None = None
    """Local retaliation against each country."""


@dataclass(frozen=True)
class AccordRow:
    """One country under one war. Gains, stakes and costs are percent of income per period.

    Margin, least patience, suspension and truce all count with the lag and the chances of an alarm of the terms.
    """

    country: str
    commitment: str
    war: str
    discount_per_year: float
    periods_per_year: float
    gain: float
    stake: float
    critical_discount: float | None
    status: AccordStatus
    margin: float
    side_payment: float | None
    multiplier: float | None
    imports_left_to_hit: float | None
    suspension_periods: float | None
    path_cost: float | None
    break_even_theft: float | None
    critical_hazard: float | None
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class AccordCheck(Document, told="... assumptions", without="terms"):
    """The enforcement table."""

    terms: AccordTerms
    rows: tuple[AccordRow, ...]
    sentence: str

    def row(self, country: str, war: str) -> AccordRow:
        """The row of a country under a war.

        Raises:
            AccordError: if there is none.
        """
        for item in self.rows:
            if (item.country, item.war) == (country, war):
                return item
        raise AccordError.at("row", f"there is none for {country} under {war}", "Use the names of the terms")

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The terms that are assumed and move a figure of the table, each with the figures that it moves."""
        return moving_terms(self)


def check_accord(terms: AccordTerms) -> AccordCheck:
    """Would the accord hold?

    Raises:
        AccordError: for countries that are missing somewhere, a breach that pays less than the accord by more than
            rounding, or values outside their ranges.
    """
    _check(terms)
    rows = tuple(_row(terms, country, war) for war in terms.wars for country in terms.payoff)
    verdicts: list[str] = []
    for war in terms.wars:
        failing = [row for row in rows if row.war == war and row.status is not AccordStatus.SUSTAINABLE]
        if failing:
            why = ", ".join(f"{row.country} ({row.status.value.replace('_', ' ')})" for row in failing)
            verdicts.append(f"With a {war} as the consequence the deal does not hold by itself: {why}.")
        else:
            verdicts.append(f"With a {war} as the consequence the deal keeps itself.")
    return AccordCheck(terms, rows, " ".join(verdicts))


def accord_sensitivity(
    terms: AccordTerms, discounts: Sequence[float] = DISCOUNTS, false_alarms: Sequence[float] | None = None
) -> tuple[AccordCheck, ...]:
    """The check at several discount factors per year and, where given, false alarms per period."""
    alarms = [terms.false_alarm] if false_alarms is None else false_alarms
    return tuple(
        check_accord(replace(terms, discount_per_year=discount, false_alarm=alarm))
        for discount in discounts
        for alarm in alarms
    )


def _row(terms: AccordTerms, country: str, war: str) -> AccordRow:
    periods = terms.periods_per_year
    discount = discount_per_period(terms.discount_per_year, periods)
    accord = terms.payoff[country]
    gain = max(terms.deviation_payoff[country] - accord, 0.0) / periods
    stake = (accord - terms.wars[war][country]) / periods
    kept = incentive_of(terms, country, gain, stake, war)
    watched = suspension(
        gain, stake, discount=discount, false_alarm=terms.false_alarm, detection=terms.detection, lag=terms.lag
    )
    answer = (terms.answers or {}).get(country)
    theft, hazard, linked = _linked(terms, country, gain, stake, discount)
    return AccordRow(
        country=country,
        commitment=terms.commitment,
        war=war,
        discount_per_year=terms.discount_per_year,
        periods_per_year=periods,
        gain=gain,
        stake=stake,
        critical_discount=kept.critical_discount,
        status=kept.status,
        margin=kept.margin,
        side_payment=kept.side_payment,
        multiplier=answer.multiplier if answer else None,
        imports_left_to_hit=answer.imports_left_to_hit if answer else None,
        suspension_periods=watched.periods,
        path_cost=watched.path_cost,
        break_even_theft=theft,
        critical_hazard=hazard,
        sentences=(kept.sentence, watched.sentence, *linked, *((answer.sentence,) if answer else ())),
    )


def _linked(
    terms: AccordTerms, country: str, gain: float, stake: float, discount: float
) -> tuple[float | None, float | None, tuple[str, ...]]:
    if terms.theft_gain is None or country not in terms.theft_gain or stake <= 0.0:
        return None, None, ()
    held = truce_of(terms, gain, stake, terms.hazard)
    hazard = critical_hazard(
        terms.theft_gain[country] / terms.periods_per_year, stake, discount=discount, detection=terms.detection,
        false_alarm=terms.false_alarm, tariff_gain=gain, lag=terms.lag,
    )  # fmt: skip
    return held.break_even_theft, hazard.hazard, (held.sentence, hazard.sentence)


def incentive_of(terms: AccordTerms, country: str, gain: float, stake: float, war: str) -> Incentive:
    """The incentive of a country with given gain and stake per period, under the lag and the alarms of the terms.

    Raises:
        AccordError: as `incentive`.
    """
    return incentive(
        country, gain, stake, discount=discount_per_period(terms.discount_per_year, terms.periods_per_year), war=war,
        lag=terms.lag, false_alarm=terms.false_alarm, detection=terms.detection,
    )  # fmt: skip


def truce_of(terms: AccordTerms, gain: float, stake: float, hazard: float) -> Truce:
    """What the stake of a country holds back, per period, at a chance of tariffs that come anyway.

    Raises:
        AccordError: as `truce`.
    """
    return truce(
        stake, discount=discount_per_period(terms.discount_per_year, terms.periods_per_year), hazard=hazard,
        detection=terms.detection, false_alarm=terms.false_alarm, tariff_gain=gain, lag=terms.lag,
    )  # fmt: skip


def _collected(*checks: Callable[[], None]) -> list[Problem]:
    """What several checks find wrong."""
    problems: list[Problem] = []
    for check in checks:
        try:
            check()
        except AccordError as error:
            problems += error.problems
    return problems


def _check(terms: AccordTerms) -> None:
    problems: list[Problem] = []
    countries = set(terms.payoff)
    if not terms.payoff or not terms.wars:
        problems.append(Problem("accord", "has no countries or no war", "Give payoffs and at least one consequence"))
    named = {"deviation_payoff": terms.deviation_payoff, **{f"war {name}": table for name, table in terms.wars.items()}}
    for name, table in named.items():
        missing = sorted(countries - set(table))
        if missing:
            problems.append(Problem(name, f"lacks {', '.join(missing)}", "Give every country of the accord"))
    for country in sorted(countries & set(terms.deviation_payoff)):
        shortfall = terms.payoff[country] - terms.deviation_payoff[country]
        if not np.isfinite(shortfall) or shortfall > 1e-6:
            what = f"the best breach pays {shortfall:.3g} less than the accord"
            problems.append(Problem(country, what, "A best response cannot be worse: solve it again"))
    problems += _collected(
        lambda: check_fractions([("discount_per_year", terms.discount_per_year)], open_interval=True),
        lambda: check_fractions([(name, getattr(terms, name)) for name in ("false_alarm", "detection", "hazard")]),
        lambda: check_lag(terms.lag),
        lambda: check_not_negative((f"theft_gain of {code}", h) for code, h in (terms.theft_gain or {}).items()),
    )
    if problems:
        raise AccordError(problems)


COUNTS = ("lag",)
"""Terms that are whole numbers."""
RESULTS = ("margin", "critical_discount", "path_cost", "break_even_theft")
SHOWN = {
    "status": 0.0, "margin": 5e-4, "critical_discount": 5e-3, "side_payment": 5e-4, "suspension_periods": 0.0,
    "path_cost": 5e-5, "break_even_theft": 5e-4, "critical_hazard": 5e-3,
}  # fmt: skip
"""Figures of the table, and the change below which they are shown as they were: half a unit of the last digit."""
CHANCES = ("discount_per_year", "false_alarm", "detection", "hazard")
NUDGE = 0.1
"""How far a chance is moved towards either end to see what it moves, as a share of the way."""


def accord_result(terms: AccordTerms, country: str, war: str, result: str) -> float | None:
    """A figure of the enforcement of one country under one war.

    `break_even_theft` is the largest gain from theft *per year* that the stake holds back at the terms' hazard.

    Raises:
        AccordError: for a result that does not exist, and as `check_accord`.
    """
    if result not in RESULTS:
        raise AccordError.at(result, "is not a result of the check", f"Use one of {', '.join(RESULTS)}")
    row = check_accord(terms).row(country, war)
    if result != "break_even_theft":
        return getattr(row, result)
    if row.stake <= 0.0:
        return None
    return truce_of(terms, row.gain, row.stake, terms.hazard).break_even_theft * terms.periods_per_year


def accord_swings(
    terms: AccordTerms, ranges: Mapping[str, tuple[float, float]], country: str, war: str, result: str
) -> tuple[Swing, ...]:
    """Each term at its low and high value, and every other war in place of `war`: the widest swing first.

    Raises:
        AccordError: for a term or a result that does not exist, and as `check_accord`.
    """
    known = [item.name for item in fields(AccordTerms)]
    for name in ranges:
        if name not in known:
            raise AccordError.at(name, "is not a term of the check", f"Use one of {', '.join(known)}")
    base = accord_result(terms, country, war, result)
    swings: list[Swing] = []
    for name, ends in ranges.items():
        low, high = (accord_result(_with(terms, name, end), country, war, result) for end in ends)
        swings.append(Swing(name, *ends, low, base, high))
    others = [name for name in terms.wars if name != war]
    if others:
        found = [accord_result(terms, country, name, result) for name in others]
        order = sorted(range(len(others)), key=lambda k: (found[k] is not None, found[k] or 0.0))
        first, last = order[0], order[-1]
        swings.append(Swing("war", others[first], others[last], found[first], base, found[last]))
    return tuple(sorted(swings, key=lambda swing: -swing.width))


def moving_terms(check: AccordCheck, ranges: Mapping[str, Sequence[float]] | None = None) -> tuple[Assumption, ...]:
    """The terms that move a figure of the table, and the figures.

    Args:
        check: the table.
        ranges: other values of each term; None = a tenth of the way to either end of what it can be.
    """
    terms = check.terms
    others: dict[str, Sequence[Value]] = dict(ranges or _beside(terms))
    named: dict[str, Value] = {name: getattr(terms, name) for name in (*CHANCES, "lag", "periods_per_year")}
    thefts = {f"theft_gain of {code}": gain for code, gain in (terms.theft_gain or {}).items()}

    def figures(name: str, value: Any) -> Figures:
        return _figures(check_accord(_with(terms, name, value)))

    base = _figures(check)
    limits = {key: SHOWN[key.split("|")[0]] for key in base}
    found = moving(named | thefts, others, figures, base, limits)
    return tuple(replace(item, moves=tuple(dict.fromkeys(key.split("|")[0] for key in item.moves))) for item in found)


def least_patience(terms: AccordTerms, country: str, war: str) -> float | None:
    """The critical discount factor per year, with lag, alarms and periods of the terms.

    None where the country prefers the war, or where no patience suffices because the honest are accused too often.
    """
    found = check_accord(terms).row(country, war).critical_discount
    return None if found is None else found**terms.periods_per_year


def _with(terms: AccordTerms, name: str, value: Any) -> AccordTerms:
    """The terms with one changed; `theft_gain of CODE` is that of one country."""
    stem, _, code = name.partition(" of ")
    if code:
        return replace(terms, theft_gain={**(terms.theft_gain or {}), code: value})
    return replace(terms, **{stem: int(value) if stem in COUNTS else value})


def _beside(terms: AccordTerms) -> dict[str, Sequence[Value]]:
    beside: dict[str, Sequence[Value]] = {}
    for name in CHANCES:
        value = getattr(terms, name)
        beside[name] = ((1.0 - NUDGE) * value, value + NUDGE * (1.0 - value))
    beside["lag"] = (max(terms.lag - 1, 1), terms.lag + 1)
    beside["periods_per_year"] = (1.0, 4.0, 12.0)
    for code, gain in (terms.theft_gain or {}).items():
        beside[f"theft_gain of {code}"] = ((1.0 - NUDGE) * gain, (1.0 + NUDGE) * gain)
    return beside


def _figures(check: AccordCheck) -> dict[str, float | str | None]:
    return {f"{name}|{row.country}|{row.war}": getattr(row, name) for row in check.rows for name in SHOWN}
