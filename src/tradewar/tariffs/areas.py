"""Which exporters a measure reaches: countries, areas with dated members, and those left out.

An area expression is `*` (everyone), countries or areas separated by `;`, and the same with a leading `-` for those
left out: `*;-CAN;-EUN`. Membership is resolved at the liability date, as known on the day of knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping

from tradewar.tariffs.model import Membership

Areas = Mapping[str, tuple[Membership, ...]]


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
        and entry.known_from <= known
        and entry.member != area
        and belongs(exporter, entry.member, instant, known, areas)
        for entry in areas.get(area, ())
    )


def may_share(first: str, second: str, areas: Areas) -> bool:
    """Whether two area expressions can reach the same exporter at some time."""
    names = {part.strip().lstrip("-") for expression in (first, second) for part in expression.split(";")} - {"*"}
    countries = {country for name in names for country in ever(name, areas)} | {"*"}

    def possible(expression: str, country: str) -> bool:
        included = False
        for part in expression.split(";"):
            name = part.strip()
            if name.startswith("-"):
                if name[1:] == country:
                    return False
            elif name == "*" or country in ever(name, areas):
                included = True
        return included

    return any(possible(first, country) and possible(second, country) for country in countries)


def ever(area: str, areas: Areas, above: tuple[str, ...] = ()) -> frozenset[str]:
    """Every country that was ever a member of an area; the name itself where it is no area."""
    if area not in areas or area in above:
        return frozenset((area,))
    return frozenset().union(*(ever(entry.member, areas, (*above, area)) for entry in areas[area]))
