"""Named weight sets: trade by product of one importer from one exporter in one year, immutable and content-hashed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import BookError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.tariffs.book import TariffBook

SIMPLE = "simple"
"""The weight set that counts every line once; its unit is lines."""


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


def find(book: TariffBook, weights: str | WeightSet) -> WeightSet:
    """A weight set of the book by name.

    Raises:
        BookError: if it has none of that name; the message lists those it has.
    """
    if isinstance(weights, WeightSet):
        return weights
    if weights not in book.weight_sets:
        fix = f"This book has {', '.join([SIMPLE, *sorted(book.weight_sets)])}"
        raise BookError.at("weights", f"the book {book.name} has no weight set {weights!r}", fix)
    return book.weight_sets[weights]


def read_weight_sets(sets: pd.DataFrame, rows: pd.DataFrame, problems: list[Problem]) -> dict[str, WeightSet]:
    """Weight sets by name; values are shares times the stated total where the table gives shares."""
    found: dict[str, WeightSet] = {}
    described = {str(row["weight_set"]): row for row in sets.to_dict("records")}
    for key, group in rows.groupby("weight_set", sort=True):
        name = str(key)
        facts = described.get(name)
        if facts is None:
            fix = "Describe it in weight_sets: importer, exporter, year, flow, edition, source"
            problems.append(Problem(_place(group, 0), f"weight set {name!r} is not described", fix))
            continue
        values = _values(name, group, float(facts["total"]), problems)
        if values is None:
            continue
        codes = group["hs"].to_numpy().astype(str)
        lengths = sorted({len(code) for code in codes.tolist()})
        if len(lengths) != 1:
            fix = "Split it into one weight set per level"
            problems.append(Problem(_place(group, 0), f"weight set {name!r} mixes {lengths} digits", fix))
            continue
        codes, values = _summed(codes, values)
        columns = ("importer", "exporter", "year", "flow", "valuation", "edition")
        texts: dict[str, Any] = {column: str(facts[column]) for column in columns}
        unit = str(facts["unit"]) or ("share" if np.isnan(float(facts["total"])) else "USD")
        source = str(facts["source"])
        found[name] = WeightSet(name, **texts, digits=lengths[0], unit=unit, source=source, codes=codes, value=values)
    _check_totals(found, described, problems)
    return found


def _summed(codes: Any, values: Any) -> tuple[Any, Any]:
    """Values by code: a weight set with one row per exporter is summed over its exporters."""
    unique, place = np.unique(codes, return_inverse=True)
    summed = np.bincount(place, weights=values, minlength=len(unique))
    # the one join of this module: rows in, rows summed, nothing multiplied
    assert abs(summed.sum() - values.sum()) <= 1e-9 * max(abs(values.sum()), 1.0)
    return unique, summed


def _values(name: str, group: pd.DataFrame, total: float, problems: list[Problem]) -> Any:
    value, share = group["value"].to_numpy(dtype=float), group["share"].to_numpy(dtype=float)
    both = ~np.isnan(value) & ~np.isnan(share)
    neither = np.isnan(value) & np.isnan(share)
    for position in np.flatnonzero(both | neither)[:20]:
        what = "has both a value and a share" if both[position] else "has neither a value nor a share"
        problems.append(Problem(_place(group, int(position)), f"{name}: {what}", "Fill exactly one"))
    negative = np.flatnonzero((value < 0) | (share < 0))[:20]
    what = f"{name}: a weight is negative"
    problems += [Problem(_place(group, int(position)), what, "Weights are >= 0") for position in negative]
    if (both | neither).any():
        return None
    scale = 1.0 if np.isnan(total) else total
    return np.where(np.isnan(value), share * scale, value)


def _check_totals(found: dict[str, WeightSet], described: dict[str, Any], problems: list[Problem]) -> None:
    for name, weights in found.items():
        total = float(described[name]["total"])
        if not np.isnan(total) and abs(weights.total - total) > 1e-6 * max(abs(total), 1.0):
            what = f"its rows sum to {weights.total:.6g}, but the total stated is {total:.6g}"
            fix = "Correct the total, or restore the rows that are missing"
            problems.append(Problem(f"weight set {name}", what, fix))


def _place(group: pd.DataFrame, position: int) -> str:
    return f"{group['_file'].iloc[position]}, row {group['_row'].iloc[position]}"
