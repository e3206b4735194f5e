"""The command as a process: exit status, streams, and what a start may load."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands import tradewar

HEAVY = (
    "pandas",
    "pyarrow",
    "duckdb",
    "xarray",
    "vl_convert",
    "jinja2",
    "tradewar.disputes.dossier",
    "tradewar.tariffs.book",
)


def process(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    """`python -c "run()"`: the entry point, in an interpreter of its own."""
    code = "from tradewar.cli.main import run; run()"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]


@pytest.fixture
def tariffs(tmp_path: Path) -> Path:
    path = tmp_path / "tariffs.csv"
    path.write_text("exporter,importer,sector,tariff\nCHN,USA,*,0.25\n", encoding="utf-8")
    return path


def test_solve_prints_one_document_and_nothing_else(tariffs: Path) -> None:
    done = process("solve", "world-2017", "--tariffs", tariffs, "--json")
    assert done.returncode == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)["certificate"]["converged"] is True


def test_wrong_input_ends_with_2_and_no_traceback(tmp_path: Path) -> None:
    done = process("solve", tmp_path / "nowhere")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "neither a built-in world nor a folder" in done.stderr


def test_wrong_usage_ends_with_2() -> None:
    for arguments in (["solve"], ["solv"], ["brief", "--as-of", "yesterday"], ["world"], ["solve", "w", "--nope"]):
        done = process(*arguments)
        assert done.returncode == 2, arguments
        assert "Traceback" not in done.stderr


def test_a_reader_that_leaves_early_is_no_error(tariffs: Path) -> None:
    code = "from tradewar.cli.main import run; run()"
    command = [sys.executable, "-c", code, "solve", "world-2017", "--tariffs", str(tariffs), "--flows", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.read(1)
        running.stdout.close()
        assert running.stderr.read() == ""


def test_solve_and_help_load_nothing_heavy(tariffs: Path) -> None:
    probe = (
        "import sys, atexit; atexit.register(lambda: sys.stderr.write(' '.join("
        f"name for name in {HEAVY!r} if name in sys.modules)));"
        "from tradewar.cli.main import run; run()"
    )
    for arguments in (["--help"], ["solve", "world-2017", "--tariffs", str(tariffs), "--json"], ["world", "list"]):
        command = [sys.executable, "-c", probe, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | {"COLUMNS": "120"})
        assert done.stderr == "", arguments


# ---------------------------------------------------------------- what a library says, and what it throws


def patched(body: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The entry point with another body of the command."""
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    code = f"from tradewar.cli import app, main\ndef work():\n{lines}\napp.app = work\nmain.run()"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | variables)


WARNS = "import warnings\nwarnings.warn('old', FutureWarning)\nimport numpy as np\nnp.array([1.0]) / 0.0"


def test_warnings_of_libraries_are_not_shown() -> None:
    done = patched(WARNS)
    assert (done.returncode, done.stderr) == (0, "")
    assert "FutureWarning: old" in patched(WARNS, TRADEWAR_DEBUG="1").stderr
    child = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import warnings; warnings.warn(\"old\")'])"
    assert patched(child).stderr == ""


def test_our_own_warnings_are_sentences() -> None:
    ours = "import warnings\nfrom tradewar.errors import TradewarWarning\nwarnings.warn('Know this.', TradewarWarning)"
    assert patched(ours).stderr == "Know this.\n"


def test_warnings_are_as_they_were_for_users_of_python() -> None:
    code = f"import tradewar, tradewar.cli.app, tradewar.cli.main\n{WARNS}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "FutureWarning: old" in done.stderr and "divide by zero" in done.stderr


@pytest.mark.parametrize(
    ("thrown", "status", "says"),
    [
        ("MemoryError('Unable to allocate 8. TiB')", 2, "not enough memory (MemoryError: Unable to allocate 8. TiB)"),
        ("RecursionError('too deep')", 2, "nested more deeply"),
        ("ZeroDivisionError('of ours')", 1, "defect of tradewar"),
        ("InputError.at('a', 'b')", 2, "a: b."),
        ("NoSolutionError('none')", 3, "none"),
    ],
)
def test_what_is_thrown_becomes_a_message_and_a_status(thrown: str, status: int, says: str) -> None:
    body = f"from tradewar.errors import InputError, NoSolutionError\nraise {thrown}"
    done = patched(body)
    assert done.returncode == status
    assert says in done.stderr and "Traceback" not in done.stderr
    shown = patched(body, TRADEWAR_DEBUG="1")
    assert shown.returncode == status
    assert says in shown.stderr and "Traceback" in shown.stderr
    assert thrown.partition("(")[0].partition(".")[0] in shown.stderr


def test_a_long_foreign_error_is_cut() -> None:
    done = patched("raise ValueError('x' * 200_000 + '\\x1b[31m')")
    assert done.returncode == 1 and len(done.stderr) < 1000 and "\x1b" not in done.stderr


def test_an_argument_beyond_every_use_is_refused_in_a_line() -> None:
    done = process("brief", "--as-of", "9" * 100_000)
    assert done.returncode == 2
    assert "100,000 characters" in done.stderr and len(done.stderr) < 300


@pytest.mark.parametrize("number", ["nan", "inf", "-1", "1e400"])
@pytest.mark.parametrize("option", ["--unit-value", "--quantity", "--value"])
def test_numbers_that_are_none_are_refused_with_the_limit(number: str, option: str) -> None:
    arguments = ("tariff", "rate", "us-china-2019", "--importer", "USA", "--exporter", "CHN", "--product", "73269086")
    done = tradewar(*arguments, "--on", "2019-05-20", option, number)
    assert done.status == 2 and "of 0 or more" in done.err and option in done.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("sweep", "world-2017", "--draws", "1000000000000"), "more than 1,000,000"),
        (("sweep", "world-2017", "--draws", "-1"), "Give 1 or more"),
        (("sweep", "world-2017", "--workers", "0"), "Give 1 to"),
        (("sweep", "world-2017", "--workers", "1000"), "Give 1 to"),
        (("sweep", "world-2017", "--seed", "-1"), "0 or more"),
        (("sweep", "world-2017", "--errors", "nan"), "Give a share"),
        (("sweep", "world-2017", "--market", "competitve"), "did you mean 'competitive'"),
        (("sweep", "world-2017", "--closure", "balancd"), "did you mean 'balanced'"),
        (("sweep", "world-2017", "--distribution", "norml"), "did you mean 'normal'"),
        (("sweep", "world-2017", "--elasticities", "fontagne_2021"), "did you mean 'fontagne_2022'"),
        (("sweep", "world-2017", "--countries", "USB"), "did you mean 'USA'"),
        (("sweep", "world-2017", "--war", ""), "players: is empty"),
        (("sweep", "world-2017", "--war", "USA,USA"), "more than once"),
        (("solve", "world-2017", "--market", "competitve"), "did you mean 'competitive'"),
        (("solve", "world-2017", "--closure", "fixed:USB"), "did you mean 'USA'"),
        (("solve", "world-2017", "--elasticities", "fontagne_2021"), "did you mean 'fontagne_2022'"),
        (("war", "world-2017", "--players", "USB"), "did you mean 'USA'"),
        (("war", "world-2017", "--players", "USA", "--goods", "MACH"), "did you mean 'MAC'"),
        (("war", "world-2017", "--players", "USA", "--max-rate", "nan"), "finite"),
        (("war", "world-2017", "--players", "USA", "--market", "competitve"), "did you mean 'competitive'"),
        (("world", "balance", "world-2017", "--least-final-use", "nan", "--out", "o"), "[0, 1)"),
        (("world", "import", "icoi", "t.csv", "--out", "o"), "did you mean 'icio'"),
        (("serve", "--port", "70000"), "65535"),
        (("path", "us-china-2018"), "did you mean 'us-china-2019'"),
        (("talks", "us-china-2018"), "did you mean 'us-china-2019'"),
        (("accord", "us-china-2018"), "did you mean 'us-china-2019'"),
        (("monitor", "us-china-2018"), "did you mean 'us-china-2019'"),
        (("brief", "us-china-2018"), "did you mean 'us-china-2019'"),
        (("incidents", "check", "t.csv", "--layout", "eurepok"), "did you mean 'eurepoc'"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else None,
)
def test_a_name_or_a_number_that_is_none_is_refused_before_the_work(
    arguments: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("exporter,importer,sector,tariff\nCHN,USA,*,0.25\n", encoding="utf-8")
    more = () if arguments[0] != "sweep" else ("--out", "o", *(() if "--war" in arguments else ("--tariffs", "t.csv")))
    done = tradewar(*arguments, *more)
    assert (done.status, done.out) == (2, "")
    assert says in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]
