"""A World as what economists expect to receive: xarray, long data frames, and a table in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from tradewar.world.model import World


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
