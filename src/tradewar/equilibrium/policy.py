"""`Policy`: what governments change, relative to a World's baseline.

Index order `[importer, exporter, sector]`. Tariffs are levels after the change, as rates (0.25); trade costs are
ratios (1.1 makes a good ten percent dearer to deliver, without revenue). None means no change.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.levers import Levers
from tradewar.errors import PolicyError, Problem
from tradewar.world.identities import MAX_LISTED, RATE_LIMIT
from tradewar.world.model import World


@dataclass(frozen=True, eq=False)
class Policy:
    """Tariffs and trade costs after a change. N importers, N exporters, S sectors."""

    tariff_rate: Float[Array, "importer exporter sector"] | None = None
    """t', level after the change; rates in (−1, 10]."""
    iceberg_hat: Float[Array, "importer exporter sector"] | None = None
    """d > 0, ratio of trade costs without revenue."""
    name: str = ""

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray) and value.flags.writeable:
                copy = value.copy()
                copy.flags.writeable = False
                object.__setattr__(self, item.name, copy)

    @classmethod
    def from_file(cls, world: World, path: Path | str) -> Self:
        """The policy of a tariff file: columns `exporter,importer,sector` and `tariff` or `change_pp`.

        `tariff` is the new rate as a fraction, `change_pp` is added to the baseline rate in percentage points. `*`
        stands for every one, never touching own sales or sectors that are not tradable; a later row overrides an
        earlier one. Rows that are not there leave the baseline rate.

        Raises:
            PolicyError: listing every fault with file, line, value and fix.
        """
        from tradewar.equilibrium.policy_file import read_tariffs

        return cls(tariff_rate=read_tariffs(world, Path(path)), name=Path(path).stem)

    def checked(self, world: World) -> Self:
        """This policy, if it fits the world.

        Raises:
            PolicyError: listing every array of the wrong shape and every value outside its limits.
        """
        shape = world.trade_value.shape
        given = {"tariff_rate": self.tariff_rate, "iceberg_hat": self.iceberg_hat}
        arrays = {name: array for name, array in given.items() if array is not None}
        problems = [
            Problem(name, f"has shape {array.shape}, must be {shape}", "Check the axes: importer, exporter, sector")
            for name, array in arrays.items()
            if array.shape != shape
        ]
        if problems:
            raise PolicyError(problems)
        for name, array in arrays.items():
            for wrong, what, fix in _limits(world, name, array):
                if wrong.any():
                    problems.append(Problem(name, f"{what} at {_cells(world, array, wrong)}", fix))
        if problems:
            raise PolicyError(problems)
        return self

    def levers(self, world: World) -> Levers:
        """The levers that the kernels read, after `checked`.

        Raises:
            PolicyError: as `checked`.
        """
        self.checked(world)
        rate = world.tariff_rate if self.tariff_rate is None else self.tariff_rate
        return Levers(tariff_rate=rate, iceberg_hat=self.iceberg_hat)


def _limits(world: World, name: str, array: Array) -> list[tuple[Array, str, str]]:
    wrong = ~np.isfinite(array)
    found = [(wrong, "is not a number", "Give a finite value for each")]
    if name == "iceberg_hat":
        return [*found, (array <= 0, "is not > 0", "Trade costs are ratios: 1 is no change, 1.1 is ten percent more")]
    own = np.eye(world.n_countries, dtype=bool)[:, :, None]
    changed = array != world.tariff_rate
    percent = "Tariffs are rates: was 0.25 meant for 25 percent?"
    return [
        *found,
        (array <= -1, "is at or below -1", "A subsidy cannot exceed the price"),
        (array > RATE_LIMIT, f"is above {RATE_LIMIT:g} (1,000 percent)", percent),
        (own & changed, "is a tariff on own sales", "Leave the diagonal at 0"),
        (~own & changed & ~world.tradable, "is a tariff in a sector that is not tradable", "Leave it at 0"),
    ]


def _cells(world: World, array: Array, wrong: Array) -> str:
    places = np.argwhere(wrong)
    listed = ", ".join(
        f"{world.countries[j]}/{world.countries[i]}/{world.sectors[s]} = {array[j, i, s]:.6g}"
        for j, i, s in places[:MAX_LISTED]
    )
    more = f" and {len(places) - MAX_LISTED} more" if len(places) > MAX_LISTED else ""
    return f"{listed}{more} (importer/exporter/sector)"
