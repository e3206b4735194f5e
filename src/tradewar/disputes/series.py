"""Observed monthly trade of a dispute (`series/series.toml`, `monthly.csv`), and what of it was known on a day.

A month is known from the day that the release rule of the dossier gives: the last day of the month plus `days`, more
for the months that the rule names. Nothing is filled in: a series that the data lack is listed under `missing` with
the reason, and a figure that somebody merely stated is `reported`, with its own `known_from`.

| file | content |
|---|---|
| `series.toml` | `[release]`, `[[flows]]`, `[[reported]]`, `[[missing]]`; unknown keys are refused |
| `monthly.csv` | `flow,group,month,value`; the groups of a flow add up to its group `total` in every month |
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
from pydantic import Field

from tradewar.disputes.formats import MONTHLY
from tradewar.errors import DossierError, Problem
from tradewar.io import toml
from tradewar.io.nearest import nearest, some
from tradewar.io.strict import Day, Strict, Text
from tradewar.io.tables import read_path

if TYPE_CHECKING:
    import pandas as pd

SERIES_FOLDER, SERIES_FILE, MONTHLY_FILE = "series", "series.toml", "monthly.csv"
TOTAL = "total"
SUM_TOLERANCE = 0.05
"""Groups may miss their total by the rounding of the file, in its unit."""

Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", strict=True)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", strict=True)]


class LateRelease(Strict):
    """Months that became known later than the rule says."""

    months: tuple[Month, ...]
    days: Annotated[int, Field(strict=True, ge=0)]
    known_from: Day
    """From which day on the reason was known; the delay itself only hides months."""
    reason: Text


class Release(Strict):
    """When a month becomes known."""

    days: Annotated[int, Field(strict=True, ge=0)]
    rule: Text
    exceptions: tuple[LateRelease, ...] = ()

    def known_from(self, month: str) -> dt.date:
        """The day from which a month is known."""
        days = next((late.days for late in self.exceptions if month in late.months), self.days)
        year, number = int(month[:4]), int(month[5:])
        return dt.date(year, number, calendar.monthrange(year, number)[1]) + dt.timedelta(days=days)


class Flow(Strict):
    """What a series is."""

    name: Name
    title: Text
    exporter: Text
    importer: Text
    unit: Text
    valuation: Text
    source: Text
    terms: Text
    vintage: Text
    groups: Text


class Reported(Strict):
    """A figure that somebody stated for a month, without a series behind it."""

    flow: Name
    month: Month
    ratio_to_year_before: Annotated[float, Field(gt=0, strict=True)]
    known_from: Day
    what: Text
    basis: Text
    source: Text


class Missing(Strict):
    """A series that the data at hand lack."""

    what: Text
    why: Text
    known_from: Day | None = None
    """None where it always held."""


class _SeriesFile(Strict):
    release: Release
    flows: Annotated[tuple[Flow, ...], Field(min_length=1)]
    reported: tuple[Reported, ...] = ()
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True)
class MonthlySeries:
    """One group of one flow. Months are in order; a month without a figure is not there."""

    flow: str
    group: str
    months: tuple[str, ...]
    amounts: tuple[float, ...]
    """Money of the flow's unit."""
    known_from: tuple[dt.date, ...]

    def value(self, month: str) -> float | None:
        """The figure of a month; None where there is none."""
        return self.amounts[self.months.index(month)] if month in self.months else None

    def total(self, months: Sequence[str]) -> float | None:
        """Sum over months; None where one of them is not there."""
        values = [self.value(month) for month in months]
        return None if None in values else float(sum(value for value in values if value is not None))


@dataclass(frozen=True)
class ObservedTrade:
    """Observed trade of a dispute, as known on the day `as_of`."""

    as_of: dt.date
    release: Release
    flows: tuple[Flow, ...]
    series: tuple[MonthlySeries, ...]
    reported: tuple[Reported, ...]
    missing: tuple[Missing, ...]

    def known_on(self, day: dt.date) -> Self:
        """What was known on a day; later months are gone, not hidden."""
        return replace(
            self,
            as_of=day,
            series=tuple(_known(series, day) for series in self.series),
            reported=tuple(row for row in self.reported if row.known_from <= day),
            missing=tuple(row for row in self.missing if row.known_from is None or row.known_from <= day),
        )

    @property
    def release_rule(self) -> str:
        """When months become known, with the reasons of delays known on the day."""
        late = [f"{row.reason}." for row in self.release.exceptions if row.known_from <= self.as_of]
        return " ".join([f"{self.release.rule}.", *late])

    def flow(self, name: str) -> Flow:
        """A flow by name.

        Raises:
            DossierError: if there is none of that name.
        """
        for flow in self.flows:
            if flow.name == name:
                return flow
        known = [flow.name for flow in self.flows]
        raise DossierError.at("series", f"there is no flow {name!r}{nearest(name, known)}", f"Use {', '.join(known)}")

    def groups(self, flow: str) -> tuple[str, ...]:
        """Groups of a flow, the total first."""
        found = [series.group for series in self.series if series.flow == flow]
        return tuple(sorted(found, key=lambda group: (group != TOTAL, group)))

    def get(self, flow: str, group: str = TOTAL) -> MonthlySeries:
        """One series.

        Raises:
            DossierError: if there is none of that name.
        """
        for series in self.series:
            if (series.flow, series.group) == (flow, group):
                return series
        known = self.groups(flow)
        what = f"there is no series {flow}/{group}{nearest(group, known)}"
        raise DossierError.at("series", what, f"Use one of {', '.join(known) or 'no group: the flow is unknown'}")

    def to_frame(self) -> pd.DataFrame:
        """Long: one row per flow, group and month, with the day from which it is known."""
        import pandas as pd

        rows = [
            {"flow": series.flow, "group": series.group, "month": month, "value": value, "known_from": known}
            for series in self.series
            for month, value, known in zip(series.months, series.amounts, series.known_from, strict=True)
        ]
        return pd.DataFrame(rows, columns=["flow", "group", "month", "value", "known_from"])


def load_series(dossier_folder: Path, as_of: dt.date | None = None) -> ObservedTrade:
    """The observed trade of a dossier, whole or as known on a day.

    Raises:
        DossierError: listing every fault with file, key or line, value and fix.
    """
    problems: list[Problem] = []
    folder = dossier_folder / SERIES_FOLDER
    content = toml.read(folder / SERIES_FILE, _SeriesFile, problems, SERIES_FILE)
    series: tuple[MonthlySeries, ...] = ()
    if content is not None:
        series = _monthly(folder / MONTHLY_FILE, content, problems)
    if problems or content is None:
        raise DossierError(problems)
    whole = ObservedTrade(dt.date.max, content.release, content.flows, series, content.reported, content.missing)
    return whole if as_of is None else whole.known_on(as_of)


def months_between(first: str, count: int) -> tuple[str, ...]:
    """`count` months from `first` on, as YYYY-MM."""
    start = 12 * int(first[:4]) + int(first[5:]) - 1
    return tuple(f"{(start + k) // 12:04d}-{(start + k) % 12 + 1:02d}" for k in range(count))


def months_apart(first: str, last: str) -> int:
    """How many months the second lies after the first."""
    return 12 * (int(last[:4]) - int(first[:4])) + int(last[5:]) - int(first[5:])


def year_before(month: str, years: int = 1) -> str:
    """The same month some years earlier."""
    return f"{int(month[:4]) - years:04d}{month[4:]}"


def _known(series: MonthlySeries, day: dt.date) -> MonthlySeries:
    count = sum(known <= day for known in series.known_from)
    # the rule may let a later month be known before an earlier one: a month counts only with all before it
    while any(known > day for known in series.known_from[:count]):
        count -= 1
    return replace(
        series, months=series.months[:count], amounts=series.amounts[:count], known_from=series.known_from[:count]
    )


def _monthly(path: Path, content: _SeriesFile, problems: list[Problem]) -> tuple[MonthlySeries, ...]:
    table = read_path(MONTHLY, path, problems, path.name)
    if table is None:
        return ()
    flows = sorted(flow.name for flow in content.flows)
    cells: dict[tuple[str, str], dict[str, float]] = {}
    for row, (flow, group, month, value) in enumerate(zip(*(table.cells[name] for name in MONTHLY.names), strict=True)):
        if flow not in flows:
            what = f"unknown flow {flow!r}{nearest(flow, flows)}"
            problems.append(Problem(table.where(row), what, f"Use one of {', '.join(flows)}"))
        cells.setdefault((flow, group), {})[month] = float(value)
    problems.extend(_gap_faults(path.name, cells))
    if not problems:
        problems.extend(_sum_faults(path.name, cells))
    release = content.release
    return tuple(
        MonthlySeries(
            flow, group, tuple(sorted(found)), tuple(found[m] for m in sorted(found)), _release_days(release, found)
        )
        for (flow, group), found in sorted(cells.items())
    )


def _release_days(release: Release, months: Iterable[str]) -> tuple[dt.date, ...]:
    return tuple(release.known_from(month) for month in sorted(months))


def _gap_faults(file: str, cells: dict[tuple[str, str], dict[str, float]]) -> Iterable[Problem]:
    """A month that is missing inside a series would shift everything that counts months."""
    for (flow, group), found in cells.items():
        months = sorted(found)
        absent = sorted(set(months_between(months[0], months_apart(months[0], months[-1]) + 1)) - set(months))
        if absent:
            yield Problem(file, f"{flow}/{group} lacks {some(absent, 6)}", "Give every month between its ends")


def _sum_faults(file: str, cells: dict[tuple[str, str], dict[str, float]]) -> Iterable[Problem]:
    """Groups that do not add up to their total."""
    for flow in sorted({flow for flow, _ in cells}):
        total = cells.get((flow, TOTAL))
        if total is None:
            yield Problem(file, f"flow {flow} has no group {TOTAL!r}", "Give the total of every month")
            continue
        parts = [found for (name, group), found in cells.items() if name == flow and group != TOTAL]
        for month, value in total.items():
            gap = value - sum(found.get(month, 0.0) for found in parts) if parts else 0.0
            if np.abs(gap) > SUM_TOLERANCE:
                what = f"groups of {flow} miss the total of {month} by {gap:.6g}"
                yield Problem(file, what, "Give the missing groups, or the rest as group unclassified")
                break
