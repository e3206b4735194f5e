"""The front of the page: what a reader takes away who reads nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tradewar.brief.numbers import figure
from tradewar.brief.section import Section
from tradewar.brief.text import fill
from tradewar.disputes.findings import Findings
from tradewar.disputes.ranges import Ranges

HEADLINE = (
    "{{ last.title }} {{ 'leave' if last.in_force else 'would leave' }} "
    "{% for e in effects(last) %}{{ the(e.name) }} with "
    "{{ unsigned(percent(e.real_income_pct)) }} percent {{ 'less' if e.real_income_pct < 0 else 'more' }} real income "
    "({{ unsigned(money(e.real_income_money)) }} a year"
    "{% if of %}{% set r = of.country(e.country).real_income_pct %}; range {{ span(r.low, r.high) }} percent"
    "{% endif %})"
    "{{ ' and ' if not loop.last }}{% endfor %}."
)

DEADLINE = (
    "{% if d.date %}{{ d.what }} on {{ day(d.date) }}, {{ d.condition }}. "
    "{% if days > 0 %}That is {{ days }} day{{ 's' if days != 1 }} away. {% elif days == 0 %}That is today. {% endif %}"
    "{% else %}{{ d.what }}, {{ d.condition }}. {% endif %}"
    "{% if d.may_be_postponed and d.date %}The date can be postponed. {% endif %}"
    "Known since {{ day(d.known_from) }} ({{ d.source }}).{% if due and not due.verified %} The tariff book marks the "
    "dates of this step as not verified.{% endif %}"
)


RANGES = (
    "Ranges hold the middle {{ rate(r.level, 0) }} percent of {{ figure(r.solved, 0) }} draws of the trade "
    "elasticities (seed {{ r.seed }}; {{ r.distribution }}, standard error {{ rate(r.standard_error, 0) }} percent of "
    "each: {{ r.source }}). Other doubts come on top."
)


@dataclass(frozen=True)
class Answer:
    """A question of the brief and its answer in one sentence."""

    section: str
    """Identifier of the section on the page."""
    question: str
    sentence: Markup


@dataclass(frozen=True)
class Front:
    """The sentences above all sections."""

    headline: Markup
    deadline: Markup
    """Empty where no deadline is known."""
    ranges: Markup
    """What a range is; empty where none is given."""
    answers: tuple[Answer, ...]
    """One per question for which the findings have something."""


def write_front(findings: Findings, sections: Sequence[Section] = ()) -> Front:
    """The headline, the deadline, and the answers of the sections."""
    ranges = findings.part(Ranges)
    of = None if ranges is None else ranges.policy(findings.policies[-1].name)
    told = Markup("") if ranges is None else fill(findings, RANGES, r=ranges, figure=figure)
    answers = [Answer(item.name, item.question, item.opening(findings)) for item in sections if item.question]
    return Front(
        fill(findings, HEADLINE, of=of), _deadline(findings), told, tuple(item for item in answers if item.sentence)
    )


def _deadline(findings: Findings) -> Markup:
    """The plan of the day; nothing where its date has passed and the step is taken."""
    plan = findings.deadline
    if plan is None or (plan.date and plan.date < findings.as_of and findings.due is None):
        return Markup("")
    days = (plan.date - findings.as_of).days if plan.date else 0
    return fill(findings, DEADLINE, d=plan, days=days, due=findings.due)
