"""A schedule: one duty per line, each from its day until the line's next row.

A row that is not yet known on the day of knowledge is not read, so the row before it still stands: nothing later leaks
into a book read as of an earlier day.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.errors import Problem
from tradewar.io.tables import Table, list_rows
from tradewar.tariffs.formats import RATE_KINDS
from tradewar.tariffs.instants import FOREVER, MINUTES, local


@dataclass(frozen=True, eq=False)
class Schedule:
    """The rows of one schedule, sorted by code and day. R rows."""

    schedule_id: str
    edition: str
    codes: Any
    """(R,) text."""
    valid_from: Int[Array, " row"]
    valid_until: Int[Array, " row"]
    known_from: Int[Array, " row"]
    kind: Int[Array, " row"]
    """Positions in `RATE_KINDS`."""
    rate: Float[Array, " row"]
    specific_amount: Float[Array, " row"]
    currency: Any
    unit: Any
    row: Int[Array, " row"]
    """Line numbers in the file."""

    @cached_property
    def rows_of(self) -> dict[str, tuple[int, int]]:
        """First row and the row after the last, by code."""
        starts = np.flatnonzero(np.r_[True, self.codes[1:] != self.codes[:-1]])
        ends = np.r_[starts[1:], len(self.codes)]
        names = self.codes[starts].tolist()
        return dict(zip(names, zip(starts.tolist(), ends.tolist(), strict=True), strict=True))

    @cached_property
    def line_of(self) -> Int[Array, " row"]:
        """Number of the line of each row: numbers compare faster than text."""
        return np.cumsum(np.r_[False, self.codes[1:] != self.codes[:-1]]) if len(self.codes) else np.array([], int)

    def in_force(self, instant: int, known: int) -> Int[Array, " line"]:
        """Rows in force, one per line that exists at the instant, in order of code."""
        seen = (self.known_from <= known) & (self.valid_from <= instant)
        rows = np.flatnonzero(seen)
        if not len(rows):
            return rows
        line = self.line_of[rows]
        last = np.r_[line[1:] != line[:-1], True]
        rows = rows[last]
        return rows[self.valid_until[rows] > instant]

    def row_in_force(self, code: str, instant: int, known: int) -> int | None:
        """The row of one line in force, or None where the line does not exist then."""
        first, last = self.rows_of.get(code, (0, 0))
        for row in range(last - 1, first - 1, -1):
            if self.known_from[row] <= known and self.valid_from[row] <= instant:
                return row if self.valid_until[row] > instant else None
        return None

    def breaks(self) -> list[int]:
        """Every instant at which some line changes."""
        found = np.unique(np.r_[self.valid_from, self.valid_until])
        return found[found < FOREVER].tolist()


def read_schedules(table: Table, problems: list[Problem]) -> dict[str, Schedule]:
    """Schedules by id, rows in order of code, day and knowledge: of two rows of one day the one known last stands."""
    if not len(table):
        return {}
    start = _instants(table, "valid_from", 0, problems)
    known = _instants(table, "known_from", -1, problems) // MINUTES
    known = np.where(known < 0, start // MINUTES, known)
    names, codes = np.array(table.texts("schedule_id")), np.array(table.texts("hs"))
    columns: dict[str, Any] = {
        "codes": codes,
        "valid_from": start,
        "valid_until": _instants(table, "valid_until", FOREVER, problems),
        "known_from": known,
        "kind": _kinds(table),
        "rate": table.numbers("rate"),
        "specific_amount": table.numbers("specific_amount"),
        "currency": np.array(table.texts("currency"), dtype=object),
        "unit": np.array(table.texts("unit"), dtype=object),
        "row": np.array(table.lines, dtype=np.int64),
    }
    order = np.lexsort((known, start, codes, names))
    found: dict[str, Schedule] = {}
    for name in np.unique(names).tolist():
        rows = order[names[order] == name]
        edition = table.texts("hs_edition")[rows[0]]
        found[name] = Schedule(name, edition, **{column: values[rows] for column, values in columns.items()})
    return found


def _kinds(table: Table) -> Int[Array, " row"]:
    """Positions in `RATE_KINDS`; where the cell is blank, what the numbers say."""
    rate, amount = ~np.isnan(table.numbers("rate")), ~np.isnan(table.numbers("specific_amount"))
    said = np.where(amount, np.where(rate, "compound", "specific"), np.where(rate, "ad_valorem", "unknown"))
    position = {kind: k for k, kind in enumerate(RATE_KINDS)}
    kinds = table.texts("rate_kind")
    return np.array([position[kind or guess] for kind, guess in zip(kinds, said.tolist(), strict=True)], dtype=np.int64)


def _instants(table: Table, column: str, blank: int, problems: list[Problem]) -> Int[Array, " row"]:
    """Instants of a column; there are few distinct days, so each is read once."""
    texts = table.texts(column)
    read = {text: local(text) if text else blank for text in set(texts)}
    lost = {text for text, instant in read.items() if instant is None}
    if lost:
        fix = "Write the local time of the importer, without an offset"
        wrong = np.array([text in lost for text in texts])
        list_rows(table, wrong, lambda row: (f"{column} is {texts[row]!r}", fix), problems)
    return np.array([read[text] or 0 for text in texts], dtype=np.int64)
