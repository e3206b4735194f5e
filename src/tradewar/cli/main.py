"""`tradewar`: the commands, and the one place where an exception becomes a message and an exit status.

| status | meaning |
|---|---|
| 0 | done |
| 1 | a defect of ours |
| 2 | the input is wrong, or the command line |
| 3 | no solution was found within the limits |
| 130 | interrupted |
"""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated

import typer

from tradewar.cli import accord, brief, monitor, path, serve, solve, sweep, talks, tariff, template, war, worlds
from tradewar.errors import TradewarError

DEBUG = "TRADEWAR_DEBUG"
GARBAGE = (200_000, 50, 50)
"""When Python looks for cycles. Its own 700 objects let a brief spend a seventh of its time on looking through modules
and tables that stay; arrays are no part of cycles, so that memory does not grow."""

# Our matrices are small: threads inside the linear algebra wait for each other longer than they compute (a brief on
# two busy cores took four times as long). NumPy reads this when it is first imported, which no command module does.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

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

        typer.echo(f"tradewar {version('tradewar')}")
        raise typer.Exit
    return wanted


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Trade wars and trade talks: what is taxed, what it does, who gains and who loses."""


def run() -> None:
    """Entry point of the `tradewar` command."""
    gc.set_threshold(*GARBAGE)
    try:
        app()
    except TradewarError as error:
        _say(str(error))
        sys.exit(error.exit_status)
    except BrokenPipeError:
        # the reader of a pipe has left; nothing is wrong, and Python must not try to flush to it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        _say(
            f"This is a defect of tradewar, not of your input: {type(error).__name__}: {error}",
            f"Please report it with the command you ran. {DEBUG}=1 in the environment shows where it happened.",
        )
        sys.exit(1)
    finally:
        gc.freeze()  # the end of the process frees everything; Python need not look for cycles first


def _say(*lines: str) -> None:
    sys.stdout.flush()
    sys.stderr.write("\n".join(lines) + "\n")
