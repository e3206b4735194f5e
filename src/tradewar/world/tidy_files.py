"""A World as the files of a tidy folder; the layout is described in `tradewar.world.tidy`, which reads it back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.io.text import csv_text
from tradewar.io.writing import check_place, place_folder
from tradewar.world.header import FILE as HEADER_FILE
from tradewar.world.header import header_text

if TYPE_CHECKING:
    from tradewar.world.model import World

TABLES = ("countries", "sectors", "flows", "production", "inputs", "consumption")
"""Stems of the tables of a tidy folder."""
KIND = "world"
_NAMES = (HEADER_FILE, *(f"{stem}{ending}" for stem in TABLES for ending in (".csv", ".parquet")))
"""All that is read as part of a world."""


def write_world(world: World, folder: Path | str) -> None:
    """Write a World as a tidy folder; `read_world` gives back the same World, to the last bit.

    It takes the place of a world that was written there before as a whole (`tradewar.io.writing`).

    Raises:
        InputError: if the folder cannot be written, or holds a table of somebody else.
    """
    place_folder(folder, world_files(world), kind=KIND, reserved=_NAMES)


def check_folder(folder: Path | str) -> None:
    """Refuse a folder to which no world could be written, before the work starts; raises as `write_world`."""
    check_place(folder, KIND, _NAMES)


def world_files(world: World) -> dict[str, str]:
    """The files of a tidy folder by name, numbers in the shortest form that reads back exactly."""
    countries, sectors = world.countries, world.sectors
    pairs = [(country, sector) for country in countries for sector in sectors]
    files = {HEADER_FILE: header_text(world), "countries.csv": _countries_text(world)}
    files |= {"sectors.csv": _sectors_text(world), "flows.csv": _flows_text(world)}
    has_inputs = bool((world.value_added_share != 1.0).any() or (world.input_share != 0.0).any())
    if has_inputs:
        columns = (_texts(world.gross_output), _texts(world.value_added_share))
        rows = ((*pair, output, share) for pair, output, share in zip(pairs, *columns, strict=True))
        files["production.csv"] = csv_text(("country", "sector", "gross_output", "value_added_share"), rows)
        triples = ((c, supplying, using) for c in countries for supplying in sectors for using in sectors)
        rows = ((*triple, share) for triple, share in zip(triples, _texts(world.input_share), strict=True))
        files["inputs.csv"] = csv_text(("country", "supplying_sector", "using_sector", "share"), rows)
    rows = ((*pair, share) for pair, share in zip(pairs, _texts(world.consumption_share), strict=True))
    files["consumption.csv"] = csv_text(("country", "sector", "share"), rows)
    return files


def _countries_text(world: World) -> str:
    details = world.country_details
    rows = zip(world.countries, world.country_names, *details.values(), strict=True)
    return csv_text(("country", "name", *details), rows)


def _sectors_text(world: World) -> str:
    columns: dict[str, Sequence[str]] = {
        "sector": world.sectors,
        "name": world.sector_names,
        "tradable": ["1" if tradable else "0" for tradable in world.tradable],
    }
    sigma = world.trade_elasticity + 1.0
    # sigma is written only where theta comes back exactly
    if world.market == "monopolistic" and np.array_equal(sigma - 1.0, world.trade_elasticity):
        columns["substitution_elasticity"] = _texts(sigma)
    else:
        columns["trade_elasticity"] = _texts(world.trade_elasticity)
    columns |= {f"theta_{name}": _texts(theta) for name, theta in world.elasticity_sets.items()}
    if world.scale_elasticity is not None:
        columns["scale_elasticity"] = _texts(world.scale_elasticity)
    return csv_text(tuple(columns), zip(*columns.values(), strict=True))


def _flows_text(world: World) -> str:
    keys = ((e, i, s) for i in world.countries for e in world.countries for s in world.sectors)
    columns = [_texts(world.trade_value)]
    if world.has_tariffs:
        columns.append(_texts(world.tariff_rate))
    header = ("exporter", "importer", "sector", "value", "tariff")[: 3 + len(columns)]
    return csv_text(header, ((*key, *values) for key, *values in zip(keys, *columns, strict=True)))


def _texts(values: Float[Array, ...]) -> list[str]:
    return [repr(value) if value else "0" for value in values.ravel().tolist()]
