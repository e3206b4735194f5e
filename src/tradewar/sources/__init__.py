"""Published data as worlds: one module per layout that somebody else publishes, and `read` that chooses among them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewar.errors import WorldError
from tradewar.io.nearest import nearest
from tradewar.sources.icio import read_icio
from tradewar.sources.wiod import read_wiod
from tradewar.world.tidy import read_world

if TYPE_CHECKING:
    from tradewar.world.model import World


__all__ = ["SOURCES", "read"]


SOURCES: Mapping[str, Callable[..., World]] = {"tidy": read_world, "icio": read_icio, "wiod": read_wiod}
"""Name of a layout -> its reader. `tidy` is our own folder."""


def read(source: str, path: Path | str, **options: Any) -> World:
    """A World from a file or folder in a named layout.

    Args:
        source: one of `SOURCES`.
        options: those of the reader (`trade_elasticity`, `tariffs`, ...); None counts as not given.

    Raises:
        WorldError: if the layout is unknown, an option does not belong to it, or the data are faulty.
    """
    if source not in SOURCES:
        what = f"is not a known layout{nearest(source, tuple(SOURCES))}"
        raise WorldError.at(f"source {source!r}", what, f"Use one of {', '.join(SOURCES)}")
    reader = SOURCES[source]
    known = [option for option in inspect.signature(reader).parameters if option != "path"]
    given = {option: value for option, value in options.items() if value is not None}
    for option in given:
        if option not in known:
            what = f"takes no option {option!r}{nearest(option, known)}"
            raise WorldError.at(f"source {source!r}", what, f"Its options are {', '.join(known)}")
    return reader(path, **given)
