"""Incidents of a STIX 2.1 bundle, own or foreign.

Of several versions of one object the latest `modified` counts; revoked objects and relationships are left out. In a
bundle of our own, labels hold the facts. In another, a location that an incident targets is a victim, countries may be
codes or names, and an incident is undated, since the meaning of its dates is not known. The origin of the actor behind
it is the sponsor where the bundle says that a state is behind the actor (`threat_actor_types` or `resource_level`), a
suggested one where it says nothing, and none where it says that none is. Each fact that is there and not used is told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from tradewar.errors import EvidenceError, Problem
from tradewar.io import json
from tradewar.io.registers import dates
from tradewar.monitoring.countries import code_of
from tradewar.monitoring.incidents import MAX_ROWS, NOTE, IncidentFile, accept

_TEXTS = (
    "id", "type", "name", "relationship_type", "source_ref", "target_ref", "country", "modified", "resource_level",
)  # fmt: skip
_LISTS = ("labels", "sectors", "threat_actor_types")
_ACTORS = ("intrusion-set", "threat-actor")
_ORIGINS = ("originates-from", "located-at")
_CHAIN = 3
"""Steps from an incident to whoever is behind its actor."""
_Object = dict[str, Any]


@dataclass(frozen=True)
class _Bundle:
    """The objects that hold, by identifier, and what each is related to, by kind of relationship."""

    name: str
    by_id: Mapping[str, _Object]
    related: dict[str, list[tuple[str, _Object]]] = field(default_factory=dict[str, list[tuple[str, _Object]]])
    lost: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Remarks on relationships that could not be followed, by their source."""


def incidents_of_bundle(data: bytes | str, name: str, max_rows: int = MAX_ROWS) -> IncidentFile:
    """Incidents of a bundle: the `incident` objects with what they are related to, refused one by one where wrong.

    Raises:
        EvidenceError: text that is not JSON, is nested too deeply, or holds no bundle.
    """
    problems: list[Problem] = []
    content = json.parse(name, data, problems)
    if problems:
        raise EvidenceError(problems)
    bundle = cast("dict[str, Any]", content) if isinstance(content, dict) else {}
    if bundle.get("type") != "bundle" or not isinstance(bundle.get("objects"), list):
        raise EvidenceError(Problem(name, "holds no STIX bundle", "Give an object of type bundle with its objects"))
    raw = cast("list[Any]", bundle["objects"])
    objects = [_cleaned(entry) for entry in raw]
    newest = _newest([entry for entry, _ in objects])
    found = _relations(name, [entry for entry, _ in objects if newest.get(entry["id"]) is entry])
    rows: list[tuple[int, dict[str, str], dict[str, str] | Problem | None]] = []
    notes: list[str] = []
    for number, (entry, fault) in enumerate(objects, start=1):
        if entry["type"] != "incident":
            continue
        where = f"{name}, object {number}"
        latest = newest.get(entry["id"], entry)
        gone = latest["revoked"] or _moment(latest) != _moment(entry)
        if gone:
            why = "is revoked" if latest["revoked"] else f"is older than the version of {latest['modified']}"
            notes.append(f"{where}: {entry['name'] or entry['id']} {why}: left out.")
        wrong = Problem(where, fault, "Correct the object") if fault else None
        row = None if gone else wrong or _row(entry, raw[number - 1], found)
        rows.append((number, {"object": repr(raw[number - 1])}, row))
    return accept(rows, name, "stix", tuple(notes), max_rows)


def _newest(objects: Sequence[_Object]) -> dict[str, _Object]:
    """The object of each identifier that was modified last; the first of those modified at one time."""
    found: dict[str, _Object] = {}
    for entry in objects:
        if entry["id"] and _moment(entry) > _moment(found.get(entry["id"])):
            found[entry["id"]] = entry
    return found


def _moment(entry: _Object | None) -> dt.datetime:
    """When an object was modified; objects that do not say it are older than those that do."""
    found = dates.parse_instant(entry["modified"]) if entry is not None else None
    if isinstance(found, dt.datetime):
        return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
    day = found or (dt.date.min if entry is None else dt.date(1, 1, 2))
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _relations(name: str, objects: Sequence[_Object]) -> _Bundle:
    found = _Bundle(name, {entry["id"]: entry for entry in objects if entry["id"]})
    for entry in objects:
        if entry["type"] != "relationship":
            continue
        target = found.by_id.get(entry["target_ref"])
        lost = found.lost.setdefault(entry["source_ref"], [])
        if entry["revoked"] or (target is not None and target["revoked"]):
            lost.append(f"what it is {entry['relationship_type']} is revoked and was left out")
        elif target is None:
            lost.append(
                f"it is {entry['relationship_type']} {entry['target_ref'][:80]}, which the bundle does not hold"
            )
        else:
            found.related.setdefault(entry["source_ref"], []).append((entry["relationship_type"], target))
    return found


def _cleaned(entry: Any) -> tuple[_Object, str]:
    """An object whose texts are texts and whose lists are lists, and what was wrong with it (empty if nothing)."""
    given: _Object = cast("_Object", entry) if isinstance(entry, dict) else {}
    faults = [] if isinstance(entry, dict) else ["it is not an object"]
    faults += [f"{name} is not text" for name in _TEXTS if not isinstance(given.get(name, ""), str)]
    cleaned: _Object = {name: given[name] if isinstance(given.get(name), str) else "" for name in _TEXTS}
    for name in _LISTS:
        texts = _list(given.get(name))
        if texts is None or not all(isinstance(text, str) for text in texts):
            faults.append(f"{name} are not a list of texts")
            texts = []
        cleaned[name] = texts
    references = _list(given.get("external_references"))
    if references is None or not all(_are_texts(reference) for reference in references):
        faults.append("external_references are not a list of objects of texts")
        references = []
    if cleaned["type"] == "incident" and not cleaned["id"]:
        faults.append("it has no id")
    return {**cleaned, "external_references": references, "revoked": given.get("revoked") is True}, "; ".join(faults)


def _list(value: Any) -> list[Any] | None:
    return [] if value is None else cast("list[Any]", value) if isinstance(value, list) else None


def _are_texts(reference: Any) -> bool:
    return isinstance(reference, dict) and all(
        isinstance(cast("_Object", reference).get(name, ""), str) for name in ("source_name", "external_id", "url")
    )


# ---------------------------------------------------------------- one incident


def _row(entry: _Object, raw: Any, bundle: _Bundle) -> dict[str, str]:
    labels = dict(label.partition(":")[::2] for label in entry["labels"] if ":" in label)
    motives = [label.removeprefix("motive:") for label in entry["labels"] if label.startswith("motive:")]
    foreign = "dataset" not in labels
    near = [item for _, item in bundle.related.get(entry["id"], ())]
    remarks = [*bundle.lost.get(entry["id"], ())]
    if foreign:
        # others hang targets and actors on the campaign
        near += [item for other in near if other["type"] == "campaign" for item in _tied(bundle, other)]
        remarks += _dated(raw)
    actors = [item for item in near if item["type"] in _ACTORS]
    places = [item for item in near if item["type"] == "location"]
    sponsors, sectors = _labelled(near, "sponsor:"), _labelled(near, "sector:")
    attribution = labels.get("attribution", "")
    if foreign:
        stated, suggested = _origins(bundle, actors, remarks)
        sponsors += [*stated, *suggested]
        attribution = "suggested" if suggested and not stated else attribution
        identities = [item for item in near if item["type"] == "identity"]
        places += [place for item in identities for place in _tied(bundle, item, ("located-at",))]
        sectors += [sector for item in identities for sector in item["sectors"]]
    references = entry["external_references"] or [{}]
    date = labels.get("date", "")
    return {
        "event_id": str(references[0].get("external_id") or entry["name"] or entry["id"]),
        "dataset": labels.get("dataset") or str(references[0].get("source_name") or bundle.name),
        "date": "" if date == "undated" else date,
        "date_precision": labels.get("date-precision", ""),
        "date_meaning": labels.get("date-meaning", "event_or_report"),
        "sponsor_iso3": ";".join(dict.fromkeys(sponsors)),
        "attribution": attribution,
        "victim_countries": ";".join(_codes(places, remarks)),
        "victim_sectors": ";".join(dict.fromkeys(sectors)),
        "type": labels.get("type", ""),
        "motive": ";".join(motives),
        "actor": ";".join(actor["name"] for actor in actors),
        "source_url": next((r["url"] for r in references if "url" in r), ""),
        "actor_profile": "1" if "actor-profile" in entry["labels"] else "",
        NOTE: "\n".join(dict.fromkeys(remarks)),
    }


def _tied(bundle: _Bundle, entry: _Object, kinds: Sequence[str] = ()) -> list[_Object]:
    return [item for kind, item in bundle.related.get(entry["id"], ()) if not kinds or kind in kinds]


def _origins(bundle: _Bundle, actors: Sequence[_Object], remarks: list[str]) -> tuple[list[str], list[str]]:
    """Countries of origin of the actors that a state is said to be behind, and of those of which nothing is said."""
    stated: list[str] = []
    suggested: list[str] = []
    for actor in actors:
        chain = _behind(bundle, actor)
        remarks += [
            f"{item['name'] or item['id']}: {lost}" for item in chain for lost in bundle.lost.get(item["id"], ())
        ]
        codes = _codes([place for item in chain for place in _tied(bundle, item, _ORIGINS)], remarks)
        states = [_is_state(item) for item in chain]
        if True in states:
            stated += codes
        elif codes and False in states:
            remarks.append(f"{', '.join(codes)}: the bundle says that no state is behind {actor['name']!r}: no sponsor")
        elif codes:
            remarks.append(f"{', '.join(codes)}: origin of {actor['name']!r}, of which no state is said: suggested")
            suggested += [code for code in codes if code not in stated]
    return stated, suggested


def _is_state(actor: _Object) -> bool | None:
    """Whether an actor is said to be a state's; None where nothing is said."""
    kinds = {kind.casefold() for kind in actor["threat_actor_types"]} - {"unknown"}
    if "nation-state" in kinds or actor["resource_level"] == "government":
        return True
    return False if kinds - {"spy"} or actor["resource_level"] else None


def _behind(bundle: _Bundle, actor: _Object) -> list[_Object]:
    """The actor, and those to whom it is attributed."""
    found, front = [actor], [actor]
    for _ in range(_CHAIN):
        front = [item for one in front for item in _tied(bundle, one, ("attributed-to",)) if item not in found]
        found += front
    return found


def _labelled(objects: Sequence[_Object], prefix: str) -> list[str]:
    labels = (label for item in objects for label in item["labels"])
    return [label.removeprefix(prefix) for label in labels if label.startswith(prefix)]


def _codes(places: Sequence[_Object], remarks: list[str]) -> list[str]:
    """ISO3 of locations, by label, code or name; a place that is none of these is a remark."""
    codes: list[str] = []
    for item in places:
        own = _labelled([item], "iso3:")
        code = own[0] if own else code_of(item["country"]) or code_of(item["name"])
        if code is None:
            remarks.append(f"the location {item['country'] or item['name']!r} is no country that is known")
        else:
            codes.append(code)
    return list(dict.fromkeys(codes))


def _dated(raw: Any) -> list[str]:
    """Remarks on the dates of a foreign incident: they are not used, since their meaning is not known."""
    return [
        f"{key} {text} is not used: what the date stands for is not known"
        for key, text in _texts_in(raw)
        if key not in ("created", "modified")
        and len(text) >= 4
        and (dates.parse_period(text) is not None or dates.parse_instant(text) is not None)
    ]


def _texts_in(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """(key, text) of every text inside a value; the depth is bounded by the reader."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, item in cast("_Object", value).items():
            yield from _texts_in(item, name)
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _texts_in(item, key)
