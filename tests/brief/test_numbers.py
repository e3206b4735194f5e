"""How figures are written."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewar.brief.numbers import amount, bare, figure, lower_first, money_of, percent, plain, rate, residual, sum_of
from tradewar.brief.numbers import unsigned as without_sign
from tradewar.brief.text import the


def test_signs_and_rounding() -> None:
    assert plain(-0.0574, 2) == "−0.06"
    assert plain(-0.001, 2) == "0.00"
    assert plain(0.001, 2, sign=True) == "0.00"
    assert plain(0.15, 2, sign=True) == "+0.15"
    assert plain(-1234567.8, 1) == "−1\u202f234\u202f567.8"
    assert plain(math.nan, 2) == "n/a"
    assert plain(math.inf, 2) == "n/a"


def test_a_figure_keeps_its_exact_value() -> None:
    assert percent(-0.0574123) == '<data value="-0.0574123">−0.06</data>'
    assert rate(0.2384) == '<data value="0.2384">23.8</data>'
    assert figure(math.nan, 2) == "n/a"
    assert without_sign(percent(-0.0574123)) == '<data value="-0.0574123">0.06</data>'
    assert without_sign(percent(0.0574123)) == '<data value="0.0574123">0.06</data>'


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("USD million", -11237.0, "USD −11.2 billion"),
        ("USD", 2.5e9, "USD +2.5 billion"),
        ("EUR thousand", 3e6, "EUR +3.0 billion"),
        ("baskets", 3.0, "+3.0 baskets"),
    ],
)
def test_money_in_a_readable_unit(unit: str, value: float, text: str) -> None:
    assert sum_of(value, money_of(unit)).striptags() == text
    assert amount(value, money_of(unit)).striptags() in text


@pytest.mark.parametrize(
    ("unit", "typical", "text"),
    [
        ("USD million", 85_000.0, "USD billion"),
        ("USD million", 500.0, "USD billion"),
        ("USD million", 499.0, "USD million"),
        ("USD million", 0.5, "USD million"),
        ("USD", 0.4e6, "USD thousand"),
        ("EUR thousand", 600.0, "EUR million"),
        ("baskets", 0.001, "baskets"),
    ],
)
def test_the_unit_is_that_of_the_size_that_is_told(unit: str, typical: float, text: str) -> None:
    assert money_of(unit, typical).unit == text


@given(st.floats(500, 1e15), st.sampled_from(("USD", "USD thousand", "USD million", "USD billion")))
def test_no_amount_of_the_typical_size_is_told_as_nothing(value: float, unit: str) -> None:
    held = {"USD": 1.0, "USD thousand": 1e3, "USD million": 1e6, "USD billion": 1e9}[unit]
    money = money_of(unit, value / held)
    shown = amount(value / held, money, sign=False).striptags()
    assert float("".join(shown.split())) >= 0.4
    assert f'value="{value / held!r}"' in amount(value / held, money)


def test_residuals_in_words() -> None:
    assert residual(0.0) == "0"
    assert residual(4.2e-13) == "4.2 × 10⁻¹³"


def test_small_words() -> None:
    assert lower_first("Full escalation") == "full escalation"
    assert the("United States") == "the United States"
    assert the("China") == "China"
    assert the("Rest of world") == "the rest of the world"
    assert bare(-40.0) == "−40"
    assert bare(-40.0, False) == "40"
    assert bare(2.5) == "2.50"


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_what_is_shown_is_the_rounding_of_the_value(value: float, decimals: int) -> None:
    shown = float(plain(value, decimals, sign=True).replace("−", "-").replace("\u202f", ""))
    assert shown == pytest.approx(value, abs=0.5000001 * 10.0**-decimals, rel=1e-12)
