"""The commands of `tradewar` by their names; `serve` and `template` among them."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tradewar.cli import brief, monitor, path, solve, sweep, talks, tariff, war, worlds
from tradewar.cli.output import print_text

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


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    host: Annotated[
        str, typer.Option(help="Address to listen on. Anything but loopback lets others in: there is no password.")
    ] = "127.0.0.1",
) -> None:
    """Serve the live page, on which anyone can move a tariff and watch the war, until it is interrupted."""
    from tradewar.web.guard import is_loopback
    from tradewar.web.serve import check_free, server

    check_free(host, port)
    made = server(host, port)
    print_text(f"The live page: http://{f'[{host}]' if ':' in host else host}:{port}/  (Ctrl+C ends it)")
    if not is_loopback(host):
        print_text("Others can reach it: it has no password, and every visitor can use this machine's processors.")
    sys.stdout.flush()  # whoever reads it waits for the address
    made.run()


app = typer.Typer(
    name="tradewar",
    help="Trade wars and trade talks: what is taxed, what it does, who gains and who loses.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("brief")(brief.brief)
app.command("path")(path.path)
app.command("solve")(solve.solve)
app.command("war")(war.war)
app.command("sweep")(sweep.sweep)
app.command("serve")(serve)
app.command("monitor")(monitor.monitor)
app.add_typer(monitor.incidents, name="incidents")
app.command("talks")(talks.talks)
app.command("accord")(talks.accord)
app.command("template")(template)
app.add_typer(tariff.app, name="tariff")
app.add_typer(worlds.app, name="world")


def _show_version(wanted: bool) -> bool:
    if wanted:
        from importlib.metadata import version

        print_text(f"tradewar {version('tradewar')}")
        raise typer.Exit
    return wanted


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Trade wars and trade talks: what is taxed, what it does, who gains and who loses."""
