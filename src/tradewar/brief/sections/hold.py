"""Would the deal hold: the enforcement table, the answers that deter, the audit of purchases, the truce on hacking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from markupsafe import Markup

from tradewar.accords.check import AccordRow
from tradewar.accords.commitments import CommitmentKind
from tradewar.accords.retaliation import Retaliation
from tradewar.accords.terms import AccordStatus
from tradewar.brief.numbers import figure, money_of, money_of_world, percent, rate, sum_of
from tradewar.brief.section import Limits, Section, Words
from tradewar.brief.statements import NOT_IDENTIFIED, open_sign
from tradewar.brief.tables import Table, table
from tradewar.brief.text import fill, the
from tradewar.brief.wording import end_value, range_words, term_words
from tradewar.disputes.findings import Findings
from tradewar.disputes.hold import NASH, Hold
from tradewar.world.assumed import Swing

STATUS = {
    AccordStatus.SUSTAINABLE: "holds",
    AccordStatus.NOT_SUSTAINABLE: "does not hold",
    AccordStatus.NEEDS_SIDE_PAYMENT: "needs a side payment: this war is no loss",
    AccordStatus.INFEASIBLE_ENFORCEMENT: "no penalty works",
    AccordStatus.ONLY_NASH: "nothing better than war holds",
}

OPENING = (
    "{% if good %}The deal keeps itself{% else %}The deal does not keep itself{% endif %} if a breach is followed by "
    "the {{ war }}: {% for p in rows %}{% if p.per_year is not none %}{{ the(name(p.country)) }} keeps it as long as "
    "next year counts for {{ rate(p.per_year, 0) }} percent of this one{% else %}{{ the(name(p.country)) }} prefers "
    "the war{% endif %}{{ ' and ' if not loop.last }}{% endfor %} (assumed: {{ rate(base, 0) }}"
    "{% if spread %}, range {{ span(spread.low, spread.high, 0, sign=False, scale=100) }}{% endif %})."
)

MOVES = (
    "Which war follows a breach, how often an honest side is accused, and how patient both are; the table gives each.",
)
LEAVES_OUT = (
    "Gains of a breach that are not tariffs: technology, theft, standing at home. Promises without a number (market "
    "opening, theft) are listed and not priced.",
    "How fast buyers move: elasticities are those of the long run.",
)

VERDICT = (
    "If a breach is followed by the {{ war }}, "
    "{% if good %}the deal keeps itself: {% else %}the deal does not keep itself: {% endif %}"
    "{% for r in rows %}{{ the(name(r.country)) }} gains {{ percent(r.gain, 4, sign=false) }} percent of income a "
    "{{ period }} by cheating and loses {{ percent(r.stake, 4, sign=false) }} a {{ period }} in the war"
    "{{ '; ' if not loop.last else '.' }}{% endfor %}"
)
PATIENCE = (
    "{% for p in rows %}{% if p.per_year is not none %}{{ the(name(p.country))[:1] | upper }}{{ "
    "the(name(p.country))[1:] }} keeps it "
    "as long as next year counts for at least {{ rate(p.per_year, 0) }} percent of this one. {% else %}"
    "{{ the(name(p.country))[:1] | upper }}{{ the(name(p.country))[1:] }} prefers the war and would have to be paid. "
    "{% endif %}"
    "{% endfor %}The base takes {{ rate(base, 0) }} percent."
)
MARGIN_MOVED = (
    "{% if unsure %}Whether what {{ the(name(country)) }} would lose, discounted, exceeds what it could gain is "
    "{{ not_identified }}{{ within(range, 3) }} percent of a year's income; {{ what }} decides it: {{ how }}."
    "{% else %}Discounted, what {{ the(name(country)) }} would lose {{ 'exceeds' if base >= 0 else 'falls short of' }} "
    "what it could gain by {{ size(base, 3) }} of a year's income{{ within(range, 3) }}; {{ what }} moves this most: "
    "{{ how }}.{% endif %}"
)
BY_NUMBER = "from {{ low_end }} to {{ high_end }} it goes from {{ low }} to {{ high }}"
BY_WAR = "with a {{ low_end }} it is {{ low }}, with a {{ high_end }} {{ high }}"
DETER = (
    "To deter {{ the(name(r.offender)) }}, every point of tariff that it adds must be answered with "
    "{{ figure(r.multiplier, 1) }} points on the same goods; what {{ the(name(r.partner)) }} buys from it allows at "
    "most "
    "{{ figure(r.feasible_multiplier, 1) }}{% if bad %}: {{ the(name(r.partner)) }} has no answer{% endif %}. "
    "{% if moved.at_low is not none and moved.at_high is not none %}What moves the answer most is {{ what }}: from "
    "{{ low_end }} to {{ high_end }} it goes from {{ figure(moved.at_low, 2) }} to {{ figure(moved.at_high, 2) }}."
    "{% endif %}"
)
NO_DETERRENCE = (
    "{{ the(name(r.offender))[:1] | upper }}{{ the(name(r.offender))[1:] }} cannot be deterred by tariffs on "
    "these goods."
)
NO_NEED = (
    "{{ the(name(r.offender))[:1] | upper }}{{ the(name(r.offender))[1:] }} gains nothing by raising its tariff a "
    "little: no answer "
    "is needed."
)
AMMUNITION = (
    "Under today's duties {% for code, value in rows %}{{ the(name(code)) }} still buys {{ value }} a year "
    "without an "
    "added duty{{ ' and ' if not loop.last }}{% endfor %}: that is what is left to hit if talks fail."
)
AUDIT = (
    "Purchases can be audited: if the alarm is raised when shipments fall more than {{ unsigned(rate(depth, 0)) }} "
    "percent below "
    "target, {{ rate(alarm, 2) }} percent of honest {{ period }}s raise it and {{ rate(seen, 0) }} percent of "
    "breaches, and a "
    "suspension of {{ figure(length, 0) }} {{ period }}s after each keeps the promise."
)
AUDIT_MOVED = (
    "Innocent suspensions would cost {{ cost }} percent of income a {{ period }}; {{ what }} moves this most: from "
    "{{ low_end }} to {{ high_end }} it goes from {{ low }} to {{ high }}."
)
NO_AUDIT = (
    "No audit of purchases works: whatever the alarm, honest {{ period }}s are punished too often compared with "
    "breaches, or the "
    "suspension would be longer than the accord allows."
)
TRUCE = (
    "A truce on hacking backed by this deal holds as long as theft is worth less than {{ percent(limit, 3, "
    "sign=false) }} percent "
    "of income a year to {{ the(name(country)) }}, if the chance that tariffs come anyway is {{ rate(q, 0) }} "
    "percent a "
    "{{ period }}; at {{ rate(worse, 0) }} percent it is {{ percent(worse_limit, 3, sign=false) }}. What theft "
    "brings has no public "
    "figure."
)
TRUCE_MOVED = "{{ what[:1] | upper }}{{ what[1:] }} moves this limit most: {{ how }}."
NO_TRUCE = (
    "No truce on hacking can be backed by this deal: {{ the(name(country)) }} loses nothing in the war that would be "
    "lost by "
    "stealing."
)
PAYER = (
    "With the payment that {{ other }} would need, {{ the(name(country)) }} {{ 'still keeps' if good else 'no longer "
    "keeps' }} "
    "the deal itself."
)
PERIODS = {1.0: "year", 2.0: "half-year", 4.0: "quarter", 12.0: "month"}


def _hold(findings: Findings) -> Hold:
    found = findings.part(Hold)
    assert found is not None
    return found


def _period(hold: Hold) -> str:
    return PERIODS.get(hold.terms.periods_per_year, "period")


def _sentences(findings: Findings) -> Words:
    hold = _hold(findings)
    period = _period(hold)
    rows = [hold.check.row(code, NASH) for code in hold.parties]
    good = all(row.status is AccordStatus.SUSTAINABLE for row in rows)
    told: dict[str, Any] = {
        "verdict": [
            fill(findings, VERDICT, war=NASH, good=good, rows=rows, period=period),
            fill(
                findings, PATIENCE, rows=[row for row in hold.patience if row.war == NASH],
                base=hold.terms.discount_per_year,
            ),
            *(_margin(findings, hold, row) for row in rows),
        ],
        "deter": [
            _deter(findings, hold, item, moved.swing)
            for item, moved in zip(hold.retaliation, hold.multiplier_swings, strict=True)
        ],
        "audit": _audit(findings, hold),
        "audit_moved": _audit_moved(findings, hold),
        "truce": _truce(findings, hold),
        "payers": [_payer(findings, hold, item) for item in hold.payers],
    }  # fmt: skip
    if hold.untaxed_today:
        rows = [
            (country, sum_of(value, money_of(unit, value), sign=False)) for country, value, unit in hold.untaxed_today
        ]
        told["deter"].append(fill(findings, AMMUNITION, rows=rows))
    return told


def _opening(findings: Findings) -> Markup:
    hold = _hold(findings)
    good = all(hold.check.row(code, NASH).status is AccordStatus.SUSTAINABLE for code in hold.parties)
    rows = [row for row in hold.patience if row.war == NASH]
    spread = next((row for row in hold.assumptions if row.name == "discount_per_year"), None)
    return fill(findings, OPENING, good=good, war=NASH, rows=rows, base=hold.terms.discount_per_year, spread=spread)


def _limits(findings: Findings) -> Limits:
    return Limits(MOVES, LEAVES_OUT)


def _margin(findings: Findings, hold: Hold, row: AccordRow) -> Markup:
    widest = hold.swings_of(row.country, "margin")[0]
    facts = {"range": widest.range, "unsure": open_sign(widest.range), "not_identified": NOT_IDENTIFIED}
    return fill(findings, MARGIN_MOVED, country=row.country, base=row.margin, **facts, **_swing(findings, hold, widest))


def _swing(findings: Findings, hold: Hold, swing: Swing) -> dict[str, Any]:
    """What moves a figure, and how, for a sentence."""
    low, high = (_known(value) for value in (swing.at_low, swing.at_high))
    ends = {"low_end": end_value(swing.low), "high_end": end_value(swing.high)}
    how = fill(findings, BY_WAR if swing.term == "war" else BY_NUMBER, low=low, high=high, **ends)
    return {"what": term_words(swing.term, hold.parties), "how": how}


def _known(value: float | None, decimals: int = 3) -> Markup:
    return Markup("not defined") if value is None else percent(value, decimals, sign=False)


def _deter(findings: Findings, hold: Hold, item: Retaliation, moved: Swing) -> Markup:
    if item.multiplier is None:
        return fill(findings, NO_DETERRENCE, r=item)
    if item.multiplier == 0.0 or item.feasible_multiplier is None:
        return fill(findings, NO_NEED, r=item)
    bad = item.status is AccordStatus.INFEASIBLE_ENFORCEMENT
    ends = {"low_end": end_value(moved.low), "high_end": end_value(moved.high)}
    what = term_words(moved.term, hold.parties)
    return fill(findings, DETER, r=item, bad=bad, figure=figure, moved=moved, what=what, **ends)


def _audit(findings: Findings, hold: Hold) -> Markup:
    best, period = hold.audit.best, _period(hold)
    promised = any(item.kind is CommitmentKind.PURCHASES for item in hold.accord.commitments)
    if not promised:
        return Markup("")
    if best is None or best.suspension.periods is None:
        return fill(findings, NO_AUDIT, period=period)
    facts = {
        "depth": best.threshold,
        "alarm": best.false_alarm,
        "seen": best.detection,
        "length": best.suspension.periods,
    }
    return fill(findings, AUDIT, figure=figure, period=period, **facts)


def _audit_moved(findings: Findings, hold: Hold) -> Markup:
    if not any(item.kind is CommitmentKind.PURCHASES for item in hold.accord.commitments):
        return Markup("")
    widest = hold.audit_swings[0]
    cost, low, high = (
        Markup("no audit that works") if value is None else percent(value, 4, sign=False)
        for value in (widest.at_base, widest.at_low, widest.at_high)
    )
    if widest.at_base is None:
        return Markup("")
    facts = {
        "cost": cost,
        "low": low,
        "high": high,
        "low_end": end_value(widest.low),
        "high_end": end_value(widest.high),
    }
    return fill(findings, AUDIT_MOVED, what=term_words(widest.term, hold.parties), period=_period(hold), **facts)


def _truce(findings: Findings, hold: Hold) -> list[Markup]:
    promises = [item for item in hold.accord.commitments if item.kind is CommitmentKind.HACKING_TRUCE]
    lines: list[Markup] = []
    for item in promises:
        rows = [row for row in hold.truces if row.country == item.country and row.war == NASH]
        base = min(rows, key=lambda row: abs(row.hazard - hold.terms.hazard))
        worse = next((row for row in rows if row.hazard >= base.hazard + 0.15), rows[-1])
        if base.break_even_theft is None or worse.break_even_theft is None or base.break_even_theft == 0.0:
            lines.append(fill(findings, NO_TRUCE, country=item.country))
            continue
        facts = {"q": base.hazard, "limit": base.break_even_theft, "worse": worse.hazard}
        period = _period(hold)
        lines.append(
            fill(findings, TRUCE, country=item.country, worse_limit=worse.break_even_theft, period=period, **facts)
        )
        widest = hold.swings_of(item.country, "break_even_theft")[0]
        lines.append(fill(findings, TRUCE_MOVED, **_swing(findings, hold, widest)))
    return lines


def _payer(findings: Findings, hold: Hold, item: Any) -> Markup:
    names = {party.country: party.name for party in findings.parties}
    other = next(code for code in hold.parties if code != item.country)
    good = item.status is AccordStatus.SUSTAINABLE
    return fill(findings, PAYER, country=item.country, other=the(names[other]), good=good)


def _tables(findings: Findings) -> Sequence[Table]:
    hold = _hold(findings)
    columns = (
        "country", "war", "status", "gain", "stake", "margin", "critical_discount", "side_payment", "multiplier",
        "suspension_periods", "path_cost",
    )  # fmt: skip
    swings = [
        (row.country, row.result, s.term, s.low, s.high, s.at_low, s.at_base, s.at_high)
        for row in hold.swings
        for s in row.terms
    ]
    moves = {item.name.partition(" of ")[0]: " ".join(item.moves) for item in hold.check.assumptions}
    return (
        table(
            "enforcement", "Enforcement, percent of income per period", columns,
            [_cells(row, columns) for row in hold.check.rows],
        ),
        table(
            "accord-swings", "What moves the enforcement",
            ("country", "result", "assumption", "low", "high", "at_low", "base", "at_high"), swings,
        ),
        table(
            "truce", "Theft that the stake holds back, percent of income per year",
            ("country", "war", "hazard_per_period", "break_even_theft"),
            [(row.country, row.war, row.hazard, row.break_even_theft) for row in hold.truces],
        ),
        table(
            "assumptions-accord", "Assumptions behind keeping a deal",
            ("table", "assumption", "value", "low", "high", "source", "note", "moves"),
            [
                (row.table, row.name, row.value, row.low, row.high, row.source, row.note, moves.get(row.name, ""))
                for row in hold.assumptions
            ],
        ),
    )  # fmt: skip


def _cells(row: AccordRow, columns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row.status.value if name == "status" else getattr(row, name) for name in columns)


def _whole(value: float | None) -> Markup:
    if value is None:
        return Markup("none")
    return Markup("for ever") if value == float("inf") else figure(value, 0)


def _values(findings: Findings) -> Mapping[str, Any]:
    hold = _hold(findings)
    patience = {(row.country, row.war): row.per_year for row in hold.patience}
    moved = {
        (row.country, row.war): term_words(hold.swings_of(row.country, "margin")[0].term, hold.parties)
        for row in hold.check.rows
    }
    return {
        "hold": hold,
        "period": _period(hold),
        "rows": [
            (row, STATUS[row.status], patience[row.country, row.war], moved[row.country, row.war])
            for row in hold.check.rows
        ],
        "known": _known,
        "whole": _whole,
        "promises": [
            (item, _target(findings, item), source)
            for item, source in zip(hold.accord.commitments, hold.promise_sources, strict=True)
        ],
        "words": partial(term_words, names=hold.parties),
        "end": end_value,
        "range_of": range_words,
    }


def _target(findings: Findings, item: Any) -> Markup:
    if item.target is None:
        return Markup("not a number")
    if item.kind is CommitmentKind.TARIFF_CEILING:
        return Markup("{} percent").format(rate(item.target))
    return sum_of(item.target, money_of_world(findings.world), sign=False)


def _applies(findings: Findings) -> bool:
    return findings.part(Hold) is not None


SECTION = Section(
    "hold",
    _sentences,
    tables=_tables,
    values=_values,
    applies=_applies,
    question="Would it hold?",
    opening=_opening,
    limits=_limits,
)
