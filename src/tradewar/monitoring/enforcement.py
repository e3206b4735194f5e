"""What monitoring is worth: punishment after an imperfect alarm, in closed form.

Two states of payoffs per period: g_c while both keep the deal, g_d for the one that cheats, d during punishment. An
alarm (false with probability a, true with probability b) starts a punishment of T periods. With u = 1 − δ^T,

    u* = (1 − δ)(g_d − g_c) / (δ [(b − a)(g_c − d) − a (g_d − g_c)]),     T* = ⌈ln(1 − u*)/ln δ⌉

is the shortest punishment that deters; none does where the bracket is not positive or u* ≥ 1. Then

    V = d/(1 − δ) + (g_c − d)/(1 − δ + δ a u(T*)).

Sources: Green and Porter (1984, Econometrica 52); Abreu, Pearce and Stacchetti (1986, Journal of Economic Theory 39;
1990, Econometrica 58); for trade Maggi (1999, AER 89) and Park (2011, Journal of International Economics 83).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tradewar.monitoring.checks import probability, require
from tradewar.monitoring.quality import DetectionQuality, truce_review


@dataclass(frozen=True)
class TriggerStrategy:
    """The shortest punishment that deters, and what the deal is then worth."""

    minimum_share: float
    """u*, the discounted share of the future that the punishment must take."""
    periods: int
    """T*."""
    value: float
    """V, discounted payoff of keeping the deal, punishments after false alarms included."""


def trigger_strategy(
    false_alarm_rate: float,
    detection_power: float,
    discount_factor: float,
    cheat: float,
    keep: float = 1.0,
    punished: float = 0.0,
) -> TriggerStrategy | None:
    """The strategy of the module, or None where no punishment deters.

    Args:
        false_alarm_rate, detection_power: a and b per period of the game.
        discount_factor: δ per period of the game.
        cheat, keep, punished: g_d > g_c > d, payoffs per period.

    Raises:
        EvidenceError: rates outside [0, 1], a discount factor outside (0, 1), payoffs not in that order.
    """
    for name, rate in (("false_alarm_rate", false_alarm_rate), ("detection_power", detection_power)):
        require(0 <= rate <= 1, name, f"is {rate:g}, must be in [0, 1]", "Give a probability per period")
    probability(discount_factor, "discount_factor")
    order = f"are cheat {cheat:g}, keep {keep:g}, punished {punished:g}"
    require(cheat > keep > punished, "payoffs", order, "Give cheat > keep > punished")
    a, b, delta = false_alarm_rate, detection_power, discount_factor
    bracket = (b - a) * (keep - punished) - a * (cheat - keep)
    if bracket <= 0:
        return None
    least = (1 - delta) * (cheat - keep) / (delta * bracket)
    if least >= 1:
        return None
    # the tolerance keeps an exact power of delta from being rounded up to one period more
    periods = int(np.ceil(np.log1p(-least) / np.log(delta) - 1e-12))
    share = 1 - delta**periods
    value = punished / (1 - delta) + (keep - punished) / (1 - delta + delta * a * share)
    return TriggerStrategy(float(least), periods, float(value))


def best_threshold(
    reviews: Iterable[tuple[int, DetectionQuality]],
    discount_factor: float,
    cheat: float,
    keep: float = 1.0,
    punished: float = 0.0,
) -> tuple[int, DetectionQuality, TriggerStrategy] | None:
    """The threshold on the curve of false alarms and power whose trigger strategy is worth most, or None."""
    best: tuple[int, DetectionQuality, TriggerStrategy] | None = None
    for threshold, quality in reviews:
        found = trigger_strategy(
            quality.false_alarm_rate, quality.detection_power, discount_factor, cheat, keep, punished
        )
        if found is not None and (best is None or found.value > best[2].value):
            best = (threshold, quality, found)
    return best


def truce_curve(
    cap_per_month: float,
    thresholds: Iterable[int],
    multiple: float = 2.0,
    months: float = 12.0,
    completeness: float = 1.0,
    overdispersion: float = 0.0,
) -> list[tuple[int, DetectionQuality]]:
    """False-alarm rate and power of a truce review at each threshold (`quality.truce_review`)."""
    return [(s, truce_review(cap_per_month, s, multiple, months, completeness, overdispersion)) for s in thresholds]
