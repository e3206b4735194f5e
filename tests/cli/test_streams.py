"""What becomes of the output: encodings without some letters, readers that leave, streams that are closed or full."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from faults import write_good_folder
from tradewar.cli.streams import ESCAPED, READABLE, Steady

ENCODINGS = ("ascii", "cp1252", "latin-1", "utf-8", "utf-16")
LETTERS = "国务院 Türkiye Łódź −0.05 ≥ θ → 😀 “x” \udcff"
MEASURES = """measure_id,importer,exporter_area,programme,effect,hs,rate,valid_from,source
A,USA,CHN,s301,add,720851,0.5,2025-04-05,国务院关税税则委员会
"""
FULL = Path("/dev/full")


def in_shell(arguments: str, redirection: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """A command with its streams redirected by a shell."""
    line = f'"$PYTHON" -c "from tradewar.cli.main import run; run()" {arguments} {redirection}'
    environment = os.environ | {"PYTHON": sys.executable, "COLUMNS": ""} | variables
    return subprocess.run(["bash", "-c", line], cwd=folder, env=environment, capture_output=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("streams")
    write_good_folder(place / "toy")
    file = place / "toy" / "countries.csv"
    text = file.read_text(encoding="utf-8")
    assert "China" in text
    file.write_text(text.replace("China", "中国"), encoding="utf-8")
    book = place / "book"
    book.mkdir()
    (book / "measures.csv").write_text(MEASURES, encoding="utf-8")
    days = 'first_day = "2024-01-01"\nlast_day = "2027-01-01"\n'
    (book / "book.toml").write_text(f'name = "x"\nrate_unit = "fraction"\n{days}', encoding="utf-8")
    (place / "t.csv").write_text("importer,exporter,sector,change_pp\nUSA,CHN,*,25\n", encoding="utf-8")
    return place


# ---------------------------------------------------------------- encodings


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_letter_is_written_somehow(encoding: str) -> None:
    read = LETTERS.encode(encoding, READABLE).decode(encoding)
    assert "rkiye" in read and "0.05" in read
    if encoding == "ascii":
        assert read == '??? Turkiye Lodz -0.05 >= theta -> ? "x" ?'
    else:
        assert "Türkiye" in read


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_says_the_same_in_every_encoding(encoding: str) -> None:
    document = json.dumps({LETTERS: [LETTERS, 1.5]}, ensure_ascii=False)
    assert json.loads(document.encode(encoding, ESCAPED).decode(encoding)) == {LETTERS: [LETTERS, 1.5]}


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_json_of_a_command_says_the_same_in_every_encoding(folder: Path, encoding: str) -> None:
    arguments = "tariff rate book --importer USA --exporter CHN --product 720851 --on 2025-05-05 --json"
    expected = in_shell(arguments, "", folder, PYTHONIOENCODING="utf-8").stdout.decode()
    assert "国务院关税税则委员会" in expected
    done = in_shell(arguments, "", folder, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode(encoding)) == json.loads(expected)


@pytest.mark.parametrize(
    "variables", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_tables_are_written_without_letters_that_are_lacking(folder: Path, variables: dict[str, str]) -> None:
    done = in_shell("world show toy", "", folder, **variables)
    assert (done.returncode, done.stderr) == (0, b"")
    lines = done.stdout.decode("ascii").splitlines()
    assert any(line.split()[:2] == ["CHN", "??"] for line in lines)
    assert any(set(line) == {" ", "-"} for line in lines)


def test_a_message_is_written_in_any_encoding(folder: Path) -> None:
    done = in_shell("solve $'\\xff-中国'", "", folder, PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert "neither a built-in world" in done.stderr.decode("ascii")


# ---------------------------------------------------------------- closed, broken and full


@pytest.mark.skipif(os.name == "nt", reason="redirections of a shell")
@pytest.mark.parametrize(
    ("arguments", "redirection", "status"),
    [
        ("solve toy --tariffs t.csv", ">&-", 0),
        ("solve toy --tariffs t.csv", "2>&-", 0),
        ("solve toy --tariffs t.csv", "<&- >&- 2>&-", 0),
        ("solve nowhere", "2>&-", 2),
        ("solve nowhere", ">&- 2>&-", 2),
        ("solve --nope", "2>&-", 2),
        ("--help", ">&-", 0),
    ],
)
def test_a_closed_stream_loses_only_what_is_said(folder: Path, arguments: str, redirection: str, status: int) -> None:
    done = in_shell(arguments, redirection, folder)
    assert done.returncode == status
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="redirections of a shell")
def test_a_file_is_written_where_every_stream_is_closed(folder: Path) -> None:
    done = in_shell("solve toy --tariffs t.csv --json --out closed.json", "<&- >&- 2>&-", folder)
    assert done.returncode == 0
    assert len(json.loads((folder / "closed.json").read_text(encoding="utf-8"))["countries"]) == 3


@pytest.mark.skipif(os.name == "nt", reason="redirections of a shell")
@pytest.mark.parametrize(
    ("arguments", "status"),
    [("solve toy --flows", 0), ("world show toy --json", 0), ("solve nowhere 2>&1", 2), ("-h", 0)],
)
def test_a_reader_that_leaves_changes_nothing(folder: Path, arguments: str, status: int) -> None:
    done = in_shell(arguments, '| true; echo "${PIPESTATUS[0]}"', folder)
    assert (done.stdout.decode().strip(), done.stderr) == (str(status), b"")


def test_a_command_is_done_though_nobody_reads(folder: Path) -> None:
    done = in_shell("solve toy --tariffs t.csv --flows --out unread.csv", "| true; sleep 0", folder)
    assert done.stderr == b""
    assert (folder / "unread.csv").stat().st_size > 0


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full")
@pytest.mark.parametrize("arguments", ["solve toy --tariffs t.csv", "solve toy --json", "--help", "world list"])
def test_a_full_disk_under_the_output_is_told(folder: Path, arguments: str) -> None:
    done = in_shell(arguments, f"> {FULL}", folder)
    said = done.stderr.decode()
    assert done.returncode == 2
    assert said.startswith("standard output: cannot be written (No space left on device).")
    assert len(said.splitlines()) == 1


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full")
def test_a_full_disk_under_the_messages_changes_nothing(folder: Path) -> None:
    assert in_shell("solve nowhere", f"2> {FULL}", folder).returncode == 2
    assert in_shell("solve toy", f"2> {FULL}", folder).returncode == 0


def test_a_stream_that_does_not_wait_is_waited_for() -> None:
    """A terminal or a pipe shared with a program that set it so."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    told = b"x" * 1_000_000
    code = f"import os, sys; sys.exit(sum(iter(lambda: len(os.read({reading}, 4096)), 0)) != {len(told)})"
    with subprocess.Popen([sys.executable, "-c", code], pass_fds=[reading]) as reader:
        os.close(reading)
        with io.FileIO(writing, "w") as pipe, io.BufferedWriter(Steady(pipe)) as stream:
            stream.write(told)
        assert reader.wait() == 0
