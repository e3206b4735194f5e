"""The bytes of a file, of a folder or of a zip of one. Every fault of the file system becomes a `Problem`.

| limit | value | why |
|---|---|---|
| one file | `MAX_BYTES` | a table of this size still fits the memory as text |
| what a zip holds | `archives.Limits` | a small file can unpack to anything |

Only regular files are read: a pipe or a device would block, or never end.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tradewar.errors import InputError, Problem

if TYPE_CHECKING:
    from tradewar.io.archives import Limits

MAX_BYTES = 256 * 2**20
"""The largest file that is read, in bytes."""
_SHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")


@dataclass(frozen=True)
class Files:
    """The files of a folder or of a zipped folder, by name."""

    place: str
    """The folder or zip, as the user named it."""
    names: tuple[str, ...]
    folder: Path | None
    """None for a zip."""
    members: Mapping[str, bytes] = field(default_factory=dict[str, bytes])

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def read(self, name: str, problems: list[Problem], limit: int = MAX_BYTES) -> bytes | None:
        """The bytes of one file; None, and a problem, where it is missing or cannot be read."""
        if self.folder is None and name in self.members:
            return self.members[name]
        if self.folder is None:
            problems.append(Problem(name, f"is missing from {self.place}", "Give this file"))
            return None
        return read_bytes(self.folder / name, problems, limit, name)


def read_bytes(
    path: Path | str, problems: list[Problem], limit: int = MAX_BYTES, where: str = "", what: str = "file"
) -> bytes | None:
    """The bytes of a file; None, and a problem that says why, where they cannot be had.

    Args:
        where: the name of a file that belongs to a folder, as messages call it; they give its path where left out.
        what: what was expected there ("tariff file (CSV)").
    """
    place = where or str(path)
    fault = file_fault(path, limit, what)
    if where and fault == _absent(what):
        fault = f"is missing from {Path(path).parent}", "Give this file"
    if fault is None:
        try:
            with Path(path).open("rb") as file:
                data = file.read(limit + 1)
            if len(data) <= limit:
                return data
            fault = _too_large(len(data), limit)
        except OSError as error:
            fault = f"cannot be read ({error.strerror or error})", "Check the file and who may read it"
    problems.append(Problem(place, *fault))
    return None


def file_fault(path: Path | str, limit: int, what: str) -> tuple[str, str] | None:
    """Why a path is no file that can be read, with the fix."""
    try:
        status = Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return _absent(what)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return f"cannot be read ({reason})", f"Give the path of a {what}"
    if stat.S_ISDIR(status.st_mode):
        return "is a folder, not a file", f"Give the path of a {what}"
    if not stat.S_ISREG(status.st_mode):
        return "is a pipe or a device, not a file", "Write its content into a file first"
    if status.st_size > limit:
        return _too_large(status.st_size, limit)
    if str(path).lower().endswith(_SHEETS):
        return "is a spreadsheet", "Save the sheet as CSV (UTF-8)"
    return None


def _absent(what: str) -> tuple[str, str]:
    return "there is no such file", f"Give the path of a {what}"


def _too_large(size: int, limit: int) -> tuple[str, str]:
    return f"has {size:,} bytes, more than the limit of {limit:,}", "Split it, or leave out what is not needed"


def open_place(
    path: Path | str, problems: list[Problem], what: str = "folder or zip file", limits: Limits | None = None
) -> Files | None:
    """The files of a folder, or of a `.zip` of one within limits; None, and a problem, where there is neither."""
    from tradewar.io import archives

    place = Path(path)
    try:
        if place.is_dir():
            names = sorted(item.name for item in place.iterdir() if not item.is_dir())
            return Files(str(path), tuple(names), place)
        if not place.exists():
            problems.append(Problem(str(path), f"there is no such {what}", f"Give the path of a {what}"))
            return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        problems.append(Problem(str(path), f"cannot be read ({reason})", f"Give the path of a {what}"))
        return None
    data = read_bytes(place, problems, what=what)
    members = None if data is None else archives.members(str(path), data, problems, limits or archives.DEFAULT)
    return None if members is None else Files(str(path), tuple(sorted(members)), None, members)


def tree(folder: Path) -> tuple[Path, ...]:
    """Every regular file under a folder, in order, without hidden ones, which systems and tradewar itself put there.

    Raises:
        InputError: if the folder cannot be walked.
    """
    try:
        return tuple(sorted(path for path in folder.rglob("*") if path.is_file() and path.name[0] != "."))
    except OSError as error:
        raise InputError.at(str(folder), f"cannot be read ({error.strerror})", "Check the folder") from None


def digest(path: Path) -> str:
    """The SHA-256 of a file, or of the files of a folder under their names, so that one hash stands for all.

    Raises:
        InputError: if one of them cannot be read.
    """
    import hashlib

    problems: list[Problem] = []
    found = hashlib.sha256()
    whole = path.is_dir()
    for item in tree(path) if whole else (path,):
        data = read_bytes(item, problems) or b""
        found.update(item.name.encode() + b"\0" + data if whole else data)
    if problems:
        raise InputError(problems)
    return found.hexdigest()
