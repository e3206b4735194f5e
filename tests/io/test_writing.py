"""Files and folders are written whole, and nothing of anybody else is ever touched."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from stops import Stopped, check_every_stop, content, left_over, stopping
from tradewar.errors import InputError
from tradewar.io import places, writing
from tradewar.io.archives import packed
from tradewar.io.places import MARKER
from tradewar.io.scratch import Scratch, emptied
from tradewar.io.writing import check_file, check_place, place_folder, write_file

OLD = {"page.html": "old", "tables/a.csv": "1", "tables/b.csv": "2", "charts/c.svg": "<svg/>"}
NEW = {"page.html": "new", "tables/a.csv": "11", "tables/d.csv": "4"}


def fresh(folder: Path) -> None:
    """An empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def with_strangers(out: Path) -> None:
    """What a user may put beside our files."""
    (out / "notes.txt").write_text("mine")
    (out / "tables" / "mine.csv").write_text("mine")
    (out / "own" / "deep").mkdir(parents=True)
    (out / "own" / "deep" / "x").write_text("mine")
    (out / "empty").mkdir()
    (out / "link").symlink_to("notes.txt")
    (out / "away").symlink_to("/nowhere")


@pytest.mark.parametrize("before", ["nothing", "empty", "ours", "strangers", "ours and strangers"])
def test_stopped_anywhere_a_folder_is_old_or_new(tmp_path: Path, before: str) -> None:
    base = tmp_path / "base"
    out = base / "out"

    def prepare() -> None:
        fresh(base)
        if before == "empty":
            out.mkdir()
        if "ours" in before:
            place_folder(out, OLD, kind="brief")
        if "strangers" in before:
            (out / "tables").mkdir(parents=True, exist_ok=True)
            with_strangers(out)

    count = check_every_stop(prepare, lambda: void(place_folder(out, NEW, kind="brief")), base)
    assert count >= 20


def void(_: object) -> None:
    """A call for what it does."""


@pytest.mark.parametrize("before", ["nothing", "a file"])
def test_stopped_anywhere_a_file_is_old_or_new(tmp_path: Path, before: str) -> None:
    base = tmp_path / "base"

    def prepare() -> None:
        fresh(base)
        if before == "a file":
            (base / "answer.json").write_text("old")

    check_every_stop(prepare, lambda: void(write_file(base / "answer.json", "new" * 1000)), base)


# ---------------------------------------------------------------- folders that cannot be exchanged


@pytest.fixture(params=["no such step", "stands in it", "much of others", "cannot link", "mounted"])
def in_place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose files are replaced one by one, for one of the reasons."""
    out = tmp_path / "base" / "out"
    out.mkdir(parents=True)
    if request.param == "no such step":
        monkeypatch.setattr(writing, "_exchanger", lambda: None)
    elif request.param == "stands in it":
        monkeypatch.chdir(out)
    elif request.param == "much of others":
        monkeypatch.setattr(writing, "MOST_CARRIED", 2)
    elif request.param == "cannot link":

        def refused(*_: object, **__: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", refused)
    else:
        monkeypatch.setattr(os.path, "ismount", lambda path: Path(path) == out)
    return out


def test_a_folder_that_cannot_be_exchanged(in_place: Path) -> None:
    place_folder(in_place, OLD, kind="brief")
    with_strangers(in_place)
    inode = in_place.stat().st_ino
    place_folder(in_place, NEW, kind="brief")
    found = content(in_place)
    assert {name: found[name] for name in NEW} == {name: text.encode() for name, text in NEW.items()}
    assert found["notes.txt"] == found["tables/mine.csv"] == found["own/deep/x"] == b"mine"
    assert (found["link"], found["away"]) == ("notes.txt", "/nowhere")
    assert not {"tables/b.csv", "charts", "charts/c.svg"} & found.keys()
    assert left_over(in_place.parent) == []
    assert in_place.stat().st_ino == inode


def test_stopped_while_it_moves_the_next_run_moves_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_exchanger", lambda: None)
    out, old, new = tmp_path / "base" / "out", encoded(OLD), encoded(NEW)

    def prepare() -> None:
        fresh(tmp_path / "base")
        place_folder(out, OLD, kind="brief")
        with_strangers(out)

    def files() -> dict[str, bytes]:
        return {name: data for name, data in content(out).items() if isinstance(data, bytes)}

    mine = {"notes.txt": b"mine", "tables/mine.csv": b"mine", "own/deep/x": b"mine"}
    prepare()
    with stopping(None) as counter:
        place_folder(out, NEW, kind="brief")
    states = set()
    for stop in range(1, counter.done + 1):
        with stopping(None):
            prepare()
        with pytest.raises(Stopped), stopping(stop):
            place_folder(out, NEW, kind="brief")
        found = files()
        assert {name: found.pop(name) for name in mine} == mine
        found.pop(MARKER, None)
        assert all(data in (old.get(name), new.get(name)) for name, data in found.items()), stop
        check_place(out, kind="brief")
        after = files()
        after.pop(MARKER)
        assert after in (old | mine, new | mine), stop
        assert left_over(out.parent) == []
        states.add((found == old, found == new, after == new | mine))
    assert {(True, False, False), (True, False, True), (False, False, True), (False, True, True)} <= states


def test_what_is_changed_while_half_is_moved_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_exchanger", lambda: None)
    place_folder(tmp_path / "out", OLD, kind="brief")
    with stopping(None) as counter:
        place_folder(tmp_path / "out", NEW, kind="brief")
    shutil.rmtree(tmp_path / "out")
    place_folder(tmp_path / "out", OLD, kind="brief")
    with pytest.raises(Stopped), stopping(counter.done - 12):
        place_folder(tmp_path / "out", NEW, kind="brief")
    assert (tmp_path / "out" / writing.READY).is_dir()
    (tmp_path / "out" / "tables" / "d.csv").write_text("mine")
    with pytest.raises(InputError, match=r"holds tables/d\.csv, which was changed since tradewar wrote it"):
        check_place(tmp_path / "out", kind="brief")
    assert (tmp_path / "out" / "tables" / "d.csv").read_text() == "mine"
    (tmp_path / "out" / "tables" / "d.csv").unlink()
    check_place(tmp_path / "out", kind="brief")
    assert content(tmp_path / "out").items() >= encoded(NEW).items()
    assert left_over(tmp_path) == []


def encoded(files: dict[str, str]) -> dict[str, bytes]:
    """What lies there once it is written."""
    return {name: text.encode() for name, text in files.items()}


def test_a_folder_of_the_same_disk_that_is_mounted(tmp_path: Path) -> None:
    """No look at the folder tells that it is a mount; only the exchange fails."""
    if not may_mount():
        pytest.skip("this system lets nobody mount a folder of their own")
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").mkdir()
    code = (
        "from tradewar.io.writing import place_folder\n"
        f"place_folder({str(tmp_path / 'out')!r}, {OLD!r}, kind='brief')\n"
        f"place_folder({str(tmp_path / 'out')!r}, {NEW!r}, kind='brief')\n"
    )
    script = f'mount --bind {tmp_path / "disk"} {tmp_path / "out"} && exec {sys.executable} -c "$CODE"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, env=os.environ | {"CODE": code}
    )
    assert done.returncode == 0, done.stderr
    found = content(tmp_path / "disk")
    assert found.pop(MARKER)
    assert {name: data for name, data in found.items() if data is not None} == encoded(NEW)
    assert left_over(tmp_path) == [] and content(tmp_path / "out") == {}


def may_mount() -> bool:
    """Whether a process may have a name space of its own."""
    return shutil.which("unshare") is not None and not subprocess.run(["unshare", "-rm", "true"]).returncode


# ---------------------------------------------------------------- what is not ours


@pytest.mark.parametrize(
    ("put", "name"),
    [
        (lambda out: (out / "page.html").write_text("mine"), "page.html"),
        (lambda out: (out / "page.html").mkdir(), "page.html"),
        (lambda out: (out / "tables").write_text("mine"), "tables"),
        (lambda out: (out / "tables").symlink_to("/tmp"), "tables"),
        (lambda out: (out / "page.html").symlink_to("/nowhere"), "page.html"),
        (lambda out: (out / MARKER).write_text("{"), MARKER),
        (lambda out: (out / MARKER).write_text('{"kind": "brief", "files": {"page.html": 1}}'), None),
        (lambda out: (out / MARKER).mkdir(), MARKER),
        (lambda out: (out / "reserved.parquet").write_text("mine"), "reserved.parquet"),
        (lambda out: os.mkfifo(out / "page.html"), "page.html"),
    ],
)
def test_what_is_somebody_elses_is_refused_before_the_work_and_at_its_end(
    tmp_path: Path, put: Callable[[Path], object], name: str | None
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with writing.Draft(out, kind="brief", reserved=["reserved.parquet"]) as draft:
        put(out)
        before = {path: look(path) for path in out.rglob("*")}
        for file, text in NEW.items():
            draft.add(file, text)
        if name is None:
            draft.place()
            assert (out / "page.html").read_text() == "new"
            return
        with pytest.raises(InputError, match=f"--out {out}: holds {name}, which tradewar did not write") as error:
            draft.place()
    assert "Name another folder, or move that away" in str(error.value)
    with pytest.raises(InputError, match="which tradewar did not write"):
        check_place(out, kind="brief", names=[*NEW, "reserved.parquet"])
    assert {path: look(path) for path in out.rglob("*")} == before
    assert left_over(tmp_path) == []


def look(path: Path) -> tuple[int, ...]:
    """What would be another if somebody touched it."""
    found = path.lstat()
    return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_nlink


def test_a_file_of_ours_that_was_changed_is_refused(tmp_path: Path) -> None:
    place_folder(tmp_path / "out", OLD, kind="brief")
    (tmp_path / "out" / "tables" / "b.csv").write_text("mine")
    shutil.move(tmp_path / "out" / "page.html", tmp_path / "page.html")
    (tmp_path / "out" / "page.html").symlink_to(tmp_path / "page.html")
    for attempt in (
        lambda: check_place(tmp_path / "out", kind="brief"), lambda: place_folder(tmp_path / "out", {}, kind="brief")
    ):  # fmt: skip
        with pytest.raises(InputError) as error:
            attempt()
        assert [problem.what for problem in error.value.problems] == [
            f"holds {name}, which was changed since tradewar wrote it" for name in ("page.html", "tables/b.csv")
        ]
    assert (tmp_path / "out" / "tables" / "b.csv").read_text() == "mine"


def test_a_folder_of_another_kind_is_refused(tmp_path: Path) -> None:
    place_folder(tmp_path / "out", OLD, kind="world")
    with pytest.raises(InputError, match=r"holds a world that tradewar wrote, not a brief\. Name another folder"):
        place_folder(tmp_path / "out", NEW, kind="brief")


def test_names_in_a_marker_lead_nowhere_else(tmp_path: Path) -> None:
    place_folder(tmp_path / "out", {"a": "1"}, kind="brief")
    (tmp_path / "mine").write_text("mine")
    digest = hashlib.sha256(b"mine").hexdigest()
    files = {"../mine": digest, str(tmp_path / "mine"): digest, "": digest, ".": digest, "a/../../mine": digest}
    (tmp_path / "out" / MARKER).write_text(json.dumps({"kind": "brief", "files": files}))
    (tmp_path / "out" / "a").unlink()
    place_folder(tmp_path / "out", {"b": "2"}, kind="brief")
    assert (tmp_path / "mine").read_text() == "mine"
    assert content(tmp_path / "out").keys() == {"b", MARKER}


def test_carried_files_are_the_same_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    place_folder(out, OLD, kind="brief")
    with_strangers(out)
    (out / "own").chmod(0o750)
    out.chmod(0o770)
    os.utime(out / "notes.txt", (1, 1))
    before = {name: (out / name).lstat() for name in ("notes.txt", "tables/mine.csv", "own/deep/x", "link", "away")}
    place_folder(out, NEW, kind="brief")
    for name, was in before.items():
        now = (out / name).lstat()
        assert (now.st_ino, now.st_mtime, now.st_nlink, now.st_mode) == (was.st_ino, was.st_mtime, 1, was.st_mode)
    assert ((out / "own").stat().st_mode & 0o777, out.stat().st_mode & 0o777) == (0o750, 0o770)
    assert (out / "empty").is_dir()


def test_what_comes_while_folders_change_places_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, exchange = tmp_path / "out", writing._exchanger()
    if exchange is None:
        pytest.skip("this system exchanges no folders")
    place_folder(out, OLD, kind="brief")

    def late(one: Path, other: Path) -> None:
        (out / "late.txt").write_text("mine")
        (out / "tables" / "b.csv").write_text("changed at the last moment")
        exchange(one, other)

    monkeypatch.setattr(writing, "_exchanger", lambda: late)
    place_folder(out, NEW, kind="brief")
    assert (out / "late.txt").read_text() == "mine"
    assert (out / "tables" / "b.csv").read_text() == "changed at the last moment"
    assert (out / "page.html").read_text() == "new"
    assert left_over(tmp_path) == []


# ---------------------------------------------------------------- places


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to("disk/real")
    assert place_folder(tmp_path / "out", NEW, kind="brief")[0] == tmp_path / "out" / "page.html"
    place_folder(tmp_path / "out", NEW, kind="brief")
    assert (tmp_path / "out").is_symlink() and (tmp_path / "disk" / "real" / "page.html").read_text() == "new"


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("taken", "taken is a file, not a folder"),
        ("taken/below/deep", "taken is a file, not a folder"),
        ("loop", r"is a file, not a folder|symbolic links"),
        ("/dev/null", "/dev/null is a file, not a folder"),
        ("/proc/nowhere", "cannot be written"),
        ("x" * 300, "File name too long"),
    ],
)
def test_places_that_are_no_folders(tmp_path: Path, path: str, what: str) -> None:
    (tmp_path / "taken").write_text("a file")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError, match=what) as error:
        place_folder(tmp_path / path, NEW, kind="brief")
    assert error.value.problems[0].where == f"--out {tmp_path / path}" and error.value.problems[0].fix
    assert left_over(tmp_path) == []


def test_a_long_name_has_a_temporary_one(tmp_path: Path) -> None:
    place_folder(tmp_path / ("ä" * 120), NEW, kind="brief")
    write_file(tmp_path / ("x" * 250 + ".json"), "{}")


@pytest.mark.parametrize("path", ["folder", "pipe", "/dev/null", "/dev/fd/0", "taken/below", "loop", "input.csv", "in"])
def test_files_that_are_no_files(tmp_path: Path, path: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "taken").write_text("a file")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "input.csv").write_text("a,b")
    (tmp_path / "in").symlink_to("input.csv")
    before = content(tmp_path / "folder")
    with pytest.raises(InputError) as error:
        check_file(tmp_path / path, option="--refused", inputs=[None, tmp_path / "input.csv"])
    assert error.value.problems[0].where == f"--refused {tmp_path / path}" and error.value.problems[0].fix
    if "in" not in path:
        with pytest.raises(InputError):
            write_file(tmp_path / path, "text")
    assert content(tmp_path / "folder") == before and left_over(tmp_path) == []


def test_a_file_keeps_its_permissions_and_its_link(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "real.json").chmod(0o640)
    (tmp_path / "answer.json").symlink_to("real.json")
    assert write_file(tmp_path / "answer.json", "half a pair: \udcff") == tmp_path / "answer.json"
    assert (tmp_path / "answer.json").is_symlink()
    assert (tmp_path / "real.json").read_bytes() == b"half a pair: \\udcff"
    assert (tmp_path / "real.json").stat().st_mode & 0o777 == 0o640
    write_file(tmp_path / "new" / "deep" / "answer.json", b"{}")
    umask = os.umask(0)
    os.umask(umask)
    assert (tmp_path / "new/deep/answer.json").stat().st_mode & 0o777 == 0o666 & ~umask


def test_standard_output_is_written_to_straight(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    write_file("/dev/stdout", "é\n")
    assert capfdbinary.readouterr().out == "é\n".encode()


UNWRITABLE = """
import concurrent.futures.thread, os, sys
from tradewar.errors import InputError
from tradewar.io.writing import check_file, check_place, place_folder, write_file
os.setuid(65534)
base = sys.argv[1]
for attempt in (
    lambda: write_file(f"{base}/shut/new.json", ""), lambda: write_file(f"{base}/open/shut.json", ""),
    lambda: check_file(f"{base}/open/shut.json"), lambda: check_place(f"{base}/shut", kind="brief"),
    lambda: check_place(f"{base}/shut/new/deep", kind="brief"), lambda: check_place(f"{base}/dark/x", kind="brief"),
    lambda: write_file(f"{base}/dark/x/y", ""),
):
    try:
        attempt()
        print("done")
    except InputError as error:
        print(error)
place_folder(f"{base}/shut/own", {"a": "1"}, kind="brief")
place_folder(f"{base}/shut/own", {"a": "2"}, kind="brief")
"""


def test_places_that_may_not_be_written_to(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody who may not write")
    base = Path("/tmp") / f"tradewar-test-{os.getpid()}"
    try:
        for name, mode in (("", 0o755), ("open", 0o777), ("shut", 0o755), ("dark", 0o700), ("shut/own", 0o777)):
            (base / name).mkdir()
            (base / name).chmod(mode)
        (base / "open" / "shut.json").write_text("mine")
        (base / "open" / "shut.json").chmod(0o644)
        done = subprocess.run([sys.executable, "-c", UNWRITABLE, base], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert len(lines) == 7
        assert all(("may not be written to" in line or "Permission denied" in line) for line in lines), lines
        assert (base / "open" / "shut.json").read_text() == "mine"
        assert content(base / "shut" / "own")["a"] == b"2" and left_over(base) == []
    finally:
        shutil.rmtree(base)


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place_folder(tmp_path / "out", OLD, kind="brief")
    (tmp_path / "answer.json").write_text("old")
    before = content(tmp_path)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    for attempt in (
        lambda: place_folder(tmp_path / "out", NEW, kind="brief"), lambda: write_file(tmp_path / "answer.json", "new")
    ):  # fmt: skip
        with pytest.raises(InputError, match=r"cannot be written \(No space left on device\)\. Make room"):
            attempt()
    assert content(tmp_path) == before and left_over(tmp_path) == []


# ---------------------------------------------------------------- what a run that was stopped left


def test_only_what_a_process_that_is_gone_left_is_removed(tmp_path: Path) -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    host, parent = places._host(), os.getppid()
    dead, mine = f"{host}-{gone.stdout.strip()}-00000000", f"{host}-{os.getpid()}-00000000"
    other = f"{'0' * 8}-{gone.stdout.strip()}-00000000"
    stems = (".answer.json.tradewar-", ".out.tradewar-", ".another.tradewar-")
    for stem in stems:
        for left in (dead, mine, f"{host}-{parent}-00000000", other):
            (tmp_path / f"{stem}{left}").write_text("half")
    old = tmp_path / f".out.tradewar-{other[:-1]}1"
    old.mkdir()
    os.utime(old, (1, 1))
    write_file(tmp_path / "answer.json", "{}")
    place_folder(tmp_path / "out", NEW, kind="brief")
    kept = [f"{stem}{host}-{parent}-00000000" for stem in stems] + [f"{stem}{other}" for stem in stems]
    kept += [f".another.tradewar-{left}" for left in (dead, mine)]
    assert sorted(left_over(tmp_path)) == sorted(kept)


KILLED = """
import os, sys, time
from tradewar.io import writing
def slow(call):
    def slowly(*arguments, **keywords):
        time.sleep(0.004)
        return call(*arguments, **keywords)
    return slowly
for name in ("rename", "replace", "mkdir", "link", "unlink", "rmdir"):
    setattr(os, name, slow(getattr(os, name)))
print("ready", flush=True)
for round in range(10000):
    writing.place_folder(sys.argv[1], {f"tables/{k}.csv": str(round % 2) for k in range(8)}, kind="brief")
    writing.write_file(sys.argv[1] + ".json", str(round % 2) * 5000)
"""


def test_killed_for_real_it_is_old_or_new(tmp_path: Path) -> None:
    out, wholes = tmp_path / "out", set()
    place_folder(out, {}, kind="brief")
    (out / "notes.txt").write_text("mine")
    chance = random.Random(3)
    for _ in range(6):
        process = subprocess.Popen([sys.executable, "-c", KILLED, out], stdout=subprocess.PIPE)
        assert process.stdout is not None and process.stdout.readline()
        time.sleep(chance.uniform(0.05, 0.5))
        process.kill()
        process.communicate()
        tables = [path.read_text() for path in sorted((out / "tables").glob("*.csv"))]
        assert len(tables) in (0, 8) and len(set(tables)) <= 1
        assert (out / "notes.txt").read_text() == "mine"
        if (tmp_path / "out.json").exists():
            assert (tmp_path / "out.json").read_text() in ("0" * 5000, "1" * 5000)
        wholes.add(tuple(tables))
        check_place(out, kind="brief", names=[f"tables/{k}.csv" for k in range(8)])
    place_folder(out, NEW, kind="brief")
    write_file(tmp_path / "out.json", "{}")
    assert left_over(tmp_path) == [] and content(out).keys() == {*NEW, "tables", "notes.txt", MARKER}


# ---------------------------------------------------------------- folders of our own


def test_a_scratch_goes_when_it_is_closed_or_with_the_next_after_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    killed, other = Scratch("visit"), Scratch("page")
    write_file(killed.path / "upload.csv", "a")
    places.release(killed.path)
    with Scratch("visit") as scratch:
        assert not killed.path.exists() and other.path.exists()
        assert scratch.path.stat().st_mode & 0o777 == 0o700
        (emptied(scratch.path / "upload") / "a").write_text("a")
        assert list(emptied(scratch.path / "upload").iterdir()) == []
    other.close()
    assert list(tmp_path.iterdir()) == []


def test_a_zip_follows_from_its_files(tmp_path: Path) -> None:
    for name, text in NEW.items():
        write_file(tmp_path / name, text)
    files = [tmp_path / name for name in NEW]
    first = packed(tmp_path, files)
    os.utime(files[0], (1_000_000_000, 1_000_000_000))
    assert packed(tmp_path, files) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == NEW
