"""Codes that are padded, and the quick check of many."""

from __future__ import annotations

import pytest

from tradewar.io import tables
from tradewar.io.declare import Column, TableSpec
from tradewar.io.registers import products


@pytest.mark.parametrize(
    ("code", "whole"),
    [
        *(("7208000000", "7208"), ("72080000", "7208"), ("7200000000", "72"), ("8703000000", "8703")),
        *(("27090000", ""), ("2709001000", ""), ("98040000", ""), ("72085120", ""), ("880000", ""), ("7208", "")),
    ],
)
def test_padded_headings(code: str, whole: str) -> None:
    assert products.padded(code) == whole
    assert products.all_right([code]) == (whole == "")
    assert (products.fault(code) is None) == (whole == "")


@pytest.mark.parametrize("wrong", ["7208512", "72.08", "", "7208A", "8521101100AB", "72080000\n7"])
def test_the_quick_check_agrees_with_the_careful_one(wrong: str) -> None:
    codes = ["0101", "8521101100A", "27090000"]
    assert products.all_right(codes)
    assert not products.all_right([*codes, wrong])
    assert products.fault(wrong) is not None


def test_a_table_without_rows() -> None:
    spec = TableSpec("t", "What a row is.", (Column("a"), Column("b", "number"), Column("theta_*", "number")))
    table = tables.empty(spec)
    assert len(table) == 0
    assert list(table.rows()) == []
    assert table.numbers("b").tolist() == table.texts("a") == []
