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
| `notes` | no | what was changed when the world was made, as sentences |

Any other key is refused.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
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
    "notes": list,
}
_NEEDED = ("name", "year", "money_unit")
_MARKETS = ("competitive", "monopolistic")
_CALLED = {str: "text in quotes", int: "a whole number", list: "a list of texts", bool: "true or false"}


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
    notes: tuple[str, ...]


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
    if world.notes:
        lines += ["notes = [", *(f"  {_quoted(note)}," for note in world.notes), "]"]
    return "\n".join(lines) + "\n"


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
    market = content.get("market", _MARKETS[0])
    if isinstance(market, str) and market not in _MARKETS:
        what = f"market = {market!r} is unknown{nearest(market, _MARKETS)}"
        faults.append(Problem(FILE, what, f"Use {' or '.join(_MARKETS)}"))
    return faults


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
        notes=tuple(content.get("notes", ())),
    )


def _quoted(text: str) -> str:
    """A TOML basic string. JSON escapes are TOML escapes; TOML refuses one more control character than JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
