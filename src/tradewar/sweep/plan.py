"""`Plan`: everything a sweep will do, fixed before it starts.

Items are numbered draw by draw, and within a draw task by task: item = draw x tasks + task. Parts hold a fixed number
of items, whatever the number of workers, so that their content depends on the plan alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from importlib.metadata import version
from typing import Any, cast

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import InputError, Problem, SweepError
from tradewar.sweep.tasks import Task
from tradewar.world import World
from tradewar.world.uncertainty import Uncertainty

MOST_DRAWS = 1_000_000
"""Each takes at least some milliseconds, and its elasticities are kept from the start."""
FORMAT = 1
"""Of the manifest and the parts."""
ITEMS_PER_PART = {"counterfactual": 100, "war": 4, "bargain": 4}
"""About a second to a minute of work each."""
MOST_ROWS = 5_000_000
"""Rows of the draws, and of the results: about what a memory of 2 GiB holds when they are summarised."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A grid of tasks under draws of elasticities."""

    world: World
    tasks: tuple[Task, ...]
    uncertainty: Uncertainty | None
    """None: the world's own elasticities, once."""
    draws: int
    seed: int
    items_per_part: int

    @property
    def kind(self) -> str:
        """Of all tasks."""
        return self.tasks[0].kind

    @property
    def items(self) -> int:
        """Draws times tasks."""
        return self.draws * len(self.tasks)

    @property
    def parts(self) -> int:
        """How many files hold them."""
        return -(-self.items // self.items_per_part)

    def part(self, number: int) -> range:
        """Items of a part."""
        first = number * self.items_per_part
        return range(first, min(first + self.items_per_part, self.items))

    def elasticities(self, draw: int) -> Float[Array, " sector"] | None:
        """θ of a draw; None where the world's own are used."""
        return None if self.uncertainty is None else self.uncertainty.draw(self.seed, draw)

    def manifest(self) -> dict[str, Any]:
        """What identifies the plan: two sweeps with the same manifest have the same parts."""
        uncertain = self.uncertainty
        return {
            "format": FORMAT,
            "tradewar": version("tradewar"),
            "kind": self.kind,
            "world": self.world.name,
            "world_sha256": fingerprint(self.world),
            "tasks": [task.name for task in self.tasks],
            "tasks_sha256": [fingerprint(task) for task in self.tasks],
            "draws": self.draws,
            "seed": self.seed,
            "distribution": None if uncertain is None else str(uncertain.distribution),
            "common_share": None if uncertain is None else uncertain.common,
            "standard_errors": None if uncertain is None else uncertain.source,
            "uncertainty_sha256": fingerprint(uncertain),
            "items": self.items,
            "items_per_part": self.items_per_part,
            "parts": self.parts,
        }


def plan(
    world: World,
    tasks: Sequence[Task],
    *,
    uncertainty: Uncertainty | None = None,
    draws: int = 1,
    seed: int = 0,
    items_per_part: int | None = None,
) -> Plan:
    """A checked plan.

    Raises:
        SweepError: listing every fault.
        NoSolutionError: if the baseline of a task cannot be solved.
    """
    problems: list[Problem] = []
    if not tasks:
        problems.append(Problem("tasks", "are none", "Give at least one policy, war or bargain"))
    names = [task.name for task in tasks]
    problems += [
        Problem("tasks", f"{name!r} is the name of several", "Give each its own name")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    kinds = sorted({task.kind for task in tasks})
    if len(kinds) > 1:
        problems.append(Problem("tasks", f"are of several kinds: {', '.join(kinds)}", "Sweep one kind at a time"))
    if draws < 1 or (uncertainty is None and draws != 1):
        fix = "Give 1 or more; without standard errors there is nothing to draw but the world's own elasticities"
        problems.append(Problem("draws", f"are {draws}", fix))
    if draws > MOST_DRAWS:
        problems.append(Problem("draws", f"are {draws:,}, more than {MOST_DRAWS:,}", "Give fewer"))
    if seed < 0:
        problems.append(Problem("seed", f"is {seed}", "Give 0 or more"))
    if items_per_part is not None and items_per_part < 1:
        problems.append(Problem("items per part", f"are {items_per_part}", "Give 1 or more"))
    if uncertainty is not None and len(uncertainty.centre) != world.n_sectors:
        what = f"is for {len(uncertainty.centre)} sectors, {world.name} has {world.n_sectors}"
        problems.append(Problem("uncertainty", what, "Give one centre and standard error for every sector"))
    rows = draws * max(len(tasks) * world.n_countries, world.n_sectors)
    if rows > MOST_ROWS:
        what = f"are {draws:,}: {rows:,} rows in a table, and the limit is {MOST_ROWS:,}"
        most = f"Give at most {MOST_ROWS * draws // rows:,}, or several sweeps with different seeds"
        problems.append(Problem("draws", what, most))
    for task in tasks:
        try:
            task.check(world)
        except InputError as error:
            problems += error.problems
    if problems:
        raise SweepError(problems)
    return Plan(world, tuple(tasks), uncertainty, draws, seed, items_per_part or ITEMS_PER_PART[kinds[0]])


# ---------------------------------------------------------------- fingerprints


def fingerprint(value: object) -> str:
    """SHA-256 of a value made of arrays, dataclasses, mappings, sequences, text and numbers; of a path, its content.

    Raises:
        SweepError: if the value holds something else, such as a function, that no hash identifies.
    """
    digest = hashlib.sha256()
    _feed(digest, value)
    return digest.hexdigest()


def _feed(digest: Any, value: object) -> None:
    if value is None or isinstance(value, str | int | float | bool | np.generic | date):
        digest.update(f"{type(value).__name__}:{value!r};".encode())
    elif isinstance(value, np.ndarray):
        digest.update(f"array:{value.dtype.str}:{value.shape};".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif is_dataclass(value) and not isinstance(value, type):
        digest.update(f"{type(value).__qualname__}(".encode())
        for item in fields(value):
            digest.update(f"{item.name}=".encode())
            _feed(digest, getattr(value, item.name))
        digest.update(b")")
    elif isinstance(value, Mapping):
        named = cast("Mapping[Any, object]", value)
        digest.update(b"{")
        for key in sorted(named, key=repr):
            _feed(digest, key)
            _feed(digest, named[key])
        digest.update(b"}")
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        digest.update(b"[")
        for item in cast("Sequence[object]", value):
            _feed(digest, item)
        digest.update(b"]")
    elif isinstance(value, Set):
        _feed(digest, sorted(cast("Set[object]", value), key=repr))
    else:
        what = f"holds a {type(value).__name__}, which cannot be identified when the sweep is resumed"
        raise SweepError.at("sweep", what, "Use arrays, numbers, text and files")
