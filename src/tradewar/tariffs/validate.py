"""What a book must satisfy when loaded. Every fault is reported with its row, the rule and the fix.

| rule | checked in |
|---|---|
| codes are text of 2, 4, 6, 8 or 10 digits: no lost zero, no date, no dot | `_codes` |
| rates are fractions in one declared unit; above 1 only with a note | `_rates` |
| no line twice in a list, a schedule, a weight set or a concordance | `_duplicates` |
| concordance weights lie in [0, 1] and sum to at most 1 per code; successor shares to 1 | `_shares` |
| every list, schedule, condition, area, measure and edition that is named exists | `check_relations` |
| a list is stated in an edition that the importer uses | `_editions` |
| no two measures of one programme overlap unless one replaces the other | `tradewar.tariffs.overlaps` |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewar.errors import Problem
from tradewar.tariffs import codes, overlaps, tables

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.tariffs.model import Edition, Measure

Frames = dict[str, "pd.DataFrame"]
LISTED = 20
"""Rows named per rule; the message says how many more there are."""
ROUNDING = 1e-3
"""Shares are published with four digits: thirds of them need not sum to 1 exactly."""
RATE_COLUMNS = (("measures", "rate"), ("schedules", "rate"), ("changes", "new_rate"))
CODE_COLUMNS = (
    *(("measures", "hs"), ("lists", "hs"), ("schedules", "hs"), ("suspensions", "hs"), ("exclusions", "hs")),
    *(("nomenclature", "hs"), ("weights", "hs"), ("concordance", "hs"), ("successors", "code")),
    ("successors", "successor"),
)
KEYS: dict[str, tuple[str, ...]] = {
    "lists": ("list_id", "hs"),
    "schedules": ("schedule_id", "hs", "valid_from", "known_from"),
    "weights": ("weight_set", "exporter", "hs"),
    "concordance": ("sector_set", "hs", "sector"),
    "effective": ("importer", "exporter", "period"),
    "nomenclature": ("hs_edition", "hs"),
    "weight_sets": ("weight_set",),
    "conditions": ("condition_id",),
    "successors": ("from_edition", "code", "to_edition", "successor"),
}


def check_cells(frames: Frames, rate_unit: str, problems: list[Problem]) -> Frames:
    """The tables with rates as fractions; faults of single cells and of repeated rows are added to `problems`."""
    for table, column in CODE_COLUMNS:
        _codes(frames[table], column, problems)
    for table, column in RATE_COLUMNS:
        frames[table] = _rates(table, frames[table], column, rate_unit, problems)
    for table, keys in KEYS.items():
        _duplicates(frames[table], keys, problems)
    _shares(frames, problems)
    _schedule_cells(frames["schedules"], problems)
    return frames


def check_relations(frames: Frames, parts: dict[str, Any], problems: list[Problem]) -> None:
    """Faults between the tables."""
    measures: tuple[Measure, ...] = parts["measures"]
    lists = set(frames["lists"]["list_id"])
    schedules = set(parts["schedules"])
    ids = {measure.measure_id for measure in measures}
    for measure in measures:
        place = f"measures, row {measure.row}"
        wanted, having = ("schedule", schedules) if measure.rate_kind == "schedule" else ("list", lists)
        if measure.scope != "*" and not measure.scope.startswith("hs:") and measure.scope not in having:
            what = f"{wanted} {measure.scope!r} of measure {measure.measure_id} does not exist"
            problems.append(Problem(place, what, f"Add its lines to {wanted}s, or name one of {_some(having)}"))
        condition = measure.condition.removeprefix("not:")
        if condition and condition not in parts["conditions"]:
            what = f"condition {condition!r} is not described"
            problems.append(Problem(place, what, "Add a line to conditions"))
        _duty(measure, place, problems)
    for change in parts["changes_planned"]:
        names = ids if change.kind == "rate" else {item.suspension_id for item in parts["suspensions"]}
        if change.measure_id not in names:
            what = f"{change.change_id} changes {change.measure_id!r}, which does not exist"
            problems.append(Problem(f"changes, row {change.row}", what, f"Name one of {_some(names)}"))
    _references(parts, ids, lists, problems)
    _editions(frames, parts["editions"], measures, problems)
    _aggregates(frames, parts, problems)
    overlaps.check(frames, parts, problems)


# ---------------------------------------------------------------- cells


def _report(
    frame: pd.DataFrame,
    positions: Any,
    what: str | Callable[[int], str],
    fix: str,
    problems: list[Problem],
) -> None:
    """One problem per row at the positions given, for the first rows, and one that counts the rest."""
    places = [int(position) for position in positions]
    for position in places[:LISTED]:
        row = f"{frame['_file'].iloc[position]}, row {frame['_row'].iloc[position]}"
        problems.append(Problem(row, what if isinstance(what, str) else what(position), fix))
    if len(places) > LISTED:
        rest = f"{len(places) - LISTED} more rows break the same rule"
        problems.append(Problem(str(frame["_file"].iloc[places[LISTED]]), rest, fix))


def _codes(frame: pd.DataFrame, column: str, problems: list[Problem]) -> None:
    if not len(frame):
        return
    text = frame[column]
    may_be_blank = "list_id" in frame.columns or column != "hs"
    right = text.str.fullmatch(r"(?:\d{2}){1,5}|\d{10}[A-Z]|\*")
    if "list_id" in frame.columns and "part_share" not in frame.columns:
        right |= text == ""
    elif may_be_blank and "part_share" not in frame.columns:
        right &= text != ""
    wrong = np.flatnonzero(~right.to_numpy(dtype=bool))
    faults = {int(place): codes.fault(str(text.iloc[place])) or ("hs is blank", "Give the code") for place in wrong}
    for fix in sorted({fault[1] for fault in faults.values()}):
        places = [place for place, fault in faults.items() if fault[1] == fix]
        _report(frame, places, lambda place: faults[place][0], fix, problems)


def _rates(table: str, frame: pd.DataFrame, column: str, unit: str, problems: list[Problem]) -> pd.DataFrame:
    """Placeholders become unknown, per cent becomes a fraction, and everything else must be one unambiguously."""
    if not len(frame):
        return frame
    rate = frame[column].to_numpy(dtype=float)
    placeholder = np.abs(rate) >= tables.PLACEHOLDER_NUMBER
    rate = np.where(placeholder, np.nan, rate)
    noted = (frame["note"] != "").to_numpy(dtype=bool) if "note" in frame.columns else np.zeros(len(frame), dtype=bool)
    if unit not in ("", "fraction", "percent"):
        problems.append(Problem("book.toml: rate_unit", f"is {unit!r}", "Write fraction or percent"))
    if unit == "percent":
        fix = "In a book in percent write 0.25 percent with a note, or 25 if a quarter was meant"
        mixed = np.flatnonzero((rate > 0) & (rate < 1) & ~noted)
        _report(frame, mixed, lambda p: f"rate unit ambiguous: {rate[p]:g} in a column of percent", fix, problems)
        rate = rate / 100
    else:
        fix = "Rates are fractions: write 0.25 for 25 percent" + (
            "; a rate above 1 needs a note" if unit else ", or declare rate_unit in book.toml"
        )
        allowed = noted if unit == "fraction" else np.zeros(len(frame), dtype=bool)
        above = np.flatnonzero((rate > 1) & ~allowed)
        _report(frame, above, lambda p: f"rate unit ambiguous: {column} {rate[p]:g} is above 1", fix, problems)
    negative = np.flatnonzero(rate < 0)
    _report(frame, negative, lambda p: f"{column} {rate[p]:g} is negative", "Duties are >= 0", problems)
    changed = frame.assign(**{column: rate})
    if "rate_kind" in frame.columns and placeholder.any():
        changed["rate_kind"] = changed["rate_kind"].where(~placeholder, "unknown")
    if table == "measures" and "rate_kind" in frame.columns:
        numeric = changed["rate_kind"].isin(["ad_valorem", "compound"]) & np.isnan(rate)
        changed["rate_kind"] = changed["rate_kind"].where(~numeric | (changed["hs_exclude"] == "yes"), "unknown")
    return changed


def _duplicates(frame: pd.DataFrame, keys: tuple[str, ...], problems: list[Problem]) -> None:
    if not len(frame):
        return
    repeated = frame.duplicated(list(keys), keep="first").to_numpy()
    if repeated.any():
        first = frame.drop_duplicates(list(keys)).set_index(list(keys))["_row"]

        def what(place: int) -> str:
            key: tuple[Any, ...] = tuple(frame[name].iloc[place] for name in keys)
            row = first.loc[key] if len(keys) > 1 else first.loc[frame[[*keys][-1]].iloc[place]]
            named = ", ".join(f"{name} {value}" for name, value in zip(keys, key, strict=True) if value)
            return f"duplicate scope: {named} is already in row {row}"

        _report(frame, np.flatnonzero(repeated), what, "Remove one of the two rows", problems)


def _shares(frames: Frames, problems: list[Problem]) -> None:
    for table, column in (("concordance", "weight"), ("lists", "part_share"), ("successors", "share")):
        values = frames[table][column].to_numpy(dtype=float)
        wrong = np.flatnonzero((values < 0) | (values > 1))
        _report(
            frames[table],
            wrong,
            lambda p, c=column, v=values: f"{c} is {v[p]:g}",
            "A share lies between 0 and 1",
            problems,
        )
    table = frames["concordance"]
    unknown = np.flatnonzero(table["weight"].isna().to_numpy())
    _report(table, unknown, "weight is blank", "Give the share of the code that the sector has", problems)
    sums = table.groupby(["sector_set", "hs"])["weight"].sum()
    above = sums[sums > 1 + ROUNDING]
    for (sector_set, code), total in above.head(LISTED).items():  # type: ignore[misc]
        rows = table.loc[(table["hs"] == code) & (table["sector_set"] == sector_set), "_row"].tolist()
        what = f"the weights of {code} sum to {total:.6g} (rows {', '.join(map(str, rows))}), which is above 1"
        problems.append(Problem("concordance", what, "Value may be mapped once: correct the weights"))
    table = frames["successors"]
    sums = table.groupby(["from_edition", "to_edition", "code"])["share"].sum()
    for (*_, code), total in sums[(sums - 1).abs() > ROUNDING].head(LISTED).items():  # type: ignore[misc]
        what = f"the shares of the successors of {code} sum to {total:.6g}"
        problems.append(Problem("successors", what, "Shares over the successors of a code sum to 1"))


def _schedule_cells(frame: pd.DataFrame, problems: list[Problem]) -> None:
    from tradewar.tariffs.model import RATE_KINDS

    if not len(frame):
        return
    wrong = np.flatnonzero(~frame["rate_kind"].isin(RATE_KINDS).to_numpy())
    what = frame["rate_kind"].tolist()
    fix = f"Use one of {', '.join(RATE_KINDS)}"
    _report(frame, wrong, lambda p: f"rate_kind is {what[p]!r}", fix, problems)
    for column in ("valid_from", "valid_until", "known_from"):
        text = frame[column]
        days = {value for value in text.unique() if value and not _is_instant(value)}
        blank = (text == "") if column == "valid_from" else text.isin([])
        wrong = np.flatnonzero((text.isin(days) | blank).to_numpy())
        _report(frame, wrong, f"{column} is not a day", "Write YYYY-MM-DD", problems)


def _is_instant(text: str) -> bool:
    from tradewar.tariffs.instants import read_instant

    return read_instant(text) is not None


# ---------------------------------------------------------------- relations


def _duty(measure: Measure, place: str, problems: list[Problem]) -> None:
    needs_amount = measure.rate_kind in ("specific", "compound", "greater_of", "lesser_of")
    if needs_amount and measure.specific_amount != measure.specific_amount:
        what = f"{measure.measure_id} is {measure.rate_kind} but has no specific_amount"
        problems.append(Problem(place, what, "Give the amount, its currency and its unit"))
    if needs_amount and not (measure.currency and measure.unit):
        what = f"{measure.measure_id} has a specific amount without currency or unit"
        problems.append(Problem(place, what, "Write for example USD and kg"))
    if measure.specific_amount < 0:
        problems.append(Problem(place, "specific_amount is negative", "Duties are >= 0"))


def _references(parts: dict[str, Any], ids: set[str], lists: set[str], problems: list[Problem]) -> None:
    for kind in ("suspensions", "exclusions"):
        for item in parts[kind]:
            stem = item.measure_id.removesuffix("*")
            found = [name for name in ids if name.startswith(stem)] if item.measure_id.endswith("*") else {stem} & ids
            if not found:
                what = f"names the measure {item.measure_id!r}, which does not exist"
                problems.append(Problem(f"{kind}, row {item.row}", what, f"Name one of {_some(ids)}"))
            if item.scope != "*" and not item.scope.startswith("hs:") and item.scope not in lists:
                what = f"names the list {item.scope!r}, which does not exist"
                problems.append(Problem(f"{kind}, row {item.row}", what, f"Name one of {_some(lists)}"))
    for quota in parts["quotas"]:
        for name in (quota.in_measure, quota.over_measure):
            if name and name not in ids:
                what = f"quota {quota.quota_id} names the measure {name!r}, which does not exist"
                problems.append(Problem(f"quotas, row {quota.row}", what, f"Name one of {_some(ids)}"))


def _editions(
    frames: Frames, editions: dict[str, Edition], measures: tuple[Measure, ...], problems: list[Problem]
) -> None:
    """Lists are stated in an edition of the importer, or in one whose first six digits its editions share."""
    if not editions:
        return
    stated = frames["lists"].drop_duplicates(["list_id", "hs_edition"])
    named = [(str(row["list_id"]), str(row["hs_edition"])) for row in stated.to_dict("records")]
    table = frames["schedules"].drop_duplicates(["schedule_id", "hs_edition"])
    named += [(str(row["schedule_id"]), str(row["hs_edition"])) for row in table.to_dict("records")]
    importers: dict[str, set[str]] = {}
    for measure in measures:
        importers.setdefault(measure.scope, set()).add(measure.importer)
    for scope, edition in named:
        for importer in sorted(importers.get(scope, set())):
            own = {item.edition for item in editions.values() if item.owner == importer}
            own |= {item.parent for item in editions.values() if item.owner == importer}
            if own and edition not in own:
                what = f"{scope} is stated in {edition or 'no edition'}, which is not an edition of {importer}"
                fix = f"Restate its codes in one of {', '.join(sorted(own - {''}))}"
                problems.append(Problem("lists", f"wrong edition: {what}", fix))
    six = frames["lists"]
    parents = {item.parent for item in editions.values()}
    finer = np.flatnonzero(six["hs_edition"].isin(parents).to_numpy() & (six["hs"].str.len() > 6).to_numpy())
    fix = "Name the national edition in which the code has its meaning"
    _report(six, finer, lambda p: f"wrong edition: {six['hs'].iloc[p]} is finer than its edition", fix, problems)


def _aggregates(frames: Frames, parts: dict[str, Any], problems: list[Problem]) -> None:
    """An aggregate partner beside its members would be counted twice."""
    from tradewar.tariffs.areas import ever

    rows = frames["weights"]
    rows = rows[rows["exporter"] != ""]
    for name, group in rows.groupby("weight_set"):
        partners = set(group["exporter"])
        for area in sorted(partners & (set(parts["areas"]) | {"WLD"})):
            inside = partners - {area} if area == "WLD" else partners & (ever(area, parts["areas"]) - {area})
            if inside:
                what = f"{name} has {area} beside {', '.join(sorted(inside)[:5])}, which it contains"
                fix = "Keep the aggregate or its members, never both"
                problems.append(Problem("weights", f"aggregate partner beside members: {what}", fix))


def _some(names: Iterable[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:8]) + (f" and {len(listed) - 8} more" if len(listed) > 8 else "") or "none yet"
