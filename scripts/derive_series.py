"""Derive the monthly trade series of the built-in dispute from published tables of the United States Census Bureau.

    python scripts/derive_series.py SOURCE --out src/tradewar/disputes/library/us-china-2019/series

SOURCE holds `us_bilateral_totals_monthly_2013_2020.csv`, `us_exports_to_china_hs6_monthly_2013_2021.parquet` and
`us_imports_hs2_monthly_2013_2020.parquet` (columns: see the functions), and `hs6_to_group.csv`. Written is one compact
table, `monthly.csv`: flow, group, month, value in USD million. What the series are, when each month became known, and
which series the data lack: `series.toml`, written by hand.

Groups partition the total: what the tables by product leave unclassified is the group `unclassified`. A month without
a figure has no row, and no row is invented.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

FIRST, LAST = "2016-01", "2020-11"
"""Two full years before the dispute, up to the last month that all tables have."""
PARTNER = "CHN"

EXPORT_HEADINGS = {"soybeans": ("1201",), "aircraft": ("88",), "vehicles": ("87",), "semiconductors": ("8541", "8542")}
"""Groups of exports by the first digits of the product; the rest goes by group of the agreement of 2020."""
EXPORT_GROUPS = {"Agriculture": "other farm goods", "Energy": "energy"}
IMPORT_CHAPTERS = {
    "electronics": ("85",),
    "machinery": ("84",),
    "furniture": ("94",),
    "toys": ("95",),
    "clothing and shoes": ("61", "62", "63", "64"),
    "plastics": ("39",),
    "metals": tuple(f"{chapter}" for chapter in range(72, 84)),
    "vehicles": ("87",),
}
ROUNDING_USD = 1e3
EXPORTS, IMPORTS = "us-exports-to-china", "us-imports-from-china"


def main(source: Path, out: Path) -> None:
    """Write the table."""
    totals = pd.read_csv(source / "us_bilateral_totals_monthly_2013_2020.csv")
    totals = totals[totals["partner"] == PARTNER].set_index("month")
    table = pd.concat(
        [
            with_total(EXPORTS, exports_by_group(source), totals["exports_usd"]),
            with_total(IMPORTS, imports_by_group(source), totals["imports_usd"]),
        ]
    )
    table = table[(table["month"] >= FIRST) & (table["month"] <= LAST)]
    out.mkdir(parents=True, exist_ok=True)
    table.to_csv(out / "monthly.csv", index=False, lineterminator="\n", float_format="%.3f")
    print(f"{out / 'monthly.csv'}: {len(table)} rows")


def exports_by_group(source: Path) -> pd.DataFrame:
    """Columns month, group, usd: exports to China by product (hs, month, value_usd)."""
    products = pd.read_parquet(source / "us_exports_to_china_hs6_monthly_2013_2021.parquet")
    agreed = pd.read_csv(source / "hs6_to_group.csv", dtype=str).set_index("hs")["group"]
    groups = products["hs"].map(agreed).map(EXPORT_GROUPS).fillna("other goods")
    for name, prefixes in EXPORT_HEADINGS.items():
        groups = groups.mask(products["hs"].str.startswith(prefixes), name)
    return products.assign(group=groups).groupby(["month", "group"], as_index=False)["value_usd"].sum()


def imports_by_group(source: Path) -> pd.DataFrame:
    """Columns month, group, usd: imports from China by chapter (exporter, hs2, month, imports_usd)."""
    chapters = pd.read_parquet(source / "us_imports_hs2_monthly_2013_2020.parquet")
    chapters = chapters[chapters["exporter"] == PARTNER]
    names = {chapter: name for name, listed in IMPORT_CHAPTERS.items() for chapter in listed}
    chapters = chapters.assign(group=chapters["hs2"].map(names).fillna("other goods"))
    chapters = chapters.rename(columns={"imports_usd": "value_usd"})
    return chapters.groupby(["month", "group"], as_index=False)["value_usd"].sum()


def with_total(flow: str, groups: pd.DataFrame, total: pd.Series) -> pd.DataFrame:
    """Rows of a flow in USD million: `total`, every group, and what the groups leave of the total."""
    total = total.dropna()
    months = sorted(set(total.index) & set(groups["month"]))
    groups = groups[groups["month"].isin(months)]
    left = total[months] - groups.groupby("month")["value_usd"].sum()[months]
    rows = [groups.rename(columns={"value_usd": "usd"})]
    exact = float(left.abs().max()) < ROUNDING_USD
    for name, values in (("total", total[months]), *([] if exact else [("unclassified", left)])):
        rows.append(pd.DataFrame({"month": values.index, "group": name, "usd": values.to_numpy()}))
    table = pd.concat(rows).sort_values(["group", "month"])
    table["value"] = table["usd"] / 1e6
    return table.assign(flow=flow)[["flow", "group", "month", "value"]]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    main(given.source, given.out)
