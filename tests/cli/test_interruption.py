"""Ctrl+C: status 130, one line, no traceback, nothing half-written and no process left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from faults import write_good_folder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
RUN = "from tradewar.cli.main import run; run()"
TARIFFS = "importer,exporter,sector,change_pp\nUSA,CHN,*,25\n"


def started(*arguments: str | Path, code: str = RUN, cwd: Path | None = None) -> subprocess.Popen[str]:
    """A command in a process group of its own, as a shell starts it."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    pipe = subprocess.PIPE
    plain = os.environ | {"PYTHONUNBUFFERED": ""}
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True, cwd=cwd, env=plain)


def members(group: int) -> list[int]:
    """Living processes of a group."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            state, _, its_group = (place / "stat").read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state != "Z":
            found.append(int(place.name))
    return found


def until(reached: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Wait for something; whether it came."""
    end = time.monotonic() + seconds
    while not (came := reached()) and time.monotonic() < end:
        time.sleep(0.02)
    return came


def ends_in_order(process: subprocess.Popen[str]) -> None:
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "Interrupted.\n")
    if Path("/proc").is_dir():
        assert until(lambda: not members(process.pid), 10.0), members(process.pid)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_good_folder(tmp_path / "toy")
    (tmp_path / "t.csv").write_text(TARIFFS, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "during",
    [
        "raise_signal(SIGINT)",
        # what swallows an exception, and what makes another of it
        "\ntry: raise_signal(SIGINT)\nexcept BaseException: pass",
        "\ntry: raise_signal(SIGINT)\nexcept BaseException: raise ValueError('query interrupted')",
        "\nclass Ended:\n    def __del__(self): raise_signal(SIGINT)\nEnded()",
        "\nimport threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\nraise_signal(SIGINT)",
    ],
    ids=["plainly", "swallowed", "as another error", "in a finalizer", "beside a thread that goes on"],
)
def test_wherever_it_comes(during: str) -> None:
    body = "".join(f"    {line}\n" for line in ["from signal import SIGINT, raise_signal", *during.split("\n")])
    ends_in_order(started(code=f"from tradewar.cli import app, main\ndef work():\n{body}\napp.app = work\nmain.run()"))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at the processes in /proc")
@pytest.mark.slow
@pytest.mark.parametrize("whole", [True, False], ids=["of a terminal", "of the process alone"])
def test_workers_of_a_sweep_end_too(folder: Path, whole: bool) -> None:
    out = folder / "swept"
    arguments = ("sweep", folder / "toy", "--tariffs", folder / "t.csv", "--errors", "0.1", "--draws", "20000")
    process = started(*arguments, "--workers", "2", "--out", out)
    assert until(lambda: len(members(process.pid)) >= 4), process.poll()  # the resources' own process is the fourth
    (os.killpg if whole else os.kill)(process.pid, signal.SIGINT)
    ends_in_order(process)
    assert not [path for path in out.rglob("*") if path.is_file() and path.suffix not in (".parquet", ".json", ".log")]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at the processes in /proc")
@pytest.mark.slow
def test_workers_of_a_sweep_end_with_one_that_is_killed(folder: Path) -> None:
    arguments = ("sweep", folder / "toy", "--tariffs", folder / "t.csv", "--errors", "0.1", "--draws", "20000")
    process = started(*arguments, "--workers", "2", "--out", folder / "swept")
    assert until(lambda: len(list((folder / "swept" / "parts").glob("*"))) > 0)
    process.kill()
    process.communicate(timeout=60)
    assert until(lambda: not members(process.pid), 20.0), members(process.pid)


@pytest.mark.slow
def test_a_brief_leaves_no_folder(tmp_path: Path) -> None:
    process = started("brief", "--out", tmp_path / "brief", cwd=tmp_path)
    time.sleep(3.0)
    os.killpg(process.pid, signal.SIGINT)
    ends_in_order(process)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_live_page_ends(tmp_path: Path) -> None:
    pytest.importorskip("shiny")
    process = started("serve", "--port", "8917", cwd=tmp_path)
    assert process.stdout is not None
    assert "The live page" in process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    ends_in_order(process)
