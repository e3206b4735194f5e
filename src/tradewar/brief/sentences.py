"""What a brief says, as templates with figures. A sentence holds no figure that is not in the findings.

Each template is filled twice at most: on the page with `<data>` elements, and as plain text for the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from tradewar.brief.numbers import day, lower_first, money_of, percent, plain, rate, sum_of, unsigned
from tradewar.disputes.findings import Findings, PolicyFindings, SupplierEffect

if TYPE_CHECKING:
    from jinja2 import Environment

GAINERS_NAMED = 3
"""How many gainers and suppliers a sentence names."""

EQUATIONS: Mapping[str, str] = {
    "prices": "Price of each sector in each country follows from the costs, tariffs and shares of its suppliers",
    "costs": "Cost of each sector follows from its wage and from the prices of its inputs",
    "goods_market": "What is spent on each sector equals its use as an input and in consumption",
    "labour_market": "Labour is fully used: what producers pay equals what workers earn",
    "trade_balance": "Each country's imports less exports equal the deficit that the closure prescribes",
    "shares": "The shares of all suppliers in a market add up to one",
    "numeraire": "The unit of account keeps its value",
}
"""The equations of a certificate in plain words."""

LEFT_OUT = (
    "Time. The figures compare two situations of rest; the way from one to the other, with stocks, contracts and "
    "orders brought forward, is not in them.",
    "Unemployment and idle plant. Workers who lose a job find another at the going wage in another sector.",
    "Products. Tariffs are averages over broad sectors; exclusions, quotas and the products on each list are not seen.",
    "Duties on third countries, such as those on steel and aluminium, and the answers to them.",
    "Investment, interest rates, exchange-rate policy and uncertainty itself, which may cost more than the tariffs.",
    "Gains or losses that are not income: security, technology transfer, cyber operations, the rules of trade.",
    "The uncertainty of the trade elasticities: real income moves roughly in proportion to what is assumed of them.",
)
"""What the model leaves out, for the last section of a brief."""

HEADLINE = (
    "{{ last.title }} would leave {% for e in effects(last) %}{{ the(e.name) }} with "
    "{{ unsigned(percent(e.real_income_pct)) }} percent {{ 'less' if e.real_income_pct < 0 else 'more' }} real income "
    "({{ unsigned(money(e.real_income_money)) }} a year){{ ' and ' if not loop.last }}{% endfor %}."
)

STEP = (
    "{{ p.title }} changes real income by {% for e in effects(p) %}{{ percent(e.step_points) }} percentage points in "
    "{{ the(e.name) }} ({{ money(e.step_money) }} a year){{ ' and ' if not loop.last }}{% endfor %}, "
    "compared with the policy before it ({{ before.title | lower_first }})."
)

WINNERS = (
    "{% if winners %}{% for w in winners %}{{ w.name }} ({{ percent(w.real_income_pct) }} percent, "
    "{{ money(w.real_income_money) }} a year){{ ', ' if loop.revindex > 2 else ' and ' if loop.revindex == 2 }}"
    "{% endfor %} gain{{ 's' if winners | length == 1 }} most in percent.{% else %}No country gains.{% endif %} "
    "All countries together {{ 'lose' if total < 0 else 'gain' }} {{ unsigned(money(total)) }} a year."
)

DIVERSION = (
    "Under {{ last.title | lower_first }}, {{ the(seller.name) }} sells {{ unsigned(money(seller.change)) }} "
    "{{ 'less' if seller.change < 0 else 'more' }} a year in {{ the(market) }} ({{ percent(seller.change_pct) }} "
    "percent). {% if own %}Own producers sell {{ unsigned(money(own.change)) }} "
    "{{ 'more' if own.change >= 0 else 'less' }} there. {% endif %}"
    "Among other countries {% for r in third %}{{ the(r.name) }} ({{ money(r.change) }})"
    "{{ ', ' if loop.revindex > 2 else ' and ' if loop.revindex == 2 }}{% endfor %} gain most."
)

TARIFFS = (
    "{% for t in first.tariffs %}The average tariff of {{ the(name(t.importer)) }} on goods of {{ the(name(t.exporter)) }} "
    "was {{ rate(t.baseline_rate) }} percent in {{ year }}"
    "{% for p in policies %}{{ ', and ' if loop.last else ', ' }}"
    "{{ rate(p.tariff(t.importer, t.exporter).rate) }} percent under “{{ p.short_title | lower_first }}”{% endfor %}. "
    "{% endfor %}"
)

DEADLINE = (
    "{% if d.date %}{{ d.what }} on {{ day(d.date) }}, {{ d.condition }}. "
    "{% if days > 0 %}That is {{ days }} day{{ 's' if days != 1 }} away. {% elif days == 0 %}That is today. {% endif %}"
    "{% else %}{{ d.what }}, {{ d.condition }}. {% endif %}"
    "{% if d.may_be_postponed and d.date %}The date can be postponed. {% endif %}"
    "Known since {{ day(d.known_from) }} ({{ d.source }})."
)

HINDSIGHT = (
    "The sectoral figures behind {{ names }} were not known on {{ day(as_of) }}: they come from what was announced up "
    "to {{ day(until) }}, later than the day of this brief. They give the size of a scenario; they are no knowledge of "
    "the day."
)


@dataclass(frozen=True)
class Sentences:
    """Every sentence of a brief, as HTML with the figures marked."""

    headline: Markup
    steps: tuple[Markup, ...]
    winners: Markup
    diversion: Mapping[str, Markup]
    """By the code of the market."""
    tariffs: Markup
    deadline: Markup
    hindsight: Markup


def write_sentences(findings: Findings) -> Sentences:
    """All sentences of a brief."""
    last = findings.policies[-1]
    winners = sorted((row for row in last.countries if row.real_income_pct > 0), key=lambda row: -row.real_income_pct)
    return Sentences(
        headline=_fill(findings, HEADLINE),
        steps=tuple(
            _fill(findings, STEP, p=policy, before=before)
            for before, policy in zip(findings.policies, findings.policies[1:], strict=False)
        ),
        winners=_fill(findings, WINNERS, winners=winners[:GAINERS_NAMED], total=last.real_income_money),
        diversion={party.country: _diversion(findings, last, party.country) for party in findings.parties},
        tariffs=_fill(findings, TARIFFS, first=findings.policies[0]),
        deadline=_deadline(findings),
        hindsight=_hindsight(findings),
    )


def text_of(sentence: Markup) -> str:
    """A sentence without markup."""
    return sentence.striptags()


def the(name: str) -> str:
    """`the United States`, but `China`: the article that English puts before some countries."""
    plural_or_union = ("United ", "European Union", "Rest of ", "Philippines", "Netherlands")
    return f"the {name}" if name.startswith(plural_or_union) else name


def _fill(findings: Findings, template: str, **values: Any) -> Markup:
    money = money_of(findings.world.money_unit)
    named = {party.country: party.name for party in findings.parties}

    return Markup(
        _compiled(template).render(
            policies=findings.policies,
            year=findings.world.year,
            effects=lambda policy: [policy.country(party.country) for party in findings.parties],
            name=named.__getitem__,
            money=lambda value: sum_of(value, money),
            last=findings.policies[-1],
            as_of=findings.as_of,
            **values,
        )
    )


def _diversion(findings: Findings, last: PolicyFindings, market: str) -> Markup:
    rows = last.market(market)
    third = sorted((row for row in rows if row.role == "third"), key=lambda row: -row.change)
    by_role: dict[str, SupplierEffect] = {row.role: row for row in rows}
    return _fill(
        findings,
        DIVERSION,
        seller=by_role["party"],
        own=by_role.get("own"),
        third=third[:GAINERS_NAMED],
        market=next(party.name for party in findings.parties if party.country == market),
    )


def _deadline(findings: Findings) -> Markup:
    if findings.deadline is None:
        return Markup("")
    days = (findings.deadline.date - findings.as_of).days if findings.deadline.date else 0
    return _fill(findings, DEADLINE, d=findings.deadline, days=days)


def _hindsight(findings: Findings) -> Markup:
    later = [p for p in findings.policies if p.figures_known_from and p.figures_known_from > findings.as_of]
    if not later:
        return Markup("")
    until = max(policy.figures_known_from for policy in later if policy.figures_known_from)
    names = " and ".join(f"“{policy.title}”" for policy in later)
    if len(later) == len(findings.policies) and len(later) > 1:
        names = f"all {len(later)} policies"
    return _fill(findings, HINDSIGHT, names=names, until=until)


@cache
def environment() -> Environment:
    """Jinja with the filters of this package: escapes what it is given, refuses what is not defined."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("tradewar.brief"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"percent": percent, "rate": rate, "day": day, "the": the, "unsigned": unsigned}
    made.filters |= {"lower_first": lower_first, "bare": lambda value: plain(value, 0 if float(value).is_integer() else 2)}
    return made


@cache
def _compiled(template: str) -> Any:
    return environment().from_string(template)
