"""Names and aliases of actors, from the MISP galaxy (pymispgalaxies, data CC0).

One group goes by many names: APT10 is Stone Panda is MenuPass. Aliases are those of the threat-actor cluster and of the
ATT&CK group whose number the cluster lists (names of ATT&CK: The MITRE Corporation, read from the installed package,
not bundled). Names are compared without case, spaces and punctuation. A name that several groups share is ambiguous
and is left as it stands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from tradewar.monitoring.countries import countries
from tradewar.monitoring.extras import load


@dataclass(frozen=True)
class Actor:
    """One group of the galaxy."""

    name: str
    uuid: str
    aliases: tuple[str, ...]
    country: str
    """ISO3 to which the galaxy attributes it; empty where none."""
    attribution_confidence: int | None
    """0 to 100 as coded in the galaxy."""


def folded(name: str) -> str:
    """A name without case, spaces and punctuation; letters, marks and digits of every script stay."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in plain if unicodedata.category(letter)[0] in "LMN") or name


@cache
def actors() -> tuple[Actor, ...]:
    """Every group of the threat-actor cluster.

    Raises:
        EvidenceError: where pymispgalaxies is not installed.
    """
    galaxies = load("pymispgalaxies", "the names and aliases of actors")
    clusters = galaxies.Clusters(skip_duplicates=True)
    by_iso2 = {country.iso2: code for code, country in countries().items() if country.iso2}
    attack = _attack_names(value.to_dict() for value in clusters.get("mitre-intrusion-set").values())
    return tuple(_actor(value.to_dict(), by_iso2, attack) for value in clusters.get("threat-actor").values())


def _attack_names(entries: Iterable[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Names of each ATT&CK group by its number (G0045)."""
    names: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        name, _, number = str(entry["value"]).rpartition(" - ")
        names[number] = (name, *((entry.get("meta") or {}).get("synonyms") or ()))
    return names


def _actor(entry: dict[str, Any], by_iso2: dict[str, str], attack: dict[str, tuple[str, ...]]) -> Actor:
    meta: dict[str, Any] = entry.get("meta") or {}
    aliases: list[str] = list(meta.get("synonyms") or ())
    aliases += [name for alias in tuple(aliases) for name in attack.get(alias, ())]
    confidence = str(meta.get("attribution-confidence", ""))
    return Actor(
        name=entry["value"],
        uuid=str(entry["uuid"]),
        aliases=tuple(dict.fromkeys(aliases)),
        country=by_iso2.get(str(meta.get("country", "")).upper(), ""),
        attribution_confidence=int(confidence) if confidence.isdigit() else None,
    )


@cache
def _index() -> dict[str, Actor | None]:
    """Folded names; None where several groups share one. A group's own name wins over the alias of another."""
    index: dict[str, Actor | None] = {}
    for actor in actors():
        for alias in {folded(alias) for alias in actor.aliases}:
            index[alias] = None if alias in index and index[alias] is not actor else actor
    own: dict[str, list[Actor]] = {}
    for actor in actors():
        own.setdefault(folded(actor.name), []).append(actor)
    return index | {name: found[0] if len(found) == 1 else None for name, found in own.items()}


def find_actor(name: str) -> Actor | None:
    """The group of a name or alias; None where unknown or ambiguous."""
    return _index().get(folded(name))


def canonical_name(name: str) -> str:
    """The galaxy's name of a group; the name itself where unknown or ambiguous."""
    found = find_actor(name)
    return found.name if found else name
