"""The built-in dispute under each setting of its book, and four ways to hand product tariffs to the sectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy import ndarray as Array

from built_in import OF_THE_FIRST_VERSION, real_income
from tradewar.equilibrium import Policy, solve
from tradewar.equilibrium.product_tariffs import flat
from tradewar.world import load_world
from validation import Recorder

pytestmark = pytest.mark.reference

AS_IT_IS = {"base_rates": "world", "aggregation": "trade-weighted"}
LABELS = [
    f"real income of {code}, percent, {policy}"
    for code in ("USA", "CHN")
    for policy in ("today (2019-02-20)", "the rise of 2 March", "full escalation")
]
BASE = "The base tariffs of the two on each other are those of the book, at ten digits, in place of the world's."
PRODUCTS = (
    "Duties that differ between the products of a sector reach it by consistent aggregation. A trade-weighted average "
    "overstates how far imports fall, and counts as nothing what the differences cost the country that levies them."
)
LISTED_IN_PART = (
    "Where they differ in the last digit: a heading of which only a part is listed counts by that part, and was taken "
    "whole where a ten-digit line of it was listed when the independent figures were made."
)
OLD_WORLD = "Base tariffs of China rebuilt: near-simple averages overstated them, and a duty on a high one costs more."


@pytest.mark.parametrize(
    ("what", "settings", "expected"),
    [
        ("world-2017, trade-weighted", OF_THE_FIRST_VERSION, [0.0016, -0.0017, -0.0373, -0.0982, -0.1660, -0.2514]),
        ("world-2017r, trade-weighted", AS_IT_IS, [0.0014, -0.0018, -0.0373, -0.0842, -0.1486, -0.2273]),
    ],
)
def test_two_settings_have_independent_figures(
    what: str, settings: dict[str, str], expected: list[float], record_validation: Recorder
) -> None:
    ours = np.ravel(real_income(**settings))
    assert ours == pytest.approx(expected, abs=1e-4)
    record_validation(
        f"us-china-2019 on {what}", LABELS, expected, ours, 5e-5, beside="independent", reason=LISTED_IN_PART
    )


@pytest.mark.parametrize(
    ("what", "settings", "other", "reason", "expected"),
    [
        (
            "world-2017r in place of world-2017",
            AS_IT_IS,
            OF_THE_FIRST_VERSION,
            OLD_WORLD,
            [0.00143, -0.00176, -0.03734, -0.08424, -0.1486, -0.22722],
        ),
        (
            "base tariffs of the book in place of the world's",
            {"aggregation": "trade-weighted"},
            AS_IT_IS,
            BASE,
            [0.00212, -0.00058, -0.03475, -0.08586, -0.15044, -0.23021],
        ),
        (
            "consistent aggregation in place of averages",
            {"base_rates": "world"},
            AS_IT_IS,
            PRODUCTS,
            [-0.01087, -0.0278, -0.03714, -0.07331, -0.11766, -0.22826],
        ),
        (
            "the default (both) in place of world-2017r as it is",
            {},
            AS_IT_IS,
            f"{BASE} {PRODUCTS}",
            [-0.01034, -0.02704, -0.03461, -0.07477, -0.11922, -0.23107],
        ),
    ],
)
def test_what_each_setting_moves(
    what: str,
    settings: dict[str, str],
    other: dict[str, str],
    reason: str,
    expected: list[float],
    record_validation: Recorder,
) -> None:
    ours = np.ravel(real_income(**settings))
    assert ours == pytest.approx(expected, abs=5e-5)
    source = f"us-china-2019: {what}"
    record_validation(
        source, LABELS, np.ravel(real_income(**other)), ours, None, beside="another setting", reason=reason
    )


# ---------------------------------------------------------------- from products to sectors


def lines(data: Path, sectors: tuple[str, ...]) -> tuple[Array, Array, Array]:
    """Customs value of 2017, added rate on 2019-10-01 and sector of each product of six digits that China sold."""
    table = pd.read_csv(data / "products" / "us_china_products_2017.csv", dtype={"hs": str})
    trade = pd.read_csv(data / "tariffs" / "trade" / "us_imports_from_china_hs6_2017.csv", dtype={"hs": str})
    table = table.merge(trade[["hs", "value_usd"]], on="hs", how="left", validate="one_to_one")
    rates = {"1": 0.25, "2": 0.25, "3": 0.25, "4a": 0.15}
    added = sum(table[f"share_list_{name}"] * rate for name, rate in rates.items())
    value = (table["value_usd"] * table["china_scale"]).to_numpy()
    return value, np.asarray(added), np.array([sectors.index(code) for code in table["sector"]])


def test_an_average_turns_the_sign_of_what_the_duties_do_to_the_united_states(
    reference_data: Path, record_validation: Recorder
) -> None:
    """American duties on China of 2019-10-01 by product on world-2017, elasticity 4, China does not answer."""
    world = load_world("world-2017")
    value, added, place = lines(reference_data, world.sectors)
    j, i = world.country_index("USA"), world.country_index("CHN")
    base, theta = world.tariff_rate[j, i], np.full(world.n_sectors, 4.0)
    levers = flat(value, added, place, base, theta)
    weight = np.bincount(place, weights=value, minlength=world.n_sectors)
    average = np.divide(np.bincount(place, weights=value * added, minlength=world.n_sectors), np.maximum(weight, 1e-9))
    ones = np.ones(world.n_sectors)
    handed = {
        "their trade-weighted average": (base + average, ones, (-34.09, 58.497, 0.00454, -0.20343)),
        "what they do to the price": (
            (1 + base) * levers.effective_power - 1,
            ones,
            (-30.41, 56.213, 0.00831, -0.18199),
        ),
        "what they collect": (levers.tariff_rate, ones, (-26.50, 53.469, 0.01037, -0.15911)),
        "both price and revenue": (levers.tariff_rate, levers.iceberg_hat, (-29.57, 52.063, -0.01521, -0.17691)),
    }
    found = {}
    for name, (rate, iceberg, expected) in handed.items():
        tariff, cost = world.tariff_rate.copy(), np.ones_like(world.tariff_rate)
        tariff[j, i], cost[j, i] = rate, iceberg
        outcome = solve(world, Policy(tariff_rate=tariff, iceberg_hat=cost))
        bought = outcome.trade_value[j, i].sum() / world.trade_value[j, i].sum() - 1.0
        income = 100.0 * (outcome.real_income_hat - 1.0)
        figures = (100.0 * bought, outcome.tariff_revenue[j] / 1e3, income[j], income[i])
        units = ("US imports from CHN, percent", "US duties, USD billion", "USA, real income, percent",
                 "CHN, real income, percent")  # fmt: skip
        source = "Duties of 2019-10-01 handed to the sectors by one number or two (two programs)"
        for unit, theirs, ours, half in zip(units, expected, figures, (5e-3, 5e-4, 5e-6, 5e-6), strict=True):
            assert ours == pytest.approx(theirs, abs=half)
            record_validation(source, f"{name}: {unit}", theirs, ours, half, beside="independent")
        found[name] = income[j]
    assert found["their trade-weighted average"] > 0 > found["both price and revenue"]
