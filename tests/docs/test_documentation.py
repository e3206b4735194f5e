"""Every documented command runs, and every command is documented.

In README.md and docs/*.md: a block with a title, such as ```csv title="book/measures.csv"```, is a file that the reader
saves; in a ```console``` block a line `$ tradewar ...` or `$ python ...` is run in a folder of its own and ends with
status 0, or N where the line ends with `# exits N`; ```python``` blocks of the executed pages run in one interpreter,
in order.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from commands import tradewar
from tradewar.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [path for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if path.is_file()]
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
SIGNATURES = {"architecture.md"}
"""Pages whose Python blocks are signatures, not programs."""


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """(language, title, text) of every fenced block."""
    return [(m[1], m[2] or "", m[3]) for m in BLOCK.finditer(page.read_text(encoding="utf-8"))]


def save(title: str, text: str) -> None:
    """Write the block that a reader saves; its folder is made if it is not there."""
    place = Path(title)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


def commands(text: str) -> list[str]:
    """The lines of a console block that a reader types."""
    return [line[2:].strip() for line in text.splitlines() if line.startswith("$ ")]


def expected_status(line: str) -> int:
    """What `# exits N` says, else 0."""
    found = re.search(r"#\s*exits (\d+)\s*$", line)
    return int(found[1]) if found else 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_documented_commands_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for language, title, text in blocks(page):
        if title:
            save(title, text)
        if language != "console":
            continue
        for line in commands(text):
            program, *arguments = shlex.split(line, comments=True)
            if program == "tradewar":
                done = tradewar(*arguments)
                assert done.status == expected_status(line), f"{line}\n{done.err}"
            elif program == "python":
                ran = subprocess.run([sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True)
                assert ran.returncode == expected_status(line), f"{line}\n{ran.stderr}"


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in SIGNATURES], ids=lambda page: page.name)
def test_documented_python_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = [text for language, _, text in blocks(page) if language == "python"]
    if not programs:
        pytest.skip(f"{page.name} holds no Python")
    monkeypatch.chdir(tmp_path)
    for _, title, text in blocks(page):
        if title:
            save(title, text)
    exec(compile("\n".join(programs), str(page), "exec"), {"__name__": "__main__"})


def leaves(group: Any, name: str) -> list[str]:
    """Every command below a group, as it is typed."""
    found: list[str] = []
    for part, command in group.commands.items():
        found += leaves(command, f"{name} {part}") if hasattr(command, "commands") else [f"{name} {part}"]
    return found


def test_every_command_is_documented() -> None:
    written = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    commands = leaves(get_command(app), "tradewar")
    assert {"tradewar brief", "tradewar solve", "tradewar tariff rate", "tradewar world list"} <= set(commands)
    for command in commands:
        assert f"$ {command}" in written, f"{command} is not documented"
