"""Duty components as rates on customs value, and as money.

For customs value V, quantity q and unit value p = V / q: ad valorem t; specific s q / V = s / p; compound t + s / p;
greater (lesser) of t and s / p; below a minimum price P what lacks to it, max(0, P / p - 1). Every one falls as p
rises.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.tariffs.formats import RATE_KINDS

POSITION = {kind: position for position, kind in enumerate(RATE_KINDS)}
SPECIFIC = tuple(POSITION[kind] for kind in ("specific", "compound", "greater_of", "lesser_of", "minimum_price"))
"""Kinds that depend on the unit value."""


def duty_rate(
    kind: Int[Array, " line"],
    rate: Float[Array, " line"],
    amount: Float[Array, " line"],
    price: Float[Array, " line"],
    compound_lower_bound: bool = False,
) -> Float[Array, " line"]:
    """The rate of each duty on customs value; NaN where it is unknown or needs a unit value that is not given.

    Args:
        price: unit value in the money and unit of the duty; NaN is unknown, 0 and infinity are its ends.
        compound_lower_bound: take the ad valorem part of a compound duty where the price is unknown.
    """
    if not np.isin(kind, SPECIFIC).any():
        # most schedules: nothing hangs on a price
        return np.where(kind == POSITION["free"], 0.0, np.where(kind == POSITION["ad_valorem"], rate, np.nan))
    with np.errstate(divide="ignore", invalid="ignore"):
        per_value = np.where(amount == 0, 0.0, amount / price)
    compound = np.where(np.isnan(per_value), rate, rate + per_value) if compound_lower_bound else rate + per_value
    formulas = {
        "free": np.zeros(len(rate)),
        "ad_valorem": rate,
        "specific": per_value,
        "compound": compound,
        "greater_of": np.maximum(rate, per_value),
        "lesser_of": np.minimum(rate, per_value),
        "minimum_price": np.maximum(0.0, per_value - 1.0),
    }
    result = np.full(len(rate), np.nan)
    for name, formula in formulas.items():
        result = np.where(kind == POSITION[name], formula, result)
    return result


def duty_text(kind: str, rate: float, amount: float, currency: str, unit: str) -> str:
    """A duty as people write it: `2.9%`, `14.9% + 1.104 USD/kg`."""
    percent = f"{100 * rate:.10g}%"
    money = f"{amount:.10g} {currency}/{unit}"
    texts = {
        "free": "free",
        "ad_valorem": percent,
        "specific": money,
        "compound": f"{percent} + {money}",
        "greater_of": f"{percent}, but not less than {money}",
        "lesser_of": f"{percent}, but not more than {money}",
        "minimum_price": f"up to a price of {money}",
        "unknown": "unknown",
        "not_expressible": "not expressible as a rate",
    }
    return "unknown" if kind == "ad_valorem" and rate != rate else texts.get(kind, kind)


def money(customs_value: float, rate: float) -> Decimal:
    """A duty in money, rounded to the cent, half up."""
    exact = Decimal(repr(customs_value)) * Decimal(repr(rate))
    # a product of decimals as written is exact; sums of binary rates are cleaned of their last digits first
    return exact.quantize(Decimal("1e-9")).quantize(Decimal("0.01"), ROUND_HALF_UP)
