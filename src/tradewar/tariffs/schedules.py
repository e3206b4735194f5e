"""A schedule: one duty per line, each from its day until the line's next row.

A row that is not yet known on the day of knowledge is not read, so the row before it still stands: nothing later leaks
into a book read as of an earlier day.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from tradewar.tariffs.instants import FOREVER, MINUTES, read_instant
from tradewar.tariffs.model import RATE_KINDS

if TYPE_CHECKING:
    import pandas as pd


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


def read_schedules(frame: pd.DataFrame) -> dict[str, Schedule]:
    """Schedules by id. The table was validated before."""
    found: dict[str, Schedule] = {}
    kinds = {kind: position for position, kind in enumerate(RATE_KINDS)}
    for name, rows in frame.groupby("schedule_id", sort=True):
        rows = rows.sort_values(["hs", "valid_from"], kind="stable")
        start = _instants(rows["valid_from"], 0)
        known = _instants(rows["known_from"], -1) // MINUTES
        found[str(name)] = Schedule(
            schedule_id=str(name),
            edition=str(rows["hs_edition"].iloc[0]),
            codes=rows["hs"].to_numpy().astype(str),
            valid_from=start,
            valid_until=_instants(rows["valid_until"], FOREVER),
            known_from=np.where(known < 0, start // MINUTES, known),
            kind=rows["rate_kind"].map(kinds).fillna(kinds["unknown"]).to_numpy(dtype=np.int64),
            rate=rows["rate"].to_numpy(dtype=float),
            specific_amount=rows["specific_amount"].to_numpy(dtype=float),
            unit=rows["unit"].to_numpy(),
            row=rows["_row"].to_numpy(dtype=np.int64),
        )
    return found


def _instants(values: pd.Series[Any], blank: int) -> Int[Array, " row"]:
    """Instants of a column; there are few distinct days, so each is read once."""
    read: dict[str, int] = {}
    for text in values.unique():
        instant = read_instant(text) if text else blank
        read[text] = blank if instant is None else instant
    return values.map(read).to_numpy(dtype=np.int64)


def kinds_are(kind: Int[Array, " line"], *names: str) -> Bool[Array, " line"]:
    """Where the kind is one of those named."""
    return np.isin(kind, [RATE_KINDS.index(name) for name in names])
