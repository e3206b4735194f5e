"""Worlds by name: those that ship with the package, and any tidy folder or zip of one by its path.

    load_world("world-2017")          # 18 regions x 16 sectors, 2017
    load_world("my-world/")           # a tidy folder

The built-in files are made by `scripts/derive_world.py`; their sources and terms are in DATA-LICENSES.md.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import Problem, WorldError
from tradewar.world.identities import nearest
from tradewar.world.table import check_columns, numbers, open_files, positions, problems_or, read_table
from tradewar.world.tidy import read_world

if TYPE_CHECKING:
    from tradewar.world.model import World

INCREASES_STAND_FOR = (
    "Trade-weighted increases of United States tariffs on China and of Chinese tariffs on the United States, "
    "2018 to 2019, for the schedule announced through the end of 2019. They are not what was in force in "
    "February 2019: realised averages of February 2020 are about 0.68 and 1.05 times those."
)
"""What the rates of `tariff_increases` stand for; part of every page that uses them."""
_INCREASES = "tariff_increases_2018_2019"
_INCREASE_COLUMNS = (("us_on_china_increase", "USA", "CHN"), ("china_on_us_increase", "CHN", "USA"))
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


@cache
def _built_in(name: str) -> World:
    # worlds are read-only, so one copy serves everybody
    with resources.as_file(resources.files(_LIBRARY) / f"{name}.zip") as path:
        return read_world(path)


def tariff_increases(name: str = "world-2017") -> Float[Array, "importer exporter sector"]:
    """Increases of tariff rates between the United States and China that ship with a built-in world.

    See `INCREASES_STAND_FOR` for the schedule they stand for.

    Returns:
        Fractions, to be added to `World.tariff_rate`; 0 for every other pair and for sectors without an increase.

    Raises:
        WorldError: if there is no built-in world of that name, or it comes without increases.
    """
    if name not in names():
        what = f"is not a built-in world{nearest(name, names())}"
        raise WorldError.at(f"world {name!r}", what, f"Use one of {', '.join(names())}")
    world = _built_in(name)
    with resources.as_file(resources.files(_LIBRARY) / f"{name}.zip") as path:
        return read_increases(path, world)


def read_increases(path: Path | str, world: World) -> Float[Array, "importer exporter sector"]:
    """The table of tariff increases beside a world (`tariff_increases_2018_2019.csv`, fractions by sector).

    Raises:
        WorldError: listing every fault of the table.
    """
    problems: list[Problem] = []
    table = read_table(open_files(path), _INCREASES, problems)
    needed = ("sector", *(column for column, _, _ in _INCREASE_COLUMNS))
    baseline = ("us_on_china_2017", "china_on_us_2017")
    if table is None or not check_columns(table, needed, baseline, problems=problems):
        problems_or(problems)
    assert table is not None
    sector = positions(table, "sector", world.sectors, problems)
    increases = np.zeros_like(world.tariff_rate)
    for column, importer, exporter in _INCREASE_COLUMNS:
        rates = numbers(table, column, problems)
        problems_or(problems)
        increases[world.country_index(importer), world.country_index(exporter), sector] = rates
    return increases
