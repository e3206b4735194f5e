"""A schedule: one duty per line, each from its day until the line's next row.

A row that is not yet known on the day of knowledge is not read, so the row before it still stands: nothing later leaks
into a book read as of an earlier day.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.errors import Problem
from tradewar.io.registers.products import LENGTHS
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
    money: Int[Array, " row"]
    """Positions in `monies`."""
    monies: tuple[tuple[str, str], ...]
    """Currency and unit of specific duties."""
    row: Int[Array, " row"]
    """Line numbers in the file."""

    @cached_property
    def lengths(self) -> Int[Array, " row"]:
        """Digits of the code of each row."""
        return np.char.str_len(self.codes).astype(np.int64)

    @cached_property
    def duty(self) -> Int[Array, " row"]:
        """A number for each row, the same where the duty and the digits of the code are."""
        facts = [self.kind, self.rate, self.specific_amount, self.money, self.lengths]
        number = np.zeros(len(self.codes), dtype=np.int64)
        for fact in facts:
            _, place = np.unique(fact, return_inverse=True)
            number = number * (int(place.max(initial=0)) + 1) + place
            _, number = np.unique(number, return_inverse=True)
        return number

    @cached_property
    def bounds(self) -> tuple[Int[Array, " instant"], Int[Array, " day"]]:
        """Every instant at which some row begins or ends, and every day on which one became known."""
        instants = np.unique(np.r_[self.valid_from, self.valid_until])
        return instants[instants < FOREVER], np.unique(self.known_from)

    def epoch(self, instant: int, known: int) -> tuple[int, int]:
        """Times between which no row changes have one epoch."""
        instants, days = self.bounds
        return int(np.searchsorted(instants, instant, "right")), int(np.searchsorted(days, known, "right"))

    def in_force(self, instant: int, known: int) -> tuple[Any, Int[Array, " line"]]:
        """Codes of the lines that exist at an instant, sorted, and their rows."""
        return self.in_force_at(*self.epoch(instant, known))

    def in_force_at(self, instant_epoch: int, day_epoch: int) -> tuple[Any, Int[Array, " line"]]:
        """The same by epochs."""
        return _in_force(self, instant_epoch, day_epoch)

    def rows_of_lines(self, codes: Any, instant: int, known: int) -> Int[Array, " line"]:
        """The row in force of each code: its own, or that of the longest code above it; -1 where there is none."""
        having, now = self.in_force(instant, known)
        rows = np.full(len(codes), -1, dtype=np.int64)
        if not len(now):
            return rows
        for length in reversed(LENGTHS):
            open_ = np.flatnonzero(rows < 0)
            if not len(open_):
                break
            names = codes[open_].astype(f"<U{length}")
            place = np.searchsorted(having, names).clip(max=len(having) - 1)
            hit = having[place] == names
            rows[open_[hit]] = now[place[hit]]
        return rows


@lru_cache(maxsize=128)
def _in_force(schedule: Schedule, instant_epoch: int, day_epoch: int) -> tuple[Any, Int[Array, " line"]]:
    instants, days = schedule.bounds
    if not instant_epoch or not day_epoch:
        return schedule.codes[:0], np.array([], dtype=np.int64)
    instant, known = instants[instant_epoch - 1], days[day_epoch - 1]
    rows = np.flatnonzero((schedule.known_from <= known) & (schedule.valid_from <= instant))
    codes = schedule.codes[rows]
    last = np.r_[codes[1:] != codes[:-1], True] if len(rows) else np.array([], dtype=bool)
    rows = rows[last]
    rows = rows[schedule.valid_until[rows] > instant]
    return schedule.codes[rows], rows


def read_schedules(table: Table, problems: list[Problem]) -> dict[str, Schedule]:
    """Schedules by id, rows in order of code, day and knowledge: of two rows of one day the one known last stands."""
    if not len(table):
        return {}
    start = _instants(table, "valid_from", 0, problems)
    known = _instants(table, "known_from", -1, problems) // MINUTES
    known = np.where(known < 0, start // MINUTES, known)
    names, codes = np.array(table.texts("schedule_id")), np.array(table.texts("hs"))
    pairs = list(zip(table.texts("currency"), table.texts("unit"), strict=True))
    monies = tuple(sorted(set(pairs)))
    place = {pair: k for k, pair in enumerate(monies)}
    columns: dict[str, Any] = {
        "codes": codes,
        "valid_from": start,
        "valid_until": _instants(table, "valid_until", FOREVER, problems),
        "known_from": known,
        "kind": _kinds(table),
        "rate": table.numbers("rate"),
        "specific_amount": table.numbers("specific_amount"),
        "money": np.array([place[pair] for pair in pairs], dtype=np.int64),
        "row": np.array(table.lines, dtype=np.int64),
    }
    order = np.lexsort((known, start, codes, names))
    found: dict[str, Schedule] = {}
    for name in np.unique(names).tolist():
        rows = order[names[order] == name]
        edition = table.texts("hs_edition")[rows[0]]
        found[name] = Schedule(name, edition, monies=monies, **{key: values[rows] for key, values in columns.items()})
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
