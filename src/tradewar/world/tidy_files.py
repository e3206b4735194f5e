"""A World as the files of a tidy folder; the layout is described in `tradewar.world.tidy`, which reads it back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import Problem
from tradewar.world.header import FILE as HEADER_FILE
from tradewar.world.header import header_text
from tradewar.world.table import problems_or

if TYPE_CHECKING:
    from tradewar.world.model import World

TABLES = ("countries", "sectors", "flows", "production", "inputs", "consumption")
"""Stems of the tables of a tidy folder."""


def write_world(world: World, folder: Path | str) -> None:
    """Write a World as a tidy folder; `read_world` gives back the same World, to the last bit.

    Files of the same names are overwritten; others are left alone.

    Raises:
        WorldError: if the folder holds tables in Parquet, which would contradict the new ones, or cannot be made.
    """
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problems_or([Problem(str(place), f"cannot be made a folder ({error.strerror})", "Give another place")])
    clash = [f"{stem}.parquet" for stem in TABLES if (place / f"{stem}.parquet").exists()]
    problems_or(Problem(str(place), f"holds {name}", "Give an empty folder") for name in clash)
    contents = world_files(world)
    for stem in TABLES:
        if f"{stem}.csv" not in contents:
            (place / f"{stem}.csv").unlink(missing_ok=True)
    for name, text in contents.items():
        (place / name).write_text(text, encoding="utf-8", newline="")


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
        files["production.csv"] = _csv(("country", "sector", "gross_output", "value_added_share"), rows)
        triples = ((c, supplying, using) for c in countries for supplying in sectors for using in sectors)
        rows = ((*triple, share) for triple, share in zip(triples, _texts(world.input_share), strict=True))
        files["inputs.csv"] = _csv(("country", "supplying_sector", "using_sector", "share"), rows)
    rows = ((*pair, share) for pair, share in zip(pairs, _texts(world.consumption_share), strict=True))
    files["consumption.csv"] = _csv(("country", "sector", "share"), rows)
    return files


def _countries_text(world: World) -> str:
    details = world.country_details
    rows = zip(world.countries, world.country_names, *details.values(), strict=True)
    return _csv(("country", "name", *details), rows)


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
    return _csv(tuple(columns), zip(*columns.values(), strict=True))


def _flows_text(world: World) -> str:
    keys = ((e, i, s) for i in world.countries for e in world.countries for s in world.sectors)
    columns = [_texts(world.trade_value)]
    if world.has_tariffs:
        columns.append(_texts(world.tariff_rate))
    header = ("exporter", "importer", "sector", "value", "tariff")[: 3 + len(columns)]
    return _csv(header, ((*key, *values) for key, *values in zip(keys, *columns, strict=True)))


def _texts(values: Float[Array, ...]) -> list[str]:
    return [repr(value) if value else "0" for value in values.ravel().tolist()]


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
