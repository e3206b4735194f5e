"""A user's own book, for two countries that do not exist: a quota, a floor, a compound duty, through the commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from small_books import rate_of
from tradewar.cli import tariff
from tradewar.errors import BookError
from tradewar.tariffs import TariffBook

BOOK = str(Path(__file__).parent / "books" / "aurelia")
Command = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("product", "on", "more", "expected"),
    [
        ("040610", "2025-05-01", ["--unit-value", "5"], 0.10 + 0.5 / 5),
        ("220421", "2025-05-01", ["--unit-value", "1"], 0.20),
        ("220421", "2025-05-01", ["--unit-value", "4"], 0.15),
        ("170199", "2025-05-01", ["--quantity", "5000"], 0.05),
        ("170199", "2025-05-01", ["--quantity", "5001"], 0.60),
        ("854231", "2024-12-31", [], 0.02),
        ("854231", "2025-01-01", [], 0.12),
        ("720851", "2025-02-15", ["--known", "2025-02-16"], 0.23),
        ("720410", "2025-02-15", [], 0.0),
        ("720851", "2025-06-01", ["--known", "2025-02-20"], 0.38),
        ("720851", "2025-06-01", ["--known", "2025-02-20", "--branch", "deal=yes"], 0.23),
    ],
)
def test_rates(command: Command, product: str, on: str, more: list[str], expected: float) -> None:
    options = ["--importer", "AUR", "--exporter", "BOR", "--product", product, "--on", on]
    document = command("rate", BOOK, *options, *more)
    assert document["rate"] == pytest.approx(expected, abs=1e-9)


def test_entry_above_the_absolute_quota_is_refused(command: Command) -> None:
    options = ["--importer", "AUR", "--exporter", "BOR", "--product", "440710", "--on", "2025-05-01"]
    assert command("rate", BOOK, *options, "--quantity", "801")["status"] == "refused"
    assert command("rate", BOOK, *options, "--quantity", "800")["rate"] == 0.01


def test_an_exclusion_limited_by_description_is_an_interval_and_goes_back(aurelia: TariffBook) -> None:
    known = rate_of(aurelia, "AUR", "BOR", "720851", "2025-02-15", known_on="2025-03-20")
    assert known.interval == pytest.approx((0.03, 0.23))
    assert known.status == "needs_condition"
    assert "with refund of duty paid" in known.components[-1].why
    before = rate_of(aurelia, "AUR", "BOR", "720851", "2025-02-15", known_on="2025-03-19")
    assert before.rate == pytest.approx(0.23)


def test_check_says_what_the_book_holds(command: Command) -> None:
    document = command("check", BOOK)
    assert document["importers"] == ["AUR", "BOR"]
    assert document["tables"]["quotas"] == 2
    assert set(document["weight_sets"]) == {"aurelia_imports_2023", "boreal_imports_2023"}


def test_average_and_timeline(command: Command) -> None:
    options = ["--importer", "BOR", "--exporter", "AUR", "--weights", "boreal_imports_2023"]
    document = command("average", BOOK, *options, "--on", "2025-02-28", "--on", "2025-03-01")
    assert [point["rate"] for point in document["points"]] == [0.04, 0.19]
    document = command("timeline", BOOK, *options, "--from", "2025-01-01", "--to", "2025-12-31")
    assert [(point["on"], point["rate"]) for point in document["points"]] == [
        ("2025-01-01", 0.04),
        ("2025-03-01", 0.19),
    ]


def test_sectors(aurelia: TariffBook) -> None:
    policy = aurelia.policy_on("2025-05-01")
    assert policy.pairs == (("AUR", "BOR"), ("BOR", "AUR"))
    assert policy.sector_set == "two-sectors"
    report = policy.reports[0]
    assert (report.absent, report.incomplete, report.without_rate) == (5.0, pytest.approx(1.0), 30.0)
    assert report.mapped + report.unmapped == pytest.approx(200.0)


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", BOOK],
        ["rate", BOOK, "--importer", "AUR", "--exporter", "BOR", "--product", "854231", "--on", "2025-05-01"],
        ["average", BOOK, "--importer", "BOR", "--exporter", "AUR", "--on", "2025-05-01"],
        ["timeline", BOOK, "--importer", "BOR", "--exporter", "AUR", "--from", "2025-01-01", "--to", "2025-12-31"],
        [
            *("timeline", BOOK, "--importer", "BOR", "--exporter", "AUR", "--from", "2025-01-01", "--to", "2025-12-31"),
            *("--product", "040610"),
        ],
    ],
)
def test_every_command_speaks_to_people(arguments: list[str]) -> None:
    result = CliRunner().invoke(tariff.app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stdout.strip()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--share", "metal"], "no value"), (["--share", "metal=much"], "not a number"), (["--branch", "deal=x"], "deal")],
)
def test_options_that_cannot_be_read(arguments: list[str], message: str) -> None:
    options = ["--importer", "AUR", "--exporter", "BOR", "--product", "854231", "--on", "2025-05-01"]
    result = CliRunner().invoke(tariff.app, ["rate", BOOK, *options, *arguments])
    assert isinstance(result.exception, BookError)
    assert message in str(result.exception)


def test_a_single_file_is_a_book(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("measure_id,importer,programme,hs,rate,valid_from\nA,AUR,mfn,*,0.05,2024-01-01\n")
    book = TariffBook.load(path)
    assert rate_of(book, "AUR", "BOR", "010121", "2025-01-01").rate == 0.05
    assert repr(book) == "TariffBook('mine', 1 measures of AUR)"
