"""Two measures of one programme on the same line at the same time are an error, unless one replaces the other.

Declared alternatives do not overlap: an effect other than `add`, measures that a quota ties together, a condition and
its negation, windows by export date, and members of different or shared non-blank stacking groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from itertools import combinations
from typing import TYPE_CHECKING, Any

from tradewar.errors import Problem
from tradewar.tariffs.areas import may_share

if TYPE_CHECKING:
    from tradewar.io.tables import Table
    from tradewar.tariffs.model import Measure


def check(frames: dict[str, Table], parts: dict[str, Any], problems: list[Problem]) -> None:
    """Report every pair of measures that would both apply to some line at some instant."""
    scopes = _scopes(frames)
    excluded: dict[str, set[str]] = {}
    groups: dict[tuple[str, str], list[Measure]] = {}
    for measure in parts["measures"]:
        if measure.hs_exclude:
            excluded.setdefault(measure.measure_id, set()).update(_codes(measure.scope, scopes).codes)
        elif measure.effect == "add":
            groups.setdefault((measure.importer, measure.programme), []).append(measure)
    quotas = [{quota.in_measure, quota.over_measure} for quota in parts["quotas"]]
    seen: dict[tuple[str, str], str | None] = {}
    for group in groups.values():
        for first, second in combinations(group, 2):
            if not _same_time(first, second) or _declared(first, second, quotas):
                continue
            if not may_share(first.exporter_area, second.exporter_area, parts["areas"]):
                continue
            left_out = excluded.get(first.measure_id, set()) | excluded.get(second.measure_id, set())
            key = (first.scope, second.scope)
            if left_out or key not in seen:
                seen[key] = _shared(_codes(first.scope, scopes), _codes(second.scope, scopes), left_out)
            if seen[key] is not None:
                problems.append(_problem(first, second, seen[key] or ""))


def _problem(first: Measure, second: Measure, code: str) -> Problem:
    place = f"measures, lines {first.row} and {second.row}"
    on = "all products" if code == "*" else code
    what = f"{first.measure_id} and {second.measure_id} of programme {first.programme} overlap on {on}"
    fix = "End one where the other starts, write effect replace, or give both a stacking_group (the larger then counts)"
    return Problem(place, what, fix)


def _same_time(first: Measure, second: Measure) -> bool:
    starts = max(first.valid_from or 0, second.valid_from or 0)
    valid = starts < min(first.valid_until, second.valid_until)
    known = max(first.known_from, second.known_from) < min(first.superseded_from, second.superseded_from)
    return valid and known


def _declared(first: Measure, second: Measure, quotas: list[set[str]]) -> bool:
    if first.stacking_group and second.stacking_group:
        return True
    if any({first.measure_id, second.measure_id} <= pair for pair in quotas) and first.measure_id != second.measure_id:
        return True
    conditions = {first.condition, second.condition}
    opposite = {condition.removeprefix("not:") for condition in conditions}
    return len(conditions) == 2 and len(opposite) == 1


class _Codes:
    """The codes of a scope, and their beginnings: scopes are held against each other many times."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = frozenset(codes)
        self.lengths = sorted({len(code) for code in self.codes})
        self._beginnings: dict[int, Set[str]] = {}

    def beginnings(self, length: int) -> Set[str]:
        """The first digits of the codes that have as many."""
        if length not in self._beginnings:
            self._beginnings[length] = {code[:length] for code in self.codes if len(code) >= length}
        return self._beginnings[length]


def _scopes(frames: dict[str, Table]) -> dict[str, _Codes]:
    found: dict[str, set[str]] = {}
    for table, key in (("lists", "list_id"), ("schedules", "schedule_id")):
        for name, code in zip(*map(frames[table].texts, (key, "hs")), strict=True):
            found.setdefault(name, set()).add(code)
    return {name: _Codes(codes) for name, codes in found.items()}


def _codes(scope: str, scopes: dict[str, _Codes]) -> _Codes:
    if scope == "*" or scope.startswith("hs:"):
        return _Codes([scope.removeprefix("hs:")])
    return scopes.get(scope) or _Codes([])


def _shared(first: _Codes, second: _Codes, left_out: set[str]) -> str | None:
    """A code on which both scopes fall, or None."""
    if "*" in first.codes and "*" in second.codes:
        return "*"
    for outer, inner in ((first, second), (second, first)):
        if "*" in outer.codes and inner.codes:
            return min(inner.codes)
        for length in outer.lengths:
            if outer.codes.isdisjoint(inner.beginnings(length)):
                continue
            hits = [code for code in inner.codes if len(code) >= length and code[:length] in outer.codes]
            kept = [code for code in hits if not _left_out(code, left_out)]
            if kept:
                return min(kept)
    return None


def _left_out(code: str, left_out: set[str]) -> bool:
    return any(code.startswith(other) for other in left_out)
