"""`tradewar template`: the tables that people write, and an empty one to fill in."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tradewar.io.declare import TableSpec


def declared() -> dict[str, TableSpec]:
    """Every table that a package declares in its `formats`, by `PACKAGE/NAME`."""
    import tradewar

    found: dict[str, TableSpec] = {}
    for package in pkgutil.iter_modules(tradewar.__path__, "tradewar."):
        if package.ispkg and importlib.util.find_spec(f"{package.name}.formats"):
            tables = importlib.import_module(f"{package.name}.formats").TABLES
            found |= {f"{package.name.removeprefix('tradewar.')}/{spec.name}": spec for spec in tables}
    return found


def template(
    table: Annotated[str, typer.Argument(help="A table, such as tariffs/measures; without it all are listed.")] = "",
) -> None:
    """An empty table with the meaning of every column, ready to be filled in; without a name, all there are."""
    from tradewar.cli.output import print_document, print_text
    from tradewar.errors import InputError
    from tradewar.io.declare import template as empty
    from tradewar.io.nearest import nearest

    tables = declared()
    if not table:
        print_text(*(f"{name}: {spec.what}" for name, spec in tables.items()))
        return
    named = {name: spec for name, spec in tables.items() if table in (name, spec.name)}
    if len(named) != 1:
        what = f"is the name of {', '.join(named)}" if named else f"is no table{nearest(table, tables)}"
        raise InputError.at(table, what, f"Use one of {', '.join(tables)}")
    print_document(empty(next(iter(named.values()))))
