"""`world.toml`: what a world is called, where it comes from, and what is declared about its tables.

| key | needed | meaning |
|---|---|---|
| `name` | yes | title, one line |
| `year` | yes | year of the flows |
| `money_unit` | yes | unit of every value (`USD million`) |
| `source` | no | where the figures come from; "not stated" where absent |
| `citation` | no | how to cite it; joined to `source` |
| `terms` | no | terms of use; "not stated" where absent |
| `aggregates` | no | codes of `countries.csv` that stand for several economies, such as ROW |
| `market` | no | `competitive` (default) or `monopolistic` |
| `has_tariffs` | no | `false` where the source holds no tariffs: `flows.csv` then needs no column `tariff` |
| `sparse_flows` | no | `true` declares that flows without a row are zero |
| `superseded_by` | no | name of the world that replaces this one |
| `notes` | no | what was changed when the world was made, as sentences |
| `[tariffs_as_of]` | no | by importer the day (`2022-12-31`) whose measures its tariffs contain; `default`: all others |
| `[blocs]` | no | by code of a bloc that is no country here the list of its members |

Any other key is refused.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tradewar.errors import Problem
from tradewar.world.identities import nearest
from tradewar.world.table import Files, decode

if TYPE_CHECKING:
    from tradewar.world.model import World

FILE = "world.toml"
NOT_STATED = "not stated"
_KINDS: Mapping[str, type] = {
    "name": str,
    "year": int,
    "money_unit": str,
    "source": str,
    "citation": str,
    "terms": str,
    "aggregates": list,
    "market": str,
    "has_tariffs": bool,
    "sparse_flows": bool,
    "superseded_by": str,
    "notes": list,
    "tariffs_as_of": dict,
    "blocs": dict,
}
_NEEDED = ("name", "year", "money_unit")
_MARKETS = ("competitive", "monopolistic")
_CALLED = {
    str: "text in quotes",
    int: "a whole number",
    list: "a list of texts",
    bool: "true or false",
    dict: "a table",
}
DEFAULT = "default"
"""Key of `[tariffs_as_of]` for every importer that is not named."""


@dataclass(frozen=True)
class Header:
    """The content of `world.toml`."""

    name: str
    year: int
    money_unit: str
    source: str
    terms: str
    aggregates: tuple[str, ...]
    market: str
    has_tariffs: bool
    sparse_flows: bool
    superseded_by: str
    notes: tuple[str, ...]
    tariffs_as_of: Mapping[str, date]
    """As written: with a key `default` where there is one."""
    blocs: Mapping[str, tuple[str, ...]]

    def days(self, countries: Sequence[str]) -> dict[str, date]:
        """`tariffs_as_of` by importer, the default filled in."""
        named = {code: day for code, day in self.tariffs_as_of.items() if code != DEFAULT}
        if DEFAULT not in self.tariffs_as_of:
            return named
        return dict.fromkeys(countries, self.tariffs_as_of[DEFAULT]) | named


def read_header(files: Files, problems: list[Problem]) -> Header | None:
    """`world.toml` of a folder; None, with every fault among the problems, where it cannot be used."""
    if FILE not in files.names:
        near = nearest(FILE, [name for name in files.names if name.endswith(".toml")])
        what = f"is missing from {files.place}{near}"
        problems.append(Problem(FILE, what, f"Give this file with at least {', '.join(_NEEDED)}"))
        return None
    text = decode(FILE, files.read(FILE), problems)
    if text is None:
        return None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(FILE, f"is not valid TOML: {error}", 'Write lines such as name = "My world"'))
        return None
    faults = _faults(content)
    problems.extend(faults)
    return None if faults else _header(content)


def header_text(world: World) -> str:
    """The `world.toml` of a World."""
    lines = [
        f"name = {_quoted(world.name)}",
        f"year = {world.year}",
        f"money_unit = {_quoted(world.money_unit)}",
        f"source = {_quoted(world.source)}",
        f"terms = {_quoted(world.terms)}",
    ]
    if world.aggregates:
        lines.append(f"aggregates = [{', '.join(map(_quoted, world.aggregates))}]")
    if world.market != "competitive":
        lines.append(f"market = {_quoted(world.market)}")
    if not world.has_tariffs:
        lines.append("has_tariffs = false")
    if world.superseded_by:
        lines.append(f"superseded_by = {_quoted(world.superseded_by)}")
    if world.notes:
        lines += ["notes = [", *(f"  {_quoted(note)}," for note in world.notes), "]"]
    lines += _table("tariffs_as_of", _days_written(world))
    lines += _table("blocs", {bloc: f"[{', '.join(map(_quoted, codes))}]" for bloc, codes in world.blocs.items()})
    return "\n".join(lines) + "\n"


def _table(name: str, rows: Mapping[str, str]) -> list[str]:
    return ["", f"[{name}]", *(f"{_key(key)} = {value}" for key, value in rows.items())] if rows else []


def _days_written(world: World) -> dict[str, str]:
    """The commonest day as the default, where every importer has one; the others by name."""
    days = {code: day.isoformat() for code, day in world.tariffs_as_of.items()}
    if set(days) != set(world.countries):
        return days
    ((usual, _),) = Counter(days.values()).most_common(1)
    return {DEFAULT: usual} | {code: day for code, day in days.items() if day != usual}


def _faults(content: Mapping[str, Any]) -> list[Problem]:
    faults: list[Problem] = []
    for key in content:
        if key not in _KINDS:
            fix = f"Remove or rename it; the keys are {', '.join(_KINDS)}"
            faults.append(Problem(FILE, f"unknown key {key!r}{nearest(key, list(_KINDS))}", fix))
    for key, kind in _KINDS.items():
        if key not in content:
            if key in _NEEDED:
                faults.append(Problem(FILE, f"key {key!r} is missing", f"Give {key} as {_CALLED[kind]}"))
        elif not _is(content[key], kind):
            faults.append(Problem(FILE, f"{key} = {content[key]!r} is not {_CALLED[kind]}", f"Give {_CALLED[kind]}"))
    faults.extend(_table_faults(content))
    market = content.get("market", _MARKETS[0])
    if isinstance(market, str) and market not in _MARKETS:
        what = f"market = {market!r} is unknown{nearest(market, _MARKETS)}"
        faults.append(Problem(FILE, what, f"Use {' or '.join(_MARKETS)}"))
    return faults


def _table_faults(content: Mapping[str, Any]) -> Iterable[Problem]:
    days, blocs = content.get("tariffs_as_of", {}), content.get("blocs", {})
    if isinstance(days, dict):
        if days and content.get("has_tariffs") is False:
            what = "gives the day of tariffs although has_tariffs = false says that there are none"
            yield Problem(f"{FILE}: tariffs_as_of", what, "Remove one of the two")
        for code, day in days.items():
            if _day(day) is None:
                what = f"{day!r} is not a day" if isinstance(day, str) else f"{day} is not a day"
                yield Problem(f"{FILE}: tariffs_as_of.{code}", what, "Write year-month-day, such as 2022-12-31")
    if isinstance(blocs, dict):
        for code, members in blocs.items():
            if not _is(members, list):
                what = f"{members!r} is not {_CALLED[list]}"
                yield Problem(f"{FILE}: blocs.{code}", what, 'Name the members, such as ["AUT", "BEL"]')


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return None
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) else None


def _is(value: object, kind: type) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    # bool is a subclass of int: `year = true` is no year
    return type(value) is kind and (kind is not str or bool(str(value).strip()))


def _header(content: Mapping[str, Any]) -> Header:
    source = content.get("source", NOT_STATED)
    if "citation" in content:
        source = f"{source}. Cite: {content['citation']}"
    return Header(
        name=content["name"],
        year=content["year"],
        money_unit=content["money_unit"],
        source=source,
        terms=content.get("terms", NOT_STATED),
        aggregates=tuple(content.get("aggregates", ())),
        market=content.get("market", _MARKETS[0]),
        has_tariffs=content.get("has_tariffs", True),
        sparse_flows=content.get("sparse_flows", False),
        superseded_by=content.get("superseded_by", ""),
        notes=tuple(content.get("notes", ())),
        tariffs_as_of={code: day for code, given in content.get("tariffs_as_of", {}).items() if (day := _day(given))},
        blocs={code: tuple(members) for code, members in content.get("blocs", {}).items()},
    )


def _key(text: str) -> str:
    """A TOML key: bare where it may be."""
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else _quoted(text)


def _quoted(text: str) -> str:
    """A TOML basic string. JSON escapes are TOML escapes; TOML refuses one more control character than JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
