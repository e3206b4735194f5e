"""What holds of any book: how it is written, and how it is read, changes no answer."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_books import HEADER, average_of, book_of, rate_of
from tradewar.errors import BookError
from tradewar.tariffs import TariffBook

RULES = settings(max_examples=10, deadline=None, derandomize=True)
CODES = ("720851", "720852", "732690", "870323", "010121")
DAYS = ("2024-01-01", "2024-06-01", "2025-01-01", "2025-06-01")
QUESTIONS = ("2024-03-01", "2024-12-31", "2025-03-15", "2026-01-01")
MEASURES = (
    "measure_id,importer,exporter_area,programme,effect,list_id,hs,rate,condition,valid_from,valid_until,known_from"
)
NOTHING = ["Z", "USA", "*", "zero", "add", "", "*", "0", "", "2024-01-01", "", "2024-01-01"]
"""A row on all goods that charges nothing: beside it two books know the same products."""
Rows = list[list[str]]


@st.composite
def rows_of_measures(draw: st.DrawFn) -> Rows:
    """Rows of measures, some known later than they start, some on all goods, some on a list."""
    found: Rows = []
    for k in range(draw(st.integers(2, 6))):
        scope = draw(st.sampled_from([("", "*"), ("", "72"), ("", "7208"), ("", "870323"), ("LIST", "")]))
        area = draw(st.sampled_from(["*", "CAN", "EUN", "*;-CAN", "DEU;MEX"]))
        effect = draw(st.sampled_from(["add", "add", "add", "floor", "exempt"]))
        start, known = draw(st.sampled_from(DAYS)), draw(st.sampled_from(DAYS))
        end = draw(st.sampled_from(["", "", "2026-06-01"]))
        rate = "" if effect == "exempt" else str(draw(st.sampled_from([0.05, 0.1, 0.25])))
        condition = draw(st.sampled_from(["", "", "claimed"]))
        # a programme of its own for each row but the exemptions: rows of one may not overlap
        programme = f"p{k - 1}" if effect == "exempt" and k else f"p{k}"
        found.append([f"M{k}", "USA", area, programme, effect, *scope, rate, condition, start, end, known])
    return found


def _tables(rows: Rows, listed: tuple[str, ...] = ("7208", "732690")) -> dict[str, str]:
    return {
        "measures": "\n".join([MEASURES, *(",".join(row) for row in rows)]),
        "lists": "\n".join(["list_id,hs", *(f"LIST,{code}" for code in listed)]),
        "areas": "area,member,valid_from,valid_until\nEUN,DEU,,\nEUN,GBR,,2025-01-01",
        "conditions": "condition_id,kind\nclaimed,certificate",
        "programmes": "programme,importer,authority\np0,USA,MFN",
        "changes": "change_id,measure_id,new_rate,planned_from,status,trigger,known_from\n"
        "C,M0,0.4,2025-02-01,planned,deal,2024-11-01\nC,M0,0.4,2025-08-01,postponed,deal,2025-01-20",
        "suspensions": "suspension_id,measure_id,hs,valid_from,known_from\nS,M1,7208,2025-03-01,2025-02-01",
        "weight_sets": "weight_set,importer,exporter,year,flow,unit\nw,USA,,2024,imports,USD",
        "weights": "\n".join(
            [
                "weight_set,exporter,hs,value",
                *(f"w,{p},{c},{7 + k}" for p in ("CAN", "DEU") for k, c in enumerate(CODES)),
            ]
        ),
    }


def _answers(book: TariffBook, known: str | None = None) -> list[Any]:
    """Everything that a book says of some products, partners and days."""
    found: list[Any] = []
    for partner in ("CAN", "DEU"):
        for on in QUESTIONS:
            for code in CODES:
                try:
                    answer = rate_of(book, "USA", partner, code, on, known_on=known)
                    found.append((answer.rate, answer.interval, answer.status, answer.default))
                except BookError as fault:
                    found.append(str(fault))
            point = average_of(book, "USA", partner, on, "w", known_on=known)
            found.append((point.rate, point.low, point.high, point.covered_value))
    return found


def _same(one: list[Any], other: list[Any]) -> bool:
    """Whether answers agree but for the last digits of sums."""
    return all(
        a == pytest.approx(b, abs=1e-12) if _numbers(a) and _numbers(b) else str(a) == str(b)
        for mine, theirs in zip(one, other, strict=True)
        for a, b in zip(_parts(mine), _parts(theirs), strict=True)
    )


def _parts(answer: Any) -> tuple[Any, ...]:
    flat = answer if isinstance(answer, tuple) else (answer,)
    return tuple(x for item in flat for x in (item if isinstance(item, tuple) else (item,)))


def _numbers(value: object) -> bool:
    return isinstance(value, float)


@pytest.mark.slow
@RULES
@given(rows=rows_of_measures(), seed=st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(rows: Rows, seed: Any) -> None:
    mixed = [rows[0], *seed.sample(rows, len(rows))[::-1]]
    shuffled = [row for k, row in enumerate(mixed) if row not in mixed[:k]]
    seed.shuffle(shuffled)
    with tempfile.TemporaryDirectory() as name:
        one, other = (book_of(Path(name) / str(k), **_tables(r)) for k, r in enumerate((rows, shuffled)))
    assert _same(_answers(one), _answers(other))


@pytest.mark.slow
@RULES
@given(rows=rows_of_measures())
def test_a_star_is_the_list_of_all_codes(rows: Rows) -> None:
    written = [[*row[:5], "EACH", "", *row[7:]] if row[6] == "*" else row for row in rows]
    tables = _tables(written)
    tables["lists"] += "".join(f"\nEACH,{code}" for code in CODES)
    tables["measures"] += "\n" + ",".join(NOTHING)
    with tempfile.TemporaryDirectory() as name:
        star = book_of(Path(name) / "star", **_tables([*rows, NOTHING]))
        each = book_of(Path(name) / "each", **tables)
    assert _same(_answers(star), _answers(each))


@pytest.mark.slow
@RULES
@given(rows=rows_of_measures())
def test_a_book_written_out_and_read_back_gives_the_same_answers(rows: Rows) -> None:
    with tempfile.TemporaryDirectory() as name:
        book = book_of(Path(name) / "book", HEADER, **_tables(rows))
        book.save(Path(name) / "saved")
        again = TariffBook.load(Path(name) / "saved")
    assert again.digest == book.digest
    assert _answers(again) == _answers(book)


@pytest.mark.slow
@RULES
@given(rows=rows_of_measures(), later=rows_of_measures())
def test_what_becomes_known_later_changes_nothing_about_earlier_questions(rows: Rows, later: Rows) -> None:
    """A book with rows published on a later day, read as known before that day, is the book without them."""
    known, after = "2025-06-30", "2025-07-01"
    more = [[f"L{k}", *row[1:3], f"later{k}", *row[4:11], after] for k, row in enumerate(later)]
    # and a correction of the first row, published then too
    more.append([*rows[0][:7], "" if rows[0][4] == "exempt" else "0.77", *rows[0][8:11], after])
    rows = [*rows, NOTHING]
    with tempfile.TemporaryDirectory() as name:
        before, whole = (book_of(Path(name) / str(k), **_tables(r)) for k, r in enumerate((rows, [*rows, *more])))
    assert _same(_answers(before, known), _answers(whole, known))
