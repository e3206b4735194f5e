"""Two rows of one programme on the same line, partner and time are an error, unless it is plain which goes first.

It is plain where one row is narrower: for fewer partners and no shorter code, for the same partners and a longer code,
or for a firm; where a list starts later than another with the same code; and where it is declared: effect `replace`, a
quota that ties the two, a condition and its negation, or stacking groups. What is taken out of a row cannot overlap:
areas are taken as their members, codes with their successors in other editions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from itertools import combinations
from typing import TYPE_CHECKING, Any

from tradewar.errors import Problem
from tradewar.tariffs.areas import common

if TYPE_CHECKING:
    from tradewar.io.tables import Table
    from tradewar.tariffs.model import Condition, Measure

COMPARED = ("add", "floor", "ceiling")


def check(found: Mapping[str, Table], parts: dict[str, Any], problems: list[Problem]) -> None:
    """Report every pair of rows of which both would apply to some line at some instant, and neither goes first."""
    scopes = _scopes(found)
    after = _successors(found["successors"])
    out: dict[str, list[Measure]] = {}
    groups: dict[tuple[str, str], list[Measure]] = {}
    for measure in parts["measures"]:
        if measure.hs_exclude:
            out.setdefault(measure.measure_id, []).append(measure)
        elif measure.effect in COMPARED:
            groups.setdefault((measure.importer, measure.programme), []).append(measure)
    quotas = [{quota.in_measure, quota.over_measure} for quota in parts["quotas"]]
    meetings: dict[tuple[str, str, frozenset[str]], _Meeting] = {}
    for group in groups.values():
        for first, second in combinations(group, 2):
            start, end = _common_time(first, second)
            if start >= end or _declared(first, second, quotas, parts["conditions"]):
                continue
            rows = [row for m in (first, second) for row in out.get(m.measure_id, ()) if _always(row, start, end)]
            codes = {code for row in rows for code in _codes(row.scope, scopes).codes}
            left_out = frozenset(codes | {later for code in codes for later in after.get(code, ())})
            key = (first.scope, second.scope, left_out)
            if key not in meetings:
                meetings[key] = _meet(_codes(first.scope, scopes), _codes(second.scope, scopes), left_out)
            if meetings[key].codes:
                relation = common(first.exporter_area, second.exporter_area, start, end, parts["areas"])
                if not _plain(first, second, relation, meetings[key]):
                    problems.append(_problem(found["measures"], first, second, min(meetings[key].codes)))


def _problem(table: Table, first: Measure, second: Measure, code: str) -> Problem:
    place = f"{table.file}, lines {first.row} and {second.row}"
    on = "all products" if code == "*" else code
    what = f"{first.measure_id} and {second.measure_id} of programme {first.programme} overlap on {on}"
    fix = "End one where the other starts, make one the narrower, write effect replace, or give both a stacking_group"
    return Problem(place, what, f"{fix} (the larger then counts)")


def _common_time(first: Measure, second: Measure) -> tuple[int, int]:
    """The stretch in which both are valid; empty where no reader knows both at once."""
    if max(first.known_from, second.known_from) >= min(first.superseded_from, second.superseded_from):
        return 0, 0
    return max(first.valid_from or 0, second.valid_from or 0), min(first.valid_until, second.valid_until)


def _always(row: Measure, start: int, end: int) -> bool:
    return (row.valid_from or 0) <= start and end <= row.valid_until


def _declared(first: Measure, second: Measure, quotas: list[set[str]], described: Mapping[str, Condition]) -> bool:
    """Whether the book says which of two rows counts, or that they never meet."""
    if first.stacking_group and second.stacking_group:
        return True
    if first.firm != second.firm:
        return True
    if any({first.measure_id, second.measure_id} <= pair for pair in quotas) and first.measure_id != second.measure_id:
        return True
    mine, theirs = dict(first.conditions), dict(second.conditions)
    if any(theirs.get(name, wanted) != wanted for name, wanted in mine.items()):
        return True
    one, two = (_prices(m, described) for m in (first, second))
    return any(one[money][1] <= two[money][0] or two[money][1] <= one[money][0] for money in one.keys() & two.keys())


def _prices(measure: Measure, described: Mapping[str, Condition]) -> dict[tuple[str, str], tuple[float, float]]:
    """Between which prices, by currency and unit, a row applies."""
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for name, wanted in measure.conditions:
        condition = described.get(name)
        if condition is None or condition.kind != "price_threshold":
            continue
        money = condition.currency, condition.unit
        low, high = found.get(money, (0.0, float("inf")))
        below = condition.operator.startswith("<") == wanted
        limit = condition.parameter
        found[money] = (low, min(high, limit)) if below else (max(low, limit), high)
    return found


class _Meeting:
    """Where two scopes meet: the codes, and whose is the longer somewhere."""

    def __init__(self) -> None:
        self.codes: set[str] = set()
        self.longer: set[str] = set()
        """`first`, `second` or `same`."""


def _plain(first: Measure, second: Measure, relation: str, meeting: _Meeting) -> bool:
    """Whether it is plain which row goes first wherever both apply."""
    if relation in ("first", "second"):
        return meeting.longer <= {relation, "same"}
    if relation == "same":
        later = first.valid_from != second.valid_from and first.scope != second.scope
        return later or "same" not in meeting.longer
    return relation == "apart"


class _Codes:
    """The codes of a scope, and their beginnings: scopes are held against each other many times."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = frozenset(codes)
        self.lengths = sorted({0 if code == "*" else len(code) for code in self.codes})
        self._beginnings: dict[int, Set[str]] = {}

    def beginnings(self, length: int) -> Set[str]:
        """The first digits of the codes that have as many."""
        if length not in self._beginnings:
            self._beginnings[length] = {code[:length] for code in self.codes if len(code) >= length}
        return self._beginnings[length]


def _scopes(found: Mapping[str, Table]) -> dict[str, _Codes]:
    codes: dict[str, set[str]] = {}
    for table, key in (("lists", "list_id"), ("schedules", "schedule_id")):
        for name, code in zip(*map(found[table].texts, (key, "hs")), strict=True):
            codes.setdefault(name, set()).add(code)
    return {name: _Codes(listed) for name, listed in codes.items()}


def _successors(table: Table) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in table.rows():
        found.setdefault(row["code"], set()).add(row["successor"])
    return found


def _codes(scope: str, scopes: Mapping[str, _Codes]) -> _Codes:
    if scope == "*" or scope.startswith("hs:"):
        return _Codes([scope.removeprefix("hs:")])
    return scopes.get(scope) or _Codes([])


def _meet(first: _Codes, second: _Codes, left_out: frozenset[str]) -> _Meeting:
    """The codes on which two scopes both fall, but for what is left out of either."""
    found = _Meeting()
    for outer, inner, finer in ((first, second, "second"), (second, first, "first")):
        for length in outer.lengths:
            if length and outer.codes.isdisjoint(inner.beginnings(length)):
                continue
            for code in inner.codes:
                own = 0 if code == "*" else len(code)
                if own < length or (code[:length] not in outer.codes if length else "*" not in outer.codes):
                    continue
                if "*" in left_out or any(code.startswith(other) for other in left_out if code != "*"):
                    continue
                found.codes.add(code)
                found.longer.add("same" if own == length else finer)
    return found
