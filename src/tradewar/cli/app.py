"""The commands of `tradewar` by their names."""

from __future__ import annotations

from typing import Annotated

import typer

from tradewar.cli import accord, brief, monitor, path, serve, solve, sweep, talks, tariff, template, war, worlds
from tradewar.cli.output import print_text

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
app.command("serve")(serve.serve)
app.command("monitor")(monitor.monitor)
app.add_typer(monitor.incidents, name="incidents")
app.command("talks")(talks.talks)
app.command("accord")(accord.accord)
app.command("template")(template.template)
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
