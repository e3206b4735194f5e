"""How figures are written: with unit, with a true minus sign, and with the exact value kept beside the rounded one.

Every figure on the page is an HTML `<data value="...">` element: what is shown is rounded, `value` is the figure of
`findings.json` to full precision, so that a reader (or a test) can check one against the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from tradewar.disputes.findings import WorldFacts

MINUS = "−"
NOT_DEFINED = "n/a"
NARROW_SPACE = "\u202f"
_SCALES = {"billion": 1e9, "million": 1e6, "thousand": 1e3}
_READABLE = 0.5
"""A typical amount is shown in the largest unit of which it is at least so much."""


@dataclass(frozen=True)
class Money:
    """A money unit in which figures of an economy are readable."""

    currency: str
    """What stands before a figure: `USD`, or nothing."""
    scale: str
    """What stands behind it: `billion`."""
    factor: float
    """From the world's unit to this one."""

    @property
    def unit(self) -> str:
        """`USD billion`, for headers."""
        return f"{self.currency} {self.scale}".strip()


def money_of(unit: str, typical: float = math.inf) -> Money:
    """The readable unit for amounts held in a unit such as `USD million` or `USD`; unknown units are left alone.

    Args:
        unit: currency and scale.
        typical: an amount of the size that is told, in that unit: billions where it is large, else millions or
            thousands, so that small economies are not told as "0.0 billion".
    """
    currency, _, scale = unit.partition(" ")
    if scale not in _SCALES and (scale or len(currency) != 3):
        return Money("", unit, 1.0)
    held = _SCALES.get(scale, 1.0)
    shown = next((name for name, size in _SCALES.items() if typical * held >= _READABLE * size), "thousand")
    return Money(currency, shown, held / _SCALES[shown])


def money_of_world(world: WorldFacts) -> Money:
    """The readable unit for effects in a world: of the size of a thousandth of its income."""
    return money_of(world.money_unit, world.income / 1000)


def plain(value: float, decimals: int, *, sign: bool = False) -> str:
    """A figure rounded half to even, thousands apart, never `−0.00`."""
    if not math.isfinite(value):
        return NOT_DEFINED
    text = f"{abs(value):,.{decimals}f}".replace(",", NARROW_SPACE)
    if float(text.replace(NARROW_SPACE, "")) == 0.0:
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


def figure(value: float, decimals: int, *, sign: bool = False, scale: float = 1.0) -> Markup:
    """`<data value="exact">rounded</data>`; the text shows `scale * value`."""
    if not math.isfinite(value):
        return Markup(NOT_DEFINED)
    return Markup('<data value="{}">{}</data>').format(repr(float(value)), plain(scale * value, decimals, sign=sign))


def percent(value: float, decimals: int = 2, *, sign: bool = True) -> Markup:
    """A change in percent, bare (the unit is in the header or the sentence)."""
    return figure(value, decimals, sign=sign)


def rate(value: float, decimals: int = 1, *, sign: bool = False) -> Markup:
    """A tariff held as a fraction, written in percent."""
    return figure(value, decimals, sign=sign, scale=100.0)


def amount(value: float, money: Money, decimals: int = 1, *, sign: bool = True) -> Markup:
    """Money in the readable unit, bare (the unit is in the header)."""
    return figure(value, decimals, sign=sign, scale=money.factor)


def sum_of(value: float, money: Money, decimals: int = 1, *, sign: bool = True) -> Markup:
    """Money with its unit, for sentences: `USD −4.3 billion`; a sum that is no change has no `+`."""
    shown = amount(value, money, decimals, sign=sign)
    return Markup(" ").join(part for part in (money.currency, shown, money.scale) if part)


def span(low: float, high: float, decimals: int = 2, *, sign: bool = True, scale: float = 1.0) -> Markup:
    """A range: `−0.06 to +0.02`."""
    return Markup("{} to {}").format(*(figure(end, decimals, sign=sign, scale=scale) for end in (low, high)))


def unsigned(text: Markup) -> Markup:
    """A figure shown without its sign where a word (less, more) says it; the exact value keeps the sign."""
    return Markup(str(text).replace(f">{MINUS}", ">", 1).replace(">+", ">", 1))


def lower_first(text: str) -> str:
    """A title for the middle of a sentence."""
    return text[:1].lower() + text[1:]


def bare(value: float, sign: bool = True) -> str:
    """A figure of the chronicle, as short as it is."""
    return plain(value if sign else abs(value), 0 if float(value).is_integer() else 2)


def day(value: object) -> str:
    """`20 February 2019` for a date."""
    import datetime as dt

    if isinstance(value, dt.date):
        return f"{value.day} {value:%B %Y}"
    return str(value)


def residual(value: float) -> str:
    """A residual in words and digits: `4 × 10⁻¹³`, or 0."""
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    digits = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{value / 10.0**exponent:.1f} × 10{digits}"
