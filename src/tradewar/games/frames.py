"""Wars for people and other programs: rows for JSON, long data frames, HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy import ndarray as Array
from typing_extensions import TypedDict

from tradewar.games.certificate import Certificate

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.games.result import War


class CountryWar(TypedDict):
    """What a war is to one country, against the tariffs in force; its tariffs are rates."""

    country: str
    player: bool
    objective_pct: float
    """What governments maximise."""
    real_income_pct: float
    real_wage_pct: float
    mean_tariff: float | None
    """Over what crosses its border and may carry a tariff; None where it imports nothing."""
    median_tariff: float | None
    trade_weighted_tariff: float | None
    """With baseline trade values."""


class Tariff(TypedDict):
    """One chosen tariff, a rate."""

    exporter: str
    importer: str
    sector: str
    tariff: float


@dataclass(frozen=True)
class OtherPoint:
    """Another point that the search met."""

    found_from: tuple[str, ...]
    """Starting points from which it was reached."""
    certificate: Certificate
    real_income_pct: Mapping[str, float]
    """By country, against the tariffs in force."""


def average_tariffs(war: War) -> dict[str, Array]:
    """Mean, median and trade-weighted tariff of every country, on what crosses its border and may carry one.

    Weights are baseline trade values; cells without baseline trade are left out. NaN where a country imports nothing.
    """
    world = war.baseline
    traded = (world.trade_value > 0) & world.tradable & ~np.eye(world.n_countries, dtype=bool)[:, :, None]
    result = {name: np.full(world.n_countries, np.nan) for name in ("mean", "median", "trade_weighted")}
    for k in range(world.n_countries):
        rates, weights = war.tariff_rate[k][traded[k]], world.trade_value[k][traded[k]]
        if len(rates):
            result["mean"][k], result["median"][k] = rates.mean(), np.median(rates)
            result["trade_weighted"][k] = (rates * weights).sum() / weights.sum()
    return result


def country_rows(war: War) -> list[CountryWar]:
    """The `countries` of the JSON."""
    average = average_tariffs(war)
    found = war.found
    return [
        {
            "country": code,
            "player": code in war.players,
            "objective_pct": _percent(found.objective_hat[k]),
            "real_income_pct": _percent(found.real_income_hat[k]),
            "real_wage_pct": _percent(found.real_wage_hat[k]),
            "mean_tariff": _plain(average["mean"][k]),
            "median_tariff": _plain(average["median"][k]),
            "trade_weighted_tariff": _plain(average["trade_weighted"][k]),
        }
        for k, code in enumerate(war.baseline.countries)
    ]


def other_points(war: War) -> list[OtherPoint]:
    """The `other_points` of the JSON."""
    codes = war.baseline.countries
    return [
        OtherPoint(
            item.found_from, item.certificate, dict(zip(codes, map(_percent, item.real_income_hat), strict=True))
        )
        for item in war.others
    ]


def tariff_rows(war: War) -> list[Tariff]:
    """The `tariffs` of the JSON."""
    countries, sectors = war.baseline.countries, war.baseline.sectors
    return [
        {
            "exporter": countries[i],
            "importer": countries[j],
            "sector": sectors[s],
            "tariff": float(war.tariff_rate[j, i, s]),
        }
        for j, i, s in np.argwhere(war.chosen)
    ]


def to_frame(war: War) -> pd.DataFrame:
    """The chosen tariffs, long."""
    import pandas as pd

    importer, exporter, sector = np.nonzero(war.chosen)
    countries, sectors = pd.Index(list(war.baseline.countries)), pd.Index(list(war.baseline.sectors))
    return pd.DataFrame(
        {
            "importer": pd.Categorical.from_codes(importer, categories=countries),
            "exporter": pd.Categorical.from_codes(exporter, categories=countries),
            "sector": pd.Categorical.from_codes(sector, categories=sectors),
            "tariff": war.tariff_rate[war.chosen],
            "in_force": war.tariff_rate_in_force[war.chosen],
            "baseline_value": war.baseline.trade_value[war.chosen],
            "value": war.found.trade_value[war.chosen],
        }
    )


def countries_frame(war: War) -> pd.DataFrame:
    """One row per country."""
    import pandas as pd

    return pd.DataFrame(country_rows(war))


def repr_html(war: War) -> str:
    """A readable table for notebooks. Every text is escaped."""
    facts = [
        f"Players: {', '.join(war.players)}; objective {war.objective.replace('_', ' ')}; {war.regime} tariffs",
        f"{war.market} market, closure {war.closure}",
        war.certificate.label,
        war.uniqueness,
        *war.notes,
    ]
    items = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
    names = ("country", "objective", "real income", "real wage", "mean tariff", "median tariff", "weighted tariff")
    header = "".join(f"<th>{name}</th>" for name in names)
    rows = "".join(_html_row(row) for row in country_rows(war))
    verdict = "War" if war.certified else "War (not certified)"
    return (
        f"<section><h4>{verdict}: {escape(war.baseline.name)}</h4><ul>{items}</ul>"
        f"<table><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _html_row(row: CountryWar) -> str:
    name = escape(str(row["country"])) + (" (player)" if row["player"] else "")
    changes = [f"{row[key]:+.3f} %" for key in ("objective_pct", "real_income_pct", "real_wage_pct")]
    rates = [row[key] for key in ("mean_tariff", "median_tariff", "trade_weighted_tariff")]
    shown = ["none" if rate is None else f"{rate:.1%}" for rate in rates]
    return "<tr>" + "".join(f"<td>{text}</td>" for text in (name, *changes, *shown)) + "</tr>"


def _percent(hat: float) -> float:
    return 100.0 * (float(hat) - 1.0)


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
