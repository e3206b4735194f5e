"""The front of the page: what a reader takes away who reads nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from tradewar.brief.text import fill
from tradewar.disputes.findings import Findings

HEADLINE = (
    "{{ last.title }} {{ 'leave' if last.in_force else 'would leave' }} "
    "{% for e in effects(last) %}{{ the(e.name) }} with "
    "{{ unsigned(percent(e.real_income_pct)) }} percent {{ 'less' if e.real_income_pct < 0 else 'more' }} real income "
    "({{ unsigned(money(e.real_income_money)) }} a year){{ ' and ' if not loop.last }}{% endfor %}."
)

DEADLINE = (
    "{% if d.date %}{{ d.what }} on {{ day(d.date) }}, {{ d.condition }}. "
    "{% if days > 0 %}That is {{ days }} day{{ 's' if days != 1 }} away. {% elif days == 0 %}That is today. {% endif %}"
    "{% else %}{{ d.what }}, {{ d.condition }}. {% endif %}"
    "{% if d.may_be_postponed and d.date %}The date can be postponed. {% endif %}"
    "Known since {{ day(d.known_from) }} ({{ d.source }}).{% if due and not due.verified %} The tariff book marks the "
    "dates of this step as not verified.{% endif %}"
)


@dataclass(frozen=True)
class Front:
    """The sentences above all sections."""

    headline: Markup
    deadline: Markup
    """Empty where no deadline is known."""


def write_front(findings: Findings) -> Front:
    """The headline and the deadline."""
    return Front(fill(findings, HEADLINE), _deadline(findings))


def _deadline(findings: Findings) -> Markup:
    """The plan of the day; nothing where its date has passed and the step is taken."""
    plan = findings.deadline
    if plan is None or (plan.date and plan.date < findings.as_of and findings.due is None):
        return Markup("")
    days = (plan.date - findings.as_of).days if plan.date else 0
    return fill(findings, DEADLINE, d=plan, days=days, due=findings.due)
