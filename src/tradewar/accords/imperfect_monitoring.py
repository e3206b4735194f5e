"""Suspensions under noisy monitoring (Green and Porter 1984, Econometrica; Park 2011, Review of Economic Studies).

After every alarm the accord is suspended for T periods (payoff 0 relative to the war), from L periods after the period
that raised it, and then returns. False alarms come with probability α while the accord is kept, detections with π when
it is broken; until the suspension begins nothing more can be lost, and g is taken. With k = 1 − δ^T and D = δ^L

    deterred iff  g [1 − δ + π (δ−D)] <= D k [(π−α) l − α g]
    k* = g [1 − δ + π (δ−D)]/(D [(π−α) l − α g]),   T* = ⌈ln(1−k*)/ln δ⌉
    value v = [l (1−δ) + α (l+g)(δ−D)]/[1 − δ + α (δ−D) + α D k],   cost of innocent suspensions = l − v
    necessary: π/α > 1 + g/l

At L = 1: k* = g (1−δ)/(δ [(π−α) l − α g]) and v = l (1−δ)/(1−δ+δαk), the formulas of the sources. All of it is
`Enforcement` of `tradewar.accords.incentives`, where the critical factor δ* is derived.

A suspension of the whole schedule is not an equilibrium of the stage game: whether it would be carried out is a
question for the talks clock's threat margin.

The hacking truce and the tariff stake: theft stops while there is something to lose.

War means that hacking resumes. q is the probability per period that tariffs come anyway, D = δ(1−q); a breach is
answered L periods later, as in `tradewar.accords.incentives`.

    truce kept iff h <= h̄ = min{ D^L (π−α) l/(1 − D(1−π)),  D^L (1−α)(l+g) − g }
                                  (hack only, hidden)        (hack and cheat on tariffs together, seen at once)
    q* = 1 − D*/δ                 largest hazard the truce survives, D* being the smallest D that keeps it at theft h

Tariffs imposed *regardless* of hacking remove the stake, and so does the expectation of them. The thief's gain h has
no public number: it is a required input of q*; without it only the break-even h̄ may be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradewar.accords.incentives import UNPUNISHABLE, Enforcement, critical_factor, punishment_periods
from tradewar.accords.terms import AccordStatus, check_fractions, check_lag, check_not_negative
from tradewar.errors import AccordError, Problem
from tradewar.io.serialize import Document

LONGEST_SUSPENSION = 8
"""Default bound on T for purchases, quarters: without one, the cheapest alarm under normal noise is rare and harsh."""


@dataclass(frozen=True)
class Suspension:
    """The shortest suspension that keeps the deal, and what it costs."""

    status: AccordStatus
    false_alarm: float
    """α per period."""
    detection: float
    """π per period."""
    punishment_share: float | None
    """k*: share of an endless war that the suspension must be worth; None where none works."""
    periods: float | None
    """T*, whole periods; infinity where the war must be permanent; None where no length works."""
    path_cost: float | None
    """Percent of income per period lost to suspensions of the innocent, at T*."""
    path_cost_share: float | None
    """The same as a share of the stake."""
    value: float | None
    """v_C − u_war: what the accord is worth per period with these suspensions."""
    critical_discount: float | None
    """δ*; None where no discount factor suffices."""
    failing: str | None
    """Which condition fails, where one does."""
    sentence: str


@dataclass(frozen=True)
class AuditPoint(
    Document, told="threshold false_alarm detection suspension_periods=suspension.periods suspension.path_cost"
):
    """One threshold of the purchase audit."""

    threshold: float
    """c < 0: an alarm if ln(shipments/target) falls below it."""
    false_alarm: float
    detection: float
    suspension: Suspension


@dataclass(frozen=True)
class Audit(Document, told="status best curve=enforceable sentence"):
    """The threshold of a purchase audit that costs least, and the trade-off curve."""

    status: AccordStatus
    best: AuditPoint | None
    curve: tuple[AuditPoint, ...]
    sentence: str

    @property
    def enforceable(self) -> tuple[AuditPoint, ...]:
        """The points of the curve at which some suspension works."""
        return tuple(point for point in self.curve if point.suspension.periods is not None)


def suspension(
    gain: float, stake: float, *, discount: float, false_alarm: float, detection: float, lag: int = 1
) -> Suspension:
    """The shortest suspension after each alarm that makes cheating unprofitable.

    Args:
        gain: g >= 0 per period.
        stake: l per period.
        discount: δ per period.
        false_alarm: α per period.
        detection: π per period.
        lag: L, periods from a breach to the suspension.

    Raises:
        AccordError: for values outside their ranges.
    """
    found = Enforcement(gain, stake, discount, lag, false_alarm, detection)
    periods = punishment_periods(found)
    if periods is None:
        failing, sentence = _why_not(found)
        return Suspension(
            found.status, false_alarm, detection, None, None, None, None, None, found.critical_discount, failing,
            sentence,
        )  # fmt: skip
    share = found.temptation / (found.answered * found.bracket) if gain > 0.0 else 0.0
    value = found.value(1.0 - discount**periods)
    cost = max(stake - value, 0.0)
    length = "for ever" if np.isinf(periods) else f"of {periods:.0f} {'period' if periods == 1 else 'periods'}"
    sentence = (
        f"With monitoring this noisy a suspension {length} after each alarm keeps the deal; it costs "
        f"{cost / stake:.0%} of the value of the deal because innocent behaviour is sometimes punished."
    )
    if gain == 0.0:
        sentence = "There is nothing to gain by cheating: no suspension is needed."
    return Suspension(
        found.status, false_alarm, detection, min(share, 1.0), periods, cost, cost / stake, value,
        found.critical_discount, None, sentence,
    )  # fmt: skip


def _why_not(found: Enforcement) -> tuple[str, str]:
    """(which condition fails, what that means) where no suspension works."""
    if found.stake <= 0.0:
        return "the war is no loss", "No suspension deters: the war is no loss."
    if found.bracket <= 0.0:
        seen = f"{found.detection:.3g}/{found.false_alarm:.3g} against {1.0 + found.gain / found.stake:.3g}"
        return f"π/α > 1 + g/l fails: {seen}", f"No suspension length works because {UNPUNISHABLE}."
    share = found.temptation / (found.answered * found.bracket)
    return (
        f"k* = {share:.3g} exceeds 1: even a permanent suspension deters too little",
        "No suspension length works at this discount factor; it would have to be at least "
        f"{found.critical_discount:.2f}.",
    )


def audit_probabilities(threshold: float, *, noise: float, shortfall: float) -> tuple[float, float]:
    """(α, π) of an alarm when ln(shipments/target) = ln(1 − shortfall) + s ε falls below c < 0, ε standard normal.

    Raises:
        AccordError: for a threshold that is not negative, noise that is not positive, or a shortfall outside (0, 1).
    """
    from scipy.special import ndtr

    problems = [
        Problem(name, f"is {value:g}, must be {rule}", "See the audit of purchases")
        for name, value, good, rule in (
            ("threshold", threshold, threshold < 0.0, "< 0"),
            ("noise", noise, noise > 0.0, "> 0 (standard deviation of log shipments)"),
            ("shortfall", shortfall, 0.0 < shortfall < 1.0, "in (0, 1)"),
        )
        if not good
    ]
    if problems:
        raise AccordError(problems)
    return float(ndtr(threshold / noise)), float(ndtr((threshold - np.log1p(-shortfall)) / noise))


def audit_threshold(
    gain: float,
    stake: float,
    *,
    discount: float,
    noise: float,
    shortfall: float,
    thresholds: Sequence[float] | None = None,
    longest: float = LONGEST_SUSPENSION,
    lag: int = 1,
) -> Audit:
    """The threshold that keeps the promise to buy at the least cost on the path, with T <= `longest`.

    Args:
        gain: g of falling short, percent of income per period.
        stake: l per period.
        discount: δ per period (a quarter: `discount_per_period`).
        noise: s, standard deviation of log shipments around what was intended.
        shortfall: share of the target not bought by a cheat.
        thresholds: c to try; None = 200 from −6 s to just below 0.
        longest: bound on T.
        lag: L, periods from a shortfall to the suspension.

    Raises:
        AccordError: for values outside their ranges.
    """
    tried = (
        list(thresholds)
        if thresholds is not None
        else [float(c) for c in np.linspace(-6.0 * noise, -0.02 * noise, 200)]
    )
    curve: list[AuditPoint] = []
    for threshold in tried:
        alarm, detected = audit_probabilities(threshold, noise=noise, shortfall=shortfall)
        found = suspension(gain, stake, discount=discount, false_alarm=alarm, detection=detected, lag=lag)
        curve.append(AuditPoint(threshold, alarm, detected, found))
    allowed = [point for point in curve if point.suspension.periods is not None and point.suspension.periods <= longest]
    if not allowed:
        sentence = f"No threshold keeps the promise to buy with suspensions of at most {longest:g} periods."
        return Audit(AccordStatus.INFEASIBLE_ENFORCEMENT, None, tuple(curve), sentence)
    best = min(allowed, key=lambda point: (point.suspension.path_cost or 0.0, -point.threshold))
    sentence = (
        f"Shipments more than {-np.expm1(best.threshold):.0%} below target raise the alarm: {best.false_alarm:.1%} of "
        f"honest periods and {best.detection:.0%} of breaches, each followed by "
        f"{best.suspension.periods:.0f} periods of suspension."
    )
    return Audit(AccordStatus.SUSTAINABLE, best, tuple(curve), sentence)


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
