"""Files that this product writes: each is put beside its place, flushed to the disk, and moved there when it is whole.

| what | how it gets to its place |
|---|---|
| a file (`write_file`) | a temporary file beside it, renamed |
| a folder (`place_folder`, `Draft`) | a new folder beside it, exchanged with the old one in one step |
| a folder that grows (`GrowingFolder`) | its marker first, then file by file |

A folder of ours holds a *marker*, `.tradewar.json`: what kind of folder it is, and the SHA-256 of every file in it.
Only a file with the hash that the marker gives for it is replaced or removed. Whatever else lies there is somebody
else's: it is refused where it meets a name that is needed, and otherwise goes along into the new folder as a hard link,
which is the same file (content, owner, dates, and what other programs have open) and is never half copied.

A process that is killed leaves the old or the new whole, and perhaps something under a temporary name, which holds its
host and number: the next run that writes to the same place removes it once that process is gone.

Some folders cannot be exchanged: the root of a mounted disk, the one in which this process stands, one whose parent may
not be written to, one with something that cannot be linked or with more than `MOST_CARRIED` entries of other people,
and all of them where the system has no such step (Linux and macOS have it, on most disks). There the new files are made
ready inside, in `.tradewar-ready`, and then moved one by one. The difference: a process that is killed while it moves
leaves files of both; the next run that writes there moves the rest before it does anything else.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tradewar.errors import InputError
from tradewar.io import places
from tradewar.io.places import LOG, MARKER, READY, State, homes, marked, read_marker, refuse_all, state_of, telling

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

MOST_CARRIED = 200
"""Entries of other people in a folder that is exchanged; a home or a project is left where it is."""
_WRITERS = 8


# ---------------------------------------------------------------- one file


def write_file(path: Path | str, data: bytes | str, *, option: str = "--out") -> Path:
    """Write a file as a whole or not at all; `/dev/stdout` is written to straight.

    Args:
        path: the file; folders above it are made. One that is there is replaced, and keeps its permissions.
        data: the content; text becomes UTF-8.
        option: what the path was given with, for messages.

    Raises:
        InputError: as `check_file`, or if it cannot be written.
    """
    place, content = check_file(path, option=option), _encoded(data)
    if place is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return Path(path)
    with telling(f"{option} {path}"):
        place.parent.mkdir(parents=True, exist_ok=True)
        _clear(place.parent, place, places.stem(place))
        places.put(place, content)
    return Path(path)


def check_file(path: Path | str, *, option: str = "--out", inputs: Iterable[Path | str | None] = ()) -> Path | None:
    """Where a file is going to be written, looked at before the work starts; None for standard output.

    Args:
        path: as in `write_file`.
        option: likewise.
        inputs: files that the command reads, which it must not overwrite.

    Raises:
        InputError: if it is a folder, a device, a pipe or one of the inputs, or may not be written to.
    """
    if str(path) == "/dev/stdout":
        return None
    where, place = f"{option} {path}", places.real(path)
    with telling(where):
        mode = places.mode(place)
        if stat.S_ISDIR(mode):
            raise InputError.at(where, "is a folder", "Name a file")
        if mode and not stat.S_ISREG(mode):
            raise InputError.at(where, "is a device or a pipe", "Name a file, or /dev/stdout")
        if mode and any(read is not None and places.same(place, places.real(read)) for read in inputs):
            raise InputError.at(where, "is a file that this command reads", "Name another file")
        _check_access(place.parent, where)
        if mode and not os.access(place, os.W_OK):
            raise InputError.at(where, "may not be written to", "Name another file")
    return place


# ---------------------------------------------------------------- a folder as a whole


def place_folder(
    path: Path | str,
    content: Mapping[str, bytes | str],
    *,
    kind: str,
    option: str = "--out",
    reserved: Collection[str] = (),
) -> tuple[Path, ...]:
    """Replace a folder by this content as a whole, or leave it as it is.

    Args:
        path: the folder; it and those above it are made where they are missing.
        content: what goes into it, by names such as `tables/war.csv`.
        kind: what it is, in a word or two; a folder of another kind is refused.
        option: what the path was given with, for messages.
        reserved: further names that would be read as part of it, and therefore may not be there.

    Returns:
        The files of the content.

    Raises:
        InputError: as `check_place`, or if it cannot be written.
    """
    with Draft(path, kind=kind, option=option, reserved=reserved) as draft:
        for name, data in content.items():
            draft.add(name, data)
        return draft.place()


def check_place(path: Path | str, kind: str, names: Collection[str] = (), option: str = "--out") -> None:
    """Refuse, before the work starts, a folder that could not be placed; finish what a run that was killed had ready.

    Args:
        path: as in `place_folder`.
        kind: likewise.
        names: of the files of which it is known that they will be written, or may not be there.
        option: likewise.

    Raises:
        InputError: if the folder, or something above it, is a file or may not be written to; if tradewar wrote it as
            something else; if a file in it has one of the names and is not ours, or is ours and was changed since.
    """
    place, where = places.real(path), f"{option} {path}"
    with telling(where):
        _recover(place, where)
        _check(place, where, kind, names)


class Draft:
    """A folder that is written while its content is being made, and then takes its place; a context manager.

    Threads write the files meanwhile. A draft that is left without being placed is removed.
    """

    def __init__(self, path: Path | str, *, kind: str, option: str = "--out", reserved: Collection[str] = ()) -> None:
        self._path, self._option, self._kind, self._reserved = Path(path), option, kind, reserved
        self._place, self._where = places.real(path), f"{option} {path}"
        self._work: Path | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._writing: list[Future[None]] = []
        self.files: dict[str, str] = {}
        """SHA-256 of every file by name, in the order in which they came."""

    def __enter__(self) -> Self:
        check_place(self._path, self._kind, self._reserved, self._option)
        return self

    def add(self, name: str, data: bytes | str) -> None:
        """Begin to write a file of the draft.

        Raises:
            InputError: if the draft cannot be written.
        """
        from concurrent.futures import ThreadPoolExecutor

        content = _encoded(data)
        with telling(self._where):
            if self._work is None or self._pool is None:
                self._work, self._pool = _draft_folder(self._place), ThreadPoolExecutor(_WRITERS)
            target = self._work / name
            target.parent.mkdir(parents=True, exist_ok=True)
        self._writing.append(self._pool.submit(places.write, target, content))
        self.files[name] = hashlib.sha256(content).hexdigest()

    def place(self) -> tuple[Path, ...]:
        """Put the draft in its place. Raises as `place_folder`."""
        files = dict(self.files)
        self.add(MARKER, places.marker_text(self._kind, files))
        assert self._work is not None
        with telling(self._where):
            for writing in self._writing:
                writing.result()
            state = _check(self._place, self._where, self._kind, {*files, *self._reserved})
            _settle(self._work, self._place, self._where, state)
        return tuple(self._path / name for name in files)

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        if self._work is not None:
            places.release(self._work)
            with suppress(OSError):
                _discard(self._work, self._place)


def _draft_folder(place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    inside = place.is_dir() and (
        os.path.ismount(place) or Path.cwd().is_relative_to(place) or not os.access(place.parent, os.W_OK)
    )
    return places.draft_folder(place / place.name if inside else place)


def _settle(work: Path, place: Path, where: str, state: State) -> None:
    """The draft takes its place: in one step where that can be, else file by file."""
    for folder, _, _ in os.walk(work):
        places.flush_folder(Path(folder))
    if not places.mode(place):
        work.rename(place)
    else:
        exchange = None if work.parent == place else _exchanger()
        try:
            if exchange is None:
                raise OSError
            _carry(place, work, state)
            exchange(work, place)
        except OSError:
            _make_ready(work, place)
            _move_in(place, where)
    places.flush_folder(place.parent)


def _carry(place: Path, work: Path, state: State) -> None:
    """Link what is other people's into the draft.

    Raises:
        OSError: if something cannot be linked, or there is too much.
    """
    device, folders = place.stat().st_dev, [place]
    ours, our_homes = {*state.ours, MARKER, LOG}, homes(state.ours)
    strange = (name for name in places.entries(place) if name not in ours and not places.TEMPORARY.search(name))
    for count, name in enumerate(strange):
        old, new = place / name, work / name
        if count >= MOST_CARRIED:
            raise OSError
        if not places.is_folder(old):
            new.parent.mkdir(parents=True, exist_ok=True)
            os.link(old, new, follow_symlinks=False)
        elif old.stat().st_dev != device or not os.access(old, os.W_OK | os.X_OK):
            raise OSError
        elif name not in our_homes:
            new.mkdir(parents=True, exist_ok=True)
            folders.append(old)
    for old in reversed(folders):
        was, new = old.stat(), work / old.relative_to(place)
        new.chmod(stat.S_IMODE(was.st_mode))
        with suppress(OSError):  # only root may give a folder away
            os.chown(new, was.st_uid, was.st_gid)


@cache
def _exchanger() -> Callable[[Path, Path], None] | None:
    """What lets two folders change places in one step, where the system has it; it raises `OSError` if they cannot."""
    import ctypes

    linux = sys.platform == "linux"
    try:
        library = ctypes.CDLL(None, use_errno=True)
        function = library.renameat2 if linux else library.renamex_np
    except (OSError, AttributeError, TypeError):
        return None

    def exchange(one: Path, other: Path) -> None:
        # RENAME_EXCHANGE and RENAME_SWAP are both 2; -100 is AT_FDCWD, which paths from the root do not need
        first, second, flag = os.fsencode(one), os.fsencode(other), 2
        done = function(-100, first, -100, second, flag) if linux else function(first, second, flag)
        if done != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    return exchange


def _make_ready(work: Path, place: Path) -> None:
    """The draft into the folder whose files it is going to replace."""
    try:
        work.rename(place / READY)
    except OSError:  # a folder of the same disk that is mounted there
        inside = places.draft_folder(place / place.name)
        for name in (*marked(work)[1], MARKER):
            (inside / name).parent.mkdir(parents=True, exist_ok=True)
            places.write(inside / name, (work / name).read_bytes())
        inside.rename(place / READY)
        places.release(inside)
    places.flush_folder(place)


def _move_in(place: Path, where: str) -> None:
    """Move what is ready in a folder to its places, file by file, from wherever an earlier try was stopped.

    Raises:
        InputError: if a file that is to be replaced was changed meanwhile.
    """
    ready = place / READY
    if new := read_marker(ready):
        state, names = state_of(place), new[1]
        refuse_all(where, places.in_the_way(place, state, names))
        for name in state.ours.keys() - names.keys():
            (place / name).unlink()
        for name in names:
            if places.mode(ready / name):
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (ready / name).replace(place / name)
        for home in sorted(homes((*state.ours, *names)), reverse=True):
            with suppress(OSError):  # it is not empty
                (place / home).rmdir()
            places.flush_folder(place / home)
        (place / LOG).unlink(missing_ok=True)
        (ready / MARKER).replace(place / MARKER)
        places.flush_folder(place)
    _discard(ready, place)


# ---------------------------------------------------------------- what was there before


def _check(place: Path, where: str, kind: str, names: Collection[str], mends: Collection[str] = ()) -> State:
    """What a folder holds of ours, once it is sure that nothing is in the way."""
    _check_access(place, where)
    state = state_of(place)
    if state.kind not in (None, kind):
        raise InputError.at(where, f"holds a {state.kind} that tradewar wrote, not a {kind}", "Name another folder")
    refuse_all(where, places.in_the_way(place, state, names, mends))
    return state


def _check_access(folder: Path, where: str) -> None:
    """Refuse a folder that may not be written to, or made."""
    above = next(place for place in (folder, *folder.parents) if places.mode(place))
    if not places.is_folder(above):
        raise InputError.at(where, f"{above} is a file, not a folder", "Name another place")
    if not os.access(above, os.W_OK | os.X_OK):
        raise InputError.at(where, f"{above} may not be written to", "Name another place")


def _recover(place: Path, where: str) -> None:
    """Finish or remove what runs that are gone left at a place."""
    _clear(place.parent, place, places.stem(place))
    for home in ("", *homes(marked(place)[1])):
        _clear(place / home, place)
    if places.is_folder(place / READY) and marked(place)[0] is not None:
        _move_in(place, where)


def _clear(folder: Path, place: Path, start: str = ".") -> None:
    for left in places.abandoned(folder, start):
        with suppress(OSError):
            _discard(left, place)


def _discard(left: Path, place: Path) -> None:
    """Remove a temporary file, a draft, or the folder that a draft was exchanged with.

    Of the last only our own files and second names of carried ones go; what came meanwhile moves to the new folder.
    """
    if not places.is_folder(left):
        left.unlink(missing_ok=True)
        return
    draft = not places.is_exchanged(left)
    ours = {MARKER, LOG, *state_of(left).ours}
    # what lies deepest first; the marker last, since it says what is ours
    for name in sorted(places.entries(left), key=lambda name: (name not in (MARKER, LOG), name), reverse=True):
        old, new = left / name, place / name
        if places.is_folder(old):
            with suppress(OSError):  # something is left in it
                old.rmdir()
        elif draft or name in ours or places.same(old, new):
            old.unlink()
        elif not places.mode(new):
            new.parent.mkdir(parents=True, exist_ok=True)
            old.rename(new)
    left.rmdir()


# ---------------------------------------------------------------- a folder that grows


class GrowingFolder:
    """A folder that gets one file after another, each whole, until it is sealed.

    Attributes:
        known: SHA-256 of every file of ours by name, as it lies there.
        damaged: names of files of ours that did not have the content with which they were left.
    """

    def __init__(
        self, path: Path | str, *, kind: str, names: Collection[str], mends: Collection[str] = (), option: str = "--out"
    ) -> None:
        """Open a folder, or make it; its marker is the first file in it.

        Args:
            path: the folder.
            kind: as in `place_folder`.
            names: of files that will be written; none of them may be somebody else's.
            mends: those of the names that are written again where they are damaged; others are refused.
            option: what the path was given with, for messages.

        Raises:
            InputError: as `check_place`.
        """
        self._place, self._where, self._kind = places.real(path), f"{option} {path}", kind
        with telling(self._where):
            _recover(self._place, self._where)
            state = _check(self._place, self._where, kind, names, mends)
            self.known, self.damaged = dict(state.ours), tuple(sorted(state.changed))
            if state.kind is None:
                self._place.mkdir(parents=True, exist_ok=True)
                places.put(self._place / MARKER, places.marker_text(kind, {}).encode())

    def save(self, name: str, data: bytes | str) -> None:
        """Write a file of the folder.

        Raises:
            InputError: if it is not ours, or cannot be written, for example because the disk is full.
        """
        content = _encoded(data)
        digest = hashlib.sha256(content).hexdigest()
        with telling(self._where):
            if name not in self.known and name not in self.damaged and places.mode(self._place / name):
                refuse_all(self._where, [f"holds {name}, which tradewar did not write"])
            # what it will be is noted first: a file without a line would be somebody else's
            places.append(self._place / LOG, f"{digest}  {name}")
            (self._place / name).parent.mkdir(parents=True, exist_ok=True)
            places.put(self._place / name, content)
        self.known[name] = digest

    def seal(self) -> None:
        """Write the marker with all that is known, as nothing more is to come for now. Raises as `save`."""
        with telling(self._where):
            if places.mode(self._place / LOG):
                places.put(self._place / MARKER, places.marker_text(self._kind, self.known).encode())
                (self._place / LOG).unlink()


def _encoded(data: bytes | str) -> bytes:
    # half a pair, as in the name of a file that is not UTF-8, has no bytes
    return data.encode("utf-8", "backslashreplace") if isinstance(data, str) else data
