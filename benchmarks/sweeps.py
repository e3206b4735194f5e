"""Thousands of draws of the elasticities: how long a whole sweep takes on two processes."""

from __future__ import annotations

import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.growth import shock
from benchmarks.result import Measure, Options, Result
from benchmarks.worlds import random_world
from tradewar.sweep import Counterfactual, from_sets, plan, relative
from tradewar.sweep import run as carry_out
from tradewar.world import World
from tradewar.world.catalogue import load_world

TITLE = "Draws of the elasticities under one policy"
WORKERS = 2
METHOD = (
    "The largest country adds 10 percentage points to every tariff on foreign goods. Every draw is solved from its own "
    "baseline to 1e-10, has its own certificate, and is written to Parquet. The time is that of the whole sweep on "
    f"{WORKERS} processes, their start included; processor time is that of both together. Where fewer draws were run "
    "than the goal names, the time is scaled in proportion, and the label says how many there were."
)


@dataclass(frozen=True)
class _Case:
    """One sweep with its goal."""

    name: str
    world: World
    closure: str
    draws: int
    seconds: float
    """The goal for that many draws."""


def run(options: Options) -> Result:
    """Run both sweeps; an outcome that is not solved fails the benchmark."""
    large = random_world(80, 45, options.seed)
    cases = (
        _Case("80 x 45", large, "share-of-world", 1_000, 600.0),
        _Case("80 x 45, baseline solved anew", large, "balanced", 1_000, 600.0),
        _Case("world-2017 (18 x 16), baseline solved anew", load_world("world-2017"), "balanced", 10_000, 120.0),
    )
    measures: list[Measure] = []
    met = True
    for case in cases:
        seconds, busy, count, solved = _timed(case, options)
        scaled = seconds * case.draws / count
        met = met and scaled <= case.seconds and solved == count
        ran = "" if count == case.draws else f", from {count:,} run"
        measures.append(Measure.single(f"{case.draws:,} draws, {case.name}{ran}", "s", scaled))
        measures.append(Measure.single(f"{case.name}: processor time of one draw", "s", busy / count))
        measures.append(Measure.single(f"{case.name}: share of draws solved and certified", "", solved / count))
    goal = "1,000 draws at 80 x 45 within 600 s, 10,000 at world-2017 within 120 s, all certified"
    return Result("sweeps", TITLE, METHOD, tuple(measures), goal, met)


def _timed(case: _Case, options: Options) -> tuple[float, float, int, int]:
    """Seconds by the clock, seconds of processors, draws run, and how many of them were solved."""
    count = case.draws if options.draws is None else min(options.draws, case.draws)
    world = case.world
    uncertainty = from_sets(world) if world.elasticity_sets else relative(world, 0.2)
    tasks = [Counterfactual(shock(world), closure=case.closure)]
    # several parts for each worker, so that none waits long for another at the end
    made = plan(
        world, tasks, uncertainty=uncertainty, draws=count, seed=options.seed, items_per_part=min(100, -(-count // 8))
    )
    with tempfile.TemporaryDirectory() as folder:
        began, before = time.perf_counter(), _busy()
        done = carry_out(made, Path(folder) / "sweep", workers=WORKERS)
        seconds = time.perf_counter() - began
        return seconds, _busy() - before, count, done.statuses()["solved"]


def _busy() -> float:
    """Processor seconds of this process and of those it started, which other work on the machine does not lengthen."""
    mine, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime
