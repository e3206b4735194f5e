"""One file to its place, and the temporary names on the way: what `tradewar.io.writing` is made of.

The marker of a folder that tradewar wrote: which of the files in it are ours, and what is in the way of new ones.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import stat
import time
import zlib
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tradewar.errors import InputError, Problem

SECONDS_ABANDONED = 86_400.0
"""After which a temporary name counts as abandoned where its process cannot be looked for, as on another host."""
TEMPORARY = re.compile(r"\.tradewar-([0-9a-f]{8})-(\d{1,9})-[0-9a-f]{8}(?:-(\d+))?$")
"""End of a temporary name: host, process, something random; of a draft also its inode."""
_FULL = (errno.ENOSPC, errno.EDQUOT)
_LONGEST = 120
"""Bytes of a name that a temporary one repeats; systems allow 255 in all."""
_live: set[str] = set()
"""Temporary names that this process uses now."""


@contextmanager
def telling(where: str) -> Generator[None]:
    """What the system refuses becomes a message that names the place."""
    try:
        yield
    except OSError as error:
        fix = "Make room, or name another place" if error.errno in _FULL else "Name another place"
        raise InputError.at(where, f"cannot be written ({error.strerror or error})", fix) from None


def real(path: Path | str) -> Path:
    """The place itself, where a path leads by links."""
    return Path(os.path.realpath(path))


def mode(path: Path) -> int:
    """Kind and permissions of what lies at a path, links not followed; 0 where there is nothing."""
    try:
        return path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return 0


def is_folder(path: Path) -> bool:
    """Whether a folder lies there, and no link to one."""
    return stat.S_ISDIR(mode(path))


def same(one: Path, other: Path) -> bool:
    """Whether two names are of one file."""
    try:
        return os.path.samestat(one.lstat(), other.lstat())
    except OSError:
        return False


def entries(folder: Path, above: str = "") -> Iterator[str]:
    """Names of all that lies below a folder, each folder before what is in it; links are not followed."""
    for entry in sorted((folder / above).iterdir()):
        name = f"{above}{entry.name}"
        yield name
        if is_folder(folder / name):
            yield from entries(folder, f"{name}/")


def put(place: Path, content: bytes) -> None:
    """A whole file in its place, by way of a temporary one beside it; it keeps the permissions of the one before."""
    draft = temporary(place)
    try:
        write(draft, content, stat.S_IMODE(mode(place)))
        draft.replace(place)
    finally:
        _live.discard(draft.name)
        with suppress(OSError):
            draft.unlink()
    flush_folder(place.parent)


def write(path: Path, content: bytes, permissions: int = 0) -> None:
    """A new file with this content, flushed to the disk."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(number, rest) :]
        if permissions:
            with suppress(OSError):  # some disks know none
                path.chmod(permissions)
        os.fsync(number)
    finally:
        os.close(number)


def append(path: Path, line: str) -> None:
    """One more line, flushed to the disk; it does not run into a line before that was cut."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        os.write(number, f"\n{line}\n".encode())
        os.fsync(number)
    finally:
        os.close(number)


def flush_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system lets a folder be opened."""
    if os.name != "posix":
        return
    with suppress(OSError):  # some network disks refuse it
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


# ---------------------------------------------------------------- temporary names


def temporary(place: Path) -> Path:
    """A free name beside a place; `release` it when nothing lies there any more."""
    made = place.with_name(f"{stem(place)}{_host()}-{os.getpid()}-{os.urandom(4).hex()}")
    _live.add(made.name)
    return made


def draft_folder(place: Path) -> Path:
    """A new folder beside a place, which ends with its inode. It gets another one by being exchanged with the place."""
    first = temporary(place)
    try:
        first.mkdir()
        named = first.with_name(f"{first.name}-{first.stat().st_ino}")
        first.rename(named)
        _live.add(named.name)
    finally:
        _live.discard(first.name)
    return named


def is_exchanged(draft: Path) -> bool:
    """Whether what lies under the name of a draft is the folder that the draft was exchanged with."""
    named = TEMPORARY.search(draft.name)
    return named is not None and named[3] is not None and int(named[3]) != draft.stat().st_ino


def release(path: Path) -> None:
    """A temporary name is not used any more."""
    _live.discard(path.name)


def abandoned(folder: Path, start: str = ".") -> list[Path]:
    """What lies in a folder under temporary names, with this start, of processes that are gone."""
    try:
        return [path for path in folder.iterdir() if path.name.startswith(start) and _is_abandoned(path)]
    except OSError:  # not there, or not to be listed
        return []


def stem(place: Path) -> str:
    """How the temporary names beside a place start."""
    name = place.name if len(os.fsencode(place.name)) <= _LONGEST else f"{zlib.crc32(os.fsencode(place.name)):08x}"
    return f".{name}.tradewar-"


def _is_abandoned(path: Path) -> bool:
    named = TEMPORARY.search(path.name)
    if named is None or path.name in _live:
        return False
    if named[1] != _host() or os.name != "posix":
        return time.time() - path.lstat().st_mtime > SECONDS_ABANDONED
    try:
        os.kill(int(named[2]), 0)
    except ProcessLookupError:
        return True
    except OSError:  # somebody else's
        return False
    return int(named[2]) == os.getpid()


def _host() -> str:
    name = os.uname().nodename if os.name == "posix" else os.environ.get("COMPUTERNAME", "")
    return f"{zlib.crc32(name.encode()):08x}"


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


def marker_text(kind: str, files: Mapping[str, str]) -> str:
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
