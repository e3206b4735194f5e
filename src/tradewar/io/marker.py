"""The marker of a folder that tradewar wrote: which of the files in it are ours, and what is in the way of new ones."""

from __future__ import annotations

import hashlib
import json
import re
import stat
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tradewar.errors import InputError, Problem
from tradewar.io.places import is_folder, mode

MARKER, LOG, READY = ".tradewar.json", ".tradewar.log", ".tradewar-ready"
"""The marker; lines `sha256  name` of what was added since it was written; new files on their way to their places."""
_read: dict[tuple[int, ...], str] = {}
"""SHA-256 of files that were read, by what changes with their content."""
_LOGGED = re.compile(r"([0-9a-f]{64})  (.+)")


@dataclass(frozen=True)
class State:
    """What a folder holds of ours."""

    kind: str | None
    """None: tradewar did not write it."""
    ours: Mapping[str, str]
    """SHA-256 of the files that are there as they were left."""
    changed: Collection[str]
    """Names of the files of ours that are there with another content."""


def state_of(place: Path) -> State:
    """What a folder holds of ours; nothing where there is no folder."""
    kind, accepted = marked(place)
    real = {"."}
    for home in sorted(homes(accepted)):  # what lies behind a link is not what we wrote
        if str(PurePosixPath(home).parent) in real and is_folder(place / home):
            real.add(home)
    found = {
        name: _digest(place / name) if str(PurePosixPath(name).parent) in real else ""
        for name in accepted if mode(place / name)
    }  # fmt: skip
    ours = {name: digest for name, digest in found.items() if digest in accepted[name]}
    return State(kind, ours, found.keys() - ours.keys())


def marked(place: Path) -> tuple[str | None, dict[str, set[str]]]:
    """Kind of a folder, and the hashes that its files may have: of the marker, and of what was on its way."""
    kind: str | None = None
    accepted: dict[str, set[str]] = {}
    for folder in (place, place / READY):
        if marker := read_marker(folder):
            kind = kind or marker[0]
            for name, digest in marker[1].items():
                accepted.setdefault(name, set()).add(digest)
    if kind is not None and stat.S_ISREG(mode(place / LOG)):
        for line in (place / LOG).read_text(encoding="utf-8", errors="replace").splitlines():
            if logged := _LOGGED.fullmatch(line):
                accepted.setdefault(logged[2], set()).add(logged[1])
    return kind, accepted


def text(kind: str, files: Mapping[str, str]) -> str:
    """The content of a marker."""
    return json.dumps({"kind": kind, "files": dict(sorted(files.items()))}, indent=1, ensure_ascii=False) + "\n"


def read_marker(folder: Path) -> tuple[str, dict[str, str]] | None:
    """Kind and hashes by name; None where there is no marker of ours."""
    if not is_folder(folder) or not stat.S_ISREG(mode(folder / MARKER)):
        return None
    try:
        read: Any = json.loads((folder / MARKER).read_bytes())
        files = {str(name): str(digest) for name, digest in read["files"].items() if _is_inside(str(name))}
        return str(read["kind"]), files
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def homes(names: Iterable[str]) -> set[str]:
    """The folders in which files of these names lie, without the one at the top."""
    return {str(home) for name in names for home in PurePosixPath(name).parents} - {"."}


def refuse_all(where: str, faults: Iterable[str]) -> None:
    """Raise `InputError` where there are faults."""
    fix = "Name another folder, or move that away"
    if problems := [Problem(where, fault, fix) for fault in faults]:
        raise InputError(problems)


def in_the_way(place: Path, state: State, names: Collection[str], mends: Collection[str] = ()) -> Iterable[str]:
    """What keeps files of these names from being written, in words.

    Args:
        place: the folder.
        state: what it holds of ours.
        names: of the files.
        mends: names of files that are written again where they were changed.
    """
    changed = sorted({*state.changed} - {*mends})
    yield from (f"holds {name}, which was changed since tradewar wrote it" for name in changed)
    own = (MARKER, LOG, READY) if state.kind is None else ()
    strange = {name for name in (*own, *names) if mode(place / name)}
    strange |= {home for home in homes(names) if mode(place / home) and not is_folder(place / home)}
    strange -= {*state.ours, *state.changed}
    yield from (f"holds {name}, which tradewar did not write" for name in sorted(strange))


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _digest(path: Path) -> str:
    """SHA-256 of a file; empty for what is none. A folder is looked at three times, and read once."""
    now = path.lstat()
    if not stat.S_ISREG(now.st_mode):
        return ""
    key = (now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns)
    if key not in _read:
        with path.open("rb") as file:
            _read[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return _read[key]
