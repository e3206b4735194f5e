"""The section on promises: what it tells as of a day, nothing later, and no figure that is not a finding."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

import built_in
import evidence_folders as make
from tradewar.brief.charts import Drawing
from tradewar.brief.page import fragment_values
from tradewar.brief.sections import kept as section
from tradewar.brief.sections.kept_words import quoted, worded
from tradewar.brief.text import environment
from tradewar.disputes.dossier import load_dispute
from tradewar.disputes.findings import Findings
from tradewar.disputes.kept import KeptFindings, find, kept
from tradewar.disputes.material import Material
from tradewar.io.serialize import json_text
from tradewar.monitoring.claims import forbidden_phrases
from tradewar.monitoring.series import last_full_month, month_number

FEBRUARY_2019, SEPTEMBER_2020, MARCH_2021 = dt.date(2019, 2, 20), dt.date(2020, 9, 15), dt.date(2021, 3, 1)
LATER = ("2020", "2021", "Phase One", "pandemic", "DCID", "dcid", "EuRepoC", "eurepoc", "CISSM", "cissm")


@cache
def part(day: dt.date) -> KeptFindings:
    return kept(built_in.DISPUTE, day)


@cache
def told(day: dt.date) -> Findings:
    """The findings of one day with the promises of another: no equilibrium need be solved again for them."""
    return replace(built_in.findings(built_in.DAY), as_of=day, parts={"kept": part(day)})


@cache
def html(day: dt.date) -> str:
    return rendered(told(day))


def rendered(findings: Findings) -> str:
    shared: dict[str, Any] = {"f": findings, "names": dict(findings.names)}
    shared["chart"] = lambda name: Markup("<figure id='{}'></figure>").format(name)
    words = fragment_values(section.SECTION, findings)
    return environment().get_template("sections/kept.html.j2").render(shared | words)


def text(day: dt.date) -> str:
    return re.sub(r"\s+", " ", Markup(html(day)).striptags())


@cache
def drawings(day: dt.date) -> dict[str, Drawing]:
    return {drawing.name: drawing for drawing in section.SECTION.drawings(told(day))}


def numbers(value: Any) -> set[float]:
    if isinstance(value, dict):
        return set().union(*map(numbers, value.values()), set())
    if isinstance(value, list):
        return set().union(*map(numbers, value), set())
    return {float(value)} if isinstance(value, int | float) and not isinstance(value, bool) else set()


# ---------------------------------------------------------------- what is known on the day


def test_on_20_february_2019_the_truce_is_told_and_nothing_of_2020() -> None:
    found = part(FEBRUARY_2019)
    assert [item.promise.name for item in found.commitments] == ["Cyber truce of September 2015"]
    everything = [html(FEBRUARY_2019), json_text(found.to_dict())]
    everything += [json.dumps(d.specification) + d.title + d.description for d in drawings(FEBRUARY_2019).values()]
    everything += [table.to_csv() for table in section.SECTION.tables(told(FEBRUARY_2019))]
    for place in everything:
        for later in LATER:
            assert not re.search(rf"(?<![\d.]){later}", place), later
    assert set(drawings(FEBRUARY_2019)) == {"counts", "sectors"}


def test_on_1_march_2021_the_purchases_are_told_too() -> None:
    said = text(MARCH_2021)
    assert "Cyber truce of September 2015" in said
    assert "Phase One purchases 2020, all covered goods" in said
    assert "93.7 of 158.9 USD bn delivered in 12 months, 59 percent of the seasonal pace" in said
    assert "missed: the time is over" in said
    assert "the pandemic of 2020. The probability is about delivery, not about fault" in said
    assert "DCID" not in said
    assert set(drawings(MARCH_2021)) == {"counts", "deliveries", "sectors"}


@pytest.mark.parametrize("day", [dt.date(2018, 6, 30), FEBRUARY_2019, SEPTEMBER_2020, MARCH_2021])
def test_what_was_not_published_by_the_day_is_in_no_series(day: dt.date) -> None:
    for item in part(day).commitments:
        background = item.evidence.background
        if background is not None:
            assert month_number(background.months[-1]) <= last_full_month(day.isoformat())
        purchase = item.evidence.purchase
        if purchase is not None:
            months = (day.year - item.promise.year) * 12 + day.month - 1  # type: ignore[union-attr]
            # figures of a month come out more than a month after its end
            assert len(purchase.delivered) <= min(12, months - 1)
    report = part(day).report
    assert report is not None
    assert all(row.year < day.year for row in report.years)
    assert all(result.claim.known_from <= day.isoformat() for result in report.claims)
    assert all(row["known_from"] <= day.isoformat() for row in report.figures)


def test_before_any_promise_there_is_no_section() -> None:
    dossier = load_dispute(built_in.DISPUTE)
    for known in (replace(dossier, as_of=dt.date(2014, 1, 1)), replace(dossier, folder=dossier.folder / "book")):
        material = object.__new__(Material)
        object.__setattr__(material, "dossier", known)
        assert find(material) is None


# ---------------------------------------------------------------- what it says


def test_one_grade_per_promise_with_its_evidence_and_what_would_change_it() -> None:
    for day in (FEBRUARY_2019, SEPTEMBER_2020, MARCH_2021):
        for item in part(day).commitments:
            assert item.evidence.reasons
            assert item.changes
            row = re.search(re.escape(item.promise.name) + r".*?</tr>", html(day), re.DOTALL)
            assert row is not None
            assert f"<strong>{item.evidence.grade}</strong>" in row[0]
            for change in item.changes:
                assert change.to is not item.evidence.grade or not item.evidence.breach_probability >= 0
                assert worded(change.what) in Markup(row[0]).unescape()


def test_three_statements_have_three_baselines_and_the_slowdown_is_not_found_at_an_unknown_date() -> None:
    said = text(dt.date(2022, 12, 31))
    assert "above the cap (50 percent of the level before the deal): probability above 0.999" in said
    assert "above the first review: above 0.999" in said
    assert "above the level before the deal: 0.9" in said
    assert "a change is found in June 2018" in said
    assert "The fall at the deal is not found in this way" in said


def test_no_sentence_says_more_than_the_sources() -> None:
    for day in (FEBRUARY_2019, SEPTEMBER_2020, MARCH_2021, dt.date(2026, 12, 31)):
        assert not forbidden_phrases(html(day))
        for drawing in drawings(day).values():
            assert not forbidden_phrases(drawing.title + drawing.description)


def test_the_claims_table_is_honest() -> None:
    """The slowdown and the reversal by data set; hospitality does not reproduce."""
    report = part(dt.date(2026, 12, 31)).report
    assert report is not None
    results = {result.claim.claim_id: result for result in report.claims}

    def outcome(claim: str) -> dict[tuple[str, str], str]:
        return {(cell.dataset, cell.date_meaning): cell.outcome for cell in results[claim].cells}

    fall, rise = outcome("chn-slowdown"), outcome("chn-reversal")
    assert fall["cfr", "public_disclosure"] == "holds"
    assert fall["csis", "public_disclosure"] == "fails"
    assert fall["eurepoc1.1", "operation_start"] == "fails"
    assert rise["cfr", "public_disclosure"] == "holds"
    assert rise["dcid2", "operation_start"] in ("fails", "not shown")
    assert rise["eurepoc1.1", "operation_start"] == "fails"
    assert "does not reproduce" in results["chn-hospitality"].allowed
    assert "holds" not in {cell.outcome for cell in results["chn-hospitality"].cells}
    row = re.search(r"China leads in operations against hospitality.*?</tr>", html(FEBRUARY_2019), re.DOTALL)
    assert row is not None
    assert re.search(r'data-label="Holds in"><span class="none">none', row[0])


def test_every_series_names_what_its_dates_mean() -> None:
    assert "Dated: CFR, CSIS by public disclosure" in drawings(FEBRUARY_2019)["sectors"].description
    assert "date of public disclosure" in drawings(FEBRUARY_2019)["counts"].caption
    rows = re.findall(r'<tr><th scope="row">(CFR|CSIS)</th><td class="text">public disclosure', html(FEBRUARY_2019))
    assert len(rows) == 4


def test_every_count_of_a_truce_stands_with_its_window_and_every_alarm_with_its_rate() -> None:
    said = text(MARCH_2021)
    assert re.search(r"29 operations .{0,40}in the 24 months before the deal, October 2013 to September 2015", said)
    assert "The live alarm has not rung; one is false in at most 5 percent of reviews" in said
    rows = re.findall(r'<tr><th scope="row">(?:CFR|CSIS|DCID)</th><td class="text">.*?</tr>', html(MARCH_2021))
    assert len(rows) == 4
    alarms = 0
    for row in rows:
        cells = re.sub(r"<[^>]+>", "", row)
        assert len(re.findall(r"\d+ in \d+ months, \w{3} \d{4} to \w{3} \d{4}", cells)) == 2
        alarms += len(re.findall(r"\w{3} \d{4} \d+ events; false in at most 5 percent; \w+ without it", cells))
    known = part(MARCH_2021).truces[0].evidence.truce
    assert alarms == sum(bool(source.alarm_month) for review in known for source in review.sources) > 0


def test_promises_in_other_units_over_years_and_before_their_season(tmp_path: Path) -> None:
    """Gas from March on, judged in February, in euro; soybeans in tons over two years; nothing reads `nan`."""
    months = [(year, month) for year in range(2016, 2022) for month in range(1, 13)]
    gas = [("Gas", "DEU", f"{y}-{m:02d}", 1.0 if m > 2 else 0.0, "EUR bn", f"{y}-{m:02d}-28") for y, m in months]
    soy = [("Soybeans", "USA", f"{y}-{m:02d}", 2.0, "million t", f"{y}-{m:02d}-28") for y, m in months]
    entry = make.PURCHASE.replace("addition = 2.0\n", "").replace("year = 2021\n", "", 1)
    entry = entry.replace("year = 2021\n", "")
    promises = (
        entry.replace("Soybeans", "Gas").replace("USA", "DEU")
        + 'amounts = { 2021 = "USD 1 billion" }\nexchange_rate = 0.9\n'
        + entry.replace('"2020-12-15"', '"2019-12-15"')
        + 'amounts = { "2020-2021" = "4 million t" }\n'
    )
    table = make.table("group,reporter,month,value,unit,known_from", [*gas, *soy])
    folder = make.write(tmp_path / "two", promises, deliveries=table)
    found = kept(folder, dt.date(2021, 2, 28))
    findings = replace(built_in.findings(built_in.DAY), as_of=found.as_of, parts={"kept": found})
    page = rendered(findings)
    said = re.sub(r"\s+", " ", Markup(page).striptags())
    assert "Purchases, EUR bn or million t" in said
    assert "no share of the season has passed" in said and "nothing can be said before March 2021" in said
    assert "Soybeans, 2020 to 2021 until February 2021, million t" in said
    assert "USD 1000000000, counted at 0.9 EUR per USD" in said.replace(",000", "000")
    assert not re.search(r"\b(nan|inf)\b", page)
    # no season of one year has begun: there is nothing to draw, and no place for it
    assert {drawing.name for drawing in section.SECTION.drawings(findings)} == set() and "<figure" not in page
    (deliveries,) = [item for item in section.SECTION.tables(findings) if item.name == "deliveries"]
    assert [row[1] for row in deliveries.rows] == ["EUR bn"] * 12 + ["million t"] * 24


@pytest.mark.parametrize("day", [FEBRUARY_2019, SEPTEMBER_2020, MARCH_2021])
def test_every_figure_is_a_finding(day: dt.date) -> None:
    found = numbers(json.loads(json_text(part(day).to_dict())))
    shown = re.findall(r'<data value="([^"]+)">([^<]+)</data>', html(day))
    assert len(shown) > 40
    for value, figure in shown:
        exact, written = float(value), float(figure.replace("−", "-").replace("\u202f", ""))
        assert exact in found, value
        half = 0.5000001 * 10.0 ** -len(figure.partition(".")[2])
        assert min(abs(written - exact), abs(written - 100 * exact)) <= half, (value, figure)


# ---------------------------------------------------------------- charts


def test_the_counts_show_changes_with_their_band_and_what_is_outstanding() -> None:
    later = drawings(MARCH_2021)["counts"]
    assert "Yellow: a change found without a given date, Jun 2018 at best" in later.description
    assert "Hollow: expected, not yet in the data set" in later.description
    assert "Yellow" not in drawings(FEBRUARY_2019)["counts"].description
    bands = [layer for layer in later.specification["vconcat"][0]["layer"] if _colour(layer) == "#F0E442"]
    assert len(bands) == 1


def _colour(layer: dict[str, Any]) -> str:
    mark = layer.get("mark", {})
    return mark.get("color", "") if isinstance(mark, dict) else ""


def test_the_fan_is_drawn_while_the_year_lasts() -> None:
    during, after = drawings(SEPTEMBER_2020)["deliveries"], drawings(MARCH_2021)["deliveries"]
    assert "Year at this pace" in json.dumps(during.specification)
    assert "90 percent of the forecasts" in during.description
    assert "Year at this pace" not in json.dumps(after.specification)
    assert "93.7 of 158.9 delivered, 59 percent of the seasonal pace" in after.description


def test_few_events_are_grey() -> None:
    panels = drawings(FEBRUARY_2019)["sectors"].specification["vconcat"][0]["hconcat"]
    assert [panel["title"]["text"] for panel in panels] == ["CFR", "CFR, wide", "CSIS"]
    for panel in panels:
        tiles = panel["layer"][0]["data"]["values"]
        assert tiles
        for row in tiles:
            assert row["few"] == (row["n"] < 5)


def test_words() -> None:
    assert worded("at most 14 events in cfr from 2017-10 to 2019-01") == (
        "at most 14 events in CFR from October 2017 to January 2019"
    )
    assert worded("by 2021-03-01") == "by 2021-03-01"
    assert quoted("monthly_compromises_peak_2013_gt") == "monthly compromises peak 2013, above"


@pytest.mark.slow
def test_a_whole_brief_of_1_march_2021() -> None:
    written = built_in.written(MARCH_2021)
    page = written.page.read_text(encoding="utf-8")
    assert "Is it being kept?" in page
    assert (written.folder / "charts" / "deliveries.svg").is_file()
    assert "Phase One purchases 2020" in (written.folder / "tables" / "promises.csv").read_text(encoding="utf-8")
