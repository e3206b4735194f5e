"""What is kept between runs only because it takes long to make. It may be deleted at any time, and is never waited for.

Programs run what such a file holds, so one that is not to the last byte what the same maker wrote is as good as none:
a run that was killed, a full disk, another version or another machine leave nothing behind that could be run.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_HASH = hashlib.sha256().digest_size


def read(folders: Iterable[Path], name: str, maker: bytes) -> bytes | None:
    """What the maker (its version and all that decides what it makes) kept under a name in one of the folders."""
    for folder in folders:
        with suppress(OSError):
            content = (folder / name).read_bytes()
            if content[:_HASH] == _hash(maker, content[_HASH:]):
                return content[_HASH:]
    return None


def write(folders: Iterable[Path], name: str, maker: bytes, content: bytes) -> bool:
    """Keep it in the first folder that can be written to, in one step; whether there is one."""
    for folder in folders:
        draft = folder / f"{name}.{os.getpid()}"
        with suppress(OSError):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                draft.write_bytes(_hash(maker, content) + content)
                draft.replace(folder / name)
            except OSError:
                draft.unlink(missing_ok=True)
                raise
            return True
    return False


def _hash(maker: bytes, content: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(maker).digest() + content).digest()
