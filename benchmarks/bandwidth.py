"""How much of one pass of the solver is spent at the limit of the memory's bandwidth."""

from __future__ import annotations

import numpy as np

from benchmarks.growth import shock
from benchmarks.result import Measure, Options, Result
from benchmarks.timing import interleaved
from benchmarks.worlds import random_world
from tradewar.equilibrium import kernels, prepare

TITLE = "The hot kernel against the bandwidth of the memory"
SIZES = ((31, 40), (80, 45), (160, 65))
STREAM_BYTES = 512 * 2**20
METHOD = (
    "One pass of the solver (`equilibrium/kernels.py`, `one_pass`) reads two matrices per sector and the input shares "
    "of every country twice: (2 N²S + 2 N S²) numbers of 8 bytes, if a sector's matrix is still in a cache for its "
    "second product. The bandwidth of one thread is that of adding up an array of 512 MiB, measured in turn with the "
    "passes. The share is the time of those bytes at that bandwidth over the time of the pass: near 100 percent, "
    "only reading less could make it faster; above 100, the matrices come from a cache rather than from memory."
)


def run(options: Options) -> Result:
    """Time one pass at each size, and reading from memory."""
    stream = np.ones(STREAM_BYTES // 8)
    tasks = {"reading": lambda: stream.sum()}
    bytes_read: dict[str, float] = {}
    for n, s in SIZES:
        world = random_world(n, s, options.seed)
        economy = prepare(world).economy
        assert isinstance(economy, kernels.Economy)
        policy = kernels.wedges(economy, shock(world).levers(world))
        point = kernels.baseline_point(economy)
        name = f"{n} x {s}"
        tasks[name] = lambda economy=economy, policy=policy, point=point: kernels.one_pass(economy, policy, point)
        bytes_read[name] = 8.0 * (2 * n * n * s + 2 * n * s * s)
    times = interleaved(tasks, 3 * options.pairs, shortest=0.1)
    bandwidth = [STREAM_BYTES / seconds for seconds in times["reading"]]
    measures = [Measure.of("bandwidth of one thread, reading", "GB/s", [value / 1e9 for value in bandwidth])]
    for name, read in bytes_read.items():
        share = [100.0 * read / rate / seconds for rate, seconds in zip(bandwidth, times[name], strict=True)]
        measures += [
            Measure.of(f"one pass, {name}", "ms", [1e3 * seconds for seconds in times[name]]),
            Measure.of(f"share of the pass at the memory's limit, {name}", "percent", share),
        ]
    return Result("bandwidth", TITLE, METHOD, tuple(measures))
