"""Play the accord period by period: does cheating once really pay?

Two countries' stories with the same random numbers: one keeps the deal, the other cheats in the first period and keeps
it from then on. Alarms come with probability α after an honest period and π after the breach; L periods after the
period that raised it each is followed by T periods of war (payoff 0), then the deal returns. Between alarm and war
there is nothing more to lose, and both take the gain. The discounted averages must reproduce the closed forms of
`incentives` and `imperfect_monitoring`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

TAIL = 1e-10
"""Play stops when the weight of all later periods is below this."""


@dataclass(frozen=True)
class SimulatedPlay:
    """Per-period averages above the war, with standard errors."""

    value_keeping: float
    value_keeping_error: float
    value_cheating: float
    value_cheating_error: float
    profit: float
    """Value of cheating once less value of keeping, per-period average."""
    profit_error: float
    """Of the difference: the two stories share their random numbers."""


def simulate_play(
    gain: float,
    stake: float,
    *,
    discount: float,
    suspension_periods: float,
    false_alarm: float = 0.0,
    detection: float = 1.0,
    lag: int = 1,
    runs: int = 20_000,
    seed: int = 0,
) -> SimulatedPlay:
    """Play the accord `runs` times, keeping it and cheating once at the start.

    Args:
        gain: g >= 0 per period.
        stake: l per period.
        discount: δ per period.
        suspension_periods: T; infinity for a war without end.
        false_alarm: α per period.
        detection: π per period.
        lag: L, periods from a breach to the war.
        runs: number of plays; 1 is enough where nothing is random (α = 0 and π = 1).
        seed: of the random numbers.
    """
    horizon = int(np.ceil(np.log(TAIL) / np.log(discount)))
    length = int(min(suspension_periods, horizon + 1))
    terms = (gain, stake, discount, lag, length, false_alarm)
    keeping = _played(*terms, 0.0, false_alarm, runs, horizon, seed)
    cheating = _played(*terms, gain, detection, runs, horizon, seed)
    difference = cheating - keeping
    profit = float(difference.mean())
    return SimulatedPlay(
        float(keeping.mean()), _error(keeping), float(cheating.mean()), _error(cheating), profit, _error(difference)
    )


def _played(
    gain: float,
    stake: float,
    discount: float,
    lag: int,
    length: int,
    false_alarm: float,
    first_gain: float,
    first_alarm: float,
    runs: int,
    horizon: int,
    seed: int,
) -> Float[Array, " run"]:
    """Discounted average of every run; the first period has its own gain and chance of an alarm."""
    generator = np.random.default_rng(seed)
    war_left, until_war = np.zeros(runs, dtype=int), np.zeros(runs, dtype=int)
    received = np.zeros(runs)
    weight = 1.0 - discount
    for period in range(horizon):
        peace, accused = war_left == 0, until_war > 0
        extra = np.where(accused, gain, first_gain if period == 0 else 0.0)
        received += weight * np.where(peace, stake + extra, 0.0)
        chance = first_alarm if period == 0 else false_alarm
        alarm = peace & ~accused & (generator.random(runs) < chance)
        until_war = np.where(alarm, lag, until_war)
        starts = until_war == 1
        war_left = np.where(starts, length, np.maximum(war_left - 1, 0))
        until_war = np.maximum(until_war - 1, 0)
        weight *= discount
    return received


def _error(values: Float[Array, " run"]) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
