"""The three policies of the brief, from the book: today, the rise of 2 March, and full escalation."""

from __future__ import annotations

import numpy as np
import pytest

from tradewar.errors import BookError
from tradewar.tariffs import TariffBook

SECTORS = (
    "AGR",
    "MIN",
    "FOO",
    "TEX",
    "WOO",
    "PAP",
    "PET",
    "CHE",
    "PLA",
    "MNM",
    "MET",
    "ELE",
    "MAC",
    "TRA",
    "OTH",
    "SER",
)


def test_the_three_policies_rise_one_after_the_other(book: TariffBook) -> None:
    options = {"sectors": SECTORS, "not_tradable": ["SER"]}
    today = book.policy_on("2019-02-20", **options)
    rise = book.policy_on("2019-03-02", known_on="2019-02-20", branch={"deal": "no"}, **options)
    full = book.policy_on("2019-12-31", known_on="2019-12-01", branch={"deal": "no"}, **options)
    assert today.pairs == (("USA", "CHN"), ("CHN", "USA"))
    assert today.rate.shape == (2, 16)
    assert 100 * today.average == pytest.approx([8.81, 12.87], abs=0.01)
    assert 100 * rise.average == pytest.approx([14.01, 12.87], abs=0.01)
    assert 100 * full.average == pytest.approx([21.85, 18.89], abs=0.01)
    goods = slice(0, 15)
    assert (rise.rate[0, goods] > today.rate[0, goods]).all()
    assert (rise.rate[1] == today.rate[1]).all()
    assert (full.rate[:, goods] > rise.rate[:, goods]).all()
    assert (today.rate[:, 15] == 0).all()


def test_a_deal_keeps_today(book: TariffBook) -> None:
    today = book.policy_on("2019-02-20")
    deal = book.policy_on("2019-03-02", known_on="2019-02-20", branch={"deal": "yes"})
    assert np.array_equal(today.rate, deal.rate, equal_nan=True)
    assert deal.branch is not None
    assert deal.branch.name == "deal=yes"


def test_changes_are_in_points_since_the_base_day(book: TariffBook) -> None:
    policy = book.policy_on("2019-02-20")
    assert policy.base_on == ("2018-01-01", "2018-01-01")
    transport = policy.sectors.index("TRA")
    # cars: the general rate of China fell and its retaliation was suspended
    assert policy.change_points[1, transport] < 0
    assert policy.average_change_points == pytest.approx([6.276, 6.646], abs=0.002)
    none = book.policy_on("2018-01-01")
    assert np.nanmax(np.abs(none.change_points)) == 0


def test_the_report_accounts_for_all_value(book: TariffBook) -> None:
    policy = book.policy_on("2019-02-20")
    for report, value in zip(policy.reports, policy.value, strict=True):
        assert report.mapped + report.unmapped == pytest.approx(report.total, rel=1e-12)
        assert value.sum() == pytest.approx(report.mapped, rel=1e-12)
        assert len(report.ten_largest_absent) <= 10
        assert report.to_dict()["unmapped"] == report.unmapped
    frame = policy.to_frame()
    assert len(frame) == 2 * len(policy.sectors)
    assert set(frame.columns) == {"importer", "exporter", "sector", "rate", "change_pp", "value"}


def test_axes_that_would_lose_value_are_refused(book: TariffBook) -> None:
    with pytest.raises(BookError, match="which the axis lacks"):
        book.policy_on("2019-02-20", sectors=["AGR", "MIN"])
    with pytest.raises(BookError, match="XXX is no sector"):
        book.policy_on("2019-02-20", not_tradable=["XXX"])
    with pytest.raises(BookError, match="no concordance to 'nowhere'"):
        book.policy_on("2019-02-20", sector_set="nowhere")
