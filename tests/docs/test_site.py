"""The documentation site builds without a warning, asks nobody for anything, and holds every option and public name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FETCHED = re.compile(r"<(?:script|img|link|iframe)\b[^>]*?\b(?:src|href)=\W?(?:https?:)?//[^>]*>")


@pytest.mark.slow
def test_the_site_builds_offline(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="the documentation extra is not installed")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pages = {page.relative_to(tmp_path / "site").as_posix(): page.read_text() for page in tmp_path.rglob("*.html")}
    assert {name: found for name, text in pages.items() if (found := FETCHED.findall(text))} == {}
    assert "known_from" in pages["reference/formats.html"]
    assert "--elasticities" in pages["reference/command-line.html"]
    assert 'id="tradewar.games.war.war"' in pages["reference/tradewar.games.html"]
