"""The tariff increases of 2018 and 2019 on world-2017, against two independent solvers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium import Outcome, Policy, solve
from tradewar.world import World, read_world
from validation import Recorder

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def world(reference_data: Path) -> World:
    """Trade elasticities are 4 in every sector by default."""
    return read_world(reference_data / "worlds" / "world-2017")


def increased(world: World, folder: Path, closure: str, *, both: bool) -> Outcome:
    increases = pd.read_csv(folder / "worlds" / "world-2017" / "tariff_increases_2018_2019.csv")
    usa, china = world.country_index("USA"), world.country_index("CHN")
    rates = world.tariff_rate.copy()
    for row in increases.itertuples():
        sector = world.sector_index(row.sector)
        rates[usa, china, sector] += row.us_on_china_increase
        if both:
            rates[china, usa, sector] += row.china_on_us_increase
    return solve(world, Policy(rates), closure=closure)


@pytest.mark.parametrize(
    ("both", "income", "wage", "china", "mexico", "revenue"),
    [
        (False, (-0.02244, -0.23087, 0.14376, 0.19582, 0.00629), -0.17259, 0.50780, 1.04594, 55.223),
        (True, (-0.05470, -0.23041, 0.12446, 0.18294, 0.00627), -0.20118, 0.49845, 1.04017, 54.434),
    ],
)
def test_balanced(
    world: World,
    reference_data: Path,
    both: bool,
    income: tuple[float, ...],
    wage: float,
    china: float,
    mexico: float,
    revenue: float,
    record_validation: Recorder,
) -> None:
    outcome = increased(world, reference_data, "balanced", both=both)
    frame = outcome.to_frame().set_index("country")
    assert_allclose(frame.loc[["USA", "CHN", "MEX", "VNM", "EUN"], "real_income_pct"], income, atol=2e-5)
    assert frame.loc["USA", "real_wage_pct"] == pytest.approx(wage, abs=2e-5)
    assert outcome.diversion("USA", "CHN").hat[1] == pytest.approx(china, abs=1e-5)
    assert outcome.diversion("USA", "MEX").hat[world.country_index("MEX")] == pytest.approx(mexico, abs=1e-5)
    assert frame.loc["USA", "tariff_revenue_baseline"] / 1e3 == pytest.approx(27.137, abs=1e-3)
    assert frame.loc["USA", "tariff_revenue"] / 1e3 == pytest.approx(revenue, abs=1e-3)
    source = f"world-2017, tariff increases of 2018 and 2019, {'both sides' if both else 'the United States alone'}"
    record_validation(
        source, "USA, real wage, percent", wage, frame.loc["USA", "real_wage_pct"], 2e-5, beside="independent"
    )
    own = frame.loc["USA", "tariff_revenue"] / 1e3
    record_validation(source, "USA, tariff revenue, USD billion", revenue, own, 1e-3, beside="independent")
    for exporter, expected in (("CHN", china), ("MEX", mexico)):
        hat = outcome.diversion("USA", exporter).hat[world.country_index(exporter)]
        label = f"US imports from {exporter}, ratio to the baseline"
        record_validation(source, label, expected, hat, 1e-5, beside="independent")


def test_deficits_kept(world: World, reference_data: Path, record_validation: Recorder) -> None:
    outcome = increased(world, reference_data, "share-of-world", both=True)
    frame = outcome.to_frame().set_index("country")
    income, places = [-0.05741, -0.28104, 0.14552], ["USA", "CHN", "MEX"]
    assert_allclose(frame.loc[places, "real_income_pct"], income, atol=2e-5)
    labels = [f"{code}, real income, percent" for code in places]
    source = "world-2017, tariff increases of 2018 and 2019, both sides, deficits kept"
    record_validation(source, labels, income, frame.loc[places, "real_income_pct"], 2e-5, beside="independent")
    assert outcome.diversion("USA", "CHN").hat[1] == pytest.approx(0.51344, abs=1e-5)
    assert frame.loc["USA", "tariff_revenue_baseline"] / 1e3 == pytest.approx(30.796, abs=1e-3)
    assert frame.loc["USA", "tariff_revenue"] / 1e3 == pytest.approx(63.162, abs=1e-3)


@pytest.mark.parametrize(("scenario", "both"), [("us_only", False), ("us_and_china", True)])
def test_every_country_to_the_printed_digit(
    world: World, reference_data: Path, scenario: str, both: bool, record_validation: Recorder
) -> None:
    table = pd.read_csv(reference_data / "reference" / "us_china_2018_2019_world_2017.csv")
    table = table[table.scenario == scenario]
    assert len(table) == 18
    ours = increased(world, reference_data, "balanced", both=both).to_frame().set_index("country")
    ours = ours.loc[list(table.country)]
    assert_allclose(ours.real_income_pct, table.real_income_pct, atol=6e-5)
    assert_allclose(ours.real_wage_pct, table.real_wage_pct, atol=6e-5)
    source = f"world-2017, tariff increases of 2018 and 2019, {'both sides' if both else 'the United States alone'}"
    labels = [f"{code}, real income, percent" for code in table.country]
    record_validation(source, labels, table.real_income_pct, ours.real_income_pct, 5e-5, beside="independent")
