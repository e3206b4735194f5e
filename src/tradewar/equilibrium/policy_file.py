"""Tariff files: `exporter,importer,sector` with `tariff` (new rate) or `change_pp` (percentage points added).

| fault | what is said |
|---|---|
| file missing, empty, in another encoding, with semicolons; text or NaN for a number | file, line, value, fix |
| unknown column; both or neither of `tariff` and `change_pp` | the columns that there are |
| unknown code (also wrong case) | the nearest code |
| rate above 10, or at or below −1 | whether 0.25 was meant |
| own sales or a sector that is not tradable, by name | leave the row out |
| the same exporter, importer and sector twice with different values | both lines |
| a row that matches nothing | leave it out |

`*` matches every one and never touches own sales or sectors that are not tradable. A row refines an earlier one; the
same row twice with the same value is harmless.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.errors import PolicyError, Problem
from tradewar.world import table as tables
from tradewar.world.identities import MAX_LISTED, RATE_LIMIT, nearest
from tradewar.world.model import World
from tradewar.world.table import Table

KEYS = ("exporter", "importer", "sector")
VALUES = ("tariff", "change_pp")
EVERY = "*"


def read_tariffs(world: World, path: Path) -> Float[Array, "importer exporter sector"]:
    """Tariff rates after the change.

    Raises:
        PolicyError: listing every fault.
    """
    problems: list[Problem] = []
    table = _table(path, problems)
    if table is None or not _columns_right(table, problems):
        raise PolicyError(problems)
    value = "tariff" if "tariff" in table.columns else "change_pp"
    amounts = tables.numbers(table, value, problems)
    positions = {key: _positions(table, key, _axis(world, key), problems) for key in KEYS}
    _refuse_contradictions(table, value, amounts, problems)
    rates = world.tariff_rate.copy()
    for row in range(len(table)):
        place = tuple(positions[key][row] for key in KEYS)
        if None not in place and np.isfinite(amounts[row]):
            _apply(world, table, row, value, float(amounts[row]), rates, problems)
    if problems:
        raise PolicyError(_shortened(path.name, problems))
    return rates


def _table(path: Path, problems: list[Problem]) -> Table | None:
    try:
        data = path.read_bytes()
    except IsADirectoryError:
        problems.append(Problem(str(path), "is a folder, not a file", "Give the path of a tariff file (CSV)"))
        return None
    except OSError as error:
        what = "there is no such file" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        problems.append(Problem(str(path), what, "Give the path of a tariff file (CSV)"))
        return None
    return tables.parse_csv(path.name, data, problems)


def _columns_right(table: Table, problems: list[Problem]) -> bool:
    right = tables.check_columns(table, KEYS, VALUES, problems=problems)
    given = [name for name in VALUES if name in table.columns]
    if len(given) == 1:
        return right
    what = "has both tariff and change_pp" if given else "has neither tariff nor change_pp"
    fix = "Give one: tariff is the new rate (0.25), change_pp the percentage points added (25)"
    problems.append(Problem(f"{table.file}, line 1", what, fix))
    return False


def _axis(world: World, key: str) -> tuple[str, ...]:
    return world.sectors if key == "sector" else world.countries


def _positions(table: Table, key: str, axis: tuple[str, ...], problems: list[Problem]) -> list[int | None]:
    """Position of each label, −1 for every one, None (and one problem per label) where it is unknown."""
    place: dict[str, int] = {label: k for k, label in enumerate(axis)} | {EVERY: -1}
    first: dict[str, int] = {}
    for row, label in enumerate(table.columns[key]):
        if label not in place:
            first.setdefault(label, row)
    for label, row in first.items():
        what = f"unknown {key} {label!r}{nearest(label, axis)}"
        problems.append(Problem(table.where(row), what, f"Use * or one of {', '.join(axis)}"))
    return [place.get(label) for label in table.columns[key]]


def _refuse_contradictions(table: Table, value: str, amounts: Float[Array, " row"], problems: list[Problem]) -> None:
    """Rows with the same three keys and different values: which one holds cannot be told."""
    first: dict[tuple[str, ...], int] = {}
    for row in range(len(table)):
        key = tuple(table.columns[name][row] for name in KEYS)
        earlier = first.setdefault(key, row)
        known = np.isfinite(amounts[row]) and np.isfinite(amounts[earlier])
        if known and amounts[row] != amounts[earlier]:
            what = f"{'/'.join(key)} contradicts line {table.lines[earlier]}: {value} = {amounts[row]:g}"
            problems.append(
                Problem(table.where(row), f"{what} against {amounts[earlier]:g}", "Keep the row that is right")
            )


def _apply(
    world: World, table: Table, row: int, value: str, amount: float, rates: Array, problems: list[Problem]
) -> None:
    """Set the rates of one row, or say why it cannot be."""
    labels = {key: table.columns[key][row] for key in KEYS}
    where = table.where(row)
    fault = _impossible(world, labels)
    if fault is not None:
        problems.append(Problem(where, fault, "Leave this row out"))
        return
    cells = _matched(world, labels)
    if not cells.any():
        problems.append(Problem(where, "matches no tariff that can change", "Leave this row out"))
        return
    new = np.full(int(cells.sum()), amount) if value == "tariff" else world.tariff_rate[cells] + amount / 100.0
    if new.max() > RATE_LIMIT:
        meant = f"{amount / 100.0:g}" if value == "tariff" else f"{amount / 100.0:g} percentage points"
        what = f"{value} = {amount:g} makes a rate of {new.max():g}, above {RATE_LIMIT:g} (1,000 percent)"
        problems.append(Problem(where, what, f"Write tariffs as fractions: was {meant} meant?"))
    elif new.min() <= -1.0:
        what = f"{value} = {amount:g} makes a rate of {new.min():g}, at or below -1"
        problems.append(Problem(where, what, "A subsidy cannot exceed the price"))
    else:
        rates[cells] = new


def _impossible(world: World, labels: dict[str, str]) -> str | None:
    if labels["exporter"] == labels["importer"] != EVERY:
        return f"{labels['importer']} cannot put a tariff on its own sales"
    sector = labels["sector"]
    if sector != EVERY and not world.tradable[world.sectors.index(sector)]:
        return f"sector {sector} is not tradable and carries no tariffs"
    return None


def _matched(world: World, labels: dict[str, str]) -> Bool[Array, "importer exporter sector"]:
    def chosen(key: str) -> Bool[Array, " label"]:
        return np.array([labels[key] in (EVERY, label) for label in _axis(world, key)])

    cells = chosen("importer")[:, None, None] & chosen("exporter")[None, :, None] & chosen("sector")[None, None, :]
    own = np.eye(world.n_countries, dtype=bool)[:, :, None]
    return cells & ~own & world.tradable


def _shortened(file: str, problems: list[Problem]) -> list[Problem]:
    """The first faults, and how many more there are."""
    limit = 4 * MAX_LISTED
    if len(problems) <= limit:
        return problems
    return [*problems[:limit], Problem(file, f"has {len(problems) - limit} more faults", "Correct the first ones")]
