"""Files that visitors send: bounded before anything is unpacked, then read by the code that reads them elsewhere.

| what | limit |
|---|---|
| a request | `guard.MAX_BODY` |
| members of a zip, and their size once unpacked | `LIMITS` |
| names in a zip | those of `tradewar.io.archives`; only what belongs to a tidy folder |
| cells of a world, sectors of it | `MAX_CELLS`, `MAX_SECTORS` |
| rows of a tariff file | `MAX_TARIFF_FILE` bytes |

Members are never written to disk under their own names: `tradewar.world` reads them inside the archive.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from tradewar.errors import InputError, Problem, WorldError
from tradewar.io.archives import Limits, members
from tradewar.io.files import read_bytes
from tradewar.web.economies import Economy, Start, of
from tradewar.web.guard import MAX_BODY
from tradewar.world.model import World
from tradewar.world.tidy import read_world

MAX_TARIFF_FILE = 2 * 2**20
MAX_CELLS = 400_000
"""Importers x exporters x sectors: what is solved while a slider moves."""
MAX_SECTORS = 200
LIMITS = Limits(64, 128 * 2**20, 128 * 2**20, (".csv", ".toml", ".md", ".txt"))
"""Parquet is left to the command line: how large it is unpacked cannot be told before."""


def safe_name(name: str, fallback: str) -> str:
    """The name of a file without anything that means something to a file system, for messages and a folder of ours."""
    kept = re.sub(r"[^\w.() -]", "_", PurePosixPath(name.replace("\\", "/")).name)[-80:].lstrip(". ")
    return kept or fallback


def read_uploaded_world(path: Path) -> Economy:
    """The world of a zip that somebody sent.

    Raises:
        WorldError: listing every fault: of the archive, or of the files as `tradewar world check` lists them.
    """
    _check_archive(path)
    try:
        world = read_world(path)
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


def _check_archive(path: Path) -> None:
    """Refuse what could fill the memory or is no tidy folder, before anything reads it."""
    problems: list[Problem] = []
    data = read_bytes(path, problems, MAX_BODY, path.name)
    if data is not None:
        members(path.name, data, problems, LIMITS)
    if problems:
        raise WorldError(problems)


def _check_size(world: World) -> None:
    cells = world.n_countries**2 * world.n_sectors
    if cells > MAX_CELLS or world.n_sectors > MAX_SECTORS:
        what = f"has {cells:,} flows in {world.n_sectors} sectors; sliders can move {MAX_CELLS:,} in {MAX_SECTORS}"
        raise WorldError.at(world.name, what, "Aggregate it first, with `tradewar world aggregate`")
    if world.n_countries < 2 or not world.tradable.any():
        raise WorldError.at(world.name, "has no trade that could be taxed", "Give two countries and a tradable sector")


def _plain(text: str, path: Path) -> str:
    return text.replace(str(path), path.name)
