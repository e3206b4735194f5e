"""Average tariffs, lists, coverage and sectors: own calculations, to the tolerance of the specification."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from small_books import average_of, averages_of, coverage_of, vector_of
from tradewar.errors import BookError
from tradewar.tariffs import TariffBook, effective_rate
from tradewar.tariffs.weights import find

US = "us_imports_from_china_hs6_2017"
CHINA = "china_imports_from_us_hs8_2017"
WORLD = "us_exports_to_world_hs6_2017"
EDITION = "2020-01-01"


@pytest.mark.parametrize(
    ("day", "percent"),
    [("2018-07-06", 2.0849), ("2018-08-23", 2.6940), ("2019-05-10", 11.3770), ("2020-02-14", 13.0513)],
)
def test_c1_added_duty_of_the_united_states(command: Callable[..., dict[str, Any]], day: str, percent: float) -> None:
    options = ["--importer", "USA", "--exporter", "CHN", "--on", day, "--weights", US]
    document = command("average", "us-china-2019", *options, "--programme", "s301", "--lines-on", EDITION)
    point = document["points"][0]
    assert document["weights"] == US
    assert 100 * point["rate"] == pytest.approx(percent, abs=1e-3)
    assert point["covered_share"] * 525_764_714_470 == pytest.approx(518_629_558_941, abs=1)


def test_c1_stores_everything_needed_to_compute_it_again(book: TariffBook) -> None:
    point = average_of(book, "USA", "CHN", "2018-07-06", US, programmes=["s301"], lines_on=EDITION)
    assert point.weight_digest == find(book.weight_sets, US).digest
    assert point.level == 6
    assert point.covered_value == pytest.approx(518_629_558_941, abs=1)
    assert point.unmatched == (("999999", pytest.approx(7_135_155_529, abs=1)),)


def test_c1_base_rate_of_the_united_states(book: TariffBook) -> None:
    # the figure of the specification counts the ad valorem part of compound duties
    point = average_of(book, "USA", "CHN", "2018-07-01", US, programmes=["mfn"], compound_lower_bound=True)
    assert 100 * point.rate == pytest.approx(2.5429, abs=1e-3)
    left_out = [(code, value) for code, value in point.unmatched if code != "999999"]
    assert len(left_out) == 167
    assert sum(value for _, value in left_out) == pytest.approx(2.124e9, abs=5e5)
    strict = average_of(book, "USA", "CHN", "2018-07-01", US, programmes=["mfn"])
    assert strict.covered_value < point.covered_value


C2 = [
    ("2018-01-01", 7.6530, 7.6530, 5.9809, 9.1328),
    ("2018-04-02", 7.9893, 7.6530, 6.4143, 9.3600),
    ("2018-07-06", 9.2018, 6.4606, 11.0033, 9.3182),
    ("2018-09-24", 17.3252, 6.4606, 15.8433, 15.7453),
    ("2019-01-01", 15.7042, 6.2302, 13.4547, 14.7184),
    ("2019-06-01", 20.5338, 6.2302, 15.6391, 21.0826),
]


@pytest.mark.parametrize(("day", "on_usa", "on_others", "bilateral", "simple"), C2)
def test_c2_china(book: TariffBook, day: str, on_usa: float, on_others: float, bilateral: float, simple: float) -> None:
    point = average_of(book, "CHN", "USA", day, WORLD)
    assert 100 * point.rate == pytest.approx(on_usa, abs=1e-3)
    assert point.covered_value == pytest.approx(1_380.129e9, abs=1e6)
    assert point.total_value == pytest.approx(1_546.473e9, abs=1e6)
    assert point.unmatched[0] == ("880000", pytest.approx(120.97e9, abs=5e6))
    assert len(point.unknown_lines) == 14
    assert point.flagged  # 89 percent of the weights
    assert 100 * average_of(book, "CHN", "DEU", day, WORLD).rate == pytest.approx(on_others, abs=1e-3)
    assert 100 * average_of(book, "CHN", "USA", day, CHINA).rate == pytest.approx(bilateral, abs=1e-3)
    lines = average_of(book, "CHN", "USA", day)
    assert 100 * lines.rate == pytest.approx(simple, abs=1e-3)
    assert lines.total_value == 11_790


@pytest.mark.parametrize(
    ("period", "exporter", "percent"),
    [
        ("2018-01", "CHN", 2.7633),
        ("2018-09", "CHN", 4.2546),
        ("2019-06", "CHN", 9.8576),
        ("2020-03", "CHN", 9.8741),
        ("2024", "CHN", 10.866),
        ("2024", "EUN", 1.2291),
    ],
)
def test_c3_effective_rates(book: TariffBook, period: str, exporter: str, percent: float) -> None:
    assert 100 * effective_rate(book, "USA", period, exporter)[0] == pytest.approx(percent, abs=1e-3)


def test_c3_an_aggregate_is_not_added_to_its_members(book: TariffBook) -> None:
    with pytest.raises(BookError, match="aggregate partner beside members: EUN and SVK"):
        effective_rate(book, "USA", "2024")
    rate, imports = effective_rate(book, "USA", "2024", without=["SVK"])
    assert 100 * rate == pytest.approx(2.3570, abs=1e-3)
    assert imports == pytest.approx(3_208.820e9, abs=1e6)


def test_c4_sectors(book: TariffBook) -> None:
    found = vector_of(book, "USA", "CHN", "2019-09-01", US, programmes=["s301"], lines_on=EDITION)
    report = found.report
    assert report.mapped == pytest.approx(517.521e9, abs=1e6)
    assert report.unmapped == pytest.approx(8.2437e9, abs=1e5)
    assert (report.codes_absent, report.absent) == (50, pytest.approx(7.6188e9, abs=1e5))
    assert report.incomplete == pytest.approx(0.6249e9, abs=1e5)
    assert report.ten_largest_absent[0] == ("999999", pytest.approx(7.1352e9, abs=1e5))
    assert report.mapped + report.unmapped == pytest.approx(report.total, rel=1e-12)
    value = dict(zip(found.sectors, found.value / 1e9, strict=True))
    rate = dict(zip(found.sectors, 100 * found.rate, strict=True))
    for sector, mapped, percent in (
        ("ELE", 224.174, 13.200),
        ("TEX", 66.897, 14.262),
        ("MAC", 41.105, 21.813),
        ("MET", 23.208, 17.913),
        ("AGR", 3.374, 19.142),
    ):
        assert value[sector] == pytest.approx(mapped, abs=1e-3)
        assert rate[sector] == pytest.approx(percent, abs=1e-3)
    assert np.isnan(rate["SER"])
    assert report.sectors_without_value == ("SER",)


def test_sectors_that_are_not_tradable_carry_no_tariff(book: TariffBook) -> None:
    found = vector_of(book, "USA", "CHN", "2019-09-01", US, not_tradable=["SER"])
    assert found.rate[found.sectors.index("SER")] == 0.0
    assert found.report.not_tradable == ("SER",)
    assert list(found.to_frame()["sector"]) == list(found.sectors)


# ---------------------------------------------------------------- lists and coverage


def test_b_lists_of_the_united_states(book: TariffBook) -> None:
    lists = book.tables["lists"].to_frame()
    for name, eight, ten in (("1", 818, 0), ("2", 279, 0), ("3", 5759, 43), ("4A", 3229, 14), ("4B", 542, 13)):
        digits = lists.loc[lists["list_id"] == f"US-301-L{name}", "hs"].str.len().value_counts()
        assert (digits.get(8, 0), digits.get(10, 0)) == (eight, ten)
    listed = lists.loc[lists["list_id"].str.startswith("US-301"), "hs"]
    assert listed.is_unique


def test_b_lists_of_china(book: TariffBook) -> None:
    lists = book.tables["lists"].to_frame()
    codes = {name: set(rows["hs"]) for name, rows in lists.groupby("list_id")}
    third = {name: rows for name, rows in codes.items() if name.startswith("CN-L3")}
    assert len(codes["CN-232-15"] | codes["CN-232-25"]) == 128
    assert (len(codes["CN-L1"]), len(codes["CN-L2"])) == (545, 333)
    assert sum(map(len, third.values())) == len(set.union(*third.values())) == 5207
    assert not codes["CN-L1"] & codes["CN-L2"]
    assert not (codes["CN-L1"] | codes["CN-L2"]) & set.union(*third.values())
    assert sum(len(rows) for name, rows in third.items() if name != "CN-L3-05-05") == 4545
    assert len(codes["CN-AUTOS"]) == 211
    every = codes["CN-L1"] | codes["CN-L2"] | set.union(*third.values())
    assert len((codes["CN-232-15"] | codes["CN-232-25"]) & every) == 112


@pytest.mark.parametrize(
    ("programme", "day", "value", "codes", "without"),
    [("retaliation_232", "2018-04-02", 2.969963e9, 128, 0), ("retaliation_301", "2018-07-06", 33.810634e9, 545, 86)],
)
def test_b_value_of_the_first_lists(
    book: TariffBook, programme: str, day: str, value: float, codes: int, without: int
) -> None:
    found = coverage_of(book, "CHN", "USA", day, CHINA, programmes=[programme])
    assert found.value == pytest.approx(value, abs=1e3)
    assert (found.codes, len(found.codes_without_weight)) == (codes, without)


def test_b_unclassified_value(book: TariffBook) -> None:
    weights = find(book.weight_sets, US)
    assert weights.total == pytest.approx(525_764_714_470, abs=1)
    assert weights.value[weights.codes == "999999"][0] == pytest.approx(7_135_155_529, abs=1)


# ---------------------------------------------------------------- behaviour


def test_an_average_without_one_weight_says_so(book: TariffBook) -> None:
    whole = average_of(book, "CHN", "USA", "2018-07-06", CHINA)
    less = find(book.weight_sets, CHINA).without("12019010", "87032342")
    point = average_of(book, "CHN", "USA", "2018-07-06", less)
    assert point.rate != whole.rate
    assert point.weight_digest != whole.weight_digest
    assert point.total_value < whole.total_value


def test_an_average_without_one_rate_loses_coverage_and_lists_the_code(aurelia: TariffBook) -> None:
    open_ = average_of(aurelia, "AUR", "BOR", "2025-05-01", "aurelia_imports_2023")
    known = average_of(aurelia, "AUR", "BOR", "2025-05-01", "aurelia_imports_2023", unit_value=5.0)
    assert open_.rate != known.rate
    assert open_.covered_share < known.covered_share
    assert dict(open_.unmatched)["040610"] == 30.0
    assert open_.flagged
    assert "040610" in open_.unknown_lines


def test_timeline_of_an_average_has_only_days_of_change(book: TariffBook) -> None:
    found = averages_of(book, "CHN", "USA", "2018-01-01", "2019-06-30", WORLD)
    days = [point.on for point in found.points]
    assert [day for day, *_ in C2 if day not in days] == []
    rates = [point.rate for point in found.points]
    assert all(first != second for first, second in pairwise(rates))
    assert list(found.to_frame()["on"]) == days


def test_timeline_as_known_on_each_day(book: TariffBook) -> None:
    planned = averages_of(book, "USA", "CHN", "2018-12-01", "2019-03-31", US, known_on="2018-12-01")
    lived = averages_of(book, "USA", "CHN", "2018-12-01", "2019-03-31", US, known_each_day=True)
    jump = {point.on: point.rate for point in planned.points}
    assert jump["2019-01-01"] - planned.points[0].rate > 0.03
    # the postponement of 2 March was published on 5 March: for three days the journal still said 25 percent
    higher = [point.on for point in lived.points if point.rate - lived.points[0].rate > 0.01]
    assert higher == ["2019-03-02"]
    back = next(point for point in lived.points if point.on > "2019-03-02")
    assert (back.on, back.rate - lived.points[0].rate < 0.001) == ("2019-03-05", True)


def test_timeline_of_a_product(command: Callable[..., dict[str, Any]]) -> None:
    options = ["--importer", "CHN", "--exporter", "USA", "--product", "12019010"]
    document = command("timeline", "us-china-2019", *options, "--from", "2018-01-01", "--to", "2020-12-31")
    assert [(point["on"], point["rate"]) for point in document["points"]] == [
        ("2018-01-01", 0.03),
        ("2018-07-06", 0.28),
        ("2019-09-01", 0.33),
        ("2020-02-14", 0.305),
    ]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("USA", "CHN", "2019-01-01", "nobody"), {}, "no weight set 'nobody'"),
        (("USA", "CHN", "2019-01-01", US), {"programmes": ["s999"]}, "no programme 's999'"),
        (("USA", "CHN", "2019-01-01"), {"level": 7}, "7 is not a level"),
        (("USA", "CHN", "2031-01-01", US), {}, "outside the book"),
        (("FRA", "CHN", "2019-01-01", US), {}, "no measures of 'FRA'"),
    ],
)
def test_questions_that_cannot_be_answered(
    book: TariffBook, arguments: tuple[str, ...], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(BookError, match=message):
        average_of(book, *arguments, **options)
