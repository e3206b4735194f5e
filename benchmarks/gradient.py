"""Cost of the gradient of one government over all tariffs, by the adjoint, against one solve."""

from __future__ import annotations

from benchmarks.growth import shock
from benchmarks.result import Measure, Options, Result
from benchmarks.timing import interleaved, ratios
from benchmarks.worlds import random_world
from tradewar.equilibrium import gradient, solve

TITLE = "Gradient of one government over all tariffs against one solve"
GOAL = 1.5
SIZES = ((18, 16), (31, 40), (80, 45))
METHOD = (
    "Seeded random worlds, the largest country's 10 percentage points on every foreign good. One solve from a cold "
    "start to 1e-10 with its certificate against `gradient(outcome, [country])`: the derivative of that country's log "
    "real income by every one of the N²S tariffs, from one transposed solve."
)


def run(options: Options) -> Result:
    """Time gradient and solve in turn at each size."""
    measures: list[Measure] = []
    worst = 0.0
    for n, s in SIZES:
        world = random_world(n, s, options.seed)
        policy = shock(world)
        outcome = solve(world, policy)
        government = [world.countries[int(world.value_added.argmax())]]
        tasks = {
            "gradient": lambda outcome=outcome, who=government: gradient(outcome, who),
            "solve": lambda world=world, policy=policy: solve(world, policy),
        }
        times = interleaved(tasks, 3 * options.pairs, shortest=0.1)
        ratio = Measure.of(f"gradient over solve, {n} x {s}", "x", ratios(times["gradient"], times["solve"]))
        worst = max(worst, ratio.median)
        measures += [
            Measure.of(f"one solve, {n} x {s}", "s", times["solve"]),
            Measure.of(f"gradient of one government, {n} x {s}", "s", times["gradient"]),
            ratio,
        ]
    return Result("gradient", TITLE, METHOD, tuple(measures), f"at most {GOAL:g} solves", worst <= GOAL)
