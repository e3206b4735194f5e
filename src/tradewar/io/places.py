"""One file to its place, and the temporary names on the way: what `tradewar.io.writing` is made of."""

from __future__ import annotations

import errno
import os
import re
import stat
import time
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tradewar.errors import InputError

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
