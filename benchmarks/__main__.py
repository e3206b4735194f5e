"""`python -m benchmarks --out build/benchmarks`: every benchmark, or those named with `--only`."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from benchmarks.result import Result

NAMES = (
    "nested",
    "gravity",
    "growth",
    "bandwidth",
    "gradient",
    "games",
    "live",
    "talks",
    "tariff_book",
    "great_book",
    "whole_table",
    "cold",
    "robustness",
    "alarms",
    "inputs",
    "throughput",
    "sweeps",
)


def main(arguments: list[str] | None = None) -> int:
    """Run, print a line for each measure, and write the results; 1 if a goal was not met."""
    chosen = _parser().parse_args(arguments)
    _one_thread()

    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from benchmarks import machine, report
    from benchmarks.result import Options

    options = Options(chosen.pairs, chosen.shocks, chosen.draws, chosen.inputs, chosen.seed)
    console = Console()
    console.print(f"Machine: {machine.line()}", highlight=False)
    results: list[Result] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("benchmarks", total=len(chosen.only))
        for name in chosen.only:
            progress.update(task, description=name)
            results.append(importlib.import_module(f"benchmarks.{name}").run(options))
            _tell(results[-1], progress.console)
            # what has been measured is on file even if a later benchmark is stopped
            report.write(results, chosen.out)
            progress.advance(task)
    if chosen.page is not None:
        report.refresh(chosen.page, results)
    console.print(f"Written to {chosen.out}: results.md, results.json")
    return 1 if any(result.met is False for result in results) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks"), help="folder for the results")
    parser.add_argument("--page", type=Path, help="a Markdown page whose results are to be replaced")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=list(NAMES), metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--pairs", type=int, default=5, help="interleaved pairs per comparison (default 5)")
    parser.add_argument("--shocks", type=int, default=10000, help="shocks of the robustness run (default 10000)")
    parser.add_argument("--inputs", type=int, default=10_000, help="broken inputs to read (default 10000)")
    parser.add_argument("--draws", type=int, help="draws of each sweep (default: as many as its goal names)")
    parser.add_argument("--seed", type=int, default=2019, help="seed of everything random (default 2019)")
    return parser


def _one_thread() -> None:
    # must precede the import of NumPy; a setting of the user's own is kept
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _tell(result: Result, console: Console) -> None:
    from benchmarks.report import number, verdict

    console.print(f"\n[bold]{result.title}[/bold]")
    if result.skipped:
        console.print(f"  not run: {result.skipped}", highlight=False)
        return
    for measure in result.measures:
        spread = f"  ({number(measure.minimum)} to {number(measure.maximum)})" if measure.count > 1 else ""
        console.print(f"  {measure.label}: {number(measure.median)} {measure.unit}{spread}", highlight=False)
    for line in result.cells:
        console.print(f"  {line}", highlight=False, soft_wrap=True)
    if result.goal:
        console.print(f"  goal: {result.goal}: {verdict(result)}", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
