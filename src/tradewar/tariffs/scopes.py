"""Which measures a product falls under: the index from code to lists, and sets of lines with their memberships.

A listed code covers every line that begins with it. Where a line itself is not listed but some of its finer codes are,
membership is partial: its share is `PARTIAL` in averages, and the answer for the line alone is an interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.io.registers.products import prefixes, under

if TYPE_CHECKING:
    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.load import Tables

PARTIAL = 0.5
"""Share of a line that counts as listed where only some of its finer codes are, and no trade is known."""


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


Pattern = tuple[tuple[str, float, int], ...]
"""The memberships of one line: (scope key, share, digits of the code that matched)."""


@dataclass(frozen=True, eq=False)
class Listing:
    """Lists by code."""

    lists_of: Mapping[str, tuple[tuple[str, float], ...]]
    """Scope keys and part shares by listed code."""
    listed: Sequence[str]
    """Every listed code, sorted."""
    editions: Mapping[str, str]
    """Edition of each scope."""
    above: Set[str]
    """Every beginning of a listed code that is shorter than the code: only under these is anything finer listed."""
    _matched: dict[tuple[str, bool], Pattern] = field(default_factory=dict)
    """What was matched before: most lines of one day are lines of the next."""

    def lines(self, codes: Sequence[str], *, partial: bool = True) -> Lines:
        """Lines with their memberships.

        `partial`: whether a line is in a list by `PARTIAL` where only finer codes of it are listed.
        """
        places: dict[Pattern, list[int]] = {}
        for position, code in enumerate(codes):
            places.setdefault(self._pattern(code, partial), []).append(position)
        found: dict[str, list[tuple[list[int], float, int]]] = {}
        for pattern, positions in places.items():
            for scope, share, length in pattern:
                found.setdefault(scope, []).append((positions, share, length))
        return Lines(tuple(codes), {scope: _members(groups) for scope, groups in found.items()})

    def _pattern(self, code: str, partial: bool) -> Pattern:
        pattern = self._matched.get((code, partial))
        if pattern is None:
            pattern = self._matched[code, partial] = self._match(code, partial)
        return pattern

    def _match(self, code: str, partial: bool) -> Pattern:
        matched: dict[str, tuple[float, int]] = {}
        for above in prefixes(code):
            for scope, share in self.lists_of.get(above, ()):
                matched[scope] = (share, len(above))
        if partial and code in self.above:
            for finer in under(code, self.listed):
                for scope, _ in self.lists_of[finer]:
                    matched.setdefault(scope, (PARTIAL, len(finer)))
        return tuple((scope, share, length) for scope, (share, length) in matched.items())


def listing(book: TariffBook) -> Listing:
    """The lists of a book, the single codes of its measures, and predecessors of listed codes."""
    scopes = {item.scope for item in (*book.measures, *book.suspensions, *book.exclusions)}
    return _listing(book.tables, tuple(sorted(name for name in scopes if name.startswith("hs:"))))


@lru_cache(maxsize=8)
def _listing(tables: Tables, single: tuple[str, ...]) -> Listing:
    entries: dict[str, list[tuple[str, float]]] = {}
    table = tables["lists"]
    names, codes = table.texts("list_id"), table.texts("hs")
    shares = np.nan_to_num(table.numbers("part_share"), nan=1.0).tolist()
    for scope, code, share in zip(names, codes, shares, strict=True):
        entries.setdefault(code, []).append((scope, share))
    for scope in single:
        entries.setdefault(scope[3:], []).append((scope, 1.0))
    editions = dict(zip(names, table.texts("hs_edition"), strict=True))
    _add_predecessors(tables, entries, editions)
    frozen = {code: tuple(found) for code, found in entries.items()}
    above = {code[:length] for code in frozen for length in range(1, len(code))}
    return Listing(frozen, sorted(frozen), editions, above)


@lru_cache(maxsize=8)
def taken_out(book: TariffBook) -> Mapping[str, tuple[str, ...]]:
    """Codes taken out of a measure, by measure id."""
    listed: dict[str, list[str]] = {}
    for name, code in zip(*map(book.tables["lists"].texts, ("list_id", "hs")), strict=True):
        listed.setdefault(name, []).append(code)
    excluded: dict[str, list[str]] = {}
    for measure in book.measures:
        if measure.hs_exclude:
            codes = listed.get(measure.scope, [measure.scope.removeprefix("hs:")])
            excluded.setdefault(measure.measure_id, []).extend(codes)
    return {name: tuple(codes) for name, codes in excluded.items()}


def _add_predecessors(tables: Tables, entries: dict[str, list[tuple[str, float]]], editions: dict[str, str]) -> None:
    """A code that was split later is on a list to the share of its successors that are."""
    shares: dict[tuple[str, str], float] = {}
    for row in tables["successors"].rows():
        code, successor = row["code"], row["successor"]
        for above in prefixes(successor):
            for scope, share in entries.get(above, ()):
                if editions.get(scope) == row["to_edition"] and not code.startswith(above):
                    shares[code, scope] = shares.get((code, scope), 0.0) + share * row["share"]
    for (code, scope), share in shares.items():
        if all(scope != other for above in prefixes(code) for other, _ in entries.get(above, ())):
            entries.setdefault(code, []).append((scope, 1.0 if share > 1 - 1e-9 else share))


def _members(groups: list[tuple[list[int], float, int]]) -> Members:
    index = np.concatenate([np.array(positions) for positions, _, _ in groups])
    sizes = [len(positions) for positions, _, _ in groups]
    order = np.argsort(index)
    share = np.repeat([float(share) for _, share, _ in groups], sizes)
    length = np.repeat([length for _, _, length in groups], sizes)
    return Members(index[order], share[order], length[order])


def known_codes(book: TariffBook, importer: str) -> Sequence[str]:
    """Every code that the importer's measures and schedules name, sorted."""
    return _known_codes(book, importer)


@lru_cache(maxsize=32)
def _known_codes(book: TariffBook, importer: str) -> Any:
    scopes = {measure.scope for measure in book.measures_of(importer)}
    codes: set[str] = {scope[3:] for scope in scopes if scope.startswith("hs:")}
    listed = zip(*map(book.tables["lists"].texts, ("list_id", "hs")), strict=True)
    codes.update(code for name, code in listed if name in scopes)
    for scope in scopes & set(book.schedules):
        codes.update(np.unique(book.schedules[scope].codes).tolist())
    owned = {edition.edition for edition in book.editions.values() if edition.owner == importer}
    named = zip(*map(book.tables["nomenclature"].texts, ("hs_edition", "hs")), strict=True)
    codes.update(code for edition, code in named if edition in owned)
    return sorted(codes)
