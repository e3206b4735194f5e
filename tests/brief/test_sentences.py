"""The sentences of the built-in brief, word for word."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from tradewar.brief.sentences import LEFT_OUT, text_of, write_sentences
from tradewar.disputes.findings import Findings


def test_sentences_of_the_built_in_brief(findings: Findings, snapshot: SnapshotAssertion) -> None:
    written = write_sentences(findings)
    lines = [written.headline, *written.steps, written.winners, *written.diversion.values(), written.tariffs]
    lines += [written.deadline, written.hindsight]
    assert "\n".join(map(text_of, lines)) == snapshot


def test_no_sentence_is_left_unfinished(findings: Findings) -> None:
    written = write_sentences(findings)
    for sentence in (written.headline, written.winners, written.tariffs, written.deadline, written.hindsight):
        text = text_of(sentence)
        assert text.endswith((".", ")."))
        assert "  " not in text
        assert "{" not in text
    assert all(item.endswith(".") for item in LEFT_OUT)
