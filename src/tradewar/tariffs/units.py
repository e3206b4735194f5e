"""From the codes asked to the lines that carry duties at one time, for one code and for thousands alike.

| asked | answered with |
|---|---|
| a line of the schedules, or a code under one | itself |
| a shorter code | every line under it |
| a code that measures or lists cut finer | the finer codes, and the rest of it where they are not all |
| a line that another edition replaced | its successors (or predecessors), marked as mapped |
| a code that nothing in the book begins with, or is under | nothing: it is unknown |

A code of the book's own nomenclature always stands for itself, also where it succeeds another. Where a line is cut
finer and no trade by finer code is known, what each list adds on some of its codes is usually taken to fall on one half
of the line; the answer says between which ends it lies.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from tradewar.errors import BookError
from tradewar.io.nearest import nearest, some
from tradewar.io.registers import products
from tradewar.tariffs.lines import Lines, lines_of, listing
from tradewar.tariffs.model import BASE_AUTHORITY, Book
from tradewar.tariffs.schedules import Schedule

HALF = 0.5
"""Share of a line that a list is usually taken to mean where it names some of its finer codes."""


@dataclass(frozen=True, eq=False)
class Units:
    """The lines that answer for K codes. U lines, in order of the codes."""

    lines: Lines
    code: Int[Array, " line"]
    """Position of the code that each answers for."""
    weight: Float[Array, " line"]
    """Usual share of each in its code; they sum to 1 over a code. Below 0 for the rest of a line on three lists."""
    real: Bool[Array, " line"]
    """Goods that exist: not the rest of a line of which all finer codes are named."""
    mapped: Bool[Array, " code"]
    """Codes answered by those of another edition."""

    @cached_property
    def alone(self) -> bool:
        """Whether every code is answered by one line of its own."""
        same = len(self.code) == len(self.mapped) and bool((self.code == np.arange(len(self.code))).all())
        return same and bool(self.real.all())


def schedules_of(book: Book, importer: str) -> tuple[Schedule, ...]:
    """Schedules that the importer's measures use."""
    names = {item.scope for item in book.measures_of(importer) if item.rate_kind == "schedule"}
    return tuple(book.schedules[name] for name in sorted(names))


def units_of(book: Book, importer: str, codes: Sequence[str], instant: int, known: int, edition: str = "") -> Units:
    """The lines that answer for some codes at a time; a code without any is unknown.

    Args:
        edition: of the codes; another family than the importer's is always mapped.
    """
    return units_at(book, importer, np.array(codes, dtype=str), epochs(book, importer, instant, known), edition)


def epochs(book: Book, importer: str, instant: int, known: int) -> tuple[tuple[int, int], ...]:
    """Times between which no schedule of an importer changes have the same lines."""
    return tuple(schedule.epoch(instant, known) for schedule in schedules_of(book, importer))


def units_at(book: Book, importer: str, codes: Any, at: tuple[tuple[int, int], ...], edition: str = "") -> Units:
    """The lines that answer for some codes between two changes of the schedules."""
    found = _finder_at(book, importer, at)
    first, last = found.ranges(codes)
    foreign = _is_foreign(book, importer, edition)
    if foreign:
        first = last
    names, place, weight = (
        found.finest[_spread(first, last)],
        np.repeat(np.arange(len(codes)), last - first),
        1.0 / (last - first).clip(min=1),
    )
    weight = weight[place]
    mapped = np.zeros(len(codes), dtype=bool)
    more: list[tuple[str, int, float]] = []
    for k in np.flatnonzero(first == last).tolist():
        code = str(codes[k])
        own = [code] if not foreign and found.covers(code) else []
        others = [] if own else found.others(code, edition if foreign else "")
        lines = own or [line for other in others for line in found.lines(other)]
        mapped[k] = not own and bool(lines)
        more += [(line, k, 1.0 / len(lines)) for line in lines]
    names = np.r_[names, np.array([line for line, _, _ in more], dtype=str)] if more else names
    place = np.r_[place, np.array([k for _, k, _ in more], dtype=np.int64)]
    weight = np.r_[weight, np.array([share for *_, share in more])]
    return _cut(book, found, names, place, weight, mapped)


def _cut(book: Book, found: _Finder, names: Any, place: Any, weight: Any, mapped: Any) -> Units:
    """The lines with those that measures cut finer taken apart, in order of the codes they answer for."""
    finer = found.is_cut(names)
    pieces = [
        (leaf, place[k], weight[k] * share, real)
        for k in np.flatnonzero(finer).tolist()
        for leaf, share, real in found.leaves(str(names[k]))
    ]
    codes = [*names[~finer].tolist(), *(leaf for leaf, *_ in pieces)]
    place = np.r_[place[~finer], np.array([k for _, k, *_ in pieces], dtype=np.int64)]
    weight = np.r_[weight[~finer], np.array([share for *_, share, _ in pieces])]
    real = np.r_[np.ones(int((~finer).sum()), dtype=bool), np.array([there for *_, there in pieces], dtype=bool)]
    order = np.lexsort((np.array(codes, dtype=str), place))
    return Units(lines_of(book, [codes[k] for k in order]), place[order], weight[order], real[order], mapped)


def _spread(first: Int[Array, " code"], last: Int[Array, " code"]) -> Int[Array, " line"]:
    """All positions of some ranges, one after the other."""
    size = last - first
    return np.repeat(first - np.r_[0, np.cumsum(size)[:-1]], size) + np.arange(size.sum())


def all_lines_at(book: Book, importer: str, at: tuple[tuple[int, int], ...]) -> list[str]:
    """The lines in force: the finest of the schedules; without any, the finest codes that measures name."""
    found = _finder_at(book, importer, at)
    return found.finest.tolist() or _finest(list(_named(book, importer)))


def unknown(book: Book, importer: str, product: str, edition: str = "") -> BookError:
    """The refusal of a code that nothing answers for, with the three nearest."""
    if edition and edition not in book.editions:
        what = f"there is no edition {edition!r}{nearest(edition, book.editions)}"
        return BookError.at("edition", what, f"This book has {some(sorted(book.editions)) or 'no editions'}")
    close = ", ".join(products.nearest(product, _every_code(book, importer))) or "none"
    what = f"unknown_code: {product} is in no edition of {importer}"
    return BookError.at("product", what, f"The nearest codes are {close}")


@lru_cache(maxsize=64)
def _finder_at(book: Book, importer: str, epochs: tuple[tuple[int, int], ...]) -> _Finder:
    """Times of one epoch have the same lines."""
    schedules = schedules_of(book, importer)
    found: set[str] = set()
    for schedule, epoch in zip(schedules, epochs, strict=True):
        found.update(schedule.in_force_at(*epoch)[0].tolist())
    return _Finder(book, importer, sorted(found), scheduled=bool(schedules))


class _Finder:
    """What is looked up many times for one importer and time."""

    def __init__(self, book: Book, importer: str, having: list[str], *, scheduled: bool):
        self.book, self.importer = book, importer
        self.having = frozenset(having)
        self.finest = np.array(_finest(having), dtype=str) if having else np.array([], dtype="<U1")
        self.named = _named(book, importer)
        self.name_array = np.array(self.named, dtype=str) if self.named else np.array([], dtype="<U1")
        self.complete = _nomenclature(book, importer)
        self.scopes = _base_scopes(book, importer) if scheduled else _scopes(book, importer)
        self.cutting = _cutting(book, importer)
        self.listing = listing(book)

    def ranges(self, codes: Any) -> tuple[Any, Any]:
        """First and last of the lines at or under each code."""
        return np.searchsorted(self.finest, codes), np.searchsorted(self.finest, np.char.add(codes, "~"))

    def lines(self, code: str) -> list[str]:
        """The lines in force at or under a code; the code itself where it is under one; none where it is unknown."""
        first, last = self.ranges(np.array([code]))
        return self.finest[first[0] : last[0]].tolist() or ([code] if self.covers(code) else [])

    def covers(self, code: str) -> bool:
        """Whether a schedule, or a scope of a measure, has the code, something above it, or something under it."""
        if "*" in self.scopes or any(above in self.having for above in products.prefixes(code)):
            return True
        if any(entry.scope in self.scopes for _, entry in self.listing.pattern(code)):
            return True
        entries = (entry for finer in _under(code, self.named) for entry in self.listing.entries.get(finer, ()))
        return any(entry.scope in self.scopes for entry in entries)

    def is_cut(self, lines: Any) -> Any:
        """Which lines have finer codes that measures name."""
        first, last = (np.searchsorted(self.name_array, text) for text in (lines, np.char.add(lines, "~")))
        if not len(self.name_array):
            return np.zeros(len(lines), dtype=bool)
        same = self.name_array[first.clip(max=len(self.name_array) - 1)] == lines
        return last - first - same > 0

    def leaves(self, line: str) -> list[tuple[str, float, bool]]:
        """The finer codes into which measures cut a line, and the rest of it: usual shares, and whether they exist."""
        finer = [code for code in _under(line, self.named) if code != line]
        children = [code for code in _under(line, self.complete) if code != line]
        complete = bool(children) and set(finer) <= set(children)
        groups: dict[frozenset[str], list[str]] = {}
        for leaf in _finest(sorted({*finer, *children})):
            scopes = {entry.scope for length, entry in self.listing.pattern(leaf) if length > len(line)}
            groups.setdefault(frozenset(scopes & self.cutting), []).append(leaf)
        rest = [*groups.pop(frozenset(), []), *([] if complete else [line])]
        found = [(leaf, HALF / len(group), True) for group in groups.values() for leaf in group]
        left = 1.0 - HALF * len(groups)
        if not rest and left:
            return [*found, (line, left, False)]
        return [*found, *((leaf, left / len(rest), True) for leaf in rest)]

    def others(self, code: str, edition: str) -> list[str]:
        """Successors or predecessors of a code that are in force."""
        found: set[str] = set()
        for row in self.book.tables["successors"].rows():
            before, after = row["code"], row["successor"]
            for stated, own, other in ((row["from_edition"], before, after), (row["to_edition"], after, before)):
                if own == code and edition in ("", stated) and self.lines(other):
                    found.add(other)
        return sorted(found)


def _is_foreign(book: Book, importer: str, edition: str) -> bool:
    if not edition or edition not in book.editions:
        return False
    own = {name for item in book.editions.values() if item.owner == importer for name in (item.family, item.parent)}
    return bool(own) and not {edition, book.editions[edition].family} & own


def _under(code: str, known: Sequence[str]) -> list[str]:
    """The codes of a sorted sequence at or under a code."""
    return list(known[bisect_left(known, code) : bisect_left(known, code + "~")])


def _finest(known: list[str]) -> list[str]:
    """Of sorted codes, those that no other begins with."""
    return [code for k, code in enumerate(known) if not (k + 1 < len(known) and known[k + 1].startswith(code))]


@lru_cache(maxsize=32)
def _scopes(book: Book, importer: str) -> frozenset[str]:
    return frozenset(item.scope for item in book.measures_of(importer) if not item.hs_exclude)


@lru_cache(maxsize=32)
def _base_scopes(book: Book, importer: str) -> frozenset[str]:
    """Scopes of the general duty that are no schedules: beside a schedule only they can prove that a code exists."""
    rows = (item for item in book.measures_of(importer) if not item.hs_exclude and item.rate_kind != "schedule")
    return frozenset(item.scope for item in rows if book.authorities[item.programme] == BASE_AUTHORITY)


@lru_cache(maxsize=32)
def _cutting(book: Book, importer: str) -> frozenset[str]:
    """Scopes by which a duty of the importer can differ inside a line."""
    ids = {item.measure_id for item in book.measures_of(importer)}
    holds = (
        item.scope
        for item in (*book.suspensions, *book.exclusions)
        if item.measure_id in ids or any(name.startswith(item.measure_id.rstrip("*")) for name in ids)
    )
    return frozenset({item.scope for item in book.measures_of(importer)} | set(holds)) - {"*"}


@lru_cache(maxsize=32)
def _named(book: Book, importer: str) -> tuple[str, ...]:
    """Every code that measures, lists, suspensions and exclusions of an importer name, sorted."""
    scopes = _cutting(book, importer)
    found = {scope[3:] for scope in scopes if scope.startswith("hs:")}
    listed = zip(*map(book.tables["lists"].texts, ("list_id", "hs")), strict=True)
    return tuple(sorted(found | {code for name, code in listed if name in scopes}))


@lru_cache(maxsize=32)
def _nomenclature(book: Book, importer: str) -> tuple[str, ...]:
    owned = {item.edition for item in book.editions.values() if item.owner == importer}
    named = zip(*map(book.tables["nomenclature"].texts, ("hs_edition", "hs")), strict=True)
    return tuple(sorted({code for edition, code in named if edition in owned or not book.editions}))


@lru_cache(maxsize=32)
def _every_code(book: Book, importer: str) -> list[str]:
    found = {*_named(book, importer), *_nomenclature(book, importer)}
    for schedule in schedules_of(book, importer):
        found.update(np.unique(schedule.codes).tolist())
    return sorted(found)


def expects_base(book: Book, importer: str) -> bool:
    """Whether the general duty is stated line by line: then a line without a row has no known duty."""
    rows = (item for item in book.measures_of(importer) if item.rate_kind == "schedule")
    return any(book.authorities[item.programme] == BASE_AUTHORITY for item in rows)
