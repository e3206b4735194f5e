"""Heavy work, each a function for a process of its own (`jobs`); the last argument is told what is being done.

Files that visitors send: bounded before anything is unpacked, then read by the code that reads them elsewhere.

| what | limit |
|---|---|
| a request | `guard.MAX_BODY` |
| members of a zip, their names, and their size once unpacked | `LIMITS` and `tradewar.io.archives` |
| cells of a world, sectors of it | `MAX_CELLS`, `MAX_SECTORS` |
| rows of a tariff file | `MAX_TARIFF_FILE` bytes |

Members are never written to disk under their own names: `tradewar.world` reads them inside the archive.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from tradewar.disputes.dossier import Dossier, load_dispute
from tradewar.disputes.schema import Party, TariffFile
from tradewar.equilibrium.horizon import LONG_RUN
from tradewar.equilibrium.policy import Policy
from tradewar.errors import InputError, Problem, WorldError
from tradewar.io.archives import Limits, packed
from tradewar.io.scratch import copied, emptied
from tradewar.io.writing import write_file
from tradewar.web.economies import Economy, Start, of, of_dispute
from tradewar.world.model import World
from tradewar.world.tidy import read_world, write_world

LIMITS = Limits(64, 128 * 2**20, 128 * 2**20, (".csv", ".toml", ".md", ".txt"))
"""Of a zip. Parquet is left to the command line: how large it is unpacked cannot be told before."""
MAX_TARIFF_FILE = 2 * 2**20
MAX_CELLS = 400_000
"""Importers x exporters x sectors: what is solved while a slider moves."""
MAX_SECTORS = 200


def safe_name(name: str, fallback: str) -> str:
    """The name of a file without anything that means something to a file system, for messages and a folder of ours."""
    kept = re.sub(r"[^\w.() -]", "_", PurePosixPath(name.replace("\\", "/")).name)[-80:].lstrip(". ")
    return kept or fallback


def read_uploaded_world(path: Path) -> Economy:
    """The world of a zip that somebody sent.

    Raises:
        WorldError: listing every fault: of the archive, or of the files as `tradewar world check` lists them.
    """
    try:
        world = read_world(path, limits=LIMITS)
    except WorldError as error:
        # the folder of this server is nobody's business
        plain = [Problem(_plain(p.where, path), _plain(p.what, path), p.fix) for p in error.problems]
        raise WorldError(plain) from None
    _check_size(world)
    return of(world, "upload", "")


def read_uploaded_tariffs(economy: Economy, path: Path) -> Start:
    """Starting tariffs from a tariff file that somebody sent.

    Raises:
        PolicyError: listing every fault, as `tradewar solve --tariffs` does.
    """
    from tradewar.equilibrium.policy import Policy

    size = path.stat().st_size
    if size > MAX_TARIFF_FILE:
        what = f"has {size:,} bytes, more than {MAX_TARIFF_FILE:,}"
        raise InputError.at(path.name, what, "Use * for what is the same for all")
    policy = Policy.from_file(economy.world, path)
    return Start("upload", f"Tariffs of {path.name}", policy.tariff_rate)


def _check_size(world: World) -> None:
    cells = world.n_countries**2 * world.n_sectors
    if cells > MAX_CELLS or world.n_sectors > MAX_SECTORS:
        what = f"has {cells:,} flows in {world.n_sectors} sectors; sliders can move {MAX_CELLS:,} in {MAX_SECTORS}"
        raise WorldError.at(world.name, what, "Aggregate it first, with `tradewar world aggregate`")
    if world.n_countries < 2 or not world.tradable.any():
        raise WorldError.at(world.name, "has no trade that could be taxed", "Give two countries and a tradable sector")


def _plain(text: str, path: Path) -> str:
    return text.replace(str(path), path.name)


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
    from tradewar.disputes.findings import run
    from tradewar.disputes.parts import PARTS

    chosen = [item for item in PARTS if item.name == part]
    section = next(item for item in SECTIONS if item.name == part)
    findings = run(load_dispute(dispute), day, say, parts=chosen)
    if not section.applies(findings):
        return Told(part, "")
    say("Drawing the charts")
    return Told(part, render_section(findings, section))


def write_brief(economy: Economy, tariffs: str | None, out: Path, say: Say) -> Path:
    """The brief of what is on screen, as a zip of its folder.

    Args:
        economy: a dispute, or a world, of which a dossier with one policy is made.
        tariffs: the tariffs on screen as a tariff file; None for a dispute whose sliders were not moved.
        out: folder of the visit.
        say: told what is being done.
    """
    from tradewar.brief.page import brief

    # names of files in the brief are relative to the folder of the visit, which is nobody's business
    folder = emptied(out / "brief")
    os.chdir(folder)
    if economy.kind == "dispute":
        dossier = load_dispute(copied(load_dispute(economy.name).folder, Path("dossier")), economy.day)
        if tariffs is not None:
            policy = _on_screen(economy, Path("dossier"), tariffs, dossier.as_of)
            dossier = replace(dossier, policies=(*dossier.policies, policy), whole=None)
    else:
        assert tariffs is not None
        dossier = _dossier_of(economy, tariffs)
    made = brief(dossier, "page", economy.day, say)
    return write_file(folder / f"brief-{made.findings.as_of}.zip", packed(made.folder, made.files))


def _dossier_of(economy: Economy, tariffs: str) -> Dossier:
    """A dossier of the pair that is shown, with the tariffs on screen as its one policy."""
    world, today = economy.world, dt.date.today()
    names = dict(zip(world.countries, world.country_names, strict=True))
    first, second = (Party(country=code, name=names[code]) for code in economy.pair)
    name = economy.world_name
    if not name:
        write_world(world, "world")
        name = "world"
    policy = _on_screen(economy, Path(), tariffs, today)
    return Dossier(
        name="on-screen", title=f"{world.name}: tariffs on screen", parties=(first, second), actors=(),
        as_of=today, written_for=today, world=name, closure=economy.closure, horizon=LONG_RUN, deadlines=(),
        policies=(policy,), not_yet=(), book=None, talks=None, accord=None, steps=(), chronicle=(), folder=Path(),
        hashes=((policy.file, hashlib.sha256(tariffs.encode()).hexdigest()),),
    )  # fmt: skip


def _on_screen(economy: Economy, folder: Path, tariffs: str, day: dt.date) -> TariffFile:
    """The tariffs on screen as a policy, its file put beside the dossier."""
    file = write_file(folder / "on-screen.csv", tariffs).name
    return TariffFile(
        name="on-screen",
        title="The tariffs on screen",
        short_title="On screen",
        what=f"Tariffs set on the live page, for {economy.world.name}.",
        stands_for="the tariffs on screen",
        known_from=day,
        kind="tariff-file",
        file=file,
    )


def _bound_memory() -> None:
    """Let a file that unfolds in memory end its own process only."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
