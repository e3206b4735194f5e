"""`Policy`: what governments change, relative to a World's baseline.

Index order `[importer, exporter, sector]`, subsidies `[exporter, sector]`. Tariffs are levels after the change, as
rates (0.25); trade costs are ratios (1.1 makes a good ten percent dearer to deliver, without revenue). None means no
change. What each lever does to prices and incomes: `tradewar.equilibrium.levers`; promises with a target:
`tradewar.equilibrium.commitments`.

| market structure | levers it does not have | why |
|---|---|---|
| monopolistic | `output_subsidy`, `export_tax`, export restraints | profits are paid out of border values |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.commitments import BalanceTarget, Commitment
from tradewar.equilibrium.levers import Composition, Levers
from tradewar.equilibrium.product_tariffs import ProductTariffs
from tradewar.errors import PolicyError, Problem
from tradewar.world.identities import MAX_LISTED, RATE_LIMIT
from tradewar.world.model import Market, World

_LIMITS_OF_RATES = "Rates are fractions: was 0.25 meant for 25 percent?"


@dataclass(frozen=True, eq=False)
class Policy:
    """Every lever after a change. N importers, N exporters, S sectors."""

    tariff_rate: Float[Array, "importer exporter sector"] | None = None
    """t', level after the change; rates in (−1, 10]."""
    iceberg_hat: Float[Array, "importer exporter sector"] | None = None
    """d > 0, ratio of trade costs without revenue."""
    name: str = ""
    banned_share: Float[Array, "importer exporter sector"] | None = None
    """κ in [0, 1], share of varieties (or of buyers) shut out; 1 is an embargo. Off the diagonal."""
    output_subsidy: Float[Array, "exporter sector"] | None = None
    """sub in (−1, 10], on gross output, financed lump-sum by the producer's country."""
    export_tax: Float[Array, "importer exporter sector"] | None = None
    """e in (−1, 10], revenue or quota rent to the exporter: a voluntary export restraint. Off the diagonal."""
    commitments: Sequence[Commitment] = ()
    """Promises with a target: purchases and bilateral balances."""
    products: Sequence[ProductTariffs] = ()
    """Tariffs that differ between the products of a sector, whose averages are in `tariff_rate`; one per pair."""

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray) and value.flags.writeable:
                copy = value.copy()
                copy.flags.writeable = False
                object.__setattr__(self, item.name, copy)
        object.__setattr__(self, "commitments", tuple(self.commitments))
        object.__setattr__(self, "products", tuple(self.products))

    @classmethod
    def from_toml(cls, world: World, path: Path | str, base: Policy | None = None) -> Policy:
        """The policy of a policy file with every lever (docs/howto-policy.md), on top of another one where given.

        Rows of the file refine the rates of `base`; its commitments come after those of `base`.

        Raises:
            PolicyError: listing every fault with file, key, value and fix.
        """
        from tradewar.equilibrium.policy_file_toml import read_policy

        return read_policy(world, Path(path), base or cls())

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
        problems: list[Problem] = []
        for name, array in self.arrays().items():
            shape = world.trade_value.shape[1:] if name == "output_subsidy" else world.trade_value.shape
            axes = "exporter, sector" if name == "output_subsidy" else "importer, exporter, sector"
            if array.shape != shape:
                problems.append(Problem(name, f"has shape {array.shape}, must be {shape}", f"Check the axes: {axes}"))
        if problems:
            raise PolicyError(problems)
        for name, array in self.arrays().items():
            for wrong, what, fix in _limits(world, name, array):
                if wrong.any():
                    problems.append(Problem(name, f"{what} at {_cells(world, array, wrong)}", fix))
        if problems:
            raise PolicyError(problems)
        return self

    def supported(self, market: Market) -> Self:
        """This policy, if the market structure has all of its levers.

        Raises:
            PolicyError: naming each lever that it does not have, with the reason.
        """
        if market == "competitive":
            return self
        missing = [name for name in ("output_subsidy", "export_tax") if getattr(self, name) is not None]
        missing += [
            f"commitment {item.title}"
            for item in self.commitments
            if isinstance(item, BalanceTarget) and item.instrument == "export-restraint"
        ]
        why = "is defined for the competitive market only: with a fixed number of firms, profits are a share of border"
        fix = "Use market competitive, or tariffs, trade costs, bans and purchases only"
        problems = [Problem(name, f"{why} values, which hold no subsidy and no rent", fix) for name in missing]
        if problems:
            raise PolicyError(problems)
        return self

    def listed(self, importer: str, exporter: str) -> ProductTariffs | None:
        """The product tariffs of a pair; None where one rate holds in each sector."""
        return next((item for item in self.products if (item.importer, item.exporter) == (importer, exporter)), None)

    def arrays(self) -> dict[str, Array]:
        """The levers that are used, by name."""
        names = ("tariff_rate", "iceberg_hat", "banned_share", "output_subsidy", "export_tax")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    def levers(self, world: World) -> Levers:
        """The levers that the kernels read, after `checked`.

        Raises:
            PolicyError: as `checked`.
        """
        self.checked(world)
        rate = world.tariff_rate if self.tariff_rate is None else self.tariff_rate
        collected, iceberg, composition = rate, self.iceberg_hat, None
        if self.products:
            collected, mix = self._by_product(world, rate)
            iceberg = mix if iceberg is None else iceberg * mix
            composition = Composition(mix, rate)
        return Levers(collected, iceberg, self.banned_share, self.output_subsidy, self.export_tax, composition)

    def _by_product(self, world: World, rate: Array) -> tuple[Array, Array]:
        """What the treasury collects, and the price beyond it, where tariffs differ between products."""
        collected, mix = rate.copy(), np.ones_like(rate)
        for item in self.products:
            cell = world.country_index(item.importer), world.country_index(item.exporter)
            found = item.levers(world.tariff_rate[cell], world.trade_elasticity)
            as_listed = rate[cell] == item.average_rate
            collected[cell] = np.where(as_listed, found.tariff_rate, rate[cell])
            mix[cell] = np.where(as_listed, found.iceberg_hat, 1.0)
        return collected, mix


def _limits(world: World, name: str, array: Array) -> list[tuple[Array, str, str]]:
    wrong = ~np.isfinite(array)
    found = [(wrong, "is not a number", "Give a finite value for each")]
    if name == "iceberg_hat":
        return [*found, (array <= 0, "is not > 0", "Trade costs are ratios: 1 is no change, 1.1 is ten percent more")]
    if name == "output_subsidy":
        return [*found, *_rate_limits(array, "A subsidy below -1 would tax away all revenue")]
    own = np.eye(world.n_countries, dtype=bool)[:, :, None]
    if name == "banned_share":
        share = "A banned share lies between 0 and 1: 0.3 for 30 percent of varieties"
        outside = (array < 0) | (array > 1)
        return [
            *found,
            (outside, "is outside [0, 1]", share),
            (own & (array != 0), "is a ban on own sales", "Leave the diagonal at 0"),
        ]
    if name == "export_tax":
        return [
            *found,
            *_rate_limits(array, "A subsidy cannot exceed the price"),
            (own & (array != 0), "is an export tax on own sales", "Leave the diagonal at 0"),
            (
                ~own & (array != 0) & ~world.tradable,
                "is an export tax in a sector that is not tradable",
                "Leave it at 0",
            ),
        ]
    changed = array != world.tariff_rate
    percent = "Tariffs are rates: was 0.25 meant for 25 percent?"
    return [
        *found,
        (array <= -1, "is at or below -1", "A subsidy cannot exceed the price"),
        (array > RATE_LIMIT, f"is above {RATE_LIMIT:g} (1,000 percent)", percent),
        (own & changed, "is a tariff on own sales", "Leave the diagonal at 0"),
        (~own & changed & ~world.tradable, "is a tariff in a sector that is not tradable", "Leave it at 0"),
    ]


def _rate_limits(array: Array, too_low: str) -> list[tuple[Array, str, str]]:
    return [
        (array <= -1, "is at or below -1", too_low),
        (array > RATE_LIMIT, f"is above {RATE_LIMIT:g} (1,000 percent)", _LIMITS_OF_RATES),
    ]


def _cells(world: World, array: Array, wrong: Array) -> str:
    places = np.argwhere(wrong)

    def label(place: Array) -> str:
        return "/".join([*(world.countries[k] for k in place[:-1]), world.sectors[place[-1]]])

    listed = ", ".join(f"{label(place)} = {array[tuple(place)]:.6g}" for place in places[:MAX_LISTED])
    more = f" and {len(places) - MAX_LISTED} more" if len(places) > MAX_LISTED else ""
    axes = "importer/exporter/sector" if array.ndim == 3 else "exporter/sector"
    return f"{listed}{more} ({axes})"
