"""Incidents and actors as a STIX 2.1 bundle, and back.

| ours | STIX |
|---|---|
| incident | `incident` (core): labels for type, motive, date, meaning of the date; event_id as external reference |
| actor | `intrusion-set`, with the aliases of the MISP galaxy where the extra is installed |
| sponsor | `location`, by `originates-from` of the actor; government `identity`, by `related-to` of the incident |
| victim | `identity` of class `class` with its sector, and `location`, by `targets` |

Identifiers are UUIDv5 of a project namespace and a key, and `created` is fixed, so that exporting the same incidents
twice gives the same bytes. A disclosure date never becomes `first_seen`: campaigns are written only for incidents
whose date is that of the operation. All objects are
marked TLP clear. An actor or relationship that several incidents share is written once, with the union of its goals and
the highest confidence, whatever their order.

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
from tradewar.monitoring.incidents import MAX_ROWS, Incident, IncidentFile, accept
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
    ordered = [objects[key] for key in sorted(objects)]
    ordered.append(_report(title, [entry["id"] for entry in ordered]))
    bundle_key = "|".join(sorted(f"{name}/{event}" for name, event in keys))
    bundle = {"type": "bundle", "id": stable_id("bundle", bundle_key), "objects": ordered}
    stix2.parse(bundle, allow_custom=False)
    return json.dumps(bundle, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


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
    fields |= {"resource_level": "government"} if item.sponsors else {}
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
    day = item.date + "-01-01"[len(item.date) - 10 :] if len(item.date) < 10 else item.date
    key = f"{item.dataset}/{item.event_id}"
    fields = {"labels": [f"first-seen-precision:{item.date_precision}"], "first_seen": f"{day}T00:00:00.000Z"}
    return _base("campaign", key, name=f"Operation of {item.event_id}", **fields)


def _relation(
    kind: str, source: Mapping[str, Any], target: Mapping[str, Any], confidence: int | None = None
) -> dict[str, Any]:
    fields: dict[str, Any] = {"relationship_type": kind, "source_ref": source["id"], "target_ref": target["id"]}
    if confidence is not None:
        fields["confidence"] = confidence
    return _base("relationship", f"{kind}|{source['id']}|{target['id']}", **fields)


# ---------------------------------------------------------------- import


def incidents_of_bundle(text: str, name: str, max_rows: int = MAX_ROWS) -> IncidentFile:
    """Incidents of a bundle: the `incident` objects with what they are related to, refused one by one where wrong.

    Sponsors are read from related government identities, the date from a label `date:`. In a foreign bundle sponsors
    are the origins of related intrusion sets, and an incident dated in another way is undated, of the meaning
    `event_or_report`.

    Raises:
        EvidenceError: text that is not JSON, or holds no bundle.
    """
    try:
        bundle = json.loads(text)
    except json.JSONDecodeError as fault:
        raise EvidenceError(
            Problem(f"{name}, line {fault.lineno}", f"is not JSON ({fault.msg})", "Correct it")
        ) from None
    if not isinstance(bundle, dict) or bundle.get("type") != "bundle" or not isinstance(bundle.get("objects"), list):
        raise EvidenceError(Problem(name, "holds no STIX bundle", "Give an object of type bundle with its objects"))
    objects = [_cleaned(entry) for entry in bundle["objects"]]
    by_id = {entry["id"]: entry for entry, _ in objects}
    related: dict[str, list[dict[str, Any]]] = {}
    origins: dict[str, list[dict[str, Any]]] = {}
    for entry in by_id.values():
        if entry.get("type") == "relationship":
            target = by_id.get(entry["target_ref"])
            if target is not None:
                kind = origins if entry.get("relationship_type") == "originates-from" else related
                kind.setdefault(entry["source_ref"], []).append(target)
    rows: list[tuple[int, dict[str, str], dict[str, str] | Problem]] = []
    for number, (entry, fault) in enumerate(objects, start=1):
        if entry["type"] == "incident":
            where = f"{name}, object {number}"
            row = Problem(where, fault, "Correct the object") if fault else _row(entry, related, origins, name)
            rows.append((number, {"object": json.dumps(bundle["objects"][number - 1])}, row))
    return accept(rows, name, "stix", max_rows=max_rows)


_TEXTS = ("id", "type", "name", "relationship_type", "source_ref", "target_ref", "country")


def _cleaned(entry: Any) -> tuple[dict[str, Any], str]:
    """An object whose texts are texts and whose lists are lists, and what was wrong with it (empty if nothing)."""
    given: dict[str, Any] = entry if isinstance(entry, dict) else {}
    faults = [] if isinstance(entry, dict) else ["it is not an object"]
    faults += [f"{name} is not text" for name in _TEXTS if not isinstance(given.get(name, ""), str)]
    cleaned = {name: given[name] if isinstance(given.get(name), str) else "" for name in _TEXTS}
    labels, references = (_list(given.get(name)) for name in ("labels", "external_references"))
    if labels is None or not all(isinstance(label, str) for label in labels):
        faults.append("labels are not a list of texts")
        labels = []
    if references is None or not all(_texts(reference) for reference in references):
        faults.append("external_references are not a list of objects of texts")
        references = []
    if cleaned["type"] == "incident" and not cleaned["id"]:
        faults.append("it has no id")
    return {**cleaned, "labels": labels, "external_references": references}, "; ".join(faults)


def _list(value: Any) -> list[Any] | None:
    return [] if value is None else value if isinstance(value, list) else None


def _texts(reference: Any) -> bool:
    return isinstance(reference, dict) and all(
        isinstance(reference.get(name, ""), str) for name in ("source_name", "external_id", "url")
    )


def _row(
    entry: Mapping[str, Any],
    related: Mapping[str, Sequence[dict[str, Any]]],
    origins: Mapping[str, Sequence[dict[str, Any]]],
    name: str,
) -> dict[str, str]:
    near = list(related.get(entry["id"], ()))
    labels = dict(label.partition(":")[::2] for label in entry["labels"] if ":" in label)
    motives = [label.removeprefix("motive:") for label in entry["labels"] if label.startswith("motive:")]
    foreign = "dataset" not in labels
    if foreign:
        # others hang targets and actors on the campaign
        near += [item for other in near if other.get("type") == "campaign" for item in related.get(other["id"], ())]
    actors = [item for item in near if item.get("type") == "intrusion-set"]
    sponsors = _labelled(near, "sponsor:")
    if foreign:
        sponsors += [code for actor in actors for code in _codes(origins.get(actor["id"], ())) if code]
    references = entry["external_references"] or [{}]
    date = labels.get("date", "")
    return {
        "event_id": str(references[0].get("external_id") or entry["name"] or entry["id"]),
        "dataset": labels.get("dataset") or str(references[0].get("source_name") or name),
        "date": "" if date == "undated" else date,
        "date_precision": labels.get("date-precision", ""),
        "date_meaning": labels.get("date-meaning", "event_or_report"),
        "sponsor_iso3": ";".join(dict.fromkeys(sponsors)),
        "victim_countries": ";".join(code for code in _codes(near) if code),
        "victim_sectors": ";".join(_labelled(near, "sector:")),
        "type": labels.get("type", ""),
        "motive": ";".join(motives),
        "actor": ";".join(actor["name"] for actor in actors),
        "source_url": next((r["url"] for r in references if "url" in r), ""),
        "actor_profile": "1" if "actor-profile" in entry["labels"] else "",
    }


def _labelled(objects: Sequence[Mapping[str, Any]], prefix: str) -> list[str]:
    labels = (label for item in objects for label in item["labels"])
    return [label.removeprefix(prefix) for label in labels if label.startswith(prefix)]


def _codes(objects: Sequence[Mapping[str, Any]]) -> list[str]:
    """ISO3 of the locations among related objects."""
    by_iso2 = {country.iso2: code for code, country in countries().items() if country.iso2}
    codes: list[str] = []
    for item in objects:
        if item.get("type") == "location":
            own = _labelled([item], "iso3:")
            codes.append(own[0] if own else by_iso2.get(str(item.get("country", "")).upper(), ""))
    return codes
