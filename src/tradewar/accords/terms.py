"""Statuses, discounting, and small checks that every part of an accord uses.

All per-period quantities of one calculation (gain, stake, alarm, detection, discount factor) refer to the **same**
period. Mixing a monthly false alarm with a yearly discount factor is the commonest error: convert first
(`discount_per_period`).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from tradewar.errors import AccordError, Problem


class AccordStatus(StrEnum):
    """Whether a promise keeps itself. The values are the words of the report."""

    SUSTAINABLE = "sustainable"
    NOT_SUSTAINABLE = "not_sustainable"
    NEEDS_SIDE_PAYMENT = "needs_side_payment"
    INFEASIBLE_ENFORCEMENT = "infeasible_enforcement"
    ONLY_NASH = "only_nash"


def discount_per_period(discount_per_year: float, periods_per_year: float) -> float:
    """δ of one period: δ_year^{1/periods}. 0.95 a year is 0.987259 a quarter and 0.995735 a month.

    Raises:
        AccordError: for a factor outside (0, 1) or a number of periods that is not positive.
    """
    check_fractions([("discount factor per year", discount_per_year)], open_interval=True)
    if not periods_per_year > 0.0:
        raise AccordError.at("periods_per_year", f"is {periods_per_year:g}", "Give 1, 4 or 12")
    return discount_per_year ** (1.0 / periods_per_year)


def check_fractions(named: Iterable[tuple[str, float]], *, open_interval: bool = False) -> None:
    """Raises AccordError for every value outside [0, 1], or outside (0, 1)."""
    problems = [
        Problem(
            name, f"is {value:g}, must lie in {'(0, 1)' if open_interval else '[0, 1]'}", "Give a fraction per period"
        )
        for name, value in named
        if not (0.0 < value < 1.0 if open_interval else 0.0 <= value <= 1.0)
    ]
    if problems:
        raise AccordError(problems)


def check_not_negative(named: Iterable[tuple[str, float]]) -> None:
    """Raises AccordError for every value that is negative or not a number."""
    problems = [
        Problem(name, f"is {value:g}, must be >= 0", "Give it in percent of income per period")
        for name, value in named
        if not value >= 0.0
    ]
    if problems:
        raise AccordError(problems)


def check_lag(lag: int) -> None:
    """Raises AccordError for a lag below one period."""
    if not lag >= 1:
        fix = "A breach is answered at the earliest one period later: give >= 1"
        raise AccordError.at("lag", f"is {lag}", fix)
