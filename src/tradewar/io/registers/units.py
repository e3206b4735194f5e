"""Money and physical units: never a silent dollar, never a silent kilogram.

Currencies are ISO 4217 (pycountry); physical units and their conversions come from pint. Both are loaded only when a
text is not among the common ones, or two units differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from tradewar.io.nearest import nearest

_COMMON = frozenset(("USD", "EUR", "CNY", "GBP", "JPY", "CAD", "MXN", "AUD", "BRL", "CHF", "INR", "KRW", "RUB"))
_SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY or CNY", "RMB": "CNY", "YUAN": "CNY"}
_SCALES = {"": 1.0, "thousand": 1e3, "million": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}
_MONEY = re.compile(r"([A-Za-z$€£¥]{1,4})\s*([\d,_ ]*\.?\d+)\s*([a-z]*)")
_AMOUNT = re.compile(r"([\d,_ ]*\.?\d+)\s*(thousand|million|mn|billion|bn|trillion)?\s*([A-Za-z][\w³² ]*)")
_GROUPED = re.compile(r"\d{1,3}(?:[, _]\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+")
_NAMES = {"t": "metric_ton", "tonne": "metric_ton", "tonnes": "metric_ton", "mt": "metric_ton", "tne": "metric_ton",
          "kgm": "kg", "dtn": "quintal", "hl": "hectoliter", "hlt": "hectoliter", "ltr": "liter", "litre": "liter",
          "litres": "liter", "m3": "meter ** 3", "mtq": "meter ** 3", "m2": "meter ** 2", "mtk": "meter ** 2",
          "lb": "pound", "lbs": "pound", "bbl": "oil_bbl", "barrel": "oil_bbl", "kwh": "kilowatt_hour",
          "mwh": "megawatt_hour", "gwh": "gigawatt_hour", "bu": "US_bushel"}  # fmt: skip
_COUNTED = {
    name: kind
    for kind, names in {
        "item": "item items piece pieces pce nar no number head unit units u each",
        "pair": "pair pairs pr npr",
        "dozen": "dozen doz",
    }.items()
    for name in names.split()
}
"""Things that are counted have no measure behind them, and convert only to themselves."""


@dataclass(frozen=True)
class Amount:
    """A sum in its own currency, or a quantity in its own unit."""

    value: float
    unit: str


def currency_fault(text: str) -> tuple[str, str] | None:
    """What is wrong with a text that must be a currency, and the fix; None where it is one of ISO 4217."""
    if text in _COMMON or text in _currencies():
        return None
    if not text:
        return "no currency is given", "Write the code of ISO 4217, such as EUR"
    meant = _SIGNS.get(text.upper()) or (text.upper() if text.upper() in _currencies() else "")
    if meant:
        return f"{text!r} is not a code of ISO 4217", f"Write {meant}"
    return f"{text[:40]!r} is no currency{nearest(text, _currencies())}", "Write the code of ISO 4217, such as EUR"


@cache
def _currencies() -> frozenset[str]:
    import pycountry

    return frozenset(currency.alpha_3 for currency in pycountry.currencies)


def unit_fault(text: str) -> tuple[str, str] | None:
    """What is wrong with a text that must be a physical unit, and the fix; None where it is one ("100 kg" is)."""
    if not text:
        return "no unit is given", "Write for example kg, t, l, hl or item"
    if _split(text)[1].lower() in _COUNTED or _quantity(text) is not None:
        return None
    return f"{text[:40]!r} is no unit", "Write for example kg, 100 kg, t, l, hl, m3 or item"


def convert(value: float, have: str, want: str) -> float | None:
    """A quantity in another unit; None where the two do not measure the same.

    `convert(1, "hl", "litre")` is 100; a price per unit converts the other way round.
    """
    if have == want:
        return value
    (n, one), (m, other) = _split(have), _split(want)
    counted = _COUNTED.get(one.lower()), _COUNTED.get(other.lower())
    if counted != (None, None):
        return value * n / m if counted[0] == counted[1] else None
    a, b = _quantity(have), _quantity(want)
    if a is None or b is None or a.dimensionality != b.dimensionality:
        return None
    return value * float((a / b).to_base_units().magnitude)


def _split(unit: str) -> tuple[float, str]:
    """`100 kg` is a hundred times `kg`."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(\S.*)", unit.strip())
    return (float(match[1]), match[2].strip()) if match else (1.0, unit.strip())


@cache
def _registry() -> Any:
    import pint

    return pint.UnitRegistry(cache_folder=None)


@cache
def _quantity(unit: str) -> Any:
    """The unit as a quantity of pint; None where pint does not know it, or it is a pure number."""
    import pint

    count, name = _split(unit)
    name = _NAMES.get(name.lower(), name)
    if not re.fullmatch(r"[A-Za-z_][\w ]*(?:\s*\*\*\s*[23])?", name):
        return None
    try:
        found = count * _registry().parse_expression(name)
    except (pint.errors.PintError, AttributeError, ValueError, TypeError, SyntaxError):
        return None
    return None if not hasattr(found, "dimensionality") or found.dimensionless else found


def parse_amount(text: str) -> Amount | tuple[str, str]:
    """`USD 550 billion`, `CNY 1,200 million` or `25 million t`; what is wrong with it, and the fix, otherwise."""
    word = " ".join(text.split())
    if match := _MONEY.fullmatch(word):
        fault = currency_fault(match[1])
        if fault:
            return fault
        number, scale, unit = match[2], match[3], match[1]
    elif match := _AMOUNT.fullmatch(word):
        number, scale, unit = match[1], match[2] or "", match[3]
        fault = unit_fault(unit)
        if fault:
            return fault
    else:
        return f"{word[:60]!r} is no amount", 'Write for example "USD 550 billion" or "25 million t"'
    if scale not in _SCALES or not _GROUPED.fullmatch(number.strip()):
        return f"{word[:60]!r} is no amount", f"Write the number plainly; scales are {', '.join(filter(None, _SCALES))}"
    return Amount(float(re.sub(r"[, _]", "", number)) * _SCALES[scale], unit)
