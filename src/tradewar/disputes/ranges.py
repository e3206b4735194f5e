"""How sure the effects are: every policy solved again under draws of the trade elasticities.

Each draw changes all elasticities and nothing else; the data of the baseline stay. A range holds the middle
90 percent of the draws. What it leaves out is everything else: the form of the model, the data, the tariffs.

Draw k has its own seed, so that more draws only add to those there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.disputes.material import Material
from tradewar.equilibrium.outcome import Outcome
from tradewar.io.serialize import Document

DRAWS = 60
SEED = 2019
LEVEL = 0.9
"""Share of the draws that lies within a range."""
FEWEST = 20
"""Below so many solved draws nothing is said."""


@dataclass(frozen=True)
class Range:
    """Where the middle of the draws lies."""

    low: float
    high: float


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
    """The elasticity that moves a party's real income most under the last policy."""

    country: str
    sector: str
    name: str
    correlation: float
    """Between log θ of the sector and real income, over the draws."""


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
    policies: tuple[PolicyRanges, ...]
    movers: tuple[Mover, ...]
    """One per party."""

    def policy(self, name: str) -> PolicyRanges:
        """The ranges of one policy."""
        return next(row for row in self.policies if row.name == name)


def find(material: Material) -> Ranges | None:
    """Solve every policy under draws of the elasticities.

    Returns:
        None in a market whose elasticities are not those that are drawn, or where too few draws have a solution.
    """
    from tradewar.equilibrium import prepare
    from tradewar.world.uncertainty import typical

    if material.outcomes[0].market != "competitive":
        return None
    uncertain = typical(material.world)
    prepared = prepare(material.world, material.dossier.closure, horizon=material.dossier.horizon, compiled=True)
    solve = _Solve(material, prepared)
    drawn = [uncertain.draw(SEED, k) for k in range(DRAWS)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        found = list(pool.map(solve.under, drawn))
    solved = [row for row in found if row is not None]
    if len(solved) < FEWEST:
        return None
    columns = [[row[k] for row in solved] for k in range(len(material.stated.policies))]
    elasticities = np.array([theta for theta, row in zip(drawn, found, strict=True) if row is not None])
    return Ranges(
        draws=DRAWS,
        solved=len(solved),
        seed=SEED,
        level=LEVEL,
        standard_error=float((uncertain.standard_error / uncertain.centre).max()),
        distribution=str(uncertain.distribution),
        source=uncertain.source,
        policies=tuple(
            _policy(material, stated.source.name, column, before)
            for stated, column, before in zip(material.stated.policies, columns, [None, *columns[:-1]], strict=True)
        ),
        movers=_movers(material, columns[-1], elasticities),
    )


# ---------------------------------------------------------------- one draw

Measures = Mapping[str, Array]
"""What is kept of one solved policy, by name; ratios to the baseline and shares."""


class _Solve:
    """All policies of a dossier under one draw."""

    def __init__(self, material: Material, prepared: Any) -> None:
        self._policies = [stated.policy for stated in material.stated.policies]
        self._parties = [material.world.country_index(party.country) for party in material.dossier.parties]
        self._prepared = prepared

    def under(self, trade_elasticity: Array) -> list[Measures] | None:
        """None where a policy has no equilibrium under these elasticities."""
        from tradewar.equilibrium.batch import under
        from tradewar.equilibrium.solve import solve_prepared
        from tradewar.errors import NoSolutionError

        outcome: Outcome | None = None
        kept: list[Measures] = []
        try:
            own = under(self._prepared, trade_elasticity)
            for policy in self._policies:
                outcome = solve_prepared(own, policy, start=outcome)
                kept.append(_measures(outcome, self._parties))
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


def _policy(
    material: Material, name: str, draws: Sequence[Measures], before: Sequence[Measures] | None
) -> PolicyRanges:
    world = material.world
    parties = [party.country for party in material.dossier.parties]
    of = {key: np.array([row[key] for row in draws]) for key in draws[0]}
    income = of["real_income"] - 1.0
    step = None if before is None else of["real_income"] - np.array([row["real_income"] for row in before])

    def percent(key: str, k: int) -> Range:
        return _range(100.0 * (of[key][:, k] - 1.0))

    return PolicyRanges(
        name=name,
        countries=tuple(
            CountryRange(
                country=code,
                real_income_pct=_range(100.0 * income[:, k]),
                real_income_money=_range(float(world.income[k]) * income[:, k]),
                step_points=None if step is None else _range(100.0 * step[:, k]),
                real_wage_pct=percent("real_wage", k),
                exports_pct=percent("exports", k),
                imports_pct=percent("imports", k),
            )
            for k, code in enumerate(world.countries)
        ),
        suppliers=tuple(
            SupplierRange(party, code, _range(100.0 * of["share"][:, row, k]))
            for row, party in enumerate(parties)
            for k, code in enumerate(world.countries)
            if code != party
        ),
        sectors=tuple(
            SectorRange(party, code, _range(100.0 * (of["volume"][:, row, s] - 1.0)))
            for row, party in enumerate(parties)
            for s, code in enumerate(world.sectors)
        ),
        world_money=_range(income @ world.income),
    )


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


def _range(values: Array) -> Range:
    tail = 50.0 * (1.0 - LEVEL)
    low, high = np.percentile(values, [tail, 100.0 - tail])
    return Range(float(low), float(high))
