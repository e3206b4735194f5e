"""The Inter-Country Input-Output tables of the OECD, file `{year}_SML.csv`.

Rows `CCC_III` (country, industry), then `TLS` (taxes less subsidies on products), `VA` and `OUT`; the same columns,
then six final uses `CCC_{HFCE,NPISH,GGFC,GFCF,INVNT,DPABR}` and `OUT`. Labels are split at the first underscore, so
that `CHN_C17_18` is industry `C17_18`. The order of rows and columns does not matter. USD million, basic prices.
Negative values occur in `INVNT` and `TLS` only. In extended editions China and Mexico are divided (`CN1`, `CN2`;
`MX1`, `MX2`) while the rows of the whole are zero: the parts are added to the whole.

Editions differ in spelling, and all are read: totals in three parts (`TLS_TLS_TLS`); in those of 2018 and 2021
`TAXSUB` (also by country, `AUS_TAXSUB`), `VALU`, `OUTPUT` and `TOTAL`, industries without a letter (`10T12`), and `P33`
for `DPABR`. `ICIO2021_2018.csv` is the table of 2018 in the edition of 2021.

Source: OECD (2025), Inter-Country Input-Output tables. The tables hold neither tariffs nor elasticities.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tradewar.sources.elasticity import Elasticity
from tradewar.sources.intercountry import Layout, about_table, read_table, to_world, year_of

if TYPE_CHECKING:
    from tradewar.world.model import World

INDUSTRY_NAMES = {
    "A01": "Agriculture", "A02": "Forestry", "A01_02": "Agriculture, forestry", "A03": "Fishing", "B05": "Coal mining",
    "B06": "Oil and gas extraction", "B05_06": "Mining, energy", "B07": "Metal ore mining", "B08": "Other mining",
    "B07_08": "Mining, other", "B09": "Mining support", "C10T12": "Food, beverages, tobacco",
    "C13T15": "Textiles, apparel, leather", "C16": "Wood", "C17_18": "Paper, printing", "C19": "Refined petroleum",
    "C20": "Chemicals", "C21": "Pharmaceuticals", "C22": "Rubber, plastics", "C23": "Non-metallic minerals",
    "C24": "Basic metals", "C24A": "Iron and steel", "C24B": "Other basic metals", "C25": "Fabricated metals",
    "C26": "Electronics", "C27": "Electrical equipment", "C28": "Machinery", "C29": "Motor vehicles",
    "C30": "Other transport equipment", "C301": "Ships", "C302T309": "Other transport equipment",
    "C31T33": "Other manufacturing", "D": "Electricity, gas", "E": "Water, waste", "F": "Construction", "G": "Trade",
    "H49": "Land transport", "H50": "Water transport", "H51": "Air transport", "H52": "Warehousing", "H53": "Post",
    "I": "Accommodation, food service", "J58T60": "Publishing, broadcasting", "J61": "Telecommunications",
    "J62_63": "Information technology", "K": "Finance", "L": "Real estate", "M": "Professional services",
    "N": "Administrative services", "O": "Public administration", "P": "Education", "Q": "Health",
    "R": "Arts, recreation", "S": "Other services", "T": "Private households",
}  # fmt: skip

LAYOUT = Layout(
    name="the OECD inter-country input-output table",
    final_uses={
        "HFCE": "final consumption of households",
        "NPISH": "final consumption of non-profit institutions",
        "GGFC": "final consumption of government",
        "GFCF": "gross fixed capital formation",
        "INVNT": "changes in inventories",
        "DPABR": "direct purchases abroad by residents",
        "P33": "direct purchases abroad by residents",
    },
    totals={
        "taxes": frozenset({"TLS", "TLS_TLS_TLS", "TAXSUB"}),
        "value added": frozenset({"VA", "VA_VA_VA", "VALU"}),
        "output": frozenset({"OUT", "OUT_OUT_OUT", "OUTPUT", "TOTAL"}),
    },
    may_be_negative=frozenset({"INVNT"}),
    fold={"CN1": "CHN", "CN2": "CHN", "MX1": "MEX", "MX2": "MEX"},
    # sections A to C of ISIC 4, which are divisions 01 to 33
    is_tradable=lambda code: bool(re.match(r"[ABC]\d|(?:0[1-9]|[12]\d|3[0-3])(?!\d)", code)),
    industry_names=INDUSTRY_NAMES,
)

_ABOUT = {
    "name": "OECD inter-country input-output table, {year}",
    "money_unit": "USD million",
    "source": "OECD, Inter-Country Input-Output (ICIO) tables, {year}",
    "terms": "OECD: share with attribution",
}


def read_icio(
    path: Path | str,
    *,
    trade_elasticity: Elasticity = None,
    tariffs: Path | str | None = None,
    sparse_tariffs: bool = False,
    year: int | None = None,
    name: str | None = None,
) -> World:
    """A World from `{year}_SML.csv`, plain, compressed (`.gz`), or inside the zip in which the OECD publishes it.

    Args:
        trade_elasticity: θ for all sectors, by sector, or a CSV file `sector,trade_elasticity`. Needed.
        tariffs: CSV file `exporter,importer,sector,tariff` with rates; without it the world holds no tariffs.
        sparse_tariffs: declares that pairs without a row in that file pay nothing.
        year: of the table; read from the name of the file where it is not given.
        name: of the world.

    Raises:
        WorldError: listing every fault of the files.
    """
    place = Path(path)
    chosen = year_of(place, year, edition_first="ICIO")
    table = read_table(place, LAYOUT, trade_elasticity, f"{chosen}_SML.csv" if place.suffix == ".zip" else None)
    return to_world(table, LAYOUT, about_table(name, chosen, _ABOUT), trade_elasticity, tariffs, sparse_tariffs)
