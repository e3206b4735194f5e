"""Files that visitors send: bounded before anything is unpacked, then read by the code that reads them elsewhere.

| what | limit |
|---|---|
| a request | `guard.MAX_BODY` |
| members of a zip, and their size once unpacked | `MAX_MEMBERS`, `MAX_UNPACKED` |
| names in a zip | no absolute path, no `..`, no link; only what belongs to a tidy folder |
| cells of a world, sectors of it | `MAX_CELLS`, `MAX_SECTORS` |
| rows of a tariff file | `MAX_TARIFF_FILE` bytes |

Members are never written to disk under their own names: `tradewar.world` reads them inside the archive.
"""

from __future__ import annotations

import re
import stat
import zipfile
from pathlib import Path, PurePosixPath

from tradewar.errors import InputError, Problem, WorldError
from tradewar.web.economies import Economy, Start, of
from tradewar.world.model import World
from tradewar.world.tidy import read_world

MAX_MEMBERS = 64
MAX_UNPACKED = 128 * 2**20
"""Bytes of all members together, unpacked."""
MAX_TARIFF_FILE = 2 * 2**20
MAX_CELLS = 400_000
"""Importers x exporters x sectors: what is solved while a slider moves."""
MAX_SECTORS = 200
ENDINGS = (".csv", ".toml", ".md", ".txt")
"""What is read. Parquet is left to the command line: how large it is unpacked cannot be told before."""


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
    """Refuse what could fill the memory or is no tidy folder, from the directory of the archive alone."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise WorldError.at(path.name, f"is no readable zip ({error})", "Zip a tidy folder") from None
    if len(members) > MAX_MEMBERS:
        what = f"holds {len(members)} files, more than {MAX_MEMBERS}"
        raise WorldError.at(path.name, what, "Zip only the files of a tidy folder")
    # zipfile never gives more of a member than the directory says
    total = sum(member.file_size for member in members)
    if total > MAX_UNPACKED:
        what = f"is {total:,} bytes unpacked, more than {MAX_UNPACKED:,}"
        raise WorldError.at(path.name, what, "Aggregate the world first, with `tradewar world aggregate`")
    problems: list[Problem] = []
    for member in members:
        fault = _member_fault(member)
        if fault:
            what = f"holds {member.filename[:80]!r}: {fault}"
            problems.append(Problem(path.name, what, "Zip only the files of a tidy folder"))
    if problems:
        raise WorldError(problems)


def _member_fault(member: zipfile.ZipInfo) -> str:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in member.filename:
        return "a path that leads outside"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link"
    if member.flag_bits & 0x1:
        return "encrypted"
    if member.is_dir() or name.name.startswith(".") or "__MACOSX" in name.parts:
        return ""
    return "" if name.suffix in ENDINGS else f"not one of {', '.join(ENDINGS)}"


def _check_size(world: World) -> None:
    cells = world.n_countries**2 * world.n_sectors
    if cells > MAX_CELLS or world.n_sectors > MAX_SECTORS:
        what = f"has {cells:,} flows in {world.n_sectors} sectors; sliders can move {MAX_CELLS:,} in {MAX_SECTORS}"
        raise WorldError.at(world.name, what, "Aggregate it first, with `tradewar world aggregate`")
    if world.n_countries < 2 or not world.tradable.any():
        raise WorldError.at(world.name, "has no trade that could be taxed", "Give two countries and a tradable sector")


def _plain(text: str, path: Path) -> str:
    return text.replace(str(path), path.name)
