"""Templates: compiled once for all runs, and never in the way of a brief."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache, UndefinedError

from tradewar.brief import text

SENTENCE = "{% for word in words %}{{ word }}{{ ', ' if not loop.last }}{% endfor %}."


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test compiles anew, and keeps what it compiles in a folder of its own."""
    monkeypatch.setattr(FileSystemBytecodeCache, "_get_default_cache_dir", lambda _: str(tmp_path))
    forget()
    yield
    forget()


def forget() -> None:
    text.environment.cache_clear()
    text._compiled.cache_clear()


def filled() -> str:
    return text._compiled(SENTENCE).render(words=["one", "<two>"])


def test_what_was_compiled_is_found_by_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert filled() == "one, &lt;two&gt;."
    (kept,) = tmp_path.iterdir()
    before = kept.read_bytes()
    forget()
    monkeypatch.setattr("jinja2.Environment.compile", None)  # nothing may be compiled again
    assert filled() == "one, &lt;two&gt;."
    assert kept.read_bytes() == before


def test_another_way_of_compiling_finds_nothing_of_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled()
    forget()
    monkeypatch.setitem(text._SYNTAX, "autoescape", False)
    assert filled() == "one, <two>."
    assert len(list(tmp_path.iterdir())) == 2


def test_a_full_disk_does_not_end_a_brief(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert filled() == "one, &lt;two&gt;."
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "damage", [lambda kept: kept[:-7], lambda kept: b"", lambda kept: kept[:99] + b"\0" + kept[100:]]
)
def test_a_damaged_file_is_compiled_anew(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    filled()
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    forget()
    assert filled() == "one, &lt;two&gt;."
    assert kept.read_bytes() == whole


def test_without_a_safe_folder_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsafe(self: FileSystemBytecodeCache) -> str:
        raise RuntimeError("Cannot determine safe temp directory")

    monkeypatch.setattr(FileSystemBytecodeCache, "_get_default_cache_dir", unsafe)
    assert text.environment().bytecode_cache is None
    assert filled() == "one, &lt;two&gt;."


def test_a_figure_that_is_not_given_is_refused() -> None:
    with pytest.raises(UndefinedError, match="'words' is undefined"):
        text._compiled(SENTENCE).render()
