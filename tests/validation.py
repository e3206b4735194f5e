"""Rows of the validation page, written down while the tests run: a figure of the literature beside ours.

Nothing is written unless the environment variable TRADEWAR_VALIDATION names a folder; `make validation` sets it, and
`scripts/validation_page.py` makes docs/validation.md from what lies there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

VARIABLE = "TRADEWAR_VALIDATION"


@dataclass(frozen=True)
class Recorder:
    """Writes rows for one test; `folder` is None when nobody asked for them.

    A file belongs to one process, so that test workers never write to the same one.
    """

    module: str
    folder: Path | None

    def __call__(
        self,
        source: str,
        quantity: str | Iterable[str],
        published: object,
        ours: object,
        tolerance: float | None,
        *,
        independent: bool = False,
        note: str = "",
    ) -> None:
        """One row, or one for each label where `quantity` is several labels and the figures are arrays of their length.

        `tolerance` is the largest difference that counts as agreement, in the unit of the figures; None where none
        is claimed. A row without a tolerance, or beyond it, needs a `note` that says why. `independent`: not printed
        in a publication, but computed by a separate solver. Raises ValueError where lengths differ or a note is
        missing.
        """
        labels = [quantity] if isinstance(quantity, str) else list(quantity)
        theirs, own = (np.atleast_1d(np.asarray(values, dtype=float)) for values in (published, ours))
        rows = [
            {
                "module": self.module, "source": source, "quantity": label, "published": float(theirs_one),
                "ours": float(own_one), "tolerance": tolerance, "independent": independent, "note": note,
            }
            for label, theirs_one, own_one in zip(labels, theirs, own, strict=True)
        ]  # fmt: skip
        for row in rows:
            beyond = tolerance is None or abs(row["ours"] - row["published"]) > tolerance
            if beyond and not note:
                raise ValueError(f"{source}: {row['quantity']}: a difference beyond {tolerance} needs a note: {row}")
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        name = os.environ.get("PYTEST_XDIST_WORKER", "main")
        with (self.folder / f"{name}.jsonl").open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


def recorder(module: str) -> Recorder:
    """For the tests of one module."""
    folder = os.environ.get(VARIABLE)
    return Recorder(module, Path(folder) if folder else None)
