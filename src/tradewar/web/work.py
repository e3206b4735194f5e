"""Heavy work, each a function for a process of its own (`jobs`); the last argument is told what is being done."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradewar.equilibrium.policy import Policy
from tradewar.errors import InputError
from tradewar.web.economies import Economy, Start, of_dispute
from tradewar.web.uploads import read_uploaded_tariffs, read_uploaded_world
from tradewar.world.model import World

Say = Callable[[str], None]
MAX_PLAYERS = 4
"""Players of a war on the page; the command line has no limit."""
MEMORY = 8 * 2**30
"""Bytes of address space of a process that reads what somebody sent."""


@dataclass(frozen=True)
class Fought:
    """A war, as it is shown."""

    facts: dict[str, Any]
    """The JSON of `tradewar war`, without the tariffs."""
    names: dict[str, str]
    policy: Policy


@dataclass(frozen=True)
class Told:
    """One section of a brief."""

    name: str
    html: str
    """Made by the templates of the brief, which escape what they are given; empty where nothing was found."""


def read_dispute(name: str, day: dt.date | None, say: Say) -> Economy:
    """A built-in dispute with its policies as starting tariffs."""
    say("Reading the tariff book")
    return of_dispute(name, day)


def read_world_file(path: Path, say: Say) -> Economy:
    """A world that somebody sent."""
    _bound_memory()
    say(f"Checking {path.name}")
    return read_uploaded_world(path)


def read_tariff_file(economy: Economy, path: Path, say: Say) -> Start:
    """Tariffs that somebody sent."""
    _bound_memory()
    say(f"Checking {path.name}")
    return read_uploaded_tariffs(economy, path)


def fight(world: World, policy: Policy, closure: str, players: Sequence[str], between: bool, say: Say) -> Fought:
    """The Nash war of a few players, or the optimal tariffs of one, from the tariffs on screen.

    Raises:
        InputError: if there are too many players, or the options are wrong.
        NoSolutionError: if no equilibrium was reached.
    """
    from tradewar.games.war import war

    if not 1 <= len(players) <= MAX_PLAYERS:
        what = f"{len(players)} players were chosen"
        raise InputError.at("players", what, f"Choose one to {MAX_PLAYERS}; `tradewar war` takes more")
    say("Preparing the world for the war")
    found = war(world, players, between=between, policy=policy, closure=closure, progress=say)
    names = dict(zip(world.countries, world.country_names, strict=True))
    return Fought(found.to_dict(tariffs=False), names, found.policy)


def tell(dispute: str, day: dt.date | None, part: str, say: Say) -> Told:
    """One part of the findings of a dispute, told as its section of the brief."""
    from tradewar.brief.page import SECTIONS, render_section
    from tradewar.disputes.dossier import load_dispute
    from tradewar.disputes.findings import run
    from tradewar.disputes.parts import PARTS

    chosen = [item for item in PARTS if item.name == part]
    section = next(item for item in SECTIONS if item.name == part)
    findings = run(load_dispute(dispute), day, say, parts=chosen)
    if not section.applies(findings):
        return Told(part, "")
    say("Drawing the charts")
    return Told(part, render_section(findings, section))


def write_brief(dispute: str, day: dt.date | None, out: Path, say: Say) -> Path:
    """The brief of a dispute as a zip of its folder."""
    from tradewar.brief.page import brief

    made = brief(dispute, out / "brief", day, say)
    path = out / f"{made.findings.dispute}-{made.findings.as_of}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in made.files:
            archive.write(file, file.relative_to(made.folder))
    return path


def _bound_memory() -> None:
    """Let a file that unfolds in memory end its own process only."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
