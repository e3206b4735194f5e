"""Activity by sponsor, year, motive, sector and region: counts, shares with intervals, disagreement of sources.

An incident counts once for each of its sponsors, and once for each member of a list of sectors, regions or motives,
so that shares of events may sum to more than 1. The data sets stand side by side, each with what its date means; they
are never added or averaged. Cells with fewer than `FEW` events are marked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from scipy.special import betaincinv

from tradewar.monitoring.checks import require
from tradewar.monitoring.countries import region_of
from tradewar.monitoring.datasets import DATASETS
from tradewar.monitoring.incidents import Incident
from tradewar.monitoring.series import DATE_MEANINGS, IncidentSeries, day_of, month_number, month_text

ALL, MISSING = "(all)", "(missing)"
FEW = 5
SPONSORS = ("CHN", "RUS", "IRN", "PRK")
Dimension = Literal["sector", "sector_wide", "region", "motive"]
CONFIDENCE_DAYS = 180


@dataclass(frozen=True)
class ActivityCount:
    """Events of one sponsor in a span of years with one member of a list."""

    dataset: str
    date_meaning: str
    dimension: str
    sponsor: str
    first_year: int
    last_year: int
    member: str
    """`(all)` counts events, `(missing)` those whose list is empty."""
    n: int


def activity_counts(incidents: Iterable[Incident], sponsors: Sequence[str] = SPONSORS) -> tuple[ActivityCount, ...]:
    """Counts of every data set, dimension, sponsor, year and member. Undated incidents are left out."""
    counts: Counter[tuple[str, str, str, str, int, str]] = Counter()
    for incident in incidents:
        if incident.year is None or incident.same_as:
            continue
        regions = tuple(dict.fromkeys(region for code in incident.victims if (region := region_of(code))))
        lists = {"sector": incident.sectors, "region": regions, "motive": incident.motives}
        for sponsor in incident.sponsors:
            if sponsor not in sponsors:
                continue
            for dimension, members in lists.items():
                key = (incident.dataset, incident.date_meaning, dimension, sponsor, incident.year)
                counts.update((*key, member) for member in (ALL, *(members or (MISSING,))))
    return tuple(
        ActivityCount(name, meaning, dimension, sponsor, year, year, member, n)
        for (name, meaning, dimension, sponsor, year, member), n in sorted(counts.items())
    )


def known_by(counts: Iterable[ActivityCount], day: str | date) -> tuple[ActivityCount, ...]:
    """Counts of years that had ended by a day, in data sets that could be read by then."""
    asked = day_of(day)
    since = {name: day_of(item.known_from) for name, item in DATASETS.items()}
    return tuple(
        item for item in counts if date(item.last_year, 12, 31) <= asked and since.get(item.dataset, date.min) <= asked
    )


@dataclass(frozen=True)
class YearRow:
    """Events reported for one sponsor and year."""

    dataset: str
    date_meaning: str
    sponsor: str
    year: int
    n: int


def by_year(counts: Iterable[ActivityCount]) -> tuple[YearRow, ...]:
    """Events by data set, sponsor and year. Years without events inside a data set's span are zeros, not gaps."""
    totals: dict[tuple[str, str], Counter[tuple[str, int]]] = {}
    dimension_of: dict[str, str] = {}
    for item in counts:
        # every dimension of a data set repeats the totals: one of them is enough
        if dimension_of.setdefault(item.dataset, item.dimension) != item.dimension:
            continue
        if item.member == ALL and item.first_year == item.last_year:
            totals.setdefault((item.dataset, item.date_meaning), Counter())[item.sponsor, item.first_year] += item.n
    rows: list[YearRow] = []
    for (name, meaning), found in totals.items():
        years = [year for _, year in found]
        sponsors = list(dict.fromkeys(sponsor for sponsor, _ in found))
        rows += [
            YearRow(name, meaning, sponsor, year, found[sponsor, year])
            for sponsor in sponsors
            for year in range(min(years), max(years) + 1)
        ]
    return tuple(rows)


@dataclass(frozen=True)
class ShareRow:
    """Share of a sponsor's events with one member of a list."""

    dataset: str
    date_meaning: str
    dimension: str
    sponsor: str
    window: str
    member: str
    n: int
    events: int
    """All events of the sponsor in the window; 0 where the source gives only the cells."""
    share: float
    """n / events; NaN where `events` is not known."""
    low: float
    high: float
    """Jeffreys interval, 95 percent."""
    missing_share: float
    """Events whose list is empty."""
    few: bool
    """Fewer than `FEW` events: shown gray, no statement rests on it."""


def shares(
    counts: Iterable[ActivityCount], dimension: Dimension, first_year: int, last_year: int
) -> tuple[ShareRow, ...]:
    """Shares of events by member, for every data set and sponsor, in a window of years (both included)."""
    require(first_year <= last_year, "years", f"{first_year} is after {last_year}", "Give first and last year")
    cells: dict[tuple[str, str, str], Counter[str]] = {}
    for item in counts:
        if item.dimension == dimension and first_year <= item.first_year and item.last_year <= last_year:
            cells.setdefault((item.dataset, item.date_meaning, item.sponsor), Counter())[item.member] += item.n
    window = str(first_year) if first_year == last_year else f"{first_year}-{last_year}"
    rows: list[ShareRow] = []
    for (name, meaning, sponsor), found in cells.items():
        events = found[ALL]
        missing = found[MISSING] / events if events else float("nan")
        for member in sorted(set(found) - {ALL, MISSING}):
            n = found[member]
            share, low, high = share_interval(n, events) if events else (float("nan"),) * 3
            key = (name, meaning, dimension, sponsor, window, member)
            rows.append(ShareRow(*key, n, events, share, low, high, missing, n < FEW))
    return tuple(rows)


def share_interval(n: int, events: int, level: float = 0.95) -> tuple[float, float, float]:
    """n / events with the Jeffreys interval: quantiles of Beta(½ + n, ½ + events − n)."""
    require(0 <= n <= events and events > 0, "n", f"is {n} of {events} events", "A share needs n <= events")
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    low, high = betaincinv(0.5 + n, 0.5 + events - n, tails)
    return n / events, float(low), float(high)


def attribution_confidence(
    incidents: Sequence[Incident], curated: Sequence[str] = tuple(DATASETS)
) -> Mapping[tuple[str, str], int]:
    """Confidence that the named sponsor is right, 0 to 100, by (data set, event_id). An own convention.

    75 where two data sets or a government statement name the same sponsor within 180 days, 50 where one curated data
    set states it, 30 otherwise. Undated incidents get 30.
    """
    named: dict[str, list[tuple[int, str, str]]] = {}
    days = [0 if item.first_day is None else item.first_day.toordinal() for item in incidents]
    for item, day in zip(incidents, days, strict=True):
        for sponsor in item.sponsors if day else ():
            named.setdefault(sponsor, []).append((day, item.dataset, item.date_meaning))
    result: dict[tuple[str, str], int] = {}
    for item, day in zip(incidents, days, strict=True):
        confidence = 50 if item.dataset in curated and day and item.sponsors and not item.suggested else 30
        for sponsor in item.sponsors if day else ():
            for other, name, meaning in named[sponsor]:
                second = name != item.dataset or meaning == "government_statement"
                if second and abs(other - day) <= CONFIDENCE_DAYS:
                    confidence = 75
        result[item.dataset, item.event_id] = confidence
    return result


def series_of(
    incidents: Iterable[Incident],
    sponsor: str,
    first_month: str,
    last_month: str,
    controls: Sequence[str] = (),
    victim: str | None = None,
    vintage: str = "",
) -> IncidentSeries:
    """Monthly counts of a sponsor and its controls from incidents of one data set, zeros filled.

    Incidents dated by year only, or not at all, are left out and counted in `undated`.

    Raises:
        EvidenceError: no incident, several data sets or several meanings of the date.
    """
    wanted = [item for item in incidents if not item.same_as and (victim is None or victim in item.victims)]
    keys = sorted({(item.dataset, item.date_meaning) for item in wanted})
    found = ", ".join(f"{name} ({meaning})" for name, meaning in keys) or "none"
    require(len(keys) == 1, "incidents", f"hold {found}", "Give the incidents of one data set with one meaning of date")
    start, stop = month_number(first_month), month_number(last_month) + 1
    counts = {code: np.zeros(stop - start) for code in (sponsor, *controls)}
    profiles = {code: np.zeros(stop - start) for code in (sponsor, *controls)}
    undated = 0
    for item in wanted:
        undated += not item.month and sponsor in item.sponsors
        place = month_number(item.month) - start if item.month else -1
        for code in item.sponsors:
            if code in counts and 0 <= place < stop - start:
                counts[code][place] += 1
                profiles[code][place] += item.actor_profile
    (name, meaning), title = keys[0], ""
    if name in DATASETS:
        title = DATASETS[name].title
    has_profiles = any(array.any() for array in profiles.values())

    def build(by_code: Mapping[str, np.ndarray], without: IncidentSeries | None) -> IncidentSeries:
        return IncidentSeries(
            dataset=name,
            date_meaning=next(known for known in DATE_MEANINGS if known == meaning),
            sponsor=sponsor,
            first_month=month_text(start),
            counts=by_code[sponsor],
            controls={code: by_code[code] for code in controls},
            without_profiles=without,
            vintage=vintage,
            source=title,
            undated=undated,
        )

    plain = build({code: counts[code] - profiles[code] for code in counts}, None) if has_profiles else None
    return build(counts, plain)
