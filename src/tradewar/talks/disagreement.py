"""Which walk-away point counts, and how a pie is split by those who talk.

1. What a side lives with *while talking* (inside option) goes into the disagreement point
   (Binmore, Rubinstein and Wolinsky 1986, RAND Journal of Economics).
2. What it could *choose* to take instead (outside option) is only a floor: deal-me-out, not split the difference
   (Binmore, Shaked and Sutton 1989, Quarterly Journal of Economics).
3. A deadline that *executes itself* makes the disagreement point the value at that node.
4. A threat that would not be carried out leaves the disagreement point as if it had not been made.

Shares are in the unit of the surplus. Also alternating offers (Rubinstein 1982; Stahl 1972) and the content of the
deal at each node of a clock (Merlo and Wilson 1995, Econometrica).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.errors import Problem, TalksError
from tradewar.talks.bargaining import BargainStatus as SplitStatus
from tradewar.talks.clock_terms import Pair


class Basis(StrEnum):
    """Why a walk-away point is what it is."""

    WHILE_TALKING = "what each side lives with while talking"
    CREDIBLE_THREAT = "the threat, which would be carried out"
    AUTOMATIC = "the deadline, which executes itself"
    EMPTY_THREAT = "what each side lives with while talking, since the threat would not be carried out"


@dataclass(frozen=True)
class Split:
    """A division of a surplus between two sides."""

    status: SplitStatus
    shares: Pair
    """What each side gets; its walk-away payoff where there is no deal."""
    sentence: str


@dataclass(frozen=True)
class WalkAway:
    """The disagreement point and its reason."""

    point: Pair
    basis: Basis
    sentence: str


@dataclass(frozen=True, eq=False)
class DealContent:
    """Terms of the deal by months left to a deadline that brings war."""

    months_left: tuple[int, ...]
    value: Float[Array, "month 2"]
    """Present value of each side's position, percent of a year's GDP."""
    deal_flow: Float[Array, "month 2"]
    """r V: the flow each side takes from a deal signed there, percent of GDP per year; NaN where the sides wait."""
    signs: Bool[Array, " month"]
    """False where the walk-away points together exceed the surplus: the node waits."""


def walk_away_point(now: Pair, escalation: Pair, threat_margin: float | None) -> WalkAway:
    """The disagreement point of talks under a threat, in the unit of the flows.

    Args:
        now: flows while talking.
        escalation: flows if the threat is carried out.
        threat_margin: value to the initiator of carrying it out less the best alternative (`Clock.threat_margin`);
            +inf where the deadline executes itself, None where nothing is threatened.
    """
    if threat_margin is None:
        basis, point = Basis.WHILE_TALKING, now
    elif np.isposinf(threat_margin):
        basis, point = Basis.AUTOMATIC, escalation
    elif threat_margin >= 0.0:
        basis, point = Basis.CREDIBLE_THREAT, escalation
    else:
        basis, point = Basis.EMPTY_THREAT, now
    return WalkAway(point, basis, f"The walk-away point is {basis.value}: {point[0]:+.3f} and {point[1]:+.3f}.")


def split_pie(surplus: float, walk_away: Pair, weights: Pair = (0.5, 0.5)) -> Split:
    """x_i = d_i + w_i (S − d_1 − d_2): asymmetric Nash bargaining over a transferable surplus.

    Weights are normalised to sum 1. With a random proposer they are the chances to propose.

    Raises:
        TalksError: for weights that are negative or both zero.
    """
    if min(weights) < 0.0 or not sum(weights) > 0.0:
        raise TalksError.at("weights", f"are {weights}", "Give two weights >= 0, not both 0")
    gain = surplus - walk_away[0] - walk_away[1]
    if gain <= 0.0:
        sentence = f"There is nothing to share: walking away is worth {-gain:.4g} more to the two sides than a deal."
        return Split(SplitStatus.NO_DEAL, walk_away, sentence)
    part = weights[0] / (weights[0] + weights[1])
    shares = (walk_away[0] + part * gain, walk_away[1] + (1.0 - part) * gain)
    return Split(SplitStatus.DEAL, shares, f"The sides get {shares[0]:.4g} and {shares[1]:.4g} of {surplus:.4g}.")


def split_with_inside_options(surplus: float, inside: Pair, discount_rates: Pair) -> Split:
    """x_1 = d_1 + r_2/(r_1+r_2) (S − d_1 − d_2): the more patient side gets more.

    Raises:
        TalksError: for a discount rate that is not positive.
    """
    if min(discount_rates) <= 0.0:
        raise TalksError.at("discount_rates", f"are {discount_rates}", "Give rates > 0 per year")
    return split_pie(surplus, inside, (discount_rates[1], discount_rates[0]))


def split_with_outside_options(surplus: float, outside: Pair, without: Split) -> Split:
    """Deal-me-out: each side gets what it would get without outside options, or its outside option if that is more.

    Args:
        surplus: S.
        outside: what each side could take instead of agreeing.
        without: the split if nobody could walk out.
    """
    if without.status is SplitStatus.NO_DEAL:
        apart = (max(without.shares[0], outside[0]), max(without.shares[1], outside[1]))
        return Split(SplitStatus.NO_DEAL, apart, without.sentence)
    if outside[0] + outside[1] > surplus:
        sentence = "There is no deal: the two outside options together are worth more than the surplus."
        return Split(SplitStatus.NO_DEAL, outside, sentence)
    first = min(max(without.shares[0], outside[0]), surplus - outside[1])
    binds = first != without.shares[0]
    sentence = f"The sides get {first:.4g} and {surplus - first:.4g}; " + (
        "an outside option sets the floor." if binds else "the outside options do not bind."
    )
    return Split(SplitStatus.DEAL, (first, surplus - first), sentence)


def rubinstein_share(discount_factors: Pair) -> float:
    """x_1 = (1−δ_2)/(1−δ_1 δ_2): share of the first proposer under alternating offers without end.

    Raises:
        TalksError: unless both factors lie in [0, 1) (one of them may be 0).
    """
    _check_factors(discount_factors)
    return (1.0 - discount_factors[1]) / (1.0 - discount_factors[0] * discount_factors[1])


def finite_offers(surplus: float, discount_factors: Pair, breakdown: Pair, offers: int) -> Pair:
    """Shares under alternating offers, side 1 first, with breakdown payoffs one period after the last refusal.

    Backward induction: v_i = δ_i d_i; then at offers N … 1 the proposer leaves the other v_r and keeps the rest if
    that beats its own v_p. Shares may lie outside [0, S], since the last proposer can push the other down to its
    breakdown payoff. With d = 0 and equal δ the first share is (1 − (−δ)^N)/(1 + δ) (Stahl 1972).

    Raises:
        TalksError: for factors outside [0, 1) or fewer than one offer.
    """
    _check_factors(discount_factors)
    if offers < 1:
        raise TalksError.at("offers", f"is {offers}", "Give at least 1")
    waiting = [discount_factors[0] * breakdown[0], discount_factors[1] * breakdown[1]]
    shares = list(waiting)
    for number in range(offers, 0, -1):
        proposer = 0 if number % 2 == 1 else 1
        other = 1 - proposer
        shares = list(waiting)
        if surplus - waiting[other] >= waiting[proposer]:
            shares[proposer] = surplus - waiting[other]
        waiting = [discount_factors[0] * shares[0], discount_factors[1] * shares[1]]
    return shares[0], shares[1]


def deal_content(
    now: Pair,
    escalation: Pair,
    settlement: Pair,
    *,
    surplus: float,
    weights: Pair,
    discount_rate: float,
    settlement_rate: float,
    months: int,
) -> DealContent:
    """Terms of the deal by months left, when the text is ready and the surplus can be split freely.

    V_i(k) = d_i(k) + w_i max(0, S/r − Σ_j d_j(k)); d_i(0) = value of war, d_i(k) = a month of now + b V_i(k−1).

    Args:
        now: flows while talking, percent of GDP per year.
        escalation: flows of war.
        settlement: flows of the deal that ends a war, with hazard `settlement_rate` per year.
        surplus: S, sum of the deal flows.
        weights: bargaining weights, normalised.
        discount_rate: r per year, the same for both: a present value must mean the same to both to be split.
        settlement_rate: η per year.
        months: longest time to the deadline.

    Raises:
        TalksError: for a rate that is not positive or a negative horizon.
    """
    problems: list[Problem] = []
    if not discount_rate > 0.0:
        problems.append(Problem("discount_rate", f"is {discount_rate:g}", "Give a rate > 0 per year"))
    if settlement_rate < 0.0 or months < 0:
        problems.append(Problem("deal content", "has a negative rate or horizon", "Give values >= 0"))
    if min(weights) < 0.0 or not sum(weights) > 0.0:
        problems.append(Problem("weights", f"are {weights}", "Give two weights >= 0, not both 0"))
    if problems:
        raise TalksError(problems)
    rate, factor = discount_rate, float(np.exp(-discount_rate / 12.0))
    share = np.asarray(weights) / sum(weights)
    month_of_now = np.asarray(now) * (1.0 - factor) / rate
    war = (np.asarray(escalation) + settlement_rate * np.asarray(settlement) / rate) / (rate + settlement_rate)
    value, signs = np.empty((months + 1, 2)), np.zeros(months + 1, dtype=bool)
    without = war
    for month in range(months + 1):
        gain = surplus / rate - without.sum()
        signs[month] = gain >= 0.0
        value[month] = without + share * max(0.0, gain)
        without = month_of_now + factor * value[month]
    flow = np.where(signs[:, None], rate * value, np.nan)
    return DealContent(tuple(range(months + 1)), value, flow, signs)


def _check_factors(factors: Iterable[float]) -> None:
    wrong = [factor for factor in factors if not 0.0 <= factor < 1.0]
    if wrong:
        raise TalksError.at("discount_factors", f"holds {wrong[0]:g}", "Give factors per period in [0, 1)")
