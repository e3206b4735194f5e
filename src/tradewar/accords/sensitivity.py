"""What an enforcement table owes to each of its assumptions, one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from tradewar.accords.check import AccordCheck, AccordTerms, check_accord, truce_of
from tradewar.errors import AccordError
from tradewar.world.assumed import Assumption, Figures, Swing, Value, moving

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
AccordSwing = Swing


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
