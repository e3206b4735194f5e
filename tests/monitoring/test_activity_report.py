"""The activity report and its claims table (checks M7, M36, M37, M41)."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tradewar.errors import EvidenceError
from tradewar.monitoring import activity_report, embedded_report
from tradewar.monitoring.activity import (
    activity_counts,
    attribution_confidence,
    by_year,
    known_by,
    series_of,
    share_interval,
    shares,
)
from tradewar.monitoring.claims import CLAIMS, ClaimResult, claims_table, forbidden_phrases
from tradewar.monitoring.datasets import DATASETS, dataset
from tradewar.monitoring.incident_files import read_incidents
from tradewar.monitoring.incidents import Incident
from tradewar.monitoring.report import ActivityReport, report_of_files
from tradewar.monitoring.tables import read_activity, read_yearly

AFTER_ALL = "2026-12-31"
"""A day on which every embedded table is known."""

CROSS_DATASET = {
    ("cfr", "public_disclosure", ""): ((30, 11, 49), "holds", "holds"),
    ("cfr", "public_disclosure", "against USA"): ((18, 6, 16), "holds", "holds"),
    ("csis", "public_disclosure", ""): ((9, 10, 50), "fails", "holds"),
    ("csis", "public_disclosure", "against USA"): ((4, 3, 11), "too few", "holds"),
    ("dcid2", "operation_start", ""): ((22, 11, 14), "holds", "not shown"),
    ("dcid2", "operation_start", "against USA"): ((11, 5, 5), "holds", "fails"),
    ("eurepoc1.1", "operation_start", ""): ((29, 36, 36), "fails", "fails"),
    ("eurepoc1.1", "operation_start", "against USA"): ((15, 8, 6), "holds", "fails"),
    ("eurepoc1.1", "first_attribution", ""): ((24, 20, 48), "not shown", "holds"),
    ("cissm", "event_or_report", "nation-state against USA"): ((4, 2, 19), "too few", "holds"),
}
"""Two-year counts of China 2014-15, 2016-17, 2018-19; whether the slowdown and the reversal show."""


@pytest.fixture(scope="module")
def report(evidence: Path) -> ActivityReport:
    return embedded_report(evidence, AFTER_ALL, (2017, 2019))


def claim(report: ActivityReport, name: str) -> ClaimResult:
    return next(result for result in report.claims if result.claim.claim_id == name)


def outcomes(result: ClaimResult) -> dict[str, str]:
    return {f"{cell.dataset}/{cell.coding}": cell.outcome for cell in result.cells}


def test_m7_cross_dataset_counts(evidence: Path) -> None:
    yearly = {(i.dataset, i.date_meaning, i.part): i.counts for i in read_yearly(evidence, "CHN", AFTER_ALL)}
    assert set(yearly) == set(CROSS_DATASET)
    for key, (expected, _, _) in CROSS_DATASET.items():
        assert tuple(int(yearly[key][y] + yearly[key][y + 1]) for y in (2014, 2016, 2018)) == expected


def test_m7_agrees_with_the_data_behind(evidence: Path, incident_data: Path) -> None:
    yearly = {(i.dataset, i.date_meaning, i.part): i.counts for i in read_yearly(evidence, "CHN", AFTER_ALL)}
    for folder, name in (("cfr", "cfr"), ("csis", "csis"), ("dcid", "dcid2")):
        incidents = read_incidents(incident_data / folder / "events.csv").incidents
        for victim, part in ((None, ""), ("USA", "against USA")):
            series = series_of(incidents, "CHN", "2013-01", "2019-12", victim=victim).by_years()
            expected = yearly[name, DATASETS[name].date_meaning, part]
            assert series.counts.tolist() == [expected[year] for year in range(2013, 2020)]
    with (incident_data / "china_truce_cross_dataset.csv").open(encoding="utf-8") as file:
        rows = {row["series"]: row for row in csv.DictReader(file)}
    assert [float(rows["eurepoc_start"][str(year)]) for year in range(2013, 2020)] == [
        yearly["eurepoc1.1", "operation_start", ""][year] for year in range(2013, 2020)
    ]


def test_slowdown_and_reversal_are_marked_by_data_set(report: ActivityReport) -> None:
    marked = {
        kind: {(c.dataset, c.date_meaning): c.outcome for c in claim(report, f"chn-{kind}").cells}
        for kind in ("slowdown", "reversal")
    }
    for (name, meaning, part), (_, slowdown, reversal) in CROSS_DATASET.items():
        key = (f"{name} {part}".strip(), meaning)
        assert (marked["slowdown"][key], marked["reversal"][key]) == (slowdown, reversal)
    assert claim(report, "chn-slowdown").support == (5, 8)
    assert claim(report, "chn-reversal").support == (6, 10)


def test_m36_sectors(report: ActivityReport) -> None:
    cells = {
        (row.member, row.sponsor): row.n
        for row in report.sectors
        if row.dataset == "cfr" and row.dimension == "sector_wide"
    }
    order = ("CHN", "IRN", "PRK", "RUS")
    assert [cells["technology", s] for s in order] == [11, 4, 2, 2]
    assert [cells["manufacturing", s] for s in order] == [8, 1, 1, 1]
    assert [cells.get(("hospitality-leisure", s), 0) for s in order] == [3, 0, 0, 6]
    assert next(r.events for r in report.sectors if (r.dataset, r.sponsor) == ("cfr", "CHN")) == 55


def test_m37_region(evidence: Path) -> None:
    rows = shares(read_activity(evidence, AFTER_ALL), "region", 2014, 2020)
    mena = {row.sponsor: row for row in rows if row.member == "MENA"}
    assert (mena["IRN"].n, mena["IRN"].events) == (26, 52)
    assert mena["IRN"].share == pytest.approx(0.5, abs=1e-3)
    assert all(mena[s].share < 0.1 for s in ("CHN", "RUS", "PRK") if s in mena)


def test_hospitality_does_not_reproduce(report: ActivityReport) -> None:
    found = claim(report, "chn-hospitality")
    assert "does not reproduce" in found.allowed
    assert set(outcomes(found).values()) == {"fails", "not coded"}


def test_claims_hold_where_the_document_says(report: ActivityReport) -> None:
    telecoms = outcomes(claim(report, "chn-telecommunications"))
    assert telecoms == {
        "cfr/sector": "holds",
        "cfr/sector_wide": "holds",
        "csis/sector": "fails",
        "dcid2/sector": "holds",
        "eurepoc1.1/sector": "fails",
    }
    assert outcomes(claim(report, "chn-technology"))["dcid2/sector"] == "fails"
    assert outcomes(claim(report, "chn-manufacturing"))["dcid2/sector"] == "fails"
    for name in ("rus-government", "prk-finance", "irn-telecommunications"):
        assert set(outcomes(claim(report, name)).values()) == {"holds"}
    mena = claim(report, "irn-mena")
    assert outcomes(mena) == {"cfr/region": "holds"} and "not 'mainly'" in mena.allowed


def test_m41_wording(report: ActivityReport) -> None:
    text = report.to_markdown()
    assert forbidden_phrases(text) == ()
    assert "### Source disagreement" in text
    for name, meaning in {(row.dataset, row.date_meaning) for row in report.years}:
        assert f"| {name} | {meaning.replace('_', ' ')} |" in text
    cells = [cell for result in report.claims for cell in result.cells]
    assert all(f"{cell.dataset} ({cell.date_meaning}" in text for cell in cells)
    assert forbidden_phrases("This is CONFIRMED by all sources") == ("confirmed by all sources",)


def test_nothing_later_leaks_into_an_earlier_report(evidence: Path) -> None:
    told = embedded_report(evidence, "2019-02-20")
    assert {row.dataset for row in told.years} == {"cfr", "csis"}
    assert max(row.year for row in told.years) == 2018
    assert "Phase One" not in told.to_markdown() and "EuRepoC" not in told.to_markdown()
    with pytest.raises(EvidenceError, match="counts"):
        embedded_report(evidence, "2005-01-01")
    assert not any(c.claim.known_from > "2019-01-01" for c in embedded_report(evidence, "2019-01-01").claims)


def test_report_frames_and_json(report: ActivityReport) -> None:
    json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert set(report.to_frame("claims")["claim_id"]) == {item.claim_id for item in CLAIMS}
    assert len(report.to_frame("years")) == len(report.years)


def test_share_interval_is_jeffreys() -> None:
    share, low, high = share_interval(26, 52)
    assert share == 0.5 and low == pytest.approx(1 - high) and 0.36 < low < 0.38
    with pytest.raises(EvidenceError):
        share_interval(3, 2)


def incident(name: str, day: str, *sponsors: str, data: str = "own", meaning: str = "operation_start") -> Incident:
    return Incident(
        name, data, day, "day", meaning, sponsors, ("ISR", "IRN", "USA"), ("energy",), motives=("espionage",)
    )


def test_an_event_counts_once_for_each_sponsor_and_region() -> None:
    counts = activity_counts([incident("a", "2018-01-02", "CHN", "RUS"), incident("b", "2020-01-02", "CHN")])
    rows = {(row.sponsor, row.year): row.n for row in by_year(counts)}
    assert rows == {("CHN", y): n for y, n in ((2018, 1), (2019, 0), (2020, 1))} | {
        ("RUS", y): n for y, n in ((2018, 1), (2019, 0), (2020, 0))
    }
    regions = {row.member: row.n for row in shares(counts, "region", 2018, 2018) if row.sponsor == "CHN"}
    assert regions == {"MENA": 1, "North America": 1}
    assert {item.first_year for item in known_by(counts, "2019-06-01")} == {2018}
    told = activity_report(counts, "2021-01-01")
    assert "supplied by the user" in told.to_markdown() and (told.first_year, told.last_year) == (2018, 2020)


def test_confidence_rises_with_a_second_source_nearby() -> None:
    items = [
        incident("a", "2018-01-02", "CHN", data="cfr"),
        incident("b", "2018-05-02", "CHN", data="csis"),
        incident("c", "2020-05-02", "CHN", data="cfr"),
        incident("d", "2020-05-02", "RUS", data="own"),
        incident("e", "2020-06-02", "RUS", data="gov", meaning="government_statement"),
    ]
    found = attribution_confidence(items)
    assert [found[i.dataset, i.event_id] for i in items] == [75, 75, 50, 75, 75]


def test_mixed_series_are_refused() -> None:
    items = [incident("a", "2018-01-02", "CHN"), incident("b", "2018-01-02", "CHN", data="other")]
    with pytest.raises(EvidenceError, match="one data set"):
        series_of(items, "CHN", "2018-01", "2018-12")


def test_a_claim_without_any_data_says_so() -> None:
    (found,) = claims_table(CLAIMS[:1], (), ())
    assert "no data set known by then" in found.allowed


def test_every_data_set_says_how_to_get_it() -> None:
    assert all(item.how_to_get and item.terms and item.bundled for item in DATASETS.values())
    with pytest.raises(EvidenceError, match="'vcdb' is not known"):
        dataset("vcdb")


def test_what_two_files_of_one_data_set_hold_counts_once(tmp_path: Path) -> None:
    head = "event_id,dataset,date,date_meaning,sponsor_iso3,victim_countries,actor,source_url"
    page = "https://example.org/a"
    one = [f"p1,desk,2017-05-02,public_disclosure,CHN,JPN,APT10,{page}",
           f"p2,desk,2017-06-02,public_disclosure,CHN,JPN,APT10,{page}/2"]  # fmt: skip
    two = [f"P2,desk,2017-06-02,public_disclosure,CHN,JPN,APT10,{page}/2",
           "q1,desk,2017-05-02,public_disclosure,CHN,JPN,Stone Panda,http://www.example.org/a/",
           f"q2,desk,2017-05-02,public_disclosure,CHN,JPN,Fancy Bear,{page}",
           f"p1,bureau,2017-05-02,public_disclosure,CHN,JPN,APT10,{page}"]  # fmt: skip
    files: list[Path] = []
    for name, rows in (("one", one), ("two", two)):
        files.append(tmp_path / f"{name}.csv")
        files[-1].write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    report, read = report_of_files(files, "auto", "2019-01-01")
    assert {(row.dataset, row.n) for row in report.years} == {("desk", 3), ("bureau", 1)}
    assert read[1].notes == (
        "two.csv: 'P2' of 'desk' is in one.csv as well: counted once.",
        "two.csv: 'q1' agrees with 'p1' of one.csv in date, sponsor, victim and address, and the groups are one: "
        "counted once.",
    )
