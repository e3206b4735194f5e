"""The public incident data sets: what their dates mean, since when they are known, their terms, how to get them."""

from __future__ import annotations

from dataclasses import dataclass

from tradewar.errors import EvidenceError, Problem


@dataclass(frozen=True)
class DataSet:
    """One public data set."""

    name: str
    title: str
    date_meaning: str
    known_from: str
    """First day on which the vintage used here could be read; series of it are silent before."""
    undated: int
    """Events of the vintage used here that carry no date."""
    bundled: str
    """What ships with this package."""
    terms: str
    how_to_get: str
    caution: str
    approximate_dates: bool = False
    """Whether days and months are approximate, so that only calendar years are counted."""


DATASETS: dict[str, DataSet] = {
    item.name: item
    for item in (
        DataSet(
            "cfr",
            "Council on Foreign Relations, Cyber Operations Tracker",
            "public_disclosure",
            "2017-11-30",
            15,
            "monthly counts of four sponsors by vintage; counts by year, sector, region and motive",
            "offered for download, no open licence stated: counts are facts, the entries are not bundled",
            "Download the CSV at https://www.cfr.org/cyber-operations/ and read it with layout 'cfr'",
            "launched in November 2017, earlier years were filled in later; English-language press",
        ),
        DataSet(
            "csis",
            "Center for Strategic and International Studies, Significant Cyber Incidents",
            "public_disclosure",
            "2006-01-01",
            28,
            "monthly counts of four sponsors; counts by year, sector and motive",
            "copyright CSIS: counts are facts, the text is not bundled",
            "Make a table with the columns date, sponsor, victim from "
            "https://www.csis.org/programs/strategic-technologies-program/significant-cyber-incidents "
            "and read it with layout 'csis'",
            "editorial choice; reporting effort rose strongly in 2018 for all sponsors; one vintage only",
        ),
        DataSet(
            "dcid2",
            "Dyadic Cyber Incident Dataset 2.0 (Maness, Valeriano, Hedgecock, Jensen, Macias 2022)",
            "operation_start",
            "2023-02-28",
            0,
            "monthly counts of four sponsors; counts by year, sector and motive",
            "academic, no licence stated, cite: counts are facts, the rows are not bundled",
            "Download it from the authors' page, save the sheet as CSV and read it with layout 'dcid'",
            "rival dyads only; a row is a campaign; small numbers; dates are approximate, so calendar years are "
            "counted (windows of 24 months from October give 14, 18 and 13 for China in place of 22, 11 and 14)",
            approximate_dates=True,
        ),
        DataSet(
            "eurepoc1.1",
            "European Repository of Cyber Incidents, version 1.1",
            "operation_start",
            "2023-12-31",
            16,
            "the yearly figures on China 2013-2019 and twelve cells that a claim is tested on",
            "CC BY-NC 4.0 (doi 10.5281/zenodo.14965395): figures quoted with the source, the data are not bundled",
            "Download it at https://eurepoc.eu/ and read the CSV with layout 'eurepoc'",
            "political incidents; half of the dates have year precision; scope grew in 2022",
        ),
        DataSet(
            "cissm",
            "University of Maryland, CISSM Cyber Events Database",
            "event_or_report",
            "2026-11-23",
            0,
            "the yearly figures on China against the United States 2013-2019",
            "free after registration, no redistribution: figures quoted with the source, the data are not bundled",
            "Register at https://cissm.umd.edu/cyber-events-database and read the CSV with layout 'cissm'",
            "from 2014; the day of the version is not recorded, so the day of collection stands in for it",
        ),
    )
}


def dataset(name: str) -> DataSet:
    """A data set by name.

    Raises:
        EvidenceError: where it is not known; the message lists those that are and how to get each.
    """
    if name in DATASETS:
        return DATASETS[name]
    known = "; ".join(f"{item.name}: {item.how_to_get}" for item in DATASETS.values())
    raise EvidenceError(Problem("dataset", f"{name!r} is not known", known))
