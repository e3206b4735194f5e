"""How the time of one solve grows with the number of share cells N²S, on random worlds whose books balance."""

from __future__ import annotations

import math

from benchmarks.result import Measure, Options, Result
from benchmarks.timing import interleaved
from benchmarks.worlds import largest_country, random_world, tariff_of
from tradewar.equilibrium import Policy, solve
from tradewar.world import World

TITLE = "Growth of the time of one solve with the number of share cells"
SIZES = ((31, 40), (80, 45), (160, 65))
METHOD = (
    "Seeded random worlds with input-output linkages; the largest country adds 10 percentage points to every tariff on "
    "foreign goods; tolerance 1e-10, certificate included. Sizes are measured in turn. Growth between two sizes is the "
    "ratio of their median times over the ratio of their numbers of share cells: at most 1 is no worse than "
    "proportional. The exponent is the slope of log time on log cells from the smallest to the largest."
)


def run(options: Options) -> Result:
    """Time one solve at each size."""
    names = [f"{n} x {s}" for n, s in SIZES]
    worlds = [random_world(n, s, options.seed) for n, s in SIZES]
    policies = [shock(world) for world in worlds]
    tasks = {
        name: (lambda world=world, policy=policy: solve(world, policy))
        for name, world, policy in zip(names, worlds, policies, strict=True)
    }
    times = {name: Measure.of(f"one solve, {name}", "s", values) for name, values in _timed(tasks, options).items()}
    cells = [float(n * n * s) for n, s in SIZES]
    medians = [times[name].median for name in names]
    growth = [(medians[k + 1] / medians[k]) / (cells[k + 1] / cells[k]) for k in range(len(SIZES) - 1)]
    exponent = math.log(medians[-1] / medians[0]) / math.log(cells[-1] / cells[0])
    passes = [solve(world, policy).certificate.iterations for world, policy in zip(worlds, policies, strict=True)]
    measures = (
        *times.values(),
        *(Measure.single(f"passes, {name}", "", count) for name, count in zip(names, passes, strict=True)),
        *(
            Measure.single(f"growth over proportional, {names[k]} to {names[k + 1]}", "x", value)
            for k, value in enumerate(growth)
        ),
        Measure.single("exponent of growth", "", exponent),
    )
    curve = tuple(
        {"size": name, "cells": count, "seconds": seconds}
        for name, count, seconds in zip(names, cells, medians, strict=True)
    )
    return Result("growth", TITLE, METHOD, measures, "no worse than proportional", max(growth) <= 1.0, curve=curve)


def shock(world: World) -> Policy:
    """10 percentage points on every foreign good by the largest country."""
    importer = largest_country(world)
    return Policy(tariff_rate=tariff_of(world, importer, 0.10), name=f"{world.countries[importer]} adds 10 points")


def _timed(tasks: dict, options: Options) -> dict[str, list[float]]:
    # a solve is short: more rounds cost little and settle the medians
    return interleaved(tasks, 3 * options.pairs, shortest=0.05)
