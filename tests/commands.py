"""Running `tradewar` inside the test process: as a user would, without paying for a new interpreter each time."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import documents
from tradewar.cli.main import main


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON document on standard output, and nothing but that; NaN and infinity are not JSON."""
        return json.loads(self.out, parse_constant=_refuse)


def tradewar(*arguments: str | Path) -> Done:
    """Run one command in the current folder. What `--json` prints must be as its schema says."""
    out, err = io.StringIO(), io.StringIO()
    # a terminal's width is no matter of these tests, though some shells hand it on
    plain = mock.patch.dict(os.environ, {"COLUMNS": ""})
    with plain, _arguments(arguments), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main()
    done, words = Done(status, out.getvalue(), err.getvalue()), tuple(map(str, arguments))
    if "--json" in words and done.out:
        assert documents.faults(documents.of_command(words), done.json) == []
    return done


@contextlib.contextmanager
def _arguments(arguments: tuple[str | Path, ...]) -> Iterator[None]:
    with mock.patch.object(sys, "argv", ["tradewar", *map(str, arguments)]):
        yield


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")
