"""Worlds by name: those that ship with the package, and any tidy folder or zip of one by its path.

    load_world(names()[0])            # a built-in one
    load_world("my-world/")           # a tidy folder

A built-in world is a zipped tidy folder in `library/`, made by `scripts/derive_world.py`; sources and terms are in
DATA-LICENSES.md.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from tradewar.errors import Problem, WorldError
from tradewar.io.files import Files, open_place
from tradewar.io.nearest import nearest
from tradewar.world.tidy import read_world

if TYPE_CHECKING:
    from tradewar.world.model import World

_LIBRARY = "tradewar.world.library"


def names() -> tuple[str, ...]:
    """The built-in worlds."""
    found = (entry.name for entry in resources.files(_LIBRARY).iterdir())
    return tuple(sorted(name.removesuffix(".zip") for name in found if name.endswith(".zip")))


def load_world(name_or_path: str | Path, *, rescale_shares: bool = False) -> World:
    """A built-in world by name, or the world of a tidy folder or of a zipped one.

    Args:
        rescale_shares: as in `read_world`, for a folder that is about to be balanced.

    Raises:
        WorldError: if there is neither a built-in world of that name nor such a folder, or if what is there is faulty.
    """
    if isinstance(name_or_path, str) and name_or_path in names():
        return _built_in(name_or_path)
    path = Path(name_or_path)
    if not path.exists():
        what = f"is neither a built-in world nor a folder or zip file{nearest(str(name_or_path), names())}"
        fix = f"Built-in: {', '.join(names())}; or give the path of a tidy folder"
        raise WorldError.at(f"world {str(name_or_path)!r}", what, fix)
    return read_world(path, rescale_shares=rescale_shares)


def files_of(name: str) -> Files:
    """The files of a built-in world."""
    problems: list[Problem] = []
    with resources.as_file(resources.files(_LIBRARY) / f"{name}.zip") as path:
        files = open_place(path, problems)
    if files is None:
        raise WorldError(problems)
    return files


@cache
def _built_in(name: str) -> World:
    # worlds are read-only, so one copy serves everybody
    with resources.as_file(resources.files(_LIBRARY) / f"{name}.zip") as path:
        return read_world(path)
