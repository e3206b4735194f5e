"""The layouts in which public trackers publish their tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradewar.monitoring.countries import code_of, codes_in, region_of
from tradewar.monitoring.incident_files import read_incidents
from tradewar.monitoring.incidents import IncidentFile


def read(tmp_path: Path, text: str) -> IncidentFile:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    return read_incidents(path)


CFR = """Title,Date,Affiliations,Description,Response,Victims,Sponsor,Type,Category,Sources_1
One,12/20/2018,,Text,,"Firms in the United States and Sweden",China,Espionage,Private sector,https://example.org/1
Two,2018-05-01,,Text,South Korea,Korea (Democratic People's Republic of),Sabotage,Government,,https://example.org/2
Three,2018-13-01,,Text,,Japan,China,Espionage,Government,
Four,2018-06-01,,Text,,Japan,Atlantis,Espionage,Government,
Five,,,Text,,Japan,"China, Russian Federation",Espionage,Military,
"""


def test_cfr_with_shifted_rows_put_right(tmp_path: Path) -> None:
    found = read(tmp_path, CFR)
    first, shifted, undated = found.incidents
    assert (first.date, first.sponsors, first.victims) == ("2018-12-20", ("CHN",), ("USA", "SWE"))
    assert (first.type, first.motives, first.date_meaning) == ("espionage", ("espionage",), "public_disclosure")
    assert (shifted.sponsors, shifted.victims, shifted.sectors) == (("PRK",), ("KOR",), ("government",))
    assert shifted.motives == ("disruption",)
    assert undated.sponsors == ("CHN", "RUS") and found.undated == 1
    assert [refusal.line for refusal in found.refused] == [4, 5]
    assert "'Atlantis' is not a known country" in str(found.refused[1].problem)


EUREPOC = [
    "ID,start_date,end_date,incident_type,initiator_country,receiver_country,receiver_category,receiver_category_subcode",
    "7,2018-01-01,,\"[['Data theft']]\",\"['China']\",\"[['United States'], ['EU (region)']]\","
    "\"[['Critical infrastructure']]\",\"[['Telecommunications']]\"",
    "8,2018-02-01,,Disruption,Not available,Germany,State institutions / political system,",
]


def test_eurepoc_with_nested_lists(tmp_path: Path) -> None:
    first, second = read(tmp_path, "\n".join(EUREPOC) + "\n").incidents
    assert (first.sponsors, first.victims, first.sectors) == (("CHN",), ("USA",), ("telecommunications",))
    assert first.date_meaning == "operation_start" and first.event_id == "eurepoc-7"
    assert (second.sponsors, second.victims, second.sectors) == ((), ("DEU",), ("government",))


DCID = """Cyberincidentnum,StateA,StateB,initiator,interactionstartdate,method
1,2,710,710,5/1/2014,4.4
2,2,365,365,2016-03-10,3
3,2,999,999,2016-03-10,3
"""


def test_dcid_with_state_numbers(tmp_path: Path) -> None:
    found = read(tmp_path, DCID)
    first, second = found.incidents
    assert (first.sponsors, first.victims, first.type) == (("CHN",), ("USA",), "malware-keystroke-logging")
    assert (second.sponsors, second.type) == (("RUS",), "network-intrusion")
    assert "'999' is not known" in str(found.refused[0].problem)


def test_csis_and_cissm(tmp_path: Path) -> None:
    (item,) = read(tmp_path, "date,sponsor,victim\nMay 2018,China;Russia,Japan\n").incidents
    assert (item.date, item.date_precision, item.sponsors, item.victims) == (
        "2018-05",
        "month",
        ("CHN", "RUS"),
        ("JPN",),
    )
    cissm = (
        "event_date,actor,actor_type,motive,event_type,country,actor_country\n"
        "2018-05-04,APT10,Nation-State,Industrial-Espionage,Exploitive,United States of America,China\n"
        "2018-05-05,Gang,Criminal,Financial,Exploitive,United States of America,Undetermined\n"
    )
    found = read(tmp_path, cissm)
    assert (len(found.incidents), found.left_out, found.rows_read) == (1, 1, 2)
    assert found.incidents[0].motives == ("espionage",) and found.incidents[0].date_meaning == "event_or_report"


@pytest.mark.parametrize(
    ("name", "code"),
    [("Iran (Islamic Republic of)", "IRN"), ("usa", "USA"), ("Viet Nam", "VNM"), ("South Korea", "KOR"), ("Oz", None)],
)
def test_country_names(name: str, code: str | None) -> None:
    assert code_of(name) == code


def test_countries_in_a_text_and_their_regions() -> None:
    assert codes_in("Ministries in South Korea, Nigeria and the United States") == ("KOR", "NGA", "USA")
    assert [region_of(code) for code in ("ISR", "USA", "VNM", "ZZZ")] == ["MENA", "North America", "Southeast Asia", ""]
