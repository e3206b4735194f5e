"""The table of a tariff file, as it is declared."""

from __future__ import annotations

from tradewar.io.declare import Column, TableSpec
from tradewar.world.formats import RATE_UNIT

_EVERY = "a code of the world, or * for every one"
_COUNTRY = "a country or a bloc of the world, or * for every one"

TARIFFS = TableSpec(
    "tariffs",
    "the tariffs of one importer on one exporter in one sector after a change; a later row refines an earlier one",
    (
        Column("exporter", "label", _COUNTRY, required=True, blank=False, example="CHN"),
        Column("importer", "label", _COUNTRY, required=True, blank=False, example="USA"),
        Column("sector", "label", _EVERY, required=True, blank=False, example="MAC"),
        Column("tariff", "rate", "the new rate", "a fraction (0.25)", blank=False),
        Column("change_pp", "number", "added to the rate of the world", "percentage points (25)", blank=False),
        RATE_UNIT,
    ),
    key=("exporter", "importer", "sector"),
    one_of=(("tariff", "change_pp"),),
)
TABLES = (TARIFFS,)
