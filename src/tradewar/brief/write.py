"""From the content of a brief to a folder, so that nobody ever sees half of one."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tradewar.errors import DossierError
from tradewar.io.serialize import json_text

MANIFEST = "manifest.json"
_PARTS = ("tables", "charts")
_LIBRARIES = ("numpy", "scipy", "pydantic", "vl-convert-python", "jinja2")


def check_out(folder: Path) -> Path:
    """The folder, if a brief can be written there.

    Raises:
        DossierError: if it, or something above it, is a file, or it cannot be written to.
    """
    for place in (folder, *folder.parents):
        if place.exists():
            if not place.is_dir():
                raise DossierError.at(f"--out {folder}", f"{place} is a file, not a folder", "Name a folder")
            if not os.access(place, os.W_OK):
                raise DossierError.at(f"--out {folder}", f"{place} cannot be written to", "Name another folder")
            break
    return folder


def manifest(
    inputs: tuple[tuple[str, str], ...],
    options: Mapping[str, Any],
    timings: Mapping[str, float],
    content: Mapping[str, bytes],
) -> bytes:
    """`manifest.json`: versions, inputs and outputs with hashes, options, timings."""
    facts = {
        "tradewar": version("tradewar"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "options": dict(options),
        "inputs": [{"input": name, "sha256": digest} for name, digest in inputs],
        "outputs": [
            {"file": name, "sha256": hashlib.sha256(data).hexdigest()} for name, data in sorted(content.items())
        ],
        "seconds": {name: round(seconds, 4) for name, seconds in timings.items()},
    }
    return json_text(facts).encode()


def write_folder(folder: Path, content: Mapping[str, bytes], last: str) -> tuple[Path, ...]:
    """Write every file beside its place, then move all into place, `last` as the last one.

    Files of an earlier brief that this one does not have are removed; other people's files are left alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stale = _files_of(folder / MANIFEST) - set(content)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder))
    try:
        for name, data in content.items():
            target = draft / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        ordered = sorted(content, key=lambda name: (name == last, name))
        for name in ordered:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (draft / name).replace(folder / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    for name in stale:
        (folder / name).unlink(missing_ok=True)
    return tuple(folder / name for name in ordered)


def _files_of(earlier: Path) -> set[str]:
    """Tables and charts that an earlier brief wrote here, by its manifest."""
    try:
        listed = [str(row["file"]) for row in json.loads(earlier.read_text(encoding="utf-8"))["outputs"]]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    # only names of the form tables/x and charts/x: a manifest must not be able to name anything else for removal
    return {
        name for name in listed if len(Path(name).parts) == 2 and Path(name).parts[0] in _PARTS and ".." not in name
    }
