"""The sentences of the built-in brief, word for word."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from syrupy.assertion import SnapshotAssertion

from tradewar.brief.front import write_front
from tradewar.brief.page import SECTIONS, applying
from tradewar.brief.sections.method import LEFT_OUT
from tradewar.brief.text import text_of
from tradewar.disputes.findings import Findings


def sentences(findings: Findings) -> list[str]:
    """Every sentence of the page, in order."""
    front = write_front(findings)
    found = [front.headline, front.deadline]
    for section in applying(findings):
        for words in section.sentences(findings).values():
            found += flat(words)
    return [text_of(Markup(sentence)) for sentence in found if sentence]


def flat(words: Any) -> list[Any]:
    """One sentence, or the sentences of a list or a mapping."""
    if isinstance(words, str):
        return [words]
    return list(words.values() if isinstance(words, dict) else words)


def test_sentences_of_the_built_in_brief(findings: Findings, snapshot: SnapshotAssertion) -> None:
    assert "\n".join(text for text in sentences(findings) if text not in LEFT_OUT) == snapshot


def test_no_sentence_is_left_unfinished(findings: Findings) -> None:
    for text in sentences(findings):
        assert text.rstrip().endswith((".", ")."))
        assert "  " not in text
        assert "{" not in text
        assert " ," not in text


def test_every_section_applies_to_the_built_in_brief(findings: Findings) -> None:
    assert applying(findings) == SECTIONS
