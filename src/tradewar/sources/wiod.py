"""The World Input-Output Database, release of 2013, as one comma-separated table per year.

Rows `CCC_cNN` (country, industry 1 to 35); the same columns, then `CCC_FD` (all final uses together) and `OUT`. USD
million, basic prices. Final uses hold changes of inventories and may be negative. The table ends with the rows of the
industries: value added is output less materials. Cells are rounded to millions, so that small industries may sell a few
percent less than their stated output; this is noted and sales are used.

Source: Timmer, Dietzenbacher, Los, Stehrer and de Vries (2015), Review of International Economics 23(3); CC BY 4.0.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tradewar.sources.elasticity import Elasticity
from tradewar.sources.intercountry import Layout, about_table, read_table, to_world, year_of

if TYPE_CHECKING:
    from tradewar.world.model import World

_NAMES = """
    Agriculture, forestry, fishing; Mining; Food, beverages, tobacco; Textiles, apparel; Leather, footwear;
    Wood; Paper, printing; Refined petroleum; Chemicals; Rubber, plastics; Non-metallic minerals; Basic and
    fabricated metals; Machinery; Electrical and optical equipment; Transport equipment; Other manufacturing;
    Electricity, gas, water; Construction; Sale and repair of motor vehicles; Wholesale trade; Retail trade;
    Hotels, restaurants; Inland transport; Water transport; Air transport; Travel agencies, transport support;
    Post, telecommunications; Finance; Real estate; Other business services; Public administration; Education;
    Health; Other services; Private households
"""
INDUSTRY_NAMES = {f"c{k}": name for k, name in enumerate(" ".join(_NAMES.split()).split("; "), start=1)}

_LAST_GOOD = 16

LAYOUT = Layout(
    name="the World Input-Output Database, release of 2013",
    final_uses={"FD": "final use"},
    totals={"output": frozenset({"OUT"})},
    may_be_negative=frozenset({"FD"}),
    fold={},
    is_tradable=lambda code: code[1:].isdigit() and int(code[1:]) <= _LAST_GOOD,
    industry_names=INDUSTRY_NAMES,
    output_limit=1.0,
)

_ABOUT = {
    "name": "World Input-Output Database, {year}",
    "money_unit": "USD million",
    "source": "World Input-Output Database, release of 2013, {year}: Timmer et al. (2015)",
    "terms": "CC BY 4.0",
}


def read_wiod(
    path: Path | str,
    *,
    trade_elasticity: Elasticity = None,
    tariffs: Path | str | None = None,
    sparse_tariffs: bool = False,
    year: int | None = None,
    name: str | None = None,
) -> World:
    """A World from a table of the World Input-Output Database. Arguments and errors as `read_icio`."""
    chosen = year_of(Path(path), year)
    table = read_table(path, LAYOUT, trade_elasticity)
    return to_world(table, LAYOUT, about_table(name, chosen, _ABOUT), trade_elasticity, tariffs, sparse_tariffs)
