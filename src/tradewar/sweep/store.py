"""The folder of a sweep: a manifest, the draws, and one Parquet file per finished part.

    OUT/manifest.json               what was asked; a sweep with another manifest is refused
    OUT/draws.parquet               draw, sector, trade_elasticity
    OUT/parts/part-00007.parquet    rows of the items of part 7

A part is written under a temporary name, flushed to the disk and then renamed, which is all or nothing: whatever
stops the sweep, a file with the name of a part is whole, and only missing parts are computed when it is run again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradewar.errors import Problem, SweepError
from tradewar.sweep.plan import Plan

MANIFEST, DRAWS, PARTS = "manifest.json", "draws.parquet", "parts"


@dataclass(frozen=True)
class Folder:
    """Where the results of one plan lie."""

    path: Path

    @classmethod
    def opened(cls, path: Path | str, plan: Plan) -> Folder:
        """The folder of a plan, new or with parts of the same plan.

        Raises:
            SweepError: if it belongs to another plan (listing what differs), holds other files, or cannot be written.
        """
        folder = cls(Path(path))
        # as it will be read again
        wanted = json.loads(json.dumps(plan.manifest()))
        known = folder.manifest()
        if known is None:
            folder._refuse_foreign()
            with folder._writing():
                (folder.path / PARTS).mkdir(parents=True, exist_ok=True)
            folder.save(MANIFEST, (json.dumps(wanted, indent=2) + "\n").encode())
        elif known != wanted:
            raise SweepError(folder._differences(known, wanted))
        if not (folder.path / DRAWS).is_file():
            folder.save(DRAWS, _draws(plan))
        return folder

    def manifest(self) -> dict[str, Any] | None:
        """The manifest on file; None where there is none.

        Raises:
            SweepError: if it cannot be read.
        """
        try:
            return json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise SweepError.at(str(self.path / MANIFEST), f"cannot be read ({error})", "Use another folder") from None

    def part(self, number: int) -> Path:
        """The file of a part."""
        return self.path / PARTS / f"part-{number:05d}.parquet"

    def missing(self, plan: Plan) -> list[int]:
        """Parts that are not finished."""
        return [number for number in range(plan.parts) if not self.part(number).is_file()]

    def save_part(self, number: int, content: bytes) -> None:
        """Write a finished part. Raises as `save`."""
        self.save(str(self.part(number).relative_to(self.path)), content)

    def save(self, name: str, content: bytes) -> None:
        """Write a file as a whole or not at all.

        Raises:
            SweepError: if it cannot be written, for example because the disk is full.
        """
        target = self.path / name
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        with self._writing():
            try:
                with draft.open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(target)
            finally:
                draft.unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            kept = len(list((self.path / PARTS).glob("part-*.parquet")))
            what = f"cannot be written ({error.strerror or error})"
            fix = f"Make room and run the same command again: {kept} finished parts are kept"
            raise SweepError.at(f"--out {self.path}", what, fix) from None

    def _refuse_foreign(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise SweepError.at(f"--out {self.path}", "is a file", "Name a folder")
        parts = self.path / PARTS
        if parts.is_dir() and any(parts.glob("part-*.parquet")):
            what = f"holds parts but no {MANIFEST}: nobody can say what they are"
            raise SweepError.at(f"--out {self.path}", what, "Name another folder")

    def _differences(self, known: dict[str, Any], wanted: dict[str, Any]) -> list[Problem]:
        fix = "Name another folder, or ask for the same sweep to go on with it"
        return [
            Problem(f"--out {self.path}", f"holds a sweep with {key} {_short(known.get(key))}, not {_short(new)}", fix)
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
    return parquet(table)


def parquet(table: Any) -> bytes:
    """A table as the bytes of a Parquet file, the same for the same table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue().to_pybytes()
