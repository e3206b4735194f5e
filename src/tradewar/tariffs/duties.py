"""Duty components as rates on customs value, and as money.

For customs value V, quantity q and unit value p = V / q: ad valorem t; specific s q / V = s / p; compound t + s / p;
greater (lesser) of t and s / p; each on the share B / V of the value that is dutiable. A floor adds what the base
lacks: max(0, floor - base).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.tariffs.model import RATE_KINDS

_POSITION = {kind: position for position, kind in enumerate(RATE_KINDS)}


def duty_rate(
    kind: Int[Array, " line"],
    rate: Float[Array, " line"],
    specific_amount: Float[Array, " line"],
    unit_value: float | None,
    compound_lower_bound: bool = False,
) -> Float[Array, " line"]:
    """The rate of each duty on customs value; NaN where it is unknown or needs a unit value that is not given.

    `compound_lower_bound` takes the ad valorem part of a compound duty where no unit value is given.
    """
    per_value = np.full(len(rate), np.nan) if not unit_value else specific_amount / unit_value
    compound = rate if compound_lower_bound and not unit_value else rate + per_value
    result = np.full(len(rate), np.nan)
    for name, formula in (
        ("free", np.zeros(len(rate))),
        ("ad_valorem", rate),
        ("specific", per_value),
        ("compound", compound),
        ("greater_of", np.maximum(rate, per_value)),
        ("lesser_of", np.minimum(rate, per_value)),
    ):
        result = np.where(kind == _POSITION[name], formula, result)
    return result


def needs_unit_value(kind: int) -> bool:
    """Whether a duty of a kind depends on the unit value."""
    return RATE_KINDS[kind] in ("specific", "compound", "greater_of", "lesser_of")


def duty_text(kind: str, rate: float, specific_amount: float, currency: str, unit: str) -> str:
    """A duty as people write it: `2.9%`, `14.9% + 1.104 USD/kg`."""
    percent = f"{100 * rate:.10g}%"
    amount = f"{specific_amount:.10g} {currency}/{unit}"
    texts = {
        "free": "free",
        "ad_valorem": percent,
        "specific": amount,
        "compound": f"{percent} + {amount}",
        "greater_of": f"{percent}, but not less than {amount}",
        "lesser_of": f"{percent}, but not more than {amount}",
        "unknown": "unknown",
        "not_expressible": "not expressible as a rate",
    }
    return "unknown" if kind == "ad_valorem" and rate != rate else texts.get(kind, kind)


def money(customs_value: float, rate: float) -> Decimal:
    """A duty in money, rounded to the cent, half up."""
    exact = Decimal(repr(customs_value)) * Decimal(repr(rate))
    # a product of decimals as written is exact; sums of binary rates are cleaned of their last digits first
    return exact.quantize(Decimal("1e-9")).quantize(Decimal("0.01"), ROUND_HALF_UP)


def floor_rate(floor: Float[Array, " line"], base: Float[Array, " line"]) -> Float[Array, " line"]:
    """What a floor adds to the base actually paid."""
    return np.maximum(0.0, floor - base)
