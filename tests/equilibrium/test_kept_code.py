"""Machine code between runs: found again, never run when damaged, and no fault where it cannot be kept."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import pytest

from tradewar.equilibrium import kept_code
from tradewar.equilibrium.kept_code import kept_function
from tradewar.errors import TradewarWarning

FACTOR = 3.0


def times_factor(value: float) -> float:
    """What is compiled here: a global number becomes part of the code."""
    return value * FACTOR


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where code is kept in a test."""
    place = tmp_path / "deep" / "kept"
    monkeypatch.setattr(kept_code, "_folders", lambda: (place,))
    return place


def compiled(function: Callable[[float], float] = times_factor) -> Any:
    """As a new run finds the function: not compiled, with what was kept of it."""
    return kept_function(function, nogil=True)


def was_found(made: Any) -> bool:
    return sum(made.stats.cache_hits.values()) == 1


def kept_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_what_was_compiled_is_found_by_the_next_run(folder: Path) -> None:
    first = compiled()
    assert first(2.0) == 6.0 and not was_found(first)
    before = kept_file(folder).read_bytes()
    second = compiled()
    assert second(2.0) == 6.0 and was_found(second)
    assert kept_file(folder).read_bytes() == before


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda code: b"",
    "cut short": lambda code: code[: len(code) // 2],
    "without its end": lambda code: code[:-1],
    "one letter changed": lambda code: code[:-999] + bytes([code[-999] ^ 1]) + code[-998:],
    "its hash changed": lambda code: bytes([code[0] ^ 1]) + code[1:],
    "something else": lambda code: b"garbage\n" * 99,
    "longer": lambda code: code + b"\0",
    "Numba's own": lambda code: b"\x80\x05\x8c\x060.61.0\x94.",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_never_run_and_is_made_anew(folder: Path, damage: str) -> None:
    compiled()(2.0)
    file = kept_file(folder)
    whole = file.read_bytes()
    file.write_bytes(DAMAGE[damage](whole))
    made = compiled()
    assert made(2.0) == 6.0 and not was_found(made)
    assert was_found_again()
    assert len(list(folder.iterdir())) == 1


def was_found_again() -> bool:
    made = compiled()
    return made(2.0) == 6.0 and was_found(made)


@pytest.mark.parametrize("what", ["numba", "python", "a number", "the source"])
def test_what_another_maker_made_is_not_run(folder: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled()(2.0)
    if what == "numba":
        monkeypatch.setattr(numba, "__version__", "0.0.1")
    elif what == "python":
        monkeypatch.setattr(sys, "version", "4.0")
    elif what == "a number":
        monkeypatch.setitem(times_factor.__globals__, "FACTOR", 5.0)
    else:
        monkeypatch.setattr(kept_code, "_source", lambda module: "another")
    made = compiled()
    assert made(2.0) == (10.0 if what == "a number" else 6.0)
    assert not was_found(made)


def test_something_else_in_its_place_is_no_fault(folder: Path) -> None:
    compiled()(2.0)
    file = kept_file(folder)
    file.unlink()
    file.mkdir()
    kept_code._say_that_nothing_is_kept.cache_clear()
    with pytest.warns(TradewarWarning):
        assert compiled()(2.0) == 6.0
    file.rmdir()
    file.symlink_to(file)
    assert compiled()(2.0) == 6.0
    assert was_found_again()


def test_where_nothing_can_be_kept_it_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(kept_code, "_folders", lambda: (tmp_path / "file" / "a", tmp_path / "file" / "b"))
    kept_code._say_that_nothing_is_kept.cache_clear()
    with pytest.warns(TradewarWarning, match=r"(?s)cannot be kept in .*a nor .*b: .*NUMBA_CACHE_DIR") as told:
        for _ in range(2):
            made = compiled()
            assert made(2.0) == 6.0 and not was_found(made)
    assert len(told) == 1 and "\n" not in str(told[0].message)


def test_what_an_installation_compiled_is_read_where_nobody_may_write(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled()(2.0)
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(kept_code, "_folders", lambda: (tmp_path / "file", folder))
    made = compiled()
    assert made(2.0) == 6.0 and was_found(made)


@pytest.mark.slow
def test_a_sweep_without_any_place_for_code(tmp_path: Path) -> None:
    """As in a container whose file system is read-only, for a user without a home."""
    (tmp_path / "t.csv").write_text("exporter,importer,sector,tariff\nCHN,USA,*,0.25\n")
    arguments = ("sweep", "world-2017", "--tariffs", "t.csv", "--draws", "2", "--errors", "0.1", "--out", "swept")
    command = [sys.executable, "-c", "from tradewar.cli.main import run; run()", *arguments]
    nowhere = {"NUMBA_CACHE_DIR": "/dev/null/numba", "HOME": "/dev/null/home"}
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | nowhere, capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (0, 1), done.stderr
    assert done.stderr.startswith("What was compiled cannot be kept in ")
