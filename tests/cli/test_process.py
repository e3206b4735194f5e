"""The command as a process: exit status, streams, and what a start may load."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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
