"""The evidence of a dispute, as it was known on a day.

| file | content |
|---|---|
| `commitments.toml` | who promised what, by when, measured on which series |
| `incident_counts.csv` | incidents by data set, vintage, month and sponsor |
| `quoted_counts.csv` | yearly figures from data sets that may not be bundled |
| `activity_counts.csv` | incidents by sponsor, year and sector, region or motive |
| `deliveries.csv` | purchases by group and month, with the day they became known |
| `published_figures.csv` | figures that others published, with source |
| `datasets.csv` | what is known of data sets of one's own |

Nothing later leaks in: a data set is silent before it could be read, a commitment before it was made, a month before
its figures were published. Of several figures of one month, the last that was known by the day holds. A vintage that is
later than the day asked is used only where no earlier one exists, cut at the day, and a note says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy import ndarray as Array

from tradewar.errors import EvidenceError, Problem
from tradewar.io.nearest import some
from tradewar.monitoring.activity import ActivityCount, known_by
from tradewar.monitoring.claims import YearlyCounts
from tradewar.monitoring.commitments_file import TruceEntry
from tradewar.monitoring.delay import completeness_by_age, completeness_of_age
from tradewar.monitoring.delivery_tables import read_deliveries, read_purchases
from tradewar.monitoring.evidence_folder import (
    Evidence_,
    EvidenceFolder,
    MonthlyCounts,
    open_evidence,
    sponsors,
)
from tradewar.monitoring.formats import ACTIVITY_COUNTS, PUBLISHED_FIGURES, QUOTED_COUNTS
from tradewar.monitoring.series import (
    DATE_MEANINGS,
    DateMeaning,
    IncidentSeries,
    PurchaseCommitment,
    TruceCommitment,
    day_of,
    month_text,
    span_of,
)

MATURITY_MONTHS = 12
__all__ = [
    "Commitments",
    "read_activity",
    "read_commitments",
    "read_deliveries",
    "read_incident_series",
    "read_published_figures",
    "read_yearly",
]


@dataclass(frozen=True)
class Commitments:
    """What `commitments.toml` holds, as known on a day."""

    truces: tuple[TruceCommitment, ...]
    purchases: tuple[PurchaseCommitment, ...]


def read_commitments(folder: Evidence_, as_of: str | dt.date) -> Commitments:
    """Commitments that were known on a day. Targets stated as additions are taken over the base year's deliveries.

    Raises:
        EvidenceError: as `open_evidence`; a purchase without the deliveries it is measured on.
    """
    evidence, day = open_evidence(folder), day_of(as_of)
    content = evidence.commitments
    return Commitments(
        tuple(_truce(entry) for entry in content.truce if entry.known_from <= day),
        read_purchases(evidence, day),
    )


def _truce(entry: TruceEntry) -> TruceCommitment:
    return TruceCommitment(
        name=entry.name,
        sponsor=entry.sponsor,
        baseline=(entry.baseline[0], entry.baseline[1]),
        reviews=tuple((first, last) for first, last in entry.reviews),
        allowed_ratio=entry.allowed_ratio,
        measured_on=entry.measured_on,
        known_from=entry.known_from.isoformat(),
        source=entry.source,
    )


# ---------------------------------------------------------------- incidents


def read_incident_series(folder: Evidence_, sponsor: str, as_of: str | dt.date) -> tuple[IncidentSeries, ...]:
    """Counts of a sponsor from every data set that could be read on a day, those kept by month first, by name.

    Raises:
        EvidenceError: as `open_evidence`; counts without a column of the sponsor.
    """
    evidence, day = open_evidence(folder), day_of(as_of)
    return (*_monthly_series(evidence, sponsor, day), *_quoted_series(evidence, sponsor, day))


def _monthly_series(evidence: EvidenceFolder, sponsor: str, as_of: dt.date) -> tuple[IncidentSeries, ...]:
    series: list[IncidentSeries] = []
    if evidence.monthly and sponsor not in evidence.monthly[0].counts:
        have = ", ".join(evidence.monthly[0].counts)
        what = f"has no column of the sponsor {sponsor} (of {have})"
        raise EvidenceError(Problem("incident_counts.csv", what, "Give its counts, or name another sponsor"))
    for name in sorted({item.dataset for item in evidence.monthly}):
        if day_of(evidence.about(name).known_from) > as_of:
            continue
        own = [item for item in evidence.monthly if item.dataset == name]
        whole = sorted((item for item in own if item.entries == "all"), key=_age)
        if not whole:
            raise EvidenceError(Problem("incident_counts.csv", f"{name} has no rows of entries all", "Give them"))
        chosen = _vintage(whole, as_of)
        plain = [item for item in own if item.entries != "all" and item.vintage == chosen.vintage]
        share = _completeness(whole, as_of)
        without = _series(evidence, plain[0], sponsor, as_of, None, share) if plain else None
        series.append(_series(evidence, chosen, sponsor, as_of, without, share))
    return tuple(series)


def _age(item: MonthlyCounts) -> dt.date:
    return item.vintage or dt.date.min


def _vintage(ordered: Sequence[MonthlyCounts], as_of: dt.date) -> MonthlyCounts:
    """The last vintage by a day, or the first of all."""
    known = [item for item in ordered if _age(item) <= as_of]
    return known[-1] if known else ordered[0]


def _completeness(ordered: Sequence[MonthlyCounts], as_of: dt.date) -> Array | None:
    """q by age, from the earliest vintage against the latest that could be read on a day; None with fewer than two.

    A vintage younger than `MATURITY_MONTHS` is no measure of what an earlier one lacked.
    """
    known = [item for item in ordered if item.vintage is not None and item.vintage <= as_of]
    if len(known) < 2:
        return None
    early, late = known[0], known[-1]
    assert early.vintage is not None
    assert late.vintage is not None
    months = 12 * (late.vintage.year - early.vintage.year) + late.vintage.month - early.vintage.month
    start = max(early.first_month, late.first_month)
    stop = min(item.first_month + len(next(iter(item.counts.values()))) for item in (early, late))
    if months < MATURITY_MONTHS or stop <= start:
        return None
    parts = [
        np.array([counts[start - item.first_month : stop - item.first_month] for counts in item.counts.values()])
        for item in (early, late)
    ]
    return completeness_by_age(parts[0], parts[1])


def _series(
    evidence: EvidenceFolder,
    found: MonthlyCounts,
    sponsor: str,
    as_of: dt.date,
    without: IncidentSeries | None,
    share: Array | None,
) -> IncidentSeries:
    counts, name, about = dict(found.counts), found.dataset, evidence.about(found.dataset)
    notes = [f"{name}: {about.undated} undated events of the data set are excluded; {about.caution}."]
    if share is not None:
        stated = f"{share[0]:.2f} of the newest six months, {share[1]:.2f} of the twelve before"
        notes.append(f"{name}: earlier vintages held {stated}; the counts are corrected for it.")
    if found.vintage is not None and found.vintage > as_of:
        notes.append(
            f"{name}: the earliest vintage kept is of {found.vintage}; entries added between {as_of} and then are in."
        )
    own = counts.pop(sponsor)
    series = IncidentSeries(
        dataset=name,
        date_meaning=_meaning(about.date_meaning),
        sponsor=sponsor,
        first_month=month_text(found.first_month),
        counts=own,
        controls=counts,
        completeness=None if share is None else completeness_of_age(share, len(own)),
        without_profiles=without,
        vintage="" if found.vintage is None else found.vintage.isoformat(),
        source=about.title,
        undated=about.undated,
        notes=tuple(notes),
    )
    return (series.by_years() if about.approximate_dates else series).until(as_of.isoformat())


def _meaning(text: str) -> DateMeaning:
    return next(meaning for meaning in DATE_MEANINGS if meaning == text)


def _quoted_series(evidence: EvidenceFolder, sponsor: str, as_of: dt.date) -> tuple[IncidentSeries, ...]:
    """Yearly figures quoted from data sets that are not kept by month: the whole of each, or its only part."""
    kept = {item.dataset for item in evidence.monthly}
    quoted = [item for item in read_yearly(evidence, sponsor, as_of) if item.dataset not in kept and item.counts]
    series: list[IncidentSeries] = []
    for item in quoted:
        rivals = [other for other in quoted if other.dataset == item.dataset]
        if item.part and len(rivals) > 1:
            continue
        years, about = sorted(item.counts), evidence.about(item.dataset)
        _refuse_gaps("quoted_counts.csv", item.dataset, years)
        series.append(
            IncidentSeries(
                dataset=item.dataset,
                date_meaning=_meaning(item.date_meaning),
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


def _refuse_gaps(file: str, name: str, years: Sequence[int]) -> None:
    missing = sorted(set(range(years[0], years[-1])) - set(years))
    if missing:
        what = f"{name}: {some(map(str, missing), 3)} missing inside the series"
        raise EvidenceError(Problem(file, what, "Give every year; one without events is 0"))


def read_yearly(folder: Evidence_, sponsor: str, as_of: str | dt.date) -> tuple[YearlyCounts, ...]:
    """Yearly figures of a sponsor, of years that had ended by a day, from data sets that could be read by then.

    Whole data sets that are kept by month are summed from the vintage of the day.
    """
    evidence, day = open_evidence(folder), day_of(as_of)
    table = evidence.table(QUOTED_COUNTS)
    if table is None or sponsor not in sponsors(table):
        return ()
    found: dict[tuple[str, str, str], dict[int, float]] = {}
    for row in table.rows():
        name = str(row["dataset"] or row["series"])
        about, year = evidence.about(name), int(row["year"])
        since = max(day_of(str(row["known_from"] or about.known_from)), day_of(about.known_from))
        if since <= day and dt.date(year, 12, 31) <= day:
            key = (name, str(row["date_meaning"] or about.date_meaning), str(row["part"]))
            found.setdefault(key, {})[year] = float(row[sponsor])
    monthly = {
        item.dataset: item.by_years() for item in _monthly_series(evidence, sponsor, day) if len(item.counts) > 12
    }
    result: list[YearlyCounts] = []
    for (name, meaning, part), counts in sorted(found.items()):
        if not part and name in monthly:
            years = [int(month[:4]) for month in monthly[name].months()]
            counts = {year: float(n) for year, n in zip(years, monthly[name].counts, strict=True) if year in counts}
        result.append(YearlyCounts(name, meaning, sponsor, counts, part))
    return tuple(result)


def read_activity(folder: Evidence_, as_of: str | dt.date) -> tuple[ActivityCount, ...]:
    """Counts by member, of years that had ended by a day, from data sets that could be read by then."""
    evidence, day = open_evidence(folder), day_of(as_of)
    table = evidence.table(ACTIVITY_COUNTS)
    if table is None:
        return ()
    vintages: dict[str, dt.date | None] = {}
    names, dated = table.texts("dataset"), table.days("vintage")
    for name in dict.fromkeys(names):
        own = sorted({vintage or dt.date.min for other, vintage in zip(names, dated, strict=True) if other == name})
        vintages[name] = max((vintage for vintage in own if vintage <= day), default=own[0])
    spans = [span_of(text) or (0, 0) for text in table.texts("year")]
    members = zip(names, table.texts("dimension"), table.texts("sponsor"), spans, table.texts("member"), strict=True)
    counts = [
        ActivityCount(name, evidence.about(name).date_meaning, dimension, sponsor, *span, member, int(n))
        for (name, dimension, sponsor, span, member), n, vintage in zip(members, table.numbers("n"), dated, strict=True)
        if (vintage or dt.date.min) == vintages[name] and day_of(evidence.about(name).known_from) <= day
    ]
    return known_by(sorted(counts, key=astuple), day)


def read_published_figures(folder: Evidence_, as_of: str | dt.date) -> tuple[dict[str, str], ...]:
    """Figures published by a day; they are quoted, not tested."""
    table, day = open_evidence(folder).table(PUBLISHED_FIGURES), day_of(as_of)
    if table is None:
        return ()
    known = [found is not None and found <= day for found in table.days("known_from")]
    rows = ({name: str(row[name]) for name in table.spec.names} for row in table.rows())
    told = [row for row, is_known in zip(rows, known, strict=True) if is_known]
    return tuple(sorted(told, key=lambda row: (row["known_from"], row["report"], row["item"], row["adversary"])))
