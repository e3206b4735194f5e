"""What a World holds and how well its books balance, in a few figures.

| check | residual | limit |
|---|---|---|
| `expenditure_shares` | max over (j, s) with X > 0 of abs(Σ_i π_ijs − 1) | 1e-12 |
| `trade_deficits` | abs(Σ_j D_j) / Σ_j VA_j | 1e-12 |
| `income` | max over j of abs(Σ_s C_js − I_j) / I_j | 1e-9 |
| `input_shares` | max over (j, r) of abs(Σ_s g_jsr − 1), columns of zeros aside | 1e-9 |
| `consumption_shares` | max over j of abs(Σ_s α_js − 1) | 1e-9 |

A World as what economists expect to receive: xarray, long data frames, and a table in a notebook.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewar.errors import Problem, WorldError
from tradewar.io.files import Files
from tradewar.io.serialize import Document
from tradewar.world.model import World

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


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


def to_xarray(world: World) -> xr.Dataset:
    """Every array of a World, derived ones included, with labelled axes.

    Axes: importer, exporter, sector for what crosses a border; country, sector for what does not; country,
    supplying_sector, using_sector for inputs. Units are in `attrs` of each variable.
    """
    import xarray as xr

    border = ("importer", "exporter", "sector")
    local = ("country", "sector")
    inputs = ("country", "supplying_sector", "using_sector")
    money = world.money_unit
    layout: dict[str, tuple[tuple[str, ...], str]] = {
        "trade_value": (border, money),
        "tariff_rate": (border, "fraction"),
        "expenditure_share": (border, "fraction"),
        "value_added_share": (local, "fraction of gross output"),
        "input_share": (inputs, "fraction of materials"),
        "consumption_share": (local, "fraction of income"),
        "expenditure": (local, money),
        "gross_output": (local, money),
        "final_use": (local, money),
        "value_added": (("country",), money),
        "tariff_revenue": (("country",), money),
        "trade_deficit": (("country",), money),
        "income": (("country",), money),
        "trade_elasticity": (("sector",), "theta"),
        "tradable": (("sector",), ""),
    }
    variables: dict[str, Any] = {
        name: (axes, getattr(world, name), {"units": unit}) for name, (axes, unit) in layout.items()
    }
    for name, theta in world.elasticity_sets.items():
        variables[f"theta_{name}"] = (("sector",), theta, {"units": "theta"})
    countries, sectors = list(world.countries), list(world.sectors)
    axes = {"importer": countries, "exporter": countries, "country": countries, "sector": sectors}
    axes |= {"supplying_sector": sectors, "using_sector": sectors}
    used = {axis for dimensions, *_ in variables.values() for axis in dimensions}
    about = {"name": world.name, "year": world.year, "source": world.source, "terms": world.terms}
    return xr.Dataset(variables, {axis: labels for axis, labels in axes.items() if axis in used}, about)


def to_frame(world: World) -> pd.DataFrame:
    """The flows of a World in long form: exporter, importer, sector, value, tariff, tariff_revenue.

    One row per exporter, importer and sector, zeros included, own sales included; values in the world's money unit.
    The rate is missing (NaN) throughout where the world holds no tariffs.
    """
    import pandas as pd

    n, s = world.n_countries, world.n_sectors
    importer, exporter, sector = (axis.ravel() for axis in np.indices((n, n, s)))
    countries, sectors = list(world.countries), list(world.sectors)
    rate = world.tariff_rate.ravel() if world.has_tariffs else np.full(n * n * s, np.nan)
    return pd.DataFrame(
        {
            "exporter": pd.Categorical.from_codes(exporter, categories=pd.Index(countries)),
            "importer": pd.Categorical.from_codes(importer, categories=pd.Index(countries)),
            "sector": pd.Categorical.from_codes(sector, categories=pd.Index(sectors)),
            "value": world.trade_value.ravel(),
            "tariff": rate,
            "tariff_revenue": rate * world.trade_value.ravel(),
        }
    )


def countries_frame(world: World) -> pd.DataFrame:
    """One row per country: income, value added, tariff revenue, trade deficit, exports, imports, mean tariff."""
    import pandas as pd

    foreign = world.trade_value.copy()
    own = np.arange(world.n_countries)
    foreign[own, own] = 0.0
    imports = foreign.sum(axis=(1, 2))
    dutiable = foreign[:, :, world.tradable].sum(axis=(1, 2))
    mean = np.divide(world.tariff_revenue, dutiable, out=np.full_like(dutiable, np.nan), where=dutiable > 0)
    return pd.DataFrame(
        {
            "country": world.countries,
            "name": world.country_names,
            "aggregate": [code in world.aggregates for code in world.countries],
            "income": world.income,
            "value_added": world.value_added,
            "tariff_revenue": world.tariff_revenue if world.has_tariffs else np.nan,
            "trade_deficit": world.trade_deficit,
            "exports": foreign.sum(axis=(0, 2)),
            "imports": imports,
            "mean_tariff": mean if world.has_tariffs else np.nan,
        }
    )


def repr_html(world: World) -> str:
    """A small readable table for notebooks: what the world is, and its countries. Every text is escaped."""
    head = f"{world.n_countries} countries × {world.n_sectors} sectors, {world.year}, {world.money_unit}"
    facts = [head, f"Source: {world.source}", f"Terms: {world.terms}", f"Calibrated for {world.market} markets"]
    facts.append("Consistent baseline" if world.consistent else "Baseline to be solved before any shock")
    if not world.has_tariffs:
        facts.append("Holds no tariffs: rates are unknown, not zero")
    facts.extend(world.notes)
    lines = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
    table = countries_frame(world)
    header = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in table.columns)
    rows = "".join(f"<tr>{_cells(row)}</tr>" for row in table.itertuples(index=False))
    return (
        f"<section><h4>{escape(world.name)}</h4><ul>{lines}</ul>"
        f"<table><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _cells(row: Any) -> str:
    values = row._asdict()
    return "".join(f"<td>{escape(_shown(name, value))}</td>" for name, value in values.items())


def _shown(name: str, value: Any) -> str:
    if name == "aggregate":
        return "yes" if value else ""
    if isinstance(value, str):
        return value
    if np.isnan(value):
        return "unknown"
    return f"{value:.2%}" if name == "mean_tariff" else f"{value:,.0f}"
