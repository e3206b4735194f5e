"""Product tariffs as sector levers: closed forms, limits, and the comparison of what an average gets wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewar.equilibrium.product_tariffs import flat


def one(value: list[float], added: list[float], base: float = 0.03, theta: float = 4.0) -> tuple[float, float, float]:
    """Rate, iceberg factor and effective power of a single sector."""
    place = np.zeros(len(value), dtype=np.int64)
    found = flat(np.array(value), np.array(added), place, np.array([base]), np.array([theta]))
    return float(found.tariff_rate[0]), float(found.iceberg_hat[0]), float(found.effective_power[0])


def test_one_rate_on_all_lines_is_that_rate_and_nothing_else() -> None:
    rate, iceberg, power = one([3.0, 1.0, 6.0], [0.25, 0.25, 0.25])
    assert rate == pytest.approx(0.28, abs=1e-14)
    assert iceberg == pytest.approx(1.0, abs=1e-14)
    assert power == pytest.approx(1.28 / 1.03, abs=1e-14)


def test_two_lines_by_hand() -> None:
    """Half the trade at 100 percent, half free; theta 1: spending shares 1/3 and 2/3, border shares 1/5 and 4/5."""
    rate, iceberg, power = one([1.0, 1.0], [1.0, 0.0], base=0.0, theta=1.0)
    assert power == pytest.approx(4.0 / 3.0)  # 1 / (1/2 * 1/2 + 1/2)
    assert rate == pytest.approx(0.2)  # 1 on a fifth of what still comes in
    assert iceberg == pytest.approx((4.0 / 3.0) / 1.2)


def test_a_sector_without_lines_stays_as_it_is() -> None:
    found = flat(np.array([1.0]), np.array([0.1]), np.array([1]), np.array([0.02, 0.05]), np.array([4.0, 4.0]))
    assert found.tariff_rate[0] == pytest.approx(0.02)
    assert found.iceberg_hat[0] == 1.0
    assert found.tariff_rate[1] == pytest.approx(0.15)


def test_very_high_elasticities_do_not_overflow() -> None:
    rate, iceberg, power = one([1.0, 1.0, 1.0], [0.5, 0.25, 0.0], base=0.0, theta=2000.0)
    assert power == pytest.approx(1.0, abs=1e-3)  # everybody buys the free line
    assert rate == pytest.approx(0.0, abs=1e-12)
    assert np.isfinite(iceberg)


@pytest.mark.parametrize(("value", "added"), [([1.0], [-1.03]), ([-1.0], [0.1])])
def test_what_no_tariff_can_be(value: list[float], added: list[float]) -> None:
    with pytest.raises(ValueError, match="at or below -1"):
        one(value, added)


@given(
    st.lists(st.tuples(st.floats(0.01, 100.0), st.floats(-0.5, 3.0)), min_size=1, max_size=8),
    st.floats(0.5, 12.0),
    st.floats(0.0, 0.3),
)
def test_prices_and_revenue_are_those_of_the_lines(lines: list[tuple[float, float]], theta: float, base: float) -> None:
    """The sector model's price index and revenue, from the two levers, against sums over the lines."""
    value, added = (np.array(column) for column in zip(*lines, strict=True))
    rate, iceberg, power = one(value.tolist(), added.tolist(), base, theta)
    ratio = 1.0 + added / (1.0 + base)
    share = value / value.sum()
    index = (share * ratio ** (-theta)).sum() ** (-1.0 / theta)
    assert iceberg * (1.0 + rate) / (1.0 + base) == pytest.approx(index, rel=1e-12)
    assert power == pytest.approx(index, rel=1e-12)
    spent = share * ratio ** (-theta)
    border = spent / (ratio * (1.0 + base))
    assert rate == pytest.approx(spent.sum() / border.sum() - 1.0, rel=1e-10, abs=1e-12)
    # buyers leave the dear lines, so that neither price nor revenue can follow the average
    average = float((share * (base + added)).sum())
    assert rate <= average + 1e-12
    assert power <= (1.0 + average) / (1.0 + base) + 1e-12


def test_the_order_of_lines_does_not_matter() -> None:
    draw = np.random.default_rng(3)
    value, added, place = draw.random(40), draw.uniform(0, 0.5, 40), draw.integers(0, 3, 40)
    base, theta = np.array([0.0, 0.02, 0.1]), np.array([2.0, 4.0, 8.0])
    turned = draw.permutation(40)
    one_way = flat(value, added, place, base, theta)
    other = flat(value[turned], added[turned], place[turned], base, theta)
    for name in ("tariff_rate", "iceberg_hat", "effective_power"):
        assert getattr(one_way, name) == pytest.approx(getattr(other, name), abs=1e-14)
