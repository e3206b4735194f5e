"""The linear two-country model with exact answers: a benchmark for enforcement and for talks.

Importing good: demand 1 − P, home supply P/2, foreign supply P* and demand 1 − P*, specific tariff t, political
weight γ on home producers; two mirror goods, so that a country has an import side W(t_own) and an export side
V(t_other). Payoffs are in the units of the model (surplus), not percent.

    t_N = (8γ−5)/(4(17−2γ))     t_E = 4(γ−1)/(25−4γ)
    γ = 1:  W − W0 = (3t − 30t²)/49,  V − V0 = −(3t − 9t²)/49,  g = 30/49 (t_N − t)²,  l = 21/49 (t_N² − t²)
"""

from __future__ import annotations

import numpy as np
from numpy import ndarray as Array

from tradewar.accords.incentives import incentive

NASH_TARIFF = 0.05
"""t_N at γ = 1."""


def nash_tariff(weight: float = 1.0) -> float:
    """t_N, the tariff each country sets alone."""
    return (8.0 * weight - 5.0) / (4.0 * (17.0 - 2.0 * weight))


def efficient_tariff(weight: float = 1.0) -> float:
    """t_E, the tariff that maximises the sum of both objectives."""
    return 4.0 * (weight - 1.0) / (25.0 - 4.0 * weight)


def payoff_change(own: float, other: float, weight: float = 1.0) -> float:
    """Objective of a country with tariff `own` against a partner with tariff `other`, less that under free trade."""
    return _import_side(own, weight) - _import_side(0.0, weight) + _export_side(other) - _export_side(0.0)


def gain_and_stake(tariff: float, weight: float = 1.0) -> tuple[float, float]:
    """(g, l) of a common tariff, the war being Nash."""
    nash = nash_tariff(weight)
    accord = payoff_change(tariff, tariff, weight)
    return payoff_change(nash, tariff, weight) - accord, accord - payoff_change(nash, nash, weight)


def critical_discount(gain: float, stake: float, lag: int = 1) -> float | None:
    """The product's δ* with perfect monitoring."""
    return incentive("A", gain, stake, discount=0.5, war="w", lag=lag).critical_discount


def grim_tariff(discount: float) -> float:
    """Lowest common tariff that an endless Nash war sustains (γ = 1): t_N (10−7R)/(10+7R), R = δ/(1−δ), at least 0."""
    reward = 7.0 * discount / (1.0 - discount)
    return max(0.0, NASH_TARIFF * (10.0 - reward) / (10.0 + reward))


def equal_retaliation_tariff(discount: float) -> float:
    """Lowest tariff that tariff-for-tariff retaliation one period later sustains (γ = 1): t_N 10/(10 + 7R).

    Never 0: the gain of a small breach is of first order, the joint loss of second.
    """
    return NASH_TARIFF * 10.0 / (10.0 + 7.0 * discount / (1.0 - discount))


def state_ceilings(discount: float, surges: tuple[float, ...]) -> Array:
    """Sustainable tariff by state of the import surge ("managed trade", Bagwell and Staiger 1990), γ = 1.

    t(s) = clip(t_N − √(R E/(30 s)), 0, t_N), E = mean of 21 s (t_N² − t(s)²); iterated from t = 0.
    """
    state, reward = np.asarray(surges), discount / (1.0 - discount)
    tariff = np.zeros_like(state)
    for _ in range(10_000):
        expected = float((21.0 * state * (NASH_TARIFF**2 - tariff**2)).mean())
        new = np.clip(NASH_TARIFF - np.sqrt(reward * expected / (30.0 * state)), 0.0, NASH_TARIFF)
        if np.abs(new - tariff).max() <= 1e-14:
            return new
        tariff = new
    raise AssertionError("the ceilings by state do not settle")


def _import_side(tariff: float, weight: float) -> float:
    home = _foreign_price(tariff) + tariff
    consumers, producers = 0.5 * (1.0 - home) ** 2, 0.25 * home**2
    return consumers + weight * producers + tariff * (1.0 - 1.5 * home)


def _export_side(tariff: float) -> float:
    price = _foreign_price(tariff)
    return 0.5 * (1.0 - price) ** 2 + 0.5 * price**2


def _foreign_price(tariff: float) -> float:
    """P* where imports 1 − 1.5 (P* + t) meet the exporter's supply less its own demand, 2 P* − 1."""
    return (4.0 - 3.0 * tariff) / 7.0
