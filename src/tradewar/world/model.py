"""The calibrated world economy: what is read, what is derived from it, and how it may be changed.

Index order everywhere: `[importer, exporter, sector]`; inputs are `[country, supplying_sector, using_sector]`.
Values are f.o.b., duty excluded, in `money_unit`. Tariffs are rates (0.25), never percent.

A `World` is built by `World.build`, which checks every identity (`tradewar.world.identities`) and raises a
`WorldError` that lists all violations. Its arrays are read-only. Two things are never read from a file: gross
output and trade deficits, which are recomputed from the flows, because files carry seven to nine digits and a
solver cannot get below the error they leave.

Named sets of trade elasticities that a world may carry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.errors import WorldError
from tradewar.io.nearest import nearest
from tradewar.world import accounts

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


Market = Literal["competitive", "monopolistic"]

_MAPPINGS = ("country_details", "tariffs_as_of", "blocs")
CONSISTENCY_TOLERANCE = 1e-9
"""Largest gap between given and implied consumption shares at which the baseline counts as an equilibrium."""


@dataclass(frozen=True, eq=False)
class World:
    """Countries, sectors, flows, tariffs, production, inputs, consumption and elasticities of one year.

    N countries and S sectors. Use `World.build` (checked) rather than the constructor (not checked).
    """

    name: str
    year: int
    money_unit: str
    source: str
    terms: str
    countries: tuple[str, ...]
    """ISO3 codes, or declared aggregates such as ROW."""
    country_names: tuple[str, ...]
    aggregates: tuple[str, ...]
    """Codes among `countries` that stand for several economies. Declared, never guessed."""
    sectors: tuple[str, ...]
    sector_names: tuple[str, ...]
    tradable: Bool[Array, " sector"]
    """Sectors that may carry a tariff. Sectors not tradable may still be traded (services are)."""
    trade_value: Float[Array, "importer exporter sector"]
    """F, money, f.o.b., duty excluded; own sales on the diagonal."""
    tariff_rate: Float[Array, "importer exporter sector"]
    """t, fraction; 0 on the diagonal and in sectors that are not tradable."""
    value_added_share: Float[Array, "country sector"]
    """v in (0, 1], share of gross output."""
    input_share: Float[Array, "country supplying using"]
    """g, share of materials; sums to 1 over supplying sectors, or to 0 where v = 1."""
    consumption_share: Float[Array, "country sector"]
    """α, sums to 1 over sectors."""
    trade_elasticity: Float[Array, " sector"]
    """θ > 0. In monopolistic worlds σ − 1."""
    elasticity_sets: Mapping[str, Float[Array, " sector"]] = field(default_factory=dict[str, Any])
    """Further named sets of θ, by name (`caliendo_parro_2015`, ...)."""
    scale_elasticity: Float[Array, " sector"] | None = None
    """ψ by sector where the source gives it; carried, not used by the default model."""
    market: Market = "competitive"
    """The market structure for which the world was calibrated."""
    has_tariffs: bool = True
    """False where the source holds no tariffs: all rates are then zero because unknown, not because free."""
    country_details: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, Any])
    """Further text by country, by the name of its column in countries.csv (`members`, `io_source`); carried."""
    tariffs_as_of: Mapping[str, date] = field(default_factory=dict[str, Any])
    """By importer, the day whose measures its tariffs contain: adding them again counts them twice. Importers that are
    not there: not stated."""
    blocs: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, Any])
    """Codes of groups of countries (customs unions) that are single countries here -> their members."""
    superseded_by: str = ""
    """Name of the world that replaces this one, which is kept so that earlier results can be repeated."""
    notes: tuple[str, ...] = ()
    """What was changed when the world was read, aggregated, balanced or rebased, as sentences with figures."""

    # ---------------------------------------------------------------- building

    @classmethod
    def build(cls, **parts: Any) -> Self:
        """Build a checked, read-only World from the fields of this class.

        `consumption_share` may be None: it is then derived from the flows. Small faults that real data carry are
        repaired and noted (input shares off by rounding, tiny negative shares, negative final use, tariffs on own
        sales or in sectors that are not tradable); see `tradewar.world.identities`.

        Raises:
            WorldError: listing every violated identity with the cell, the value, the limit and the fix.
        """
        from tradewar.world.identities import checked

        return cls(**checked(parts))

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                object.__setattr__(self, item.name, _read_only(value))
        frozen_sets = {name: _read_only(np.asarray(theta)) for name, theta in self.elasticity_sets.items()}
        object.__setattr__(self, "elasticity_sets", MappingProxyType(frozen_sets))
        for name in _MAPPINGS:
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def replace(self, **changes: Any) -> Self:
        """A checked copy with some fields changed."""
        parts = {item.name: getattr(self, item.name) for item in fields(self)} | changes
        return type(self).build(**parts)

    def with_elasticities(self, name: str) -> Self:
        """A copy that uses the named elasticity set.

        Raises:
            WorldError: if the world has no set of that name; the message lists those it has.
        """
        return self.with_trade_elasticity(choose(self, name))

    def with_trade_elasticity(self, theta: Float[Array, " sector"]) -> Self:
        """A copy with these θ > 0 (not checked). What was derived from the data stays: only σ depends on θ."""
        copy = replace(self, trade_elasticity=theta)
        given = {item.name for item in fields(self)} | {"substitution_elasticity"}
        copy.__dict__.update({name: value for name, value in self.__dict__.items() if name not in given})
        return copy

    def __getstate__(self) -> dict[str, Any]:
        # mappingproxy objects do not pickle, and worlds travel to worker processes
        state = {item.name: getattr(self, item.name) for item in fields(self)}
        return state | {name: dict(state[name]) for name in ("elasticity_sets", *_MAPPINGS)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)
        self.__post_init__()

    # ---------------------------------------------------------------- axes

    @property
    def n_countries(self) -> int:
        """N."""
        return len(self.countries)

    @property
    def n_sectors(self) -> int:
        """S."""
        return len(self.sectors)

    def country_index(self, code: str) -> int:
        """Position of a country on the country axes.

        Raises:
            WorldError: if the world does not have it; the message lists the codes it has.
        """
        return _position(self.countries, code, "country", self.name)

    def members(self, code: str) -> tuple[str, ...]:
        """The countries that a code stands for: the members of a bloc, or the country itself.

        Raises:
            WorldError: if it is neither.
        """
        if code in self.blocs:
            return self.blocs[code]
        return (self.countries[_position((*self.countries, *self.blocs), code, "country", self.name)],)

    def sector_index(self, code: str) -> int:
        """Position of a sector on the sector axes. Raises as `country_index`."""
        return _position(self.sectors, code, "sector", self.name)

    # ---------------------------------------------------------------- derived, never read from a file

    @cached_property
    def expenditure(self) -> Float[Array, "importer sector"]:
        """X, duty included, money."""
        return _read_only(accounts.expenditure(self.trade_value, self.tariff_rate))

    @cached_property
    def expenditure_share(self) -> Float[Array, "importer exporter sector"]:
        """π, sums to 1 over exporters where X > 0."""
        return _read_only(accounts.expenditure_share(self.trade_value, self.tariff_rate))

    @cached_property
    def gross_output(self) -> Float[Array, "country sector"]:
        """Y, money."""
        return _read_only(accounts.gross_output(self.trade_value))

    @cached_property
    def value_added(self) -> Float[Array, " country"]:
        """VA_i = Σ_s v_is Y_is, money. In monopolistic worlds this is labour income and profits together."""
        return _read_only((self.value_added_share * self.gross_output).sum(axis=1))

    @cached_property
    def tariff_revenue(self) -> Float[Array, " country"]:
        """TR, money."""
        return _read_only(accounts.tariff_revenue(self.trade_value, self.tariff_rate))

    @cached_property
    def trade_deficit(self) -> Float[Array, " country"]:
        """D, money; sums to zero."""
        return _read_only(accounts.trade_deficit(self.trade_value))

    @cached_property
    def income(self) -> Float[Array, " country"]:
        """I = VA + TR + D, money."""
        return _read_only(self.value_added + self.tariff_revenue + self.trade_deficit)

    @cached_property
    def material_share(self) -> Float[Array, "country supplying using"]:
        """m = (1 − v) g, cost share of materials in gross output."""
        return _read_only(accounts.material_share(self.value_added_share, self.input_share))

    @cached_property
    def final_use(self) -> Float[Array, "country sector"]:
        """C = X − m Y, money. Equals α I where the world is consistent."""
        return _read_only(accounts.final_use(self.expenditure, self.material_share, self.gross_output))

    @cached_property
    def substitution_elasticity(self) -> Float[Array, " sector"]:
        """σ = θ + 1."""
        return _read_only(self.trade_elasticity + 1.0)

    @cached_property
    def inconsistency(self) -> float:
        """Largest gap between final use and consumption shares times income, relative to income."""
        gap = np.abs(self.final_use - self.consumption_share * self.income[:, None])
        return float((gap / np.abs(self.income[:, None])).max())

    @property
    def consistent(self) -> bool:
        """True if the baseline is an equilibrium of the model, so that no shock gives hats of exactly 1.

        A world that is not consistent is solved once at baseline tariffs and rebased before any shock.
        """
        return self.inconsistency <= CONSISTENCY_TOLERANCE

    # ---------------------------------------------------------------- edges

    def to_xarray(self) -> xr.Dataset:
        """The arrays with labelled axes (importer, exporter, sector, country, supplying_sector, using_sector)."""
        from tradewar.world.summary import to_xarray

        return to_xarray(self)

    def to_frame(self) -> pd.DataFrame:
        """The flows in long form: exporter, importer, sector, value, tariff, tariff_revenue."""
        from tradewar.world.summary import to_frame

        return to_frame(self)

    def _repr_html_(self) -> str:
        from tradewar.world.summary import repr_html

        return repr_html(self)

    def __repr__(self) -> str:
        return f"World({self.name!r}, {self.n_countries} countries x {self.n_sectors} sectors, {self.year})"


def _read_only(array: Array) -> Array:
    """A contiguous read-only array; copies only what could still be written through."""
    if array.flags.writeable or not array.flags.c_contiguous:
        array = np.ascontiguousarray(array).copy() if array.base is not None else np.ascontiguousarray(array)
        array.flags.writeable = False
    return array


def _position(axis: tuple[str, ...], code: str, what: str, world: str) -> int:
    from tradewar.errors import WorldError
    from tradewar.io.nearest import nearest

    try:
        return axis.index(code)
    except ValueError:
        raise WorldError.at(
            f"world {world!r}", f"has no {what} {code!r}{nearest(code, axis)}", f"Use one of {', '.join(axis)}"
        ) from None


DEFAULT_SET = "default"
"""Names the elasticities in column `trade_elasticity`."""


def names(world: World) -> tuple[str, ...]:
    """The sets a world offers, `default` first."""
    return (DEFAULT_SET, *world.elasticity_sets)


def choose(world: World, name: str) -> Float[Array, " sector"]:
    """The elasticities θ of a named set; `default` is column `trade_elasticity`.

    Raises:
        WorldError: if the world has no set of that name; the message lists those it has.
    """
    if name == DEFAULT_SET:
        return world.trade_elasticity
    if name not in world.elasticity_sets:
        offered = names(world)
        what = f"has no elasticity set {name!r}{nearest(name, offered)}"
        raise WorldError.at(f"world {world.name!r}", what, f"Use one of {', '.join(offered)}")
    return world.elasticity_sets[name]
