"""The evidence tables of a dispute on disk, read as they were known on a day.

| file | content |
|---|---|
| `commitments.toml` | who promised what, by when, measured on which series |
| `incident_counts.csv` | incidents by data set, vintage, month and sponsor |
| `quoted_counts.csv` | yearly figures from data sets that may not be bundled |
| `activity_counts.csv` | incidents by sponsor, year and sector, region or motive |
| `deliveries.csv` | purchases by group and month, with the day they became known |
| `published_figures.csv` | figures that others published, with source |

Nothing later leaks in: a data set is silent before it could be read, a commitment before it was made, a month before
its figures were published. A vintage that is later than the day asked is used only where no earlier one exists, cut at
the day, and a note says so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy import ndarray as Array

from tradewar.errors import EvidenceError, Problem
from tradewar.monitoring.activity import ActivityCount, known_by
from tradewar.monitoring.claims import YearlyCounts
from tradewar.monitoring.commitments_file import COMMITMENTS_FILE, PurchaseEntry, TruceEntry, parse_commitments
from tradewar.monitoring.datasets import DATASETS
from tradewar.monitoring.delay import completeness_by_age, completeness_of_age
from tradewar.monitoring.posterior import MONTHS
from tradewar.monitoring.series import (
    DateMeaning,
    DeliverySeries,
    IncidentSeries,
    PurchaseCommitment,
    TruceCommitment,
    month_number,
)

_MEANING: Mapping[str, DateMeaning] = {
    "cfr": "public_disclosure",
    "csis": "public_disclosure",
    "dcid2": "operation_start",
}
_QUOTED: Mapping[str, tuple[str, DateMeaning, str]] = {
    "cfr_all": ("cfr", "public_disclosure", ""),
    "cfr_to_USA": ("cfr", "public_disclosure", "against USA"),
    "csis_all": ("csis", "public_disclosure", ""),
    "csis_to_USA": ("csis", "public_disclosure", "against USA"),
    "dcid_all": ("dcid2", "operation_start", ""),
    "dcid_to_USA": ("dcid2", "operation_start", "against USA"),
    "eurepoc_start": ("eurepoc1.1", "operation_start", ""),
    "eurepoc_to_USA": ("eurepoc1.1", "operation_start", "against USA"),
    "eurepoc_first-attribution": ("eurepoc1.1", "first_attribution", ""),
    "cissm_US_nation-state": ("cissm", "event_or_report", "nation-state against USA"),
}

MATURITY_MONTHS = 12
LAST_VINTAGE: Mapping[str, str] = {"cfr": "2022-12-24"}


@dataclass(frozen=True)
class Commitments:
    """What `commitments.toml` holds, as known on a day."""

    truces: tuple[TruceCommitment, ...]
    purchases: tuple[PurchaseCommitment, ...]


def _rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    path = folder / name
    if not path.is_file():
        raise EvidenceError(Problem(str(path), "is missing", "Restore the evidence folder of the dispute"))
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def read_commitments(folder: Path, as_of: str) -> Commitments:
    """Commitments that were known on a day. Targets stated as additions are taken over the base year's deliveries.

    Raises:
        EvidenceError: a file that is missing or is not TOML, or an entry with a key missing or unknown.
    """
    path = folder / COMMITMENTS_FILE
    if not path.is_file():
        raise EvidenceError(Problem(str(path), "is missing", "Write the commitments of the dispute"))
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise EvidenceError(Problem(str(path), f"cannot be read as text ({fault})", "Save it as UTF-8")) from None
    content = parse_commitments(text)
    return Commitments(
        tuple(_truce(entry) for entry in content.truce if entry.known_from <= as_of),
        tuple(
            _purchase(entry, folder, as_of, f"{path.name}: purchase {k}")
            for k, entry in enumerate(content.purchase, start=1)
            if entry.known_from <= as_of
        ),
    )


def _truce(entry: TruceEntry) -> TruceCommitment:
    return TruceCommitment(
        name=entry.name,
        sponsor=entry.sponsor,
        baseline=(entry.baseline[0], entry.baseline[1]),
        reviews=tuple((first, last) for first, last in entry.reviews),
        allowed_ratio=entry.allowed_ratio,
        known_from=entry.known_from,
        source=entry.source,
    )


def _purchase(entry: PurchaseEntry, folder: Path, as_of: str, where: str) -> PurchaseCommitment:
    found = read_deliveries(folder, as_of, (entry.group,))
    series = next((item for item in found if item.reporter == entry.reporter), None)
    have = ", ".join(sorted({item.reporter for item in found}))
    what = f"{entry.group!r} has no deliveries on the statistics of {entry.reporter} (of {have})"
    base = () if series is None else series.year(entry.base_year)
    if series is None or len(base) != MONTHS:
        short = f"the deliveries of the base year {entry.base_year} have {len(base)} months"
        raise EvidenceError(Problem(where, what if series is None else short, "Give them in deliveries.csv"))
    return PurchaseCommitment(
        name=entry.name,
        group=entry.group,
        reporter=entry.reporter,
        target=float(np.sum(base)) + entry.addition,
        year=entry.year,
        base_years=entry.base_years,
        tolerance=entry.tolerance,
        known_from=entry.known_from,
        source=entry.source,
        force_majeure=entry.force_majeure,
    )


# ---------------------------------------------------------------- incidents


def read_incident_series(folder: Path, sponsor: str, as_of: str) -> tuple[IncidentSeries, ...]:
    """Counts of a sponsor from every data set that could be read on a day; the first is the lead source."""
    return (*_monthly_series(folder, sponsor, as_of), *_quoted_series(folder, sponsor, as_of))


def _monthly_series(folder: Path, sponsor: str, as_of: str) -> tuple[IncidentSeries, ...]:
    table: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in _rows(folder, "incident_counts.csv"):
        table.setdefault((row["dataset"], row["vintage"], row["entries"]), []).append(row)
    series: list[IncidentSeries] = []
    for name in dict.fromkeys(key[0] for key in table):
        if DATASETS[name].known_from > as_of:
            continue
        vintage = _vintage(sorted({key[1] for key in table if key[0] == name}), as_of)
        build = {entries: table.get((name, vintage, entries)) for entries in ("all", "without_profiles")}
        plain = build["without_profiles"]
        share = _completeness({key[1]: rows for key, rows in table.items() if key[::2] == (name, "all")}, as_of)
        without = _monthly(name, vintage, plain, sponsor, as_of, None, share) if plain else None
        series.append(_monthly(name, vintage, build["all"] or [], sponsor, as_of, without, share))
    return tuple(series)


def _sponsors(rows: list[dict[str, str]]) -> list[str]:
    return [column for column in rows[0] if column not in ("dataset", "vintage", "entries", "month")]


def _completeness(by_vintage: Mapping[str, list[dict[str, str]]], as_of: str) -> Array | None:
    """q by age, from the earliest vintage against the latest that could be read on a day; None with fewer than two.

    A vintage younger than `MATURITY_MONTHS` is no measure of what an earlier one lacked.
    """
    known = [vintage for vintage in sorted(by_vintage) if vintage and vintage <= as_of]
    if len(known) < 2 or month_number(known[-1][:7]) - month_number(known[0][:7]) < MATURITY_MONTHS:
        return None
    early, late = by_vintage[known[0]], by_vintage[known[-1]][: len(by_vintage[known[0]])]
    counts = [np.array([[float(row[code]) for row in rows] for code in _sponsors(rows)]) for rows in (early, late)]
    return completeness_by_age(counts[0], counts[1])


def _vintage(vintages: list[str], as_of: str) -> str:
    """The last vintage by a day, or the first of all."""
    return max((vintage for vintage in vintages if vintage <= as_of), default=vintages[0])


def _monthly(
    name: str,
    vintage: str,
    rows: list[dict[str, str]],
    sponsor: str,
    as_of: str,
    without: IncidentSeries | None,
    share: Array | None,
) -> IncidentSeries:
    sponsors = _sponsors(rows)
    counts = {code: np.array([float(row[code]) for row in rows]) for code in sponsors}
    about = DATASETS[name]
    notes = [f"{name}: {about.undated} undated events of the data set are excluded; {about.caution}."]
    if share is not None:
        stated = f"{share[0]:.2f} of the newest six months, {share[1]:.2f} of the twelve before"
        notes.append(f"{name}: earlier vintages held {stated}; the counts are corrected for it.")
    if vintage > as_of:
        notes.append(
            f"{name}: the earliest vintage kept is of {vintage}; entries added between {as_of} and then are in."
        )
    series = IncidentSeries(
        dataset=name,
        date_meaning=_MEANING[name],
        sponsor=sponsor,
        first_month=rows[0]["month"],
        counts=counts.pop(sponsor),
        controls=counts,
        completeness=None if share is None else completeness_of_age(share, len(rows)),
        without_profiles=without,
        vintage=vintage,
        source=about.title,
        undated=about.undated,
        notes=tuple(notes),
    )
    return (series.by_years() if about.approximate_dates else series).until(as_of)


def _quoted_series(folder: Path, sponsor: str, as_of: str) -> tuple[IncidentSeries, ...]:
    """Yearly figures quoted from data sets that are not bundled; those also kept by month are left out."""
    series: list[IncidentSeries] = []
    for item in read_yearly(folder, sponsor, as_of):
        whole = item.part in ("", "nation-state against USA")
        if item.dataset in _MEANING or not whole or not item.counts:
            continue
        years = sorted(item.counts)
        about = DATASETS[item.dataset]
        series.append(
            IncidentSeries(
                dataset=item.dataset,
                date_meaning=next(m for _, (n, m, _) in _QUOTED.items() if (n, m) == (item.dataset, item.date_meaning)),
                sponsor=sponsor,
                first_month=f"{years[0]}-01",
                counts=np.array([item.counts[year] for year in years]),
                months_per_period=12,
                source=about.title,
                undated=about.undated,
                notes=(f"{item.dataset}: yearly figures quoted; {about.caution}.",),
            )
        )
    return tuple(series)


def read_yearly(folder: Path, sponsor: str, as_of: str) -> tuple[YearlyCounts, ...]:
    """Yearly figures of a sponsor, of years that had ended by a day, from data sets that could be read by then.

    Whole data sets that are kept by month are summed from the vintage of the day; parts of them (against one victim)
    are known in the last vintage only, and are silent before it.
    """
    found: dict[str, dict[int, float]] = {}
    for row in _rows(folder, "quoted_counts.csv"):
        name, _, part = _QUOTED[row["series"]]
        since = max(DATASETS[name].known_from, LAST_VINTAGE.get(name, "") if part else "")
        if since <= as_of and f"{row['year']}-12-31" <= as_of and sponsor in row:
            found.setdefault(row["series"], {})[int(row["year"])] = float(row[sponsor])
    monthly = {
        item.dataset: item.by_years() for item in _monthly_series(folder, sponsor, as_of) if len(item.counts) > 12
    }
    result: list[YearlyCounts] = []
    for key, (name, meaning, part) in _QUOTED.items():
        if key not in found:
            continue
        counts = found[key]
        if not part and name in monthly:
            years = [int(month[:4]) for month in monthly[name].months()]
            counts = {year: float(n) for year, n in zip(years, monthly[name].counts, strict=True) if year in counts}
        result.append(YearlyCounts(name, meaning, sponsor, counts, part))
    return tuple(result)


def read_activity(folder: Path, as_of: str) -> tuple[ActivityCount, ...]:
    """Counts by member, of years that had ended by a day, from data sets that could be read by then."""
    rows = list(_rows(folder, "activity_counts.csv"))
    vintages = {name: sorted({row["vintage"] for row in rows if row["dataset"] == name}) for name in DATASETS}
    counts: list[ActivityCount] = []
    for row in rows:
        if row["vintage"] != _vintage(vintages[row["dataset"]], as_of):
            continue
        first, _, last = row["year"].partition("-")
        name, years = row["dataset"], (int(first), int(last or first))
        meaning = DATASETS[name].date_meaning
        counts.append(
            ActivityCount(name, meaning, row["dimension"], row["sponsor"], *years, row["member"], int(row["n"]))
        )
    return known_by(counts, as_of)


def read_published_figures(folder: Path, as_of: str) -> tuple[dict[str, str], ...]:
    """Figures published by a day; they are quoted, not tested."""
    return tuple(row for row in _rows(folder, "published_figures.csv") if row["known_from"] <= as_of)


# ---------------------------------------------------------------- purchases

COVERED = "All covered goods"
NOT_COVERED = "Not covered"


def read_deliveries(folder: Path, as_of: str, groups: tuple[str, ...] | None = None) -> tuple[DeliverySeries, ...]:
    """Monthly deliveries published by a day, by group and for all covered goods, with goods not covered as control."""
    months: dict[tuple[str, str], dict[str, float]] = {}
    for row in _rows(folder, "deliveries.csv"):
        if row["known_from"] <= as_of:
            value = float(row["usd_bn"])
            months.setdefault((row["group"], row["reporter"]), {})[row["month"]] = value
            if row["group"] != NOT_COVERED:
                total = months.setdefault((COVERED, row["reporter"]), {})
                total[row["month"]] = total.get(row["month"], 0.0) + value
    wanted = [key for key in months if key[0] != NOT_COVERED and (groups is None or key[0] in groups)]
    if not wanted:
        have = ", ".join(sorted({group for group, _ in months})) or "nothing"
        what = f"no deliveries of {', '.join(groups or ())} were published by {as_of} (of {have})"
        raise EvidenceError(Problem("deliveries.csv", what, "Check the group, or ask a later day"))
    return tuple(_deliveries(*key, months[key], months.get((NOT_COVERED, key[1]))) for key in wanted)


def _deliveries(
    group: str, reporter: str, months: dict[str, float], control: dict[str, float] | None
) -> DeliverySeries:
    first, last = min(months), max(months)
    gaps = month_number(last) - month_number(first) + 1 - len(months)
    if gaps:
        raise EvidenceError(Problem("deliveries.csv", f"{group}: {gaps} months are missing", "Give every month"))
    ordered = sorted(months)
    return DeliverySeries(
        group=group,
        reporter=reporter,
        first_month=first,
        values=np.array([months[month] for month in ordered]),
        controls={} if control is None else {NOT_COVERED: np.array([control[month] for month in ordered])},
        vintage=last,
        source="US Census Bureau, exports f.o.b., grouped by Annex 6.1" if reporter == "USA" else reporter,
    )
