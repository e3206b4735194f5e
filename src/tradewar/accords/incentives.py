"""Who has more to lose than to gain: deviation gain, stake, critical discount factor, punishment, side payment.

    g    deviation gain     best response to the other's accord policies, less the accord         percent of income
    l    stake              accord, less the war that follows a breach                              a period
    L    lag                periods from a breach to its answer; α, π: chances per period of an alarm when the accord is
                            kept and when it is broken

A breach is answered L periods later, for ever. Until then the accused has nothing more to lose and takes g. Keeping
the accord is the best plan of this dynamic programme (states: accord, L − 1 periods until an answer, war) iff

    margin = (δ^L [(π−α) l − α g] − g [1 − δ + π (δ − δ^L)]) / (1 − δ (1−α)) >= 0

At π = 1, α = 0 this is the explicit sum Σ_{t>=L} δ^t l − Σ_{t<L} δ^t g. The critical factor δ* solves

    δ^L (π−α)(l+g) = g (1 − δ (1−π)),    so that δ* = (g/(g+l))^{1/L} at π = 1, α = 0 and
                                                  δ* = g/((π−α) l + (1−α) g) at L = 1.

A country with l <= 0 prefers the war (Johnson 1953; Kennan and Riezman 1988): the result is then
`needs_side_payment`, never a number for δ*. Which war is the consequence decides enforceability, so it is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tradewar.accords.terms import AccordStatus, check_fractions, check_lag, check_not_negative
from tradewar.errors import AccordError

TIE = 1e-12
"""Relative tolerance at which an incentive constraint counts as just met."""
UNPUNISHABLE = "an honest country is punished too often compared with a cheat"


@dataclass(frozen=True)
class Enforcement:
    """The terms of one country's constraint, and what follows from them. Percent of its income per period.

    Raises:
        AccordError: for a negative gain, a stake that is not a number, a factor outside (0, 1), chances outside [0, 1]
            or a lag below 1.
    """

    gain: float
    stake: float
    discount: float
    """δ per period."""
    lag: int = 1
    """L: periods until a breach is answered."""
    false_alarm: float = 0.0
    """α per period."""
    detection: float = 1.0
    """π per period."""

    def __post_init__(self) -> None:
        check_not_negative([("deviation gain", self.gain)])
        check_fractions([("discount factor", self.discount)], open_interval=True)
        check_fractions([("false alarm probability", self.false_alarm), ("detection probability", self.detection)])
        check_lag(self.lag)
        if not np.isfinite(self.stake):
            raise AccordError.at("stake", f"is {self.stake}", "Give percent of income per period")

    @cached_property
    def answered(self) -> float:
        """δ^L: what the period of the answer counts today."""
        return self.discount**self.lag

    @property
    def temptation(self) -> float:
        """g [1 − δ + π (δ − δ^L)]: what a breach brings until it is answered, as a flow."""
        return self.gain * (1.0 - self.discount + self.detection * (self.discount - self.answered))

    @property
    def bracket(self) -> float:
        """(π−α) l − α g: positive where some patience deters; with g = 0 nothing needs to."""
        return (self.detection - self.false_alarm) * self.stake - self.false_alarm * self.gain

    @property
    def margin(self) -> float:
        """Value of keeping the accord less that of breaking it once, under an answer for ever: present value."""
        return (self.answered * self.bracket - self.temptation) / (1.0 - self.discount * (1.0 - self.false_alarm))

    @property
    def status(self) -> AccordStatus:
        """Whether an answer for ever keeps the accord."""
        if self.stake <= 0.0:
            return AccordStatus.NEEDS_SIDE_PAYMENT
        if self.gain == 0.0:
            return AccordStatus.SUSTAINABLE
        if self.bracket <= 0.0:
            return AccordStatus.INFEASIBLE_ENFORCEMENT
        holds = self.temptation <= self.answered * self.bracket * (1.0 + TIE)
        return AccordStatus.SUSTAINABLE if holds else AccordStatus.NOT_SUSTAINABLE

    @property
    def critical_discount(self) -> float | None:
        """δ*; None where the war is no loss or no patience suffices."""
        if self.stake <= 0.0:
            return None
        return critical_factor(
            self.gain, self.gain + self.stake, self.lag, false_alarm=self.false_alarm, detection=self.detection
        )

    @property
    def side_payment(self) -> float | None:
        """Smallest transfer per period, paid while the accord is kept, that makes it hold; None where none does."""
        seen = self.detection - self.false_alarm
        if seen <= 0.0:
            return -self.stake if self.gain == 0.0 else None
        return (self.temptation / self.answered + self.false_alarm * self.gain) / seen - self.stake

    def value(self, punishment_share: float) -> float:
        """What the accord is worth per period above the war, if each alarm is answered by T periods of war.

        l at no false alarms; in general [l (1−δ) + α (l+g)(δ−δ^L)]/[1 − δ + α (δ−δ^L) + α δ^L k], k = 1 − δ^T.
        """
        waiting = self.false_alarm * (self.discount - self.answered)
        rest = 1.0 - self.discount
        received = self.stake * rest + waiting * (self.stake + self.gain)
        return received / (rest + waiting + self.false_alarm * self.answered * punishment_share)


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
    false_alarm: float
    detection: float
    """α and π per period."""
    status: AccordStatus
    critical_discount: float | None
    """δ*; None where the country prefers the war, or where no patience suffices."""
    margin: float
    """Present value of keeping the deal less that of breaking it once; >= 0 where the deal holds."""
    side_payment: float | None
    """Smallest transfer per period, paid while the accord is kept, that makes it hold; None where none is needed."""
    sentence: str


def incentive(
    country: str,
    gain: float,
    stake: float,
    *,
    discount: float,
    war: str,
    lag: int = 1,
    false_alarm: float = 0.0,
    detection: float = 1.0,
) -> Incentive:
    """Does keeping the deal pay?

    Args:
        country: whose incentive.
        gain: g >= 0 per period.
        stake: l per period; may be negative, where the country prefers the war.
        discount: δ per period, in (0, 1).
        war: name of the consequence (Nash war, full snapback, ...).
        lag: L >= 1 periods in which the gain is had before the answer comes.
        false_alarm: α per period.
        detection: π per period.

    Raises:
        AccordError: as `Enforcement`.
    """
    found = Enforcement(gain, stake, discount, lag, false_alarm, detection)
    status, critical = found.status, found.critical_discount
    payment = None if status is AccordStatus.SUSTAINABLE else found.side_payment
    if status is AccordStatus.NEEDS_SIDE_PAYMENT:
        sentence = f"{country} prefers the {war} to the deal by {-stake:.3f} % of income a period: it would have to be "
        sentence += (
            "paid, and no payment would keep it honest."
            if payment is None
            else f"paid at least {payment:.3f} % a period for as long as it keeps the deal."
        )
    elif critical is None:
        sentence = f"No patience makes {country} keep the deal under the threat of a {war}: {UNPUNISHABLE}."
    else:
        sentence = (
            f"Keeping the deal pays as long as the future counts for at least {critical:.2f} of the present per "
            f"period; {country} has {gain:.3f} % of income to gain by cheating "
            f"and {stake:.3f} % a period to lose in a {war}."
        )
    return Incentive(
        country, war, gain, stake, discount, lag, false_alarm, detection, status, critical, found.margin, payment,
        sentence,
    )  # fmt: skip


def critical_factor(gain: float, exposed: float, lag: int, *, false_alarm: float, detection: float) -> float | None:
    """The smallest δ in [0, 1) with δ^L (π−α) x >= g (1 − δ (1−π)), x being what an answer takes; None without one.

    The left side over the right rises with δ, so that the constraint holds from there on.
    """
    from scipy.optimize import root_scalar

    if gain == 0.0:
        return 0.0
    reward = (detection - false_alarm) * exposed
    if not reward > gain * detection * (1.0 + TIE):
        return None
    if lag == 1:
        return gain / (reward + gain * (1.0 - detection))
    if detection == 1.0:
        return (gain / reward) ** (1.0 / lag)

    def excess(factor: float) -> float:
        return factor**lag * reward - gain * (1.0 - factor * (1.0 - detection))

    return float(root_scalar(excess, bracket=(0.0, 1.0), xtol=1e-15).root)


def punishment_periods(found: Enforcement) -> float | None:
    """T*, whole periods of war after each alarm that deter; infinity for ever; None where not even that does."""
    if found.status is not AccordStatus.SUSTAINABLE:
        return None
    if found.gain == 0.0:
        return 0.0
    share = found.temptation / (found.answered * found.bracket)
    return np.inf if share >= 1.0 - TIE else float(np.ceil(np.log1p(-share) / np.log(found.discount) - 1e-9))


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
        payer.country, payer.gain, payer.stake - own, discount=payer.discount, war=payer.war, lag=payer.lag,
        false_alarm=payer.false_alarm, detection=payer.detection,
    )  # fmt: skip
