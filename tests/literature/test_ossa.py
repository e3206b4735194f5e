"""Ossa (2014, American Economic Review 104(12)): outcomes at given tariffs, monopolistic competition with profits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium import Outcome, Policy, Prepared, prepare, solve_prepared
from tradewar.world import read_world
from validation import Recorder

pytestmark = pytest.mark.reference
ORDER = ("BRA", "CHN", "EU", "IND", "JPN", "ROW", "USA")
GIVEN = "Ossa (2014), world of 2007: real income at given tariffs"


@pytest.fixture(scope="module")
def prepared(reference_data: Path) -> Prepared:
    return prepare(read_world(reference_data / "worlds" / "ossa-2007"), "balanced")


def raised(prepared: Prepared, *changes: tuple[str, str, float]) -> Outcome:
    world = prepared.baseline
    rates = world.tariff_rate.copy()
    for importer, exporter, points in changes:
        rates[world.country_index(importer), world.country_index(exporter)] += points
    return solve_prepared(prepared, Policy(rates))


def welfare(outcome: Outcome) -> np.ndarray:
    world = outcome.baseline
    return 100 * (outcome.real_income_hat[[world.country_index(code) for code in ORDER]] - 1)


def test_the_baseline_is_an_equilibrium(prepared: Prepared) -> None:
    outcome = solve_prepared(prepared)
    assert outcome.market == "monopolistic"
    assert_allclose(outcome.wage_hat, 1, atol=1e-8)
    assert_allclose(outcome.exports, outcome.imports, atol=2e-3)


def test_the_united_states_on_china(prepared: Prepared, record_validation: Recorder) -> None:
    expected = [0.00956, -0.46502, 0.04114, 0.03579, 0.00587, 0.01319, 0.15944]
    found = welfare(raised(prepared, ("USA", "CHN", 0.25)))
    assert_allclose(found, expected, atol=1e-5)
    labels = [f"{code}, the United States add 25 points on China, percent" for code in ORDER]
    record_validation(GIVEN, labels, expected, found, 1e-5, beside="independent")


def test_china_answers(prepared: Prepared, record_validation: Recorder) -> None:
    expected = [0.02339, -0.45792, 0.03398, 0.03147, 0.02204, 0.04442, -0.06283]
    found = welfare(raised(prepared, ("USA", "CHN", 0.25), ("CHN", "USA", 0.25)))
    assert_allclose(found, expected, atol=1e-5)
    labels = [f"{code}, China answers in kind, percent" for code in ORDER]
    record_validation(GIVEN, labels, expected, found, 1e-5, beside="independent")


def test_free_trade(prepared: Prepared, record_validation: Recorder) -> None:
    expected = [0.16758, 0.17368, 0.44122, 0.39859, 2.93834, -0.10278, 0.75836]
    outcome = solve_prepared(prepared, Policy(np.zeros(prepared.baseline.tariff_rate.shape)))
    assert_allclose(welfare(outcome), expected, atol=1e-5)
    labels = [f"{code}, free trade, percent" for code in ORDER]
    record_validation(GIVEN, labels, expected, welfare(outcome), 1e-5, beside="independent")


@pytest.mark.parametrize(
    ("sector", "real_income", "wage", "output", "published"),
    [("crp", 0.16867, 1.4494, 5.7316, (0.17, 1.45, 5.73)), ("wap", -0.14159, 0.6656, None, (-0.14, 0.67, None))],
)
def test_table_2(
    prepared: Prepared,
    sector: str,
    real_income: float,
    wage: float,
    output: float | None,
    published: tuple[float, float, float | None],
    record_validation: Recorder,
) -> None:
    world = prepared.baseline
    usa, good = world.country_index("USA"), world.sector_index(sector)
    rates = world.tariff_rate.copy()
    others = [k for k in range(world.n_countries) if k != usa]
    rates[usa, others, good] += 0.5
    outcome = solve_prepared(prepared, Policy(rates))
    gain = 100 * (outcome.real_income_hat[usa] - 1)
    assert gain == pytest.approx(real_income, abs=2e-5)
    assert round(gain, 2) == published[0]
    demeaned = 100 * (outcome.wage_hat[usa] - outcome.wage_hat.mean())
    assert demeaned == pytest.approx(wage, abs=2e-4)
    assert round(demeaned, 2) == published[1]
    source = "Ossa (2014), table 2: 50 points more on one industry by the United States"
    labels = [f"{sector}: real income, percent", f"{sector}: wage relative to the mean, percent"]
    record_validation(source, labels, published[:2], [gain, demeaned], 0.005)
    if output is not None:
        sales = 100 * (outcome.output_hat[usa, good] / outcome.wage_hat[usa] - 1)
        assert sales == pytest.approx(output, abs=2e-4)
        assert round(sales, 2) == published[2]
        record_validation(source, f"{sector}: output relative to the wage, percent", published[2], sales, 0.005)


@pytest.mark.parametrize(("tariffs", "tolerance"), [("converged", 2e-5), ("published_file", 2e-5)])
def test_outcomes_at_the_nash_tariffs(
    prepared: Prepared, reference_data: Path, tariffs: str, tolerance: float, record_validation: Recorder
) -> None:
    world = prepared.baseline
    table = pd.read_csv(reference_data / "reference" / "ossa_2014_tariffs.csv")
    table = table[(table.game == "nash") & (table.weights == "one") & (table.regime == "bilateral")]
    assert len(table) == 7 * 6 * 33
    rates = world.tariff_rate.copy()
    for row in table.itertuples():
        cell = (world.country_index(row.importer), world.country_index(row.exporter), world.sector_index(row.sector))
        rates[cell] = getattr(row, tariffs)
    outcome = solve_prepared(prepared, Policy(rates))
    expected = pd.read_csv(reference_data / "reference" / "ossa_2014_outcomes.csv")
    expected = expected[
        (expected.game == "nash") & (expected.weights == "one") & (expected.regime == "bilateral")
        & (expected.tariffs == tariffs)
    ].set_index("country")  # fmt: skip
    assert_allclose(welfare(outcome), expected.loc[list(ORDER), "real_income_pct"], atol=tolerance)
    places = [world.country_index(code) for code in ORDER]
    demeaned = 100 * (outcome.wage_hat - outcome.wage_hat.mean())[places]
    assert_allclose(demeaned, expected.loc[list(ORDER), "wage_pct_demeaned"], atol=1e-3)
    about = {"converged": "converged Nash tariffs", "published_file": "the Nash tariffs that the paper's files hold"}
    labels = [f"{code}, {about[tariffs]}, percent" for code in ORDER]
    theirs = expected.loc[list(ORDER), "real_income_pct"]
    record_validation(GIVEN, labels, theirs, welfare(outcome), tolerance, beside="independent")
