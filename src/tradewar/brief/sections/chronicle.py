"""What happened and what was said, as known on the day."""

from __future__ import annotations

from collections.abc import Sequence

from tradewar.brief.section import Section, Words
from tradewar.brief.tables import Table, table
from tradewar.disputes.findings import Findings


def _sentences(findings: Findings) -> Words:
    return {}


def _tables(findings: Findings) -> Sequence[Table]:
    return (_chronicle(findings),)


def _chronicle(findings: Findings) -> Table:
    columns = (
        "date",
        "date_precision",
        "known_from",
        "actor",
        "kind",
        "what",
        "figure",
        "unit",
        "source",
        "verified",
    )
    rows = [
        (
            event.date,
            event.date_precision,
            event.known_from.isoformat(),
            ";".join(event.actors),
            event.kind,
            event.what,
            event.figure,
            event.unit,
            event.source,
            event.verified,
        )
        for event in findings.chronicle
    ]
    return table("chronicle", "What happened and what was said", columns, rows)


SECTION = Section("chronicle", _sentences, tables=_tables)
