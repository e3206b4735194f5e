"""What a word in a cell may be: countries, products, dates, units and rates."""

from __future__ import annotations

import datetime as dt

import pytest

from tradewar.errors import BookError
from tradewar.io.registers import countries, dates, products, rates, units

# ---------------------------------------------------------------- countries


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *[
            ("CN", "CHN"),
            ("chn", "CHN"),
            ("156", "CHN"),
            ("China", "CHN"),
            ("EL", "GRC"),
            ("UK", "GBR"),
            ("ROM", "ROU"),
        ],
        *[("4", "AFG"), ("004", "AFG"), ("us", "USA"), ("United States", "USA"), ("Russia", "RUS"), ("XK", "XKX")],
        *[("Côte d'Ivoire", "CIV"), ("south  korea", "KOR"), ("Türkiye", "TUR"), ("Turkey", "TUR"), ("DEU", "DEU")],
    ],
)
def test_other_codes_and_names_name_the_one_meant(text: str, code: str) -> None:
    assert countries.iso3_of(text) == code
    fault = countries.misspelt_country(text)
    assert (fault is None) == (text == code)
    assert fault is None or fault[1] == f"Write {code}"


@pytest.mark.parametrize("text", ["EUN", "ROW", "AUR", "G20_REST", "XKX"])
def test_codes_that_a_file_declares_by_naming_them(text: str) -> None:
    assert countries.misspelt_country(text) is None


@pytest.mark.parametrize("text", ["bor", "Atlantis", "", "U S", "é"])
def test_words_that_are_no_codes(text: str) -> None:
    assert countries.iso3_of(text) is None
    assert countries.misspelt_country(text) is not None


def test_declared_codes_rule() -> None:
    known = {"USA", "EUN", "CHN"}
    assert countries.unknown_country("EUN", known) is None
    assert countries.unknown_country("CN", known) == ("unknown country 'CN': CHN is meant", "Write CHN")
    what, fix = countries.unknown_country("EUR", known) or ("", "")
    assert "did you mean 'EUN'" in what
    assert fix == "Use one of CHN, EUN, USA"


def test_the_list_is_that_of_iso() -> None:
    import pycountry

    assert {country.alpha_3 for country in pycountry.countries} == countries.ISO3


# ---------------------------------------------------------------- products


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("1012100.0", "was 01012100 meant"),
        ("7.2e7", "is a number"),
        ("101210", ""),
        ("10121", "leading zero"),
        ("01/02/2019", "date in hs column"),
        ("7208.5", "dot"),
        ("steel", "not a product code"),
    ],
)
def test_codes_that_something_spoiled(code: str, says: str) -> None:
    fault = products.fault(code)
    assert (fault is None) == (says == "")
    assert fault is None or says in fault[0] + fault[1]


def test_codes_as_people_ask_for_them() -> None:
    assert products.normal("7326.90.86") == "73269086"
    assert products.normal("0101 21 00") == "01012100"
    for wrong in ("1012100.0", "72.08.5", "0.72"):
        with pytest.raises(BookError, match="product"):
            products.normal(wrong)


# ---------------------------------------------------------------- dates


def test_periods_have_their_precision() -> None:
    def period(text: str) -> tuple[dt.date, dt.date, str] | None:
        found = dates.parse_period(text)
        return None if found is None else (found.first, found.last, found.precision)

    assert period("2019") == (dt.date(2019, 1, 1), dt.date(2019, 12, 31), "year")
    assert period("2020-02") == (dt.date(2020, 2, 1), dt.date(2020, 2, 29), "month")
    assert period("2020-Q3") == (dt.date(2020, 7, 1), dt.date(2020, 9, 30), "quarter")
    assert period("2018-07-06") == (dt.date(2018, 7, 6), dt.date(2018, 7, 6), "day")
    for wrong in ("2018-13", "July 2018", "18", "2018-7", "0000", "2018-02-30", "٢٠١٨"):
        assert period(wrong) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("01/12/2030", "2030-01-12 or 2030-12-01"),
        ("31.12.2030", "Write 2030-12-31"),
        ("20190220", "Write 2019-02-20"),
        ("2019/2/20", "Write 2019-02-20"),
        ("2019-02", "is a month, not a day"),
        ("tomorrow", "YYYY-MM-DD"),
    ],
)
def test_days_in_another_order(text: str, says: str) -> None:
    assert dates.parse_day(text) is None
    assert says in " ".join(dates.day_fault(text))


def test_instants_keep_their_offset() -> None:
    assert dates.parse_instant("2025-04-05") == dt.date(2025, 4, 5)
    assert dates.parse_instant("2025-04-05T00:01") == dt.datetime(2025, 4, 5, 0, 1)
    zoned = dates.parse_instant("2025-04-04T22:00-04:00")
    assert isinstance(zoned, dt.datetime)
    assert zoned.utcoffset() == dt.timedelta(hours=-4)
    assert dates.parse_instant("2025-04-05T25:00") is None


# ---------------------------------------------------------------- units, money, rates


def test_units_convert_where_they_measure_the_same() -> None:
    assert units.convert(1.0, "hl", "litre") == pytest.approx(100.0)
    assert units.convert(5.0, "100 kg", "t") == pytest.approx(0.5)
    assert units.convert(2.0, "dozen", "dozen") == 2.0
    assert units.convert(1.0, "barrel", "l") == pytest.approx(158.987, abs=1e-3)
    for have, want in (("kg", "litre"), ("item", "kg"), ("pair", "item")):
        assert units.convert(1.0, have, want) is None
    assert units.unit_fault("100 kg") is None
    assert units.unit_fault("zorkmid") is not None


def test_money_names_its_currency() -> None:
    assert units.parse_amount("USD 550 billion") == units.Amount(5.5e11, "USD")
    assert units.parse_amount("CNY 1,200 million") == units.Amount(1.2e9, "CNY")
    assert units.parse_amount("25 million t") == units.Amount(2.5e7, "t")
    for wrong in ("550 billion", "550", "$ 5 billion", "USD 5 zillion", "USD 1,2,3", "usd 5"):
        assert not isinstance(units.parse_amount(wrong), units.Amount)
    assert units.currency_fault("€") == ("'€' is not a code of ISO 4217", "Write EUR")


def test_rates_above_one_must_be_declared() -> None:
    assert rates.rate_fault(0.25) is None
    assert rates.rate_fault(1.0) is None
    what, fix = rates.rate_fault(10.0) or ("", "")
    assert "1,000 percent" in what
    assert fix.startswith("Was 0.1 meant?")
    assert rates.rate_fault(10.0, "fraction") is None
    assert rates.fraction(25.0, "percent") == 0.25
    assert rates.rate_fault(-1.0, "fraction") is not None
