"""Caliendo and Parro (2015, Review of Economic Studies 82(1)): NAFTA and world tariffs, 1993 to 2005.

Published figures come from the first-order formula at baseline weights; exact real income is quite different and is
checked against an independent solver.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium import Levers, Outcome, Policy, Prepared, prepare, solve_levers, solve_prepared
from tradewar.equilibrium.welfare import first_order
from tradewar.world import read_world
from validation import Recorder

pytestmark = pytest.mark.reference
NAFTA = ("MEX", "CAN", "USA")
PAPER = "Caliendo and Parro (2015)"


@pytest.fixture(scope="module")
def prepared(reference_data: Path) -> Prepared:
    return prepare(read_world(reference_data / "worlds" / "caliendo-parro-1993"), "balanced")


@pytest.fixture(scope="module")
def rates_2005(reference_data: Path, prepared: Prepared) -> np.ndarray:
    """All tariffs of 2005; rows that are not in the file are zero."""
    world = prepared.baseline
    frame = pd.read_csv(reference_data / "worlds" / "caliendo-parro-1993" / "tariffs_2005.csv")
    rates = np.zeros(world.tariff_rate.shape)
    for row in frame.itertuples():
        cell = (world.country_index(row.importer), world.country_index(row.exporter), world.sector_index(row.sector))
        rates[cell] = row.tariff
    return rates


@pytest.fixture(scope="module")
def nafta_rates(prepared: Prepared, rates_2005: np.ndarray) -> np.ndarray:
    """Tariffs of 2005 among the three, all others as in 1993."""
    members = [prepared.baseline.country_index(code) for code in NAFTA]
    rates = prepared.baseline.tariff_rate.copy()
    rates[np.ix_(members, members)] = rates_2005[np.ix_(members, members)]
    return rates


@pytest.fixture(scope="module")
def nafta(prepared: Prepared, nafta_rates: np.ndarray) -> Outcome:
    return solve_prepared(prepared, Policy(nafta_rates, name="NAFTA"))


@pytest.fixture(scope="module")
def all_tariffs(prepared: Prepared, rates_2005: np.ndarray) -> Outcome:
    return solve_prepared(prepared, Policy(rates_2005, name="all tariffs"))


def test_table_2_to_the_printed_digit(nafta: Outcome, reference_data: Path, record_validation: Recorder) -> None:
    published = pd.read_csv(reference_data / "reference" / "caliendo_parro_2015_table2.csv").set_index("country")
    ours = nafta.to_frame().set_index("country").loc[list(published.index)]
    columns = {
        "welfare_pct": "first_order_welfare_pct",
        "terms_of_trade_pct": "terms_of_trade_pct",
        "volume_of_trade_pct": "volume_of_trade_pct",
        "real_wage_pct": "real_wage_pct",
    }
    for theirs, name in columns.items():
        assert_allclose(ours[name].round(2), published[theirs], atol=1e-9, err_msg=theirs)
        labels = [f"{code}, {theirs.removesuffix('_pct').replace('_', ' ')}, percent" for code in published.index]
        record_validation(f"{PAPER}, table 2: NAFTA", labels, published[theirs], ours[name], 0.005)


def test_exact_real_income_is_not_the_published_welfare(
    nafta: Outcome, reference_data: Path, record_validation: Recorder
) -> None:
    ours = nafta.to_frame().set_index("country")["real_income_pct"]
    assert_allclose(ours[list(NAFTA)], [0.007323, -0.110104, 0.074146], atol=5e-6)
    published = pd.read_csv(reference_data / "reference" / "caliendo_parro_2015_table2.csv").set_index("country")
    record_validation(
        f"{PAPER}, table 2: welfare beside exact real income",
        [f"{code}, published welfare and our exact real income, percent" for code in NAFTA],
        published.loc[list(NAFTA), "welfare_pct"],
        ours[list(NAFTA)],
        None,
        reason="The paper prints a first-order formula at baseline weights; ours is the exact change of real income of "
        "the same equilibrium. The formula itself is reproduced in the table above.",
    )


def test_every_country_agrees_with_an_independent_solver(
    nafta: Outcome, reference_data: Path, record_validation: Recorder
) -> None:
    other = pd.read_csv(reference_data / "reference" / "nafta_balanced.csv").set_index("country")
    ours = nafta.to_frame().set_index("country").loc[list(other.index)]
    for theirs, name in (
        ("first_order_pct", "first_order_welfare_pct"),
        ("terms_of_trade_pct", "terms_of_trade_pct"),
        ("volume_of_trade_pct", "volume_of_trade_pct"),
        ("real_wage_pct", "real_wage_pct"),
        ("real_income_pct", "real_income_pct"),
    ):
        assert_allclose(ours[name], other[theirs], atol=1e-4, err_msg=name)
        worst = (ours[name] - other[theirs]).abs().idxmax()
        label = name.removesuffix("_pct").replace("_", " ")
        record_validation(
            "NAFTA: all 31 countries of Caliendo and Parro (2015)",
            f"{label}, percent, in {worst}, where the two differ most",
            other.loc[worst, theirs],
            ours.loc[worst, name],
            2e-5,
            beside="independent",
        )
    assert_allclose(ours["real_income_pct"], other["real_income_pct"], atol=5e-6)


def test_table_5_to_the_printed_digit(nafta: Outcome, reference_data: Path, record_validation: Recorder) -> None:
    published = pd.read_csv(reference_data / "reference" / "caliendo_parro_2015_table5.csv")
    world = nafta.baseline
    for row in published.itertuples():
        cell = (world.country_index(row.importer), world.country_index(row.exporter))
        change = 100 * (nafta.trade_value[cell].sum() / world.trade_value[cell].sum() - 1)
        digits = 1 if row.imports_change_pct == 116.6 else 2
        assert round(change, digits) == pytest.approx(row.imports_change_pct), (row.importer, row.exporter)
        record_validation(
            f"{PAPER}, table 5: imports among the three after NAFTA",
            f"imports of {row.importer} from {row.exporter}, percent",
            row.imports_change_pct,
            change,
            0.5 * 10**-digits,
        )


def test_table_7(all_tariffs: Outcome, reference_data: Path, record_validation: Recorder) -> None:
    published = pd.read_csv(reference_data / "reference" / "caliendo_parro_2015_table7_part.csv").set_index("country")
    ours = all_tariffs.to_frame().set_index("country").loc[list(published.index)]
    assert len(published) == 15
    for theirs, name in (
        ("welfare_pct", "first_order_welfare_pct"),
        ("terms_of_trade_pct", "terms_of_trade_pct"),
        ("volume_of_trade_pct", "volume_of_trade_pct"),
    ):
        assert_allclose(ours[name], published[theirs], atol=0.006, err_msg=theirs)
        labels = [f"{code}, {theirs.removesuffix('_pct').replace('_', ' ')}, percent" for code in published.index]
        source = f"{PAPER}, table 7: all tariffs of 2005"
        record_validation(source, labels, published[theirs], ours[name], 0.005)


def test_exact_real_income_of_all_tariffs(all_tariffs: Outcome, record_validation: Recorder) -> None:
    ours = all_tariffs.to_frame().set_index("country")["real_income_pct"]
    expected = {"CHN": 4.6868, "PRT": 19.2661, "MEX": 0.11526, "USA": 0.24851, "CHL": -0.14815, "KOR": -0.02766}
    assert_allclose(ours[list(expected)], list(expected.values()), atol=1e-4)
    labels = [f"{code}, exact real income, percent" for code in expected]
    source = "All tariffs of 2005"
    record_validation(source, labels, list(expected.values()), ours[list(expected)], 1e-4, beside="independent")


@pytest.mark.parametrize(
    ("steps", "expected"),
    [(1, 1.31211), (2, 0.63612), (4, 0.31753), (16, 0.08410), pytest.param(64, 0.02647, marks=pytest.mark.slow)],
)
def test_first_order_formula_in_steps(prepared: Prepared, nafta_rates: np.ndarray, steps: int, expected: float) -> None:
    world = prepared.baseline
    mexico = world.country_index("MEX")
    before = solve_levers(prepared, Levers(world.tariff_rate))
    total = 0.0
    for k in range(1, steps + 1):
        rates = world.tariff_rate + k / steps * (nafta_rates - world.tariff_rate)
        after = solve_levers(prepared, Levers(rates), before)
        step = first_order(
            before.trade_value,
            before.levers.tariff_rate,
            before.income,
            after.unit_cost_hat / before.unit_cost_hat,
            after.trade_value,
        )
        total += 100 * step.welfare[mexico]
        before = after
    assert total == pytest.approx(expected, abs=1e-4)


def test_tariff_revenue_of_mexico(nafta: Outcome) -> None:
    mexico = nafta.baseline.country_index("MEX")
    before = nafta.baseline.tariff_revenue[mexico] / nafta.baseline.income[mexico]
    assert before == pytest.approx(0.0204166, abs=1e-6)
    assert nafta.tariff_revenue[mexico] / nafta.income[mexico] == pytest.approx(0.0036865, abs=1e-6)


def test_the_path_adds_up_where_the_first_order_formula_does_not(nafta: Outcome) -> None:
    mexico = nafta.baseline.country_index("MEX")
    parts = nafta.decomposition(16)
    assert 100 * parts.exact[mexico] == pytest.approx(0.00732, abs=1e-5)
    assert 100 * abs(parts.remaining_error[mexico]) < 1e-3
    assert 100 * nafta.first_order().welfare[mexico] > 1.3
