"""An evidence folder, read once: every table that is there, all faults at once.

Which tables are needed follows from the promises: a truce is measured on `incident_counts`, a purchase on `deliveries`.
Months are a calendar: rows are put in order, and a month missing inside a series is a fault.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy import ndarray as Array

from tradewar.errors import EvidenceError, Problem
from tradewar.io import tables
from tradewar.io.declare import TableSpec
from tradewar.io.files import Files, open_place
from tradewar.io.registers.dates import parse_day
from tradewar.io.tables import Table
from tradewar.monitoring.commitments_file import COMMITMENTS_FILE, CommitmentsFile, parse_commitments
from tradewar.monitoring.datasets import DATASETS, DataSet
from tradewar.monitoring.formats import (
    ACTIVITY_COUNTS,
    DATA_SETS,
    DELIVERIES,
    INCIDENT_COUNTS,
    PUBLISHED_FIGURES,
    QUOTED_COUNTS,
)
from tradewar.monitoring.series import missing_months, month_number, span_of

_FOLDER = (INCIDENT_COUNTS, QUOTED_COUNTS, ACTIVITY_COUNTS, DELIVERIES, PUBLISHED_FIGURES, DATA_SETS)


@dataclass(frozen=True)
class MonthlyCounts:
    """Monthly counts of one data set in one vintage."""

    dataset: str
    vintage: dt.date | None
    entries: str
    first_month: int
    """Month number (`series.month_number`)."""
    counts: Mapping[str, Array]
    """Events by sponsor, one value per month."""


@dataclass(frozen=True)
class EvidenceFolder:
    """The promises of a folder and the tables they are measured on."""

    place: str
    commitments: CommitmentsFile
    tables: Mapping[str, Table]
    monthly: tuple[MonthlyCounts, ...]

    def table(self, spec: TableSpec) -> Table | None:
        """A table; None where the folder has none."""
        return self.tables.get(spec.name)

    @cached_property
    def own_data_sets(self) -> dict[str, DataSet]:
        """The data sets that the folder describes itself."""
        table = self.table(DATA_SETS)
        rows = [] if table is None else zip(table.rows(), table.yes("approximate_dates"), strict=True)
        return {row["dataset"]: _described(row, bool(approximate)) for row, approximate in rows}

    def about(self, name: str) -> DataSet:
        """What is known of a data set: from the folder, else from the list of the product, else nothing."""
        return self.own_data_sets.get(name) or DATASETS.get(name) or _undescribed(name)


Evidence_ = EvidenceFolder | Path | str
"""An evidence folder, opened or not."""


def open_evidence(folder: Evidence_) -> EvidenceFolder:
    """Read a folder, or a zip of one; what has been read is given back as it is.

    Raises:
        EvidenceError: no promises, a table that is needed and missing, and every fault of every table.
    """
    if isinstance(folder, EvidenceFolder):
        return folder
    problems: list[Problem] = []
    files = open_place(folder, problems, "folder of evidence")
    commitments = None if files is None else _commitments(files, problems)
    found = {} if files is None else {spec.name: tables.read(spec, files, problems, optional=True) for spec in _FOLDER}
    read = {name: table for name, table in found.items() if table is not None}
    if commitments is not None and files is not None and not problems:
        _needed(commitments, files, read, problems)
    for name in ("incident_counts", "quoted_counts"):
        if name in read:
            _check_sponsors(read[name], problems)
    if "activity_counts" in read:
        _check_spans(read["activity_counts"], problems)
    monthly = _monthly(read["incident_counts"], problems) if "incident_counts" in read else ()
    if problems or commitments is None:
        raise EvidenceError(problems)
    return EvidenceFolder(str(folder), commitments, read, monthly)


def _commitments(files: Files, problems: list[Problem]) -> CommitmentsFile | None:
    if COMMITMENTS_FILE not in files:
        problems.append(Problem(f"{files.place}: {COMMITMENTS_FILE}", "is missing", "Write the commitments"))
        return None
    data = files.read(COMMITMENTS_FILE, problems)
    return None if data is None else parse_commitments(data, problems)


def _needed(commitments: CommitmentsFile, files: Files, read: Mapping[str, Table], problems: list[Problem]) -> None:
    """A table that a promise is measured on must be there."""
    for promises, spec in ((commitments.truce, INCIDENT_COUNTS), (commitments.purchase, DELIVERIES)):
        if promises and spec.name not in read:
            tables.read(spec, files, problems)


def _described(row: Mapping[str, object], approximate: bool) -> DataSet:
    name = str(row["dataset"])
    undated = float(str(row["undated"]))
    return DataSet(
        name,
        title=str(row["title"]) or name,
        date_meaning=str(row["date_meaning"]) or "event_or_report",
        known_from=str(row["known_from"]) or "0001-01-01",
        undated=int(undated) if np.isfinite(undated) else 0,
        bundled="",
        terms="supplied by the user",
        how_to_get="",
        caution=str(row["caution"]) or "supplied by the user",
        approximate_dates=approximate,
    )


def _undescribed(name: str) -> DataSet:
    caution = "a data set of your own: describe it in datasets.csv; its dates are taken as those of event or report"
    return DataSet(name, name, "event_or_report", "0001-01-01", 0, "", "supplied by the user", "", caution)


# ---------------------------------------------------------------- checks across cells


def sponsors(table: Table) -> tuple[str, ...]:
    """The sponsors that a table of counts has columns for."""
    return tuple(name for name in table.given if name not in table.spec.names)


def _check_sponsors(table: Table, problems: list[Problem]) -> None:
    """No count is blank: a month without events is 0."""
    period = "month" if table.spec is INCIDENT_COUNTS else "year"
    when = [f"{value:.0f}" if isinstance(value, float) else str(value) for value in table.cells[period]]
    names = sponsors(table)
    if not names:
        problems.append(Problem(f"{table.file}, line 1", "has no column of a sponsor", "Give one, such as CHN"))
    fix = "A blank is not a zero: write 0 where nothing was counted"

    def described(name: str) -> Callable[[int], tuple[str, str]]:
        return lambda row: (f"{name} is blank in {when[row]}", fix)

    for name in names:
        tables.list_rows(table, np.isnan(table.numbers(name)), described(name), problems)


def _check_spans(table: Table, problems: list[Problem]) -> None:
    wrong = np.array([span_of(text) is None for text in table.texts("year")], dtype=bool)
    texts = table.texts("year")
    tables.list_rows(
        table, wrong, lambda row: (f"year: {texts[row]!r} is no year", "Write 2019, or 2017-2019"), problems
    )


def _monthly(table: Table, problems: list[Problem]) -> tuple[MonthlyCounts, ...]:
    """The series of the table, months in order; a month missing inside one is a fault."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    for row, key in enumerate(zip(*(table.texts(name) for name in ("dataset", "vintage", "entries")), strict=True)):
        groups.setdefault(key, []).append(row)
    months = np.array([month_number(text) for text in table.texts("month")], dtype=int)
    found: list[MonthlyCounts] = []
    for (name, vintage, entries), members in groups.items():
        rows = np.array(members)[np.argsort(months[members])]
        missing = missing_months(months[rows].tolist())
        if missing:
            problems.append(Problem(table.file, f"{name}: {missing}", "Give every month; one without events is 0"))
        counts = {code: table.numbers(code)[rows] for code in sponsors(table)}
        found.append(MonthlyCounts(name, parse_day(vintage), entries, int(months[rows[0]]), counts))
    return tuple(found)
