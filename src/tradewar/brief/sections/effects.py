"""What it does: who gains and who loses, who takes over the sales, which sectors grow and which shrink."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from tradewar.brief.charts import OTHER_COLOUR, Drawing, Ranking, Row, colours, panels_drawing, ranking_drawing
from tradewar.brief.front import deadline_words, front_drawing
from tradewar.brief.numbers import amount, day, figure, money_of
from tradewar.brief.section import Limits, Section, Words
from tradewar.brief.statements import identified, income_range, open_sign, ranges_of
from tradewar.brief.tables import Table, table, unit_of
from tradewar.brief.text import fill, the
from tradewar.disputes.effects import CountryEffect, PolicyFindings, SupplierEffect
from tradewar.disputes.findings import Findings
from tradewar.disputes.ranges import CountryRange, PolicyRanges, Ranges
from tradewar.io.serialize import content
from tradewar.world.ranges import Range

GAINERS_NAMED = 3
"""How many gainers and suppliers a sentence names."""

OPENING = (
    "Under {{ last.title | lower_first }}, {{ gains_money('all countries together', total, of and of.world_money, "
    "plural=true) }}{% for e, r in most %}; {{ gains(e.name, e.real_income_pct, r) }}, the most{% endfor %}."
)

MOVES = (
    "The elasticities of trade, which published estimates put far apart. {% for m in r.movers %}"
    "{{ 'Over the draws, real' if loop.first else 'real' }} income of {{ the(name(m.country)) }} moves most with that "
    "of {{ m.name | lower_first }} (correlation {{ percent(m.correlation) }})"
    "{{ '; ' if not loop.last else '.' }}{% endfor %}"
)

RANGES = (
    "Ranges hold the middle {{ rate(r.level, 0) }} percent of {{ figure(r.solved, 0) }} draws of the trade "
    "elasticities (seed {{ r.seed }}; {{ r.distribution }}, standard error {{ rate(r.standard_error, 0) }} percent of "
    "each: {{ r.source }}). Other doubts come on top. Steps and options are differences under the same draw."
)

SHARED = (
    "All sectors share {{ rate(r.common, 0) }} percent of the variance of the draws; the share is ours, since "
    "published sets cannot show what all estimates have in common. Under {{ first.title | lower_first }}, "
    "{% for code, rows in shared %}real income of {{ the(name(code)) }} changes by "
    "{% for s in rows %}{{ ends(s.real_income_pct, 3) }} percent where they share {{ rate(s.common, 0) }} percent"
    "{{ ' and ' if not loop.last }}{% endfor %}{{ '; ' if not loop.last else '.' }}{% endfor %}"
)

LEAVES_OUT = (
    "Time, unemployment, how easily products of a sector replace each other, duties on third countries, investment "
    "and uncertainty itself; the list at the end says how. The figures compare two situations of rest, years apart."
)

HORIZON = (
    "{{ horizon.sentence }} {% if horizon.years is none %}A day beside a figure is that of the tariffs: the figure is "
    "where they lead once buyers have had years to move. Soon after the day less trade has moved "
    "(tradewar brief --horizon 1).{% else %}Everything here is at that horizon; other levers, games, deals and what "
    "would hold are those of the long run.{% if horizon.years < 3 %} Wages are flexible: with so little reaction a "
    "country that taxes gains in its terms of trade, which was not seen in 2018 and 2019 (Amiti, Redding and "
    "Weinstein 2019).{% endif %}"
    "{% endif %}"
)

STEP = (
    "From “{{ before.title }}” to “{{ p.title }}”, {% for e, r in rows %}"
    "{{ gains(e.name, e.step_points, r, unit='percentage points', money=e.step_money) }}"
    "{{ ' and ' if not loop.last }}{% endfor %}."
)

WINNERS = (
    "{% if winners %}Under {{ last.title | lower_first }}, {% for w in winners %}{{ the(w.name) }} "
    "({{ size(w.real_income_pct) }}, {{ unsigned(money(w.real_income_money)) }} a year)"
    "{{ ', ' if loop.revindex > 2 else ' and ' if loop.revindex == 2 }}{% endfor %} "
    "gain{{ 's' if winners | length == 1 }} most in percent.{% else %}No country is identified as a gainer."
    "{% endif %}"
)

DIVERSION = (
    "Under {{ last.title | lower_first }}, the share of {{ the(seller.name) }} in the goods that {{ the(market) }} "
    "imports {% if unsure %}does not change in an identified direction{{ within(share, 1) }}{% else %}goes from "
    "{{ rate(seller.import_share_baseline) }} to {{ rate(seller.import_share) }} percent{% if share %}, a change of "
    "{{ ends(share, 1) }} points over the draws{% endif %}; its sales change by {{ money(seller.change) }} a year "
    "({{ percent(seller.change_pct, 1) }} percent){% endif %}. "
    "{% if third %}The largest gains in share are those of "
    "{% for r in third %}{{ the(r.name) }} ({{ rate(r.import_share_baseline) }} to {{ rate(r.import_share) }} percent)"
    "{{ ', ' if loop.revindex > 2 else ' and ' if loop.revindex == 2 }}{% endfor %}. {% endif %}"
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


def _sentences(findings: Findings) -> Words:
    policies = findings.compared
    last = policies[-1]
    winners = [row for row in identified(findings, last) if row.real_income_pct > 0]
    return {
        "horizon": fill(findings, HORIZON, horizon=findings.horizon),
        "winners": fill(findings, WINNERS, winners=winners[:GAINERS_NAMED]),
        "steps": [
            fill(findings, STEP, p=policy, before=before, rows=_step_rows(findings, policy))
            for before, policy in pairwise(policies)
        ],
        "diversion": {party.country: _diversion(findings, last, party.country) for party in findings.parties},
        "tariffs": fill(findings, TARIFFS, first=policies[0]),
        "deadline": deadline_words(findings),
    }


def _step_rows(findings: Findings, policy: PolicyFindings) -> list[tuple[CountryEffect, Range | None]]:
    of = ranges_of(findings, policy)
    return [
        (policy.country(party.country), None if of is None else of.country(party.country).step_points)
        for party in findings.parties
    ]


def _diversion(findings: Findings, last: PolicyFindings, market: str) -> Markup:
    rows, of = last.market(market), ranges_of(findings, last)
    spans = {} if of is None else {row.supplier: row.share_points for row in of.suppliers if row.importer == market}
    by_role: dict[str, SupplierEffect] = {row.role: row for row in rows}
    third = sorted(
        (row for row in rows if row.role == "third" and not open_sign(spans.get(row.supplier))),
        key=lambda row: row.import_share_baseline - row.import_share,
    )
    seller = by_role["party"]
    return fill(
        findings,
        DIVERSION,
        seller=seller,
        unsure=open_sign(spans.get(seller.supplier)),
        share=spans.get(seller.supplier),
        own=by_role["own"],
        third=third[:GAINERS_NAMED],
        market=next(party.name for party in findings.parties if party.country == market),
    )


def _opening(findings: Findings) -> Markup:
    last = findings.compared[-1]
    rows = identified(findings, last)
    most = [row for row in rows[:1] if row.real_income_pct > 0]
    return fill(
        findings,
        OPENING,
        of=ranges_of(findings, last),
        total=last.real_income_money,
        most=[(row, income_range(findings, last, row.country)) for row in most],
    )


def _limits(findings: Findings) -> Limits:
    ranges = findings.part(Ranges)
    if ranges is None:
        return Limits(("The elasticities of trade, which published estimates put far apart.",), (LEAVES_OUT,))
    shared = [
        (party.country, [row for row in ranges.shared if row.country == party.country]) for party in findings.parties
    ]
    told = [fill(findings, MOVES, r=ranges), fill(findings, RANGES, r=ranges, figure=figure)]
    if ranges.shared:
        told.append(fill(findings, SHARED, r=ranges, first=findings.policies[0], shared=shared))
    return Limits(told, (LEAVES_OUT,))


# ---------------------------------------------------------------- charts


def _drawings(findings: Findings) -> Sequence[Drawing]:
    first, second = (party.country for party in findings.parties)
    rankings = [
        _welfare(findings),
        _output(findings, first),
        _output(findings, second),
        _market(findings, first),
        _market(findings, second),
    ]
    return [
        *front_drawing(findings),
        *map(ranking_drawing, rankings),
        panels_drawing(_average(findings), "Average over the trade of the baseline year."),
    ]


def _policies(findings: Findings) -> tuple[str, ...]:
    return tuple(policy.short_title for policy in findings.compared)


def _party(findings: Findings, code: str) -> str:
    return next(party.name for party in findings.parties if party.country == code)


def _ranking(
    findings: Findings,
    name: str,
    title: tuple[str, str],
    unit: str,
    decimals: int,
    values: Callable[[PolicyFindings], Sequence[tuple[str, str, float]]],
    choose: Callable[[PolicyRanges], Sequence[Range]],
) -> Ranking:
    """Rows ranked by the last policy; `values` gives (label, colour, value) in one order for every policy.

    `choose` gives the ranges of a policy in the same order.
    """
    columns = [values(policy) for policy in findings.compared]
    rows = [Row(cells[0][0], cells[0][1], tuple(cell[2] for cell in cells)) for cells in zip(*columns, strict=True)]
    known = [of for policy in findings.compared if (of := ranges_of(findings, policy)) is not None]
    if known:
        spans = zip(*(choose(of) for of in known), strict=True)
        rows = [replace(row, ranges=found) for row, found in zip(rows, spans, strict=True)]
    rows.sort(key=lambda row: -row.values[-1])
    return Ranking(name, *title, unit, decimals, tuple(rows), _policies(findings))


def _welfare(findings: Findings) -> Ranking:
    colour = colours(findings)
    title = ("Real income", f"Change against {findings.world.year}, percent")
    return _ranking(
        findings,
        "welfare",
        title,
        "percent",
        3,
        lambda policy: [
            (row.name, colour.get(row.country, OTHER_COLOUR), row.real_income_pct) for row in policy.countries
        ],
        lambda last: [row.real_income_pct for row in last.countries],
    )


def _output(findings: Findings, country: str) -> Ranking:
    colour = colours(findings)[country]
    title = (
        f"Output of {the(_party(findings, country))}",
        f"Change of volume by sector against {findings.world.year}, percent",
    )
    return _ranking(
        findings,
        f"output-{country}",
        title,
        "percent",
        2,
        lambda policy: [(row.name, colour, row.volume_pct) for row in policy.output(country)],
        lambda last: [row.volume_pct for row in last.sectors if row.country == country],
    )


def _market(findings: Findings, importer: str) -> Ranking:
    """Shares of imports: unlike money after the change, they do not depend on the unit of account."""
    colour = colours(findings)
    title = (
        f"Who supplies {the(_party(findings, importer))}",
        f"Change of share in its goods imports against {findings.world.year}, percentage points",
    )
    return _ranking(
        findings,
        f"diversion-{importer}",
        title,
        "percentage points",
        1,
        lambda policy: [
            (
                row.name,
                colour.get(row.supplier, OTHER_COLOUR),
                100.0 * (row.import_share - row.import_share_baseline),
            )
            for row in policy.market(importer)
            if row.role != "own"
        ],
        lambda last: [row.share_points for row in last.suppliers if row.importer == importer],
    )


def _average(findings: Findings) -> Ranking:
    """Average rates in percent: one row per pair, columns baseline year and policies."""
    rows: list[Row] = []
    for pair in findings.compared[0].tariffs:
        after = [100 * policy.tariff(pair.importer, pair.exporter).rate for policy in findings.compared]
        label = f"{_party(findings, pair.importer)} on {_party(findings, pair.exporter)}"
        rows.append(Row(label, colours(findings)[pair.importer], (100 * pair.baseline_rate, *after)))
    columns = (str(findings.world.year), *_policies(findings))
    title = "Tariffs on each other's goods"
    subtitle = f"Average, percent; weights: goods trade of {findings.world.year} between the two"
    return Ranking("tariffs", title, subtitle, "percent", 1, tuple(rows), columns)


# ---------------------------------------------------------------- tables


def _tables(findings: Findings) -> Sequence[Table]:
    made = (_countries(findings), _sectors(findings), _suppliers(findings), _tariffs(findings), _mapping(findings))
    ranges = findings.part(Ranges)
    return made if ranges is None else (*made, _ranges(findings, ranges))


def _ranges(findings: Findings, ranges: Ranges) -> Table:
    fields = ("real_income_pct", "real_income_money", "step_points", "real_wage_pct", "exports_pct", "imports_pct")
    named = [name.replace("money", unit_of(findings)) for name in fields]
    rows: list[tuple[Any, ...]] = []
    for policy in ranges.policies:
        for row in policy.countries:
            ends = [
                (None, None) if span is None else (span.low, span.high) for span in (getattr(row, f) for f in fields)
            ]
            rows.append((policy.name, row.country, *(end for pair in ends for end in pair)))
    columns = ("policy", "country", *(f"{name}_{end}" for name in named for end in ("low", "high")))
    share, draws = f"{100 * ranges.level:.0f}", ranges.solved
    return table("ranges", f"Middle {share} percent of {draws} draws of the trade elasticities", columns, rows)


def _countries(findings: Findings) -> Table:
    unit = unit_of(findings)
    columns = (
        "policy",
        "country",
        "name",
        "real_income_pct",
        f"real_income_{unit}",
        "step_percentage_points",
        f"step_{unit}",
        "real_wage_pct",
        f"tariff_revenue_baseline_{unit}",
        f"tariff_revenue_{unit}",
        "exports_pct",
        "imports_pct",
    )
    rows = [(policy.name, *vars(row).values()) for policy in findings.policies for row in policy.countries]
    return table("countries", "Effects on countries", columns, rows)


def _sectors(findings: Findings) -> Table:
    unit = unit_of(findings)
    columns = (
        "policy",
        "country",
        "sector",
        "name",
        f"output_baseline_{unit}",
        f"output_{unit}",
        "output_value_pct",
        "output_volume_pct",
    )
    rows = [(policy.name, *vars(row).values()) for policy in findings.policies for row in policy.sectors]
    return table("sectors", "Output of the parties by sector", columns, rows)


def _suppliers(findings: Findings) -> Table:
    unit = unit_of(findings)
    columns = (
        "policy",
        "importer",
        "supplier",
        "name",
        "role",
        f"sales_baseline_{unit}",
        f"sales_{unit}",
        f"change_{unit}",
        "change_pct",
        "market_share_baseline_fraction",
        "market_share_fraction",
        "import_share_baseline_fraction",
        "import_share_fraction",
    )
    rows = [(policy.name, *vars(row).values()) for policy in findings.policies for row in policy.suppliers]
    return table("suppliers", "Sales of goods in the parties' markets by supplier", columns, rows)


def _tariffs(findings: Findings) -> Table:
    columns = ("policy", "importer", "exporter", "baseline_rate_fraction", "rate_fraction", "increase_fraction")
    rows = [(policy.name, *vars(row).values()) for policy in findings.policies for row in policy.tariffs]
    return table("tariffs", "Average tariffs between the parties", columns, rows)


def _mapping(findings: Findings) -> Table:
    fields = ("importer", "exporter", "on", "known", "base_on", "weight_set", "unit", "change_points")
    fields = (*fields, "total", "mapped", "unmapped", "without_rate")
    rows = [
        (policy.name, *(row[name] for name in fields))
        for policy in findings.policies
        for row in map(content, policy.mapping)
    ]
    return table("mapping", "From product rates to sector rates", ("policy", *fields), rows)


# ---------------------------------------------------------------- rows of the page


@dataclass(frozen=True)
class _EffectRow:
    name: str
    party: bool
    cells: tuple[CountryEffect, ...]
    ranges: tuple[CountryRange | None, ...]
    """One per policy; None where none is known."""


def _values(findings: Findings) -> Mapping[str, Any]:
    """The parties first, then the others by the last policy, best first."""
    parties, ranges = [party.country for party in findings.parties], findings.part(Ranges)
    last = findings.compared[-1]
    others = sorted((row for row in last.countries if row.country not in parties), key=lambda row: -row.real_income_pct)
    ordered = [last.country(code) for code in parties] + others
    rows = [
        _EffectRow(
            row.name,
            row.country in parties,
            tuple(p.country(row.country) for p in findings.compared),
            tuple(None if ranges is None else ranges.policy(p.name).country(row.country) for p in findings.compared),
        )
        for row in ordered
    ]
    worlds = [None if (of := ranges_of(findings, p)) is None else of.world_money for p in findings.compared]
    return {"rows": rows, "worlds": worlds, "gains": dict(_party_ranges(findings)), **_mapped(findings)}


def _party_ranges(findings: Findings) -> Iterator[tuple[tuple[str, str], CountryRange | None]]:
    for policy in findings.compared:
        of = ranges_of(findings, policy)
        for party in findings.parties:
            yield (policy.name, party.country), None if of is None else of.country(party.country)


def _mapped(findings: Findings) -> Mapping[str, Any]:
    """The way from product rates to sector rates, for policies that come from a tariff book."""
    found = [(policy, row) for policy in findings.compared for row in policy.mapping]
    if not found:
        return {"mapped": ()}
    money = money_of(found[0][1].unit, min(row.report.total for _, row in found) / 100)
    since = sorted({dt.date.fromisoformat(row.base_on) for _, row in found})
    return {
        "mapped": found,
        "mapped_unit": money.unit,
        "mapped_sum": partial(amount, money=money, sign=False),
        "since": " and ".join(day(on) for on in since),
    }


SECTION = Section(
    "effects",
    _sentences,
    _drawings,
    _tables,
    _values,
    question="Who gains, who loses?",
    opening=_opening,
    limits=_limits,
)
