"""What policies do: to countries, to sectors of the parties, and to who sells in their markets.

Definitions. Percent is 100 (ratio − 1) against the baseline year of the world. Real income is exact; in money it is
the equivalent variation, I_0 (V_hat − 1), at baseline prices. A step is a policy minus the policy before it. Sales are
border values of goods (sectors that may carry a tariff), f.o.b., duty excluded. Average tariffs are weighted with the
baseline flows of the pair. Money is in the unit of the world.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from tradewar.disputes.dossier import Dossier
from tradewar.disputes.policies import PairMapping, StatedPolicy, average_rate
from tradewar.disputes.schema import TariffFile
from tradewar.equilibrium.certificate import Certificate
from tradewar.equilibrium.diversion import Diversion
from tradewar.equilibrium.outcome import Outcome
from tradewar.io.serialize import Document
from tradewar.world.model import World


@dataclass(frozen=True)
class CountryEffect:
    """What a policy does to one country."""

    country: str
    name: str
    real_income_pct: float
    real_income_money: float
    """Equivalent variation, money per year."""
    step_points: float | None
    """Percentage points of baseline real income, against the policy before; None for the first."""
    step_money: float | None
    real_wage_pct: float
    tariff_revenue_baseline: float
    tariff_revenue: float
    exports_pct: float
    imports_pct: float


@dataclass(frozen=True)
class SectorEffect:
    """What a policy does to one sector of a party."""

    country: str
    sector: str
    name: str
    output_baseline: float
    """Gross output, money."""
    output: float
    output_pct: float
    """Change of its value, in units of world value added."""
    volume_pct: float
    """Change of its volume: value over the producer's unit cost."""


@dataclass(frozen=True)
class SupplierEffect:
    """Sales of goods of one supplier in a party's market, own producers included."""

    importer: str
    supplier: str
    name: str
    role: str
    """`party` (the other side), `own` or `third`."""
    sales_baseline: float
    sales: float
    change: float
    """Money, in units in which world value added does not change; shares do not depend on the unit."""
    change_pct: float
    market_share_baseline: float
    """Fraction of all goods that the market buys, own producers included."""
    market_share: float
    import_share_baseline: float
    """Fraction of the goods that the market imports; not defined for own producers."""
    import_share: float


@dataclass(frozen=True)
class MarketShift:
    """What becomes of the other party's sales of goods in a party's market."""

    importer: str
    exporter: str
    """The other party."""
    exporter_change: float
    """Money."""
    own_change: float
    third_change: float
    substitution_share: float
    """Part of the other party's loss that third suppliers make up, fraction; not defined where it loses nothing."""


@dataclass(frozen=True)
class PairTariff:
    """Average tariff of one party on the other."""

    importer: str
    exporter: str
    baseline_rate: float
    """Average rate in the baseline year, fraction."""
    rate: float
    """Average rate under the policy, fraction."""
    increase: float


@dataclass(frozen=True)
class PolicyFindings(Document, told="... certificate=certificate.untimed"):
    """One policy of a dossier, solved."""

    name: str
    title: str
    short_title: str
    what: str
    stands_for: str
    known_from: dt.date
    day: dt.date | None
    """The day of the rates of the tariff book; None for a tariff file."""
    in_force: bool
    """Whether it is what applies on the day of the brief."""
    figures_known_from: dt.date | None
    """From which day on the figures could be known, where that is later than the day of the brief: hindsight."""
    steps: tuple[str, ...]
    """Names of the steps that it carries out."""
    tariff_file: str
    """The dossier's own tariff file; blank where the rates are those of the tariff book."""
    mapping: tuple[PairMapping, ...]
    """How product rates of each pair became sector rates; empty for a tariff file."""
    real_income_money: float
    """Sum of the equivalent variations of all countries, money per year."""
    countries: tuple[CountryEffect, ...]
    sectors: tuple[SectorEffect, ...]
    markets: tuple[MarketShift, ...]
    suppliers: tuple[SupplierEffect, ...]
    tariffs: tuple[PairTariff, ...]
    certificate: Certificate

    def country(self, code: str) -> CountryEffect:
        """The effect on one country."""
        return next(row for row in self.countries if row.country == code)

    def tariff(self, importer: str, exporter: str) -> PairTariff:
        """The average tariff of one party on the other."""
        return next(row for row in self.tariffs if (row.importer, row.exporter) == (importer, exporter))

    def shift(self, importer: str) -> MarketShift:
        """What becomes of the other party's sales in the market of one party."""
        return next(row for row in self.markets if row.importer == importer)

    def market(self, importer: str) -> tuple[SupplierEffect, ...]:
        """All suppliers in the market of one party."""
        return tuple(row for row in self.suppliers if row.importer == importer)

    def output(self, country: str) -> tuple[SectorEffect, ...]:
        """All sectors of one party."""
        return tuple(row for row in self.sectors if row.country == country)


def policy_findings(dossier: Dossier, stated: StatedPolicy, outcome: Outcome, before: Outcome | None) -> PolicyFindings:
    """What one solved policy does, against the baseline and against the policy before it."""
    source = stated.source
    pairs = pairs_of(dossier)
    diverted = [outcome.diversion(importer, other, _goods(outcome.baseline)) for importer, other in pairs]
    countries = _countries(dossier, outcome, before)
    return PolicyFindings(
        name=source.name,
        title=stated.title,
        short_title=stated.short_title,
        what=stated.what,
        stands_for=stated.stands_for,
        known_from=source.known_from,
        day=stated.day,
        in_force=stated.in_force,
        figures_known_from=None if stated.known_on(dossier.as_of) else stated.figures_known_from,
        steps=tuple(step.name for step in stated.steps),
        tariff_file=source.file if isinstance(source, TariffFile) else "",
        mapping=stated.mapping,
        real_income_money=sum(row.real_income_money for row in countries),
        countries=countries,
        sectors=tuple(row for party in dossier.parties for row in _sectors(outcome, party.country)),
        markets=tuple(map(_shift, diverted)),
        suppliers=tuple(row for diversion in diverted for row in _suppliers(dossier, outcome.baseline, diversion)),
        tariffs=tuple(_pair_tariff(outcome, importer, exporter) for importer, exporter in pairs),
        certificate=outcome.certificate,
    )


def pairs_of(dossier: Dossier) -> tuple[tuple[str, str], tuple[str, str]]:
    """Both pairs of importer and exporter, the first party's imports first."""
    first, second = (party.country for party in dossier.parties)
    return (first, second), (second, first)


def _country_name(dossier: Dossier, world: World, k: int) -> str:
    given = {party.country: party.name for party in dossier.parties}
    return given.get(world.countries[k], world.country_names[k])


def _countries(dossier: Dossier, outcome: Outcome, before: Outcome | None) -> tuple[CountryEffect, ...]:
    world = outcome.baseline
    gain = outcome.real_income_hat - 1.0
    step = None if before is None else outcome.real_income_hat - before.real_income_hat
    return tuple(
        CountryEffect(
            country=code,
            name=_country_name(dossier, world, k),
            real_income_pct=float(100.0 * gain[k]),
            real_income_money=float(outcome.equivalent_variation[k]),
            step_points=None if step is None else float(100.0 * step[k]),
            step_money=None if step is None else float(world.income[k] * step[k]),
            real_wage_pct=float(100.0 * (outcome.real_wage_hat[k] - 1.0)),
            tariff_revenue_baseline=float(world.tariff_revenue[k]),
            tariff_revenue=float(outcome.tariff_revenue[k]),
            exports_pct=float(100.0 * (outcome.exports_hat[k] - 1.0)),
            imports_pct=float(100.0 * (outcome.imports_hat[k] - 1.0)),
        )
        for k, code in enumerate(world.countries)
    )


def _sectors(outcome: Outcome, country: str) -> tuple[SectorEffect, ...]:
    world = outcome.baseline
    k = world.country_index(country)
    volume = outcome.gross_output[k] / outcome.unit_cost_hat[k]
    return tuple(
        SectorEffect(
            country=country,
            sector=code,
            name=world.sector_names[s],
            output_baseline=float(world.gross_output[k, s]),
            output=float(outcome.gross_output[k, s]),
            output_pct=_percent(float(outcome.gross_output[k, s]), float(world.gross_output[k, s])),
            volume_pct=_percent(float(volume[s]), float(world.gross_output[k, s])),
        )
        for s, code in enumerate(world.sectors)
    )


def _goods(world: World) -> tuple[str, ...]:
    return tuple(code for s, code in enumerate(world.sectors) if world.tradable[s])


def _shift(diversion: Diversion) -> MarketShift:
    return MarketShift(
        importer=diversion.importer,
        exporter=diversion.exporter,
        exporter_change=diversion.target_change,
        own_change=diversion.own_change,
        third_change=diversion.third_change,
        substitution_share=diversion.substitution_share,
    )


def _suppliers(dossier: Dossier, world: World, diversion: Diversion) -> tuple[SupplierEffect, ...]:
    role = {diversion.exporter: "party", diversion.importer: "own"}
    before, after = diversion.baseline.sum(axis=1), diversion.counterfactual.sum(axis=1)
    own = diversion.countries.index(diversion.importer)
    abroad = np.where(np.arange(len(before)) == own, np.nan, 1.0)
    return tuple(
        SupplierEffect(
            importer=diversion.importer,
            supplier=code,
            name=_country_name(dossier, world, i),
            role=role.get(code, "third"),
            sales_baseline=float(before[i]),
            sales=float(after[i]),
            change=float(diversion.change[i]),
            change_pct=float(100.0 * (diversion.hat[i] - 1.0)),
            market_share_baseline=float(before[i] / before.sum()),
            market_share=float(after[i] / after.sum()),
            import_share_baseline=float(abroad[i] * before[i] / (before.sum() - before[own])),
            import_share=float(abroad[i] * after[i] / (after.sum() - after[own])),
        )
        for i, code in enumerate(diversion.countries)
    )


def _pair_tariff(outcome: Outcome, importer: str, exporter: str) -> PairTariff:
    world = outcome.baseline
    before = average_rate(world, world.tariff_rate, importer, exporter)
    after = average_rate(world, outcome.average_tariff_rate, importer, exporter)
    return PairTariff(importer, exporter, before, after, after - before)


def _percent(after: float, before: float) -> float:
    return 100.0 * (after / before - 1.0) if before > 0 else float("nan")
