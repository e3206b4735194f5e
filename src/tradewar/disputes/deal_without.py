"""What would happen without a signature: where the ladder drifts, and how a war of nerves over the terms would end.

Both are cross-checks of the clock with other tools: the ladder knows no talks, the war of nerves no work on the text.
Each is computed at the ends of the assumption that it hangs on, patience.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradewar.disputes.deal_schema import ClockTable
from tradewar.disputes.deal_sensitivity import DealCase
from tradewar.disputes.deal_terms import Pair
from tradewar.talks.escalation import concession_hazard, escalation_ladder
from tradewar.talks.ladder import Ladder
from tradewar.world.ranges import Range, vary

DRIFT_DISCOUNTS = (0.3, 0.6, 0.9)
"""δ per move, the middle one the base: a move is a season or two."""
DRIFT_NOISE = (0.1, 0.05, 0.02, 0.01, 0.005, 0.002)


@dataclass(frozen=True)
class Drift:
    """Where the two drift if each chooses its rung in turn, without talks."""

    discount: float
    """Per move."""
    rates: Pair
    """The pair of rungs where they stand most often."""
    share: float
    """Of the time, in the long run."""
    payoff: Pair
    """There, percent of income per year."""
    expected_rates: tuple[Pair, ...]
    """Mean rung of each side after every move from today."""


@dataclass(frozen=True)
class Nerves:
    """A war of attrition over the terms: each side holds out for those of its own greater bargaining weight."""

    if_conceded_to: Pair
    """A: payoff of each side under the terms that it wants."""
    if_conceding: Pair
    """B: payoff of each under those that the other wants."""
    hazard: Pair
    """λ: of each side's giving in, per year."""
    p_before_deadline: Range
    """Chance that one gives in before the deadline, over the discount rates of both, low together and high together."""


def drifts(ladder: Ladder, today: tuple[int, int]) -> tuple[Drift, ...]:
    """The drift at each of `DRIFT_DISCOUNTS`."""
    return tuple(_drift(ladder, today, discount) for discount in DRIFT_DISCOUNTS)


def _drift(ladder: Ladder, today: tuple[int, int], discount: float) -> Drift:
    found = escalation_ladder(
        ladder.sides_payoff, ladder.rates_1, ladder.rates_2, discount=discount, start=today, noise_path=DRIFT_NOISE
    )
    one, two = divmod(int(found.long_run.argmax()), found.long_run.shape[1])
    return Drift(
        discount=discount,
        rates=(ladder.rates_1[one], ladder.rates_2[two]),
        share=float(found.long_run[one, two]),
        payoff=(float(ladder.of_side(1)[one, two]), float(ladder.of_side(2)[one, two])),
        expected_rates=tuple((float(a), float(b)) for a, b in found.expected_rates),
    )


def war_of_nerves(cases: Sequence[DealCase], now: Pair, clock: ClockTable, months: int) -> Nerves | None:
    """The war of nerves between the deals at both ends of the bargaining weight; None where it would not be one."""
    cased = [case for case in cases if case.assumption == "weight" and np.isfinite(case.payoff).all()]
    if len(cased) != 2:
        return None
    low, high = (case.payoff for case in cased)
    wanted, granted = (high[0], low[1]), (low[0], high[1])
    if not all(a > b > d for a, b, d in zip(wanted, granted, now, strict=True)):
        return None

    def hazard(rates: Pair) -> Pair:
        # what keeps a side waiting is the chance that the other gives in
        second, first = (concession_hazard(rates[k], wanted[k], granted[k], now[k]) for k in (0, 1))
        return first, second

    def before(rates: Pair) -> float:
        return -math.expm1(-sum(hazard(rates)) * months / 12.0)

    one, two = clock.discount_rate_1, clock.discount_rate_2
    base = (one.value, two.value)
    ends = [before((one.low, two.low)), before((one.high, two.high))]
    return Nerves(wanted, granted, hazard(base), vary(before(base), ends, over="the discount rates of both sides"))
