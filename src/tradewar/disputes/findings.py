"""A dossier run end to end: one solved equilibrium per policy, and everything a brief says about them.

Definitions. Percent is 100 (ratio − 1) against the baseline year of the world. Real income is exact; in money it is
the equivalent variation, I_0 (V_hat − 1), at baseline prices. A step is a policy minus the policy before it. Sales are
border values of goods (sectors that may carry a tariff), f.o.b., duty excluded. Average tariffs are weighted with the
baseline flows of the pair. Money is in the unit of the world.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewar.disputes.chronicle import Event
from tradewar.disputes.dossier import Dossier
from tradewar.disputes.plain import plain_data
from tradewar.disputes.policies import average_rate, check_policies, dispute_world
from tradewar.disputes.schema import Deadline, Party, ScaledIncreases, TariffFile
from tradewar.equilibrium.diversion import Diversion
from tradewar.equilibrium.outcome import Outcome
from tradewar.equilibrium.solve import solve
from tradewar.world.model import World

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[str], None]
"""Told what is being done, in a few words, before it is done."""


def silent(text: str) -> None:
    """Progress that nobody wants to hear."""


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
class PolicyFindings:
    """One policy of a dossier, solved."""

    name: str
    title: str
    short_title: str
    what: str
    stands_for: str
    known_from: dt.date
    figures_known_from: dt.date | None
    """None where the figures are those of the dossier's own tariff file."""
    approximation: str
    sizes: tuple[str, ...]
    """How the tariffs were sized, one sentence per pair, with the source."""
    real_income_money: float
    """Sum of the equivalent variations of all countries, money per year."""
    countries: tuple[CountryEffect, ...]
    sectors: tuple[SectorEffect, ...]
    markets: tuple[MarketShift, ...]
    suppliers: tuple[SupplierEffect, ...]
    tariffs: tuple[PairTariff, ...]
    certificate: dict[str, Any]
    """`converged`, `max_residual`, `residuals` by equation, `iterations`, `seconds`."""

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


@dataclass(frozen=True)
class WorldFacts:
    """What a reader must know of the world behind the figures."""

    name: str
    year: int
    money_unit: str
    source: str
    terms: str
    countries: int
    sectors: int
    aggregates: tuple[str, ...]
    trade_elasticity_lowest: float
    trade_elasticity_highest: float
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """All that was computed from a dossier, with what was known on the day `as_of`."""

    dispute: str
    title: str
    as_of: dt.date
    written_for: dt.date
    parties: tuple[Party, Party]
    names: tuple[tuple[str, str], ...]
    """(code, name) of every country and actor that is named."""
    deadline: Deadline | None
    chronicle: tuple[Event, ...]
    world: WorldFacts
    closure: str
    market: str
    numeraire: str
    policies: tuple[PolicyFindings, ...]
    inputs: tuple[tuple[str, str], ...]
    """(what was read, SHA-256)."""
    seconds: tuple[tuple[str, float], ...]
    """(step, wall-clock seconds). Not part of `to_dict`, so that equal runs give equal files."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: dates as text, the parties and the deadline as tables."""
        content = {key: value for key, value in vars(self).items() if key not in ("seconds", "inputs")}
        content["names"] = dict(self.names)
        content["parties"] = [party.model_dump() for party in self.parties]
        content["deadline"] = self.deadline.model_dump() if self.deadline else None
        content["chronicle"] = [asdict(event) for event in self.chronicle]
        content["world"] = asdict(self.world)
        content["policies"] = [_without_seconds(asdict(policy)) for policy in self.policies]
        return plain_data(content)

    def to_frame(self) -> pd.DataFrame:
        """Effects on countries, long: one row per policy and country."""
        import pandas as pd

        return pd.DataFrame([{"policy": p.name} | asdict(row) for p in self.policies for row in p.countries])


def run(dossier: Dossier, as_of: dt.date | None = None, progress: Progress | None = None) -> Findings:
    """Solve every policy of a dossier that was known on the day, each against the world's baseline.

    Args:
        as_of: day of knowledge; by default the day for which the dossier was written.
        progress: told what is being done.

    Raises:
        DossierError: if no policy was known on the day, or the world lacks a party.
        NoSolutionError: if a policy could not be solved.
    """
    say = progress or silent
    known = dossier.known_on(as_of or dossier.written_for)
    seconds: list[tuple[str, float]] = []
    started = time.perf_counter()
    say(f"Reading the world {known.world}")
    world = dispute_world(known)
    policies = check_policies(known, world)
    seconds.append(("read the world", time.perf_counter() - started))

    outcomes: list[Outcome] = []
    for source, policy in zip(known.policies, policies, strict=True):
        say(f"Solving: {source.title}")
        started = time.perf_counter()
        outcomes.append(solve(world, policy, closure=known.closure, start=outcomes[-1] if outcomes else None))
        seconds.append((f"solve {source.name}", time.perf_counter() - started))
    solved = [
        _policy_findings(known, source, outcome, before)
        for source, outcome, before in zip(known.policies, outcomes, [None, *outcomes[:-1]], strict=True)
    ]
    return Findings(
        dispute=known.name,
        title=known.title,
        as_of=known.as_of,
        written_for=known.written_for,
        parties=known.parties,
        names=_names(known, world),
        deadline=known.deadline,
        chronicle=known.chronicle,
        world=_facts(world),
        closure=str(outcomes[0].closure),
        market=outcomes[0].market,
        numeraire=outcomes[0].numeraire,
        policies=tuple(solved),
        inputs=(*known.hashes, (f"world {known.world}", _content_hash(world))),
        seconds=tuple(seconds),
    )


def _policy_findings(
    dossier: Dossier, source: ScaledIncreases | TariffFile, outcome: Outcome, before: Outcome | None
) -> PolicyFindings:
    scaled = isinstance(source, ScaledIncreases)
    pairs = _pairs(dossier)
    diverted = [outcome.diversion(importer, other, _goods(outcome.baseline)) for importer, other in pairs]
    countries = _countries(dossier, outcome, before)
    return PolicyFindings(
        name=source.name,
        title=source.title,
        short_title=source.short_title,
        what=source.what,
        stands_for=source.stands_for,
        known_from=source.known_from,
        figures_known_from=source.figures_known_from if scaled else None,
        approximation=source.approximation if scaled else "",
        sizes=_sizes(dossier, source),
        real_income_money=sum(row.real_income_money for row in countries),
        countries=countries,
        sectors=tuple(row for party in dossier.parties for row in _sectors(outcome, party.country)),
        markets=tuple(map(_shift, diverted)),
        suppliers=tuple(row for diversion in diverted for row in _suppliers(dossier, outcome.baseline, diversion)),
        tariffs=tuple(_pair_tariff(outcome, importer, exporter) for importer, exporter in pairs),
        certificate=outcome.certificate.to_dict(),
    )


def _pairs(dossier: Dossier) -> tuple[tuple[str, str], tuple[str, str]]:
    first, second = (party.country for party in dossier.parties)
    return (first, second), (second, first)


def _sizes(dossier: Dossier, source: ScaledIncreases | TariffFile) -> tuple[str, ...]:
    named = {party.country: party.name for party in dossier.parties}
    if isinstance(source, TariffFile):
        return (f"Rates of the file {source.file}.",)
    return tuple(
        f"{named[row.importer]} on {named[row.exporter]}: {row.reason}. Source: {row.source}."
        for row in source.increases
    )


def _country_name(dossier: Dossier, world: World, k: int) -> str:
    given = {party.country: party.name for party in dossier.parties}
    return given.get(world.countries[k], world.country_names[k])


def _names(dossier: Dossier, world: World) -> tuple[tuple[str, str], ...]:
    named = dict(zip(world.countries, world.country_names, strict=True))
    named |= {party.country: party.name for party in (*dossier.actors, *dossier.parties)}
    return tuple(named.items())


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
    after = average_rate(world, outcome.tariff_rate, importer, exporter)
    return PairTariff(importer, exporter, before, after, after - before)


def _facts(world: World) -> WorldFacts:
    return WorldFacts(
        name=world.name,
        year=world.year,
        money_unit=world.money_unit,
        source=world.source,
        terms=world.terms,
        countries=world.n_countries,
        sectors=world.n_sectors,
        aggregates=world.aggregates,
        trade_elasticity_lowest=float(world.trade_elasticity.min()),
        trade_elasticity_highest=float(world.trade_elasticity.max()),
        notes=world.notes,
    )


def _content_hash(world: World) -> str:
    """SHA-256 over labels and arrays: the same for a folder, a zip and a built-in world of the same content."""
    import hashlib

    digest = hashlib.sha256(repr((world.name, world.year, world.countries, world.sectors)).encode())
    arrays = (world.trade_value, world.tariff_rate, world.value_added_share, world.input_share)
    for array in (*arrays, world.consumption_share, world.trade_elasticity, world.tradable):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _percent(after: float, before: float) -> float:
    return 100.0 * (after / before - 1.0) if before > 0 else float("nan")


def _without_seconds(policy: dict[str, Any]) -> dict[str, Any]:
    certificate = {key: value for key, value in policy["certificate"].items() if key != "seconds"}
    return policy | {"certificate": certificate}
