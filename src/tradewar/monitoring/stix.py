"""Incidents and actors as a STIX 2.1 bundle; `stix_import` reads one.

| ours | STIX |
|---|---|
| incident | `incident` (core): labels for type, motive, date, meaning of the date; event_id as external reference |
| actor | `intrusion-set`, with the aliases of the MISP galaxy where the extra is installed |
| sponsor | `location`, by `originates-from` of the actor; government `identity`, by `related-to` of the incident |
| victim | `identity` of class `class` with its sector, and `location`, by `targets` |

Identifiers are UUIDv5 of a project namespace, a key and the content, and `created` is fixed: exporting the same
incidents twice gives the same bytes, and a corrected incident is another object, since STIX takes two objects of one
identifier and one `modified` for the same. A disclosure date never becomes `first_seen`: campaigns are written only for
incidents whose date is that of the operation. All objects are marked TLP clear. An actor or
relationship that several incidents share is written once, with the union of its goals and the highest confidence,
whatever their order.

Source: OASIS, STIX Version 2.1 (2021).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tradewar.errors import EvidenceError, Problem
from tradewar.monitoring.countries import countries
from tradewar.monitoring.extras import load
from tradewar.monitoring.incidents import Incident
from tradewar.monitoring.vocabulary import STIX_MOTIVATION, stix_sector

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://github.com/tradewar/tradewar/stix")
CREATED = "2019-01-01T00:00:00.000Z"
DEFAULT_CONFIDENCE = 50
TLP_CLEAR = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"
"""Predefined by STIX 2.1 under the older name TLP:WHITE, so that no bundle needs to carry it."""


def stable_id(kind: str, key: str) -> str:
    """`kind--UUIDv5`, the same for the same key in every export."""
    return f"{kind}--{uuid.uuid5(NAMESPACE, f'{kind}:{key}')}"


def to_stix(
    incidents: Sequence[Incident],
    confidence: Mapping[tuple[str, str], int] | None = None,
    title: str = "Adversary activity",
) -> str:
    """The bundle as text, parsed and validated by stix2 before it is returned.

    Args:
        incidents: what to export; none twice.
        confidence: attribution by (data set, event_id), 0 to 100 (`activity.attribution_confidence`).
        title: name of the `report` object, which refers to all others.

    Raises:
        EvidenceError: no incidents, two with the same identifier, or stix2 missing.
    """
    stix2 = load("stix2", "the STIX export")
    keys = [(item.dataset, item.event_id) for item in incidents]
    if not keys or len(set(keys)) < len(keys):
        what = "are none" if not keys else f"hold {len(keys) - len(set(keys))} identifiers twice"
        raise EvidenceError(Problem("incidents", what, "Give each incident once"))
    objects: dict[str, dict[str, Any]] = {}
    for item in incidents:
        trust = (confidence or {}).get((item.dataset, item.event_id), DEFAULT_CONFIDENCE)
        for entry in _objects(item, trust):
            known = objects.get(entry["id"])
            objects[entry["id"]] = entry if known is None else _merged(known, entry)
    ordered = _by_content(objects)
    ordered.append(_report(title, [entry["id"] for entry in ordered]))
    bundle = {"type": "bundle", "id": stable_id("bundle", str(ordered[-1]["id"])), "objects": ordered}
    stix2.parse(bundle, allow_custom=False)
    return json.dumps(bundle, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _by_content(objects: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The objects under identifiers of key and content, in their order."""
    renamed: dict[str, str] = {}
    for relations in (False, True):
        for key, entry in objects.items():
            if (entry["type"] == "relationship") is relations:
                for end in ("source_ref", "target_ref") if relations else ():
                    entry[end] = renamed[entry[end]]
                content = json.dumps({**entry, "id": key}, sort_keys=True)
                entry["id"] = renamed[key] = stable_id(entry["type"], content)
    return sorted(objects.values(), key=lambda entry: str(entry["id"]))


def _merged(known: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(known) | dict(entry)
    for name in ("goals", "aliases"):
        both = {*known.get(name, ()), *entry.get(name, ())}
        if both:
            merged[name] = sorted(both)
    for name, choose in (("confidence", max), ("primary_motivation", min)):
        values = [source[name] for source in (known, entry) if name in source]
        if values:
            merged[name] = choose(values)
    return merged


def _report(title: str, references: list[str]) -> dict[str, Any]:
    fields = {"report_types": ["threat-report"], "published": CREATED, "object_refs": references}
    return _base("report", f"{title}|{'|'.join(references)}", name=title, **fields)


def _objects(item: Incident, confidence: int) -> Iterator[dict[str, Any]]:
    incident = _incident(item, confidence)
    yield incident
    targets = [*(_sector(sector) for sector in item.sectors), *(_location(code) for code in item.victims)]
    sponsors = [_government(code) for code in item.sponsors]
    yield from targets
    for government in sponsors:
        yield government
        yield _relation("related-to", incident, government, confidence)
    for target in targets:
        yield _relation("related-to", incident, target)
    for name in item.actors:
        actor = _actor(name, item)
        yield actor
        yield _relation("related-to", incident, actor, confidence)
        # with several sponsors the data do not say whose actor it is
        if len(item.sponsors) == 1:
            location = _location(item.sponsors[0])
            yield location
            yield _relation("originates-from", actor, location, confidence)
        for target in targets:
            yield _relation("targets", actor, target, confidence)
    if item.date_meaning == "operation_start" and item.date:
        campaign = _campaign(item)
        yield campaign
        yield _relation("related-to", incident, campaign)
        for target in targets:
            yield _relation("targets", campaign, target)


def _base(kind: str, key: str, **fields: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": stable_id(kind, key),
        "created": CREATED,
        "modified": CREATED,
        "object_marking_refs": [TLP_CLEAR],
        **fields,
    }


def _incident(item: Incident, confidence: int) -> dict[str, Any]:
    labels = [f"dataset:{item.dataset}", f"date-meaning:{item.date_meaning}"]
    labels += [f"date:{item.date}", f"date-precision:{item.date_precision}"] if item.date else ["date:undated"]
    labels += [f"type:{item.type}"] if item.type else []
    labels += [f"motive:{motive}" for motive in item.motives]
    labels += ["actor-profile"] if item.actor_profile else []
    labels += ["attribution:suggested"] if item.suggested else []
    references = [{"source_name": item.dataset, "external_id": item.event_id}]
    references += [{"source_name": "report", "url": item.source_url}] if item.source_url else []
    key = f"{item.dataset}/{item.event_id}"
    return _base(
        "incident", key, name=item.event_id, labels=labels, confidence=confidence, external_references=references
    )


def _sector(sector: str) -> dict[str, Any]:
    word = stix_sector(sector)
    fields: dict[str, Any] = {"sectors": [word]} if word else {}
    return _base(
        "identity", f"sector/{sector}", name=sector, identity_class="class", labels=[f"sector:{sector}"], **fields
    )


def _government(code: str) -> dict[str, Any]:
    fields = {"identity_class": "organization", "sectors": ["government-national"], "labels": [f"sponsor:{code}"]}
    return _base("identity", f"government/{code}", name=f"Government of {_name(code)}", **fields)


def _location(code: str) -> dict[str, Any]:
    country = countries().get(code)
    # organisations such as NATO have no ISO code: they are located in their region
    place = {"country": country.iso2} if country and country.iso2 else {"region": "europe"}
    return _base("location", code, name=_name(code), labels=[f"iso3:{code}"], **place)


def _name(code: str) -> str:
    country = countries().get(code)
    return country.name if country else code


def _actor(name: str, item: Incident) -> dict[str, Any]:
    canonical, aliases = _galaxy(name)
    fields: dict[str, Any] = {"goals": sorted(item.motives)} if item.motives else {}
    motivation = [STIX_MOTIVATION[motive] for motive in item.motives if motive in STIX_MOTIVATION]
    fields |= {"primary_motivation": min(motivation)} if motivation else {}
    fields |= {"aliases": sorted(aliases)} if aliases else {}
    fields |= {"resource_level": "government"} if item.sponsors and not item.suggested else {}
    return _base("intrusion-set", canonical, name=canonical, **fields)


def _galaxy(name: str) -> tuple[str, set[str]]:
    from tradewar.monitoring.actors import find_actor

    try:
        found = find_actor(name)
    except EvidenceError:
        # names stand as they are where the galaxy is not installed
        found = None
    return (name, set()) if found is None else (found.name, {*found.aliases, name} - {found.name})


def galaxy_name(name: str) -> str:
    """The galaxy's name of an actor; the name itself where unknown or where the galaxy is not installed."""
    return _galaxy(name)[0]


def _campaign(item: Incident) -> dict[str, Any]:
    key = f"{item.dataset}/{item.event_id}"
    fields = {
        "labels": [f"first-seen-precision:{item.date_precision}"],
        "first_seen": f"{item.first_day}T00:00:00.000Z",
    }
    return _base("campaign", key, name=f"Operation of {item.event_id}", **fields)


def _relation(
    kind: str, source: Mapping[str, Any], target: Mapping[str, Any], confidence: int | None = None
) -> dict[str, Any]:
    fields: dict[str, Any] = {"relationship_type": kind, "source_ref": source["id"], "target_ref": target["id"]}
    if confidence is not None:
        fields["confidence"] = confidence
    return _base("relationship", f"{kind}|{source['id']}|{target['id']}", **fields)
