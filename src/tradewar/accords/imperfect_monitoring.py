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
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradewar.accords.incentives import UNPUNISHABLE, Enforcement, punishment_periods
from tradewar.accords.terms import AccordStatus
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
    Document,
    told="threshold false_alarm detection suspension_periods=suspension.periods suspension.path_cost",
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
