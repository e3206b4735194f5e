"""What is on screen, as a link: a frozen state and its query string.

    world=world-2017&closure=balanced&importer=USA&exporter=CHN&set=USA:CHN:@all:25

`set` is `importer:exporter:scope:percent`, each part percent-encoded; `*` as importer or exporter is every country, a
scope is a sector or `@` and a group of sectors (`@all` for all of them). Settings hold in their order, a later one
over an earlier one, on top of the starting tariffs.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode

from tradewar.errors import PolicyError, Problem

Kind = Literal["world", "dispute", "upload"]
Level = Literal["group", "sector"]
EVERY = "*"
ALL_GOODS = "@all"
MAX_SETTINGS = 400
MAX_QUERY = 30_000
"""Characters of a link."""
MAX_LABEL = 80
HIGHEST_PERCENT = 1000.0
_KINDS: tuple[Kind, ...] = ("world", "dispute", "upload")
_LEVELS: tuple[Level, ...] = ("group", "sector")
_LINK = "link"


@dataclass(frozen=True)
class Setting:
    """One slider that was moved: a new rate for every good of a scope."""

    importer: str
    exporter: str
    scope: str
    percent: float
    """The rate after the change, percent."""

    def to_text(self) -> str:
        """As in a link."""
        labels = (quote(part, safe="*@") for part in (self.importer, self.exporter, self.scope))
        return ":".join([*labels, f"{self.percent:.10g}"])

    @classmethod
    def parse(cls, text: str) -> Setting:
        """The setting of a link.

        Raises:
            PolicyError: if it has not four parts, or the rate is no percentage between 0 and 1,000.
        """
        parts = [unquote(part) for part in text.split(":")]
        if len(parts) != 4 or not all(0 < len(part) <= MAX_LABEL for part in parts):
            what = f"set={text[:MAX_LABEL]} is no setting"
            raise PolicyError.at(_LINK, what, "Write importer:exporter:scope:percent, such as USA:CHN:@all:25")
        return cls(parts[0], parts[1], parts[2], checked_percent(parts[3], text))


def checked_percent(value: object, shown: str) -> float:
    """A rate in percent.

    Raises:
        PolicyError: if it is no number between 0 and 1,000.
    """
    try:
        percent = float(str(value))
    except ValueError:
        percent = math.nan
    if not 0.0 <= percent <= HIGHEST_PERCENT:
        what = f"{shown[:MAX_LABEL]}: {str(value)[:MAX_LABEL]} is no rate between 0 and {HIGHEST_PERCENT:g} percent"
        raise PolicyError.at(_LINK, what, "Write 25 for 25 percent")
    return percent


@dataclass(frozen=True)
class State:
    """Everything that a link reproduces. What was uploaded is not part of a link."""

    kind: Kind = "world"
    name: str = "world-2017"
    """The built-in world or dispute; empty for an upload."""
    day: dt.date | None = None
    """Of a dispute: the day of knowledge; None is the day for which it was written."""
    start: str = ""
    """Name of the starting tariffs; empty for the first that the economy has."""
    closure: str = ""
    """Empty for that of the economy."""
    importer: str = ""
    exporter: str = ""
    """The pair whose sliders are shown; empty for the first two countries, or the parties."""
    level: Level = "group"
    """Whether sliders are by group or by sector."""
    tab: str = "effects"
    settings: tuple[Setting, ...] = ()

    def moved(self, setting: Setting) -> State:
        """After a slider was moved: what the new setting overrides altogether is gone.

        Raises:
            PolicyError: if there are too many settings.
        """
        pair = (setting.importer, setting.exporter)
        kept = [
            earlier
            for earlier in self.settings
            if (earlier.importer, earlier.exporter) != pair or setting.scope not in (earlier.scope, ALL_GOODS)
        ]
        if len(kept) >= MAX_SETTINGS:
            what = f"has {MAX_SETTINGS} settings already"
            raise PolicyError.at(_LINK, what, "Send the tariffs as a file instead")
        return replace(self, settings=(*kept, setting))

    def to_query(self) -> str:
        """The query string of a link, without the question mark."""
        pairs: list[tuple[str, str]] = [(self.kind, self.name or "1")]
        if self.day:
            pairs.append(("day", self.day.isoformat()))
        named = {"start": self.start, "closure": self.closure, "importer": self.importer, "exporter": self.exporter}
        pairs += [(key, value) for key, value in named.items() if value]
        if self.level != "group":
            pairs.append(("level", self.level))
        if self.tab != "effects":
            pairs.append(("tab", self.tab))
        return urlencode([*pairs, *(("set", setting.to_text()) for setting in self.settings)])

    @classmethod
    def parse(cls, query: str) -> State:
        """The state of a query string, with or without the question mark; an empty one is the default.

        Raises:
            PolicyError: listing what is wrong with the link.
        """
        if len(query) > MAX_QUERY:
            what = f"has {len(query)} characters, more than {MAX_QUERY}"
            raise PolicyError.at(_LINK, what, "Send the tariffs as a file instead")
        try:
            pairs = parse_qsl(query.removeprefix("?"), max_num_fields=MAX_SETTINGS + 20)
        except ValueError:
            what = f"has more than {MAX_SETTINGS} settings"
            raise PolicyError.at(_LINK, what, "Send the tariffs as a file instead") from None
        problems: list[Problem] = []
        settings: list[Setting] = []
        values: dict[str, str] = {}
        for key, value in pairs:
            if key == "set":
                try:
                    settings.append(Setting.parse(value))
                except PolicyError as error:
                    problems.extend(error.problems)
            else:
                values[key] = value[:MAX_LABEL]
        named: list[Kind] = [kind for kind in _KINDS if kind in values]
        kind: Kind = named[0] if named else "world"
        name = "" if kind == "upload" else values.pop(kind, cls.name)
        values.pop(kind, None)
        day = _day(values.pop("day", ""), problems)
        level = _level(values.pop("level", "group"), problems)
        known = ("start", "closure", "importer", "exporter", "tab")
        problems += [
            Problem(_LINK, f"has an unknown key {key[:MAX_LABEL]!r}", "Leave it out")
            for key in values
            if key not in known
        ]
        if problems:
            raise PolicyError(problems)
        return cls(kind=kind, name=name, day=day, level=level, settings=tuple(settings), **values)


def _day(text: str, problems: list[Problem]) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        problems.append(Problem(_LINK, f"day={text} is no day", "Write 2019-02-20"))
        return None


def _level(text: str, problems: list[Problem]) -> Level:
    for level in _LEVELS:
        if text == level:
            return level
    problems.append(Problem(_LINK, f"level={text} is unknown", f"Use one of {', '.join(_LEVELS)}"))
    return "group"
