"""`world.toml`: what a world is called, where it comes from, and what is declared about its tables.

The keys are in `KEYS`; any other key is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from tradewar.errors import Problem
from tradewar.io.files import Files
from tradewar.io.nearest import nearest
from tradewar.io.registers.rates import UNITS
from tradewar.io.toml import MAX_BYTES, Key, quoted, read_keys
from tradewar.world.table import is_scale

if TYPE_CHECKING:
    from tradewar.world.model import World

FILE = "world.toml"
NOT_STATED = "not stated"
DEFAULT = "default"
"""Key of `[tariffs_as_of]` for every importer that is not named."""
KEYS = (
    Key("name", str, "title, one line", required=True),
    Key("year", int, "year of the flows", required=True),
    Key("money_unit", str, "unit of every value (`USD million`)", required=True),
    Key("source", str, 'where the figures come from; "not stated" where absent'),
    Key("citation", str, "how to cite it; joined to `source`"),
    Key("terms", str, 'terms of use; "not stated" where absent'),
    Key("aggregates", list, "codes of `countries.csv` that stand for several economies, such as ROW"),
    Key("market", str, "`competitive` (default) or `monopolistic`", choices=("competitive", "monopolistic")),
    Key("has_tariffs", bool, "`false` where the source holds no tariffs: `flows.csv` then needs no column `tariff`"),
    Key("rate_unit", str, "`percent`: tariffs of 25 are 0.25; `fraction`: rates above 1 are meant", choices=UNITS[1:]),
    Key("sparse_flows", bool, "`true` declares that flows without a row are zero"),
    Key("superseded_by", str, "name of the world that replaces this one"),
    Key("notes", list, "what was changed when the world was made, as sentences"),
    Key(
        "tariffs_as_of", dict, "by importer the day whose measures its tariffs contain; `default`: the others", of=date
    ),
    Key("blocs", dict, "by code of a bloc, which is no country here, the list of its members", of=list),
)
"""Every key of `world.toml`."""


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
    rate_unit: str
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
    if FILE not in files:
        near = nearest(FILE, [name for name in files.names if name.endswith(".toml")])
        needed = ", ".join(key.name for key in KEYS if key.required)
        problems.append(Problem(FILE, f"is missing from {files.place}{near}", f"Give this file with at least {needed}"))
        return None
    data = files.read(FILE, problems, MAX_BYTES)
    content = None if data is None else read_keys(FILE, data, KEYS, problems)
    if content is None:
        return None
    before = len(problems)
    if not 1000 <= content["year"] <= 2999:
        problems.append(
            Problem(f"{FILE}: year", f"{content['year']} is no year of flows", "Give the year, such as 2022")
        )
    if content.get("has_tariffs") is False and content.get("tariffs_as_of"):
        what = "gives the day of tariffs although has_tariffs = false says that there are none"
        problems.append(Problem(f"{FILE}: tariffs_as_of", what, "Remove one of the two"))
    return _header(content) if len(problems) == before else None


def header_text(world: World) -> str:
    """The `world.toml` of a World."""
    lines = [
        f"name = {quoted(world.name)}",
        f"year = {world.year}",
        f"money_unit = {quoted(world.money_unit)}",
        f"source = {quoted(world.source)}",
        f"terms = {quoted(world.terms)}",
    ]
    if world.aggregates:
        lines.append(f"aggregates = [{', '.join(map(quoted, world.aggregates))}]")
    if world.market != "competitive":
        lines.append(f"market = {quoted(world.market)}")
    if not world.has_tariffs:
        lines.append("has_tariffs = false")
    if is_scale(world.tariff_rate).any():
        lines.append('rate_unit = "fraction"')
    if world.superseded_by:
        lines.append(f"superseded_by = {quoted(world.superseded_by)}")
    if world.notes:
        lines += ["notes = [", *(f"  {quoted(note)}," for note in world.notes), "]"]
    lines += _table("tariffs_as_of", _days_written(world))
    lines += _table("blocs", {bloc: f"[{', '.join(map(quoted, codes))}]" for bloc, codes in world.blocs.items()})
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
        market=content.get("market", "competitive"),
        has_tariffs=content.get("has_tariffs", True),
        rate_unit=content.get("rate_unit", ""),
        sparse_flows=content.get("sparse_flows", False),
        superseded_by=content.get("superseded_by", ""),
        notes=tuple(content.get("notes", ())),
        tariffs_as_of=content.get("tariffs_as_of", {}),
        blocs={code: tuple(members) for code, members in content.get("blocs", {}).items()},
    )


def _key(text: str) -> str:
    """A TOML key: bare where it may be."""
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else quoted(text)
