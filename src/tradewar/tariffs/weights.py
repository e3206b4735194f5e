"""Named weight sets: trade by product of one importer from one exporter in one year, immutable and content-hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import BookError, Problem
from tradewar.io.nearest import nearest, some
from tradewar.io.tables import Table, list_rows

SIMPLE = "simple"
"""The weight set that counts every line once; its unit is lines."""
UNSTATED = "unstated currency"
"""The unit of values of which nothing says in what money they are."""


@dataclass(frozen=True, eq=False)
class WeightSet:
    """C products with their trade value. Codes have one length."""

    name: str
    importer: str
    exporter: str
    year: str
    flow: str
    valuation: str
    edition: str
    digits: int
    unit: str
    source: str
    codes: Any
    """(C,) text, sorted."""
    value: Float[Array, " code"]
    """Money of `unit`, or shares of an unknown total that sum to 1."""
    by_exporter: Mapping[str, WeightSet] = field(default_factory=dict[str, "WeightSet"])
    """The trade of each exporter, where the rows say it; the set itself is then their sum."""

    @cached_property
    def total(self) -> float:
        """Sum of all values."""
        return float(self.value.sum())

    @cached_property
    def digest(self) -> str:
        """Hash of the codes, the values and what they measure."""
        facts = (self.name, self.importer, self.exporter, self.year, self.flow, self.valuation, self.edition)
        content = hashlib.sha256("|".join(facts).encode())
        content.update("|".join(self.codes.tolist()).encode())
        content.update(np.round(self.value, 4).tobytes())
        return content.hexdigest()[:16]

    def without(self, *codes: str) -> WeightSet:
        """A copy that lacks some codes, under a name that says so."""
        keep = ~np.isin(self.codes, codes)
        name = f"{self.name} without {', '.join(codes)}"
        return replace(self, name=name, codes=self.codes[keep], value=self.value[keep])


def find(sets: Mapping[str, WeightSet], weights: str | WeightSet, exporter: str = "") -> WeightSet:
    """A weight set by name; of a set with a row per exporter, the trade of that exporter.

    Raises:
        BookError: if there is none of that name, or the set nothing of the exporter; what is there is listed.
    """
    found = weights if isinstance(weights, WeightSet) else sets.get(weights)
    if found is None:
        names = [SIMPLE, *sorted(sets)]
        what = f"the book has no weight set {weights!r}{nearest(str(weights), names)}"
        raise BookError.at("weights", what, f"This book has {', '.join(names)}")
    if not exporter or not found.by_exporter:
        return found
    if exporter not in found.by_exporter:
        what = f"the weight set {found.name} has no trade of {exporter}{nearest(exporter, found.by_exporter)}"
        raise BookError.at("weights", what, f"It has {some(sorted(found.by_exporter))}")
    return found.by_exporter[exporter]


def read_weight_sets(sets: Table, rows: Table, problems: list[Problem]) -> dict[str, WeightSet]:
    """Weight sets by name; values are shares times the stated total where the table gives shares."""
    described = {row["weight_set"]: row for row in sets.rows()}
    names, codes = np.array(rows.texts("weight_set")), np.array(rows.texts("hs"))
    exporters = np.array(rows.texts("exporter"))
    strange = ~np.isin(names, list(described))
    fix = "Describe it in weight_sets: importer, exporter, year, flow, edition, source"
    list_rows(rows, strange, lambda row: (f"weight set {str(names[row])!r} is not described", fix), problems)
    value, given = _values(rows, described, problems), ~np.isnan(rows.numbers("value"))
    found: dict[str, WeightSet] = {}
    for name in np.unique(names[~strange]).tolist():
        mine = np.flatnonzero(names == name)
        lengths = sorted({len(code) for code in codes[mine].tolist()})
        if len(lengths) != 1:
            what = f"weight set {name!r} mixes {lengths} digits"
            problems.append(Problem(rows.where(int(mine[0])), what, "Split it into one weight set per level"))
            continue
        money = bool(given[mine].any()) or not np.isnan(described[name]["total"])
        whole = _set(described[name], codes[mine], value[mine], money)
        parts = {
            exporter: replace(_set(described[name], codes[mine][own], value[mine][own], money), exporter=exporter)
            for exporter in np.unique(exporters[mine]).tolist()
            if exporter and (own := exporters[mine] == exporter).any()
        }
        found[name] = replace(whole, by_exporter=parts)
        _check_facts(found[name], described[name], sets, problems)
    return found


def _set(facts: dict[str, Any], codes: Any, value: Any, money: bool) -> WeightSet:
    unique, place = np.unique(codes, return_inverse=True)
    summed = np.bincount(place, weights=value, minlength=len(unique))
    # the one join of this module: rows in, rows summed, nothing multiplied
    assert not abs(summed.sum() - value.sum()) > 1e-9 * max(abs(value.sum()), 1.0)
    texts = {name: facts[name] for name in ("importer", "exporter", "year", "flow", "valuation", "edition", "source")}
    unit = facts["unit"] or (UNSTATED if money else "share")
    return WeightSet(facts["weight_set"], **texts, digits=len(unique[0]), unit=unit, codes=unique, value=summed)


def _values(rows: Table, described: Mapping[str, dict[str, Any]], problems: list[Problem]) -> Float[Array, " row"]:
    value, share = rows.numbers("value"), rows.numbers("share")
    both, neither = ~np.isnan(value) & ~np.isnan(share), np.isnan(value) & np.isnan(share)
    list_rows(rows, both, lambda _: ("has both a value and a share", "Fill exactly one"), problems)
    list_rows(rows, neither, lambda _: ("has neither a value nor a share", "Fill exactly one"), problems)
    totals = {name: 1.0 if np.isnan(facts["total"]) else facts["total"] for name, facts in described.items()}
    scale = np.array([totals.get(name, 1.0) for name in rows.texts("weight_set")])
    return np.where(np.isnan(value), share * scale, value)


def _check_facts(found: WeightSet, facts: dict[str, Any], sets: Table, problems: list[Problem]) -> None:
    place = f"{sets.file}: {found.name}"
    if abs(found.total - facts["total"]) > 1e-6 * max(abs(facts["total"]), 1.0):
        what = f"its rows sum to {found.total:.6g}, but the total stated is {facts['total']:.6g}"
        problems.append(Problem(place, what, "Correct the total, or restore the rows that are missing"))
    if facts["digits"] == facts["digits"] and facts["digits"] != found.digits:
        what = f"its codes have {found.digits} digits, but {facts['digits']:g} are stated"
        problems.append(Problem(place, what, "Correct the digits, or the codes"))
