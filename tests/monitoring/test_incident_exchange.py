"""STIX and MISP exports, STIX import, names of actors (check M42)."""

from __future__ import annotations

import builtins
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tradewar.errors import EvidenceError
from tradewar.monitoring.actors import canonical_name, find_actor, folded
from tradewar.monitoring.extras import load
from tradewar.monitoring.incident_files import read_incidents
from tradewar.monitoring.incidents import Incident
from tradewar.monitoring.misp import to_misp
from tradewar.monitoring.stix import to_stix
from tradewar.monitoring.stix_import import incidents_of_bundle
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
    for text, says in (
        ("{", "is not valid JSON"),
        ("[" * 100_000, "nested"),
        ('{"type": "report"}', "no STIX bundle"),
        ("[]", "no STIX bundle"),
    ):
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


def test_a_corrected_incident_goes_out_as_another_object() -> None:
    """STIX takes two objects of one identifier and one `modified` for the same."""
    corrected = replace(DISCLOSED, date="2018-11-04", sponsors=("RUS",), motives=("financial",))
    one, two = ({e["id"]: e for e in json.loads(to_stix([item]))["objects"]} for item in (DISCLOSED, corrected))
    assert all(one[key] == two[key] for key in set(one) & set(two))
    assert {e["name"] for e in two.values() if e["type"] == "location"} >= {"Sweden"}
    names = [
        e["external_references"][0]["external_id"]
        for side in (one, two)
        for e in side.values()
        if "external_references" in e
    ]
    assert names == ["cfr-0481"] * 2


def test_of_several_versions_the_latest_counts_and_what_is_revoked_is_left_out() -> None:
    bundle = json.loads(to_stix([DISCLOSED, STARTED, YEAR_ONLY]))
    first = next(e for e in bundle["objects"] if e.get("name") == "cfr-0481")
    newer = {**first, "modified": "2020-02-01T00:00:00Z"}
    newer["labels"] = [label.replace("2018-12-20", "2016-01-15") for label in first["labels"]]
    for entry in bundle["objects"]:
        if entry.get("name") == "own-1" or (entry.get("target_ref") == sponsor_of(bundle, "RUS")):
            entry |= {"revoked": True, "modified": "2020-02-01T00:00:00Z"}
    for objects in ([*bundle["objects"], newer], [newer, *bundle["objects"]]):
        found = incidents_of_bundle(json.dumps({**bundle, "objects": objects}), "b.json")
        assert {item.event_id: item.date for item in found.incidents} == {
            "cfr-0481": "2016-01-15",
            "dcid-9": "2014-05-01",
        }
        assert next(item for item in found.incidents if item.event_id == "dcid-9").sponsors == ("BLR",)
        assert found.left_out == 2 and not found.refused and found.rows_read == 4
        told = "\n".join(found.notes)
        assert "cfr-0481 is older than the version of 2020-02-01" in told and "own-1 is revoked" in told
        assert "is revoked and was left out" in told


def sponsor_of(bundle: dict[str, Any], code: str) -> str:
    return next(e["id"] for e in bundle["objects"] if f"sponsor:{code}" in e.get("labels", ()))


def foreign(*objects: dict[str, Any], **incident: Any) -> str:
    first = {"type": "incident", "id": "incident--1", "name": "Port", **incident}
    return json.dumps({"type": "bundle", "objects": [first, *objects]})


def tie(kind: str, source: str, target: str) -> dict[str, Any]:
    ends = {"source_ref": source, "target_ref": target}
    return {"type": "relationship", "id": f"relationship--{kind}{source}{target}", "relationship_type": kind, **ends}


def test_a_bundle_of_another_producer_loses_no_fact_without_a_word() -> None:
    objects = [
        {"type": "threat-actor", "id": "a", "name": "Iron Fox"},
        {"type": "location", "id": "p", "country": "CN"},
        {"type": "location", "id": "q", "country": "United States of America"},
        {"type": "location", "id": "r", "name": "Oz"},
        {"type": "identity", "id": "s", "name": "Port authority", "sectors": ["transportation"]},
        tie("attributed-to", "incident--1", "a"), tie("located-at", "a", "p"), tie("targets", "incident--1", "q"),
        tie("targets", "incident--1", "r"), tie("targets", "incident--1", "s"), tie("targets", "incident--1", "gone"),
    ]  # fmt: skip
    found = incidents_of_bundle(foreign(*objects, first_seen="2018-06-01T00:00:00Z"), "f.json")
    (item,) = found.incidents
    assert (item.sponsors, item.victims, item.sectors, item.actors) == (
        ("CHN",), ("USA",), ("transportation",), ("Iron Fox",))  # fmt: skip
    assert item.date == ""
    told = "\n".join(found.notes)
    assert "'Oz' is no country" in told and "first_seen 2018-06-01" in told and "does not hold" in told


@pytest.mark.parametrize(
    ("said", "sponsors", "suggested"),
    [
        ({}, ("CHN",), True),
        ({"threat_actor_types": ["unknown"]}, ("CHN",), True),
        ({"threat_actor_types": ["nation-state", "spy"]}, ("CHN",), False),
        ({"resource_level": "government"}, ("CHN",), False),
        ({"threat_actor_types": ["criminal"]}, (), False),
        ({"threat_actor_types": ["activist"], "resource_level": "club"}, (), False),
    ],
)
def test_the_origin_of_an_actor_is_a_sponsor_where_the_bundle_says_state(
    said: dict[str, Any], sponsors: tuple[str, ...], suggested: bool
) -> None:
    objects = [{"type": "threat-actor", "id": "a", "name": "Iron Fox", **said},
               {"type": "intrusion-set", "id": "i", "name": "Salt Wolf"},
               {"type": "location", "id": "p", "country": "CN"},
               tie("attributed-to", "incident--1", "i"), tie("attributed-to", "i", "a"),
               tie("located-at", "a", "p")]  # fmt: skip
    found = incidents_of_bundle(foreign(*objects), "f.json")
    (item,) = found.incidents
    assert (item.sponsors, item.suggested) == (sponsors, suggested)
    # what is not taken as it stands is told
    assert ("CHN" in "".join(found.notes)) == (suggested or not sponsors)
    again = incidents_of_bundle(foreign(*objects[:-1], {**objects[-1], "revoked": True}), "f.json")
    assert again.incidents[0].sponsors == () and "Iron Fox: what it is located-at is revoked" in "".join(again.notes)


def test_a_suggested_sponsor_goes_out_as_suggested() -> None:
    item = replace(DISCLOSED, suggested=True)
    bundle = to_stix([item])
    assert "attribution:suggested" in bundle and "resource_level" not in bundle
    assert incidents_of_bundle(bundle, "b.json").incidents[0].suggested
    assert "suggested to be of China" in to_misp([item])


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


def test_a_corrected_incident_is_another_event_in_misp() -> None:
    """MISP keeps the first of two events of one UUID and one timestamp."""
    corrected = replace(DISCLOSED, date="2018-11-04")
    events = [json.loads(to_misp([item]))[0] for item in (DISCLOSED, corrected, DISCLOSED)]
    events = [event.get("Event", event) for event in events]
    assert events[0] == events[2] and events[0]["uuid"] != events[1]["uuid"]
    assert not {a["uuid"] for a in events[0]["Attribute"]} & {a["uuid"] for a in events[1]["Attribute"]}


def test_what_the_galaxy_lacks_is_tagged_in_our_own_words() -> None:
    item = replace(DISCLOSED, victims=("CZE", "PSE", "NATO"), sectors=("media", "utilities"), actors=("海莲花", "白象"))
    tags = {tag["name"] for tag in json.loads(to_misp([item]))[0]["Tag"]}
    assert tags >= {
        'misp-galaxy:target-information="Czech Republic"', 'misp-galaxy:target-information="Palestine"',
        'tradewar:target-information="NATO"', 'misp-galaxy:sector="News - Media"', 'tradewar:sector="utilities"',
        'misp-galaxy:threat-actor="海莲花"', 'misp-galaxy:threat-actor="白象"',
    }  # fmt: skip


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
    for name in ("Nobody Knows Them", "白象", "海莲花", "---"):
        assert canonical_name(name) == name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("海莲花", "白象", False),
        ("ＡＰＴ１０", "apt-10", True),
        ("Équipe", "E\u0301quipe", True),
        ("समूह", "समह", False),
        ("Кобра 7", "кобра-7", True),
        ("🐼", "🐻", False),
    ],
)
def test_names_of_any_script_are_told_apart(one: str, other: str, same: bool) -> None:
    assert (folded(one) == folded(other)) == same
    assert canonical_name("海莲花") == "海莲花"


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
