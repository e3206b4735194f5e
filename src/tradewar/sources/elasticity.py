"""Trade elasticities for sources that hold none: given by the user, never assumed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import Problem, WorldError
from tradewar.io.tables import list_rows, read_path
from tradewar.sources.formats import ELASTICITIES
from tradewar.world.table import fill, flat_cells, problems_or, refuse_missing

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
