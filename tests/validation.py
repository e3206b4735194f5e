"""Rows of the validation page, written down while the tests run: a figure of the literature beside ours.

Nothing is written unless the environment variable TRADEWAR_VALIDATION names a folder; `make validation` sets it, and
`scripts/validation_page.py` makes docs/validation.md from what lies there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

import numpy as np

VARIABLE = "TRADEWAR_VALIDATION"
WIDEST_SHARE = 0.01
"""A band may be this share of the figure beside ours, or half of its last printed digit if that is more."""
ROUNDED = "The printed figure is rounded: ours lies within half of its last digit."
TWO_SOLVERS = "Two solvers, each of which stops at its own tolerance."

Beside = Literal["published", "independent", "another setting"]


def half_of_last_digit(figure: float) -> float:
    """What rounding to the digits of a figure can hide; at least one digit after the point counts as printed."""
    exponent = Decimal(repr(float(figure))).as_tuple().exponent
    assert isinstance(exponent, int)
    return 0.5 * 10.0**exponent


def widest(figure: float) -> float:
    """The widest band that can still be called agreement with a figure."""
    return max(WIDEST_SHARE * abs(figure), half_of_last_digit(figure)) * (1.0 + 1e-9)


def agrees(theirs: float, ours: float, band: float | None) -> bool:
    """Whether agreement is claimed and holds."""
    return band is not None and abs(ours - theirs) <= band


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
        theirs: object,
        ours: object,
        band: float | None,
        *,
        beside: Beside = "published",
        reason: str = "",
        unverified: bool = False,
    ) -> None:
        """One row, or one for each label where `quantity` is several labels and the figures are arrays of their length.

        `band` is the largest difference that counts as agreement, in the unit of the figures; None where none is
        claimed. `beside` tells what `theirs` is: printed in a publication, computed by a separate solver, or ours with
        another setting, where no agreement is claimed. `reason` says why the two differ; it may be left out where
        rounding or the tolerance of two solvers says it all. `unverified`: quoted from memory.

        Raises:
            ValueError: where lengths differ, a reason is missing, or a band is so wide that it could hide a
                disagreement (see `widest`).
        """
        labels = [quantity] if isinstance(quantity, str) else list(quantity)
        first, second = (np.atleast_1d(np.asarray(values, dtype=float)) for values in (theirs, ours))
        rows = [
            {
                "module": self.module, "source": source, "quantity": label, "theirs": float(one), "ours": float(other),
                "band": band, "beside": beside, "unverified": unverified,
                "reason": self._reason(f"{source}: {label}", float(one), float(other), band, beside, reason),
            }
            for label, one, other in zip(labels, first, second, strict=True)
        ]  # fmt: skip
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        name = os.environ.get("PYTEST_XDIST_WORKER", "main")
        with (self.folder / f"{name}.jsonl").open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)

    @staticmethod
    def _reason(where: str, theirs: float, ours: float, band: float | None, beside: Beside, given: str) -> str:
        if band is not None and band > widest(theirs):
            what = f"a band of {band:g} around {theirs:g} could hide a disagreement: {widest(theirs):.3g} is the widest"
            raise ValueError(f"{where}: {what}; use band=None and say why the figures differ")
        if agrees(theirs, ours, band):
            if abs(ours - theirs) <= half_of_last_digit(theirs) * (1.0 + 1e-9):
                return given if given and ours == theirs else ROUNDED
            if beside == "independent":
                return given or TWO_SOLVERS
        if not given:
            raise ValueError(f"{where}: {ours:g} beside {theirs:g} needs a reason: rounding does not explain it")
        return given


def recorder(module: str) -> Recorder:
    """For the tests of one module."""
    folder = os.environ.get(VARIABLE)
    return Recorder(module, Path(folder) if folder else None)
