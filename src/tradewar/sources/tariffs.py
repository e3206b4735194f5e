"""Baseline tariffs for sources that hold none, from a file of the user.

CSV with the columns `exporter,importer,sector,tariff` (a column `value` is ignored, so that the `flows.csv` of a tidy
folder will do). Tariffs are rates: 0.25 is 25 percent. Every pair that trades a tradable good has a row, unless the
user declares that what has no row is free. Rates on own sales and services are set to 0 and noted by `World.build`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.errors import Problem, WorldError
from tradewar.world.identities import RATE_LIMIT
from tradewar.world.table import (
    check_columns,
    fill,
    flat_cells,
    list_rows,
    numbers,
    parse_csv,
    problems_or,
    refuse_missing,
)


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
    place = Path(path)
    if not place.is_file():
        raise WorldError.at(str(place), "there is no such file of tariffs", "Give a CSV file")
    problems: list[Problem] = []
    table = parse_csv(place.name, place.read_bytes(), problems)
    needed = ("exporter", "importer", "sector", "tariff")
    if table is None or not check_columns(table, needed, ("value",), problems=problems):
        problems_or(problems)
    assert table is not None
    axes = {"importer": countries, "exporter": countries, "sector": sectors}
    flat = flat_cells(table, axes, problems)
    rates = numbers(table, "tariff", problems)

    def percent(row: int) -> tuple[str, str]:
        what = f"tariff = {rates[row]:.10g} is above {RATE_LIMIT:g}, that is {100 * RATE_LIMIT:,.0f} percent"
        return what, f"Tariffs are rates: was {rates[row] / 100:.6g} meant, for {rates[row]:.6g} percent?"

    list_rows(table, rates > RATE_LIMIT, percent, problems)
    if not sparse:
        traded = (trade_value > 0) & tradable & ~np.eye(len(countries), dtype=bool)[:, :, None]
        refuse_missing(table, flat, traded, axes, problems)
    problems_or(problems)
    return fill(trade_value.shape, flat, rates)
