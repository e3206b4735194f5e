"""A small sweep, and the bytes that every way of carrying it out must give."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tradewar.equilibrium import Policy
from tradewar.sweep import Counterfactual, Plan, plan, relative
from worlds import random_rates, random_world


def small_plan(draws: int = 12, items_per_part: int = 4) -> Plan:
    """Two policies under some draws."""
    world = random_world(4, 4, 3)
    tasks = [Counterfactual(Policy(random_rates(world, k, 0.5)), f"policy {k}", "balanced") for k in range(2)]
    return plan(world, tasks, uncertainty=relative(world, 0.2), draws=draws, seed=7, items_per_part=items_per_part)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def results(folder: Path) -> dict[str, bytes]:
    """Every file but those that say how far the sweep is."""
    return {name: content for name, content in contents(folder).items() if not name.startswith(".tradewar")}


@dataclass(frozen=True)
class Reference:
    """An uninterrupted sweep on one worker, and the files it left."""

    plan: Plan
    folder: Path
    files: dict[str, bytes]
