"""Zip files: those that are read are bounded before anything is unpacked, never written to disk, one folder only.

| what | limit |
|---|---|
| members | `Limits.members` |
| a member unpacked, all of them | `Limits.member_bytes`, `Limits.total_bytes` |
| names | no absolute path, no `..`, no link, not encrypted; all in one folder; no two alike but for case |

Hidden files and what macOS adds (`__MACOSX`, `.DS_Store`) are passed over.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tradewar.errors import Problem


@dataclass(frozen=True)
class Limits:
    """What an archive may hold."""

    members: int = 256
    member_bytes: int = 256 * 2**20
    total_bytes: int = 512 * 2**20
    endings: tuple[str, ...] = ()
    """What names must end in; any where empty."""


DEFAULT = Limits()
ZIP_AGAIN = "Zip the folder again"


def members(place: str, data: bytes, problems: list[Problem], limits: Limits = DEFAULT) -> dict[str, bytes] | None:
    """The files of a zip by their names inside its one folder; None, and problems, where it is refused."""
    found: dict[str, bytes] = {}
    inside = ""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            wanted = _wanted(place, archive, problems, limits)
            for inside, info in (wanted or {}).items():
                found[inside] = archive.read(info)
            return None if wanted is None else found
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        what = f"is damaged: {inside} cannot be unpacked ({error})"
        if not inside:
            what = f"is neither a folder nor a zip file that can be unpacked: it is damaged, or no zip ({error})"
        problems.append(Problem(place, what, ZIP_AGAIN))
        return None


def _wanted(
    place: str, archive: zipfile.ZipFile, problems: list[Problem], limits: Limits
) -> dict[str, zipfile.ZipInfo] | None:
    """What is unpacked, from the directory of the archive alone: zipfile never gives more than the directory says."""
    infos = archive.infolist()
    if len(infos) > limits.members:
        problems.append(Problem(place, f"holds {len(infos)} files, more than {limits.members}", "Zip only one folder"))
        return None
    before = len(problems)
    kept = [info for info in infos if not _passed_over(info)]
    for info in kept:
        fault = _fault(info, limits)
        if fault:
            problems.append(Problem(place, f"holds {info.filename[:80]!r}: {fault}", "Zip only the files needed"))
    total = sum(info.file_size for info in kept)
    if total > limits.total_bytes:
        what = f"is {total:,} bytes unpacked, more than {limits.total_bytes:,}"
        problems.append(Problem(place, what, "Leave out what is not needed"))
    folders = sorted({str(_path(info).parent) for info in kept})
    if len(folders) > 1:
        problems.append(Problem(place, f"holds {len(folders)} folders ({', '.join(folders[:3])})", "Zip one folder"))
    found = {_path(info).name: info for info in kept}
    if len({name.casefold() for name in found}) < len(kept):
        problems.append(Problem(place, "holds two files of one name", "Keep one of them"))
    return found if len(problems) == before else None


def _path(info: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(info.filename.replace("\\", "/"))


def _passed_over(info: zipfile.ZipInfo) -> bool:
    path = _path(info)
    return info.is_dir() or path.name.startswith(".") or "__MACOSX" in path.parts


def _fault(info: zipfile.ZipInfo, limits: Limits) -> str:
    path = _path(info)
    if path.is_absolute() or ".." in path.parts or ":" in info.filename:
        return "a path that leads outside"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a link"
    if info.flag_bits & 0x1:
        return "encrypted"
    if info.file_size > limits.member_bytes:
        return f"{info.file_size:,} bytes unpacked, more than {limits.member_bytes:,}"
    if limits.endings and path.suffix not in limits.endings:
        return f"not one of {', '.join(limits.endings)}"
    return ""


class Timeless(zipfile.ZipFile):
    """A new zip in memory (`made`) whose bytes follow from what is put into it, not from the time."""

    def __init__(self) -> None:
        self.made = io.BytesIO()
        super().__init__(self.made, "w", zipfile.ZIP_DEFLATED)

    def writestr(self, zinfo_or_arcname: zipfile.ZipInfo | str, data: bytes | str, *_: Any, **__: Any) -> None:
        """As `ZipFile` does it, for a member by name."""
        super().writestr(zipfile.ZipInfo(str(zinfo_or_arcname)), data, zipfile.ZIP_DEFLATED)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """As `ZipFile` does it, for a file and the name of its member."""
        self.writestr(str(arcname), Path(filename).read_bytes())


def packed(folder: Path, files: Iterable[Path]) -> bytes:
    """A zip of files, by their names in a folder."""
    with Timeless() as archive:
        for file in files:
            archive.write(file, file.relative_to(folder).as_posix())
    return archive.made.getvalue()
