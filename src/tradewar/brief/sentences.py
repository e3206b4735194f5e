"""What a brief says, as templates with figures. A sentence holds no figure that is not in the findings.

Each template is filled twice at most: on the page with `<data>` elements, and as plain text for the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, cast

from markupsafe import Markup

from tradewar.brief.numbers import bare, day, lower_first, money_of, percent, rate, sum_of, unsigned
from tradewar.disputes.findings import CountryEffect, Findings, PolicyFindings, SupplierEffect

if TYPE_CHECKING:
    from jinja2 import Environment

GAINERS_NAMED = 3
"""How many gainers and suppliers a sentence names."""

EQUATIONS: Mapping[str, str] = {
    "prices": "Prices: each market's price of a sector follows from the costs, tariffs and shares of its suppliers",
    "unit costs": "Costs: each sector's cost follows from its wage and from the prices of its inputs",
    "border values": "Trade: each supplier's sales in a market follow from its share of spending, duty taken off",
    "expenditure shares": "Shares: those of all suppliers in a market add up to one",
    "producer revenue": "Sales: producers earn what they sell at home and abroad",
    "tariff revenue": "Duties: revenue is the rate times what crosses the border",
    "income": "Income: wages, duties and the deficit make up what a country spends",
    "goods market": "Goods: spending on each sector equals its use as an input and in consumption",
    "labour market": "Labour: what producers pay for it equals what workers earn",
    "trade balance": "Balance: imports less exports equal the deficit",
    "trade deficits": "Deficits: each follows the rule chosen for it",
    "numeraire": "Unit of account: its value does not change",
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
    "Changes of tariffs since the base year that are not part of the dispute, such as general cuts.",
    "The uncertainty of the trade elasticities: other published sets of them give other figures.",
)
"""What the model leaves out, for the last section of a brief."""

HEADLINE = (
    "{{ last.title }} would leave {% for e in effects(last) %}{{ the(e.name) }} with "
    "{{ unsigned(percent(e.real_income_pct)) }} percent {{ 'less' if e.real_income_pct < 0 else 'more' }} real income "
    "({{ unsigned(money(e.real_income_money)) }} a year){{ ' and ' if not loop.last }}{% endfor %}."
)

STEP = (
    "From “{{ before.title }}” to “{{ p.title }}”, real income changes by {% for e in effects(p) %}"
    "{{ percent(e.step_points, 3) }} percentage points in {{ the(e.name) }} ({{ money(e.step_money) }} a year)"
    "{{ ' and ' if not loop.last }}{% endfor %}."
)

WINNERS = (
    "{% if winners %}Under {{ last.title | lower_first }}, {% for w in winners %}{{ the(w.name) }} "
    "({{ unsigned(percent(w.real_income_pct)) }} percent, {{ unsigned(money(w.real_income_money)) }} a year)"
    "{{ ', ' if loop.revindex > 2 else ' and ' if loop.revindex == 2 }}{% endfor %} "
    "gain{{ 's' if winners | length == 1 }} most in percent.{% else %}No country gains.{% endif %} "
    "All countries together {{ 'lose' if total < 0 else 'gain' }} {{ unsigned(money(total)) }} a year."
)

DIVERSION = (
    "Under {{ last.title | lower_first }}, the share of {{ the(seller.name) }} in the goods that {{ the(market) }} "
    "imports goes from {{ rate(seller.import_share_baseline) }} to "
    "{{ rate(seller.import_share) }} percent; its sales change by {{ money(seller.change) }} a year "
    "({{ percent(seller.change_pct, 1) }} percent). The largest gains in share are those of "
    "{% for r in third %}{{ the(r.name) }} ({{ rate(r.import_share_baseline) }} to {{ rate(r.import_share) }} percent)"
    "{{ ', ' if loop.revindex > 2 else ' and ' if loop.revindex == 2 }}{% endfor %}. "
    "Of all goods bought, own producers supply {{ rate(own.market_share) }} percent instead of "
    "{{ rate(own.market_share_baseline) }}."
)

TARIFFS = (
    "{% for t in first.tariffs %}The average tariff of {{ the(name(t.importer)) }} on goods of "
    "{{ the(name(t.exporter)) }} was {{ rate(t.baseline_rate) }} percent in {{ year }}"
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
    if name.startswith("Rest of "):
        return f"the rest of {name.removeprefix('Rest of ').replace('world', 'the world')}"
    return f"the {name}" if name.startswith(("United ", "European Union", "Philippines", "Netherlands")) else name


def _fill(findings: Findings, template: str, **values: Any) -> Markup:
    named = {party.country: party.name for party in findings.parties}

    def parties(policy: PolicyFindings) -> list[CountryEffect]:
        return [policy.country(code) for code in named]

    return Markup(
        _compiled(template).render(
            policies=findings.policies,
            year=findings.world.year,
            effects=parties,
            name=named.__getitem__,
            money=partial(sum_of, money=money_of(findings.world.money_unit)),
            last=findings.policies[-1],
            as_of=findings.as_of,
            **values,
        )
    )


def _diversion(findings: Findings, last: PolicyFindings, market: str) -> Markup:
    rows = last.market(market)
    third = sorted(
        (row for row in rows if row.role == "third"), key=lambda row: row.import_share_baseline - row.import_share
    )
    by_role: dict[str, SupplierEffect] = {row.role: row for row in rows}
    return _fill(
        findings,
        DIVERSION,
        seller=by_role["party"],
        own=by_role["own"],
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
    # Jinja's own types allow only the functions that it ships with
    cast("dict[str, Any]", made.globals).update(percent=percent, rate=rate, day=day, the=the, unsigned=unsigned)
    made.filters.update(lower_first=lower_first, bare=bare)
    return made


@cache
def _compiled(template: str) -> Any:
    return environment().from_string(template)
