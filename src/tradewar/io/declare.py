"""What a table is, declared once: its columns with type, unit and meaning, and its key.

The declaration drives the reading (`tradewar.io.tables`), the messages, the page of the format in the documentation
and the empty template of a scaffold.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tradewar.io.registers.countries import is_iso3

Kind = Literal[
    "text", "label", "number", "whole", "rate", "share", "yes", "day", "instant", "month", "year", "period", "country",
    "code", "choice",
]  # fmt: skip
NUMERIC = ("number", "whole", "rate", "share", "year")


@dataclass(frozen=True)
class Column:
    """What one column of a table is."""

    name: str
    """In the header; ending in `*` for every column whose name begins so."""
    kind: Kind = "text"
    meaning: str = ""
    unit: str = ""
    required: bool = False
    """The header must have it."""
    blank: bool = True
    """A cell may be blank, which means unknown, open or the default: never zero."""
    default: str = ""
    """What a blank cell, or the absent column, stands for, in words."""
    choices: tuple[str, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    many: bool = False
    """Several values separated by semicolons; `*` stands for every one."""
    absent: tuple[str, ...] = ()
    """Texts of a source that stand for a blank cell ("n/a"), in lower case."""
    named: Literal["", "country"] = ""
    """What the rest of a name must be where this stands for every column whose name begins so."""
    example: str = ""
    """A cell that is right, for templates, the documentation and the tests of every table."""

    @property
    def sample(self) -> str:
        """A cell that is right."""
        return self.example or (self.choices[0] if self.choices else _SAMPLES.get(self.kind, ""))


_SAMPLES: Mapping[str, str] = {
    "text": "text", "label": "A1", "number": "1.5", "whole": "3", "rate": "0.25", "share": "0.5", "yes": "yes",
    "day": "2019-02-20", "instant": "2019-02-20T12:00", "month": "2019-02", "year": "2019", "period": "2019",
    "country": "USA", "code": "720851",
}  # fmt: skip


@dataclass(frozen=True)
class TableSpec:
    """What a table is."""

    name: str
    """The stem of its file."""
    what: str
    """One sentence on what a row is."""
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    """No two rows have the same cells here, also but for case."""
    one_of: tuple[tuple[str, ...], ...] = ()
    """Groups of columns of which the header has exactly one."""
    may_be_empty: bool = False
    """A header without rows is a table."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column | None:
        """The declaration of a column of a file, by its name or by how its name begins."""
        plain = {column.name: column for column in self.columns}
        if name in plain:
            return plain[name]
        stems = (column for column in self.columns if column.name.endswith("*"))
        return next((column for column in stems if _in_group(name, column)), None)


def _in_group(name: str, group: Column) -> bool:
    stem = group.name[:-1]
    return name.startswith(stem) and (group.named != "country" or is_iso3(name[len(stem) :]))


def template(spec: TableSpec) -> str:
    """An empty table with the meaning of every column as comments, ready to be filled in."""
    lines = [f"# {spec.name}: {spec.what}"]
    lines += [f"# {column.name}: {describe(column)}" for column in spec.columns]
    if spec.key:
        lines.append(f"# No two rows have the same {', '.join(spec.key)}.")
    return "\n".join([*lines, ",".join(name for name in spec.names if not name.endswith("*"))]) + "\n"


def describe(column: Column) -> str:
    """What a column holds, in one line: meaning, unit, type and whether it is needed."""
    parts = [column.meaning or column.kind]
    if column.unit:
        parts.append(f"in {column.unit}")
    parts.append(f"one of {', '.join(column.choices)}" if column.choices else _CALLED[column.kind])
    if column.required:
        parts.append("required")
    elif column.default:
        parts.append(f"blank: {column.default}")
    return "; ".join(parts)


_CALLED: Mapping[str, str] = {
    "text": "text",
    "label": "a label",
    "number": "a number",
    "whole": "a whole number",
    "rate": "a rate (0.25 is 25 percent)",
    "share": "a share from 0 to 1",
    "yes": "yes or no",
    "day": "a day (YYYY-MM-DD)",
    "instant": "a day, with a time where it matters (2025-04-05T00:01)",
    "month": "a month (YYYY-MM)",
    "year": "a year",
    "period": "a day, month, quarter or year",
    "country": "a country (ISO3 or a declared code)",
    "code": "a product code (HS, as text)",
    "choice": "a word",
}
