"""Checked rows of the tables -> nouns, whose fields have the names of the columns. What a single cell can get wrong was
found when the table was read; what is left is what cells of one row, and rows on one thing, say about each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, replace
from itertools import pairwise
from typing import Any, TypeVar

from tradewar.errors import Problem
from tradewar.io.cells import YES
from tradewar.io.tables import Table
from tradewar.tariffs import model
from tradewar.tariffs.instants import FOREVER, MINUTES, local, write_day

Noun = TypeVar("Noun")
Dated = TypeVar("Dated", bound=model.Known)
ZoneOf = Callable[[Mapping[str, Any]], str]
"""The time zone of the importer that a row concerns; blank where the book has none."""
SPECIFIC = ("specific", "compound", "greater_of", "lesser_of", "minimum_price")


class Row:
    """One row of a table, with what is found to be wrong with it."""

    def __init__(self, table: Table, number: int, cells: Mapping[str, Any], zone: str, problems: list[Problem]):
        self.table, self.number, self.cells, self.zone, self.problems = table, number, cells, zone, problems

    def wrong(self, what: str, fix: str) -> None:
        """Report a fault of this row."""
        self.problems.append(Problem(self.table.where(self.number), what, fix))

    def instant(self, column: str) -> int | None:
        """An instant in local time at the importer; None where the cell is blank."""
        text = self.cells[column]
        found = local(text, self.zone) if text else None
        if text and found is None:
            fix = "Write the local time without an offset, or give the importer's zone in [zones] of book.toml"
            self.wrong(f"{column} is {text!r}, and no time zone of the importer is known", fix)
        return found

    def noun(self, kind: type[Noun], **given: Any) -> Noun:
        """The noun of the row: a field is given, or read from its column; a blank cell leaves its default."""
        values: dict[str, Any] = {}
        for field in fields(kind):  # type: ignore[arg-type]
            column = self.table.spec.column(field.name)
            if field.name in given or column is None:
                continue
            cell = self.cells[field.name]
            if column.kind in ("instant", "day"):
                instant = self.instant(field.name)
                cell = "" if instant is None else instant if column.kind == "instant" else instant // MINUTES
            elif column.kind == "yes":
                cell = YES.get(cell.lower(), "")
            elif column.kind == "whole":
                cell = "" if cell != cell else int(cell)
            if cell != "" or field.default is MISSING:
                values[field.name] = cell
        if "row" in kind.__dataclass_fields__:  # type: ignore[attr-defined]
            values["row"] = self.table.lines[self.number]
        return kind(**values | given)

    def scope(self, *, needed: bool = False) -> str:
        """The key of a scope: a list, `hs:CODE`, or `*` for everything."""
        listed, code = self.cells["list_id"], self.cells["hs"]
        if (listed and code) or (needed and not (listed or code)):
            fault = "both list_id and hs are filled" if listed else "neither list_id nor hs is filled"
            self.wrong(fault, "Fill exactly one; hs = * means all products")
        return listed or (f"hs:{code}" if code not in ("", "*") else "*")

    def starts(self, column: str = "valid_from") -> dict[str, int]:
        """The default of `known_from`: the day on which the row starts to apply."""
        if self.cells["known_from"]:
            return {}
        instant = self.instant(column)
        return {"known_from": 0 if instant is None else instant // MINUTES}


def read(
    table: Table, make: Callable[[Row], Noun], problems: list[Problem], zone_of: ZoneOf = lambda _: ""
) -> list[Noun]:
    """The nouns of a table in order."""
    rows = (Row(table, k, cells, zone_of(cells), problems) for k, cells in enumerate(table.rows()))
    return [make(row) for row in rows]


def dated(
    table: Table, make: Callable[[Row], Dated], problems: list[Problem], zone_of: ZoneOf = lambda _: ""
) -> tuple[Dated, ...]:
    """The nouns of a table, each superseded by the next that became known on the same thing."""
    items = read(table, make, problems, zone_of)
    for item in items:
        _check_dates(table, item, problems)
    groups: dict[Any, list[Dated]] = {}
    for item in items:
        groups.setdefault(item.subject, []).append(item)
    ends: dict[int, int] = {}
    for group in groups.values():
        group.sort(key=lambda item: item.known_from)
        for earlier, later in pairwise(group):
            if earlier.known_from == later.known_from:
                first, last = sorted((earlier.row, later.row))
                what = f"is about the same as line {first}, and both became known on {write_day(later.known_from)}"
                fix = "Remove one of the two, or give the later one its known_from"
                problems.append(Problem(f"{table.file}, line {last}", what, fix))
            elif later.known_from < earlier.superseded_from:
                ends[id(earlier)] = later.known_from
    return tuple(replace(item, superseded_from=ends[id(item)]) if id(item) in ends else item for item in items)


PERIODS = (("valid_from", "valid_until"), ("period_start", "period_end"), ("known_from", "superseded_from"))


def _check_dates(table: Table, item: model.Known, problems: list[Problem]) -> None:
    for start, end in PERIODS:
        first, last = getattr(item, start, None), getattr(item, end, FOREVER)
        if first is not None and last <= first:
            fix = "The end is the first day not covered: it comes after the start"
            problems.append(Problem(f"{table.file}, line {item.row}", f"{end} is not after {start}", fix))


def measure(row: Row) -> model.Measure:
    """A line of `measures`."""
    cells = row.cells
    rule = cells["liability_rule"] or "entry"
    before, _, day = rule.partition(":")
    if rule not in ("entry", "export") and (before != "exported_before" or local(day, row.zone) is None):
        row.wrong(f"liability_rule is {rule!r}", "Use entry, export, or exported_before:YYYY-MM-DD")
    rate, amount, exclude = cells["rate"], cells["specific_amount"], cells["hs_exclude"].lower() == "yes"
    kind = cells["rate_kind"] or _kind_of(rate, amount, cells["effect"])
    if kind in ("ad_valorem", "compound") and rate != rate and not exclude:
        kind = "unknown"
    if kind in SPECIFIC and amount != amount:
        what = f"{cells['measure_id']} is {kind} but has no specific_amount"
        row.wrong(what, "Give the amount, its currency and its unit")
    return row.noun(model.Measure, **row.starts(), scope=row.scope(needed=True), rate_kind=kind)


def _kind_of(rate: float, amount: float, effect: str) -> str:
    """The kind where the cell is blank: what the numbers say, and unknown where there are none."""
    if rate == rate:
        return "compound" if amount == amount else "ad_valorem"
    if amount == amount:
        return "specific"
    return "free" if effect in ("exempt", "refuse") else "unknown"


def change(row: Row) -> model.ScheduledChange:
    """A line of `changes`."""
    found = row.noun(model.ScheduledChange)
    if found.status == "planned" and found.planned_from is None:
        row.wrong("status is planned but planned_from is blank", "Give the day, or call it postponed or proposed")
    if found.ordered and found.kind == "rate" and found.planned_from is not None and found.new_rate != found.new_rate:
        row.wrong("new_rate is blank", "Give the rate that the step brings")
    return found


def suspension(row: Row) -> model.Suspension:
    """A line of `suspensions`."""
    return row.noun(model.Suspension, **row.starts(), scope=row.scope())


def exclusion(row: Row) -> model.Exclusion:
    """A line of `exclusions`."""
    return row.noun(model.Exclusion, **row.starts(), scope=row.scope())


def quota(row: Row) -> model.Quota:
    """A line of `quotas`."""
    return row.noun(model.Quota)


def condition(row: Row) -> model.Condition:
    """A line of `conditions`."""
    found = row.noun(model.Condition)
    if found.kind == "price_threshold" and not (found.operator and found.parameter == found.parameter):
        row.wrong("a price threshold has no operator or no parameter", "Give <, <=, > or >=, and the price")
    return found


def priced(
    condition: model.Condition, measures: Iterable[model.Measure], table: Table, problems: list[Problem]
) -> model.Condition:
    """A price threshold in the money of the duties that hang on it, where it has none of its own."""
    if condition.kind != "price_threshold" or condition.currency:
        return condition
    rows = (m for m in measures if condition.condition_id in dict(m.conditions) and m.currency)
    monies = sorted({(m.currency, m.unit) for m in rows})
    if len(monies) > 1:
        what = f"{condition.condition_id} has no currency, and duties in {', '.join(map('/'.join, monies))} hang on it"
        problems.append(Problem(table.file, what, "Give the condition its currency and unit"))
    return replace(condition, currency=monies[0][0], unit=monies[0][1]) if monies else condition


def share(row: Row) -> model.Share:
    """A line of `shares`."""
    low, usual, high = (row.cells[name] for name in ("low", "share", "high"))
    if usual != usual:
        usual = (low + high) / 2
    low, high = (usual if end != end else end for end in (low, high))
    if not low <= usual <= high:
        row.wrong(f"low, share and high are {low:g}, {usual:g}, {high:g}", "Give them in order, or the share alone")
    return row.noun(model.Share, **row.starts(), scope=row.scope(), low=low, share=usual, high=high)


def exchange(row: Row) -> model.Exchange:
    """A line of `exchange`."""
    return row.noun(model.Exchange, **row.starts())


def membership(row: Row) -> model.Membership:
    """A line of `areas`."""
    return row.noun(model.Membership)


def rule(row: Row) -> model.StackingRule:
    """A line of `stacking`."""
    return row.noun(model.StackingRule, **row.starts())


def edition(row: Row) -> model.Edition:
    """A line of `editions`."""
    return row.noun(model.Edition, family=row.cells["family"] or row.cells["edition"])
