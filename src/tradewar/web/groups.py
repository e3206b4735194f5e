"""Groups of sectors, so that a pair of countries needs a handful of sliders and not one per sector.

Sectors are grouped by the words of their names; those of no known kind are "other goods". A world of a few sectors
has one group for each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tradewar.web.state import ALL_GOODS
from tradewar.world.model import World

FEW = 6
"""A world with no more tradable sectors than this has a slider for each."""

KINDS: tuple[tuple[str, str, str], ...] = (
    ("agriculture", "Agriculture and food", r"agri|farm|crop|grain|soy|food|bever|tobacco|fish|forest|livestock|meat"),
    ("energy", "Mining and energy", r"mining|petrol|\boil|\bgas\b|\bcoal|fuel|energy"),
    ("textiles", "Textiles and apparel", r"textil|apparel|cloth|leather|footwear|garment"),
    ("machinery", "Machinery, electronics, vehicles", r"machin|electr|transport eq|vehicle|\bcars?\b|automo|computer|aircraft"),
    ("materials", "Materials and chemicals", r"chem|pharma|plastic|rubber|metal|steel|iron|mineral|wood|paper|print|glass"),
)  # fmt: skip
"""(key, name, words): the first kind whose words a sector's name holds is its group."""
OTHER = ("other", "Other goods")


@dataclass(frozen=True)
class Group:
    """Sectors that one slider moves."""

    scope: str
    """As in a link: `@agriculture`, or the code of a sector."""
    name: str
    sectors: tuple[int, ...]
    """Positions in the world."""


def all_goods(world: World) -> Group:
    """Every sector that may carry a tariff."""
    return Group(ALL_GOODS, "All goods", _tradable(world))


def groups_of(world: World) -> tuple[Group, ...]:
    """The groups of a world, in the order of their first sector."""
    tradable = _tradable(world)
    if len(tradable) <= FEW:
        return by_sector(world)
    found: dict[tuple[str, str], list[int]] = {}
    for s in tradable:
        found.setdefault(_kind(world.sector_names[s]), []).append(s)
    return tuple(Group(f"@{key}", name, tuple(sectors)) for (key, name), sectors in found.items())


def by_sector(world: World) -> tuple[Group, ...]:
    """One group per sector that may carry a tariff."""
    return tuple(Group(world.sectors[s], world.sector_names[s], (s,)) for s in _tradable(world))


def _tradable(world: World) -> tuple[int, ...]:
    return tuple(s for s in range(world.n_sectors) if world.tradable[s])


def _kind(name: str) -> tuple[str, str]:
    text = name.casefold()
    return next(((key, title) for key, title, words in KINDS if re.search(words, text)), OTHER)
