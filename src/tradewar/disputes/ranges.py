"""How sure the effects are: every policy solved again under draws of the trade elasticities.

Each draw changes all elasticities and nothing else; the data of the baseline stay. A range holds the middle
90 percent of the draws. What it leaves out is everything else: the form of the model, the data, the tariffs. A step
from one policy to the next, and what the deal does to the tariffs of the day, are differences under the same draw.

Draw k has its own seed, so that more draws only add to those there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.disputes.material import Material
from tradewar.equilibrium.outcome import Outcome
from tradewar.equilibrium.policy import Policy
from tradewar.io.serialize import Document
from tradewar.world.ranges import Range, enough, vary

if TYPE_CHECKING:
    from tradewar.equilibrium.prepared import Prepared
    from tradewar.world.uncertainty import Uncertainty

DRAWS = 200
"""Ten draws lie beyond either end of a range."""
SEED = 2019
LEVEL = 0.9
"""Share of the draws that lies within a range."""
OVER = "draws of the trade elasticities"
OTHER_SHARES = (0.0, 1.0)
"""Common shares beside the base: sectors drawn on their own, and all moved together."""


@dataclass(frozen=True)
class CountryRange:
    """Ranges of what a policy does to one country; money per year in the unit of the world."""

    country: str
    real_income_pct: Range
    real_income_money: Range
    step_points: Range | None
    """Against the policy before, percentage points; None for the first."""
    real_wage_pct: Range
    exports_pct: Range
    imports_pct: Range


@dataclass(frozen=True)
class SupplierRange:
    """Range of the change of a supplier's share in a party's goods imports, percentage points."""

    importer: str
    supplier: str
    share_points: Range


@dataclass(frozen=True)
class SectorRange:
    """Range of the change of the volume of output of one sector of a party, percent."""

    country: str
    sector: str
    volume_pct: Range


@dataclass(frozen=True)
class PolicyRanges:
    """All ranges of one policy."""

    name: str
    countries: tuple[CountryRange, ...]
    suppliers: tuple[SupplierRange, ...]
    sectors: tuple[SectorRange, ...]
    world_money: Range
    """Of the sum over all countries."""

    def country(self, code: str) -> CountryRange:
        """The ranges of one country."""
        return next(row for row in self.countries if row.country == code)


@dataclass(frozen=True)
class Mover:
    """The elasticity that moves a party's real income most under the last policy known on the day."""

    country: str
    sector: str
    name: str
    correlation: float
    """Between log θ of the sector and real income, over the draws."""


@dataclass(frozen=True)
class SharedDoubt:
    """What the range of a party's real income owes to how much of the doubt all sectors share; first policy."""

    country: str
    common: float
    """Share of the variance that all sectors have in common."""
    real_income_pct: Range


@dataclass(frozen=True)
class Ranges(Document):
    """The part of the findings on how sure the effects are."""

    draws: int
    solved: int
    """Draws under which every policy has an equilibrium; the others are left out, and this says how many there are."""
    seed: int
    level: float
    standard_error: float
    """Largest standard error of an elasticity, as a share of it."""
    distribution: str
    source: str
    """Where the standard error comes from."""
    common: float
    """Share of the variance that all sectors have in common; ours."""
    policies: tuple[PolicyRanges, ...]
    movers: tuple[Mover, ...]
    """One per party."""
    shared: tuple[SharedDoubt, ...]
    """The same with other shares in common."""

    def policy(self, name: str) -> PolicyRanges:
        """The ranges of one policy."""
        return next(row for row in self.policies if row.name == name)


def find(material: Material) -> Ranges | None:
    """Solve every policy under draws of the elasticities.

    Returns:
        None in a market whose elasticities are not those that are drawn, or where too few draws have a solution.
    """
    drawn = draws_of(material)
    if drawn is None:
        return None
    uncertain, stated = drawn.uncertain, material.stated.policies
    columns = [[row[k] for row in drawn.measures] for k in range(len(stated))]
    bases = [_measures(outcome, drawn.parties) for outcome in material.outcomes]
    known = [k for k, item in enumerate(stated) if item.known_on(material.dossier.as_of)] or [len(stated) - 1]
    return Ranges(
        draws=DRAWS,
        solved=len(drawn.measures),
        seed=SEED,
        level=LEVEL,
        standard_error=float((uncertain.standard_error / uncertain.centre).max()),
        distribution=str(uncertain.distribution),
        source=uncertain.source,
        common=uncertain.common,
        policies=tuple(
            _policy(material, item.source.name, columns[: k + 1][-2:], bases[: k + 1][-2:])
            for k, item in enumerate(stated)
        ),
        movers=_movers(material, columns[known[-1]], drawn.elasticities),
        shared=_shared(material, uncertain, bases[0]),
    )


# ---------------------------------------------------------------- draws

Measures = Mapping[str, Array]
"""What is kept of one solved policy, by name; ratios to the baseline and shares."""


@dataclass(frozen=True, eq=False)
class Draws:
    """Every policy of a dossier under every draw that has a solution."""

    uncertain: Uncertainty
    elasticities: Float[Array, "draw sector"]
    measures: tuple[Sequence[Measures], ...]
    """By draw and policy."""
    parties: Sequence[int]


@lru_cache(maxsize=1)
def draws_of(material: Material) -> Draws | None:
    """The draws of a dossier on its day; the last material is remembered, for differences under the same draw.

    Returns:
        None in a market whose elasticities are not those that are drawn, or where too few draws have a solution.
    """
    from tradewar.world.uncertainty import typical

    if material.outcomes[0].market != "competitive":
        return None
    uncertain = typical(material.world)
    elasticities = np.array([uncertain.draw(SEED, k) for k in range(DRAWS)])
    parties = [material.world.country_index(party.country) for party in material.dossier.parties]
    found = under_draws(material, [item.policy for item in material.stated.policies], elasticities)
    kept = [k for k, row in enumerate(found) if row is not None]
    if not enough(len(kept), LEVEL):
        return None
    return Draws(uncertain, elasticities[kept], tuple(row for row in found if row is not None), parties)


def under_draws(
    material: Material, policies: Sequence[Policy], elasticities: Float[Array, "draw sector"]
) -> list[list[Measures] | None]:
    """Policies, each from the one before, under draws; None for a draw under which one has no equilibrium."""
    parties = [material.world.country_index(party.country) for party in material.dossier.parties]
    prepared = _prepared(material)
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(partial(_under, prepared, policies, parties), elasticities))


def _prepared(material: Material) -> Prepared:
    """The world of a dossier, ready for many solves."""
    from tradewar.equilibrium import prepare

    return prepare(material.world, material.dossier.closure, horizon=material.dossier.horizon, compiled=True)


def _under(
    prepared: Prepared, policies: Sequence[Policy], parties: Sequence[int], trade_elasticity: Array
) -> list[Measures] | None:
    from tradewar.equilibrium.batch import under
    from tradewar.equilibrium.solve import solve_prepared
    from tradewar.errors import NoSolutionError

    outcome: Outcome | None = None
    kept: list[Measures] = []
    try:
        own = under(prepared, trade_elasticity)
        for policy in policies:
            outcome = solve_prepared(own, policy, start=outcome)
            kept.append(_measures(outcome, parties))
    except NoSolutionError:
        return None
    return kept


def _measures(outcome: Outcome, parties: Sequence[int]) -> Measures:
    world = outcome.baseline
    goods = world.tradable
    before, after = (value[parties][:, :, goods].sum(axis=2) for value in (world.trade_value, outcome.trade_value))
    volume = outcome.gross_output[parties] / outcome.unit_cost_hat[parties]
    sold = world.gross_output[parties]
    return {
        "real_income": outcome.real_income_hat,
        "real_wage": outcome.real_wage_hat,
        "exports": outcome.exports_hat,
        "imports": outcome.imports_hat,
        "share": _import_shares(after, parties) - _import_shares(before, parties),
        "volume": np.divide(volume, sold, out=np.full_like(volume, np.nan), where=sold > 0),
    }


def _import_shares(sales: Array, parties: Sequence[int]) -> Array:
    """`[party, supplier]` as fractions of what is imported; own sales count 0."""
    abroad = sales.copy()
    abroad[np.arange(len(parties)), list(parties)] = 0.0
    return abroad / abroad.sum(axis=1, keepdims=True)


# ---------------------------------------------------------------- from draws to ranges


def over_draws(base: float, values: Array) -> Range:
    """The range of a figure over the draws of the elasticities."""
    return vary(float(base), values, over=OVER, coverage=LEVEL)


def _policy(
    material: Material, name: str, draws: Sequence[Sequence[Measures]], bases: Sequence[Measures]
) -> PolicyRanges:
    """`draws` and `bases` hold the policy before, where there is one, and this one."""
    world = material.world
    parties = [party.country for party in material.dossier.parties]
    before, (of, base) = None, (_stacked(draws[-1]), bases[-1])
    if len(draws) > 1:
        before = np.array([row["real_income"] for row in draws[0]]), bases[0]["real_income"]

    def ranged(key: str, *place: int, scale: float = 100.0, less: float = 1.0) -> Range:
        return over_draws(scale * (base[key][place] - less), scale * (of[key][(slice(None), *place)] - less))

    def step(k: int) -> Range | None:
        if before is None:
            return None
        own = 100.0 * (base["real_income"][k] - before[1][k])
        return over_draws(own, 100.0 * (of["real_income"][:, k] - before[0][:, k]))

    return PolicyRanges(
        name=name,
        countries=tuple(
            CountryRange(
                country=code,
                real_income_pct=ranged("real_income", k),
                real_income_money=ranged("real_income", k, scale=float(world.income[k])),
                step_points=step(k),
                real_wage_pct=ranged("real_wage", k),
                exports_pct=ranged("exports", k),
                imports_pct=ranged("imports", k),
            )
            for k, code in enumerate(world.countries)
        ),
        suppliers=tuple(
            SupplierRange(party, code, ranged("share", row, k, less=0.0))
            for row, party in enumerate(parties)
            for k, code in enumerate(world.countries)
            if code != party
        ),
        sectors=tuple(
            SectorRange(party, code, ranged("volume", row, s))
            for row, party in enumerate(parties)
            for s, code in enumerate(world.sectors)
        ),
        world_money=over_draws(
            float((base["real_income"] - 1.0) @ world.income), (of["real_income"] - 1.0) @ world.income
        ),
    )


def _stacked(draws: Sequence[Measures]) -> Measures:
    return {key: np.array([row[key] for row in draws]) for key in draws[0]}


def _shared(material: Material, uncertain: Uncertainty, base: Measures) -> tuple[SharedDoubt, ...]:
    """Real income of the parties under the first policy, with other shares of the doubt in common."""
    from tradewar.equilibrium.batch import Item, solve_batch

    policy, prepared = material.stated.policies[0].policy, _prepared(material)
    found: list[SharedDoubt] = []
    for common in OTHER_SHARES:
        other = replace(uncertain, common=common)
        drawn = solve_batch(prepared, [Item(policy, other.draw(SEED, k)) for k in range(DRAWS)], workers=2)
        income = drawn.real_income_hat[drawn.solved]
        if not enough(len(income), LEVEL):
            continue
        for party in material.dossier.parties:
            k = material.world.country_index(party.country)
            ranged = over_draws(100.0 * (base["real_income"][k] - 1.0), 100.0 * (income[:, k] - 1.0))
            found.append(SharedDoubt(party.country, common, ranged))
    return tuple(found)


def _movers(
    material: Material, draws: Sequence[Measures], elasticities: Float[Array, "draw sector"]
) -> tuple[Mover, ...]:
    world = material.world
    logs = np.log(elasticities)
    logs -= logs.mean(axis=0)
    found: list[Mover] = []
    for party in material.dossier.parties:
        income = np.array([row["real_income"][world.country_index(party.country)] for row in draws])
        income = income - income.mean()
        size = np.sqrt((logs**2).sum(axis=0) * (income**2).sum())
        correlation = np.divide(income @ logs, size, out=np.zeros(world.n_sectors), where=size > 0)
        s = int(np.abs(correlation).argmax())
        found.append(Mover(party.country, world.sectors[s], world.sector_names[s], float(correlation[s])))
    return tuple(found)
