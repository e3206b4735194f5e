"""Published average tariffs, coverage and values of lists of 2018 to 2020: where the definition is theirs, close; where
it is not, said to disagree. Our own figures are pinned, so that a change of the book is seen.

Bown, Jung and Zhang (PIIE, workbook of 2019-06-12, figure 1) and the PIIE chart of US-China tariffs take simple means
over the products of six digits and weigh with the exporter's exports to the world.
"""

from __future__ import annotations

from pathlib import Path

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
EXPORTS_UNKNOWN = (
    "They weigh with what China exports to the world, which is not at hand. Weighted with what the United States "
    "bought from China in 2017 ours is lower: much of it was telephones, computers and toys, with low general "
    "rates and off the first lists. The simple mean over products is higher."
)
EXPORTS_KNOWN = (
    "Same definition: simple means over six digits, exports of the United States to the world in 2017. Ours are those "
    "of the Census Bureau; 11 percent of their value (aircraft, recorded under a code of their own, returned goods) "
    "finds no tariff. The weights of the workbook are not at hand, so that what is left is not explained; exports of "
    "2016 in place of 2017 would move 2018-01-01 to 7.94."
)
CUSTOMS_VALUE = "Same lists and the same value: at customs, 2017. Within six digits ours are shares of 2012 to 2014."
WEIGHTS_OF_THE_BOOK = (
    "The weights of the book are c.i.f. values (525.8 billion in all, against 501.1 at customs), and a heading of "
    "which only a part is listed counts by the share of its lines."
)
SPLIT_BY_IMPORTS = (
    "Theirs are imports of 2018, c.i.f., at eight digits, 509.6 billion in all. Ours are imports of 2017 at customs "
    "value, at six digits, 486.5 billion on the lists; a heading is split by what all countries sold of each of its "
    "lines in 2012 to 2014, which is not China's mix: list 1 takes too much of the headings that it shares."
)
SPLIT_EQUALLY = (
    "Theirs are imports of 2018, c.i.f., at eight digits. Ours are imports of 2017, c.i.f., at six digits, with equal "
    "shares for the lines of a heading: the weights of the book."
)


@pytest.fixture(scope="module")
def book() -> TariffBook:
    return TariffBook.load("us-china-2019")


@pytest.fixture(scope="module")
def list_values(reference_data: Path) -> dict[str, float]:
    """US imports from China in 2017 on each list, USD billion: customs value, shares within six digits by imports."""
    lines = pd.read_csv(reference_data / "products" / "us_china_products_2017.csv", dtype={"hs": str})
    trade = pd.read_csv(reference_data / "tariffs" / "trade" / "us_imports_from_china_hs6_2017.csv", dtype={"hs": str})
    lines = lines.merge(trade[["hs", "value_usd"]], on="hs", how="left", validate="one_to_one")
    value = lines["value_usd"] * lines["china_scale"] / 1e9
    return {name: float((value * lines[f"share_list_{name.lower()}"]).sum()) for name in ("1", "2", "3", "4A", "4B")}


@pytest.mark.parametrize(
    ("day", "published", "bought", "simple"),
    [("2018-01-01", 3.1, 2.526, 3.606), ("2018-09-25", 12.0, 8.798, 13.440), ("2020-02-14", 19.3, 15.704, 23.487)],
)
def test_united_states_on_china(
    book: TariffBook, record_validation: Recorder, day: str, published: float, bought: float, simple: float
) -> None:
    weighted = average_of(book, "USA", "CHN", day, US).rate
    plain = average_of(book, "USA", "CHN", day, "simple", level=6).rate
    assert weighted is not None
    assert plain is not None
    own = [100 * weighted, 100 * plain]
    assert own == pytest.approx([bought, simple], abs=5e-3)
    assert own[0] < published < own[1]
    what = f"average tariff of the United States on China, {day}, percent"
    labels = [f"{what}, weighted with US imports from China", f"{what}, simple mean of six digits"]
    record_validation(CHART, labels, [published] * 2, own, None, reason=EXPORTS_UNKNOWN)


@pytest.mark.parametrize(
    ("day", "published", "expected"),
    [
        ("2018-01-01", 7.99, 7.653),
        ("2018-04-02", 8.37, 7.989),
        ("2018-07-06", 10.12, 9.202),
        ("2018-09-24", 18.33, 17.325),
        ("2019-01-01", 16.50, 15.704),
        ("2019-06-01", 20.72, 20.534),
    ],
)
def test_china_on_united_states(
    book: TariffBook, record_validation: Recorder, day: str, published: float, expected: float
) -> None:
    own = 100 * (average_of(book, "CHN", "USA", day, WORLD).rate or 0.0)
    assert own == pytest.approx(expected, abs=5e-3)
    label = f"average tariff of China on the United States, {day}, percent"
    record_validation(WORKBOOK, label, published, own, None, reason=EXPORTS_KNOWN)


def test_china_on_others(book: TariffBook, record_validation: Recorder) -> None:
    for day, published, expected in (("2018-01-01", 7.99, 7.653), ("2019-06-01", 6.67, 6.230)):
        own = 100 * (average_of(book, "CHN", "DEU", day, WORLD).rate or 0.0)
        assert own == pytest.approx(expected, abs=5e-3)
        label = f"average tariff of China on others (ours: on Germany), {day}, percent"
        record_validation(WORKBOOK, label, published, own, None, reason=EXPORTS_KNOWN)


def test_coverage_of_the_united_states(
    book: TariffBook, list_values: dict[str, float], record_validation: Recorder
) -> None:
    found = coverage_of(book, "USA", "CHN", "2020-02-14", US, programmes=["s301"], lines_on="2020-01-01")
    assert found.value == pytest.approx(351.8e9, abs=0.1e9)
    what = "imports from China under special American tariffs, 2020-02-14"
    at_customs = sum(list_values[name] for name in ("1", "2", "3", "4A"))
    record_validation(CHART, f"{what}, USD billion", 335.0, at_customs, 3.35, reason=CUSTOMS_VALUE)
    record_validation(
        CHART,
        f"{what}, USD billion, with the weights of the book",
        335.0,
        found.value / 1e9,
        None,
        reason=WEIGHTS_OF_THE_BOOK,
    )
    record_validation(
        CHART,
        f"{what}, percent of all",
        66.4,
        100 * found.share,
        0.664,
        reason="A heading of which only a part is listed counts by the share of its lines.",
    )


def test_coverage_of_china(book: TariffBook, record_validation: Recorder) -> None:
    found = coverage_of(book, "CHN", "USA", "2020-02-14", CHINA)
    assert found.value == pytest.approx(93.88e9, abs=0.01e9)
    what = "imports from the United States under retaliatory Chinese tariffs, 2020-02-14"
    reason = (
        "The list of 2019-09-01 is at hand at six digits only, so that all of a heading counts where a part is listed; "
        "without that list ours is 87.1 billion, 56.3 percent."
    )
    record_validation(CHART, f"{what}, USD billion", 90.0, found.value / 1e9, None, reason=reason)
    record_validation(CHART, f"{what}, percent of all", 58.3, 100 * found.share, None, reason=reason)
    earlier = coverage_of(book, "CHN", "USA", "2019-08-31", CHINA)
    assert earlier.value == pytest.approx(87.14e9, abs=0.01e9)
    assert earlier.share == pytest.approx(0.5628, abs=1e-4)
    before = coverage_of(book, "CHN", "USA", "2018-12-31", CHINA)
    suspended = before.value - coverage_of(book, "CHN", "USA", "2019-01-01", CHINA).value
    assert suspended > 10e9  # cars
    assert len(earlier.codes_without_weight) == 99
    assert earlier.codes == 6101 - 211


def test_value_of_each_american_list(
    book: TariffBook, list_values: dict[str, float], record_validation: Recorder
) -> None:
    """Published of 2018, by eight digits; ours of 2017, by six, with two ways to split a heading."""
    from tradewar.tariffs.published import scope_value
    from tradewar.tariffs.weights import find

    published = {"1": 32.0, "2": 15.3, "3": 191.8, "4A": 110.1, "4B": 160.4}
    equally = {"1": 43.3, "2": 12.6, "3": 180.1, "4A": 115.8, "4B": 156.1}
    at_customs = {"1": 37.5, "2": 12.5, "3": 170.7, "4A": 115.7, "4B": 150.1}
    source = "US imports from China on each list of section 301, 2018 (us-tariffs-on-china)"
    for name, theirs in published.items():
        value = scope_value(book, "USA", f"US-301-L{name}", find(book.weight_sets, US)) / 1e9
        assert value == pytest.approx(equally[name], abs=0.06)
        assert list_values[name] == pytest.approx(at_customs[name], abs=0.06)
        record_validation(
            source,
            f"list {name}, USD billion, headings split by imports",
            theirs,
            list_values[name],
            None,
            reason=SPLIT_BY_IMPORTS,
        )
        record_validation(
            source,
            f"list {name}, USD billion, headings split equally",
            theirs,
            value,
            None,
            reason=SPLIT_EQUALLY,
        )


def test_published_averages_are_those_of_the_table(reference_data: Path) -> None:
    table = pd.read_csv(reference_data / "tariffs" / "benchmarks" / "published_averages.csv")
    rows = table[(table["metric"] == "China on US") & (table["date"] <= "2019-06-01")]
    assert rows["value"].astype(float).tolist() == [7.99, 8.37, 10.12, 18.33, 16.50, 20.72]


def test_purchase_accord_groups(reference_data: Path) -> None:
    """US exports to China in 2017 under the accord of 2020, USD billion: 20.970 / 7.649 / 66.416."""
    folder = reference_data / "tariffs" / "phase_one"
    table = pd.read_csv(folder / "us_exports_to_china_by_group_monthly_2013_2021.csv")
    year = table[table["month"].astype(str).str.startswith("2017")]
    found = year.groupby(year["group"].str[:3].str.lower())["exports_usd"].sum() / 1e9
    assert found["agr"] == pytest.approx(20.970, abs=1e-3)
    assert found["ene"] == pytest.approx(7.649, abs=1e-3)
    assert found["man"] == pytest.approx(66.416, abs=1e-3)
