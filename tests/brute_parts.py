"""A second program for the duty of one line: it adds up parts one by one, in plain Python, and shares no code with
ours.

A measure is a dictionary with programme, effect, rate, base (share of value), needs (condition) and bars (condition
that must not hold); a rule is (kind, programme, other). Parts are (metal, frozenset of conditions that hold).
"""

from __future__ import annotations

from itertools import product
from typing import Any

Part = tuple[str, frozenset[str]]
Measure = dict[str, Any]


def parts(metals: list[str], conditions: list[str]) -> list[Part]:
    """Every part: one metal or none, each condition met or not."""
    return [
        (metal, frozenset(c for c, met in zip(conditions, truth, strict=True) if met))
        for truth in product((False, True), repeat=len(conditions))
        for metal in ("", *metals)
    ]


def claims(measures: list[Measure], part: Part) -> list[Measure]:
    """The measures whose facts hold in a part, after exemptions and replacements."""
    metal, met = part
    found = [
        m
        for m in measures
        if m["base"] in ("", metal) and (not m["needs"] or m["needs"] in met) and not (m["bars"] and m["bars"] in met)
    ]
    exempted = {m["programme"] for m in found if m["effect"] == "exempt"}
    replaced = {m["programme"] for m in found if m["effect"] == "replace"}
    return [
        m
        for m in found
        if m["effect"] != "exempt"
        and m["programme"] not in exempted
        and (m["programme"] not in replaced or m["effect"] == "replace")
    ]


def duties(measures: list[Measure], rules: list[tuple[str, str, str]], every: list[Part]) -> dict[Part, float]:
    """The duty of every part."""
    alive = {part: claims(measures, part) for part in every}
    for kind, programme, other in rules:
        present = {part for part, found in alive.items() if any(m["programme"] == programme for m in found)}
        if kind == "suppresses":
            articles = {met for _, met in present}
            present = {part for part in every if part[1] in articles}
        for part in present:
            alive[part] = [m for m in alive[part] if m["programme"] != other]
    totals: dict[Part, float] = {}
    for part, found in alive.items():
        base = sum(m["rate"] for m in found if m["programme"] == "mfn" and m["effect"] in ("add", "replace"))
        total = 0.0
        for m in found:
            if m["effect"] == "floor":
                total += max(0.0, m["rate"] - base)
            elif m["effect"] == "ceiling":
                total += min(0.0, m["rate"] - base)
            else:
                total += m["rate"]
        totals[part] = total
    return totals


def ends(
    totals: dict[Part, float], metal_shares: dict[str, float] | None, condition_shares: dict[str, float | None]
) -> tuple[float, float]:
    """The lowest and highest mean over every mixture that the shares admit: what is not known may differ by part."""
    low = high = 0.0
    known = {c: s for c, s in condition_shares.items() if s is not None}
    groups: dict[Any, list[float]] = {}
    for (metal, met), value in totals.items():
        groups.setdefault((metal if metal_shares is not None else None, met & set(known)), []).append(value)
    for (metal, met), values in groups.items():
        weight = 1.0 if metal_shares is None else metal_shares.get(metal, 1.0 - sum(metal_shares.values()))
        for condition, share in known.items():
            weight *= share if condition in met else 1.0 - share
        low, high = low + weight * min(values), high + weight * max(values)
    return low, high
