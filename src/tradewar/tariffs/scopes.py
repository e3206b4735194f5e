"""Which measures a product falls under: the index from code to lists, and sets of lines with their memberships.

A listed code covers every line that begins with it. Where a line itself is not listed but some of its finer codes are,
membership is partial: its share is `PARTIAL` in averages, and the answer for the line alone is an interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.tariffs.codes import prefixes, under

if TYPE_CHECKING:
    from tradewar.tariffs.book import TariffBook

PARTIAL = 0.5
"""Share of a line that counts as listed where only some of its finer codes are, and no trade is known."""


@dataclass(frozen=True, eq=False)
class ScopeIndex:
    """Lists by code."""

    lists_of: Mapping[str, tuple[tuple[str, float], ...]]
    """Scope keys and part shares by listed code."""
    listed: Sequence[str]
    """Every listed code, sorted."""
    editions: Mapping[str, str]
    """Edition of each scope."""
    excluded: Mapping[str, tuple[str, ...]]
    """Codes taken out of a measure, by measure id."""


@dataclass(frozen=True, eq=False)
class Members:
    """The lines of a set that fall under one scope. n lines."""

    index: Int[Array, " member"]
    """Positions of the lines."""
    share: Float[Array, " member"]
    """Membership: 1, a part share, or `PARTIAL`."""
    length: Int[Array, " member"]
    """Digits of the code that matched."""


@dataclass(frozen=True, eq=False)
class Lines:
    """L product lines with the scopes that cover them."""

    codes: tuple[str, ...]
    members: Mapping[str, Members]
    """By scope key. `*` covers every line."""

    @cached_property
    def array(self) -> Any:
        """(L,) codes as an array of text."""
        return np.array(self.codes, dtype=str) if self.codes else np.array([], dtype="<U1")

    def of(self, scope: str) -> Members | None:
        """The lines under a scope; None where there are none."""
        if scope == "*":
            count = len(self.codes)
            return Members(np.arange(count), np.ones(count), np.zeros(count, dtype=np.int64))
        return self.members.get(scope)


@lru_cache(maxsize=8)
def scope_index(book: TariffBook) -> ScopeIndex:
    """The index of a book: its lists, the single codes of its measures, and predecessors of listed codes."""
    entries: dict[str, list[tuple[str, float]]] = {}
    table = book.tables["lists"]
    shares = table["part_share"].fillna(1.0).tolist()
    for scope, code, share in zip(table["list_id"].tolist(), table["hs"].tolist(), shares, strict=True):
        entries.setdefault(code, []).append((scope, share))
    single = {item.scope for item in (*book.measures, *book.suspensions, *book.exclusions)}
    for scope in sorted(name for name in single if name.startswith("hs:")):
        entries.setdefault(scope[3:], []).append((scope, 1.0))
    stated = table.drop_duplicates("list_id")
    editions = dict(zip(stated["list_id"].tolist(), stated["hs_edition"].tolist(), strict=True))
    _add_predecessors(book, entries, editions)
    excluded: dict[str, list[str]] = {}
    for measure in book.measures:
        if measure.hs_exclude:
            codes = table.loc[table["list_id"] == measure.scope, "hs"].tolist()
            excluded.setdefault(measure.measure_id, []).extend(codes or [measure.scope.removeprefix("hs:")])
    frozen = {code: tuple(found) for code, found in entries.items()}
    return ScopeIndex(frozen, sorted(frozen), editions, {name: tuple(codes) for name, codes in excluded.items()})


def _add_predecessors(book: TariffBook, entries: dict[str, list[tuple[str, float]]], editions: dict[str, str]) -> None:
    """A code that was split later is on a list to the share of its successors that are."""
    shares: dict[tuple[str, str], float] = {}
    for row in book.tables["successors"].to_dict("records"):
        code, successor = str(row["code"]), str(row["successor"])
        for above in prefixes(successor):
            for scope, share in entries.get(above, ()):
                if editions.get(scope) == row["to_edition"] and not code.startswith(above):
                    shares[code, scope] = shares.get((code, scope), 0.0) + share * float(row["share"])
    for (code, scope), share in shares.items():
        if all(scope != other for above in prefixes(code) for other, _ in entries.get(above, ())):
            entries.setdefault(code, []).append((scope, 1.0 if share > 1 - 1e-9 else share))


def lines(book: TariffBook, codes: Sequence[str], *, partial: bool = True) -> Lines:
    """Lines with their memberships.

    `partial`: whether a line is in a list by `PARTIAL` where only finer codes of it are listed.
    """
    index = scope_index(book)
    found: dict[str, list[tuple[int, float, int]]] = {}
    for position, code in enumerate(codes):
        matched: dict[str, tuple[float, int]] = {}
        for above in prefixes(code):
            for scope, share in index.lists_of.get(above, ()):
                matched[scope] = (share, len(above))
        if partial:
            for finer in under(code, index.listed):
                for scope, _ in index.lists_of[finer]:
                    matched.setdefault(scope, (PARTIAL, len(finer)))
        for scope, (share, length) in matched.items():
            found.setdefault(scope, []).append((position, share, length))
    return Lines(tuple(codes), {scope: _members(rows) for scope, rows in found.items()})


def _members(rows: list[tuple[int, float, int]]) -> Members:
    index, share, length = zip(*rows, strict=True)
    return Members(np.array(index), np.array(share, dtype=float), np.array(length))


def known_codes(book: TariffBook, importer: str) -> Sequence[str]:
    """Every code that the importer's measures and schedules name, sorted."""
    return _known_codes(book, importer)


@lru_cache(maxsize=32)
def _known_codes(book: TariffBook, importer: str) -> Any:
    scopes = {measure.scope for measure in book.measures_of(importer)}
    codes: set[str] = {scope[3:] for scope in scopes if scope.startswith("hs:")}
    table = book.tables["lists"]
    codes.update(table.loc[table["list_id"].isin(list(scopes)), "hs"].tolist())
    for scope in scopes & set(book.schedules):
        codes.update(np.unique(book.schedules[scope].codes).tolist())
    owned = {edition.edition for edition in book.editions.values() if edition.owner == importer}
    extra = book.tables["nomenclature"]
    codes.update(extra.loc[extra["hs_edition"].isin(list(owned)), "hs"].tolist())
    return sorted(codes)
