"""The hacking truce and the tariff stake: theft stops while there is something to lose.

War means that hacking resumes. q is the probability per period that tariffs come anyway, D = δ(1−q); a breach is
answered L periods later, as in `tradewar.accords.incentives`.

    truce kept iff h <= h̄ = min{ D^L (π−α) l/(1 − D(1−π)),  D^L (1−α)(l+g) − g }
                                  (hack only, hidden)        (hack and cheat on tariffs together, seen at once)
    q* = 1 − D*/δ                 largest hazard the truce survives, D* being the smallest D that keeps it at theft h

Tariffs imposed *regardless* of hacking remove the stake, and so does the expectation of them. The thief's gain h has
no public number: it is a required input of q*; without it only the break-even h̄ may be shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from tradewar.accords.incentives import critical_factor
from tradewar.accords.terms import AccordStatus, check_fractions, check_lag, check_not_negative


@dataclass(frozen=True)
class Truce:
    """How much theft a truce can hold back."""

    status: AccordStatus
    break_even_theft: float
    """h̄: the largest gain from theft that the stake holds back, percent of the thief's income per period; 0 if none."""
    binding: str
    """Which deviation sets the limit."""
    sentence: str


@dataclass(frozen=True)
class CriticalHazard:
    """How likely unprovoked tariffs may be before the truce ends."""

    status: AccordStatus
    hazard: float | None
    """q*; None where the truce fails even without unprovoked tariffs."""
    sentence: str


def truce(
    stake: float,
    *,
    discount: float,
    hazard: float = 0.0,
    detection: float = 1.0,
    false_alarm: float = 0.0,
    tariff_gain: float = 0.0,
    lag: int = 1,
) -> Truce:
    """Break-even theft value of a truce backed by the tariff stake.

    Args:
        stake: l, percent of the thief's income per period.
        discount: δ per period.
        hazard: q per period.
        detection: π of theft, per period.
        false_alarm: α per period.
        tariff_gain: g from cheating on tariffs at the same time.
        lag: L, periods from a breach to its answer.

    Raises:
        AccordError: for values outside their ranges.
    """
    _check(discount, detection, false_alarm, tariff_gain, lag)
    check_fractions([("hazard", hazard)])
    survives = discount * (1.0 - hazard)
    hidden = survives**lag * (detection - false_alarm) * stake / (1.0 - survives * (1.0 - detection))
    open_breach = survives**lag * (1.0 - false_alarm) * (stake + tariff_gain) - tariff_gain
    limit = max(min(hidden, open_breach), 0.0)
    binding = "theft alone, hidden" if hidden <= open_breach else "theft and a tariff breach together"
    if limit == 0.0:
        sentence = "No truce on hacking can be sustained: there is nothing to lose that would be lost by stealing."
        return Truce(AccordStatus.INFEASIBLE_ENFORCEMENT, limit, binding, sentence)
    sentence = f"The truce on hacking holds as long as stealing is worth less than {limit:.2f} % of GDP a period."
    return Truce(AccordStatus.SUSTAINABLE, limit, binding, sentence)


def critical_hazard(
    theft_gain: float,
    stake: float,
    *,
    discount: float,
    detection: float = 1.0,
    false_alarm: float = 0.0,
    tariff_gain: float = 0.0,
    lag: int = 1,
) -> CriticalHazard:
    """q*: the largest probability per period of unprovoked tariffs at which the truce still holds.

    Args:
        theft_gain: h >= 0, percent of the thief's income per period; an assumption of the user.
        stake: as for `truce`, likewise the others.

    Raises:
        AccordError: for values outside their ranges.
    """
    _check(discount, detection, false_alarm, tariff_gain, lag)
    check_not_negative([("theft gain", theft_gain)])
    ways = (
        critical_factor(theft_gain, stake, lag, false_alarm=false_alarm, detection=detection),
        critical_factor(theft_gain + tariff_gain, stake + tariff_gain, lag, false_alarm=false_alarm, detection=1.0),
    )
    needed = [factor for factor in ways if factor is not None and factor <= discount]
    if len(needed) < len(ways) or stake <= 0.0:
        sentence = "No truce is sustainable, even if no tariffs came unprovoked."
        return CriticalHazard(AccordStatus.NOT_SUSTAINABLE, None, sentence)
    hazard = 1.0 - max(needed) / discount
    if hazard == 1.0:
        sentence = "Stealing is worth nothing: no chance of tariffs that come anyway breaks the truce."
        return CriticalHazard(AccordStatus.SUSTAINABLE, hazard, sentence)
    sentence = (
        f"The truce on hacking breaks when the chance that tariffs come anyway exceeds {hazard:.0%} a period "
        f"(if stealing is worth {theft_gain:.2f} % of GDP a period)."
    )
    return CriticalHazard(AccordStatus.SUSTAINABLE, hazard, sentence)


def _check(discount: float, detection: float, false_alarm: float, tariff_gain: float, lag: int) -> None:
    check_lag(lag)
    check_fractions([("discount factor", discount)], open_interval=True)
    check_fractions([("detection probability", detection), ("false alarm probability", false_alarm)])
    check_not_negative([("tariff gain", tariff_gain)])
