"""Days, months and years as people write them: ISO 8601 only, with the precision that was given.

Dates are compared as dates, never as text. Another order of day and month is refused with the ISO dates it could mean.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

Precision = Literal["day", "month", "quarter", "year"]
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-?[Qq]([1-4])", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_TURNED = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", re.ASCII)
_SLASHED = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})|(\d{4})(\d{2})(\d{2})", re.ASCII)
FIX = "Write it as YYYY-MM-DD"


@dataclass(frozen=True)
class Period:
    """A day, month, quarter or year, as its first and last day."""

    first: dt.date
    last: dt.date
    precision: Precision


def parse_day(text: str) -> dt.date | None:
    """The day written as YYYY-MM-DD; None where the text is none."""
    match = _DAY.fullmatch(text.strip())
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def parse_instant(text: str) -> dt.date | dt.datetime | None:
    """A day, or a day with a time (`2025-04-05T00:01`, with or without an offset or Z); None where it is neither."""
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        return parse_day(text)
    try:
        return dt.datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None


def parse_month(text: str) -> str | None:
    """The month written as YYYY-MM, as it stands; None where the text is none."""
    period = parse_period(text)
    return text.strip() if period is not None and period.precision == "month" else None


def parse_period(text: str) -> Period | None:
    """A day (YYYY-MM-DD), month (YYYY-MM), quarter (YYYY-Q1) or year (YYYY); None where the text is none."""
    word = text.strip()
    day = parse_day(word)
    if day is not None:
        return Period(day, day, "day")
    try:
        if match := _MONTH.fullmatch(word):
            return _months(int(match[1]), int(match[2]), 1, "month")
        if match := _QUARTER.fullmatch(word):
            return _months(int(match[1]), 3 * int(match[2]) - 2, 3, "quarter")
        return _months(int(word), 1, 12, "year") if _YEAR.fullmatch(word) else None
    except ValueError:  # month 13, year 0
        return None


def _months(year: int, month: int, count: int, precision: Precision) -> Period:
    last = month + count - 1
    return Period(dt.date(year, month, 1), dt.date(year, last, calendar.monthrange(year, last)[1]), precision)


def day_fault(text: str) -> tuple[str, str]:
    """What is wrong with a text that is no day, and the fix, naming the days that it could mean."""
    word = text.strip()
    if match := _TURNED.fullmatch(word):
        orders = {(match[3], match[2], match[1]), (match[3], match[1], match[2])}
        meant = sorted(day.isoformat() for day in map(_day_of, orders) if day)
        if meant:
            which = ", whichever is meant" if len(meant) > 1 else ""
            return f"{word!r} is not a day in ISO order", f"Write {' or '.join(meant)}{which}"
    if match := _SLASHED.fullmatch(word):
        day = _day_of(tuple(part for part in match.groups() if part))
        if day:
            return f"{word!r} is not a day as YYYY-MM-DD", f"Write {day.isoformat()}"
    period = parse_period(word)
    if period is not None:
        return f"{word!r} is a {period.precision}, not a day", f"Write a day, such as {period.first.isoformat()}"
    return f"{word[:40]!r} is not a day", FIX


def _day_of(parts: tuple[str, ...]) -> dt.date | None:
    try:
        return dt.date(*(int(part) for part in parts))
    except ValueError:
        return None
