"""Books that the tests of the tariff book share. Reading one takes a while, so each is read once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tradewar.tariffs import TariffBook

BOOKS = Path(__file__).parent / "books"


@pytest.fixture(scope="session")
def book() -> TariffBook:
    """The built-in book of the dispute between the United States and China."""
    return TariffBook.load("us-china-2019")


@pytest.fixture(scope="session")
def us_2025() -> TariffBook:
    """A few lines under the stacking rules of 2025 and 2026."""
    return TariffBook.load(BOOKS / "us-2025")


@pytest.fixture(scope="session")
def aurelia() -> TariffBook:
    """A fictitious pair of countries."""
    return TariffBook.load(BOOKS / "aurelia")


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, book: TariffBook, us_2025: TariffBook) -> Callable[..., dict[str, Any]]:
    """Run `tradewar tariff ... --json` and give the document. Books already read are not read again."""
    from tradewar.cli import tariff

    read = {"us-china-2019": book, "us-2025": us_2025}

    def load(name: str) -> TariffBook:
        return read[name] if name in read else TariffBook.load(name)

    monkeypatch.setattr(tariff, "_load", load)

    def run(*arguments: str) -> dict[str, Any]:
        result = CliRunner().invoke(tariff.app, [*arguments, "--json"], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run
