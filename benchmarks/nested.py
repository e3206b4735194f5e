"""The published nested algorithm of Caliendo and Parro (2015) against ours, 31 countries by 40 sectors.

`benchmarks.caliendo_parro` is the reference: re-implemented faithfully, vectorised NumPy; the original is MATLAB.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy import ndarray as Array

from benchmarks import caliendo_parro as published
from benchmarks.result import Measure, Options, Result
from benchmarks.timing import interleaved, ratios, seconds
from benchmarks.worlds import largest_country, random_world, reference_data, tariff_of
from tradewar.equilibrium import Policy, solve
from tradewar.world import World

TITLE = "The published nested algorithm (Caliendo and Parro 2015, Appendix C) against ours, 31 x 40"
GOAL = 100.0
MEMBERS = ("CAN", "MEX", "USA")
METHOD = (
    "Both do the published exercise: the base year without deficits at baseline tariffs, then the change of tariffs. "
    "The nested algorithm stops at 1e-7, the tolerance of the published code; ours at 1e-10 and with its certificate. "
    "It is re-implemented faithfully in vectorised NumPy (the original is MATLAB), and wherever the published code "
    "leaves a choice the faster one is taken (benchmarks/caliendo_parro.py says where)."
)


def run(options: Options) -> Result:
    """Compare times on NAFTA, where the reference data are present, and on a random world; results must agree.

    The goal is judged on the published exercise, NAFTA, and on the random world only where its data are missing.
    """
    cases: dict[str, tuple[World, Array]] = {}
    place = reference_data()
    if place is not None and (place / "worlds" / "caliendo-parro-1993").is_dir():
        cases["NAFTA"] = nafta(place / "worlds" / "caliendo-parro-1993")
    world = random_world(31, 40, options.seed)
    cases["random world"] = (world, tariff_of(world, largest_country(world), 0.10))
    found = {name: _compare(name, world, rates, options) for name, (world, rates) in cases.items()}
    measures = tuple(measure for ratio, others in found.values() for measure in (ratio, *others))
    judged, (ratio, _) = next(iter(found.items()))
    return Result("nested", TITLE, METHOD, measures, f"at least {GOAL:g} times, {judged}", ratio.median >= GOAL)


def nafta(folder: Path) -> tuple[World, Array]:
    """The world of 1993, and its tariffs with those of 2005 among Canada, Mexico and the United States.

    A row that `tariffs_2005.csv` does not have is a tariff of 0.
    """
    import csv

    from tradewar.world.tidy import read_world

    world = read_world(folder)
    rates = np.array(world.tariff_rate)
    members = [world.country_index(code) for code in MEMBERS]
    rates[np.ix_(members, members)] = 0.0
    with (folder / "tariffs_2005.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["exporter"] in MEMBERS and row["importer"] in MEMBERS and row["exporter"] != row["importer"]:
                cell = (
                    world.country_index(row["importer"]),
                    world.country_index(row["exporter"]),
                    world.sector_index(row["sector"]),
                )
                rates[cell] = float(row["tariff"])
    return world, rates


def _compare(name: str, world: World, rates: Array, options: Options) -> tuple[Measure, list[Measure]]:
    """The ratio pair by pair, and everything else that was measured."""
    policy = Policy(tariff_rate=rates, name=name)
    base, changed = published.balanced_exercise(world, rates)
    outcome = solve(world, policy, closure="balanced")
    income = published.real_income_hat(world, base, changed)
    wages = published.real_wage_hat(world, changed)
    tasks: dict[str, Callable[[], object]] = {
        "theirs": lambda: published.balanced_exercise(world, rates),
        "ours": lambda: solve(world, policy, closure="balanced"),
    }
    times = interleaved(tasks, options.pairs)
    literal = seconds(lambda: published.balanced_exercise(world, rates, two_inverses=True))
    ratio = Measure.of(f"{name}: ratio, pair by pair", "x", ratios(times["theirs"], times["ours"]))
    return ratio, [
        Measure.of(f"{name}: nested algorithm, both steps, to 1e-7", "s", times["theirs"]),
        Measure.of(f"{name}: tradewar solve, both steps, to 1e-10", "s", times["ours"]),
        Measure.single(f"{name}: nested algorithm with the two inverses of the published code", "s", literal),
        Measure.single(f"{name}: nested rounds of wages, both steps", "", base.rounds + changed.rounds),
        Measure.single(f"{name}: nested rounds of prices, both steps", "", base.inner_rounds + changed.inner_rounds),
        Measure.single(f"{name}: tradewar passes, the step of the tariffs", "", outcome.certificate.iterations),
        Measure.single(f"{name}: largest difference of real income", "", _gap(income, outcome.real_income_hat)),
        Measure.single(f"{name}: largest difference of real wages", "", _gap(wages, outcome.real_wage_hat)),
    ]


def _gap(first: Array, second: Array) -> float:
    return float(np.abs(first / second - 1.0).max())
