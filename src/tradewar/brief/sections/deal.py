"""Is there a deal, and will it come: the win-win set, the walk-away point, the deals, and the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from markupsafe import Markup

from tradewar.brief.charts import Drawing
from tradewar.brief.deal_charts import Spot, by_month, win_win
from tradewar.brief.numbers import NOT_DEFINED, figure, percent, plain, rate
from tradewar.brief.section import Limits, Section, Words
from tradewar.brief.statements import NOT_IDENTIFIED, ends, open_sign, unsure
from tradewar.brief.tables import Table, table
from tradewar.brief.text import fill, the
from tradewar.brief.wording import end_value, range_words, term_words
from tradewar.disputes.deal import Deal, NamedBargain
from tradewar.disputes.deal_sensitivity import DealCase
from tradewar.disputes.findings import Findings
from tradewar.talks.bargaining import BargainStatus
from tradewar.talks.clock import EVENTS
from tradewar.talks.clock_sweep import Swing
from tradewar.world.ranges import Range

YEARLY = "percent of income a year"
LETTERS = "ABCDEFGH"
"""Deals are named by letters in the picture and in the table."""

OPENING = (
    "{% if gain %}Both prefer a deal: over walking away, {{ gains(one, gain[0], spread and spread[0], unit=unit) }} "
    "and {{ gains(two, gain[1], spread and spread[1], unit=unit) }}{% elif paid %}Only with a payment is there a "
    "deal that both prefer{% else %}No deal on tariffs is better for both{% endif %}"
    "{% if p is not none %}; {% if unsure %}whether it is signed is {{ chance(p.base, p) }} in eight of ten draws of "
    "the assumptions{% else %}the chance of a signature is {{ chance(p.base, p) }}{% endif %}{% endif %}."
)

CASES = (
    "The bargaining weights, the walk-away point and the trade elasticities: the deal was sought again under "
    "{{ figure(n, 0) }} other assumptions about them. {% if kept == n %}Both prefer a deal under each{% else %}Both "
    "prefer a deal without a payment under {{ figure(kept, 0) }}{% endif %}{% if spread %}, and over them "
    "{{ the(one) }} changes by {{ ends(spread[0]) }} and {{ the(two) }} by {{ ends(spread[1]) }} percent"
    "{% endif %}. No record gives the first two."
)

LEAVES_OUT = (
    "What technology, security and standing at home are worth to either side; deals on more than tariffs on each "
    "other's goods; bluff, and what each side knows that the other does not.",
    "How fast buyers move: elasticities are those of the long run.",
)

PICTURE = (
    "Tariffs of today leave {{ the(one) }} at {{ percent(now[0], 3) }} and {{ the(two) }} at {{ percent(now[1], 3) "
    "}} percent "
    "of income a year against the tariffs before the dispute. If the threat is carried out and answered in "
    "proportion, it "
    "is {{ percent(esc[0], 3) }} and {{ percent(esc[1], 3) }}; in a war in which each answers the other as best it "
    "can, "
    "{{ percent(war[0], 3) }} and {{ percent(war[1], 3) }}, with tariffs of {{ rate(war_rates[0]) }} and "
    "{{ rate(war_rates[1]) }} percent on each other's goods."
)
THREAT = (
    "On the ladder alone, going from {{ rate(t.from_rate, 0) }} to {{ rate(t.to_rate, 0) }} percent "
    "{{ 'costs' if t.cost_to_self > 0 else 'brings' }} {{ the(one) }} {{ unsigned(percent(t.cost_to_self, 3)) }} "
    "percent "
    "of income a year and takes {{ unsigned(percent(t.cost_to_other, 3)) }} from {{ the(two) }}; "
    "{% if t.best_reply is none %}whether it serves {{ the(one) }} best is not known{% elif t.tied %}"
    "it serves {{ the(one) }} as well as any{% else %}it is {{ '' if t.best_reply else 'not ' }}the step that serves "
    "{{ the(one) }} best{% endif %}."
)
WALK_AWAY = "The walk-away point, with which a deal is compared, is {{ basis }}."
AGREED = (
    "There is a deal that both prefer. Under Nash's rule with weights of {{ rate(weights[0], 0) }} and "
    "{{ rate(weights[1], 0) }} percent, {{ gains(one, gain[0], spread and spread[0], unit=unit) }} and "
    "{{ gains(two, gain[1], spread and spread[1], unit=unit) }} over walking away. Tariffs on each other's goods "
    "would be {{ rate(rates[0], sign=True) }} and {{ rate(rates[1], sign=True) }} percent{{ subsidy }}."
)
PAYMENT = (
    "No choice of tariffs is better for both: {{ payer }} would have to pay {{ receiver }}, at least "
    "{{ unsigned(percent(paid, 3)) }} percent of the income of {{ receiver }} a year, for a deal to leave nobody "
    "worse off."
)
NO_DEAL = (
    "No deal is better for both, with or without a payment: whatever the tariffs, {{ who }} would lose at least "
    "{{ unsigned(percent(gap, 4)) }} percent of income a year against walking away."
)
THIRD = (
    "Others are touched too. Against the tariffs before the dispute the deal would leave {{ the(low[0]) }} at "
    "{{ percent(low[1], 3) }} and {{ the(high[0]) }} at {{ percent(high[1], 3) }} percent, the lowest and the highest "
    "among third countries; today they stand at {{ percent(low[2], 3) }} and {{ percent(high[2], 3) }}."
)
DEAL_MOVED = (
    "What moves these gains most is {{ what }}: it puts them at {{ percent(low[0], 3) }} and {{ percent(low[1], 3) }}."
)
CLOCK = (
    "With {{ months }} {{ 'month' if months == 1 else 'months' }} to the deadline (a month begun counts in full), "
    "{% if unsure %}whether a deal is signed cannot be said: over {{ draws }} draws from the ranges of all assumptions "
    "the chance is {{ rate(p.low, 0) }} to {{ rate(p.high, 0) }} percent in eight of ten, and below "
    "{{ rate(middle, 0) }} percent in half{% else %}the chance of a signature is {{ chance(p.base, p) }}, below "
    "{{ rate(middle, 0) }} percent in half of {{ draws }} draws from the ranges of all assumptions{% endif %}; the "
    "chance that the tariff rises is {{ chance(q.base, q) }}. The clock is a way to see what matters, not a forecast. "
    "{{ moved }}"
)
POSTPONE = (
    "By one more extension, {{ gains(one, v[0], ranges[0], unit=unit) }} and {{ gains(two, v[1], ranges[1], unit=unit) "
    "}}. {{ moved }}"
)
CREDIBLE = (
    "At the first deadline with nothing agreed, {% if unsure %}it is {{ not_identified }} whether carrying the threat "
    "out is worth more to {{ the(one) }} than its best alternative{{ within(m, 3) }} percent of a year's income"
    "{% else %}carrying the threat out is worth {{ size(m.base, 3) }} of a year's income "
    "{{ 'more' if m.base > 0 else 'less' }}{{ within(m, 3) }} to {{ the(one) }} than its best alternative{% endif %}. "
    "In {{ rate(share, 0) }} percent of the draws it would be carried out."
)
THRESHOLD = (
    "From {{ steps }} agreed {{ 'chapter' if steps == 1 else 'chapters' }} on, the first deadline more likely passes "
    "without a rise than with one."
)
DRIFT = (
    "Without talks, each choosing its rung in turn, tariffs drift to {{ rate(d.rates[0]) }} and {{ rate(d.rates[1]) }} "
    "percent, where they stand {{ rate(d.share, 0) }} percent of the time{% if same %}; less or more patience leads to "
    "the same rungs{% else %}; with less patience they drift to {{ rate(low.rates[0]) }} and {{ rate(low.rates[1]) }}, "
    "with more to {{ rate(high.rates[0]) }} and {{ rate(high.rates[1]) }}{% endif %}."
)
NERVES = (
    "Nerves alone settle {{ 'little' if n.p_before_deadline.high < 0.5 else 'much' }} before the deadline: if each "
    "held out for the terms of its own greater weight, the chance that one would give in by then is "
    "{{ chance(n.p_before_deadline.base, n.p_before_deadline) }}, over {{ n.p_before_deadline.over }}."
)
MOVED = "What moves it most is {{ what }}: from {{ low_end }} to {{ high_end }} it goes from {{ low }} to {{ high }}."


def _deal(findings: Findings) -> Deal:
    found = findings.part(Deal)
    assert found is not None
    return found


def _sentences(findings: Findings) -> Words:
    deal = _deal(findings)
    one, two = deal.setting.names
    names = {"one": one, "two": two}
    low, base, high = deal.drifts
    same = low.rates == base.rates == high.rates
    told: dict[str, Any] = {
        "drift": fill(findings, DRIFT, d=base, low=low, high=high, same=same),
        "picture": fill(
            findings, PICTURE, now=deal.now.payoff, esc=deal.escalation.payoff, war=deal.nash.payoff,
            war_rates=deal.nash.rates or (np.nan, np.nan), **names,
        ),
        "threat": fill(findings, THREAT, t=deal.threat, **names),
        "walk_away": fill(findings, WALK_AWAY, basis=deal.walk_away.basis.value),
        "agreed": _agreed(findings, deal),
        "third": _third(findings, deal),
        "clock": [],
    }  # fmt: skip
    if deal.clock is not None and deal.spread is not None:
        told["clock"] = _clock(findings, deal)
    return told


def _opening(findings: Findings) -> Markup:
    deal = _deal(findings)
    (one, two), base = deal.setting.names, deal.base
    gain = base.gain if base.status is BargainStatus.DEAL else None
    p = None if deal.spread is None else deal.spread.ranges.get("p_deal")
    facts = {"gain": None if gain is None else tuple(map(float, gain)), "paid": base.side_payment is not None}
    return fill(findings, OPENING, one=one, two=two, p=p, unsure=unsure(p), spread=deal.gains, unit=YEARLY, **facts)


def _kept(deal: Deal) -> list[DealCase]:
    """The other assumptions under which both prefer a deal."""
    return [case for case in deal.cases if case.status == BargainStatus.DEAL.value]


def _limits(findings: Findings) -> Limits:
    deal = _deal(findings)
    one, two = deal.setting.names
    cases = {"n": len(deal.cases), "kept": len(_kept(deal)), "spread": deal.gains, "figure": figure}
    moves: list[str] = [fill(findings, CASES, one=one, two=two, **cases)] if deal.cases else []
    if deal.clock is not None:
        moved = _moved(findings, deal, "p_deal", as_rate=True)
        moves.append(Markup("The chance of a signature. {}").format(moved) if moved else "")
    return Limits([item for item in moves if item], LEAVES_OUT)


def _agreed(findings: Findings, deal: Deal) -> list[Markup]:
    base, (one, two) = deal.base, deal.setting.names
    names = dict(zip(deal.setting.parties, deal.setting.names, strict=True))
    if base.status is BargainStatus.DEAL and base.instruments is not None:
        rates = [float(np.mean(base.instruments[deal.setting.choice.owner == k])) for k in (0, 1)]
        subsidy = "; a rate below zero is a promise to buy, paid by the buyer's treasury" if min(rates) < -5e-4 else ""
        facts = {
            "weights": base.weights,
            "gain": tuple(map(float, base.gain)),
            "rates": rates,
            "subsidy": subsidy,
            "spread": deal.gains,
            "unit": YEARLY,
        }
        lines = [fill(findings, AGREED, one=one, two=two, **facts)]
    elif base.side_payment is not None:
        paid = base.side_payment
        receiver = paid.receivers[0]
        received = float(paid.received[deal.setting.parties.index(receiver)])
        facts = {"payer": the(names[paid.payers[0]]), "receiver": the(names[receiver]), "paid": received}
        lines = [fill(findings, PAYMENT, **facts)]
    else:
        who = " and ".join(the(names[code]) for code in base.binding)
        return [fill(findings, NO_DEAL, who=who, gap=base.gap)]
    known = [case for case in deal.cases if np.isfinite(case.gain).all()]
    if known:
        widest = max(known, key=lambda case: max(abs(case.gain[k] - float(base.gain[k])) for k in (0, 1)))
        lines.append(fill(findings, DEAL_MOVED, what=_case_words(deal, widest), low=widest.gain))
    return lines


def _third(findings: Findings, deal: Deal) -> Markup:
    """Who else is touched, from the lowest to the highest."""
    names = dict(findings.names)
    today = dict(zip(deal.ladder.countries, deal.ladder.payoff[:, deal.today[0], deal.today[1]], strict=True))
    rows = [
        (names[row.country], row.real_income_pct, float(today[row.country]))
        for row in deal.countries
        if row.country not in deal.setting.parties
    ]
    if len(rows) < 2:
        return Markup("")
    return fill(findings, THIRD, low=min(rows, key=lambda row: row[1]), high=max(rows, key=lambda row: row[1]))


def _case_words(deal: Deal, case: Any) -> str:
    if case.assumption == "weight":
        return f"the bargaining weight of {the(deal.setting.names[0])}, here {case.setting}"
    if case.assumption == "walk-away":
        return f"the walk-away point, here the {case.setting.replace('-', ' ')}"
    return f"the trade elasticities, here those of {case.setting.replace('_', ' ')}"


def _clock(findings: Findings, deal: Deal) -> list[Markup]:
    clock, spread = deal.clock, deal.spread
    assert clock is not None
    assert spread is not None
    one, two = deal.setting.names
    signed = spread.ranges["p_deal"]
    facts: dict[str, Any] = {"p": signed, "q": spread.ranges["p_escalate"], "middle": spread.medians["p_deal"]}
    lines = [
        fill(
            findings, CLOCK, months=deal.months, draws=spread.draws, unsure=unsure(signed),
            moved=_moved(findings, deal, "p_deal", as_rate=True), **facts,
        ),
    ]  # fmt: skip
    if clock.value_of_postponing is not None:
        moved = _moved(findings, deal, "value_of_postponing_1", as_rate=False)
        spans = [spread.ranges.get(f"value_of_postponing_{side}") for side in (1, 2)]
        v = tuple(map(float, clock.value_of_postponing))
        lines.append(
            fill(
                findings, POSTPONE, v=v, ranges=spans, unit="percent of a year's income", one=one, two=two, moved=moved
            )
        )
    margin = spread.ranges.get("threat_margin")
    if margin is not None and np.isfinite(margin.base):
        facts = {"m": margin, "share": spread.credible_share, "unsure": open_sign(margin)}
        lines.append(fill(findings, CREDIBLE, one=one, not_identified=NOT_IDENTIFIED, **facts))
    if deal.nerves is not None:
        lines.append(fill(findings, NERVES, n=deal.nerves))
    if clock.progress_threshold[-1] is not None and clock.terms.extensions:
        lines.append(fill(findings, THRESHOLD, steps=clock.progress_threshold[-1]))
    return lines


def _moved(findings: Findings, deal: Deal, result: str, *, as_rate: bool) -> Markup:
    """The sensitivity of a figure in a sentence."""
    swings = deal.swings(result)
    if not swings:
        return Markup("")
    widest = swings[0]
    low, high = (_shown(value, as_rate=as_rate) for value in (widest.at_low, widest.at_high))
    facts = {"what": term_words(widest.term, deal.setting.names), "low": low, "high": high}
    places = {"low_end": end_value(widest.low), "high_end": end_value(widest.high)}
    return fill(findings, MOVED, **facts, **places)


def _shown(value: float | None, *, as_rate: bool) -> Markup:
    if value is None:
        return Markup(NOT_DEFINED)
    return Markup("{} percent").format(rate(value, 0)) if as_rate else percent(value, 3)


def _shown_bare(value: float, as_rate: bool, found: Range | None = None) -> Markup:
    """A figure of the table of the clock, or that it is not identified."""
    if unsure(found) if as_rate else open_sign(found):
        return Markup(NOT_IDENTIFIED)
    return rate(value, 0) if as_rate else percent(value, 3, sign=False)


def _drawn(found: Range, as_rate: bool) -> Markup:
    """The middle of the draws, for the table of the clock."""
    return ends(found, 0, sign=False, scale=100.0) if as_rate else ends(found, 3, sign=False)


# ---------------------------------------------------------------- charts


def _drawings(findings: Findings) -> Sequence[Drawing]:
    deal = _deal(findings)
    drawings = [_picture(deal)]
    if deal.clock is not None:
        drawings.append(_months(findings, deal))
    return drawings


def _picture(deal: Deal) -> Drawing:
    one, two = deal.setting.names
    spots = [Spot(place.title, *place.payoff, "state") for place in deal.places]
    spots += [
        Spot(letter, float(item.bargain.payoff[0]), float(item.bargain.payoff[1]), "deal")
        for letter, item in _lettered(deal)
        if item.bargain.status is BargainStatus.DEAL
    ]
    frontier = [(float(a), float(b)) for a, b in deal.frontier.payoff]
    title = "What the two could agree on"
    below = [
        "Income a year against the tariffs before the dispute, percent.",
        "Line: frontier; shaded: better for both",
    ]
    axes = (one, two)
    specification = win_win(title, below, frontier, spots, deal.walk_away.point, axes)
    described = "; ".join(f"{spot.label}: {plain(spot.first, 3)} and {plain(spot.second, 3)}" for spot in spots)
    caption = "Every point is a state of tariffs: to the right is better for the one, up is better for the other. "
    caption += "Letters: the deals of the table."
    return Drawing("win-win", title, caption, f"{one} and {two}, percent of income a year. {described}.", specification)


def _months(findings: Findings, deal: Deal) -> Drawing:
    clock = deal.clock
    assert clock is not None
    signed, raised = (np.cumsum(clock.by_month[EVENTS[name]]) for name in ("deal", "escalate"))
    rows = [
        (_month_name(findings.as_of, deal.months, k), float(signed[k]), float(min(raised[k], 1.0 - signed[k])))
        for k in range(len(signed))
    ]
    title = "What has happened by each month"
    base = "Every assumption at its base"
    chance = None if deal.spread is None else deal.spread.ranges.get("p_deal")
    if chance is not None and unsure(chance):
        base += f"; over their ranges a signature: {100 * chance.low:.0f} to {100 * chance.high:.0f} percent"
    below = ["Probability, percent. Green: signed; dark: tariff raised; grey: still talking", base]
    text = "; ".join(f"{label}: signed {100 * a:.0f}, raised {100 * b:.0f}" for label, a, b in rows)
    caption = "Months from the day of the brief; deadlines are marked."
    specification = by_month(title, below, [(_marked(deal, k, row[0]), *row[1:]) for k, row in enumerate(rows)])
    return Drawing("clock", title, caption, f"Probability, percent. {text}.", specification)


def _month_name(as_of: dt.date, first: int, number: int) -> str:
    return "now" if number == 0 else f"month {number}"


def _marked(deal: Deal, number: int, label: str) -> str:
    assert deal.clock is not None
    terms = deal.clock.terms
    passed = number - terms.months_to_deadline
    deadline = (
        passed >= 0 and passed % terms.extension_months == 0 and passed // terms.extension_months <= terms.extensions
    )
    return f"{label}, deadline" if deadline else label


def _lettered(deal: Deal) -> list[tuple[str, NamedBargain]]:
    return list(zip(LETTERS, deal.bargains, strict=False))


# ---------------------------------------------------------------- tables and rows


def _tables(findings: Findings) -> Sequence[Table]:
    deal = _deal(findings)
    one, two = deal.initiator, deal.responder
    pay, gains = (f"payoff_{one}_pct", f"payoff_{two}_pct"), (f"gain_{one}_pct", f"gain_{two}_pct")
    traced = zip(deal.frontier.payoff, deal.frontier.exchange_rate, strict=True)
    places = [(place.name, "state", *place.payoff, None, None) for place in deal.places]
    deals = [
        (item.name, item.bargain.status.value, *map(float, item.bargain.payoff), *map(float, item.bargain.gain))
        for item in deal.bargains
    ]
    moves = {} if deal.clock is None else {item.name: " ".join(item.moves) for item in deal.clock.assumptions}
    found = [
        table("deals", "States and deals", ("name", "status", *pay, *gains), places + deals),
        table(
            "deal-cases", "The deal under other assumptions", ("assumption", "setting", "status", *pay, *gains),
            [(case.assumption, case.setting, case.status, *case.payoff, *case.gain) for case in deal.cases],
        ),
        table(
            "frontier", "The frontier", (*pay, "exchange_rate"),
            [(*map(float, row), float(slope)) for row, slope in traced],
        ),
        table(
            "ladder", "The ladder", ("country", f"rate_{one}", f"rate_{two}", "real_income_pct"),
            [tuple(row) for row in deal.to_frame()[["country", "rate_1", "rate_2", "payoff"]].itertuples(index=False)],
        ),
        table(
            "assumptions-talks", "Assumptions behind the talks", _ASSUMED,
            [
                (row.table, row.name, row.value, row.low, row.high, row.source, row.note, moves.get(row.name, ""))
                for row in deal.assumptions
            ],
        ),
    ]  # fmt: skip
    if deal.clock is not None and deal.spread is not None:
        months = [(k, *map(float, column)) for k, column in enumerate(deal.clock.by_month.T)]
        found.append(table("clock", "The clock", ("month", "deal", "escalate", "extend"), months))
        found.append(
            table(
                "clock-swings",
                "What moves the clock",
                ("result", "assumption", "low", "high", "at_low", "base", "at_high"),
                [
                    (name, item.term, item.low, item.high, item.at_low, item.at_base, item.at_high)
                    for name, row in deal.spread.swings.items()
                    for item in row
                ],
            )
        )
    return found


_ASSUMED = ("table", "assumption", "value", "low", "high", "source", "note", "moves")

RESULT_WORDS = {
    "p_deal": "Chance of a signature, percent",
    "p_escalate": "Chance that the tariff rises, percent",
    "expected_extensions": "Extensions expected",
    "value_of_postponing_1": "One more extension to {one}, percent of a year's income",
    "value_of_postponing_2": "One more extension to {two}, percent of a year's income",
    "threat_margin": "Carrying the threat out with nothing agreed, to {one}, percent of a year's income",
}


def _values(findings: Findings) -> Mapping[str, Any]:
    deal = _deal(findings)
    one, two = deal.setting.names
    rows: list[tuple[str, Swing, Range, bool]] = []
    if deal.spread is not None:
        for name, words in RESULT_WORDS.items():
            if deal.swings(name) and name in deal.spread.ranges:
                text = words.format(one=the(one), two=the(two))
                rows.append((text, deal.swings(name)[0], deal.spread.ranges[name], name.startswith("p_")))
    return {
        "deal": deal,
        "places": deal.places,
        "deals": _lettered(deal),
        "clock_rows": rows,
        "words": partial(term_words, names=deal.setting.names),
        "end": end_value,
        "shown": _shown_bare,
        "range_of": range_words,
        "drawn": _drawn,
    }


def _applies(findings: Findings) -> bool:
    return findings.part(Deal) is not None


SECTION = Section(
    "deal",
    _sentences,
    _drawings,
    _tables,
    _values,
    _applies,
    question="Is there a deal, and will it come?",
    opening=_opening,
    limits=_limits,
)
