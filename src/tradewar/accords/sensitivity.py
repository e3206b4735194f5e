"""What an enforcement table owes to each of its assumptions, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from tradewar.accords.check import AccordTerms, check_accord
from tradewar.accords.incentives import incentive
from tradewar.accords.linkage import truce
from tradewar.accords.terms import discount_per_period
from tradewar.errors import AccordError

COUNTS = ("lag",)
"""Terms that are whole numbers."""
RESULTS = ("margin", "critical_discount", "path_cost", "break_even_theft")


@dataclass(frozen=True)
class AccordSwing:
    """What one term does to one result of a country, others unchanged. None where the result is not defined."""

    term: str
    low: float | str
    high: float | str
    at_low: float | None
    at_base: float | None
    at_high: float | None

    @property
    def width(self) -> float:
        """Largest less smallest of what is defined; infinite where the result is lost at an end."""
        known = [value for value in (self.at_low, self.at_base, self.at_high) if value is not None]
        if self.at_base is not None and len(known) < 3:
            return float("inf")
        return max(known) - min(known) if known else 0.0


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
    held = truce(
        row.stake,
        discount=discount_per_period(terms.discount_per_year, terms.periods_per_year),
        hazard=terms.hazard,
        detection=terms.detection,
        false_alarm=terms.false_alarm,
        tariff_gain=row.gain,
    )
    return held.break_even_theft * terms.periods_per_year


def accord_swings(
    terms: AccordTerms, ranges: Mapping[str, tuple[float, float]], country: str, war: str, result: str
) -> tuple[AccordSwing, ...]:
    """Each term at its low and high value, and every other war in place of `war`: the widest swing first.

    Raises:
        AccordError: for a term or a result that does not exist, and as `check_accord`.
    """
    known = [item.name for item in fields(AccordTerms)]
    for name in ranges:
        if name not in known:
            raise AccordError.at(name, "is not a term of the check", f"Use one of {', '.join(known)}")
    base = accord_result(terms, country, war, result)
    swings: list[AccordSwing] = []
    for name, ends in ranges.items():
        values = [int(end) if name in COUNTS else end for end in ends]
        low, high = (
            accord_result(replace(terms, **{name: value}), country, war, result)  # type: ignore[arg-type]
            for value in values
        )
        swings.append(AccordSwing(name, *ends, low, base, high))
    others = [name for name in terms.wars if name != war]
    if others:
        found = [accord_result(terms, country, name, result) for name in others]
        order = sorted(range(len(others)), key=lambda k: (found[k] is not None, found[k] or 0.0))
        first, last = order[0], order[-1]
        swings.append(AccordSwing("war", others[first], others[last], found[first], base, found[last]))
    return tuple(sorted(swings, key=lambda swing: -swing.width))


def least_patience(terms: AccordTerms, country: str, war: str) -> float | None:
    """The critical discount factor per year, with the lag and periods of the terms; None where the war is preferred."""
    row = check_accord(terms).row(country, war)
    found = incentive(country, row.gain, row.stake, discount=0.5, war=war, lag=terms.lag)
    return None if found.critical_discount is None else found.critical_discount**terms.periods_per_year
