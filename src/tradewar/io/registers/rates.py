"""Tariff rates: fractions. A rate above 1 (100 percent) is more often a percentage than a tariff, and must be declared.

A file declares it with `rate_unit`: `fraction` says that rates above 1 are meant, `percent` that 25 stands for 0.25.
"""

from __future__ import annotations

UNDECLARED_LIMIT = 1.0
"""The largest rate that needs no declaration."""
DECLARED_LIMIT = 100.0
"""The largest rate at all: 10,000 percent."""
UNITS = ("", "fraction", "percent")


def fraction(value: float, unit: str) -> float:
    """The rate as a fraction, from the unit that the file declares."""
    return value / 100.0 if unit == "percent" else value


def rate_fault(
    value: float, unit: str = "", name: str = "rate", declare: str = 'declare rate_unit = "fraction"'
) -> tuple[str, str] | None:
    """What is wrong with a rate (a fraction, after `fraction`), and the fix; None where nothing is.

    Args:
        unit: what the file declares, one of `UNITS`.
        name: the name of the cell or option.
        declare: how the file or command says that rates above 1 are meant.
    """
    if value <= -1.0:
        return f"{name} = {value:.10g} is at or below -1", "A subsidy cannot exceed the price"
    if value > DECLARED_LIMIT:
        return f"{name} = {value:.10g} is above {DECLARED_LIMIT:g} (10,000 percent)", "Correct the rate"
    if value > UNDECLARED_LIMIT and not unit:
        what = f"{name} = {value:.10g} is {100 * value:,.10g} percent"
        return what, f"Was {value / 100:.10g} meant? If not, {declare}"
    return None
