"""The layouts in which public trackers publish their tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradewar.monitoring.activity import attribution_confidence
from tradewar.monitoring.countries import code_of, codes_in, prose, region_of
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
    [
        ("Iran (Islamic Republic of)", "IRN"),
        ("usa", "USA"),
        ("Viet Nam", "VNM"),
        ("South Korea", "KOR"),
        ("Oz", None),
        ("UK", "GBR"),
        ("U.A.E.", "ARE"),
        ("Northern Ireland", "GBR"),
        ("New Mexico", "USA"),
        ("South China Sea", None),
        ("中国", "CHN"),
        ("日本", "JPN"),
        ("Korea (Democratic People's Republic of)", "PRK"),
    ],
)
def test_country_names(name: str, code: str | None) -> None:
    assert code_of(name) == code


def test_countries_in_a_text_and_their_regions() -> None:
    assert codes_in("Ministries in South Korea, Nigeria and the United States") == ("KOR", "NGA", "USA")
    assert [region_of(code) for code in ("ISR", "USA", "VNM", "ZZZ")] == ["MENA", "North America", "Southeast Asia", ""]


# ---------------------------------------------------------------- victims named in a sentence


@pytest.mark.parametrize(
    ("text", "codes", "remark"),
    [
        ("US, UK and Germany", ("USA", "GBR", "DEU"), ""),
        ("USA, UAE, Japan", ("USA", "ARE", "JPN"), ""),
        ("Universities in New Mexico and Georgia", ("USA",), "'Georgia' could be GEO or a part of USA"),
        ("Ministries in Georgia and Armenia", ("GEO", "ARM"), ""),
        ("Claimants in the South China Sea", (), "names no country"),
        ("Bank of China branches in Nigeria; Guinea-Bissau", ("NGA", "GNB"), "'Bank of China' is taken for a firm"),
        ("Papua New Guinea, Equatorial Guinea, Democratic Republic of the Congo", ("PNG", "GNQ", "COD"), ""),
        ("Northern Ireland, American Samoa, Hong Kong", ("GBR", "ASM", "HKG"), ""),
        ("Burma; Swaziland; Macedonia; Cape Verde", ("MMR", "SWZ", "MKD", "CPV"), ""),
        ("Bosnia and Herzegovina and Trinidad and Tobago", ("BIH", "TTO"), ""),
        ("Firms in Latin America", (), "names no country"),
        ("Turkiye, Côte d'Ivoire", ("TUR", "CIV"), ""),
        ("tell us of Japan, Jordanian ministries", ("JPN",), "'Jordanian ministries' is no country"),
        ("New Jersey and Jersey", ("USA", "JEY"), ""),
        ("U.S., U.K. and U.A.E. ministries", ("USA", "GBR", "ARE"), ""),
        ("the UK's and the EU’s bodies", ("GBR", "EUU"), ""),
        ("Wales, Scotland; New South Wales", ("GBR", "AUS"), ""),
        ("Florida and Georgia", ("USA",), "'Georgia' could be GEO or a part of USA"),
        ("Atlanta, Georgia", ("USA",), ""),
        ("Republic of China", ("TWN",), ""),
        ("People's Republic of China", ("CHN",), ""),
        ("Korea (Democratic People's Republic of), Iran (Islamic Republic of)", ("PRK", "IRN"), ""),
        ("DR Congo, Republic of the Congo, Congo (Kinshasa)", ("COD", "COG"), ""),
        ("Antigua & Barbuda, Cote d’Ivoire", ("ATG", "CIV"), ""),
        ("US Virgin Islands, British Virgin Islands", ("VIR", "VGB"), ""),
        ("Niger State and Niger", ("NGA", "NER"), ""),
        ("New Britain, New Guinea", ("PNG",), ""),
        ("Firms on the Gulf of Mexico", (), "'Gulf of Mexico' is taken for a place"),
        ("Fishers of Lake Chad and the Taiwan Strait, Chad", ("TCD",), "'Taiwan Strait' is taken for a place"),
        ("China Telecom, Air India, Japan", ("JPN",), "'China Telecom' is taken for a firm"),
        ("Central Bank of Bangladesh; the Bank of the Philippines", ("BGD",), "'Bank of the Philippines' is taken"),
        ("Ruritania, France", ("FRA",), "'Ruritania' is no country"),
        ("Government, military and firms of Japan", ("JPN",), ""),
        ("Somalia, Romania, Nigeria, Indiana", ("SOM", "ROU", "NGA", "USA"), ""),
        ("", (), ""),
    ],
)
def test_countries_in_a_sentence(text: str, codes: tuple[str, ...], remark: str) -> None:
    found = prose(text)
    assert found.codes == codes
    assert bool(found.remarks) == bool(remark) and remark in "; ".join(found.remarks)


def test_what_was_not_understood_of_a_row_is_told(tmp_path: Path) -> None:
    rows = ["Title,Date,Victims,Sponsor,Type,Category"]
    rows += [f'{name},3/4/2017,"{who}",China and Russia,Espionage,Government' for name, who in
             (("One", "Claimants in the South China Sea"), ("Two", "Japan"))]  # fmt: skip
    found = read(tmp_path, "\n".join(rows) + "\n")
    assert [item.sponsors for item in found.incidents] == [("CHN", "RUS")] * 2
    assert len(found.notes) == 1 and found.notes[0].startswith("table.csv, line 2: victims: ")
    assert found.notes[0] in found.report()


# ---------------------------------------------------------------- who is a sponsor


@pytest.mark.parametrize(
    ("category", "sponsors", "suggested"),
    [
        ("['Non-state-group']", (), False),
        ("['Individual hacker(s)']", (), False),
        ("['Unknown - not attributed']", (), False),
        ("", (), False),
        ("['State']", ("CHN",), False),
        ("['Non-state actor, state-affiliation suggested']", ("CHN",), True),
    ],
)
def test_a_sponsor_is_where_the_source_says_state(
    tmp_path: Path, category: str, sponsors: tuple[str, ...], suggested: bool
) -> None:
    text = (
        "ID,start_date,initiator_country,initiator_category,receiver_country,incident_type\n"
        f"1,2016-05-02,['China'],\"{category}\",['Japan'],Data theft\n"
    )
    found = read(tmp_path, text)
    (item,) = found.incidents
    assert (item.sponsors, item.suggested) == (sponsors, suggested)
    assert bool(found.notes) == (not sponsors or suggested)
    assert attribution_confidence(found.incidents, ("eurepoc",)).popitem()[1] == (
        50 if sponsors and not suggested else 30
    )


@pytest.mark.parametrize(
    ("countries", "categories", "sponsors"),
    [
        ("['China', 'Russia']", "['Non-state-group', 'State']", ("RUS",)),
        ("['China', 'Russia', 'Iran']", "['State', 'Individual hacker(s)', 'State']", ("CHN", "IRN")),
        ("['Not available', 'China']", "['State', 'Individual hacker(s)']", ()),
        ("[['China'], ['China']]", "[['Unknown - not attributed'], ['State']]", ("CHN",)),
        ("['China', 'Russia']", "['State']", ("CHN", "RUS")),
        ("['China', 'Russia', 'Iran']", "['State', 'Individual hacker(s)']", ()),
        ("China; Russia", "Non-state-group; State", ("RUS",)),
    ],
)
def test_each_initiator_has_its_own_category(
    tmp_path: Path, countries: str, categories: str, sponsors: tuple[str, ...]
) -> None:
    text = (
        "ID,start_date,initiator_country,initiator_category,receiver_country\n"
        f'1,2016-05-02,"{countries}","{categories}",[\'Japan\']\n'
    )
    assert read(tmp_path, text).incidents[0].sponsors == sponsors


def test_a_canonical_row_that_no_state_is_behind_has_no_sponsor(tmp_path: Path) -> None:
    rows = "event_id,dataset,date,date_meaning,sponsor_iso3,state_linked\na,own,2016-05-02,operation_start,CHN,0\n"
    found = read(tmp_path, rows)
    assert found.incidents[0].sponsors == () and "CHN" in found.notes[0]


@pytest.mark.parametrize(
    ("start", "end", "date"),
    [
        ("2016-01-01", "2016-12-31", "2016"),
        ("2016-01-01", "2019-01-01", "2016"),
        ("2016-01-01", "2016-01-01", "2016"),
        ("2016-01-01 00:00:00", "2016-12-31 00:00:00", "2016"),
        ("01.01.2016", "31.12.2016", "2016"),
        ("2016-01-01", "2016-03-01", "2016-01-01"),
        ("2016-01-02", "2016-12-31", "2016-01-02"),
        ("2016-01-01", "", "2016-01-01"),
    ],
)
def test_the_first_of_january_may_stand_for_a_year(tmp_path: Path, start: str, end: str, date: str) -> None:
    text = f"ID,start_date,end_date,initiator_country,receiver_country\n7,{start},{end},['China'],['Japan']\n"
    (item,) = read(tmp_path, text).incidents
    assert (item.date, item.date_precision) == (date, "year" if len(date) == 4 else "day")


@pytest.mark.parametrize(
    ("number", "code"),
    [("345", "SRB"), ("679", "YEM"), ("210", "NLD"), ("101", "VEN"), ("900", "AUS"), ("816.0", "VNM"), ("002", "USA")],
)
def test_numbers_of_living_states_are_read(tmp_path: Path, number: str, code: str) -> None:
    text = f"initiator,StateA,StateB,interactionstartdate\n710,710,{number},3/5/2014\n"
    assert read(tmp_path, text).incidents[0].victims == (code,)


def test_the_number_of_a_state_that_is_gone_is_refused(tmp_path: Path) -> None:
    found = read(tmp_path, "initiator,StateA,StateB,interactionstartdate\n710,710,817,3/5/2014\n")
    assert "line 2: state '817' is gone (South Vietnam)" in str(found.refused[0].problem)
