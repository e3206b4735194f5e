"""Random tariff shocks of up to 300 percent on every world present: how many converge, by which stage of the solver.

A shock that ends in `NoSolutionError` has said that it did not converge; it is counted, never hidden. Anything else
that goes wrong (another exception, a result without a certificate, a residual above the limit) is a defect.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy import ndarray as Array

from benchmarks.result import Measure, Options, Result
from benchmarks.worlds import random_world, reference_data
from tradewar.equilibrium import Policy, solve
from tradewar.errors import NoSolutionError
from tradewar.world import World

if TYPE_CHECKING:
    from tradewar.equilibrium.certificate import Certificate

TITLE = "Random tariff shocks of up to 300 percent"
HIGHEST = 3.0
RESIDUAL_LIMIT = 1e-9
CLOSURES = ("share-of-world", "balanced")
METHOD = (
    "Shocks are shared equally among the worlds and rotate over four kinds: every foreign cell its own rate; one "
    "importer against all; two countries against each other; a tenth of all cells. Rates are uniform between 0 and "
    "300 percent, closures alternate. A shock counts as converged if every equation of its certificate holds to 1e-9."
)


def run(options: Options) -> Result:
    """Count converged, by stage, and refused, over all worlds."""
    counts: Counter[str] = Counter()
    worst, passes = 0.0, []
    found = worlds(options.seed)
    each = max(1, options.shocks // len(found))
    for world in found:
        draw = np.random.default_rng(options.seed)
        for number in range(each):
            rates = KINDS[number % len(KINDS)](draw, world)
            closure = CLOSURES[number // len(KINDS) % len(CLOSURES)] if _has_closures(world) else CLOSURES[0]
            try:
                certificate = solve(world, Policy(tariff_rate=rates), closure=closure).certificate
            except NoSolutionError:
                counts["said that it did not converge"] += 1
                continue
            counts[_verdict(certificate)] += 1
            worst = max(worst, certificate.max_residual)
            passes.append(certificate.iterations)
    total = sum(counts.values())
    measures = (
        *(Measure.single(f"shocks on: {world.name}", "", each) for world in found),
        *(Measure.single(label, "", count) for label, count in sorted(counts.items())),
        Measure.single("largest residual of any equation", "", worst),
        Measure.of("passes", "", passes or [0.0]),
    )
    silent = counts[WRONG]
    goal = "every shock converges or says that it did not"
    return Result("robustness", f"{TITLE}: {total:,} shocks", METHOD, measures, goal, silent == 0)


WRONG = "returned without convergence"


def _verdict(certificate: Certificate) -> str:
    if not certificate.converged or certificate.max_residual > RESIDUAL_LIMIT:
        return WRONG
    return f"converged by {certificate.method}"


def worlds(seed: int) -> list[World]:
    """The built-in worlds, those of the reference data, and two random ones."""
    from tradewar.world.tidy import read_world

    found = [*_built_in(), random_world(18, 16, seed), random_world(5, 8, seed + 1)]
    place = reference_data()
    names = {world.name for world in found}
    folders: list[Path] = sorted((place / "worlds").iterdir()) if place is not None else []
    for folder in folders:
        if (folder / "world.toml").is_file():
            world = read_world(folder)
            if world.name not in names:
                found.append(world)
    return found


def _built_in() -> list[World]:
    from tradewar.world import catalogue

    return [catalogue.load_world(name) for name in catalogue.names()]


def _has_closures(world: World) -> bool:
    return world.market == "competitive"


# ---------------------------------------------------------------- kinds of shocks, [importer, exporter, sector]

Kind = Callable[[np.random.Generator, World], Array]


def everywhere(draw: np.random.Generator, world: World) -> Array:
    """A rate of its own in every foreign cell."""
    return draw.uniform(0.0, HIGHEST, size=world.tariff_rate.shape) * _taxable(world)


def one_importer(draw: np.random.Generator, world: World) -> Array:
    """One importer against all others, a rate by sector."""
    rates = np.array(world.tariff_rate)
    importer = draw.integers(world.n_countries)
    drawn = draw.uniform(0.0, HIGHEST, size=world.n_sectors)
    rates[importer] = np.where(_taxable(world)[importer], drawn, rates[importer])
    return rates


def two_countries(draw: np.random.Generator, world: World) -> Array:
    """Two countries against each other, a rate by direction and sector."""
    rates = np.array(world.tariff_rate)
    first, second = draw.choice(world.n_countries, size=2, replace=False)
    for importer, exporter in ((first, second), (second, first)):
        rates[importer, exporter] = draw.uniform(0.0, HIGHEST, size=world.n_sectors) * world.tradable
    return rates


def some_cells(draw: np.random.Generator, world: World) -> Array:
    """A tenth of all foreign cells, a rate for each."""
    hit = _taxable(world) & (draw.uniform(size=world.tariff_rate.shape) < 0.1)
    return np.where(hit, draw.uniform(0.0, HIGHEST, size=hit.shape), world.tariff_rate)


def _taxable(world: World) -> Array:
    foreign = ~np.eye(world.n_countries, dtype=bool)
    return foreign[:, :, None] & world.tradable[None, None, :]


KINDS: tuple[Kind, ...] = (everywhere, one_importer, two_countries, some_cells)
