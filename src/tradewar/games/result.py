"""`War`: Nash tariffs, payoffs, and the certificate; with every other point that the search met.

Index order `[importer, exporter, sector]`. Hats are ratios to the position under the tariffs in force.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.equilibrium.policy import Policy
from tradewar.games import frames
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

    country_rows, tariff_rows = property(frames.country_rows), property(frames.tariff_rows)
    other_points = property(frames.other_points)

    def document(self, tariffs: bool = True) -> dict[str, Any]:
        """What `tradewar war` tells; without `tariffs`, less the list of all chosen ones."""
        return content(self, without="" if tariffs else "tariffs")

    def to_dict(self, tariffs: bool = True) -> dict[str, Any]:
        """The document as plain data for JSON."""
        return plain_data(self.document(tariffs))

    def to_frame(self) -> pd.DataFrame:
        """The chosen tariffs, long: importer, exporter, sector, tariff, in_force, baseline_value."""
        return frames.to_frame(self)

    def countries_frame(self) -> pd.DataFrame:
        """One row per country, as in the JSON."""
        return frames.countries_frame(self)

    def _repr_html_(self) -> str:
        return frames.repr_html(self)

    def __repr__(self) -> str:
        return f"War({', '.join(self.players)}: {self.certificate.label})"
