"""Derive the evidence tables of the built-in dispute from a folder of incident and trade data.

    python scripts/derive_evidence.py SOURCE TARGET

SOURCE holds `cfr/`, `csis/`, `dcid/`, `eurepoc/`, `published_claims/`, `purchases/` and
`china_truce_cross_dataset.csv`. TARGET receives compact tables: counts and coded facts, no event, no sentence of a
source. What may be counted from which data set:

| source | what is kept | why |
|---|---|---|
| CFR, CSIS, DCID | counts by month, year, sector, region, motive of four sponsors | facts; no event is copied |
| EuRepoC (CC BY-NC 4.0), CISSM | the few figures that a statement is tested on | quoted with their source |
| US Census exports | monthly values by group of Annex 6.1 | public domain |
| vendor reports | figures named in the press, with address | facts |
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

SPONSORS = ("CHN", "RUS", "IRN", "PRK")
FIRST_MONTH = "2008-01"
CFR_VINTAGES = ("2019-06-27", "2020-11-14", "2020-12-20", "2022-12-24")
ACTIVITY_VINTAGES = ("2019-06-27", "2022-12-24")
ACTIVITY_YEARS = range(2012, 2023)
CELLS_OF_CLAIMS = ("telecommunications", "government", "financial-services")
TRADE_PUBLICATION_DAYS = 40
"""US goods trade by partner is published about five weeks after the month; the exact days are not coded."""
MONTHLY_END = {"csis": "2023-05", "dcid": "2020-12"}


def main(source: Path, target: Path) -> None:
    """Write every table."""
    target.mkdir(parents=True, exist_ok=True)
    tables = {
        "incident_counts.csv": incident_counts(source),
        "quoted_counts.csv": quoted_counts(source),
        "activity_counts.csv": activity_counts(source),
        "deliveries.csv": deliveries(source),
        "published_figures.csv": published_figures(source),
    }
    for name, table in tables.items():
        table.to_csv(target / name, index=False, lineterminator="\n")
        print(f"{name}: {len(table)} rows")


def events(source: Path, name: str) -> pd.DataFrame:
    """The events of one data set, one row per sponsor of `SPONSORS`."""
    table = pd.read_csv(source / name / "events.csv", dtype=str, keep_default_na=False)
    table["sponsor"] = table["sponsor_iso3"].str.split(";")
    table = table.explode("sponsor")
    return table[table["sponsor"].isin(SPONSORS) & (table["date"] != "")]


def incident_counts(source: Path) -> pd.DataFrame:
    """Events by month and sponsor, zeros filled; CFR by vintage, with and without actor profiles."""
    cfr = events(source, "cfr")
    real = cfr[cfr["actor_profile"] == "0"]
    parts: list[pd.DataFrame] = []
    for vintage in CFR_VINTAGES:
        # the month in which a vintage ends is not complete
        last = str(pd.Period(vintage, "M") - 1)
        for entries, table in (("all", cfr), ("without_profiles", real)):
            known = table[table["first_vintage_last_date"] <= vintage]
            parts.append(by_month(known, last).assign(dataset="cfr", vintage=vintage, entries=entries))
    for name, dataset in (("csis", "csis"), ("dcid", "dcid2")):
        counts = by_month(events(source, name), MONTHLY_END[name])
        parts.append(counts.assign(dataset=dataset, vintage="", entries="all"))
    columns = ["dataset", "vintage", "entries", "month", *SPONSORS]
    return pd.concat(parts)[columns]


def by_month(table: pd.DataFrame, last: str) -> pd.DataFrame:
    """Months in rows, sponsors in columns."""
    months = pd.period_range(FIRST_MONTH, last, freq="M").astype(str)
    counts = pd.crosstab(table["date"].str[:7], table["sponsor"])
    filled = counts.reindex(index=months, columns=list(SPONSORS), fill_value=0)
    return filled.rename_axis("month").reset_index()


QUOTED = {
    "cfr_all": ("cfr", "public_disclosure", "", ""),
    "cfr_to_USA": ("cfr", "public_disclosure", "against USA", CFR_VINTAGES[-1]),
    "csis_all": ("csis", "public_disclosure", "", ""),
    "csis_to_USA": ("csis", "public_disclosure", "against USA", ""),
    "dcid_all": ("dcid2", "operation_start", "", ""),
    "dcid_to_USA": ("dcid2", "operation_start", "against USA", ""),
    "eurepoc_start": ("eurepoc1.1", "operation_start", "", ""),
    "eurepoc_to_USA": ("eurepoc1.1", "operation_start", "against USA", ""),
    "eurepoc_first-attribution": ("eurepoc1.1", "first_attribution", "", ""),
    "cissm_US_nation-state": ("cissm", "event_or_report", "nation-state against USA", ""),
}
"""Data set, meaning of the date, part of the data set, and since when a part is known, where later than the whole."""


def quoted_counts(source: Path) -> pd.DataFrame:
    """Yearly figures on China from data sets that may not be bundled, and from all others for the same table."""
    table = pd.read_csv(source / "china_truce_cross_dataset.csv").set_index("series")
    rows = [
        (series, *described, year, table.loc[series, str(year)])
        for series, described in QUOTED.items()
        for year in range(2013, 2020)
    ]
    return pd.DataFrame(rows, columns=["series", "dataset", "date_meaning", "part", "known_from", "year", "CHN"])


def activity_counts(source: Path) -> pd.DataFrame:
    """Events by sponsor, year and member of a list (sector, region, motive), with totals and missing ones."""
    layout: dict[str, dict[str, str]] = {
        "cfr": {"sector": "victim_sectors", "sector_wide": "victim_sectors_wide", "region": "victim_regions"},
        "csis": {"sector": "victim_sectors"},
        "dcid": {"sector": "victim_sectors"},
        "eurepoc": {"sector": "victim_sectors"},
    }
    parts: list[pd.DataFrame] = []
    for name, columns in layout.items():
        table = events(source, name)
        table["year"] = table["date"].str[:4].astype(int)
        table = table[table["year"].isin(ACTIVITY_YEARS)]
        dimensions = columns | ({"motive": "motive"} if name != "eurepoc" else {})
        for vintage in ACTIVITY_VINTAGES if name == "cfr" else ("",):
            known = table[table["first_vintage_last_date"] <= vintage] if vintage else table
            for dimension, column in dimensions.items():
                counted = count_members(known, column)
                counted = cells_of_claims(counted) if name == "eurepoc" else counted
                parts.append(counted.assign(dataset=table["dataset"].iloc[0], vintage=vintage, dimension=dimension))
    activity = pd.concat(parts)[["dataset", "vintage", "dimension", "sponsor", "year", "member", "n"]]
    activity["member"] = activity["member"].replace({"communications": "telecommunications"})
    return activity


def cells_of_claims(counted: pd.DataFrame) -> pd.DataFrame:
    """The few cells that a claim is tested on, summed over its years."""
    kept = counted["member"].isin(CELLS_OF_CLAIMS) & counted["year"].between(2017, 2019)
    return counted[kept].groupby(["member", "sponsor"], as_index=False)["n"].sum().assign(year="2017-2019")


def count_members(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Each event once per member of its list; `(all)` counts events, `(missing)` those without any member."""
    keys = ["sponsor", "year"]
    members = table.assign(member=table[column].str.split(";")).explode("member")
    members["member"] = members["member"].replace("", "(missing)")
    listed = members.groupby([*keys, "member"]).size()
    total = table.assign(member="(all)").groupby([*keys, "member"]).size()
    return pd.concat([total, listed]).rename("n").reset_index()


def deliveries(source: Path) -> pd.DataFrame:
    """US exports to China by group of Annex 6.1 and month, USD billion, with the day they became known."""
    table = pd.read_csv(source / "purchases" / "us_exports_to_china_by_group_monthly.csv")
    end = pd.PeriodIndex(table["month"], freq="M").end_time.normalize()
    table["known_from"] = (end + pd.Timedelta(days=TRADE_PUBLICATION_DAYS)).strftime("%Y-%m-%d")
    table["usd_bn"] = (table["us_exports_usd"] / 1e9).round(9)
    return table.assign(reporter="USA")[["group", "reporter", "month", "usd_bn", "known_from"]]


def published_figures(source: Path) -> pd.DataFrame:
    """Figures that vendors published: quoted with their source, not testable on incident data."""
    folder = source / "published_claims"
    breakout = pd.read_csv(folder / "breakout_time_2018.csv")
    breakout = pd.DataFrame(
        {
            "item": "breakout time",
            "adversary": breakout["adversary"],
            "value": breakout["seconds"],
            "unit": "seconds",
            "period": breakout["year"],
            "known_from": "2019-02-19",
            "report": breakout["report"],
            "source": breakout["source_url"],
        }
    )
    redline = pd.read_csv(folder / "fireeye_redline_drawn_2016.csv")
    redline = redline[redline["source"].str.startswith("FireEye")]
    redline = pd.DataFrame(
        {
            "item": redline["item"],
            "adversary": "CHN",
            "value": redline["value"],
            "unit": "as named",
            "period": "2013-2016",
            "known_from": "2016-06-30",
            "report": "FireEye iSIGHT, Redline Drawn, June 2016",
            "source": "press reports of June 2016 (scworld, informationsecuritybuzz)",
        }
    )
    totals = pd.DataFrame(
        {
            "item": ["goods and services promised", "goods and services delivered"],
            "adversary": "CHN",
            "value": [502.4, 288.8],
            "unit": "USD bn",
            "period": "2020-2021",
            "known_from": "2022-12-31",
            "report": "Bown (2022), Peterson Institute for International Economics, on the agreement's own basis",
            "source": "https://www.piie.com/blogs/realtime-economics/china-bought-none-extra-200-billion-us-exports-trumps-trade-deal",
        }
    )
    return pd.concat([breakout, redline, totals])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
