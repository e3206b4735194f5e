"""The folder of a sweep: a manifest, the draws, and one Parquet file per finished part.

    OUT/manifest.json               what was asked; a sweep with another manifest is refused
    OUT/draws.parquet               draw, sector, trade_elasticity
    OUT/parts/part-00007.parquet    rows of the items of part 7

The folder grows (`tradewar.io.writing.GrowingFolder`): whatever stops the sweep, a file with the name of a part is
whole, and only parts that are missing, or whose content is not what was written, are computed when it is run again.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from tradewar.errors import InputError, Problem, SweepError
from tradewar.io import json as io_json
from tradewar.io.files import read_bytes
from tradewar.io.parquet import parquet_bytes
from tradewar.io.writing import GrowingFolder
from tradewar.sweep.plan import Plan

MANIFEST, DRAWS = "manifest.json", "draws.parquet"
QUANTILES, CONTRIBUTIONS = "quantiles.csv", "contributions.csv"
KIND = "sweep"


class Folder:
    """Where the results of one plan lie, open for more of them."""

    def __init__(self, path: Path | str, plan: Plan) -> None:
        """Open the folder of a plan, new or with parts of the same plan.

        Raises:
            SweepError: if it belongs to another plan (listing what differs), holds files of somebody else, or cannot
                be written.
        """
        self.path = Path(path)
        # as it will be read again
        wanted = json.loads(json.dumps(plan.manifest()))
        made = (MANIFEST, DRAWS, *(part_name(number) for number in range(plan.parts)))
        with self._telling():
            self._folder = GrowingFolder(path, kind=KIND, names=(*made, QUANTILES, CONTRIBUTIONS), mends=made)
        self.damaged = self._folder.damaged
        """Names of files whose content was not what was written."""
        known = manifest_of(self.path) if {MANIFEST} & {*self._folder.known, *self.damaged} else None
        if known is not None and known != wanted:
            raise SweepError(_differences(self.path, known, wanted))
        if MANIFEST not in self._folder.known:
            self.save(MANIFEST, json.dumps(wanted, indent=2) + "\n")
        if DRAWS not in self._folder.known:
            self.save(DRAWS, _draws(plan))

    def missing(self, plan: Plan) -> list[int]:
        """Parts that are not finished."""
        return [number for number in range(plan.parts) if part_name(number) not in self._folder.known]

    def save_part(self, number: int, content: bytes) -> None:
        """Write a finished part. Raises as `save`."""
        self.save(part_name(number), content)

    def save(self, name: str, content: bytes | str) -> None:
        """Write a file as a whole or not at all.

        Raises:
            SweepError: if it cannot be written, for example because the disk is full.
        """
        with self._telling():
            self._folder.save(name, content)

    def seal(self) -> None:
        """All parts are there. Raises as `save`."""
        with self._telling():
            self._folder.seal()

    @contextmanager
    def _telling(self) -> Generator[None]:
        try:
            yield
        except InputError as error:
            known = self._folder.known if hasattr(self, "_folder") else ()
            kept = sum(name.startswith("parts/") for name in known)
            more = f". Run the same command again then: {kept} finished parts are kept" if kept else ""
            raise SweepError(replace(fault, fix=f"{fault.fix}{more}") for fault in error.problems) from None


def add(path: Path, files: Mapping[str, bytes | str]) -> None:
    """Put tables and charts of a finished sweep beside its parts.

    Raises:
        InputError: if the folder holds files of somebody else under these names, or cannot be written.
    """
    folder = GrowingFolder(path, kind=KIND, names=files.keys())
    for name, content in files.items():
        folder.save(name, content)
    folder.seal()


def part_name(number: int) -> str:
    """The file of a part."""
    return f"parts/part-{number:05d}.parquet"


def manifest_of(path: Path) -> dict[str, Any]:
    """The manifest of the sweep in a folder.

    Raises:
        SweepError: if it cannot be read.
    """
    problems: list[Problem] = []
    place = path / MANIFEST
    data = read_bytes(place, problems)
    read = None if data is None else io_json.parse(str(place), data, problems)
    if not problems and not isinstance(read, dict):
        problems.append(Problem(str(place), "is not the manifest of a sweep", "Use another folder"))
    if problems:
        raise SweepError(problems)
    return cast("dict[str, Any]", read)


def _differences(path: Path, known: dict[str, Any], wanted: dict[str, Any]) -> list[Problem]:
    fix = "Name another folder, or ask for the same sweep to go on with it"
    return [
        Problem(f"--out {path}", f"holds a sweep with {key} {_short(known.get(key))}, not {_short(new)}", fix)
        for key, new in wanted.items()
        # these two follow from the others
        if key not in ("items", "parts") and known.get(key) != new
    ]


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _draws(plan: Plan) -> bytes:
    """The elasticities of every draw, so that the folder says all about itself."""
    import numpy as np
    import pyarrow as pa

    world = plan.world
    theta = [plan.elasticities(draw) for draw in range(plan.draws)]
    values = np.array([world.trade_elasticity if row is None else row for row in theta])
    table = pa.table(
        {
            "draw": np.repeat(np.arange(plan.draws), world.n_sectors),
            "sector": pa.array(list(world.sectors) * plan.draws, type=pa.string()),
            "trade_elasticity": values.ravel(),
        }
    )
    return parquet_bytes(table)
