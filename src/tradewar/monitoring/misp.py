"""Incidents as MISP events (JSON), written through pymisp so that the keys are those of MISP.

One event per incident: `info`, `date` (its meaning in the comment of an attribute), analysis completed, distribution
to the own organisation only. The report is a `link`; the identifier and the meaning of the date are `text`. Tags name
actor, sector and target country in the words of the MISP galaxy. UUIDs are UUIDv5 of key and content, as in the STIX
export: the same incidents give the same bytes, and a corrected one is another event, since MISP takes two events of one
UUID and one timestamp for the same.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any

from tradewar.errors import EvidenceError, Problem
from tradewar.io.serialize import plain_data
from tradewar.monitoring.countries import countries
from tradewar.monitoring.extras import load
from tradewar.monitoring.incidents import Incident
from tradewar.monitoring.stix import NAMESPACE, galaxy_name
from tradewar.monitoring.vocabulary import MISP_SECTOR

ANALYSIS_COMPLETED = 2
OWN_ORGANISATION = 0
THREAT_LEVEL_UNDEFINED = 4
TIMESTAMP = 1546300800
"""2019-01-01, fixed: an export of the same incidents is the same."""


def to_misp(incidents: Sequence[Incident]) -> str:
    """A JSON list of MISP events. Undated incidents are refused, since a MISP event needs a date.

    Raises:
        EvidenceError: no incidents, undated ones, or pymisp missing.
    """
    pymisp = load("pymisp", "the MISP export")
    undated = [item.event_id for item in incidents if not item.date]
    if not incidents or undated:
        what = f"{len(undated)} are undated ({', '.join(undated[:8])})" if undated else "are none"
        raise EvidenceError(Problem("incidents", what, "A MISP event needs a date: leave these out"))
    events = [json.loads(_event(item, pymisp).to_json(sort_keys=True)) for item in incidents]
    return json.dumps(events, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _event(item: Incident, pymisp: Any) -> Any:
    key = json.dumps([f"{item.dataset}/{item.event_id}", plain_data(item)], sort_keys=True, ensure_ascii=False)
    event = pymisp.MISPEvent()
    event.uuid = _uuid(f"event:{key}")
    sponsors = ", ".join(_name(code) for code in item.sponsors) or "unknown sponsor"
    how = "suggested to be of" if item.suggested else "attributed to"
    event.info = f"{item.event_id}: operation {how} {sponsors}"
    event.date = item.first_day
    event.analysis = ANALYSIS_COMPLETED
    event.distribution = OWN_ORGANISATION
    event.threat_level_id = THREAT_LEVEL_UNDEFINED
    event.timestamp = TIMESTAMP
    meaning = f"date = {item.date_meaning.replace('_', ' ')}, precision {item.date_precision}"
    attributes = [("text", "Internal reference", item.event_id, meaning)]
    if item.source_url:
        attributes.append(("link", "External analysis", item.source_url, "public report"))
    for kind, category, value, comment in attributes:
        event.add_attribute(
            kind,
            value,
            category=category,
            comment=comment,
            uuid=_uuid(f"attribute:{key}:{kind}:{value}"),
            timestamp=TIMESTAMP,
            to_ids=False,
        )
    for tag in _tags(item):
        event.add_tag(tag)
    return event


def _tags(item: Incident) -> list[str]:
    """Tags in the words of the galaxy; what it has no word for is a tag of our own, so that nothing is lost."""
    tags = ["tlp:clear"]
    tags += [f'misp-galaxy:threat-actor="{galaxy_name(name)}"' for name in item.actors]
    for kind, values, words in (
        ("sector", item.sectors, MISP_SECTOR),
        ("target-information", item.victims, _target_names()),
    ):
        tags += [f'misp-galaxy:{kind}="{words[v]}"' if v in words else f'tradewar:{kind}="{v}"' for v in values]
    return list(dict.fromkeys(tags))


def _uuid(key: str) -> str:
    return str(uuid.uuid5(NAMESPACE, key))


@cache
def _target_names() -> dict[str, str]:
    """Names of the cluster `target-information` by ISO3."""
    cluster = load("pymispgalaxies", "the MISP export").Clusters(skip_duplicates=True).get("target-information")
    found: dict[str, str] = {}
    for value in cluster.values():
        entry = value.to_dict()
        codes: Any = (entry.get("meta") or {}).get("iso-code") or ()
        found |= dict.fromkeys([codes] if isinstance(codes, str) else codes, str(entry["value"]))
    return {code: found[code] for code in countries() if code in found}


def _name(code: str) -> str:
    country = countries().get(code)
    return country.name if country else code
