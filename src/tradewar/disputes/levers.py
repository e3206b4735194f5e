"""What else is on the table: every lever of a dossier solved on its own, side by side, country by country.

    lever_table(load_dispute("us-china-2019"), as_of)            each lever against the world without the dispute
    lever_table(dossier, as_of, on="today")                      each lever on top of a policy of the dossier

(`additional` amounts of a promise count from the baseline year in both).

Real income is exact, percent of the income of the situation the lever is put on; money is in the unit of the world,
f.o.b., per year. A target beyond reach leaves its lever with the status `infeasible` and the best attainable value,
and without numbers. Displaced suppliers, implied tariffs and fiscal costs: `tradewar.equilibrium.CommitmentResult`.

Why a bilateral surplus falls by less than what is bought is an identity, in money:

    fall = purchases + change of other purchases − change of own sales

and the aggregate balance does not move at all: the closure keeps it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewar.disputes.dossier import Dossier
from tradewar.disputes.lever_files import LeverSource, lever_policies, read_levers
from tradewar.disputes.material import Progress, silent
from tradewar.disputes.policies import dispute_book, dispute_world, state_policies
from tradewar.equilibrium.certificate import Certificate, Untimed
from tradewar.equilibrium.commitments_result import CommitmentResult
from tradewar.equilibrium.diversion import Diversion
from tradewar.equilibrium.outcome import Outcome
from tradewar.equilibrium.policy import Policy
from tradewar.equilibrium.prepared import Prepared, prepare
from tradewar.equilibrium.solve import solve_prepared
from tradewar.errors import DossierError, InfeasibleError
from tradewar.io.serialize import Document
from tradewar.world.identities import nearest

if TYPE_CHECKING:
    import pandas as pd


FARM_GOODS = ("AGR",)
"""The sector of built-in worlds that sells soybeans."""


@dataclass(frozen=True)
class LeverEffect:
    """What a lever does to one country, against the situation it is put on."""

    country: str
    name: str
    real_income_pct: float
    real_income_money: float
    """Equivalent variation, money per year."""
    real_wage_pct: float
    exports_pct: float
    imports_pct: float


@dataclass(frozen=True)
class BilateralEffect:
    """Trade between the parties, all sectors, money."""

    surplus_before: float
    """Exports of the second party to the first, less its imports from it."""
    surplus: float
    exports_change: float
    """Of the second party to the first."""
    imports_change: float
    """Of the second party from the first."""


@dataclass(frozen=True)
class PurchaseSummary:
    """All purchases of a lever together: by how much less the surplus falls, and why."""

    buyer: str
    purchases: float
    """Extra purchases of all baskets, money."""
    surplus_fall: float
    shortfall: float
    """Purchases less the fall of the surplus."""
    other_purchases_change: float
    """What the buyer buys less of beside the baskets (negative)."""
    own_sales_change: float
    """What the buyer sells more to the sellers."""
    fall_per_unit: float | None
    """Fall of the surplus per unit of purchases; None where nothing more is bought."""
    fiscal_cost: float
    sentence: str


@dataclass(frozen=True)
class LeverFindings(Document, told="... certificate=proof"):
    """One lever, solved."""

    name: str
    kind: str
    title: str
    short: str
    """The title in two or three words."""
    what: str
    size: str
    source: str
    known_from: dt.date
    status: str
    """`solved` or `infeasible`."""
    message: str
    """For an infeasible one: the best attainable value."""
    effects: tuple[LeverEffect, ...]
    bilateral: BilateralEffect | None
    commitments: tuple[CommitmentResult, ...]
    purchases: PurchaseSummary | None
    certificate: Certificate | None
    """None for an infeasible one."""

    @property
    def proof(self) -> Untimed | dict[str, float]:
        """The certificate without its seconds; empty for an infeasible lever."""
        return {} if self.certificate is None else self.certificate.untimed

    def effect(self, country: str) -> LeverEffect:
        """The effect on one country."""
        return next(row for row in self.effects if row.country == country)


@dataclass(frozen=True)
class DivertedSales:
    """Sales of one supplier in one market under a tariff policy of the dossier.

    Money moves with the price level of the market too: a market that a dispute makes poorer buys less from everybody.
    Who takes whose place is therefore read from shares of what is imported.
    """

    policy: str
    importer: str
    exporter: str
    """The party whose place is taken."""
    sectors: tuple[str, ...]
    supplier: str
    name: str
    role: str
    """`party`, `own` or `third`."""
    sales_before: float
    sales: float
    change: float
    import_share_before: float | None
    """Share of the market's imports, fraction; None for its own producers."""
    import_share: float | None
    share_of_place: float | None
    """Part of the import share that the party loses which this supplier takes; sums to 1 over third suppliers. None for
    the parties, or where the party loses none."""


@dataclass(frozen=True)
class LeverTable(Document):
    """Every lever of a dossier that was known on the day `as_of`, side by side."""

    dispute: str
    as_of: dt.date
    world: str
    money_unit: str
    closure: str
    on: str
    """The situation the levers are put on: `baseline`, or the name of a policy of the dossier."""
    countries: Mapping[str, str]
    """Names by code."""
    levers: tuple[LeverFindings, ...]
    diversion: tuple[DivertedSales, ...]

    def lever(self, name: str) -> LeverFindings:
        """One lever.

        Raises:
            DossierError: if there was none of that name on the day.
        """
        for found in self.levers:
            if found.name == name:
                return found
        known = [found.name for found in self.levers]
        what = f"no lever {name!r} was known on {self.as_of}{nearest(name, known)}"
        raise DossierError.at("levers", what, f"Use one of {', '.join(known) or 'none: a later day'}")

    def to_frame(self) -> pd.DataFrame:
        """Long: one row per lever and country."""
        import pandas as pd

        rows = [
            {"lever": found.name, "kind": found.kind, "title": found.title} | asdict(row)
            for found in self.levers
            for row in found.effects
        ]
        return pd.DataFrame(rows)

    def side_by_side(self) -> pd.DataFrame:
        """Real income in percent: a row per country, a column per lever."""
        frame = self.to_frame()
        wide = frame.pivot_table(index="country", columns="lever", values="real_income_pct", sort=False)
        return wide.reindex(columns=[found.name for found in self.levers if found.effects])

    def diversion_frame(self) -> pd.DataFrame:
        """Long: one row per policy, market and supplier; for maps."""
        import pandas as pd

        return pd.DataFrame([asdict(row) for row in self.diversion])

    def displaced_frame(self) -> pd.DataFrame:
        """Long: who sells less where a promise to buy is kept, one row per lever, promise and supplier."""
        import pandas as pd

        rows = [
            {"lever": found.name, "promise": promise.title} | asdict(row)
            for found in self.levers
            for promise in found.commitments
            for row in promise.suppliers
        ]
        return pd.DataFrame(rows)


def lever_table(
    dossier: Dossier,
    as_of: dt.date | None = None,
    *,
    on: str | None = None,
    diverted_sectors: Sequence[str] = FARM_GOODS,
    progress: Progress | None = None,
) -> LeverTable:
    """Solve every lever that was known on the day, each on its own.

    Args:
        dossier: with `levers.toml`.
        as_of: day of knowledge; by default the day for which the dossier was written.
        on: name of a policy of the dossier on which the levers are put; None is the world without added tariffs.
        diverted_sectors: sectors in whose markets the tariffs of the dossier divert trade between the parties (who
            sells China the soybeans instead); codes that the world lacks are left out, and none leaves the tariffs out.
        progress: told what is being done.

    Raises:
        DossierError: if a file is wrong, or the policy was not known on the day.
        NoSolutionError: if a lever could not be solved for a reason other than an unattainable target.
    """
    say = progress or silent
    known = dossier.known_on(as_of or dossier.as_of)
    say(f"Reading the world {known.world}")
    book = dispute_book(known)
    world = dispute_world(known, book)
    prepared = prepare(world, known.closure)
    tariffs: dict[str, Policy] = {}
    if on is not None or diverted_sectors:
        stated = state_policies(known, book, world)
        tariffs = {item.source.name: item.policy for item in stated.policies}
    diverted: list[Outcome] = []
    if diverted_sectors:
        say("Solving who takes whose place")
        diverted = [solve_prepared(prepared, policy) for policy in tariffs.values()]
    return table_of(known, prepared, LeverTerms(tariffs, on, tuple(diverted_sectors), diverted), say)


@dataclass(frozen=True, eq=False)
class LeverTerms:
    """On what the levers are put, and whose diversion is told with them."""

    tariffs: Mapping[str, Policy]
    """The tariff policies of the dossier by name."""
    on: str | None
    diverted_sectors: tuple[str, ...]
    diverted: Sequence[Outcome]
    """One per tariff policy."""


def table_of(known: Dossier, prepared: Prepared, terms: LeverTerms, say: Progress) -> LeverTable:
    """Every lever of a dossier as known on its day, solved on a prepared world.

    Raises:
        DossierError: if a file is wrong, or there is no policy `terms.on`.
        NoSolutionError: if a lever could not be solved for a reason other than an unattainable target.
    """
    world = prepared.baseline
    levers = read_levers(known, known.as_of)
    base = _base(known, terms.tariffs, terms.on)
    policies = lever_policies(known, levers, world, base)
    before = solve_prepared(prepared, base)
    found: list[LeverFindings] = []
    for lever, policy in zip(levers, policies, strict=True):
        say(f"Solving: {lever.title}")
        try:
            outcome = solve_prepared(prepared, policy, start=before)
        except InfeasibleError as error:
            found.append(_infeasible(lever, str(error)))
            continue
        found.append(_lever_findings(known, lever, before, outcome))
    sectors = tuple(code for code in terms.diverted_sectors if code in world.sectors)
    return LeverTable(
        dispute=known.name,
        as_of=known.as_of,
        world=world.name,
        money_unit=world.money_unit,
        closure=str(prepared.closure),
        on=terms.on or "baseline",
        countries=dict(zip(world.countries, world.country_names, strict=True)),
        levers=tuple(found),
        diversion=tuple(row for outcome in terms.diverted for row in _diverted(known, outcome, sectors)),
    )


def _base(dossier: Dossier, tariffs: Mapping[str, Policy], on: str | None) -> Policy:
    if on is None:
        return Policy()
    if on not in tariffs:
        names = list(tariffs)
        what = f"no policy {on!r} of {dossier.name} was known on {dossier.as_of}{nearest(on, names)}"
        raise DossierError.at("on", what, f"Use one of {', '.join(names)}, or none")
    return tariffs[on]


def _lever_findings(dossier: Dossier, lever: LeverSource, before: Outcome, outcome: Outcome) -> LeverFindings:
    return replace(
        _infeasible(lever, ""),
        status="solved",
        effects=_effects(before, outcome),
        bilateral=_bilateral(dossier, before, outcome),
        commitments=outcome.commitments,
        purchases=purchase_summary(outcome.commitments, outcome.baseline.money_unit),
        certificate=outcome.certificate,
    )


def _infeasible(lever: LeverSource, message: str) -> LeverFindings:
    facts: dict[str, Any] = lever.model_dump(exclude={"file"}) | {"short": lever.short or lever.title}
    return LeverFindings(
        **facts,
        status="infeasible",
        message=message,
        effects=(),
        bilateral=None,
        commitments=(),
        purchases=None,
        certificate=None,
    )


def _effects(before: Outcome, outcome: Outcome) -> tuple[LeverEffect, ...]:
    world = outcome.baseline
    gain = outcome.real_income_hat / before.real_income_hat - 1.0
    # money at the prices before the lever: income there is I_0 times the hat, in baseline prices
    money = gain * world.income * before.real_income_hat
    wage = outcome.real_wage_hat / before.real_wage_hat - 1.0
    exports, imports = outcome.exports / before.exports - 1.0, outcome.imports / before.imports - 1.0
    return tuple(
        LeverEffect(
            country=code,
            name=world.country_names[k],
            real_income_pct=float(100.0 * gain[k]),
            real_income_money=float(money[k]),
            real_wage_pct=float(100.0 * wage[k]),
            exports_pct=float(100.0 * exports[k]),
            imports_pct=float(100.0 * imports[k]),
        )
        for k, code in enumerate(world.countries)
    )


def _bilateral(dossier: Dossier, before: Outcome, outcome: Outcome) -> BilateralEffect:
    first, second = (outcome.baseline.country_index(party.country) for party in dossier.parties)
    old, new = before.trade_value.sum(axis=2), outcome.trade_value.sum(axis=2)
    return BilateralEffect(
        surplus_before=float(old[first, second] - old[second, first]),
        surplus=float(new[first, second] - new[second, first]),
        exports_change=float(new[first, second] - old[first, second]),
        imports_change=float(new[second, first] - old[second, first]),
    )


def purchase_summary(results: Sequence[CommitmentResult], unit: str) -> PurchaseSummary | None:
    """All purchases of one buyer from the same sellers; None where the lever holds no such promise."""
    kept = [result for result in results if result.commitment.kind == "purchases"]
    if not kept or len({result.payer for result in kept}) > 1:
        return None
    shift, buyer = kept[0].bilateral, kept[0].payer
    bought = shift.extra_purchases + shift.other_commitments_change
    shortfall = bought - shift.surplus_fall
    share = shift.fall_per_unit
    sentence = "Nothing more is bought: the promise is kept anyway."
    if bought > 0.0 and np.isfinite(share):
        sentence = (
            f"{buyer} buys {bought:,.0f} {unit} more, and its surplus with the sellers falls by "
            f"{shift.surplus_fall:,.0f}, {share:.0%} of that. Its sales to them change by "
            f"{shift.own_sales_change:+,.0f}, because the orders raise their incomes and costs; its other purchases "
            f"from them change by {shift.other_purchases_change:+,.0f}, because the orders draw workers away. Trade as "
            f"a whole stays as unbalanced as it was."
        )
    cost = sum(result.fiscal_cost for result in kept)
    return PurchaseSummary(
        buyer,
        bought,
        shift.surplus_fall,
        shortfall,
        shift.other_purchases_change,
        shift.own_sales_change,
        share if np.isfinite(share) else None,
        cost,
        sentence,
    )


def _diverted(dossier: Dossier, outcome: Outcome, sectors: tuple[str, ...]) -> list[DivertedSales]:
    first, second = (party.country for party in dossier.parties)
    rows: list[DivertedSales] = []
    for importer, exporter in ((first, second), (second, first)):
        rows.extend(_market(outcome, outcome.diversion(importer, exporter, sectors)))
    return rows


def _market(outcome: Outcome, diversion: Diversion) -> list[DivertedSales]:
    before, after = diversion.baseline.sum(axis=1), diversion.counterfactual.sum(axis=1)
    roles = {diversion.exporter: "party", diversion.importer: "own"}
    own, party = diversion.countries.index(diversion.importer), diversion.countries.index(diversion.exporter)
    old, new = before / (before.sum() - before[own]), after / (after.sum() - after[own])
    lost = float(old[party] - new[party])
    return [
        DivertedSales(
            policy=outcome.policy.name,
            importer=diversion.importer,
            exporter=diversion.exporter,
            sectors=diversion.sectors,
            supplier=code,
            name=outcome.baseline.country_names[i],
            role=roles.get(code, "third"),
            sales_before=float(before[i]),
            sales=float(after[i]),
            change=float(after[i] - before[i]),
            import_share_before=None if i == own else float(old[i]),
            import_share=None if i == own else float(new[i]),
            share_of_place=None if i in (own, party) or lost <= 0.0 else float((new[i] - old[i]) / lost),
        )
        for i, code in enumerate(diversion.countries)
    ]
