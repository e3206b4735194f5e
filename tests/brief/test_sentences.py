"""The sentences of the built-in brief, word for word."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from markupsafe import Markup
from syrupy.assertion import SnapshotAssertion

from tradewar.brief.front import deadline_words, write_front
from tradewar.brief.page import SECTIONS, applying
from tradewar.brief.sections.method import LEFT_OUT
from tradewar.brief.text import text_of
from tradewar.disputes.dossier import load_dispute
from tradewar.disputes.findings import Findings
from tradewar.disputes.policies import dispute_book
from tradewar.disputes.steps import open_steps


def sentences(findings: Findings) -> list[str]:
    """Every sentence of the page, in order."""
    front = write_front(findings, applying(findings))
    found = [front.headline, *front.paragraphs]
    for section in applying(findings):
        limits = section.limits(findings)
        found += [section.opening(findings), *limits.moves, *limits.leaves_out]
        for words in section.sentences(findings).values():
            found += flat(words)
    return [text_of(Markup(sentence)) for sentence in found if sentence]


def flat(words: Any) -> list[Any]:
    """One sentence, or the sentences of a list or a mapping, however deep."""
    if isinstance(words, str):
        return [words]
    return [text for part in (words.values() if isinstance(words, dict) else words) for text in flat(part)]


def test_sentences_of_the_built_in_brief(findings: Findings, snapshot: SnapshotAssertion) -> None:
    assert "\n".join(text for text in sentences(findings) if text not in LEFT_OUT) == snapshot


def test_no_sentence_is_left_unfinished(findings: Findings) -> None:
    for text in sentences(findings):
        assert text.rstrip().endswith((".", ")."))
        assert "  " not in text
        assert "{" not in text
        assert " ," not in text


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (dt.date(2018, 8, 1), ""),
        (dt.date(2019, 3, 2), "That is today."),
        (dt.date(2019, 3, 5), "postponed, with no new date"),
        (dt.date(2019, 5, 9), "on 10 May 2019, ordered. That is 1 day away."),
        (dt.date(2019, 6, 15), ""),
    ],
)
def test_a_deadline_that_has_passed_is_no_deadline(findings: Findings, day: dt.date, says: str) -> None:
    dossier = load_dispute("us-china-2019").known_on(day)
    book = dispute_book(dossier)
    assert book is not None
    steps = open_steps(book, dossier.steps, day)
    moved = replace(findings, as_of=day, deadline=dossier.deadline, steps=steps)
    told = text_of(deadline_words(moved))
    assert says in told
    assert bool(told) == bool(says)


def test_every_section_applies_to_the_built_in_brief(findings: Findings) -> None:
    assert applying(findings) == SECTIONS
