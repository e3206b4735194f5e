"""The first screen: what a reader takes away who reads nothing else.

In this order: what is in force and what it leaves the parties with; who else gains and loses; what comes next; whether
there is a deal and whether it comes; one chart; one table of signs against what is in force. Only policies whose
figures were known on the day, no ranking of options, no colours of good and bad. A sign that the range does not decide
is said to be that (`statements`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from markupsafe import Markup

from tradewar.brief.bars import Bar, Group, bar_chart
from tradewar.brief.charts import OTHER_COLOUR, Drawing, colours
from tradewar.brief.numbers import money_of_world, plain
from tradewar.brief.section import Section
from tradewar.brief.statements import SMALLEST, UNDECIDED, identified, income_range, open_sign, sign_of, unsure, written
from tradewar.brief.text import fill, the
from tradewar.disputes.deal import Deal
from tradewar.disputes.effects import CountryEffect, PolicyFindings
from tradewar.disputes.findings import Findings
from tradewar.disputes.options import Option, Options
from tradewar.disputes.ranges import Ranges
from tradewar.talks.bargaining import BargainStatus
from tradewar.world.ranges import Range

NAMED = 2
"""How many gainers and losers a cell of the table of signs names, and how many share a first place."""
DECIMALS = 2

HEADLINE = (
    "{% for e, r in sure %}{{ subject if loop.first }}{% if least > e.real_income_pct | abs %} {{ the(e.name) }} "
    "hardly changed ({{ size(e.real_income_pct) }}){% else %} {{ the(e.name) }} with {{ size(e.real_income_pct) }} "
    "{{ 'less' if e.real_income_pct < 0 else 'more' }} real income{{ within(r) }}, "
    "{{ unsigned(money(e.real_income_money, decimals=digits(e.real_income_money))) }} a year{% endif %}"
    "{{ ' and' if not loop.last else '. ' }}{% endfor %}"
    "{% for e, r in unsure %}{% if loop.first %}{{ 'For' if sure else under ~ ' for' }}{% else %} and for{% endif %} "
    "{{ the(e.name) }} the sign is not identified{{ within(r) }}{{ '.' if loop.last }}{% endfor %}"
)
ELSEWHERE = (
    "Elsewhere {% if not sides %}no change of 0.005 percent or more is identified.{% endif %}"
    "{% for verb, who, rows, rich in sides %}{% if rows %}{% for e in rows %}{{ the(e.name) }}"
    "{{ ' and ' if not loop.last }}{% endfor %} {{ verb }}{{ 's' if rows | length == 1 }} most "
    "({{ percent(rows[0].real_income_pct, 2, sign=false) }}){% if rich %}, in money {{ the(rich.name) }} "
    "({{ unsigned(money(rich.real_income_money, decimals=digits(rich.real_income_money))) }}){% endif %}"
    "{% else %}no {{ who }} is identified{% endif %}{{ ', ' if not loop.last else '.' }}{% endfor %}"
)
COMING = (
    "{{ 'On ' ~ on ~ ' ' if planned else 'Due on ' ~ on ~ ': ' }}{{ what }}{% if condition %}"
    "{{ ', ' ~ condition if condition.startswith('unless') else ' (' ~ condition ~ ')' }}{% endif %}"
    "{% if solved %}{{ ': ' if planned else '; then ' }}{% for e in rows %}{{ the(e.name) }} "
    "{{ percent(e.real_income_pct, 2, sign=false) }}{{ ', ' if not loop.last }}{% else %}no change of 0.005 percent or "
    "more is identified{% endfor %}{% endif %}."
)
TALKS = (
    "{% if deal %}{{ deal }}{% if p %}; {{ 'whether it comes in time is' if unsure else 'the chance that it comes in "
    "time is' }} {{ chance(p.base, p) }}{% endif %}. {% endif %}Not covered: confidence, investment."
    "{% if not ranges %} No range was computed.{% endif %}"
)
UNKNOWN = "No policy on file rests on figures that were known on {{ day(as_of) }}; what is below is hindsight."
DEADLINE = (
    "{% if d.date %}{{ d.what }} on {{ day(d.date) }}, {{ d.condition }}. "
    "{% if days > 0 %}That is {{ days }} day{{ 's' if days != 1 }} away. {% elif days == 0 %}That is today. {% endif %}"
    "{% else %}{{ d.what }}, {{ d.condition }}. {% endif %}"
    "{% if d.may_be_postponed and d.date %}The date can be postponed. {% endif %}"
    "Known since {{ day(d.known_from) }} ({{ d.source }}).{% if due and not due.verified %} The tariff book "
    "{{ 'does not say whether the dates of this step were verified' if due.verified is none else "
    "'marks the dates of this step as not verified' }}.{% endif %}"
)


@dataclass(frozen=True)
class SignRow:
    """One option against what is in force."""

    option: str
    signs: tuple[str, ...]
    """Of the parties: `+`, `−`, `±` not identified; empty where it is not computed."""
    others: str
    """Third countries with an identified sign, by sign."""


@dataclass(frozen=True)
class Question:
    """A question of the brief, and where it is answered."""

    section: str
    question: str


@dataclass(frozen=True)
class Front:
    """What stands above all sections."""

    headline: Markup
    elsewhere: Markup
    coming: Markup
    """Empty where nothing with a date is known."""
    talks: Markup
    signs: tuple[SignRow, ...]
    questions: tuple[Question, ...]

    @property
    def paragraphs(self) -> tuple[Markup, ...]:
        """The sentences below the headline."""
        return tuple(item for item in (self.elsewhere, self.coming, self.talks) if item)

    @property
    def summary(self) -> Markup:
        """All that is said, in one paragraph: what the terminal prints."""
        return Markup(" ").join((self.headline, *self.paragraphs))


def write_front(findings: Findings, sections: Sequence[Section] = ()) -> Front:
    """The first screen of findings."""
    questions = tuple(Question(item.name, item.question) for item in sections if item.question)
    now = now_of(findings)
    if now is None:
        return Front(fill(findings, UNKNOWN), Markup(""), Markup(""), Markup(""), (), questions)
    return Front(
        headline=_headline(findings, now),
        elsewhere=_elsewhere(findings, now),
        coming=_coming(findings),
        talks=_talks(findings),
        signs=tuple(_signs(findings, option) for option in _options(findings)),
        questions=questions,
    )


def now_of(findings: Findings) -> PolicyFindings | None:
    """What is in force on the day, else the first policy that was known; None where all is hindsight."""
    first = findings.known[0] if findings.known else None
    return next((policy for policy in findings.known if policy.in_force), first)


def next_of(findings: Findings) -> PolicyFindings | None:
    """The step of the nearest date: the first known policy that carries out one that has a date."""
    dated = {step.name for step in findings.steps if step.planned_from}
    return next((policy for policy in findings.known if dated & set(policy.steps) and not policy.in_force), None)


# ---------------------------------------------------------------- sentences


def _digits(findings: Findings, value: float) -> int:
    """Decimals of money: one below ten, else none."""
    return 1 if abs(value) * money_of_world(findings.world).factor < 9.95 else 0


def _told(findings: Findings, template: str, **values: object) -> Markup:
    def digits(value: float) -> int:
        return _digits(findings, value)

    return fill(findings, template, digits=digits, least=SMALLEST, **values)


def _parties(findings: Findings, policy: PolicyFindings) -> list[tuple[CountryEffect, Range | None]]:
    codes = [party.country for party in findings.parties]
    return [(policy.country(code), income_range(findings, policy, code)) for code in codes]


def _headline(findings: Findings, now: PolicyFindings) -> Markup:
    rows = _parties(findings, now)
    title = "Tariffs in force" if now.in_force else now.title
    return _told(
        findings,
        HEADLINE,
        sure=[row for row in rows if not open_sign(row[1])],
        unsure=[row for row in rows if open_sign(row[1])],
        subject=f"{title} leave" if now.in_force else f"{title} would leave",
        under=f"Under {title[:1].lower() + title[1:]}",
    )


def _third(findings: Findings, policy: PolicyFindings) -> list[CountryEffect]:
    """Identified countries other than the parties, the largest gain first."""
    parties = {party.country for party in findings.parties}
    return [row for row in identified(findings, policy) if row.country not in parties]


def _first(rows: Sequence[CountryEffect]) -> list[CountryEffect]:
    """Those that share the first place as it is shown; more than a few share no place."""
    if not rows:
        return []
    shown = plain(rows[0].real_income_pct, DECIMALS)
    return list(takewhile(lambda row: plain(row.real_income_pct, DECIMALS) == shown, rows))[:NAMED]


def _extremes(findings: Findings, policy: PolicyFindings) -> tuple[list[CountryEffect], list[CountryEffect]]:
    """Third countries that lose most, and those that gain most, in percent."""
    rows = _third(findings, policy)
    losers = [row for row in reversed(rows) if row.real_income_pct < 0]
    return _first(losers), _first([row for row in rows if row.real_income_pct > 0])


def _elsewhere(findings: Findings, now: PolicyFindings) -> Markup:
    losers, gainers = _extremes(findings, now)
    rows = _third(findings, now)
    sides: list[tuple[str, str, list[CountryEffect], CountryEffect | None]] = []
    for verb, who, named, sign in (("lose", "loser", losers, -1), ("gain", "gainer", gainers, 1)):
        rich = max((row for row in rows if sign * row.real_income_pct > 0), key=_money, default=None)
        told = rich is not None and rich not in named and _shown_money(findings, rich)
        if not named or abs(named[0].real_income_pct) >= SMALLEST:
            sides.append((verb, who, named, rich if told else None))
    if not any(named for _, _, named, _ in sides):
        sides = []
    return _told(findings, ELSEWHERE, sides=sides)


def _shown_money(findings: Findings, row: CountryEffect) -> bool:
    """Whether the money of a row is more than nothing as it is shown."""
    return round(abs(row.real_income_money) * money_of_world(findings.world).factor, 1) > 0.0


def _money(row: CountryEffect) -> float:
    return abs(row.real_income_money)


def _coming(findings: Findings) -> Markup:
    policy, plan = next_of(findings), findings.deadline
    dated = plan is not None and plan.date is not None and plan.date >= findings.as_of
    on = policy.day if policy is not None and policy.day is not None else plan.date if plan and dated else None
    if on is None:
        return Markup("")
    steps = [step for step in findings.steps if policy is not None and step.name in policy.steps]
    condition = next((step.condition for step in steps if step.condition), "")
    planned = plan is not None and plan.date == on and len(steps) < 2
    if plan is not None and planned:
        # what a plan adds in brackets stands in its section
        what = re.sub(r" \([^)]*\)", "", plan.what[:1].lower() + plan.what[1:])
        condition = condition or plan.condition
    else:
        titles, more = [_article(findings, step.title) for step in steps[:NAMED]], len(steps) - NAMED
        what = " and ".join(titles) if more <= 0 else f"{', '.join(titles)} and {more} more"
    rows: list[CountryEffect] = []
    if policy is not None:
        losers, gainers = _extremes(findings, policy)
        rows = [row for row, found in _parties(findings, policy) if not open_sign(found)]
        rows = [row for row in (*rows, *losers[:1], *gainers[:1]) if abs(row.real_income_pct) >= SMALLEST]
    return _told(
        findings,
        COMING,
        on=_day(on, findings.as_of),
        what=what,
        condition=condition,
        rows=rows,
        solved=policy,
        planned=planned,
    )


def _article(findings: Findings, title: str) -> str:
    """A title for the middle of a sentence: `the rise of ...`, `China's duties`."""
    names = [party.name for party in findings.parties]
    named = next((name for name in names if title.startswith(name)), None)
    if named is not None:
        return title if the(named) == named else f"the {title}"
    return f"the {title[:1].lower()}{title[1:]}"


def _day(day: dt.date, as_of: dt.date) -> str:
    return f"{day.day} {day:%B}" if day.year == as_of.year else f"{day.day} {day:%B %Y}"


def _talks(findings: Findings) -> Markup:
    deal = findings.part(Deal)
    chance = None if deal is None or deal.spread is None else deal.spread.ranges.get("p_deal")
    words = "" if deal is None else _deal_words(deal)
    return _told(findings, TALKS, deal=words, p=chance, unsure=unsure(chance), ranges=findings.part(Ranges))


def _deal_words(deal: Deal) -> str:
    if deal.base.status is not BargainStatus.DEAL:
        paid = deal.base.side_payment is not None
        return "A deal better for both needs a payment" if paid else "No deal on tariffs is better for both"
    kept = sum(case.status == BargainStatus.DEAL.value for case in deal.cases)
    if kept == len(deal.cases):
        return "A deal better for both exists"
    return f"A deal better for both exists under {1 + kept} of {1 + len(deal.cases)} assumptions"


def deadline_words(findings: Findings) -> Markup:
    """The plan of the day in full; nothing where its date has passed and the step is taken."""
    plan = findings.deadline
    if plan is None or (plan.date and plan.date < findings.as_of and findings.due is None):
        return Markup("")
    days = (plan.date - findings.as_of).days if plan.date else 0
    return fill(findings, DEADLINE, d=plan, days=days, due=findings.due)


# ---------------------------------------------------------------- table and chart


def _options(findings: Findings) -> tuple[Option, ...]:
    found = findings.part(Options)
    return () if found is None else found.options


def _signs(findings: Findings, option: Option) -> SignRow:
    parties = [party.country for party in findings.parties]
    signs = [("" if (found := option.change(code)) is None else sign_of(found.base, found)) for code in parties]
    names = dict(findings.names)
    others = [row for row in option.countries if row.country not in parties and row.change.decided]
    others = [row for row in others if abs(row.change.base) >= SMALLEST]
    told: list[str] = []
    for sign in (1, -1):
        rows = sorted((row for row in others if row.change.decided == sign), key=lambda row: -abs(row.change.base))
        if rows:
            told.append(f"{', '.join(names[row.country] for row in rows[:NAMED])} {sign_of(sign)}")
    return SignRow(option.title, tuple(signs), "; ".join(told))


def front_drawing(findings: Findings) -> Sequence[Drawing]:
    """A bar pair for each party and each third country that is named: what is in force, and the next step."""
    now, coming = now_of(findings), next_of(findings)
    if now is None:
        return ()
    shown = [("now" if now.in_force else now.short_title, now)]
    if coming is not None:
        shown.append((_day(coming.day, findings.as_of) if coming.day else coming.short_title, coming))
    codes = [party.country for party in findings.parties]
    for policy in (now, *([] if coming is None else [coming])):
        losers, gainers = _extremes(findings, policy)
        codes += [row.country for row in (*losers, *gainers)]
    colour, groups = colours(findings), list[Group]()
    told: list[str] = []
    for code in dict.fromkeys(codes):
        bars: list[Bar] = []
        for label, policy in shown:
            effect, found = policy.country(code), income_range(findings, policy, code)
            text = written(effect.real_income_pct, found, DECIMALS)
            end = 0.0 if open_sign(found) else effect.real_income_pct
            hollow = policy is not now
            bars.append(Bar(label, colour.get(code, OTHER_COLOUR), end, text, range=found, hollow=hollow))
            inside = (
                "" if found is None else f" ({plain(found.low, 3, sign=True)} to {plain(found.high, 3, sign=True)})"
            )
            told.append(f"{effect.name}, {label}: {text}{inside}")
        groups.append(Group(now.country(code).name, tuple(bars)))
    title = "Real income now" + ("" if coming is None else ", and if the next step is taken")
    subtitles = [
        f"Against {findings.world.year}, before the dispute; percent a year",
        f"Line: range; {UNDECIDED}: sign not identified" + ("" if coming is None else "; outlined: the next step"),
    ]
    description = f"{subtitles[0]}. {'; '.join(told)}."
    specification = bar_chart(title, subtitles, groups)
    return (Drawing("front", title, f"{subtitles[1]}.", description, specification),)
