"""Cold whole-process times of what people type: interpreter start, imports, reading, solving, writing."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.result import Measure, Options, Result

TITLE = "Cold times of whole commands"
METHOD = (
    "Each command is a new process, measured from its start to its end; commands are run in turn. Thread settings of "
    "the benchmark are not passed on: a command runs as a user starts it. One run of each is made before the "
    "measurement, so that the files are in the file cache of the operating system and what is compiled once (modules, "
    "kernels, templates) is compiled."
)
TARIFFS = "exporter,importer,sector,tariff\nCHN,USA,*,0.25\nUSA,CHN,*,0.25\n"
GOALS = {"solve": 1.5, "brief": 10.0}
"""Seconds; the goal for `brief` is for two cores."""


def run(options: Options) -> Result:
    """Time the commands in turn."""
    program = Path(sys.executable).with_name("tradewar")
    if not program.is_file():
        return Result.skip("cold", TITLE, f"the command {program} is not installed; run `make bench`")
    with tempfile.TemporaryDirectory() as folder:
        tariffs = Path(folder) / "tariffs.csv"
        tariffs.write_text(TARIFFS, encoding="utf-8")
        commands = {
            "import": [sys.executable, "-c", "import tradewar"],
            "help": [str(program), "--help"],
            "solve": [str(program), "solve", "world-2017", "--tariffs", str(tariffs)],
            "brief": [str(program), "brief", "us-china-2019", "--out", str(Path(folder) / "brief")],
        }
        for command in commands.values():
            wall_clock(command)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(options.pairs):
            for name, command in commands.items():
                times[name].append(wall_clock(command))
    labels = {
        "import": "import tradewar",
        "help": "tradewar --help",
        "solve": "tradewar solve world-2017 --tariffs FILE",
        "brief": "tradewar brief us-china-2019",
    }
    measures = {name: Measure.of(labels[name], "s", values) for name, values in times.items()}
    met = all(measures[name].median < limit for name, limit in GOALS.items())
    goal = ", ".join(f"`{name}` under {limit:g} s" for name, limit in GOALS.items())
    return Result("cold", TITLE, METHOD, tuple(measures.values()), goal, met)


def wall_clock(command: list[str]) -> float:
    """Seconds of one process.

    Raises:
        RuntimeError: if the command fails; the message holds what it wrote.
    """
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    elapsed = time.perf_counter() - start
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with status {done.returncode}: {done.stderr.strip()}")
    return elapsed
