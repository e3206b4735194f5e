"""STIX and MISP exports, STIX import, names of actors (check M42)."""

from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any

import pytest

from tradewar.errors import EvidenceError
from tradewar.monitoring.actors import canonical_name, find_actor
from tradewar.monitoring.extras import load
from tradewar.monitoring.incident_files import read_incidents
from tradewar.monitoring.incidents import Incident
from tradewar.monitoring.misp import to_misp
from tradewar.monitoring.stix import incidents_of_bundle, stable_id, to_stix
from tradewar.monitoring.vocabulary import MISP_SECTOR, STIX_SECTORS, stix_sector

DISCLOSED = Incident(
    "cfr-0481",
    "cfr",
    "2018-12-20",
    "day",
    "public_disclosure",
    ("CHN",),
    ("SWE", "USA"),
    ("technology",),
    "espionage",
    ("espionage",),
    ("Stone Panda",),
    "https://example.org/report",
)
STARTED = Incident("dcid-9", "dcid2", "2014-05-01", "day", "operation_start", ("RUS", "BLR"), ("NATO",), ("media",))
YEAR_ONLY = Incident("own-1", "own", "2017", "year", "operation_start", (), actors=("menuPass", "Nobody Knows Them"))


def objects(bundle: str, kind: str) -> list[dict[str, Any]]:
    return [entry for entry in json.loads(bundle)["objects"] if entry["type"] == kind]


def test_m42_the_export_is_valid_stable_and_never_dates_an_operation_by_its_disclosure() -> None:
    import stix2

    text = to_stix([DISCLOSED])
    assert text == to_stix([DISCLOSED])
    parsed = stix2.parse(text, allow_custom=False)
    assert {entry.type for entry in parsed.objects} >= {"incident", "intrusion-set", "location", "identity", "report"}
    assert "first_seen" not in text and not objects(text, "campaign")
    (incident,) = objects(text, "incident")
    assert incident["id"] == stable_id("incident", "cfr/cfr-0481")
    assert incident["external_references"][0] == {"source_name": "cfr", "external_id": "cfr-0481"}
    assert "date-meaning:public_disclosure" in incident["labels"]


def test_m42_from_the_data_set(incident_data: Path) -> None:
    found = [i for i in read_incidents(incident_data / "cfr" / "events.csv").incidents if i.event_id == "cfr-0481"]
    assert to_stix(found) == to_stix(found) and "first_seen" not in to_stix(found)


def test_the_order_of_incidents_does_not_matter() -> None:
    twin = Incident(
        "x", "own", "2017-01-02", "day", "operation_start", ("CHN",), motives=("financial",), actors=("APT10",)
    )
    assert to_stix([DISCLOSED, twin, STARTED]) == to_stix([STARTED, twin, DISCLOSED])
    (actor,) = objects(to_stix([DISCLOSED, twin]), "intrusion-set")
    assert actor["goals"] == ["espionage", "financial"] and actor["name"] == "APT10"
    assert "Stone Panda" in actor["aliases"]


def test_an_operation_with_a_start_becomes_a_campaign() -> None:
    (campaign,) = objects(to_stix([STARTED]), "campaign")
    assert campaign["first_seen"] == "2014-05-01T00:00:00.000Z"
    (undated,) = objects(to_stix([YEAR_ONLY]), "campaign")
    assert undated["labels"] == ["first-seen-precision:year"]


def test_incidents_survive_the_way_through_stix() -> None:
    back = incidents_of_bundle(to_stix([DISCLOSED, STARTED, YEAR_ONLY]), "bundle.json")
    assert not back.refused
    found = {item.event_id: item for item in back.incidents}
    for item in (DISCLOSED, STARTED, YEAR_ONLY):
        other = found[item.event_id]
        assert (other.date, other.date_meaning, other.date_precision) == (
            item.date,
            item.date_meaning,
            item.date_precision,
        )
        assert set(other.sponsors) == set(item.sponsors) and set(other.victims) == set(item.victims)
        assert (other.sectors, other.type, other.motives) == (item.sectors, item.type, item.motives)
        assert {canonical_name(name) for name in item.actors} == set(other.actors)


def test_a_foreign_bundle_is_read_with_what_it_says(incident_data: Path) -> None:
    (found,) = read_incidents(incident_data / "stix_example.json").incidents
    assert (found.event_id, found.sponsors, found.victims) == ("cfr-0481", ("CHN",), ("USA",))
    assert found.date == "" and found.actors == ("APT10",)


def test_faulty_bundles_are_refused(tmp_path: Path) -> None:
    for text, says in (("{", "is not JSON"), ('{"type": "report"}', "no STIX bundle"), ("[]", "no STIX bundle")):
        with pytest.raises(EvidenceError, match=says):
            incidents_of_bundle(text, "x.json")
    bundle = json.loads(to_stix([DISCLOSED, STARTED]))
    for entry in bundle["objects"]:
        if entry.get("name") == "dcid-9":
            entry["labels"] = [label.replace("2014-05-01", "2014-15-01") for label in entry["labels"]]
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle), encoding="utf-8")
    found = read_incidents(path)
    assert [item.event_id for item in found.incidents] == ["cfr-0481"]
    assert "2014-15-01" in str(found.refused[0].problem)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"labels": [3]}, "labels are not a list of texts"),
        ({"external_references": [None]}, "external_references are not"),
        ({"id": None}, "id is not text"),
        ({"name": {"a": 1}, "labels": "x"}, "name is not text; labels are not"),
    ],
)
def test_a_faulty_incident_object_is_refused_alone(change: dict[str, Any], says: str) -> None:
    bundle = json.loads(to_stix([DISCLOSED, STARTED]))
    for entry in bundle["objects"]:
        if entry.get("name") == "dcid-9":
            entry.update(change)
    found = incidents_of_bundle(json.dumps({**bundle, "objects": [*bundle["objects"], 7, None]}), "x.json")
    assert [item.event_id for item in found.incidents] == ["cfr-0481"]
    assert says in str(found.refused[0].problem) and "dcid-9" in found.refused[0].row["object"]


def test_an_incident_given_twice_is_refused_the_second_time() -> None:
    bundle = json.loads(to_stix([DISCLOSED]))
    twice = [*bundle["objects"], *objects(json.dumps(bundle), "incident")]
    found = incidents_of_bundle(json.dumps({**bundle, "objects": twice}), "x.json")
    assert (len(found.incidents), len(found.refused)) == (1, 1)


def test_exports_refuse_what_they_cannot_write() -> None:
    with pytest.raises(EvidenceError, match="twice"):
        to_stix([DISCLOSED, DISCLOSED])
    with pytest.raises(EvidenceError, match="none"):
        to_stix([])
    with pytest.raises(EvidenceError, match="undated"):
        to_misp([Incident("a", "own", "", "", "operation_start", ("CHN",))])


def test_misp_events_are_read_by_pymisp() -> None:
    import pymisp

    text = to_misp([DISCLOSED, STARTED, YEAR_ONLY])
    assert text == to_misp([DISCLOSED, STARTED, YEAR_ONLY])
    events = [pymisp.MISPEvent() for _ in range(3)]
    for event, content in zip(events, json.loads(text), strict=True):
        event.load(content)
    first = events[0]
    assert (str(first.date), int(first.analysis), int(first.distribution)) == ("2018-12-20", 2, 0)
    tags = {tag.name for tag in first.tags}
    assert 'misp-galaxy:threat-actor="APT10"' in tags
    assert 'misp-galaxy:target-information="United States"' in tags and 'misp-galaxy:sector="Technology"' in tags
    assert any("date = public disclosure" in attribute.comment for attribute in first.attributes)


def test_misp_words_exist_in_the_galaxy() -> None:
    import pymispgalaxies

    clusters = pymispgalaxies.Clusters(skip_duplicates=True)
    words = {value.value for value in clusters.get("sector").values()}
    assert set(MISP_SECTOR.values()) <= words
    assert "United States" in {value.value for value in clusters.get("target-information").values()}


def test_actors_go_by_many_names() -> None:
    for name in ("Stone Panda", "STONE-PANDA", "menuPass", "apt 10"):
        assert canonical_name(name) == "APT10"
    found = find_actor("Fancy Bear")
    assert found is not None and (found.name, found.country) == ("APT28", "RUS")
    assert canonical_name("Nobody Knows Them") == "Nobody Knows Them"


def test_sectors_have_a_word_in_stix() -> None:
    assert len(STIX_SECTORS) == 34
    assert (stix_sector("media"), stix_sector("technology"), stix_sector("gardens")) == (
        "entertainment",
        "technology",
        None,
    )


def test_a_missing_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("stix2"):
            raise ModuleNotFoundError(name)
        return original(name, *args, **kwargs)

    monkeypatch.setattr("importlib.import_module", lambda name: missing(name))
    with pytest.raises(EvidenceError, match=r"stix2.*STIX export.*pip install"):
        to_stix([DISCLOSED])
    with pytest.raises(EvidenceError, match="not installed"):
        load("stix2.parsing", "a test")
