"""Rows of tables as cells over the axes of a world: labels on their axis, rates as fractions, no cell missing.

What a table is and whether its cells are numbers is the matter of `tradewar.io.tables`; here stands what needs a world.

| fault | what is said |
|---|---|
| label not on its axis (wrong case, another code of a country) | the first line, how many rows, and the label meant |
| row missing | the labels of the absent cells |
| a tariff that is no fraction | the line, and what was meant |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from tradewar.errors import Problem, WorldError
from tradewar.io.nearest import nearest, some
from tradewar.io.registers import rates
from tradewar.io.registers.countries import unknown_country
from tradewar.io.tables import MAX_LISTED, Table, list_rows
from tradewar.world.identities import RATE_LIMIT

_COUNTRIES = ("country", "exporter", "importer")
PERCENT = 'Tariffs are rates, 0.25 for 25 percent: divide by 100, or declare rate_unit = "percent"; "fraction" if meant'


def positions(table: Table, column: str, axis: Sequence[str], problems: list[Problem]) -> Int[Array, " row"]:
    """Positions of a column's labels on an axis; -1, with one problem per distinct label, where it is not on it."""
    place = {label: k for k, label in enumerate(axis)}
    texts = table.texts(column)
    index = np.fromiter(map(place.get, texts, repeat(-1)), dtype=np.int64, count=len(texts))
    unknown: dict[str, list[int]] = {}
    for row in np.flatnonzero(index < 0).tolist():
        if texts[row]:  # a blank cell was refused when the table was read
            unknown.setdefault(texts[row], []).append(row)
    for text, rows in list(unknown.items())[:MAX_LISTED]:
        what, fix = _unknown(column, text, axis)
        times = f" ({len(rows)} rows have it, this is the first)" if len(rows) > 1 else ""
        problems.append(Problem(table.where(rows[0]), what, f"{fix}{times}"))
    if len(unknown) > MAX_LISTED:
        problems.append(Problem(table.file, f"{len(unknown) - MAX_LISTED} more labels of {column} are unknown"))
    return index


def _unknown(column: str, text: str, axis: Sequence[str]) -> tuple[str, str]:
    if column in _COUNTRIES:
        what, fix = unknown_country(text, axis) or ("", "")
        return what.replace("country", column), fix
    what = f"unknown {column.replace('_', ' ')} {text[:60]!r}{nearest(text, axis)}"
    return what, f"Use one of {some(axis)}"


def flat_cells(table: Table, axes: Mapping[str, Sequence[str]], problems: list[Problem]) -> Int[Array, " row"]:
    """Flat position of each row in an array over the axes, -1 where a label is unknown.

    Args:
        axes: for each column of labels, in the order of the array, the labels of its axis.
    """
    flat = np.zeros(len(table), dtype=np.int64)
    known = np.ones(len(table), dtype=bool)
    for column, axis in axes.items():
        index = positions(table, column, axis, problems)
        known &= index >= 0
        flat = flat * len(axis) + index
    flat[~known] = -1
    return flat


def fractions(table: Table, column: str, problems: list[Problem], unit: str = "") -> Float[Array, " row"]:
    """A column of tariffs of a world as fractions; what cannot be a rate is a problem.

    Args:
        unit: what the file declares, one of `tradewar.io.registers.rates.UNITS`; a column `rate_unit` says it by row.
    """
    units = [text or unit for text in table.texts("rate_unit")] if table.has("rate_unit") else [unit] * len(table)
    given = table.numbers(column)
    percent = np.array([text == "percent" for text in units])
    found = np.where(percent, given / 100.0, given)

    def describe(row: int) -> tuple[str, str]:
        if found[row] > RATE_LIMIT:
            what = f"{column} = {given[row]:.10g} is above {RATE_LIMIT:g}, that is {100 * RATE_LIMIT:,.0f} percent"
            return what, f"{PERCENT}: was {found[row] / 100:.6g} meant?"
        return rates.rate_fault(float(found[row]), units[row], column) or ("", "")

    list_rows(table, (found > RATE_LIMIT) | (found <= -1.0), describe, problems)
    return found


def is_scale(tariff_rate: Float[Array, "importer exporter sector"]) -> Bool[Array, " importer"]:
    """Importers whose tariffs are a scale rather than a policy: more than half of those that are not 0 are above 1."""
    taxed = (tariff_rate != 0).sum(axis=(1, 2))
    return 2 * (tariff_rate > rates.UNDECLARED_LIMIT).sum(axis=(1, 2)) > taxed


def refuse_scale(
    file: str, countries: Sequence[str], tariff_rate: Float[Array, "importer exporter sector"], problems: list[Problem]
) -> None:
    """A problem that names the importers whose tariffs are a scale: undeclared, they are percentages."""
    found = [code for code, wrong in zip(countries, is_scale(tariff_rate), strict=True) if wrong]
    if found:
        what = f"most tariffs of {some(found)} are above 1, that is 100 percent (largest {tariff_rate.max():.6g})"
        problems.append(Problem(file, what, PERCENT))


def cell_label(axes: Iterable[Sequence[str]], cell: Int[Array, " axis"]) -> str:
    """The labels of a cell, such as `MEX/C24`."""
    return "/".join(axis[int(k)] for axis, k in zip(axes, cell, strict=True))


def refuse_missing(
    table: Table,
    flat: Int[Array, " row"],
    needed: Bool[Array, ...],
    axes: Mapping[str, Sequence[str]],
    problems: list[Problem],
) -> None:
    """A problem that names the needed cells for which there is no row.

    Rows with unknown labels are already problems; as many missing cells are their consequence and are not repeated.
    """
    given = np.zeros(needed.shape, dtype=bool)
    given.flat[flat[flat >= 0]] = True
    absent = np.argwhere(needed & ~given)
    if len(absent) <= int((flat < 0).sum()):
        return
    listed = some([cell_label(axes.values(), cell) for cell in absent], MAX_LISTED)
    what = f"{len(absent)} of {int(needed.sum())} rows are missing ({'/'.join(axes)}): {listed}"
    problems.append(Problem(table.file, what, "An absent cell is never a zero: give every row, with 0 where it is 0"))


def fill(
    shape: tuple[int, ...], flat: Int[Array, " row"], values: Float[Array, " row"], empty: float = 0.0
) -> Float[Array, ...]:
    """The rows placed in an array; `empty` where there is no row."""
    array = np.full(shape, empty)
    array.flat[flat[flat >= 0]] = values[flat >= 0]
    return array


def problems_or(problems: Iterable[Problem]) -> None:
    """Raise what was collected.

    Raises:
        WorldError: if there is any problem.
    """
    found = tuple(dict.fromkeys(problems))
    if found:
        raise WorldError(found)
