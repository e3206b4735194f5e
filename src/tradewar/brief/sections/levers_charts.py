"""Charts of the section on other levers: what is shown. How it is drawn: `bars`, `signed_heat`, `charts`."""

from __future__ import annotations

from collections.abc import Sequence

from tradewar.brief.bars import Bar, Group, bar_chart, cascade
from tradewar.brief.charts import INK, OTHER_COLOUR, Drawing, Ranking, Row, colours, ranking_drawing
from tradewar.brief.numbers import money_of_world, plain
from tradewar.brief.signed_heat import signed_heat
from tradewar.brief.statements import UNDECIDED, open_sign, written
from tradewar.brief.text import the
from tradewar.disputes.findings import Findings
from tradewar.disputes.lever_ranges import OtherLevers
from tradewar.disputes.levers import DivertedSales, LeverFindings

SUPPLIERS_SHOWN = 9


def shown_market(findings: Findings, levers: OtherLevers) -> list[DivertedSales]:
    """Suppliers of the market in which a party loses most sales, under the tariffs in force, else the last policy."""
    names = [policy.name for policy in findings.compared]
    policy = next((policy.name for policy in findings.policies if policy.in_force), names[-1])
    rows = [row for row in levers.table.diversion if row.policy == policy]
    lost = min((row for row in rows if row.role == "party"), key=lambda row: row.change, default=None)
    return [] if lost is None else [row for row in rows if row.importer == lost.importer]


def _solved(levers: OtherLevers) -> list[LeverFindings]:
    return [found for found in levers.table.levers if found.effects]


def lever_bars(findings: Findings, levers: OtherLevers) -> Drawing:
    """A group per lever, a bar per party with its range."""
    colour, groups = colours(findings), []
    told: list[str] = []
    for found in _solved(levers):
        bars: list[Bar] = []
        for party in findings.parties:
            value, spread = found.effect(party.country).real_income_pct, levers.range_of(found.name)
            reach = spread.country(party.country).real_income_pct
            text = written(value, reach, 3)
            bars.append(Bar(party.name, colour[party.country], 0.0 if open_sign(reach) else value, text, range=reach))
            low, high = (plain(end, 3, sign=True) for end in (reach.low, reach.high))
            told.append(f"{found.title}, {party.name}: {text} (range {low} to {high})")
        groups.append(Group(found.title, tuple(bars)))
    title = "Each lever on its own"
    subtitles = [
        f"Real income against {findings.world.year}, percent",
        "Line: range over the published elasticities; ±: sign not identified",
    ]
    description = f"{subtitles[0]}. {'; '.join(told)}."
    return Drawing("levers", title, "Bar and figure: the world's own elasticities; line: the range over the published "
                   "sets.", description, bar_chart(title, subtitles, groups))  # fmt: skip


def _identified(levers: OtherLevers, found: LeverFindings, country: str) -> float | None:
    """What a lever does to a country, None where the sign is not identified."""
    reach = levers.range_of(found.name).country(country).real_income_pct
    return None if open_sign(reach) else found.effect(country).real_income_pct


def country_heat(findings: Findings, levers: OtherLevers) -> Drawing:
    """Every country against every lever; the parties first, then the others by their largest effect."""
    rows = _solved(levers)
    parties = [party.country for party in findings.parties]
    codes = [code for code in levers.table.countries if code not in parties]
    codes.sort(key=lambda code: -max(abs(found.effect(code).real_income_pct) for found in rows))
    names = dict(findings.names)
    ordered = [names[code] for code in (*parties, *codes)]
    values = [
        (names[code], found.short, _identified(levers, found, code))
        for code in (*parties, *codes)
        for found in rows
    ]  # fmt: skip
    title = "Who gains and who loses by each lever"
    subtitle = f"Real income against {findings.world.year}, percent; green gains, violet loses"
    described = "; ".join(
        f"{column}, {row}: {UNDECIDED if value is None else plain(value, 3, sign=True)}"
        for row, column, value in values
    )
    specification = signed_heat(title, [subtitle], ordered, [found.short for found in rows], values, 3)
    return Drawing("levers-countries", title, f"{subtitle}.", f"{subtitle}. {described}.", specification)


def purchase_cascades(findings: Findings, levers: OtherLevers) -> Drawing:
    """From what is bought to the fall of the surplus, one cascade per lever."""
    money = money_of_world(findings.world)
    groups: list[Group] = []
    told: list[str] = []
    for found in _solved(levers):
        bought = found.purchases
        if bought is None or bought.fall_per_unit is None:
            continue
        colour = colours(findings).get(bought.buyer, INK)
        amounts = (
            ("Bought more", "#009E73", bought.purchases),
            ("Other goods bought", OTHER_COLOUR, bought.other_purchases_change),
            ("Sold more", OTHER_COLOUR, -bought.own_sales_change),
        )
        parts = [(label, c, money.factor * v, plain(money.factor * v, 1, sign=True)) for label, c, v in amounts]
        fall = money.factor * bought.surplus_fall
        groups.append(Group(found.title, cascade(parts, Bar("Surplus falls by", colour, fall, plain(fall, 1)))))
        told.append(
            f"{found.title}: {', '.join(f'{label.lower()} {text}' for label, _, _, text in parts)}, surplus falls by "
            f"{plain(fall, 1)}"
        )
    title = "Why the surplus falls by less than is bought"
    subtitle = f"{money.unit} a year; sold more counts against the fall"
    return Drawing(
        "levers-purchases", title, f"{subtitle}.", f"{subtitle}. {'; '.join(told)}.",
        bar_chart(title, [subtitle], groups, axis=False),
    )  # fmt: skip


def diversion_ranking(findings: Findings, rows: Sequence[DivertedSales], goods: str) -> Drawing:
    """Shares of what a market imports before and under the tariffs, the largest suppliers first."""
    colour, names = colours(findings), dict(findings.names)
    foreign = [row for row in rows if row.import_share is not None and row.import_share_before is not None]
    foreign.sort(key=lambda row: (row.role != "party", -(row.import_share or 0.0)))
    shown = tuple(
        Row(
            row.name,
            colour.get(row.supplier, OTHER_COLOUR),
            (100.0 * (row.import_share_before or 0.0), 100.0 * (row.import_share or 0.0)),
        )
        for row in foreign[:SUPPLIERS_SHOWN]
    )
    policy = next(item.short_title for item in findings.policies if item.name == rows[0].policy)
    market = the(names[rows[0].importer])
    title = f"Who sells {market} {goods.split(' (')[0]} instead"
    return ranking_drawing(
        Ranking(
            "levers-diversion", title, f"Share of its imports of {goods}, percent", "percent", 1, shown,
            (str(findings.world.year), policy), signed=False,
        )
    )  # fmt: skip
