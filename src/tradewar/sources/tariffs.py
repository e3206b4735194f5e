"""Baseline tariffs for sources that hold none, from a file of the user.

CSV with the columns `exporter,importer,sector,tariff` (`sources.formats`). Tariffs are rates: 0.25 is 25 percent,
unless a column `rate_unit` says otherwise. Every pair that trades a tradable good has a row, unless the
user declares that what has no row is free. Rates on own sales and services are set to 0 and noted by `World.build`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.errors import Problem
from tradewar.io.tables import read_path
from tradewar.sources.formats import BASE_TARIFFS
from tradewar.world.table import fill, flat_cells, fractions, problems_or, refuse_missing, refuse_scale


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
