"""Which exporters a measure reaches: countries, areas with dated members, and those left out.

An area expression is `*` (everyone), countries or areas separated by `;`, and the same with a leading `-` for those
left out: `*;-CAN;-EUN`. Membership is resolved at the liability date, as known on the day of knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping

from tradewar.tariffs.instants import EVERYTHING
from tradewar.tariffs.model import Membership

Areas = Mapping[str, tuple[Membership, ...]]
EVERYONE = 1000
"""Width of an expression that reaches whoever is not left out: wider than any list of countries."""
ANYONE = "*"
"""Stands for a country that no area names."""


def reaches(expression: str, exporter: str, instant: int, known: int, areas: Areas) -> bool:
    """Whether an exporter is meant by an area expression at an instant."""
    included = False
    for part in expression.split(";"):
        name = part.strip()
        if name.startswith("-"):
            if belongs(exporter, name[1:].strip(), instant, known, areas):
                return False
        elif name == "*" or belongs(exporter, name, instant, known, areas):
            included = True
    return included


def belongs(exporter: str, area: str, instant: int, known: int, areas: Areas) -> bool:
    """Whether a country is the area, or one of its members at an instant, directly or through another area."""
    if exporter == area:
        return True
    return any(
        entry.valid_from <= instant < entry.valid_until
        and entry.visible(known)
        and entry.member != area
        and belongs(exporter, entry.member, instant, known, areas)
        for entry in areas.get(area, ())
    )


def members(area: str, instant: int, known: int, areas: Areas) -> frozenset[str]:
    """The countries that belong to an area at an instant; the name itself where it is no area."""
    if area not in areas:
        return frozenset((area,))
    return frozenset(
        country
        for entry in areas[area]
        if entry.valid_from <= instant < entry.valid_until and entry.visible(known) and entry.member != area
        for country in members(entry.member, instant, known, areas)
    )


def width(expression: str, instant: int, known: int, areas: Areas) -> int:
    """How many partners an expression reaches: of two rows of one programme the narrower goes first."""
    parts = [part.strip() for part in expression.split(";")]
    out = {country for part in parts if part[:1] == "-" for country in members(part[1:].strip(), instant, known, areas)}
    if "*" in parts:
        return EVERYONE - len(out)
    reached = {country for part in parts if part[:1] != "-" for country in members(part, instant, known, areas)}
    return len(reached - out)


def ever(area: str, areas: Areas, above: tuple[str, ...] = ()) -> frozenset[str]:
    """Every country that was ever a member of an area; the name itself where it is no area."""
    if area not in areas or area in above:
        return frozenset((area,))
    return frozenset().union(*(ever(entry.member, areas, (*above, area)) for entry in areas[area]))


def common(first: str, second: str, start: int, end: int, areas: Areas) -> str:
    """How the partners of two expressions lie to each other while both can apply.

    `apart`: no partner is reached by both; `first` or `second`: the one that is narrower wherever they meet; `same`;
    `across`: neither holds the other.
    """
    names = {part.strip().lstrip("-").strip() for text in (first, second) for part in text.split(";")} - {"*"}
    universe = {country for name in names for country in ever(name, areas)} | {ANYONE}
    bounds = {t for entries in areas.values() for entry in entries for t in (entry.valid_from, entry.valid_until)}
    found: set[str] = set()
    for instant in sorted({start, *(t for t in bounds if start < t < end)}):
        one, two = (
            {country for country in universe if reaches(text, country, instant, EVERYTHING, areas)}
            for text in (first, second)
        )
        if one & two:
            found.add("same" if one == two else "first" if one < two else "second" if two < one else "across")
    return found.pop() if len(found) == 1 else "across" if found else "apart"
