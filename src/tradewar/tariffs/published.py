"""What became known between two days, with the trade it bears on; and what rests on unverified figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewar.errors import BookError
from tradewar.io.cells import YES
from tradewar.tariffs import units, weights
from tradewar.tariffs.instants import EVERYTHING, MINUTES, day_of, write_day, write_instant
from tradewar.tariffs.model import Book, Exclusion, Known, Measure, Quota, ScheduledChange, Suspension
from tradewar.tariffs.policies import bilateral
from tradewar.tariffs.weights import WeightSet

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class BookChange:
    """One line that became known, or was superseded."""

    known_on: str
    kind: str
    """`published` or `superseded`."""
    table: str
    subject: str
    what: str
    importer: str
    value: float | None
    """Trade in the scope of the measure on the weight set of its importer; None where the book has none."""
    weight_set: str
    verified: bool | None


@dataclass(frozen=True)
class BookChanges:
    """What became known after one day and by another, in order of knowledge."""

    after: str
    until: str
    items: tuple[BookChange, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per change."""
        import pandas as pd

        return pd.DataFrame([vars(item) for item in self.items])


def changes(
    book: Book, known_a: date | str, known_b: date | str, *, weight_sets: dict[str, str] | None = None
) -> BookChanges:
    """What became known after `known_a` and by `known_b`. `weight_sets` names one per importer.

    Raises:
        BookError: if the days are not in order.
    """
    first, last = day_of(known_a, "known_a"), day_of(known_b, "known_b")
    if last < first:
        raise BookError.at("known_b", f"{write_day(last)} is before {write_day(first)}", "Give the days in order")
    chosen = weight_sets if weight_sets is not None else _defaults(book)
    found: list[tuple[int, BookChange]] = []
    tables: tuple[tuple[str, tuple[Known, ...]], ...] = (
        ("measures", book.measures),
        ("changes", book.changes_planned),
        ("suspensions", book.suspensions),
        ("exclusions", book.exclusions),
        ("quotas", book.quotas),
    )
    for table, items in tables:
        for item in items:
            for day, kind in ((item.known_from, "published"), (item.superseded_from, "superseded")):
                if first < day <= last:
                    found.append((day, _change(book, table, item, day, kind, chosen)))
    found.sort(key=lambda entry: (entry[0], entry[1].table, entry[1].subject))
    return BookChanges(write_day(first), write_day(last), tuple(change for _, change in found))


def _defaults(book: Book) -> dict[str, str]:
    return {importer: name for (importer, _), name in bilateral(book).items()}


def _change(book: Book, table: str, item: Known, day: int, kind: str, chosen: dict[str, str]) -> BookChange:
    subject, what, measures = _described(book, item)
    importer = measures[0].importer if measures else ""
    name = chosen.get(importer, "")
    value = None
    if name and measures:
        value = sum(
            scope_value(book, importer, scope, weights.find(book.weight_sets, name))
            for scope in _scopes(item, measures)
        )
    return BookChange(write_day(day), kind, table, subject, what, importer, value, name, item.verified)


def _scopes(item: Known, measures: list[Measure]) -> list[str]:
    own = getattr(item, "scope", "*")
    return [own] if own != "*" and not isinstance(item, Measure) else sorted({measure.scope for measure in measures})


def _described(book: Book, item: Known) -> tuple[str, str, list[Measure]]:
    """Name, sentence and measures of a line."""
    if isinstance(item, Measure):
        start = "by a scheduled change" if item.valid_from is None else write_instant(item.valid_from)
        rate = "" if item.rate != item.rate else f" {100 * item.rate:.10g}%"
        return item.measure_id, f"{item.effect}{rate} from {start}", [item]
    if isinstance(item, ScheduledChange):
        day = "without a date" if item.planned_from is None else f"on {write_instant(item.planned_from)}"
        rate = "" if item.new_rate != item.new_rate else f"{100 * item.new_rate:.10g}% "
        names = [item.measure_id]
        if item.kind == "resume":
            names = [s.measure_id for s in book.suspensions if s.suspension_id == item.measure_id]
        return item.change_id, f"{rate}{item.status} {day}", _named(book, names)
    if isinstance(item, Suspension):
        return item.suspension_id, f"suspends {item.measure_id}", _named(book, [item.measure_id])
    if isinstance(item, Exclusion):
        return item.exclusion_id, f"excludes from {item.measure_id}", _named(book, [item.measure_id])
    if isinstance(item, Quota):
        return item.quota_id, f"{item.kind} of {item.amount:g} {item.unit}", _named(book, [item.over_measure])
    return "", "", []


def _named(book: Book, names: list[str]) -> list[Measure]:
    found: list[Measure] = []
    for name in names:
        stem = name.removesuffix("*")
        found += [m for m in book.measures if m.measure_id == stem or (name != stem and m.measure_id.startswith(stem))]
    return found


def scope_value(book: Book, importer: str, scope: str, chosen: WeightSet) -> float:
    """Trade in a scope: of each code of the weight set, the share of its lines that fall in the scope."""
    if scope in book.schedules:
        return chosen.total
    day = min(max(book.first_day, 1), book.last_day) if book.last_day > 4_000_000 else book.last_day - 1
    instant = day * MINUTES + MINUTES - 1
    found = units.units_of(book, importer, chosen.codes.tolist(), instant, EVERYTHING)
    field = found.lines.at(book, units.schedules_of(book, importer), instant, EVERYTHING)
    members = field.of(scope)
    if members is None:
        return 0.0
    share = np.zeros(len(field.line))
    share[members.index] = members.share
    return float((chosen.value[found.code] * found.weight * share[field.profile]).sum())


def unverified(book: Book) -> pd.DataFrame:
    """Lines marked `verified = no`: table, row, id, source and note."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for table, content in book.tables.items():
        key = content.spec.names[0]
        for row in content.rows() if "verified" in content.spec.names else ():
            if YES.get(row["verified"].lower()) is not False:
                continue
            facts = {"table": table, "row": row["_row"], "id": row[key]}
            rows.append(facts | {"source": row.get("source", ""), "note": row.get("note", "")})
    return pd.DataFrame(rows, columns=["table", "row", "id", "source", "note"])
