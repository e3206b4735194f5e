"""The tables that a user gives beside published data, as they are declared."""

from __future__ import annotations

from dataclasses import replace

from tradewar.io.declare import Column, TableSpec
from tradewar.world.formats import EXPORTER, IMPORTER, RATE_UNIT, SECTOR, TARIFF

ELASTICITIES = TableSpec(
    "elasticities",
    "the trade elasticity of one sector",
    (SECTOR, Column("trade_elasticity", "number", "theta > 0", required=True, blank=False, example="4")),
    key=("sector",),
)
BASE_TARIFFS = TableSpec(
    "base_tariffs",
    "the tariff of one importer on one exporter in one sector, for published data that hold none",
    (
        EXPORTER,
        IMPORTER,
        SECTOR,
        replace(TARIFF, required=True),
        Column("value", "text", "not read: a table of flows will do"),
        RATE_UNIT,
    ),
    key=("exporter", "importer", "sector"),
)
TABLES = (ELASTICITIES, BASE_TARIFFS)
