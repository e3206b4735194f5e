"""Product lines, and what covers them.

A listed code covers every line that begins with it; `*` covers everything. A row of a list may hold for some time only,
and may mean a part of its line only. A code that was split later is on a list to the share of its successors that are,
unless it lives on under its own name. `Lines` are the lines of a question with all that can cover them; `Field` is the
same at one time, equal lines taken together (P profiles), since a duty depends on nothing else of a line.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.io.registers.products import prefixes
from tradewar.tariffs.content import Tables
from tradewar.tariffs.instants import FOREVER, MINUTES, local
from tradewar.tariffs.model import Book
from tradewar.tariffs.schedules import Schedule

FEW = 64
"""Lines up to which it does not pay to look for equal ones."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One code in one scope. Bounds are blank (0, FOREVER) where the row has no dates of its own."""

    scope: str
    share: float
    valid_from: int = 0
    valid_until: int = FOREVER
    known_from: int = 0
    superseded_from: int = FOREVER

    def holds(self, instant: int, known: int) -> bool:
        """Whether the row is in its list at an instant, as known on a day."""
        return self.valid_from <= instant < self.valid_until and self.known_from <= known < self.superseded_from


Pattern = tuple[tuple[int, Entry], ...]
"""All that covers a line: digits of the code that matched, and the row."""


@dataclass(frozen=True, eq=False)
class Members:
    """The profiles that fall under one scope. m members."""

    index: Int[Array, " member"]
    length: Int[Array, " member"]
    """Digits of the code that matched."""
    share: Float[Array, " member"]
    """Part of the line that is meant."""


@dataclass(frozen=True, eq=False)
class Listing:
    """The codes of every scope of a book."""

    entries: Mapping[str, tuple[Entry, ...]]
    instants: tuple[int, ...]
    """Every instant at which a row of a list begins or ends."""
    days: tuple[int, ...]
    """Every day on which a row of a list became known or was superseded."""
    _patterns: dict[str, Pattern] = field(default_factory=dict[str, Pattern])

    def pattern(self, code: str) -> Pattern:
        """All that can cover a code."""
        found = self._patterns.get(code)
        if found is None:
            above = [(len(prefix), entry) for prefix in prefixes(code) for entry in self.entries.get(prefix, ())]
            found = self._patterns[code] = tuple(above)
        return found

    def epoch(self, instant: int, known: int) -> tuple[int, int]:
        """Times between which no list changes have one epoch."""
        return bisect_right(self.instants, instant), bisect_right(self.days, known)


@lru_cache(maxsize=8)
def listing(book: Book) -> Listing:
    """The lists of a book, the single codes of its measures, and predecessors of listed codes."""
    items = (*book.measures, *book.suspensions, *book.exclusions, *book.shares)
    edition = {item.scope: item.hs_edition for item in book.measures if item.scope.startswith("hs:")}
    single = sorted({item.scope for item in items if item.scope.startswith("hs:")})
    return _listing(book.tables, tuple((scope, edition.get(scope, "")) for scope in single))


@lru_cache(maxsize=8)
def _listing(tables: Tables, single: tuple[tuple[str, str], ...]) -> Listing:
    entries: dict[str, list[Entry]] = {}
    table = tables["lists"]
    dates = [("valid_from", 0), ("valid_until", FOREVER), ("known_from", 0), ("superseded_from", FOREVER)]
    dated = any(table.has(name) for name, _ in dates)
    bounds = [
        _bounds(table.texts(name), blank, day=name.endswith("known_from") or name[:1] == "s") for name, blank in dates
    ]
    shares = np.nan_to_num(table.numbers("part_share"), nan=1.0).tolist()
    names, codes = table.texts("list_id"), table.texts("hs")
    made: dict[tuple[Any, ...], Entry] = {}
    for k, (scope, code, share) in enumerate(zip(names, codes, shares, strict=True)):
        valid_from, valid_until, known_from, superseded_from = (column[k] for column in bounds)
        key = (scope, share, valid_from, valid_until, known_from, superseded_from)
        entry = made.get(key)
        if entry is None:
            entry = made[key] = Entry(scope, share, valid_from, valid_until, known_from, superseded_from)
        entries.setdefault(code, []).append(entry)
    _supersede(entries if dated else {})
    for scope, _ in single:
        entries.setdefault(scope[3:], []).append(Entry(scope, 1.0))
    _add_predecessors(tables, entries, dict(zip(names, table.texts("hs_edition"), strict=True)) | dict(single))
    frozen = {code: tuple(found) for code, found in entries.items()}
    rows = {entry for found in frozen.values() for entry in found} if dated else ()
    instants = {t for entry in rows for t in (entry.valid_from, entry.valid_until)} - {0, FOREVER}
    days = {t for entry in rows for t in (entry.known_from, entry.superseded_from)} - {0, FOREVER}
    return Listing(frozen, tuple(sorted(instants)), tuple(sorted(days)))


def _bounds(texts: list[str], blank: int, *, day: bool) -> list[int]:
    read = {text: (local(text) or 0) // (MINUTES if day else 1) if text else blank for text in set(texts)}
    return [read[text] for text in texts]


def _supersede(entries: dict[str, list[Entry]]) -> None:
    """Of two rows of a list on one code from one day, the one that became known last stands."""
    from dataclasses import replace

    for code, found in entries.items():
        latest = sorted(found, key=lambda entry: entry.known_from)
        for k, entry in enumerate(latest):
            later = [o for o in latest[k + 1 :] if (o.scope, o.valid_from) == (entry.scope, entry.valid_from)]
            if later:
                latest[k] = replace(entry, superseded_from=min(entry.superseded_from, later[0].known_from))
        entries[code] = latest


def _add_predecessors(tables: Tables, entries: dict[str, list[Entry]], editions: Mapping[str, str]) -> None:
    """A code that was split later is on a list to the share of its successors that are, unless it lives on."""
    rows = list(tables["successors"].rows())
    living = {(row["code"], row["to_edition"]) for row in rows if row["code"] == row["successor"]}
    shares: dict[tuple[str, str], float] = {}
    for row in rows:
        code, successor = row["code"], row["successor"]
        if (code, row["to_edition"]) in living:
            continue
        for above in prefixes(successor):
            for entry in entries.get(above, ()):
                if editions.get(entry.scope) == row["to_edition"] and not code.startswith(above):
                    share = entry.share * (1.0 if row["share"] != row["share"] else row["share"])
                    shares[code, entry.scope] = shares.get((code, entry.scope), 0.0) + share
    for (code, scope), share in shares.items():
        if all(scope != entry.scope for above in prefixes(code) for entry in entries.get(above, ())):
            entries.setdefault(code, []).append(Entry(scope, 1.0 if share > 1 - 1e-9 else share))


# ---------------------------------------------------------------- the lines of a question


@dataclass(frozen=True, eq=False)
class Lines:
    """U product lines with all that can cover them."""

    codes: Any
    """(U,) text."""
    patterns: tuple[Pattern, ...]
    pattern: Int[Array, " line"]
    """Position of each line's pattern."""
    _fields: dict[Any, Field] = field(default_factory=dict[Any, "Field"])

    def at(self, book: Book, schedules: Sequence[Schedule], instant: int, known: int) -> Field:
        """The lines at one time."""
        lists = listing(book)
        key = (lists.epoch(instant, known), tuple((s.schedule_id, *s.epoch(instant, known)) for s in schedules))
        found = self._fields.get(key)
        if found is None:
            found = self._fields[key] = _field(self, schedules, instant, known)
        return found


@dataclass(frozen=True, eq=False)
class Field:
    """P profiles: lines at one time on which every duty is the same."""

    line: Int[Array, " profile"]
    """One line of each profile."""
    profile: Int[Array, " line"]
    """The profile of each line."""
    members: Mapping[str, Members]
    """By scope, for those that cover anything."""
    rows: Mapping[str, Int[Array, " profile"]]
    """Row of each schedule in force; -1 where it has none."""
    shares: dict[Any, tuple[Float[Array, " profile"], Float[Array, " profile"], Float[Array, " profile"]]] = field(
        default_factory=dict[Any, Any]
    )
    """Low, usual and high share of facts that tables state, by all on which they hang."""

    def of(self, scope: str) -> Members | None:
        """The profiles under a scope; None where there are none."""
        if scope != "*":
            return self.members.get(scope)
        count = len(self.line)
        return Members(np.arange(count), np.zeros(count, dtype=np.int64), np.ones(count))


def lines_of(book: Book, codes: Sequence[str]) -> Lines:
    """The lines of some codes."""
    lists = listing(book)
    number: dict[Pattern, int] = {}
    pattern = [number.setdefault(lists.pattern(code), len(number)) for code in codes]
    return Lines(np.array(codes, dtype=str), tuple(number), np.array(pattern, dtype=np.int64))


def _field(lines: Lines, schedules: Sequence[Schedule], instant: int, known: int) -> Field:
    rows = {schedule.schedule_id: schedule.rows_of_lines(lines.codes, instant, known) for schedule in schedules}
    count = len(lines.codes)
    if count <= FEW:
        line = profile = np.arange(count)
    else:
        keys = [lines.pattern, *(np.where(r < 0, -1, s.duty[r]) for s, r in zip(schedules, rows.values(), strict=True))]
        line, profile = _distinct(keys)
    return Field(
        line=line,
        profile=profile,
        members=_members(lines, lines.pattern[line], instant, known),
        rows={name: found[line] for name, found in rows.items()},
    )


def _distinct(keys: Sequence[Int[Array, " line"]]) -> tuple[Array, Array]:
    """First line of each combination of keys, and the combination of each line."""
    combined = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        _, key = np.unique(key, return_inverse=True)
        _, combined = np.unique(combined * (int(key.max(initial=0)) + 1) + key, return_inverse=True)
    _, first = np.unique(combined, return_index=True)
    return first, combined


def _members(lines: Lines, pattern: Int[Array, " profile"], instant: int, known: int) -> dict[str, Members]:
    """The profiles of each scope, the longest code that matches first."""
    order = np.argsort(pattern, kind="stable")
    used, starts = np.unique(pattern[order], return_index=True)
    ends = np.r_[starts[1:], len(order)]
    found: dict[str, list[tuple[Array, int, float]]] = {}
    for place, first, last in zip(used.tolist(), starts.tolist(), ends.tolist(), strict=True):
        best: dict[str, tuple[int, float]] = {}
        for length, entry in lines.patterns[place]:
            if entry.holds(instant, known):
                best[entry.scope] = (length, entry.share)
        for scope, (length, share) in best.items():
            found.setdefault(scope, []).append((order[first:last], length, share))
    return {scope: _joined(groups) for scope, groups in found.items()}


def _joined(groups: list[tuple[Array, int, float]]) -> Members:
    sizes = [len(index) for index, _, _ in groups]
    index = np.concatenate([index for index, _, _ in groups])
    order = np.argsort(index, kind="stable")
    length = np.repeat([length for _, length, _ in groups], sizes)
    share = np.repeat([float(share) for _, _, share in groups], sizes)
    return Members(index[order], length[order], share[order])
