"""The cells of a column, checked against its declaration: each distinct text once, numbers as arrays."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy import ndarray as Array

from tradewar.io.declare import Column
from tradewar.io.nearest import nearest
from tradewar.io.registers import countries, dates, products, rates

YES = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}
EVERY = "*"
MAX_LABEL = 200
"""Characters of a label."""

Fault = tuple[Array, Callable[[int], tuple[str, str]]]
"""Which rows have it, shape (rows,), and what is wrong with one of them, with the fix."""


def _as_texts(values: Array) -> list[str]:
    return ["" if v != v else str(int(v)) if v == int(v) else repr(v) for v in values.tolist()]


def numbers(name: str, column: Column, found: Any) -> tuple[Array, list[Fault]]:
    """A column as numbers, NaN where blank, and its faults: what is no finite number, or outside its limits."""
    given: Array | None = found if isinstance(found, np.ndarray) else None
    cells: list[str] = [] if given is not None else _without(column.absent, list(found))
    values, wrong = (given, np.isinf(given)) if given is not None else to_floats(cells)
    low, high = _limits(column)
    whole = column.kind in ("whole", "year")

    def described(row: int) -> tuple[str, str]:
        return not_a_number(name, cells[row] if given is None else str(given[row]))

    def beyond(row: int) -> tuple[str, str]:
        return _beyond(name, column, float(values[row]), low, high)

    outside = (values < low) | (values > high)
    broken = ~np.isnan(values) & (values != np.floor(values)) & whole
    faults: list[Fault] = [
        (wrong, described),
        (np.isnan(values) & ~wrong & (not column.blank), lambda row: not_a_number(name, "")),
        (outside, beyond),
        (broken, lambda row: (f"{name} = {values[row]:.10g} is no whole number", "Correct it")),
    ]
    return np.where(wrong | outside | broken, np.nan, values), faults


def _without(absent: tuple[str, ...], found: list[str]) -> list[str]:
    return ["" if text.lower() in absent else text for text in found] if absent else found


def to_floats(texts: Sequence[str]) -> tuple[Array, Array]:
    """Texts as floats exactly as written, NaN where blank, and which of them are neither a finite number nor blank."""
    try:
        values = np.fromiter(map(float, texts), dtype=float, count=len(texts))
    except ValueError:
        values = np.array([_float(text) for text in texts])
    wrong = ~np.isfinite(values) & np.array([text != "" for text in texts], dtype=bool)
    # Python reads 1_000 and other scripts' digits; a table that holds them is more likely broken
    joined = "".join(texts)
    if "_" in joined or not joined.isascii():
        wrong |= np.array(["_" in text or not text.isascii() for text in texts])
    return values, wrong


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[,.'’\s ]\d{3})+(?:[.,]\d+)?")


def not_a_number(name: str, text: str) -> tuple[str, str]:
    """What is wrong with a text where a number belongs, and the fix."""
    if not text.strip():
        return f"{name} is blank", "An absent figure is never a zero: write 0 if it is zero"
    fix = "Write a finite number such as 0.25"
    if _GROUPED.fullmatch(text):
        fix = "Write the number without separators of thousands, with a decimal point"
    elif text.count(",") == 1 and math.isfinite(_float(text.replace(",", "."))):
        fix = f"Write a decimal point, not a comma: {text.strip().replace(',', '.')}"
    elif text.strip().endswith("%") and math.isfinite(_float(text.strip()[:-1])):
        fix = f"Write a fraction, not a percentage: {float(text.strip()[:-1]) / 100:g}"
    return f"{name} = {text[:60]!r} is not a finite number", fix


def _limits(column: Column) -> tuple[float, float]:
    if column.kind == "share":
        return max(column.low, 0.0), min(column.high, 1.0)
    if column.kind == "year":
        return max(column.low, 1000.0), min(column.high, 2999.0)
    return column.low, column.high


def _beyond(name: str, column: Column, value: float, low: float, high: float) -> tuple[str, str]:
    limit = f"below {low:g}" if value < low else f"above {high:g}"
    if column.kind == "share" and value > 1.0:
        return f"{name} = {value:.10g} is above 1", f"A share lies between 0 and 1: was {value / 100:g} meant?"
    if column.kind == "rate":
        fault = rates.rate_fault(value, name=name)
        if fault:
            return fault
    allowed = f"of at least {low:g}" if math.isinf(high) else f"of at most {high:g}" if math.isinf(low) else ""
    return f"{name} = {value:.10g} is {limit}", f"Give a value {allowed or f'from {low:g} to {high:g}'}"


def texts(name: str, column: Column, found: Any) -> tuple[list[str], list[Fault]]:
    """A column as texts, and its faults; each distinct text is checked once."""
    cells = _without(column.absent, _as_texts(found) if isinstance(found, np.ndarray) else found)
    distinct = set(cells)
    if column.kind == "code" and not column.many and products.all_right(distinct - {"", EVERY}):
        distinct &= {"", EVERY}
    faults = {text: fault for text in distinct if (fault := _fault_of(name, column, text)) is not None}
    if not faults:
        return cells, []
    return cells, [(np.array([text in faults for text in cells]), lambda row: faults[cells[row]])]


def _fault_of(name: str, column: Column, text: str) -> tuple[str, str] | None:
    if not text:
        return None if column.blank else (f"{name} is blank", f"Give it ({column.meaning or column.kind})")
    if "\n" in text or "\r" in text:
        return f"{name} holds a line break", "Is a quote left open? Keep each row on one line"
    parts = [part.strip() for part in text.split(";")] if column.many else [text]
    for part in parts:
        if column.many and part == EVERY:
            continue
        fault = _misread(column, part)
        if fault is not None:
            return fault[0] if fault[0].startswith(name) else f"{name}: {fault[0]}", fault[1]
    return None


def _misread(column: Column, text: str) -> tuple[str, str] | None:
    """What is wrong with one text of a column of its kind."""
    match column.kind:
        case "choice" if text not in column.choices:
            return f"{text[:60]!r} is unknown{nearest(text, column.choices)}", f"Use one of {', '.join(column.choices)}"
        case "label" if len(text) > MAX_LABEL:
            return f"{text[:40]!r}... has {len(text):,} characters", f"Give a label of at most {MAX_LABEL}"
        case "yes" if text.lower() not in YES:
            return f"{text[:60]!r} is neither yes nor no", "Write yes or no"
        case "day" if dates.parse_day(text) is None:
            return dates.day_fault(text)
        case "instant" if dates.parse_instant(text) is None:
            return dates.day_fault(text)
        case "month" if not dates.parse_month(text):
            return f"{text[:60]!r} is not a month", "Write it as YYYY-MM"
        case "period" if dates.parse_period(text) is None:
            return f"{text[:60]!r} is no day, month, quarter or year", "Write YYYY-MM-DD, YYYY-MM, YYYY-Q1 or YYYY"
        case "code" if text != EVERY:
            return products.fault(text)
        case "country" if text != EVERY:
            return countries.misspelt_country(text)
        case _:
            return None
