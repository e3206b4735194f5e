"""Product tariffs as sector levers: closed forms, limits, and the comparison of what an average gets wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy import ndarray as Array

import tradewar as tw
from tradewar.products import flat


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


# ---------------------------------------------------------------- the duties of 1 October 2019


@pytest.mark.reference
def test_an_average_turns_the_sign_of_what_the_duties_do_to_the_united_states(reference_data: Path) -> None:
    """theory: American duties on China of 2019-10-01 by HS6 on world-2017, theta 4, no answer."""
    world = tw.load_world("world-2017")
    value, added, place = _lines(reference_data, world.sectors)
    j, i = world.country_index("USA"), world.country_index("CHN")
    base, theta = world.tariff_rate[j, i], np.full(world.n_sectors, 4.0)
    levers = flat(value, added, place, base, theta)
    weight = np.bincount(place, weights=value, minlength=world.n_sectors)
    average = np.divide(np.bincount(place, weights=value * added, minlength=world.n_sectors), np.maximum(weight, 1e-9))
    ones = np.ones(world.n_sectors)
    expected = {
        "average": (base + average, ones, -34.09, 58.497, 0.00454, -0.20343),
        "price": ((1.0 + base) * levers.effective_power - 1.0, ones, -30.41, 56.213, 0.00831, -0.18199),
        "revenue": (levers.tariff_rate, ones, -26.50, 53.469, 0.01037, -0.15911),
        "both": (levers.tariff_rate, levers.iceberg_hat, -29.57, 52.063, -0.01521, -0.17691),
    }
    for rate, iceberg, imports, revenue, first, second in expected.values():
        tariff, cost = world.tariff_rate.copy(), np.ones_like(world.tariff_rate)
        tariff[j, i], cost[j, i] = rate, iceberg
        outcome = tw.solve(world, tw.Policy(tariff_rate=tariff, iceberg_hat=cost))
        bought = outcome.trade_value[j, i].sum() / world.trade_value[j, i].sum() - 1.0
        assert 100.0 * bought == pytest.approx(imports, abs=0.005)
        assert outcome.tariff_revenue[j] / 1e3 == pytest.approx(revenue, abs=0.0005)
        income = 100.0 * (outcome.real_income_hat - 1.0)
        assert (income[j], income[i]) == pytest.approx((first, second), abs=5e-6)


def _lines(data: Path, sectors: tuple[str, ...]) -> tuple[Array, Array, Array]:
    """Customs value of 2017, added rate on 2019-10-01 and sector of each HS6 that China sold."""
    import pandas as pd

    lines = pd.read_csv(data / "products" / "us_china_products_2017.csv", dtype={"hs": str})
    trade = pd.read_csv(data / "tariffs" / "trade" / "us_imports_from_china_hs6_2017.csv", dtype={"hs": str})
    lines = lines.merge(trade[["hs", "value_usd"]], on="hs", how="left", validate="one_to_one")
    rates = {"1": 0.25, "2": 0.25, "3": 0.25, "4a": 0.15}
    added = sum(lines[f"share_list_{name}"] * rate for name, rate in rates.items())
    value = (lines["value_usd"] * lines["china_scale"]).to_numpy()
    return value, np.asarray(added), np.array([sectors.index(code) for code in lines["sector"]])
