"""What the tables of a book must satisfy together, beyond what each declares. Every fault names its line and the fix.

| rule | checked in |
|---|---|
| rates are fractions in one declared unit; above 1 only where the unit is declared and a note says why | `_rates` |
| concordance weights sum to at most 1 per code; successor shares to 1 | `_sums` |
| every list, schedule, condition, area, measure and edition that is named exists | `check_relations` |
| a list is stated in an edition that the importer uses, and is no finer than it | `_editions` |
| a code that goes on with zeros is no heading that others divide | `_padded` |
| partners are ISO3 codes, or areas and codes that the book declares | `_partners` |
| no weight set has an aggregate beside its members | `_aggregates` |
| no two measures of one programme overlap unless one replaces the other | `tradewar.tariffs.overlaps` |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewar.errors import Problem
from tradewar.io.nearest import nearest, some
from tradewar.io.registers import countries, units
from tradewar.io.registers.products import under
from tradewar.io.registers.rates import UNDECLARED_LIMIT, rate_fault
from tradewar.io.tables import Table, list_rows
from tradewar.tariffs import overlaps

if TYPE_CHECKING:
    from tradewar.tariffs.model import Edition, Measure

Tables = dict[str, Table]
ROUNDING = 1e-3
"""Shares are published with four digits: thirds of them need not sum to 1 exactly."""
PLACEHOLDER = 9999.0
"""Numbers from here on in a column of rates are placeholders of the source (9999.999999), never rates."""
RATES = (("measures", "rate"), ("schedules", "rate"), ("changes", "new_rate"))


def check_cells(found: Tables, unit: str, problems: list[Problem]) -> Tables:
    """The tables with rates as fractions; faults of rates, money and sums are added to `problems`."""
    found = found | {table: _rates(found[table], column, unit, problems) for table, column in RATES}
    for table in ("measures", "schedules"):
        _money(found[table], problems)
    _sums(found, problems)
    return found


def check_relations(found: Tables, parts: dict[str, Any], problems: list[Problem]) -> None:
    """Faults between the tables."""
    measures: tuple[Measure, ...] = parts["measures"]
    lists, schedules = set(found["lists"].texts("list_id")), set(parts["schedules"])
    ids = {measure.measure_id for measure in measures}
    for measure in measures:
        place = f"{found['measures'].file}, line {measure.row}"
        kind, having = ("schedule", schedules) if measure.rate_kind == "schedule" else ("list", lists)
        if measure.scope != "*" and not measure.scope.startswith("hs:") and measure.scope not in having:
            what = f"{kind} {measure.scope!r} of measure {measure.measure_id} does not exist"
            fix = f"Add its lines to {kind}s, or name one of {some(sorted(having), 8)}"
            problems.append(Problem(place, what + nearest(measure.scope, having), fix))
        for condition, _ in measure.conditions:
            if condition not in parts["conditions"]:
                what = f"condition {condition!r} is not described{nearest(condition, parts['conditions'])}"
                problems.append(Problem(place, what, "Add a line to conditions"))
    for change in parts["changes_planned"]:
        names = ids if change.kind == "rate" else {item.suspension_id for item in parts["suspensions"]}
        if change.measure_id not in names:
            what = f"{change.change_id} changes {change.measure_id!r}, which does not exist"
            problems.append(_named(found["changes"], change.row, what, change.measure_id, names))
    _references(found, parts, ids, lists, problems)
    _editions(found, parts["editions"], measures, problems)
    _padded(found, problems)
    _partners(found, parts, problems)
    _aggregates(found, parts, problems)
    overlaps.check(found, parts, problems)


def _named(table: Table, row: int, what: str, name: str, names: Iterable[str]) -> Problem:
    fix = f"Name one of {some(sorted(names), 8)}"
    return Problem(f"{table.file}, line {row}", what + nearest(name, names), fix)


# ---------------------------------------------------------------- cells


def _rates(table: Table, column: str, unit: str, problems: list[Problem]) -> Table:
    """Placeholders become unknown, per cent becomes a fraction, and everything else must be one unambiguously."""
    if not len(table):
        return table
    rate = table.numbers(column)
    placeholder = rate >= PLACEHOLDER
    noted = np.array([note != "" for note in table.texts("note")])
    if unit == "percent":
        fix = "In a book in percent write 0.25 percent with a note, or 25 if a quarter was meant"
        mixed = (rate > 0) & (rate < 1) & ~noted
        what = "rate unit ambiguous: {:g} in a column of percent"
        list_rows(table, mixed, lambda row: (what.format(rate[row]), fix), problems)
    rate = np.where(placeholder, np.nan, rate / 100 if unit == "percent" else rate)
    declared = [unit if note else "" for note in noted]
    wrong = np.zeros(len(rate), dtype=bool)
    for row in np.flatnonzero(rate > UNDECLARED_LIMIT).tolist():
        wrong[row] = rate_fault(rate[row], declared[row], column) is not None

    def described(row: int) -> tuple[str, str]:
        what, fix = rate_fault(rate[row], declared[row], column) or ("", "")
        return f"rate unit ambiguous: {what}", f"{fix}, and say so in the note" if unit != "percent" else fix

    list_rows(table, wrong, described, problems)
    cells = dict(table.cells) | {column: rate}
    if placeholder.any() and "rate_kind" in cells:
        cells["rate_kind"] = np.where(placeholder, "unknown", cells["rate_kind"]).tolist()
    return replace(table, cells=cells)


def _money(table: Table, problems: list[Problem]) -> None:
    """A specific duty has a currency and a unit."""
    amounts, currencies, names = table.numbers("specific_amount"), table.texts("currency"), table.texts("unit")
    known = {text: units.currency_fault(text) for text in set(currencies)}
    given = ~np.isnan(amounts)
    wrong = given & np.array([known[text] is not None for text in currencies], dtype=bool)
    list_rows(table, wrong, lambda row: known[currencies[row]] or ("", ""), problems)
    lost = given & np.array([name == "" for name in names], dtype=bool)
    fix = "Write for example kg, 100 kg, t, hl or item"
    list_rows(table, lost, lambda _: ("a specific amount has no unit", fix), problems)


def _sums(found: Tables, problems: list[Problem]) -> None:
    table = found["concordance"]
    for (_, code), (total, rows) in _totals(table, ("sector_set", "hs"), "weight").items():
        if total > 1 + ROUNDING:
            what = f"the weights of {code} sum to {total:.6g} (lines {', '.join(map(str, rows))}), which is above 1"
            problems.append(Problem(table.file, what, "Value may be mapped once: correct the weights"))
    table = found["successors"]
    for (*_, code), (total, rows) in _totals(table, ("from_edition", "to_edition", "code"), "share").items():
        if abs(total - 1) > ROUNDING:
            what = f"the shares of the successors of {code} sum to {total:.6g} (lines {', '.join(map(str, rows))})"
            problems.append(Problem(table.file, what, "Shares over the successors of a code sum to 1"))


def _totals(table: Table, keys: tuple[str, ...], column: str) -> Mapping[tuple[str, ...], tuple[float, list[int]]]:
    """Sum and lines of the rows with the same keys; rows without a number are left out."""
    found: dict[tuple[str, ...], tuple[float, list[int]]] = {}
    values = table.numbers(column).tolist()
    for line, value, *key in zip(table.lines, values, *map(table.texts, keys), strict=True):
        if value == value:
            total, lines = found.get(tuple(key), (0.0, []))
            found[tuple(key)] = total + value, [*lines, line]
    return found


# ---------------------------------------------------------------- relations


def _references(found: Tables, parts: dict[str, Any], ids: set[str], lists: set[str], problems: list[Problem]) -> None:
    for kind in ("suspensions", "exclusions"):
        for item in parts[kind]:
            stem = item.measure_id.removesuffix("*")
            if not (any(name.startswith(stem) for name in ids) if item.measure_id.endswith("*") else stem in ids):
                what = f"names the measure {item.measure_id!r}, which does not exist"
                problems.append(_named(found[kind], item.row, what, item.measure_id, ids))
            if item.scope != "*" and not item.scope.startswith("hs:") and item.scope not in lists:
                what = f"names the list {item.scope!r}, which does not exist"
                problems.append(_named(found[kind], item.row, what, item.scope, lists))
    for quota in parts["quotas"]:
        for name in (quota.in_measure, quota.over_measure):
            if name and name not in ids:
                what = f"quota {quota.quota_id} names the measure {name!r}, which does not exist"
                problems.append(_named(found["quotas"], quota.row, what, name, ids))
    instruments = set(found["instruments"].texts("instrument"))
    for measure in parts["measures"] if instruments else ():
        if measure.instrument and measure.instrument not in instruments:
            what = f"instrument {measure.instrument!r} is not described"
            problems.append(_named(found["measures"], measure.row, what, measure.instrument, instruments))


def _editions(
    found: Tables, editions: Mapping[str, Edition], measures: tuple[Measure, ...], problems: list[Problem]
) -> None:
    """Lists are stated in an edition of the importer, or in one whose first six digits its editions share."""
    if not editions:
        return
    importers: dict[str, set[str]] = {}
    for measure in measures:
        importers.setdefault(measure.scope, set()).add(measure.importer)
    own = {
        importer: {name for item in editions.values() if item.owner == importer for name in (item.edition, item.parent)}
        for importer in {measure.importer for measure in measures}
    }
    for name, key in (("lists", "list_id"), ("schedules", "schedule_id")):
        table = found[name]
        stated = zip(table.texts(key), table.texts("hs_edition"), strict=True)
        for scope, edition in sorted(set(stated)):
            for importer in sorted(importers.get(scope, ())):
                if own[importer] and edition not in own[importer]:
                    what = f"{scope} is stated in {edition or 'no edition'}, which is not an edition of {importer}"
                    fix = f"Restate its codes in one of {some(sorted(own[importer] - {''}))}"
                    problems.append(Problem(table.file, f"wrong edition: {what}", fix))
        _refuse_finer(table, editions, problems)


def _refuse_finer(table: Table, editions: Mapping[str, Edition], problems: list[Problem]) -> None:
    parents = {item.parent for item in editions.values()}
    most = {name: 6 if name in parents else item.digits_max for name, item in editions.items()}
    codes = table.texts("hs")
    digits = [len(code.rstrip(ascii_uppercase)) for code in codes]
    limit = [most.get(edition, 10) for edition in table.texts("hs_edition")]
    fix = "Name the national edition in which the code has its meaning"
    finer = np.array(digits, dtype=int) > np.array(limit, dtype=int)
    list_rows(table, finer, lambda row: (f"wrong edition: {codes[row]} is finer than its edition", fix), problems)


def _padded(found: Tables, problems: list[Problem]) -> None:
    """Padded codes that only their neighbours give away: 7208510000 beside 7208512000 stands for 720851."""
    for table, key in ((found["measures"], "importer"), (found["lists"], "list_id")):
        _refuse_padded(table, table.texts(key), problems)


def _refuse_padded(table: Table, names: list[str], problems: list[Problem]) -> None:
    codes = table.texts("hs")
    groups: dict[str, list[str]] = {}
    for code, name in zip(codes, names, strict=True):
        groups.setdefault(name, []).append(code)
    divided = {name: _divided(group) for name, group in groups.items()}
    whole = [divided[name].get(code, "") for code, name in zip(codes, names, strict=True)]

    def described(row: int) -> tuple[str, str]:
        return f"hs {codes[row]!r} is {whole[row]} padded with zeros", f"Write {whole[row]}"

    list_rows(table, np.array([text != "" for text in whole], dtype=bool), described, problems)


def _divided(group: list[str]) -> dict[str, str]:
    """Codes that end in zeros where others of the group go on otherwise, with what they stand for."""
    known = sorted(set(group))
    found: dict[str, str] = {}
    for code in known:
        stem = code
        while len(stem) > 6 and stem.endswith("00"):
            stem = stem[:-2]
        others = under(stem, known) if len(stem) < len(code) else ()
        if any(len(other) >= len(code) and not other.startswith(f"{stem}00") for other in others):
            found[code] = stem
    return found


def _partners(found: Tables, parts: dict[str, Any], problems: list[Problem]) -> None:
    """Codes of partners: ISO3, areas of the book, or plain codes that stand for no other country."""
    areas = set(parts["areas"])
    named: list[tuple[str, int, str, str]] = [
        *(("measures", item.row, "exporter_area", item.exporter_area) for item in parts["measures"]),
        *(("measures", item.row, "importer", item.importer) for item in parts["measures"]),
        *(("stacking", item.row, "exporter_area", item.exporter_area) for item in parts["stacking"]),
        *(("quotas", item.row, "allocation", item.allocation) for item in parts["quotas"]),
        *(("areas", item.row, "member", item.member) for members in parts["areas"].values() for item in members),
    ]
    for table, row, column, expression in named:
        for name in (part.strip().removeprefix("-").strip() for part in expression.split(";")):
            fault = None if name in areas or name == "*" else countries.misspelt_country(name)
            if fault:
                where = f"{found[table].file}, line {row}"
                problems.append(Problem(where, f"{column}: {fault[0]}{nearest(name, areas)}", fault[1]))


def _aggregates(found: Tables, parts: dict[str, Any], problems: list[Problem]) -> None:
    """An aggregate partner beside its members would be counted twice."""
    from tradewar.tariffs.areas import ever

    table = found["weights"]
    partners: dict[str, set[str]] = {}
    for name, exporter in zip(table.texts("weight_set"), table.texts("exporter"), strict=True):
        if exporter:
            partners.setdefault(name, set()).add(exporter)
    for name, group in sorted(partners.items()):
        for area in sorted(group & (set(parts["areas"]) | {"WLD"})):
            inside = group - {area} if area == "WLD" else group & (ever(area, parts["areas"]) - {area})
            if inside:
                what = f"{name} has {area} beside {some(sorted(inside), 5)}, which it contains"
                fix = "Keep the aggregate or its members, never both"
                problems.append(Problem(table.file, f"aggregate partner beside members: {what}", fix))
