"""What else is on the table: every lever side by side, what promised purchases do, and who sells instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from tradewar.brief.charts import Drawing
from tradewar.brief.numbers import figure, unsigned
from tradewar.brief.section import Limits, Section, Words
from tradewar.brief.sections.levers_charts import (
    country_heat,
    diversion_ranking,
    lever_bars,
    purchase_cascades,
    shown_market,
)
from tradewar.brief.statements import income_range, open_sign
from tradewar.brief.tables import Table, table, unit_of
from tradewar.brief.text import fill
from tradewar.disputes.findings import Findings
from tradewar.disputes.lever_ranges import CountryRange, LeverRange, OtherLevers
from tradewar.disputes.levers import DivertedSales, LeverEffect, LeverFindings
from tradewar.world.ranges import Range

NAMED = 3
"""How many suppliers a cell or a sentence names."""
ALREADY = 1e-9
"""An effect below so many percent is none: the target is met without the lever."""

OPENING = (
    "{% for b in best %}{{ 'Of what else is on the table, at the sizes assumed, ' if loop.first }}"
    "{% if b.found %}“{{ b.found.title }}” "
    "{% if b.effect.real_income_pct < 0 %}costs {{ the(name(b.country)) }} least{% else %}is worth most to "
    "{{ the(name(b.country)) }}{% endif %}, {{ size(b.effect.real_income_pct) }} of real income a year"
    "{{ within(b.range) }}{% else %}no lever has an identified sign for {{ the(name(b.country)) }}{% endif %}"
    "{{ ', and ' if not loop.last else '.' }}{% endfor %}"
)
SCALE = (
    "For scale: under {{ last.title | lower_first }}, {% for e, r in rows %}{{ gains(e.name, e.real_income_pct, r) }}"
    "{{ ' and ' if not loop.last }}{% endfor %}."
)
OUTSIDE = (
    "Outside the two, “{{ found.title }}” moves {{ the(effect.name) }} most: {{ gains(effect.name, "
    "effect.real_income_pct, range) }}."
)
PURCHASES = (
    "“{{ found.title }}”: {{ the(buyer) }} buys {{ unsigned(money(p.purchases)) }} more a year, but its "
    "surplus with the sellers "
    "{{ 'falls' if p.surplus_fall >= 0 else 'rises' }} by {{ 'only ' if p.shortfall > 0 }}{{ "
    "unsigned(money(p.surplus_fall)) }}, "
    "{{ rate(p.fall_per_unit, 0) }} percent of that{{ within(spread, 0, sign=False, scale=100) }}. "
    "Two things make the difference: it sells {{ unsigned(money(p.own_sales_change)) }} "
    "{{ 'more' if p.own_sales_change >= 0 else 'less' }} to them, because the orders raise their incomes and "
    "costs, and it "
    "buys {{ unsigned(money(p.other_purchases_change)) }} {{ 'less' if p.other_purchases_change < 0 else 'more' }} of "
    "their other goods, from which the orders draw workers away. Filling the orders costs its budget "
    "{{ unsigned(money(p.fiscal_cost)) }} a year, and its trade with all countries stays as unbalanced as it was."
)
SAME_FALL = (
    "A surplus smaller by {{ unsigned(money(fall)) }} can be had in more than one way, and who pays depends on it: "
    "{% for b in ways %}under “{{ b.found.title }}”, {% for e, r in b.effects %}"
    "{{ gains(name(e.country), e.real_income_pct, r) }}{{ ' and ' if not loop.last }}{% endfor %}"
    "{{ '; ' if not loop.last else '.' }}{% endfor %}"
)
DIVERSION = (
    "Under {{ policy | lower_first }}, the share of {{ the(lost.name) }} in the {{ goods }} that {{ the(market) }} "
    "imports goes from {{ rate(lost.import_share_before) }} to {{ rate(lost.import_share) }} percent. "
    "{% for r in takers %}{{ upper(the(r.name)) if loop.first else the(r.name) }} takes {{ "
    "rate(r.share_of_place, 0) }} "
    "percent of that place"
    "{{ ', ' if loop.revindex > 2 else ' and ' if loop.revindex == 2 else '.' }}{% endfor %}"
)
UNMET = "“{{ found.title }}” cannot be reached: {{ found.message }}"

SIZES = (
    "The size of a lever, which the table gives with its source: most are illustrations. Effects are close to "
    "proportional."
)
SETS = (
    "The elasticities of trade: ranges reach from the lowest to the highest of {{ figure(n, 0) }} sets (the "
    "world's own "
    "and the published ones)."
)
TODAY = (
    "The tariffs on which a lever is put: the figures are against {{ year }}; “on the tariffs of the day” "
    "stands beside "
    "them. A target that these tariffs meet by themselves needs no lever."
)
UNMET_IN = (
    "With some sets of elasticities, the target of “{{ found.title }}” cannot be met: these are not in its range."
)
LEAVES_OUT = (
    "What a ban is for (security), and what a plan may do for technology: only trade and income are counted. Firms, "
    "contracts, storage, and products within sectors: an order for soybeans is an order for farm goods here.",
    "Orders are kept to the letter, by all buyers of the sector together; the section on promises looks at what was "
    "delivered.",
)
GOODS: Mapping[tuple[str, ...], str] = {("AGR",): "farm goods (soybeans among them)"}


@dataclass(frozen=True)
class _Best:
    country: str
    found: LeverFindings | None
    """None where no lever has an identified sign for the country."""
    effect: LeverEffect | None
    range: Range | None


@dataclass(frozen=True)
class _Way:
    found: LeverFindings
    effects: tuple[tuple[LeverEffect, Range], ...]


def other_levers(findings: Findings) -> OtherLevers:
    """The part; the section applies only where it is there."""
    found = findings.part(OtherLevers)
    assert found is not None
    return found


def solved(levers: OtherLevers) -> list[LeverFindings]:
    """The levers that could be solved."""
    return [found for found in levers.table.levers if found.effects]


def _parties(findings: Findings) -> list[str]:
    return [party.country for party in findings.parties]


def _opening(findings: Findings) -> Markup:
    levers = other_levers(findings)
    rows = solved(levers)
    best: list[_Best] = []
    for code in _parties(findings) if rows else ():
        spans = {row.name: levers.range_of(row.name).country(code).real_income_pct for row in rows}
        sure = [row for row in rows if not open_sign(spans[row.name])]
        found = max(sure, key=lambda row: row.effect(code).real_income_pct, default=None)
        best.append(_Best(code, found, found and found.effect(code), found and spans[found.name]))
    return fill(findings, OPENING, best=best) if best else Markup("None of the levers on the table can be reached.")


def _sentences(findings: Findings) -> Words:
    levers = other_levers(findings)
    told: dict[str, Any] = {
        "scale": [_scale(findings), *_outside(findings, levers)],
        "purchases": [
            _purchases(findings, found, levers.range_of(found.name))
            for found in solved(levers)
            if found.purchases and found.purchases.fall_per_unit is not None
        ],
        "balance": _same_fall(findings, levers),
        "unmet": [fill(findings, UNMET, found=found) for found in levers.table.levers if not found.effects],
        "diversion": _diversion(findings, levers),
    }
    return told


def _scale(findings: Findings) -> Markup:
    last = findings.compared[-1]
    effects = [last.country(code) for code in _parties(findings)]
    return fill(findings, SCALE, rows=[(row, income_range(findings, last, row.country)) for row in effects])


def _outside(findings: Findings, levers: OtherLevers) -> list[Markup]:
    parties = _parties(findings)
    others = [
        (found, row, span)
        for found in solved(levers)
        for row in found.effects
        if row.country not in parties
        and not open_sign(span := levers.range_of(found.name).country(row.country).real_income_pct)
    ]
    if not others:
        return []
    found, effect, span = max(others, key=lambda each: abs(each[1].real_income_pct))
    return [fill(findings, OUTSIDE, found=found, effect=effect, range=span)]


def _purchases(findings: Findings, found: LeverFindings, spread: LeverRange) -> Markup:
    bought = found.purchases
    assert bought is not None
    buyer = dict(findings.names)[bought.buyer]
    return fill(findings, PURCHASES, found=found, p=bought, buyer=buyer, spread=spread.fall_per_unit)


def _same_fall(findings: Findings, levers: OtherLevers) -> list[Markup]:
    """Levers that reach the same balance in different ways."""
    parties = _parties(findings)
    by_target: dict[float, list[_Way]] = {}
    for found in solved(levers):
        if [row.commitment.kind for row in found.commitments] == ["balance"]:
            spread = levers.range_of(found.name)
            effects = tuple((found.effect(code), spread.country(code).real_income_pct) for code in parties)
            by_target.setdefault(found.commitments[0].target, []).append(_Way(found, effects))
    return [
        fill(findings, SAME_FALL, ways=ways, fall=ways[0].found.commitments[0].bilateral.surplus_fall)
        for ways in by_target.values()
        if len(ways) > 1
    ]


def _diversion(findings: Findings, levers: OtherLevers) -> list[Markup]:
    rows = shown_market(findings, levers)
    lost = next((row for row in rows if row.role == "party"), None)
    if lost is None or lost.import_share is None:
        return []
    third = sorted((row for row in rows if row.share_of_place is not None), key=_place, reverse=True)
    names = dict(findings.names)
    return [
        fill(
            findings, DIVERSION, lost=lost, takers=third[:NAMED], market=names[lost.importer],
            policy=_policy_title(findings, lost.policy), goods=goods_of(lost), upper=_upper,
        )
    ]  # fmt: skip


def goods_of(row: DivertedSales) -> str:
    """The goods of a market in words; the codes of the sectors where no words are known."""
    return GOODS.get(row.sectors, f"goods of {' and '.join(row.sectors)}")


def _place(row: DivertedSales) -> float:
    return row.share_of_place or 0.0


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _policy_title(findings: Findings, name: str) -> str:
    return next(policy.title for policy in findings.policies if policy.name == name)


def _limits(findings: Findings) -> Limits:
    levers = other_levers(findings)
    moves = [Markup(SIZES), fill(findings, SETS, n=float(levers.sets_compared), figure=figure)]
    if levers.today:
        moves.append(fill(findings, TODAY))
    moves += [
        fill(findings, UNMET_IN, found=levers.table.lever(row.lever)) for row in levers.ranges if row.unmet_in
    ]  # fmt: skip
    return Limits(moves, LEAVES_OUT)


# ---------------------------------------------------------------- charts and tables


def _drawings(findings: Findings) -> Sequence[Drawing]:
    levers = other_levers(findings)
    made = [lever_bars(findings, levers), country_heat(findings, levers)] if solved(levers) else []
    made += [purchase_cascades(findings, levers)] if _buying(levers) else []
    rows = shown_market(findings, levers)
    return [*made, diversion_ranking(findings, rows, goods_of(rows[0]))] if rows else made


def _buying(levers: OtherLevers) -> bool:
    return any(found.purchases and found.purchases.fall_per_unit is not None for found in solved(levers))


def _tables(findings: Findings) -> Sequence[Table]:
    levers, unit = other_levers(findings), unit_of(findings)
    effects = [
        (
            found.name, found.kind, row.country, row.name, row.real_income_pct, place.real_income_pct.low,
            place.real_income_pct.high, *(getattr(place.on_today, end, None) for end in ("base", "low", "high")),
            row.real_income_money, row.real_wage_pct, row.exports_pct, row.imports_pct,
        )
        for found in solved(levers)
        for row in found.effects
        for place in [levers.range_of(found.name).country(row.country)]
    ]  # fmt: skip
    columns = (
        "lever", "kind", "country", "name", "real_income_pct", "lowest", "highest", "on_the_tariffs_of_the_day_pct",
        "on_the_day_lowest", "on_the_day_highest",
        f"real_income_{unit}", "real_wage_pct", "exports_pct", "imports_pct",
    )  # fmt: skip
    promises = [
        (
            found.name, row.title, row.commitment.kind, row.commitment.instrument,
            *(getattr(row, name) for name in PROMISE), row.payer,
        )
        for found in solved(levers)
        for row in found.commitments
    ]  # fmt: skip
    displaced = [
        (found.name, row.title, seller.supplier, seller.sales_before, seller.sales, seller.change)
        for found in solved(levers)
        for row in found.commitments
        for seller in row.suppliers
    ]
    fields = ("policy", "importer", "exporter", "supplier", "role", "sales_before", "sales", "change")
    shares = ("import_share_before", "import_share", "share_of_place")
    diverted = [tuple(getattr(row, name) for name in (*fields, *shares)) for row in levers.table.diversion]
    return (
        table("levers", "Each lever on its own, by country", columns, effects),
        table(
            "lever-promises", "What keeping each promise takes",
            ("lever", "promise", "kind", "instrument", *PROMISE, "payer"), promises,
        ),
        table(
            "lever-suppliers", f"Sales by supplier where a promise is kept, {unit}",
            ("lever", "promise", "supplier", "sales_before", "sales", "change"), displaced,
        ),
        table("lever-diversion", f"Who takes whose place under the tariffs, {unit}", (*fields, *shares), diverted),
    )  # fmt: skip


PROMISE = ("before", "value", "target", "wedge", "implied_rate", "fiscal_cost")


# ---------------------------------------------------------------- rows of the page


@dataclass(frozen=True)
class _LeverRow:
    found: LeverFindings
    cells: tuple[tuple[LeverEffect, CountryRange], ...]
    """(effect, ranges) of the parties."""
    outside: tuple[LeverEffect, ...]
    """The third countries that gain most and lose most, of those whose sign is identified."""
    already: bool
    """True where the tariffs of the day meet the target by themselves."""


def _values(findings: Findings) -> Mapping[str, Any]:
    levers = other_levers(findings)
    promises = [(found, row, row.displaced[:NAMED]) for found in solved(levers) for row in found.commitments]
    return {
        "levers": levers,
        "rows": [_row(findings, levers, found) for found in levers.table.levers],
        "promises": promises,
        "figure": figure,
        "unsigned": unsigned,
        "buying": _buying(levers),
        "market": shown_market(findings, levers),
    }


def _row(findings: Findings, levers: OtherLevers, found: LeverFindings) -> _LeverRow:
    if not found.effects:
        return _LeverRow(found, (), (), already=False)
    parties, spread = _parties(findings), levers.range_of(found.name)
    others = sorted(
        (
            row
            for row in found.effects
            if row.country not in parties and not open_sign(spread.country(row.country).real_income_pct)
        ),
        key=lambda row: row.real_income_pct,
    )
    today = [spread.country(code).on_today for code in parties]
    return _LeverRow(
        found,
        tuple((found.effect(code), spread.country(code)) for code in parties),
        (others[-1], others[0]) if len(others) > 1 else tuple(others),
        already=bool(found.commitments) and all(value is not None and abs(value.base) < ALREADY for value in today),
    )


def _applies(findings: Findings) -> bool:
    return findings.part(OtherLevers) is not None


SECTION = Section(
    "levers",
    _sentences,
    _drawings,
    _tables,
    _values,
    _applies,
    question="What else is on the table?",
    opening=_opening,
    limits=_limits,
)
