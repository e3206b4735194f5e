"""Days and instants as integers, so that a book of thousands of periods compares quickly.

A *day* is `date.toordinal()`. An *instant* is local time at the importer in minutes: `1440 day + minutes`. A date-only
bound of a measure means 00:00; a date-only question means 23:59 of that day (or 00:00 where the start of the day is
asked), so the answer is the rate that holds at the end of the day. A time with an offset is placed by the zone of the
importer, and cannot be placed without one. `FOREVER` stands for a blank `valid_until`.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from tradewar.errors import BookError
from tradewar.io.registers import dates

MINUTES = 1440
FOREVER = 10**10
"""Later than any instant or day."""
EVERYTHING = FOREVER - 1
"""The day of knowledge that sees every line not superseded."""


def local(text: str, zone: str = "") -> int | None:
    """The instant of a day or time in local time; None where the text is neither, or its offset cannot be placed.

    Args:
        zone: IANA name of the time zone of the importer; blank where it is not known.
    """
    found = dates.parse_instant(text)
    if not isinstance(found, datetime):
        return None if found is None else found.toordinal() * MINUTES
    if found.tzinfo is not None:
        if not zone:
            return None
        found = found.astimezone(ZoneInfo(zone))
    return found.toordinal() * MINUTES + found.hour * 60 + found.minute


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
    found = dates.parse_instant(value)
    if found is None:
        raise BookError.at(where, *dates.day_fault(value))
    return found.toordinal()


def moment(value: date | datetime | str, zone: str, where: str = "on", *, start_of_day: bool = False) -> int:
    """The instant that a question asks about, in local time at the importer.

    A date (or its text) stands for the end of the day, or its start. A time with an offset is converted to `zone`
    (an IANA name); one without is taken as local already.

    Raises:
        BookError: if the text is no date, or the offset cannot be placed because the zone is not known.
    """
    text = value if isinstance(value, str) else value.isoformat()
    found = dates.parse_instant(text)
    if found is None:
        what, _ = dates.day_fault(text)
        fix = "Write YYYY-MM-DD, or YYYY-MM-DDTHH:MM with or without an offset such as +08:00"
        raise BookError.at(where, f"{what} or an instant", fix)
    if not isinstance(found, datetime):
        return found.toordinal() * MINUTES + (0 if start_of_day else MINUTES - 1)
    instant = local(text, zone)
    if instant is None:
        fix = "Give the importer's zone in [zones] of book.toml, or write its local time without an offset"
        raise BookError.at(where, f"{text} has an offset, but the book has no time zone of the importer", fix)
    return instant
