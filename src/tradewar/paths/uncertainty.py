"""Uncertainty about future tariffs and the entry of exporters, over years.

    U = [(1 + u w)/(1 + u)]^{1/(σ−1)},  u = βγλ/(1−β),  w = (high/current tariff power)^{−σ},  exports ∝ U^{k−σ+1}

Form of Handley and Limão (2017, American Economic Review), from memory. It concerns entry over years and lowers
trade; stocks concern months and raise trade before a date. The two have opposite signs and never belong in one
elasticity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradewar.errors import PathError, Problem


@dataclass(frozen=True)
class EntryEffect:
    """What the threat of a higher tariff does to exports through entry."""

    profit_ratio: float
    """w: profit under the high tariff relative to the current one."""
    cutoff_factor: float
    """U <= 1: the entry cut-off relative to that under certainty."""
    log_effect: float
    """(k − σ + 1) ln U, log points of exports, over years."""
    sentence: str


def entry_effect(
    current_power: float,
    threatened_power: float,
    *,
    discount_factor: float,
    hazard: float,
    substitution_elasticity: float,
    pareto_shape: float,
) -> EntryEffect:
    """Log effect on exports, over years, of the threat of a tariff.

    Args:
        current_power: 1 + tariff now.
        threatened_power: 1 + tariff threatened.
        discount_factor: β in (0, 1), per year, survival included.
        hazard: γλ, probability per year that the threat comes true.
        substitution_elasticity: σ > 1.
        pareto_shape: k > σ − 1, of the productivity of firms.

    Raises:
        PathError: for values outside their ranges.
    """
    rules = [
        ("current_power", current_power, current_power > 0.0, "> 0"),
        ("threatened_power", threatened_power, threatened_power >= current_power, ">= the current power"),
        ("discount_factor", discount_factor, 0.0 < discount_factor < 1.0, "in (0, 1)"),
        ("hazard", hazard, 0.0 <= hazard <= 1.0, "in [0, 1]"),
        ("substitution_elasticity", substitution_elasticity, substitution_elasticity > 1.0, "> 1"),
        ("pareto_shape", pareto_shape, pareto_shape > substitution_elasticity - 1.0, "> sigma - 1"),
    ]
    problems = [Problem(name, f"is {value:g}", f"Give a value {rule}") for name, value, good, rule in rules if not good]
    if problems:
        raise PathError(problems)
    weight = discount_factor * hazard / (1.0 - discount_factor)
    ratio = (threatened_power / current_power) ** -substitution_elasticity
    cutoff = ((1.0 + weight * ratio) / (1.0 + weight)) ** (1.0 / (substitution_elasticity - 1.0))
    effect = (pareto_shape - substitution_elasticity + 1.0) * float(np.log(cutoff))
    sentence = (
        f"Over years, the threat alone lowers exports by about {-100.0 * np.expm1(effect):.0f} percent through entry."
    )
    return EntryEffect(ratio, cutoff, effect, sentence)
