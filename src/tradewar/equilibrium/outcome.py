"""`Outcome`: a solved counterfactual. Arrays are those of its `Solution`; everything else is derived when asked for.

Index order `[importer, exporter, sector]`, `[country, sector]`. Hats are ratios to `baseline`, the World after any
rebasing; levels are money of the numeraire, f.o.b., duty excluded. Percent means 100 (ratio − 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium import frames, welfare
from tradewar.equilibrium.certificate import Certificate
from tradewar.equilibrium.closures import Closure
from tradewar.equilibrium.commitments_result import CommitmentResult
from tradewar.equilibrium.diversion import Diversion
from tradewar.equilibrium.horizon import Horizon, HorizonDocument
from tradewar.equilibrium.policy import Policy
from tradewar.equilibrium.prepared import Prepared
from tradewar.equilibrium.solution import Solution
from tradewar.equilibrium.welfare import Decomposition, FirstOrder
from tradewar.errors import PolicyError
from tradewar.io.serialize import Document, content, plain_data
from tradewar.world.model import Market, World

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


@dataclass(frozen=True, eq=False)
class Outcome(
    Document,
    told=(
        "world=baseline.name policy=policy.name closure=closure.text market numeraire baseline.money_unit certificate "
        "horizon=horizon_told notes levers=changed_cells commitments countries=country_rows flows=flow_rows"
    ),
    optional="flows",
):
    """The world under a policy. N countries, S sectors. Never made without a certificate that holds."""

    prepared: Prepared
    policy: Policy
    solution: Solution
    certificate: Certificate
    commitments: tuple[CommitmentResult, ...] = ()
    """What keeping each commitment of the policy takes, in their order."""

    # ---------------------------------------------------------------- what was asked

    @property
    def baseline(self) -> World:
        """The World to which all hats refer."""
        return self.prepared.baseline

    @property
    def closure(self) -> Closure:
        """The rule for trade deficits."""
        return self.prepared.closure

    @property
    def market(self) -> Market:
        """`competitive` or `monopolistic`."""
        return self.prepared.market

    @property
    def horizon(self) -> Horizon:
        """After which the elasticities are those of `baseline`."""
        return self.prepared.horizon

    @property
    def horizon_told(self) -> HorizonDocument:
        """The horizon with the elasticities that it gives."""
        return self.horizon.document(self.baseline)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know about the baseline and about this outcome, as sentences."""
        return (*self.baseline.notes, *self.certificate.warnings)

    @property
    def numeraire(self) -> str:
        """The money in which levels are stated, in words."""
        return self.closure.describe_numeraire(self.baseline)

    @property
    def tariff_rate(self) -> Float[Array, "importer exporter sector"]:
        """t', level after the change, with the wedges of commitments."""
        return self.solution.levers.tariff_rate

    @property
    def average_tariff_rate(self) -> Float[Array, "importer exporter sector"]:
        """Tariffs as they are told: where they differ between products, weighted with baseline trade."""
        return self.solution.levers.average_rate

    # ---------------------------------------------------------------- solved

    @property
    def wage_hat(self) -> Float[Array, " country"]:
        """w."""
        return self.solution.wage_hat

    @property
    def unit_cost_hat(self) -> Float[Array, "country sector"]:
        """c."""
        return self.solution.unit_cost_hat

    @property
    def price_hat(self) -> Float[Array, "importer sector"]:
        """P, duty included; 1 where nothing is bought."""
        return self.solution.price_hat

    @property
    def trade_value(self) -> Float[Array, "importer exporter sector"]:
        """B, border values after the change, money."""
        return self.solution.trade_value

    @property
    def expenditure(self) -> Float[Array, "importer sector"]:
        """X, duty included, money."""
        return self.solution.expenditure

    @property
    def gross_output(self) -> Float[Array, "country sector"]:
        """Y, money."""
        return self.solution.gross_output

    @property
    def income(self) -> Float[Array, " country"]:
        """I, money."""
        return self.solution.income

    @property
    def tariff_revenue(self) -> Float[Array, " country"]:
        """TR, money."""
        return self.solution.tariff_revenue

    @property
    def trade_deficit(self) -> Float[Array, " country"]:
        """D after the change, money."""
        return self.solution.trade_deficit

    # ---------------------------------------------------------------- derived

    @cached_property
    def consumer_price_hat(self) -> Float[Array, " country"]:
        """Π_s P_js^α_js."""
        return welfare.consumer_price(self.price_hat, self.baseline.consumption_share)

    @cached_property
    def real_income_hat(self) -> Float[Array, " country"]:
        """(I'/I) / consumer price: exact welfare, equivalent variation in percent of income is 100 (x − 1)."""
        return self.income / self.baseline.income / self.consumer_price_hat

    @cached_property
    def real_wage_hat(self) -> Float[Array, " country"]:
        """w / consumer price."""
        return self.wage_hat / self.consumer_price_hat

    @cached_property
    def equivalent_variation(self) -> Float[Array, " country"]:
        """(real income hat − 1) × baseline income: the gain in money at baseline prices."""
        return (self.real_income_hat - 1.0) * self.baseline.income

    @cached_property
    def output_hat(self) -> Float[Array, "country sector"]:
        """Y'/Y; NaN where there was no output."""
        return _ratio(self.gross_output, self.baseline.gross_output)

    @cached_property
    def labour_income(self) -> Float[Array, "country sector"]:
        """What the workers of each sector earn, money: v Y, or (1 − 1/σ) Y under monopolistic competition."""
        return self._labour_share * self.gross_output

    @cached_property
    def baseline_labour_income(self) -> Float[Array, "country sector"]:
        """`labour_income` of the baseline."""
        return self._labour_share * self.baseline.gross_output

    @cached_property
    def real_labour_income_hat(self) -> Float[Array, "country sector"]:
        """Labour income by sector over the consumer price; NaN where there was none."""
        return _ratio(self.labour_income, self.baseline_labour_income) / self.consumer_price_hat[:, None]

    @cached_property
    def trade_value_hat(self) -> Float[Array, "importer exporter sector"]:
        """B'/B; NaN where there was no trade."""
        return _ratio(self.trade_value, self.baseline.trade_value)

    @cached_property
    def exports(self) -> Float[Array, " country"]:
        """Sales abroad at border values, money."""
        return _exports(self.trade_value)

    @cached_property
    def imports(self) -> Float[Array, " country"]:
        """Purchases abroad at border values, money."""
        return _imports(self.trade_value)

    @cached_property
    def exports_hat(self) -> Float[Array, " country"]:
        """Ratio of exports; NaN where there were none."""
        return _ratio(self.exports, _exports(self.baseline.trade_value))

    @cached_property
    def imports_hat(self) -> Float[Array, " country"]:
        """Ratio of imports, duty excluded; NaN where there were none."""
        return _ratio(self.imports, _imports(self.baseline.trade_value))

    @cached_property
    def export_tax_revenue(self) -> Float[Array, " country"]:
        """Export taxes and quota rents of the exporter, Σ_ns e B/(1+e), money."""
        tax = self.solution.levers.export_tax
        if tax is None:
            return np.zeros(self.baseline.n_countries)
        return (tax * self.trade_value / (1.0 + tax)).sum(axis=(0, 2))

    @cached_property
    def subsidy_cost(self) -> Float[Array, " country"]:
        """What output subsidies cost the producer's country, Σ sub Y/(1+sub), money."""
        subsidy = self.solution.levers.output_subsidy
        if subsidy is None:
            return np.zeros(self.baseline.n_countries)
        return (subsidy * self.gross_output / (1.0 + subsidy)).sum(axis=1)

    @property
    def _labour_share(self) -> Array:
        if self.market == "monopolistic":
            share = 1.0 - 1.0 / self.baseline.substitution_elasticity
            return np.repeat(share[None, :], self.baseline.n_countries, axis=0)
        return self.baseline.value_added_share

    def first_order(self) -> FirstOrder:
        """The formula of Caliendo and Parro (2015), Table 2, at baseline weights. For replication only."""
        world = self.baseline
        return welfare.first_order(
            world.trade_value, world.tariff_rate, world.income, self.unit_cost_hat, self.trade_value
        )

    def decomposition(self, steps: int = 16) -> Decomposition:
        """Real income in parts, integrated along a straight path of log tariff powers.

        Args:
            steps: equilibria on the path, an even number; half as many are used for Richardson's extrapolation.

        Raises:
            NoSolutionError: if an equilibrium on the path is not found.
        """
        from tradewar.equilibrium.welfare import decompose

        return decompose(self.prepared, self.solution, steps)

    def diversion(self, importer: str, exporter: str, sectors: tuple[str, ...] | None = None) -> Diversion:
        """Who takes the place of `exporter` in the market of `importer`.

        Args:
            importer: the market.
            exporter: the supplier whose place is taken.
            sectors: codes of the sectors counted; None counts all.

        Raises:
            WorldError: if the world has no such country or sector.
            PolicyError: if the market and the supplier are the same.
        """
        world = self.baseline
        if importer == exporter:
            what = f"{importer} is named as market and as supplier"
            raise PolicyError.at("diversion", what, "Name two countries")
        market = world.country_index(importer)
        world.country_index(exporter)
        chosen = world.sectors if sectors is None else sectors
        places = [world.sector_index(code) for code in chosen]
        before, after = world.trade_value[market][:, places], self.trade_value[market][:, places]
        return Diversion(importer, exporter, world.countries, tuple(chosen), before, after)

    # ---------------------------------------------------------------- edges

    @property
    def changed_cells(self) -> dict[str, int]:
        """How many cells each lever of the policy changes."""
        neutral = {"tariff_rate": self.baseline.tariff_rate, "iceberg_hat": 1.0}
        return {
            name: int(np.count_nonzero(array != neutral.get(name, 0.0))) for name, array in self.policy.arrays().items()
        }

    country_rows, flow_rows = property(frames.country_rows), property(frames.flow_rows)

    def document(self, flows: bool = False) -> dict[str, Any]:
        """What `tradewar solve` tells; with `flows`, every bilateral flow by sector."""
        return content(self, without="" if flows else "flows")

    def to_dict(self, flows: bool = False) -> dict[str, Any]:
        """The document as plain data for JSON."""
        return plain_data(self.document(flows))

    def to_frame(self) -> pd.DataFrame:
        """One row per country, with the fields of the JSON of `tradewar solve`."""
        return frames.country_frame(self)

    def sectors_frame(self) -> pd.DataFrame:
        """One row per country and sector: prices, output and labour income before and after."""
        return frames.sector_frame(self)

    def flows_frame(self) -> pd.DataFrame:
        """One row per exporter, importer and sector with trade: values and tariffs before and after."""
        return frames.flow_frame(self)

    def to_xarray(self) -> xr.Dataset:
        """The arrays with labelled axes (importer, exporter, sector, country)."""
        return frames.to_xarray(self)

    def _repr_html_(self) -> str:
        return frames.repr_html(self)

    def __repr__(self) -> str:
        name = self.policy.name or "policy"
        return f"Outcome({name!r} in {self.baseline.name!r}, {self.closure}, {self.market}, {self.certificate.method})"


def _ratio(after: Array, before: Array) -> Array:
    return np.divide(after, before, out=np.full_like(after, np.nan), where=before > 0)


def _exports(trade_value: Array) -> Array:
    return trade_value.sum(axis=(0, 2)) - np.einsum("jjs->j", trade_value)


def _imports(trade_value: Array) -> Array:
    return trade_value.sum(axis=(1, 2)) - np.einsum("jjs->j", trade_value)
