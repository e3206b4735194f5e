"""Policy files: every lever of a `Policy` as TOML tables (keys: `policy_file_schema`).

`*` in a country stands for every one; in a sector for every one that may carry a tariff (for subsidies: every one).
Like rows of a tariff file it never touches own sales. A row refines an earlier one of the same table, and rows that
are not there change nothing. Two rows with the same keys and different values are refused.

Money is in the unit of the world; `money_unit` at the top, if given, must say the same.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool
from numpy import ndarray as Array
from pydantic import ValidationError

from tradewar.equilibrium.commitments import INSTRUMENTS, BalanceTarget, Commitment, PurchaseCommitment, resolve
from tradewar.equilibrium.policy import Policy
from tradewar.equilibrium.policy_file import EVERY
from tradewar.equilibrium.policy_file_schema import (
    TABLES,
    BalanceRow,
    PolicyFile,
    PurchaseRow,
    TariffRow,
    problems_of,
)
from tradewar.errors import PolicyError, Problem
from tradewar.world.identities import RATE_LIMIT, nearest
from tradewar.world.model import World
from tradewar.world.table import decode


def read_policy(world: World, path: Path, base: Policy) -> Policy:
    """The policy of a file, on top of another one.

    Raises:
        PolicyError: listing every fault.
    """
    content = read_policy_file(path)
    problems: list[Problem] = []
    at = _Reading(world, path.name, problems)
    if content.money_unit and content.money_unit != world.money_unit:
        what = f"{content.money_unit!r} is not the unit of the world, {world.money_unit!r}"
        problems.append(Problem(f"{path.name}: money_unit", what, "Convert the amounts"))
    for table in TABLES:
        _refuse_contradictions(path.name, table, getattr(content, table), problems)
    policy = replace(
        base,
        name=content.name or path.stem,
        tariff_rate=_tariffs(at, content.tariffs, base.tariff_rate),
        iceberg_hat=_lever(at, "iceberg", "ratio", content.iceberg, base.iceberg_hat, 1.0),
        banned_share=_lever(at, "bans", "share", content.bans, base.banned_share, 0.0),
        output_subsidy=_subsidies(at, content.subsidies, base.output_subsidy),
        export_tax=_lever(at, "export_taxes", "rate", content.export_taxes, base.export_tax, 0.0),
        commitments=(*base.commitments, *_purchases(at, content.purchases), *_balances(at, content.balance)),
    )
    if problems:
        raise PolicyError(problems)
    resolve(policy.commitments, world)
    return policy


def read_policy_file(path: Path) -> PolicyFile:
    """The content of a policy file, checked for its form only.

    Raises:
        PolicyError: listing every fault.
    """
    problems: list[Problem] = []
    try:
        data = path.read_bytes()
    except OSError as error:
        what = "there is no such file" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        raise PolicyError.at(str(path), what, "Give the path of a policy file (TOML)") from None
    text = decode(path.name, data, problems)
    if text is None:
        raise PolicyError(problems)
    try:
        return PolicyFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        fix = "Correct the line; docs/howto-policy.md shows a whole file"
        raise PolicyError.at(path.name, f"is not valid TOML: {error}", fix) from None
    except ValidationError as error:
        raise PolicyError(problems_of(error, path.name)) from None


@dataclass(frozen=True)
class _Reading:
    """What is read, on which world, and the faults found so far."""

    world: World
    file: str
    problems: list[Problem]


def _tariffs(at: _Reading, rows: Sequence[TariffRow], base: Array | None) -> Array | None:
    """Rates after the change."""

    def amount(row: TariffRow, cells: Array) -> Array:
        if row.tariff is not None:
            return np.full(int(cells.sum()), row.tariff)
        assert row.change_pp is not None
        return at.world.tariff_rate[cells] + row.change_pp / 100.0

    start = at.world.tariff_rate if base is None else base
    return _border(at, "tariffs", rows, base, start, amount, may_name_services=False)


def _lever(at: _Reading, table: str, key: str, rows: Sequence[Any], base: Array | None, neutral: float) -> Array | None:
    """A lever between countries that is `neutral` where nothing is said."""

    def amount(row: Any, cells: Array) -> Array:
        return np.full(int(cells.sum()), float(getattr(row, key)))

    start = np.full(at.world.trade_value.shape, neutral) if base is None else base
    return _border(at, table, rows, base, start, amount, may_name_services=table != "export_taxes")


def _subsidies(at: _Reading, rows: Sequence[Any], base: Array | None) -> Array | None:
    """Subsidy rates `[exporter, sector]`."""
    if not rows:
        return base
    array = np.zeros(at.world.gross_output.shape) if base is None else base.copy()
    for k, row in enumerate(rows, start=1):
        where = f"{at.file}: subsidies[{k}]"
        countries = _countries(at, f"{where}.country", row.country)
        sectors = _sectors(at, f"{where}.sector", row.sector, every_sector=True)
        if _in_limits(at, f"{where}.rate", "subsidies", row.rate):
            array[np.ix_(countries, sectors)] = row.rate
    return array


def _purchases(at: _Reading, rows: Sequence[PurchaseRow]) -> tuple[Commitment, ...]:
    """Promises to buy."""
    found: list[Commitment] = []
    for k, row in enumerate(rows, start=1):
        where = f"{at.file}: purchases[{k}]"
        importer, exporters = _pair(at, where, row.importer, row.exporter)
        sectors = _sector_codes(at, where, row.sector)
        if importer and exporters and sectors:
            found.append(
                PurchaseCommitment(importer, exporters, sectors, row.target, row.additional, row.name, row.cap)
            )
    return tuple(found)


def _balances(at: _Reading, rows: Sequence[BalanceRow]) -> tuple[Commitment, ...]:
    """Promises about bilateral surpluses."""
    found: list[Commitment] = []
    for k, row in enumerate(rows, start=1):
        where = f"{at.file}: balance[{k}]"
        importer, exporters = _pair(at, where, row.importer, (row.exporter,))
        sectors = _sector_codes(at, where, row.sector)
        if row.instrument not in INSTRUMENTS:
            what = f"{row.instrument!r} is unknown{nearest(row.instrument, INSTRUMENTS)}"
            at.problems.append(Problem(f"{where}.instrument", what, f"Use one of {', '.join(INSTRUMENTS)}"))
        elif importer and exporters and sectors:
            amounts = (row.target, row.reduction)
            found.append(BalanceTarget(exporters[0], importer, sectors, *amounts, row.instrument, row.name, row.cap))
    return tuple(found)


# ---------------------------------------------------------------- cells


def _border(
    at: _Reading,
    table: str,
    rows: Sequence[Any],
    base: Array | None,
    start: Array,
    amount: Callable[[Any, Array], Array],
    *,
    may_name_services: bool,
) -> Array | None:
    if not rows:
        return base
    array = start.copy()
    for k, row in enumerate(rows, start=1):
        where = f"{at.file}: {table}[{k}]"
        before = len(at.problems)
        cells = _cells(at, where, row, may_name_services)
        if len(at.problems) > before:
            continue
        if not cells.any():
            at.problems.append(Problem(where, "matches no trade that can change", "Leave this row out"))
            continue
        new = amount(row, cells)
        key = next(name for name in ("tariff", "change_pp", "ratio", "share", "rate") if _has(row, name))
        worst = float(new[np.abs(new).argmax()]) if key == "change_pp" else float(getattr(row, key))
        if _in_limits(at, f"{where}.{key}", table, worst):
            array[cells] = new
    return array


def _cells(at: _Reading, where: str, row: Any, may_name_services: bool) -> Bool[Array, "importer exporter sector"]:
    world = at.world
    importers = _countries(at, f"{where}.importer", row.importer)
    exporters = _countries(at, f"{where}.exporter", row.exporter)
    sectors = _sectors(at, f"{where}.sector", row.sector)
    if len(row.importer) == 1 and row.importer == row.exporter and row.importer != (EVERY,):
        at.problems.append(Problem(where, f"{row.importer[0]} is importer and exporter", "Name two countries"))
    cells = np.zeros(world.trade_value.shape, dtype=bool)
    cells[np.ix_(importers, exporters, sectors)] = True
    untaxed = [world.sectors[s] for s in sectors if not world.tradable[s]]
    if untaxed and not may_name_services:
        what = f"sector {', '.join(untaxed)} is not tradable and carries neither tariffs nor export taxes"
        at.problems.append(Problem(f"{where}.sector", what, "Leave it out"))
    return cells & ~np.eye(world.n_countries, dtype=bool)[:, :, None]


def _countries(at: _Reading, where: str, labels: Sequence[str]) -> list[int]:
    return _positions(at, where, "country", labels, at.world.countries, range(at.world.n_countries))


def _sectors(at: _Reading, where: str, labels: Sequence[str], *, every_sector: bool = False) -> list[int]:
    every = [s for s in range(at.world.n_sectors) if every_sector or at.world.tradable[s]]
    return _positions(at, where, "sector", labels, at.world.sectors, every)


def _positions(
    at: _Reading, where: str, kind: str, labels: Sequence[str], axis: tuple[str, ...], every: Sequence[int]
) -> list[int]:
    if tuple(labels) == (EVERY,):
        return list(every)
    unknown = [label for label in labels if label not in axis]
    for label in unknown:
        what = f"unknown {kind} {label!r}{nearest(label, axis)}"
        at.problems.append(Problem(where, what, f"Use * alone or codes among {', '.join(axis)}"))
    return sorted({axis.index(label) for label in labels if label in axis})


def _pair(at: _Reading, where: str, importer: str, exporters: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    buyer = _countries(at, f"{where}.importer", (importer,)) if importer != EVERY else []
    if importer == EVERY:
        at.problems.append(Problem(f"{where}.importer", "is *, but a promise has one buyer", "Name one country"))
    sellers = _countries(at, f"{where}.exporter", exporters)
    if tuple(exporters) == (EVERY,):
        sellers = [k for k in sellers if k not in buyer]
    elif set(buyer) & set(sellers):
        at.problems.append(Problem(where, f"{importer} is importer and exporter", "Name two countries"))
        sellers = []
    codes = at.world.countries
    return (codes[buyer[0]] if buyer else ""), tuple(codes[k] for k in sellers)


def _sector_codes(at: _Reading, where: str, labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(at.world.sectors[s] for s in _sectors(at, f"{where}.sector", labels))


def _in_limits(at: _Reading, where: str, table: str, value: float) -> bool:
    lowest, highest, fix = _LIMITS[table]
    good = value > lowest or (value == lowest and table == "bans")
    if not good or value > highest:
        what = f"{value:g} is outside {'[' if table == 'bans' else '('}{lowest:g}, {highest:g}]"
        at.problems.append(Problem(where, what, fix))
        return False
    return True


_RATES = "Rates are fractions: was 0.25 meant for 25 percent?"
_LIMITS = {
    "tariffs": (-1.0, RATE_LIMIT, _RATES),
    "iceberg": (0.0, 1e6, "Trade costs are ratios: 1 is no change, 1.1 is ten percent more"),
    "bans": (0.0, 1.0, "A share lies between 0 and 1: 0.3 for 30 percent of varieties"),
    "subsidies": (-1.0, RATE_LIMIT, _RATES),
    "export_taxes": (-1.0, RATE_LIMIT, _RATES),
}
"""By table: lowest (excluded, but for bans) and highest value, and what to do."""


def _has(row: Any, name: str) -> bool:
    return getattr(row, name, None) is not None


def _refuse_contradictions(file: str, table: str, rows: Sequence[Any], problems: list[Problem]) -> None:
    """Two rows with the same labels and different amounts: which one holds cannot be told."""
    labels = ("importer", "exporter", "sector", "country", "name", "instrument")
    first: dict[tuple[Any, ...], int] = {}
    for k, row in enumerate(rows):
        facts = row.model_dump()
        key = tuple(facts[name] for name in labels if name in facts)
        earlier = first.setdefault(key, k)
        if facts != rows[earlier].model_dump():
            where = f"{file}: {table}[{k + 1}]"
            problems.append(Problem(where, f"contradicts {table}[{earlier + 1}]", "Keep the row that is right"))
