"""What became known between two days, with the trade it bears on; and what rests on unverified figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewar.errors import BookError
from tradewar.io.cells import YES
from tradewar.tariffs import averages, weights
from tradewar.tariffs.instants import day_of, write_day, write_instant
from tradewar.tariffs.model import Exclusion, Known, Measure, Quota, ScheduledChange, Suspension
from tradewar.tariffs.question import ask
from tradewar.tariffs.weights import WeightSet

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.tariffs.book import TariffBook


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
    book: TariffBook, known_a: date | str, known_b: date | str, *, weight_sets: dict[str, str] | None = None
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


def _defaults(book: TariffBook) -> dict[str, str]:
    from tradewar.tariffs.policies import bilateral

    return {importer: name for (importer, _), name in bilateral(book).items()}


def _change(book: TariffBook, table: str, item: Known, day: int, kind: str, chosen: dict[str, str]) -> BookChange:
    subject, what, measures = _described(book, item)
    importer = measures[0].importer if measures else ""
    name = chosen.get(importer, "")
    value = None
    if name and measures:
        value = sum(scope_value(book, importer, scope, weights.find(book, name)) for scope in _scopes(item, measures))
    return BookChange(write_day(day), kind, table, subject, what, importer, value, name, item.verified)


def _scopes(item: Known, measures: list[Measure]) -> list[str]:
    own = getattr(item, "scope", "*")
    return [own] if own != "*" and not isinstance(item, Measure) else sorted({measure.scope for measure in measures})


def _described(book: TariffBook, item: Known) -> tuple[str, str, list[Measure]]:
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


def _named(book: TariffBook, names: list[str]) -> list[Measure]:
    found: list[Measure] = []
    for name in names:
        stem = name.removesuffix("*")
        found += [m for m in book.measures if m.measure_id == stem or (name != stem and m.measure_id.startswith(stem))]
    return found


def scope_value(book: TariffBook, importer: str, scope: str, chosen: WeightSet) -> float:
    """Trade in a scope: of each code of the weight set, the share of its lines that fall in the scope."""
    day = min(max(book.first_day, 1), book.last_day) if book.last_day > 4_000_000 else book.last_day - 1
    question = ask(book, importer, "", write_day(day))
    line = averages.line_set(book, question)
    members = line.of(scope)
    if members is None:
        return chosen.total if scope in book.schedules else 0.0
    share = np.zeros(len(line.codes))
    share[members.index] = members.share
    codes, place = np.unique(line.array.astype(f"<U{chosen.digits}"), return_inverse=True)
    mean = np.bincount(place, weights=share, minlength=len(codes)) / np.bincount(place, minlength=len(codes))
    position = np.searchsorted(codes, chosen.codes).clip(max=len(codes) - 1)
    return float((chosen.value * np.where(codes[position] == chosen.codes, mean[position], 0.0)).sum())


def unverified(book: TariffBook) -> pd.DataFrame:
    """Lines that are not marked `verified = yes`: table, row, id, source and note."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for table, content in book.tables.items():
        key = content.spec.names[0]
        for row in content.rows() if "verified" in content.spec.names else ():
            if YES.get(row["verified"].lower(), False):
                continue
            facts = {"table": table, "row": row["_row"], "id": row[key]}
            rows.append(facts | {"source": row.get("source", ""), "note": row.get("note", "")})
    return pd.DataFrame(rows, columns=["table", "row", "id", "source", "note"])
