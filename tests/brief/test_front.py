"""The first screen: its order, its length, its signs, and that nothing on it was unknown on the day."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from unittest import mock

import pytest

import built_in
from tradewar.brief.front import Front, now_of, write_front
from tradewar.brief.page import applying
from tradewar.brief.text import text_of
from tradewar.disputes import findings as running
from tradewar.disputes.dossier import load_dispute
from tradewar.disputes.findings import Findings, run
from tradewar.disputes.parts import PARTS
from tradewar.disputes.policies import dispute_book
from tradewar.tariffs.book import TariffBook

SHORT = [part for part in PARTS if part.name in ("ranges", "deal", "options")]
DAYS = [dt.date(2018, 9, 20), dt.date(2018, 12, 20), built_in.DAY, dt.date(2019, 8, 30), dt.date(2019, 12, 20)]
RANGE = r"[−+]?[\d.]+ to [−+]?[\d.]+"


def said(front: Front, day: dt.date) -> str:
    return f"As known on {day.day} {day:%B %Y}. {text_of(front.summary)}"


def figures(text: str) -> int:
    """Figures of a text: a range belongs to its figure, or is one; dates and names of lists do not count."""
    text = re.sub(r"\b\d{1,2} [A-Z][a-z]+( \d{4})?|lists? \d+[AB]?( to \d)?|European Union \d+", "", text)
    text = re.sub(rf"([\d.]+ percent[^()]*) \({RANGE}\)", r"\1", text)
    return len(re.findall(rf"{RANGE}|[−+]?\d[\d.]*", text))


@pytest.fixture(scope="module", params=DAYS, ids=str)
def short(request: pytest.FixtureRequest) -> Findings:
    """The findings on a day, as far as the first screen needs them."""
    with mock.patch("tradewar.disputes.ranges.OTHER_SHARES", ()):
        return run(load_dispute(built_in.DISPUTE), request.param, parts=SHORT)


def test_the_front_page_has_the_order_and_the_forms_of_the_rules(findings: Findings) -> None:
    front = write_front(findings, applying(findings))
    forms = (
        r"^Tariffs in force leave (.+) with [\d.]+ percent (less|more) real income \(" + RANGE + r"\), USD [\d.]+ "
        r"billion a year\. For (.+) the sign is not identified \(" + RANGE + r"\)\.$",
        r"^Elsewhere (.+) loses? most \(−[\d.]+\), (.+) gains? most \([\d.]+\), in money (.+) \(USD [\d.]+ "
        r"billion\)\.$",
        r"^On 2 March the (.+) rises from 10 to 25 percent, unless there is a deal: China −[\d.]+, (.+) −[\d.]+, (.+) "
        r"[\d.]+\.$",
        r"^A deal better for both exists; whether it comes in time is not identified \(\d+ to \d+ percent\)\. Not "
        r"covered: confidence, investment\.$",
    )
    told = [text_of(sentence) for sentence in (front.headline, *front.paragraphs)]
    assert len(told) == len(forms)
    for sentence, form in zip(told, forms, strict=True):
        assert re.match(form, sentence), sentence
    assert [row.signs for row in front.signs] == [("±", "−"), ("±", "±"), ("+", "+")]
    assert [row.option for row in front.signs] == ["Rise on 2 March", "One more extension", "The deal"]


def test_the_front_page_is_short(short: Findings) -> None:
    told = said(write_front(short), short.as_of)
    assert len(told.split()) <= 120, told
    assert figures(told) <= 12, told


def test_the_page_and_the_terminal_say_the_same(page: str, written: built_in.Brief) -> None:
    header = page.split("</header>")[0]
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", re.sub(r"<svg.*?</svg>", "", header, flags=re.DOTALL)))
    front = write_front(written.findings)
    for sentence in (front.headline, *front.paragraphs):
        assert re.sub(r"\s+", " ", text_of(sentence)) in plain
        assert text_of(sentence) in written.headline
    assert written.headline.startswith("As known on 20 February 2019. Tariffs in force leave")
    order = [header.index(mark) for mark in ("<h1>", "Elsewhere", 'class="signs"', 'class="questions"')]
    assert order == sorted(order)


def test_no_sentence_of_the_first_screen_uses_what_became_known_later(
    short: Findings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Take away all that became known after the day, and the first screen stays as it is."""
    day, dossier = short.as_of, load_dispute(built_in.DISPUTE).known_on(short.as_of)
    book = without_later(dispute_book(dossier), day)
    kept = [item for item in dossier.policies if (getattr(item, "known_on", None) or day) <= day]
    if not any(change.trigger for change in book.changes_planned):
        # an open question of which nobody knew yet cannot be answered either
        kept = [item.model_copy(update={"branch": {}}) for item in kept]
    bare = replace(dossier, policies=tuple(kept), whole=None)
    assert all(row.known_from <= day for row in (*bare.policies, *bare.deadlines, *bare.chronicle))
    monkeypatch.setattr(running, "dispute_book", mock.Mock(return_value=book))
    monkeypatch.setattr("tradewar.disputes.ranges.OTHER_SHARES", ())
    again = run(bare, day, parts=SHORT)
    assert said(write_front(again), day) == said(write_front(short), day)
    assert {row.option: row.signs for row in write_front(again).signs} == {
        row.option: row.signs for row in write_front(short).signs
    }


def without_later(book: TariffBook | None, day: dt.date) -> TariffBook:
    """A book without the lines that became known after a day."""
    assert book is not None
    last = day.toordinal()
    lists = ("measures", "changes_planned", "suspensions", "exclusions", "quotas", "stacking")
    found = {name: tuple(item for item in getattr(book, name) if item.known_from <= last) for name in lists}
    assert sum(map(len, found.values())) <= sum(len(getattr(book, name)) for name in lists)
    return replace(book, **found)


def test_every_day_on_which_something_became_known_rests_on_what_was_known() -> None:
    """The policies of the first screen, on each such day and the day before it."""
    dossier = load_dispute(built_in.DISPUTE)
    book = dispute_book(dossier.known_on(built_in.DAY))
    assert book is not None
    news = {item.known_from for item in (*book.measures, *book.changes_planned)}
    news |= {row.known_from.toordinal() for row in (dossier.whole or dossier).deadlines}
    first, last = dt.date(2018, 3, 24).toordinal(), dt.date(2020, 3, 1).toordinal()
    days = sorted({day for known in news for day in (known - 1, known) if first <= day <= last})
    assert len(days) > 20
    for day in map(dt.date.fromordinal, days):
        stated = built_in.stated(day)
        assert all(step.known_from <= day for step in stated.steps)
        for policy in stated.policies:
            if policy.known_on(day):
                assert policy.source.known_from <= day
                assert all(row.known <= day.isoformat() for row in policy.mapping)
        assert any(policy.in_force and policy.known_on(day) for policy in stated.policies)


def test_scenarios_from_later_knowledge_stand_in_their_own_box(page: str, findings: Findings) -> None:
    later = [policy.title for policy in findings.hindsight]
    assert later == ["Full escalation"]
    box = page.split('<section id="hindsight"')[1].split("</section>")[0]
    assert "Full escalation" in box and "were not known on 20 February 2019" in box
    assert "Full escalation" not in page.split("</header>")[0]
    effects = page.split('<section id="effects"')[1].split("</section>")[0]
    assert "Full escalation" not in effects
    assert all("Full escalation" not in option.title for option in findings.parts["options"].options)  # type: ignore[attr-defined]


def test_where_all_is_hindsight_the_first_screen_says_so(findings: Findings) -> None:
    later = tuple(replace(policy, figures_known_from=dt.date(2019, 8, 30)) for policy in findings.policies)
    moved = replace(findings, policies=later)
    assert now_of(moved) is None
    front = write_front(moved)
    assert text_of(front.headline).startswith("No policy on file rests on figures that were known on 20 February 2019")
    assert front.signs == ()


def test_without_ranges_the_first_screen_says_so(findings: Findings) -> None:
    parts = {name: part for name, part in findings.parts.items() if name not in ("ranges", "options")}
    front = write_front(replace(findings, parts=parts))
    assert "No range was computed." in text_of(front.talks)
    assert "not identified" not in text_of(front.headline)
    assert front.signs == ()
