"""Tariff files: `exporter,importer,sector` with `tariff` (new rate) or `change_pp` (percentage points added).

| fault | what is said |
|---|---|
| what `tradewar.io.tables` refuses in any table; exporter, importer and sector twice | file, line, value, fix |
| unknown code (wrong case, another code of a country) | the code meant |
| rate above 1 that no `rate_unit` declares, above 10, or at or below −1 | whether 0.25 was meant |
| own sales or a sector that is not tradable, by name | leave the row out |
| a row that matches nothing | leave it out |

`*` matches every one and never touches own sales or sectors that are not tradable; a bloc stands for its members. A row
refines an earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.formats import TARIFFS
from tradewar.errors import PolicyError, Problem
from tradewar.io.nearest import nearest, some
from tradewar.io.registers.countries import unknown_country
from tradewar.io.registers.rates import fraction, rate_fault
from tradewar.io.tables import Table, read_path
from tradewar.world.identities import RATE_LIMIT
from tradewar.world.model import World

KEYS = ("exporter", "importer", "sector")
EVERY = "*"


def read_tariffs(world: World, path: Path) -> Float[Array, "importer exporter sector"]:
    """Tariff rates after the change.

    Raises:
        PolicyError: listing every fault.
    """
    problems: list[Problem] = []
    table = read_path(TARIFFS, path, problems, what="tariff file (CSV)", partial=True)
    rates = world.tariff_rate.copy()
    if table is not None:
        rows = _rows(world, table, problems)
        for row in rows:
            _apply(world, row, rates, problems)
    if problems:
        raise PolicyError(problems)
    return rates


@dataclass(frozen=True)
class _Row:
    """One row: its place, its labels and the positions they stand for, and what it sets."""

    where: str
    labels: dict[str, str]
    cells: tuple[list[int], list[int], list[int]]
    """Importers, exporters, sectors."""
    tariff: float | None
    """The new rate, a fraction; None where points are added."""
    points: float
    written: str
    unit: str


def _rows(world: World, table: Table, problems: list[Problem]) -> list[_Row]:
    """The rows whose labels are known and whose amount is a number; every other one is a problem."""
    name = "tariff" if table.has("tariff") else "change_pp"
    amounts, units = table.numbers(name), table.texts("rate_unit")
    known = {key: _positions(world, table, key, problems) for key in KEYS}
    rows: list[_Row] = []
    for k in range(len(table)):
        labels = {key: table.texts(key)[k] for key in KEYS}
        importers, exporters, sectors = (known[key].get(labels[key]) for key in ("importer", "exporter", "sector"))
        if name == "change_pp" and units[k]:
            fix = "Leave rate_unit blank: it belongs to tariff"
            problems.append(Problem(table.where(k), "change_pp is always in percentage points", fix))
        elif importers and exporters and sectors and np.isfinite(amounts[k]):
            tariff = fraction(float(amounts[k]), units[k]) if name == "tariff" else None
            written = f"{name} = {amounts[k]:g}"
            cells = (importers, exporters, sectors)
            rows.append(_Row(table.where(k), labels, cells, tariff, float(amounts[k]), written, units[k]))
    return rows


def _positions(world: World, table: Table, key: str, problems: list[Problem]) -> dict[str, list[int]]:
    """The positions that each label stands for; one problem for each label that stands for none."""
    axis = world.sectors if key == "sector" else world.countries
    blocs = {} if key == "sector" else world.blocs
    found = {label: [k] for k, label in enumerate(axis)} | {EVERY: list(range(len(axis)))}
    found |= {bloc: [axis.index(member) for member in members] for bloc, members in blocs.items()}
    first: dict[str, int] = {}
    for row, label in enumerate(table.texts(key)):
        if label and label not in found:
            first.setdefault(label, row)
    for label, row in first.items():
        what, fix = f"unknown sector {label[:60]!r}{nearest(label, axis)}", ""
        if key != "sector":
            what, fix = unknown_country(label, (*axis, *blocs)) or ("", "")
        if not fix.startswith("Write"):
            fix = f"Use * or one of {some((*axis, *blocs), 40)}"
        problems.append(Problem(table.where(row), what.replace("country", key), fix))
    return found


def _apply(world: World, row: _Row, rates: Float[Array, "importer exporter sector"], problems: list[Problem]) -> None:
    """Set the rates of one row, or say why it cannot be."""
    fault = _impossible(world, row)
    if fault is not None:
        problems.append(Problem(row.where, fault, "Leave this row out"))
        return
    place = np.ix_(*row.cells)
    importers, exporters, sectors = place
    free = (importers != exporters) & world.tradable[sectors]
    if not free.any():
        problems.append(Problem(row.where, "matches no tariff that can change", "Leave this row out"))
        return
    old = world.tariff_rate[place]
    new = np.where(free, old + row.points / 100.0 if row.tariff is None else row.tariff, rates[place])
    problem = _out_of_range(row, new[free])
    if problem is not None:
        problems.append(problem)
        return
    rates[place] = new


def _out_of_range(row: _Row, new: Float[Array, " cell"]) -> Problem | None:
    if row.tariff is not None:
        fault = rate_fault(row.tariff, row.unit, "tariff", "write fraction in a column rate_unit")
        if fault is not None:
            return Problem(row.where, *fault)
    if new.max() > RATE_LIMIT:
        what = f"{row.written} makes a rate of {new.max():g}, above {RATE_LIMIT:g} (1,000 percent)"
        return Problem(row.where, what, "Correct the rate")
    if new.min() <= -1.0:
        what = f"{row.written} makes a rate of {new.min():g}, at or below -1"
        return Problem(row.where, what, "A subsidy cannot exceed the price")
    return None


def _impossible(world: World, row: _Row) -> str | None:
    if row.labels["exporter"] == row.labels["importer"] != EVERY:
        return f"{row.labels['importer']} cannot put a tariff on its own sales"
    sector = row.labels["sector"]
    if sector != EVERY and not world.tradable[world.sectors.index(sector)]:
        return f"sector {sector} is not tradable and carries no tariffs"
    return None
