"""Folders for files of our own that nobody keeps: they go when the work is done, or with the next run after a kill."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO, Self

from tradewar.io import places


class Scratch:
    """A folder that only this user can look into, in the system's place for temporary files; a context manager."""

    def __init__(self, purpose: str) -> None:
        beside = Path(tempfile.gettempdir()) / f"tradewar-{purpose}"
        for left in places.abandoned(beside.parent, places.stem(beside)):
            shutil.rmtree(left, ignore_errors=True)
        self.path = places.temporary(beside)
        self.path.mkdir(mode=0o700)

    def close(self) -> None:
        """Remove it; what another process still holds open goes later."""
        places.release(self.path)
        shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def emptied(folder: Path) -> Path:
    """A folder with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def copied(folder: Path, into: Path) -> Path:
    """A copy of a folder."""
    return Path(shutil.copytree(folder, into))


def arriving(path: Path) -> BinaryIO:
    """A new file in such a folder for what comes piece by piece."""
    return path.open("xb")
