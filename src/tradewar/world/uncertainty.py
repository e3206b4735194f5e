"""Draws of trade elasticities from named distributions, one seed per draw.

| distribution | a draw of θ from centre m and standard error e |
|---|---|
| `lognormal` | mean m, standard deviation e: log θ is normal with variance ln(1 + (e/m)²) and mean ln m − half of it |
| `normal` | m + e z, z normal but kept within ±0.9 m / e, so that θ stays within 10 and 190 percent of m, its mean |
| `uniform` | between m − √3 e and m + √3 e, which has mean m and standard deviation e |

Sectors share a common factor: with z_0 for all and z_s for each sector, standard normal, and ρ the common share,

    z = √ρ z_0 + √(1−ρ) z_s

has the distribution above in every sector and the correlation ρ between sectors (in the normal scores). What all
estimates have in common (their method, their years, how fast trade is taken to adjust) moves all sectors together, and
it moves a country most: errors of single sectors cancel. The share is our own: the published sets of the built-in
worlds differ mostly by sector (intraclass correlation of log θ about .06), but they are cross sections of one kind, and
what they share is what they cannot show. ρ = .5 stands halfway; ranges name it and show 0 and 1 beside it.

Draw k uses the k-th child of the seed (`numpy.random.SeedSequence`), so it is the same whatever else is drawn, in
whatever order and on whatever machine. Index order `[draw, sector]`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import Problem, SweepError
from tradewar.io.nearest import nearest
from tradewar.io.tables import read_path
from tradewar.world.formats import STANDARD_ERRORS
from tradewar.world.model import World, choose
from tradewar.world.table import fill, flat_cells, refuse_missing

FEWEST_SETS = 3
"""Published sets below this number say nothing about their spread."""
ASSUMED_SHARE = 0.5
"""Standard error of an elasticity, as a share of it, where no published sets say how far estimates lie apart."""
NORMAL_REACH = 0.9
"""A normal draw stays within this share of its centre."""
COMMON_SHARE = 0.5
"""ρ, ours: share of the variance of the normal scores that all sectors have in common."""


class Distribution(StrEnum):
    """From what elasticities are drawn."""

    LOGNORMAL = "lognormal"
    NORMAL = "normal"
    UNIFORM = "uniform"


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """How well the elasticity of each sector is known."""

    distribution: Distribution
    centre: Float[Array, " sector"]
    """Mean of θ."""
    standard_error: Float[Array, " sector"]
    """Standard deviation of θ; 0 where it is known."""
    source: str
    """Where the standard errors come from, in words."""
    common: float = COMMON_SHARE
    """ρ in [0, 1]: 0 draws every sector on its own, 1 moves all by the same number of standard errors."""

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        if not 0.0 <= self.common <= 1.0:
            problems.append(Problem("common share", f"is {self.common:g}", "Give a share from 0 to 1"))
        problems += [
            Problem(f"sector {k + 1}", f"has centre {m:g} and standard error {e:g}", "Both finite, the first > 0")
            for k, (m, e) in enumerate(zip(self.centre, self.standard_error, strict=True))
            if not (np.isfinite(m) and np.isfinite(e) and m > 0 and e >= 0)
        ]
        if self.distribution is Distribution.UNIFORM:
            problems += [
                Problem(f"sector {k + 1}", f"uniform from {m - np.sqrt(3) * e:g}", "Use a lognormal distribution")
                for k, (m, e) in enumerate(zip(self.centre, self.standard_error, strict=True))
                if m <= np.sqrt(3) * e
            ]
        if problems:
            raise SweepError(problems)

    def draw(self, seed: int, number: int) -> Float[Array, " sector"]:
        """Elasticities of draw `number` (from 0)."""
        from scipy.special import ndtr, ndtri

        child = np.random.SeedSequence(entropy=seed, spawn_key=(number,))
        # the common one comes last, so that a sector's own number is the same whatever the share
        *own, shared = ndtri(np.random.default_rng(child).random(len(self.centre) + 1))
        return self.at(ndtr(np.sqrt(self.common) * shared + np.sqrt(1.0 - self.common) * np.array(own)))

    def at(self, chance: Float[Array, " sector"]) -> Float[Array, " sector"]:
        """The elasticities with the given cumulative probabilities."""
        from scipy.special import ndtr, ndtri

        m, e = self.centre, self.standard_error
        if self.distribution is Distribution.UNIFORM:
            return m + np.sqrt(3.0) * e * (2.0 * chance - 1.0)
        if self.distribution is Distribution.LOGNORMAL:
            variance = np.log1p((e / m) ** 2)
            return m * np.exp(np.sqrt(variance) * ndtri(chance) - variance / 2.0)
        reach = np.divide(NORMAL_REACH * m, e, out=np.full_like(m, np.inf), where=e > 0)
        lowest = ndtr(-reach)
        return m + e * np.clip(ndtri(lowest + chance * (1.0 - 2.0 * lowest)), -reach, reach)


def relative(
    world: World, share: float, elasticities: str | None = None, distribution: str = "lognormal"
) -> Uncertainty:
    """A standard error of the same share of θ in every sector.

    Raises:
        SweepError: if the share is not a number >= 0.
        WorldError: if the world has no such elasticities.
    """
    if not (np.isfinite(share) and share >= 0):
        raise SweepError.at("standard error", f"is {share:g} of the elasticity", "Give a share such as 0.2")
    centre = choose(world, elasticities or "default")
    source = f"{100 * share:g} percent of each elasticity, as asked"
    return Uncertainty(distribution_named(distribution), centre, share * centre, source)


def from_sets(world: World, elasticities: str | None = None, distribution: str = "lognormal") -> Uncertainty:
    """The spread of the published sets that a world carries: how far estimates of one elasticity lie apart.

    The standard error is the standard deviation between the sets. The centre is their mean, or the set named.

    Raises:
        SweepError: if the world carries fewer than three sets.
        WorldError: if the world has no such elasticities.
    """
    sets = world.elasticity_sets
    if len(sets) < FEWEST_SETS:
        what = f"{world.name} carries {len(sets)} published sets of elasticities, fewer than {FEWEST_SETS}"
        raise SweepError.at("standard errors", what, "Give a share such as 0.2, or a file with standard errors")
    values = np.array([sets[name] for name in sorted(sets)])
    centre = values.mean(axis=0) if elasticities is None else choose(world, elasticities)
    source = f"spread between the {len(sets)} published sets of the world: {', '.join(sorted(sets))}"
    return Uncertainty(distribution_named(distribution), centre, values.std(axis=0, ddof=1), source)


def typical(world: World, distribution: str = "lognormal") -> Uncertainty:
    """Around the world's own elasticities, one standard error for all sectors: how far sets usually differ.

    It is the median over tradable sectors of the standard deviation of log θ between the sets, as a share of θ: one
    set that is far off in one sector (65 for refined petroleum) does not widen it. A world with fewer than three sets
    gets the share `ASSUMED_SHARE`, and the source says that it is an assumption.
    """
    sets = world.elasticity_sets
    if len(sets) < FEWEST_SETS:
        found = relative(world, ASSUMED_SHARE, distribution=distribution)
        source = f"{100 * ASSUMED_SHARE:g} percent of each elasticity, assumed: the world has no published sets"
        return replace(found, source=source)
    logs = np.log(np.array([sets[name] for name in sorted(sets)]))[:, world.tradable]
    spread = float(np.median(logs.std(axis=0, ddof=1)))
    found = relative(world, float(np.sqrt(np.expm1(spread**2))), distribution=distribution)
    return replace(
        found, source=f"median over sectors of the spread between the {len(sets)} published sets of the world"
    )


def from_file(
    world: World, path: Path | str, elasticities: str | None = None, distribution: str = "lognormal"
) -> Uncertainty:
    """Standard errors of a CSV file: `sector,standard_error`, and `trade_elasticity` where the centre is its own.

    Raises:
        SweepError: listing every fault with file, line, value and fix.
    """
    problems: list[Problem] = []
    table = read_path(STANDARD_ERRORS, path, problems, what="table of standard errors (CSV)", partial=True)
    if table is None:
        raise SweepError(problems)
    axes = {"sector": world.sectors}
    flat = flat_cells(table, axes, problems)
    refuse_missing(table, flat, np.ones(world.n_sectors, dtype=bool), axes, problems)
    if problems:
        raise SweepError(problems)
    names = [name for name in ("standard_error", "trade_elasticity") if table.has(name)]
    filled = {name: fill((world.n_sectors,), flat, table.numbers(name)) for name in names}
    centre = filled.get("trade_elasticity", choose(world, elasticities or "default"))
    return Uncertainty(distribution_named(distribution), centre, filled["standard_error"], table.file)


def distribution_named(name: str) -> Distribution:
    """The distribution of that name.

    Raises:
        SweepError: if there is none.
    """
    try:
        return Distribution(name)
    except ValueError:
        what = f"there is no {name!r}{nearest(name, map(str, Distribution))}"
        raise SweepError.at("distribution", what, f"Use one of {', '.join(Distribution)}") from None
