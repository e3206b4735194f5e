"""The timeline of a brief: every event once, none over another, and nothing later than the day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tradewar.brief.charts import TOTAL
from tradewar.brief.lanes import Dated, Lane, lanes_chart
from tradewar.brief.section import Section
from tradewar.brief.sections.chronicle import SECTION
from tradewar.disputes.chronicle import LONGEST_SHORT, Event
from tradewar.disputes.dossier import load_dispute
from tradewar.disputes.findings import Findings

FIRST = dt.date(2018, 1, 1)
WORD, MARK = 5.8, 17
"""Width of a character that a reader would call average at 12 pixels, side of a mark."""


def shown(specification: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Place of each number, in pixels from the left and from the top."""
    rows = [row for layer in specification["layer"] for row in layer.get("data", {}).get("values", ())]
    return {row["number"]: (row["x"], row["y"]) for row in rows if "number" in row}


def of(findings: Findings, section: Section = SECTION) -> dict[str, Any]:
    (drawing,) = section.drawings(findings)
    return drawing.specification


def test_every_event_has_its_number_on_the_chart_and_in_the_table(findings: Findings, page: str) -> None:
    numbers = [str(k) for k in range(1, len(findings.chronicle) + 1)]
    assert sorted(shown(of(findings)), key=int) == numbers
    table = page.split('<table class="chronicle">')[1].split("</table>")[0]
    assert [part.split("</td>")[0] for part in table.split("<tr><td>")[1:]] == numbers


def test_a_mark_stands_at_its_day_and_deadlines_are_open(findings: Findings) -> None:
    specification = of(findings)
    places = shown(specification)
    days = {str(k): event.span[0] for k, event in enumerate(findings.chronicle, start=1)}
    exact = sorted((n for n in places if len(findings.chronicle[int(n) - 1].date) == 10), key=lambda n: days[n])
    assert [places[n][0] for n in exact] == sorted(places[n][0] for n in exact)
    kinds = {str(k): event.kind for k, event in enumerate(findings.chronicle, start=1)}
    for layer in specification["layer"]:
        if layer["mark"]["type"] == "point":
            drawn = {kinds[row["number"]] for row in layer["data"]["values"]}
            assert ("measure" in drawn) <= layer["mark"]["filled"]
            assert not ("deadline" in drawn and layer["mark"]["filled"])


def test_the_description_counts_each_side(findings: Findings) -> None:
    (drawing,) = SECTION.drawings(findings)
    assert drawing.description.startswith("32 events known on the day, 10 of them measures.")
    assert "United States: 13; Several together: 3; China: 13; Others: 3" in drawing.description


def test_a_dossier_without_events_has_no_timeline(findings: Findings) -> None:
    assert SECTION.drawings(replace(findings, chronicle=())) == ()


def test_every_event_of_the_library_says_itself_in_few_words() -> None:
    for event in load_dispute("us-china-2019").chronicle:
        assert 0 < len(event.short) <= LONGEST_SHORT


def test_the_span_of_a_date_is_what_is_known_of_it() -> None:
    def span(date: str) -> tuple[dt.date, dt.date]:
        return Event(date, "day", FIRST, ("A",), "talks", "w", None, "", "s", "yes").span

    assert span("2018") == (dt.date(2018, 1, 1), dt.date(2018, 12, 31))
    assert span("2018-02") == (dt.date(2018, 2, 1), dt.date(2018, 2, 28))
    assert span("2018-02-20") == (dt.date(2018, 2, 20), dt.date(2018, 2, 20))


days = st.dates(dt.date(2012, 1, 1), dt.date(2023, 12, 31))


@st.composite
def events(draw: st.DrawFn) -> list[Dated]:
    """Up to forty events in the order of their days, some of them known by the year only."""
    found: list[Dated] = []
    for number, day in enumerate(sorted(draw(st.lists(days, min_size=1, max_size=40))), start=1):
        year = draw(st.booleans())
        begins, ends = (dt.date(day.year, 1, 1), dt.date(day.year, 12, 31)) if year else (day, day)
        found.append(Dated(number, begins, ends, "full square", draw(st.text("abc ", max_size=LONGEST_SHORT))))
    return found


@settings(max_examples=60, deadline=None)
@given(events(), days)
def test_no_mark_and_no_words_touch_or_leave_the_chart(found: list[Dated], today: dt.date) -> None:
    specification = lanes_chart("T", ["below"], [Lane("A", "#0072B2", tuple(found))], FIRST, max(today, FIRST))
    rows = {
        row["number"]: row
        for layer in specification["layer"]
        for row in layer.get("data", {}).get("values", ())
        if "number" in row
    }
    assert len(rows) == len(found)
    boxes: list[tuple[float, float, float]] = []
    for row in rows.values():
        if not row["text"]:
            boxes.append((row["x"] - MARK / 2, row["x"] + MARK / 2, row["y"]))
            continue
        length = WORD * len(row["text"])
        low, high = (row["words"] - length, row["x"] + MARK / 2) if row["left"] else (row["x"], row["words"] + length)
        boxes.append((min(low, row["x"] - MARK / 2), max(high, row["x"] + MARK / 2), row["y"]))
    for k, (low, high, y) in enumerate(boxes):
        assert low >= -1e-9
        assert high <= TOTAL + 1e-9
        assert 0 < y < specification["height"]
        for other_low, other_high, other_y in boxes[:k]:
            assert y != other_y or high <= other_low or other_high <= low
