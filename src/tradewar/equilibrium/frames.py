"""Outcomes for people and other programs: rows for JSON, long data frames, labelled arrays, HTML."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray as Array
from typing_extensions import TypedDict

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from tradewar.equilibrium.outcome import Outcome


class CountryOutcome(TypedDict):
    """What a policy does to one country; percent against the baseline, money of the world."""

    country: str
    real_income_pct: float
    """Exact: the equivalent variation."""
    real_wage_pct: float
    terms_of_trade_pct: float
    """First-order formula of Caliendo and Parro (2015) at baseline weights, for replication; so are the next two."""
    volume_of_trade_pct: float
    first_order_welfare_pct: float
    tariff_revenue_baseline: float
    tariff_revenue: float
    exports_pct: float
    imports_pct: float
    trade_deficit: float
    wage_pct: float
    consumer_price_pct: float
    equivalent_variation: float
    """Money per year."""
    income_baseline: float
    export_tax_revenue: float
    subsidy_cost: float


class FlowChange(TypedDict):
    """One flow before and after; money, f.o.b., duty excluded."""

    exporter: str
    importer: str
    sector: str
    baseline: float
    counterfactual: float
    change_pct: float
    """Not defined for a flow that was zero."""


def country_columns(outcome: Outcome) -> dict[str, Array]:
    """The columns of the country table, as in the JSON of `solve`, in its order."""
    first = outcome.first_order()
    return {
        "real_income_pct": _percent(outcome.real_income_hat),
        "real_wage_pct": _percent(outcome.real_wage_hat),
        "terms_of_trade_pct": 100.0 * first.terms_of_trade,
        "volume_of_trade_pct": 100.0 * first.volume_of_trade,
        "first_order_welfare_pct": 100.0 * first.welfare,
        "tariff_revenue_baseline": outcome.baseline.tariff_revenue,
        "tariff_revenue": outcome.tariff_revenue,
        "exports_pct": _percent(outcome.exports_hat),
        "imports_pct": _percent(outcome.imports_hat),
        "trade_deficit": outcome.trade_deficit,
        "wage_pct": _percent(outcome.wage_hat),
        "consumer_price_pct": _percent(outcome.consumer_price_hat),
        "equivalent_variation": outcome.equivalent_variation,
        "income_baseline": outcome.baseline.income,
        "export_tax_revenue": outcome.export_tax_revenue,
        "subsidy_cost": outcome.subsidy_cost,
    }


def country_rows(outcome: Outcome) -> list[CountryOutcome]:
    """The country table row by row."""
    return _rows(
        CountryOutcome.__annotations__, {"country": np.array(outcome.baseline.countries)} | country_columns(outcome)
    )


def flow_rows(outcome: Outcome) -> list[FlowChange]:
    """The flow table row by row, without tariffs."""
    return _rows(FlowChange.__annotations__, _flow_columns(outcome))


def _rows(names: Iterable[str], columns: dict[str, Array]) -> list[Any]:
    """One row of the named columns per place."""
    lists = [columns[name].tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]


def _flow_columns(outcome: Outcome) -> dict[str, Array]:
    """Flat columns over all flows that are not zero before and after."""
    world = outcome.baseline
    importer, exporter, sector = np.nonzero((world.trade_value > 0) | (outcome.trade_value > 0))
    cells = (importer, exporter, sector)
    countries, sectors = np.array(world.countries, dtype=object), np.array(world.sectors, dtype=object)
    return {
        "exporter": countries[exporter],
        "importer": countries[importer],
        "sector": sectors[sector],
        "baseline": world.trade_value[cells],
        "counterfactual": outcome.trade_value[cells],
        "change_pct": _percent(outcome.trade_value_hat[cells]),
        "tariff_baseline": world.tariff_rate[cells],
        "tariff": outcome.tariff_rate[cells],
    }


def country_frame(outcome: Outcome) -> pd.DataFrame:
    """One row per country."""
    import pandas as pd

    return pd.DataFrame({"country": outcome.baseline.countries} | country_columns(outcome))


def sector_frame(outcome: Outcome) -> pd.DataFrame:
    """One row per country and sector."""
    import pandas as pd

    world = outcome.baseline
    n, s = world.n_countries, world.n_sectors
    return pd.DataFrame(
        {
            "country": np.repeat(np.array(world.countries, dtype=object), s),
            "sector": np.tile(np.array(world.sectors, dtype=object), n),
            "price_pct": _percent(outcome.price_hat).ravel(),
            "unit_cost_pct": _percent(outcome.unit_cost_hat).ravel(),
            "output_baseline": world.gross_output.ravel(),
            "output": outcome.gross_output.ravel(),
            "output_pct": _percent(outcome.output_hat).ravel(),
            "labour_income_baseline": outcome.baseline_labour_income.ravel(),
            "labour_income": outcome.labour_income.ravel(),
            "real_labour_income_pct": _percent(outcome.real_labour_income_hat).ravel(),
        }
    )


def flow_frame(outcome: Outcome) -> pd.DataFrame:
    """One row per flow that is not zero before and after."""
    import pandas as pd

    return pd.DataFrame(_flow_columns(outcome))


def to_xarray(outcome: Outcome) -> xr.Dataset:
    """The arrays with labelled axes."""
    import xarray as xr

    world = outcome.baseline
    border, pair = ("importer", "exporter", "sector"), ("country", "sector")
    values: dict[str, tuple[tuple[str, ...], Array]] = {
        "trade_value": (border, outcome.trade_value),
        "trade_value_baseline": (border, world.trade_value),
        "tariff_rate": (border, outcome.tariff_rate),
        "tariff_rate_baseline": (border, world.tariff_rate),
        "price_hat": (pair, outcome.price_hat),
        "unit_cost_hat": (pair, outcome.unit_cost_hat),
        "expenditure": (pair, outcome.expenditure),
        "gross_output": (pair, outcome.gross_output),
        "output_hat": (pair, outcome.output_hat),
        "labour_income": (pair, outcome.labour_income),
    }
    for name in ("wage_hat", "income", "tariff_revenue", "trade_deficit", "real_income_hat", "real_wage_hat"):
        values[name] = (("country",), getattr(outcome, name))
    values["consumer_price_hat"] = (("country",), outcome.consumer_price_hat)
    labels = {"importer": list(world.countries), "exporter": list(world.countries)}
    labels |= {"country": list(world.countries), "sector": list(world.sectors)}
    about = {
        "world": world.name,
        "policy": outcome.policy.name,
        "closure": str(outcome.closure),
        "market": outcome.market,
        "numeraire": outcome.numeraire,
        "money_unit": world.money_unit,
        "horizon": str(outcome.horizon),
        "max_residual": outcome.certificate.max_residual,
    }
    return xr.Dataset(values, coords=labels, attrs=about)


def repr_html(outcome: Outcome) -> str:
    """A readable table for notebooks."""
    shown = ("real_income_pct", "real_wage_pct", "exports_pct", "imports_pct")
    columns = country_columns(outcome)
    head = "".join(f"<th>{escape(name.replace('_pct', ', %').replace('_', ' '))}</th>" for name in shown)
    rows = "".join(
        f"<tr><th>{escape(code)}</th>" + "".join(f"<td>{columns[name][k]:+.3f}</td>" for name in shown) + "</tr>"
        for k, code in enumerate(outcome.baseline.countries)
    )
    title = escape(f"{outcome.policy.name or 'Policy'} in {outcome.baseline.name}")
    about = escape(f"{outcome.market}, closure {outcome.closure}, numeraire {outcome.numeraire}, {outcome.horizon}")
    proof = escape(f"largest residual {outcome.certificate.max_residual:.1e}")
    return (
        f"<p><strong>{title}</strong><br>{about}; {proof}</p>"
        f"<table><thead><tr><th>country</th>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _percent(hat: Array) -> Array:
    return 100.0 * (hat - 1.0)
