"""A book saved and read again is the same book, and saves to the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_books import rate_of
from tradewar.tariffs import TariffBook

BOOKS = Path(__file__).parent / "books"


@pytest.mark.parametrize("name", ["us-2025", "aurelia"])
def test_round_trip_is_byte_identical_after_the_first_save(tmp_path: Path, name: str) -> None:
    book = TariffBook.load(BOOKS / name)
    _round_trip(book, tmp_path)


@pytest.mark.slow
def test_round_trip_of_the_built_in_book(tmp_path: Path, book: TariffBook) -> None:
    again = _round_trip(book, tmp_path)
    answer = rate_of(again, "USA", "CHN", "73269086", "2019-05-20", exported="2019-05-05")
    assert answer.to_dict() == rate_of(book, "USA", "CHN", "73269086", "2019-05-20", exported="2019-05-05").to_dict()


def _round_trip(book: TariffBook, folder: Path) -> TariffBook:
    book.save(folder / "first")
    again = TariffBook.load(folder / "first")
    again.save(folder / "second")
    first = {path.name: path.read_bytes() for path in (folder / "first").iterdir()}
    second = {path.name: path.read_bytes() for path in (folder / "second").iterdir()}
    assert first == second
    assert again.digest == book.digest
    return again


def test_a_percent_book_is_written_in_fractions(tmp_path: Path) -> None:
    (tmp_path / "measures.csv").write_text(
        "measure_id,importer,programme,hs,rate,valid_from\nA,AUR,mfn,*,25,2024-01-01\n"
    )
    (tmp_path / "book.toml").write_text('rate_unit = "percent"\n')
    book = TariffBook.load(tmp_path)
    assert rate_of(book, "AUR", "BOR", "010121", "2025-01-01").rate == 0.25
    book.save(tmp_path / "saved")
    assert ",0.25," in (tmp_path / "saved" / "measures.csv").read_text()
    assert rate_of(TariffBook.load(tmp_path / "saved"), "AUR", "BOR", "010121", "2025-01-01").rate == 0.25
