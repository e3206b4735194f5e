"""Wars for people and other programs: dictionaries for JSON, long data frames, HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray as Array

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.games.result import War


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


def country_rows(war: War) -> list[dict[str, Any]]:
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


def to_dict(war: War, tariffs: bool) -> dict[str, Any]:
    """The JSON of `war`, with what else was found."""
    result: dict[str, Any] = {
        "world": war.baseline.name,
        "players": list(war.players),
        "objective": war.objective,
        "mfn": war.regime == "mfn",
        "regime": war.regime,
        "market": war.market,
        "closure": war.closure,
        "certificate": war.certificate.to_dict(),
        "uniqueness": war.uniqueness,
        "starts": list(war.starts),
        "countries": country_rows(war),
        "other_points": [
            {
                "found_from": list(item.found_from),
                "certificate": item.certificate.to_dict(),
                "real_income_pct": {
                    code: _percent(item.real_income_hat[k]) for k, code in enumerate(war.baseline.countries)
                },
            }
            for item in war.others
        ],
        "notes": list(war.notes),
        "seconds": war.seconds,
    }
    if tariffs:
        countries, sectors = war.baseline.countries, war.baseline.sectors
        result["tariffs"] = [
            {
                "exporter": countries[i],
                "importer": countries[j],
                "sector": sectors[s],
                "tariff": float(war.tariff_rate[j, i, s]),
            }
            for j, i, s in np.argwhere(war.chosen)
        ]
    return result


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


def _html_row(row: dict[str, Any]) -> str:
    name = escape(str(row["country"])) + (" (player)" if row["player"] else "")
    changes = [f"{row[key]:+.3f} %" for key in ("objective_pct", "real_income_pct", "real_wage_pct")]
    rates = [row[key] for key in ("mean_tariff", "median_tariff", "trade_weighted_tariff")]
    shown = ["none" if rate is None else f"{rate:.1%}" for rate in rates]
    return "<tr>" + "".join(f"<td>{text}</td>" for text in (name, *changes, *shown)) + "</tr>"


def _percent(hat: float) -> float:
    return 100.0 * (float(hat) - 1.0)


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
