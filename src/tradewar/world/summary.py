"""What a World holds and how well its books balance, in a few figures.

| check | residual | limit |
|---|---|---|
| `expenditure_shares` | max over (j, s) with X > 0 of abs(Σ_i π_ijs − 1) | 1e-12 |
| `trade_deficits` | abs(Σ_j D_j) / Σ_j VA_j | 1e-12 |
| `income` | max over j of abs(Σ_s C_js − I_j) / I_j | 1e-9 |
| `input_shares` | max over (j, r) of abs(Σ_s g_jsr − 1), columns of zeros aside | 1e-9 |
| `consumption_shares` | max over j of abs(Σ_s α_js − 1) | 1e-9 |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from tradewar.errors import Problem, WorldError
from tradewar.io.files import Files
from tradewar.io.serialize import Document
from tradewar.world.model import World


@dataclass(frozen=True)
class IdentityCheck:
    """The largest violation of one accounting identity."""

    identity: str
    residual: float
    limit: float

    @property
    def holds(self) -> bool:
        """True if the residual is within the limit."""
        return self.residual <= self.limit


@dataclass(frozen=True)
class CountrySummary:
    """One country of a World, money in its unit."""

    country: str
    name: str
    aggregate: bool
    value_added: float
    tariff_revenue: float
    trade_deficit: float
    exports: float
    imports: float
    tariffs_as_of: date | None
    """The day whose measures its tariffs contain; None where it is not stated."""


@dataclass(frozen=True)
class SectorSummary:
    """One sector of a World."""

    sector: str
    name: str
    tradable: bool
    trade_elasticity: float
    gross_output: float
    """World output, money."""
    trade: float
    """World trade, own sales aside, money."""


@dataclass(frozen=True)
class WorldSummary(Document):
    """What a World holds."""

    name: str
    year: int
    money_unit: str
    market: str
    source: str
    terms: str
    has_tariffs: bool
    consistent: bool
    inconsistency: float
    elasticity_sets: tuple[str, ...]
    superseded_by: str
    notes: tuple[str, ...]
    blocs: Mapping[str, tuple[str, ...]]
    countries: tuple[CountrySummary, ...]
    sectors: tuple[SectorSummary, ...]
    checks: tuple[IdentityCheck, ...]


@dataclass(frozen=True)
class WorldCheck(
    Document,
    told=(
        "summary.name summary.year summary.consistent summary.inconsistency summary.has_tariffs summary.notes "
        "summary.checks"
    ),
):
    """How well the books of a World balance."""

    summary: WorldSummary


@dataclass(frozen=True)
class WorldEntry:
    """One built-in world."""

    world: str
    """The name by which commands know it."""
    name: str
    year: int
    countries: int
    sectors: int
    tariffs_as_of: Mapping[str, date]
    """The day whose tariffs the baseline holds, by importer and `default`; empty where it is not stated."""
    superseded_by: str | None


def built_in() -> tuple[WorldEntry, ...]:
    """The built-in worlds, from their headers and axes: flows are not read."""
    from tradewar.world.catalogue import files_of, names

    return tuple(_entry(name, files_of(name)) for name in names())


def _entry(name: str, files: Files) -> WorldEntry:
    from tradewar.io.tables import read
    from tradewar.world.formats import COUNTRIES, SECTORS
    from tradewar.world.header import read_header

    problems: list[Problem] = []
    header = read_header(files, problems)
    countries, sectors = read(COUNTRIES, files, problems), read(SECTORS, files, problems)
    if header is None or countries is None or sectors is None:
        raise WorldError(problems)
    days = header.days(countries.texts("country"))
    return WorldEntry(name, header.name, header.year, len(countries), len(sectors), days, header.superseded_by or None)


def summarise(world: World) -> WorldSummary:
    """The figures of a World that its reader wants to see first."""
    own = np.einsum("jjs->js", world.trade_value)
    exports = (world.trade_value.sum(axis=0) - own).sum(axis=1)
    imports = (world.trade_value.sum(axis=1) - own).sum(axis=1)
    countries = tuple(
        CountrySummary(
            country=code,
            name=world.country_names[k],
            aggregate=code in world.aggregates,
            value_added=float(world.value_added[k]),
            tariff_revenue=float(world.tariff_revenue[k]),
            trade_deficit=float(world.trade_deficit[k]),
            exports=float(exports[k]),
            imports=float(imports[k]),
            tariffs_as_of=world.tariffs_as_of.get(code),
        )
        for k, code in enumerate(world.countries)
    )
    sectors = tuple(
        SectorSummary(
            sector=code,
            name=world.sector_names[s],
            tradable=bool(world.tradable[s]),
            trade_elasticity=float(world.trade_elasticity[s]),
            gross_output=float(world.gross_output[:, s].sum()),
            trade=float(world.trade_value[:, :, s].sum() - own[:, s].sum()),
        )
        for s, code in enumerate(world.sectors)
    )
    return WorldSummary(
        name=world.name,
        year=world.year,
        money_unit=world.money_unit,
        market=world.market,
        source=world.source,
        terms=world.terms,
        has_tariffs=world.has_tariffs,
        consistent=world.consistent,
        inconsistency=world.inconsistency,
        elasticity_sets=tuple(world.elasticity_sets),
        superseded_by=world.superseded_by,
        notes=world.notes,
        blocs=dict(world.blocs),
        countries=countries,
        sectors=sectors,
        checks=check(world),
    )


def check(world: World) -> tuple[IdentityCheck, ...]:
    """The accounting identities of a World with their residuals, each relative."""
    spent = world.expenditure > 0
    inputs = world.input_share.sum(axis=1)
    residuals = {
        "expenditure_shares": (np.abs(world.expenditure_share.sum(axis=1) - 1.0)[spent].max(), 1e-12),
        "trade_deficits": (abs(world.trade_deficit.sum()) / world.value_added.sum(), 1e-12),
        "income": (np.abs(world.final_use.sum(axis=1) / world.income - 1.0).max(), 1e-9),
        "input_shares": (np.abs(np.where(inputs > 0, inputs - 1.0, 0.0)).max(), 1e-9),
        "consumption_shares": (np.abs(world.consumption_share.sum(axis=1) - 1.0).max(), 1e-9),
    }
    return tuple(IdentityCheck(name, float(residual), limit) for name, (residual, limit) in residuals.items())
