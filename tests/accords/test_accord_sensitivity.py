"""What moves an enforcement table, and best replies over a few instruments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tradewar.accords import AccordTerms, check_accord
from tradewar.accords.check import accord_result, accord_swings, least_patience
from tradewar.accords.incentives import incentive
from tradewar.accords.retaliation import best_reply
from tradewar.errors import AccordError

TERMS = AccordTerms(
    "tariffs",
    {"A": 0.1, "B": 0.05},
    {"A": 0.16, "B": 0.08},
    {"Nash war": {"A": 0.02, "B": -0.1}, "mild war": {"A": 0.12, "B": 0.01}},
    0.95,
    periods_per_year=4.0,
    lag=2,
    false_alarm=0.05,
    detection=0.8,
)


def test_swings_are_ranked_and_name_the_other_war() -> None:
    swings = accord_swings(TERMS, {"discount_per_year": (0.9, 0.98), "lag": (1, 4)}, "A", "Nash war", "margin")
    widths = [swing.width for swing in swings]
    assert widths == sorted(widths, reverse=True)
    assert {swing.term for swing in swings} == {"discount_per_year", "lag", "war"}
    patience = next(swing for swing in swings if swing.term == "discount_per_year")
    assert patience.at_low < patience.at_base < patience.at_high  # type: ignore[operator]


def test_a_result_that_is_lost_is_the_widest_swing() -> None:
    # under the mild war A prefers the war: no critical discount factor, never a number
    swings = accord_swings(TERMS, {"lag": (1, 4)}, "A", "Nash war", "critical_discount")
    assert swings[0].term == "war"
    assert swings[0].width == float("inf")
    assert accord_result(TERMS, "A", "mild war", "break_even_theft") is None
    assert least_patience(TERMS, "A", "mild war") is None


def test_least_patience_is_where_the_margin_is_zero() -> None:
    patience = least_patience(TERMS, "B", "Nash war")
    assert patience is not None
    row = check_accord(TERMS).row("B", "Nash war")
    watch = {"lag": TERMS.lag, "false_alarm": TERMS.false_alarm, "detection": TERMS.detection}
    held = incentive("B", row.gain, row.stake, discount=patience**0.25, war="Nash war", **watch)
    assert held.margin == pytest.approx(0, abs=1e-12)


def test_unknown_terms_and_results_are_refused() -> None:
    with pytest.raises(AccordError, match="not a term"):
        accord_swings(TERMS, {"patience": (0.0, 1.0)}, "A", "Nash war", "margin")
    with pytest.raises(AccordError, match="not a result"):
        accord_result(TERMS, "A", "Nash war", "glory")


def test_assumptions_that_move_the_table_are_listed() -> None:
    moved = {item.name: item.moves for item in check_accord(TERMS).assumptions}
    assert set(moved) == {"discount_per_year", "false_alarm", "detection", "lag", "periods_per_year"}
    assert {"margin", "critical_discount"} <= set(moved["detection"])
    assert "critical_discount" not in moved["discount_per_year"]
    # the chance of tariffs that come anyway moves a truce only
    truce = check_accord(replace(TERMS, theft_gain={"B": 0.05}, hazard=0.1)).assumptions
    named = {item.name: item.moves for item in truce}
    assert "break_even_theft" in named["hazard"]
    assert named["theft_gain of B"] == ("critical_hazard",)


def test_frames_of_the_check() -> None:
    check = check_accord(TERMS)
    assert check.to_dict()["rows"][0]["status"] in ("sustainable", "needs_side_payment", "infeasible_enforcement")
    assert check.to_dict()["assumptions"][0]["name"] == "discount_per_year"


def bowl(rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Best replies 0.1 + 0.2 of the other's rate."""
    own = rates - 0.1 - 0.2 * rates[::-1]
    return -(own**2), np.array([[-2 * own[0], 0.4 * own[0]], [0.4 * own[1], -2 * own[1]]])


def test_best_replies_reach_the_flat_point_and_respect_bounds() -> None:
    owner = np.array([0, 1])
    reply = best_reply(bowl, owner, np.full(2, -0.3), np.full(2, 0.5))
    assert reply(0, np.array([0.4, 0.2])) == pytest.approx([0.14, 0.2], abs=1e-8)
    capped = best_reply(bowl, owner, np.full(2, -0.3), np.full(2, 0.12))
    assert capped(0, np.array([0.0, 0.2]))[0] == pytest.approx(0.12)
    nash = np.full(2, 0.125)
    assert reply(1, nash) == pytest.approx(nash, abs=1e-8)
