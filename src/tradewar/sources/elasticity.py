"""Trade elasticities for sources that hold none: given by the user, never assumed.

Baseline tariffs for sources that hold none, from a file of the user.

CSV with the columns `exporter,importer,sector,tariff` (`sources.formats`). Tariffs are rates: 0.25 is 25 percent,
unless a column `rate_unit` says otherwise. Every pair that trades a tradable good has a row, unless the
user declares that what has no row is free. Rates on own sales and services are set to 0 and noted by `World.build`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.errors import Problem, WorldError
from tradewar.io.tables import list_rows, read_path
from tradewar.sources.formats import BASE_TARIFFS, ELASTICITIES
from tradewar.world.table import fill, flat_cells, fractions, problems_or, refuse_missing, refuse_scale

Elasticity = float | int | str | Path | Mapping[str, float] | None
"""θ for all sectors, by sector, or the path of a CSV file `sector,trade_elasticity`. Text that is a number is one."""


def read_elasticity(given: Elasticity, sectors: Sequence[str]) -> Float[Array, " sector"]:
    """θ by sector.

    Raises:
        WorldError: if nothing is given, a sector is missing, or a value is not > 0.
    """
    if given is None:
        what = "the source holds none, and none is assumed"
        fix = "Give one number for all sectors, such as 4, or a CSV file with the columns sector, trade_elasticity"
        raise WorldError.at("trade elasticity", what, fix)
    if isinstance(given, Mapping):
        missing = [sector for sector in sectors if sector not in given]
        if missing:
            raise WorldError.at("trade elasticity", f"has no value for {', '.join(missing)}", "Give every sector")
        values = np.array([float(given[sector]) for sector in sectors])
    elif (number := _number(given)) is not None:
        values = np.full(len(sectors), number)
    else:
        return _from_file(Path(str(given)), sectors)
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise WorldError.at("trade elasticity", f"{values.min():g} is not > 0", "Give theta, a positive number")
    return values


def _number(given: float | int | str | Path) -> float | None:
    if isinstance(given, Path):
        return None
    try:
        return float(given)
    except ValueError:
        return None


def _from_file(path: Path, sectors: Sequence[str]) -> Float[Array, " sector"]:
    if not path.exists():
        fix = "Give a number, or a CSV file with the columns sector, trade_elasticity"
        raise WorldError.at("trade elasticity", f"{str(path)!r} is neither a number nor a file", fix)
    problems: list[Problem] = []
    table = read_path(ELASTICITIES, path, problems, what="table of elasticities (CSV)", partial=True)
    if table is None:
        problems_or(problems)
    assert table is not None
    axes = {"sector": sectors}
    flat = flat_cells(table, axes, problems)
    theta = table.numbers("trade_elasticity")
    refuse_missing(table, flat, np.ones(len(sectors), dtype=bool), axes, problems)

    def describe(row: int) -> tuple[str, str]:
        return f"trade_elasticity = {theta[row]:.10g} is not > 0", "Give theta, a positive number"

    list_rows(table, theta <= 0, describe, problems)
    problems_or(problems)
    return fill((len(sectors),), flat, theta)


def read_tariffs(
    path: Path | str,
    countries: Sequence[str],
    sectors: Sequence[str],
    tradable: Bool[Array, " sector"],
    trade_value: Float[Array, "importer exporter sector"],
    sparse: bool = False,
) -> Float[Array, "importer exporter sector"]:
    """Tariff rates over the axes of a table.

    Raises:
        WorldError: listing every fault with its line.
    """
    problems: list[Problem] = []
    table = read_path(BASE_TARIFFS, path, problems, what="file of tariffs (CSV)", partial=True)
    if table is None:
        problems_or(problems)
    assert table is not None
    axes = {"importer": countries, "exporter": countries, "sector": sectors}
    flat = flat_cells(table, axes, problems)
    rates = fill(trade_value.shape, flat, fractions(table, "tariff", problems))
    if not problems and not table.has("rate_unit"):
        refuse_scale(table.file, countries, rates, problems)
    if not sparse:
        traded = (trade_value > 0) & tradable & ~np.eye(len(countries), dtype=bool)[:, :, None]
        refuse_missing(table, flat, traded, axes, problems)
    problems_or(problems)
    return rates
