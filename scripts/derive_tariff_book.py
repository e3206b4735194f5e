"""Derive the long tables of the built-in tariff book from published files.

    python scripts/derive_tariff_book.py SOURCE BOOK

SOURCE is a folder with the cleaned publications named in each function below; BOOK is the folder of the book. The
short tables of the book (measures, changes, areas, quotas, stacking rules ...) are written by hand and are not
touched. What is written here: `lists`, `schedules`, `weights` and `concordance` as Parquet, and `weight_sets.csv`,
`successors.csv`, `nomenclature.csv` and `effective.csv` as text. Official lists, rates and dates are kept as published;
weights leave as shares of their total.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

FIRST_DAY = "2018-01-01"
"""First day of the book: what ended before it is left out."""
LAST_DAY = "2021-07-01"
"""The day after the last of the book."""
TABLE_2017_ENDS = "2018-07-01"
"""From this day the schedule editions replace the tariff database of 2017."""

PART = "part of the heading"

WEIGHT_COLUMNS = ("importer", "exporter", "year", "flow", "valuation", "edition", "digits", "source", "terms")
WEIGHT_SETS = {
    "us_imports_from_china_hs6_2017": (
        *(
            "USA",
            "CHN",
            "2017",
            "imports",
            "CIF",
            "HS2017",
            "6",
            "United States figures as disseminated by UN Comtrade",
        ),
        "shares of the total only; bulk values need permission of the United Nations",
    ),
    "china_imports_from_us_hs8_2017": (
        *("CHN", "USA", "2017", "imports", "CIF", "CN-2017", "8", "ITC Trade Map, via PIIE workbook of 2019-06-12"),
        "shares of the total only; cite Bown, Jung and Zhang (PIIE)",
    ),
    "us_exports_to_world_hs6_2017": (
        *("WLD", "USA", "2017", "exports", "FAS", "HS2017", "6", "United States Census Bureau"),
        "United States government work",
    ),
}


def main() -> None:
    source, book = Path(sys.argv[1]), Path(sys.argv[2])
    book.mkdir(parents=True, exist_ok=True)
    write(book, "lists", lists(source))
    write(book, "schedules", pd.concat([us_schedule(source), china_schedule(source)], ignore_index=True))
    weights, totals = weight_sets(source)
    write(book, "weights", weights)
    totals.to_csv(book / "weight_sets.csv", index=False, lineterminator="\n")
    write(book, "concordance", concordance(source))
    successors(source).to_csv(book / "successors.csv", index=False, lineterminator="\n")
    nomenclature(source).to_csv(book / "nomenclature.csv", index=False, lineterminator="\n")
    effective(source).to_csv(book / "effective.csv", index=False, lineterminator="\n")


def write(book: Path, name: str, frame: pd.DataFrame) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, book / f"{name}.parquet", compression="zstd", compression_level=19)
    print(f"{name}: {len(frame)} rows")


# ---------------------------------------------------------------- lists


def lists(source: Path) -> pd.DataFrame:
    """Product lists: USITC "China Tariffs" of 2020-01-01; Global Trade Alert (232); PIIE workbook of 2019-06-12."""
    parts = [_us_301(source), _us_232(source), _china(source), _china_batch_1(source), _recalled()]
    return pd.concat(parts, ignore_index=True).sort_values(["list_id", "hs"], ignore_index=True)


def _list(list_id: str | pd.Series, hs: pd.Series, edition: str) -> pd.DataFrame:
    return pd.DataFrame({"list_id": list_id, "hs": hs, "hs_edition": edition}).assign(part_share=float("nan"), note="")


def _recalled() -> pd.DataFrame:
    """Lines of the safeguards and of the derivatives that no table gives: as recalled, marked so."""
    lines = [
        *(("US-201-WASHERS", code, "HTS-2020-01", None, "as recalled") for code in ("84501100", "84502000")),
        (
            *("US-201-SOLAR", "85414060", "HTS-2020-01", 0.5),
            "cells and modules: only some ten-digit lines; as recalled",
        ),
        *(("US-232-STEEL-DERIVATIVES", code, "HS2017", 0.5, PART) for code in ("731700", "870810", "870829")),
        *(
            ("US-232-ALUMINIUM-DERIVATIVES", code, "HS2017", 0.5, PART)
            for code in ("761410", "761490", "870810", "870829")
        ),
    ]
    frame = pd.DataFrame(lines, columns=["list_id", "hs", "hs_edition", "part_share", "note"])
    return frame.astype({"part_share": float})


def _us_301(source: Path) -> pd.DataFrame:
    lines = pd.read_csv(source / "us_s301/lines_2020.csv", dtype=str)
    return _list("US-301-L" + lines["list"], lines["hs"], "HTS-2020-01")


def _us_232(source: Path) -> pd.DataFrame:
    lines = pd.read_parquet(source / "us_s232_s201/measure_lines_gta.parquet")
    steel = lines.loc[lines["measure_id"] == "GTA-006", "hs"]
    aluminium = lines.loc[lines["measure_id"] == "GTA-008", "hs"]
    # the list names one line at eight digits; every other entry is a six-digit heading of HS 2017
    parts = [_list("US-232-STEEL", steel, "HS2017")]
    for digits, edition in ((6, "HS2017"), (8, "HTS-2020-01")):
        parts.append(_list("US-232-ALUMINIUM", aluminium[aluminium.str.len() == digits], edition))
    return pd.concat(parts)


def _china(source: Path) -> pd.DataFrame:
    changes = pd.read_csv(source / "china_retaliation/additional_duties_hs8_2018_2019.csv", dtype={"hs": str})
    changes["level"] = changes["rate_change"].mul(100).round().astype(int).astype(str).str.zfill(2)
    by = dict(iter(changes.groupby("measure_id")))
    parts = [
        _list("CN-232-" + by["CN-RET-232"]["level"], by["CN-RET-232"]["hs"], "CN-2018"),
        _list("CN-L1", by["CN-RET-L1"]["hs"], "CN-2018"),
        _list("CN-L2", by["CN-RET-L2"]["hs"], "CN-2018"),
        _list("CN-AUTOS", by["CN-SUSP-AUTOS"]["hs"], "CN-2018"),
    ]
    third = by["CN-RET-L3"].pivot_table(index="hs", columns="valid_from", values="rate_change").fillna(0.0)
    first = third["2018-09-24"].mul(100).round().astype(int)
    final = first + third["2019-06-01"].mul(100).round().astype(int)
    name = "CN-L3-" + first.astype(str).str.zfill(2) + "-" + final.astype(str).str.zfill(2)
    parts.append(_list(name.to_numpy(), pd.Series(third.index), "CN-2018"))
    return pd.concat(parts)


def _china_batch_1(source: Path) -> pd.DataFrame:
    batch = pd.read_csv(source / "china_retaliation/batch1_2019_09_01_hs6.csv", dtype={"hs": str})
    rate = batch["rate_change"].mul(100_000).round().astype(int).astype(str).str.zfill(5)
    mixed = batch["scope_quality"] == "hs6_maximum_mixed"
    name = ("CN-B1-" + rate.str[:2]).where(~mixed, "CN-B1-MIXED-" + rate)
    notes = mixed.map({True: "six-digit heading of which only a part is listed", False: "six-digit maximum"})
    return _list(name, batch["hs"], "HS2017").assign(note=notes)


# ---------------------------------------------------------------- schedules


def us_schedule(source: Path) -> pd.DataFrame:
    """General rates of the United States: USITC tariff database 2017, then the schedule editions 2018 to 2021-01."""
    early = pd.read_parquet(source / "mfn/us_hts8_2017.parquet")
    late = pd.read_parquet(source / "mfn/us_hts8_2018_2025.parquet")
    early = early[(early["rate_kind"] != "blank") & (early["valid_from"] < TABLE_2017_ENDS)]
    early = early[(early["valid_until"] == "") | (early["valid_until"] > FIRST_DAY)]
    early["valid_until"] = TABLE_2017_ENDS
    early["valid_from"] = early["valid_from"].clip(lower=FIRST_DAY)
    late = late[late["valid_from"] < LAST_DAY]
    late.loc[late["valid_until"] >= LAST_DAY, "valid_until"] = ""
    rows = pd.concat([early, late], ignore_index=True)
    # chapters 98 and 99 hold special provisions, not lines with a duty of their own
    rows = rows[~rows["hs"].str[:2].isin(["98", "99"])].sort_values(["hs", "valid_from"], ignore_index=True)
    kinds = {"free": "free", "other": "not_expressible"}
    rows["rate_kind"] = rows["rate_kind"].replace(kinds)
    rows["rate"] = rows["ad_valorem"].where(rows["rate_kind"].isin(["ad_valorem", "compound"]))
    rows["specific_amount"] = rows["specific_usd"].where(rows["rate_kind"].isin(["specific", "compound"]))
    rows["unit"] = rows["specific_unit"].where(rows["specific_amount"].notna(), "")
    rows["note"] = (
        rows["general_text"].where(rows["rate"] > 1, "").map(lambda text: f"{text} as published" if text else "")
    )
    return _schedule("US-MFN", "HTS-2020-01", rows)


def china_schedule(source: Path) -> pd.DataFrame:
    """General rates of China, 2018 and 2019: PIIE workbook of 2019-06-12 (levels)."""
    rows = pd.read_parquet(source / "mfn/china_hs10_2018_2019.parquet")
    rows["hs"] = rows["hs"] + rows["variant"]
    rows = rows.sort_values(["hs", "valid_from"], ignore_index=True)
    rows["rate_kind"] = rows["rate_kind"].replace({"not_ad_valorem": "unknown"})
    rows["note"] = (rows["rate"] > 1).map({True: "as published", False: ""})
    return _schedule("CN-MFN", "CN-2018", rows.assign(specific_amount=float("nan"), unit=""))


def _schedule(name: str, edition: str, rows: pd.DataFrame) -> pd.DataFrame:
    """One row per line and duty, valid from its day until the next row of the line; an end only where a line ended."""
    duty = ["rate_kind", "rate", "specific_amount", "unit"]
    same = rows[["hs", *duty]].astype(str)
    previous, following = same.shift(), rows.shift(-1)
    touches = (rows["valid_from"] <= rows["valid_until"].shift()) & (rows["hs"] == rows["hs"].shift())
    continues = (following["hs"] == rows["hs"]) & (following["valid_from"] <= rows["valid_until"])
    rows["ends"] = rows["valid_until"].where(~continues, "")
    repeated = (same == previous).all(axis=1) & touches
    block = (~repeated).cumsum()
    kept = rows[~repeated].copy()
    kept["valid_until"] = rows.groupby(block)["ends"].last().to_numpy()
    currency = kept["specific_amount"].notna().map({True: "USD", False: ""})
    kept = kept.assign(schedule_id=name, hs_edition=edition, currency=currency, known_from="")
    columns = ["schedule_id", "hs", "hs_edition", *duty[:3], "currency", "unit", "valid_from", "valid_until"]
    return kept[[*columns, "known_from", "note"]].reset_index(drop=True)


# ---------------------------------------------------------------- weights and outcomes


def weight_sets(source: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares of total trade in 2017: UN Comtrade, ITC Trade Map (via PIIE), United States Census Bureau."""
    exports = pd.read_parquet(source / "trade/us_exports_hs6_annual_2016_2019.parquet")
    exports = exports[(exports["year"] == 2017) & (exports["exports_world_usd"] > 0)]
    tables = {
        "us_imports_from_china_hs6_2017": _values(source / "trade/us_imports_from_china_hs6_2017.csv"),
        "china_imports_from_us_hs8_2017": _values(source / "trade/china_imports_from_us_hs8_2017.csv"),
        "us_exports_to_world_hs6_2017": exports.rename(columns={"exports_world_usd": "value"})[["hs", "value"]],
    }
    parts, totals = [], []
    for name, table in tables.items():
        total = int(table["value"].sum())
        parts.append(pd.DataFrame({"weight_set": name, "hs": table["hs"], "share": table["value"] / total}))
        facts = dict(zip(WEIGHT_COLUMNS, WEIGHT_SETS[name], strict=True))
        totals.append({"weight_set": name} | facts | {"total": total, "unit": "USD"})
    columns = ["weight_set", *WEIGHT_COLUMNS[:-2], "total", "unit", *WEIGHT_COLUMNS[-2:]]
    return pd.concat(parts, ignore_index=True), pd.DataFrame(totals)[columns]


def _values(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype={"hs": str}).rename(columns={"value_usd": "value"})[["hs", "value"]]


def effective(source: Path) -> pd.DataFrame:
    """Imports for consumption and calculated duties, United States Census Bureau: by month, and by partner in 2024."""
    monthly = pd.read_parquet(source / "trade/us_imports_hs2_monthly_2013_2020.parquet")
    monthly = monthly[monthly["exporter"].isin(["CHN", "WLD"]) & (monthly["month"] >= "2017-01")]
    monthly = monthly.groupby(["exporter", "month"], as_index=False)[["imports_usd", "duties_usd"]].sum()
    monthly = monthly.rename(columns={"month": "period"})
    yearly = pd.read_parquet(source / "trade/us_imports_hts10_2024.parquet")
    yearly = yearly.groupby("exporter", as_index=False)[["imports_2024_usd", "duty_2024_usd"]].sum()
    yearly = yearly.rename(columns={"imports_2024_usd": "imports_usd", "duty_2024_usd": "duties_usd"})
    table = pd.concat([monthly, yearly.assign(period="2024")], ignore_index=True).assign(importer="USA")
    table[["imports_usd", "duties_usd"]] = table[["imports_usd", "duties_usd"]].round().astype("int64")
    columns = ["importer", "exporter", "period", "imports_usd", "duties_usd"]
    return table[columns].sort_values(["importer", "exporter", "period"], ignore_index=True)


# ---------------------------------------------------------------- codes


def concordance(source: Path) -> pd.DataFrame:
    """HS 2017 headings to the sectors of world-2017 (HS6 to NAICS to ISIC 4, equal weights)."""
    table = pd.read_csv(source / "concordances/hs6_to_world_2017_sector.csv", dtype={"hs": str})
    table = table.rename(columns={"world": "sector_set"}).assign(hs_edition="HS2017")
    return table[["sector_set", "hs", "hs_edition", "sector", "weight"]]


def successors(source: Path) -> pd.DataFrame:
    """Listed codes that replaced an earlier one: the predecessor with an equal share for each."""
    lines = pd.read_csv(source / "us_s301/lines_not_in_hts_2018.csv", dtype=str).dropna(subset="predecessor")
    counts = lines.groupby("predecessor")["hs"].transform("size")
    table = pd.DataFrame({"from_edition": "HTS-2018", "code": lines["predecessor"], "to_edition": "HTS-2020-01"})
    return table.assign(successor=lines["hs"], share=1 / counts, share_basis="equal").round(12)


def nomenclature(source: Path) -> pd.DataFrame:
    """Ten-digit codes of lines that only their ten-digit codes list, where every code traded in 2024 is listed."""
    listed = pd.read_csv(source / "us_s301/lines_2020.csv", dtype=str)
    listed = set(listed.loc[listed["digits"] == "10", "hs"])
    traded = pd.read_parquet(source / "trade/us_imports_hts10_2024.parquet")["hs"].unique()
    rows = []
    for parent in sorted({code[:8] for code in listed}):
        children = {code for code in traded if code.startswith(parent)}
        if children and children <= listed:
            rows += [{"hs_edition": "HTS-2020-01", "hs": code} for code in sorted(children)]
    return pd.DataFrame(rows)


if __name__ == "__main__":
    main()
