"""Whether the figures solve the model, what is assumed, what is left out, and whose figures they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tradewar.brief.section import Section, Words
from tradewar.brief.tables import Table, table
from tradewar.disputes.findings import Findings
from tradewar.disputes.taxed import Taxed

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
    "Doubt about the model itself: ranges, where given, are those of the trade elasticities or of what is assumed; "
    "the structure of the model and its data are taken as right.",
)
"""What the model leaves out, for the last section of a brief."""

CLOSURES = {
    "share-of-world": "each country's deficit stays the same share of world value added",
    "balanced": "removed from the baseline first, and zero throughout",
}


def _sentences(findings: Findings) -> Words:
    return {"left_out": LEFT_OUT}


def _values(findings: Findings) -> Mapping[str, Any]:
    return {
        "certificate": _certificate_rows(findings),
        "elasticity": _elasticity(findings),
        "closure": CLOSURES.get(findings.closure, f"held as the closure {findings.closure} prescribes"),
        "sources": _sources(findings),
    }


def _tables(findings: Findings) -> Sequence[Table]:
    return (_certificates(findings),)


def _certificates(findings: Findings) -> Table:
    rows = [
        (policy.name, equation, residual)
        for policy in findings.policies
        for equation, residual in policy.certificate.residuals.items()
    ]
    return table("certificates", "Largest residual of every equation", ("policy", "equation", "residual"), rows)


def _certificate_rows(findings: Findings) -> list[tuple[str, list[float]]]:
    names = findings.policies[0].certificate.residuals
    return [
        (EQUATIONS.get(name, name.replace("_", " ")), [p.certificate.residuals[name] for p in findings.policies])
        for name in names
    ]


def _elasticity(findings: Findings) -> str:
    low, high = findings.world.trade_elasticity_lowest, findings.world.trade_elasticity_highest
    return f"{low:g} in every sector" if low == high else f"from {low:g} to {high:g}, by sector"


def _sources(findings: Findings) -> list[str]:
    """Each source of the weights, the chronicle and the deadline once, in order."""
    taxed = findings.part(Taxed)
    named = [pair.weight_source for pair in taxed.pairs] if taxed else []
    named += [event.source for event in findings.chronicle]
    if findings.deadline:
        named.append(findings.deadline.source)
    return list(dict.fromkeys(named))


SECTION = Section("method", _sentences, tables=_tables, values=_values)
