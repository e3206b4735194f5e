"""The small parts: days, codes, areas, duties, rule sets."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from small_books import rate_of
from tradewar.errors import BookError
from tradewar.io.registers import products as codes
from tradewar.tariffs import TariffBook, duties
from tradewar.tariffs.areas import common, ever, members, reaches, width
from tradewar.tariffs.formats import RATE_KINDS
from tradewar.tariffs.instants import FOREVER, MINUTES, local, moment, write_instant
from tradewar.tariffs.model import Membership


@pytest.mark.parametrize("text", ["2019-05-10", "2020-02-14T13:01"])
def test_instants_read_back(text: str) -> None:
    assert write_instant(local(text) or 0) == text


@pytest.mark.parametrize("text", ["", "2019-02-30", "2019-05-10T25:00", "May 2019"])
def test_texts_that_are_no_instants(text: str) -> None:
    assert local(text) is None


def test_moments() -> None:
    day = date(2020, 2, 14).toordinal()
    assert moment("2020-02-14", "UTC") == day * MINUTES + 1439
    assert moment(date(2020, 2, 14), "UTC", start_of_day=True) == day * MINUTES
    utc = datetime(2020, 2, 14, 5, 1, tzinfo=ZoneInfo("UTC"))
    assert moment(utc, "Asia/Shanghai") == day * MINUTES + 13 * 60 + 1
    assert write_instant(FOREVER) == ""
    with pytest.raises(BookError, match="no time zone of the importer"):
        moment(utc, "")


def test_nearest_codes_share_the_longest_beginning() -> None:
    known = ["010121", "010129", "020110", "730110"]
    assert codes.nearest("010125", known) == ["010121", "010129"]
    assert codes.nearest("999999", known) == ["020110", "730110"]
    assert list(codes.prefixes("8521101100A")) == ["85", "8521", "852110", "85211011", "8521101100", "8521101100A"]


def _member(area: str, member: str, start: str = "", end: str = "", known: int = 0) -> Membership:
    first, last = local(start) or 0, local(end) or FOREVER
    return Membership(row=0, area=area, member=member, valid_from=first, valid_until=last, known_from=known)


def test_membership_is_dated_and_nested() -> None:
    areas = {
        "EUN": (_member("EUN", "DEU"), _member("EUN", "GBR", end="2021-01-01")),
        "FREE": (_member("FREE", "EUN", "2018-06-01"), _member("FREE", "CAN", known=800_000)),
    }
    before, after = local("2018-05-31") or 0, local("2018-06-01") or 0
    gone = local("2021-01-01") or 0
    assert not reaches("FREE", "DEU", before, 0, areas)
    assert reaches("FREE", "DEU", after, 0, areas)
    assert not reaches("*;-FREE", "DEU", after, 0, areas)
    assert reaches("*;-FREE", "CHN", after, 0, areas)
    assert not reaches("EUN", "GBR", gone, 0, areas)
    assert not reaches("FREE", "CAN", after, 799_999, areas)
    assert reaches("FREE", "CAN", after, 800_000, areas)
    assert ever("FREE", areas) == {"DEU", "GBR", "CAN"}
    assert members("FREE", after, 0, areas) == {"DEU", "GBR"}
    assert (width("FREE", after, 0, areas), width("FREE;-GBR", after, 0, areas), width("*", after, 0, areas)) == (
        2,
        1,
        1000,
    )


def test_how_two_areas_lie_to_each_other_while_both_can_apply() -> None:
    areas = {"EUN": (_member("EUN", "DEU"), _member("EUN", "GBR", end="2021-01-01"))}
    start, leaves = local("2020-01-01") or 0, local("2021-01-01") or 0
    assert common("EUN", "DEU", start, FOREVER, areas) == "across"  # the same once GBR has left, wider before
    assert common("EUN", "DEU", start, leaves, areas) == "second"
    assert common("EUN", "DEU", leaves, FOREVER, areas) == "same"
    assert common("*;-EUN", "EUN", start, FOREVER, areas) == "apart"
    assert common("*;-EUN", "DEU", start, FOREVER, areas) == "apart"
    assert common("*", "DEU", start, FOREVER, areas) == "second"
    assert common("DEU;CAN", "DEU;CHN", start, FOREVER, areas) == "across"


def test_great_britain_leaves_the_customs_union_in_2021(book: TariffBook) -> None:
    leaves = local("2021-01-01") or 0
    assert reaches("EUN", "GBR", leaves - 1, 10**9, book.areas)
    assert not reaches("EUN", "GBR", leaves, 10**9, book.areas)


@pytest.mark.parametrize(
    ("kind", "unit_value", "expected"),
    [
        ("free", None, 0.0),
        ("ad_valorem", None, 0.15),
        ("specific", 4.0, 0.05),
        ("compound", 4.0, 0.20),
        ("greater_of", 4.0, 0.15),
        ("greater_of", 1.0, 0.20),
        ("lesser_of", 4.0, 0.05),
        ("specific", None, float("nan")),
        ("compound", None, float("nan")),
        ("unknown", 4.0, float("nan")),
    ],
)
def test_duties(kind: str, unit_value: float | None, expected: float) -> None:
    found = duties.duty_rate(
        np.array([RATE_KINDS.index(kind)]), np.array([0.15]), np.array([0.2]), np.array([unit_value or np.nan])
    )
    assert found[0] == pytest.approx(expected, nan_ok=True)


def test_money_is_rounded_half_up() -> None:
    assert duties.money(14172.0, 0.029) == Decimal("410.99")
    assert duties.money(0.5, 0.25) == Decimal("0.13")
    assert duties.money(100.0, 0.1 + 0.2) == Decimal("30.00")


def test_rule_sets_are_data_and_can_be_compared(us_2025: TariffBook) -> None:
    question = ("USA", "DEU", "94032000", "2025-09-01")
    shares = {"aluminium": 0.4}
    assert rate_of(us_2025, *question, shares=shares).rule_set == "US-2025"
    added = rate_of(us_2025, *question, shares=shares, rule_set="additive_all")
    assert added.rate == pytest.approx(0.4 * 0.5 + 0.15)


def test_a_rule_set_known_later_reaches_back(us_2025: TariffBook) -> None:
    question = ("USA", "CAN", "87083050", "2025-04-10")
    shares = {"usmca": 0.0, "steel": 0.6}
    # before the order of 29 April was known, both duties added
    before = rate_of(us_2025, *question, shares=shares, known_on="2025-04-20")
    assert before.rate == pytest.approx(0.025 + 0.25 + 0.6 * 0.25)
    after = rate_of(us_2025, *question, shares=shares, known_on="2025-04-29")
    assert after.rate == pytest.approx(0.025 + 0.25)


def test_an_unknown_metal_share_bounds_the_rate(us_2025: TariffBook) -> None:
    answer = rate_of(us_2025, "USA", "DEU", "94032000", "2025-09-01")
    assert answer.interval == pytest.approx((0.15, 0.5))
    assert answer.status == "needs_condition"


def test_china_pays_fentanyl_in_full_beside_steel(us_2025: TariffBook) -> None:
    answer = rate_of(us_2025, "USA", "CHN", "73269086", "2026-01-15", shares={"steel": 0.5})
    assert answer.rate == pytest.approx(0.029 + 0.25 + 0.5 * 0.5 + 0.1)


def test_section_122_gives_way_to_the_metals_annex(us_2025: TariffBook) -> None:
    answer = rate_of(us_2025, "USA", "CHN", "73269086", "2026-05-01")
    assert answer.rate == pytest.approx(0.029 + 0.25 + 0.5)
    ended = rate_of(us_2025, "USA", "JPN", "40169350", "2026-07-24")
    assert ended.rate == pytest.approx(0.05)
    assert rate_of(us_2025, "USA", "JPN", "40169350", "2026-07-23").rate == pytest.approx(0.15)


def test_preference_by_share(us_2025: TariffBook) -> None:
    answer = rate_of(us_2025, "USA", "CAN", "40169350", "2025-05-20", shares={"usmca": 0.4})
    assert answer.rate == pytest.approx(0.6 * (0.05 + 0.25))
