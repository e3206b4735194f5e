"""Who has more to lose than to gain: deviation gain, stake, critical discount factor, punishment, side payment.

    g    deviation gain     best response to the other's accord policies, less the accord         percent of income
    l    stake              accord, less the war that follows a breach                              a period
    δ*   critical factor    g/(g + l), defined only where l > 0; with a detection lag of L periods δ*^{1/L}

A country with l <= 0 prefers the war (Johnson 1953; Kennan and Riezman 1988): the result is then
`needs_side_payment`, never a number for δ*. Which war is the consequence decides enforceability, so it is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradewar.accords.terms import AccordStatus, check_fractions, check_not_negative
from tradewar.errors import AccordError, Problem

NO_GAIN = 1e-14
"""A deviation gain below this counts as none."""
TIE = 1e-12
"""Relative tolerance at which an incentive constraint counts as just met."""


@dataclass(frozen=True)
class Incentive:
    """One country's incentive to keep the deal. Percent of its income per period."""

    country: str
    war: str
    """The consequence of a breach by which the stake is measured."""
    gain: float
    stake: float
    discount: float
    """δ per period."""
    lag: int
    """Periods until a breach is answered."""
    status: AccordStatus
    critical_discount: float | None
    """δ*; None where the country prefers the war."""
    margin: float
    """δ^L l/(1 − δ^L) − g: what is left of the stake's value after the temptation; >= 0 where the deal holds."""
    side_payment: float | None
    """Smallest transfer per period, paid while the accord is kept, that makes it hold; None where none is needed."""
    sentence: str


@dataclass(frozen=True)
class Punishment:
    """The shortest war that deters."""

    status: AccordStatus
    periods: int | None
    """K; None where even an endless war does not deter."""
    sentence: str


def incentive(country: str, gain: float, stake: float, *, discount: float, war: str, lag: int = 1) -> Incentive:
    """Does keeping the deal pay?

    Args:
        country: whose incentive.
        gain: g >= 0 per period.
        stake: l per period; may be negative, where the country prefers the war.
        discount: δ per period, in (0, 1).
        war: name of the consequence (Nash war, full snapback, ...).
        lag: L >= 1 periods in which the gain is had before the answer comes.

    Raises:
        AccordError: for a negative gain, a factor outside (0, 1) or a lag below 1.
    """
    _check(gain, stake, discount, lag)
    # with a lag the gain is had L times before the war: the constraint holds in periods of length L
    factor = discount**lag
    margin = factor / (1.0 - factor) * stake - gain
    payment: float | None = None
    if stake <= 0.0:
        status, critical = AccordStatus.NEEDS_SIDE_PAYMENT, None
        payment = gain * (1.0 - factor) / factor - stake
        sentence = (
            f"{country} prefers the {war} to the deal by {-stake:.3f} % of income a period: it would have to be paid "
            f"at least {payment:.3f} % a period for as long as it keeps the deal."
        )
    else:
        critical = (gain / (gain + stake)) ** (1.0 / lag)
        holds = margin >= -TIE * max(gain, stake)
        status = AccordStatus.SUSTAINABLE if holds else AccordStatus.NOT_SUSTAINABLE
        payment = None if holds else gain * (1.0 - factor) / factor - stake
        sentence = (
            f"Keeping the deal pays as long as the future counts for at least {critical:.2f} of the present per "
            f"period; {country} has {gain:.3f} % of income to gain by cheating "
            f"and {stake:.3f} % a period to lose in a {war}."
        )
    return Incentive(country, war, gain, stake, discount, lag, status, critical, margin, payment, sentence)


def critical_discount(gain: float, stake: float, lag: int = 1) -> float | None:
    """δ* = (g/(g + l))^{1/L}; None where the stake is not positive.

    Raises:
        AccordError: for a negative gain or a lag below 1.
    """
    _check(gain, stake, 0.5, lag)
    return (gain / (gain + stake)) ** (1.0 / lag) if stake > 0.0 else None


def shortest_punishment(gain: float, stake: float, *, discount: float) -> Punishment:
    """The smallest K with g <= l Σ_{s=1..K} δ^s.

    Raises:
        AccordError: for a negative gain or a factor outside (0, 1).
    """
    _check(gain, stake, discount, 1)
    if gain <= NO_GAIN:
        return Punishment(
            AccordStatus.SUSTAINABLE, 0, "There is nothing to gain by cheating: no war is needed to deter it."
        )
    if stake <= 0.0:
        sentence = "No war deters: the war itself is no loss."
        return Punishment(AccordStatus.NEEDS_SIDE_PAYMENT, None, sentence)
    needed = gain * (1.0 - discount) / (stake * discount)
    if needed >= 1.0 - TIE:
        sentence = "Even an endless war does not deter: the future counts for too little."
        return Punishment(AccordStatus.INFEASIBLE_ENFORCEMENT, None, sentence)
    periods = int(np.ceil(np.log1p(-needed) / np.log(discount) - 1e-9))
    return Punishment(AccordStatus.SUSTAINABLE, periods, f"A war of {periods} periods after a breach deters it.")


def payer_can_afford(payer: Incentive, payment: float, payer_income: float, receiver_income: float) -> Incentive:
    """The payer's own incentive once it pays: its stake falls by the transfer, in percent of its own income.

    Args:
        payer: its incentive without the transfer.
        payment: percent of the receiver's income per period.
        payer_income: money.
        receiver_income: money.

    Raises:
        AccordError: for incomes that are not positive.
    """
    if min(payer_income, receiver_income) <= 0.0:
        raise AccordError.at("income", "is not positive", "Give both incomes in one money unit")
    own = payment * receiver_income / payer_income
    return incentive(
        payer.country, payer.gain, payer.stake - own, discount=payer.discount, war=payer.war, lag=payer.lag
    )


def pooled_incentive(
    country: str, gains: Sequence[float], stakes: Sequence[float], *, discount: float, war: str
) -> Incentive:
    """Issues linked in one deal: cheat on all at once, lose all at once; δ* = Σg/(Σg + Σl).

    Helps only if some issue has slack: identical, additively separable issues leave δ* unchanged (Maggi 1999;
    Limão 2005).

    Raises:
        AccordError: if the lists differ in length or are empty, and as `incentive`.
    """
    if len(gains) != len(stakes) or not gains:
        raise AccordError.at("issues", f"{len(gains)} gains for {len(stakes)} stakes", "Give one of each per issue")
    return incentive(country, float(sum(gains)), float(sum(stakes)), discount=discount, war=war)


def _check(gain: float, stake: float, discount: float, lag: int) -> None:
    check_not_negative([("deviation gain", gain)])
    check_fractions([("discount factor", discount)], open_interval=True)
    problems: list[Problem] = []
    if not np.isfinite(stake):
        problems.append(Problem("stake", f"is {stake}", "Give percent of income per period"))
    if lag < 1:
        problems.append(Problem("lag", f"is {lag}", "A breach is answered at the earliest one period later: give >= 1"))
    if problems:
        raise AccordError(problems)
