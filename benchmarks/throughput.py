"""Equilibria per second: a batch on two threads against the published nested algorithm, one at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks import caliendo_parro as published
from benchmarks.nested import nafta
from benchmarks.result import Measure, Options, Result
from benchmarks.timing import interleaved, ratios
from benchmarks.worlds import largest_country, random_world, reference_data, tariff_of
from tradewar.equilibrium import Item, Policy, prepare, solve_batch

TITLE = "Throughput against the published nested algorithm, 31 x 40"
GOAL = 500.0
ITEMS, WORKERS = 100, 2
METHOD = (
    "Draws of the elasticities around those of the world (lognormal, 10 percent). For each draw both do the published "
    "exercise: the base year without deficits at baseline tariffs, then the change of tariffs. The nested algorithm "
    f"(to 1e-7) does one draw after another; ours does a batch of {ITEMS} on {WORKERS} threads, to 1e-10, each with "
    "its certificate. The ratio is seconds per draw over seconds per draw, pair by pair."
)


def run(options: Options) -> Result:
    """Compare on NAFTA where the reference data are present, on a random world otherwise; results must agree."""
    place = reference_data()
    if place is not None and (place / "worlds" / "caliendo-parro-1993").is_dir():
        name, (world, rates) = "NAFTA", nafta(place / "worlds" / "caliendo-parro-1993")
    else:
        name, world = "random world", random_world(31, 40, options.seed)
        rates = tariff_of(world, largest_country(world), 0.10)
    chance = np.random.default_rng(options.seed)
    theta = world.trade_elasticity * chance.lognormal(sigma=0.1, size=(ITEMS, world.n_sectors))
    policy = Policy(tariff_rate=rates, name=name)
    prepared = prepare(world, "balanced", compiled=True)
    items = [Item(policy, row) for row in theta]
    drawn = replace(world, trade_elasticity=theta[0])
    found = solve_batch(prepared, items, workers=WORKERS)
    base, changed = published.balanced_exercise(drawn, rates)
    gap = float(np.abs(published.real_income_hat(drawn, base, changed) / found.real_income_hat[0] - 1.0).max())
    tasks = {
        "theirs": lambda: published.balanced_exercise(drawn, rates),
        "ours": lambda: solve_batch(prepared, items, workers=WORKERS),
        "one thread": lambda: solve_batch(prepared, items),
    }
    times = interleaved(tasks, options.pairs)
    ours = [seconds / ITEMS for seconds in times["ours"]]
    ratio = Measure.of(f"{name}: ratio, pair by pair", "x", ratios(times["theirs"], ours))
    measures = (
        ratio,
        Measure.of(f"{name}: nested algorithm, one draw", "s", times["theirs"]),
        Measure.of(f"{name}: batch on {WORKERS} threads, one draw", "s", ours),
        Measure.of(f"{name}: batch on one thread, one draw", "s", [seconds / ITEMS for seconds in times["one thread"]]),
        Measure.single(f"{name}: share of draws solved and certified", "", float(found.solved.mean())),
        Measure.single(f"{name}: largest difference of real income", "", gap),
    )
    met = ratio.median >= GOAL and bool(found.solved.all()) and gap < 1e-5
    return Result("throughput", TITLE, METHOD, measures, f"at least {GOAL:g} times, {name}", met)
