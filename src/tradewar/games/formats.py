"""The table of political weights, as it is declared."""

from __future__ import annotations

from tradewar.io.declare import Column, TableSpec

POLITICAL_WEIGHTS = TableSpec(
    "political_weights",
    "what one government gives for a dollar earned in one sector, relative to the mean of its sectors",
    (
        Column("country", "label", "a country of the world", required=True, blank=False, example="USA"),
        Column("sector", "label", "a sector of the world", required=True, blank=False, example="MAC"),
        Column("weight", "number", "weight; 1 is no bias, the mean over sectors", required=True, blank=False, low=0),
    ),
    key=("country", "sector"),
)
TABLES = (POLITICAL_WEIGHTS,)
