"""Published average tariffs and coverage of 2018 to 2020, within bands that reflect other weights.

Bown, Jung and Zhang (PIIE, 2019-06-12 workbook, figure 1) and the PIIE chart of US-China tariffs weigh with the
exporter's exports to the world; our series for the United States weigh with imports. Both name their weights.
"""

from __future__ import annotations

import pandas as pd
import pytest

from small_books import average_of, coverage_of
from tradewar.tariffs import TariffBook
from validation import Recorder

US = "us_imports_from_china_hs6_2017"
CHINA = "china_imports_from_us_hs8_2017"
WORLD = "us_exports_to_world_hs6_2017"
CHART = "PIIE, US-China tariffs: chart of averages and coverage"
WORKBOOK = "Bown, Jung and Zhang (PIIE, 12 June 2019), figure 1"
WEIGHTS = "Averages are compared within a band: ours weigh with other trade values than the published series do."


@pytest.fixture(scope="module")
def book() -> TariffBook:
    return TariffBook.load("us-china-2019")


def test_united_states_on_china(book: TariffBook, record_validation: Recorder) -> None:
    published = [("2018-01-01", 3.1), ("2018-09-25", 12.0), ("2020-02-14", 19.3)]
    own = [100 * (average_of(book, "USA", "CHN", day, US).rate or 0.0) for day, _ in published]
    for value, (_, target) in zip(own, published, strict=True):
        assert target - 4.5 <= value <= target
    assert own == sorted(own)
    labels = [f"average tariff of the United States on China, {day}, percent" for day, _ in published]
    record_validation(CHART, labels, [target for _, target in published], own, 4.5, note=WEIGHTS)


def test_china_on_united_states(book: TariffBook, record_validation: Recorder) -> None:
    published = [
        ("2018-01-01", 7.99),
        ("2018-04-02", 8.37),
        ("2018-07-06", 10.12),
        ("2018-09-24", 18.33),
        ("2019-01-01", 16.50),
        ("2019-06-01", 20.72),
    ]
    for day, target in published:
        own = 100 * (average_of(book, "CHN", "USA", day, WORLD).rate or 0.0)
        assert own == pytest.approx(target, abs=1.5)
        label = f"average tariff of China on the United States, {day}, percent"
        record_validation(WORKBOOK, label, target, own, 1.5, note=WEIGHTS)


def test_china_on_others(book: TariffBook, record_validation: Recorder) -> None:
    for day, target in (("2018-01-01", 7.99), ("2019-06-01", 6.67)):
        # the mean of what others pay: 6.23 of ours beside 6.67
        own = 100 * (average_of(book, "CHN", "DEU", day, WORLD).rate or 0.0)
        assert own == pytest.approx(target, abs=0.6)
        label = f"average tariff of China on others (ours: on Germany), {day}, percent"
        record_validation(WORKBOOK, label, target, own, 0.6, note=WEIGHTS)


def test_coverage_of_both_sides(book: TariffBook, record_validation: Recorder) -> None:
    american = coverage_of(book, "USA", "CHN", "2020-02-14", US, programmes=["s301"], lines_on="2020-01-01")
    assert american.value == pytest.approx(351.8e9, abs=0.1e9)
    assert american.value == pytest.approx(335e9, rel=0.10)
    chinese = coverage_of(book, "CHN", "USA", "2019-08-31", CHINA)
    assert chinese.value == pytest.approx(90e9, rel=0.10)
    labels = [f"trade under {which} tariffs, USD billion" for which in ("special American", "retaliatory Chinese")]
    values = [american.value / 1e9, chinese.value / 1e9]
    for label, published, own in zip(labels, (335.0, 90.0), values, strict=True):
        record_validation(CHART, label, published, own, published / 10)
    before = coverage_of(book, "CHN", "USA", "2018-12-31", CHINA)
    suspended = before.value - coverage_of(book, "CHN", "USA", "2019-01-01", CHINA).value
    assert suspended > 10e9  # cars
    assert len(chinese.codes_without_weight) == 99
    assert chinese.codes == 6101 - 211


def test_value_of_each_american_list_is_approximate(book: TariffBook, record_validation: Recorder) -> None:
    """Published at eight digits: 32 / 15.3 / 191.8 / 110.1 / 160.4 of 2018; an equal split of headings gives these."""
    from tradewar.tariffs.published import scope_value
    from tradewar.tariffs.weights import find

    split = {"1": 43.3, "2": 12.6, "3": 180.1, "4A": 115.8, "4B": 156.1}
    published = {"1": 32.0, "2": 15.3, "3": 191.8, "4A": 110.1, "4B": 160.4}
    for name, expected in split.items():
        value = scope_value(book, "USA", f"US-301-L{name}", find(book.weight_sets, US))
        assert value / 1e9 == pytest.approx(expected, abs=0.06)
        record_validation(
            "US imports from China on each list of section 301, 2018 (us-tariffs-on-china)",
            f"list {name}, USD billion",
            published[name],
            value / 1e9,
            None,
            note="Published at eight digits for 2018; ours are imports of 2017 at six digits, split equally among the "
            "headings of eight digits, so that only the sizes can be compared.",
        )


def test_reference_table_of_published_averages(book: TariffBook, reference_data: object) -> None:
    table = pd.read_csv(f"{reference_data}/tariffs/benchmarks/published_averages.csv")
    rows = table[(table["metric"] == "China on US") & (table["date"] <= "2019-06-01")]
    assert len(rows) == 6
    for row in rows.to_dict("records"):
        own = 100 * (average_of(book, "CHN", "USA", row["date"], WORLD).rate or 0.0)
        assert own == pytest.approx(float(row["value"]), abs=1.5)


def test_purchase_accord_groups(reference_data: object) -> None:
    """US exports to China in 2017 under the accord of 2020, USD billion: 20.970 / 7.649 / 66.416."""
    folder = f"{reference_data}/tariffs/phase_one"
    table = pd.read_csv(f"{folder}/us_exports_to_china_by_group_monthly_2013_2021.csv")
    year = table[table["month"].astype(str).str.startswith("2017")]
    found = year.groupby(year["group"].str[:3].str.lower())["exports_usd"].sum() / 1e9
    assert found["agr"] == pytest.approx(20.970, abs=1e-3)
    assert found["ene"] == pytest.approx(7.649, abs=1e-3)
    assert found["man"] == pytest.approx(66.416, abs=1e-3)
