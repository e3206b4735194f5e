"""Every shown case of the specification of the tariff book, as a user would type it: `tradewar tariff rate ... --json`.

Checks A of the theory of the tariff book. Rates are fractions, to 1e-9.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from commands import tradewar
from tradewar.tariffs import TariffBook

US_2025 = str(Path(__file__).parents[1] / "tariffs" / "books" / "us-2025")
MAIN = "us-china-2019"
BATCH_ONLY = "050210"
"""A heading whose only addition is the first batch of September 2019."""
PAIR = "--importer USA --exporter CHN"


@cache
def read(book: str) -> TariffBook:
    """A book, read once for all commands of this file."""
    return TariffBook.load(book)


@pytest.fixture(autouse=True)
def _books_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradewar.cli.tariff._load", read)


def rate(book: str, importer: str, exporter: str, product: str, on: str, *more: str) -> dict[str, Any]:
    """The document of `tradewar tariff rate`."""
    pair = ("--importer", importer, "--exporter", exporter)
    done = tradewar("tariff", "rate", book, *pair, "--product", product, "--on", on, *more, "--json")
    assert (done.status, done.err) == (0, "")
    return done.json


CASES = {
    "T01 in transit": ("USA CHN 73269086 2019-05-20 --exported 2019-05-05", 0.129),
    "T03 window closed": ("USA CHN 73269086 2019-06-15 --exported 2019-05-05", 0.279),
    "T04 planned": ("USA CHN 73269086 2019-02-01 --known 2018-12-01", 0.279),
    "T04 moved": ("USA CHN 73269086 2019-02-01 --known 2018-12-20", 0.129),
    "T06 before": ("USA CHN 61091000 2019-08-31", 0.165),
    "T06 list 4A": ("USA CHN 61091000 2019-09-01", 0.315),
    "T06 last day": ("USA CHN 61091000 2020-02-13", 0.315),
    "T06 halved": ("USA CHN 61091000 2020-02-14", 0.24),
    "T07 before": ("CHN USA 12019010 2018-07-05", 0.03),
    "T07 list 1": ("CHN USA 12019010 2018-07-06", 0.28),
    "T07 two lists": ("CHN USA 12019010 2019-09-01", 0.33),
    "T07 halved": ("CHN USA 12019010 2020-02-14", 0.305),
    "T09 general": ("CHN USA 8703234110 2018-06-30", 0.25),
    "T09 cut": ("CHN USA 8703234110 2018-07-01", 0.15),
    "T09 retaliation": ("CHN USA 8703234110 2018-08-23", 0.40),
    "T09 suspended": ("CHN USA 8703234110 2019-01-01", 0.15),
    "T09 others": ("CHN DEU 8703234110 2018-06-30", 0.25),
    "T09 others cut": ("CHN DEU 8703234110 2018-07-01", 0.15),
    "T09 others still": ("CHN DEU 8703234110 2018-08-23", 0.15),
    "T09 others last": ("CHN DEU 8703234110 2019-01-01", 0.15),
    "T13 in quota": ("USA DEU 84502000 2018-07-01 --quantity 1200000", 0.21),
    "T13 over quota": ("USA DEU 84502000 2018-07-01 --quantity 1200001", 0.51),
    "X1 before": ("USA CHN 87032201 2018-07-05", 0.025),
    "X1 list 1": ("USA CHN 87032201 2018-07-06", 0.275),
    "X2 general": ("CHN USA 22042100 2018-04-01", 0.14),
    "X2 answer to steel": ("CHN USA 22042100 2018-04-02", 0.29),
    "X2 list 3": ("CHN USA 22042100 2018-09-24", 0.39),
    "X2 raised": ("CHN USA 22042100 2019-06-01", 0.54),
    "X3 before": ("CHN USA 03061200 2018-06-30", 0.10),
    "X3 cut": ("CHN USA 03061200 2018-07-05", 0.07),
    "X3 list 1": ("CHN USA 03061200 2018-07-06", 0.32),
    "X3 others before": ("CHN DEU 03061200 2018-06-30", 0.10),
    "X3 others cut": ("CHN DEU 03061200 2018-07-06", 0.07),
    "X4 free": ("CHN USA 27111100 2018-09-23", 0.0),
    "X4 list 3": ("CHN USA 27111100 2018-09-24", 0.10),
    "X4 raised": ("CHN USA 27111100 2019-06-01", 0.25),
    "X5 list 3": ("USA CHN 8517620010 2019-10-01", 0.25),
    "X5 list 4A": ("USA CHN 8517620090 2019-10-01", 0.15),
    "X6 table of 2017": ("USA CHN 85183020 2018-06-30", 0.024),
    "X6 staged": ("USA CHN 85183020 2018-07-01", 0.012),
    "X6 free": ("USA CHN 85183020 2019-07-01", 0.0),
    "X7 variant A": ("CHN DEU 8521101100A 2018-07-01", 0.075),
    "X8 compound": ("USA CHN 04022950 2019-10-01 --unit-value 8", 0.437),
    "X8 general": ("USA DEU 04022950 2019-10-01 --unit-value 8", 0.287),
}
OTHER_BOOK = {
    "T15 three duties": ("USA CHN 73269086 2026-09-01", 0.779),
    "T16 auto part": ("USA CAN 87083050 2025-05-20 --share usmca=0 --share steel=0.6", 0.275),
    "T17 floor": ("USA JPN 40169350 2025-12-01", 0.15),
    "T17 above the floor": ("USA JPN 61102020 2025-12-01", 0.18),
    "T17 free base": ("USA KOR 85423100 2025-12-01", 0.15),
    "X9 metal content": ("USA DEU 94032000 2025-09-01 --share aluminium=0.4", 0.29),
}


@pytest.mark.parametrize(
    ("book", "line", "expected"),
    [(MAIN, *case) for case in CASES.values()] + [(US_2025, *case) for case in OTHER_BOOK.values()],
    ids=[*CASES, *OTHER_BOOK],
)
def test_rate(book: str, line: str, expected: float) -> None:
    document = rate(book, *line.split())
    assert document["rate"] == pytest.approx(expected, abs=1e-9)
    assert sum(part["rate"] for part in document["components"]) == pytest.approx(expected, abs=1e-9)
    promised = {"importer", "exporter", "product", "on", "known", "rate", "components", "not_applied"}
    assert promised <= set(document)
    for part in document["components"]:
        assert {"measure", "authority", "duty", "rate", "valid_from", "source", "why"} <= set(part)
    for item in document["not_applied"]:
        assert {"measure", "why"} <= set(item)


def test_t10_instants() -> None:
    """A line whose only addition is the first batch: halved at 13:01 in Shanghai."""
    line = ("CHN", "USA", BATCH_ONLY)
    for on, more, added in (
        ("2020-02-14T13:00+08:00", (), 0.10),
        ("2020-02-14T13:01+08:00", (), 0.05),
        ("2020-02-14", (), 0.05),
        ("2020-02-14", ("--start-of-day",), 0.10),
    ):
        parts = rate(MAIN, *line, on, *more)["components"]
        assert sum(part["rate"] for part in parts if part["authority"] != "MFN") == pytest.approx(added, abs=1e-9)


def test_t12_entry_above_an_absolute_quota_is_refused() -> None:
    document = rate(MAIN, "USA", "KOR", "72083800", "2018-07-01", "--quantity", "2630001")
    assert (document["rate"], document["status"]) == (None, "refused")


def test_t15_duties_in_money_are_rounded_per_component() -> None:
    document = rate(US_2025, "USA", "CHN", "73269086", "2026-09-01", "--value", "14172.00")
    assert [part["amount"] for part in document["components"]] == ["410.99", "3543.00", "7086.00"]
    assert document["duty"] == "11039.99"


def test_t19_repair_abroad_pays_on_the_repair() -> None:
    document = rate(MAIN, "USA", "CHN", "98020050", "2020-03-01", "--value", "100", "--share", "repair=0.2")
    assert document["duty"] == "5.00"


def test_x5_a_line_listed_in_part_is_an_interval() -> None:
    document = rate(MAIN, "USA", "CHN", "85176200", "2019-10-01")
    assert (document["rate"], document["interval"], document["status"]) == (None, [0.15, 0.25], "needs_digits")


def test_x7_what_is_not_ad_valorem_is_unknown_and_not_zero() -> None:
    document = rate(MAIN, "CHN", "DEU", "8521101100B", "2018-07-01")
    assert (document["rate"], document["status"]) == (None, "unknown")


def test_averages_and_timelines_promise_their_weights_and_coverage() -> None:
    pair = ("--importer", "CHN", "--exporter", "USA", "--weights", "china_imports_from_us_hs8_2017")
    averages = tradewar("tariff", "average", MAIN, *pair, "--on", "2018-01-01", "--on", "2019-06-01", "--json").json
    assert averages["weights"] == "china_imports_from_us_hs8_2017"
    assert [point["on"] for point in averages["points"]] == ["2018-01-01", "2019-06-01"]
    # theory of the tariff book, check C2
    assert [point["rate"] for point in averages["points"]] == pytest.approx([0.059809, 0.156391], abs=1e-5)
    line = tradewar("tariff", "timeline", MAIN, *pair, "--from", "2018-01-01", "--to", "2018-07-06", "--json").json
    for document in (averages, line):
        for point in document["points"]:
            assert {"on", "rate", "covered_share", "unmapped_value"} <= set(point)
            assert 0.95 < point["covered_share"] <= 1
    assert line["points"][-1]["rate"] == pytest.approx(0.110033, abs=1e-5)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("check us-chin-2019", "us-china-2019"),
        ("check nowhere", "nowhere"),
        (f"rate {MAIN} {PAIR} --product 7326908 --on 2019-01-01", "7326908"),
        (f"rate {MAIN} {PAIR} --product 73269086 --on soon", "soon"),
        (f"rate {MAIN} --importer FRA --exporter CHN --product 73269086 --on 2019-01-01", "FRA"),
        (f"average {MAIN} {PAIR} --on 2019-01-01 --weights x", "weight set"),
        (f"average {MAIN} {PAIR} --on 2025-01-01", "outside the book"),
        (f"timeline {MAIN} {PAIR} --from 2019-01-02 --to 2019-01-01", "before"),
    ],
)
def test_wrong_input_is_named(arguments: str, says: str) -> None:
    done = tradewar("tariff", *arguments.split())
    assert (done.status, done.out) == (2, "")
    assert says in done.err
    assert "Traceback" not in done.err
    assert "defect" not in done.err


def test_people_get_sentences() -> None:
    shown = tradewar("tariff", "check", MAIN).out
    assert "no faults" in shown
    pair = ("--importer", "USA", "--exporter", "CHN")
    assert "12.9%" in tradewar("tariff", "rate", MAIN, *pair, "--product", "73269086", "--on", "2018-10-01").out
