"""The files of a book: which tables there are, their columns, and how they are read and written.

A book is a folder (or a single CSV of measures). `measures` is required, everything else is a side table. A table is
`NAME.csv`, `NAME.parquet`, or both (long official lists come as Parquet, a few lines typed by hand as CSV); the rows of
both are read. Blank is "unknown" or "open", never zero. Columns of numbers are listed in `NUMBERS`; others are text.

    measures       one line per measure and scope: exactly one of list_id and hs is filled; hs = * is every product
    lists          the codes of a list; part_share where only part of a line is meant
    schedules      a rate per line, each from its day until the line's next row
    changes        scheduled changes, one line per announced version
    suspensions, exclusions, quotas, conditions, areas, programmes, instruments, stacking
    editions, successors, nomenclature (all codes under a line: its children are complete)
    weight_sets, weights, concordance, effective (customs outcomes)
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewar.errors import BookError, Problem

if TYPE_CHECKING:
    import pandas as pd

_KNOWN = ("known_from", "superseded_from", "source", "verified", "note")
COLUMNS: dict[str, tuple[str, ...]] = {
    "measures": (
        *("measure_id", "importer", "exporter_area", "programme", "effect", "list_id", "hs", "hs_edition"),
        *("hs_exclude", "rate_kind", "rate", "specific_amount", "currency", "unit", "value_base", "valid_from"),
        *("valid_until", "liability_rule", "condition", "stacking_group", "known_from", "superseded_from"),
        *("instrument", "source", "verified", "note"),
    ),
    "lists": ("list_id", "hs", "hs_edition", "part_share", "note"),
    "schedules": (
        *("schedule_id", "hs", "hs_edition", "rate_kind", "rate", "specific_amount", "currency", "unit"),
        *("valid_from", "valid_until", "known_from", "note"),
    ),
    "changes": (
        *("change_id", "kind", "measure_id", "new_rate", "planned_from", "status", "trigger", "condition_text"),
        *_KNOWN,
    ),
    "suspensions": ("suspension_id", "measure_id", "list_id", "hs", "valid_from", "valid_until", *_KNOWN),
    "exclusions": (
        *("exclusion_id", "measure_id", "list_id", "hs", "description_limited", "share", "valid_from"),
        *("valid_until", "retroactive_from", "refundable", *_KNOWN),
    ),
    "quotas": (
        *("quota_id", "kind", "amount", "unit", "period_start", "period_end", "in_measure", "over_measure"),
        *("allocation", *_KNOWN),
    ),
    "conditions": ("condition_id", "kind", "parameter", "operator", "default", "source", "note"),
    "areas": ("area", "member", "valid_from", "valid_until", "known_from", "source", "verified", "note"),
    "programmes": ("programme", "importer", "authority", "parent", "name"),
    "instruments": ("instrument", "issuer", "citation", "published", "url", "verified"),
    "stacking": (
        *("rule_set", "importer", "valid_from", "valid_until", "retroactive_from", "order", "rule", "programme"),
        *("other", "exporter_area", *_KNOWN),
    ),
    "editions": ("edition", "owner", "family", "parent", "digits_max", "valid_from", "valid_until"),
    "successors": ("from_edition", "code", "to_edition", "successor", "share", "share_basis"),
    "nomenclature": ("hs_edition", "hs"),
    "weight_sets": (
        *("weight_set", "importer", "exporter", "year", "flow", "valuation", "edition", "digits", "total", "unit"),
        *("source", "terms"),
    ),
    "weights": ("weight_set", "exporter", "hs", "value", "share"),
    "concordance": ("sector_set", "hs", "hs_edition", "sector", "weight"),
    "effective": ("importer", "exporter", "period", "imports_usd", "duties_usd"),
}
NUMBERS: dict[str, tuple[str, ...]] = {
    "measures": ("rate", "specific_amount"),
    "lists": ("part_share",),
    "schedules": ("rate", "specific_amount"),
    "changes": ("new_rate",),
    "exclusions": ("share",),
    "quotas": ("amount",),
    "conditions": ("parameter", "default"),
    "successors": ("share",),
    "weight_sets": ("total",),
    "weights": ("value", "share"),
    "concordance": ("weight",),
    "effective": ("imports_usd", "duties_usd"),
}
REQUIRED: dict[str, tuple[str, ...]] = {
    "measures": ("measure_id", "importer", "programme", "hs"),
    "lists": ("list_id", "hs"),
    "schedules": ("schedule_id", "hs", "valid_from"),
    "changes": ("change_id", "measure_id", "status", "known_from"),
    "suspensions": ("suspension_id", "measure_id", "valid_from"),
    "exclusions": ("exclusion_id", "measure_id", "valid_from"),
    "quotas": ("quota_id", "kind"),
    "conditions": ("condition_id", "kind"),
    "areas": ("area", "member"),
    "stacking": ("rule_set", "importer", "rule"),
    "editions": ("edition",),
    "successors": ("code", "successor"),
    "nomenclature": ("hs",),
    "weight_sets": ("weight_set",),
    "weights": ("weight_set", "hs"),
    "concordance": ("sector_set", "hs", "sector", "weight"),
    "effective": ("importer", "exporter", "period"),
}
PLACEHOLDERS = frozenset({"", "na", "n/a", "nan", "none", "null", "-", ".", "..", "unknown", "not available"})
PLACEHOLDER_NUMBER = 9999.0
"""Numbers from here on in a column of rates are placeholders of the source (9999.999999), never rates."""


class Tables(dict[str, Any]):
    """The tables of a book by name, never changed. Copies of a book share them.

    They are equal only to themselves, so that what is made of them (an index, a hash) is made once for all copies.
    """

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


def read_table(path: Path) -> pd.DataFrame:
    """A CSV as text, or a Parquet file, as it stands; `_file` and `_row` say where each line came from.

    Raises:
        BookError: if the file cannot be read.
    """
    import pandas as pd

    try:
        if path.suffix == ".parquet":
            frame = pd.read_parquet(path)
        else:
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError, UnicodeDecodeError) as fault:
        what = f"cannot be read as a table ({str(fault).splitlines()[0]})"
        raise BookError.at(path.name, what, "Give UTF-8 text with commas and one header line") from fault
    frame.columns = [str(name).strip() for name in frame.columns]
    return frame.assign(_file=path.name, _row=range(2, len(frame) + 2))


def shaped(name: str, frame: pd.DataFrame, problems: list[Problem]) -> pd.DataFrame:
    """The frame with the columns of table `name`: missing ones blank, unknown ones refused, numbers as floats."""
    import pandas as pd

    place = str(frame["_file"].iloc[0]) if len(frame) else f"{name}.csv"
    unknown = [column for column in frame.columns if column not in COLUMNS[name] and not column.startswith("_")]
    if unknown:
        fix = f"The columns of {name} are {', '.join(COLUMNS[name])}"
        problems.append(Problem(place, f"has columns that no rule reads: {', '.join(unknown)}", fix))
    missing = [column for column in REQUIRED.get(name, ()) if column not in frame.columns]
    if name == "measures" and "list_id" in frame.columns:
        missing = [column for column in missing if column != "hs"]
    if missing:
        problems.append(Problem(place, f"lacks the columns {', '.join(missing)}", "Add them to the header"))
    numbers = NUMBERS.get(name, ())
    columns: dict[str, Any] = {}
    for column in COLUMNS[name]:
        if column not in frame.columns:
            columns[column] = pd.Series(float("nan"), index=frame.index, dtype=float) if column in numbers else ""
        elif column in numbers:
            columns[column] = _numbers(frame[column], place, problems)
        else:
            columns[column] = _text(frame[column])
    kept = pd.DataFrame(columns, index=frame.index, columns=list(COLUMNS[name]))
    return kept.assign(_file=frame["_file"], _row=frame["_row"]).reset_index(drop=True)


def _text(values: pd.Series[Any]) -> pd.Series[Any]:
    if values.dtype == object:
        return values if values.notna().all() else values.fillna("")
    return values.astype(str).where(values.notna(), "")


def _numbers(values: pd.Series[Any], place: str, problems: list[Problem]) -> pd.Series[Any]:
    import pandas as pd

    if values.dtype != object:
        return values.astype(float)
    text = values.fillna("").astype(str).str.strip()
    blank = text.str.lower().isin(PLACEHOLDERS)
    # float() reads back exactly what was written; the faster readers of pandas lose the last digit
    numbers = pd.Series([_number(cell) for cell in text.where(~blank, "")], index=values.index, dtype=float)
    wrong = numbers.isna() & ~blank | numbers.isin([float("inf"), float("-inf")])
    for position in wrong.to_numpy().nonzero()[0][:20]:
        what = f"{values.name} is {text.iloc[position]!r}, which is not a number"
        fix = "Write 0.25 for 25 percent; leave unknown cells blank"
        problems.append(Problem(f"{place}, row {position + 2}", what, fix))
    return numbers.where(numbers.notna() & ~wrong).astype(float)


def _number(cell: str) -> float:
    try:
        return float(cell) if cell else float("nan")
    except ValueError:
        return float("nan")


def csv_text(frame: pd.DataFrame) -> str:
    """The table as CSV: columns in order, numbers in their shortest exact form, unknown cells blank."""
    columns = [column for column in frame.columns if not column.startswith("_")]
    text = frame[columns].copy()
    for column in columns:
        if text[column].dtype != object:
            text[column] = [shortest(value) for value in text[column]]
    return text.to_csv(index=False, lineterminator="\n")


def shortest(value: float) -> str:
    """The shortest text that reads back as the same number; blank for NaN."""
    if value != value:
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def ordered(frame: pd.DataFrame, keys: Iterable[str]) -> pd.DataFrame:
    """The frame sorted by keys, ties kept in the order given."""
    return frame.sort_values(list(keys), kind="stable", ignore_index=True)
