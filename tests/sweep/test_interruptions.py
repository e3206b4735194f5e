"""Nothing that is finished is lost, and what is resumed is bit for bit what was never interrupted."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stops import check_every_stop
from sweeps import Reference, contents, results, small_plan
from tradewar.errors import SweepError
from tradewar.sweep import run

TESTS = Path(__file__).resolve().parents[1]
SLOW_DRIVER = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
from sweeps import small_plan
from tradewar.sweep import run
from tradewar.sweep.driver import Folder
save = Folder.save_part
def slowly(self, number, content):
    save(self, number, content)
    time.sleep(0.2)
Folder.save_part = slowly
run(small_plan(), {out!r})
"""
"""Sleeps after every part, so that it can be killed between two of them."""
FULL_DISK = """
import os, sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from sweeps import contents, results, small_plan
from tradewar.errors import SweepError
from tradewar.sweep import run
out = Path({mount!r}) / "out"
try:
    run(small_plan(), out)
    sys.exit("the disk was not full")
except SweepError as error:
    message = str(error)
kept = results(out)
print(len([name for name in kept if name.startswith("parts")]), message)
os.system("mount -o remount,size=4m {mount}")
run(small_plan(), out)
after = contents(out)
assert all(after[name] == content for name, content in kept.items())
assert after == contents(Path({reference!r}))
"""


def test_two_processes_give_the_same_files(reference: Reference, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    run(reference.plan, tmp_path / "out", workers=2, progress=lambda done, total: seen.append((done, total)))
    assert contents(tmp_path / "out") == reference.files
    assert seen == [(done, 6) for done in range(7)]


def test_a_driver_that_is_killed_leaves_whole_parts(reference: Reference, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = SLOW_DRIVER.format(tests=str(TESTS), out=str(out))
    driver = subprocess.Popen([sys.executable, "-c", code])
    try:
        for _ in range(600):
            if len(list((out / "parts").glob("part-*.parquet"))) >= 2 or driver.poll() is not None:
                break
            time.sleep(0.05)
    finally:
        driver.send_signal(signal.SIGKILL)
        driver.wait()
    kept = {path: path.stat().st_mtime_ns for path in (out / "parts").glob("part-*.parquet")}
    assert 2 <= len(kept) < reference.plan.parts
    run(reference.plan, out)
    assert contents(out) == reference.files
    assert {path: path.stat().st_mtime_ns for path in kept} == kept, "a finished part was computed again"


@pytest.mark.parametrize("file", ["manifest.json", "draws.parquet", "parts/part-00003.parquet"])
def test_a_folder_may_lack_any_file(reference: Reference, tmp_path: Path, file: str) -> None:
    out = tmp_path / "out"
    shutil.copytree(reference.folder, out)
    (out / file).unlink()
    if file == "manifest.json":
        shutil.rmtree(out / "parts")
    run(reference.plan, out)
    assert contents(out) == reference.files


def test_a_disk_that_fills_up(reference: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, flush, left = tmp_path / "out", os.fsync, 17

    def full(number: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(number)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(SweepError, match=r"No space left on device\)\. Make room.* 3 finished parts are kept"):
            run(reference.plan, out)
    assert results(out).items() < reference.files.items()
    run(reference.plan, out)
    assert contents(out) == reference.files


def test_a_real_disk_that_fills_up(reference: Reference, tmp_path: Path) -> None:
    mount = tmp_path / "disk"
    mount.mkdir()
    namespace = ["unshare", "-rm", "sh", "-c"]
    probe = [*namespace, f"mount -t tmpfs -o size=4k none {mount}"]
    if shutil.which("unshare") is None or subprocess.run(probe, capture_output=True).returncode != 0:
        pytest.skip("this system lets nobody mount a small disk of their own")
    code = FULL_DISK.format(tests=str(TESTS), mount=str(mount), reference=str(reference.folder))
    (tmp_path / "full.py").write_text(code)
    script = f"mount -t tmpfs -o size=44k none {mount} && exec {sys.executable} {tmp_path / 'full.py'}"
    done = subprocess.run([*namespace, script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    kept, message = done.stdout.split(" ", 1)
    assert 0 < int(kept) < reference.plan.parts
    assert "No space left on device" in message and f"{kept} finished parts are kept" in message


def test_a_folder_that_nobody_may_write_to(
    reference: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Path, *args: Any, **keywords: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(SweepError, match="Permission denied"):
        run(reference.plan, tmp_path / "out")


def test_a_worker_process_that_is_killed(reference: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import multiprocessing

    def kill(done: int, total: int) -> None:
        if done == 1:
            for child in multiprocessing.active_children():
                os.kill(child.pid or 0, signal.SIGKILL)

    out = tmp_path / "out"
    with pytest.raises(SweepError, match="a worker process was ended from outside"):
        run(reference.plan, out, workers=2, progress=kill)
    assert len(results(out)) < len(results(reference.folder))
    run(reference.plan, out)
    assert contents(out) == reference.files


def test_stopped_anywhere_it_goes_on_to_the_same_files(tmp_path: Path) -> None:
    made, out = small_plan(draws=4), tmp_path / "base" / "out"
    whole = tmp_path / "whole"
    run(made, whole)

    def prepare() -> None:
        shutil.rmtree(tmp_path / "base", ignore_errors=True)
        (tmp_path / "base").mkdir()

    def part(found: dict[str, object]) -> bool:
        """Whether every file that is there is whole, and those that were written before it are there too."""
        names = [name for name in ORDER if f"out/{name}" in found]
        wanted = contents(whole)
        return names == ORDER[: len(names)] and all(found[f"out/{name}"] == wanted[name] for name in names)

    ORDER = ["manifest.json", "draws.parquet", "parts/part-00000.parquet", "parts/part-00001.parquet"]
    check_every_stop(prepare, lambda: run(made, out), tmp_path / "base", between=part)
    assert contents(out) == contents(whole)


@pytest.mark.parametrize("file", ["manifest.json", "draws.parquet", "parts/part-00003.parquet"])
def test_what_is_damaged_is_made_again_and_said(reference: Reference, tmp_path: Path, file: str) -> None:
    out = tmp_path / "out"
    shutil.copytree(reference.folder, out)
    content = reference.files[file]
    # a manifest that says the same in other letters, and tables that were cut
    (out / file).write_bytes(content.replace(b"\n", b" ") if file == "manifest.json" else content[:-1])
    assert run(reference.plan, out).damaged == (file,)
    assert contents(out) == reference.files
    assert run(reference.plan, out).damaged == ()


@pytest.mark.parametrize("seen", ["draws.parquet", "parts/part-*.parquet"])
def test_ctrl_c_ends_all_of_it_without_a_word(reference: Reference, tmp_path: Path, seen: str) -> None:
    """Sent to every process, as a terminal does it: while the workers start, and while they work."""
    from tradewar.world import write_world

    write_world(reference.plan.world, tmp_path / "toy")
    (tmp_path / "a.csv").write_text("exporter,importer,sector,change_pp\n*,C00,*,25\n")
    out = tmp_path / "out"
    arguments = ["sweep", tmp_path / "toy", "--tariffs", tmp_path / "a.csv", "--draws", "200000", "--errors", "0.1"]
    command = [sys.executable, "-c", "from tradewar.cli.main import run; run()", *arguments, "--workers", "2"]
    process = subprocess.Popen(
        [*map(str, command), "--out", str(out)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    while not list(out.glob(seen)) and process.poll() is None:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=60) == ("", "Interrupted.\n")
    assert process.returncode == 130
    names = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert not [name for name in names if ".tradewar-" in name]


# ---------------------------------------------------------------- on a Dask cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two worker processes on this machine."""
    distributed = pytest.importorskip("distributed")
    # Port 0: the default one may be taken by a cluster of somebody else on this machine.
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as made:
        yield made


@pytest.mark.slow
@pytest.mark.xdist_group("dask")
def test_a_dask_cluster_gives_the_same_files(reference: Reference, tmp_path: Path, cluster: Any) -> None:
    run(reference.plan, tmp_path / "out", scheduler=cluster.scheduler_address)
    assert contents(tmp_path / "out") == reference.files


@pytest.mark.slow
@pytest.mark.xdist_group("dask")
def test_a_dask_worker_that_is_killed_changes_nothing(reference: Reference, tmp_path: Path, cluster: Any) -> None:
    killed: list[int] = []

    def kill(done: int, total: int) -> None:
        if done == 1:
            victim = next(iter(cluster.workers.values()))
            killed.append(victim.process.process.pid)
            os.kill(killed[0], signal.SIGKILL)

    run(reference.plan, tmp_path / "out", scheduler=cluster.scheduler_address, progress=kill)
    assert killed
    assert contents(tmp_path / "out") == reference.files


def test_a_scheduler_that_does_not_answer(
    reference: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("tradewar.sweep.driver.TIMEOUT", "1 s")
    with pytest.raises(SweepError, match="does not answer"):
        run(reference.plan, tmp_path / "out", scheduler="tcp://127.0.0.1:9")
