"""Arguments and options that several commands have, and the limits of their numbers."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Annotated

import typer

DEFAULT_DISPUTE = "us-china-2019"

Dispute = Annotated[str, typer.Argument(help="Built-in dispute, or the path of a dossier folder.")]
WorldName = Annotated[str, typer.Argument(help="Built-in world, or the path of a tidy folder.", metavar="WORLD")]
AsOf = Annotated[
    dt.datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Only what was known on this day (2019-02-20)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Elasticities = Annotated[str | None, typer.Option(help="A named set of trade elasticities of the world.")]
Market = Annotated[str | None, typer.Option(help="competitive or monopolistic; by default that of the world.")]

HorizonYears = Annotated[
    float | None,
    typer.Option("--horizon", help="Years after the change, with trade reacting in part; by default the long run."),
]
Level = Annotated[
    str | None, typer.Option(help="Long-run elasticities: those of the world, or blp (Boehm et al. 2023).")
]


def within(low: float, high: float = math.inf) -> Callable[[float | None], float | None]:
    """A check that a number, where it is given, is finite and neither below `low` nor above `high`."""

    def check(value: float | None) -> float | None:
        if value is None or (math.isfinite(value) and low <= value <= high):
            return value
        limits = f"from {low:,} to {high:,}" if math.isfinite(high) else f"of {low:,} or more"
        raise typer.BadParameter(f"{value:,} is not a number {limits}.")

    return check


def day(given: dt.datetime | None) -> dt.date | None:
    """The day of `AsOf`."""
    return given.date() if given else None
