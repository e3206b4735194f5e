"""The full inter-country table, 81 economies by 50 industries: import, solve, differentiate, and a war of ten.

    python -m benchmarks.whole_table FOLDER          # one run, as JSON: what `run` calls in a process of its own

The table is made up in the official layout, with realistic sparsity (`benchmarks/icio_table.py`); the official one
cannot be shipped. Every step is what a user would call; peak memory is that of the whole process.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.result import Measure, Options, Result

TITLE = "The full inter-country table, 81 x 50: import, solve, differentiate, a war of ten"
ECONOMIES, INDUSTRIES, PLAYERS = 81, 50, 10
TRADE_ELASTICITY = 4.0
GOAL = "import < 60 s and 4 GiB; the certificate of the war holds; the war's peak memory < 16 GiB"
METHOD = (
    "A table of full size in the official layout is imported from its CSV file (trade elasticity 4 in every industry, "
    "no tariffs: the layout holds none). Then, in a process of its own: `prepare` under the closure `balanced`, one "
    "solve (the largest economy adds 10 percentage points on every foreign good), the derivatives of that economy's "
    "real income by all tariffs, and the Nash war of the ten largest economies, everyone else passive, from the closed "
    "form. Its certificate tries other starting points and random directions for every player, but no sector at its "
    "bounds (`corners=False`), which would take an hour. One run, one thread."
)


def run(options: Options) -> Result:
    """Import and play, each in a process of its own."""
    from benchmarks.icio_table import INDUSTRIES as NAMES
    from benchmarks.icio_table import country_codes, icio_table, write_table

    with tempfile.TemporaryDirectory() as folder:
        table, world = Path(folder) / "2022_SML.csv", Path(folder) / "world"
        write_table(table, *icio_table(country_codes(ECONOMIES), NAMES.split()[:INDUSTRIES], options.seed))
        imported = _process("import", str(table), str(world))
        played = _process("play", str(world))
    measures = [
        Measure.single("import of the table", "s", imported["seconds"]),
        Measure.single("import: peak memory", "GiB", imported["peak"]),
        *(Measure.single(label, "s", played["seconds"][label]) for label in played["seconds"]),
        Measure.single("largest residual of any equation, one solve", "", played["residual"]),
        Measure.single("war: largest gain left to any player", "percent", played["gain"]),
        Measure.single("war: first-order residual", "", played["first_order"]),
        Measure.single("war: deviations tried", "", played["deviations"]),
        Measure.single("solve, gradient and war: peak memory", "GiB", played["peak"]),
    ]
    fits = imported["seconds"] < 60.0 and imported["peak"] < 4.0 and played["peak"] < 16.0
    return Result("whole_table", TITLE, METHOD, tuple(measures), GOAL, bool(played["certified"] and fits))


def _process(*arguments: str) -> dict:
    command = [sys.executable, "-m", "benchmarks.whole_table", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ), check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with status {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def _peak() -> float:
    """GiB of this process at its largest. (`getrusage` would count the memory of the process that started it.)"""
    for row in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if row.startswith("VmHWM:"):
            return float(row.split()[1]) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _import(table: str, out: str) -> dict:
    from tradewar.sources import read
    from tradewar.world import write_world

    started = time.perf_counter()
    write_world(read("icio", Path(table), trade_elasticity=TRADE_ELASTICITY), Path(out))
    return {"seconds": time.perf_counter() - started, "peak": _peak()}


def _play(folder: str) -> dict:
    import numpy as np

    from benchmarks.growth import shock
    from tradewar.equilibrium import gradient, prepare, solve_prepared
    from tradewar.games import war
    from tradewar.world import read_world

    seconds: dict[str, float] = {}

    def timed(label: str, task: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        found = task()
        seconds[label] = time.perf_counter() - started
        return found

    world = timed("reading the tidy folder", lambda: read_world(Path(folder)))
    prepared = timed("prepare, deficits removed", lambda: prepare(world, "balanced"))
    outcome = timed("one solve, with certificate", lambda: solve_prepared(prepared, shock(prepared.baseline)))
    largest = [world.countries[k] for k in np.argsort(-world.value_added)[:PLAYERS]]
    timed("gradient of one government", lambda: gradient(outcome, largest[:1]))
    found = timed(
        f"war of {PLAYERS}, with certificate", lambda: war(world, largest, starts=["closed-form"], corners=False)
    )
    certificate = found.certificate
    return {
        "seconds": seconds,
        "residual": outcome.certificate.max_residual,
        "certified": certificate.certified,
        "gain": certificate.largest_gain_from_deviating_pct,
        "first_order": certificate.first_order_residual,
        "deviations": certificate.deviations_tried,
        "peak": _peak(),
    }


if __name__ == "__main__":
    print(json.dumps({"import": _import, "play": _play}[sys.argv[1]](*sys.argv[2:])))
