"""Rules of the house that no linter knows: what may be committed, and what a bare import may cost."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("pandas", "pyarrow", "duckdb", "xarray", "vl_convert", "pydantic", "jinja2", "scipy.optimize")


def committed_text_files() -> list[Path]:
    """Every tracked file that is text."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: nothing is committed")
    suffixes = {".py", ".md", ".toml", ".txt", ".csv", ".j2", ".css", ".yml", ".yaml", ".cfg", ".in", ""}
    return [ROOT / name for name in listed.stdout.splitlines() if Path(name).suffix in suffixes]


def test_no_committed_file_names_a_path_of_this_machine_or_a_package_index() -> None:
    machine = str(ROOT.parent) + "/" if len(ROOT.parent.parts) > 1 else None
    index = re.compile(r"--(extra-)?index-url\s+\S|https?://[^\s\"']*/simple/?[\"'\s]")
    found = []
    for path in committed_text_files():
        if path == Path(__file__).resolve() or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        if (machine and machine in text) or index.search(text):
            found.append(str(path.relative_to(ROOT)))
    assert found == []


def test_a_bare_import_loads_nothing_heavy() -> None:
    code = f"import sys, tradewar; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


OPENS = re.compile(
    r"(?<![\w.])open\(|\.open\(\"|\.(read|write)_(text|bytes)\(|read_csv|read_parquet|pq\.(read|write)|DictReader"
    r"|\bcsv\.(reader|writer)|tomllib|zipfile|gzip|tarfile|\.to_csv\((?!\))|\.to_parquet\(|\.to_excel\(|\bjson\.loads?\("
    r"|shutil\.(?!which)|tempfile|os\.(replace|rename|remove|unlink|makedirs)\(|\.(mkdir|unlink|rmdir|touch)\("
)
IN_MEMORY = ("brief/renderer.py", "monitoring/misp.py", "sweep/driver.py")
"""Where JSON passes between processes and libraries, and no file is meant."""


def test_nothing_but_io_opens_reads_or_writes_a_file() -> None:
    """Most faults that use on real matters showed came from many hand-written readers and writers."""
    source = ROOT / "src" / "tradewar"
    found = [
        f"{path.relative_to(source)}:{number}: {line.strip()}"
        for path in sorted(source.rglob("*.py"))
        if path.relative_to(source).parts[0] != "io" and path.relative_to(source).as_posix() not in IN_MEMORY
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if OPENS.search(line.partition("#")[0])
    ]
    assert found == []
