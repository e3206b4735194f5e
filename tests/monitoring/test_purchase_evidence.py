"""Promises to buy: both partners' statistics, seasons, targets in any unit and over several years."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

import evidence_folders as make
from tradewar.errors import EvidenceError
from tradewar.monitoring import Evidence, Grade, monitor
from tradewar.monitoring.outlook import what_would_change
from tradewar.monitoring.posterior import purchase_posterior, season_of
from tradewar.monitoring.tables import read_commitments

Month = Callable[[int, int], float]
"""Value of a month (year, month)."""


def rows(value: Month, years: Iterable[int], reporter: str = "USA", group: str = "Soybeans") -> list[make.Row]:
    return [
        (group, reporter, f"{year}-{month:02d}", round(value(year, month), 6), f"{year}-{month:02d}-28")
        for year in years
        for month in range(1, 13)
    ]


def level(year: int, month: int) -> float:
    """Half a billion until August, two in autumn; the years differ a little."""
    return (2.0 if month >= 9 else 0.5) * (1.02 if year == 2017 and month in (3, 10) else 1.0)


def place(tmp_path: Path, promises: str, table: list[make.Row], header: str = "usd_bn") -> Path:
    text = make.table(f"group,reporter,month,{header},known_from", table)
    return make.write(tmp_path / "evidence", promises, deliveries=text)


def promise(**changes: object) -> str:
    """The promise of `evidence_folders` with other values; None leaves a key out."""
    lines = dict(line.split(" = ", 1) for line in make.PURCHASE.splitlines()[1:])
    lines |= {key: repr(value).replace("'", '"') for key, value in changes.items() if value is not None}
    return (
        "\n".join(["[[purchase]]", *(f"{k} = {v}" for k, v in lines.items() if changes.get(k, 1) is not None)]) + "\n"
    )


def amounts(given: str, **more: object) -> str:
    return promise(addition=None, year=None, **more) + f"amounts = {{ {given} }}\n"


def told(evidence: Evidence) -> str:
    changes = "\n".join(change.what for change in what_would_change(evidence))
    return "\n".join((*evidence.reasons, changes, *evidence.notes))


# ---------------------------------------------------------------- both reporters


def both(usa: float, china: float, others: float = 1.5) -> list[make.Row]:
    """2016 to 2021 on two statistics, China's a tenth higher; 2021 at some shares of the level."""
    table: list[make.Row] = []
    for reporter, share, size in (("USA", usa, 1.0), ("CHN", china, 1.1)):
        table += rows(
            lambda y, m, f=share, s=size: s * level(y, m) * (f if y == 2021 else 1), range(2016, 2022), reporter
        )
        table += rows(lambda y, m: others if y == 2021 else 1.0, range(2016, 2022), reporter, "Not covered")
    return table


TWO = make.PURCHASE + promise(name="Soybeans 2021, partner", reporter="CHN", addition=2.2)


def test_a_breach_in_both_statistics_is_found(tmp_path: Path) -> None:
    (found,) = monitor(place(tmp_path, TWO, both(0.4, 0.4)), "2022-03-01")
    assert found.grade is Grade.BREACH_FOUND
    assert found.reasons[0].startswith("statistics of USA: ") and found.reasons[1].startswith("statistics of CHN: ")
    assert "also suspected in CHN" in found.reasons
    assert found.sources == ("statistics of USA", "statistics of CHN")


@pytest.mark.parametrize(
    ("usa", "china", "others", "grade", "says"),
    [
        (0.4, 1.3, 1.5, Grade.SUSPECTED, "no second source"),
        (0.4, 0.4, 0.2, Grade.SUSPECTED, "points the other way"),
        (1.3, 0.4, 1.5, Grade.UNCLEAR, "lowered from kept: the statistics of CHN say otherwise"),
        (1.3, 1.3, 1.5, Grade.KEPT, "breach probability 0"),
    ],
)
def test_what_one_partner_alone_shows_is_no_breach_found(
    tmp_path: Path, usa: float, china: float, others: float, grade: Grade, says: str
) -> None:
    (found,) = monitor(place(tmp_path, TWO, both(usa, china, others)), "2022-03-01")
    assert found.grade is grade
    assert says in "; ".join(found.reasons)
    assert ("the statistics of CHN agreeing" in told(found)) == (grade is Grade.UNCLEAR)


def test_the_order_of_promises_and_the_day_of_the_second_do_not_matter(tmp_path: Path) -> None:
    later = TWO.replace('"2020-12-15"', '"2021-02-01"')
    parts = TWO.partition('[[purchase]]\nname = "Soybeans 2021, partner')
    turned = parts[1] + parts[2] + parts[0]
    for promises in (TWO, later, turned):
        (found,) = monitor(place(tmp_path, promises, both(0.4, 0.4)), "2022-03-01")
        assert found.grade is Grade.BREACH_FOUND


def test_one_partner_leads_until_the_figures_of_the_other_are_out(tmp_path: Path) -> None:
    table = [row for row in both(0.4, 0.4) if not (row[1] == "USA" and str(row[2]) > "2021")]
    (found,) = monitor(place(tmp_path, TWO, table), "2022-03-01")
    assert (found.commitment, found.grade) == ("Soybeans 2021", Grade.SUSPECTED)
    assert found.sources == ("statistics of CHN",)
    assert "known from the statistics of CHN only" in found.reasons[-1]


def test_promises_of_two_sources_are_two(tmp_path: Path) -> None:
    other = TWO[::-1].replace("letter of intent"[::-1], "another letter"[::-1], 1)[::-1]
    found = monitor(place(tmp_path, other, both(0.4, 0.4)), "2022-03-01")
    assert [item.commitment for item in found] == ["Soybeans 2021", "Soybeans 2021, partner"]
    assert all("only: a breach must show in both" in item.reasons[-1] for item in found)


# ---------------------------------------------------------------- seasons


def gas(first: int, last: int) -> Month:
    """Shipped evenly in some months, a quarter of it in 2021; the base years differ a little."""

    def value(year: int, month: int) -> float:
        if not first <= month <= last:
            return 0.0
        return (0.25 if year == 2021 else 1.0) * (1.05 if year == 2016 and month == first else 1.0)

    return value


def test_before_the_season_nothing_can_be_said(tmp_path: Path) -> None:
    where = place(tmp_path, make.PURCHASE, rows(gas(3, 12), range(2016, 2022)))
    for day, months in (("2021-02-25", "1 month"), ("2021-03-02", "2 months")):
        (found,) = monitor(where, day)
        assert found.grade is Grade.UNCLEAR
        assert found.reasons == (
            f"0.0 of 12.0 USD bn delivered in {months}: no share of the season has passed, and nothing can be said "
            "before 2021-03",
        )
        assert found.purchase is not None and math.isnan(found.purchase.seasonal.breach_probability)
        assert "inf" not in told(found) and "nan" not in told(found)
    (found,) = monitor(where, "2021-05-02")
    assert found.purchase is not None and found.purchase.seasonal.attainment == pytest.approx(0.5 / 2.4, rel=0.02)


def test_what_comes_before_the_season_counts(tmp_path: Path) -> None:
    early = rows(lambda y, m: 13.0 if (y, m) == (2021, 1) else gas(3, 12)(y, m), range(2016, 2022))
    (found,) = monitor(place(tmp_path, make.PURCHASE, early), "2021-02-25")
    assert found.grade is Grade.KEPT


def test_after_the_season_the_rest_of_the_year_carries_no_share(tmp_path: Path) -> None:
    where = place(tmp_path, make.PURCHASE, rows(gas(1, 6), range(2016, 2022)))
    (found,) = monitor(where, "2021-09-02")
    assert found.purchase is not None
    stand = found.purchase.seasonal
    assert (stand.cumulative_share, stand.breach_probability, stand.months) == (1.0, 1.0, 8)
    assert "no share of the season is left" in found.reasons[0]
    assert "in which the base years had none" in told(found)
    assert "inf" not in told(found)


def test_a_month_that_carries_hardly_any_share_proves_nothing(tmp_path: Path) -> None:
    """2021 repeats 2016, in which January was 0; in the other base year it was 0.02 of nearly 10."""

    def value(year: int, month: int) -> float:
        return (0.02 if year == 2017 else 0.0) if month == 1 else 10 / 11

    where = place(tmp_path, amounts('2021 = "USD 10 billion"', counted="absolute"), rows(value, range(2016, 2022)))
    (found,) = monitor(where, "2021-02-25")
    assert found.grade is Grade.UNCLEAR
    assert 0.5 < found.breach_probability < 0.9
    assert "inf" not in told(found)
    (found,) = monitor(where, "2022-02-25")
    assert found.grade is Grade.KEPT


@pytest.mark.parametrize("concentration", [0.3, 2.5, 5.0, 50.0, 200.0])
@pytest.mark.parametrize("months", [1, 2, 6, 11])
def test_more_delivered_is_never_worse(concentration: float, months: int) -> None:
    base = np.array([[0.001, 0.01, *[1.0] * 10], [0.002, 0.02, *[1.0] * 10]])
    season = season_of(base)
    delivered = np.r_[0.0, np.geomspace(1e-7, 99.9, 200)]
    chances = [purchase_posterior(c, 100.0, months, season, concentration).breach_probability for c in delivered]
    assert min(chances) >= 0 and max(chances) <= 1
    assert np.diff(chances).max() <= 1e-12


# ---------------------------------------------------------------- units


UNITS = [
    # promised, unit of the deliveries, what a value is multiplied by, rate, target above the base in that unit
    ("USD 2 billion", "USD bn", 1.0, None, 2.0),
    ("USD 2000 million", "USD bn", 1.0, None, 2.0),
    ("EUR 2 billion", "EUR million", 1000.0, None, 2000.0),
    ("EUR 2 billion", "USD bn", 1.0, 1.1, 2.2),
    ("CNY 14 billion", "USD million", 1000.0, 0.15, 2100.0),
    ("JPY 300 billion", "JPY bn", 100.0, None, 300.0),
    ("2 million t", "million t", 1.0, None, 2.0),
    ("2 million t", "t", 1e6, None, 2e6),
    ("2000000000 kg", "million t", 1.0, None, 2.0),
]


@pytest.mark.parametrize(("promised", "unit", "size", "rate", "added"), UNITS)
def test_a_target_in_any_unit(
    tmp_path: Path, promised: str, unit: str, size: float, rate: float | None, added: float
) -> None:
    table = [(*row[:3], float(str(row[3])) * size, unit, row[4]) for row in rows(level, range(2016, 2022))]
    where = place(tmp_path, amounts(f'2021 = "{promised}"', exchange_rate=rate), table, "value,unit")
    (found,) = read_commitments(where, "2022-03-01").purchases
    base = sum(level(2017, month) for month in range(1, 13)) * size
    assert found.target == pytest.approx(base + added)
    (evidence,) = monitor(where, "2022-03-01")
    assert f" {unit} delivered in 12 months" in evidence.reasons[0]
    assert ("counted at" in told(evidence)) == (rate is not None)


@pytest.mark.parametrize(
    ("size", "unit", "says"),
    [(1.0, "USD bn", "12.0 of 14.0 USD bn"), (1e6, "t", "12,000,000 of 14,000,000 t"),
     (0.01, "USD bn", "0.120 of 0.140 USD bn"), (0.0001, "USD bn", "0.00120 of 0.00140 USD bn")],
)  # fmt: skip
def test_no_sum_is_rounded_to_nothing(tmp_path: Path, size: float, unit: str, says: str) -> None:
    even = rows(lambda y, m: 1.001 if (y, m) == (2016, 1) else 1.0, range(2016, 2022))
    table = [(*row[:3], f"{float(str(row[3])) * size:.9g}", unit, row[4]) for row in even]
    promises = make.PURCHASE.replace("addition = 2.0", f"addition = {2 * size}")
    (found,) = monitor(place(tmp_path, promises, table, "value,unit"), "2022-03-01")
    assert found.reasons[0].startswith(f"{says} delivered in 12 months")


@pytest.mark.parametrize(
    ("promised", "rate", "says"),
    [
        ("EUR 2 billion", None, "the promise is in EUR, the deliveries of Soybeans in USD. Give exchange_rate"),
        ("USD 2 billion", 1.1, "exchange_rate is given, but promise and deliveries are both in USD"),
        ("2 million t", None, "the promise is in t, the deliveries of Soybeans in USD bn. Give deliveries in a unit"),
        ("2 million t", 500.0, "the promise is in t, the deliveries of Soybeans in USD bn. Give deliveries in a unit"),
        ("2 billion", None, "'billion' is no unit"),
        ("XYZ 2 billion", None, "XYZ"),
    ],
)
def test_a_target_that_cannot_be_counted_is_refused(
    tmp_path: Path, promised: str, rate: float | None, says: str
) -> None:
    where = place(tmp_path, amounts(f'2021 = "{promised}"', exchange_rate=rate), rows(level, range(2016, 2022)))
    with pytest.raises(EvidenceError, match=r"commitments\.toml") as refused:
        monitor(where, "2022-03-01")
    assert says in str(refused.value)


def test_a_series_in_two_units_is_refused_and_in_two_sizes_is_read(tmp_path: Path) -> None:
    table = [(*row[:3], row[3], "USD bn", row[4]) for row in rows(level, range(2016, 2022))]
    smaller = [
        (*row[:3], float(str(row[3])) * 1000, "USD million", row[5]) if row[2] > "2020" else row for row in table
    ]
    one, other = (monitor(place(tmp_path, make.PURCHASE, t, "value,unit"), "2022-03-01")[0] for t in (table, smaller))
    assert one.reasons == other.reasons
    mixed = [*table[:-1], (*table[-1][:4], "EUR bn", table[-1][5])]
    with pytest.raises(EvidenceError, match="Soybeans is in EUR bn here and in USD bn above"):
        monitor(place(tmp_path, make.PURCHASE, mixed, "value,unit"), "2022-03-01")


# ---------------------------------------------------------------- several years


def test_several_amounts_are_judged_each_and_together(tmp_path: Path) -> None:
    value: Month = lambda y, m: level(y, m) * {2020: 0.5, 2021: 1.5}.get(y, 1.0)  # noqa: E731
    where = place(tmp_path, amounts('2020 = "USD 1 billion", 2021 = "USD 2 billion"'), rows(value, range(2016, 2022)))
    first, second, together = monitor(where, "2022-03-01")
    assert [item.commitment for item in (first, second, together)] == [
        "Soybeans 2021, 2020", "Soybeans 2021, 2021", "Soybeans 2021, 2020 to 2021"]  # fmt: skip
    assert (first.grade, second.grade) == (Grade.SUSPECTED, Grade.KEPT)
    base = sum(level(2017, month) for month in range(1, 13))
    assert together.purchase is not None
    assert together.purchase.seasonal.target == pytest.approx(2 * base + 3)
    assert "delivered in 24 months" in together.reasons[0]
    # January of the second year: the first year's share of the whole has passed, and a little of the second
    _, _, middle = monitor(where, "2021-02-01")
    assert middle.purchase is not None
    whole = (
        base
        + 1
        + (base + 2) * season_of(np.array([[level(y, m) for m in range(1, 13)] for y in (2016, 2017)])).shares[0]
    )
    assert middle.purchase.seasonal.cumulative_share == pytest.approx(whole / (2 * base + 3))


EARLY = {"counted": "absolute", "known_from": "2018-12-15"}


def test_one_amount_over_several_years_is_one_promise(tmp_path: Path) -> None:
    where = place(tmp_path, amounts('"2019-2021" = "USD 36 billion"', **EARLY), rows(level, range(2016, 2022)))
    (early,) = monitor(where, "2020-07-02")
    (late,) = monitor(where, "2022-02-02")
    for found, months in ((early, 18), (late, 36)):
        assert found.commitment == "Soybeans 2021"
        assert found.purchase is not None
        assert (found.purchase.seasonal.target, found.purchase.seasonal.months) == (36.0, months)
    assert early.purchase is not None
    assert early.purchase.seasonal.cumulative_share == pytest.approx((1 + 3.0 / 12) / 3, rel=0.01)
    assert late.grade is Grade.KEPT
    split = place(tmp_path, amounts('2019 = "USD 12 billion", "2020-2021" = "USD 24 billion"', **EARLY),
                  rows(level, range(2016, 2022)))  # fmt: skip
    names = [item.commitment for item in monitor(split, "2022-02-02")]
    assert names == ["Soybeans 2021, 2019", "Soybeans 2021, 2020 to 2021", "Soybeans 2021, 2019 to 2021"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ('"2020-2021" = "USD 1 billion", 2021 = "USD 1 billion"', "amounts give 2021 twice"),
        ('2019 = "USD 1 billion", 2021 = "USD 1 billion"', "leave out a year between 2019 and 2021"),
        ('"2021-2020" = "USD 1 billion"', "'2021-2020' is neither a year as 2020 nor years as 2020-2022"),
        ('2020 = "USD 1 billion", 2021 = "EUR 1 billion"', "amounts are in several units"),
        ('2017 = "USD 1 billion"', "2017 is not after base_year 2017"),
    ],
)
def test_years_that_do_not_go_together_are_refused(tmp_path: Path, given: str, says: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        monitor(place(tmp_path, amounts(given), rows(level, range(2016, 2022))), "2022-03-01")
    assert says in str(refused.value)
