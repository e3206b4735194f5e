"""Days and instants as integers, so that a book of thousands of periods compares quickly.

A *day* is `date.toordinal()`. An *instant* is local time at the importer in minutes: `1440 day + minutes`. A date-only
bound of a measure means 00:00; a date-only question means 23:59 of that day (or 00:00 where the start of the day is
asked), so the answer is the rate that holds at the end of the day. `FOREVER` stands for a blank `valid_until`.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tradewar.errors import BookError

MINUTES = 1440
FOREVER = 10**10
"""Later than any instant or day."""
_PATTERN = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::\d{2})?)?")


def read_instant(text: str) -> int | None:
    """The instant written as `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM` (local time), or None where the text is no date."""
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute = (int(part or 0) for part in match.groups())
    try:
        at = datetime(year, month, day, hour, minute)
    except ValueError:
        return None
    return at.toordinal() * MINUTES + at.hour * 60 + at.minute


def write_instant(instant: int) -> str:
    """Text of an instant: the date, with the time where it is not midnight; blank for `FOREVER`."""
    if instant >= FOREVER:
        return ""
    day, minutes = divmod(instant, MINUTES)
    text = date.fromordinal(day).isoformat()
    return f"{text}T{minutes // 60:02d}:{minutes % 60:02d}" if minutes else text


def write_day(day: int) -> str:
    """Text of a day; blank for `FOREVER`."""
    return "" if day >= FOREVER else date.fromordinal(day).isoformat()


def day_of(value: date | str, where: str) -> int:
    """The day of a date, a datetime or its text.

    Raises:
        BookError: if the text is no date.
    """
    if isinstance(value, date):
        return value.toordinal()
    instant = read_instant(value)
    if instant is None:
        raise BookError.at(where, f"{value!r} is not a day", "Write it as YYYY-MM-DD")
    return instant // MINUTES


def moment(value: date | datetime | str, zone: str, *, start_of_day: bool = False) -> int:
    """The instant that a question asks about, in local time at the importer.

    A date (or its text) stands for the end of the day, or its start. A datetime with a zone is converted to `zone`
    (an IANA name); one without is taken as local already.

    Raises:
        BookError: if the text is no date, or the zone is unknown.
    """
    if isinstance(value, str):
        value = _parse(value)
    if not isinstance(value, datetime):
        return value.toordinal() * MINUTES + (0 if start_of_day else MINUTES - 1)
    if value.tzinfo is not None:
        try:
            value = value.astimezone(ZoneInfo(zone or "UTC"))
        except (ZoneInfoNotFoundError, ValueError) as fault:
            raise BookError.at("book.toml: zones", f"{zone!r} is not a time zone", "Use an IANA name") from fault
    return value.toordinal() * MINUTES + value.hour * 60 + value.minute


def _parse(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    except ValueError as fault:
        fix = "Write YYYY-MM-DD, or YYYY-MM-DDTHH:MM with an offset such as +08:00"
        raise BookError.at("on", f"{text!r} is not a day or an instant", fix) from fault
