"""`War`: Nash tariffs, payoffs, and the certificate; with every other point that the search met.

Index order `[importer, exporter, sector]`. Hats are ratios to the position under the tariffs in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array
from typing_extensions import TypedDict

from tradewar.equilibrium.policy import Policy
from tradewar.games.certificate import Certificate
from tradewar.io.serialize import Document, content, plain_data
from tradewar.world import World

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Candidate:
    """A point at which no player's first-order rule moves: an equilibrium if its certificate says so."""

    tariff_rate: Float[Array, "importer exporter sector"]
    """All tariffs, chosen or not."""
    certificate: Certificate
    found_from: tuple[str, ...]
    """Starting points from which it was reached."""
    objective_hat: Float[Array, " country"]
    real_income_hat: Float[Array, " country"]
    real_wage_hat: Float[Array, " country"]
    trade_value: Float[Array, "importer exporter sector"]
    """Border values at these tariffs, money."""
    steps: int
    method: str


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


@dataclass(frozen=True, eq=False)
class War(
    Document,
    told=(
        "world=baseline.name players objective mfn regime market closure certificate uniqueness starts "
        "countries=country_rows other_points notes seconds tariffs=tariff_rows"
    ),
    optional="tariffs",
):
    """Optimal tariffs of one player, or the Nash war of several. N countries, S sectors."""

    baseline: World
    """The world to which levels refer, without deficits under the `balanced` closure."""
    players: tuple[str, ...]
    objective: str
    regime: str
    """Which tariffs are tied together: `bilateral`, `mfn`, `partner` or `overall`."""
    closure: str
    market: str
    chosen: Bool[Array, "importer exporter sector"]
    """Cells whose tariffs the players choose."""
    tariff_rate_in_force: Float[Array, "importer exporter sector"]
    """All tariffs before the war."""
    found: Candidate
    """The equilibrium reported: a certified one where there is one."""
    others: tuple[Candidate, ...]
    """Every different point that the search met: further equilibria, and points that only look like one."""
    starts: tuple[str, ...]
    """Starting points tried."""
    notes: tuple[str, ...]
    seconds: float

    @property
    def certificate(self) -> Certificate:
        """What was checked of the reported point."""
        return self.found.certificate

    @property
    def certified(self) -> bool:
        """True if no player was found to gain by deviating, and all equations hold."""
        return self.found.certificate.certified

    @property
    def tariff_rate(self) -> Float[Array, "importer exporter sector"]:
        """All tariffs in the war; those not chosen are the ones in force."""
        return self.found.tariff_rate

    @property
    def real_income_hat(self) -> Float[Array, " country"]:
        """Real income over that under the tariffs in force."""
        return self.found.real_income_hat

    @property
    def objective_hat(self) -> Float[Array, " country"]:
        """What governments maximise, over its value under the tariffs in force."""
        return self.found.objective_hat

    @property
    def policy(self) -> Policy:
        """The war as a policy for `solve`."""
        return Policy(tariff_rate=self.found.tariff_rate, name=f"war of {', '.join(self.players)}")

    @property
    def equilibria(self) -> tuple[Candidate, ...]:
        """All certified equilibria found, the reported one first."""
        return tuple(item for item in (self.found, *self.others) if item.certificate.certified)

    @property
    def uniqueness(self) -> str:
        """What the search says about other equilibria. It proves nothing."""
        count = len(self.equilibria)
        if not count:
            return f"no equilibrium found from {len(self.starts)} starts"
        found = "the only one" if count == 1 else f"one of {count}"
        return f"{found} found from {len(self.starts)} starts"

    @property
    def mfn(self) -> bool:
        """True if a player has one rate per sector for all partners."""
        return self.regime == "mfn"

    def average_tariffs(self) -> dict[str, Array]:
        """Mean, median and trade-weighted tariff of every country, on what crosses its border and may carry one.

        Weights are baseline trade values; cells without baseline trade are left out. NaN for a country without imports.
        """
        world = self.baseline
        traded = (world.trade_value > 0) & world.tradable & ~np.eye(world.n_countries, dtype=bool)[:, :, None]
        result = {name: np.full(world.n_countries, np.nan) for name in ("mean", "median", "trade_weighted")}
        for k in range(world.n_countries):
            rates, weights = self.tariff_rate[k][traded[k]], world.trade_value[k][traded[k]]
            if len(rates):
                result["mean"][k], result["median"][k] = rates.mean(), np.median(rates)
                result["trade_weighted"][k] = (rates * weights).sum() / weights.sum()
        return result

    @property
    def country_rows(self) -> list[CountryWar]:
        """The `countries` of the JSON."""
        average = self.average_tariffs()
        found = self.found
        return [
            {
                "country": code,
                "player": code in self.players,
                "objective_pct": _percent(found.objective_hat[k]),
                "real_income_pct": _percent(found.real_income_hat[k]),
                "real_wage_pct": _percent(found.real_wage_hat[k]),
                "mean_tariff": _plain(average["mean"][k]),
                "median_tariff": _plain(average["median"][k]),
                "trade_weighted_tariff": _plain(average["trade_weighted"][k]),
            }
            for k, code in enumerate(self.baseline.countries)
        ]

    @property
    def other_points(self) -> list[OtherPoint]:
        """The `other_points` of the JSON."""
        codes = self.baseline.countries
        return [
            OtherPoint(
                item.found_from, item.certificate, dict(zip(codes, map(_percent, item.real_income_hat), strict=True))
            )
            for item in self.others
        ]

    @property
    def tariff_rows(self) -> list[Tariff]:
        """The `tariffs` of the JSON."""
        countries, sectors = self.baseline.countries, self.baseline.sectors
        return [
            {
                "exporter": countries[i],
                "importer": countries[j],
                "sector": sectors[s],
                "tariff": float(self.tariff_rate[j, i, s]),
            }
            for j, i, s in np.argwhere(self.chosen)
        ]

    def document(self, tariffs: bool = True) -> dict[str, Any]:
        """What `tradewar war` tells; without `tariffs`, less the list of all chosen ones."""
        return content(self, without="" if tariffs else "tariffs")

    def to_dict(self, tariffs: bool = True) -> dict[str, Any]:
        """The document as plain data for JSON."""
        return plain_data(self.document(tariffs))

    def to_frame(self) -> pd.DataFrame:
        """The chosen tariffs, long: importer, exporter, sector, tariff, in_force, baseline_value, value."""
        import pandas as pd

        importer, exporter, sector = np.nonzero(self.chosen)
        countries, sectors = pd.Index(list(self.baseline.countries)), pd.Index(list(self.baseline.sectors))
        return pd.DataFrame(
            {
                "importer": pd.Categorical.from_codes(importer, categories=countries),
                "exporter": pd.Categorical.from_codes(exporter, categories=countries),
                "sector": pd.Categorical.from_codes(sector, categories=sectors),
                "tariff": self.tariff_rate[self.chosen],
                "in_force": self.tariff_rate_in_force[self.chosen],
                "baseline_value": self.baseline.trade_value[self.chosen],
                "value": self.found.trade_value[self.chosen],
            }
        )

    def countries_frame(self) -> pd.DataFrame:
        """One row per country."""
        import pandas as pd

        return pd.DataFrame(self.country_rows)

    def _repr_html_(self) -> str:
        """A readable table for notebooks. Every text is escaped."""
        facts = [
            f"Players: {', '.join(self.players)}; objective {self.objective.replace('_', ' ')}; {self.regime} tariffs",
            f"{self.market} market, closure {self.closure}",
            self.certificate.label,
            self.uniqueness,
            *self.notes,
        ]
        items = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
        names = ("country", "objective", "real income", "real wage", "mean tariff", "median tariff", "weighted tariff")
        header = "".join(f"<th>{name}</th>" for name in names)
        rows = "".join(_html_row(row) for row in self.country_rows)
        verdict = "War" if self.certified else "War (not certified)"
        return (
            f"<section><h4>{verdict}: {escape(self.baseline.name)}</h4><ul>{items}</ul>"
            f"<table><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table></section>"
        )

    def __repr__(self) -> str:
        return f"War({', '.join(self.players)}: {self.certificate.label})"


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
