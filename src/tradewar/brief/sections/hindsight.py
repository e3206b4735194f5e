"""Scenarios from later knowledge: in a box of their own, never above, never in a headline or among the options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from tradewar.brief.section import Section, Words
from tradewar.brief.statements import income_range
from tradewar.brief.text import fill
from tradewar.disputes.findings import Findings

HINDSIGHT = (
    "The sectoral figures behind {{ names }} were not known on {{ day(as_of) }}: they come from what was announced up "
    "to {{ day(until) }}, later than the day of this brief. They give the size of a scenario; they are no knowledge of "
    "the day."
)

SCENARIO = (
    "Under {{ p.title | lower_first }}, {% for e, r in rows %}{{ gains(e.name, e.real_income_pct, r, "
    "money=e.real_income_money) }}{{ ' and ' if not loop.last }}{% endfor %}. {{ p.what }}"
)


def _sentences(findings: Findings) -> Words:
    later = findings.hindsight
    until = max(policy.figures_known_from for policy in later if policy.figures_known_from)
    names = " and ".join(f"“{policy.title}”" for policy in later)
    if not findings.known and len(later) > 1:
        names = f"all {len(later)} policies"
    scenarios: list[Markup] = []
    for policy in later:
        effects = [policy.country(party.country) for party in findings.parties]
        rows = [(effect, income_range(findings, policy, effect.country)) for effect in effects]
        scenarios.append(fill(findings, SCENARIO, p=policy, rows=rows))
    return {"hindsight": fill(findings, HINDSIGHT, names=names, until=until), "scenarios": scenarios}


def _values(findings: Findings) -> Mapping[str, Any]:
    """Every country, the parties first, the others by the last scenario, best first."""
    parties = [party.country for party in findings.parties]
    last = findings.hindsight[-1]
    others = sorted((row for row in last.countries if row.country not in parties), key=lambda row: -row.real_income_pct)
    rows = [
        (
            row.name,
            row.country in parties,
            [(p.country(row.country), income_range(findings, p, row.country)) for p in findings.hindsight],
        )
        for row in (*map(last.country, parties), *others)
    ]
    return {"rows": rows}


SECTION = Section(
    "hindsight",
    _sentences,
    values=_values,
    applies=lambda findings: bool(findings.hindsight),
)
