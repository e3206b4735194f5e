"""Small books that a test writes itself, and questions in one line."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from tradewar.cli import tariff
from tradewar.errors import InputError
from tradewar.tariffs import (
    AppliedRate,
    Coverage,
    RateQuestion,
    SectorRates,
    TariffBook,
    average,
    average_timeline,
    coverage,
    rate,
    vector,
)
from tradewar.tariffs.averages import AverageTariff
from tradewar.tariffs.timelines import AverageTimeline

HEADER = 'name = "x"\nrate_unit = "fraction"\nfirst_day = "2024-01-01"\nlast_day = "2029-01-01"\n'
FACTS = frozenset(RateQuestion.__dataclass_fields__)


def write(folder: Path, toml: str = HEADER, **tables: str) -> Path:
    """A folder with `book.toml` and one CSV per table; indentation and blank lines are taken out."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "book.toml").write_text(toml)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(textwrap.dedent(text).strip() + "\n")
    return folder


def book_of(folder: Path, toml: str = HEADER, **tables: str) -> TariffBook:
    """The book of such a folder."""
    return TariffBook.load(write(folder, toml, **tables))


def said(book: Path, command: str) -> str:
    """What `tradewar tariff ...` prints; `BOOK` stands for the book. A refusal begins with `refused:`."""
    arguments = [str(book) if word == "BOOK" else word for word in command.split()]
    result = CliRunner().invoke(tariff.app, arguments)
    if isinstance(result.exception, InputError):
        return f"refused: {result.exception}"
    assert result.exit_code == 0, result.exception
    return result.stdout


def _split(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Facts of the question, and options of the function that answers it."""
    return {k: v for k, v in options.items() if k in FACTS}, {k: v for k, v in options.items() if k not in FACTS}


def rate_of(book: TariffBook, importer: str, exporter: str, product: str, on: Any, **facts: Any) -> AppliedRate:
    """The applied rate."""
    return rate(book, RateQuestion(importer=importer, exporter=exporter, product=product, on=on, **facts))


def average_of(
    book: TariffBook, importer: str, exporter: str, on: Any, weights: Any = "simple", **options: Any
) -> AverageTariff:
    """The average tariff on a day."""
    facts, others = _split(options)
    return average(book, RateQuestion(importer=importer, exporter=exporter, on=on, **facts), weights, **others)


def averages_of(
    book: TariffBook, importer: str, exporter: str, start: str, end: str, weights: Any = "simple", **options: Any
) -> AverageTimeline:
    """The average tariff through time."""
    facts, others = _split(options)
    question = RateQuestion(importer=importer, exporter=exporter, **facts)
    return average_timeline(book, question, start, end, weights, **others)


def vector_of(book: TariffBook, importer: str, exporter: str, on: Any, weights: Any, **options: Any) -> SectorRates:
    """Rates by sector."""
    facts, others = _split(options)
    return vector(book, RateQuestion(importer=importer, exporter=exporter, on=on, **facts), weights, **others)


def coverage_of(book: TariffBook, importer: str, exporter: str, on: Any, weights: Any, **options: Any) -> Coverage:
    """Trade that added duties cover."""
    facts, others = _split(options)
    return coverage(book, RateQuestion(importer=importer, exporter=exporter, on=on, **facts), weights, **others)
