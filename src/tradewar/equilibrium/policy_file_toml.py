"""Policy files: every lever of a `Policy` as TOML tables.

`*` in a country stands for every one; in a sector for every one that may carry a tariff (for subsidies: every one).
Like rows of a tariff file it never touches own sales. A row refines an earlier one of the same table, and rows that
are not there change nothing. Two rows with the same keys and different values are refused.

Money is in the unit of the world; `money_unit` at the top, if given, must say the same.

What a policy file may hold. Unknown keys are refused; every fault names file, key path, value and fix.

| table | keys | one row says |
|---|---|---|
| top | `name`, `title`, `what`, `source`, `money_unit`, `rate_unit`, all optional | what the policy is (below) |
| `[[tariffs]]` | `importer`, `exporter`, `sector`, and `tariff` or `change_pp` | new rate, or percentage points added |
| `[[iceberg]]` | `importer`, `exporter`, `sector`, `ratio` | trade costs without revenue; 1.1 is ten percent more |
| `[[bans]]` | `importer`, `exporter`, `sector`, `share` | share of varieties or buyers shut out; 1 is an embargo |
| `[[subsidies]]` | `country`, `sector`, `rate` | on gross output, financed lump-sum by the country |
| `[[export_taxes]]` | `exporter`, `importer`, `sector`, `rate` | revenue, or the rent of a quota, to the exporter |
| `[[purchases]]` | `importer`, `exporter`, `sector`, `target` or `additional`; `name`, `cap` | buys at least |
| `[[balance]]` | `exporter`, `importer`, `sector`, `instrument`, `target` or `reduction`; `name`, `cap` | surplus |

`money_unit` must be that of the world. `rate_unit` says what `tariff` and `rate` are in: `percent` (25) or `fraction`
(0.25, the default); only where it is given may they be above 1, that is 100 percent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

import numpy as np
from jaxtyping import Bool
from numpy import ndarray as Array
from pydantic import BaseModel, BeforeValidator, Field, model_validator

from tradewar.equilibrium.commitments import CAP, INSTRUMENTS, BalanceTarget, Commitment, PurchaseCommitment, resolve
from tradewar.equilibrium.policy import Policy
from tradewar.equilibrium.policy_file import EVERY
from tradewar.errors import PolicyError, Problem
from tradewar.io import toml
from tradewar.io.files import read_bytes
from tradewar.io.nearest import nearest, some
from tradewar.io.registers.countries import unknown_country
from tradewar.io.registers.rates import fraction, rate_fault
from tradewar.io.strict import Strict, Text
from tradewar.world.identities import RATE_LIMIT
from tradewar.world.model import World


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Labels = Annotated[tuple[Text, ...], BeforeValidator(_listed), Field(min_length=1)]
"""One code, a list of codes, or `*`."""
Number = Annotated[float, Field(strict=True)]
Row = TypeVar("Row", bound=BaseModel)
Cap = Annotated[float, Field(strict=True, gt=0, le=20)]


class _Border(Strict):
    importer: Labels
    exporter: Labels
    sector: Labels


class TariffRow(_Border):
    """A new rate as a fraction, or percentage points on top of the baseline rate."""

    tariff: Number | None = None
    change_pp: Number | None = None

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        return one_of(self, "tariff", "change_pp")


class IcebergRow(_Border):
    """Ratio of trade costs."""

    ratio: Number


class BanRow(_Border):
    """Share shut out."""

    share: Number


class ExportTaxRow(_Border):
    """Export tax or quota rent."""

    rate: Number


class SubsidyRow(Strict):
    """Output subsidy."""

    country: Labels
    sector: Labels
    rate: Number


class PurchaseRow(Strict):
    """A promise to buy."""

    importer: Text
    exporter: Labels
    sector: Labels
    target: Number | None = None
    additional: Number | None = None
    name: str = ""
    cap: Cap = CAP

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        return one_of(self, "target", "additional")


class BalanceRow(Strict):
    """A promise about a bilateral surplus."""

    exporter: Text
    importer: Text
    sector: Labels
    target: Number | None = None
    reduction: Number | None = None
    instrument: Text
    name: str = ""
    cap: Cap = CAP

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        return one_of(self, "target", "reduction")


class PolicyFile(Strict):
    """The content of a policy file."""

    name: str = ""
    title: str = ""
    what: str = ""
    source: str = ""
    money_unit: str = ""
    rate_unit: Literal["", "fraction", "percent"] = ""
    tariffs: tuple[TariffRow, ...] = ()
    iceberg: tuple[IcebergRow, ...] = ()
    bans: tuple[BanRow, ...] = ()
    subsidies: tuple[SubsidyRow, ...] = ()
    export_taxes: tuple[ExportTaxRow, ...] = ()
    purchases: tuple[PurchaseRow, ...] = ()
    balance: tuple[BalanceRow, ...] = ()


TABLES = ("tariffs", "iceberg", "bans", "subsidies", "export_taxes", "purchases", "balance")


def one_of(row: Row, first: str, second: str) -> Row:
    """The row, if exactly one of the two keys is given."""
    given = [name for name in (first, second) if getattr(row, name) is not None]
    if len(given) != 1:
        raise ValueError(f"has {'both' if given else 'neither'} {first} {'and' if given else 'nor'} {second}")
    return row


_At = tuple[str | int, ...]
"""The path of a key in the file, positions from 0."""
_RATES = ("tariff", "rate")
"""Keys that hold rates, in the unit that `rate_unit` declares."""


def read_policy(world: World, path: Path, base: Policy) -> Policy:
    """The policy of a file, on top of another one.

    Raises:
        PolicyError: listing every fault.
    """
    problems: list[Problem] = []
    data = read_bytes(path, problems, toml.MAX_BYTES, what="policy file (TOML)")
    content = None if data is None else toml.parse(path.name, data, PolicyFile, problems)
    if data is None or content is None:
        raise PolicyError(problems)
    at = _Reading(world, content.rate_unit, toml.places(path.name, data), problems)
    if content.money_unit and content.money_unit != world.money_unit:
        what = f"{content.money_unit[:60]!r} is not the unit of the world, {world.money_unit!r}"
        at.fault(("money_unit",), what, "Convert the amounts")
    for table in TABLES:
        _refuse_contradictions(at, table, getattr(content, table))
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


@dataclass(frozen=True)
class _Reading:
    """What is read, on which world, and the faults found so far."""

    world: World
    rate_unit: str
    place: Callable[[_At], str]
    problems: list[Problem]

    def fault(self, at: _At, what: str, fix: str) -> None:
        """Note what is wrong with a key."""
        self.problems.append(Problem(self.place(at), what, fix))

    def amount(self, row: Any, key: str) -> float:
        """What a key holds, rates as fractions."""
        value = float(getattr(row, key))
        return fraction(value, self.rate_unit) if key in _RATES else value


def _tariffs(at: _Reading, rows: Sequence[TariffRow], base: Array | None) -> Array | None:
    """Rates after the change."""

    def amount(row: TariffRow, cells: Array) -> Array:
        if row.tariff is not None:
            return np.full(int(cells.sum()), at.amount(row, "tariff"))
        assert row.change_pp is not None
        return at.world.tariff_rate[cells] + row.change_pp / 100.0

    start = at.world.tariff_rate if base is None else base
    return _border(at, "tariffs", rows, base, start, amount, may_name_services=False)


def _lever(at: _Reading, table: str, key: str, rows: Sequence[Any], base: Array | None, neutral: float) -> Array | None:
    """A lever between countries that is `neutral` where nothing is said."""

    def amount(row: Any, cells: Array) -> Array:
        return np.full(int(cells.sum()), at.amount(row, key))

    start = np.full(at.world.trade_value.shape, neutral) if base is None else base
    return _border(at, table, rows, base, start, amount, may_name_services=table != "export_taxes")


def _subsidies(at: _Reading, rows: Sequence[Any], base: Array | None) -> Array | None:
    """Subsidy rates `[exporter, sector]`."""
    if not rows:
        return base
    array = np.zeros(at.world.gross_output.shape) if base is None else base.copy()
    for k, row in enumerate(rows):
        countries = _countries(at, ("subsidies", k, "country"), row.country)
        sectors = _sectors(at, ("subsidies", k, "sector"), row.sector, every_sector=True)
        rate = at.amount(row, "rate")
        if _in_limits(at, ("subsidies", k, "rate"), rate):
            array[np.ix_(countries, sectors)] = rate
    return array


def _purchases(at: _Reading, rows: Sequence[PurchaseRow]) -> tuple[Commitment, ...]:
    """Promises to buy."""
    found: list[Commitment] = []
    for k, row in enumerate(rows):
        where = ("purchases", k)
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
    for k, row in enumerate(rows):
        where = ("balance", k)
        importer, exporters = _pair(at, where, row.importer, (row.exporter,))
        sectors = _sector_codes(at, where, row.sector)
        if row.instrument not in INSTRUMENTS:
            what = f"{row.instrument!r} is unknown{nearest(row.instrument, INSTRUMENTS)}"
            at.fault((*where, "instrument"), what, f"Use one of {', '.join(INSTRUMENTS)}")
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
    for k, row in enumerate(rows):
        where = (table, k)
        before = len(at.problems)
        cells = _cells(at, where, row, may_name_services)
        if len(at.problems) > before:
            continue
        if not cells.any():
            at.fault(where, "matches no trade that can change", "Leave this row out")
            continue
        new = amount(row, cells)
        key = next(
            name for name in ("tariff", "change_pp", "ratio", "share", "rate") if getattr(row, name, None) is not None
        )
        worst = float(new[np.abs(new).argmax()]) if key == "change_pp" else at.amount(row, key)
        if _in_limits(at, (*where, key), worst):
            array[cells] = new
    return array


def _cells(at: _Reading, where: _At, row: Any, may_name_services: bool) -> Bool[Array, "importer exporter sector"]:
    world = at.world
    importers = _countries(at, (*where, "importer"), row.importer)
    exporters = _countries(at, (*where, "exporter"), row.exporter)
    sectors = _sectors(at, (*where, "sector"), row.sector)
    if len(row.importer) == 1 and row.importer == row.exporter and row.importer != (EVERY,):
        at.fault(where, f"{row.importer[0]} is importer and exporter", "Name two countries")
    cells = np.zeros(world.trade_value.shape, dtype=bool)
    cells[np.ix_(importers, exporters, sectors)] = True
    untaxed = [world.sectors[s] for s in sectors if not world.tradable[s]]
    if untaxed and not may_name_services:
        what = f"sector {', '.join(untaxed)} is not tradable and carries neither tariffs nor export taxes"
        at.fault((*where, "sector"), what, "Leave it out")
    return cells & ~np.eye(world.n_countries, dtype=bool)[:, :, None]


def _countries(at: _Reading, where: _At, labels: Sequence[str]) -> list[int]:
    """Positions of countries, of the members of blocs, or of all."""
    world = at.world
    if tuple(labels) == (EVERY,):
        return list(range(world.n_countries))
    known = (*world.countries, *world.blocs)
    for label in labels:
        fault = unknown_country(label, known)
        if fault is not None:
            at.fault(where, fault[0], f"Use * alone or codes among {some(known, 40)}")
    return sorted({world.countries.index(code) for label in labels if label in known for code in world.members(label)})


def _sectors(at: _Reading, where: _At, labels: Sequence[str], *, every_sector: bool = False) -> list[int]:
    axis = at.world.sectors
    if tuple(labels) == (EVERY,):
        return [s for s in range(at.world.n_sectors) if every_sector or at.world.tradable[s]]
    for label in labels:
        if label not in axis:
            what = f"unknown sector {label[:60]!r}{nearest(label, axis)}"
            at.fault(where, what, f"Use * alone or codes among {some(axis, 40)}")
    return sorted({axis.index(label) for label in labels if label in axis})


def _pair(at: _Reading, where: _At, importer: str, exporters: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    buyer = _countries(at, (*where, "importer"), (importer,)) if importer != EVERY else []
    if importer == EVERY or len(buyer) > 1:
        at.fault((*where, "importer"), f"is {importer}, but a promise has one buyer", "Name one country")
    sellers = _countries(at, (*where, "exporter"), exporters)
    if tuple(exporters) == (EVERY,):
        sellers = [k for k in sellers if k not in buyer]
    elif set(buyer) & set(sellers):
        at.fault(where, f"{importer} is importer and exporter", "Name two countries")
        sellers = []
    codes = at.world.countries
    return (codes[buyer[0]] if buyer else ""), tuple(codes[k] for k in sellers)


def _sector_codes(at: _Reading, where: _At, labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(at.world.sectors[s] for s in _sectors(at, (*where, "sector"), labels))


def _in_limits(at: _Reading, where: _At, value: float) -> bool:
    """True if an amount may be (rates as fractions); otherwise it is a problem."""
    table, key = str(where[0]), str(where[-1])
    fault = rate_fault(value, at.rate_unit, key) if key in _RATES else None
    if fault is None:
        lowest, highest, fix = _LIMITS[table]
        good = value > lowest or (value == lowest and table == "bans")
        if not good or value > highest:
            what = f"{value:g} is outside {'[' if table == 'bans' else '('}{lowest:g}, {highest:g}]"
            fault = (what, fix)
    if fault is not None:
        at.fault(where, *fault)
    return fault is None


_FRACTIONS = "Rates are fractions: was 0.25 meant for 25 percent?"
_LIMITS = {
    "tariffs": (-1.0, RATE_LIMIT, _FRACTIONS),
    "iceberg": (0.0, 1e6, "Trade costs are ratios: 1 is no change, 1.1 is ten percent more"),
    "bans": (0.0, 1.0, "A share lies between 0 and 1: 0.3 for 30 percent of varieties"),
    "subsidies": (-1.0, RATE_LIMIT, _FRACTIONS),
    "export_taxes": (-1.0, RATE_LIMIT, _FRACTIONS),
}
"""By table: lowest (excluded, but for bans) and highest value, and what to do."""


def _refuse_contradictions(at: _Reading, table: str, rows: Sequence[Any]) -> None:
    """Two rows with the same labels and different amounts: which one holds cannot be told."""
    labels = ("importer", "exporter", "sector", "country", "name", "instrument")
    first: dict[tuple[Any, ...], int] = {}
    for k, row in enumerate(rows):
        facts = row.model_dump()
        key = tuple(facts[name] for name in labels if name in facts)
        earlier = first.setdefault(key, k)
        if facts != rows[earlier].model_dump():
            at.fault((table, k), f"contradicts {at.place((table, earlier))}", "Keep the row that is right")
