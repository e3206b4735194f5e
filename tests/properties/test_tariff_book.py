"""Properties of the tariff book under any edit: no traceback, no line dropped in silence, no value lost or doubled."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_books import average_of, rate_of, vector_of
from tradewar.errors import BookError
from tradewar.tariffs import TariffBook

AURELIA = Path(__file__).parents[1] / "tariffs" / "books" / "aurelia"
TABLES = sorted(path.stem for path in AURELIA.glob("*.csv"))
READING = settings(max_examples=20, deadline=None, derandomize=True)
ASKING = settings(max_examples=60, deadline=None, derandomize=True)
CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "*",
            "0",
            "-1",
            "25",
            "0.25",
            "9999.999999",
            "nan",
            "yes",
            "no",
            "AUR",
            "BOR",
            "040610",
            "40610",
            "8406-10-10",
        ]
    ),
    st.sampled_from(["2025-01-01", "2025-13-01", "2025-01-01T12:01", "add", "replace", "floor", "exempt", "specific"]),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00\r\n"), max_size=8),
)


@pytest.mark.slow
@READING
@given(table=st.sampled_from(TABLES), row=st.integers(0, 40), column=st.integers(0, 40), cell=CELLS)
def test_any_edit_of_a_cell_is_read_or_refused_with_its_place(table: str, row: int, column: int, cell: str) -> None:
    frame = pd.read_csv(AURELIA / f"{table}.csv", dtype=str, keep_default_na=False)
    frame.iloc[row % len(frame), column % len(frame.columns)] = cell
    with tempfile.TemporaryDirectory() as name:
        folder = _copy(Path(name))
        frame.to_csv(folder / f"{table}.csv", index=False)
        try:
            book = TariffBook.load(folder)
        except BookError as fault:
            assert all(problem.where and problem.what and problem.fix for problem in fault.problems)
            return
        # every line that was read is still there
        assert {name: len(rows) for name, rows in book.tables.items() if len(rows)} == {
            path.stem: len(pd.read_csv(path, dtype=str, keep_default_na=False)) for path in folder.glob("*.csv")
        }
        _ask_everything(book)


def _copy(folder: Path) -> Path:
    for path in AURELIA.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def _ask_everything(book: TariffBook) -> None:
    """Questions either have an answer or are refused: nothing else may come out."""
    for product in ("040610", "720851", "440710", "854231"):
        try:
            answer = rate_of(book, "AUR", "BOR", product, "2025-05-01")
        except BookError:
            continue
        assert (answer.rate is None) != (answer.status in ("applied", "mapped"))
    try:
        point = average_of(book, "AUR", "BOR", "2025-05-01", "aurelia_imports_2023")
    except BookError:
        return
    assert point.covered_value + sum(value for _, value in point.unmatched) <= point.total_value * (1 + 1e-9)


@pytest.mark.slow
@READING
@given(
    values=st.lists(st.floats(0, 1e9), min_size=6, max_size=6).filter(lambda found: sum(found) > 0),
    shares=st.lists(st.floats(0, 1), min_size=6, max_size=6),
)
def test_value_in_equals_value_mapped_and_reported(values: list[float], shares: list[float]) -> None:
    codes = ["040610", "170199", "854231", "720851", "440710", "999999"]
    with tempfile.TemporaryDirectory() as name:
        folder = _copy(Path(name))
        weights = pd.DataFrame({"weight_set": "aurelia_imports_2023", "hs": codes, "value": values})
        weights.to_csv(folder / "weights.csv", index=False)
        (folder / "weight_sets.csv").write_text(
            "weight_set,importer,exporter,year,flow,unit\naurelia_imports_2023,AUR,BOR,2023,imports,crowns\n"
        )
        rows = [("two-sectors", code, "GOODS", share) for code, share in zip(codes[:5], shares, strict=False)]
        table = pd.DataFrame(rows, columns=["sector_set", "hs", "sector", "weight"])
        table.to_csv(folder / "concordance.csv", index=False)
        book = TariffBook.load(folder)
        found = vector_of(book, "AUR", "BOR", "2025-05-01", "aurelia_imports_2023", unit_value=5.0, quantity=1.0)
    report = found.report
    assert np.isclose(report.mapped + report.unmapped, sum(values), rtol=1e-9)
    assert np.isclose(found.value.sum(), report.mapped, rtol=1e-9)
    assert np.isclose(
        report.mapped, sum(v * s for v, s in zip(values, shares, strict=True) if v) - values[5] * shares[5]
    )
    known = found.rate[~np.isnan(found.rate)]
    assert ((known >= 0) & (known <= 0.6)).all()


@ASKING
@given(
    day=st.dates(pd.Timestamp("2024-01-01").date(), pd.Timestamp("2025-12-31").date()),
    known=st.dates(pd.Timestamp("2024-01-01").date(), pd.Timestamp("2025-12-31").date()),
    quantity=st.one_of(st.none(), st.floats(0, 1e4)),
    unit_value=st.one_of(st.none(), st.floats(0.1, 1e3)),
    product=st.sampled_from(["040610", "170199", "854231", "720851", "440710", "220421"]),
)
def test_an_answer_is_a_number_or_an_interval_around_the_default(
    day: object, known: object, quantity: float | None, unit_value: float | None, product: str
) -> None:
    book = _aurelia()
    answer = rate_of(
        book, "AUR", "BOR", product, str(day), known_on=str(known), quantity=quantity, unit_value=unit_value
    )
    if answer.rate is not None:
        assert abs(sum(part.rate or 0.0 for part in answer.components) - answer.rate) < 1e-9
        assert answer.interval is None
    elif answer.interval is not None and answer.default is not None:
        low, high = answer.interval
        assert (low or 0.0) - 1e-9 <= answer.default <= (float("inf") if high is None else high + 1e-9)
    # more knowledge of the goods never widens the answer
    if answer.interval is not None and quantity is None:
        sure = rate_of(book, "AUR", "BOR", product, str(day), known_on=str(known), quantity=1.0, unit_value=unit_value)
        if sure.rate is not None:
            low, high = answer.interval
            assert (low or 0.0) - 1e-9 <= sure.rate <= (float("inf") if high is None else high + 1e-9)


_READ: dict[str, TariffBook] = {}


def _aurelia() -> TariffBook:
    if "book" not in _READ:
        _READ["book"] = TariffBook.load(AURELIA)
    return _READ["book"]
