"""Applied rates, to the digit, through the command: one row per case of the specification of the tariff book."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from small_books import rate_of
from tradewar.errors import BookError
from tradewar.tariffs import TariffBook, unverified

Command = Callable[..., dict[str, Any]]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def codes_of(book: TariffBook, name: str) -> list[str]:
    """The codes of a list."""
    table = book.tables["lists"]
    return [code for listed, code in zip(table.texts("list_id"), table.texts("hs"), strict=True) if listed == name]


SHIPPED = ["--exported", "2019-05-05"]
CASES = [
    ("T01 in transit", "USA", "CHN", "73269086", "2019-05-20", SHIPPED, 0.129),
    ("T03 window closed", "USA", "CHN", "73269086", "2019-06-15", SHIPPED, 0.279),
    ("T03 window extended", "USA", "CHN", "73269086", "2019-06-14", SHIPPED, 0.129),
    ("T03 as first known", "USA", "CHN", "73269086", "2019-06-14", [*SHIPPED, "--known", "2019-06-09"], 0.279),
    ("T04 planned", "USA", "CHN", "73269086", "2019-02-01", ["--known", "2018-12-01"], 0.279),
    ("T04 postponed", "USA", "CHN", "73269086", "2019-02-01", ["--known", "2018-12-20"], 0.129),
    ("T06 before", "USA", "CHN", "61091000", "2019-08-31", [], 0.165),
    ("T06 first", "USA", "CHN", "61091000", "2019-09-01", [], 0.315),
    ("T06 last", "USA", "CHN", "61091000", "2020-02-13", [], 0.315),
    ("T06 halved", "USA", "CHN", "61091000", "2020-02-14", [], 0.24),
    ("T06 as announced", "USA", "CHN", "61091000", "2019-09-01", ["--known", "2019-08-25"], 0.265),
    ("T06 as raised", "USA", "CHN", "61091000", "2019-09-01", ["--known", "2019-09-01"], 0.315),
    ("T07 before", "CHN", "USA", "12019010", "2018-07-05", [], 0.03),
    ("T07 list 1", "CHN", "USA", "12019010", "2018-07-06", [], 0.28),
    ("T07 two lists add", "CHN", "USA", "12019010", "2019-09-01", [], 0.33),
    ("T07 halved", "CHN", "USA", "12019010", "2020-02-14", [], 0.305),
    ("T09 MFN", "CHN", "USA", "8703234110", "2018-06-30", [], 0.25),
    ("T09 MFN cut", "CHN", "USA", "8703234110", "2018-07-01", [], 0.15),
    ("T09 retaliation", "CHN", "USA", "8703234110", "2018-08-23", [], 0.40),
    ("T09 suspended", "CHN", "USA", "8703234110", "2019-01-01", [], 0.15),
    ("T09 list 1", "CHN", "USA", "87032342", "2018-07-06", [], 0.40),
    ("T09 others MFN", "CHN", "DEU", "8703234110", "2018-06-30", [], 0.25),
    ("T09 others cut", "CHN", "DEU", "8703234110", "2018-07-01", [], 0.15),
    ("T09 others still", "CHN", "DEU", "8703234110", "2018-08-23", [], 0.15),
    ("T09 others at last", "CHN", "DEU", "8703234110", "2019-01-01", [], 0.15),
    ("T13 in quota", "USA", "DEU", "84502000", "2018-07-01", ["--quantity", "1200000"], 0.21),
    ("T13 over quota", "USA", "DEU", "84502000", "2018-07-01", ["--quantity", "1200001"], 0.51),
    ("T13 exempt", "USA", "CAN", "84502000", "2018-07-01", ["--quantity", "1200001"], 0.01),
    ("X1 before", "USA", "CHN", "87032201", "2018-07-05", [], 0.025),
    ("X1 list 1", "USA", "CHN", "87032201", "2018-07-06", [], 0.275),
    ("X2 MFN", "CHN", "USA", "22042100", "2018-04-01", [], 0.14),
    ("X2 answer to 232", "CHN", "USA", "22042100", "2018-04-02", [], 0.29),
    ("X2 list 3", "CHN", "USA", "22042100", "2018-09-24", [], 0.39),
    ("X2 raised", "CHN", "USA", "22042100", "2019-06-01", [], 0.54),
    ("X3 MFN", "CHN", "USA", "03061200", "2018-06-30", [], 0.10),
    ("X3 cut", "CHN", "USA", "03061200", "2018-07-05", [], 0.07),
    ("X3 list 1", "CHN", "USA", "03061200", "2018-07-06", [], 0.32),
    ("X3 others", "CHN", "DEU", "03061200", "2018-07-06", [], 0.07),
    ("X4 free", "CHN", "USA", "27111100", "2018-09-23", [], 0.0),
    ("X4 list 3", "CHN", "USA", "27111100", "2018-09-24", [], 0.10),
    ("X4 raised", "CHN", "USA", "27111100", "2019-06-01", [], 0.25),
    ("X5 list 3", "USA", "CHN", "8517620010", "2019-10-01", [], 0.25),
    ("X5 list 4A", "USA", "CHN", "8517620090", "2019-10-01", [], 0.15),
    ("X6 table of 2017", "USA", "CHN", "85183020", "2018-06-30", [], 0.024),
    ("X6 staged", "USA", "CHN", "85183020", "2018-07-01", [], 0.012),
    ("X6 free", "USA", "CHN", "85183020", "2019-07-01", [], 0.0),
    ("X7 variant A", "CHN", "DEU", "8521101100A", "2018-07-01", [], 0.075),
    ("X8 compound", "USA", "CHN", "04022950", "2019-10-01", ["--unit-value", "8"], 0.437),
    ("steel of Turkey", "USA", "TUR", "72083800", "2018-09-01", [], 0.5),
    ("steel of a member before June", "USA", "DEU", "72083800", "2018-05-31", [], 0.0),
    ("steel of a member from June", "USA", "DEU", "72083800", "2018-06-01", [], 0.25),
    ("steel of Mexico at last", "USA", "MEX", "72083800", "2019-05-20", [], 0.0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("importer", "exporter", "product", "on", "more", "expected"),
    [case[1:] for case in CASES],
    ids=[c[0] for c in CASES],
)
def test_rate_to_the_digit(
    command: Command, importer: str, exporter: str, product: str, on: str, more: list[str], expected: float
) -> None:
    options = ["--importer", importer, "--exporter", exporter, "--product", product, "--on", on]
    document = command("rate", "us-china-2019", *options, *more)
    assert document["status"] == "applied"
    assert document["rate"] == pytest.approx(expected, abs=1e-9)
    assert sum(part["rate"] for part in document["components"]) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 0.05),
        ({"start_of_day": True}, 0.10),
    ],
)
def test_t10_the_day_ends_after_the_halving(book: TariffBook, options: dict[str, bool], expected: float) -> None:
    line = _only_batch_line(book)
    assert rate_of(book, "CHN", "USA", line, "2020-02-14", **options).added == pytest.approx(expected)


def test_t10_instants(book: TariffBook) -> None:
    line = _only_batch_line(book)
    before, after = (datetime(2020, 2, 14, 13, minute, tzinfo=SHANGHAI) for minute in (0, 1))
    assert rate_of(book, "CHN", "USA", line, before).added == pytest.approx(0.10)
    assert rate_of(book, "CHN", "USA", line, after).added == pytest.approx(0.05)
    # 13:01 in Shanghai is 05:01 UTC, 00:01 in New York: both sides moved at the same instant
    same = after.astimezone(ZoneInfo("America/New_York"))
    assert (same.hour, same.minute) == (0, 1)
    assert rate_of(book, "CHN", "USA", line, same).added == pytest.approx(0.05)
    assert rate_of(book, "USA", "CHN", "61091000", same).rate == pytest.approx(0.24)


def test_t10_through_the_command(command: Command, book: TariffBook) -> None:
    options = ["--importer", "CHN", "--exporter", "USA", "--product", _only_batch_line(book)]
    document = command("rate", "us-china-2019", *options, "--on", "2020-02-14T13:00+08:00")
    assert document["convention"] == "instant"
    assert [part["rate"] for part in document["components"]][-1] == pytest.approx(0.10)


@lru_cache(maxsize=1)
def _only_batch_line(book: TariffBook) -> str:
    """A line whose only addition is the first batch at 0.10."""
    for heading in codes_of(book, "CN-B1-10"):
        answer = rate_of(book, "CHN", "USA", heading, "2019-10-01")
        if answer.rate is not None and [part.rate for part in answer.components][1:] == [0.1]:
            return heading
    raise AssertionError("no line has the batch as its only addition")


def test_t12_above_an_absolute_quota_entry_is_refused(command: Command) -> None:
    options = ["--importer", "USA", "--exporter", "KOR", "--product", "72083800", "--on", "2018-07-01"]
    refused = command("rate", "us-china-2019", *options, "--quantity", "2630001")
    assert (refused["status"], refused["rate"]) == ("refused", None)
    assert "interval" not in refused
    assert any("refused" in item["why"] for item in refused["not_applied"])
    admitted = command("rate", "us-china-2019", *options, "--quantity", "2630000")
    assert (admitted["status"], admitted["rate"]) == ("applied", 0.0)
    open_ = command("rate", "us-china-2019", *options)
    assert open_["status"] == "needs_quantity"


def test_a_quota_without_a_known_amount_stays_open(book: TariffBook) -> None:
    answer = rate_of(book, "USA", "BRA", "72083800", "2018-07-01", quantity=10.0)
    assert answer.status == "needs_quantity"


def test_t13_without_a_quantity_both_sides_are_given(book: TariffBook) -> None:
    answer = rate_of(book, "USA", "DEU", "84502000", "2018-07-01")
    assert answer.interval == pytest.approx((0.21, 0.51))
    assert answer.default == pytest.approx(0.21)
    assert answer.status == "needs_quantity"


def test_steel_of_china_on_list_3_pays_both(book: TariffBook) -> None:
    steel = tuple(codes_of(book, "US-232-STEEL"))
    both = [code for code in codes_of(book, "US-301-L3") if code.startswith(steel)]
    assert both
    answer = rate_of(book, "USA", "CHN", both[0], "2018-10-01")
    assert {part.measure: part.rate for part in answer.components if part.authority != "MFN"} == {
        "US-232-STEEL": 0.25,
        "US-301-L3": 0.10,
    }


def test_t15_duties_are_rounded_per_component(command: Command) -> None:
    options = ["--importer", "USA", "--exporter", "CHN", "--product", "73269086", "--on", "2026-09-01"]
    document = command("rate", "us-2025", *options, "--value", "14172.00")
    assert [part["amount"] for part in document["components"]] == ["410.99", "3543.00", "7086.00"]
    assert document["duty"] == "11039.99"
    assert document["rate"] == pytest.approx(0.779)


def test_t16_autos_displace_the_others(command: Command) -> None:
    options = ["--importer", "USA", "--exporter", "CAN", "--product", "87083050", "--on", "2025-05-20"]
    document = command("rate", "us-2025", *options, "--share", "usmca=0", "--share", "steel=0.6")
    assert document["rate"] == pytest.approx(0.025 + 0.25)
    assert [part["authority"] for part in document["components"]] == ["MFN", "232"]
    reasons = {item["measure"]: item["why"] for item in document["not_applied"]}
    assert "rule 1" in reasons["US-FENTANYL-CAN"]
    assert "rule 2" in reasons["US-232-STEEL-PARTS"]


@pytest.mark.parametrize(
    ("exporter", "product", "expected"),
    [("JPN", "40169350", 0.15), ("JPN", "61102020", 0.18), ("KOR", "85423100", 0.15)],
)
def test_t17_a_floor_tops_up_the_base(command: Command, exporter: str, product: str, expected: float) -> None:
    options = ["--importer", "USA", "--exporter", exporter, "--product", product, "--on", "2025-12-01"]
    assert command("rate", "us-2025", *options)["rate"] == pytest.approx(expected, abs=1e-9)


def test_t19_repair_abroad_pays_on_the_repair(command: Command) -> None:
    options = ["--importer", "USA", "--exporter", "CHN", "--product", "9802.00.50", "--on", "2020-03-01"]
    document = command("rate", "us-china-2019", *options, "--value", "100", "--share", "repair=0.2")
    assert document["duty"] == "5.00"
    assert document["rate"] == pytest.approx(0.05)


def test_x5_a_line_listed_in_part_is_an_interval(command: Command) -> None:
    options = ["--importer", "USA", "--exporter", "CHN", "--product", "85176200", "--on", "2019-10-01"]
    document = command("rate", "us-china-2019", *options)
    assert document["rate"] is None
    assert document["interval"] == [0.15, 0.25]
    assert document["status"] == "needs_digits"
    assert {line["product"]: line["rate"] for line in document["lines"]}["8517620090"] == 0.15


def test_a_line_whose_other_codes_are_not_listed_keeps_the_base_as_lower_end(book: TariffBook) -> None:
    answer = rate_of(book, "USA", "CHN", "94018060", "2019-10-01")
    assert answer.interval == pytest.approx((0.0, 0.25))
    assert answer.status == "needs_digits"


def test_x7_a_rate_that_is_not_ad_valorem_is_unknown(book: TariffBook) -> None:
    variant = rate_of(book, "CHN", "DEU", "8521101100B", "2018-07-01")
    assert (variant.rate, variant.interval, variant.status) == (None, None, "unknown")
    whole = rate_of(book, "CHN", "DEU", "85211011", "2018-07-01")
    assert whole.status == "unknown"
    assert dict(whole.lines) == {"8521101100A": pytest.approx(0.075), "8521101100B": None}


def test_x8_without_a_unit_value_the_rate_is_open(book: TariffBook) -> None:
    answer = rate_of(book, "USA", "CHN", "04022950", "2019-10-01")
    assert (answer.rate, answer.status) == (None, "needs_unit_value")
    assert answer.components[0].duty == "14.9% + 1.104 USD/kg"
    mfn = rate_of(book, "USA", "DEU", "04022950", "2019-10-01", unit_value=8.0)
    assert mfn.rate == pytest.approx(0.287)


def test_x9_metal_content(command: Command) -> None:
    options = ["--importer", "USA", "--exporter", "DEU", "--product", "94032000", "--on", "2025-09-01"]
    document = command("rate", "us-2025", *options, "--share", "aluminium=0.4")
    assert document["rate"] == pytest.approx(0.4 * 0.5 + 0.6 * 0.15)


def test_without_an_export_day_both_values_and_the_default(book: TariffBook) -> None:
    answer = rate_of(book, "USA", "CHN", "73269086", "2019-05-20")
    assert answer.interval == pytest.approx((0.129, 0.279))
    assert answer.default == pytest.approx(0.279)
    assert answer.status == "needs_export_date"
    shipped = rate_of(book, "USA", "CHN", "73269086", "2019-05-20", transit_days=21)
    assert shipped.default == pytest.approx(0.129)
    after = rate_of(book, "USA", "CHN", "73269086", "2019-05-10", known_on="2019-05-10")
    assert after.rate == pytest.approx(0.279)


def test_text_and_json_give_the_same_order_and_numbers(book: TariffBook) -> None:
    answer = rate_of(book, "CHN", "USA", "12019010", "2019-09-01")
    document, text = answer.to_dict(), answer.explanation
    assert text[0].endswith("33%")
    for part, line in zip(document["components"], text[1:], strict=False):
        assert part["measure"] in line
        assert f"adds {100 * part['rate']:.10g}%" in line
    applied = len(document["components"])
    for item, line in zip(document["not_applied"], text[1 + applied :], strict=False):
        assert item["measure"] in line
        assert item["why"] in line
    assert document["components"][-1]["after"] == document["rate"]


def test_a_rate_says_what_rests_on_unverified_figures(book: TariffBook) -> None:
    answer = rate_of(book, "CHN", "USA", "12019010", "2019-09-01")
    marks = {part.measure: part.verified for part in answer.components}
    assert marks == {"CN-MFN": True, "CN-RET-L1": True, "CN-RET-B1-05": False}
    assert "[unverified]" in answer.explanation[3]
    assert "CN-RET-B1-05" in set(unverified(book)["id"])


def test_every_measure_in_scope_is_applied_or_says_why_not(book: TariffBook) -> None:
    answer = rate_of(book, "CHN", "USA", "8703234110", "2019-02-01")
    reasons = {item.measure: item.why for item in answer.not_applied}
    assert "suspended since 2019-01-01 (CN-SUSP-AUTOS)" in reasons["CN-RET-L2"]
    germany = rate_of(book, "CHN", "DEU", "8703234110", "2019-02-01")
    assert "does not reach DEU" in {item.measure: item.why for item in germany.not_applied}["CN-RET-L2"]


def test_list_4b_never_started(book: TariffBook) -> None:
    line = codes_of(book, "US-301-L4B")[0]
    assert rate_of(book, "USA", "CHN", line, "2019-12-20", known_on="2019-08-25").added == pytest.approx(0.10)
    assert rate_of(book, "USA", "CHN", line, "2019-12-20", known_on="2019-09-01").added == pytest.approx(0.15)
    known = rate_of(book, "USA", "CHN", line, "2019-12-20", known_on="2019-12-18")
    assert known.added == 0.0
    assert any("never started: postponed" in item.why for item in known.not_applied)


def test_notebooks_show_a_table(book: TariffBook) -> None:
    answer = rate_of(book, "USA", "CHN", "73269086", "2018-10-01")
    assert "<table>" in answer._repr_html_()
    assert list(answer.to_frame()["measure"]) == ["US-MFN", "US-301-L3"]


def test_nobody_imports_from_itself(book: TariffBook) -> None:
    with pytest.raises(BookError, match="cannot import from itself"):
        rate_of(book, "USA", "USA", "73269086", "2019-01-01")
